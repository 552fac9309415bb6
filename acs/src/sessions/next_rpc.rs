//! Our turn in a session: credentials first, then tasks, then profiles, then tasks that nobody waits for, then nothing.

use super::tasks::{Queue, task};
use super::{CredentialsWork, Current, LiveSession, compare};
use crate::app::App;
use crate::clock;
use crate::limits::RPCS_PER_SESSION;
use crate::store::{Admitted, NewCredentials, Result};
use cwmp::AcsRequest;
use cwmp::http::Verifier;
use cwmp::rpc::SetParameterValues;
use cwmp::session::AcsSession;
use cwmp::session::acs::{Ready, Reply};
use data_model::{ParameterList, Secret};

/// Our user at the connection request listeners of devices.
const CALLER: &str = "dialtone";

/// The next request to the device, or the end of the session.
pub async fn next_rpc(
    app: &App,
    session: &mut LiveSession,
    ready: Ready,
) -> Result<(Option<AcsSession>, Reply)> {
    if session.rpcs >= RPCS_PER_SESSION || session.work.admitted == Admitted::No {
        return Ok((None, ready.finish()));
    }
    let request = match credentials(app, session).await? {
        Some(request) => Some(request),
        None => match task(app, session, Queue::Foreground).await? {
            Some(request) => Some(request),
            None => match compare::next(app, session).await? {
                Some(request) => Some(request),
                None => task(app, session, Queue::Background).await?,
            },
        },
    };
    match request {
        None => {
            session.work.current = Current::Idle;
            Ok((None, ready.finish()))
        }
        Some(request) => {
            session.count_call(&app.metrics, request.name());
            let (machine, reply) = ready.call(request);
            Ok((Some(machine), reply))
        }
    }
}

/// Gives a new device credentials of its own, both ways. They are kept before they leave: if the answer is lost, the
/// device may come back with the old ones or with these.
async fn credentials(app: &App, session: &mut LiveSession) -> Result<Option<AcsRequest>> {
    let due = std::mem::replace(&mut session.work.credentials, CredentialsWork::Settled);
    let call_password = clock::random_password();
    let username = session.identity.to_string();
    let mut values = vec![
        ("ConnectionRequestUsername", CALLER),
        ("ConnectionRequestPassword", call_password.as_str()),
    ];
    let password = clock::random_password();
    let verifier = match due {
        CredentialsWork::Settled => return Ok(None),
        CredentialsWork::CallsOnly => None,
        CredentialsWork::Due => {
            values.extend([("Username", username.as_str()), ("Password", &password)]);
            let password = Secret::new(password.as_str());
            Some(Verifier::new(&username, app.realm(), &password))
        }
    };
    let new = NewCredentials {
        verifier,
        connection_request_username: CALLER.into(),
        connection_request_password: Secret::new(call_password.as_str()),
    };
    app.store
        .credentials_prepare(session.device, new, clock::now())
        .await?;
    let root = session.work.root;
    let values = values
        .into_iter()
        .map(|(name, value)| (format!("{root}ManagementServer.{name}"), value));
    let mut list = ParameterList::new();
    for (name, value) in values {
        list.push_str(&name, value);
    }
    session.work.current = Current::Credentials;
    Ok(Some(
        SetParameterValues {
            parameter_list: list,
            parameter_key: session.work.parameter_key.clone(),
        }
        .into(),
    ))
}
