//! The listeners of the provisioning server, as far as they are configured.

use super::{http, tftp};
use crate::app::App;
use crate::config::ProvisioningConfig;
use crate::listen::{arrivals, bind};
use crate::tftp::listener;
use crate::tls::{Certificates, Current};
use data_model::OperatorError;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Bound, and not yet served.
pub struct Listeners {
    http: Option<TcpListener>,
    https: Option<(TcpListener, Current)>,
    tftp: Option<UdpSocket>,
}

/// Where devices resync.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Addresses {
    /// By HTTP, if they do.
    pub http: Option<SocketAddr>,
    /// By HTTPS, if they do.
    pub https: Option<SocketAddr>,
    /// By TFTP, if they do.
    pub tftp: Option<SocketAddr>,
}

impl Listeners {
    /// Binds them.
    ///
    /// # Errors
    /// Names the setting whose address cannot be had, or what is wrong with the certificate.
    pub async fn bind(
        config: &ProvisioningConfig,
        certificates: &Certificates,
    ) -> Result<Listeners, OperatorError> {
        let http = match config.http {
            Some(address) => Some(bind(address, "provisioning.http").await?),
            None => None,
        };
        let https = match (config.https, &config.tls) {
            (Some(address), Some(tls)) => {
                let acceptor = certificates.acceptor("provisioning", tls)?;
                Some((bind(address, "provisioning.https").await?, acceptor))
            }
            _ => None,
        };
        let tftp = match config.tftp {
            Some(address) => Some(UdpSocket::bind(address).await.map_err(|error| {
                OperatorError::new(
                    format!("cannot listen on {address} for TFTP"),
                    error,
                    "stop the other program, or set `provisioning.tftp` to a free address; port 69 is for root",
                )
            })?),
            None => None,
        };
        Ok(Listeners { http, https, tftp })
    }

    /// Where they listen.
    pub fn addresses(&self) -> Addresses {
        let address = |listener: &TcpListener| listener.local_addr().ok();
        let https = self.https.as_ref();
        Addresses {
            http: self.http.as_ref().and_then(address),
            https: https.and_then(|(listener, _)| address(listener)),
            tftp: self
                .tftp
                .as_ref()
                .and_then(|socket| socket.local_addr().ok()),
        }
    }

    /// Serves them until the server stops.
    pub fn serve(self, app: &Arc<App>, tasks: &mut JoinSet<()>, stopped: &watch::Receiver<bool>) {
        let plain = self.http.map(|listener| (listener, None));
        let private = self.https.map(|(listener, tls)| (listener, Some(tls)));
        for (listener, tls) in plain.into_iter().chain(private) {
            let app = Arc::clone(app);
            let port = app.port("provisioning");
            let serve = move |arrival, stopped| http::talk(Arc::clone(&app), arrival, stopped);
            tasks.spawn(arrivals(listener, tls, stopped.clone(), port, serve));
        }
        if let Some(socket) = self.tftp {
            let shelf = Arc::new(tftp::Profiles(Arc::clone(app)));
            let counters = app.metrics.tftp.clone();
            tasks.spawn(listener::serve(socket, shelf, counters, stopped.clone()));
        }
    }
}
