//! What is written for what, and what becomes of rows nobody can read.

use super::{Place, count};
use crate::store::contract::support::*;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::left::{LEFT, REBOOTING};
use crate::store::sqlite::tasks::OPEN;
use crate::store::sqlite::transfers::LOST;
use crate::store::{
    AdmissionStore as _, CampaignState, CampaignStore as _, DeviceFilter, Observed, Profile,
    Selector, Store as _, StoreError, TaskState,
};
use cwmp::EventCode;

async fn rows_changed(store: &SqliteStore) -> u64 {
    let changed = store.engine.write(|tx| {
        let sql = "SELECT total_changes()";
        Ok(count(tx.db, sql).cast_unsigned())
    });
    changed.await.unwrap()
}

#[tokio::test]
async fn a_periodic_inform_that_brings_nothing_new_costs_one_row() {
    let place = Place::new();
    let store = place.open();
    device(&store, "A").await;
    comes(&store, "A", at(1)).await;
    for secs in 2..10 {
        let before = rows_changed(&store).await;
        comes(&store, "A", at(secs)).await;
        assert_eq!(rows_changed(&store).await, before + 1);
    }
}

#[tokio::test]
async fn devices_with_the_same_names_share_them() {
    let place = Place::new();
    let store = place.open();
    let shapes = || count(&place.database(), "SELECT count(*) FROM shape");
    for number in 0..10 {
        let device = device(&store, &format!("S{number}")).await;
        let value = number.to_string();
        let seen = observed(&[("Device.A", value.as_str()), ("Device.B", "1")]);
        store.snapshot_merge(device, seen, at(1)).await.unwrap();
    }
    assert_eq!(shapes(), 1);
    let seen = observed(&[("Device.C", "1")]);
    let merged = store.snapshot_merge(key("S0"), seen, at(2)).await;
    merged.unwrap();
    assert_eq!(shapes(), 2);
}

/// Covers P13.
#[tokio::test]
async fn a_row_nobody_can_read_harms_what_it_belongs_to_and_nothing_else() {
    let place = Place::new();
    let store = place.open();
    let devices = fleet(&store, 3).await;
    let profile = |name: &str| Profile {
        name: name.into(),
        revision: 0,
        selector: Selector::default(),
        precedence: 0,
        values: vec![],
        ..Profile::default()
    };
    for name in ["bad", "good"] {
        let put = store.profile_put(&ANN, profile(name), START).await;
        put.unwrap();
    }
    for number in 1..3 {
        campaign(&store, id(number), 3).await;
        // Two devices for the one and the third for the other: no device is started by two.
        let keys: Vec<_> = (0..3 - number).map(|part| id(number * 10 + part)).collect();
        let all = keys.len();
        let started = store.campaign_advance(id(number), keys, at(1)).await;
        assert_eq!(started.unwrap().len(), all);
    }
    for device in &devices {
        let mut task = reboot(id(100 + u64::from(*device == devices[0])), *device);
        if *device != devices[2] {
            task.expires = Some(at(5));
            queue(&store, task).await;
        }
    }
    let poison = "UPDATE profile_revision SET content = '{' WHERE profile = 'bad';
                  UPDATE campaign SET selector = 'x' WHERE id = (SELECT min(id) FROM campaign);
                  UPDATE device SET profile_fault = '[' WHERE id = (SELECT min(id) FROM device);
                  UPDATE task SET kind = '?' WHERE device = (SELECT min(id) FROM device)";
    place.database().execute_batch(poison).unwrap();

    let (_, profiles) = store.profiles().await.unwrap();
    assert_eq!(profiles.len(), 1);
    assert_eq!(profiles[0].name, "good");
    let campaigns = store.campaign_list().await.unwrap();
    assert_eq!(campaigns.len(), 1);
    assert_eq!(campaigns[0].0.id, id(2));
    let all = DeviceFilter::default();
    assert_eq!(store.device_list(&all, ALL).await.unwrap().len(), 3);
    assert_eq!(store.task_expire(at(6)).await.unwrap(), 1);
    assert_eq!(state(&store, id(100)).await, TaskState::Expired);
    let broken = store.task_claim_next(devices[0], at(7)).await;
    assert!(matches!(broken, Err(StoreError::Corrupt { .. })));
    for device in &devices[1..] {
        transferring(&store, *device, at(7)).await;
    }
    let lost = store.task_requeue_lost_transfers(at(7), at(8)).await;
    assert_eq!(lost.unwrap(), 2);
    decide(&store, id(2), CampaignState::Aborted).await;
    comes(
        &store,
        &found(&store, devices[0]).await.serial_number,
        at(9),
    )
    .await;
}

