//! A request to the page, and its answer, as values.

use super::form::unescape;
use data_model::Secret;
use std::net::IpAddr;

/// The head of a request.
#[derive(Debug, Clone)]
pub struct Head {
    /// The method.
    pub method: String,
    /// What is asked for.
    pub target: Target,
    /// Every `Host`.
    pub hosts: Vec<String>,
    /// `Origin`, if there is one.
    pub origin: Option<String>,
    /// `Referer`, if there is one.
    pub referer: Option<String>,
    /// `Sec-Fetch-Site`, if there is one.
    pub fetch_site: Option<String>,
    /// Whether a browser asks: all of them call themselves `Mozilla/…`, scripts do not.
    pub browser: bool,
    /// `Content-Type`, if there is one.
    pub content_type: Option<String>,
    /// `Authorization`, if there is one.
    pub authorization: Option<Secret>,
    /// Every `Cookie`.
    pub cookies: Vec<Secret>,
    /// Who asks.
    pub from: IpAddr,
}

/// The target of a request, without the credentials some scripts write into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The path.
    pub path: String,
    /// What stands behind it.
    pub query: String,
    /// `xuser` and `xpassword`, taken out so that nothing that shows a target can show them.
    pub credentials: Option<(String, Secret)>,
}

impl Target {
    /// Takes a target apart. The maker's own scripts write `&` behind a path that has no `?`.
    pub fn parse(text: &str) -> Target {
        let end = text.find(['?', '&']).unwrap_or(text.len());
        let (path, rest) = text.split_at(end);
        let (mut user, mut password, mut query) = (None, None, String::new());
        let mut left = rest;
        while let Some(mark) = left.chars().next() {
            let field = &left[mark.len_utf8()..];
            let (field, next) = field.split_at(field.find(['?', '&']).unwrap_or(field.len()));
            if let Some(value) = field.strip_prefix("xuser=") {
                user = Some(value);
            } else if let Some(value) = field.strip_prefix("xpassword=") {
                password = Some(value);
            } else {
                if !query.is_empty() {
                    query.push(mark);
                }
                query.push_str(field);
            }
            left = next;
        }
        let plain = |text: &str| unescape(text.as_bytes()).unwrap_or_default();
        let given = user.is_some() || password.is_some();
        let (user, password) = (user.unwrap_or_default(), password.unwrap_or_default());
        Target {
            path: path.to_owned(),
            query,
            credentials: given.then(|| (plain(user), Secret::new(plain(password)))),
        }
    }

    /// The value of `done` in the query, which names a notice.
    pub fn done(&self) -> Option<&str> {
        let mut fields = self.query.split('&');
        fields.find_map(|field| field.strip_prefix("done="))
    }
}

impl Head {
    /// Whether nothing is to change.
    pub fn only_reads(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let mut all = self.cookies.iter().flat_map(|it| it.reveal().split(';'));
        all.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether a request comes from this very page, as far as the browser says. Browsers of ten years say one or the
    /// other; for forms of those that say nothing there is the token.
    pub fn is_from_here(&self) -> bool {
        let site = self.fetch_site.as_deref();
        // Typed in by a person: `none`. No page can make a browser say so.
        let typed = self.only_reads() && site == Some("none");
        if site.is_some_and(|site| site != "same-origin") && !typed {
            return false;
        }
        [&self.origin, &self.referer]
            .into_iter()
            .flatten()
            .all(|from| self.names_this_host(from))
    }

    fn names_this_host(&self, url: &str) -> bool {
        // https if there is a TLS terminator in front.
        let rest = url
            .strip_prefix("http://")
            .or_else(|| url.strip_prefix("https://"));
        let authority = rest.and_then(|rest| rest.split('/').next());
        let host = self.hosts.first();
        authority.is_some_and(|it| host.is_some_and(|host| host.eq_ignore_ascii_case(it)))
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

    /// A document a person keeps under this name.
    pub fn document(name: &'static str, text: String) -> Answer {
        let answer = Answer {
            content_type: "text/xml; charset=utf-8",
            ..Answer::html(200, text)
        };
        answer.with(
            "content-disposition",
            format!("attachment; filename=\"{name}\""),
        )
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers D-13.
    #[test]
    fn credentials_in_a_target_are_taken_out_of_it() {
        for (text, path, query, user) in [
            ("/", "/", "", None),
            (
                "/admin/resync?http://s/x?a=1&b=2",
                "/admin/resync",
                "http://s/x?a=1&b=2",
                None,
            ),
            (
                "/admin/config.xml&xuser=admin&xpassword=p%26w",
                "/admin/config.xml",
                "",
                Some("admin"),
            ),
            (
                "/admin/resync?http://s/x?c=1&xuser=a&xpassword=p%26w&d=2",
                "/admin/resync",
                "http://s/x?c=1&d=2",
                Some("a"),
            ),
            (
                "/admin/reboot?xpassword=p%26w",
                "/admin/reboot",
                "",
                Some(""),
            ),
            (
                "/admin/reboot?xpassword=p%26w?b",
                "/admin/reboot",
                "b",
                Some(""),
            ),
        ] {
            let target = Target::parse(text);
            assert_eq!((&*target.path, &*target.query), (path, query), "{text}");
            assert!(!format!("{target:?}").contains("p&w"), "{target:?}");
            let given = target.credentials;
            assert_eq!(given.as_ref().map(|(user, _)| user.as_str()), user);
            if let Some((_, password)) = given {
                assert_eq!(password.reveal(), "p&w");
            }
        }
    }
}
