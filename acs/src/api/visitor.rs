//! Where a request comes from: the connection it came on, and what browsers say about the page that sends it.

use axum::extract::FromRequestParts;
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

/// The other side of a request; the listener puts it into each, by the word of trusted proxies if it came through some.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// Its address.
    pub address: IpAddr,
    /// Whether nobody reads along.
    pub tls: bool,
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Infallible> {
        let visitor = parts.extensions.get::<Visitor>().copied();
        Ok(visitor.unwrap_or(Visitor {
            address: Ipv4Addr::UNSPECIFIED.into(),
            tls: false,
        }))
    }
}

impl aide::OperationInput for Visitor {}

/// Whether a browser sends this for a page of ours, or it is no browser (case A13).
pub fn is_of_our_pages(headers: &HeaderMap) -> bool {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    // The listener removes it where no trusted proxy has written it.
    const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-host");
    if let Some(site) = headers.get(SITE)
        && site != "same-origin"
        && site != "none"
    {
        return false;
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let host = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"));
    let is_ours = |ours: Option<&HeaderValue>| match (ours.map(HeaderValue::to_str), host) {
        (Some(Ok(ours)), Some((_, host))) => ours.eq_ignore_ascii_case(host),
        _ => false,
    };
    is_ours(headers.get(HOST)) || is_ours(headers.get(FORWARDED))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers A13.
    #[test]
    fn pages_of_other_sites_are_told_from_ours() {
        for (lines, ours) in [
            (&[("host", "acs:3000")][..], true),
            (&[("host", "acs:3000"), ("origin", "http://acs:3000")], true),
            (
                &[("host", "acs:3000"), ("origin", "https://ACS:3000")],
                true,
            ),
            (&[("host", "acs:3000"), ("origin", "http://acs")], false),
            (
                &[("host", "acs:3000"), ("origin", "https://evil.example")],
                false,
            ),
            (&[("host", "acs:3000"), ("origin", "null")], false),
            (&[("origin", "http://acs:3000")], false),
            (
                &[("host", "acs:3000"), ("sec-fetch-site", "same-origin")],
                true,
            ),
            (&[("host", "acs:3000"), ("sec-fetch-site", "none")], true),
            (
                &[("host", "acs:3000"), ("sec-fetch-site", "same-site")],
                false,
            ),
            (
                &[("host", "acs:3000"), ("sec-fetch-site", "cross-site")],
                false,
            ),
            (
                &[
                    ("host", "127.0.0.1:3000"),
                    ("x-forwarded-host", "acs.example"),
                    ("origin", "https://acs.example"),
                ],
                true,
            ),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_of_our_pages(&headers), ours, "{lines:?}");
        }
    }
}
