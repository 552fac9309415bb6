//! How a program is told to stop: SIGTERM by whoever supervises it, SIGINT by Ctrl-C.

use std::future::Future;
use tokio::signal::unix::{SignalKind, signal};

/// Ends when the process is told to stop. It listens from the call on, not only from the first poll.
pub fn wait_for_stop() -> impl Future<Output = ()> {
    let terminate = signal(SignalKind::terminate());
    let interrupt = signal(SignalKind::interrupt());
    async move {
        match (terminate, interrupt) {
            (Ok(mut terminate), Ok(mut interrupt)) => tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            },
            (Ok(mut only), Err(_)) | (Err(_), Ok(mut only)) => {
                only.recv().await;
            }
            // Nobody can be heard; the signals then do what they do to every process.
            (Err(_), Err(_)) => std::future::pending().await,
        }
    }
}
