//! Tells webhooks of events: collects what is theirs, sends it signed, tries again what failed, and gives up in the end.

use crate::app::App;
use crate::clock;
use crate::limits::{
    DELIVERY_ANSWER_BYTES, DELIVERY_ATTEMPTS, DELIVERY_RETRY_MS, DELIVERY_TIMEOUT,
};
use crate::metrics::Metrics;
use crate::outbound::Order;
use crate::store::{Delivery, Id, Result, Webhook};
use bytes::Bytes;
use data_model::firmware::hex;
use data_model::{Secret, Timestamp};
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};
use sha2::Sha256;
use std::collections::HashMap;

/// Deliveries looked at in one round; the next round is never far.
const ROUND: usize = 256;

/// The header with the signature.
const SIGNATURE: HeaderName = HeaderName::from_static("dialtone-signature");
/// The header with the number of the event, so that one that comes twice is known.
const EVENT: HeaderName = HeaderName::from_static("dialtone-event");

/// One round; says whether there may be more to do at once.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn run(app: &App) -> Result<bool> {
    let webhooks = app.store.webhook_list().await?;
    let mut more = false;
    for webhook in webhooks.iter().filter(|webhook| webhook.enabled) {
        more |= app.store.webhook_collect(webhook.id, clock::now()).await? > 0;
    }
    let due = app.store.delivery_due(clock::now(), ROUND).await?;
    let full = due.len() == ROUND;
    let mut by_webhook: HashMap<Id, Vec<Delivery>> = HashMap::new();
    for delivery in due {
        by_webhook
            .entry(delivery.webhook)
            .or_default()
            .push(delivery);
    }
    let mut told = Vec::new();
    for webhook in &webhooks {
        if let Some(deliveries) = by_webhook.remove(&webhook.id) {
            told.push(tell(app, webhook, deliveries));
        }
    }
    let outcomes = join_all(told).await;
    outcomes.into_iter().collect::<Result<()>>()?;
    Ok(more || full)
}

/// Tells one webhook, in the order of the events. After one failure the others wait as if they had failed: a server that
/// is away is asked once in a round, and its deliveries come to their end.
async fn tell(app: &App, webhook: &Webhook, deliveries: Vec<Delivery>) -> Result<()> {
    let mut trouble = None;
    for delivery in deliveries {
        let outcome = match &trouble {
            None if webhook.enabled => send(app, webhook, &delivery).await,
            None => Err("the webhook is switched off".to_owned()),
            Some(why) => Err(format!("the delivery before it failed: {why}")),
        };
        match outcome {
            Ok(()) => {
                Metrics::count(&app.metrics.tellings.deliveries, "arrived");
                app.store.delivery_arrived(delivery.id).await?;
            }
            Err(why) => {
                failed(app, &delivery, why.clone()).await?;
                trouble.get_or_insert(why);
            }
        }
    }
    Ok(())
}

async fn failed(app: &App, delivery: &Delivery, why: String) -> Result<()> {
    let wait = DELIVERY_RETRY_MS << delivery.attempts.min(16);
    let last = delivery.attempts + 1 >= DELIVERY_ATTEMPTS;
    let due = (!last).then(|| clock::now().plus_ms(wait));
    let outcome = if last { "given_up" } else { "failed" };
    Metrics::count(&app.metrics.tellings.deliveries, outcome);
    if due.is_none() {
        let (webhook, event) = (delivery.webhook, delivery.event);
        tracing::warn!(%webhook, event, why, "a webhook could not be told");
    }
    app.store.delivery_failed(delivery.id, why, due).await
}

async fn send(
    app: &App,
    webhook: &Webhook,
    delivery: &Delivery,
) -> std::result::Result<(), String> {
    let signature = signature(&webhook.secret, clock::now(), &delivery.body);
    let header = |text: String| HeaderValue::try_from(text).map_err(|error| error.to_string());
    let order = Order {
        method: Method::POST,
        url: webhook.url.clone(),
        headers: vec![
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (SIGNATURE, header(signature)?),
            (EVENT, header(delivery.event.to_string())?),
        ],
        body: Bytes::from(delivery.body.clone()),
        deadline: DELIVERY_TIMEOUT,
        answer_bytes: DELIVERY_ANSWER_BYTES,
    };
    let reply = app.outbound.get().send(order).await?;
    if reply.status.is_success() {
        return Ok(());
    }
    Err(format!("it answered {}", reply.status))
}

/// `t=SECONDS,v1=HEX`: HMAC-SHA256 over `SECONDS.BODY`, so that a delivery that was overheard is of no use later.
fn signature(secret: &Secret, now: Timestamp, body: &str) -> String {
    let secs = now.as_secs();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes())
        .expect("HMAC takes keys of every length");
    mac.update(format!("{secs}.{body}").as_bytes());
    format!("t={secs},v1={}", hex(&mac.finalize().into_bytes()))
}
