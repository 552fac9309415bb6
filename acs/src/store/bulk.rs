//! What is kept of bulk operations: one thing done with many devices, in bounded steps.

use super::{
    Actor, BulkAdvance, BulkCalled, BulkCounts, BulkDevice, BulkOperation, BulkReason, BulkState,
    BulkStep, Consent, Id, Page, Result, RunDevices, Scope,
};
use async_trait::async_trait;
use data_model::Timestamp;

/// The part of the store that holds bulk operations. The devices of one are fixed when it begins. Each has its turn in
/// the transaction that gives it its task, so that whatever breaks off, no device has two turns and none is left out.
#[async_trait]
pub trait BulkStore {
    /// How many devices are meant; no others than those of the scope are. [`super::StoreError::Conflict`] if one that is
    /// named is not there, or they are more than [`crate::limits::OPERATION_DEVICES`].
    async fn operation_estimate(
        &self,
        devices: RunDevices,
        scope: Scope,
        now: Timestamp,
    ) -> Result<u64>;

    /// Keeps an operation with its devices; says how many. [`super::StoreError::Conflict`] as for an estimate, if there
    /// is no device, nobody has agreed to their number, or too many operations are open.
    async fn operation_create(
        &self,
        actor: &Actor,
        operation: BulkOperation,
        devices: RunDevices,
        consent: Consent,
    ) -> Result<u64>;

    /// An operation by its key, with its counts.
    async fn operation_find(&self, operation: Id) -> Result<Option<(BulkOperation, BulkCounts)>>;

    /// Operations, newest first; only those this user began, if one is named.
    async fn operation_list(
        &self,
        owner: Option<String>,
        page: Page<Id>,
    ) -> Result<Vec<(BulkOperation, BulkCounts)>>;

    /// Why devices of an operation came to nothing, the most frequent reason first.
    async fn operation_reasons(&self, operation: Id) -> Result<Vec<BulkReason>>;

    /// The devices of an operation, in the order of their keys.
    async fn operation_devices(
        &self,
        operation: Id,
        step: Option<BulkStep>,
        page: Page<Id>,
    ) -> Result<Vec<BulkDevice>>;

    /// Pauses an operation, lets it go on, or gives it up. `None` if there is none; [`super::StoreError::Conflict`] if
    /// it is over.
    async fn operation_set_state(
        &self,
        actor: &Actor,
        operation: Id,
        state: BulkState,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Moves open operations on: as many devices have their turn as there are `task_ids`, each with one of them where
    /// it gets a task.
    async fn operations_advance(&self, task_ids: Vec<Id>, now: Timestamp) -> Result<BulkAdvance>;

    /// Devices of running operations that are to be called, with their operation.
    async fn operation_calls(&self, limit: usize) -> Result<Vec<(Id, Id)>>;

    /// Devices were called. Those whose operation has withdrawn them meanwhile stay withdrawn.
    async fn operation_called(&self, called: Vec<BulkCalled>, now: Timestamp) -> Result<()>;
}
