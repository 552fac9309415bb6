//! A request to the page, and its answer, as values.

use std::net::IpAddr;

/// The head of a request.
#[derive(Debug, Clone)]
pub struct Head {
    /// The method.
    pub method: String,
    /// The request target: path and query.
    pub target: String,
    /// Every `Host`.
    pub hosts: Vec<String>,
    /// `Origin`, if there is one.
    pub origin: Option<String>,
    /// `Sec-Fetch-Site`, if there is one.
    pub fetch_site: Option<String>,
    /// `Content-Type`, if there is one.
    pub content_type: Option<String>,
    /// `Authorization`, if there is one.
    pub authorization: Option<String>,
    /// Who asks.
    pub from: IpAddr,
}

impl Head {
    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The value of `done` in the query, which names a notice.
    pub fn done(&self) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .find_map(|field| field.strip_prefix("done="))
    }

    /// Whether nothing is to change.
    pub fn only_reads(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// What is in the body.
    pub content_type: &'static str,
    /// Headers besides those every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// Headers of every answer: nothing is kept by anybody, nothing is run, and nobody puts the page into theirs.
pub const EVERY_ANSWER: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
    // With `no-referrer` browsers send `Origin: null` along with a form, and its origin could not be checked.
    ("referrer-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

impl Answer {
    /// A page.
    pub fn html(status: u16, body: String) -> Answer {
        Answer {
            status,
            content_type: "text/html; charset=utf-8",
            headers: Vec::new(),
            body,
        }
    }

    /// A line of text: for whoever is no browser, or may not know more.
    pub fn text(status: u16, line: impl Into<String>) -> Answer {
        let mut body = line.into();
        body.push('\n');
        Answer {
            status,
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
            body,
        }
    }

    /// Go and read there: so that nothing is done twice when a page is loaded again.
    pub fn see(path: &str) -> Answer {
        Answer::text(303, "See the page this leads to.").with("location", path)
    }

    /// With one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}
