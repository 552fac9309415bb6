//! A fleet that plays a scenario: one loop for each core, each on a thread of its own.

pub use super::config::CrowdConfig;
use super::figures::Interval;
use super::hostile::{self, Visits};
use super::ledger::Belief;
use super::player::Player;
use super::scenario::EndsWhen;
use super::shard::Shard;
use crate::shell::{Runner, RunnerConfig, RunnerHandle};
use data_model::OperatorError;
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// How long sessions that are open may take to end when a run does: longer than any waits for its ACS.
const QUIET_WITHIN: Duration = Duration::from_secs(90);
/// How often they are looked at.
const QUIET_STEP: Duration = Duration::from_millis(100);

/// One loop and its part of the fleet.
struct Part {
    shard: Arc<Shard>,
    handle: RunnerHandle,
    thread: JoinHandle<()>,
}

/// A fleet at work.
pub struct Crowd {
    config: CrowdConfig,
    parts: Vec<Part>,
    begun: Instant,
    visits: Arc<Visits>,
    /// Hostile peers; they go with the fleet.
    _peers: tokio::task::JoinSet<()>,
}

impl std::fmt::Debug for Crowd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crowd").finish_non_exhaustive()
    }
}

impl CrowdConfig {
    /// Starts the fleet. Its scenario begins when every loop is ready.
    ///
    /// # Errors
    /// If something it needs cannot be had.
    pub async fn start(self) -> Result<Crowd, OperatorError> {
        let common = self.common()?;
        let loops = self.loops.clamp(1, self.plan.count().max(1));
        let mut parts = Vec::with_capacity(loops);
        let mut first = 0;
        for number in 0..loops {
            let devices =
                self.plan.count() / loops + usize::from(number < self.plan.count() % loops);
            let plan = Arc::clone(&self.plan);
            let shard = Arc::new(Shard::new(plan, first, devices, self.is_on_loopback()));
            let runner = self.runner(&common, number, first, devices, &shard);
            first += devices;
            let (handle, thread) = drive(number, runner).await?;
            parts.push((
                Part {
                    shard,
                    handle,
                    thread,
                },
                devices,
            ));
        }
        let begun = Instant::now();
        for (part, devices) in &parts {
            let player = Player::new(
                Arc::clone(&part.shard),
                part.handle.clone(),
                Arc::clone(&common.products),
                *devices,
                begun,
            );
            tokio::spawn(player.play());
        }
        let visits = Arc::new(Visits::default());
        let peers = self.hostile_peers(&visits);
        Ok(Crowd {
            config: self,
            parts: parts.into_iter().map(|(part, _)| part).collect(),
            begun,
            visits,
            _peers: peers,
        })
    }

    fn hostile_peers(&self, visits: &Arc<Visits>) -> tokio::task::JoinSet<()> {
        let mut peers = tokio::task::JoinSet::new();
        let hostile = self.plan.scenario().hostile.as_ref();
        if let (Some(hostile), Ok(url)) = (hostile, self.setup.acs_url.parse::<http::Uri>()) {
            let (url, tricks) = (Arc::new(url), Arc::from(hostile.tricks.as_slice()));
            for peer in 0..hostile.peers as usize {
                let (url, tricks) = (Arc::clone(&url), Arc::clone(&tricks));
                peers.spawn(hostile::come(url, tricks, peer, Arc::clone(visits)));
            }
        }
        peers
    }
}

/// Runs a loop on a thread of its own.
async fn drive(
    number: usize,
    config: RunnerConfig,
) -> Result<(RunnerHandle, JoinHandle<()>), OperatorError> {
    let cannot = |why: &dyn std::fmt::Display| {
        OperatorError::new(
            "a loop of the fleet cannot be started",
            why,
            "free some memory, or take fewer devices",
        )
    };
    let (started, ready) = oneshot::channel();
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                // Whoever waits has the reason from that; if nobody does, nothing was started.
                let _ = started.send(Err(cannot(&error)));
                return;
            }
        };
        runtime.block_on(async {
            match Runner::start(config).await {
                Ok((runner, handle)) => {
                    if started.send(Ok(handle)).is_ok() {
                        runner.run().await;
                    }
                }
                Err(error) => {
                    let _ = started.send(Err(error));
                }
            }
        });
    };
    let thread = std::thread::Builder::new()
        .name(format!("fleet-{number}"))
        .spawn(work)
        .map_err(|error| cannot(&error))?;
    let handle = ready.await.map_err(|error| cannot(&error))??;
    Ok((handle, thread))
}

impl Crowd {
    /// What it was made from.
    pub fn config(&self) -> &CrowdConfig {
        &self.config
    }

    /// How long it has been at work.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// What has happened since this was called last.
    pub fn take_interval(&self) -> Interval {
        let mut all = Interval::default();
        for part in &self.parts {
            all.add(&part.shard.take_interval());
        }
        all
    }

    /// Devices that have booted and have not told it.
    pub fn waiting(&self) -> usize {
        let waiting = |part: &Part| part.shard.ledger().waiting();
        self.parts.iter().map(waiting).sum()
    }

    /// Devices that have told the ACS of a boot at least once.
    pub fn registered(&self) -> usize {
        let count = |part: &Part| {
            let ledger = part.shard.ledger();
            let told = ledger.entries().iter().filter(|entry| entry.informed > 0);
            told.count()
        };
        self.parts.iter().map(count).sum()
    }

    /// Tricks of hostile peers that were played.
    pub fn tricks(&self) -> u64 {
        self.visits
            .played
            .load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Whether the scenario is at its end.
    pub fn is_over(&self) -> bool {
        let plan = &self.config.plan;
        let end = &plan.scenario().end;
        let elapsed = self.elapsed();
        if elapsed >= Duration::from_secs(end.secs) {
            return true;
        }
        end.when == EndsWhen::Drained
            && elapsed > Duration::from_millis(plan.last_arrival_ms() + 1_000)
            && self.waiting() == 0
            && self.registered() == plan.count()
    }

    /// Lets no device open a session any more, and waits for those that are open to end; not for ever.
    pub async fn quiet(&self) {
        for part in &self.parts {
            part.handle.hold();
        }
        let end = Instant::now() + QUIET_WITHIN;
        for part in &self.parts {
            while Instant::now() < end {
                let open = part.handle.look_at_all(|devices| {
                    devices.filter(|(_, device)| device.in_session()).count()
                });
                if open.await.unwrap_or(0) == 0 {
                    break;
                }
                tokio::time::sleep(QUIET_STEP).await;
            }
        }
    }

    /// What each device believes, in the order of their numbers.
    pub async fn beliefs(&self) -> Vec<Belief> {
        let mut beliefs = Vec::with_capacity(self.config.plan.count());
        for part in &self.parts {
            let versions = part.handle.look_at_all(|devices| {
                let told = devices
                    .map(|(number, device)| (number, device.core().version_told().to_owned()));
                told.collect::<HashMap<usize, String>>()
            });
            let mut versions = versions.await.unwrap_or_default();
            for (device, entry) in part.shard.ledger().entries().iter().enumerate() {
                let number = part.shard.number(device);
                beliefs.push(Belief {
                    serial_number: self.config.setup.serial_number(number),
                    entry: *entry,
                    version_told: versions.remove(&device),
                });
            }
        }
        beliefs
    }

    /// Ends it.
    pub fn stop(self) {
        for part in &self.parts {
            part.handle.stop();
        }
        for part in self.parts {
            // A loop that has panicked has said so.
            let _ = part.thread.join();
        }
    }
}
