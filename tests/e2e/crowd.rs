//! Slow, silent and greedy peers in a crowd, and how sessions of others do meanwhile.

use crate::hostile_http::world;
use crate::world::by_hand::Hand;
use crate::world::{counted, eventually};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;
use tokio::sync::watch;

/// The slowest but one in twenty of so many sessions, each over a connection of its own.
async fn slowest(hand: &mut Hand) -> Duration {
    let mut times = Vec::new();
    for _ in 0..60 {
        let begun = Instant::now();
        hand.cookie = None;
        hand.hang_up();
        hand.open().await;
        assert_eq!(hand.post("").await.status, 204);
        times.push(begun.elapsed());
    }
    times.sort();
    times[57]
}

/// A crowd of peers, and how many of them have begun.
struct Crowd {
    server: SocketAddr,
    head: String,
    begun: AtomicUsize,
}

impl Crowd {
    /// A peer that is in the way until it is told that it is over; says whether the server had it until then.
    async fn peer(self: Arc<Crowd>, number: usize, mut over: watch::Receiver<bool>) -> bool {
        let socket = TcpSocket::new_v4().expect("a socket");
        // What is not read fills the sockets soon.
        socket.set_recv_buffer_size(2048).expect("a size");
        let stream = socket.connect(self.server).await.expect("it listens");
        let (reading, mut writing) = stream.into_split();
        let head = &self.head;
        let (first, more) = match number % 4 {
            // A head of which a byte comes now and then.
            0 => (format!("{head}X-Long: "), &b"x"[..]),
            // A body of which a byte comes now and then.
            1 => (format!("{head}Content-Length: 50000\r\n\r\n"), &b" "[..]),
            // One that has vanished: nothing comes, not even an end.
            2 => (head.clone(), &b""[..]),
            // Answers that nobody reads.
            _ => ("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(300), &b""[..]),
        };
        let reads = number % 4 != 3;
        writing.write_all(first.as_bytes()).await.expect("it reads");
        self.begun.fetch_add(1, Relaxed);
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        loop {
            tokio::select! {
                _ = over.changed() => break,
                // An answer, or an end: the server is through with it.
                _ = reading.readable(), if reads => return false,
                _ = ticks.tick() => if writing.write_all(more).await.is_err() {
                    return false;
                },
            }
        }
        let mut answers = [0; 4096];
        loop {
            match reading.try_read(&mut answers) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
        }
    }
}

/// Peers that send a byte now and then, that never read, or that have vanished, in crowds: sessions of others take at
/// most twice as long as those with a server without a crowd. Both are looked at in turn, and the best round of each
/// counts: what else the machine does is in some rounds, what peers do is in all.
///
/// Covers P7.
#[tokio::test(flavor = "multi_thread")]
async fn slow_and_hostile_peers_do_not_slow_the_others() {
    const CROWD: usize = 200;
    // What clocks and the crowd's own work add.
    const NOISE: Duration = Duration::from_millis(10);
    let world = world().await;
    let hand = Hand::registered(&world, "NORMAL").await;
    let quiet = self::world().await;
    let beside = Hand::registered(&quiet, "QUIET").await;
    let best = (Duration::MAX, Duration::MAX);
    let looked = tokio::sync::Mutex::new((hand, beside, best));
    let server = world.server.cwmp_address;
    // With credentials of their own: those of the other one would be taken for it.
    let other = Hand::registered(&world, "CROWD").await.authorization;
    let crowd = Arc::new(Crowd {
        server,
        head: format!("POST / HTTP/1.1\r\nHost: a\r\nAuthorization: {other}\r\n"),
        begun: AtomicUsize::new(0),
    });
    let (end, over) = watch::channel(false);
    let peers: Vec<_> = (0..CROWD)
        .map(|number| tokio::spawn(Arc::clone(&crowd).peer(number, over.clone())))
        .collect();
    eventually("all of them are there", || async {
        (crowd.begun.load(Relaxed) == CROWD).then_some(())
    })
    .await;
    let (before, meanwhile) = eventually("sessions are as fast as beside", || async {
        let mut looked = looked.lock().await;
        let (hand, beside, best) = &mut *looked;
        best.0 = best.0.min(slowest(beside).await);
        best.1 = best.1.min(slowest(hand).await);
        (best.1 <= best.0 * 2 + NOISE).then_some(*best)
    })
    .await;
    end.send(true).expect("they listen");
    let mut there = 0;
    for peer in peers {
        there += usize::from(peer.await.expect("a peer"));
    }
    counted(format!(
        "slow and hostile peers: {there} of {CROWD} still there; 19 of 20 sessions within {meanwhile:?}, {before:?} \
         without them"
    ));
    assert_eq!(there, CROWD, "they were in nobody's way");
}
