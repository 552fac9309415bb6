//! Who gets in: the places, the budget of refusals and the queue in thought, put together. Pure; moments are counted from
//! the start of the server.

use super::come_back::ComeBack;
use super::places::{Places, Wait};
use super::refusing::Refusing;
use crate::limits::{HANDSHAKE_REFUSALS, LOOK, SESSIONS_PER_SECOND};
use std::time::Duration;

/// What is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aims {
    /// Requests in work at the most.
    pub most: u32,
    /// How long an Inform may wait to be kept.
    pub target: Duration,
    /// The longest time a device is told to wait.
    pub longest: Duration,
}

/// Whether one more connection is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is; until its first request has been decided on it counts under this number.
    Take(u64),
    /// It waits: nothing can be done for it, and enough have been told so.
    Wait,
}

/// The state of the gate.
#[derive(Debug, Clone)]
pub struct Gate {
    places: Places,
    refusing: Refusing,
    come_back: ComeBack,
    in_work: u32,
    /// Connections that were taken since the last look and have not shown yet what they want. Some never will: so they
    /// count for one look.
    undecided: u32,
    looks: u64,
    looked_at: Duration,
    served: u32,
    turned_away: u32,
}

impl Gate {
    /// Nothing is under way.
    pub fn new(aims: Aims) -> Gate {
        Gate {
            places: Places::new(aims.most, aims.target),
            refusing: Refusing::new(SESSIONS_PER_SECOND),
            come_back: ComeBack::new(aims.longest),
            in_work: 0,
            undecided: 0,
            looks: 0,
            looked_at: Duration::ZERO,
            served: 0,
            turned_away: 0,
        }
    }

    /// Other things are wished for; what is in work stays.
    pub fn follow(&mut self, aims: Aims) {
        self.places = Places::new(aims.most, aims.target);
        self.come_back = ComeBack::new(aims.longest);
    }

    /// Whether a connection that has come is taken.
    pub fn connection(&mut self, now: Duration) -> Turn {
        self.look(now);
        let free = self.in_work.saturating_add(self.undecided) < self.places.number();
        if !free && !self.refusing.has_left(now, self.undecided) {
            return Turn::Wait;
        }
        self.undecided += 1;
        Turn::Take(self.looks)
    }

    /// A connection has shown what it wants, or has ended.
    pub fn decided(&mut self, taken: u64) {
        if taken == self.looks {
            self.undecided = self.undecided.saturating_sub(1);
        }
    }

    /// Whether a connection that nobody knows may begin its TLS handshake.
    pub fn handshake(&mut self, now: Duration) -> bool {
        self.look(now);
        if self.has_room() {
            return true;
        }
        let left = self.refusing.has_left(now, HANDSHAKE_REFUSALS);
        if left {
            self.refusing.spend(now, HANDSHAKE_REFUSALS);
        }
        left
    }

    /// A request that is no part of a session wants a place; whoever gets one leaves it.
    pub fn enter_if_free(&mut self, now: Duration) -> bool {
        self.look(now);
        let free = self.has_room();
        if free {
            self.enter();
        }
        free
    }

    /// A request gets a place in any case: it is of an open session, or was let in a moment ago.
    pub fn enter(&mut self) {
        self.in_work += 1;
        self.places.busy(self.in_work);
    }

    /// A request is answered.
    pub fn leave(&mut self) {
        self.in_work = self.in_work.saturating_sub(1);
    }

    /// A device is turned away: the seconds between which it is to come back.
    pub fn turn_away(&mut self, now: Duration) -> (u64, u64) {
        self.refusing.spend(now, 1);
        self.turned_away += 1;
        self.come_back.turn_away(now)
    }

    /// A request has waited.
    pub fn waited(&mut self, wait: Wait, time: Duration) {
        self.places.waited(wait, time);
        self.served += u32::from(wait == Wait::Inform);
    }

    /// Requests in work.
    pub fn in_work(&self) -> u32 {
        self.in_work
    }

    /// How many there may be.
    pub fn places(&self) -> u32 {
        self.places.number()
    }

