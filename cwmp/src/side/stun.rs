//! STUN binding messages: classic ones of RFC 3489 with the attributes of TR-069 Annex G, and what RFC 5389 has added.
//!
//! Long because every attribute is written and read in one place.

use super::stun_integrity::INTEGRITY_BYTES;
pub use super::stun_integrity::Integrity;
use crate::limits::{STUN_ATTRIBUTES, STUN_BYTES, STUN_TEXT_BYTES};
use data_model::Secret;
use std::net::{IpAddr, SocketAddr};

const HEADER_BYTES: usize = 20;
/// The first four octets of a transaction id by RFC 5389.
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// Where STUN servers listen unless something else is said.
pub const DEFAULT_PORT: u16 = 3478;

/// Value of CONNECTION-REQUEST-BINDING (TR-069 Table 107); the last octet is a space.
pub const BINDING_MARK: [u8; 20] = *b"dslforum.org/TR-111 ";

mod code {
    pub const MAPPED_ADDRESS: u16 = 0x0001;
    pub const RESPONSE_ADDRESS: u16 = 0x0002;
    pub const CHANGE_REQUEST: u16 = 0x0003;
    pub const SOURCE_ADDRESS: u16 = 0x0004;
    pub const CHANGED_ADDRESS: u16 = 0x0005;
    pub const USERNAME: u16 = 0x0006;
    pub const PASSWORD: u16 = 0x0007;
    pub const MESSAGE_INTEGRITY: u16 = 0x0008;
    pub const ERROR_CODE: u16 = 0x0009;
    pub const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
    pub const REFLECTED_FROM: u16 = 0x000b;
    pub const REALM: u16 = 0x0014;
    pub const NONCE: u16 = 0x0015;
    pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    pub const CONNECTION_REQUEST_BINDING: u16 = 0xc001;
    pub const BINDING_CHANGE: u16 = 0xc002;
}

/// What ties a response to its request; as long as RFC 3489 has it.
pub type TransactionId = [u8; 16];

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Binding Request
    Request,
    /// Binding Response
    Response,
    /// Binding Error Response
    ErrorResponse,
}

impl Class {
    const fn code(self) -> u16 {
        match self {
            Class::Request => 0x0001,
            Class::Response => 0x0101,
            Class::ErrorResponse => 0x0111,
        }
    }

    fn from_code(code: u16) -> Option<Class> {
        let all = [Class::Request, Class::Response, Class::ErrorResponse];
        all.into_iter().find(|class| class.code() == code)
    }
}

/// ERROR-CODE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorCode {
    /// 300 to 699.
    pub number: u16,
    /// For people.
    pub reason: String,
}

impl ErrorCode {
    /// The sender has to prove who it is.
    pub const UNAUTHORIZED: u16 = 401;
    /// The proof is wrong.
    pub const INTEGRITY_CHECK_FAILURE: u16 = 431;
    /// The request holds an attribute that must be understood and is not.
    pub const UNKNOWN_ATTRIBUTE: u16 = 420;
}

/// A binding message. Attributes without a meaning for TR-069 are read over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub class: Class,
    /// Its transaction.
    pub transaction: TransactionId,
    /// Where the request came from: XOR-MAPPED-ADDRESS if there is one, else MAPPED-ADDRESS.
    pub mapped_address: Option<SocketAddr>,
    /// Where the response is to go instead of to the sender.
    pub response_address: Option<SocketAddr>,
    /// Flags of CHANGE-REQUEST: answer from another address (4) or port (2).
    pub change_request: u32,
    /// Where the response comes from.
    pub source_address: Option<SocketAddr>,
    /// The server's other address.
    pub changed_address: Option<SocketAddr>,
    /// STUNUsername, without the spaces it is filled up with.
    pub username: Option<String>,
    /// What went wrong.
    pub error: Option<ErrorCode>,
    /// UNKNOWN-ATTRIBUTES: what the receiver did not understand.
    pub unknown_attributes: Vec<u16>,
    /// CONNECTION-REQUEST-BINDING is there: this is the binding connection requests are to be sent to.
    pub connection_request_binding: bool,
    /// BINDING-CHANGE is there: the binding is another one than before.
    pub binding_change: bool,
}

