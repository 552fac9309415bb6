//! The device an account is on: bind, unbind, and codes that do it by telephone.

use super::accounts::{ShownAccount, find, with_states};
use super::answers::Done;
use super::auth::Operator;
use super::devices::{self, Argument};
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::clock;
use crate::limits::{ACTIVATION_CODE_DEFAULT, ACTIVATION_CODE_DIGITS, ACTIVATION_CODE_MINUTES};
use crate::store::Account;
use aide::axum::ApiRouter;
use aide::axum::routing::{post_with, put_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/accounts/{account}/device",
            put_with(bind, says("Puts an account on a device."))
                .delete_with(unbind, says("Takes an account off its device.")),
        )
        .api_route(
            "/accounts/{account}/activation-code",
            post_with(make_code, says("Makes an activation code for an account.")),
        )
        .api_route(
            "/activation-codes/use",
            post_with(use_code, says("Uses an activation code for a device.")),
        )
}

/// Which device.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnDevice {
    /// Its id or identity.
    device: String,
}

/// PUT /accounts/{account}/device
async fn bind(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    account: Argument,
    body: Result<Json<OnDevice>, JsonRejection>,
) -> Answer<Json<ShownAccount>> {
    let Path(account) = account?;
    let Json(body) = body?;
    let key = Account::key(&account);
    let device = devices::find(&app, &actor, &body.device).await?;
    let bound = app.store.account_bind(&actor, key, device.id, clock::now());
    bound.await?.ok_or_else(|| ApiError::not_found("account"))?;
    app.desire_changed();
    let kept = find(&app, &actor, &account).await?;
    with_states(&app, kept).await.map(Json)
}

/// DELETE /accounts/{account}/device
async fn unbind(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    account: Argument,
) -> Answer<Done> {
    let Path(account) = account?;
    find(&app, &actor, &account).await?;
    let unbound = app
        .store
        .account_unbind(&actor, Account::key(&account), clock::now());
    unbound
        .await?
        .ok_or_else(|| ApiError::not_found("device of this account"))?;
    app.desire_changed();
    Ok(Done)
}

/// How long a code is good for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CodeQuery {
    /// Minutes; three days if absent.
    minutes: Option<u64>,
}

/// An activation code. It is shown once.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Code {
    /// The code; dashes are for the eye.
    code: String,
    /// Until when it is good.
    expires: Timestamp,
}

/// POST /accounts/{account}/activation-code
async fn make_code(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    account: Argument,
    query: Result<Query<CodeQuery>, QueryRejection>,
) -> Answer<Json<Code>> {
    let Path(account) = account?;
    let Query(query) = query?;
    let minutes = query.minutes.unwrap_or(ACTIVATION_CODE_DEFAULT);
    if !ACTIVATION_CODE_MINUTES.contains(&minutes) {
        let why = format!("a code for {minutes} minutes");
        return Err(ApiError::bad(why, "choose 1 to 43200 minutes"));
    }
    let now = clock::now();
    let expires = now.plus_secs(minutes * 60);
    let code = code();
    let made =
        app.store
            .activation_code_put(&actor, Account::key(&account), code.clone(), expires, now);
    made.await?.ok_or_else(|| ApiError::not_found("account"))?;
    let groups: Vec<&str> = (0..code.len())
        .step_by(4)
        .map(|at| &code[at..(at + 4).min(code.len())])
        .collect();
    let code = groups.join("-");
    Ok(Json(Code { code, expires }))
}

/// Digits nobody can guess.
fn code() -> String {
    let most = 10_u64.pow(ACTIVATION_CODE_DIGITS as u32);
    // What is left over of 64 bits is too little to make any code more likely than another.
    format!(
        "{:0width$}",
        clock::random() % most,
        width = ACTIVATION_CODE_DIGITS
    )
}

/// A code, and the device it is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseCode {
    /// The code, with or without dashes.
    code: String,
    /// The id or identity of the device.
    device: String,
}

/// POST /activation-codes/use
async fn use_code(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    body: Result<Json<UseCode>, JsonRejection>,
) -> Answer<Json<ShownAccount>> {
    let Json(body) = body?;
    let device = devices::find(&app, &actor, &body.device).await?;
    let used = app
        .store
        .activation_code_use(&actor, &body.code, device.id, clock::now());
    let account = used
        .await?
        .ok_or_else(|| ApiError::not_found("code, or it was used or has ended"))?;
    app.desire_changed();
    let kept = find(&app, &actor, &account).await?;
    with_states(&app, kept).await.map(Json)
}
