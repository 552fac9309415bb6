//! [`PeopleStore`] on SQLite: each method is one line of dispatch.

use super::{SqliteStore, audit, people, tokens, users};
use crate::store::audit_chain::{Head, TrailCheck};
use crate::store::{
    Actor, AuditEntry, AuditFilter, Id, Page, PastLines, PeopleStore, Result, Token, User,
    UserChange,
};
use async_trait::async_trait;
use data_model::Timestamp;

#[async_trait]
impl PeopleStore for SqliteStore {
    async fn user_change(
        &self,
        actor: &Actor,
        asker: [u8; 32],
        change: UserChange,
        now: Timestamp,
    ) -> Result<Option<User>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| users::change(tx, &actor, &asker, &change, now))
            .await
    }

    async fn password_change(
        &self,
        actor: &Actor,
        name: &str,
        old: &str,
        new: &str,
        now: Timestamp,
    ) -> Result<()> {
        let (actor, name) = (actor.clone(), name.to_owned());
        let (old, new) = (old.to_owned(), new.to_owned());
        self.engine
            .write(move |tx| users::change_password(tx, &actor, &name, (&old, &new), now))
            .await
    }

    async fn token_list(&self, user: &str, now: Timestamp) -> Result<Vec<Token>> {
        let user = user.to_owned();
        self.engine
            .read(move |db| tokens::list(db, &user, now))
            .await
    }

    async fn token_end(
        &self,
        actor: &Actor,
        token: Id,
        owner: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let (actor, owner) = (actor.clone(), owner.map(str::to_owned));
        self.engine
            .write(move |tx| tokens::end(tx, &actor, token, owner.as_deref(), now))
            .await
    }

    async fn sign_out(&self, actor: &Actor, hash: &[u8; 32], now: Timestamp) -> Result<Option<()>> {
        let (actor, hash) = (actor.clone(), *hash);
        self.engine
            .write(move |tx| tokens::sign_out(tx, &actor, &hash, now))
            .await
    }

    async fn credentials_rotate(
        &self,
        actor: &Actor,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| people::rotate_credentials(tx, &actor, device, now))
            .await
    }

    async fn audit_note(
        &self,
        actor: &Actor,
        action: &'static str,
        subject: String,
        now: Timestamp,
    ) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| audit::add(tx, &actor, action, subject, now))
            .await
    }

    async fn audit_find(&self, filter: &AuditFilter, page: Page<u64>) -> Result<Vec<AuditEntry>> {
        let filter = filter.clone();
        self.engine
            .read(move |db| audit::list(db, &filter, page))
            .await
    }

    async fn audit_check(&self, expected: Option<Head>) -> Result<TrailCheck> {
        self.engine.read(move |db| audit::check(db, expected)).await
    }

    async fn audit_past(&self, before: Timestamp, most: usize) -> Result<PastLines> {
        self.engine
            .read(move |db| audit::past(db, before, most))
            .await
    }

    async fn audit_cut(
        &self,
        actor: &Actor,
        upto: Head,
        kept_in: &str,
        now: Timestamp,
    ) -> Result<u64> {
        let (actor, kept_in) = (actor.clone(), kept_in.to_owned());
        self.engine
            .write(move |tx| audit::cut(tx, &actor, upto, &kept_in, now))
            .await
    }
}
