//! Where a connection request may go: a device tells us its URL, and must not make us call somebody else (case C07).

use crate::config::Network;
use http::Uri;
use std::net::{IpAddr, SocketAddr};

/// A checked place to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The address that is called; nothing is looked up again.
    pub address: SocketAddr,
    /// For the Host header.
    pub host: String,
    /// Path and query.
    pub path: String,
}

/// Ports of services that must never get a request of ours, whoever asks.
const FOREIGN_PORTS: [u16; 12] = [21, 22, 23, 25, 53, 110, 143, 445, 3306, 5432, 6379, 27017];

/// Checks a connection request URL against the address its device came from and the networks the operator allows.
///
/// The host must be a literal address: a name could lead anywhere, and somewhere else the next time.
pub fn check(url: &str, device_address: &str, allow: &[Network]) -> Result<Target, String> {
    if url.is_empty() {
        return Err("the device has told no connection request URL".into());
    }
    if url.len() > 512 || url.bytes().any(|byte| !(0x21..=0x7e).contains(&byte)) {
        return Err("the connection request URL is not a plain URL".into());
    }
    let uri: Uri = url
        .parse()
        .map_err(|_| "the connection request URL cannot be read".to_owned())?;
    if uri.scheme_str() != Some("http") {
        return Err("the connection request URL is not http".into());
    }
    let authority = uri
        .authority()
        .ok_or("the connection request URL has no host")?;
    if authority.as_str().contains('@') {
        return Err("the connection request URL holds a user or a password".into());
    }
    let host = authority.host().trim_matches(['[', ']']);
    let address: IpAddr = host
        .parse()
        .map_err(|_| "the host of the connection request URL is no address".to_owned())?;
    let address = address.to_canonical();
    let port = authority.port_u16().unwrap_or(80);
    if port == 0 || FOREIGN_PORTS.contains(&port) {
        return Err(format!("port {port} is no port of a device"));
    }
    let own = device_address
        .parse::<IpAddr>()
        .is_ok_and(|own| own.to_canonical() == address);
    let allowed = allow.iter().any(|network| network.contains(address));
    if !own && !allowed {
        return Err(format!(
            "{address} is neither where the device came from nor in `connection_request.allow`"
        ));
    }
    let path = uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    Ok(Target {
        address: SocketAddr::new(address, port),
        host: authority.as_str().to_owned(),
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers C07.
    #[test]
    fn nobody_but_the_device_itself_is_called() {
        let device = "198.51.100.7";
        assert!(check("http://198.51.100.7:7547/abc", device, &[]).is_ok());
        for url in [
            "http://127.0.0.1:7547/",
            "http://[::1]:7547/",
            "http://[::ffff:127.0.0.1]:7547/",
            "http://2130706433/",
            "http://169.254.169.254/latest/meta-data",
            "http://10.0.0.1:7547/",
            "http://198.51.100.7:22/",
            "http://198.51.100.7:6379/",
            "http://user:pass@198.51.100.7:7547/",
            "http://198.51.100.7:7547/\r\nX: y",
            "https://198.51.100.7:7547/",
            "file:///etc/passwd",
            "http://rebind.example.net:7547/",
            "",
        ] {
            assert!(check(url, device, &[]).is_err(), "{url}");
        }
    }

    #[test]
    fn the_operator_may_allow_further_networks() {
        let allow = [Network::parse("10.0.0.0/8").unwrap()];
        let target = check("http://10.1.2.3:8080/x?y=1", "198.51.100.7", &allow).unwrap();
        assert_eq!(target.address, "10.1.2.3:8080".parse().unwrap());
        assert_eq!(
            (target.host.as_str(), target.path.as_str()),
            ("10.1.2.3:8080", "/x?y=1")
        );
        assert!(check("http://11.1.2.3:8080/", "198.51.100.7", &allow).is_err());
    }
}
