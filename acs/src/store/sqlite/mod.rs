//! The embedded backend: SQLite, one file, one process.
//!
//! [`SqliteStore`] only dispatches: what changes something goes through the writer of [`engine`], what looks goes to a
//! reader beside it. [`inform`] is the hot path, [`hot`] and [`credential_cache`] what is known by heart; the other
//! files hold one noun each.
//!
//! Long because the trait has so many methods; each is one line of dispatch.

mod accounts;
mod activation;
mod audit;
mod audit_words;
mod beside;
mod bulk;
mod calls;
mod campaigns;
pub mod checks;
mod credential_cache;
mod device_files;
mod devices;
mod diagnostic_runs;
mod diagnostics;
mod differences;
mod engine;
mod events;
mod figures;
mod find;
mod fleet_counts;
mod fleet_tasks;
mod functions;
mod groups;
mod health;
mod history;
mod holdings;
mod hot;
mod imports;
mod inform;
mod learned;
mod left;
mod library;
mod lines;
mod merge;
mod migrations;
mod notes;
mod operations;
mod packing;
mod parameter_index;
mod people;
mod people_store;
mod picker;
mod profile_devices;
mod profiles;
mod provisioning;
mod queries;
mod queue;
mod recent;
mod reports;
mod requests;
mod restarts;
mod retention;
mod rows;
mod saved_queries;
mod scan;
mod scopes;
mod sealing;
mod snapshots;
mod subscribers;
mod swap;
mod tasks;
mod tokens;
mod traces;
mod transfers;
mod trees;
mod users;
mod walls;
mod watch;

use super::{
    Actor, Agreement, AuditEntry, AuditFilter, ClaimedTask, Credentials, DeletedFile, Device,
    DeviceFilter, FileRecord, FleetCounts, HealthSummary, Id, InformOutcome, InformRecord,
    NewCredentials, NewRevision, NewTask, Observed, Page, Profile, Proof, Publish, Result,
    Snapshot, Store, Task, TaskFault, TaskOutcome, Token, TransferMatch, User, Variable,
};
use crate::metrics::store::StoreMetrics;
use crate::secrets::{self, Secrets};
use crate::store::events::Feed;
use async_trait::async_trait;
use credential_cache::CredentialCache;
use cwmp::{CommandKey, DeviceId};
use data_model::{OperatorError, Timestamp};
use engine::Engine;
use recent::Recent;

pub use audit::{anchor_of_file as audit_anchor, check_file as check_audit_trail};

use std::path::Path;
use std::sync::Arc;

/// The store in one database file.
pub struct SqliteStore {
    engine: Engine,
    credentials: Arc<CredentialCache>,
    watched: history::Watched,
    metrics: StoreMetrics,
    feed: Arc<Feed>,
    /// What the dashboards of people show, by how long ago an Inform may be.
    fleet: Recent<i64, FleetCounts>,
    health: Recent<(), HealthSummary>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the store in this file, creating and migrating it as needed; the key of its secrets lies beside it.
    ///
    /// # Errors
    /// If the file cannot be read or written, another process holds it, or a newer version of this program wrote it.
    pub fn open(path: &Path) -> std::result::Result<SqliteStore, OperatorError> {
        let secrets = Secrets::open(&path.with_file_name(secrets::FILE))?;
        SqliteStore::open_with(path, secrets)
    }

    /// Opens the store in this file, its secrets with these keys.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and if its secrets were sealed with another key.
    pub fn open_with(
        path: &Path,
        secrets: Secrets,
    ) -> std::result::Result<SqliteStore, OperatorError> {
        let secrets = Arc::new(secrets);
        let credentials = Arc::new(CredentialCache::default());
        let watched = history::Watched::default();
        let feed = Arc::new(Feed::default());
        let metrics = StoreMetrics::default();
        let engine = Engine::open(
            path,
            Arc::clone(&credentials),
            watched.clone(),
            Arc::clone(&feed),
            metrics.clone(),
            secrets,
        )?;
        Ok(SqliteStore {
            engine,
            credentials,
            watched,
            feed,
            metrics,
            fleet: Recent::default(),
            health: Recent::default(),
        })
    }
}

/// Copies the database of a server that may be running into a file that does not exist.
///
/// # Errors
/// If it cannot be read or written.
pub fn copy(database: &Path, file: &Path) -> Result<()> {
    engine::copy(database, file)
}

/// How the fleet of a server that may be running stands; nothing is compared with profiles.
///
/// # Errors
/// If it cannot be read.
pub fn look(database: &Path, overdue: Timestamp) -> Result<super::Figures> {
    figures::figures(&engine::reader(database)?, overdue, 0)
}

/// Whether a database is whole, and of no newer version.
///
/// # Errors
/// In words, what is wrong with it.
pub fn examine(database: &Path) -> std::result::Result<(), String> {
    engine::examine(database)
}

