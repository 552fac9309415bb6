//! The packets of TFTP (RFC 1350 section 5, RFC 2347), and the numbers both sides know.

/// The port requests go to.
pub const PORT: u16 = 69;

/// Bytes of a block if nobody says otherwise (RFC 1350).
pub const BLOCK_BYTES: usize = 512;

/// Characters of an error text that are kept: it is shown to people, who need no more.
const ERROR_CHARS: usize = 100;

/// Error: what is wrong stands in the text.
pub const OTHER: u16 = 0;
/// Error: there is no such file.
pub const NOT_FOUND: u16 = 1;
/// Error: the file may not be touched.
pub const ACCESS: u16 = 2;
/// Error: the file is larger than what there is room for.
pub const FULL: u16 = 3;
/// Error: no packet of this protocol.
pub const ILLEGAL: u16 = 4;
/// Error: a datagram that is no part of this transfer.
pub const STRANGER: u16 = 5;
/// Error: options that cannot be agreed to (RFC 2347).
pub const OPTIONS: u16 = 8;

/// A packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet<'d> {
    /// A request to read or to write, and all that stands behind its code.
    Request(Wish, &'d [u8]),
    /// A block of the file.
    Data(u16, &'d [u8]),
    /// A block has come.
    Ack(u16),
    /// The end, with a code and words.
    Error(u16, String),
    /// Options are agreed to.
    OptionAck(&'d [u8]),
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To read a file.
    Read,
    /// To write one.
    Write,
}

impl<'d> Packet<'d> {
    /// Reads a datagram; `None` is none of ours.
    pub fn read(datagram: &'d [u8]) -> Option<Packet<'d>> {
        let (code, rest) = number(datagram)?;
        match code {
            1 => Some(Packet::Request(Wish::Read, rest)),
            2 => Some(Packet::Request(Wish::Write, rest)),
            3 => number(rest).map(|(block, data)| Packet::Data(block, data)),
            4 => number(rest).map(|(block, _)| Packet::Ack(block)),
            5 => number(rest).map(|(code, text)| {
                let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
                let text = String::from_utf8_lossy(text);
                Packet::Error(code, text.chars().take(ERROR_CHARS).collect())
            }),
            6 => Some(Packet::OptionAck(rest)),
            _ => None,
        }
    }
}

fn number(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (front, rest) = bytes.split_first_chunk::<2>()?;
    Some((u16::from_be_bytes(*front), rest))
}

/// A block of the file.
pub fn data(block: u16, bytes: &[u8]) -> Vec<u8> {
    let mut packet = Vec::with_capacity(bytes.len() + 4);
    packet.extend_from_slice(&[0, 3]);
    packet.extend_from_slice(&block.to_be_bytes());
    packet.extend_from_slice(bytes);
    packet
}

/// A block has come.
pub fn ack(block: u16) -> Vec<u8> {
    let [high, low] = block.to_be_bytes();
    vec![0, 4, high, low]
}

/// The end, and why.
pub fn error(code: u16, text: &str) -> Vec<u8> {
    let [high, low] = code.to_be_bytes();
    let mut packet = vec![0, 5, high, low];
    packet.extend(text.bytes().filter(|byte| *byte != 0));
    packet.push(0);
    packet
}

/// What tells a stranger that it has no part in this transfer (RFC 1350: unknown transfer ID).
pub fn stranger() -> Vec<u8> {
    error(STRANGER, "not for you")
}
