//! Message traces: switched on for a time, kept within their limits, read by somebody who is named.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_trace_is_on_until_its_time_and_says_who_switched_it,
    the_last_sessions_of_a_device_are_kept,
    all_sessions_together_stay_within_their_bytes,
    a_session_is_read_as_it_was_kept_and_goes_with_its_device,
}

const LIMITS: TraceLimits = TraceLimits {
    sessions: 3,
    bytes: u64::MAX,
};

fn session(number: u64, device: Id) -> TracedSession {
    TracedSession {
        id: id(number),
        device,
        identity: "00562B-ATA192-A".into(),
        begin: at(number),
        end: at(number + 1),
        events: vec!["2 PERIODIC".into()],
        rpcs: 1,
        outcome: "completed".into(),
        complete: true,
        messages: vec![TracedMessage {
            from: Side::Cpe,
            after_ms: 0,
            name: "Inform".into(),
            body: format!("<message number='{number}'/>"),
        }],
    }
}

async fn a_trace_is_on_until_its_time_and_says_who_switched_it(store: &dyn Store) {
    let device = device(store, "A").await;
    let switched = store.trace_switch(&ANN, device, at(100), at(1)).await;
    assert_eq!(switched.unwrap(), Some(()));
    assert_eq!(
        store.trace_switches(at(99)).await.unwrap(),
        [(device, at(100))]
    );
    assert_eq!(store.trace_switches(at(100)).await.unwrap(), []);
    let nobody = store.trace_switch(&ANN, id(7), at(100), at(1)).await;
    assert_eq!(nobody.unwrap(), None);
    store
        .trace_switch(&ANN, device, at(2), at(2))
        .await
        .unwrap();
    assert_eq!(store.trace_switches(at(2)).await.unwrap(), []);
    let page = Page {
        after: None,
        limit: 2,
    };
    let trail = store.audit_list(page).await.unwrap();
    let actions: Vec<&str> = trail.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["trace.off", "trace.on"]);
}

async fn the_last_sessions_of_a_device_are_kept(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    store.trace_put(session(100, other), LIMITS).await.unwrap();
    for number in 0..6 {
        store.trace_put(session(number, one), LIMITS).await.unwrap();
    }
    let kept = store.trace_list(one).await.unwrap();
    let ids: Vec<Id> = kept.iter().map(|session| session.id).collect();
    assert_eq!(ids, [id(5), id(4), id(3)]);
    assert_eq!(kept[0].events, ["2 PERIODIC"]);
    assert_eq!(store.trace_list(other).await.unwrap().len(), 1);
}

async fn all_sessions_together_stay_within_their_bytes(store: &dyn Store) {
    let device = device(store, "A").await;
    let limits = TraceLimits {
        sessions: 100,
        bytes: 2_000,
    };
    for number in 0..100 {
        store
            .trace_put(session(number, device), limits)
            .await
            .unwrap();
    }
    let kept = store.trace_list(device).await.unwrap();
    assert!(!kept.is_empty() && kept.len() < 60, "{}", kept.len());
    assert_eq!(kept[0].id, id(99), "the newest one is there");
}

async fn a_session_is_read_as_it_was_kept_and_goes_with_its_device(store: &dyn Store) {
    let device = device(store, "A").await;
    let kept = session(1, device);
    store.trace_put(kept.clone(), LIMITS).await.unwrap();
    let read = store.trace_read(&ANN, device, id(1), at(5)).await.unwrap();
    assert_eq!(read, Some(kept.clone()));
    let foreign = store.trace_read(&ANN, id(9), id(1), at(5)).await.unwrap();
    assert_eq!(foreign, None, "a session is found below its own device");
    let page = Page {
        after: None,
        limit: 1,
    };
    let trail = store.audit_list(page).await.unwrap();
    assert_eq!(trail[0].action, "trace.read");
    store.device_delete(&ANN, device, at(6)).await.unwrap();
    assert_eq!(store.trace_list(device).await.unwrap(), []);
    // One that was under way when the device was forgotten.
    store.trace_put(session(2, device), LIMITS).await.unwrap();
    assert_eq!(store.trace_list(device).await.unwrap(), []);
}
