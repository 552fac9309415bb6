//! What every backend of the store must keep to, written once against [`Store`](super::Store): one file per noun.
//!
//! A case is an `async fn` that states what a caller may rely on. Most take `&dyn Store`, empty at first; those that
//! open it again, or use it from many threads, take a [`Place`]. Each file lists its cases with [`cases!`], which makes
//! a test of its own of each, for each backend. Time is passed in; nothing sleeps.
//!
//! To add a backend: implement [`Place`] for where it keeps things, as [`on_sqlite`] does, and name it in
//! [`every_backend!`]. What only one backend can promise (files, locks, rows) is tested beside it.
//!
//! - [`devices`], [`filters`]: register, label, find, forget
//! - [`queries`], [`fleet`]: queries with and without the index of parameters; groups, values and counts
//! - [`informs`], [`quiet_path`]: what an Inform changes, and that what is known by heart never hides due work
//! - [`notes`]: what people write down about devices
//! - [`snapshots`]: what was seen of parameters
//! - [`tasks`], [`attempts`], [`left`], [`endings`], [`calls`]: queue; claim and try; what broken sessions leave; end;
//!   whom to call
//! - [`fleet_tasks`]: tasks over the fleet, priorities, restarts, faults by reason
//! - [`learned`]: how devices want to be asked, their files, histories and former names
//! - [`transfers`]: downloads and their TransferComplete
//! - [`profiles`]: profiles, and how devices stand to them
//! - [`diagnostics`], [`health`], [`reach`]: measurements; how devices stand; how they can be called
//! - [`revisions`], [`selectors`]: revisions of profiles, and what devices cannot be given; what chooses them
//! - [`files`]: the library
//! - [`campaigns`], [`campaign_steps`], [`campaign_control`], [`one_upgrade`]: whom for; step by step; limits and
//!   people; nobody twice
//! - [`subscribers`], [`holdings`], [`lines`]: accounts; how each comes to its device; their registration
//! - [`admission`]: who is kept apart, swaps, imports
//! - [`campaign_stages`], [`campaign_paths`], [`campaign_rollback`]: canaries; several images; and back
//! - [`campaign_care`], [`campaign_nights`], [`campaign_drafts`]: calls and lines; nights and frozen days; what nobody
//!   has agreed to, and what is told
//! - [`bulk`]: one thing done with many devices
//! - [`credentials`], [`people`], [`scopes`]: who may come in; what belongs to a part of the fleet
//! - [`audit`]: one line for each change
//! - [`traces`], [`retention`]: sessions with their messages; removal of what is old
//! - [`audit`], [`audit_search`]: one line for each change
//! - [`events`]: what is told of changes, in their order, and what webhooks get of it
//! - [`requests`]: what is asked with a key is carried out once
//! - [`settings`]: small values, and whether writing works
//! - [`durability`], [`closing`], [`concurrency`]: what is acknowledged stays, under any order of calls

/// The backends, in one place.
macro_rules! every_backend {
    ($kind:ident: $cases:tt) => {
        $crate::store::contract::one_backend! { on_sqlite, $kind: $cases }
    };
}

/// The tests of one backend: a module of that name with a test for each case.
macro_rules! one_backend {
    ($backend:ident, store: [$($case:ident)*]) => {
        mod $backend {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                use $crate::store::contract::Place as _;
                let place = $crate::store::contract::$backend::empty();
                let store = place.open().await;
                super::$case(store.as_ref()).await;
                store.close().await;
            })*
        }
    };
    ($backend:ident, place: [$($case:ident)*]) => {
        mod $backend {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let place = $crate::store::contract::$backend::empty();
                super::$case(&place).await;
            })*
        }
    };
}

/// Lists the cases of a file: `cases! { store: a, b }` for those that take a store, `place:` for those that open it.
macro_rules! cases {
    ($kind:ident: $($case:ident),* $(,)?) => {
        $crate::store::contract::every_backend! { $kind: [$($case)*] }
    };
}

use {cases, every_backend, one_backend};

mod activation;
mod admission;
mod attempts;
mod audit;
mod audit_search;
mod bulk;
mod calls;
mod campaign_care;
mod campaign_control;
mod campaign_drafts;
mod campaign_nights;
mod campaign_paths;
mod campaign_rollback;
mod campaign_stages;
mod campaign_steps;
mod campaigns;
mod closing;
mod concurrency;
mod credentials;
mod devices;
mod diagnostics;
mod durability;
mod endings;
mod events;
mod files;
mod filters;
mod fleet;
mod fleet_tasks;
mod health;
mod holdings;
mod informs;
mod learned;
mod left;
mod lines;
mod notes;
mod on_sqlite;
mod one_upgrade;
mod one_upgrade_at_random;
mod people;
mod profiles;
mod provisioning;
mod queries;
mod quiet_path;
mod reach;
mod requests;
mod retention;
mod revisions;
mod scopes;
mod selectors;
mod settings;
mod snapshots;
mod subscribers;
pub(crate) mod support;
mod tasks;
mod traces;
mod transfers;

use super::Store;
use async_trait::async_trait;
use std::sync::Arc;

/// Where a backend keeps a store: a folder, a schema. Empty at first, gone when dropped.
#[async_trait]
pub(crate) trait Place: Send + Sync {
    /// Opens the store there. One that was open before has been closed and dropped.
    async fn open(&self) -> Arc<dyn Store>;
}
