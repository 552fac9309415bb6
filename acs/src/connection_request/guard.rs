//! Where a connection request may go: a device tells us its addresses, and must not make us call somebody else (case
//! C07).

use crate::config::Network;
use crate::store::Reach;
use http::Uri;
use std::net::{IpAddr, SocketAddr};

/// A checked place to call over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The address that is called; nothing is looked up again.
    pub address: SocketAddr,
    /// Whether it is `https`.
    pub tls: bool,
    /// For the Host header.
    pub host: String,
    /// Path and query.
    pub path: String,
}

/// A checked place to send a datagram to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UdpTarget {
    /// The address.
    pub address: SocketAddr,
    /// The address as the device has told it, for the request itself.
    pub authority: String,
}

/// Ports of services that must never get a request of ours, whoever asks.
const FOREIGN_PORTS: [u16; 12] = [21, 22, 23, 25, 53, 110, 143, 445, 3306, 5432, 6379, 27017];

/// Ports above 1023 of services that answer a datagram with a larger one.
const FOREIGN_UDP_PORTS: [u16; 5] = [1194, 1900, 3702, 5353, 11211];

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
    let tls = match uri.scheme_str() {
        Some("http") => false,
        // TR-069 3.2.2.2 knows http only; some devices have https all the same.
        Some("https") => true,
        _ => return Err("the connection request URL is neither http nor https".into()),
    };
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
    let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
    if port == 0 || FOREIGN_PORTS.contains(&port) {
        return Err(format!("port {port} is no port of a device"));
    }
    may_be_called(address, device_address, allow)?;
    let path = uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    Ok(Target {
        address: SocketAddr::new(address, port),
        tls,
        host: authority.as_str().to_owned(),
        path,
    })
}

/// Checks a UDPConnectionRequestAddress in the same way (TR-069 G.2.2.3): `host:port`, or a host alone for port 80.
pub fn check_udp(
    reach: &Reach,
    device_address: &str,
    allow: &[Network],
) -> Result<UdpTarget, String> {
    let told = reach.udp_address.as_deref().unwrap_or_default();
    if told.is_empty() {
        return Err("the device has told no UDPConnectionRequestAddress".into());
    }
    if reach.stun_enable == Some(false) && reach.nat_detected != Some(true) {
        return Err("STUN is switched off on the device".into());
    }
    let address = match told.parse::<SocketAddr>() {
        Ok(address) => address,
        Err(_) => {
            let host = told.trim_start_matches('[').trim_end_matches(']');
            let host: IpAddr = host
                .parse()
                .map_err(|_| "the UDPConnectionRequestAddress is no address".to_owned())?;
            SocketAddr::new(host, 80)
        }
    };
    let (ip, port) = (address.ip().to_canonical(), address.port());
    let foreign = FOREIGN_UDP_PORTS.contains(&port) || FOREIGN_PORTS.contains(&port);
    if foreign || (port < 1024 && port != 80) {
        return Err(format!("port {port} is no port of a device"));
    }
    may_be_called(ip, device_address, allow)?;
    Ok(UdpTarget {
        address: SocketAddr::new(ip, port),
        authority: told.to_owned(),
    })
}

fn may_be_called(address: IpAddr, device_address: &str, allow: &[Network]) -> Result<(), String> {
    let own = device_address
        .parse::<IpAddr>()
        .is_ok_and(|own| own.to_canonical() == address);
    if own || allow.iter().any(|network| network.contains(address)) {
        return Ok(());
    }
    Err(format!(
        "{address} is neither where the device came from nor in `connection_request.allow`"
    ))
}

/// Checks a ConnReqJabberID: an address with a domain, in plain characters.
pub fn check_jabber_id(reach: &Reach) -> Result<&str, String> {
    let jid = reach.jabber_id.as_deref().unwrap_or_default();
    if jid.is_empty() {
        return Err("the device has told no ConnReqJabberID".into());
    }
    let bare = jid.split('/').next().unwrap_or_default();
    let plain = !jid.chars().any(|c| c.is_control() || c.is_whitespace());
    if jid.len() > 512 || !plain || bare.split('@').filter(|part| !part.is_empty()).count() != 2 {
        return Err("the ConnReqJabberID is no address of XMPP".into());
    }
    Ok(jid)
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
            "ftp://198.51.100.7:7547/",
            "https://10.0.0.1:7547/",
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

    fn udp(address: &str) -> Reach {
        Reach {
            udp_address: Some(address.into()),
            ..Reach::default()
        }
    }

    /// Covers C07, U-14.
    #[test]
    fn datagrams_go_to_the_outer_address_of_the_device_and_nowhere_else() {
        let device = "198.51.100.7";
        for (told, address) in [
            ("198.51.100.7:40001", "198.51.100.7:40001"),
            ("198.51.100.7", "198.51.100.7:80"),
        ] {
            let target = check_udp(&udp(told), device, &[]).unwrap();
            assert_eq!(target.address, address.parse().unwrap());
            assert_eq!(target.authority, told);
        }
        for told in [
            "",
            "10.0.0.1:40001",
            "127.0.0.1:40001",
            "255.255.255.255:40001",
            "198.51.100.7:53",
            "198.51.100.7:123",
            "198.51.100.7:1900",
            "198.51.100.7:11211",
            "198.51.100.7:0",
            "device.example.net:40001",
            "198.51.100.7:40001\r\nX: y",
        ] {
            assert!(check_udp(&udp(told), device, &[]).is_err(), "{told}");
        }
        let off = Reach {
            stun_enable: Some(false),
            ..udp("198.51.100.7:40001")
        };
        assert!(check_udp(&off, device, &[]).is_err());
        let behind_nat = Reach {
            nat_detected: Some(true),
            ..off
        };
        assert!(check_udp(&behind_nat, device, &[]).is_ok());
    }

    /// Covers K-04.
    #[test]
    fn a_jabber_id_has_a_user_and_a_domain() {
        let reach = |jid: &str| Reach {
            jabber_id: Some(jid.into()),
            ..Reach::default()
        };
        assert!(check_jabber_id(&reach("cpe@example.net/ata")).is_ok());
        for jid in [
            "",
            "example.net",
            "@example.net",
            "cpe@",
            "a@b@c",
            "a b@c",
            "a@b\n",
        ] {
            assert!(check_jabber_id(&reach(jid)).is_err(), "{jid:?}");
        }
    }
}
