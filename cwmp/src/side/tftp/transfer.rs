//! What the two transfers of a TFTP server have in common: how whoever has the socket drives them, and their times.

use super::packet;
use super::request::Refused;

/// Repetitions of a packet while nobody has answered: the peer may be somebody who asked for nothing, so it gets three
/// packets at most (case F02), and none of more than 516 bytes.
const REPEATS_UNPROVED: u32 = 2;

/// Repetitions of a packet to a peer that has answered before.
const REPEATS: u32 = 5;

/// Milliseconds before a packet is repeated, if the peer asks for nothing else.
const WAIT_MS: u64 = 1_000;

/// The longest wait; each is twice the one before.
const LONGEST_WAIT_MS: u64 = 10_000;

/// Milliseconds any transfer may take, however small.
const LEAST_TOTAL_MS: u64 = 60_000;

/// Bytes in a millisecond below which a peer is too slow: it would keep its place from others.
const LEAST_BYTES_PER_MS: u64 = 4;

/// One transfer. Whoever drives it sends all of [`Transfer::next_packet`], then waits for a datagram of the peer or for
/// [`Transfer::deadline`], until there is an [`Transfer::end`].
pub trait Transfer {
    /// A datagram of the peer has come.
    fn receive(&mut self, datagram: &[u8], now_ms: u64);

    /// The deadline has come.
    fn wake(&mut self, now_ms: u64);

    /// What is to be sent next, if anything is.
    fn next_packet(&mut self) -> Option<Vec<u8>>;

    /// When to wake it; `None` while it waits for neither a datagram nor a time.
    fn deadline(&self) -> Option<u64>;

    /// How it has ended; packets may be left to send.
    fn end(&self) -> Option<&End>;

    /// Ends it from this side, and tells the peer.
    fn refuse(&mut self, refused: &Refused);
}

/// How a transfer has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Every byte is where it should be.
    Complete,
    /// The peer ended it, with this code and these words.
    ByPeer(u16, String),
    /// This side ended it.
    Refused(Refused),
    /// The peer never answered anything.
    Unproved,
    /// The peer has fallen silent.
    Silent,
    /// The peer takes too long.
    Slow,
}

/// What the deadline is due to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing yet.
    Nothing,
    /// Repeat what was said last.
    Repeat,
    /// Enough was repeated.
    Over,
    /// The transfer takes too long as a whole.
    Slow,
}

/// The times of a transfer.
#[derive(Debug, Clone)]
pub(super) struct Times {
    first_wait_ms: u64,
    wait_ms: u64,
    due_ms: u64,
    end_ms: u64,
    repeats: u32,
    /// Whether the peer has answered: its address is its own.
    pub(super) proved: bool,
}

impl Times {
    pub(super) fn begin(wait_s: Option<u64>, file_bytes: u64, now_ms: u64) -> Times {
        let wait_ms = wait_s.map_or(WAIT_MS, |s| s.saturating_mul(1_000));
        let total_ms = LEAST_TOTAL_MS.saturating_add(file_bytes / LEAST_BYTES_PER_MS);
        Times {
            first_wait_ms: wait_ms,
            wait_ms,
            due_ms: now_ms.saturating_add(wait_ms),
            end_ms: now_ms.saturating_add(total_ms),
            repeats: 0,
            proved: false,
        }
    }

    /// The peer has answered with something that brings the transfer on.
    pub(super) fn progress(&mut self, now_ms: u64) {
        self.proved = true;
        self.repeats = 0;
        self.wait_ms = self.first_wait_ms;
        self.due_ms = now_ms.saturating_add(self.wait_ms);
    }

    pub(super) fn deadline(&self) -> u64 {
        self.due_ms.min(self.end_ms)
    }

    pub(super) fn wake(&mut self, now_ms: u64) -> Due {
        if now_ms >= self.end_ms {
            return Due::Slow;
        }
        if now_ms < self.due_ms {
            return Due::Nothing;
        }
        let most = match self.proved {
            true => REPEATS,
            false => REPEATS_UNPROVED,
        };
        if self.repeats == most {
            return Due::Over;
        }
        self.repeats += 1;
        self.wait_ms = self.wait_ms.saturating_mul(2).min(LONGEST_WAIT_MS);
        self.due_ms = now_ms.saturating_add(self.wait_ms);
        Due::Repeat
    }

    /// How a peer that says nothing more has ended it.
    pub(super) fn silence(&self) -> End {
        match self.proved {
            true => End::Silent,
            false => End::Unproved,
        }
    }
}

/// What a peer is told that takes too long.
pub(super) fn too_slow() -> Vec<u8> {
    packet::error(packet::OTHER, "the transfer takes too long")
}
