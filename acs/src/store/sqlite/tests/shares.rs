//! What a crowd of devices leaves to people.

use super::Place;
use crate::threads::Threads;
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
