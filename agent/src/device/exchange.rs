//! The HTTP side of one session: authentication, cookies, redirects (TR-069 3.4).

use super::io::{Coding, HttpRequest, HttpResponse};
use crate::limits::CHALLENGES;
use crate::random::Random;
use cwmp::http::{Authorizer, Challenge, CookieJar};
use cwmp::limits::REDIRECTS;
use cwmp::session::cpe::Post;
use data_model::Secret;
use http::Uri;

/// What a device needs to know to talk to its ACS.
#[derive(Debug)]
pub struct Exchange {
    target: Uri,
    /// Our proofs for a host that has not asked for any yet.
    unasked: Authorizer,
    /// Our proofs for the present host.
    authorizer: Authorizer,
    cookies: CookieJar,
    user_agent: String,
    /// How our bodies are packed.
    coding: Coding,
    /// The request that waits for its answer, to be sent again after a challenge or a redirect.
    last: Post,
    redirects: u8,
    /// How often the present host has challenged the request that waits.
    challenges: u8,
    downgrade: Downgrade,
}

/// Whether a redirect may lead from https to http.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Downgrade {
    /// It may, as TR-069 3.4.2 says.
    Allowed,
    /// It may not: whoever can redirect could read the rest of the session.
    Refused,
}

/// What an HTTP response means.
#[derive(Debug)]
pub enum Verdict {
    /// It carries a message, or nothing.
    Message(Vec<u8>),
    /// The same must be sent again, in another way or to another place.
    SendAgain,
    /// It ends the session: this status is nothing a device can act on, but for how long to stay away, in seconds.
    Refused(u16, Option<u64>),
    /// It ends the session.
    Failed(String),
}

impl Exchange {
    /// Prepares a session with the ACS at a URL.
    ///
    /// # Errors
    /// If the URL is no absolute http or https URL.
    pub fn new(
        url: &str,
        username: &str,
        password: Secret,
        user_agent: String,
        downgrade: Downgrade,
    ) -> Result<Exchange, String> {
        let target = absolute(url).ok_or_else(|| format!("`{url}` is no http or https URL"))?;
        let unasked = Authorizer::new(username, password);
        Ok(Exchange {
            authorizer: at_first(&unasked, &target),
            target,
            unasked,
            cookies: CookieJar::default(),
            user_agent,
            coding: Coding::Identity,
            last: Post::Empty,
            redirects: 0,
            challenges: 0,
            downgrade,
        })
    }

    /// Packs the bodies of the session so.
    #[must_use]
    pub fn packing(mut self, coding: Coding) -> Exchange {
        self.coding = coding;
        self
    }

    /// The HTTP request for a POST of the session.
    pub fn request(&mut self, post: Post, random: &mut Random) -> HttpRequest {
        self.last = post;
        self.redirects = 0;
        self.challenges = 0;
        self.again(random)
    }

    /// The HTTP request for the same POST once more.
    pub fn again(&mut self, random: &mut Random) -> HttpRequest {
        let mut headers = vec![("User-Agent", self.user_agent.clone())];
        // A server that wants the body signed signs what it unpacks, or what is on the line: nobody knows.
        let packed = match self.authorizer.signs_bodies() {
            true => Coding::Identity,
            false => self.coding,
        };
        let mut coding = Coding::Identity;
        let body = match &self.last {
            Post::Empty => String::new(),
            Post::Envelope(envelope) => {
                headers.push(("Content-Type", "text/xml; charset=\"utf-8\"".to_owned()));
                // TR-069 3.4.1: present, with no value and no quotes.
                headers.push(("SOAPAction", String::new()));
                coding = packed;
                envelope.clone()
            }
        };
        match coding {
            Coding::Identity => {}
            Coding::Gzip => headers.push(("Content-Encoding", "gzip".to_owned())),
            Coding::Deflate => headers.push(("Content-Encoding", "deflate".to_owned())),
        }
        if let Some(cookies) = self.cookies.header() {
            headers.push(("Cookie", cookies));
        }
        let path = self
            .target
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let cnonce = format!("{:016x}", random.next());
        let authorizer = &mut self.authorizer;
        let authorization = authorizer.header_with_body("POST", path, &cnonce, body.as_bytes());
        if let Some(authorization) = authorization {
            headers.push(("Authorization", authorization));
        }
        HttpRequest {
            url: self.target.to_string(),
            headers,
            body,
            coding,
            before: None,
        }
    }

