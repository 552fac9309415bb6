//! Who a device is: Digest or Basic against its own credentials, else by the enrolment rule.

use super::{Line, Remote};
use crate::app::App;
use crate::clock;
use crate::config::EnrolmentMode;
use crate::store::{Id, Rotation, StoreError};
use cwmp::http::digest::{Stale, Verdict};
use cwmp::http::{Credentials as Given, Verifier, basic, parse_authorization};
use data_model::Timestamp;

/// A device that has proved who it is, as far as the rules ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// The identity it proved; its Inform must claim the same. `None` under open enrolment without credentials.
    pub identity: Option<String>,
    /// How it proved it.
    pub enrolment: Enrolment,
    /// Whether we can prove who we are when we call it.
    pub callable: Callable,
}

/// Whether a device has credentials for our connection requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callable {
    /// It has, as far as we know.
    Yes,
    /// It has never been given any.
    No,
    /// It is to get others, and another password of its own.
    Renew,
}

impl Callable {
    fn by(known: Option<&crate::store::Credentials>) -> Callable {
        match known {
            Some(known) if known.rotation == Rotation::Due => Callable::Renew,
            Some(known) if !known.connection_request_username.is_empty() => Callable::Yes,
            Some(_) | None => Callable::No,
        }
    }
}

/// How a device has proved who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// With its own credentials.
    Own,
    /// With credentials we have just given it; they are its own from now on.
    Pending,
    /// Unknown, with the shared secret, or under open enrolment.
    New,
    /// Known, with the shared secret: only right after a factory reset.
    Reset,
}

/// Why a device may not come in, and what it is told.
#[derive(Debug)]
pub enum Refused {
    /// 401 with these challenges.
    Challenge(Vec<String>),
    /// 503: it cannot be looked up.
    Unavailable(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        Refused::Unavailable(error)
    }
}

/// Somebody who has proved nothing, under open enrolment. Its Inform may only claim an identity that has no credentials
/// yet ([`proves_nothing`]).
const STRANGER: Authenticated = Authenticated {
    identity: None,
    enrolment: Enrolment::New,
    callable: Callable::No,
};

/// What a device is told that has proved nothing and claims to be one that could: the challenge. `None` if it may come
/// in.
pub async fn proves_nothing(
    app: &App,
    device: Id,
    remote: Remote,
    now: Timestamp,
) -> crate::store::Result<Option<Vec<String>>> {
    let known = app.store.credentials_find(device).await?;
    if known.is_none_or(|known| known.verifier.is_none()) {
        return Ok(None);
    }
    Ok(Some(challenges(app, remote, Stale::No, now)))
}

/// Decides who a device is from its `Authorization` header.
pub async fn authenticate(
    app: &App,
    authorization: Option<&str>,
    target: &str,
    remote: Remote,
    now: Timestamp,
) -> Result<Authenticated, Refused> {
    let Some(given) = authorization.and_then(parse_authorization) else {
        if app.live().enrolment.mode == EnrolmentMode::Open && authorization.is_none() {
            return Ok(STRANGER);
        }
        return Err(challenge(app, remote, Stale::No, now));
    };
    if let Given::Basic { .. } = given
        && remote.line == Line::Plain
        && !app.live().cwmp.basic_without_tls
    {
        return Err(challenge(app, remote, Stale::No, now));
    }
    let username = match &given {
        Given::Basic { username, .. } => username.clone(),
        Given::Digest(fields) => fields.username.clone(),
    };
    let known = app
        .store
        .credentials_find(Id::of_identity(&username))
        .await?;
    let has_own = known.as_ref().is_some_and(|known| known.verifier.is_some());
    if app.live().enrolment.mode == EnrolmentMode::Open && !has_own {
        // Many devices send what they were made with, asked or not; there is nothing to check it against.
        return Ok(STRANGER);
    }
    let callable = Callable::by(known.as_ref());
    let candidates = candidates(app, &username, known.as_ref());
    let mut stale = Stale::No;
    for (enrolment, verifier) in candidates {
        let scheme = scheme(&given);
        match check(app, &given, &verifier, target, now) {
            Verdict::Accepted => {
                app.metrics.wire.login(scheme, "accepted");
                return Ok(Authenticated {
                    identity: Some(username),
                    enrolment,
                    callable,
                });
            }
            Verdict::Stale => stale = Stale::Yes,
            Verdict::Replayed => {
                app.metrics.wire.digest_replays.inc();
                stale = Stale::Yes;
            }
            Verdict::Rejected => {}
        }
    }
    let result = match stale {
        Stale::Yes => "stale",
        Stale::No => "rejected",
    };
    app.metrics.wire.login(scheme(&given), result);
    Err(challenge(app, remote, stale, now))
}

/// How somebody proves who they are, for counting.
fn scheme(given: &Given) -> &'static str {
    match given {
        Given::Basic { .. } => "basic",
        Given::Digest(_) => "digest",
    }
}

/// What the password of a user may be checked against, best first.
fn candidates(
    app: &App,
    username: &str,
    known: Option<&crate::store::Credentials>,
) -> Vec<(Enrolment, Verifier)> {
    let live = app.live();
    let enrolment = &live.enrolment;
    let shared = || Verifier::new(username, app.realm(), &enrolment.secret);
    let by_secret = enrolment.mode == EnrolmentMode::SharedSecret && !enrolment.secret.is_empty();
    let mut candidates = Vec::with_capacity(3);
    match known {
        Some(known) => {
            candidates.extend(known.verifier.clone().map(|own| (Enrolment::Own, own)));
            candidates.extend(
                known
                    .pending
                    .clone()
                    .map(|pending| (Enrolment::Pending, pending)),
            );
            if by_secret && enrolment.allow_reset_devices {
                candidates.push((Enrolment::Reset, shared()));
            }
        }
        None if by_secret => candidates.push((Enrolment::New, shared())),
        None => {}
    }
    candidates
}

fn check(app: &App, given: &Given, verifier: &Verifier, target: &str, now: Timestamp) -> Verdict {
    match given {
        Given::Basic { username, password } => {
            match verifier.accepts(username, app.realm(), password) {
                true => Verdict::Accepted,
                false => Verdict::Rejected,
            }
        }
        Given::Digest(fields) => app.digest().check(fields, "POST", target, verifier, now),
    }
}

/// TR-069 3.4.4: Basic over TLS, Digest without; Digest is offered in both cases for devices that know nothing else.
fn challenges(app: &App, remote: Remote, stale: Stale, now: Timestamp) -> Vec<String> {
    let mut headers = Vec::with_capacity(3);
    if remote.line == Line::Tls || app.live().cwmp.basic_without_tls {
        headers.push(basic::challenge(app.realm()));
    }
    headers.extend(app.digest().challenges(now, clock::random(), stale));
    headers
}

fn challenge(app: &App, remote: Remote, stale: Stale, now: Timestamp) -> Refused {
    Refused::Challenge(challenges(app, remote, stale, now))
}
