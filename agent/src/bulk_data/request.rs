//! The HTTP request that carries reports to the collector (TR-069 N.2, N.3).

use super::collect::collect;
use super::profile::{Encoding, Settings};
use super::report::Report;
use super::{csv, json};
use crate::device::Core;
use data_model::{Secret, Timestamp};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::Write as _;

/// Reports to send. The shell answers with [`crate::device::Input::ReportEnded`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportJob {
    /// Comes back with the outcome.
    pub number: u32,
    /// `POST` or `PUT`.
    pub method: &'static str,
    /// Where to, with its query.
    pub url: String,
    /// Headers besides Host and Content-Length.
    pub headers: Vec<(&'static str, String)>,
    /// The encoded reports.
    pub body: Vec<u8>,
    /// User at the collector; empty for none.
    pub username: String,
    /// Password at the collector.
    pub password: Secret,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportOutcome {
    /// The collector has taken it.
    Delivered,
    /// It has not, for this reason.
    Failed(String),
}

/// The request for these reports, the oldest first, as the profile wants it.
pub(super) fn request(
    core: &Core,
    settings: &Settings<'_>,
    reports: &[Report],
    number: u32,
    now: Timestamp,
) -> ReportJob {
    let (media_type, format, body) = match settings.encoding() {
        Encoding::Csv => {
            let form = settings.csv();
            let media_type = "text/csv; charset=UTF-8; header=present";
            (
                media_type,
                form.layout.as_str(),
                csv::encode(reports, &form),
            )
        }
        Encoding::Json => {
            let form = settings.json();
            let media_type = "application/json; charset=UTF-8";
            (
                media_type,
                form.layout.as_str(),
                json::encode(reports, form),
            )
        }
    };
    let mut headers = vec![
        (
            "User-Agent",
            format!("Dialtone/{}", env!("CARGO_PKG_VERSION")),
        ),
        ("Content-Type", media_type.to_owned()),
        ("BBF-Report-Format", format.to_owned()),
    ];
    if settings.flag("HTTP.UseDateHeader") && core.facts.knows_the_time() {
        headers.extend(now.to_http_date().map(|date| ("Date", date)));
    }
    let mut body = body.into_bytes();
    if settings.text("HTTP.Compression") == "GZIP"
        && let Ok(packed) = gzip(&body)
    {
        headers.push(("Content-Encoding", "gzip".to_owned()));
        body = packed;
    }
    ReportJob {
        number,
        method: match settings.text("HTTP.Method").as_str() {
            "PUT" => "PUT",
            _ => "POST",
        },
        url: url(core, settings, now),
        headers,
        body,
        username: settings.text("HTTP.Username"),
        password: Secret::new(settings.text("HTTP.Password")),
    }
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}

/// TR-069 N.2.1: the identity of the device, then what the profile adds.
fn url(core: &Core, settings: &Settings<'_>, now: Timestamp) -> String {
    let identity = core.device_id();
    let mut query = Query(base(&settings.text("HTTP.URL")));
    query.add("oui", &identity.oui);
    query.add("pc", &identity.product_class);
    query.add("sn", &identity.serial_number);
    for mut row in settings.uri_parameters() {
        if row.name.is_empty() {
            row.name.clone_from(&row.reference);
        }
        // One parameter has one value; a path that names several names none of them.
        let found = collect(core, std::slice::from_ref(&row), 0, now).values;
        if let [value] = &found[..] {
            query.add(&row.name, &value.text);
        }
    }
    query.0
}

/// The URL up to where parameters are added to its query.
fn base(url: &str) -> String {
    let url = url.trim();
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let behind_scheme = url.find("://").map_or(0, |at| at + 3);
    match url[behind_scheme..].find(['/', '?']) {
        None => format!("{url}/"),
        Some(at) if url[behind_scheme + at..].starts_with('?') => {
            let (host, query) = url.split_at(behind_scheme + at);
            format!("{host}/{query}")
        }
        Some(_) => url.to_owned(),
    }
}

struct Query(String);

impl Query {
    fn add(&mut self, name: &str, value: &str) {
        let joint = match self.0.contains('?') {
            false => "?",
            true if self.0.ends_with(['?', '&']) => "",
            true => "&",
        };
        self.0.push_str(joint);
        self.escaped(name);
        self.0.push('=');
        self.escaped(value);
    }

    /// RFC 3986: all but what stands for itself everywhere, and the colon, which a query may hold.
    fn escaped(&mut self, text: &str) {
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
                self.0.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(self.0, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers B-01.
    #[test]
    fn a_query_is_added_to_any_url() {
        for (url, expected) in [
            ("http://c.example", "http://c.example/?a=1"),
            ("http://c.example/x", "http://c.example/x?a=1"),
            ("http://c.example?k=v", "http://c.example/?k=v&a=1"),
            ("http://c.example/x?", "http://c.example/x?a=1"),
            ("https://c.example:8/x#y", "https://c.example:8/x?a=1"),
        ] {
            let mut query = Query(base(url));
            query.add("a", "1");
            assert_eq!(query.0, expected);
        }
        let mut query = Query(String::new());
        query.add("n&", "a b/\u{e4}=~");
        assert_eq!(query.0, "?n%26=a%20b%2F%C3%A4%3D~");
    }
}
