//! A device and its profiles in a session: begin, one RPC after the other, and what is kept of how it ended.

use super::{Comparison, Current, LiveSession, ProfilesWork, Wrote};
use crate::app::App;
use crate::clock;
use crate::provisioning::comparison::{self, Left, Meaning, Next, Start};
use crate::provisioning::desired::{Desired, desired};
use crate::provisioning::plan::Step;
use crate::redact::is_secret;
use crate::store::{Agreement, BrokenOff, Device, Observed, Result, TaskFault, Waits};
use crate::zone::Zone;
use cwmp::session::acs::AnswerFault;
use cwmp::{AcsRequest, CpeResponse, ParameterKey};
use data_model::Timestamp;
use std::collections::BTreeMap;

/// The next RPC that makes the device agree with its profiles.
pub(super) async fn next(app: &App, session: &mut LiveSession) -> Result<Option<AcsRequest>> {
    let stamp = app.profiles().stamp;
    if session.work.compared != stamp && matches!(session.work.profiles, ProfilesWork::Agreed) {
        // They have changed while the session was open.
        session.work.profiles = ProfilesWork::Due;
    }
    if let ProfilesWork::Due = session.work.profiles {
        session.work.compared = stamp;
        session.work.profiles = match begin(app, session).await? {
            Some(comparison) => ProfilesWork::Comparing(Box::new(comparison)),
            None => ProfilesWork::Agreed,
        };
    }
    let ProfilesWork::Comparing(comparison) = &mut session.work.profiles else {
        return Ok(None);
    };
    let step = match comparison.progress.advance() {
        Next::Call(step) => step,
        Next::Over(left) => {
            over(app, session, left).await?;
            return Ok(None);
        }
    };
    if let Step::Add(adding) = &step {
        // The intent is stored before the bytes leave: if nobody hears of the row, it is found again.
        app.store.adding_put(session.device, adding.clone()).await?;
    }
    if let Step::Write(changes) = &step
        && comparison.wrote == Wrote::Nothing
        && !comparison.progress.has_steps()
        && changes.iter().all(|change| is_secret(&change.name))
    {
        // All that can be compared agrees. Some devices never keep our ParameterKey, and a secret cannot be read back:
        // with a key they do not report they would be given it in every session.
        comparison.key = session.work.parameter_key.clone();
    }
    let request = step.request(&comparison.key);
    session.work.current = Current::Compare(Box::new(step));
    Ok(Some(request))
}

/// What is desired of a device, and whether that is what it last agreed with.
pub enum Asked {
    /// It is, and nobody else has configured it since.
    AsBefore,
    /// It is to be compared.
    Anew(Box<Desired>),
    /// It cannot be put together.
    Impossible(TaskFault),
}

/// Looks at what is desired of a device without asking it.
pub async fn ask(app: &App, device: &Device) -> Result<Asked> {
    let variables = app.store.device_variables(device.id).await?;
    let profiles = app.profiles();
    let evidence = app.evidence(device.id, &profiles.asked).await?;
    match desired(&profiles.list, device, &variables, &evidence) {
        Err(why) => Ok(Asked::Impossible(TaskFault::ours(why.to_string()))),
        Ok(desired) => {
            let stands = &device.provisioning;
            let before = stands.stamp != 0 && stands.digest == desired.digest();
            Ok(match before {
                true => Asked::AsBefore,
                false => Asked::Anew(Box::new(desired)),
            })
        }
    }
}

/// Keeps that a device agrees with the profiles of a stamp as it did with others.
pub async fn agrees_as_before(app: &App, device: &Device, stamp: u64) -> Result<()> {
    let stands = &device.provisioning;
    let agreement = Agreement {
        stamp,
        revision: stands.revision,
        parameter_key: stands.parameter_key.clone(),
        digest: stands.digest,
    };
    app.store
        .provisioning_agreed(device.id, agreement, Observed::default(), clock::now())
        .await
}

/// Profiles whose changes have to wait, each with when its window opens. A device that has never agreed since it was
/// new is not in use, and waits for nothing.
pub async fn closed(
    app: &App,
    device: &Device,
    desired: &Desired,
    now: Timestamp,
) -> Result<BTreeMap<String, Timestamp>> {
    let config = app.live();
    let usual = config.profiles.windows.as_ref();
    let agreed = device.provisioning.at;
    let is_new = agreed.is_none_or(|agreed| device.last_bootstrap > Some(agreed));
    if is_new || !desired.has_windows(usual) {
        return Ok(BTreeMap::new());
    }
    let snapshot = app.store.snapshot(device.id).await?;
    let zone = Zone::observed(&snapshot.values);
    let zone = zone.as_ref().unwrap_or(&config.profiles.zone);
    Ok(desired.closed(usual, now, zone))
}

