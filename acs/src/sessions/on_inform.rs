//! An Inform: is it from whom it says, what does it tell us, and what is there to do.

use super::authenticate::{Authenticated, Callable, Enrolment, proves_nothing};
use super::discovery;
use super::{
    Certificate, CredentialsWork, Current, LiveSession, ProfilesWork, Proof, Remote, TasksWork,
    Work,
};
use crate::admission::Entry;
use crate::app::App;
use crate::config::admission::Proof as Entrance;
use crate::limits::{SESSION_IDLE, SESSION_IDLE_MAX};
use crate::metrics::Metrics;
use crate::overload::Wait;
use crate::store::{Admitted, Id, InformOutcome, InformRecord, Result};
use cwmp::rpc::Inform;
use cwmp::session::acs::{Informed, Reply};
use cwmp::{EventCode, FaultCode, ParameterKey};
use data_model::Timestamp;
use std::time::{Duration, Instant};

/// What became of an Inform.
pub enum Opened {
    /// A session, and the InformResponse.
    Session(Box<LiveSession>, Reply),
    /// A fault.
    Refused(Reply),
    /// It claims an identity that its credentials are not for.
    WrongIdentity,
    /// It has proved nothing and claims to be a device that has credentials: it is challenged.
    Unproved(Vec<String>),
}

/// Takes an Inform: one call of the store, and the session is open.
pub async fn on_inform(
    app: &App,
    remote: Remote,
    authenticated: &Authenticated,
    informed: Informed,
    host: Option<String>,
    now: Timestamp,
) -> Result<Opened> {
    match objection(app, remote, authenticated, &informed, now).await? {
        None => {}
        Some(Objection::Fault(code)) => return Ok(refused(app, informed, code)),
        Some(Objection::WrongIdentity) => return Ok(Opened::WrongIdentity),
        Some(Objection::Unproved(challenges)) => return Ok(Opened::Unproved(challenges)),
    }
    let entry = entry(app, remote, authenticated, &informed).await?;
    let inform = &informed.inform;
    let identity = inform.device_id.username();
    let root = root_of(&inform.parameter_list);
    let parameter_key = inform
        .parameter_list
        .get_by_suffix(".ManagementServer.ParameterKey");
    let parameter_key = ParameterKey::from_peer(parameter_key.unwrap_or_default());
    let idle = idle(informed.session_timeout_secs);
    app.metrics.wire.inform(&inform.event, inform.retry_count);
    let record = record(&informed, remote, now);
    let begun = Instant::now();
    // The InformResponse acknowledges the events, so they are on stable storage first.
    let outcome = match entry {
        Entry::Open => Some(app.store.record_inform(record).await?),
        Entry::Quarantine(why) => app.store.record_stranger(record, why).await?,
        Entry::Refuse(_) => None,
    };
    app.overload.waited(Wait::Inform, begun.elapsed());
    let Some(outcome) = outcome else {
        Metrics::count(&app.metrics.requests_rejected, "admission");
        tracing::info!(device.identity = %identity, address = %remote.address, "an unknown device is refused");
        let denied = FaultCode::ACS_REQUEST_DENIED;
        return Ok(Opened::Refused(informed.refuse(denied.into())));
    };
    app.caller.came(outcome.device);
    if authenticated.enrolment == Enrolment::Pending {
        app.store.credentials_confirm(outcome.device, now).await?;
    }
    let mut work = work(app, authenticated, &outcome, root, parameter_key, now);
    discover(app, &mut work, inform, outcome.device, now).await?;
    if outcome.first_contact {
        app.metrics.wire.devices_new.inc();
        tracing::info!(device.identity = %identity, address = %remote.address, "first contact");
    }
    let (machine, reply) = informed.accept();
    let identity = identity.into();
    let session = LiveSession {
        trace: app.traces.begin(outcome.device, &identity, now),
        machine,
        device: outcome.device,
        identity,
        address: remote.address,
        proof: match authenticated.identity {
            Some(_) => Proof::Given,
            None => Proof::None,
        },
        opened: now,
        idle,
        work,
        rpcs: 0,
        asked: None,
        host,
    };
    Ok(Opened::Session(Box::new(session), reply))
}

/// A device that is met for the first time, or as new: what was known of it counts for nothing.
async fn discover(
    app: &App,
    work: &mut Work,
    inform: &Inform,
    device: Id,
    now: Timestamp,
) -> Result<()> {
    let admitted = work.admitted == Admitted::Yes;
    if admitted && app.live().discovery.on_bootstrap && inform.has_event(&EventCode::Bootstrap) {
        discovery::queue(app, device, now).await?;
        work.background = TasksWork::Due;
    }
    Ok(())
}

/// What the store is told.
fn record(informed: &Informed, remote: Remote, now: Timestamp) -> InformRecord {
    let inform = &informed.inform;
    InformRecord {
        identity: inform.device_id.clone(),
        at: now,
        address: remote.address,
        cwmp_version: informed.version(),
        events: inform.event.clone(),
        parameters: inform.parameter_list.clone(),
    }
}

