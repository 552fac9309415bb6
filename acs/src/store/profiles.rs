//! Profiles with their revisions, and how devices stand to them: a part of [`Store`](super::Store) with a file of its
//! own.

use super::{
    Actor, Adding, BrokenOff, Id, InForce, NewRevision, Observed, Page, Profile, ProfileCounts,
    ProfileHead, Refusal, Result, Revision, Selector, Stage, Waits,
};
use crate::provisioning::evidence::{Asked, Evidence};
use async_trait::async_trait;
use data_model::Timestamp;

/// Revisions, stages, refusals and windows. The habits of [`Store`](super::Store) hold here too, and its transactions
/// are shared.
#[async_trait]
pub trait ProfileStore: Send + Sync + 'static {
    // ---- revisions -----------------------------------------------------------------------------------

    /// Keeps a revision of a profile, the first one or a further one. One that is published at once ends a stage that is
    /// under way and changes the stamp of [`ProfileStore::profiles_in_force`].
    async fn profile_write(
        &self,
        actor: &Actor,
        revision: NewRevision,
        now: Timestamp,
    ) -> Result<Profile>;

    /// What there is of each profile, by name.
    async fn profile_heads(&self) -> Result<Vec<ProfileHead>>;

    /// What there is of a profile.
    async fn profile_head(&self, name: &str) -> Result<Option<ProfileHead>>;

    /// The revisions of a profile, newest first; also of one that was removed.
    async fn profile_revisions(&self, name: &str, page: Page<u64>) -> Result<Vec<Revision>>;

    /// A revision with what it says.
    async fn profile_revision(
        &self,
        name: &str,
        revision: u64,
    ) -> Result<Option<(Revision, Profile)>>;

    /// Puts a revision in force: for everybody, or, if there are stages, for the devices of the first one. An older
    /// revision is as good as a newer one. `None` if there is no such profile or revision.
    async fn profile_publish(
        &self,
        actor: &Actor,
        name: &str,
        revision: u64,
        stages: Vec<Stage>,
        now: Timestamp,
    ) -> Result<Option<ProfileHead>>;

    /// Takes the staged revision a stage further; behind the last one it is in force for everybody. `None` if there is no
    /// such profile; [`StoreError::Conflict`](super::StoreError::Conflict) if no revision is staged.
    async fn profile_next_stage(
        &self,
        actor: &Actor,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<ProfileHead>>;

    /// Takes the staged revision back from the devices that have it. `None` if there is no such profile;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if no revision is staged.
    async fn profile_abort_stage(
        &self,
        actor: &Actor,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<ProfileHead>>;

    /// What is in force, and a stamp that changes whenever that does and is never zero.
    async fn profiles_in_force(&self) -> Result<(u64, Vec<InForce>)>;

    // ---- devices -------------------------------------------------------------------------------------

    /// How the devices a selector finds stand to the profiles as they are, and what they have refused of one profile.
    async fn profile_counts(&self, selector: &Selector, name: &str) -> Result<ProfileCounts>;

    /// What a device has of what the selectors of profiles ask for.
    async fn selector_evidence(&self, device: Id, asked: Asked) -> Result<Evidence>;

    /// What a device has refused.
    async fn refusals(&self, device: Id) -> Result<Vec<Refusal>>;

    /// Keeps what a device has refused, in place of what it has refused before under the same names.
    async fn refusals_put(&self, device: Id, refusals: Vec<Refusal>) -> Result<()>;

    /// Forgets what a device has refused, but for these names.
    async fn refusals_retain(&self, device: Id, names: Vec<String>) -> Result<()>;

    /// Forgets what a device has refused, so that it is tried again. Says how much it was; `None` if there is no such
    /// device.
    async fn refusals_clear(
        &self,
        actor: &Actor,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<u64>>;

    /// Rows that were about to be made on a device and are not known to be filled.
    async fn addings(&self, device: Id) -> Result<Vec<Adding>>;

    /// Keeps that a row is about to be made, before any byte of that leaves.
    async fn adding_put(&self, device: Id, adding: Adding) -> Result<()>;

    /// Every row that was to be made is filled, or is not wanted any more.
    async fn addings_clear(&self, device: Id) -> Result<()>;

    /// The device agrees as far as its windows let it: it is compared again when the next one opens, or when something
    /// changes. If its own data have changed since it was compared, only `observed` is kept.
    async fn provisioning_waits(
        &self,
        device: Id,
        waits: Waits,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()>;

    /// The comparison was ended by trouble that may pass: the device is compared again after a pause, longer from time
    /// to time, or when something changes. If its own data have changed meanwhile, only `observed` is kept.
    async fn provisioning_later(
        &self,
        device: Id,
        broken_off: BrokenOff,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()>;

    /// The windows of the settings are others: devices that wait for one have their turn with `windows_opened`.
    async fn windows_changed(&self) -> Result<()>;

    /// Devices whose window has opened: from now on they are to be compared. Each is given once.
    async fn windows_opened(&self, now: Timestamp, limit: usize) -> Result<Vec<Id>>;
}
