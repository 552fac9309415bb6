//! Subscribers: what goes to which of the files beside this one.

use super::engine::Tx;
use super::{
    SqliteStore, accounts, activation, audit, devices, groups, holdings, imports, lines, swap,
};
use crate::store::{
    AccountChange, AccountFilter, Actor, Device, Group, Id, ImportedAccount, ImportedDevice,
    ImportedRow, KeptAccount, LineFilter, LineState, LinkedLine, Page, Rehearsal, Replacement,
    Result, StoreError, SubscriberStore,
};
use async_trait::async_trait;
use data_model::Timestamp;

#[async_trait]
impl SubscriberStore for SqliteStore {
    async fn account_put(
        &self,
        actor: &Actor,
        change: AccountChange,
        now: Timestamp,
    ) -> Result<KeptAccount> {
        let actor = actor.clone();
        let id = change.account.id();
        self.engine
            .write(move |tx| {
                accounts::put(tx, &actor, change, now)?;
                accounts::find(tx.db, id)?.ok_or_else(|| {
                    StoreError::Unavailable("the account has just been written".into())
                })
            })
            .await
    }

    async fn account_find(&self, account: Id) -> Result<Option<KeptAccount>> {
        self.engine
            .read(move |db| accounts::find(db, account))
            .await
    }

    async fn account_list(
        &self,
        filter: &AccountFilter,
        page: Page<Id>,
    ) -> Result<Vec<KeptAccount>> {
        let filter = filter.clone();
        self.engine
            .read(move |db| accounts::list(db, &filter, page))
            .await
    }

    async fn account_delete(
        &self,
        actor: &Actor,
        account: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| accounts::delete(tx, &actor, account, now))
            .await
    }

    async fn account_bind(
        &self,
        actor: &Actor,
        account: Id,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| {
                let Some(kept) = accounts::find(tx.db, account)? else {
                    return Ok(None);
                };
                if !devices::exists(tx.db, device)? {
                    return Ok(None);
                }
                holdings::bind(tx, &actor, &kept.account.account, device, now).map(Some)
            })
            .await
    }

    async fn account_unbind(
        &self,
        actor: &Actor,
        account: Id,
        now: Timestamp,
    ) -> Result<Option<Id>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| match accounts::find(tx.db, account)? {
                Some(kept) => holdings::unbind(tx, &actor, &kept, now),
                None => Ok(None),
            })
            .await
    }

    async fn activation_code_put(
        &self,
        actor: &Actor,
        account: Id,
        code: String,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| {
                let Some(kept) = accounts::find(tx.db, account)? else {
                    return Ok(None);
                };
                let account = kept.account.account;
                activation::forget_codes(tx, &account, now)?;
                let binding = imports::code(&account, code, expires);
                activation::put(tx, &actor, binding, now)?;
                Ok(Some(()))
            })
            .await
    }

    async fn activation_code_use(
        &self,
        actor: &Actor,
        code: &str,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<String>> {
        let (actor, code) = (actor.clone(), code.to_owned());
        self.engine
            .write(move |tx| activation::use_code(tx, &actor, &code, device, now))
            .await
    }

    async fn line_list(&self, filter: &LineFilter, page: Page<Id>) -> Result<Vec<LinkedLine>> {
        let filter = filter.clone();
        self.engine
            .read(move |db| lines::list(db, &filter, page))
            .await
    }

    async fn line_states(&self, device: Id) -> Result<Vec<(u16, LineState)>> {
        self.engine.read(move |db| lines::states(db, device)).await
    }

    async fn device_own_variables(&self, device: Id) -> Result<Vec<(String, String)>> {
        self.engine
            .read(move |db| devices::variables(db, device))
            .await
    }

    async fn device_swap(
        &self,
        actor: &Actor,
        old: Id,
        replacement: Replacement,
        now: Timestamp,
    ) -> Result<Option<Device>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| swap::swap(tx, &actor, old, &replacement, now))
            .await
    }

    async fn group_put(&self, actor: &Actor, group: Group, now: Timestamp) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| groups::put(tx, &actor, &group, now))
            .await
    }

    async fn group_list(&self) -> Result<Vec<Group>> {
        self.engine.read(groups::list).await
    }

    async fn group_delete(&self, actor: &Actor, name: &str, now: Timestamp) -> Result<Option<()>> {
        let (actor, name) = (actor.clone(), name.to_owned());
        self.engine
            .write(move |tx| groups::delete(tx, &actor, &name, now))
            .await
    }

    async fn accounts_import(
        &self,
        actor: &Actor,
        accounts: Vec<ImportedAccount>,
        rehearsal: Rehearsal,
        now: Timestamp,
    ) -> Result<Vec<ImportedRow>> {
        let actor = actor.clone();
        let import = move |tx: &mut Tx<'_>| imports::accounts(tx, &actor, accounts, now);
        imports::all_or_none(&self.engine, rehearsal, import).await
    }

    async fn devices_import(
        &self,
        actor: &Actor,
        devices: Vec<ImportedDevice>,
        rehearsal: Rehearsal,
        now: Timestamp,
    ) -> Result<Vec<ImportedRow>> {
        let actor = actor.clone();
        let import = move |tx: &mut Tx<'_>| imports::devices(tx, &actor, devices, now);
        imports::all_or_none(&self.engine, rehearsal, import).await
    }

    async fn export_note(&self, actor: &Actor, what: &'static str, now: Timestamp) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| audit::add(tx, &actor, "subscribers.export", what, now))
            .await
    }
}
