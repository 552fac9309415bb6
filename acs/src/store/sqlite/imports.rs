//! Imports: many accounts or devices in one transaction, all of them or none.

use super::engine::{Engine, Tx};
use super::{accounts, activation, audit, devices, holdings};
use crate::store::{
    Account, Actor, Binding, BoundBy, Id, ImportedAccount, ImportedDevice, ImportedRow, Rehearsal,
    Result, RowOutcome, StoreError,
};
use data_model::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Whether an import is to be taken back: what a rehearsal says is what would have happened.
fn is_to_be_undone(rows: &[ImportedRow], rehearsal: Rehearsal) -> bool {
    rehearsal == Rehearsal::Dry || rows.iter().any(|row| row.outcome == RowOutcome::Error)
}

/// Carries an import out, all of it or nothing. What is taken back is taken back as every call that fails is, with all
/// that was to be told of it.
pub(super) async fn all_or_none(
    engine: &Engine,
    rehearsal: Rehearsal,
    import: impl FnOnce(&mut Tx<'_>) -> Result<Vec<ImportedRow>> + Send + 'static,
) -> Result<Vec<ImportedRow>> {
    let report = Arc::new(OnceLock::new());
    let undone = Arc::clone(&report);
    let imported = engine.write(move |tx| {
        let rows = import(tx)?;
        if !is_to_be_undone(&rows, rehearsal) {
            return Ok(rows);
        }
        // Set once, here.
        let _ = undone.set(rows);
        Err(StoreError::Conflict("the import is taken back".into()))
    });
    match (imported.await, report.get()) {
        (Err(StoreError::Conflict(_)), Some(rows)) => Ok(rows.clone()),
        (outcome, _) => outcome,
    }
}

/// A row that cannot be is no reason not to look at the others.
fn report(row: u64, subject: String, outcome: Result<RowOutcome>) -> Result<ImportedRow> {
    let (outcome, why) = match outcome {
        Ok(outcome) => (outcome, String::new()),
        Err(StoreError::Conflict(why)) => (RowOutcome::Error, why),
        Err(error) => return Err(error),
    };
    Ok(ImportedRow {
        row,
        subject,
        outcome,
        why,
    })
}

/// The more telling of two outcomes.
fn both(one: RowOutcome, changed: bool) -> RowOutcome {
    match (one, changed) {
        (RowOutcome::Unchanged, true) => RowOutcome::Update,
        (outcome, _) => outcome,
    }
}

/// Writes accounts.
pub(super) fn accounts(
    tx: &mut Tx<'_>,
    actor: &Actor,
    list: Vec<ImportedAccount>,
    now: Timestamp,
) -> Result<Vec<ImportedRow>> {
    let number = list.len();
    let mut rows = Vec::with_capacity(number);
    for imported in list {
        let (row, subject) = (imported.row, imported.change.account.account.clone());
        let outcome = account(tx, actor, imported, now);
        rows.push(report(row, subject, outcome)?);
    }
    audit::add(
        tx,
        actor,
        "subscribers.import",
        format!("{number} accounts"),
        now,
    )?;
    Ok(rows)
}

fn account(
    tx: &mut Tx<'_>,
    actor: &Actor,
    imported: ImportedAccount,
    now: Timestamp,
) -> Result<RowOutcome> {
    let text = imported.change.account.account.clone();
    let mut outcome = accounts::put(tx, actor, imported.change, now)?;
    for (by, value) in imported.bind {
        if let Some(kept) = activation::find(tx.db, by.key(&value))? {
            if kept.account == text {
                continue;
            }
            let why = format!(
                "{} {value} is bound to the account `{}`",
                by.name(),
                kept.account
            );
            return Err(StoreError::Conflict(why));
        }
        let binding = Binding {
            by,
            value,
            account: text.clone(),
            rule: None,
            variables: BTreeMap::new(),
            window_minutes: 0,
            expires: None,
            told: None,
        };
        activation::put(tx, actor, binding, now)?;
        outcome = both(outcome, true);
    }
    Ok(outcome)
}

/// Registers devices.
pub(super) fn devices(
    tx: &mut Tx<'_>,
    actor: &Actor,
    list: Vec<ImportedDevice>,
    now: Timestamp,
) -> Result<Vec<ImportedRow>> {
    let number = list.len();
    let mut rows = Vec::with_capacity(number);
    for imported in list {
        let (row, subject) = (imported.row, imported.identity.username());
        let outcome = device(tx, actor, imported, now);
        rows.push(report(row, subject, outcome)?);
    }
    audit::add(
        tx,
        actor,
        "devices.import",
        format!("{number} devices"),
        now,
    )?;
    Ok(rows)
}

fn device(
    tx: &mut Tx<'_>,
    actor: &Actor,
    imported: ImportedDevice,
    now: Timestamp,
) -> Result<RowOutcome> {
    let id = Id::of_device(&imported.identity);
    let mut outcome = match devices::exists(tx.db, id)? {
        true => RowOutcome::Unchanged,
        false => {
            let credentials = imported.credentials.as_ref();
            devices::register(tx, actor, &imported.identity, credentials, now)?;
            RowOutcome::Create
        }
    };
    if let Some(mut tags) = imported.tags {
        tags.sort();
        tags.dedup();
        let kept = devices::find(tx.db, id)?.map(|device| device.tags);
        if kept.as_ref() != Some(&tags) {
            devices::set_tags(tx, actor, id, &tags, now)?;
            outcome = both(outcome, true);
        }
    }
    let before: BTreeMap<String, String> = devices::variables(tx.db, id)?.into_iter().collect();
    let mut variables = before.clone();
    variables.extend(imported.variables);
    if variables != before {
        let variables: Vec<_> = variables.into_iter().collect();
        devices::set_variables(tx, actor, id, &variables, now)?;
        outcome = both(outcome, true);
    }
    if let Some(account) = imported.account {
        if !accounts::exists(tx.db, Account::key(&account))? {
            let why = format!("there is no account `{account}`: import the subscribers first");
            return Err(StoreError::Conflict(why));
        }
        if holdings::account_of(tx.db, id)?.as_ref() != Some(&account) {
            holdings::bind(tx, actor, &account, id, now)?;
            outcome = both(outcome, true);
        }
    }
    Ok(outcome)
}

/// A binding of a unit by an activation code.
pub(super) fn code(account: &str, code: String, expires: Timestamp) -> Binding {
    Binding {
        by: BoundBy::Code,
        value: code,
        account: account.to_owned(),
        rule: None,
        variables: BTreeMap::new(),
        window_minutes: 0,
        expires: Some(expires),
        told: None,
    }
}
