//! What each device of a scenario is and does, by its number: all of it follows from the scenario and a seed.
//!
//! Long because every decision of a run stands here.

use super::scenario::{LineQuality, Pattern, Scenario};
use crate::random::Random;
use crate::shell::surroundings::{Line, Lost};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Addresses of this machine a fleet comes from when its ACS is on it too: one has 28,000 ports, each of which rests for a
/// minute after a connection.
const SOURCES: u8 = 64;

/// How many of an hour's share of calls fall into each hour of a day, of a thousand.
const CALLS_BY_HOUR: [u32; 24] = [
    4, 2, 1, 1, 2, 6, 18, 38, 66, 84, 86, 76, 58, 60, 66, 68, 72, 78, 74, 58, 40, 24, 12, 6,
];

/// For what a number is drawn: each purpose has a sequence of its own for each device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Draw {
    Seed = 1,
    Kind,
    Arrival,
    Outage,
    OutageShare,
    Line,
    Exchange,
    Upgrade,
    Nat,
    Registered,
    Change,
    Call,
    Registration,
}

/// How the upgrades of one device go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeGoes {
    /// Well.
    Well,
    /// The image is for another product.
    WrongImage,
    /// The power goes in the middle of the download.
    PowerCut,
    /// The new image dies at each boot.
    OldVersionBack,
    /// The device is gone with the restart.
    NeverBack,
    /// Well, and slowly.
    Slow(u32),
}

/// What happens to a device by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// It is switched on.
    SwitchOn,
    /// The power goes.
    PowerOff,
    /// Its lines register.
    Register,
    /// One of its lines loses its registration.
    LoseRegistration,
    /// A telephone is lifted.
    OffHook,
    /// It is hung up.
    OnHook,
    /// Somebody changes something.
    Change,
}

/// The decisions of one run.
#[derive(Debug)]
pub struct Plan {
    scenario: Scenario,
    seed: u64,
    count: usize,
    /// The sum of the shares of the kinds up to each.
    kinds: Vec<f64>,
}

impl Plan {
    /// The plan of so many devices.
    pub fn new(scenario: Scenario, seed: u64, count: usize) -> Plan {
        let mut sum = 0.0;
        let kinds = scenario
            .devices
            .iter()
            .map(|kind| {
                sum += kind.share;
                sum
            })
            .collect();
        Plan {
            scenario,
            seed,
            count,
            kinds,
        }
    }

    /// What it is made from.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// How many devices there are.
    pub fn count(&self) -> usize {
        self.count
    }

    fn random(&self, device: usize, draw: Draw, turn: u64) -> Random {
        let mut mixed = Random::new(self.seed ^ (draw as u64) << 56);
        let mut mixed = Random::new(mixed.next() ^ device as u64);
        Random::new(mixed.next() ^ turn)
    }

    /// A number from 0 to below 1.
    fn part(&self, device: usize, draw: Draw, turn: u64) -> f64 {
        part_of(&mut self.random(device, draw, turn))
    }

    /// What decides the chances of a device of its own, from its boot with this number on.
    pub fn seed_of(&self, device: usize, boot: u32) -> u64 {
        self.random(device, Draw::Seed, u64::from(boot)).next()
    }

    /// Which of the scenario's kinds it is.
    pub fn kind(&self, device: usize) -> usize {
        let all = self.kinds.last().copied().unwrap_or(1.0);
        let at = self.part(device, Draw::Kind, 0) * all;
        let found = self.kinds.iter().position(|end| at < *end);
        found.unwrap_or(self.kinds.len().saturating_sub(1))
    }

    /// The address its connections come from: one of [`Plan::sources`].
    pub fn source(&self, device: usize) -> IpAddr {
        source((device % usize::from(SOURCES)) as u8)
    }

    /// Addresses of the loopback network.
    pub fn sources() -> Vec<IpAddr> {
        (0..SOURCES).map(source).collect()
    }

