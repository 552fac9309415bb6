//! HTTP Basic (RFC 7617): name and password in one line of base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_model::Secret;

/// The value of an `Authorization` header.
pub fn encode(username: &str, password: &Secret) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{username}:{}", password.reveal()))
    )
}

/// Name and password out of the part behind the scheme.
pub(super) fn decode(text: &str) -> Option<(String, Secret)> {
    let bytes = STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (username, password) = text.split_once(':')?;
    Some((username.to_owned(), Secret::new(password)))
}

/// The value of a `WWW-Authenticate` header.
pub fn challenge(realm: &str) -> String {
    format!("Basic realm=\"{realm}\", charset=\"UTF-8\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_may_hold_colons() {
        let header = encode("user", &Secret::new("a:b:c"));
        let (username, password) = decode(header.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!((username.as_str(), password.reveal()), ("user", "a:b:c"));
    }
}
