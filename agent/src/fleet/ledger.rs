//! What every device believes has happened: kept while it happens, compared with what its ACS says in the end.

use crate::device::io::SessionSummary;
use cwmp::EventCode;
use serde::Serialize;
use std::collections::BTreeMap;

/// What one device believes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Sessions that ended well.
    pub sessions: u32,
    /// Sessions that failed.
    pub failed: u32,
    /// Informs its ACS has answered.
    pub informed: u32,
    /// Informs without an answer: the ACS may have taken them or not.
    pub unanswered: u32,
    /// Boots.
    pub boots: u32,
    /// Reports of a boot its ACS has answered.
    pub boots_told: u32,
    /// Reports of a bootstrap its ACS has answered.
    pub bootstraps_told: u32,
    /// It has booted, and its ACS does not know it yet.
    pub waiting: bool,
    /// Exchanges with its ACS, for drawing what the line does to each.
    #[serde(skip)]
    pub exchanges: u32,
    /// Its last session failed.
    #[serde(skip)]
    pub retries: bool,
}

/// The entries of a part of the fleet, by their numbers in it.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
    waiting: usize,
}

impl Ledger {
    /// A ledger of so many devices.
    pub fn new(devices: usize) -> Ledger {
        Ledger {
            entries: vec![Entry::default(); devices],
            waiting: 0,
        }
    }

    /// Devices that have booted and have not told it.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Every entry.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The number of the next exchange of a device.
    pub fn next_exchange(&mut self, device: usize) -> u64 {
        let entry = &mut self.entries[device];
        entry.exchanges = entry.exchanges.wrapping_add(1);
        u64::from(entry.exchanges)
    }

    /// A device has power, and has a boot to tell.
    pub fn powered(&mut self, device: usize) {
        self.set_waiting(device, true);
    }

    /// A device has been booted.
    pub fn booted(&mut self, device: usize) {
        self.entries[device].boots += 1;
        self.set_waiting(device, true);
    }

    /// A device is without power: it has nothing to tell until it has booted again.
    pub fn off(&mut self, device: usize) {
        self.set_waiting(device, false);
    }

    /// A session of a device is over. Whether it was another try of one that failed.
    pub fn session_over(&mut self, device: usize, summary: &SessionSummary) -> bool {
        let entry = &mut self.entries[device];
        let retried = std::mem::replace(&mut entry.retries, summary.failure.is_some());
        match summary.failure {
            None => entry.sessions += 1,
            Some(_) => entry.failed += 1,
        }
        if !summary.informed {
            entry.unanswered += 1;
            return retried;
        }
        entry.informed += 1;
        let told = |code| summary.events.iter().any(|event| event.event_code == code);
        let boot = told(EventCode::Boot);
        let bootstrap = told(EventCode::Bootstrap);
        entry.boots_told += u32::from(boot);
        entry.bootstraps_told += u32::from(bootstrap);
        if boot || bootstrap {
            self.set_waiting(device, false);
        }
        retried
    }

    fn set_waiting(&mut self, device: usize, waiting: bool) {
        let entry = &mut self.entries[device];
        match (entry.waiting, waiting) {
            (false, true) => self.waiting += 1,
            (true, false) => self.waiting -= 1,
            (false, false) | (true, true) => {}
        }
        entry.waiting = waiting;
    }
}

/// What a device believes at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Belief {
    /// Its serial number.
    pub serial_number: String,
    /// What happened.
    #[serde(flatten)]
    pub entry: Entry,
    /// The firmware version it has last told its ACS; `None` if it is off and cannot be asked.
    pub version_told: Option<String>,
}

/// What an ACS says of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Informs it has taken, in all its time.
    pub informs: u64,
    /// Whether it knows of a boot.
    pub booted: bool,
    /// Whether it knows of a bootstrap.
    pub bootstrapped: bool,
    /// The firmware version.
    pub version: String,
}

/// One difference between a device and its ACS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The device's serial number.
    pub serial_number: String,
    /// What it is about.
    pub about: &'static str,
    /// What the device believes.
    pub device: String,
    /// What the ACS says.
    pub acs: String,
}

