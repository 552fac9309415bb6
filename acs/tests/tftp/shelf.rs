//! A shelf whose files are made up by their names, and that remembers what was written.

use super::content;
use acs::tftp::{Refusal, Shelf};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use tokio::sync::Semaphore;

/// The shelf. `NUMBER.cfg` has so many bytes; whatever begins with `reports/` may be written.
pub struct TestShelf {
    written: Mutex<HashMap<String, Bytes>>,
    /// Permits to keep a file.
    pub keeping: Semaphore,
}

impl Default for TestShelf {
    fn default() -> TestShelf {
        TestShelf {
            written: Mutex::default(),
            keeping: Semaphore::new(Semaphore::MAX_PERMITS),
        }
    }
}

impl TestShelf {
    /// What was written under a name.
    pub fn written(&self, name: &str) -> Option<Bytes> {
        self.written
            .lock()
            .expect("nobody panics")
            .get(name)
            .cloned()
    }
}

#[async_trait]
impl Shelf for TestShelf {
    async fn serve(&self, name: &str, _peer: SocketAddr) -> Result<Bytes, Refusal> {
        match name.strip_suffix(".cfg") {
            Some("forbidden") => Err(Refusal::Forbidden),
            Some("busy") => Err(Refusal::Busy),
            Some("broken") => Err(Refusal::Failed),
            Some(bytes) => {
                let bytes = bytes.parse().map_err(|_| Refusal::NotFound)?;
                Ok(content(bytes).into())
            }
            None => Err(Refusal::NotFound),
        }
    }

    async fn admit(&self, name: &str, _peer: SocketAddr) -> Result<(), Refusal> {
        match name.starts_with("reports/") {
            true => Ok(()),
            false => Err(Refusal::Forbidden),
        }
    }

    async fn receive(&self, name: &str, _peer: SocketAddr, file: Bytes) -> Result<(), Refusal> {
        let permit = self.keeping.acquire().await.map_err(|_| Refusal::Failed)?;
        permit.forget();
        let mut written = self.written.lock().expect("nobody panics");
        written.insert(name.to_owned(), file);
        Ok(())
    }
}
