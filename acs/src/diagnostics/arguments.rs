//! Checks what a device is asked to measure, strictly: what passes means nothing to anything but a diagnostics object.

use crate::limits::{
    DIAGNOSTIC_BLOCK_BYTES, DIAGNOSTIC_REPETITIONS, DIAGNOSTIC_UPLOAD_BYTES, DIAGNOSTIC_URL_CHARS,
};
use crate::store::Diagnostic;
use data_model::{Host, Path};
use http::Uri;
use std::ops::RangeInclusive;

/// Milliseconds an answer may take.
const TIMEOUT_MS: RangeInclusive<u32> = 1..=60_000;

/// Checks a measurement.
///
/// # Errors
/// Names the first argument that cannot be used, and why.
pub fn check(diagnostic: &Diagnostic) -> Result<(), String> {
    match diagnostic {
        Diagnostic::IpPing(ping) => {
            host("host", &ping.host)?;
            number("repetitions", ping.repetitions, &DIAGNOSTIC_REPETITIONS)?;
            number("timeout_ms", ping.timeout_ms, &TIMEOUT_MS)?;
            number("block_bytes", ping.block_bytes, &DIAGNOSTIC_BLOCK_BYTES)?;
            common(ping.dscp, ping.interface.as_deref())
        }
        Diagnostic::TraceRoute(route) => {
            host("host", &route.host)?;
            number("tries", route.tries, &(1..=3))?;
            number("timeout_ms", route.timeout_ms, &TIMEOUT_MS)?;
            number("block_bytes", route.block_bytes, &DIAGNOSTIC_BLOCK_BYTES)?;
            number("max_hops", route.max_hops, &(1..=64))?;
            common(route.dscp, route.interface.as_deref())
        }
        Diagnostic::NsLookup(lookup) => {
            host("name", &lookup.name)?;
            if let Some(text) = &lookup.server {
                server(text)?;
            }
            number("timeout_ms", lookup.timeout_ms, &TIMEOUT_MS)?;
            number("repetitions", lookup.repetitions, &(1..=32))?;
            common(None, lookup.interface.as_deref())
        }
        Diagnostic::Download(download) => {
            url(&download.url)?;
            common(download.dscp, download.interface.as_deref())
        }
        Diagnostic::Upload(upload) => {
            url(&upload.url)?;
            number("bytes", Some(upload.bytes), &DIAGNOSTIC_UPLOAD_BYTES)?;
            common(upload.dscp, upload.interface.as_deref())
        }
        Diagnostic::UdpEcho(echo) => {
            host("host", &echo.host)?;
            number("port", echo.port, &(1..=65_535))?;
            number("repetitions", echo.repetitions, &DIAGNOSTIC_REPETITIONS)?;
            number("timeout_ms", echo.timeout_ms, &TIMEOUT_MS)?;
            number("block_bytes", echo.block_bytes, &DIAGNOSTIC_BLOCK_BYTES)?;
            number("pause_ms", echo.pause_ms, &(1..=65_535))?;
            common(echo.dscp, echo.interface.as_deref())
        }
        Diagnostic::LineTest(line) => {
            number("port", line.port, &(1..=256))?;
            test_selector(line.test.as_deref())
        }
    }
}

fn common(dscp: Option<u32>, interface: Option<&str>) -> Result<(), String> {
    number("dscp", dscp, &(0..=63))?;
    let Some(interface) = interface else {
        return Ok(());
    };
    let path = Path::parse(interface);
    let fits = path.is_ok() && interface.len() <= 256 && interface.contains('.');
    if fits {
        Ok(())
    } else {
        Err("`interface` is no path of an interface, such as Device.IP.Interface.1".into())
    }
}

fn host(name: &str, text: &str) -> Result<(), String> {
    let parsed = Host::parse(text);
    parsed.map(|_| ()).map_err(|why| format!("`{name}`: {why}"))
}

/// A name server: a host, or one with a port behind a colon, which some devices take (TR-157 has the host alone).
fn server(text: &str) -> Result<(), String> {
    let alone = host("server", text);
    let Some((before, port)) = text.rsplit_once(':').filter(|_| alone.is_err()) else {
        return alone;
    };
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return alone;
    }
    let bare = before
        .strip_prefix('[')
        .and_then(|bare| bare.strip_suffix(']'));
    host("server", bare.unwrap_or(before))
}

fn number(name: &str, value: Option<u32>, range: &RangeInclusive<u32>) -> Result<(), String> {
    match value {
        Some(value) if !range.contains(&value) => {
            let (low, high) = (range.start(), range.end());
            Err(format!("`{name}` is {value}; {low} to {high} are possible"))
        }
        Some(_) | None => Ok(()),
    }
}

