//! Lines: found from every end, with the registration their device has reported.

use super::subscribers::{account, line, put, subscribed};
use super::support::*;
use crate::store::*;
use cwmp::EventCode;

super::cases! {
    store:
    a_line_is_found_from_every_end,
    a_line_is_linked_to_its_account_and_device,
    the_registration_of_a_line_is_what_its_device_last_reported,
    the_registration_of_a_line_is_that_of_the_device_it_is_on,
    the_words_of_the_standard_are_believed_before_those_of_the_maker,
    lines_come_in_pages,
}

const VENDOR: &str = "Device.X_CISCO_ATA.Status.Line.1.Registration_State";
const STATUS: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";

async fn find(store: &dyn Store, filter: LineFilter) -> Vec<String> {
    let lines = store.line_list(&filter, ALL).await.unwrap();
    let mut numbers: Vec<_> = lines.into_iter().map(|linked| linked.line.number).collect();
    numbers.sort();
    numbers
}

/// A filter with some of its conditions set.
fn with(set: impl FnOnce(&mut LineFilter)) -> LineFilter {
    let mut filter = LineFilter::default();
    set(&mut filter);
    filter
}

async fn a_line_is_found_from_every_end(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    put(store, account("4712", vec![line(1, "200"), line(2, "201")])).await;
    let up = observed(&[(STATUS, "Up")]);
    store.snapshot_merge(device, up, at(5)).await.unwrap();
    let text = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (LineFilter::default(), &["100", "200", "201"][..]),
        (with(|by| by.number = text("200")), &["200"]),
        (with(|by| by.user = text("u201")), &["201"]),
        (with(|by| by.account = text("4712")), &["200", "201"]),
        (with(|by| by.device = Some(device)), &["100"]),
        (with(|by| by.device = Some(id(9))), &[]),
        (with(|by| by.contains = text("U20")), &["200", "201"]),
        (
            with(|by| by.state = Some(Some(Registration::Registered))),
            &["100"],
        ),
        (with(|by| by.state = Some(Some(Registration::Error))), &[]),
        (with(|by| by.state = Some(None)), &["200", "201"]),
    ] {
        assert_eq!(find(store, filter.clone()).await, expected, "{filter:?}");
    }
    let both = LineFilter {
        contains: text("471"),
        number: text("100"),
        ..LineFilter::default()
    };
    assert_eq!(find(store, both).await, ["100"]);
}

async fn a_line_is_linked_to_its_account_and_device(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    let filter = LineFilter::default();
    let lines = store.line_list(&filter, ALL).await.unwrap();
    let [linked] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!((&*linked.account, &*linked.name), ("4711", "Ann"));
    assert_eq!(linked.device.as_ref().map(|held| held.device), Some(device));
    assert_eq!(linked.line, line(1, "100"));
}

async fn the_registration_of_a_line_is_what_its_device_last_reported(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    let state = async || {
        let states = store.line_states(device).await.unwrap();
        let first = states.into_iter().find(|(port, _)| *port == 1);
        first.map(|(_, state)| (state.state, state.since, state.at))
    };
    assert_eq!(state().await, None);
    let seen = |value| observed(&[(STATUS, value)]);
    store
        .snapshot_merge(device, seen("Up"), at(10))
        .await
        .unwrap();
    assert_eq!(
        state().await,
        Some((Registration::Registered, at(10), at(10)))
    );
    store
        .snapshot_merge(device, seen("Up"), at(20))
        .await
        .unwrap();
    assert_eq!(
        state().await,
        Some((Registration::Registered, at(10), at(20)))
    );
    let lost = inform("A", at(30), &[EventCode::ValueChange]);
    store
        .record_inform(saying(lost, STATUS, "Error"))
        .await
        .unwrap();
    assert_eq!(state().await, Some((Registration::Error, at(30), at(30))));
    let told = line_events(store).await;
    assert_eq!(
        told,
        ["null registered", "registered error"],
        "each change once"
    );
    store.device_delete(&ANN, device, at(40)).await.unwrap();
    store
        .snapshot_merge(device, seen("Up"), at(50))
        .await
        .unwrap();
    assert_eq!(
        state().await,
        None,
        "nothing comes back of a forgotten device"
    );
}

/// Changes of registrations that followers were told of.
async fn line_events(store: &dyn Store) -> Vec<String> {
    let events = store.event_list(0, usize::MAX).await.unwrap();
    let ours = events
        .into_iter()
        .filter(|event| event.kind == "line.registration");
    let told = ours.map(|event| format!("{} {}", event.data["was"], event.data["state"]));
    told.map(|told| told.replace('"', "")).collect()
}

async fn the_words_of_the_standard_are_believed_before_those_of_the_maker(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    let state = async || {
        let states = store.line_states(device).await.unwrap();
        states
            .first()
            .map(|(_, state)| state.said.clone())
            .unwrap_or_default()
    };
    let see = async |pairs: &[(&str, &str)], secs| {
        store
            .snapshot_merge(device, observed(pairs), at(secs))
            .await
            .unwrap();
    };
    see(&[(VENDOR, "Not Registered")], 1).await;
    assert_eq!(state().await, "Not Registered");
    see(&[(STATUS, "Up"), (VENDOR, "Not Registered")], 2).await;
    see(&[(VENDOR, "Failed")], 3).await;
    assert_eq!(state().await, "Up");
    assert_eq!(
        line_events(store).await,
        ["null not_registered", "not_registered registered"]
    );
    see(&[(VENDOR, "Registered")], 3 + 2 * 24 * 60 * 60).await;
    assert_eq!(
        state().await,
        "Registered",
        "the other one is reported no more"
    );
}

async fn the_registration_of_a_line_is_that_of_the_device_it_is_on(store: &dyn Store) {
    let one = subscribed(store, "A").await;
    let other = device(store, "B").await;
    for (device, value) in [(one, "Up"), (other, "Error")] {
        let seen = observed(&[(STATUS, value)]);
        store.snapshot_merge(device, seen, at(5)).await.unwrap();
    }
    let by = async |state| {
        let filter = LineFilter {
            state: Some(state),
            ..LineFilter::default()
        };
        let lines = store.line_list(&filter, ALL).await.unwrap();
        lines.len() == 1 && lines[0].state.as_ref().map(|known| known.state) == state
    };
    assert!(by(Some(Registration::Registered)).await);
    let key = Account::key("4711");
    store.account_unbind(&ANN, key, at(6)).await.unwrap();
    assert!(by(None).await, "it is on no device");
    store.account_bind(&ANN, key, other, at(7)).await.unwrap();
    assert!(by(Some(Registration::Error)).await);
    put(store, account("4711", vec![line(1, "199")])).await;
    assert!(
        by(Some(Registration::Error)).await,
        "another number on the same device"
    );
    store.device_delete(&ANN, other, at(8)).await.unwrap();
    assert!(by(None).await);
}

async fn lines_come_in_pages(store: &dyn Store) {
    let numbers: Vec<String> = (1..=9).map(|port| format!("10{port}")).collect();
    let lines = (1..).zip(&numbers).map(|(port, number)| line(port, number));
    put(store, account("4711", lines.collect())).await;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = Page { after, limit: 4 };
        let lines = store.line_list(&LineFilter::default(), page).await.unwrap();
        after = lines.last().map(|linked| linked.id);
        let more = lines.len() == 4;
        seen.extend(lines.into_iter().map(|linked| linked.line.number));
        if !more {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, numbers);
}
