//! What a crowd of devices leaves to people.

use super::Place;
use crate::threads::Threads;
use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Sessions that read as much as they can, and do not come to an end, leave one connection to everybody else.
///
/// Covers P6.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_sessions_leaves_people_a_connection_that_reads() {
    let place = Place::new();
    let store = Arc::new(place.open());
    let threads = Threads::start("devices").unwrap();
    let (began, beginning) = mpsc::channel();
    let (end, until) = mpsc::channel::<()>();
    let until = Arc::new(std::sync::Mutex::new(until));
    let sessions: Vec<_> = (0..10)
        .map(|_| {
            let (store, began, until) = (Arc::clone(&store), began.clone(), Arc::clone(&until));
            threads.handle().spawn(async move {
                let read = store.engine.read(move |_| {
                    began.send(()).unwrap();
                    // All of them end together, when nobody can tell them to go on any more.
                    let _ = until.lock().unwrap().recv();
                    Ok(())
                });
                read.await
            })
        })
        .collect();
    let patience = Duration::from_secs(60);
    for _ in 0..3 {
        beginning.recv_timeout(patience).unwrap();
    }
    let read = store.engine.read(|_| Ok(5));
    let read = tokio::time::timeout(patience, read).await;
    assert_eq!(read.expect("people are answered").unwrap(), 5);
    drop(end);
    for session in sessions {
        session.await.unwrap().unwrap();
    }
}

/// Covers P6.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changes_does_not_wait_behind_a_crowd_of_sessions() {
    let place = Place::new();
    let store = Arc::new(place.open());
    let threads = Threads::start("devices").unwrap();
    let (end, until) = mpsc::channel::<()>();
    let (sent, waiting) = mpsc::channel();
    let served = Arc::new(AtomicUsize::new(0));
    let crowd = {
        let (store, served) = (Arc::clone(&store), Arc::clone(&served));
        threads.handle().spawn(async move {
            let busy = store.engine.write(move |_| {
                let _ = until.recv();
                Ok(())
            });
            let session = |_| {
                let served = Arc::clone(&served);
                store.engine.write(move |_| {
                    served.fetch_add(1, Relaxed);
                    Ok(())
                })
            };
            // What is polled once has been sent.
            let mut all = Box::pin(join(busy, join_all((0..1_000).map(session))));
            assert!(all.as_mut().now_or_never().is_none());
            sent.send(()).unwrap();
            all.await
        })
    };
    waiting.recv_timeout(Duration::from_secs(60)).unwrap();
    let before = Arc::clone(&served);
    let mut person = Box::pin(store.engine.write(move |_| Ok(before.load(Relaxed))));
    assert!(person.as_mut().now_or_never().is_none());
    drop(end);
    // The writer may have taken as many as one commit has before the first of them kept it.
    assert!(person.await.unwrap() <= 511, "they came first");
    let (busy, sessions) = crowd.await.unwrap();
    busy.unwrap();
    sessions.into_iter().for_each(|session| session.unwrap());
    assert_eq!(served.load(Relaxed), 1_000);
}
