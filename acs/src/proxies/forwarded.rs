//! The headers with the addresses a request has come by: `X-Forwarded-For`, and `Forwarded` (RFC 7239).

use http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// One proxy's word about whoever came to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// The address; `None` if it is hidden or cannot be read.
    pub address: Option<IpAddr>,
    /// Whether it spoke TLS, if that is said.
    pub tls: Option<bool>,
}

/// The hops of `X-Forwarded-For`, the nearest last. The scheme is told once, by `X-Forwarded-Proto`.
pub fn x_forwarded_for(headers: &HeaderMap) -> Vec<Hop> {
    let scheme = headers.get_all("x-forwarded-proto").iter().next_back();
    let scheme = scheme.and_then(|value| value.to_str().ok());
    let scheme = scheme.and_then(|text| text.rsplit(',').next());
    let tls = scheme.map(is_https);
    let mut hops = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        let text = value.to_str().unwrap_or_default();
        hops.extend(text.split(',').map(|item| Hop {
            address: address(item),
            tls,
        }));
    }
    hops
}

/// The hops of `Forwarded`, the nearest last.
pub fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let mut hops = Vec::new();
    for value in headers.get_all("forwarded") {
        let text = value.to_str().unwrap_or_default();
        hops.extend(pieces(text, ',').into_iter().map(element));
    }
    hops
}

fn element(text: &str) -> Hop {
    let mut hop = Hop {
        address: None,
        tls: None,
    };
    for pair in pieces(text, ';') {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let value = value.trim();
        let unquoted = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let value = unquoted.unwrap_or(value);
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = address(value),
            "proto" => hop.tls = Some(is_https(value)),
            _ => {}
        }
    }
    hop
}

/// Splits at a sign that stands outside of quotes.
fn pieces(text: &str, sign: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == sign && !quoted => {
                pieces.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

fn is_https(scheme: &str) -> bool {
    scheme.trim().eq_ignore_ascii_case("https")
}

/// An address, with a port or without; of version 6 in brackets or bare.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some(socket.ip());
    }
    let bare = text.strip_prefix('[')?.strip_suffix(']')?;
    bare.parse().ok()
}