    /// The host the next request goes to.
    pub fn host(&self) -> &str {
        let host = self.target.host().unwrap_or_default();
        host.trim_matches(['[', ']'])
    }

    /// Takes an HTTP response.
    pub fn response(&mut self, response: HttpResponse) -> Verdict {
        for cookie in &response.set_cookie {
            self.cookies.store(cookie);
        }
        match response.status {
            200 | 202 => Verdict::Message(response.body),
            204 => Verdict::Message(Vec::new()),
            401 => self.challenge(&response),
            301 | 302 | 307 | 308 => self.redirect(response.location.as_deref()),
            status => Verdict::Refused(status, response.retry_after_secs),
        }
    }

    fn challenge(&mut self, response: &HttpResponse) -> Verdict {
        let stale = response.www_authenticate.iter().any(|header| {
            let header = header.to_ascii_lowercase().replace([' ', '"'], "");
            header.contains("stale=true")
        });
        // TR-069 3.7.1.4: a second 401 ends the session. Only one that finds nothing wrong but the age of the nonce
        // is another matter, as long as it does not go on for ever.
        if self.challenges == CHALLENGES || (self.challenges > 0 && !stale) {
            return Verdict::Failed("the ACS does not accept our user or password".into());
        }
        self.challenges += 1;
        let allowed = match is_tls(&self.target) {
            true => Challenge::BasicAllowed,
            false => Challenge::DigestOnly,
        };
        let headers = response.www_authenticate.iter().map(String::as_str);
        match self.authorizer.challenge(headers, allowed) {
            Ok(()) => Verdict::SendAgain,
            Err(why) => Verdict::Failed(why.to_string()),
        }
    }

    fn redirect(&mut self, location: Option<&str>) -> Verdict {
        self.redirects += 1;
        if self.redirects > REDIRECTS {
            return Verdict::Failed(format!(
                "more than {REDIRECTS} redirects one after the other"
            ));
        }
        let Some(next) = location.and_then(|location| self.resolve(location)) else {
            return Verdict::Failed("a redirect without a usable Location".into());
        };
        if is_tls(&self.target) && !is_tls(&next) && self.downgrade == Downgrade::Refused {
            return Verdict::Failed("a redirect from https to http is not followed".into());
        }
        if (next.scheme(), next.authority()) != (self.target.scheme(), self.target.authority()) {
            // Another host challenges on its own account, and what proved us to the first is not for it: a Basic
            // header that was good over TLS would go out in clear.
            self.authorizer = at_first(&self.unasked, &next);
            self.challenges = 0;
        }
        self.target = next;
        Verdict::SendAgain
    }

    fn resolve(&self, location: &str) -> Option<Uri> {
        if let Some(path) = location
            .strip_prefix('/')
            .filter(|rest| !rest.starts_with('/'))
        {
            let scheme = self.target.scheme_str()?;
            let authority = self.target.authority()?;
            return format!("{scheme}://{authority}/{path}").parse().ok();
        }
        absolute(location)
    }
}

/// What is shown to a host before it asks: over TLS a device sends Basic without waiting (TR-069 3.4.4).
fn at_first(unasked: &Authorizer, target: &Uri) -> Authorizer {
    match is_tls(target) {
        true => unasked.clone().with_basic(),
        false => unasked.clone(),
    }
}

/// A URL that is absolute, has a host, and is http or https.
pub fn absolute(url: &str) -> Option<Uri> {
    let uri: Uri = url.trim().parse().ok()?;
    let scheme = uri.scheme_str()?;
    let host = uri.host()?;
    let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (known && !host.is_empty()).then_some(uri)
}

