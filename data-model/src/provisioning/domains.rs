//! `Restricted_Access_Domains`: which servers a device may ask for files, and where its lines may register.

/// Whether a server, by its name or address, is within a comma list of domains; an empty list restricts nothing.
///
/// A domain stands for itself and for everything below it. A port and the brackets of an address do not count.
pub fn allows(domains: &str, server: &str) -> bool {
    let host = host_of(server);
    let mut restricts = false;
    for domain in domains.split(',').map(str::trim) {
        let domain = domain.trim_start_matches("*.").trim_matches('.');
        if domain.is_empty() {
            continue;
        }
        restricts = true;
        if is_within(host, host_of(domain)) {
            return true;
        }
    }
    !restricts
}

/// The name or address in `host:port` or `[address]:port`.
fn host_of(server: &str) -> &str {
    if let Some(behind) = server.strip_prefix('[') {
        return behind.split(']').next().unwrap_or_default();
    }
    let host = match server.split_once(':') {
        // Two colons without brackets: an IPv6 address, which has no port then.
        Some((host, port)) if !port.contains(':') => host,
        Some(_) | None => server,
    };
    host.trim_end_matches('.')
}

fn is_within(host: &str, domain: &str) -> bool {
    let Some(at) = host.len().checked_sub(domain.len()) else {
        return false;
    };
    let tail = host.as_bytes().get(at..).unwrap_or_default();
    let before = at
        .checked_sub(1)
        .and_then(|before| host.as_bytes().get(before));
    tail.eq_ignore_ascii_case(domain.as_bytes()) && before.is_none_or(|before| *before == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers M-01.
    #[test]
    fn a_server_is_within_a_domain_by_whole_labels_only() {
        let list = "example.net, *.example.org, 192.0.2.7,[2001:db8::1]";
        for server in [
            "example.net",
            "P.Example.NET:8443",
            "a.b.example.net.",
            "x.example.org",
            "192.0.2.7:69",
            "[2001:db8::1]:443",
            "2001:db8::1",
        ] {
            assert!(allows(list, server), "{server}");
        }
        for server in [
            "badexample.net",
            "example.net.evil.test",
            "net",
            "192.0.2.70",
            "2.192.0.2.8",
            "",
            "\u{e4}example.net",
        ] {
            assert!(!allows(list, server), "{server}");
        }
        for nothing in ["", " , ", ".", "*."] {
            assert!(allows(nothing, "anything.test"), "{nothing}");
        }
    }
}
