//! The writer of traces: takes sessions that are over, masks them, and keeps them.

use super::Finished;
use super::mask::{Kept, Masker};
use crate::app::App;
use crate::store::{Side, TracedMessage, TracedSession};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Keeps one session after the other, until the server ends.
pub async fn write_all(app: Arc<App>, mut sessions: mpsc::Receiver<Finished>) {
    while let Some(finished) = sessions.recv().await {
        let device = finished.device;
        let masked = tokio::task::spawn_blocking(move || masked(finished)).await;
        let Ok(session) = masked else {
            tracing::error!(%device, "a mistake in the trace, see above");
            continue;
        };
        let limits = app.trace_limits();
        if let Err(error) = app.store.trace_put(session, limits).await {
            tracing::warn!(%device, %error, "a traced session cannot be kept");
        }
    }
}

/// A session as it may be kept.
fn masked(finished: Finished) -> TracedSession {
    let mut masker = Masker::default();
    let mut kept: Vec<Kept> = Vec::with_capacity(finished.bodies.len());
    for (side, _, body) in &finished.bodies {
        kept.push(match side {
            Side::Cpe => masker.from_cpe(body),
            Side::Acs => masker.from_acs(body),
        });
    }
    let events = match finished.bodies.first() {
        Some((Side::Cpe, _, body)) => events(body),
        Some(_) | None => Vec::new(),
    };
    let messages = kept.into_iter().zip(&finished.bodies);
    let messages: Vec<TracedMessage> = messages
        .map(|(mut kept, (side, at, _))| {
            masker.everywhere(&mut kept);
            TracedMessage {
                from: *side,
                after_ms: at.since_ms(finished.begin),
                name: kept.name,
                body: kept.body,
            }
        })
        .collect();
    let outcome = finished.outcome.unwrap_or_else(|| "superseded".into());
    TracedSession {
        id: finished.id,
        device: finished.device,
        identity: finished.identity.to_string(),
        begin: finished.begin,
        end: finished.end,
        events,
        rpcs: rpcs(&messages),
        outcome,
        complete: !finished.full,
        messages,
    }
}

/// The events of the Inform a session begins with.
fn events(inform: &[u8]) -> Vec<String> {
    use cwmp::message::CpeRequest;
    use cwmp::{Envelope, FromCpe};
    match cwmp::envelope::read::<FromCpe>(inform) {
        Ok(Envelope {
            body: FromCpe::Request(CpeRequest::Inform(inform)),
            ..
        }) => {
            let codes = inform.event.iter();
            codes
                .map(|event| event.event_code.as_str().to_owned())
                .collect()
        }
        Ok(_) | Err(_) => Vec::new(),
    }
}

/// RPCs we have called: what we said that is no answer.
fn rpcs(messages: &[TracedMessage]) -> u32 {
    let ours = messages.iter().filter(|message| message.from == Side::Acs);
    let called = ours.filter(|message| {
        let name = message.name.as_str();
        !name.ends_with("Response") && !["empty", "unreadable", "Fault"].contains(&name)
    });
    u32::try_from(called.count()).unwrap_or(u32::MAX)
}
