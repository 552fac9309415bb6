//! The event stream: what has happened, as it happens, and from where a follower has left off.

use super::auth::Viewer;
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::auth::Person;
use crate::auth::permissions::Permission;
use crate::clock;
use crate::limits::{EVENTS_PER_READ, FOLLOWERS, PAGE};
use crate::store::{Event, Id, Kinds};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use aide::transform::TransformOperation;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, StreamExt as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep_until};

/// Time between two signs of life on a quiet stream: proxies commonly close after a minute.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// How often it is looked whether whoever follows may still do so.
const TOKEN_CHECK: Duration = Duration::from_secs(15);

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/events",
            get_with(list, says("Lists events behind a number, oldest first.")),
        )
        .api_route("/events/stream", get_with(follow, describe))
}

fn describe(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .summary("Follows events as server-sent events; `Last-Event-ID` or `after` resumes.")
        .response_with::<200, String, _>(|response| {
            response
                .description("A stream of events.")
                .with(|mut response| {
                    let text = response
                        .inner()
                        .content
                        .shift_remove("text/plain; charset=utf-8");
                    let text = text.unwrap_or_default();
                    response
                        .inner()
                        .content
                        .insert("text/event-stream".into(), text);
                    response
                })
        })
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EventsQuery {
    /// The number of the last event that is known; without it a stream begins with what happens next, and a list with
    /// the oldest that is kept.
    after: Option<u64>,
    /// Kinds, with commas between them: `task.done,device.*`.
    kinds: Option<String>,
    /// Only events of this device.
    device: Option<Id>,
    /// Elements of a list.
    limit: Option<usize>,
}

/// What a follower wants to hear.
struct Wanted {
    kinds: Kinds,
    device: Option<Id>,
}

impl Wanted {
    fn of(query: &EventsQuery) -> Answer<Wanted> {
        let kinds = query.kinds.as_deref().unwrap_or_default();
        let kinds: Vec<String> = kinds
            .split(',')
            .map(str::trim)
            .filter(|kind| !kind.is_empty())
            .map(str::to_owned)
            .collect();
        check_kinds(&kinds)?;
        Ok(Wanted {
            kinds: Kinds(kinds),
            device: query.device,
        })
    }

    fn holds(&self, event: &Event) -> bool {
        self.kinds.contain(&event.kind) && (self.device.is_none() || self.device == event.device)
    }
}

/// Kinds are short words; a list of them is short too.
pub(super) fn check_kinds(kinds: &[String]) -> Answer<()> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-*".contains(&byte);
    let good = |kind: &String| {
        let star = kind.find('*').is_none_or(|at| at + 1 == kind.len());
        !kind.is_empty() && kind.len() <= 64 && kind.bytes().all(legal) && star
    };
    if kinds.len() <= 64 && kinds.iter().all(good) {
        return Ok(());
    }
    Err(ApiError::bad(
        "these are no kinds of events",
        "give at most 64 like `task.done`, `task.*` or `*`",
    ))
}

/// Events of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Events {
    items: Vec<Event>,
    /// What to ask for what comes behind with; the number of the last event that was looked at.
    next: String,
    /// The number of the oldest event that is kept: whoever has asked from before it has missed some.
    oldest: u64,
}

/// GET /events
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    query: Result<Query<EventsQuery>, QueryRejection>,
) -> Answer<Json<Events>> {
    let Query(query) = query?;
    let wanted = Wanted::of(&query)?;
    let after = query.after.unwrap_or(0);
    let limit = query.limit.unwrap_or(100).clamp(1, PAGE);
    let events = app.store.event_list(after, limit).await?;
    let (oldest, newest) = app.store.event_ends().await?;
    let next = events.last().map_or(after.min(newest), |event| event.id);
    let items = events
        .into_iter()
        .filter(|event| wanted.holds(event))
        .collect();
    Ok(Json(Events {
        items,
        next: next.to_string(),
        oldest,
    }))
}

