//! The UDP connection request: a signed HTTP GET in one datagram, never answered (TR-069 G.2.1.4, G.2.2.3).

use crate::limits::{UDP_CONNECTION_REQUEST_BYTES, UDP_CONNECTION_REQUEST_HEADERS};
use data_model::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

/// What an ACS says in a UDP connection request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UdpConnectionRequest {
    /// `ts`: seconds since the epoch; larger in every request.
    pub timestamp: u64,
    /// `id`: another number in every request.
    pub id: u64,
    /// `un`: ConnectionRequestUsername.
    pub username: String,
    /// `cn`: a random text.
    pub cnonce: String,
}

impl UdpConnectionRequest {
    /// The datagram, for the UDPConnectionRequestAddress it goes to. Copies of one request are copies of this.
    pub fn write(&self, authority: &str, password: &Secret) -> Vec<u8> {
        let (ts, id) = (self.timestamp.to_string(), self.id.to_string());
        let signature = sign(password, [&ts, &id, &self.username, &self.cnonce]);
        let mut hex = String::with_capacity(2 * signature.len());
        for byte in signature {
            let _ = write!(hex, "{byte:02X}");
        }
        let (un, cn) = (encode(&self.username), encode(&self.cnonce));
        format!(
            "GET http://{authority}?ts={ts}&id={id}&un={un}&cn={cn}&sig={hex} HTTP/1.1\r\n\
             Host: {authority}\r\n\r\n"
        )
        .into_bytes()
    }

    /// Reads a datagram.
    ///
    /// # Errors
    /// If it is no HTTP GET of this shape.
    pub fn read(datagram: &[u8]) -> Result<Received, Malformed> {
        if datagram.len() > UDP_CONNECTION_REQUEST_BYTES {
            return Err(Malformed::Length);
        }
        let text = std::str::from_utf8(datagram).map_err(|_| Malformed::Http)?;
        let query = http_get(text).ok_or(Malformed::Http)?;
        let fields = Fields::of(query).ok_or(Malformed::Query)?;
        Ok(Received { fields })
    }
}

/// Why bytes are no UDP connection request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than any.
    #[error("longer than {UDP_CONNECTION_REQUEST_BYTES} bytes")]
    Length,
    /// No HTTP/1.1 GET without a body.
    #[error("no GET of HTTP/1.1")]
    Http,
    /// `ts`, `id`, `un`, `cn` or `sig` is missing, doubled, or no number.
    #[error("the query is not the one of a connection request")]
    Query,
}

/// Why a request counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// `ts` is not larger than that of the last one.
    #[error("its time is not later than that of the last one")]
    Old,
    /// `id` is that of the last one.
    #[error("its id is that of the last one")]
    Repeated,
    /// Another user, or a signature that is not the user's.
    #[error("it is not signed by whom we know")]
    Unproven,
}

/// The last request that was accepted: nothing up to it is accepted again (TR-069 G.2.1.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRequest {
    /// Its `ts`; zero before the first.
    pub timestamp: u64,
    /// Its `id`; `None` before the first.
    pub id: Option<u64>,
}

/// A request as it came in; nobody knows yet who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    fields: Fields,
}

impl Received {
    /// The request, if it is later than the last one and this user has signed it.
    ///
    /// # Errors
    /// Says why it is to be ignored.
    pub fn check(
        self,
        last: &LastRequest,
        username: &str,
        password: &Secret,
    ) -> Result<UdpConnectionRequest, Ignored> {
        let Fields { ts, id, un, cn, .. } = &self.fields;
        let (Ok(timestamp), Ok(number)) = (ts.parse(), id.parse()) else {
            return Err(Ignored::Unproven);
        };
        if timestamp <= last.timestamp {
            return Err(Ignored::Old);
        }
        if last.id == Some(number) {
            return Err(Ignored::Repeated);
        }
        // An empty password is no password.
        if username.is_empty() || password.is_empty() {
            return Err(Ignored::Unproven);
        }
        // The query is form-urlencoded; some senders leave the user name as it is.
        let raw = (un.clone(), cn.clone());
        let readings = [decode(un).zip(decode(cn)), Some(raw)];
        for (un, cn) in readings.into_iter().flatten() {
            if un == username && self.fields.is_signed(password, &un, &cn) {
                return Ok(UdpConnectionRequest {
                    timestamp,
                    id: number,
                    username: un,
                    cnonce: cn,
                });
            }
        }
        Err(Ignored::Unproven)
    }
}

/// The texts of the query, as they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fields {
    ts: String,
    id: String,
    un: String,
    cn: String,
    signature: [u8; 20],
}

impl Fields {
    fn of(query: &str) -> Option<Fields> {
        let mut found: [Option<&str>; 5] = [None; 5];
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=')?;
            let names = ["ts", "id", "un", "cn", "sig"];
            // What else a later version may send has no meaning for us.
            if let Some(at) = names.iter().position(|known| *known == name)
                && found[at].replace(value).is_some()
            {
                return None;
            }
        }
        let [ts, id, un, cn, sig] = found;
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            (digits && text.parse::<u64>().is_ok()).then(|| text.to_owned())
        };
        Some(Fields {
            ts: number(ts?)?,
            id: number(id?)?,
            un: un?.to_owned(),
            cn: cn?.to_owned(),
            signature: unhex(sig?)?,
        })
    }

    fn is_signed(&self, password: &Secret, un: &str, cn: &str) -> bool {
        let right = sign(password, [&self.ts, &self.id, un, cn]);
        right.ct_eq(&self.signature).into()
    }
}

/// HMAC-SHA1 over the texts one behind the other.
fn sign(password: &Secret, texts: [&str; 4]) -> [u8; 20] {
    let key = password.reveal().as_bytes();
    let mut mac = <Hmac<Sha1>>::new_from_slice(key).expect("HMAC takes keys of every length");
    for text in texts {
        mac.update(text.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// The query of a GET of `http://host:port?query` without a body.
fn http_get(text: &str) -> Option<&str> {
    let head = text.strip_suffix("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?;
    let uri = line.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    if !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    for (count, line) in lines.enumerate() {
        let (name, value) = line.split_once(':')?;
        let name_is_token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !name_is_token || count >= UDP_CONNECTION_REQUEST_HEADERS {
            return None;
        }
        let length = name.eq_ignore_ascii_case("content-length");
        let coding = name.eq_ignore_ascii_case("transfer-encoding");
        if coding || (length && value.trim() != "0") {
            return None;
        }
    }
    let (scheme, rest) = uri.split_at_checked(7)?;
    let (authority, query) = rest.split_once('?')?;
    // The path is empty; a lone slash says the same (RFC 3986 6.2.3).
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    let good =
        scheme.eq_ignore_ascii_case("http://") && !authority.is_empty() && !authority.contains('/');
    good.then_some(query)
}

fn unhex(text: &str) -> Option<[u8; 20]> {
    let digits = text.as_bytes();
    if digits.len() != 40 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut bytes = [0; 20];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// `application/x-www-form-urlencoded`.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits;
                (digits, rest) = rest.split_at_checked(2)?;
                let digits = std::str::from_utf8(digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}
