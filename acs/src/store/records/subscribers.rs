//! Subscribers: accounts, their lines, groups, and what an import does with them.

use super::{Id, Scope};
use data_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A subscriber: what the operator calls an account, with the lines it pays for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The operator's own text for it.
    pub account: String,
    /// Whose it is.
    pub name: String,
    /// Anything worth knowing.
    pub notes: String,
    /// Variables for the templates of its device.
    pub variables: BTreeMap<String, String>,
    /// Its lines, by port.
    pub lines: Vec<Line>,
}

impl Account {
    /// The key of the account of this text.
    pub fn key(account: &str) -> Id {
        Id::of_identity(&format!("account {account}"))
    }

    /// Its key.
    pub fn id(&self) -> Id {
        Account::key(&self.account)
    }
}

/// A line: a number at a SIP server, and the telephone port it comes out of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The telephone port of the device, from 1.
    pub port: u16,
    /// The number people dial.
    pub number: String,
    /// The SIP user id.
    pub user: String,
    /// The SIP password.
    pub password: Secret,
    /// What called people see.
    pub display_name: String,
    /// The SIP proxy.
    pub proxy: String,
    /// Further settings of its registration by names of the operator's own, such as `register_expires`.
    pub options: BTreeMap<String, String>,
    /// Whether the line is in service.
    pub enabled: bool,
}

impl Line {
    /// The key of the line of an account at a port.
    pub fn key(account: &str, port: u16) -> Id {
        Id::of_identity(&format!("line {account} {port}"))
    }
}

/// An account as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAccount {
    /// What it says.
    pub account: Account,
    /// The device it is on.
    pub device: Option<HeldBy>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// Counts its changes.
    pub revision: u64,
}

/// The device an account is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBy {
    /// Its key.
    pub device: Id,
    /// Its identity.
    pub identity: String,
    /// Since when.
    pub since: Timestamp,
}

/// The registration of a line in words that are the same for every data model.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// It takes calls.
    Registered,
    /// It is about to be registered.
    Registering,
    /// It is not registered.
    NotRegistered,
    /// Its registration was refused, or something else is wrong.
    Error,
    /// It is out of service by its configuration.
    Disabled,
}

impl Registration {
    /// The word of the API.
    pub fn name(self) -> &'static str {
        match self {
            Registration::Registered => "registered",
            Registration::Registering => "registering",
            Registration::NotRegistered => "not_registered",
            Registration::Error => "error",
            Registration::Disabled => "disabled",
        }
    }
}

/// The registration of a line as its device has reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineState {
    /// In our words.
    pub state: Registration,
    /// In the device's.
    pub said: String,
    /// Since when it is so, as far as it was reported.
    pub since: Timestamp,
    /// When the device last said it.
    pub at: Timestamp,
}

/// A line with everything it is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedLine {
    /// Its key.
    pub id: Id,
    /// Whose it is: the operator's text for the account.
    pub account: String,
    /// The name of the account.
    pub name: String,
    /// The line.
    pub line: Line,
    /// The device it is on.
    pub device: Option<HeldBy>,
    /// What the device has said of it.
    pub state: Option<LineState>,
}

/// Which lines are wanted; every condition that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineFilter {
    /// The number.
    pub number: Option<String>,
    /// The SIP user id.
    pub user: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The device.
    pub device: Option<Id>,
    /// A part of the number, user, display name, account or its name, in any case of letters.
    pub contains: Option<String>,
    /// The registration; `Some(None)` for lines nothing is known of.
    pub state: Option<Option<Registration>>,
    /// Only lines on devices of this scope.
    pub scope: Scope,
}

/// Which accounts are wanted; every condition that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFilter {
    /// The device it is on.
    pub device: Option<Id>,
    /// A part of the account, its name or its notes, in any case of letters.
    pub contains: Option<String>,
    /// Only accounts on devices of this scope.
    pub scope: Scope,
}

/// What an account is written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// The account as it is to be. A secret that is the mask which shown ones have ([`crate::redact::MASK`]) stays as
    /// it is.
    pub account: Account,
    /// The revision it was read at; whatever it is if absent.
    pub revision: Option<u64>,
}

/// A group: variables for every device with a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Devices with this tag belong to it.
    pub tag: String,
    /// Of two groups of one device that set the same variable, the one with the higher precedence wins; among equals,
    /// the one whose name comes first.
    #[serde(default)]
    pub precedence: i32,
    /// Variables for the templates of its devices.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// One account of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedAccount {
    /// Where it began in the file, from 1.
    pub row: u64,
    /// What it says.
    pub change: AccountChange,
    /// What its device is to be recognised by.
    pub bind: Vec<(super::BoundBy, String)>,
}

/// One device of an import.
#[derive(Debug, Clone)]
pub struct ImportedDevice {
    /// Where it stands in the file, from 1.
    pub row: u64,
    /// Who it is.
    pub identity: cwmp::DeviceId,
    /// What it will come with.
    pub credentials: Option<super::Credentials>,
    /// Its tags; `None` leaves those it has.
    pub tags: Option<Vec<String>>,
    /// Variables it gets beside those it has.
    pub variables: BTreeMap<String, String>,
    /// The account it is to have.
    pub account: Option<String>,
}

/// Whether an import only says what it would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rehearsal {
    /// It does.
    Dry,
    /// It is carried out.
    Real,
}

/// What becomes of a row of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    /// It makes something.
    Create,
    /// It changes something.
    Update,
    /// Everything is so already.
    Unchanged,
    /// It cannot be: why.
    Error,
}

/// A row of an import, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Where it stands in the file, from 1.
    pub row: u64,
    /// The account or the device.
    pub subject: String,
    /// What becomes of it.
    pub outcome: RowOutcome,
    /// Why not.
    pub why: String,
}

/// What takes the place of a dead unit.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Who it is.
    pub identity: cwmp::DeviceId,
    /// What it will come with, if nobody knows it yet.
    pub credentials: Option<super::Credentials>,
}
