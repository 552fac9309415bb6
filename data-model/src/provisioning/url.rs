//! Where a rule points: `[scheme://][server[:port]]/path`.

use std::fmt;

/// Characters of a URL in a rule.
const CHARS: usize = 2048;

/// How a file is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Trivial file transfer, port 69.
    Tftp,
    /// Port 80.
    Http,
    /// Port 443.
    Https,
}

impl Scheme {
    /// By its name, in capitals or not.
    pub fn parse(text: &str) -> Option<Scheme> {
        [Scheme::Tftp, Scheme::Http, Scheme::Https]
            .into_iter()
            .find(|scheme| scheme.as_str().eq_ignore_ascii_case(text))
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scheme::Tftp => "tftp",
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// The port without which none is named.
    pub const fn port(self) -> u16 {
        match self {
            Scheme::Tftp => 69,
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// A URL as a rule writes it; scheme and server may be left to the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileUrl {
    /// The scheme, if one is named.
    pub scheme: Option<Scheme>,
    /// The server's name or address, if one is named; an IPv6 address in brackets.
    pub server: Option<String>,
    /// The port, if one is named.
    pub port: Option<u16>,
    /// Path and query, from the first slash on.
    pub path: String,
}

/// A URL that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullUrl {
    /// How.
    pub scheme: Scheme,
    /// From where.
    pub server: String,
    /// At which port.
    pub port: u16,
    /// What.
    pub path: String,
}

/// Why a text is no URL of a rule, or cannot be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Too long to be one.
    #[error("the URL has more than {CHARS} characters")]
    TooLong,
    /// Blanks and control characters have no place in one.
    #[error("the URL has a blank or a control character in it")]
    Blank,
    /// Not one of the three.
    #[error("`{0}` is none of tftp, http and https")]
    Scheme(String),
    /// Between the slashes stands no server.
    #[error("the URL names no server behind `://`")]
    NoServer,
    /// A character no name of a server has.
    #[error("the server of the URL has a `{0}` in it")]
    Server(char),
    /// Not a number that a port can have.
    #[error("`{0}` is no port")]
    Port(String),
    /// A server alone says nothing.
    #[error("the URL has no path; it begins with a slash")]
    NoPath,
    /// Neither the rule nor DHCP names a server.
    #[error("the rule names no server, and none was learnt from DHCP")]
    NoServerKnown,
    /// Neither the rule nor `Transport_Protocol` names a scheme.
    #[error("the rule names no scheme, and Transport_Protocol is none")]
    NoSchemeKnown,
}

impl ProfileUrl {
    /// Reads a URL whose macros have been replaced.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<ProfileUrl, BadUrl> {
        if text.len() > CHARS {
            return Err(BadUrl::TooLong);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(BadUrl::Blank);
        }
        let (scheme, rest) = match text.split_once("://") {
            // What stands behind the first slash is a path, whatever is in it.
            Some((name, rest)) if !name.contains('/') => {
                let scheme = Scheme::parse(name).ok_or_else(|| BadUrl::Scheme(short(name)))?;
                (Some(scheme), rest)
            }
            Some(_) | None => (None, text),
        };
        let slash = rest.find('/').ok_or(BadUrl::NoPath)?;
        let (authority, path) = rest.split_at(slash);
        // What other readers of URLs take for the end of the server, or for a user in front of it.
        if let Some(odd) = authority.chars().find(|c| "?#@\\".contains(*c)) {
            return Err(BadUrl::Server(odd));
        }
        if authority.is_empty() && scheme.is_some() {
            return Err(BadUrl::NoServer);
        }
        let (server, port) = split_port(authority)?;
        Ok(ProfileUrl {
            scheme,
            server: (!server.is_empty()).then(|| server.to_owned()),
            port,
            path: path.to_owned(),
        })
    }

