//! What the provisioning server keeps: a part of [`Store`](super::Store) with a file of its own.

use super::{
    Activation, Actor, Binding, Claim, Contact, FleetContact, Id, Observed, Page, ProvisioningKeys,
    Report, Result, SealedKey,
};
use async_trait::async_trait;
use data_model::Timestamp;

/// Keys, windows and contacts of devices that resync; bindings of accounts; reports. The habits of
/// [`Store`](super::Store) hold here too, and its transactions are shared.
#[async_trait]
pub trait ProvisioningStore: Send + Sync + 'static {
    // ---- the vendor's own provisioning ---------------------------------------------------------------

    /// The device whose variable `mac` is this, and no other's; `None` if there is none or more than one.
    async fn device_by_mac(&self, mac: &str) -> Result<Option<Id>>;

    /// The device with this serial number, and no other's; `None` if there is none or more than one.
    async fn device_by_serial_number(&self, serial_number: &str) -> Result<Option<Id>>;

    /// The keys of a device's profiles.
    async fn provisioning_keys(&self, device: Id) -> Result<Option<ProvisioningKeys>>;

    /// The device one of whose keys has this token, by its hash. A token of the next key makes it the current one: the
    /// device has shown that it has it.
    async fn provisioning_token_used(&self, token: [u8; 32], now: Timestamp) -> Result<Option<Id>>;

    /// Keeps the first key of a device, unless it has one; gives the keys that are kept. `None` if there is no such
    /// device.
    async fn provisioning_key_put(
        &self,
        actor: &Actor,
        device: Id,
        key: SealedKey,
        now: Timestamp,
    ) -> Result<Option<ProvisioningKeys>>;

    /// Keeps the key a device is to get next. `None` if there is no such device;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if it has no key to be given the next one with, or is
    /// still to fetch with the next one it was given before.
    async fn provisioning_key_prepare(
        &self,
        actor: &Actor,
        device: Id,
        key: SealedKey,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Until when a device gets its first profile without having proved who it is; a time that has passed closes it.
    /// `None` if there is no such device.
    async fn provisioning_window_put(
        &self,
        actor: &Actor,
        device: Id,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Until when the window of a device is open.
    async fn provisioning_window(&self, device: Id) -> Result<Option<Timestamp>>;

    /// Keeps a contact of a device; the oldest ones beyond [`crate::limits::CONTACTS`] go.
    async fn contact_add(&self, device: Id, contact: Contact) -> Result<()>;

    /// The contacts of a device, newest first.
    async fn contact_list(&self, device: Id) -> Result<Vec<Contact>>;

    /// The contacts of all devices, or of one, newest first.
    async fn contact_page(&self, device: Option<Id>, page: Page<Id>) -> Result<Vec<FleetContact>>;

    // ---- activation and reports ----------------------------------------------------------------------

    /// Binds an account; who was told stays as it is.
    async fn binding_put(&self, actor: &Actor, binding: Binding, now: Timestamp)
    -> Result<Binding>;

    /// A binding by its key.
    async fn binding_find(&self, binding: Id) -> Result<Option<Binding>>;

    /// Bindings in the order of their keys.
    async fn binding_list(&self, page: Page<Id>) -> Result<Vec<Binding>>;

    /// Removes a binding. `None` if there was none.
    async fn binding_delete(
        &self,
        actor: &Actor,
        binding: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Lets a binding be told once more. `None` if there is none.
    async fn binding_reopen(
        &self,
        actor: &Actor,
        binding: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Tells a device its account, once: it is registered if nobody knows it, gets the variables of the account and its
    /// window, and the binding is used, all in one. Who was told may ask again for a short while, or while its window
    /// is open. A device of another account is told nothing.
    async fn binding_tell(&self, claim: Claim, now: Timestamp) -> Result<Activation>;

    /// Keeps a report of a device over the ones before, and what it shows as the observed state. `None` if there is no
    /// such device.
    async fn report_record(
        &self,
        device: Id,
        report: Report,
        observed: Observed,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// What a device has reported, `None` if nothing.
    async fn report_find(&self, device: Id) -> Result<Option<Report>>;
}
