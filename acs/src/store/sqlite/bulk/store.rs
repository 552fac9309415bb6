//! Dispatch of what the store is asked about bulk operations.

use super::super::SqliteStore;
use super::{advance, calls, devices, find, list, reasons, write};
use crate::store::{
    Actor, BulkAdvance, BulkCalled, BulkCounts, BulkDevice, BulkOperation, BulkReason, BulkState,
    BulkStep, BulkStore, Consent, Id, Page, Result, RunDevices, Scope,
};
use async_trait::async_trait;
use data_model::Timestamp;
use rusqlite::Connection;

impl SqliteStore {
    /// The devices that are meant, each once; none outside of the scope. Chosen by readers: a look into every snapshot
    /// must not keep the writer.
    async fn meant(&self, devices: RunDevices, scope: &Scope, now: Timestamp) -> Result<Vec<Id>> {
        let scope = scope.clone();
        let chosen = match devices {
            RunDevices::Named(named) => {
                let check = move |db: &Connection| write::named(db, &named, &scope);
                self.engine.read(check).await?
            }
            RunDevices::Found(selector) => self.found(selector, scope, now).await?,
        };
        write::each_once(chosen)
    }
}

#[async_trait]
impl BulkStore for SqliteStore {
    async fn operation_estimate(
        &self,
        devices: RunDevices,
        scope: Scope,
        now: Timestamp,
    ) -> Result<u64> {
        Ok(self.meant(devices, &scope, now).await?.len() as u64)
    }

    async fn operation_create(
        &self,
        actor: &Actor,
        operation: BulkOperation,
        devices: RunDevices,
        consent: Consent,
    ) -> Result<u64> {
        let chosen = self
            .meant(devices, &operation.scope, operation.created)
            .await?;
        let actor = actor.clone();
        self.engine
            .write(move |tx| write::create(tx, &actor, &operation, &chosen, consent))
            .await
    }

    async fn operation_find(&self, operation: Id) -> Result<Option<(BulkOperation, BulkCounts)>> {
        self.engine.read(move |db| find(db, operation)).await
    }

    async fn operation_list(
        &self,
        owner: Option<String>,
        page: Page<Id>,
    ) -> Result<Vec<(BulkOperation, BulkCounts)>> {
        self.engine
            .read(move |db| list(db, owner.as_deref(), page))
            .await
    }

    async fn operation_reasons(&self, operation: Id) -> Result<Vec<BulkReason>> {
        self.engine.read(move |db| reasons(db, operation)).await
    }

    async fn operation_devices(
        &self,
        operation: Id,
        step: Option<BulkStep>,
        page: Page<Id>,
    ) -> Result<Vec<BulkDevice>> {
        self.engine
            .read(move |db| devices(db, operation, step, page))
            .await
    }

    async fn operation_set_state(
        &self,
        actor: &Actor,
        operation: Id,
        state: BulkState,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| write::set_state(tx, &actor, operation, state, now))
            .await
    }

    async fn operations_advance(&self, task_ids: Vec<Id>, now: Timestamp) -> Result<BulkAdvance> {
        if !self.engine.read(advance::has_work).await? {
            return Ok(BulkAdvance::default());
        }
        self.engine
            .write(move |tx| advance::advance(tx, &task_ids, now))
            .await
    }

    async fn operation_calls(&self, limit: usize) -> Result<Vec<(Id, Id)>> {
        self.engine.read(move |db| calls(db, limit)).await
    }

    async fn operation_called(&self, called: Vec<BulkCalled>, now: Timestamp) -> Result<()> {
        self.engine
            .write(move |tx| advance::called(tx, &called, now))
            .await
    }
}
