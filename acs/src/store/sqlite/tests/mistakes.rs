//! A mistake of ours in one call is undone, and in the way of no other.

use super::{Place, count};
use crate::store::contract::support::*;
use crate::store::sqlite::inform;
use crate::store::{Store as _, StoreError};
use cwmp::EventCode;

/// Covers P13.
#[tokio::test]
async fn a_mistake_in_one_call_harms_no_other() {
    let place = Place::new();
    let store = place.open();
    let device = device(&store, "A").await;
    for round in 0..10 {
        let wrong = store.engine.write(|tx| -> crate::store::Result<()> {
            tx.db.execute_batch("DELETE FROM device")?;
            panic!("a mistake that is meant to happen");
        });
        let asked = store.engine.read(|db| -> crate::store::Result<()> {
            count(db, "SELECT count(*) FROM device");
            panic!("a mistake that is meant to happen");
        });
        let right = store.task_create(&ANN, reboot(id(round), device), START);
        let (wrong, asked, right) = tokio::join!(wrong, asked, right);
        assert!(matches!(wrong, Err(StoreError::Unavailable(_))));
        assert!(matches!(asked, Err(StoreError::Unavailable(_))));
        assert!(matches!(right, Ok(Some(_))));
        let kept = store.task_list(device, ALL).await.unwrap();
        assert_eq!(kept.len() as u64, round + 1);
    }
}

#[tokio::test]
async fn what_an_undone_call_has_learnt_is_not_known_by_heart() {
    let place = Place::new();
    let store = place.open();
    let first = inform("A", START, &[EventCode::Periodic]);
    let hash = inform::hash(&first);
    let undone = store.engine.write(move |tx| {
        assert!(inform::record(tx, &first, hash)?.first_contact);
        assert!(!inform::record(tx, &first, hash)?.first_contact);
        Err::<(), _>(StoreError::Conflict("changed my mind".into()))
    });
    assert!(conflicts(&undone.await));
    assert!(comes(&store, "A", at(1)).await.first_contact);
    assert_eq!(found(&store, key("A")).await.informs, 1);
}