#[async_trait]
impl Store for SqliteStore {
    async fn record_inform(&self, inform: InformRecord) -> Result<InformOutcome> {
        let hash = inform::hash(&inform);
        let inform = Arc::new(inform);
        let same = Arc::clone(&inform);
        self.engine
            .write_light(
                move |tx| inform::record_quiet(tx, &inform, hash),
                move |tx| inform::record(tx, &same, hash),
            )
            .await
    }

    async fn device_register(
        &self,
        actor: &Actor,
        identity: &DeviceId,
        credentials: Option<Credentials>,
        now: Timestamp,
    ) -> Result<Device> {
        let (actor, identity) = (actor.clone(), identity.clone());
        self.engine
            .write(move |tx| devices::register(tx, &actor, &identity, credentials.as_ref(), now))
            .await
    }

    async fn device_find(&self, device: Id) -> Result<Option<Device>> {
        self.engine.read(move |db| devices::find(db, device)).await
    }

    async fn device_list(&self, filter: &DeviceFilter, page: Page<Id>) -> Result<Vec<Device>> {
        self.page(filter, page).await
    }

    async fn device_skip(
        &self,
        filter: &DeviceFilter,
        after: Option<Id>,
        skip: usize,
    ) -> Result<Option<Id>> {
        self.place(filter, after, skip).await
    }

    async fn device_count(&self, filter: &DeviceFilter) -> Result<u64> {
        self.number(filter).await
    }

