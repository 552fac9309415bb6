//! Who is let in and who is kept apart: a part of [`Store`](super::Store) with a file of its own.

use super::{Actor, Id, InformOutcome, InformRecord, Page, Result, Standing, Wall, WalledDevice};
use async_trait::async_trait;
use cwmp::DeviceId;
use data_model::Timestamp;

/// Devices that may inform and get nothing. The habits of [`Store`](super::Store) hold here too, and its transactions
/// are shared.
#[async_trait]
pub trait AdmissionStore: Send + Sync + 'static {
    /// What is known of a device that has no credentials of its own.
    async fn device_standing(&self, identity: &DeviceId) -> Result<Standing>;

    /// Keeps the Inform of a device nobody knows and keeps the device apart. One that is known meanwhile is taken as it
    /// stands. `None`, and nothing is kept, while as many strangers are kept apart as there may be.
    async fn record_stranger(
        &self,
        inform: InformRecord,
        why: String,
    ) -> Result<Option<InformOutcome>>;

    /// Keeps a device apart. `None` if there is no such device.
    async fn wall_put(
        &self,
        actor: &Actor,
        device: Id,
        why: String,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Lets a device in that is kept apart. `None` if it is not.
    async fn wall_remove(&self, actor: &Actor, device: Id, now: Timestamp) -> Result<Option<()>>;

    /// Why a device is kept apart; `None` if it is not.
    async fn wall(&self, device: Id) -> Result<Option<Wall>>;

    /// Devices that are kept apart, in the order of their keys.
    async fn wall_list(&self, page: Page<Id>) -> Result<Vec<WalledDevice>>;
}