fn is_tls(uri: &Uri) -> bool {
    uri.scheme_str()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(url: &str) -> Exchange {
        let password = Secret::new("secret");
        Exchange::new(url, "user", password, "test".into(), Downgrade::Refused).unwrap()
    }

    fn status(status: u16) -> HttpResponse {
        HttpResponse {
            status,
            ..HttpResponse::default()
        }
    }

    fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
        request
            .headers
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }

    fn redirect(location: &str) -> HttpResponse {
        HttpResponse {
            location: Some(location.into()),
            ..status(307)
        }
    }

    /// Covers H-02, H-03, H-04.
    #[test]
    fn only_posts_with_an_envelope_carry_soap_headers() {
        let mut random = Random::new(1);
        let mut exchange = exchange("http://192.0.2.1/acs");
        let full = exchange.request(Post::Envelope("<x/>".into()), &mut random);
        assert_eq!(header(&full, "SOAPAction"), Some(""));
        assert_eq!(
            header(&full, "Content-Type"),
            Some("text/xml; charset=\"utf-8\"")
        );
        let empty = exchange.request(Post::Empty, &mut random);
        assert_eq!(header(&empty, "SOAPAction"), None);
        assert_eq!(header(&empty, "Content-Type"), None);
    }

    /// Covers P-14, A-08, H-13.
    #[test]
    fn a_challenge_is_answered_once_and_then_with_every_request() {
        let mut random = Random::new(1);
        let mut exchange = exchange("http://192.0.2.1/acs");
        let first = exchange.request(Post::Envelope("<x/>".into()), &mut random);
        assert_eq!(header(&first, "Authorization"), None);
        let challenge = || HttpResponse {
            www_authenticate: vec!["Digest realm=\"r\", nonce=\"n\", qop=\"auth\"".into()],
            set_cookie: vec!["session=1".into()],
            ..status(401)
        };
        assert!(matches!(exchange.response(challenge()), Verdict::SendAgain));
        let second = exchange.again(&mut random);
        assert_eq!(second.body, "<x/>");
        assert!(
            header(&second, "Authorization")
                .unwrap()
                .contains("nc=00000001")
        );
        assert_eq!(header(&second, "Cookie"), Some("session=1"));
        assert!(matches!(
            exchange.response(status(200)),
            Verdict::Message(_)
        ));
        let third = exchange.request(Post::Empty, &mut random);
        assert!(
            header(&third, "Authorization")
                .unwrap()
                .contains("nc=00000002")
        );
        assert!(matches!(exchange.response(challenge()), Verdict::SendAgain));
        assert!(matches!(exchange.response(challenge()), Verdict::Failed(_)));
    }

    ///
    #[test]
    fn basic_goes_out_at_once_over_tls_and_never_in_clear() {
        let mut random = Random::new(1);
        let mut tls = exchange("https://acs.example.net/");
        let request = tls.request(Post::Empty, &mut random);
        assert!(
            header(&request, "Authorization")
                .unwrap()
                .starts_with("Basic ")
        );
        let mut plain = exchange("http://192.0.2.1/");
        let basic = HttpResponse {
            www_authenticate: vec!["Basic realm=\"r\"".into()],
            ..status(401)
        };
        assert!(matches!(plain.response(basic), Verdict::Failed(_)));
    }

    /// Covers H-15, H-16, H-17.
    #[test]
    fn five_redirects_are_followed_and_the_sixth_is_not() {
        let mut random = Random::new(1);
        let mut exchange = exchange("http://192.0.2.1/a");
        exchange.request(Post::Envelope("<x/>".into()), &mut random);
        for hop in 1..=5 {
            let location = format!("http://192.0.2.{hop}/b");
            assert!(matches!(
                exchange.response(redirect(&location)),
                Verdict::SendAgain
            ));
            let again = exchange.again(&mut random);
            assert_eq!(
                (again.url.as_str(), again.body.as_str()),
                (location.as_str(), "<x/>")
            );
        }
        assert!(matches!(
            exchange.response(redirect("http://192.0.2.6/")),
            Verdict::Failed(_)
        ));
    }

    /// Covers T08.
    #[test]
    fn a_redirect_from_https_to_http_is_refused() {
        let mut exchange = exchange("https://acs.example.net/");
        assert!(matches!(
            exchange.response(redirect("http://acs.example.net/")),
            Verdict::Failed(_)
        ));
        assert!(matches!(
            exchange.response(redirect("https://other.example.net/")),
            Verdict::SendAgain
        ));
        assert!(matches!(
            exchange.response(redirect("/moved")),
            Verdict::SendAgain
        ));
        assert_eq!(
            exchange.target.to_string(),
            "https://other.example.net/moved"
        );
        assert!(matches!(
            exchange.response(redirect("ftp://x/")),
            Verdict::Failed(_)
        ));
    }

    /// Covers D-01.
    #[test]
    fn only_absolute_http_and_https_urls_name_an_acs() {
        for url in [
            "ftp://x/",
            "/acs",
            "acs.example.net",
            "http://",
            "http:///x",
            "",
        ] {
            assert!(absolute(url).is_none(), "{url}");
        }
        assert!(absolute("HTTP://acs.example.net:7547").is_some());
    }
}
