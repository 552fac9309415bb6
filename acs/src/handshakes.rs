//! How many TLS handshakes one network may begin (case T05): each costs the server a hundred times what it costs whoever
//! asks for it, so those of one peer must not take the processor from all others.

use crate::limits::{HANDSHAKE_NETWORKS, HANDSHAKES_AT_ONCE, HANDSHAKES_PER_SECOND};
use crate::metrics::{Metrics, NameLabel};
use crate::networks::network_of;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What one handshake takes of a budget, in the time that gives it back.
const EACH: Duration = Duration::from_nanos(1_000_000_000 / HANDSHAKES_PER_SECOND as u64);
/// A whole budget.
const WHOLE: Duration = EACH.saturating_mul(HANDSHAKES_AT_ONCE);
/// One network is told of in the log so often at most.
const TOLD: Duration = Duration::from_secs(60);

/// The budgets of all networks, over all listeners.
#[derive(Debug)]
pub struct Handshakes {
    budgets: Mutex<Budgets>,
    refused: Family<NameLabel, Counter>,
}

/// Two halves: once the young one is full it becomes the old one, whose networks have not come for as long as it took
/// so many others to. So a table that is full costs nothing to make room in, whoever fills it.
#[derive(Debug, Default)]
struct Budgets {
    young: HashMap<IpAddr, Budget>,
    old: HashMap<IpAddr, Budget>,
}

#[derive(Debug, Clone, Copy)]
struct Budget {
    /// When it is whole again.
    whole_at: Instant,
    told_at: Option<Instant>,
}

impl Handshakes {
    /// Every network has its whole budget; refusals are counted here.
    pub fn new(refused: Family<NameLabel, Counter>) -> Handshakes {
        Handshakes {
            budgets: Mutex::default(),
            refused,
        }
    }

    /// Whether somebody may begin one more handshake; it is counted for its network either way.
    pub fn may_begin(&self, address: IpAddr) -> bool {
        let network = network_of(address);
        let now = Instant::now();
        // Nothing that holds the lock can panic half-way through a change.
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        let budget = budgets.of(network, now);
        if budget.take(now) {
            return true;
        }
        let tell = budget.tell(now);
        drop(budgets);
        Metrics::count(&self.refused, "handshakes");
        if tell {
            tracing::warn!(%network, "too many TLS handshakes from one address: its connections are closed for a while");
        }
        false
    }
}

impl Budgets {
    fn of(&mut self, network: IpAddr, now: Instant) -> &mut Budget {
        if self.young.len() >= HANDSHAKE_NETWORKS / 2 && !self.young.contains_key(&network) {
            self.old = std::mem::take(&mut self.young);
        }
        let old = &mut self.old;
        self.young.entry(network).or_insert_with(|| {
            old.remove(&network).unwrap_or(Budget {
                whole_at: now,
                told_at: None,
            })
        })
    }
}

impl Budget {
    fn take(&mut self, now: Instant) -> bool {
        let whole_at = self.whole_at.max(now) + EACH;
        let left = whole_at <= now + WHOLE;
        if left {
            self.whole_at = whole_at;
        }
        left
    }

    fn tell(&mut self, now: Instant) -> bool {
        let due = self.told_at.is_none_or(|at| now >= at + TOLD);
        if due {
            self.told_at = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn handshakes() -> Handshakes {
        Handshakes::new(Family::default())
    }

    /// How many of so many handshakes from there may begin.
    fn begun(handshakes: &Handshakes, from: IpAddr, tries: u32) -> u32 {
        let begun = (0..tries).filter(|_| handshakes.may_begin(from));
        u32::try_from(begun.count()).unwrap()
    }

    /// Covers T05.
    #[tokio::test(start_paused = true)]
    async fn a_network_has_its_burst_and_then_its_rate_and_others_have_theirs() {
        let handshakes = handshakes();
        let (flood, other) = (address("192.0.2.1"), address("192.0.2.2"));
        assert_eq!(begun(&handshakes, flood, 20_000), HANDSHAKES_AT_ONCE);
        assert_eq!(begun(&handshakes, other, 100), 100);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(begun(&handshakes, flood, 20_000), HANDSHAKES_PER_SECOND);
        // What is not used for long is not saved up beyond the burst.
        tokio::time::advance(Duration::from_secs(24 * 60 * 60)).await;
        assert_eq!(begun(&handshakes, flood, 20_000), HANDSHAKES_AT_ONCE);
        let refused = NameLabel { name: "handshakes" };
        let refused = handshakes.refused.get_or_create(&refused).get();
        let expected = 60_000 - 2 * HANDSHAKES_AT_ONCE - HANDSHAKES_PER_SECOND;
        assert_eq!(refused, u64::from(expected));
    }

    /// Covers T05.
    #[tokio::test(start_paused = true)]
    async fn a_customer_of_ipv6_has_one_budget_for_all_addresses() {
        let handshakes = handshakes();
        let mut begun = 0;
        for number in 0..2 * HANDSHAKES_AT_ONCE {
            let from = address(&format!("2001:db8:0:1::{number:x}"));
            begun += u32::from(handshakes.may_begin(from));
        }
        assert_eq!(begun, HANDSHAKES_AT_ONCE);
        assert!(handshakes.may_begin(address("2001:db8:0:2::1")));
    }

    /// Whoever has many addresses fills no memory with them, and a flood goes on being one meanwhile.
    ///
    /// Covers T05.
    #[tokio::test(start_paused = true)]
    async fn the_table_is_bounded_and_keeps_those_that_come_all_the_time() {
        let handshakes = handshakes();
        let flood = address("192.0.2.1");
        begun(&handshakes, flood, HANDSHAKES_AT_ONCE);
        for number in 0..3 * HANDSHAKE_NETWORKS as u128 {
            let from = 0x2001_0db8_u128 << 96 | number << 64;
            assert!(handshakes.may_begin(IpAddr::from(from.to_be_bytes())));
            assert!(number % 1_000 > 0 || !handshakes.may_begin(flood));
        }
        let budgets = handshakes.budgets.lock().unwrap();
        assert!(budgets.young.len() + budgets.old.len() <= HANDSHAKE_NETWORKS);
    }

    #[tokio::test(start_paused = true)]
    async fn the_log_tells_of_a_network_once_a_minute() {
        let mut budget = Budget {
            whole_at: Instant::now(),
            told_at: None,
        };
        let told = |budget: &mut Budget| (0..100).filter(|_| budget.tell(Instant::now())).count();
        assert_eq!(told(&mut budget), 1);
        tokio::time::advance(TOLD).await;
        assert_eq!(told(&mut budget), 1);
    }
}
