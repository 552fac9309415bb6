//! Subscribers, their lines and their devices: a part of [`Store`](super::Store) with a file of its own.

use super::{
    AccountChange, AccountFilter, Actor, Device, Group, Id, ImportedAccount, ImportedDevice,
    ImportedRow, KeptAccount, LineFilter, LineState, LinkedLine, Page, Rehearsal, Replacement,
    Result,
};
use async_trait::async_trait;
use data_model::Timestamp;

/// Accounts with lines, the device each is on, groups of variables. The habits of [`Store`](super::Store) hold here
/// too, and its transactions are shared.
#[async_trait]
pub trait SubscriberStore: Send + Sync + 'static {
    /// Makes an account, or replaces what it says; its device is compared anew. An account that is made takes the
    /// device a binding has given it before. [`StoreError::Conflict`](super::StoreError::Conflict) if it has another
    /// revision than it was read at.
    async fn account_put(
        &self,
        actor: &Actor,
        change: AccountChange,
        now: Timestamp,
    ) -> Result<KeptAccount>;

    /// An account by its key.
    async fn account_find(&self, account: Id) -> Result<Option<KeptAccount>>;

    /// Accounts in the order of their keys.
    async fn account_list(
        &self,
        filter: &AccountFilter,
        page: Page<Id>,
    ) -> Result<Vec<KeptAccount>>;

    /// Removes an account; the lines of its device are emptied. Its bindings go with it. `None` if there is none.
    async fn account_delete(
        &self,
        actor: &Actor,
        account: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Puts an account on a device. [`StoreError::Conflict`](super::StoreError::Conflict) if either has another, or the
    /// device is kept apart. `None` if there is no such account or device.
    async fn account_bind(
        &self,
        actor: &Actor,
        account: Id,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Takes an account off its device: the device's lines are emptied, and bindings that led there are removed.
    /// `None` if there is no such account, or it is on no device.
    async fn account_unbind(
        &self,
        actor: &Actor,
        account: Id,
        now: Timestamp,
    ) -> Result<Option<Id>>;

    /// Makes an activation code for an account, good until `expires`, in place of one made before. `None` if there is
    /// no such account.
    async fn activation_code_put(
        &self,
        actor: &Actor,
        account: Id,
        code: String,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Uses an activation code for a device: the account of the code is on it from then on. `None` if nobody knows the
    /// code, it has ended, or it was used; [`StoreError::Conflict`](super::StoreError::Conflict) as for
    /// [`SubscriberStore::account_bind`].
    async fn activation_code_use(
        &self,
        actor: &Actor,
        code: &str,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<String>>;

    /// Lines a filter finds, in the order of their keys, each with what it is linked to.
    async fn line_list(&self, filter: &LineFilter, page: Page<Id>) -> Result<Vec<LinkedLine>>;

    /// What a device has reported of its lines, by port.
    async fn line_states(&self, device: Id) -> Result<Vec<(u16, LineState)>>;

    /// The variables people gave the device itself, by name.
    async fn device_own_variables(&self, device: Id) -> Result<Vec<(String, String)>>;

    /// Puts a device in the place of another: account, tags and variables move, queued tasks of the old one are
    /// withdrawn, and it is kept apart. The new one is registered if nobody knows it. `None` if there is no old one;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if the new one has an account, or is the old one.
    async fn device_swap(
        &self,
        actor: &Actor,
        old: Id,
        replacement: Replacement,
        now: Timestamp,
    ) -> Result<Option<Device>>;

    /// Makes a group or replaces it; its devices are compared anew.
    async fn group_put(&self, actor: &Actor, group: Group, now: Timestamp) -> Result<()>;

    /// All groups, by name.
    async fn group_list(&self) -> Result<Vec<Group>>;

    /// Removes a group; its devices are compared anew. `None` if there is none.
    async fn group_delete(&self, actor: &Actor, name: &str, now: Timestamp) -> Result<Option<()>>;

    /// Writes accounts in one transaction: all of them, or none if there is an error in one or it is a rehearsal.
    /// Says of each what becomes of it.
    async fn accounts_import(
        &self,
        actor: &Actor,
        accounts: Vec<ImportedAccount>,
        rehearsal: Rehearsal,
        now: Timestamp,
    ) -> Result<Vec<ImportedRow>>;

    /// Registers devices in one transaction: all of them, or none if there is an error in one or it is a rehearsal.
    /// Says of each what becomes of it.
    async fn devices_import(
        &self,
        actor: &Actor,
        devices: Vec<ImportedDevice>,
        rehearsal: Rehearsal,
        now: Timestamp,
    ) -> Result<Vec<ImportedRow>>;

    /// Notes that accounts were exported, with or without their secrets.
    async fn export_note(&self, actor: &Actor, what: &'static str, now: Timestamp) -> Result<()>;
}
