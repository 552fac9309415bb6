//! Proxies in front of the server: who is behind a request that came through one, by the word of those the operator
//! trusts, and of nobody else.

mod certificate;
mod forwarded;
pub mod protocol;

use crate::config::Network;
use crate::config::proxies::{ForwardedBy, ProxiesConfig, Spoken};
use certificate::Checked;
use data_model::OperatorError;
use http::{HeaderMap, HeaderName};
use rustls::pki_types::{CertificateDer, UnixTime};
use std::net::IpAddr;

/// Headers that proxies write. From anybody else they are removed before somebody reads them.
const HEADERS: [&str; 5] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-real-ip",
];

/// The proxies the operator trusts.
#[derive(Debug, Default)]
pub struct Proxies {
    trusted: Vec<Network>,
    header: ForwardedBy,
    protocol: Vec<Spoken>,
    certificate: Option<Checked>,
}

/// The other side of a connection, or of a request that came through one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its address.
    pub address: IpAddr,
    /// Whether it has spoken TLS.
    pub tls: bool,
    /// The certificate it has proved to hold.
    pub certificate: Option<CertificateDer<'static>>,
}

impl Proxies {
    /// By the settings.
    ///
    /// # Errors
    /// If the authorities of certificates cannot be used.
    pub fn new(config: &ProxiesConfig) -> Result<Proxies, OperatorError> {
        let networks = config.trusted.iter();
        Ok(Proxies {
            trusted: networks.filter_map(|text| Network::parse(text)).collect(),
            header: config.header,
            protocol: config.protocol.clone(),
            certificate: Checked::new(config)?,
        })
    }