    async fn device_delete(&self, actor: &Actor, device: Id, now: Timestamp) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| devices::delete(tx, &actor, device, now))
            .await
    }

    async fn device_set_tags(
        &self,
        actor: &Actor,
        device: Id,
        tags: Vec<String>,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| devices::set_tags(tx, &actor, device, &tags, now))
            .await
    }

    async fn device_set_variables(
        &self,
        actor: &Actor,
        device: Id,
        variables: Vec<(String, String)>,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| devices::set_variables(tx, &actor, device, &variables, now))
            .await
    }

    async fn device_variables(&self, device: Id) -> Result<Vec<Variable>> {
        self.engine
            .read(move |db| holdings::template_variables(db, device))
            .await
    }

    async fn snapshot(&self, device: Id) -> Result<Snapshot> {
        self.engine
            .read(move |db| snapshots::read(db, device))
            .await
    }

    async fn snapshot_merge(&self, device: Id, observed: Observed, now: Timestamp) -> Result<()> {
        self.engine
            .write(move |tx| snapshots::merge(tx, device, &observed, now))
            .await
    }

    async fn provisioning_agreed(
        &self,
        device: Id,
        agreement: Agreement,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()> {
        self.engine
            .write(move |tx| {
                snapshots::merge(tx, device, &observed, now)?;
                devices::agreed(tx, device, &agreement, now)
            })
            .await
    }

    async fn provisioning_failed(
        &self,
        device: Id,
        stamp: u64,
        fault: TaskFault,
        now: Timestamp,
    ) -> Result<()> {
        self.engine
            .write(move |tx| devices::failed(tx, device, stamp, &fault, now))
            .await
    }

    async fn devices_to_compare(&self, page: Page<Id>) -> Result<Vec<Id>> {
        self.engine
            .read(move |db| devices::to_compare(db, profiles::stamp(db)?, page))
            .await
    }

    async fn task_create(
        &self,
        actor: &Actor,
        task: NewTask,
        now: Timestamp,
    ) -> Result<Option<Task>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| tasks::create(tx, &actor, &task, now))
            .await
    }

    async fn task_claim_next(&self, device: Id, now: Timestamp) -> Result<Option<ClaimedTask>> {
        self.engine
            .write(move |tx| tasks::claim(tx, device, tasks::Which::Foreground, now))
            .await
    }

    async fn task_finish(
        &self,
        task: Id,
        outcome: TaskOutcome,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()> {
        self.engine
            .write(move |tx| tasks::finish(tx, task, &outcome, &observed, now))
            .await
    }

    async fn transfer_complete(
        &self,
        device: Id,
        command_key: &CommandKey,
        fault: Option<TaskFault>,
        now: Timestamp,
    ) -> Result<TransferMatch> {
        let key = command_key.clone();
        self.engine
            .write(move |tx| transfers::complete(tx, device, &key, fault.as_ref(), now))
            .await
    }

    async fn task_find(&self, task: Id) -> Result<Option<Task>> {
        self.engine.read(move |db| tasks::find(db, task)).await
    }

    async fn task_list(&self, device: Id, page: Page<Id>) -> Result<Vec<Task>> {
        self.engine
            .read(move |db| tasks::list(db, device, page))
            .await
    }

    async fn task_cancel(&self, actor: &Actor, task: Id, now: Timestamp) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| tasks::cancel(tx, &actor, task, now))
            .await
    }

    async fn task_expire(&self, now: Timestamp) -> Result<u64> {
        self.engine.write(move |tx| tasks::expire(tx, now)).await
    }

    async fn task_requeue_lost_transfers(&self, since: Timestamp, now: Timestamp) -> Result<u64> {
        self.engine
            .write(move |tx| transfers::requeue_lost(tx, since, now))
            .await
    }

    async fn devices_to_call(&self, now: Timestamp, limit: usize) -> Result<Vec<Id>> {
        self.engine
            .read(move |db| tasks::devices_to_call(db, now, limit))
            .await
    }

    async fn profile_put(
        &self,
        actor: &Actor,
        profile: Profile,
        now: Timestamp,
    ) -> Result<Profile> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| {
                let revision = NewRevision {
                    profile,
                    comment: String::new(),
                    publish: Publish::AtOnce,
                };
                profiles::write(tx, &actor, revision, now)
            })
            .await
    }

    async fn profile_delete(
        &self,
        actor: &Actor,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let (actor, name) = (actor.clone(), name.to_owned());
        self.engine
            .write(move |tx| profiles::delete(tx, &actor, &name, now))
            .await
    }

    async fn profiles(&self) -> Result<(u64, Vec<Profile>)> {
        self.engine.read(profiles::published).await
    }

    async fn file_put(&self, actor: &Actor, file: FileRecord) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| library::put_file(tx, &actor, &file))
            .await
    }

    async fn file_find(&self, file: Id) -> Result<Option<FileRecord>> {
        self.engine
            .read(move |db| library::find_file(db, file))
            .await
    }

    async fn file_list(&self) -> Result<Vec<FileRecord>> {
        self.engine.read(library::files).await
    }

    async fn file_delete(
        &self,
        actor: &Actor,
        file: Id,
        now: Timestamp,
    ) -> Result<Option<DeletedFile>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| library::delete_file(tx, &actor, file, now))
            .await
    }

    async fn credentials_find(&self, device: Id) -> Result<Option<Credentials>> {
        let ticket = match self.credentials.get(device) {
            Ok(known) => return Ok(known),
            Err(ticket) => ticket,
        };
        let found = self
            .engine
            .read(move |db| people::find_credentials(db, device))
            .await?;
        self.credentials.put(ticket, device, found.clone());
        Ok(found)
    }

    async fn credentials_put(
        &self,
        actor: &Actor,
        credentials: Credentials,
        now: Timestamp,
    ) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| {
                people::put_credentials(tx, &credentials)?;
                audit::add(tx, &actor, "credentials.put", credentials.device, now)
            })
            .await
    }

    async fn credentials_prepare(
        &self,
        device: Id,
        credentials: NewCredentials,
        _now: Timestamp,
    ) -> Result<()> {
        self.engine
            .write(move |tx| people::prepare_credentials(tx, device, &credentials))
            .await
    }

    async fn credentials_confirm(&self, device: Id, now: Timestamp) -> Result<()> {
        self.engine
            .write(move |tx| people::confirm_credentials(tx, device, now))
            .await
    }

    async fn user_put(&self, actor: &Actor, user: User, now: Timestamp) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| users::put_user(tx, &actor, &user, now))
            .await
    }

    async fn user_delete(&self, actor: &Actor, name: &str, now: Timestamp) -> Result<Option<()>> {
        let (actor, name) = (actor.clone(), name.to_owned());
        self.engine
            .write(move |tx| users::delete_user(tx, &actor, &name, now))
            .await
    }

    async fn user_list(&self) -> Result<Vec<User>> {
        self.engine.read(users::list_users).await
    }

    async fn user_find(&self, name: &str) -> Result<Option<User>> {
        let name = name.to_owned();
        self.engine
            .read(move |db| users::find_user(db, &name))
            .await
    }

    async fn user_count(&self) -> Result<u64> {
        self.engine.read(users::users).await
    }

    async fn token_put(
        &self,
        actor: &Actor,
        token: Token,
        proof: Proof,
        now: Timestamp,
    ) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| tokens::put(tx, &actor, &token, &proof, now))
            .await
    }

    async fn token_find(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Token>> {
        let hash = *hash;
        self.engine
            .read(move |db| tokens::find(db, &hash, now))
            .await
    }

    async fn audit_list(&self, page: Page<u64>) -> Result<Vec<AuditEntry>> {
        let all = AuditFilter::default();
        self.engine
            .read(move |db| audit::list(db, &all, page))
            .await
    }

    async fn check(&self) -> Result<()> {
        self.engine.write(people::beat).await
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let name = name.to_owned();
        self.engine
            .read(move |db| people::sealed_setting(db, &name))
            .await
    }

    async fn setting_or_insert(&self, name: &str, value: Vec<u8>) -> Result<Vec<u8>> {
        let name = name.to_owned();
        self.engine
            .write(move |tx| match people::sealed_setting(tx.db, &name)? {
                Some(kept) => Ok(kept),
                None => {
                    people::put_sealed_setting(tx, &name, &value)?;
                    Ok(value)
                }
            })
            .await
    }

    async fn close(&self) {
        self.engine.close().await;
        self.credentials.clear();
    }
}

#[cfg(test)]
mod tests;
