//! What is acknowledged is on the disk; what the disk refuses is acknowledged to nobody.

use super::{Place, count};
use crate::store::contract::support::*;
use crate::store::{Certainty, Store as _, StoreError};
use cwmp::EventCode;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::sync::mpsc;

/// Covers P1.
#[tokio::test]
async fn a_commit_is_on_the_disk_when_it_returns() {
    let place = Place::new();
    let store = place.open();
    let pragmas = store.engine.write(|tx| {
        let synchronous = count(tx.db, "PRAGMA synchronous");
        let sql = "PRAGMA journal_mode";
        let journal: String = tx.db.query_row(sql, [], |row| row.get(0))?;
        Ok((synchronous, journal))
    });
    assert_eq!(pragmas.await.unwrap(), (2, "wal".to_owned()));
}

/// A kill leaves the files as they are at that moment, whatever the process had in its memory.
///
/// Covers P1, P2.
#[tokio::test]
async fn everything_acknowledged_is_in_the_files_at_every_moment() {
    let place = Place::new();
    let store = place.open();
    let device = device(&store, "A").await;
    for round in 1..20 {
        queue(&store, reboot(id(round), device)).await;
        if round == 10 {
            claim(&store, device, at(1)).await;
        }
        let copy = Place::new();
        for name in ["store.db", "store.db-wal", "secrets.key"] {
            let (from, to) = (place.folder.path(), copy.folder.path());
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
        let copy = copy.open();
        let kept = copy.task_list(device, ALL).await.unwrap();
        assert_eq!(kept, store.task_list(device, ALL).await.unwrap());
        assert_eq!(kept.len() as u64, round);
        let next = claim(&copy, device, at(2)).await;
        let uncertain = next.certainty == Certainty::Uncertain;
        assert_eq!(uncertain, round >= 10, "{round}");
    }
}

/// Covers P8.
#[tokio::test]
async fn a_full_disk_is_an_error_and_passes_with_it() {
    let place = Place::new();
    let store = place.open();
    let device = device(&store, "A").await;
    let limit = |pages: i64| {
        store.engine.write(move |tx| {
            let now = count(tx.db, "PRAGMA page_count");
            let sql = format!("PRAGMA max_page_count = {}", now + pages);
            Ok(count(tx.db, &sql))
        })
    };
    limit(3).await.unwrap();
    let mut acknowledged = 0;
    for round in 0..20 {
        let calls = (0..50).map(|number| {
            let task = reboot(id(round * 50 + number), device);
            store.task_create(&ANN, task, START)
        });
        for result in join_all(calls).await {
            match result {
                Ok(task) => acknowledged += usize::from(task.is_some()),
                Err(error) => {
                    let text = error.to_string();
                    assert!(matches!(error, StoreError::Unavailable(_)), "{text}");
                }
            }
        }
    }
    // What is left has room for a few more, one by one.
    let mut refused = None;
    for number in 1_000..2_000 {
        let one = store.task_create(&ANN, reboot(id(number), device), START);
        match one.await {
            Ok(task) => acknowledged += usize::from(task.is_some()),
            Err(error) => {
                refused = Some(error.to_string());
                break;
            }
        }
    }
    let refused = refused.expect("the disk is full some time");
    assert!(refused.contains("disk is full"), "{refused}");
    let kept = store.task_list(device, ALL).await.unwrap();
    assert_eq!(kept.len(), acknowledged, "no more and no less");
    limit(1_000).await.unwrap();
    queue(&store, reboot(id(6_000), device)).await;
    assert!(comes(&store, "A", at(1)).await.tasks_due);
}

/// Covers P8.
#[tokio::test]
async fn of_a_batch_whose_commit_fails_nothing_is_acknowledged_and_nothing_is_there() {
    let place = Place::new();
    let store = place.open();
    let device = device(&store, "A").await;
    for round in 0..10u64 {
        let serial_number = |number: u64| format!("R{round}N{number}");
        let informs = (0..20).map(|number| {
            let informed = inform(&serial_number(number), at(1), &[EventCode::Periodic]);
            store.record_inform(informed)
        });
        let break_it = store.engine.write(|tx| {
            tx.db.execute_batch("ROLLBACK")?;
            Ok(())
        });
        let tasks = (0..20).map(|number| {
            let task = reboot(id(round * 100 + number), device);
            store.task_create(&ANN, task, START)
        });
        let (informed, broken, created) =
            tokio::join!(join_all(informs), break_it, join_all(tasks));
        assert!(matches!(broken, Err(StoreError::Unavailable(_))));
        for (number, (informed, created)) in (0..20).zip(informed.iter().zip(created)) {
            let again = comes(&store, &serial_number(number), at(2)).await;
            assert_eq!(again.first_contact, informed.is_err(), "{round} {number}");
            let task = store.task_find(id(round * 100 + number)).await.unwrap();
            assert_eq!(task.is_some(), created.is_ok());
        }
    }
}

/// Whoever opens the database next must not find a writer that is still at work.
#[tokio::test]
async fn a_store_that_is_dropped_finishes_what_was_sent_to_it() {
    let place = Place::new();
    let store = place.open();
    let device = device(&store, "A").await;
    let (begin, begun) = mpsc::channel();
    let sent = store.engine.write(move |_| {
        // Until somebody is about to drop the store.
        begun
            .recv()
            .map_err(|_| StoreError::Conflict("nobody has".into()))
    });
    assert!(sent.now_or_never().is_none(), "it waits");
    for number in 0..1_000 {
        let create = store.task_create(&ANN, reboot(id(number), device), START);
        assert!(create.now_or_never().is_none(), "it waits behind it");
    }
    let dropped = tokio::task::spawn_blocking(move || {
        begin.send(()).unwrap();
        drop(store);
    });
    dropped.await.unwrap();
    let tasks = count(&place.database(), "SELECT count(*) FROM task");
    assert_eq!(tasks, 1_000);
}
