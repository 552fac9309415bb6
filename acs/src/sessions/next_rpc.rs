//! Our turn in a session: credentials first, then tasks, then profiles, then tasks that nobody waits for, then nothing.

use super::tasks::{Queue, task};
use super::{Comparison, CredentialsWork, Current, LiveSession, ProfilesWork, Wrote};
use crate::app::App;
use crate::clock;
use crate::limits::RPCS_PER_SESSION;
use crate::metrics::Metrics;
use crate::provisioning::{Plan, Step, desired, plan};
use crate::redact::is_secret;
use crate::store::{Agreement, NewCredentials, Result, TaskFault};
use cwmp::http::Verifier;
use cwmp::rpc::SetParameterValues;
use cwmp::session::AcsSession;
use cwmp::session::acs::{Ready, Reply};
use cwmp::{AcsRequest, ParameterKey};
use data_model::{ParameterList, Secret};
use std::collections::VecDeque;

/// Our user at the connection request listeners of devices.
const CALLER: &str = "dialtone";

/// The next request to the device, or the end of the session.
pub async fn next_rpc(
    app: &App,
    session: &mut LiveSession,
    ready: Ready,
) -> Result<(Option<AcsSession>, Reply)> {
    if session.rpcs >= RPCS_PER_SESSION {
        return Ok((None, ready.finish()));
    }
    let request = match credentials(app, session).await? {
        Some(request) => Some(request),
        None => match task(app, session, Queue::Foreground).await? {
            Some(request) => Some(request),
            None => match profiles(app, session).await? {
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
            session.rpcs += 1;
            Metrics::count(&app.metrics.rpcs, request.name());
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

/// The next RPC that makes the device agree with its profiles.
async fn profiles(app: &App, session: &mut LiveSession) -> Result<Option<AcsRequest>> {
    let stamp = app.profiles().stamp;
    if session.work.compared != stamp && matches!(session.work.profiles, ProfilesWork::Agreed) {
        // They have changed while the session was open.
        session.work.profiles = ProfilesWork::Due;
    }
    if let ProfilesWork::Due = session.work.profiles {
        session.work.compared = stamp;
        session.work.profiles = match compare(app, session).await? {
            Some(comparison) => ProfilesWork::Comparing(Box::new(comparison)),
            None => ProfilesWork::Agreed,
        };
    }
    let ProfilesWork::Comparing(comparison) = &mut session.work.profiles else {
        return Ok(None);
    };
    if comparison.steps.is_empty() {
        match plan::plan(&comparison.desired, &comparison.known, &comparison.key) {
            Plan::Steps(steps) => comparison.steps = steps.into(),
            Plan::Agreed => {
                agreed(app, session).await?;
                return Ok(None);
            }
        }
    }
    match comparison.steps.pop_front() {
        None => Ok(None),
        Some(Step::Read(read)) => {
            session.work.current = Current::Compare(None);
            Ok(Some(read.into()))
        }
        Some(Step::Write(mut write)) => {
            let secrets = write.parameter_list.iter().all(|one| is_secret(one.name));
            if secrets && comparison.wrote == Wrote::Nothing && comparison.steps.is_empty() {
                // All that can be compared agrees. Some devices never keep our ParameterKey, and a secret cannot be
                // read back: with a key they do not report they would be given it in every session.
                comparison.key = session.work.parameter_key.clone();
                write.parameter_key = comparison.key.clone();
            }
            session.work.current = Current::Compare(Some(write.parameter_list.clone()));
            Ok(Some(write.into()))
        }
    }
}

/// Begins a comparison. `None` if there is nothing to compare with, which is kept.
async fn compare(app: &App, session: &LiveSession) -> Result<Option<Comparison>> {
    let Some(device) = app.store.device_find(session.device).await? else {
        return Ok(None);
    };
    let variables = app.store.device_variables(session.device).await?;
    let profiles = app.profiles();
    let stamp = profiles.stamp;
    match desired::desired(&profiles.list, &device, &variables) {
        Ok(desired) => Ok(Some(Comparison {
            stamp,
            desired,
            known: plan::Known::default(),
            steps: VecDeque::new(),
            key: ParameterKey::from_peer(&format!("{stamp:016x}")),
            wrote: Wrote::Nothing,
            device,
        })),
        Err(why) => {
            tracing::warn!(device.identity = %session.identity, %why, "profiles cannot be applied");
            let fault = TaskFault::ours(why.to_string());
            app.store
                .provisioning_failed(session.device, stamp, fault, clock::now())
                .await?;
            Ok(None)
        }
    }
}

/// The device agrees: that is kept, with the key it will report from now on.
async fn agreed(app: &App, session: &mut LiveSession) -> Result<()> {
    let work = std::mem::replace(&mut session.work.profiles, ProfilesWork::Agreed);
    let ProfilesWork::Comparing(comparison) = work else {
        return Ok(());
    };
    let key = match comparison.wrote {
        Wrote::Something => &comparison.key,
        Wrote::Nothing => &session.work.parameter_key,
    };
    let agreement = Agreement {
        stamp: comparison.stamp,
        revision: comparison.device.provisioning.revision,
        parameter_key: key.to_string(),
    };
    let observed = comparison.known.observed(&comparison.desired);
    let device = session.device;
    app.store
        .provisioning_agreed(device, agreement, observed, clock::now())
        .await?;
    if comparison.wrote == Wrote::Something {
        tracing::info!(device.identity = %session.identity, values = comparison.desired.values.len(), "profiles applied");
    }
    Ok(())
}