/// Begins a comparison. `None` if there is nothing to compare with, which is kept.
async fn begin(app: &App, session: &LiveSession) -> Result<Option<Comparison>> {
    let Some(device) = app.store.device_find(session.device).await? else {
        return Ok(None);
    };
    let stamp = app.profiles().stamp;
    let desired = match ask(app, &device).await? {
        Asked::Anew(desired) => desired,
        Asked::AsBefore => {
            agrees_as_before(app, &device, stamp).await?;
            return Ok(None);
        }
        Asked::Impossible(fault) => {
            let why = &fault.text;
            tracing::warn!(device.identity = %session.identity, why, "profiles cannot be applied");
            app.store
                .provisioning_failed(session.device, stamp, fault, clock::now())
                .await?;
            return Ok(None);
        }
    };
    let closed = closed(app, &device, &desired, clock::now()).await?;
    let addings = match desired.objects.is_empty() {
        true => Vec::new(),
        false => app.store.addings(device.id).await?,
    };
    let start = Start {
        desired: *desired,
        refusals: app.store.refusals(device.id).await?,
        addings,
        held: closed.keys().cloned().collect(),
        software_version: device.software_version.clone(),
    };
    Ok(Some(Comparison {
        stamp,
        progress: comparison::Comparison::begin(start),
        key: ParameterKey::from_peer(&format!("{stamp:016x}")),
        wrote: Wrote::Nothing,
        device,
        closed,
    }))
}

/// Nothing more can be done now: how it stands is kept, with the key the device will report from now on.
async fn over(app: &App, session: &mut LiveSession, left: Left) -> Result<()> {
    let work = std::mem::replace(&mut session.work.profiles, ProfilesWork::Agreed);
    let ProfilesWork::Comparing(comparison) = work else {
        return Ok(());
    };
    let (device, stamp, now) = (session.device, comparison.stamp, clock::now());
    let desired = comparison.progress.desired();
    let observed = comparison.progress.known().observed(desired);
    if comparison.progress.has_addings() {
        app.store.addings_clear(device).await?;
    }
    if comparison.progress.has_stale_refusals(&left) {
        let refused = left.fault.iter().flat_map(|fault| &fault.parameters);
        let names = refused.map(|parameter| parameter.parameter_name.clone());
        app.store.refusals_retain(device, names.collect()).await?;
    }
    let identity = &session.identity;
    if comparison.wrote == Wrote::Something {
        tracing::info!(device.identity = %identity, values = desired.values.len(), "profiles applied");
    }
    let revision = comparison.device.provisioning.revision;
    let opens = left
        .held
        .iter()
        .filter_map(|profile| comparison.closed.get(profile));
    if let Some(until) = opens.min() {
        tracing::debug!(device.identity = %identity, %until, "changes wait for a maintenance window");
        let waits = Waits {
            stamp,
            revision,
            until: *until,
            fault: left.fault,
        };
        return app
            .store
            .provisioning_waits(device, waits, observed, now)
            .await;
    }
    if let Some(fault) = left.fault {
        app.store.snapshot_merge(device, observed, now).await?;
        return app
            .store
            .provisioning_failed(device, stamp, fault, now)
            .await;
    }
    let key = match comparison.wrote {
        Wrote::Something => &comparison.key,
        Wrote::Nothing => &session.work.parameter_key,
    };
    let agreement = Agreement {
        stamp,
        revision,
        parameter_key: key.to_string(),
        digest: desired.digest(),
    };
    app.store
        .provisioning_agreed(device, agreement, observed, now)
        .await
}

/// The device has answered a step.
pub(super) async fn answered(
    app: &App,
    session: &mut LiveSession,
    step: Step,
    answer: std::result::Result<CpeResponse, AnswerFault>,
) -> Result<()> {
    let ProfilesWork::Comparing(comparison) = &mut session.work.profiles else {
        return Ok(());
    };
    let (device, now) = (session.device, clock::now());
    if answer.is_ok() && !matches!(step, Step::Read(_)) {
        comparison.wrote = Wrote::Something;
        session.work.parameter_key = comparison.key.clone();
    }
    match comparison.progress.answered(step, answer, now) {
        Meaning::GoesOn => Ok(()),
        Meaning::Refused(refused) => {
            for refusal in &refused {
                let (name, code, why) = (&refusal.name, refusal.code, &refusal.text);
                tracing::warn!(
                    device.identity = %session.identity, name, code, why, "the device refuses a value of its profiles"
                );
            }
            app.store.refusals_put(device, refused).await
        }
        Meaning::Later(fault) => {
            let (identity, code, why) = (&session.identity, fault.code, &fault.text);
            tracing::info!(device.identity = %identity, code, why, "the comparison with the profiles waits");
            let desired = comparison.progress.desired();
            let observed = comparison.progress.known().observed(desired);
            let broken_off = BrokenOff {
                stamp: comparison.stamp,
                revision: comparison.device.provisioning.revision,
                fault,
            };
            session.work.profiles = ProfilesWork::Agreed;
            app.store
                .provisioning_later(device, broken_off, observed, now)
                .await
        }
        Meaning::Failed(fault) => {
            let (identity, code, why) = (&session.identity, fault.code, &fault.text);
            tracing::warn!(device.identity = %identity, code, why, "the device refuses its profiles");
            let desired = comparison.progress.desired();
            let observed = comparison.progress.known().observed(desired);
            let stamp = comparison.stamp;
            session.work.profiles = ProfilesWork::Agreed;
            app.store.snapshot_merge(device, observed, now).await?;
            app.store
                .provisioning_failed(device, stamp, fault, now)
                .await
        }
    }
}