/// Compares what a device believes with what its ACS says: before the run, and after it.
pub fn compare(
    belief: &Belief,
    before: Option<&Account>,
    after: Option<&Account>,
) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut differ = |about, device: String, acs: String| {
        found.push(Difference {
            serial_number: belief.serial_number.clone(),
            about,
            device,
            acs,
        });
    };
    let entry = &belief.entry;
    let Some(after) = after else {
        if entry.informed > 0 {
            let device = format!("{} Informs answered", entry.informed);
            differ("known", device, "unknown to it".to_owned());
        }
        return found;
    };
    let informs = after
        .informs
        .saturating_sub(before.map_or(0, |before| before.informs));
    let least = u64::from(entry.informed);
    let most = least + u64::from(entry.unanswered);
    if !(least..=most).contains(&informs) {
        let device = match entry.unanswered {
            0 => format!("{least} answered"),
            _ => format!("{least} answered, {} without an answer", entry.unanswered),
        };
        differ("informs", device, format!("{informs} taken"));
    }
    if entry.boots_told > 0 && !after.booted {
        let device = format!("{} boots told", entry.boots_told);
        differ("boot", device, "none".to_owned());
    }
    if entry.bootstraps_told > 0 && !after.bootstrapped {
        let device = format!("{} bootstraps told", entry.bootstraps_told);
        differ("bootstrap", device, "none".to_owned());
    }
    // What was told in an Inform without an answer may have arrived.
    if let Some(told) = &belief.version_told
        && entry.informed > 0
        && entry.unanswered == 0
        && *told != after.version
    {
        differ("software_version", told.clone(), after.version.clone());
    }
    found
}

/// Counts differences by what they are about.
pub fn by_kind(differences: &[Difference]) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for one in differences {
        *counts.entry(one.about).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use cwmp::Event;

    fn summary(informed: bool, failure: Option<&str>, code: EventCode) -> SessionSummary {
        SessionSummary {
            events: vec![Event::new(code)],
            informed,
            duration_ms: 5,
            failure: failure.map(str::to_owned),
        }
    }

    fn belief(entry: Entry) -> Belief {
        Belief {
            serial_number: "SIM000001".into(),
            entry,
            version_told: Some("1".into()),
        }
    }

    fn account(informs: u64) -> Account {
        Account {
            informs,
            booted: true,
            bootstrapped: true,
            version: "1".into(),
        }
    }

    #[test]
    fn a_boot_waits_until_an_acs_has_answered_it() {
        let mut ledger = Ledger::new(2);
        ledger.booted(0);
        ledger.booted(1);
        assert_eq!(ledger.waiting(), 2);
        ledger.session_over(0, &summary(false, Some("503"), EventCode::Boot));
        assert_eq!(ledger.waiting(), 2, "nobody has heard of it");
        ledger.session_over(0, &summary(true, Some("cut"), EventCode::Boot));
        assert_eq!(
            ledger.waiting(),
            1,
            "the session failed later, the boot is told"
        );
        ledger.off(1);
        assert_eq!(ledger.waiting(), 0);
        let entry = ledger.entries()[0];
        let expected = (0, 2, 1, 1, 1);
        let found = (
            entry.sessions,
            entry.failed,
            entry.informed,
            entry.unanswered,
            entry.boots_told,
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn what_an_acs_says_may_lie_between_what_was_answered_and_what_was_sent() {
        let entry = Entry {
            informed: 3,
            unanswered: 2,
            boots_told: 1,
            ..Entry::default()
        };
        for (informs, differs) in [(2, true), (3, false), (5, false), (6, true)] {
            let found = compare(&belief(entry), None, Some(&account(informs)));
            assert_eq!(!found.is_empty(), differs, "{informs}: {found:?}");
        }
        let before = account(10);
        let found = compare(&belief(entry), Some(&before), Some(&account(14)));
        assert!(
            found.is_empty(),
            "only what came in the run counts: {found:?}"
        );
    }

    #[test]
    fn a_device_its_acs_does_not_know_is_a_difference_once_it_was_answered() {
        let mut entry = Entry::default();
        assert!(compare(&belief(entry), None, None).is_empty());
        entry.informed = 1;
        let found = compare(&belief(entry), None, None);
        assert_eq!(found[0].about, "known");
    }

    #[test]
    fn another_version_and_an_unknown_boot_are_differences() {
        let entry = Entry {
            informed: 1,
            boots_told: 1,
            ..Entry::default()
        };
        let said = Account {
            informs: 1,
            booted: false,
            bootstrapped: false,
            version: "2".into(),
        };
        let found = compare(&belief(entry), None, Some(&said));
        let about: Vec<&str> = found.iter().map(|one| one.about).collect();
        assert_eq!(about, ["boot", "software_version"]);
    }
}