    /// How long it takes to serve all that have been turned away.
    pub fn behind(&self, now: Duration) -> Duration {
        self.come_back.behind(now)
    }

    fn has_room(&self) -> bool {
        self.in_work < self.places.number()
    }

    fn look(&mut self, now: Duration) {
        let time = now.saturating_sub(self.looked_at);
        if time < LOOK {
            return;
        }
        self.looked_at = now;
        self.looks += 1;
        self.undecided = 0;
        let served = std::mem::take(&mut self.served);
        let turned_away = std::mem::take(&mut self.turned_away) > 0;
        self.places.look();
        // After a pause nobody knows when in it they were served.
        if time < 2 * LOOK {
            self.come_back.served(served, time, turned_away);
            self.refusing.follow(self.come_back.rate());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIMS: Aims = Aims {
        most: 10,
        target: Duration::from_millis(100),
        longest: Duration::from_secs(300),
    };
    const NOW: Duration = Duration::from_secs(3600);
    /// What is told at once to those who find no place, at the rate the gate begins with.
    const AT_ONCE: u32 = 500;

    fn full() -> Gate {
        let mut gate = Gate::new(AIMS);
        for _ in 0..10 {
            assert!(gate.enter_if_free(NOW));
        }
        gate
    }

    /// Covers P6.
    #[test]
    fn sessions_that_are_open_go_on_and_further_ones_wait_until_a_place_is_free() {
        let mut gate = full();
        assert!(!gate.enter_if_free(NOW));
        gate.enter();
        assert_eq!(gate.in_work(), 11, "an open session always may");
        gate.leave();
        assert!(!gate.enter_if_free(NOW));
        gate.leave();
        assert!(gate.enter_if_free(NOW));
    }

    /// Covers P6.
    #[test]
    fn a_crowd_is_told_to_come_back_and_the_rest_of_it_is_not_even_taken() {
        let mut gate = full();
        let mut told = 0;
        while let Turn::Take(taken) = gate.connection(NOW) {
            assert!(!gate.enter_if_free(NOW));
            gate.decided(taken);
            gate.turn_away(NOW);
            told += 1;
        }
        assert_eq!(told, AT_ONCE);
        assert_eq!(gate.connection(NOW), Turn::Wait);
        assert!(!gate.handshake(NOW));
        // A place that becomes free is filled at once, whatever was spent on refusals.
        gate.leave();
        let Turn::Take(taken) = gate.connection(NOW) else {
            panic!("there is a place")
        };
        assert_eq!(gate.connection(NOW), Turn::Wait, "it is for the one before");
        gate.decided(taken);
        assert!(matches!(gate.connection(NOW), Turn::Take(_)));
    }

    /// Connections that never say a word keep nobody out.
    ///
    /// Covers P6, H04.
    #[test]
    fn silent_connections_count_for_one_look_only() {
        let mut gate = full();
        gate.leave();
        gate.refusing.spend(NOW, AT_ONCE * 10);
        assert!(matches!(gate.connection(NOW), Turn::Take(_)));
        assert_eq!(gate.connection(NOW), Turn::Wait);
        let later = NOW + LOOK;
        let Turn::Take(taken) = gate.connection(later) else {
            panic!("the silent one still counts")
        };
        gate.decided(taken - 1);
        assert_eq!(
            gate.connection(later),
            Turn::Wait,
            "it is of the look before"
        );
    }

    #[test]
    fn a_handshake_counts_for_several_refusals() {
        let mut gate = full();
        let begun = (0..AT_ONCE).filter(|_| gate.handshake(NOW)).count();
        let begun = u32::try_from(begun).unwrap();
        let whole = AT_ONCE / HANDSHAKE_REFUSALS;
        assert!((whole - 2..=whole).contains(&begun), "{begun}");
        gate.leave();
        assert!(gate.handshake(NOW));
    }

    #[test]
    fn other_aims_hold_at_once() {
        let mut gate = full();
        gate.follow(Aims { most: 12, ..AIMS });
        assert!(gate.enter_if_free(NOW) && gate.enter_if_free(NOW));
        assert!(!gate.enter_if_free(NOW));
    }
}