    /// The URL with what the device adds: `Transport_Protocol`, and the server DHCP has named.
    ///
    /// # Errors
    /// If a part is still missing. A URL that names a server and no scheme is fetched by TFTP, as the guides have it.
    pub fn complete(
        &self,
        transport: Option<Scheme>,
        dhcp_server: Option<&str>,
    ) -> Result<FullUrl, BadUrl> {
        let (server, scheme, port) = match &self.server {
            Some(server) => {
                let scheme = self.scheme.unwrap_or(Scheme::Tftp);
                (server.clone(), Some(scheme), self.port)
            }
            None => {
                let named = dhcp_server.filter(|server| !server.is_empty());
                // A name, an address, or a URL, of which all but the path counts.
                let named = format!("{}/", named.ok_or(BadUrl::NoServerKnown)?);
                let named = ProfileUrl::parse(&named)?;
                let server = named.server.ok_or(BadUrl::NoServerKnown)?;
                let scheme = self.scheme.or(named.scheme).or(transport);
                (server, scheme, self.port.or(named.port))
            }
        };
        let scheme = scheme.ok_or(BadUrl::NoSchemeKnown)?;
        Ok(FullUrl {
            scheme,
            server,
            port: port.unwrap_or(scheme.port()),
            path: self.path.clone(),
        })
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), BadUrl> {
    // The colons of an IPv6 address stand in brackets.
    let colon = authority
        .rfind(':')
        .filter(|colon| !authority[*colon..].contains(']'));
    let Some(colon) = colon else {
        return Ok((authority, None));
    };
    let (server, port) = (&authority[..colon], &authority[colon + 1..]);
    let number = port.parse::<u16>().ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| BadUrl::Port(short(port)))?;
    if server.is_empty() {
        return Err(BadUrl::NoServer);
    }
    Ok((server, Some(number)))
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

impl fmt::Display for FullUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.server)?;
        if self.port != self.scheme.port() {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(text: &str) -> String {
        let url = ProfileUrl::parse(text).unwrap();
        let full = url.complete(Some(Scheme::Https), Some("192.0.2.7"));
        full.map_or_else(|error| error.to_string(), |full| full.to_string())
    }

    #[test]
    fn what_a_rule_leaves_out_the_device_adds() {
        for (text, full) in [
            ("/ata192.cfg", "https://192.0.2.7/ata192.cfg"),
            ("p.example.net/x", "tftp://p.example.net/x"),
            ("p.example.net:6900/x", "tftp://p.example.net:6900/x"),
            (
                "HTTP://p.example.net/a?b=c:d",
                "http://p.example.net/a?b=c:d",
            ),
            (
                "https://[2001:db8::1]:8443/x",
                "https://[2001:db8::1]:8443/x",
            ),
            ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
            (
                "/redirect?to=http://x/",
                "https://192.0.2.7/redirect?to=http://x/",
            ),
        ] {
            assert_eq!(complete(text), full, "{text}");
        }
        let bare = ProfileUrl::parse("/x").unwrap();
        assert_eq!(bare.complete(None, Some("h")), Err(BadUrl::NoSchemeKnown));
        for text in [
            "http://evil.test?.example.net/x",
            "http://evil.test#.example.net/x",
            "http://user@evil.test/x",
            "http://evil.test\\.example.net/x",
        ] {
            assert!(
                matches!(ProfileUrl::parse(text), Err(BadUrl::Server(_))),
                "{text}"
            );
        }
        let path = ProfileUrl::parse("/p").unwrap();
        let named = path.complete(Some(Scheme::Http), Some("evil.test?.example.net"));
        assert_eq!(named, Err(BadUrl::Server('?')), "DHCP is no better");
        for (named, full) in [
            ("192.0.2.7", "https://192.0.2.7/p"),
            ("prov.example.net:8443", "https://prov.example.net:8443/p"),
            (
                "http://prov.example.net:8080",
                "http://prov.example.net:8080/p",
            ),
            ("tftp://192.0.2.7/elsewhere/", "tftp://192.0.2.7/p"),
            ("[2001:db8::7]", "https://[2001:db8::7]/p"),
        ] {
            let path = ProfileUrl::parse("/p").unwrap();
            let url = path.complete(Some(Scheme::Https), Some(named));
            assert_eq!(url.unwrap().to_string(), full, "{named}");
        }
        assert_eq!(
            bare.complete(Some(Scheme::Http), None),
            Err(BadUrl::NoServerKnown)
        );
    }

    #[test]
    fn what_is_no_url_is_named() {
        for (text, wrong) in [
            ("ftp://x/y", BadUrl::Scheme("ftp".into())),
            ("http:///y", BadUrl::NoServer),
            ("http://x:0/y", BadUrl::Port("0".into())),
            ("http://x:99999/y", BadUrl::Port("99999".into())),
            ("http://:80/y", BadUrl::NoServer),
            ("http://x", BadUrl::NoPath),
            ("x y/z", BadUrl::Blank),
            ("", BadUrl::NoPath),
        ] {
            assert_eq!(ProfileUrl::parse(text), Err(wrong), "{text}");
        }
    }
}
