//! Dispatch of what running a server takes: traces here, backups and retention in their own files.

use super::{SqliteStore, audit, figures, people, retention, traces};
use crate::metrics::store::StoreMetrics;
use crate::store::{
    Actor, Figures, Id, Old, OperationsStore, Result, SessionSummary, TraceLimits, TracedSession,
};
use async_trait::async_trait;
use data_model::Timestamp;
use std::path::PathBuf;

#[async_trait]
impl OperationsStore for SqliteStore {
    fn metrics(&self) -> StoreMetrics {
        self.metrics.clone()
    }

    async fn figures(&self, overdue: Timestamp, stamp: u64) -> Result<Figures> {
        self.engine
            .read(move |db| figures::figures(db, overdue, stamp))
            .await
    }

    async fn copy_to(&self, actor: &Actor, file: PathBuf, now: Timestamp) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| audit::add(tx, &actor, "backup", "", now))
            .await?;
        self.engine.copy_to(file).await
    }

    async fn backup_ended(&self, now: Timestamp) -> Result<()> {
        let value = now.as_millis().to_be_bytes();
        self.engine
            .write(move |tx| people::put_setting(tx, figures::LAST_BACKUP, &value))
            .await
    }

    async fn remove_old(&self, kind: Old, before: Timestamp, most: usize) -> Result<u64> {
        self.engine
            .write(move |tx| retention::remove(tx, kind, before, most))
            .await
    }

    async fn trace_switch(
        &self,
        actor: &Actor,
        device: Id,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| traces::switch(tx, &actor, device, until, now))
            .await
    }

    async fn trace_switches(&self, now: Timestamp) -> Result<Vec<(Id, Timestamp)>> {
        self.engine.read(move |db| traces::switches(db, now)).await
    }

    async fn trace_put(&self, session: TracedSession, limits: TraceLimits) -> Result<()> {
        let packed = traces::pack(&session)?;
        self.engine
            .write(move |tx| traces::put(tx, &session, &packed, limits))
            .await
    }

    async fn trace_list(&self, device: Id) -> Result<Vec<SessionSummary>> {
        self.engine.read(move |db| traces::list(db, device)).await
    }

    async fn trace_read(
        &self,
        actor: &Actor,
        device: Id,
        session: Id,
        now: Timestamp,
    ) -> Result<Option<TracedSession>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| traces::read(tx, &actor, device, session, now))
            .await
    }
}