/// GET /events/stream
pub async fn follow(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    headers: HeaderMap,
    query: Result<Query<EventsQuery>, QueryRejection>,
) -> Answer<Response> {
    let Query(query) = query?;
    let wanted = Wanted::of(&query)?;
    let place = Arc::clone(&app.followers).try_acquire_owned();
    let place = place.map_err(|_| {
        ApiError::too_often(format!("{FOLLOWERS} others follow the events already"))
    })?;
    let (oldest, newest) = app.store.event_ends().await?;
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse::<u64>().ok());
    let asked = last.or(query.after).unwrap_or(newest);
    let after = asked.min(newest);
    if asked < oldest.saturating_sub(1) || asked > newest {
        app.metrics.tellings.missed.inc();
    }
    let follower = Follower {
        changed: app.store.feed().subscribe(),
        stopping: app.stopping.subscribe(),
        app,
        wanted,
        after,
        // Somebody who was away for too long is told so, instead of believing that nothing has happened; and so is
        // somebody with a number that was never given, of a database from before it was restored.
        missed: asked < oldest.saturating_sub(1) || asked > newest,
        token: who.token().hash,
        known: Instant::now(),
        _place: place,
    };
    let stream = stream::unfold(follower, |mut follower| async move {
        let events = follower.next().await?;
        Some((stream::iter(events), follower))
    });
    let alive = KeepAlive::new().interval(SIGN_OF_LIFE);
    let stream = stream.flatten().map(Ok::<_, Infallible>);
    Ok(Sse::new(stream).keep_alive(alive).into_response())
}

/// Somebody who follows the events. Nothing is kept for one who does not read: what comes next is looked up when there
/// is room for it.
struct Follower {
    app: Arc<App>,
    changed: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    wanted: Wanted,
    after: u64,
    missed: bool,
    /// The token of whoever follows, and when it was last seen to be good.
    token: [u8; 32],
    known: Instant,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    /// The next events there are; waits for one. `None` at the end.
    async fn next(&mut self) -> Option<Vec<sse::Event>> {
        if std::mem::take(&mut self.missed) {
            let lost = sse::Event::default().event("missed");
            return Some(vec![
                lost.data("events before this one are not kept any more"),
            ]);
        }
        loop {
            self.changed.borrow_and_update();
            if self.known.elapsed() >= TOKEN_CHECK {
                self.still_known().await?;
            }
            let events = self.read().await?;
            let Some(last) = events.last() else {
                tokio::select! {
                    changed = self.changed.changed() => changed.ok()?,
                    () = sleep_until(self.known + TOKEN_CHECK) => {}
                    // The server winds down: the follower comes back to the next one.
                    _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                }
                continue;
            };
            self.after = last.id;
            let wanted = events.iter().filter(|event| self.wanted.holds(event));
            let told: Vec<sse::Event> = wanted.map(|event| told(event)).collect();
            if !told.is_empty() {
                return Some(told);
            }
        }
    }

    /// Whoever has signed out, or has lost the right to look, follows to here.
    async fn still_known(&mut self) -> Option<()> {
        let token = self.app.store.token_find(&self.token, clock::now()).await;
        let person = Person::of(token.ok()??);
        self.known = Instant::now();
        person.may(Permission::See).then_some(())
    }

    async fn read(&self) -> Option<Vec<Arc<Event>>> {
        if *self.stopping.borrow() {
            return None;
        }
        if let Some(events) = self.app.store.feed().since(self.after) {
            return Some(events);
        }
        let events = self.app.store.event_list(self.after, EVENTS_PER_READ).await;
        // Whoever follows comes back, with the number of the last event it has.
        Some(events.ok()?.into_iter().map(Arc::new).collect())
    }
}

fn told(event: &Event) -> sse::Event {
    let data = serde_json::to_string(event).unwrap_or_default();
    sse::Event::default()
        .id(event.id.to_string())
        .event(event.kind.clone())
        .data(data)
}