/// TR-143 knows http and ftp; credentials in a URL would be kept and shown.
fn url(text: &str) -> Result<(), String> {
    if text.len() > DIAGNOSTIC_URL_CHARS || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "`url` has more than {DIAGNOSTIC_URL_CHARS} characters, or some that no URL has"
        ));
    }
    let uri: Uri = text
        .parse()
        .map_err(|_| "`url` cannot be read as a URL".to_owned())?;
    if !matches!(uri.scheme_str(), Some("http" | "ftp")) {
        return Err("`url` is neither http nor ftp: TR-143 measures nothing else".into());
    }
    let authority = uri.authority().ok_or("`url` has no host")?;
    if authority.as_str().contains('@') {
        return Err("`url` must not hold a user or a password".into());
    }
    let bare = authority.host();
    let inner = bare
        .strip_prefix('[')
        .and_then(|bare| bare.strip_suffix(']'));
    host("url", inner.unwrap_or(bare))
}

fn test_selector(test: Option<&str>) -> Result<(), String> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match test {
        Some(test) if test.is_empty() || test.len() > 64 || !test.bytes().all(legal) => {
            Err("`test` is no name of a test, such as PhoneConnectivityTest".into())
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(kind: &str, arguments: serde_json::Value) -> Result<(), String> {
        let text = json!({ "kind": kind, "arguments": arguments });
        let read: Result<Diagnostic, _> = serde_json::from_value(text);
        check(&read.map_err(|error| error.to_string())?)
    }

    /// Covers U01.
    #[test]
    fn a_host_is_a_name_or_an_address_and_nothing_else() {
        for host in ["acs.example.net", "192.0.2.1", "2001:db8::1"] {
            asked("ip_ping", json!({ "host": host })).unwrap();
            asked("trace_route", json!({ "host": host })).unwrap();
            asked("udp_echo", json!({ "host": host })).unwrap();
            asked("ns_lookup", json!({ "name": host, "server": host })).unwrap();
        }
        for host in [
            "",
            "x/;id",
            "-f",
            "--",
            "a b",
            "a\nb",
            "$(id)",
            "`id`",
            "a|b",
            "a&b",
            "\u{0430}cs.net",
            "127.1",
            "2130706433",
            "fe80::1%eth0",
        ] {
            for kind in ["ip_ping", "trace_route", "udp_echo"] {
                assert!(asked(kind, json!({ "host": host })).is_err(), "{host:?}");
            }
            assert!(
                asked("ns_lookup", json!({ "name": host })).is_err(),
                "{host:?}"
            );
            let server = json!({ "name": "a.net", "server": host });
            assert!(asked("ns_lookup", server).is_err(), "{host:?}");
            // Behind a slash it would be a path.
            let host = host.replace('/', "");
            for url in [format!("http://{host}/file"), format!("http://{host}:80/")] {
                assert!(asked("download", json!({ "url": url })).is_err(), "{url:?}");
            }
        }
    }

    /// Covers U01.
    #[test]
    fn urls_numbers_and_names_of_tests_have_limits() {
        asked(
            "download",
            json!({ "url": "http://192.0.2.1:8080/10MB?x=1" }),
        )
        .unwrap();
        asked(
            "upload",
            json!({ "url": "ftp://files.example.net/up", "bytes": 1000 }),
        )
        .unwrap();
        asked(
            "line_test",
            json!({ "port": 2, "test": "PhoneConnectivityTest" }),
        )
        .unwrap();
        for (kind, arguments) in [
            ("download", json!({ "url": "https://a.net/" })),
            ("download", json!({ "url": "file:///etc/passwd" })),
            ("download", json!({ "url": "http://u:p@a.net/" })),
            ("download", json!({ "url": "http://a.net/\r\nX: y" })),
            (
                "download",
                json!({ "url": format!("http://a.net/{}", "x".repeat(300)) }),
            ),
            ("upload", json!({ "url": "http://a.net/", "bytes": 0 })),
            ("ip_ping", json!({ "host": "a.net", "repetitions": 0 })),
            ("ip_ping", json!({ "host": "a.net", "dscp": 64 })),
            ("ip_ping", json!({ "host": "a.net", "timeout_ms": 60_001 })),
            (
                "ip_ping",
                json!({ "host": "a.net", "interface": "eth0; id" }),
            ),
            ("trace_route", json!({ "host": "a.net", "max_hops": 65 })),
            ("udp_echo", json!({ "host": "a.net", "port": 0 })),
            ("line_test", json!({ "port": 0 })),
            ("line_test", json!({ "test": "x;y" })),
            // A mistyped argument is not left out without a word.
            ("ip_ping", json!({ "host": "a.net", "repetition": 3 })),
            ("self_test", json!({})),
        ] {
            assert!(
                asked(kind, arguments.clone()).is_err(),
                "{kind} {arguments}"
            );
        }
    }
}
