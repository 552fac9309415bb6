//! Where a SIP server is, as the ATA writes it: `host[:port][:p=priority][:w=weight][:A=addresses] | ...`.

use super::conversion::broken;
use super::parameter_type::Broken;
use core::net::Ipv6Addr;

/// `host[:port][:p=..][:w=..] | ...`, cut at the first alternative's host and port.
pub(super) struct ServerAddress<'a> {
    host: &'a str,
    pub(super) port: Option<&'a str>,
    /// Weights and further alternatives, with the character that separates them.
    rest: &'a str,
}

impl<'a> ServerAddress<'a> {
    /// Cuts a text.
    pub(super) fn split(text: &'a str) -> ServerAddress<'a> {
        let first = &text[..text.find('|').unwrap_or(text.len())];
        let host_end = match first.find(']') {
            Some(bracket) if first.starts_with('[') => bracket + 1,
            _ if first.parse::<Ipv6Addr>().is_ok() => first.len(),
            _ => first.find(':').unwrap_or(first.trim_end().len()),
        };
        let digits = first[host_end..].strip_prefix(':').map_or("", |after| {
            &after[..after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len())]
        });
        let port_end = if digits.is_empty() {
            host_end
        } else {
            host_end + 1 + digits.len()
        };
        ServerAddress {
            host: &text[..host_end],
            port: (!digits.is_empty()).then_some(digits),
            rest: &text[port_end..],
        }
    }

    /// The host, an IPv6 address without its brackets.
    pub(super) fn bare_host(&self) -> &'a str {
        match self
            .host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
        {
            Some(bare) if bare.parse::<Ipv6Addr>().is_ok() => bare,
            Some(_) | None => self.host,
        }
    }

    /// The text with another host; port, weights and alternatives stay.
    pub(super) fn with_host(&self, host: &str) -> Result<String, Broken> {
        if host.contains(|c: char| c == '|' || c.is_whitespace()) {
            return Err(broken("is not one host name or address"));
        }
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let host = if bare.parse::<Ipv6Addr>().is_ok() {
            format!("[{bare}]")
        } else if host.contains(':') {
            return Err(broken("names a port, which is a parameter of its own"));
        } else {
            host.to_owned()
        };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let rest = if host.is_empty() { "" } else { self.rest };
        Ok(format!("{host}{port}{rest}"))
    }

    /// The text with another port; host, weights and alternatives stay.
    pub(super) fn with_port(&self, port: &str, default: u16) -> Result<String, Broken> {
        let number: u16 = port
            .parse()
            .map_err(|_| broken("is not a port, 0 to 65535"))?;
        let (host, rest) = (self.host, self.rest);
        // A port that is not written leaves the choice to DNS: it is only added where it says something.
        if number == default && (self.port.is_none() || host.is_empty()) {
            return Ok(format!("{host}{rest}"));
        }
        Ok(format!("{host}:{number}{rest}"))
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::Conversion;
    use crate::schema::conversion_text::parse_conversion;

    #[track_caller]
    fn reads(conversion: &str, cases: &[(&str, &str)]) {
        let conversion = parse_conversion(conversion).unwrap();
        for (stored, shown) in cases {
            assert_eq!(conversion.read(stored), *shown, "of {stored}");
        }
    }

    #[track_caller]
    fn writes(conversion: &str, cases: &[(&str, &str, &str)]) {
        let conversion = parse_conversion(conversion).unwrap();
        for (value, before, stored) in cases {
            let written = conversion.write(value, before);
            assert_eq!(written.as_deref(), Ok(*stored), "{value} over {before}");
        }
    }

    #[test]
    fn host_and_port_are_parts_of_one_address() {
        let full = "a.example:5080:p=1:w=2 | b.example:5060";
        reads(
            "host",
            &[("", ""), ("a.example", "a.example"), (full, "a.example")],
        );
        reads(
            "host",
            &[
                ("[2001:db8::1]:5060", "2001:db8::1"),
                ("2001:db8::1", "2001:db8::1"),
            ],
        );
        reads(
            "port(5060)",
            &[
                ("", "5060"),
                ("a", "5060"),
                (full, "5080"),
                (":7000", "7000"),
            ],
        );
        reads(
            "port(5060)",
            &[("[2001:db8::1]:5070", "5070"), ("a:p=1", "5060")],
        );
        writes(
            "host",
            &[
                ("b", "", "b"),
                ("b", "a:5080", "b:5080"),
                ("b", full, "b:5080:p=1:w=2 | b.example:5060"),
                ("2001:db8::2", "a:5080", "[2001:db8::2]:5080"),
                ("", full, ":5080"),
                ("", "a", ""),
            ],
        );
        writes(
            "port(5060)",
            &[
                ("5080", "a", "a:5080"),
                ("5080", full, full),
                ("5060", "a", "a"),
                ("5060", "a:5080:p=1", "a:5060:p=1"),
                ("5080", "", ":5080"),
                ("5060", ":5080", ""),
            ],
        );
    }

    #[test]
    fn host_and_port_may_be_written_in_either_order() {
        let (host, port) = (Conversion::Host, Conversion::Port(5060));
        for before in ["", "old", "old:5080", "old:p=1"] {
            let first = port.write("6000", &host.write("new", before).unwrap());
            let second = host.write("new", &port.write("6000", before).unwrap());
            assert_eq!(first, second, "over {before}");
        }
        assert!(host.write("a:5060", "").is_err());
        assert!(host.write("a b", "").is_err());
    }
}
