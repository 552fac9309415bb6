//! Keeps our connection to the XMPP server up, and carries requests and their answers over it.

use super::session::{Conversation, sign_in};
use super::{Account, Order};
use crate::connection_request::Outcome;
use crate::limits::{XMPP_CALLS, XMPP_KEEP_ALIVE, XMPP_RETRY_MAX, XMPP_SIGN_IN_TIMEOUT};
use cwmp::side::xmpp::{Answer, Element, Question, connection_request};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_rustls::client::TlsStream;

type Line = Conversation<TlsStream<TcpStream>>;

/// Time until the first attempt after a loss; doubled with each that fails.
const RETRY: Duration = Duration::from_secs(1);

/// Connects, and connects again, until the server winds down.
pub(super) async fn run(
    account: Arc<Account>,
    mut ordered: mpsc::Receiver<Order>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut wait = RETRY;
    loop {
        let signing_in = tokio::time::timeout(XMPP_SIGN_IN_TIMEOUT, sign_in(&account));
        let signed_in = tokio::select! {
            signed_in = signing_in => signed_in,
            _ = stopped.changed() => return,
        };
        let why = match signed_in {
            Ok(Ok(line)) => {
                tracing::info!(domain = %account.domain, "connected over XMPP");
                wait = RETRY;
                match carry(line, &mut ordered, &mut stopped).await {
                    Over::Stopped => return,
                    Over::Lost(why) => why,
                }
            }
            Ok(Err(why)) => why,
            Err(_) => "the XMPP server does not answer".to_owned(),
        };
        tracing::warn!(domain = %account.domain, why, "not connected over XMPP");
        let rest = tokio::time::sleep(wait);
        wait = (wait * 2).min(XMPP_RETRY_MAX);
        tokio::pin!(rest);
        loop {
            tokio::select! {
                () = &mut rest => break,
                _ = stopped.changed() => return,
                order = ordered.recv() => match order {
                    Some(order) => {
                        // Whoever has given up does not need it.
                        let _ = order.outcome.send(Outcome::Failed(why.clone()));
                    }
                    None => return,
                },
            }
        }
    }
}

/// A call that is not answered yet.
struct Waiting {
    /// Whom it was sent to.
    of: String,
    outcome: oneshot::Sender<Outcome>,
}

enum Over {
    Stopped,
    Lost(String),
}

/// Carries requests until the connection is lost.
async fn carry(
    mut line: Line,
    ordered: &mut mpsc::Receiver<Order>,
    stopped: &mut watch::Receiver<bool>,
) -> Over {
    let mut waiting: HashMap<String, Waiting> = HashMap::new();
    let mut number: u64 = 0;
    let mut beat = tokio::time::interval(XMPP_KEEP_ALIVE);
    loop {
        let said = tokio::select! {
            _ = stopped.changed() => {
                // The server closes its half in turn, or does not.
                let _ = line.say("</stream:stream>").await;
                return Over::Stopped;
            }
            // RFC 6120 4.6.1: a blank between stanzas is a sign of life.
            _ = beat.tick() => line.say(" ").await,
            order = ordered.recv(), if waiting.len() < XMPP_CALLS => {
                let Some(order) = order else { return Over::Stopped };
                number += 1;
                let id = format!("call-{number}");
                let text = connection_request(&id, &order.to, &order.username, &order.password);
                waiting.insert(id, Waiting {
                    of: order.to,
                    outcome: order.outcome,
                });
                line.say(&text).await
            }
            stanza = line.hear() => match stanza {
                Ok(stanza) => {
                    let reply = heard(&stanza, &mut waiting);
                    match reply {
                        Some(reply) => line.say(&reply).await,
                        None => Ok(()),
                    }
                }
                Err(why) => Err(why),
            },
        };
        waiting.retain(|_, waiting| !waiting.outcome.is_closed());
        if let Err(why) = said {
            for Waiting { outcome, .. } in waiting.into_values() {
                // Whoever has given up does not need it.
                let _ = outcome.send(Outcome::Failed(why.clone()));
            }
            return Over::Lost(why);
        }
    }
}

/// Takes an answer to its question, and answers questions.
fn heard(stanza: &Element, waiting: &mut HashMap<String, Waiting>) -> Option<String> {
    // RFC 6120 8.2.3: every question is answered; we know none.
    if let Some(question) = Question::of(stanza) {
        return Some(question.answer(Answer::ServiceUnavailable));
    }
    if stanza.name != "iq" {
        return None;
    }
    let id = stanza.attribute("id")?;
    // RFC 6120 8.1.2.1: the server says truly whom a stanza is from; our numbers are easily guessed.
    if !may_answer(&waiting.get(id)?.of, stanza.attribute("from")) {
        return None;
    }
    let Waiting { outcome, .. } = waiting.remove(id)?;
    // Whoever has given up does not need it.
    let _ = outcome.send(meaning(stanza));
    None
}

/// Whether whoever was asked answers, by any of its connections, or a server in its place.
fn may_answer(asked: &str, from: Option<&str>) -> bool {
    let Some(from) = from else {
        // Our own server.
        return true;
    };
    let bare = |address: &str| {
        let bare = address.split('/').next().unwrap_or_default();
        bare.to_ascii_lowercase()
    };
    let (asked, from) = (bare(asked), bare(from));
    from == asked
        || asked
            .split_once('@')
            .is_some_and(|(_, domain)| from == domain)
}

/// TR-069 K.2.3.3.
fn meaning(stanza: &Element) -> Outcome {
    if stanza.attribute("type") == Some("result") {
        return Outcome::Accepted;
    }
    let error = stanza.child("error");
    let has = |name: &str| error.is_some_and(|error| error.child(name).is_some());
    if has("not-authorized") {
        return Outcome::Failed("the device does not accept our address, user or password".into());
    }
    // A server answers so for a device that is not connected; a device, when it is busy.
    let from_device = stanza
        .attribute("from")
        .is_some_and(|from| from.contains('/'));
    if has("service-unavailable") && from_device && error.is_some_and(has_code_of_device) {
        return Outcome::Busy;
    }
    let why = error.and_then(|error| error.children.first());
    let why = why.map_or("no reason", |why| why.name.as_str());
    Outcome::Failed(format!("the XMPP server or the device answers {why:.64}"))
}

/// TR-069 K.2.3.3 has a device give the code 503; servers of RFC 6120 give none.
fn has_code_of_device(error: &Element) -> bool {
    error.attribute("code") == Some("503")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_answers_in_the_place_of_a_device() {
        let asked = "ata1@xmpp.example/TR069";
        for from in [
            None,
            Some("ata1@xmpp.example/TR069"),
            Some("ATA1@xmpp.example"),
            Some("xmpp.example"),
        ] {
            assert!(may_answer(asked, from), "{from:?}");
        }
        for from in [
            "ata2@xmpp.example/TR069",
            "other.example",
            "ata1@other.example",
            "",
        ] {
            assert!(!may_answer(asked, Some(from)), "{from}");
        }
    }
}
