//! Credentials of devices; users, tokens and the audit trail.

use super::Id;
use crate::store::audit_chain::Head;
use cwmp::http::Verifier;
use data_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a device proves who it is, and how we prove to it who we are.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The device.
    pub device: Id,
    /// What its password is checked against; `None` for a device that came in without one and is being given its
    /// first.
    pub verifier: Option<Verifier>,
    /// What a password that is being given to it is checked against; it becomes `verifier` when the device
    /// first uses it.
    pub pending: Option<Verifier>,
    /// Our user at the device's connection request listener; empty if none is set yet.
    pub connection_request_username: String,
    /// Our password there.
    pub connection_request_password: Secret,
    /// Whether it is to be given others.
    pub rotation: Rotation,
}

/// Whether a device is to be given other credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It keeps those it has.
    None,
    /// It gets others in its next session.
    Due,
}

/// Credentials that are about to be written to a device.
#[derive(Debug, Clone)]
pub struct NewCredentials {
    /// Checks the new password; `None` leaves the device the one it has.
    pub verifier: Option<Verifier>,
    /// Our new user at the device's connection request listener.
    pub connection_request_username: String,
    /// Our new password there.
    pub connection_request_password: Secret,
}

/// A person who may use the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name to sign in with.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// On which devices.
    pub scope: Scope,
    /// argon2 hash of the password, in PHC form.
    pub password_hash: String,
    /// What the password is good for.
    pub password: PasswordUse,
}

/// What a password, and a token that was given for it, is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordUse {
    /// Everything its user may do.
    Full,
    /// To choose another password, and nothing else.
    OneTime,
}

/// What a person may do; [`crate::auth::permissions`] has what that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Looks, and helps people with their devices: calls, reads, restarts, diagnoses.
    HelpDesk,
    /// Looks, helps, and changes devices and what they are given.
    Operator,
    /// Everything, people included.
    Admin,
    /// Looks, and reads the audit trail; changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 5] = [
        Role::Viewer,
        Role::HelpDesk,
        Role::Operator,
        Role::Admin,
        Role::Auditor,
    ];

    /// Its word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::HelpDesk => "help_desk",
            Role::Operator => "operator",
            Role::Admin => "admin",
            Role::Auditor => "auditor",
        }
    }
}

/// Which devices somebody may see and act on: lists of tags, of each of which a device must carry one. No list at all
/// is the whole fleet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope(Vec<Vec<String>>);

impl Scope {
    /// Devices that carry one of these tags; without any tag, no device.
    pub fn of_tags(mut tags: Vec<String>) -> Scope {
        tags.sort();
        tags.dedup();
        Scope(vec![tags])
    }

    /// Whether every device is in it.
    pub fn is_fleet(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is certain that all its devices are in another one: it is restricted by every list of that one.
    pub fn is_within(&self, other: &Scope) -> bool {
        other.0.iter().all(|list| self.0.contains(list))
    }

    /// The devices that are in both.
    #[must_use]
    pub fn and(&self, other: &Scope) -> Scope {
        let mut lists = self.0.clone();
        lists.extend(other.0.iter().cloned());
        lists.dedup();
        Scope(lists)
    }

    /// Whether a device with these tags is in it.
    pub fn admits(&self, tags: &[String]) -> bool {
        self.0
            .iter()
            .all(|list| list.iter().any(|tag| tags.contains(tag)))
    }

    /// The lists of tags.
    pub fn lists(&self) -> &[Vec<String>] {
        &self.0
    }
}

/// A token of the API. Only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its key, for whoever ends it.
    pub id: Id,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// How it is shown.
    pub kind: TokenKind,
    /// Its name, if a program has it.
    pub name: String,
    /// Whose it is.
    pub user: String,
    /// What whoever shows it may do.
    pub role: Role,
    /// On which devices.
    pub scope: Scope,
    /// What it is good for.
    pub password: PasswordUse,
    /// Where whoever got it came from; empty if that is not known.
    pub address: String,
    /// When it was given.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

/// What a token is given for. It must still hold when the token is kept: whoever is removed or changed meanwhile gets
/// none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A password with this hash, of a user who is as the token says.
    Password(String),
    /// Another token of the user, by its hash.
    Token([u8; 32]),
}

/// What becomes of a user; what is not said stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserChange {
    /// The user; one who is not there is made, if there is a password.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// On which devices; the whole fleet for somebody new.
    pub scope: Option<Scope>,
    /// The hash of another password, and what it is good for.
    pub password: Option<(String, PasswordUse)>,
}

/// How a token is shown; it is good for nothing in another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// By a person or a script that has signed in, in a header.
    SignIn,
    /// By a browser, in a cookie.
    Session,
    /// By a program it was made for, in a header.
    Api,
}

/// Which lines of the audit trail to list; all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this actor, or by a token of this user.
    pub actor: Option<String>,
    /// This action; `device.*` for all that begin so.
    pub action: Option<String>,
    /// The subject contains this text.
    pub subject: Option<String>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// Lines of the audit trail that are past their time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastLines {
    /// Where the chain stands before the first of them.
    pub behind: Head,
    /// The lines, each with the hash it holds.
    pub lines: Vec<(AuditEntry, Vec<u8>)>,
}

/// One line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditEntry {
    /// Its number.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// Did what.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What was there before, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What is there after it, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
