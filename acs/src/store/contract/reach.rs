//! How devices can be called, and what came of it.

use super::support::*;
use crate::limits::CALLS_KEPT;
use crate::store::*;
use cwmp::EventCode;

super::cases! { store:
    where_a_device_can_be_called_is_what_it_said_last,
    calls_are_kept_with_what_has_worked,
}

/// Covers U-09.
async fn where_a_device_can_be_called_is_what_it_said_last(store: &dyn Store) {
    let device = device(store, "A").await;
    assert_eq!(store.reach(device).await.unwrap(), Reach::default());
    let address = "Device.ManagementServer.UDPConnectionRequestAddress";
    for told in ["198.51.100.7:40001", "198.51.100.7:40002"] {
        let news = saying(inform("A", at(1), &[EventCode::ValueChange]), address, told);
        store.record_inform(news).await.unwrap();
        let reach = store.reach(device).await.unwrap();
        assert_eq!(reach.udp_address.as_deref(), Some(told));
    }
    // What a read has shown counts as well, and takes nothing away.
    let seen = observed(&[
        ("Device.ManagementServer.NATDetected", "1"),
        ("Device.ManagementServer.STUNEnable", "true"),
        (
            "Device.ManagementServer.ConnReqJabberID",
            "cpe@example.net/ata",
        ),
    ]);
    store.snapshot_merge(device, seen, at(2)).await.unwrap();
    let reach = store.reach(device).await.unwrap();
    let expected = Reach {
        udp_address: Some("198.51.100.7:40002".into()),
        nat_detected: Some(true),
        stun_enable: Some(true),
        jabber_id: Some("cpe@example.net/ata".into()),
        worked: None,
    };
    assert_eq!(reach, expected);
}

async fn calls_are_kept_with_what_has_worked(store: &dyn Store) {
    let device = device(store, "A").await;
    let call = |number: u64, way, outcome: &str| CallRecord {
        at: at(number),
        way: Some(way),
        outcome: outcome.into(),
        why: (outcome != "accepted").then(|| "no answer".into()),
        took_ms: 7,
    };
    let both = vec![call(1, Way::Http, "failed"), call(1, Way::Udp, "accepted")];
    store
        .calls_add(device, both.clone(), Some(Way::Udp))
        .await
        .unwrap();
    let kept = store.call_list(device).await.unwrap();
    assert_eq!(kept, both.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(store.reach(device).await.unwrap().worked, Some(Way::Udp));
    for number in 0..CALLS_KEPT as u64 + 5 {
        let failed = vec![call(number, Way::Http, "failed")];
        store.calls_add(device, failed, None).await.unwrap();
    }
    let kept = store.call_list(device).await.unwrap();
    assert_eq!(kept.len(), CALLS_KEPT);
    assert_eq!(kept[0].at, at(CALLS_KEPT as u64 + 4));
    let reach = store.reach(device).await.unwrap();
    assert_eq!(reach.worked, Some(Way::Udp), "a failure proves nothing");
    store.device_delete(&ANN, device, at(99)).await.unwrap();
    assert_eq!(store.call_list(device).await.unwrap(), []);
    store
        .calls_add(device, vec![call(1, Way::Http, "failed")], None)
        .await
        .unwrap();
    assert_eq!(
        store.call_list(device).await.unwrap(),
        [],
        "nobody is there"
    );
}
