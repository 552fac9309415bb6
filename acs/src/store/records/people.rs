//! Credentials of devices; users, tokens and the audit trail.

use super::Id;
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
    /// argon2 hash of the password, in PHC form.
    pub password_hash: String,
}

/// What a person may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look.
    Viewer,
    /// Look, and act on devices.
    Operator,
    /// Everything, people included.
    Admin,
}

/// A token of the API. Only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Whose it is.
    pub user: String,
    /// What its user may do.
    pub role: Role,
    /// When it ends.
    pub expires: Timestamp,
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
}
