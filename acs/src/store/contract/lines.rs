//! Lines: found from every end, with the registration their device has reported.

use super::subscribers::{account, line, put, subscribed};
use super::support::*;
use crate::store::*;
use cwmp::EventCode;

super::cases! {
    store:
    a_line_is_found_from_every_end,
    the_registration_of_a_line_is_what_its_device_last_reported,
    lines_come_in_pages,
}

const STATUS: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";

async fn find(store: &dyn Store, filter: LineFilter) -> Vec<String> {
    let lines = store.line_list(&filter, ALL).await.unwrap();
    let mut numbers: Vec<_> = lines.into_iter().map(|linked| linked.line.number).collect();
    numbers.sort();
    numbers
}

async fn a_line_is_found_from_every_end(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    put(store, account("4712", vec![line(1, "200"), line(2, "201")])).await;
    store
        .snapshot_merge(device, observed(&[(STATUS, "Up")]), at(5))
        .await
        .unwrap();
    let all = LineFilter::default();
    assert_eq!(find(store, all.clone()).await, ["100", "200", "201"]);
    let text = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (
            LineFilter {
                number: text("200"),
                ..all.clone()
            },
            &["200"][..],
        ),
        (
            LineFilter {
                user: text("u201"),
                ..all.clone()
            },
            &["201"],
        ),
        (
            LineFilter {
                account: text("4712"),
                ..all.clone()
            },
            &["200", "201"],
        ),
        (
            LineFilter {
                device: Some(device),
                ..all.clone()
            },
            &["100"],
        ),
        (
            LineFilter {
                device: Some(id(9)),
                ..all.clone()
            },
            &[],
        ),
        (
            LineFilter {
                contains: text("U20"),
                ..all.clone()
            },
            &["200", "201"],
        ),
        (
            LineFilter {
                contains: text("471"),
                number: text("100"),
                ..all.clone()
            },
            &["100"],
        ),
        (
            LineFilter {
                state: Some(Some(Registration::Registered)),
                ..all.clone()
            },
            &["100"],
        ),
        (
            LineFilter {
                state: Some(Some(Registration::Error)),
                ..all.clone()
            },
            &[],
        ),
        (
            LineFilter {
                state: Some(None),
                ..all.clone()
            },
            &["200", "201"],
        ),
    ] {
        assert_eq!(find(store, filter.clone()).await, expected, "{filter:?}");
    }
    let filter = LineFilter {
        number: text("100"),
        ..all
    };
    let lines = store.line_list(&filter, ALL).await.unwrap();
    let [linked] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!(
        (&*linked.account, &*linked.name, linked.line.port),
        ("4711", "Ann", 1)
    );
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
