//! Throttling of sign-ins, so that passwords cannot be tried one after the other (case A06): failures are counted for a
//! minute, for each user and for each network they come from, and few passwords are checked at one time.

use crate::limits::{
    REFUSED_LINES, SIGN_IN_FAILURES, SIGN_IN_FAILURES_PER_NETWORK, SIGN_IN_PLACES,
};
use crate::networks::network_of;
use data_model::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The minute failures are counted in.
const WINDOW_MS: u64 = 60_000;
/// Names kept at one time; invented ones push each other out.
const NAMES: usize = 10_000;

/// The counts.
#[derive(Debug)]
pub struct SignIns {
    counts: Mutex<Counts>,
    places: Semaphore,
}

#[derive(Debug, Default)]
struct Counts {
    users: HashMap<Account, (Timestamp, u32)>,
    networks: HashMap<IpAddr, (Timestamp, u32)>,
    /// From where a user has signed in before.
    known: HashMap<(String, IpAddr), ()>,
    lines: Option<(Timestamp, u32)>,
}

/// Whose failures are counted together. Those from a network the user has signed in from before stand for themselves:
/// strangers must not lock people out of their own office.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Account {
    Anywhere(String),
    From(String, IpAddr),
}

/// Somebody has failed too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooOften {
    /// As this user.
    User,
    /// From this network.
    Network,
}

impl Default for SignIns {
    fn default() -> SignIns {
        SignIns {
            counts: Mutex::default(),
            places: Semaphore::new(SIGN_IN_PLACES),
        }
    }
}

impl SignIns {
    /// Waits for a place to check a password in; it is to be held until the outcome has been told.
    pub async fn place(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.places.acquire().await.ok()
    }

    /// Whether a password of this user, from this address, may be checked.
    ///
    /// # Errors
    /// If there were too many failures within the last minute.
    pub fn may_try(&self, user: &str, from: IpAddr, now: Timestamp) -> Result<(), TooOften> {
        let counts = self.counts();
        let network = network_of(from);
        if recent(counts.networks.get(&network), now) >= SIGN_IN_FAILURES_PER_NETWORK {
            return Err(TooOften::Network);
        }
        let account = counts.account(user, network);
        if recent(counts.users.get(&account), now) >= SIGN_IN_FAILURES {
            return Err(TooOften::User);
        }
        Ok(())
    }

    /// This user has failed once more.
    pub fn failed(&self, user: &str, from: IpAddr, now: Timestamp) {
        let mut counts = self.counts();
        let network = network_of(from);
        let account = counts.account(user, network);
        count(&mut counts.users, account, now);
        count(&mut counts.networks, network, now);
    }

    /// This user has signed in.
    pub fn succeeded(&self, user: &str, from: IpAddr) {
        let mut counts = self.counts();
        if counts.known.len() >= NAMES {
            counts.known.clear();
        }
        let user = user.chars().take(64).collect();
        counts.known.insert((user, network_of(from)), ());
    }

    /// Whether one more refusal may be written to the audit trail, and how many were left out before it.
    pub fn refusal_line(&self, now: Timestamp) -> Option<u32> {
        let mut counts = self.counts();
        let (since, lines) = counts.lines.unwrap_or((now, 0));
        if now.since_ms(since) >= WINDOW_MS {
            counts.lines = Some((now, 1));
            return Some(lines.saturating_sub(REFUSED_LINES));
        }
        counts.lines = Some((since, lines.saturating_add(1)));
        (lines < REFUSED_LINES).then_some(0)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Nothing that holds the lock can panic half-way through a change.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn account(&self, user: &str, network: IpAddr) -> Account {
        let user: String = user.chars().take(64).collect();
        let known = (user, network);
        if self.known.contains_key(&known) {
            return Account::From(known.0, network);
        }
        Account::Anywhere(known.0)
    }
}

fn recent(entry: Option<&(Timestamp, u32)>, now: Timestamp) -> u32 {
    match entry {
        Some((since, count)) if now.since_ms(*since) < WINDOW_MS => *count,
        Some(_) | None => 0,
    }
}

fn count<K: Hash + Eq>(counts: &mut HashMap<K, (Timestamp, u32)>, key: K, now: Timestamp) {
    if counts.len() >= NAMES {
        counts.retain(|_, (since, _)| now.since_ms(*since) < WINDOW_MS);
    }
    if counts.len() >= NAMES {
        counts.clear();
    }
    let entry = counts.entry(key).or_insert((now, 0));
    if now.since_ms(entry.0) >= WINDOW_MS {
        *entry = (now, 0);
    }
    entry.1 = entry.1.saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Covers A06.
    #[test]
    fn failures_are_counted_for_a_minute_for_each_user() {
        let sign_ins = SignIns::default();
        for number in 0..SIGN_IN_FAILURES {
            let from = address(&format!("192.0.2.{number}"));
            assert_eq!(sign_ins.may_try("admin", from, NOW), Ok(()));
            sign_ins.failed("admin", from, NOW);
        }
        let elsewhere = address("198.51.100.7");
        let refused = sign_ins.may_try("admin", elsewhere, NOW);
        assert_eq!(refused, Err(TooOften::User));
        assert_eq!(sign_ins.may_try("other", elsewhere, NOW), Ok(()));
        let later = NOW.plus_ms(WINDOW_MS);
        assert_eq!(sign_ins.may_try("admin", elsewhere, later), Ok(()));
    }

    /// Covers A06.
    #[test]
    fn failures_are_counted_for_each_network_whatever_names_are_tried() {
        let sign_ins = SignIns::default();
        for number in 0..SIGN_IN_FAILURES_PER_NETWORK {
            let from = address(&format!("2001:db8:0:1::{number:x}"));
            sign_ins.failed(&format!("name{number}"), from, NOW);
        }
        let neighbour = address("2001:db8:0:1:ffff::1");
        let refused = sign_ins.may_try("admin", neighbour, NOW);
        assert_eq!(refused, Err(TooOften::Network));
        let other = address("2001:db8:0:2::1");
        assert_eq!(sign_ins.may_try("admin", other, NOW), Ok(()));
    }

    /// Covers A06.
    #[test]
    fn strangers_do_not_lock_people_out_of_where_they_have_signed_in_before() {
        let sign_ins = SignIns::default();
        let (office, stranger) = (address("192.0.2.1"), address("198.51.100.7"));
        sign_ins.succeeded("admin", office);
        for _ in 0..SIGN_IN_FAILURES {
            sign_ins.failed("admin", stranger, NOW);
        }
        let refused = sign_ins.may_try("admin", stranger, NOW);
        assert_eq!(refused, Err(TooOften::User));
        assert_eq!(sign_ins.may_try("admin", office, NOW), Ok(()));
        for _ in 0..SIGN_IN_FAILURES {
            sign_ins.failed("admin", office, NOW);
        }
        let refused = sign_ins.may_try("admin", office, NOW);
        assert_eq!(refused, Err(TooOften::User));
    }

    #[test]
    fn refusals_fill_no_more_than_a_page_of_the_trail_a_minute() {
        let sign_ins = SignIns::default();
        let lines = |now| {
            let refusals = 0..1_000;
            refusals
                .filter_map(|_| sign_ins.refusal_line(now))
                .collect::<Vec<_>>()
        };
        let first = lines(NOW);
        assert_eq!(first.len(), REFUSED_LINES as usize);
        let later = lines(NOW.plus_ms(WINDOW_MS));
        assert_eq!(later.len(), REFUSED_LINES as usize);
        assert_eq!(later[0], 1_000 - REFUSED_LINES);
    }
}
