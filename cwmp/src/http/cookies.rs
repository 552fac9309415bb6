//! Cookies of a session, both ways (RFC 6265 as far as TR-069 3.4.2 asks for it).

use crate::limits::COOKIE_BYTES;

/// The cookies an ACS has given a device in this session.
///
/// TR-069 3.4.2 wants all of them back with each request, on redirected hosts as well, so neither domain
/// nor path is looked at. They are forgotten when the session ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CookieJar {
    cookies: Vec<(String, String)>,
}

impl CookieJar {
    /// Keeps what a `Set-Cookie` header says; an expired cookie is removed. What does not fit is dropped.
    pub fn store(&mut self, set_cookie: &str) {
        let mut parts = set_cookie.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            return;
        }
        self.cookies.retain(|(known, _)| known != name);
        let expired = parts.any(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let seconds = value.trim().parse::<i64>();
            key.trim().eq_ignore_ascii_case("max-age") && seconds.is_ok_and(|seconds| seconds <= 0)
        });
        let size: usize = self
            .cookies
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if !expired && size + name.len() + value.len() <= COOKIE_BYTES {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The value of the `Cookie` header, if there is any cookie.
    pub fn header(&self) -> Option<String> {
        if self.cookies.is_empty() {
            return None;
        }
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Some(pairs.join("; "))
    }
}

/// The value of one cookie out of a `Cookie` header; separators and quotes as devices write them.
pub fn find<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header
        .split([';', ','])
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers H-13.
    #[test]
    fn all_cookies_go_back_and_newer_ones_replace_older() {
        let mut jar = CookieJar::default();
        jar.store("session=1; Path=/; HttpOnly");
        jar.store("other=x; Path=/elsewhere");
        jar.store("session=2");
        assert_eq!(jar.header().as_deref(), Some("other=x; session=2"));
        jar.store("other=; Max-Age=0");
        assert_eq!(jar.header().as_deref(), Some("session=2"));
        let mut large = CookieJar::default();
        large.store(&format!("a={}", "x".repeat(512)));
        assert!(large.header().is_some());
    }

    /// Covers H03.
    #[test]
    fn cookies_beyond_the_limit_are_dropped() {
        let mut jar = CookieJar::default();
        for number in 0..10_000 {
            jar.store(&format!("c{number}={}", "x".repeat(64)));
        }
        assert!(jar.header().unwrap().len() < 2 * COOKIE_BYTES);
        jar.store("=x");
        jar.store("nonsense");
    }

    #[test]
    fn one_cookie_is_found_among_others() {
        assert_eq!(find("a=1; session=\"abc\",b=2", "session"), Some("abc"));
        assert_eq!(find("a=1", "session"), None);
    }
}
