//! Wrong passwords: counted by network and account, with a pause after some.

use super::access::Role;
use super::limits::{FAILING_CALLERS, FAILURE_SECS, FAILURES};
use data_model::Timestamp;
use std::net::{IpAddr, Ipv6Addr};

/// Those who have failed.
#[derive(Debug, Default)]
pub struct Throttle {
    failing: Vec<Failing>,
}

/// Wrong passwords of one caller.
#[derive(Debug)]
struct Failing {
    caller: Caller,
    times: u32,
    last: Timestamp,
}

/// Who is counted: a network, and the account it tries. To know the password of one account is no excuse for guesses at
/// the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    from: IpAddr,
    /// `None` for names nobody has, all together.
    named: Option<Role>,
}

impl Caller {
    /// Whoever asks from there for this account.
    pub fn new(from: IpAddr, named: Option<Role>) -> Caller {
        Caller {
            from: network_of(from),
            named,
        }
    }
}

impl Throttle {
    /// Seconds a caller has to wait, if it has to. While as many fail as can be remembered, so has everybody else: or else
    /// whoever has enough addresses would never wait.
    pub fn must_wait(&mut self, caller: Caller, now: Timestamp) -> Option<u64> {
        let window_ms = FAILURE_SECS * 1000;
        // A clock that was set back must not make the wait longer.
        self.failing
            .retain(|failing| failing.last <= now && now.since_ms(failing.last) < window_ms);
        let left = |failing: &Failing| FAILURE_SECS - now.since_ms(failing.last) / 1000;
        match self.failing.iter().find(|failing| failing.caller == caller) {
            Some(failing) => (failing.times >= FAILURES).then(|| left(failing)),
            None if self.failing.len() < FAILING_CALLERS => None,
            None => self.failing.first().map(left),
        }
    }

    /// Counts a wrong password.
    pub fn failed(&mut self, caller: Caller, now: Timestamp) {
        let known = |failing: &Failing| failing.caller == caller;
        let before = self.failing.iter().position(known);
        let times = before.map_or(0, |at| self.failing.remove(at).times) + 1;
        if self.failing.len() == FAILING_CALLERS {
            self.failing.remove(0);
        }
        // The one that has failed last stands last.
        self.failing.push(Failing {
            caller,
            times,
            last: now,
        });
        if times == FAILURES {
            tracing::warn!(from = %caller.from, "too many wrong passwords at the device's page");
        }
    }

    /// Forgets those of somebody who was right.
    pub fn succeeded(&mut self, caller: Caller) {
        self.failing.retain(|failing| failing.caller != caller);
    }
}

/// Whoever has one address of such a network has all of them.
fn network_of(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn caller(number: u8, named: Option<Role>) -> Caller {
        Caller {
            from: IpAddr::from([192, 0, 2, number]),
            named,
        }
    }

    #[test]
    fn failures_are_counted_by_address_and_account_and_forgotten_after_a_while() {
        let mut throttle = Throttle::default();
        let admin = caller(1, Some(Role::Admin));
        for _ in 0..FAILURES {
            assert_eq!(throttle.must_wait(admin, NOW), None);
            throttle.failed(admin, NOW);
        }
        assert_eq!(throttle.must_wait(admin, NOW), Some(FAILURE_SECS));
        let others = [caller(2, Some(Role::Admin)), caller(1, Some(Role::User))];
        for other in others {
            assert_eq!(throttle.must_wait(other, NOW), None);
        }
        let later = NOW.plus_secs(FAILURE_SECS);
        assert_eq!(throttle.must_wait(admin, later), None);
        throttle.failed(admin, later);
        assert_eq!(throttle.must_wait(admin, later), None);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_wait_longer() {
        let mut throttle = Throttle::default();
        let admin = caller(1, Some(Role::Admin));
        for _ in 0..FAILURES {
            throttle.failed(admin, NOW.plus_secs(3600));
        }
        assert_eq!(throttle.must_wait(admin, NOW), None);
    }

    #[test]
    fn many_failing_addresses_take_no_more_room_and_do_not_help_each_other() {
        let mut throttle = Throttle::default();
        for number in 0..=255 {
            throttle.failed(caller(number, None), NOW);
        }
        assert_eq!(throttle.failing.len(), FAILING_CALLERS);
        let fresh = caller(7, Some(Role::Admin));
        assert_eq!(throttle.must_wait(fresh, NOW), Some(FAILURE_SECS));
        let later = NOW.plus_secs(FAILURE_SECS);
        assert_eq!(throttle.must_wait(fresh, later), None);
    }

    #[test]
    fn a_network_of_addresses_is_one_caller() {
        let same =
            |a: &str, b: &str| network_of(a.parse().unwrap()) == network_of(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }
}