/// Why bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer or shorter than a message can be, or than it says.
    #[error("the length is wrong")]
    Length,
    /// No binding request or response.
    #[error("no binding message")]
    Type,
    /// An attribute is cut off, or there are too many.
    #[error("an attribute cannot be read")]
    Attribute,
}

/// A message as it came in, with what is needed to check it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What it says.
    pub message: Message,
    /// Attributes that must be understood and are not; a request with one is answered with 420, a response dropped.
    pub not_understood: Vec<u16>,
    /// What is signed, and the signature.
    signed: Option<(Vec<u8>, [u8; INTEGRITY_BYTES])>,
}

/// Whether the sender has proved that it knows the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// There is no MESSAGE-INTEGRITY.
    Missing,
    /// It is right.
    Good,
    /// It is wrong.
    Bad,
}

impl Received {
    /// Checks MESSAGE-INTEGRITY, in whichever form it was made.
    pub fn proof(&self, password: &Secret) -> Proof {
        match &self.signed {
            None => Proof::Missing,
            Some((text, signature)) if Integrity::verify(password, text, signature) => Proof::Good,
            Some(_) => Proof::Bad,
        }
    }
}

impl Message {
    /// A message without attributes.
    pub fn new(class: Class, transaction: TransactionId) -> Message {
        Message {
            class,
            transaction,
            mapped_address: None,
            response_address: None,
            change_request: 0,
            source_address: None,
            changed_address: None,
            username: None,
            error: None,
            unknown_attributes: Vec::new(),
            connection_request_binding: false,
            binding_change: false,
        }
    }

    /// An error response to a request.
    pub fn refusal(transaction: TransactionId, number: u16, reason: &str) -> Message {
        Message {
            error: Some(ErrorCode {
                number,
                reason: reason.into(),
            }),
            ..Message::new(Class::ErrorResponse, transaction)
        }
    }

