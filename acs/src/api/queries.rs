//! Queries that people keep, and help for whoever types one.

use super::answers::Done;
use super::auth::Viewer;
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::fields::Fields;
use super::openapi::says;
use crate::app::App;
use crate::clock;
use crate::limits::PAGE;
use crate::provisioning::template;
use crate::query::Query as FleetQuery;
use crate::query::complete::candidates;
use crate::store::{DeviceFilter, Page, SavedQuery, Selector};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/queries",
            get_with(list, says("Lists one's own queries and the shared ones.")),
        )
        .api_route(
            "/queries/check",
            post_with(
                check,
                says("Says what is wrong with a query, and what may follow."),
            ),
        )
        .api_route(
            "/queries/{name}",
            get_with(read, says("Reads a query."))
                .put_with(keep, says("Keeps a query."))
                .delete_with(delete, says("Removes a query.")),
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NamesQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// At most so many.
    limit: Option<usize>,
}

/// A page of kept queries.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SavedQueries {
    items: Vec<SavedQuery>,
    /// What to ask the next page with; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// GET /queries
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<NamesQuery>, QueryRejection>,
) -> Answer<Json<SavedQueries>> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(100).clamp(1, PAGE);
    let page = Page {
        after: query.after,
        limit,
    };
    let items = app.store.saved_queries(who.name(), page).await?;
    let next = items.last().filter(|_| items.len() == limit);
    let next = next.map(|query| query.name.clone());
    Ok(Json(SavedQueries { items, next }))
}

/// GET /queries/{name}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    name: Argument,
) -> Answer<Json<SavedQuery>> {
    let found = app.store.saved_query(who.name(), &name?).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("query"))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedQueryRequest {
    /// The query.
    query: String,
    /// Whether others see it.
    #[serde(default)]
    shared: bool,
    /// What is shown of each device.
    #[serde(default)]
    fields: Vec<String>,
}

/// PUT /queries/{name}
pub async fn keep(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    name: Argument,
    body: Result<Json<SavedQueryRequest>, JsonRejection>,
) -> Answer<Json<SavedQuery>> {
    let name = name?.0;
    let Json(body) = body?;
    template::check_name(&name).map_err(|error| {
        let fix = "name it with letters, digits, dots, dashes and underscores";
        ApiError::bad(error, fix)
    })?;
    if name == "check" {
        let why = "`check` is the address that checks queries";
        return Err(ApiError::bad(why, "choose another name"));
    }
    if !body.fields.is_empty() {
        Fields::parse(&body.fields.join(","))?;
    }
    let kept = SavedQuery {
        name,
        owner: who.name().to_owned(),
        shared: body.shared,
        query: FleetQuery::parse(&body.query)?,
        fields: body.fields,
        updated: clock::now(),
    };
    app.store.saved_query_put(&who, kept.clone()).await?;
    Ok(Json(kept))
}

/// DELETE /queries/{name}
pub async fn delete(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    name: Argument,
) -> Answer<Done> {
    let name = name?.0;
    let deleted = app
        .store
        .saved_query_delete(&who, who.name(), &name, clock::now())
        .await?;
    deleted
        .map(|()| Done)
        .ok_or_else(|| ApiError::not_found("query of yours"))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// The query as far as it has been typed.
    query: String,
    /// Where the cursor stands, in characters from 0; at the end if absent.
    #[serde(default)]
    cursor: Option<usize>,
}

/// What is to be said of a query.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Checked {
    /// Whether it can be asked.
    valid: bool,
    /// It, in its one spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    /// Whether indexes alone answer it; otherwise every snapshot is looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    indexed: Option<bool>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Mistake>,
    /// What may stand at the cursor.
    candidates: Vec<Offered>,
}

/// What is wrong with a query.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Mistake {
    /// Where it begins, in characters from 0.
    position: usize,
    /// How many characters are meant; 0 at the end.
    length: usize,
    /// What is wrong.
    why: String,
    /// What to write.
    fix: String,
}

/// Something that may stand at the cursor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Offered {
    /// What to put in place of the word that was begun.
    text: String,
    /// What it is.
    about: String,
}

/// POST /queries/check
pub async fn check(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    body: Result<Json<CheckRequest>, JsonRejection>,
) -> Answer<Json<Checked>> {
    let Json(body) = body?;
    let typed: String = match body.cursor {
        Some(cursor) => body.query.chars().take(cursor).collect(),
        None => body.query.clone(),
    };
    let offered = candidates(&typed).into_iter().map(|candidate| Offered {
        text: candidate.text,
        about: candidate.about,
    });
    let mut checked = Checked {
        valid: false,
        query: None,
        indexed: None,
        error: None,
        candidates: offered.collect(),
    };
    match FleetQuery::parse(&body.query) {
        Ok(query) => {
            checked.valid = true;
            checked.query = Some(query.to_string());
            let filter = DeviceFilter {
                selector: Selector {
                    query: Some(query),
                    ..Selector::default()
                },
                now: clock::now(),
                ..DeviceFilter::default()
            };
            checked.indexed = Some(app.store.is_indexed(&filter).await?);
        }
        Err(error) => {
            checked.error = Some(Mistake {
                position: error.position,
                length: error.length,
                why: error.why,
                fix: error.fix,
            });
        }
    }
    Ok(Json(checked))
}
