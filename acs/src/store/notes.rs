//! What people write down about devices: a part of [`Store`](super::Store) with a file of its own.

use super::{Actor, Id, Note, Page, Result};
use async_trait::async_trait;
use data_model::Timestamp;

/// Notes of devices. The habits of [`Store`](super::Store) hold here too.
#[async_trait]
pub trait NoteStore: Send + Sync + 'static {
    /// Keeps a note. `None` if there is no such device; [`StoreError::Conflict`](super::StoreError::Conflict) if the
    /// device has as many as there may be.
    async fn note_add(&self, actor: &Actor, note: Note) -> Result<Option<()>>;

    /// A note of a device.
    async fn note_find(&self, device: Id, note: Id) -> Result<Option<Note>>;

    /// The notes of a device, newest first.
    async fn note_list(&self, device: Id, page: Page<Id>) -> Result<Vec<Note>>;

    /// Removes a note of a device. `None` if there is none.
    async fn note_delete(
        &self,
        actor: &Actor,
        device: Id,
        note: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;
}
