//! TFTP from the side that asks: the two transfers as states (RFC 1350, 2347, 2348, 2349).
//!
//! Whoever has the socket sends what a step says, sends it once more when nothing comes for a while, and passes on only
//! datagrams of the address the first answer came from.

use super::packet::{self, Packet, ack};
use std::fmt;

/// Bytes of a block that is asked for: fits into one Ethernet frame over IPv6 and through common tunnels.
const WANTED_BLOCK: usize = 1428;

/// Bytes of the largest packet that is ever due.
pub const PACKET_BYTES: usize = WANTED_BLOCK + 4;

/// Bytes of a file name; a request has to fit into one packet with its options.
const NAME_BYTES: usize = 400;

/// Why a transfer cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server says so: its code and its words.
    Server(u16, String),
    /// The name is empty, too long, or holds a zero byte.
    Name,
    /// The server agreed to something that was not asked.
    Options,
}

impl Failure {
    /// Whether the file is not there or may not be touched.
    pub fn is_access(&self) -> bool {
        matches!(self, Failure::Server(1 | 2 | 6 | 7, _) | Failure::Name)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Server(code, text) => {
                write!(f, "the TFTP server answered error {code} {text}")
            }
            Failure::Name => f.write_str("the file name cannot be asked for"),
            Failure::Options => f.write_str("the TFTP server agreed to what was not asked"),
        }
    }
}

impl std::error::Error for Failure {}

/// What a datagram of the server leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it was a copy, or no TFTP at all.
    Ignore,
    /// Send this.
    Send(Vec<u8>),
    /// Send this, and all is done.
    Last(Vec<u8>),
    /// All is done.
    Done,
}

/// A file that is being fetched.
#[derive(Debug)]
pub struct Get {
    name: String,
    block_bytes: usize,
    /// The number of the last block that has come.
    block: u16,
    negotiation: Negotiation,
    /// Bytes of the file by the server's account.
    total_bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Negotiation {
    /// Options were asked for; the first answer is awaited.
    Open,
    /// None were asked for; the first answer is awaited.
    Plain,
    /// The first answer has come.
    Settled,
}

impl Get {
    /// Begins: gives the request.
    ///
    /// # Errors
    /// If the name cannot be asked for.
    pub fn begin(name: &str) -> Result<(Get, Vec<u8>), Failure> {
        let packet = request(1, name, Some(0))?;
        let get = Get {
            name: name.to_owned(),
            block_bytes: packet::BLOCK_BYTES,
            block: 0,
            negotiation: Negotiation::Open,
            total_bytes: None,
        };
        Ok((get, packet))
    }

    /// Bytes of the file, if the server has told.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    /// Takes a datagram; appends what it brings of the file.
    ///
    /// # Errors
    /// If the server refuses or breaks the protocol.
    pub fn receive(&mut self, datagram: &[u8], file: &mut Vec<u8>) -> Result<Step, Failure> {
        match Packet::read(datagram) {
            Some(Packet::Data(block, data)) => Ok(self.data(block, data, file)),
            Some(Packet::OptionAck(options)) if self.negotiation == Negotiation::Open => {
                let agreed = Agreed::read(options)?;
                self.negotiation = Negotiation::Settled;
                self.block_bytes = agreed.block_bytes;
                self.total_bytes = agreed.total_bytes;
                Ok(Step::Send(ack(0)))
            }
            // The acknowledgement was lost.
            Some(Packet::OptionAck(_)) if self.block == 0 => Ok(Step::Send(ack(0))),
            Some(Packet::Error(packet::OPTIONS, _)) if self.negotiation == Negotiation::Open => {
                self.negotiation = Negotiation::Plain;
                request(1, &self.name, None).map(Step::Send)
            }
            Some(Packet::Error(code, text)) => Err(Failure::Server(code, text)),
            Some(Packet::OptionAck(_) | Packet::Ack(_) | Packet::Request(..)) | None => {
                Ok(Step::Ignore)
            }
        }
    }

    fn data(&mut self, block: u16, data: &[u8], file: &mut Vec<u8>) -> Step {
        if data.len() > self.block_bytes {
            return Step::Ignore;
        }
        if block == self.block.wrapping_add(1) {
            self.negotiation = Negotiation::Settled;
            self.block = block;
            file.extend_from_slice(data);
            return match data.len() < self.block_bytes {
                true => Step::Last(ack(block)),
                false => Step::Send(ack(block)),
            };
        }
        // A copy of the last block: its acknowledgement was lost.
        match block == self.block && self.negotiation == Negotiation::Settled {
            true => Step::Send(ack(block)),
            false => Step::Ignore,
        }
    }
}

/// A file that is being sent.
#[derive(Debug)]
pub struct Put<'f> {
    name: String,
    file: &'f [u8],
    block_bytes: usize,
    /// The number of the block that was sent last, counted without end.
    block: usize,
    negotiation: Negotiation,
}