/// How long the device may be silent, within what it may ask for (TR-069 3.7.2.4).
fn idle(asked_secs: Option<u32>) -> Duration {
    asked_secs.map_or(SESSION_IDLE, |secs| {
        Duration::from_secs(u64::from(secs)).clamp(SESSION_IDLE, SESSION_IDLE_MAX)
    })
}

/// Whether a device without credentials of its own is let in.
async fn entry(
    app: &App,
    remote: Remote,
    authenticated: &Authenticated,
    informed: &Informed,
) -> Result<Entry> {
    match authenticated.enrolment {
        Enrolment::Own | Enrolment::Pending | Enrolment::Reset => return Ok(Entry::Open),
        Enrolment::New => {}
    }
    let proof = match (remote.certificate, &authenticated.identity) {
        (Certificate::Shown, _) => Entrance::Certificate,
        (Certificate::None, Some(_)) => Entrance::Secret,
        (Certificate::None, None) => Entrance::Nothing,
    };
    let store = app.store.as_ref();
    let admission = app.admission.get();
    admission
        .entry(store, &informed.inform, remote.address, proof)
        .await
}

fn refused(app: &App, informed: Informed, code: FaultCode) -> Opened {
    app.metrics.wire.our_fault(code);
    Opened::Refused(informed.refuse(code.into()))
}

/// What speaks against an Inform.
enum Objection {
    Fault(FaultCode),
    WrongIdentity,
    Unproved(Vec<String>),
}

/// Whether the device is who it says, and may say it with what it came with.
async fn objection(
    app: &App,
    remote: Remote,
    authenticated: &Authenticated,
    informed: &Informed,
    now: Timestamp,
) -> Result<Option<Objection>> {
    let inform = &informed.inform;
    let address = remote.address;
    let identity = inform.device_id.username();
    if inform.device_id.serial_number.is_empty() || inform.device_id.oui.is_empty() {
        return Ok(Some(Objection::Fault(FaultCode::ACS_INVALID_ARGUMENTS)));
    }
    match &authenticated.identity {
        Some(proved) if *proved != identity => {
            tracing::warn!(claimed = %identity, %address, "Inform with foreign credentials");
            let claimed: String = identity.chars().take(128).collect();
            let subject = format!("{proved} claims to be {claimed}");
            crate::auth::refused(app, address, "device.refused", subject).await?;
            return Ok(Some(Objection::WrongIdentity));
        }
        Some(_) => {}
        None => {
            let device = Id::of_device(&inform.device_id);
            if let Some(challenges) = proves_nothing(app, device, remote, now).await? {
                tracing::warn!(claimed = %identity, %address, "known device without its credentials");
                return Ok(Some(Objection::Unproved(challenges)));
            }
        }
    }
    if authenticated.enrolment == Enrolment::Reset && !inform.has_event(&EventCode::Bootstrap) {
        // Only a device that has lost everything may fall back to the secret all of them share.
        tracing::warn!(device.identity = %identity, "shared secret of a known device without BOOTSTRAP");
        return Ok(Some(Objection::Fault(FaultCode::ACS_REQUEST_DENIED)));
    }
    Ok(None)
}

fn work(
    app: &App,
    authenticated: &Authenticated,
    outcome: &InformOutcome,
    root: &'static str,
    parameter_key: ParameterKey,
    now: Timestamp,
) -> Work {
    let rotate = app.live().enrolment.rotate_credentials;
    let credentials = match (authenticated.enrolment, authenticated.callable) {
        (Enrolment::Own, Callable::Renew) => CredentialsWork::Due,
        (_, _) if !rotate => CredentialsWork::Settled,
        (Enrolment::New | Enrolment::Reset, _) => CredentialsWork::Due,
        (Enrolment::Own, Callable::No) => CredentialsWork::CallsOnly,
        // A device that comes with prepared credentials has got those for calls with them.
        (Enrolment::Pending, _) | (Enrolment::Own, Callable::Yes) => CredentialsWork::Settled,
    };
    let stamp = app.profiles().stamp;
    let stamps = &outcome.stamps;
    let waits = stamps.waits == stamp && now < stamps.opens;
    let compared = stamps.agreed == stamp || stamps.failed == stamp || waits;
    let tasks = if outcome.tasks_due {
        TasksWork::Due
    } else {
        TasksWork::None
    };
    Work {
        credentials,
        tasks,
        background: tasks,
        profiles: if compared {
            ProfilesWork::Agreed
        } else {
            ProfilesWork::Due
        },
        compared: stamp,
        admitted: outcome.admitted,
        current: Current::Idle,
        root,
        parameter_key,
    }
}

/// The root object of a device's tree, by the parameters of its Inform.
fn root_of(parameters: &data_model::ParameterList) -> &'static str {
    let igd = parameters
        .iter()
        .any(|parameter| parameter.name.starts_with("InternetGatewayDevice."));
    if igd {
        "InternetGatewayDevice."
    } else {
        "Device."
    }
}
