//! Where our requests may go: not to ourselves, not into a cloud's metadata, and into private networks only where the
//! operator says so (case U05).

use crate::config::Network;
use http::Uri;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A checked place of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Whether it is `https`.
    pub tls: bool,
    /// Its name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// For the Host header.
    pub authority: String,
    /// Path and query.
    pub path: String,
}

impl Place {
    pub fn parse(url: &str) -> Result<Place, String> {
        if url.len() > 2048 || url.bytes().any(|byte| !(0x21..=0x7e).contains(&byte)) {
            return Err("the URL has more than 2048 characters, or some that no URL has".into());
        }
        let uri: Uri = url.parse().map_err(|_| "that is no URL".to_owned())?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("the URL is neither http nor https".into()),
        };
        let authority = uri.authority().ok_or("the URL has no host")?;
        if authority.as_str().contains('@') {
            return Err("the URL holds a user or a password".into());
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        if host.is_empty() || port == 0 {
            return Err("the URL has no host, or the port 0".into());
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Place {
            tls,
            host,
            port,
            authority: authority.as_str().to_owned(),
            path: path.to_owned(),
        })
    }
}

/// The first address that may be called.
pub(super) fn allowed(
    found: impl Iterator<Item = SocketAddr>,
    allow: &[Network],
) -> Result<SocketAddr, String> {
    let mut refused = None;
    for address in found {
        let ip = address.ip().to_canonical();
        if is_public(ip) || allow.iter().any(|network| network.contains(ip)) {
            return Ok(SocketAddr::new(ip, address.port()));
        }
        refused = Some(ip);
    }
    Err(match refused {
        Some(ip) => format!(
            "{ip} is not on the public network; if it is meant, add it to `outbound.allow` in the configuration"
        ),
        None => "the name has no address".into(),
    })
}

/// Whether an address belongs to anybody on the Internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            !(a == 0
                || ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_multicast()
                || ip.is_documentation()
                // RFC 6598: behind a carrier's NAT. RFC 2544: benchmarks. RFC 6890: protocols. RFC 1112: reserved.
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || a >= 240)
        }
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            !(ip.is_unspecified()
                || ip.is_loopback()
                || ip.is_multicast()
                // RFC 4193: unique local. RFC 4291: link-local. RFC 3849: documentation.
                || (first & 0xfe00) == 0xfc00
                || (first & 0xffc0) == 0xfe80
                || (first == 0x2001 && ip.segments()[1] == 0xdb8)
                || embedded(ip).is_some_and(|inner| !is_public(IpAddr::V4(inner))))
        }
    }
}

/// The IPv4 address a translator or a tunnel would turn this one into (RFC 6052, RFC 3056).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = ip.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        (0x64, 0xff9b) => Some(of(high, low)),
        (0x2002, _) => Some(of(b, c)),
        (0, 0) if (c, d, e, f) == (0, 0, 0, 0) => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        SocketAddr::new(text.parse().unwrap(), 443)
    }

    /// Covers U05.
    #[test]
    fn neither_the_server_itself_nor_metadata_nor_private_networks_are_called() {
        for text in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "fd00:ec2::254",
            "fe80::1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "ff02::1",
        ] {
            assert!(allowed([address(text)].into_iter(), &[]).is_err(), "{text}");
        }
        for text in ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"] {
            assert!(allowed([address(text)].into_iter(), &[]).is_ok(), "{text}");
        }
    }

    /// Covers U05.
    #[test]
    fn a_network_the_operator_names_is_called_and_only_that() {
        let allow = [Network::parse("10.0.0.0/8").unwrap()];
        assert!(allowed([address("10.1.2.3")].into_iter(), &allow).is_ok());
        assert!(allowed([address("127.0.0.1")].into_iter(), &allow).is_err());
        // Of several addresses of a name the one that is allowed is taken.
        let found = [address("127.0.0.1"), address("10.0.0.1")].into_iter();
        assert_eq!(allowed(found, &allow).unwrap(), address("10.0.0.1"));
    }

    /// Covers U05.
    #[test]
    fn only_plain_http_urls_are_taken() {
        assert!(Place::parse("https://hooks.example.net/a?b=c").is_ok());
        assert_eq!(
            Place::parse("http://[2001:db8::1]:8080").unwrap().host,
            "2001:db8::1"
        );
        for url in [
            "",
            "hooks.example.net",
            "file:///etc/passwd",
            "ftp://example.net/",
            "gopher://example.net/",
            "https://user:pass@example.net/",
            "https://example.net:0/",
            "https://example.net/\r\nX: y",
        ] {
            assert!(Place::parse(url).is_err(), "{url}");
        }
    }
}
