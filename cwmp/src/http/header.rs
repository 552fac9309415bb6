//! Reading `Authorization` and `WWW-Authenticate`: schemes and parameters as devices really write them.

use super::basic;
use crate::limits::AUTH_HEADER_BYTES;
use data_model::Secret;

/// What an `Authorization` header holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Name and password in clear.
    Basic {
        /// The name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// The answer to a digest challenge.
    Digest(DigestFields),
}

/// The parameters of a digest answer, as texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DigestFields {
    /// `username`
    pub username: String,
    /// `realm`
    pub realm: String,
    /// `nonce`
    pub nonce: String,
    /// `uri`
    pub uri: String,
    /// `response`
    pub response: String,
    /// `qop`
    pub qop: String,
    /// `nc`
    pub nc: String,
    /// `cnonce`
    pub cnonce: String,
    /// `algorithm`
    pub algorithm: String,
}

/// Reads an `Authorization` header; `None` for anything that is neither Basic nor Digest or is broken.
pub fn parse_authorization(header: &str) -> Option<Credentials> {
    if header.len() > AUTH_HEADER_BYTES {
        return None;
    }
    let header = header.trim();
    let (scheme, rest) = header.split_once([' ', '\t'])?;
    if scheme.eq_ignore_ascii_case("basic") {
        let (username, password) = basic::decode(rest.trim())?;
        return Some(Credentials::Basic { username, password });
    }
    if !scheme.eq_ignore_ascii_case("digest") {
        return None;
    }
    let mut fields = DigestFields::default();
    for (name, value) in parameters(rest)? {
        let field = match name.to_ascii_lowercase().as_str() {
            "username" => &mut fields.username,
            "realm" => &mut fields.realm,
            "nonce" => &mut fields.nonce,
            "uri" => &mut fields.uri,
            "response" => &mut fields.response,
            "qop" => &mut fields.qop,
            "nc" => &mut fields.nc,
            "cnonce" => &mut fields.cnonce,
            "algorithm" => &mut fields.algorithm,
            _ => continue,
        };
        *field = value;
    }
    Some(Credentials::Digest(fields))
}

/// Splits `k=v, k = "v", …`; quoted values may hold commas and escapes. `None` if a quote never ends or a
/// name has no value.
pub(super) fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_matches(SEPARATORS);
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, tail) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = after.find(',').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        found.push((name.trim().to_owned(), value));
        rest = tail.trim_start_matches(SEPARATORS);
    }
    (!found.is_empty()).then_some(found)
}

const SEPARATORS: &[char] = &[',', ' ', '\t'];

/// The value up to the closing quote, and what comes behind it.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_parameters_are_read_as_devices_write_them() {
        let header =
            "digest Username = \"a\\\"b,c\" , realm=\"R\",nonce=N, URI=\"/\",qop=auth,nc=00000001";
        let Some(Credentials::Digest(fields)) = parse_authorization(header) else {
            panic!("not read as digest");
        };
        assert_eq!(fields.username, "a\"b,c");
        assert_eq!((fields.realm.as_str(), fields.nonce.as_str()), ("R", "N"));
        assert_eq!((fields.uri.as_str(), fields.qop.as_str()), ("/", "auth"));
    }

    /// Covers H02.
    #[test]
    fn broken_headers_are_no_credentials() {
        for header in [
            "",
            "Digest",
            "Digest ,,,",
            "Digest username=\"",
            "Digest username=\"a\\",
            "Digest username",
            "Basic !!!",
            "Negotiate abc",
        ] {
            assert_eq!(parse_authorization(header), None, "{header}");
        }
        let long = format!("Digest username=\"{}\"", "x".repeat(64 * 1024));
        assert_eq!(parse_authorization(&long), None);
    }
}
