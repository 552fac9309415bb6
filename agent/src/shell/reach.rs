//! Under which host the ACS reaches the device: what the operator says, else the address it listens on, else the one it
//! has towards its ACS.

use super::clock::Clock;
use super::handle::{Command, Event, RunnerHandle};
use crate::device::{Device, DeviceConfig, Saved};
use crate::limits::HARDWARE_SECS;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::net::lookup_host;

/// Where a packet to anybody would go: addresses of documentation, which lie behind the default route (RFC 5737,
/// RFC 3849). Nothing is sent there.
const ANYBODY: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];
/// Time for the name of the ACS to be resolved.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// What the operator says.
    advertise: Option<String>,
    /// Our address towards the ACS, once it has been looked for.
    own: Mutex<Option<IpAddr>>,
}

impl Reach {
    pub(super) fn new(advertise: Option<String>) -> Reach {
        Reach {
            advertise,
            own: Mutex::default(),
        }
    }

    /// Whether a listener that is bound like this is reached under an address that has to be looked for.
    pub(super) fn follows(&self, bound: SocketAddr) -> bool {
        self.advertise.is_none() && bound.ip().is_unspecified()
    }

    /// `host:port` for the ACS; empty while it is not known.
    pub(super) fn authority(&self, bound: SocketAddr) -> String {
        let port = bound.port();
        match &self.advertise {
            Some(host) if host.parse::<Ipv6Addr>().is_ok() => format!("[{host}]:{port}"),
            Some(host) => format!("{host}:{port}"),
            None if !bound.ip().is_unspecified() => bound.to_string(),
            None => match self.own() {
                Some(own) => SocketAddr::new(own, port).to_string(),
                None => String::new(),
            },
        }
    }

    fn own(&self) -> Option<IpAddr> {
        *self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds our address towards the ACS of a device that is about to be booted, if it matters. Which ACS that is shows
    /// once it has booted; this boot has no effect.
    pub(super) async fn look_before_boot(
        &self,
        bound: SocketAddr,
        device: &DeviceConfig,
        saved: Option<&Saved>,
    ) {
        if !self.follows(bound) {
            return;
        }
        let nothing = Saved::new();
        let now = Clock::system().now();
        let (url, address) = {
            let device = Device::boot(device.clone(), saved.unwrap_or(&nothing), now);
            (device.core().acs_url(), device.core().acs_address())
        };
        if let Some(own) = towards(&url, address, bound).await {
            self.learn(own);
        }
    }

    /// Our address towards the ACS is this one; whether that is news.
    pub(super) fn learn(&self, own: IpAddr) -> bool {
        let mut known = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        known.replace(own) != Some(own)
    }
}

/// Looks for our address towards the ACS from time to time, if it matters: a lease may bring another one while no
/// session does.
pub(super) fn follow(reach: &Reach, bound: Option<SocketAddr>, runner: &RunnerHandle) {
    if let Some(bound) = bound.filter(|bound| reach.follows(*bound)) {
        tokio::spawn(look_now_and_then(runner.clone(), bound));
    }
}

async fn look_now_and_then(runner: RunnerHandle, bound: SocketAddr) {
    while !runner.has_ended() {
        tokio::time::sleep(Duration::from_secs(HARDWARE_SECS)).await;
        let acs = runner.look(0, |device| {
            let core = device.core();
            (core.acs_url(), core.acs_address())
        });
        if let Some((url, address)) = acs.await
            && let Some(own) = towards(&url, address, bound).await
        {
            // A loop that has ended has no devices.
            let _ = runner.events.send(Event::Command(Command::Own(own)));
        }
    }
}

/// Our address towards the host of a URL, by the address it was reached at if it has several; or towards anybody, if the
/// host is not known.
async fn towards(url: &str, reached: Option<IpAddr>, bound: SocketAddr) -> Option<IpAddr> {
    let reached = reached.map(|address| SocketAddr::new(address, 9));
    let hosts = hosts_of(url).await;
    let anybody = ANYBODY.map(|address| SocketAddr::new(address, 9));
    reached
        .into_iter()
        .chain(hosts)
        .chain(anybody)
        .find_map(|host| address_towards(host, bound).ok())
}

async fn hosts_of(url: &str) -> Vec<SocketAddr> {
    let uri: Option<http::Uri> = url.parse().ok();
    let Some(host) = uri.as_ref().and_then(http::Uri::host) else {
        return Vec::new();
    };
    let host = host.trim_matches(['[', ']']);
    // The port does not matter: only the way there does.
    let found = tokio::time::timeout(RESOLVE_TIMEOUT, lookup_host((host, 9))).await;
    found
        .ok()
        .and_then(Result::ok)
        .map_or_else(Vec::new, Iterator::collect)
}

/// The system chooses it when a socket for datagrams is connected; nothing is sent.
fn address_towards(host: SocketAddr, bound: SocketAddr) -> io::Result<IpAddr> {
    let any: IpAddr = match host {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    if host.is_ipv6() && bound.is_ipv4() {
        return Err(io::Error::other("the listener does not hear that family"));
    }
    let socket = std::net::UdpSocket::bind(SocketAddr::new(any, 0))?;
    socket.connect(host)?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn what_the_operator_says_wins_then_the_listener_then_what_was_found() {
        let found = Reach::default();
        assert_eq!(found.authority(address("0.0.0.0:7547")), "");
        assert!(found.learn("192.0.2.20".parse().unwrap()));
        assert!(!found.learn("192.0.2.20".parse().unwrap()));
        for (bound, expected) in [
            ("0.0.0.0:7547", "192.0.2.20:7547"),
            ("[::]:7547", "192.0.2.20:7547"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(found.authority(address(bound)), expected);
        }
        for (host, expected) in [
            ("ata.example.net", "ata.example.net:7547"),
            ("2001:db8::7", "[2001:db8::7]:7547"),
            ("[2001:db8::7]", "[2001:db8::7]:7547"),
        ] {
            let told = Reach::new(Some(host.into()));
            assert_eq!(told.authority(address("0.0.0.0:7547")), expected);
            assert!(!told.follows(address("0.0.0.0:7547")));
        }
    }
}
