//! What the server keeps, in the words of its domain: each method is one transaction.
//!
//! To add a method: declare it here with what it promises, write its case in `store/contract`, see it fail, then
//! write it in each backend. The habits to keep:
//!
//! 1. A method is a transaction and says so in its name: `record_inform`, `task_claim_next`. No method hands a
//!    transaction to its caller, and no caller makes two changes in a row that belong together.
//! 2. A method that changes something returns when the change is on stable storage, never before.
//! 3. A method that changes something for somebody takes the [`Actor`] and writes the audit line with the change.
//! 4. "Not found" is `Ok(None)`.
//! 5. Backends write in batches: callers wait, the writer commits many calls at once.

mod admission;
pub mod audit_chain;
mod bulk;
mod campaigns;
mod diagnostics;
mod error;
pub mod events;
mod notes;
mod operations;
mod people;
mod profiles;
mod provisioning;
mod queries;
mod records;
pub mod requests;
pub mod sqlite;
mod subscribers;
mod tasks;

pub use admission::AdmissionStore;
pub use bulk::BulkStore;
pub use campaigns::CampaignStore;
pub use diagnostics::{CallStore, DiagnosticsStore, HealthStore, RunDevices};
pub use error::{Result, StoreError};
pub use events::EventStore;
pub use notes::NoteStore;
pub use operations::OperationsStore;
pub use people::PeopleStore;
pub use profiles::ProfileStore;
pub use provisioning::ProvisioningStore;
pub use queries::QueryStore;
pub use records::*;
pub use requests::RequestStore;
pub use subscribers::SubscriberStore;
pub use tasks::TaskStore;

use async_trait::async_trait;
use data_model::Timestamp;

