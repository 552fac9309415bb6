//! How devices stand: what was noticed comes up once, and conclusions stay until they change.

use super::support::*;
use crate::health::{Thresholds, rules::conclude};
use crate::store::*;
use cwmp::EventCode;
use data_model::Timestamp;

super::cases! { store:
    what_is_noticed_comes_up_once,
    a_quiet_inform_brings_nothing_up,
    time_alone_brings_a_device_up_and_its_return_too,
    conclusions_are_counted_and_found,
    facts_that_change_meanwhile_are_looked_at_again,
    failures_and_measurements_are_noticed,
}

const LINE: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1";

async fn work(store: &dyn Store, now: Timestamp) -> Vec<HealthWork> {
    store.health_work(now, 100).await.unwrap()
}

/// Has everything looked at that is to be.
async fn look(store: &dyn Store, now: Timestamp) {
    let work = work(store, now).await;
    let verdicts = work
        .iter()
        .map(|work| conclude(work, &Thresholds::default(), START, now));
    store.health_keep(verdicts.collect(), now).await.unwrap();
}

async fn health(store: &dyn Store, device: Id) -> Health {
    store.health(device).await.unwrap().unwrap()
}

fn reasons(health: &Health) -> Vec<HealthReasonKind> {
    health.reasons.iter().map(|reason| reason.reason).collect()
}

async fn says(store: &dyn Store, name: &str, value: &str, now: Timestamp) {
    let inform = inform("A", now, &[EventCode::ValueChange]);
    let inform = saying(inform, name, value);
    store.record_inform(inform).await.unwrap();
}

async fn what_is_noticed_comes_up_once(store: &dyn Store) {
    let device = device(store, "A").await;
    assert_eq!(
        work(store, START).await.len(),
        1,
        "a device that has just come"
    );
    look(store, START).await;
    assert_eq!(work(store, START).await, []);
    let health = health(store, device).await;
    assert_eq!((health.state, health.since), (HealthState::Ok, Some(START)));
    says(store, &format!("{LINE}.Status"), "Up", at(10)).await;
    let noticed = work(store, at(10)).await;
    assert!(noticed[0].facts.lines[LINE].was_up);
    look(store, at(10)).await;
    says(store, &format!("{LINE}.Status"), "Error", at(20)).await;
    look(store, at(20)).await;
    let health = self::health(store, device).await;
    assert_eq!(reasons(&health), [HealthReasonKind::RegistrationLost]);
    assert_eq!(
        (health.state, health.since),
        (HealthState::Critical, Some(at(20)))
    );
    says(store, &format!("{LINE}.Status"), "Registering", at(30)).await;
    look(store, at(30)).await;
    let health = self::health(store, device).await;
    assert_eq!(
        health.since,
        Some(at(20)),
        "the same state for another reason in detail"
    );
    assert!(health.reasons[0].detail.contains("Registering"));
    says(store, &format!("{LINE}.Status"), "Up", at(40)).await;
    look(store, at(40)).await;
    let health = self::health(store, device).await;
    assert_eq!(
        (health.state, health.since),
        (HealthState::Ok, Some(at(40)))
    );
}

async fn a_quiet_inform_brings_nothing_up(store: &dyn Store) {
    device(store, "A").await;
    look(store, START).await;
    for secs in 1..20 {
        comes(store, "A", at(secs)).await;
    }
    assert_eq!(work(store, at(20)).await, []);
    assert_eq!(store.health_returned().await.unwrap(), 0);
}

async fn time_alone_brings_a_device_up_and_its_return_too(store: &dyn Store) {
    let device = device(store, "A").await;
    let interval = "Device.ManagementServer.PeriodicInformInterval";
    says(store, interval, "100", at(0)).await;
    look(store, at(1)).await;
    assert_eq!(work(store, at(300)).await, []);
    // It has come meanwhile: it is looked at, and left alone for as long again.
    says(store, interval, "100", at(200)).await;
    look(store, at(361)).await;
    assert_eq!(health(store, device).await.state, HealthState::Ok);
    assert_eq!(work(store, at(500)).await, []);
    look(store, at(600)).await;
    let overdue = health(store, device).await;
    assert_eq!(reasons(&overdue), [HealthReasonKind::Overdue]);
    assert_eq!(
        work(store, at(100_000)).await,
        [],
        "it is not looked at again and again"
    );
    assert_eq!(store.health_returned().await.unwrap(), 0);
    says(store, interval, "100", at(700)).await;
    assert_eq!(store.health_returned().await.unwrap(), 1);
    look(store, at(701)).await;
    assert_eq!(health(store, device).await.state, HealthState::Ok);
    assert_eq!(store.health_returned().await.unwrap(), 0);
}