    /// When it is switched on for the first time, in milliseconds from the beginning.
    pub fn arrival_ms(&self, device: usize) -> u64 {
        let arrival = &self.scenario.arrival;
        let over_ms = arrival.over_secs * 1000.0;
        let drawn = self.part(device, Draw::Arrival, 0);
        let at = match arrival.pattern {
            Pattern::Steady => device as f64 / self.count.max(1) as f64,
            Pattern::Ramp => drawn.sqrt(),
            Pattern::Storm => half_in_the_first_fifth(drawn),
            Pattern::Rolling => {
                let region = device as u64 % u64::from(arrival.regions.max(1));
                region as f64 / f64::from(arrival.regions.max(1))
            }
        };
        (over_ms * at) as u64
    }

    /// When the last device is switched on.
    pub fn last_arrival_ms(&self) -> u64 {
        let outage = self.scenario.outage.as_ref().map_or(0.0, |outage| {
            let regions = f64::from(outage.regions.max(1) - 1) * outage.apart_secs;
            outage.at_secs + outage.off_secs + outage.back_over_secs + regions
        });
        let arrival = self.scenario.arrival.over_secs;
        (arrival.max(outage) * 1000.0) as u64
    }

    /// When the power goes from it, and when it is back.
    pub fn outage_ms(&self, device: usize) -> Option<(u64, u64)> {
        let outage = self.scenario.outage.as_ref()?;
        if self.part(device, Draw::OutageShare, 0) >= outage.share {
            return None;
        }
        let region = device as u64 % u64::from(outage.regions.max(1));
        let off = outage.at_secs + region as f64 * outage.apart_secs;
        let drawn = half_in_the_first_fifth(self.part(device, Draw::Outage, 0));
        let on = off + outage.off_secs + drawn * outage.back_over_secs;
        Some(((off * 1000.0) as u64, (on * 1000.0) as u64))
    }

    fn quality(&self, device: usize) -> Option<&LineQuality> {
        if self.scenario.lines.is_empty() {
            return None;
        }
        let mut at = self.part(device, Draw::Line, 0);
        self.scenario.lines.iter().find(|line| {
            at -= line.share;
            at < 0.0
        })
    }

    /// What its line does to an exchange, by the number of that.
    pub fn line(&self, device: usize, exchange: u64) -> Line {
        let Some(quality) = self.quality(device) else {
            return Line::default();
        };
        let mut random = self.random(device, Draw::Exchange, exchange);
        let [low, high] = quality.delay_ms;
        let whole_ms = u64::from(low) + random.below(u64::from(high - low) + 1);
        let there = Duration::from_millis(whole_ms / 2);
        let mut back = Duration::from_millis(whole_ms - whole_ms / 2);
        let lost = match part_of(&mut random) < quality.lost {
            false => Lost::Nothing,
            true => {
                back = Duration::from_secs_f64(quality.lost_secs);
                match random.below(2) {
                    0 => Lost::Request,
                    _ => Lost::Answer,
                }
            }
        };
        Line { there, back, lost }
    }

    /// Whether its line ever loses anything.
    pub fn loses(&self, device: usize) -> bool {
        self.quality(device).is_some_and(|line| line.lost > 0.0)
    }

    /// How its upgrades go.
    pub fn upgrade(&self, device: usize) -> UpgradeGoes {
        let Some(all) = &self.scenario.upgrades else {
            return UpgradeGoes::Well;
        };
        let mut at = self.part(device, Draw::Upgrade, 0);
        let ways = [
            (all.wrong_image, UpgradeGoes::WrongImage),
            (all.power_cut, UpgradeGoes::PowerCut),
            (all.old_version_back, UpgradeGoes::OldVersionBack),
            (all.never_back, UpgradeGoes::NeverBack),
            (all.slow, UpgradeGoes::Slow(all.slow_bytes_per_sec)),
        ];
        for (share, goes) in ways {
            at -= share;
            if at < 0.0 {
                return goes;
            }
        }
        UpgradeGoes::Well
    }

