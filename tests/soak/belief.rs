//! What the configuration of the device may be, by what the ACS has asked and been answered: a set of states, since
//! whether a request without an answer was carried out is not known.

use std::collections::BTreeSet;

/// The part of the configuration that the run changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Config {
    /// The value that several parameters share.
    pub token: String,
    /// ManagementServer.ParameterKey.
    pub key: String,
    /// Instances of the table that instances are added to.
    pub rows: u32,
}

/// What one request makes of it.
#[derive(Debug, Clone)]
pub enum Change {
    /// Another token, and another key with it.
    Token(String),
    /// Another key only.
    Key(String),
    /// One more row.
    Row(String),
    /// One row less.
    NoRow(String),
    /// The factory's state, from the next boot on.
    Reset,
    /// None at all.
    None,
}

/// Whether the next boot begins from the factory's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reset {
    /// It does not.
    No,
    /// It may.
    Maybe,
    /// It does.
    Certain,
}

/// The states the device may be in.
#[derive(Debug)]
pub struct Belief {
    factory: Config,
    possible: BTreeSet<Config>,
    /// What was possible before the request that is open, and what that one changes.
    open: Option<(BTreeSet<Config>, Change)>,
    /// Whether the next boot resets.
    pub reset: Reset,
}

impl Belief {
    /// A device from the factory.
    pub fn new(factory: Config) -> Belief {
        Belief {
            possible: BTreeSet::from([factory.clone()]),
            factory,
            open: None,
            reset: Reset::No,
        }
    }

    /// The ACS sends a request that makes this change; from here on it may have been carried out.
    pub fn asked(&mut self, change: Change) {
        let before = self.possible.clone();
        self.possible.extend(after(&before, &change));
        if matches!(change, Change::Reset) {
            self.reset = self.reset.max(Reset::Maybe);
        }
        self.open = Some((before, change));
    }

    /// The device has said that it was carried out.
    pub fn done(&mut self) {
        if let Some((before, change)) = self.open.take() {
            self.possible = after(&before, &change);
            if matches!(change, Change::Reset) {
                self.reset = Reset::Certain;
            }
        }
    }

    /// The device has said that it was not.
    pub fn refused(&mut self) {
        if let Some((before, _)) = self.open.take() {
            self.possible = before;
        }
    }

    /// There will be no answer.
    pub fn unanswered(&mut self) {
        self.open = None;
    }

    /// The device was reset by hand, or was about to be.
    pub fn may_reset(&mut self) {
        self.reset = self.reset.max(Reset::Maybe);
    }

    /// The device boots.
    pub fn booted(&mut self) {
        match std::mem::replace(&mut self.reset, Reset::No) {
            Reset::No => {}
            Reset::Maybe => {
                self.possible.insert(self.factory.clone());
            }
            Reset::Certain => self.possible = BTreeSet::from([self.factory.clone()]),
        }
    }

    /// The device shows its configuration.
    pub fn observed(&mut self, seen: &Config) -> Result<(), String> {
        if !self.possible.contains(seen) {
            return Err(format!(
                "the device shows {seen:?}, possible is {:?}",
                self.possible
            ));
        }
        // An open request may still be carried out after this was seen.
        if self.open.is_none() {
            self.possible = BTreeSet::from([seen.clone()]);
        }
        Ok(())
    }

    /// The device shows its ParameterKey.
    pub fn observed_key(&mut self, key: &str) -> Result<(), String> {
        if !self.possible.iter().any(|config| config.key == key) {
            return Err(format!(
                "the ParameterKey is `{key}`, possible is {:?}",
                self.possible
            ));
        }
        self.possible.retain(|config| config.key == key);
        Ok(())
    }
}

fn after(before: &BTreeSet<Config>, change: &Change) -> BTreeSet<Config> {
    let one = |config: &Config| {
        let mut config = config.clone();
        match change {
            Change::Token(token) => {
                config.token.clone_from(token);
                config.key.clone_from(token);
            }
            Change::Key(key) => config.key.clone_from(key),
            Change::Row(key) => {
                config.key.clone_from(key);
                config.rows += 1;
            }
            Change::NoRow(key) => {
                config.key.clone_from(key);
                config.rows = config.rows.saturating_sub(1);
            }
            Change::Reset | Change::None => {}
        }
        config
    };
    before.iter().map(one).collect()
}
