//! What questions about the whole fleet need: a part of [`Store`](super::Store) with a file of its own.

use super::{
    Actor, ChosenValues, DeviceFilter, FleetCounts, GroupBy, Id, Page, Result, SavedQuery,
    ValueCount,
};
use crate::query::catalogue::Attribute;
use crate::query::pattern::Pattern;
use async_trait::async_trait;
use data_model::Timestamp;

/// Groups, chosen values, counts, kept queries, and the index of parameters. The habits of [`Store`](super::Store)
/// hold here too.
#[async_trait]
pub trait QueryStore: Send + Sync + 'static {
    /// How many devices of a filter have which value, the largest groups first, at most `limit`. A device with several
    /// values counts once in the group of each.
    async fn device_groups(
        &self,
        filter: &DeviceFilter,
        by: &GroupBy,
        limit: usize,
    ) -> Result<Vec<ValueCount>>;

    /// The values of chosen parameters and attributes of devices, in the order of `devices`; secrets are left out.
    async fn device_values(
        &self,
        devices: Vec<Id>,
        parameters: Vec<Pattern>,
        attributes: Vec<&'static Attribute>,
    ) -> Result<Vec<ChosenValues>>;

    /// How the devices of a filter stand, whose query asks for no parameter beyond the index; a device is online if it
    /// informed since `online_since`. [`StoreError::Conflict`](super::StoreError::Conflict) for other filters.
    async fn fleet_counts(
        &self,
        filter: &DeviceFilter,
        online_since: Timestamp,
    ) -> Result<FleetCounts>;

    /// Whether the filter's query is answered by indexes alone, without a look into every snapshot.
    async fn is_indexed(&self, filter: &DeviceFilter) -> Result<bool>;

    /// Notes in the trail that somebody takes data of devices away, before the first byte of them leaves.
    async fn device_export(&self, actor: &Actor, subject: String, now: Timestamp) -> Result<()>;

    /// Chooses the parameters that are kept in the index. Those that are new are found by a look into every snapshot
    /// until [`QueryStore::index_some`] has been through all devices.
    async fn index_choose(&self, parameters: Vec<Pattern>) -> Result<()>;

    /// Brings the index of some devices behind `after` up to date; gives the last of them, or nothing if there is
    /// nothing left to do.
    async fn index_some(&self, after: Option<Id>) -> Result<Option<Id>>;

    /// Keeps a query under its name. [`StoreError::Conflict`](super::StoreError::Conflict) if somebody else's has it.
    async fn saved_query_put(&self, actor: &Actor, query: SavedQuery) -> Result<()>;

    /// A query this owner sees.
    async fn saved_query(&self, owner: &str, name: &str) -> Result<Option<SavedQuery>>;

    /// Removes a query of this owner. `None` if there is none.
    async fn saved_query_delete(
        &self,
        actor: &Actor,
        owner: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// The queries this owner sees: their own and the shared ones, by name.
    async fn saved_queries(&self, owner: &str, page: Page<String>) -> Result<Vec<SavedQuery>>;
}