impl<'f> Put<'f> {
    /// Begins: gives the request.
    ///
    /// # Errors
    /// If the name cannot be asked for.
    pub fn begin(name: &str, file: &'f [u8]) -> Result<(Put<'f>, Vec<u8>), Failure> {
        let packet = request(2, name, Some(file.len() as u64))?;
        let put = Put {
            name: name.to_owned(),
            file,
            block_bytes: packet::BLOCK_BYTES,
            block: 0,
            negotiation: Negotiation::Open,
        };
        Ok((put, packet))
    }

    /// Takes a datagram.
    ///
    /// # Errors
    /// If the server refuses or breaks the protocol.
    pub fn receive(&mut self, datagram: &[u8]) -> Result<Step, Failure> {
        match Packet::read(datagram) {
            Some(Packet::OptionAck(options)) if self.negotiation == Negotiation::Open => {
                self.block_bytes = Agreed::read(options)?.block_bytes;
                Ok(self.next())
            }
            // An acknowledgement of anything else is a copy, and answering it would double every block from then on.
            Some(Packet::Ack(block)) if usize::from(block) == self.block & 0xffff => {
                let sent_all = self.block > 0 && self.block * self.block_bytes > self.file.len();
                Ok(if sent_all { Step::Done } else { self.next() })
            }
            Some(Packet::Error(packet::OPTIONS, _)) if self.negotiation == Negotiation::Open => {
                self.negotiation = Negotiation::Plain;
                request(2, &self.name, None).map(Step::Send)
            }
            Some(Packet::Error(code, text)) => Err(Failure::Server(code, text)),
            Some(
                Packet::OptionAck(_) | Packet::Ack(_) | Packet::Data(..) | Packet::Request(..),
            )
            | None => Ok(Step::Ignore),
        }
    }

    fn next(&mut self) -> Step {
        self.negotiation = Negotiation::Settled;
        let start = (self.block * self.block_bytes).min(self.file.len());
        let end = (start + self.block_bytes).min(self.file.len());
        self.block += 1;
        let number = (self.block & 0xffff) as u16;
        Step::Send(packet::data(number, &self.file[start..end]))
    }
}

/// What the server has agreed to.
struct Agreed {
    block_bytes: usize,
    total_bytes: Option<u64>,
}

impl Agreed {
    fn read(options: &[u8]) -> Result<Agreed, Failure> {
        let mut agreed = Agreed {
            block_bytes: packet::BLOCK_BYTES,
            total_bytes: None,
        };
        let options = options.strip_suffix(&[0]).unwrap_or(options);
        let mut words = options.split(|byte| *byte == 0);
        while let Some(name) = words.next().filter(|name| !name.is_empty()) {
            let value = words
                .next()
                .and_then(|value| std::str::from_utf8(value).ok());
            let value: u64 = value
                .and_then(|value| value.parse().ok())
                .ok_or(Failure::Options)?;
            match name.to_ascii_lowercase().as_slice() {
                // RFC 2348: the server may take less than was asked for, never more.
                b"blksize" if (8..=WANTED_BLOCK as u64).contains(&value) => {
                    agreed.block_bytes = value as usize;
                }
                b"tsize" => agreed.total_bytes = Some(value),
                _ => return Err(Failure::Options),
            }
        }
        Ok(agreed)
    }
}

