//! Connection requests over XMPP (TR-069 Annex K): one connection of ours to the server of our account, over which
//! stanzas go to the devices.
//!
//! [`session`] signs in; [`connection`] keeps a connection up and carries the requests.

mod connection;
mod session;

use super::Outcome;
use super::tls;
use crate::config::calls::XmppConfig;
use crate::limits::{XMPP_CALL_TIMEOUT, XMPP_CALLS};
use crate::store::Credentials;
use data_model::{OperatorError, Secret};
use rustls::ClientConfig;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot, watch};

/// Where our account is.
struct Account {
    username: String,
    domain: String,
    resource: String,
    password: Secret,
    /// `host:port`
    server: String,
    tls: Arc<ClientConfig>,
}

/// Our account.
pub struct Xmpp {
    account: Arc<Account>,
    orders: mpsc::Sender<Order>,
    /// Taken by the task that carries them out.
    ordered: Mutex<Option<mpsc::Receiver<Order>>>,
}

impl std::fmt::Debug for Xmpp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Xmpp")
            .field("domain", &self.account.domain)
            .finish_non_exhaustive()
    }
}

/// A request on its way.
struct Order {
    to: String,
    username: String,
    password: Secret,
    outcome: oneshot::Sender<Outcome>,
}

impl Xmpp {
    /// The account of the settings, if there is one.
    ///
    /// # Errors
    /// If a file they name cannot be used.
    pub(super) fn new(config: &XmppConfig) -> Result<Option<Xmpp>, OperatorError> {
        let (Some(jid), Some(path)) = (&config.jid, &config.password_file) else {
            return Ok(None);
        };
        let (bare, resource) = jid.split_once('/').unwrap_or((jid, "dialtone"));
        let Some((username, domain)) = bare.split_once('@') else {
            return Ok(None);
        };
        let password = std::fs::read_to_string(path).map_err(|error| {
            OperatorError::new(
                "devices could not be called over XMPP",
                format!("`xmpp.password_file` {}: {error}", path.display()),
                "name a file the server can read",
            )
        })?;
        let password = password.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(OperatorError::new(
                "devices could not be called over XMPP",
                format!("`xmpp.password_file` {} is empty", path.display()),
                "write the password of the account into it",
            ));
        }
        let server = config.server.clone();
        let (orders, ordered) = mpsc::channel(XMPP_CALLS);
        Ok(Some(Xmpp {
            account: Arc::new(Account {
                username: username.to_owned(),
                domain: domain.to_owned(),
                resource: resource.to_owned(),
                password: Secret::new(password),
                server: server.unwrap_or_else(|| format!("{domain}:5222")),
                tls: tls::public(config.ca_file.as_deref())?,
            }),
            orders,
            ordered: Mutex::new(Some(ordered)),
        }))
    }

    /// Keeps the connection up until the server winds down.
    pub async fn run(&self, stopped: watch::Receiver<bool>) {
        let ordered = {
            // Nothing that holds the lock can panic half-way through a change.
            let mut ordered = self.ordered.lock().unwrap_or_else(PoisonError::into_inner);
            ordered.take()
        };
        if let Some(ordered) = ordered {
            connection::run(Arc::clone(&self.account), ordered, stopped).await;
        }
    }

    /// Calls a device.
    pub(super) async fn call(&self, to: &str, credentials: &Credentials) -> Outcome {
        let (outcome, answered) = oneshot::channel();
        let order = Order {
            to: to.to_owned(),
            username: credentials.connection_request_username.clone(),
            password: credentials.connection_request_password.clone(),
            outcome,
        };
        let asking = async {
            let gone = || Outcome::Failed("there is no connection to the XMPP server".into());
            if self.orders.send(order).await.is_err() {
                return gone();
            }
            answered.await.unwrap_or_else(|_| gone())
        };
        match tokio::time::timeout(XMPP_CALL_TIMEOUT, asking).await {
            Ok(outcome) => outcome,
            Err(_) => {
                let secs = XMPP_CALL_TIMEOUT.as_secs();
                Outcome::Failed(format!("no answer within {secs} s"))
            }
        }
    }
}
