//! Bindings of accounts for the activation service: list, read, write, remove, open once more.

use super::answers::Done;
use super::auth::{Operator, Viewer};
use super::devices::masked;
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::clock;
use crate::limits::{BINDING_VARIABLES, VALUE_CHARS, WINDOW_MINUTES};
use crate::provisioning::template;
use crate::redact::{MASK, is_secret};
use crate::rosters::check;
use crate::store::{Binding, BoundBy};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use data_model::provisioning::Rule;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route("/bindings", get_with(list, says("Lists bindings.")))
        .api_route(
            "/bindings/{by}/{value}",
            get_with(read, says("Reads a binding."))
                .put_with(put, says("Writes a binding."))
                .delete_with(delete, says("Removes a binding.")),
        )
        .api_route(
            "/bindings/{by}/{value}/reopen",
            post_with(reopen, says("Lets a binding be told once more.")),
        )
}

/// Which binding an address names.
type Which = Result<Path<(BoundBy, String)>, PathRejection>;

/// What it names, in its one spelling.
fn which(which: Which) -> Answer<(BoundBy, String)> {
    let Path((by, value)) = which.map_err(|_| {
        ApiError::bad(
            "nobody is bound by that",
            "use /bindings/serial/…, /bindings/mac/… or /bindings/customer/…",
        )
    })?;
    let fix = match by {
        BoundBy::Mac => "give twelve hexadecimal digits",
        BoundBy::Serial => "give 1 to 64 letters, digits and dashes",
        BoundBy::Customer => {
            "give 10 to 64 letters, digits, dashes and underscores that nobody can guess"
        }
        BoundBy::Code => "use POST /accounts/{account}/activation-code",
    };
    let spelt = by.spelt(&value).map_err(|why| ApiError::bad(why, fix))?;
    Ok((by, spelt))
}

/// A binding without the secrets in it.
fn shown(mut binding: Binding) -> Binding {
    if binding.by == BoundBy::Code {
        binding.value = MASK.into();
    }
    for (name, value) in &mut binding.variables {
        if is_secret(name) {
            *value = MASK.into();
        }
    }
    binding
}

/// GET /bindings
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<Binding>>> {
    let Query(query) = query?;
    let page = query.page()?;
    let bindings = app.store.binding_list(page).await?;
    // By the values themselves: those that are masked have no key.
    let next = Listed::new(bindings.iter().collect(), page.limit, |binding| {
        binding.id()
    })
    .next;
    let bindings = bindings.into_iter().map(shown).collect();
    Ok(Json(Listed {
        items: bindings,
        next,
    }))
}

/// GET /bindings/{by}/{value}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    argument: Which,
) -> Answer<Json<Binding>> {
    let (by, value) = which(argument)?;
    let found = app.store.binding_find(by.key(&value)).await?;
    found
        .map(shown)
        .map(Json)
        .ok_or_else(|| ApiError::not_found("binding"))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBinding {
    account: String,
    #[serde(default)]
    rule: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    window_minutes: u64,
}

/// PUT /bindings/{by}/{value}
pub async fn put(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    argument: Which,
    body: Result<Json<NewBinding>, JsonRejection>,
) -> Answer<Json<Binding>> {
    let (by, value) = which(argument)?;
    let Json(body) = body?;
    check(&body)?;
    let binding = Binding {
        by,
        value,
        account: body.account,
        rule: body.rule,
        variables: body.variables,
        window_minutes: body.window_minutes,
        expires: None,
        told: None,
    };
    let kept = app.store.binding_put(&actor, binding, clock::now()).await?;
    // It may have put an account on a device.
    app.desire_changed();
    Ok(Json(shown(kept)))
}

fn check(body: &NewBinding) -> Answer<()> {
    check::account_name(&body.account)
        .map_err(|error| ApiError::bad(error, "rename the account"))?;
    if let Some(rule) = &body.rule {
        let parsed = rule.parse::<Rule>();
        parsed
            .map_err(|error| ApiError::bad(error, "write the rule as docs/PROVISIONING.md says"))?;
    }
    if body.window_minutes != 0 && !WINDOW_MINUTES.contains(&body.window_minutes) {
        let why = format!("a window of {} minutes", body.window_minutes);
        return Err(ApiError::bad(
            why,
            "choose 1 to 10080 minutes, or 0 for none",
        ));
    }
    if body.variables.len() > BINDING_VARIABLES {
        let why = format!("a binding has at most {BINDING_VARIABLES} variables");
        return Err(ApiError::bad(why, "leave some out"));
    }
    for (name, value) in &body.variables {
        template::check_name(name).map_err(|error| ApiError::bad(error, "rename the variable"))?;
        if value == MASK && is_secret(name) {
            return Err(masked(name));
        }
        if value.chars().count() > VALUE_CHARS {
            let why = format!("the variable `{name}` has more than {VALUE_CHARS} characters");
            return Err(ApiError::bad(why, "shorten it"));
        }
    }
    Ok(())
}

/// DELETE /bindings/{by}/{value}
pub async fn delete(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    argument: Which,
) -> Answer<Done> {
    let (by, value) = which(argument)?;
    let deleted = app
        .store
        .binding_delete(&actor, by.key(&value), clock::now());
    deleted
        .await?
        .ok_or_else(|| ApiError::not_found("binding"))?;
    Ok(Done)
}

/// POST /bindings/{by}/{value}/reopen
pub async fn reopen(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    argument: Which,
) -> Answer<Done> {
    let (by, value) = which(argument)?;
    let reopened = app
        .store
        .binding_reopen(&actor, by.key(&value), clock::now());
    reopened
        .await?
        .ok_or_else(|| ApiError::not_found("binding"))?;
    Ok(Done)
}
