//! Threads of their own for the port for devices, and for rounds nobody waits for. People, programs, files, provisioning
//! and the other jobs share those of the process: the system divides the processors between them, so a crowd of devices
//! leaves people their part (promise P6), and rounds have what is left.

use data_model::OperatorError;
use std::cell::Cell;
use tokio::runtime::{Builder, Handle, Runtime};

/// By how much threads nobody waits for are nicer than the process (nice(2)): where others want the processors, a tenth is
/// left to these.
const NICER: i32 = 10;
/// Nicer there is nothing.
const NICEST: i32 = 19;

/// Whom the work of a thread is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Somebody who waits for the answer; and everything that has no threads of its own.
    People,
    /// Devices in their CWMP sessions.
    Devices,
    /// Nobody who waits: walks through the whole fleet.
    Nobody,
}

thread_local! {
    static WORKS_FOR: Cell<For> = const { Cell::new(For::People) };
}

/// Whom what runs here is for.
pub fn work_for() -> For {
    WORKS_FOR.get()
}

/// The threads; what runs on them ends when this is dropped.
#[derive(Debug)]
pub struct Threads(Option<Runtime>);

impl Threads {
    /// Starts one for each processor.
    ///
    /// # Errors
    /// If the system gives none.
    pub fn start(name: &str, whom: For) -> Result<Threads, OperatorError> {
        // Of the process, once: a thread takes over how nice the one is that starts it.
        let usual = rustix::process::getpriority_process(None).unwrap_or(0);
        let runtime = Builder::new_multi_thread()
            .thread_name(name)
            .on_thread_start(move || begin(whom, usual))
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| {
            OperatorError::new(
                format!("cannot start the threads \"{name}\""),
                error,
                "free memory and file descriptors, then try again",
            )
        })?;
        Ok(Threads(Some(runtime)))
    }

    /// Where to run something.
    pub fn handle(&self) -> Handle {
        match &self.0 {
            Some(runtime) => runtime.handle().clone(),
            None => Handle::current(),
        }
    }
}

/// What a thread does first, in a process that is so nice.
fn begin(whom: For, usual: i32) {
    WORKS_FOR.set(whom);
    let nice = (usual + NICER).min(NICEST);
    // On Linux this is a matter of the thread alone; elsewhere it would be that of the process.
    if cfg!(target_os = "linux")
        && whom == For::Nobody
        && let Err(error) = rustix::process::setpriority_process(None, nice)
    {
        tracing::debug!(%error, "a thread nobody waits for cannot be made nicer");
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Whoever drops this may be on a thread that must not wait.
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_waits_for_leaves_the_processors_to_the_others() {
        let nice = || rustix::process::getpriority_process(None).unwrap();
        // Reads have threads that such a thread starts.
        let on = |whom| {
            let threads = Threads::start("test", whom).unwrap();
            let handle = threads.handle();
            handle.block_on(handle.spawn(async move {
                let read = tokio::task::spawn_blocking(nice).await;
                [nice(), read.unwrap()]
            }))
        };
        let nicer = (nice() + NICER).min(NICEST);
        assert_eq!(on(For::Devices).unwrap(), [nice(); 2]);
        assert_eq!(on(For::Nobody).unwrap(), [nicer; 2]);
        assert_eq!(
            work_for(),
            For::People,
            "a thread nobody has said anything of"
        );
    }
}
