//! Threads of their own for the port for devices. People, programs, files and jobs have others: the system shares the
//! processors between both, so a crowd of devices leaves them their part (promise P6).

use data_model::OperatorError;
use std::cell::Cell;
use tokio::runtime::{Builder, Handle, Runtime};

thread_local! {
    /// Whether this thread is one of them.
    static DEVICES: Cell<bool> = const { Cell::new(false) };
}

/// Whether what runs here is for devices.
pub fn are_for_devices() -> bool {
    DEVICES.get()
}

/// The threads; what runs on them ends when this is dropped.
#[derive(Debug)]
pub struct Threads(Option<Runtime>);

impl Threads {
    /// Starts one for each processor.
    ///
    /// # Errors
    /// If the system gives none.
    pub fn start(name: &str) -> Result<Threads, OperatorError> {
        let runtime = Builder::new_multi_thread()
            .thread_name(name)
            .on_thread_start(|| DEVICES.set(true))
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| {
            OperatorError::new(
                "cannot start the threads for devices",
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

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Whoever drops this may be on a thread that must not wait.
            runtime.shutdown_background();
        }
    }
}
