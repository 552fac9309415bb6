//! What is kept of people beside their accounts: tokens of programs, and the audit trail as a whole.

use super::audit_chain::{Head, TrailCheck};
use super::{Actor, AuditEntry, AuditFilter, Id, Page, PastLines, Result, Token, User, UserChange};
use async_trait::async_trait;
use data_model::Timestamp;

/// Tokens and the audit trail. The habits of [`Store`](super::Store) hold here too, and its transactions are shared.
#[async_trait]
pub trait PeopleStore: Send + Sync + 'static {
    // ---- users ---------------------------------------------------------------------------------------

    /// Changes a user, or makes one, and ends the tokens the user had. `None` if there is none and no password;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if there would be no administrator left, or if the token of
    /// whoever asks has ended.
    async fn user_change(
        &self,
        actor: &Actor,
        asker: [u8; 32],
        change: UserChange,
        now: Timestamp,
    ) -> Result<Option<User>>;

    /// Gives a user another password in place of the one with the hash `old`, and ends the tokens the user had.
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if the user has another one meanwhile, or is gone.
    async fn password_change(
        &self,
        actor: &Actor,
        name: &str,
        old: &str,
        new: &str,
        now: Timestamp,
    ) -> Result<()>;

    // ---- tokens --------------------------------------------------------------------------------------

    /// The tokens of a user's programs that have not ended, oldest first.
    async fn token_list(&self, user: &str, now: Timestamp) -> Result<Vec<Token>>;

    /// Ends the token of a program. `None` if there is none, or if it is not `owner`'s.
    async fn token_end(
        &self,
        actor: &Actor,
        token: Id,
        owner: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Ends the token of somebody who signs out. `None` if it has ended already.
    async fn sign_out(&self, actor: &Actor, hash: &[u8; 32], now: Timestamp) -> Result<Option<()>>;

    // ---- credentials of devices -----------------------------------------------------------------------

    /// Has a device given other credentials in its next session. `None` if it has none to come with.
    async fn credentials_rotate(
        &self,
        actor: &Actor,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;

    // ---- the audit trail -----------------------------------------------------------------------------

    /// Adds a line about something that changes nothing else: a secret that is shown, an export, a refused sign-in.
    async fn audit_note(
        &self,
        actor: &Actor,
        action: &'static str,
        subject: String,
        now: Timestamp,
    ) -> Result<()>;

    /// The lines a filter finds, newest first.
    async fn audit_find(&self, filter: &AuditFilter, page: Page<u64>) -> Result<Vec<AuditEntry>>;

    /// Looks whether every line is there and is what was written; `expected` is a head somebody has noted down.
    async fn audit_check(&self, expected: Option<Head>) -> Result<TrailCheck>;

    /// The oldest lines, those from before a time and at most so many, as they are to be exported.
    async fn audit_past(&self, before: Timestamp, most: usize) -> Result<PastLines>;

    /// Drops the lines up to one, which must be what it was when it was exported; says how many. What is left can be
    /// checked as before, and a line says that it was done, and where the others are kept.
    async fn audit_cut(
        &self,
        actor: &Actor,
        upto: Head,
        kept_in: &str,
        now: Timestamp,
    ) -> Result<u64>;
}
