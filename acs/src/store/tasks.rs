//! What the store keeps around tasks: the fleet's tasks and faults, what was learned of devices, the files they send,
//! and the history of parameters. A part of [`Store`](super::Store) with a file of its own.

use super::{
    Actor, ClaimedTask, DeviceFile, FaultGroup, FilePurpose, HistoryEntry, Id, Learned, NewTask,
    Page, Result, Task, TaskFilter, Turn,
};
use async_trait::async_trait;
use data_model::Timestamp;

/// Tasks over the fleet, and what devices have taught and sent. The habits of [`Store`](super::Store) hold here too.
#[async_trait]
pub trait TaskStore: Send + Sync + 'static {
    // ---- tasks ---------------------------------------------------------------------------------------

    /// Queues a task like [`Store::task_create`](super::Store::task_create), with a time and a priority.
    async fn task_create_for(
        &self,
        actor: &Actor,
        task: NewTask,
        turn: Turn,
        now: Timestamp,
    ) -> Result<Option<Task>>;

    /// Takes the device's next due task of a priority below zero.
    async fn task_claim_background(
        &self,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<ClaimedTask>>;

    /// Withdraws a running task that a broken session has left, if it is still as it was seen (`updated`): whoever calls
    /// this knows that no session of its device is open. `None` if there is none;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if it has moved on.
    async fn task_cancel_left(
        &self,
        actor: &Actor,
        task: Id,
        updated: Timestamp,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Notes what an attempt under way has to remember over a broken session, before its next RPC leaves.
    async fn task_note(&self, task: Id, note: serde_json::Value) -> Result<()>;

    /// Tasks of the fleet, newest first.
    async fn task_search(&self, filter: &TaskFilter, page: Page<Id>) -> Result<Vec<Task>>;

    /// Queues a task that has failed, expired or was withdrawn once more, under the same key. `None` if there is none;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if it has not ended so, belongs to a campaign, or wrote
    /// secrets, which are not kept.
    async fn task_retry(&self, actor: &Actor, task: Id, now: Timestamp) -> Result<Option<Task>>;

    /// What goes wrong in the fleet since a time, by reason, the most frequent first.
    async fn fault_groups(&self, since: Timestamp, limit: usize) -> Result<Vec<FaultGroup>>;

    // ---- what was learned ----------------------------------------------------------------------------

    /// What was learned of how a device wants to be asked, with the firmware it runs; of its model if nothing was
    /// learned of itself.
    async fn learned(&self, device: Id) -> Result<Learned>;

    /// Forgets what was learned of a device and of its model. `None` if there is no such device.
    async fn learned_forget(&self, actor: &Actor, device: Id, now: Timestamp)
    -> Result<Option<()>>;

    // ---- files of devices ----------------------------------------------------------------------------

    /// Describes a file a device has sent, in place of what it sent for the same task before. `None` if the task is
    /// gone. Gives the files that are kept no longer: all but the newest `keep` of its purpose.
    async fn device_file_put(
        &self,
        file: DeviceFile,
        keep: usize,
    ) -> Result<Option<Vec<DeviceFile>>>;

    /// Files of a device, newest first.
    async fn device_file_list(
        &self,
        device: Id,
        purpose: Option<FilePurpose>,
    ) -> Result<Vec<DeviceFile>>;

    /// A file of a device by its key.
    async fn device_file_find(&self, file: Id) -> Result<Option<DeviceFile>>;

    /// A person reads the content of a file: that is written into the trail.
    async fn device_file_opened(&self, actor: &Actor, file: Id, now: Timestamp) -> Result<()>;

    /// Forgets a file. `None` if there is none.
    async fn device_file_delete(
        &self,
        actor: &Actor,
        file: Id,
        now: Timestamp,
    ) -> Result<Option<DeviceFile>>;

    // ---- history, and one device under two names -----------------------------------------------------

    /// Whose changes are kept from now on: full names, with `*` for any node, or partial paths.
    async fn history_watch(&self, patterns: Vec<String>);

    /// Values a device's parameters have had, newest first; those of one parameter if it is named.
    async fn history(
        &self,
        device: Id,
        name: Option<&str>,
        page: Page<u64>,
    ) -> Result<Vec<HistoryEntry>>;

    /// A device has come back under another identity: what belongs to `from` becomes `into`'s, and `from` is
    /// forgotten. What both have stays as `into` has it. `None` if either is unknown.
    async fn device_merge(
        &self,
        actor: &Actor,
        from: Id,
        into: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;
}
