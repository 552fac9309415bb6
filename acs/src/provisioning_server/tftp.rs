//! The provisioning server over TFTP: the same answers, for devices whose rules begin with `tftp://`.

use super::reports::{REPORT_PATH, Received, receive, reporter};
use super::{Answer, Request, Transport, asker, serve};
use crate::app::App;
use crate::tftp::{Refusal, Shelf};
use async_trait::async_trait;
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;

/// Profiles to be read, and reports to be written.
pub struct Profiles(pub Arc<App>);

#[async_trait]
impl Shelf for Profiles {
    fn shown(&self, name: &str) -> String {
        asker::masked(&format!("/{name}"))
    }

    async fn serve(&self, name: &str, peer: SocketAddr) -> Result<Bytes, Refusal> {
        let path = format!("/{name}");
        match serve(&self.0, &asked(&path, peer)).await {
            Answer::Profile { bytes, .. } => Ok(bytes),
            Answer::NotFound => Err(Refusal::NotFound),
            Answer::Refused => Err(Refusal::Forbidden),
            Answer::Unavailable => Err(Refusal::Busy),
        }
    }

    async fn admit(&self, name: &str, peer: SocketAddr) -> Result<(), Refusal> {
        let path = format!("/{name}");
        if !self.0.live().provisioning.reports || !path.starts_with(REPORT_PATH) {
            return Err(Refusal::Forbidden);
        }
        match reporter(&self.0, &asked(&path, peer)).await {
            Ok(_) => Ok(()),
            Err(received) => refused(received),
        }
    }

    async fn receive(&self, name: &str, peer: SocketAddr, content: Bytes) -> Result<(), Refusal> {
        let path = format!("/{name}");
        let asked = asked(&path, peer);
        match reporter(&self.0, &asked).await {
            Ok(reporter) => refused(receive(&self.0, &asked, &reporter, &content).await),
            Err(received) => refused(received),
        }
    }
}

fn asked(path: &str, peer: SocketAddr) -> Request<'_> {
    Request {
        path,
        address: peer.ip().to_canonical(),
        transport: Transport::Tftp,
        host: None,
        user_agent: None,
        certificate: None,
    }
}

fn refused(received: Received) -> Result<(), Refusal> {
    match received {
        Received::Kept => Ok(()),
        Received::NotFound => Err(Refusal::NotFound),
        Received::Bad | Received::Refused => Err(Refusal::Forbidden),
        Received::Unavailable => Err(Refusal::Busy),
    }
}