    /// The message as it goes out, signed if there is a password to sign with.
    pub fn write(&self, signature: Option<(&Secret, Integrity)>) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        out.extend(self.class.code().to_be_bytes());
        out.extend([0; 2]);
        out.extend(self.transaction);
        self.write_attributes(&mut out);
        if let Some((password, form)) = signature {
            let length = out.len() - HEADER_BYTES + 4 + INTEGRITY_BYTES;
            set_length(&mut out, length);
            let signature = form.sign(password, &out);
            attribute(&mut out, code::MESSAGE_INTEGRITY, &signature);
        }
        let length = out.len() - HEADER_BYTES;
        set_length(&mut out, length);
        out
    }

    fn write_attributes(&self, out: &mut Vec<u8>) {
        let addresses = [
            (code::MAPPED_ADDRESS, self.mapped_address),
            (code::RESPONSE_ADDRESS, self.response_address),
            (code::SOURCE_ADDRESS, self.source_address),
            (code::CHANGED_ADDRESS, self.changed_address),
        ];
        for (code, address) in addresses {
            if let Some(address) = address {
                attribute(out, code, &write_address(address));
            }
        }
        if let Some(address) = self.mapped_address.filter(|_| self.has_cookie()) {
            let value = write_address(mask(address, &self.transaction));
            attribute(out, code::XOR_MAPPED_ADDRESS, &value);
        }
        if self.change_request != 0 {
            let flags = self.change_request.to_be_bytes();
            attribute(out, code::CHANGE_REQUEST, &flags);
        }
        if self.connection_request_binding {
            attribute(out, code::CONNECTION_REQUEST_BINDING, &BINDING_MARK);
        }
        if self.binding_change {
            attribute(out, code::BINDING_CHANGE, &[]);
        }
        if let Some(username) = &self.username {
            // RFC 3489 11.2.6, TR-069 G.2.1.3: filled up with spaces to a multiple of four.
            attribute(out, code::USERNAME, &padded(username, b' '));
        }
        if let Some(error) = &self.error {
            let number = error.number.clamp(100, 699);
            let mut value = vec![0, 0, (number / 100) as u8, (number % 100) as u8];
            value.extend(padded(&error.reason, b' '));
            attribute(out, code::ERROR_CODE, &value);
        }
        if !self.unknown_attributes.is_empty() {
            let mut codes = self.unknown_attributes.clone();
            if codes.len() % 2 == 1 {
                // RFC 3489 11.2.10: one of them is repeated, so that the length is a multiple of four.
                codes.extend(codes.last().copied());
            }
            let value: Vec<u8> = codes.iter().flat_map(|code| code.to_be_bytes()).collect();
            attribute(out, code::UNKNOWN_ATTRIBUTES, &value);
        }
    }

    fn has_cookie(&self) -> bool {
        self.transaction.starts_with(&COOKIE)
    }

    /// Reads a datagram.
    ///
    /// # Errors
    /// If it is no binding message.
    pub fn read(bytes: &[u8]) -> Result<Received, Malformed> {
        if bytes.len() > STUN_BYTES {
            return Err(Malformed::Length);
        }
        let (header, body) = bytes
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(Malformed::Length)?;
        let class = Class::from_code(u16::from_be_bytes([header[0], header[1]]));
        let class = class.ok_or(Malformed::Type)?;
        if usize::from(u16::from_be_bytes([header[2], header[3]])) != body.len() {
            return Err(Malformed::Length);
        }
        let mut transaction = TransactionId::default();
        transaction.copy_from_slice(&header[4..]);
        let mut received = Received {
            message: Message::new(class, transaction),
            not_understood: Vec::new(),
            signed: None,
        };
        let mut rest = body;
        for _ in 0..STUN_ATTRIBUTES {
            if rest.is_empty() {
                return Ok(received);
            }
            let at = bytes.len() - rest.len();
            let (code, value);
            (code, value, rest) = next_attribute(rest).ok_or(Malformed::Attribute)?;
            if received.signed.is_some() {
                // RFC 5389 15.4: what stands behind the signature counts for nothing, but for FINGERPRINT.
                continue;
            }
            if code == code::MESSAGE_INTEGRITY {
                let signature = value.try_into().map_err(|_| Malformed::Attribute)?;
                let mut text = bytes[..at].to_vec();
                set_length(&mut text, at - HEADER_BYTES + 4 + INTEGRITY_BYTES);
                received.signed = Some((text, signature));
            } else {
                received.take(code, value).ok_or(Malformed::Attribute)?;
            }
        }
        if rest.is_empty() {
            Ok(received)
        } else {
            Err(Malformed::Attribute)
        }
    }
}

