//! Accounts: list, read, write, remove; their lines.

use super::answers::Done;
use super::auth::{Operator, Viewer};
use super::conditions::{Version, Versioned};
use super::devices::{self, Argument};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::Person;
use crate::auth::permissions::Permission;
use crate::clock;
use crate::rosters::check;
use crate::rosters::subscribers::{NewLine, Reveal};
use crate::store::{
    Account, AccountChange, AccountFilter, HeldBy, Id, KeptAccount, Line, LineState, Registration,
};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, put_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route("/accounts", get_with(list, says("Lists accounts.")))
        .api_route(
            "/accounts/{account}",
            get_with(read, says("Reads an account with its lines."))
                .put_with(
                    put,
                    says("Makes an account, or replaces it with its lines."),
                )
                .delete_with(
                    delete,
                    says("Removes an account; the lines of its device are emptied."),
                ),
        )
        .api_route(
            "/accounts/{account}/lines/{port}",
            put_with(
                put_line,
                says("Makes a line of an account, or replaces it."),
            )
            .delete_with(delete_line, says("Removes a line of an account.")),
        )
}

/// The device something is on.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct On {
    /// Its id.
    id: Id,
    /// Its identity.
    identity: String,
    /// Since when.
    since: Timestamp,
}

impl From<HeldBy> for On {
    fn from(held: HeldBy) -> On {
        On {
            id: held.device,
            identity: held.identity,
            since: held.since,
        }
    }
}

/// The registration of a line, as its device has reported it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Reported {
    /// In words that are the same for every data model.
    state: Registration,
    /// In the device's own.
    said: String,
    /// Since when it is so, as far as it was reported.
    since: Timestamp,
    /// When it was last reported.
    at: Timestamp,
}

impl From<LineState> for Reported {
    fn from(state: LineState) -> Reported {
        Reported {
            state: state.state,
            said: state.said,
            since: state.since,
            at: state.at,
        }
    }
}

/// A line without its secrets.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShownLine {
    #[serde(flatten)]
    line: NewLine,
    /// Its registration; `null` if nothing is known.
    registration: Option<Reported>,
}

/// An account without its secrets.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShownAccount {
    /// Its key.
    id: Id,
    /// The operator's text for it.
    account: String,
    /// Whose it is.
    name: String,
    /// Anything worth knowing.
    notes: String,
    /// Variables for templates.
    variables: BTreeMap<String, String>,
    /// Its lines, by port.
    lines: Vec<ShownLine>,
    /// The device it is on.
    device: Option<On>,
    /// When it was made.
    created: Timestamp,
    /// When it was last changed.
    updated: Timestamp,
    /// Counts its changes.
    revision: u64,
}

fn shown(kept: KeptAccount, mut states: BTreeMap<u16, LineState>) -> ShownAccount {
    let lines = kept.account.lines.iter().map(|line| ShownLine {
        line: Reveal::No.line(line),
        registration: states.remove(&line.port).map(Reported::from),
    });
    ShownAccount {
        id: kept.account.id(),
        lines: lines.collect(),
        variables: Reveal::No.variables(&kept.account.variables),
        account: kept.account.account,
        name: kept.account.name,
        notes: kept.account.notes,
        device: kept.device.map(On::from),
        created: kept.created,
        updated: kept.updated,
        revision: kept.revision,
    }
}

pub(super) async fn with_states(app: &App, kept: KeptAccount) -> Answer<ShownAccount> {
    let states = match &kept.device {
        Some(held) => app.store.line_states(held.device).await?,
        None => Vec::new(),
    };
    Ok(shown(kept, states.into_iter().collect()))
}

/// An account, if it is there for whoever asks: people with a part of the fleet have those on their devices.
pub(super) async fn find(app: &App, who: &Person, account: &str) -> Answer<KeptAccount> {
    let found = app.store.account_find(Account::key(account)).await?;
    let found = found.ok_or_else(|| ApiError::not_found("account"))?;
    match &found.device {
        Some(held) => devices::must_see(app, who, held.device, "account").await?,
        None if who.scope().is_fleet() => {}
        None => return Err(ApiError::not_found("account")),
    }
    Ok(found)
}

fn wrong(why: String) -> ApiError {
    ApiError::bad(why, "see docs/API.md for what an account may be")
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountQuery {
    /// A part of the account, its name or its notes.
    contains: Option<String>,
    /// The device it is on, by id or identity.
    device: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// GET /accounts
async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<AccountQuery>, QueryRejection>,
) -> Answer<Json<Listed<ShownAccount>>> {
    let Query(query) = query?;
    let page = PageQuery::new(query.after, query.limit).page()?;
    let device = match query.device {
        Some(device) => Some(devices::find(&app, &who, &device).await?.id),
        None => None,
    };
    let filter = AccountFilter {
        device,
        contains: query.contains,
        scope: who.scope().clone(),
    };
    let accounts = app.store.account_list(&filter, page).await?;
    let accounts = accounts
        .into_iter()
        .map(|kept| shown(kept, BTreeMap::new()));
    let accounts = accounts.collect();
    Ok(Json(Listed::new(accounts, page.limit, |account| {
        account.id
    })))
}

/// GET /accounts/{account}
async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    account: Argument,
) -> Answer<Versioned<ShownAccount>> {
    let Path(account) = account?;
    let kept = find(&app, &who, &account).await?;
    let on = kept.device.as_ref().map(|held| held.device);
    let version = Version::of(&(kept.account.id(), kept.created, kept.revision, on));
    Ok(Versioned(with_states(&app, kept).await?, version))
}

