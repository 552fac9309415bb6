//! What the store keeps of requests that are to be carried out once (`Idempotency-Key`).

use super::Result;
use async_trait::async_trait;
use data_model::Timestamp;

/// A request that carries a key: who asks and the key, and what is asked, both as hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyed {
    /// Who, with which key.
    pub key: [u8; 32],
    /// What: method, address and body.
    pub asked: [u8; 32],
}

/// What is known of a request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: it is to be carried out, and is noted.
    First,
    /// It is being carried out, or the server stopped in the middle of it.
    UnderWay,
    /// The key stands for another request.
    Different,
    /// It was carried out, and answered this.
    Answered {
        /// The status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
}

/// Requests that are to be carried out once.
#[async_trait]
pub trait RequestStore: Send + Sync {
    /// Notes a request that is about to be carried out, unless it is known.
    async fn request_begin(&self, keyed: Keyed, now: Timestamp) -> Result<Begun>;

    /// Keeps its answer.
    async fn request_end(&self, keyed: Keyed, status: u16, body: Vec<u8>) -> Result<()>;

    /// Forgets it: it has changed nothing, and may be tried again.
    async fn request_forget(&self, keyed: Keyed) -> Result<()>;
}