    /// Whether this is the address of a proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mut networks = self.trusted.iter();
        networks.any(|network| network.contains(address))
    }

    /// Whether a connection from there to this listener begins with the PROXY protocol.
    pub fn announces(&self, listener: &str, address: IpAddr) -> bool {
        let spoken = self.protocol.iter().any(|spoken| spoken.name() == listener);
        spoken && self.trusts(address)
    }

    /// Who is behind a request, by the connection it came on and its headers. Those only count on connections of
    /// proxies; the headers of others are removed.
    pub fn origin(&self, direct: &Origin, headers: &mut HeaderMap) -> Origin {
        if !self.trusts(direct.address) {
            self.cleanse(headers);
            return direct.clone();
        }
        let hops = match self.header {
            ForwardedBy::XForwardedFor => forwarded::x_forwarded_for(headers),
            ForwardedBy::Forwarded => forwarded::forwarded(headers),
            ForwardedBy::None => Vec::new(),
        };
        let mut origin = direct.clone();
        for hop in hops.into_iter().rev() {
            if !self.trusts(origin.address) {
                break;
            }
            // What cannot be read was written by somebody further away than the last one that is known.
            let Some(address) = hop.address else { break };
            origin.address = address.to_canonical();
            origin.tls = hop.tls.unwrap_or(origin.tls);
        }
        if let Some(checked) = &self.certificate {
            let shown = checked.read(headers, UnixTime::now());
            origin.certificate = shown.or(origin.certificate);
        }
        origin
    }

    fn cleanse(&self, headers: &mut HeaderMap) {
        for name in HEADERS {
            headers.remove(HeaderName::from_static(name));
        }
        if let Some(checked) = &self.certificate {
            headers.remove(&checked.header);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(header: ForwardedBy) -> Proxies {
        let config = ProxiesConfig {
            trusted: vec!["10.0.0.0/8".into(), "2001:db8::/32".into()],
            header,
            protocol: vec![Spoken::Cwmp],
            ..ProxiesConfig::default()
        };
        Proxies::new(&config).unwrap()
    }

    fn direct(address: &str) -> Origin {
        Origin {
            address: address.parse().unwrap(),
            tls: false,
            certificate: None,
        }
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn seen(header: ForwardedBy, from: &str, lines: &[(&'static str, &str)]) -> (String, bool) {
        let origin = proxies(header).origin(&direct(from), &mut headers(lines));
        (origin.address.to_string(), origin.tls)
    }

    #[test]
    fn the_last_address_that_a_trusted_proxy_has_seen_counts() {
        use ForwardedBy::XForwardedFor as X;
        for (from, lines, expected) in [
            (
                "10.0.0.1",
                &[("x-forwarded-for", "192.0.2.1")][..],
                ("192.0.2.1", false),
            ),
            // What a client says of itself stands before what the proxy has seen.
            (
                "10.0.0.1",
                &[("x-forwarded-for", "203.0.113.9, 192.0.2.1")],
                ("192.0.2.1", false),
            ),
            (
                "10.0.0.1",
                &[
                    ("x-forwarded-for", "203.0.113.9"),
                    ("x-forwarded-for", "192.0.2.1:4711"),
                ],
                ("192.0.2.1", false),
            ),
            // Two proxies in a row.
            (
                "10.0.0.1",
                &[("x-forwarded-for", "203.0.113.9, 192.0.2.1, 10.9.9.9")],
                ("192.0.2.1", false),
            ),
            (
                "::ffff:10.0.0.1",
                &[("x-forwarded-for", "[2001:db9::1]:80")],
                ("2001:db9::1", false),
            ),
            (
                "10.0.0.1",
                &[
                    ("x-forwarded-for", "192.0.2.1"),
                    ("x-forwarded-proto", "https"),
                ],
                ("192.0.2.1", true),
            ),
            (
                "10.0.0.1",
                &[("x-forwarded-for", "192.0.2.1, unknown")],
                ("10.0.0.1", false),
            ),
            (
                "10.0.0.1",
                &[("forwarded", "for=192.0.2.1;proto=https")],
                ("10.0.0.1", false),
            ),
            // Not from a proxy: whatever it says.
            (
                "192.0.2.7",
                &[
                    ("x-forwarded-for", "10.0.0.1"),
                    ("x-forwarded-proto", "https"),
                ],
                ("192.0.2.7", false),
            ),
        ] {
            let (address, tls) = seen(X, from, lines);
            assert_eq!((address.as_str(), tls), expected, "{from} {lines:?}");
        }
    }

    #[test]
    fn the_standard_header_is_read_with_its_quotes_and_its_scheme() {
        for (text, expected) in [
            ("for=192.0.2.1;proto=https;by=10.0.0.1", ("192.0.2.1", true)),
            (
                "For=\"[2001:db9:cafe::17]:4711\"",
                ("2001:db9:cafe::17", false),
            ),
            ("for=\"_gazonk\"", ("10.0.0.1", false)),
            (
                "for=203.0.113.1;proto=https, for=192.0.2.1;proto=http",
                ("192.0.2.1", false),
            ),
            (
                "for=\"203.0.113.1, for=1.1.1.1\", for=192.0.2.1",
                ("192.0.2.1", false),
            ),
            ("for=\"203.0.113.1", ("10.0.0.1", false)),
            (";;;=,", ("10.0.0.1", false)),
        ] {
            let (address, tls) = seen(ForwardedBy::Forwarded, "10.0.0.1", &[("forwarded", text)]);
            assert_eq!((address.as_str(), tls), expected, "{text}");
        }
    }

    #[test]
    fn headers_of_others_are_gone_before_anybody_reads_them() {
        let lines = [
            ("x-forwarded-host", "acs.example"),
            ("forwarded", "for=1.1.1.1"),
            ("host", "acs"),
        ];
        let mut given = headers(&lines);
        let _ = proxies(ForwardedBy::None).origin(&direct("192.0.2.1"), &mut given);
        assert_eq!(given.len(), 1);
        let mut given = headers(&lines);
        let _ = proxies(ForwardedBy::None).origin(&direct("10.0.0.1"), &mut given);
        assert_eq!(given.len(), 3);
    }

    #[test]
    fn the_protocol_is_expected_of_proxies_at_the_listeners_they_speak_it_to() {
        let proxies = proxies(ForwardedBy::None);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(proxies.announces("cwmp", address("10.1.1.1")));
        assert!(!proxies.announces("api", address("10.1.1.1")));
        assert!(!proxies.announces("cwmp", address("192.0.2.1")));
        assert!(!Proxies::default().announces("cwmp", address("10.1.1.1")));
    }
}
