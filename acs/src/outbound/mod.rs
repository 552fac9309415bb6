//! Requests of ours to servers an operator has named: webhooks and the like. One guard decides where they may go (case
//! U05), one client sends them; nothing is redirected, and every answer has a limit.

mod client;
mod guard;

use crate::config::Network;
use crate::config::outbound::OutboundConfig;
use crate::tls;
use bytes::Bytes;
use data_model::OperatorError;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;

/// Sends requests.
#[derive(Clone)]
pub struct Outbound {
    tls: Arc<ClientConfig>,
    allow: Arc<[Network]>,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound")
            .field("allow", &self.allow)
            .finish_non_exhaustive()
    }
}

/// A request that is to leave.
#[derive(Debug, Clone)]
pub struct Order {
    /// How.
    pub method: Method,
    /// Where to; `http` or `https`.
    pub url: String,
    /// Headers besides Host and Content-Length.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What is sent.
    pub body: Bytes,
    /// Time until the answer is there whole.
    pub deadline: Duration,
    /// Bytes of the answer at most; what is longer fails.
    pub answer_bytes: usize,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub body: Bytes,
}

impl Outbound {
    /// A client that trusts the usual authorities and those of the settings.
    ///
    /// # Errors
    /// If the file with authorities cannot be used.
    pub fn new(config: &OutboundConfig) -> Result<Outbound, OperatorError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(path) = &config.ca_file {
            for certificate in tls::certificates(path)? {
                roots
                    .add(certificate)
                    .map_err(|error| tls::unusable("an authority of `outbound.ca_file`", &error))?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| tls::unusable("TLS", &error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let allow = config.allow.iter().filter_map(|text| Network::parse(text));
        Ok(Outbound {
            tls: Arc::new(tls),
            allow: allow.collect(),
        })
    }

    /// Whether a URL could ever be called; for settings, before anything is sent there.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever gave it.
    pub fn check(url: &str) -> Result<(), String> {
        guard::Place::parse(url).map(|_| ())
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// Why there is none, in words for an operator; nothing of the body is in them.
    pub async fn send(&self, order: Order) -> Result<Reply, String> {
        let deadline = order.deadline;
        match tokio::time::timeout(deadline, self.attempt(order)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("no answer within {} s", deadline.as_secs_f32())),
        }
    }

    async fn attempt(&self, order: Order) -> Result<Reply, String> {
        let place = guard::Place::parse(&order.url)?;
        let found = tokio::net::lookup_host((place.host.as_str(), place.port))
            .await
            .map_err(|error| format!("{} cannot be found: {error}", place.host))?;
        // The address that was checked is the one that is called: a name may lead elsewhere the next time.
        let address = guard::allowed(found, &self.allow)?;
        client::send(&self.tls, &place, address, order).await
    }
}
