//! HTTP authentication, the client's half: answers to Basic and Digest challenges.
//!
//! The digest itself comes from the `digest_auth` crate; which challenge to answer, and what may be sent over a
//! line without TLS, is decided here.

use super::{basic, header};
use crate::limits::AUTH_HEADER_BYTES;
use data_model::Secret;
use digest_auth::{AlgorithmType, AuthContext, HttpMethod, Qop, WwwAuthenticateHeader};
use std::fmt;

/// What one user can prove to one server.
#[derive(Clone)]
pub struct Authorizer {
    username: String,
    password: Secret,
    scheme: Scheme,
}

#[derive(Clone)]
enum Scheme {
    /// Nobody has asked.
    None,
    Basic,
    Digest(Box<WwwAuthenticateHeader>),
}

/// Which challenges may be answered on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// Digest, and Basic as well: the line is encrypted.
    BasicAllowed,
    /// Digest only: Basic would show the password to everybody on the way.
    DigestOnly,
}

/// Why a 401 cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// There is no challenge of a kind we know.
    #[error("the server offers neither Basic nor a Digest we know")]
    Unknown,
    /// The server wants Basic on a line without TLS.
    #[error("the server asks for the password in clear over a line without TLS")]
    BasicInClear,
}

impl Authorizer {
    /// Nothing is sent before the server asks.
    pub fn new(username: impl Into<String>, password: Secret) -> Authorizer {
        Authorizer {
            username: username.into(),
            password,
            scheme: Scheme::None,
        }
    }

    /// Sends Basic without being asked, as TR-069 3.4.4 recommends over TLS.
    #[must_use]
    pub fn with_basic(mut self) -> Authorizer {
        self.scheme = Scheme::Basic;
        self
    }

    /// Whether the server has challenged us before.
    pub fn has_answered(&self) -> bool {
        matches!(self.scheme, Scheme::Digest(_))
    }

    /// Takes the `WWW-Authenticate` headers of a 401 and chooses the strongest challenge.
    ///
    /// # Errors
    /// If none of them can or may be answered.
    pub fn challenge<'h>(
        &mut self,
        headers: impl IntoIterator<Item = &'h str>,
        allowed: Challenge,
    ) -> Result<(), NoAnswer> {
        let mut basic = false;
        let mut best: Option<(u8, WwwAuthenticateHeader)> = None;
        for (scheme, parameters) in headers.into_iter().flat_map(split_challenges) {
            if scheme.eq_ignore_ascii_case("basic") {
                basic = true;
            } else if let Some((strength, digest)) = digest_challenge(&scheme, &parameters)
                && best.as_ref().is_none_or(|(other, _)| strength > *other)
            {
                best = Some((strength, digest));
            }
        }
        match (best, basic, allowed) {
            (Some((_, digest)), _, _) => {
                self.scheme = Scheme::Digest(Box::new(digest));
                Ok(())
            }
            (None, true, Challenge::BasicAllowed) => {
                self.scheme = Scheme::Basic;
                Ok(())
            }
            (None, true, Challenge::DigestOnly) => Err(NoAnswer::BasicInClear),
            (None, false, _) => Err(NoAnswer::Unknown),
        }
    }

    /// Whether the server wants its requests' bodies to be part of the proof (`auth-int`).
    pub fn signs_bodies(&self) -> bool {
        match &self.scheme {
            Scheme::None | Scheme::Basic => false,
            Scheme::Digest(challenge) => {
                let qop = challenge.qop.as_ref();
                qop.is_some_and(|options| options.contains(&Qop::AUTH_INT))
            }
        }
    }

    /// The value of the `Authorization` header for the next request, which has no body, if one is due. `cnonce` is
    /// random text.
    pub fn header(&mut self, method: &str, target: &str, cnonce: &str) -> Option<String> {
        self.header_with_body(method, target, cnonce, b"")
    }

    /// The same for a request with a body, as it goes over the line.
    pub fn header_with_body(
        &mut self,
        method: &str,
        target: &str,
        cnonce: &str,
        body: &[u8],
    ) -> Option<String> {
        match &mut self.scheme {
            Scheme::None => None,
            Scheme::Basic => Some(basic::encode(&self.username, &self.password)),
            Scheme::Digest(challenge) => {
                let method = HttpMethod(method.to_owned().into());
                let mut context = AuthContext::new_with_method(
                    self.username.as_str(),
                    self.password.reveal(),
                    target,
                    Some(body),
                    method,
                );
                context.set_custom_cnonce(cnonce);
                let answer = challenge.respond(&context).ok()?;
                Some(answer.to_header_string())
            }
        }
    }
}

impl fmt::Debug for Authorizer {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::None => "none",
            Scheme::Basic => "Basic",
            Scheme::Digest(_) => "Digest",
        };
        write!(f, "Authorizer({}, {scheme})", self.username)
    }
}

/// A digest challenge and how strong it is, if it is one we can answer.
fn digest_challenge(
    scheme: &str,
    parameters: &[(String, String)],
) -> Option<(u8, WwwAuthenticateHeader)> {
    if !scheme.eq_ignore_ascii_case("digest") {
        return None;
    }
    // Written again in the one form the library reads: lower-case names, no blanks, quotes escaped.
    let mut text = String::from("Digest ");
    for (name, value) in parameters {
        let name = name.to_ascii_lowercase();
        if name == "qop" && value.is_empty() {
            continue;
        }
        let offers = |wanted: &str| value.split(',').any(|option| option.trim() == wanted);
        let value = match name.as_str() {
            // What TR-069 3.4.5 asks for; auth-int only for a server that takes nothing else.
            "qop" if offers("auth") => "auth",
            "qop" if offers("auth-int") => "auth-int",
            "qop" => return None,
            _ => value,
        };
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("{name}=\"{escaped}\", "));
    }
    let challenge = WwwAuthenticateHeader::parse(text.trim_end_matches([',', ' '])).ok()?;
    let strength = match challenge.algorithm.algo {
        AlgorithmType::MD5 => 1,
        AlgorithmType::SHA2_256 => 2,
        AlgorithmType::SHA2_512_256 => 3,
    };
    Some((strength, challenge))
}