    /// Whether only UDP reaches it.
    pub fn is_behind_nat(&self, device: usize) -> bool {
        let nat = self.scenario.nat.as_ref();
        nat.is_some_and(|nat| self.part(device, Draw::Nat, 0) < nat.share)
    }

    /// What happens to a device first, and when.
    pub fn first_acts(&self, device: usize) -> Vec<(u64, Act)> {
        let on = self.arrival_ms(device);
        let mut acts = vec![(on, Act::SwitchOn)];
        if let Some((off, back)) = self.outage_ms(device) {
            acts.push((off, Act::PowerOff));
            acts.push((back, Act::SwitchOn));
        }
        if self.scenario.day.is_some() {
            acts.extend(self.next(device, Act::LoseRegistration, on));
            acts.extend(self.next(device, Act::OffHook, on));
        }
        acts.extend(self.next(device, Act::Change, on));
        acts
    }

    /// What follows something that has happened at a time: of the same sort, or what ends it.
    pub fn next(&self, device: usize, after: Act, at_ms: u64) -> Option<(u64, Act)> {
        let day = self.scenario.day.as_ref();
        match after {
            Act::SwitchOn | Act::PowerOff => None,
            Act::Change => {
                let changes = self.scenario.changes.as_ref()?;
                let wait = self.wait_ms(device, Draw::Change, at_ms, changes.per_hour / 3600.0)?;
                Some((at_ms + wait, Act::Change))
            }
            Act::Register | Act::LoseRegistration => {
                let day = day?;
                let rate = day.lost_registrations / (24.0 * day.hour_secs);
                let wait = self.wait_ms(device, Draw::Registration, at_ms, rate)?;
                Some((at_ms + wait, Act::LoseRegistration))
            }
            Act::OffHook | Act::OnHook => {
                let day = day?;
                // As often as in the busiest hour, and then kept or not: so the day's shape comes out of it.
                let busiest = f64::from(CALLS_BY_HOUR.iter().copied().max().unwrap_or(1));
                let rate = day.calls * busiest / 1000.0 / day.hour_secs;
                let mut at = at_ms;
                for _ in 0..1_000 {
                    at += self.wait_ms(device, Draw::Call, at, rate)?;
                    let hour = self.hour(at);
                    let kept = f64::from(CALLS_BY_HOUR[hour]) / busiest;
                    if self.part(device, Draw::Call, at ^ 1 << 40) < kept {
                        return Some((at, Act::OffHook));
                    }
                }
                None
            }
        }
    }

    /// How long what has begun lasts.
    pub fn lasts_ms(&self, act: Act) -> u64 {
        let Some(day) = &self.scenario.day else {
            return 0;
        };
        let secs = match act {
            Act::OffHook => day.call_secs,
            Act::LoseRegistration => day.lost_secs,
            _ => 0.0,
        };
        // Of the day's time, in which an hour is shorter.
        (secs * day.hour_secs / 3600.0 * 1000.0) as u64
    }

    /// Whether its lines register at all.
    pub fn registers(&self, device: usize) -> bool {
        let day = self.scenario.day.as_ref();
        let share = day.map_or(1.0, |day| day.registered);
        self.part(device, Draw::Registered, 0) < share
    }

    fn hour(&self, at_ms: u64) -> usize {
        let Some(day) = &self.scenario.day else {
            return 0;
        };
        let hours = at_ms as f64 / 1000.0 / day.hour_secs;
        (hours as usize + day.from_hour as usize) % 24
    }

    /// The wait for something that happens so often a second, on average.
    fn wait_ms(&self, device: usize, draw: Draw, at_ms: u64, per_sec: f64) -> Option<u64> {
        if per_sec <= 0.0 {
            return None;
        }
        let drawn = self.part(device, draw, at_ms);
        let secs = -(1.0 - drawn).ln() / per_sec;
        Some(1 + (secs * 1000.0) as u64)
    }
}

