//! Lines: found by their number, their SIP account, their subscriber, their device or their registration.

use super::accounts::{On, Reported};
use super::auth::Viewer;
use super::devices;
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::rosters::subscribers::{NewLine, Reveal};
use crate::store::{Id, LineFilter, LinkedLine, Registration};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    let list = get_with(list, says("Lists lines, from whichever end one looks."));
    ApiRouter::new().api_route("/lines", list)
}

/// A line with everything it is linked to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedLine {
    /// Its key.
    id: Id,
    /// The account it belongs to.
    account: String,
    /// The name of the account.
    name: String,
    #[serde(flatten)]
    line: NewLine,
    /// The device it is on.
    device: Option<On>,
    /// Its registration; `null` if nothing is known.
    registration: Option<Reported>,
}

impl From<LinkedLine> for ListedLine {
    fn from(linked: LinkedLine) -> ListedLine {
        ListedLine {
            id: linked.id,
            account: linked.account,
            name: linked.name,
            line: Reveal::No.line(&linked.line),
            device: linked.device.map(On::from),
            registration: linked.state.map(Reported::from),
        }
    }
}

/// What lines are looked for by; every condition that is given must hold.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LineQuery {
    /// The number.
    number: Option<String>,
    /// The SIP user id.
    user: Option<String>,
    /// The account.
    account: Option<String>,
    /// The device, by id or identity.
    device: Option<String>,
    /// A part of the number, the user, the display name, the account or its name.
    contains: Option<String>,
    /// The registration; `unknown` for lines nothing is known of.
    state: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// GET /lines
async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<LineQuery>, QueryRejection>,
) -> Answer<Json<Listed<ListedLine>>> {
    let Query(query) = query?;
    let page = PageQuery::new(query.after, query.limit).page()?;
    let device = match query.device {
        Some(device) => Some(devices::find(&app, &who, &device).await?.id),
        None => None,
    };
    let filter = LineFilter {
        number: query.number,
        user: query.user,
        account: query.account,
        device,
        contains: query.contains,
        state: query.state.as_deref().map(state).transpose()?,
        scope: who.scope().clone(),
    };
    let lines = app.store.line_list(&filter, page).await?;
    let lines = lines.into_iter().map(ListedLine::from).collect();
    Ok(Json(Listed::new(lines, page.limit, |line| line.id)))
}

fn state(word: &str) -> Answer<Option<Registration>> {
    if word == "unknown" {
        return Ok(None);
    }
    let known = serde_json::from_value(serde_json::Value::String(word.into()));
    known.map(Some).map_err(|_| {
        let why = format!("state=`{}`", word.chars().take(32).collect::<String>());
        let fix = "use registered, registering, not_registered, error, disabled or unknown";
        ApiError::bad(why, fix)
    })
}