type ChallengeParameters = (String, Vec<(String, String)>);

/// The challenges of one header; several may stand in one, separated by commas like their parameters.
fn split_challenges(header: &str) -> Vec<ChallengeParameters> {
    if header.len() > AUTH_HEADER_BYTES {
        return Vec::new();
    }
    let mut found: Vec<ChallengeParameters> = Vec::new();
    let mut rest = header.trim();
    while !rest.is_empty() {
        let (piece, tail) = split_piece(rest);
        rest = tail;
        let name_end = piece.find('=').unwrap_or(piece.len());
        // `Digest realm="…"`: a blank before the first `=` means that a scheme stands in front.
        let (scheme, parameter) = match piece[..name_end].trim_end().split_once([' ', '\t']) {
            Some((scheme, _)) => (Some(scheme), piece[scheme.len()..].trim()),
            None if name_end == piece.len() => (Some(piece), ""),
            None => (None, piece),
        };
        if let Some(scheme) = scheme {
            found.push((scheme.to_owned(), Vec::new()));
        }
        if let (Some(last), Some(parameters)) = (found.last_mut(), header::parameters(parameter)) {
            last.1.extend(parameters);
        }
    }
    found
}

/// The text up to the next comma outside quotes, and what comes behind it.
fn split_piece(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => return (text[..at].trim(), text[at + 1..].trim_start()),
            _ => {}
        }
    }
    (text.trim(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Authorizer {
        Authorizer::new("Mufasa", Secret::new("Circle of Life"))
    }

    /// The example of RFC 7616 section 3.9.1.
    #[test]
    fn digests_are_those_of_the_rfc() {
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        for (algorithm, expected) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            (
                "SHA-256",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let mut client = client();
            let challenge = format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"{nonce}\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            );
            client
                .challenge([challenge.as_str()], Challenge::DigestOnly)
                .unwrap();
            let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
            let header = client.header("GET", "/dir/index.html", cnonce).unwrap();
            assert!(header.contains(expected), "{header}");
        }
    }

    /// Computed as RFC 7616 section 3.4.3 says.
    #[test]
    fn a_server_that_takes_only_auth_int_gets_the_body_signed() {
        use md5::{Digest as _, Md5};
        let md5 = |text: String| {
            let digest = Md5::digest(text.as_bytes());
            digest
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let mut client = client();
        let challenge = "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"";
        client
            .challenge([challenge], Challenge::DigestOnly)
            .unwrap();
        assert!(client.signs_bodies());
        let header = client
            .header_with_body("POST", "/acs", "c", b"<x/>")
            .unwrap();
        let secret = md5("Mufasa:r:Circle of Life".into());
        let request = md5(format!("POST:/acs:{}", md5("<x/>".into())));
        let expected = md5(format!("{secret}:n:00000001:c:auth-int:{request}"));
        assert!(header.contains(&expected), "{header}");
        let both = "Digest realm=\"r\", nonce=\"n\", qop=\"auth, auth-int\"";
        client.challenge([both], Challenge::DigestOnly).unwrap();
        assert!(!client.signs_bodies());
    }

    /// Covers A-07, M13.
    #[test]
    fn basic_is_only_answered_over_tls() {
        let mut client = client();
        let challenge = "Basic realm=\"x\"";
        assert_eq!(
            client.challenge([challenge], Challenge::DigestOnly),
            Err(NoAnswer::BasicInClear)
        );
        assert_eq!(client.header("POST", "/", "c"), None);
        assert_eq!(
            client.challenge([challenge], Challenge::BasicAllowed),
            Ok(())
        );
        assert!(
            client
                .header("POST", "/", "c")
                .unwrap()
                .starts_with("Basic ")
        );
    }

    #[test]
    fn the_strongest_of_several_challenges_is_answered() {
        let mut client = client();
        let header = "Basic realm=\"a, b\", Digest realm=\"r\",nonce=\"n\",qop=\"auth\", \
                      DIGEST Realm=\"r\", nonce = \"n\", algorithm=SHA-256, qop=auth, Other abc";
        client.challenge([header], Challenge::BasicAllowed).unwrap();
        let answer = client.header("POST", "/", "c").unwrap();
        assert!(answer.contains("algorithm=SHA-256"), "{answer}");
    }

    /// Covers M13.
    #[test]
    fn challenges_nobody_can_answer_are_told() {
        for header in [
            "",
            "Negotiate",
            "Digest",
            "Digest realm=\"",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf\"",
        ] {
            let mut client = client();
            assert_eq!(
                client.challenge([header], Challenge::BasicAllowed),
                Err(NoAnswer::Unknown),
                "{header}"
            );
        }
        let huge = format!("Digest realm=\"r\", nonce=\"{}\"", "n".repeat(1024 * 1024));
        assert_eq!(
            client().challenge([huge.as_str()], Challenge::BasicAllowed),
            Err(NoAnswer::Unknown)
        );
    }
}
