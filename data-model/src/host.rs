//! The name or the address of a host, read strictly: what passes can be looked up, and means nothing to anything else.

use core::net::IpAddr;
use std::fmt;

/// Characters of the longest host name (RFC 1035 2.3.4).
const NAME_CHARS: usize = 253;
/// Characters of the longest label of one.
const LABEL_CHARS: usize = 63;

/// A host, as the parameters of a diagnostics object name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// By address.
    Address(IpAddr),
    /// By name, without a dot at its end.
    Name(Box<str>),
}

impl Host {
    /// Reads an IPv4 or IPv6 address or a host name of letters, digits, hyphens and underscores (RFC 1123 2.1). Names of
    /// other scripts have to be given in the form the DNS has them in.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Host, String> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Host::Address(address));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.is_empty() {
            return Err("there is no host".into());
        }
        if name.len() > NAME_CHARS || !name.split('.').all(is_label) {
            return Err("it is neither a host name nor an address".into());
        }
        // Some resolvers take `127.1`, `2130706433` and `0x7f.1` for addresses.
        let last = name.rsplit('.').next().unwrap_or_default();
        if last.starts_with(|c: char| c.is_ascii_digit()) {
            return Err("it looks like an address and is none".into());
        }
        Ok(Host::Name(name.into()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Address(address) => address.fmt(f),
            Host::Name(name) => f.write_str(name),
        }
    }
}

fn is_label(label: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=LABEL_CHARS).contains(&label.len())
        && label.bytes().all(known)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers U01.
    #[test]
    fn only_names_and_addresses_are_hosts() {
        for good in [
            "acs",
            "acs.example.net",
            "acs.example.net.",
            "_sip.x1-y.org",
            "192.0.2.1",
            "2001:db8::1",
        ] {
            assert!(Host::parse(good).is_ok(), "{good}");
        }
        let long_name = ["a".repeat(60).as_str(); 5].join(".");
        let long_label = format!("{}.net", "a".repeat(64));
        for bad in [
            "",
            ".",
            "..",
            "a..b",
            "x/;id",
            "-f",
            "--",
            "-x.net",
            "x-.net",
            "a b",
            "a\nb",
            "a\0b",
            "$(id)",
            "`id`",
            "a|b",
            "a&b",
            "a@b",
            "http://a/",
            "a:80",
            "[::1]",
            "fe80::1%eth0",
            "127.1",
            "0x7f.1",
            "2130706433",
            "1.2.3.4.5",
            "256.1.1.1",
            "\u{0430}cs.example.net",
            "acs\u{3002}net",
            &long_name,
            &long_label,
        ] {
            assert!(Host::parse(bad).is_err(), "{bad:?}");
        }
    }
}