async fn conclusions_are_counted_and_found(store: &dyn Store) {
    let fleet = fleet(store, 4).await;
    look(store, START).await;
    for device in &fleet[..2] {
        let fault = TaskFault::ours("9007 Line.1.Enable");
        store
            .provisioning_failed(*device, 1, fault, at(1))
            .await
            .unwrap();
    }
    let boots = async |device: Id| {
        let serial_number = found(store, device).await.serial_number;
        for secs in 0..5 {
            let boot = inform(&serial_number, at(secs), &[EventCode::Boot]);
            store.record_inform(boot).await.unwrap();
        }
    };
    boots(fleet[1]).await;
    boots(fleet[2]).await;
    look(store, at(10)).await;
    let summary = store.health_summary().await.unwrap();
    assert_eq!(summary.states[&HealthState::Ok], 1);
    assert_eq!(summary.states[&HealthState::Warning], 1);
    assert_eq!(summary.states[&HealthState::Critical], 2);
    assert_eq!(summary.reasons[&HealthReasonKind::ProfileRefused], 2);
    assert_eq!(summary.reasons[&HealthReasonKind::RebootLoop], 2);
    assert_eq!(summary.reasons[&HealthReasonKind::Overdue], 0);
    let found = async |state, reason, page| {
        let found = store.health_list(state, reason, page).await.unwrap();
        found.iter().map(|health| health.device).collect::<Vec<_>>()
    };
    assert_eq!(
        found(Some(HealthState::Critical), None, ALL).await,
        fleet[1..3]
    );
    let refused = Some(HealthReasonKind::ProfileRefused);
    assert_eq!(found(None, refused, ALL).await, fleet[..2]);
    assert_eq!(
        found(Some(HealthState::Critical), refused, ALL).await,
        fleet[1..2]
    );
    let second = Page {
        after: Some(fleet[0]),
        limit: 1,
    };
    assert_eq!(found(None, refused, second).await, fleet[1..2]);
    assert_eq!(found(None, None, ALL).await, fleet);
    // A device that is forgotten is not counted.
    store.device_delete(&ANN, fleet[1], at(11)).await.unwrap();
    let summary = store.health_summary().await.unwrap();
    assert_eq!(summary.reasons[&HealthReasonKind::RebootLoop], 1);
    assert_eq!(store.health(fleet[1]).await.unwrap(), None);
    // Profiles that fit in the end are nothing to worry about.
    agree(store, fleet[0], 2, "key", Observed::default(), at(12)).await;
    look(store, at(12)).await;
    let summary = store.health_summary().await.unwrap();
    assert_eq!(summary.reasons[&HealthReasonKind::ProfileRefused], 0);
}

async fn facts_that_change_meanwhile_are_looked_at_again(store: &dyn Store) {
    device(store, "A").await;
    let before = work(store, START).await;
    says(store, &format!("{LINE}.Status"), "Up", at(1)).await;
    let verdicts = before
        .iter()
        .map(|work| conclude(work, &Thresholds::default(), START, at(2)));
    store.health_keep(verdicts.collect(), at(2)).await.unwrap();
    assert_eq!(work(store, at(2)).await.len(), 1);
    look(store, at(3)).await;
    assert_eq!(work(store, at(3)).await, []);
}

async fn failures_and_measurements_are_noticed(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), failed(), at(1)).await;
    look(store, at(1)).await;
    assert_eq!(
        reasons(&health(store, device).await),
        [HealthReasonKind::TaskFailed]
    );
    queue(store, reboot(id(2), device)).await;
    claim(store, device, at(2)).await;
    finish(store, id(2), done(), at(2)).await;
    look(store, at(2)).await;
    assert_eq!(reasons(&health(store, device).await), []);
    let kind = TaskKind::RunDiagnostic {
        diagnostic: Diagnostic::IpPing(PingArguments::default()),
        limit_secs: 60,
    };
    queue(store, new_task(id(3), device, kind)).await;
    claim(store, device, at(3)).await;
    let result = DiagnosticResult {
        loss_percent: Some(50.0),
        ..DiagnosticResult::default()
    };
    let lossy = TaskOutcome::Done(serde_json::to_value(result).unwrap());
    finish(store, id(3), lossy, at(3)).await;
    look(store, at(3)).await;
    let health = health(store, device).await;
    assert_eq!(reasons(&health), [HealthReasonKind::HighLoss]);
    assert!(health.reasons[0].detail.contains("50"), "{health:?}");
}