/// Covers P13.
#[tokio::test]
async fn an_observed_state_nobody_can_read_is_learnt_anew() {
    let place = Place::new();
    let store = place.open();
    let device = device(&store, "A").await;
    let first = observed(&[("Device.A", "1")]);
    store.snapshot_merge(device, first, at(1)).await.unwrap();
    let change = saying(inform("A", at(2), &[EventCode::Boot]), VERSION, "1.1");
    store.record_inform(change).await.unwrap();
    let poison = "UPDATE snapshot SET vals = x'00'; UPDATE informed SET list = x'FF'";
    place.database().execute_batch(poison).unwrap();
    let broken = store.snapshot(device).await;
    assert!(matches!(broken, Err(StoreError::Corrupt { .. })));
    comes(&store, "A", at(3)).await;
    let whole = Observed {
        complete_below: vec![String::new()],
        ..observed(&[("Device.A", "2")])
    };
    store.snapshot_merge(device, whole, at(4)).await.unwrap();
    assert_eq!(seen(&store, device, "Device.A").await.as_deref(), Some("2"));
}

/// What is asked every few seconds must not look at every task there ever was.
#[tokio::test]
async fn questions_about_open_tasks_look_at_open_tasks_only() {
    let place = Place::new();
    let _store = place.open();
    for condition in ["1", "state = 'queued'", "campaign = 7"] {
        let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM task WHERE {OPEN} AND {condition}");
        let plan: String = place
            .database()
            .query_row(&sql, [], |row| row.get("detail"))
            .unwrap();
        assert!(plan.contains("task_open"), "{condition}: {plan}");
    }
    for (condition, index) in [
        (LOST, "task_transferring (updated<?)"),
        (LEFT, "task_left (expires"),
        (REBOOTING, "task_rebooting (updated<?)"),
    ] {
        let condition = condition.replace('?', "10");
        let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM task WHERE {condition}");
        let plan: String = place
            .database()
            .query_row(&sql, [], |row| row.get("detail"))
            .unwrap();
        assert!(plan.contains(index), "{condition}: {plan}");
    }
}

/// Whoever invents devices fills no disk: those nobody knows have a limit, and beyond it they are refused without a row.
///
/// Covers C04.
#[tokio::test]
async fn devices_that_are_invented_without_end_stop_being_kept() {
    let place = Place::new();
    let store = place.open();
    let known = device(&store, "KNOWN").await;
    let fill = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
         INSERT INTO walled (device, reason, why, since) SELECT i, 'unknown', '', 0 FROM n",
        crate::limits::STRANGERS - 1
    );
    place.database().execute_batch(&fill).unwrap();
    let last = store.record_stranger(inform("LAST", at(1), &[]), "nobody knows it".into());
    assert!(last.await.unwrap().is_some());
    let rows = || {
        let tables = [
            "device",
            "seen",
            "walled",
            "audit",
            "event",
            "device_health",
        ];
        tables.map(|table| count(&place.database(), &format!("SELECT count(*) FROM {table}")))
    };
    let before = rows();
    for number in 0..1000 {
        let serial = format!("INVENTED{number}");
        let stranger = store.record_stranger(inform(&serial, at(2), &[]), "no".into());
        assert!(stranger.await.unwrap().is_none(), "{number}");
    }
    assert_eq!(rows(), before);
    // Those that are known come as ever, and so does the one that was the last.
    assert!(!comes(&store, "KNOWN", at(3)).await.first_contact);
    let again = store.record_stranger(inform("LAST", at(3), &[]), "nobody knows it".into());
    assert!(again.await.unwrap().is_some());
    assert!(store.device_find(known).await.unwrap().is_some());
}
