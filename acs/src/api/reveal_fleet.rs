//! Secrets that belong to no single device: of accounts with their lines, of profiles, of groups. Each is shown to
//! whoever may see secrets, with a line in the audit trail before it is.

use super::accounts;
use super::auth::Revealer;
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::groups;
use super::openapi::says;
use crate::app::App;
use crate::auth::Person;
use crate::clock;
use crate::redact::is_secret;
use crate::store::{Account, Profile};
use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/accounts/{account}/reveal",
            post_with(
                of_account,
                says("Shows a secret of an account, and notes who saw it."),
            ),
        )
        .api_route(
            "/profiles/{name}/reveal",
            post_with(
                of_profile,
                says("Shows a secret of a profile, and notes who saw it."),
            ),
        )
        .api_route(
            "/groups/{name}/reveal",
            post_with(
                of_group,
                says("Shows a secret variable of a group, and notes who saw it."),
            ),
        )
}

/// Notes who sees what, and shows it: nobody sees what is not noted.
pub(super) async fn show<W>(
    app: &App,
    who: &Person,
    subject: String,
    wanted: W,
    value: Option<String>,
) -> Answer<Json<Shown<W>>> {
    let value = value.filter(|secret| !secret.is_empty());
    let value = value.ok_or_else(|| ApiError::not_found("secret"))?;
    app.store
        .audit_note(who, "secret.reveal", subject, clock::now())
        .await?;
    Ok(Json(Shown { wanted, value }))
}

/// A secret.
#[derive(Serialize, JsonSchema)]
pub struct Shown<W> {
    #[serde(flatten)]
    wanted: W,
    /// The secret itself.
    value: String,
}

/// Which secret of an account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum OfAccount {
    /// The SIP password of a line.
    LinePassword {
        /// The line's port.
        port: u16,
    },
    /// A further variable of a line.
    LineOption {
        /// The line's port.
        port: u16,
        /// The variable's name.
        name: String,
    },
    /// A variable of the account.
    Variable {
        /// Its name.
        name: String,
    },
}

impl OfAccount {
    fn subject(&self, account: &str) -> String {
        match self {
            OfAccount::LinePassword { port } => {
                format!("account {account} password of line {port}")
            }
            OfAccount::LineOption { port, name } => {
                format!("account {account} {name} of line {port}")
            }
            OfAccount::Variable { name } => format!("account {account} variable {name}"),
        }
    }

    fn of(&self, account: &Account) -> Option<String> {
        let line = |port: u16| account.lines.iter().find(|line| line.port == port);
        match self {
            OfAccount::LinePassword { port } => {
                line(*port).map(|line| line.password.reveal().to_owned())
            }
            OfAccount::LineOption { port, name } => line(*port)?.options.get(name).cloned(),
            OfAccount::Variable { name } => account.variables.get(name).cloned(),
        }
    }
}

/// POST /accounts/{account}/reveal
async fn of_account(
    State(app): State<Arc<App>>,
    Revealer(who): Revealer,
    account: Argument,
    body: Result<Json<OfAccount>, JsonRejection>,
) -> Answer<Json<Shown<OfAccount>>> {
    let Path(account) = account?;
    let Json(wanted) = body?;
    let kept = accounts::find(&app, &who, &account).await?;
    let value = wanted.of(&kept.account);
    let subject = wanted.subject(&account);
    show(&app, &who, subject, wanted, value).await
}

/// Which secret of a profile.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfProfile {
    /// The parameter; in a row, the name relative to it.
    name: String,
    /// The revision; the one in force for everybody, or the last one, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    /// The table of the row it is in; absent for a value that is in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The key of that row.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    key: BTreeMap<String, String>,
}

impl OfProfile {
    fn of(&self, profile: Profile) -> Option<String> {
        let values = match &self.path {
            None => profile.values,
            Some(path) => {
                let mut rows = profile.objects.into_iter();
                rows.find(|row| row.path == *path && row.key == self.key)?
                    .values
            }
        };
        let mut values = values.into_iter();
        values
            .find(|value| value.name == self.name)
            .map(|value| value.value)
    }
}

/// POST /profiles/{name}/reveal
async fn of_profile(
    State(app): State<Arc<App>>,
    Revealer(who): Revealer,
    name: Argument,
    body: Result<Json<OfProfile>, JsonRejection>,
) -> Answer<Json<Shown<OfProfile>>> {
    let Path(name) = name?;
    let Json(mut wanted) = body?;
    let revision = match wanted.revision {
        Some(revision) => revision,
        None => {
            let head = super::profiles::head(&app, &name).await?;
            head.published.unwrap_or(head.latest)
        }
    };
    wanted.revision = Some(revision);
    let found = app.store.profile_revision(&name, revision).await?;
    let (_, profile) = found.ok_or_else(|| ApiError::not_found("revision"))?;
    let secret = is_secret(&wanted.name);
    let value = wanted.of(profile).filter(|_| secret);
    let subject = format!("profile {name} revision {revision} {}", wanted.name);
    show(&app, &who, subject, wanted, value).await
}

/// Which secret of a group.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfGroup {
    /// The variable's name.
    name: String,
}

/// POST /groups/{name}/reveal
async fn of_group(
    State(app): State<Arc<App>>,
    Revealer(who): Revealer,
    group: Argument,
    body: Result<Json<OfGroup>, JsonRejection>,
) -> Answer<Json<Shown<OfGroup>>> {
    let Path(group) = group?;
    let Json(wanted) = body?;
    let found = groups::find(&app, &group).await?;
    let found = found.ok_or_else(|| ApiError::not_found("group"))?;
    let value = found.variables.get(&wanted.name).cloned();
    let subject = format!("group {group} variable {}", wanted.name);
    show(&app, &who, subject, wanted, value).await
}
