//! What is asked of a TFTP server: name, mode and options, checked whole before anything is done (RFC 1350, 2347 to 2349, 7440).

use super::packet::{self, BLOCK_BYTES, Wish};
use std::fmt;

/// Bytes of a request: RFC 2347 allows no more.
pub const REQUEST_BYTES: usize = 512;

/// Bytes of a file name: leaves room for the options in a request.
pub const NAME_BYTES: usize = 400;

/// Bytes of a block that are agreed to: a packet fits into one Ethernet frame over IPv6 and through common tunnels,
/// and one lost fragment would lose all of a larger one.
pub const LARGEST_BLOCK: usize = 1428;

/// Blocks that are sent before one is acknowledged: small routers have buffers for few more at once.
pub const LARGEST_WINDOW: u16 = 16;

/// Seconds between repetitions that are agreed to: longer ones would keep the place of a silent peer for minutes.
const LONGEST_WAIT_S: u64 = 10;

/// A request that can be dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// To read or to write.
    pub wish: Wish,
    /// The name as a path: no slash in front, no empty, `.` or `..` part, no control character, no backslash.
    /// It is not to be unescaped: a percent sign in it is one.
    pub name: String,
    /// What is agreed to of the options.
    pub agreed: Agreed,
}

/// Options that are agreed to; those that are `None` were not asked for, or are not answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreed {
    /// Bytes of a block.
    pub block_bytes: Option<usize>,
    /// Seconds before a packet is repeated.
    pub wait_s: Option<u64>,
    /// Bytes of the file, by the account of who writes it; who reads asks with 0.
    pub total_bytes: Option<u64>,
    /// Blocks for each acknowledgement.
    pub window: Option<u16>,
}

/// Why a request is refused: a code of RFC 1350 and words for who reads the device's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub code: u16,
    /// The words.
    pub text: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}, {}", self.code, self.text)
    }
}

impl std::error::Error for Refused {}

impl Refused {
    /// The packet that says so.
    pub fn packet(&self) -> Vec<u8> {
        packet::error(self.code, self.text)
    }
}

fn illegal(text: &'static str) -> Refused {
    let code = packet::ILLEGAL;
    Refused { code, text }
}

fn option(text: &'static str) -> Refused {
    let code = packet::OPTIONS;
    Refused { code, text }
}

impl Request {
    /// Reads what stands behind the code of a request.
    ///
    /// # Errors
    /// With the error the peer is to be told.
    pub fn read(wish: Wish, rest: &[u8]) -> Result<Request, Refused> {
        if rest.len() + 2 > REQUEST_BYTES {
            return Err(illegal("a request has at most 512 bytes"));
        }
        let text = rest
            .strip_suffix(&[0])
            .ok_or(illegal("the request is cut off"))?;
        let mut words = text.split(|byte| *byte == 0);
        let name = path(words.next().unwrap_or_default())?;
        let mode = words.next().ok_or(illegal("the request has no mode"))?;
        if !mode.eq_ignore_ascii_case(b"octet") {
            return Err(illegal(
                "only octet mode is served: set the mode to octet (binary)",
            ));
        }
        let agreed = Agreed::read(words)?;
        Ok(Request { wish, name, agreed })
    }
}

/// A file name as a path below the top of what is served.
fn path(name: &[u8]) -> Result<String, Refused> {
    let access = |text| Refused {
        code: packet::ACCESS,
        text,
    };
    let name = std::str::from_utf8(name).map_err(|_| access("the file name is not UTF-8"))?;
    // A URL's path begins with a slash, and most devices leave it there.
    let name = name.trim_start_matches('/');
    if name.is_empty() || name.len() > NAME_BYTES {
        return Err(access("the file name is empty or has more than 400 bytes"));
    }
    if name.contains(|c: char| c.is_control() || c == '\\') {
        return Err(access(
            "the file name has control characters or backslashes",
        ));
    }
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(access("the file name has an empty, `.` or `..` part"));
    }
    Ok(name.to_owned())
}

impl Agreed {
    /// Bytes of a block.
    pub fn block_bytes(&self) -> usize {
        self.block_bytes.unwrap_or(BLOCK_BYTES)
    }

    /// Blocks for each acknowledgement.
    pub fn window(&self) -> u16 {
        self.window.unwrap_or(1)
    }

    /// A value outside of what its RFC allows ends the request; one that is more than we have room for is answered by
    /// less, as the RFCs provide; options nobody here knows are not answered (RFC 2347).
    fn read<'r>(mut words: impl Iterator<Item = &'r [u8]>) -> Result<Agreed, Refused> {
        let mut agreed = Agreed::default();
        let mut seen = [false; 4];
        while let Some(name) = words.next() {
            let value = words.next();
            // Some boot loaders fill their requests up with zeros.
            if name.is_empty() && value.is_none_or(<[u8]>::is_empty) {
                continue;
            }
            let value = value.ok_or(option("an option has no value"))?;
            let known = [&b"blksize"[..], b"timeout", b"tsize", b"windowsize"];
            let known = known.iter().position(|it| name.eq_ignore_ascii_case(it));
            let Some(place) = known else { continue };
            if std::mem::replace(&mut seen[place], true) {
                return Err(option("an option is given twice"));
            }
            let value = number(value);
            match place {
                0 => {
                    let bytes = within(value, 8, 65_464, "blksize is a number from 8 to 65464")?;
                    agreed.block_bytes = Some((bytes as usize).min(LARGEST_BLOCK));
                }
                1 => {
                    let wait = within(value, 1, 255, "timeout is a number from 1 to 255")?;
                    // RFC 2349 knows no answer but the same value, or none.
                    agreed.wait_s = (wait <= LONGEST_WAIT_S).then_some(wait);
                }
                2 => {
                    agreed.total_bytes = Some(value.ok_or(option("tsize is no number"))?);
                }
                _ => {
                    let text = "windowsize is a number from 1 to 65535";
                    let blocks = within(value, 1, 65_535, text)?;
                    agreed.window = Some((blocks as u16).min(LARGEST_WINDOW));
                }
            }
        }
        Ok(agreed)
    }

    /// The packet that agrees, about a file of so many bytes; `None` if there is nothing to agree to.
    pub fn packet(&self, file_bytes: u64) -> Option<Vec<u8>> {
        // curl takes a size of 0 for an error; who is told none finds out by itself.
        let total_bytes = self.total_bytes.map(|_| file_bytes);
        let total_bytes = total_bytes.filter(|bytes| *bytes > 0);
        let options = [
            ("blksize", self.block_bytes.map(|bytes| bytes as u64)),
            ("timeout", self.wait_s),
            ("tsize", total_bytes),
            ("windowsize", self.window.map(u64::from)),
        ];
        let mut packet = vec![0, 6];
        for (name, value) in options {
            if let Some(value) = value {
                packet.extend_from_slice(format!("{name}\0{value}\0").as_bytes());
            }
        }
        (packet.len() > 2).then_some(packet)
    }
}

/// Digits as a number.
fn number(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    // `parse` would take a sign as well.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

fn within(
    value: Option<u64>,
    least: u64,
    most: u64,
    else_say: &'static str,
) -> Result<u64, Refused> {
    let fits = |value: &u64| (least..=most).contains(value);
    value.filter(fits).ok_or(option(else_say))
}
