//! A TFTP server's side of a file that is written: its last block is acknowledged when the file is kept, not before.

use super::packet::{self, Packet};
use super::request::{Agreed, Refused};
use super::transfer::{Due, End, Times, Transfer, too_slow};

/// How often the last acknowledgement is said again to a peer that has not heard it.
const LAST_REPEATS: u32 = 5;

/// Milliseconds a transfer stays after its last acknowledgement, in case that was lost (RFC 1350, section 6): a common
/// client says its last block again after one second and after three.
const LINGER_MS: u64 = 4_000;

/// A file on its way from a peer.
#[derive(Debug)]
pub struct Receiving {
    content: Vec<u8>,
    /// Bytes it may have.
    most_bytes: usize,
    block_bytes: usize,
    window: u16,
    times: Times,
    phase: Phase,
    /// The number of the last block that has come, counted from 1; at 65,535 it begins again at 0.
    block: u16,
    /// Blocks that have come since the last acknowledgement.
    unacknowledged: u16,
    /// Whether the peer was told that a block is missing.
    told: bool,
    /// What was said last.
    said: Vec<u8>,
    /// What is to be said.
    say: Option<Vec<u8>>,
    end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Blocks come.
    Blocks,
    /// All have come, and the file is being kept.
    Keeping,
    /// It is kept, and acknowledged until this time, so many times more at most.
    Kept(u64, u32),
}

impl Receiving {
    /// Begins with what was agreed to; a file of more than `most_bytes` is refused.
    ///
    /// # Errors
    /// If the peer says beforehand that it has more.
    pub fn begin(agreed: &Agreed, most_bytes: usize, now_ms: u64) -> Result<Receiving, Refused> {
        let announced = agreed.total_bytes.unwrap_or(0);
        if announced > most_bytes as u64 {
            return Err(too_large());
        }
        let said = agreed.packet(announced).unwrap_or_else(|| packet::ack(0));
        Ok(Receiving {
            content: Vec::new(),
            most_bytes,
            block_bytes: agreed.block_bytes(),
            window: agreed.window(),
            times: Times::begin(agreed.wait_s, most_bytes as u64, now_ms),
            phase: Phase::Blocks,
            block: 0,
            unacknowledged: 0,
            told: false,
            say: Some(said.clone()),
            said,
            end: None,
        })
    }

    /// The file, once it has come whole; it is given once, and then waited for [`Receiving::kept`].
    pub fn take(&mut self) -> Option<Vec<u8>> {
        let whole = self.phase == Phase::Keeping && self.end.is_none();
        whole.then(|| std::mem::take(&mut self.content))
    }

    /// The file is on stable storage: the peer may hear so.
    pub fn kept(&mut self, now_ms: u64) {
        if self.phase == Phase::Keeping && self.end.is_none() {
            self.phase = Phase::Kept(now_ms.saturating_add(LINGER_MS), LAST_REPEATS);
            self.acknowledge();
        }
    }

    fn acknowledge(&mut self) {
        self.unacknowledged = 0;
        self.said = packet::ack(self.block);
        self.say = Some(self.said.clone());
    }

    fn data(&mut self, number: u16, bytes: &[u8], now_ms: u64) {
        match self.phase {
            Phase::Blocks if bytes.len() > self.block_bytes => {
                self.refuse(&Refused {
                    code: packet::ILLEGAL,
                    text: "a block is longer than was agreed",
                });
            }
            Phase::Blocks if number == self.block.wrapping_add(1) => self.take_in(bytes, now_ms),
            Phase::Blocks => self.out_of_turn(number),
            Phase::Keeping => {}
            Phase::Kept(until, more) if number == self.block && more > 0 => {
                self.phase = Phase::Kept(until, more - 1);
                self.say = Some(self.said.clone());
            }
            Phase::Kept(..) => {}
        }
    }

    fn take_in(&mut self, bytes: &[u8], now_ms: u64) {
        if self.content.len() + bytes.len() > self.most_bytes {
            return self.refuse(&too_large());
        }
        self.content.extend_from_slice(bytes);
        self.block = self.block.wrapping_add(1);
        self.unacknowledged += 1;
        self.told = false;
        self.times.progress(now_ms);
        if bytes.len() < self.block_bytes {
            self.phase = Phase::Keeping;
        } else if self.unacknowledged >= self.window {
            self.acknowledge();
        }
    }

    /// A block that was there before: its acknowledgement was lost. Or one from behind a gap, which is told once
    /// (RFC 7440, section 4).
    fn out_of_turn(&mut self, number: u16) {
        let ahead = number.wrapping_sub(self.block);
        let gap = (2..=self.window).contains(&ahead) && !self.told;
        if gap || (number == self.block && self.times.proved) {
            self.told |= gap;
            self.acknowledge();
        }
    }
}

impl Transfer for Receiving {
    fn receive(&mut self, datagram: &[u8], now_ms: u64) {
        if self.end.is_some() {
            return;
        }
        match Packet::read(datagram) {
            Some(Packet::Data(number, bytes)) => self.data(number, bytes, now_ms),
            Some(Packet::Error(code, text)) if !matches!(self.phase, Phase::Kept(..)) => {
                self.end = Some(End::ByPeer(code, text));
            }
            // What is kept is kept, whatever the peer thinks of it.
            Some(Packet::Error(..)) => self.end = Some(End::Complete),
            Some(Packet::Ack(_) | Packet::OptionAck(_) | Packet::Request(..)) | None => {}
        }
    }

    fn wake(&mut self, now_ms: u64) {
        if self.end.is_some() {
            return;
        }
        match self.phase {
            Phase::Keeping => {}
            Phase::Kept(until, _) => {
                if now_ms >= until {
                    self.end = Some(End::Complete);
                }
            }
            Phase::Blocks => match self.times.wake(now_ms) {
                Due::Nothing => {}
                Due::Repeat if self.unacknowledged > 0 => self.acknowledge(),
                Due::Repeat => self.say = Some(self.said.clone()),
                Due::Over => self.end = Some(self.times.silence()),
                Due::Slow => {
                    self.say = Some(too_slow());
                    self.end = Some(End::Slow);
                }
            },
        }
    }

    fn next_packet(&mut self) -> Option<Vec<u8>> {
        self.say.take()
    }

    fn deadline(&self) -> Option<u64> {
        match (self.phase, &self.end) {
            (_, Some(_)) | (Phase::Keeping, None) => None,
            (Phase::Kept(until, _), None) => Some(until),
            (Phase::Blocks, None) => Some(self.times.deadline()),
        }
    }

    fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    fn refuse(&mut self, refused: &Refused) {
        if self.end.is_none() {
            self.say = Some(refused.packet());
            self.end = Some(End::Refused(refused.clone()));
        }
    }
}

fn too_large() -> Refused {
    Refused {
        code: packet::FULL,
        text: "the file is larger than what is taken here",
    }
}
