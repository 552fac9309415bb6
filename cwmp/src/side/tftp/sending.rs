//! A TFTP server's side of a file that is read: blocks go out in windows, and only an acknowledgement brings the next.

use super::packet::{self, Packet};
use super::request::{Agreed, Refused};
use super::transfer::{Due, End, Times, Transfer, too_slow};

/// A file on its way to a peer.
#[derive(Debug)]
pub struct Sending<F> {
    file: F,
    block_bytes: usize,
    window: u64,
    times: Times,
    /// The options that are agreed to, until the peer has acknowledged them.
    offer: Option<Vec<u8>>,
    /// The last block the peer has acknowledged, counted from 1 and without end.
    acknowledged: u64,
    /// Whether there is an offer to send, or which block is next.
    next: u64,
    /// What is to be said at the end.
    farewell: Option<Vec<u8>>,
    end: Option<End>,
}

impl<F: AsRef<[u8]>> Sending<F> {
    /// Begins with what was agreed to.
    pub fn begin(agreed: &Agreed, file: F, now_ms: u64) -> Sending<F> {
        let file_bytes = file.as_ref().len() as u64;
        let offer = agreed.packet(file_bytes);
        Sending {
            block_bytes: agreed.block_bytes(),
            window: agreed.window().into(),
            times: Times::begin(agreed.wait_s, file_bytes, now_ms),
            next: u64::from(offer.is_none()),
            offer,
            acknowledged: 0,
            farewell: None,
            end: None,
            file,
        }
    }

    /// The number of the last block; it is a short one, and may be empty.
    fn last(&self) -> u64 {
        (self.file.as_ref().len() / self.block_bytes) as u64 + 1
    }

    fn block(&self, number: u64) -> Vec<u8> {
        let file = self.file.as_ref();
        // Both products are at most the length of the file plus one block.
        let start = ((number - 1) as usize * self.block_bytes).min(file.len());
        let end = (start + self.block_bytes).min(file.len());
        packet::data((number & 0xffff) as u16, &file[start..end])
    }

    fn acknowledge(&mut self, number: u16, now_ms: u64) {
        if self.offer.is_some() {
            if number == 0 {
                self.offer = None;
                self.next = 1;
                self.times.progress(now_ms);
            }
            return;
        }
        // An acknowledgement that was there before is answered by nothing: an answer would double every block from
        // then on (RFC 1123, 4.2.3.1, the Sorcerer's Apprentice).
        let forward = u64::from(number.wrapping_sub((self.acknowledged & 0xffff) as u16));
        if forward == 0 || self.acknowledged + forward >= self.next {
            return;
        }
        self.acknowledged += forward;
        self.times.progress(now_ms);
        if self.acknowledged == self.last() {
            self.end = Some(End::Complete);
        }
        // An acknowledgement inside the window says that the block behind it is missing (RFC 7440, section 4).
        self.next = self.acknowledged + 1;
    }
}

impl<F: AsRef<[u8]>> Transfer for Sending<F> {
    fn receive(&mut self, datagram: &[u8], now_ms: u64) {
        if self.end.is_some() {
            return;
        }
        match Packet::read(datagram) {
            Some(Packet::Ack(number)) => self.acknowledge(number, now_ms),
            Some(Packet::Error(code, text)) => self.end = Some(End::ByPeer(code, text)),
            Some(Packet::Data(..) | Packet::OptionAck(_) | Packet::Request(..)) | None => {}
        }
    }

    fn wake(&mut self, now_ms: u64) {
        if self.end.is_some() {
            return;
        }
        match self.times.wake(now_ms) {
            Due::Nothing => {}
            Due::Repeat if self.offer.is_some() => self.next = 0,
            Due::Repeat => self.next = self.acknowledged + 1,
            Due::Over => self.end = Some(self.times.silence()),
            Due::Slow => {
                self.farewell = Some(too_slow());
                self.end = Some(End::Slow);
            }
        }
    }

    fn next_packet(&mut self) -> Option<Vec<u8>> {
        if self.end.is_some() {
            return self.farewell.take();
        }
        if let Some(offer) = &self.offer {
            let due = std::mem::replace(&mut self.next, 1) == 0;
            return due.then(|| offer.clone());
        }
        let window_end = (self.acknowledged + self.window).min(self.last());
        if self.next > window_end {
            return None;
        }
        self.next += 1;
        Some(self.block(self.next - 1))
    }

    fn deadline(&self) -> Option<u64> {
        self.end.is_none().then(|| self.times.deadline())
    }

    fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    fn refuse(&mut self, refused: &Refused) {
        if self.end.is_none() {
            self.farewell = Some(refused.packet());
            self.end = Some(End::Refused(refused.clone()));
        }
    }
}
