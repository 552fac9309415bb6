//! What goes wrong, how often, and how much of it has gone wrong so far.

use crate::dice::Dice;
use std::collections::BTreeMap;

/// How rough one run is; all in so many of a thousand.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// HTTP exchanges that go wrong.
    pub exchanges: u64,
    /// Outputs and arrivals before which the power is cut.
    pub cuts: u64,
    /// Writes that fail.
    pub writes: u64,
}

/// What is wrong with one HTTP exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Nothing.
    None,
    /// The connection is cut before the request arrives.
    CutBeforeRequest,
    /// The request arrives; the connection is cut before the response.
    CutBeforeResponse,
    /// The request never arrives, and nobody says so.
    RequestLost,
    /// The response never arrives, and nobody says so.
    ResponseLost,
    /// The response comes when the device no longer waits.
    TooLate,
    /// The response is larger than a device can take.
    TooLarge,
    /// An HTTP status instead of a response.
    Status(u16),
    /// A redirect to the same ACS.
    Redirect,
    /// A redirect to nowhere.
    RedirectNowhere,
    /// A challenge that can be answered.
    Challenge,
    /// A challenge that cannot.
    HopelessChallenge,
    /// The response breaks off in the middle of its XML.
    Garbled,
    /// The response is no XML at all.
    NoXml,
    /// The response has another ID than the request.
    WrongId,
    /// Fault 8005 to a request of the device.
    RetryRequest,
    /// Another fault to a request of the device.
    Refused(u16),
    /// A response nobody waits for.
    Stray,
    /// The ACS finds no end in this session.
    Endless,
}

/// Every kind of trouble, with how often it comes among all.
const TROUBLES: [(Trouble, u64); 22] = [
    (Trouble::CutBeforeRequest, 10),
    (Trouble::CutBeforeResponse, 14),
    (Trouble::RequestLost, 6),
    (Trouble::ResponseLost, 10),
    (Trouble::TooLate, 8),
    (Trouble::TooLarge, 2),
    (Trouble::Status(401), 3),
    (Trouble::Status(404), 2),
    (Trouble::Status(500), 6),
    (Trouble::Status(503), 8),
    (Trouble::Redirect, 8),
    (Trouble::RedirectNowhere, 2),
    (Trouble::Challenge, 8),
    (Trouble::HopelessChallenge, 2),
    (Trouble::Garbled, 6),
    (Trouble::NoXml, 3),
    (Trouble::WrongId, 6),
    (Trouble::RetryRequest, 12),
    (Trouble::Refused(8002), 5),
    (Trouble::Refused(8003), 2),
    (Trouble::Stray, 4),
    (Trouble::Endless, 2),
];

impl Weather {
    /// No trouble at all.
    pub const CALM: Weather = Weather {
        exchanges: 0,
        cuts: 0,
        writes: 0,
    };

    /// The weather of a run: from a breeze to a storm.
    pub fn of(dice: &mut Dice) -> Weather {
        Weather {
            exchanges: dice.pick(&[10, 60, 150, 300]),
            cuts: dice.pick(&[0, 2, 8, 25]),
            writes: dice.pick(&[0, 2, 10]),
        }
    }

    /// What happens to the next exchange.
    pub fn exchange(self, dice: &mut Dice) -> Trouble {
        if !dice.permille(self.exchanges) {
            return Trouble::None;
        }
        let all: u64 = TROUBLES.iter().map(|(_, weight)| weight).sum();
        let mut rest = dice.below(all);
        for (trouble, weight) in TROUBLES {
            if rest < weight {
                return trouble;
            }
            rest -= weight;
        }
        Trouble::None
    }
}

/// How often what has happened.
#[derive(Debug, Clone, Default)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// It has happened once more.
    pub fn add(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// All of another run.
    pub fn join(&mut self, other: &Counts) {
        for (what, count) in &other.0 {
            *self.0.entry(what.clone()).or_default() += count;
        }
    }

    /// What has happened, by name, with how often.
    pub fn rows(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(what, count)| (what.as_str(), *count))
    }
}
