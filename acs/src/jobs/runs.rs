//! When each job last ran, how long it took and what came of it: kept in memory, of this process only.

use crate::clock;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What is said of a run that ended in a panic: what it said itself may hold a value.
const PANICKED: &str = "a mistake of this program; the log says where";

/// How a job does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "JobRuns")]
pub struct JobRuns {
    /// When its last run began.
    pub last: Timestamp,
    /// Milliseconds it took.
    pub took_ms: u64,
    /// Why its last run failed; `null` if it did not.
    pub problem: Option<String>,
    /// Runs since the server began.
    pub runs: u64,
    /// Those that failed.
    pub failures: u64,
    /// When one last failed; `null` if none has.
    pub last_failure: Option<Timestamp>,
}

/// The last run of every job that has run.
#[derive(Debug, Default)]
pub struct Runs(Mutex<BTreeMap<&'static str, JobRuns>>);

impl Runs {
    /// Runs a job, notes how it went, and logs why it failed if it did.
    ///
    /// # Errors
    /// What the run gives.
    pub async fn of<T, E: Display>(
        &self,
        job: &'static str,
        run: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut watch = Watch::new(self, job);
        let outcome = run.await;
        if let Err(error) = &outcome {
            tracing::error!(job, %error, "job failed");
        }
        watch.end(outcome.as_ref().err().map(ToString::to_string));
        outcome
    }

    /// Every job that has run, by name.
    pub fn all(&self) -> BTreeMap<&'static str, JobRuns> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A run under way. One that unwinds has failed; one that is dropped because the server ends has not run.
struct Watch<'r> {
    runs: &'r Runs,
    job: &'static str,
    began: Timestamp,
    clock: Instant,
    over: bool,
}

impl Watch<'_> {
    fn new<'r>(runs: &'r Runs, job: &'static str) -> Watch<'r> {
        Watch {
            runs,
            job,
            began: clock::now(),
            clock: Instant::now(),
            over: false,
        }
    }

    fn end(&mut self, problem: Option<String>) {
        self.over = true;
        let mut all = self.runs.0.lock().unwrap_or_else(PoisonError::into_inner);
        let runs = all.entry(self.job).or_default();
        runs.last = self.began;
        runs.took_ms = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        runs.runs += 1;
        if problem.is_some() {
            runs.failures += 1;
            runs.last_failure = Some(self.began);
        }
        runs.problem = problem;
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.over && std::thread::panicking() {
            self.end(Some(PANICKED.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panics;

    #[tokio::test]
    async fn a_job_says_how_its_last_run_went_and_how_many_failed() {
        let runs = Runs::default();
        let good = async || Ok::<u32, &str>(7);
        let bad = async || Err::<u32, &str>("the disk is full");
        assert_eq!(runs.of("expire", good()).await, Ok(7));
        assert_eq!(runs.all()["expire"].problem, None);
        assert!(runs.of("expire", bad()).await.is_err());
        let failed = runs.all()["expire"].clone();
        assert_eq!(failed.problem.as_deref(), Some("the disk is full"));
        assert_eq!(failed.last_failure, Some(failed.last));
        assert!(runs.of("expire", good()).await.is_ok());
        let well = runs.all()["expire"].clone();
        assert_eq!((well.runs, well.failures), (3, 1));
        assert_eq!(
            (well.problem, well.last_failure),
            (None, failed.last_failure)
        );
    }

    #[tokio::test]
    async fn a_run_that_panics_has_failed_and_one_that_is_given_up_has_not_run() {
        let runs = Runs::default();
        let mistake = runs.of("retain", async {
            panic!("with a value in it") as Result<(), String>
        });
        assert_eq!(panics::caught(mistake).await.map(drop), None);
        assert_eq!(runs.all()["retain"].problem.as_deref(), Some(PANICKED));
        let never = runs.of("expire", std::future::pending::<Result<(), String>>());
        drop(never);
        assert!(!runs.all().contains_key("expire"));
    }
}
