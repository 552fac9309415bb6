//! The TFTP server: files that devices read, and reports they write, for whoever keeps them behind a [`Shelf`].
//!
//! Packets and transfers are those of [`cwmp::side::tftp`]. [`listener`] takes requests, [`places`] says whether there
//! is room for one, [`transfer`] moves a file on a socket of its own. Datagrams have no sender that can be believed, so
//! that an address counts as the peer's own once it has answered, and gets three small packets at most before.

pub mod listener;
pub mod metrics;
mod places;
mod transfer;

use async_trait::async_trait;
use bytes::Bytes;
use cwmp::side::tftp::packet;
use cwmp::side::tftp::request::Refused;
use std::net::SocketAddr;

/// Where files come from and reports go to. Names are paths without a slash in front and without `.` and `..` parts.
#[async_trait]
pub trait Shelf: Send + Sync + 'static {
    /// A name as logs may show it.
    fn shown(&self, name: &str) -> String {
        name.to_owned()
    }

    /// The file a peer asks for.
    async fn serve(&self, name: &str, peer: SocketAddr) -> Result<Bytes, Refusal>;

    /// Whether a file of this name is taken from this peer at all; asked before it is sent.
    async fn admit(&self, _name: &str, _peer: SocketAddr) -> Result<(), Refusal> {
        Err(Refusal::Forbidden)
    }

    /// Keeps a file. The peer is told that it has arrived when this returns, so it has to be on stable storage.
    async fn receive(&self, name: &str, peer: SocketAddr, content: Bytes) -> Result<(), Refusal>;
}

/// Why a file is not served or not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such file.
    NotFound,
    /// It is not for this peer.
    Forbidden,
    /// It is larger than what is moved by TFTP.
    TooLarge,
    /// Not at this moment; the peer may try again.
    Busy,
    /// What should answer has failed.
    Failed,
}

impl Refusal {
    /// A short name for counting.
    fn label(self) -> &'static str {
        match self {
            Refusal::NotFound => "not_found",
            Refusal::Forbidden => "forbidden",
            Refusal::TooLarge => "too_large",
            Refusal::Busy => "busy",
            Refusal::Failed => "failed",
        }
    }

    /// What the peer is told.
    fn refused(self) -> Refused {
        let (code, text) = match self {
            Refusal::NotFound => (packet::NOT_FOUND, "there is no such file"),
            Refusal::Forbidden => (packet::ACCESS, "this file is not for you"),
            Refusal::TooLarge => (packet::FULL, "the file is too large for TFTP"),
            Refusal::Busy => (packet::OTHER, "the server is busy: try again later"),
            Refusal::Failed => (packet::OTHER, "the server has failed: try again later"),
        };
        Refused { code, text }
    }
}