/// Everything the server keeps. One trait object serves all of it, so that backends can share a transaction
/// between nouns (an Inform moves a campaign on; a task's answer changes the observed state).
#[async_trait]
pub trait Store:
    ProvisioningStore
    + CampaignStore
    + EventStore
    + NoteStore
    + RequestStore
    + QueryStore
    + PeopleStore
    + SubscriberStore
    + AdmissionStore
    + ProfileStore
    + TaskStore
    + DiagnosticsStore
    + HealthStore
    + CallStore
    + BulkStore
    + OperationsStore
    + Send
    + Sync
    + 'static
{
    // ---- devices -------------------------------------------------------------------------------------

    /// Keeps an accepted Inform: creates the device on first contact, updates what the Inform reports (and nothing
    /// else), merges its parameters into the observed state if they changed, applies what it means (BOOTSTRAP, or a
    /// ParameterKey that is not the one we gave last: nothing we believed applied is; a reported version that a
    /// campaign waits for: that device is done, and downloads of it that have not left are too), and says what there
    /// is to do. A periodic Inform that brings nothing new costs one narrow row.
    async fn record_inform(&self, inform: InformRecord) -> Result<InformOutcome>;

    /// Registers a device before its first contact, with the credentials it will come with.
    async fn device_register(
        &self,
        actor: &Actor,
        identity: &cwmp::DeviceId,
        credentials: Option<Credentials>,
        now: Timestamp,
    ) -> Result<Device>;

    /// A device by its key.
    async fn device_find(&self, device: Id) -> Result<Option<Device>>;

    /// Devices in the order of their keys.
    async fn device_list(&self, filter: &DeviceFilter, page: Page<Id>) -> Result<Vec<Device>>;

    /// The last of the first `skip` devices that a filter finds behind `after`: what `Page::after` is for whatever comes
    /// behind them. `None` if there are not so many.
    async fn device_skip(
        &self,
        filter: &DeviceFilter,
        after: Option<Id>,
        skip: usize,
    ) -> Result<Option<Id>>;

    /// How many devices a filter finds.
    async fn device_count(&self, filter: &DeviceFilter) -> Result<u64>;

    /// Forgets a device with all that belongs to it. `None` if there was none.
    async fn device_delete(&self, actor: &Actor, device: Id, now: Timestamp) -> Result<Option<()>>;

    /// Replaces a device's tags; what is desired of it may change with them.
    async fn device_set_tags(
        &self,
        actor: &Actor,
        device: Id,
        tags: Vec<String>,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Replaces a device's variables for `{{templates}}`; what is desired of it may change with them.
    async fn device_set_variables(
        &self,
        actor: &Actor,
        device: Id,
        variables: Vec<(String, String)>,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// What the templates of a device see, by name, each with where it comes from: its own variables before those of its
    /// account, and those before the ones of its groups.
    async fn device_variables(&self, device: Id) -> Result<Vec<Variable>>;

    // ---- observed state ------------------------------------------------------------------------------

    /// What was last seen of a device's parameters.
    async fn snapshot(&self, device: Id) -> Result<Snapshot>;

    /// Merges what an RPC outside any task has shown (discovery, provisioning). A device that shows more than is kept,
    /// or was forgotten meanwhile, is left as it is.
    async fn snapshot_merge(&self, device: Id, observed: Observed, now: Timestamp) -> Result<()>;

    // ---- provisioning --------------------------------------------------------------------------------

    /// The device agrees with the profiles; `observed` are the values that made it so. If its own data have changed
    /// since it was compared, only `observed` is kept: it is to be compared anew.
    async fn provisioning_agreed(
        &self,
        device: Id,
        agreement: Agreement,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()>;

    /// The profiles of this stamp cannot be applied to the device.
    async fn provisioning_failed(
        &self,
        device: Id,
        stamp: u64,
        fault: TaskFault,
        now: Timestamp,
    ) -> Result<()>;

    /// Devices that have been here and are still to be compared with the profiles as they are, in the order of their
    /// keys.
    async fn devices_to_compare(&self, page: Page<Id>) -> Result<Vec<Id>>;

    // ---- tasks ---------------------------------------------------------------------------------------

    /// Queues a task; with an idempotency key that is known for this device, gives the task it made before, or
    /// [`StoreError::Conflict`] if that was asked for something else. `None` if there is no such device.
    async fn task_create(
        &self,
        actor: &Actor,
        task: NewTask,
        now: Timestamp,
    ) -> Result<Option<Task>>;

    /// Takes the device's next due task and marks it running, before any byte of it leaves: first one that a
    /// broken session left running (its effect is uncertain; after several of them it pauses, and then ends), then
    /// the queued one of the highest priority, then the oldest. Those below priority zero are left to
    /// [`TaskStore::task_claim_background`].
    async fn task_claim_next(&self, device: Id, now: Timestamp) -> Result<Option<ClaimedTask>>;

    /// Keeps how an attempt ended, together with what it showed of the device. A task that has ended stays as it is. A
    /// retry that a campaign has no use for any more ends the task instead.
    async fn task_finish(
        &self,
        task: Id,
        outcome: TaskOutcome,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()>;

    /// Matches a TransferComplete to its task by CommandKey and ends the task, once.
    async fn transfer_complete(
        &self,
        device: Id,
        command_key: &cwmp::CommandKey,
        fault: Option<TaskFault>,
        now: Timestamp,
    ) -> Result<TransferMatch>;

    /// A task by its key.
    async fn task_find(&self, task: Id) -> Result<Option<Task>>;

    /// A device's tasks, newest first.
    async fn task_list(&self, device: Id, page: Page<Id>) -> Result<Vec<Task>>;

    /// Withdraws a task that is queued or waits for a restart. `None` if there is none; [`StoreError::Conflict`] if it
    /// has begun otherwise, or ended.
    async fn task_cancel(&self, actor: &Actor, task: Id, now: Timestamp) -> Result<Option<()>>;

    /// Ends tasks whose time ran out, a bounded number of them in one call; says how many. Queued ones it leaves are not
    /// claimed either. One that runs has until its device had time to come once more and say what became of it.
    async fn task_expire(&self, now: Timestamp) -> Result<u64>;

    /// Looks after downloads that have waited for their TransferComplete since `since` or longer; says how many. They
    /// go back into the queue; the CommandKey stays, so a late TransferComplete still ends the task. Those that were
    /// tried often enough fail, and so do those of an aborted campaign; a device that runs what it was to get is done.
    async fn task_requeue_lost_transfers(&self, since: Timestamp, now: Timestamp) -> Result<u64>;

    /// Devices with a due task that have not informed since the task became due, to be called; at most `limit`.
    async fn devices_to_call(&self, now: Timestamp, limit: usize) -> Result<Vec<Id>>;

    // ---- profiles ------------------------------------------------------------------------------------

    /// Creates a profile or a further revision of it, and publishes it at once. Changes the stamp of
    /// [`Store::profiles`].
    async fn profile_put(&self, actor: &Actor, profile: Profile, now: Timestamp)
    -> Result<Profile>;

    /// Removes a profile; its revisions stay. `None` if there is none.
    async fn profile_delete(&self, actor: &Actor, name: &str, now: Timestamp)
    -> Result<Option<()>>;

    /// All profiles that are in force for everybody, and a stamp that changes whenever one of them does and is never zero.
    async fn profiles(&self) -> Result<(u64, Vec<Profile>)>;

    // ---- files ---------------------------------------------------------------------------------------

    /// Describes a file whose bytes are in their place.
    async fn file_put(&self, actor: &Actor, file: FileRecord) -> Result<()>;

    /// A file by its key.
    async fn file_find(&self, file: Id) -> Result<Option<FileRecord>>;

    /// All files, newest first.
    async fn file_list(&self) -> Result<Vec<FileRecord>>;

    /// Forgets a file. `None` if there is none; [`StoreError::Conflict`] while an unfinished task or campaign
    /// needs it.
    async fn file_delete(
        &self,
        actor: &Actor,
        file: Id,
        now: Timestamp,
    ) -> Result<Option<DeletedFile>>;

    // ---- credentials ---------------------------------------------------------------------------------

    /// The credentials of the device with this identity. Answered from memory when possible: it is asked for every
    /// session.
    async fn credentials_find(&self, device: Id) -> Result<Option<Credentials>>;

    /// Keeps credentials for a device that has none (first contact with an enrolment secret).
    async fn credentials_put(
        &self,
        actor: &Actor,
        credentials: Credentials,
        now: Timestamp,
    ) -> Result<()>;

    /// Keeps credentials that are about to be written to the device; the old ones stay good.
    async fn credentials_prepare(
        &self,
        device: Id,
        credentials: NewCredentials,
        now: Timestamp,
    ) -> Result<()>;

    /// The device has used, or confirmed, the prepared credentials: they replace the old ones.
    async fn credentials_confirm(&self, device: Id, now: Timestamp) -> Result<()>;

    // ---- people --------------------------------------------------------------------------------------

    /// Creates or changes a user, and ends the tokens the user had. [`StoreError::Conflict`] if there would be no
    /// administrator left.
    async fn user_put(&self, actor: &Actor, user: User, now: Timestamp) -> Result<()>;

    /// Removes a user with all tokens. `None` if there is none; [`StoreError::Conflict`] for the last administrator.
    async fn user_delete(&self, actor: &Actor, name: &str, now: Timestamp) -> Result<Option<()>>;

    /// All users, by name.
    async fn user_list(&self) -> Result<Vec<User>>;

    /// A user by name.
    async fn user_find(&self, name: &str) -> Result<Option<User>>;

    /// How many users there are.
    async fn user_count(&self) -> Result<u64>;

    /// Keeps a token. [`StoreError::Conflict`] if what it is given for does not hold.
    async fn token_put(
        &self,
        actor: &Actor,
        token: Token,
        proof: Proof,
        now: Timestamp,
    ) -> Result<()>;

    /// A token by its hash; ended ones are not found.
    async fn token_find(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Token>>;

    /// The audit trail, newest first.
    async fn audit_list(&self, page: Page<u64>) -> Result<Vec<AuditEntry>>;

    // ---- housekeeping --------------------------------------------------------------------------------

    /// Whether the store takes writes, by making one.
    async fn check(&self) -> Result<()>;

    /// Small named values of the server itself: signing keys, set-up state. `None` if never set.
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Sets a named value if it is not set yet, and gives what is kept.
    async fn setting_or_insert(&self, name: &str, value: Vec<u8>) -> Result<Vec<u8>>;

    /// Commits what is under way and closes the store; every later call is refused as [`StoreError::Unavailable`].
    async fn close(&self);
}

/// A task taken for a session.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedTask {
    /// The task, running.
    pub task: Task,
    /// Whether an earlier session may have sent it: its effect is uncertain and must be asked for first.
    pub certainty: Certainty,
    /// What that session has noted.
    pub progress: Option<serde_json::Value>,
    /// When the attempt before began, or when it was queued.
    pub began: Timestamp,
    /// Its effect is uncertain and nobody wants it any more, or its time is over: the device is asked what became of it,
    /// and it does not leave again.
    pub only_ask: bool,
}

/// Whether a claimed task may have had its effect already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// It has never left.
    Fresh,
    /// A session broke after it was claimed.
    Uncertain,
}

#[cfg(test)]
pub(crate) mod contract;
