//! The server's side of TFTP as its peers see it: what it agrees to, how it deals with losses, and where it ends.

mod any_order;
mod reading;
mod requests;
mod writing;

use cwmp::side::tftp::packet::{Packet, Wish};
use cwmp::side::tftp::request::{Agreed, Refused, Request};
use cwmp::side::tftp::transfer::{End, Transfer};

/// A request of these words, as a server reads it.
fn asked(wish: Wish, words: &[&str]) -> Result<Request, Refused> {
    let mut rest = words.join("\0").into_bytes();
    rest.push(0);
    Request::read(wish, &rest)
}

/// What is agreed to when these options are asked for.
fn agreed(options: &[&str]) -> Agreed {
    let words = [&["x", "octet"], options].concat();
    asked(Wish::Read, &words).expect("a good request").agreed
}

/// Bytes that tell where in the file they stand.
fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|place| (place % 251) as u8).collect()
}

/// Everything a transfer has to say at this moment.
fn said(transfer: &mut impl Transfer) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| transfer.next_packet()).collect()
}

/// The numbers of the blocks among packets.
fn blocks(packets: &[Vec<u8>]) -> Vec<u16> {
    let number = |packet: &Vec<u8>| match Packet::read(packet) {
        Some(Packet::Data(number, _)) => Some(number),
        _ => None,
    };
    packets.iter().filter_map(number).collect()
}

/// Wakes a transfer at each of its deadlines until it ends; the packets it sent, how it ended and when.
fn left_alone(transfer: &mut impl Transfer) -> (Vec<Vec<u8>>, End, u64) {
    let mut packets = said(transfer);
    let mut now = 0;
    while let Some(deadline) = transfer.deadline() {
        now = deadline;
        transfer.wake(now);
        packets.extend(said(transfer));
    }
    let end = transfer.end().expect("without a deadline there is an end");
    (packets, end.clone(), now)
}

/// Dice that fall alike in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
