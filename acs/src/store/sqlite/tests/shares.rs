//! What a crowd of devices leaves to people.

use super::Place;
use crate::store::Result;
use crate::store::sqlite::SqliteStore;
use crate::threads::{For, Threads};
use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Reads on threads of one kind, which do not come to an end until they are told to.
struct Readers {
    end: mpsc::Sender<()>,
    reads: Vec<tokio::task::JoinHandle<Result<()>>>,
    _threads: Threads,
}

const PATIENCE: Duration = Duration::from_secs(60);

impl Readers {
    /// Ten of them, once this many have begun.
    fn begin(store: &Arc<SqliteStore>, whom: For, first: usize) -> Readers {
        let threads = Threads::start("readers", whom).unwrap();
        let (began, beginning) = mpsc::channel();
        let (end, until) = mpsc::channel::<()>();
        let until = Arc::new(std::sync::Mutex::new(until));
        let reads = (0..10)
            .map(|_| {
                let (store, began, until) = (Arc::clone(store), began.clone(), Arc::clone(&until));
                threads.handle().spawn(async move {
                    let read = store.engine.read(move |_| {
                        // Only the first of them are waited for.
                        let _ = began.send(());
                        // All of them end together, when nobody can tell them to go on any more.
                        let _ = until.lock().unwrap().recv();
                        Ok(())
                    });
                    read.await
                })
            })
            .collect();
        for _ in 0..first {
            beginning.recv_timeout(PATIENCE).unwrap();
        }
        Readers {
            end,
            reads,
            _threads: threads,
        }
    }

    async fn end(self) {
        drop(self.end);
        for read in self.reads {
            read.await.unwrap().unwrap();
        }
    }
}

/// Sessions that read as much as they can, and do not come to an end, leave one connection to everybody else.
///
/// Covers P6.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_sessions_leaves_people_a_connection_that_reads() {
    let place = Place::new();
    let store = Arc::new(place.open());
    let sessions = Readers::begin(&store, For::Devices, 3);
    let read = store.engine.read(|_| Ok(5));
    let read = tokio::time::timeout(PATIENCE, read).await;
    assert_eq!(read.expect("people are answered").unwrap(), 5);
    sessions.end().await;
}

/// Covers P6.
#[tokio::test(flavor = "multi_thread")]
async fn a_walk_through_the_fleet_leaves_sessions_their_connections() {
    let place = Place::new();
    let store = Arc::new(place.open());
    let walk = Readers::begin(&store, For::Nobody, 1);
    let sessions = Readers::begin(&store, For::Devices, 2);
    sessions.end().await;
    walk.end().await;
}

/// Covers P6.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changes_does_not_wait_behind_a_crowd_of_sessions() {
    let place = Place::new();
    let store = Arc::new(place.open());
    let threads = Threads::start("devices", For::Devices).unwrap();
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
    waiting.recv_timeout(PATIENCE).unwrap();
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