impl Received {
    /// Takes one attribute over; `None` if it cannot be read.
    fn take(&mut self, code: u16, value: &[u8]) -> Option<()> {
        let message = &mut self.message;
        match code {
            code::MAPPED_ADDRESS => {
                let address = read_address(value)?;
                message.mapped_address.get_or_insert(address);
            }
            code::XOR_MAPPED_ADDRESS => {
                // A NAT that rewrites addresses inside packets cannot have changed this one.
                let address = mask(read_address(value)?, &message.transaction);
                message.mapped_address = Some(address);
            }
            code::RESPONSE_ADDRESS => message.response_address = Some(read_address(value)?),
            code::SOURCE_ADDRESS => message.source_address = Some(read_address(value)?),
            code::CHANGED_ADDRESS => message.changed_address = Some(read_address(value)?),
            code::CHANGE_REQUEST => {
                message.change_request = u32::from_be_bytes(value.try_into().ok()?);
            }
            code::USERNAME => message.username = Some(text(value)?),
            code::ERROR_CODE => {
                let (head, reason) = value.split_first_chunk::<4>()?;
                let number = u16::from(head[2] & 7) * 100 + u16::from(head[3] % 100);
                let reason =
                    String::from_utf8_lossy(reason.get(..STUN_TEXT_BYTES).unwrap_or(reason));
                message.error = Some(ErrorCode {
                    number,
                    reason: reason.trim_end_matches([' ', '\0']).into(),
                });
            }
            code::UNKNOWN_ATTRIBUTES => {
                let codes = value.chunks_exact(2).take(STUN_ATTRIBUTES);
                let codes = codes.map(|code| u16::from_be_bytes([code[0], code[1]]));
                message.unknown_attributes = codes.collect();
            }
            // A mark with another value is not this mark (TR-069 Table 107).
            code::CONNECTION_REQUEST_BINDING => {
                message.connection_request_binding = value == BINDING_MARK;
            }
            code::BINDING_CHANGE => message.binding_change = true,
            // Known, and of no use here; REALM and NONCE come with the 401 of a server of RFC 5389.
            code::PASSWORD | code::REFLECTED_FROM | code::REALM | code::NONCE => {}
            // The upper half need not be understood.
            0x8000.. => {}
            unknown => self.not_understood.push(unknown),
        }
        Some(())
    }
}

/// Code, value and what is behind them.
fn next_attribute(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    let code = u16::from_be_bytes([head[0], head[1]]);
    let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    let value = rest.get(..length)?;
    // RFC 5389 fills up to a multiple of four; some senders forget to at the end.
    let rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((code, value, rest))
}

fn attribute(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    out.extend(code.to_be_bytes());
    out.extend((value.len() as u16).to_be_bytes());
    out.extend(value);
}

fn set_length(message: &mut [u8], length: usize) {
    message[2..4].copy_from_slice(&(length as u16).to_be_bytes());
}

/// Text, cut off at its limit, filled up to a multiple of four.
fn padded(text: &str, filler: u8) -> Vec<u8> {
    let cut = text.floor_char_boundary(STUN_TEXT_BYTES);
    let mut bytes = text.as_bytes()[..cut].to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), filler);
    bytes
}

fn text(value: &[u8]) -> Option<String> {
    if value.len() > STUN_TEXT_BYTES.next_multiple_of(4) {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    Some(text.trim_end_matches([' ', '\0']).to_owned())
}

fn read_address(value: &[u8]) -> Option<SocketAddr> {
    let (head, octets) = value.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes([head[2], head[3]]);
    let ip = match head[1] {
        1 => IpAddr::from(<[u8; 4]>::try_from(octets).ok()?),
        2 => IpAddr::from(<[u8; 16]>::try_from(octets).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

fn write_address(address: SocketAddr) -> Vec<u8> {
    let family = if address.is_ipv4() { 1 } else { 2 };
    let port = address.port().to_be_bytes();
    let mut value = vec![0, family, port[0], port[1]];
    match address.ip() {
        IpAddr::V4(ip) => value.extend(ip.octets()),
        IpAddr::V6(ip) => value.extend(ip.octets()),
    }
    value
}

/// RFC 5389 15.2: the port masked with the cookie, the address with the cookie and the transaction id.
fn mask(address: SocketAddr, transaction: &TransactionId) -> SocketAddr {
    let mut key = *transaction;
    key[..4].copy_from_slice(&COOKIE);
    let port = address.port() ^ u16::from_be_bytes([COOKIE[0], COOKIE[1]]);
    let ip = match address.ip() {
        IpAddr::V4(ip) => {
            let octets = ip.octets();
            IpAddr::from(std::array::from_fn::<u8, 4, _>(|at| octets[at] ^ key[at]))
        }
        IpAddr::V6(ip) => {
            let octets = ip.octets();
            IpAddr::from(std::array::from_fn::<u8, 16, _>(|at| octets[at] ^ key[at]))
        }
    };
    SocketAddr::new(ip, port)
}
