//! The two session machines, one for each side, as typed states (TR-069 3.7).
//!
//! Both are values: what may be done next is what the value in hand offers, and doing it consumes the value.
//! Answering one HTTP request twice, or sending a request when it is the other side's turn, does not compile.
//!
//! ```text
//! ACS side (one HTTP request = one Turn, one Turn = one reply)
//!
//!   Opening ──Inform──► Informed ──accept──► Open ──request──► Called ──respond──► Open
//!      ▲                   │ retry              │
//!      └───────────────────┘                    └─empty POST──► Ready ──finish──► (204, over)
//!                                                                 │ call      ▲
//!                                                                 ▼           │ finish
//!                                                              Waiting ──answer──► Answered ──call──► Waiting
//!
//! CPE side (one HTTP response = one Step)
//!
//!   open ──► Waiting ──response──► Free ──request──► Waiting
//!               │                   │ pass (empty POST)
//!               ├─ACS request──► Serving ──answer──► Waiting
//!               ├─hold──► Held ──pass──► Waiting
//!               └─nothing left──► Ended
//! ```

pub mod acs;
pub mod cpe;

pub use self::acs::AcsSession;
pub use cpe::CpeSession;

/// IDs for requests: numbers that rise within a session, so that one of ours is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestIds {
    first: u64,
    next: u64,
}

impl RequestIds {
    /// IDs from `first` on; callers choose it at random, so that sessions do not share IDs.
    pub fn starting_at(first: u64) -> RequestIds {
        RequestIds { first, next: first }
    }

    fn issue(&mut self) -> String {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        id.to_string()
    }

    /// Whether this text is an ID issued here before the last one: the answer to a question that was
    /// answered already. Any other foreign text is forgiven (spec W-12).
    fn is_stale(&self, id: Option<&str>) -> bool {
        let number = id.and_then(|id| id.trim().parse::<u64>().ok());
        number.is_some_and(|number| (self.first..self.next.wrapping_sub(1)).contains(&number))
    }
}