fn source(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 77, 0, 1 + number))
}

fn part_of(random: &mut Random) -> f64 {
    (random.next() >> 11) as f64 / (1u64 << 53) as f64
}

/// Of what is spread evenly, half into the first fifth, and the other half thinner and thinner behind it.
fn half_in_the_first_fifth(drawn: f64) -> f64 {
    // x^k is 1/5 at 1/2.
    drawn.powf(5f64.ln() / 2f64.ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::scenario::library;

    const COUNT: usize = 10_000;

    fn plan(name: &str) -> Plan {
        Plan::new(library::find(name).expect("of the library"), 7, COUNT)
    }

    #[test]
    fn a_seed_decides_everything_and_another_one_decides_otherwise() {
        let scenario = library::find("working-day").expect("of the library");
        let story = |seed: u64| {
            let plan = Plan::new(scenario.clone(), seed, COUNT);
            (0..50)
                .map(|device| (plan.kind(device), plan.first_acts(device)))
                .collect::<Vec<_>>()
        };
        assert_eq!(story(1), story(1));
        assert_ne!(story(1), story(2));
    }

    #[test]
    fn half_of_a_storm_comes_in_the_first_fifth_of_its_time() {
        let plan = plan("blackout");
        let early = (0..COUNT).filter(|device| plan.arrival_ms(*device) <= 24_000);
        let early = early.count();
        assert!((4_700..5_300).contains(&early), "{early}");
        let latest = (0..COUNT).map(|device| plan.arrival_ms(device)).max();
        assert!(latest.is_some_and(|ms| (110_000..=120_000).contains(&ms)));
    }

    #[test]
    fn shares_come_out_as_the_scenario_says() {
        let ramp = plan("ramp");
        let of = |kind| {
            (0..COUNT)
                .filter(|device| ramp.kind(*device) == kind)
                .count()
        };
        assert!((5_800..6_200).contains(&of(0)), "{}", of(0));
        assert!((800..1_200).contains(&of(2)), "{}", of(2));
        let lines = plan("bad-lines");
        let losing = (0..COUNT).filter(|device| lines.loses(*device)).count();
        assert!((1_150..1_450).contains(&losing), "{losing}");
        let upgrades = plan("failing-upgrades");
        let failing = (0..COUNT).filter(|device| upgrades.upgrade(*device) != UpgradeGoes::Well);
        let failing = failing.count();
        assert!((850..1_150).contains(&failing), "{failing}");
        let nat = plan("behind-nat");
        let behind = (0..COUNT)
            .filter(|device| nat.is_behind_nat(*device))
            .count();
        assert!((3_800..4_200).contains(&behind), "{behind}");
    }

    #[test]
    fn more_telephones_are_lifted_in_the_morning_than_at_night() {
        let plan = plan("working-day");
        let mut by_hour = [0u32; 24];
        for device in 0..500 {
            let mut at = 0;
            while let Some((next, Act::OffHook)) = plan.next(device, Act::OffHook, at) {
                if next >= 24 * 60_000 {
                    break;
                }
                by_hour[plan.hour(next)] += 1;
                at = next;
            }
        }
        assert!(by_hour[10] > 10 * by_hour[3].max(1), "{by_hour:?}");
        let calls: u32 = by_hour.iter().sum();
        assert!(
            (2_700..3_300).contains(&calls),
            "500 devices, 6 each: {calls}"
        );
    }

    #[test]
    fn a_power_cut_in_regions_takes_them_one_after_the_other() {
        let plan = plan("rolling-restart");
        let (first, back) = plan.outage_ms(0).expect("it concerns all");
        let (second, _) = plan.outage_ms(1).expect("it concerns all");
        assert_eq!((first, second), (90_000, 105_000));
        assert!((110_000..=120_000).contains(&back));
        assert!(plan.last_arrival_ms() >= 90_000 + 9 * 15_000 + 20_000);
    }
}
