//! Keys of records, and who changes them.

use cwmp::DeviceId;
use data_model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The key of a record: 64 bits, written as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(u64);

impl Id {
    /// The bit that makes a signed number negative.
    const SIGN: u64 = 1 << 63;

    /// A key that sorts by the time it was made: milliseconds in front, randomness behind.
    pub fn new(now: Timestamp, random: u64) -> Id {
        let ms = u64::try_from(now.as_millis()).unwrap_or(0);
        Id((ms << 20) | (random & 0xF_FFFF))
    }

    /// The key of a device: a hash of who it is, so that every node finds the same one without asking.
    pub fn of_device(identity: &DeviceId) -> Id {
        Id::of_identity(&identity.username())
    }

    /// The key of a device by its identity text ([`DeviceId::username`]).
    pub fn of_identity(identity: &str) -> Id {
        let hash = Sha256::digest(identity);
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        Id(u64::from_be_bytes(first))
    }

    /// For a column of 64 bit integers, whose order is that of the keys.
    pub fn to_i64(self) -> i64 {
        (self.0 ^ Id::SIGN).cast_signed()
    }

    /// What [`Id::to_i64`] gave.
    pub fn from_i64(number: i64) -> Id {
        Id(number.cast_unsigned() ^ Id::SIGN)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Id, BadId> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        number.map(Id).ok_or(BadId)
    }
}

impl TryFrom<String> for Id {
    type Error = BadId;

    fn try_from(text: String) -> Result<Id, BadId> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        id.to_string()
    }
}

/// A text that is no [`Id`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id has 16 hexadecimal digits")]
pub struct BadId;

/// Who changes something; stands in the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person, by name.
    User(String),
    /// A device, in a session of its own.
    Device(Id),
    /// One of our own jobs, by name.
    Job(&'static str),
    /// The command line on the server's own machine.
    Console,
    /// Somebody who has not proved who they are, from this address.
    Stranger(IpAddr),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::User(name) => write!(f, "user:{name}"),
            Actor::Device(id) => write!(f, "device:{id}"),
            Actor::Job(name) => write!(f, "job:{name}"),
            Actor::Console => f.write_str("console"),
            Actor::Stranger(address) => write!(f, "stranger:{address}"),
        }
    }
}

/// A page of a list: what to start behind, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<K> {
    /// The last key of the page before.
    pub after: Option<K>,
    /// At most so many.
    pub limit: usize,
}

impl schemars::JsonSchema for Id {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9a-f]{16}$",
            "description": "The key of a record: 64 bits, written as 16 hexadecimal digits.",
        })
    }
}