/// What an account is written with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Whose it is.
    #[serde(default)]
    name: String,
    /// Anything worth knowing.
    #[serde(default)]
    notes: String,
    /// Variables for templates.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// Its lines.
    #[serde(default)]
    lines: Vec<NewLine>,
    /// The revision it was read at; if it has another one meanwhile, nothing is changed.
    #[serde(default)]
    revision: Option<u64>,
}

/// PUT /accounts/{account}
async fn put(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    account: Argument,
    body: Result<Json<NewAccount>, JsonRejection>,
) -> Answer<Json<ShownAccount>> {
    let Path(text) = account?;
    let Json(body) = body?;
    if !actor.scope().is_fleet() {
        // A further account is on no device yet, so it would be nobody's.
        find(&app, &actor, &text).await?;
    }
    let account = Account {
        account: text,
        name: body.name,
        notes: body.notes,
        variables: body.variables,
        lines: body.lines.into_iter().map(Line::from).collect(),
    };
    check::account(&account).map_err(wrong)?;
    let change = AccountChange {
        account,
        revision: body.revision,
    };
    let kept = app.store.account_put(&actor, change, clock::now()).await?;
    app.desire_changed();
    with_states(&app, kept).await.map(Json)
}

/// DELETE /accounts/{account}
async fn delete(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    account: Argument,
) -> Answer<Done> {
    actor.must_for_all(Permission::Operate)?;
    let Path(account) = account?;
    let deleted = app
        .store
        .account_delete(&actor, Account::key(&account), clock::now());
    deleted
        .await?
        .ok_or_else(|| ApiError::not_found("account"))?;
    app.desire_changed();
    Ok(Done)
}

type Place = Result<Path<(String, u16)>, PathRejection>;

fn place(place: Place) -> Answer<(String, u16)> {
    let Path(place) =
        place.map_err(|_| ApiError::bad("that is no port", "ports are 1, 2 and so on"))?;
    Ok(place)
}

/// What a line is written with; its port stands in the address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineBody {
    /// The number people dial.
    #[serde(default)]
    number: String,
    /// The SIP user id.
    #[serde(default)]
    user: String,
    /// The SIP password; absent or `***` to leave it as it is.
    #[serde(default)]
    password: Option<String>,
    /// What called people see.
    #[serde(default)]
    display_name: String,
    /// The SIP proxy.
    #[serde(default)]
    proxy: String,
    /// Further settings, by names of the operator's own.
    #[serde(default)]
    options: BTreeMap<String, String>,
    /// Whether the line is in service; it is if absent.
    #[serde(default)]
    enabled: Option<bool>,
}

/// Writes an account with other lines, unless it has changed since it was read.
async fn change_lines(
    app: &App,
    actor: &Person,
    account: &str,
    change: impl FnOnce(&mut Vec<Line>) -> Answer<()>,
) -> Answer<KeptAccount> {
    let KeptAccount {
        mut account,
        revision,
        ..
    } = find(app, actor, account).await?;
    change(&mut account.lines)?;
    check::account(&account).map_err(wrong)?;
    let change = AccountChange {
        account,
        revision: Some(revision),
    };
    let kept = app.store.account_put(actor, change, clock::now()).await?;
    app.desire_changed();
    Ok(kept)
}

/// PUT /accounts/{account}/lines/{port}
async fn put_line(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    argument: Place,
    body: Result<Json<LineBody>, JsonRejection>,
) -> Answer<Json<ShownAccount>> {
    let (account, port) = place(argument)?;
    let Json(body) = body?;
    let line = NewLine {
        port,
        number: body.number,
        user: body.user,
        password: body.password.unwrap_or_else(|| crate::redact::MASK.into()),
        display_name: body.display_name,
        proxy: body.proxy,
        options: body.options,
        enabled: body.enabled.unwrap_or(true),
    };
    let kept = change_lines(&app, &actor, &account, |lines| {
        lines.retain(|line| line.port != port);
        lines.push(line.into());
        Ok(())
    });
    with_states(&app, kept.await?).await.map(Json)
}

/// DELETE /accounts/{account}/lines/{port}
async fn delete_line(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    argument: Place,
) -> Answer<Done> {
    let (account, port) = place(argument)?;
    change_lines(&app, &actor, &account, |lines| {
        let before = lines.len();
        lines.retain(|line| line.port != port);
        match lines.len() == before {
            true => Err(ApiError::not_found("line")),
            false => Ok(()),
        }
    })
    .await?;
    Ok(Done)
}
