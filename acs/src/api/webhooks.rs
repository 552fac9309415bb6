//! Webhooks: who is told of events, and what could not be told.

use super::answers::{Created, Done};
use super::auth::Admin;
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::events::check_kinds;
use super::openapi::says;
use crate::app::App;
use crate::clock;
use crate::limits::{PAGE, WEBHOOKS};
use crate::outbound::Outbound;
use crate::store::{Delivery, Id, Kinds, Page, StoreError, Webhook};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use data_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/webhooks",
            get_with(list, says("Lists webhooks.")).post_with(create, says("Makes a webhook.")),
        )
        .api_route(
            "/webhooks/{webhook}",
            get_with(read, says("Reads a webhook."))
                .put_with(change, says("Changes a webhook."))
                .delete_with(delete, says("Removes a webhook.")),
        )
        .api_route(
            "/webhooks/{webhook}/deliveries",
            get_with(
                deliveries,
                says("Lists what it is still to be told, and what it could not be told."),
            ),
        )
        .api_route(
            "/webhooks/{webhook}/retry",
            post_with(
                retry,
                says("Tries everything once more that it could not be told."),
            ),
        )
}

/// A webhook as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownWebhook")]
pub struct Shown {
    id: Id,
    url: String,
    kinds: Kinds,
    enabled: bool,
    created: Timestamp,
    /// What deliveries are signed with; shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Webhook> for Shown {
    fn from(webhook: Webhook) -> Shown {
        Shown {
            id: webhook.id,
            url: webhook.url,
            kinds: webhook.kinds,
            enabled: webhook.enabled,
            created: webhook.created,
            secret: None,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRequest {
    /// Where to tell; `https`, or `http` inside a network of your own.
    url: String,
    /// Of what: `task.failed`, `campaign.*`; empty for everything.
    #[serde(default)]
    kinds: Kinds,
    #[serde(default = "enabled")]
    enabled: bool,
}

fn enabled() -> bool {
    true
}

fn check(body: &WebhookRequest) -> Answer<()> {
    Outbound::check(&body.url)
        .map_err(|why| ApiError::bad(why, "give a URL like https://hooks.example.net/dialtone"))?;
    check_kinds(&body.kinds.0)
}

async fn find(app: &App, text: &str) -> Answer<Webhook> {
    let none = || ApiError::not_found("webhook");
    let id: Id = text.parse().map_err(|_| none())?;
    let webhooks = app.store.webhook_list().await?;
    let found = webhooks.into_iter().find(|webhook| webhook.id == id);
    found.ok_or_else(none)
}

/// GET /webhooks
pub async fn list(State(app): State<Arc<App>>, Admin(_): Admin) -> Answer<Json<Vec<Shown>>> {
    let webhooks = app.store.webhook_list().await?;
    Ok(Json(webhooks.into_iter().map(Shown::from).collect()))
}

/// POST /webhooks
pub async fn create(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    body: Result<Json<WebhookRequest>, JsonRejection>,
) -> Answer<Created<Shown>> {
    let Json(body) = body?;
    check(&body)?;
    if app.store.webhook_list().await?.len() >= WEBHOOKS {
        let why = format!("there are {WEBHOOKS} webhooks, which is the limit");
        return Err(StoreError::Conflict(why).into());
    }
    let now = clock::now();
    let secret = clock::random_password();
    let webhook = Webhook {
        id: clock::new_id(),
        url: body.url,
        kinds: body.kinds,
        secret: Secret::new(secret.clone()),
        enabled: body.enabled,
        created: now,
    };
    app.store.webhook_put(&actor, webhook.clone(), now).await?;
    let id = webhook.id;
    let shown = Shown {
        secret: Some(secret),
        ..webhook.into()
    };
    Ok(Created::at("webhooks", id, shown))
}

/// GET /webhooks/{webhook}
pub async fn read(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    webhook: Argument,
) -> Answer<Json<Shown>> {
    Ok(Json(find(&app, &webhook?).await?.into()))
}

/// PUT /webhooks/{webhook}
pub async fn change(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    webhook: Argument,
    body: Result<Json<WebhookRequest>, JsonRejection>,
) -> Answer<Json<Shown>> {
    let known = find(&app, &webhook?).await?;
    let Json(body) = body?;
    check(&body)?;
    let webhook = Webhook {
        url: body.url,
        kinds: body.kinds,
        enabled: body.enabled,
        ..known
    };
    let put = app.store.webhook_put(&actor, webhook.clone(), clock::now());
    put.await?;
    Ok(Json(webhook.into()))
}

/// DELETE /webhooks/{webhook}
pub async fn delete(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    webhook: Argument,
) -> Answer<Done> {
    let webhook = find(&app, &webhook?).await?;
    let gone = app
        .store
        .webhook_delete(&actor, webhook.id, clock::now())
        .await?;
    gone.map(|()| Done)
        .ok_or_else(|| ApiError::not_found("webhook"))
}

/// A delivery as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownDelivery")]
pub struct ShownDelivery {
    id: u64,
    event: u64,
    attempts: u32,
    /// When it is tried next; absent if it is not tried any more.
    due: Option<Timestamp>,
    /// Why the last attempt failed.
    why: Option<String>,
}

impl From<Delivery> for ShownDelivery {
    fn from(delivery: Delivery) -> ShownDelivery {
        ShownDelivery {
            id: delivery.id,
            event: delivery.event,
            attempts: delivery.attempts,
            due: delivery.due,
            why: delivery.why,
        }
    }
}

/// Deliveries, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deliveries {
    items: Vec<ShownDelivery>,
    /// What to ask the next page with; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveriesQuery {
    /// `next` of the page before.
    after: Option<u64>,
    limit: Option<usize>,
}

/// GET /webhooks/{webhook}/deliveries
pub async fn deliveries(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    webhook: Argument,
    query: Result<Query<DeliveriesQuery>, QueryRejection>,
) -> Answer<Json<Deliveries>> {
    let webhook = find(&app, &webhook?).await?;
    let Query(query) = query?;
    let page = Page {
        after: query.after,
        limit: query.limit.unwrap_or(100).clamp(1, PAGE),
    };
    let deliveries = app.store.delivery_list(webhook.id, page).await?;
    let last = deliveries.last().filter(|_| deliveries.len() == page.limit);
    let next = last.map(|delivery| delivery.id.to_string());
    let items = deliveries.into_iter().map(ShownDelivery::from).collect();
    Ok(Json(Deliveries { items, next }))
}

/// How much is tried once more.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Retried {
    deliveries: u64,
}

/// POST /webhooks/{webhook}/retry
pub async fn retry(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    webhook: Argument,
) -> Answer<Json<Retried>> {
    let webhook = find(&app, &webhook?).await?;
    let again = app
        .store
        .delivery_retry(&actor, webhook.id, clock::now())
        .await?;
    app.nudge.notify_one();
    Ok(Json(Retried { deliveries: again }))
}
