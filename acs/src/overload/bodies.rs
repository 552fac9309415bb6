//! The memory that messages of devices take while they arrive and are worked on, all together.

use crate::limits::{BODIES_BYTES, BODIES_KEPT_BYTES, ORDINARY_BODY_BYTES};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What all messages take at this moment.
#[derive(Debug, Default)]
pub struct Bodies(AtomicUsize);

/// What one message takes; it is given back when this is dropped.
#[derive(Debug)]
pub struct Share<'a> {
    of: &'a Bodies,
    bytes: usize,
}

impl Bodies {
    /// A message that has not taken anything.
    pub fn share(&self) -> Share<'_> {
        Share { of: self, bytes: 0 }
    }

    /// Bytes of all messages.
    pub fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Share<'_> {
    /// Takes so many more. False if there is no memory for them: large messages leave some to the others.
    pub fn grow(&mut self, more: usize) -> bool {
        self.bytes += more;
        let all = self.of.0.fetch_add(more, Ordering::Relaxed) + more;
        let kept = match self.bytes <= ORDINARY_BODY_BYTES {
            true => 0,
            false => BODIES_KEPT_BYTES,
        };
        all <= BODIES_BYTES - kept
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.of.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers P6.
    #[test]
    fn large_messages_share_a_bounded_memory_and_lock_out_no_ordinary_one() {
        let bodies = Bodies::default();
        let large = 8 * 1024 * 1024;
        let mut shares = Vec::new();
        loop {
            let mut share = bodies.share();
            if !share.grow(large) {
                break;
            }
            shares.push(share);
        }
        assert_eq!(shares.len(), (BODIES_BYTES - BODIES_KEPT_BYTES) / large);
        let mut inform = bodies.share();
        assert!(inform.grow(8 * 1024));
        assert!(
            !inform.grow(ORDINARY_BODY_BYTES),
            "it has become a large one"
        );
        drop(inform);
        drop(shares);
        assert_eq!(bodies.bytes(), 0);
    }
}