/// A request to read (1) or write (2); with options if the size is given.
fn request(code: u8, name: &str, total_bytes: Option<u64>) -> Result<Vec<u8>, Failure> {
    if name.is_empty() || name.len() > NAME_BYTES || name.contains('\0') {
        return Err(Failure::Name);
    }
    let mut packet = vec![0, code];
    let mut word = |text: &str| {
        packet.extend_from_slice(text.as_bytes());
        packet.push(0);
    };
    word(name);
    word("octet");
    if let Some(total_bytes) = total_bytes {
        word("blksize");
        word(&WANTED_BLOCK.to_string());
        word("tsize");
        word(&total_bytes.to_string());
    }
    Ok(packet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(block: u16, bytes: &[u8]) -> Vec<u8> {
        [&[0, 3], &block.to_be_bytes()[..], bytes].concat()
    }

    /// Covers T-11.
    #[test]
    fn a_file_is_fetched_in_blocks_of_the_size_the_server_agrees_to() {
        let (mut get, request) = Get::begin("fw/image.bin").unwrap();
        assert_eq!(
            request,
            b"\0\x01fw/image.bin\0octet\0blksize\x001428\0tsize\x000\0"
        );
        let mut file = Vec::new();
        let step = get.receive(b"\0\x06blksize\x008\0TSIZE\x0010\0", &mut file);
        assert_eq!(step, Ok(Step::Send(vec![0, 4, 0, 0])));
        assert_eq!(get.total_bytes(), Some(10));
        let step = get.receive(&data(1, b"12345678"), &mut file);
        assert_eq!(step, Ok(Step::Send(vec![0, 4, 0, 1])));
        // A copy is acknowledged and not taken twice; anything else is none of ours.
        let step = get.receive(&data(1, b"12345678"), &mut file);
        assert_eq!(step, Ok(Step::Send(vec![0, 4, 0, 1])));
        for strange in [
            data(7, b"x"),
            data(2, b"more than 8"),
            vec![0, 9],
            vec![3],
            vec![],
        ] {
            assert_eq!(get.receive(&strange, &mut file), Ok(Step::Ignore));
        }
        let step = get.receive(&data(2, b"90"), &mut file);
        assert_eq!(step, Ok(Step::Last(vec![0, 4, 0, 2])));
        assert_eq!(file, b"1234567890");
    }

    /// Covers T-11.
    #[test]
    fn a_server_without_options_is_spoken_to_plainly() {
        let (mut get, _) = Get::begin("x").unwrap();
        let mut file = Vec::new();
        let step = get.receive(b"\0\x05\0\x08no options\0", &mut file);
        assert_eq!(step, Ok(Step::Send(b"\0\x01x\0octet\0".to_vec())));
        let step = get.receive(&data(1, &[7; 512]), &mut file);
        assert_eq!(step, Ok(Step::Send(vec![0, 4, 0, 1])));
        let step = get.receive(&data(2, b""), &mut file);
        assert_eq!(step, Ok(Step::Last(vec![0, 4, 0, 2])));
        assert_eq!(file.len(), 512);
        let refused = get.receive(b"\0\x05\0\x08", &mut file);
        assert_eq!(refused, Err(Failure::Server(8, String::new())));
    }

    #[test]
    fn block_numbers_start_again_in_a_long_file() {
        let (mut get, _) = Get::begin("long").unwrap();
        let mut file = Vec::new();
        let _ = get.receive(b"\0\x06blksize\x008\0", &mut file);
        for block in 1..=70_000u32 {
            let step = get.receive(&data(block as u16, &[1; 8]), &mut file);
            assert!(matches!(step, Ok(Step::Send(_))), "{block}: {step:?}");
        }
        assert_eq!(file.len(), 560_000);
    }

    #[test]
    fn a_server_that_agrees_to_what_was_not_asked_is_left() {
        for options in [
            &b"blksize\x001429\0"[..],
            b"blksize\x007\0",
            b"blksize\0many\0",
            b"windowsize\x004\0",
            b"tsize\0",
        ] {
            let (mut get, _) = Get::begin("x").unwrap();
            let packet = [b"\0\x06", options].concat();
            assert_eq!(get.receive(&packet, &mut Vec::new()), Err(Failure::Options));
        }
        assert_eq!(Get::begin("").unwrap_err(), Failure::Name);
        assert_eq!(Get::begin("a\0b").unwrap_err(), Failure::Name);
    }

    /// Covers T-11.
    #[test]
    fn a_file_is_sent_to_its_last_byte_and_ends_with_a_short_block() {
        for length in [0usize, 7, 8, 16, 17] {
            let content: Vec<u8> = (0..length as u8).collect();
            let (mut put, request) = Put::begin("log", &content).unwrap();
            assert!(request.starts_with(b"\0\x02log\0octet\0"));
            let mut step = put.receive(b"\0\x06blksize\x008\0").unwrap();
            let mut got = Vec::new();
            let mut block = 0u16;
            while let Step::Send(packet) = step {
                block += 1;
                assert_eq!(packet[..4], data(block, b"")[..]);
                got.extend_from_slice(&packet[4..]);
                assert_eq!(put.receive(&ack(block + 1)), Ok(Step::Ignore));
                step = put.receive(&ack(block)).unwrap();
            }
            assert_eq!((step, &got), (Step::Done, &content), "{length}");
            assert_eq!(usize::from(block), length / 8 + 1);
        }
    }
}
