//! TFTP between our agent's client and our server: files both ways, and two hundred at once over a line that loses packets.

use crate::world::{eventually, patience};
use acs::tftp::listener;
use acs::tftp::metrics::TftpMetrics;
use acs::tftp::{Refusal, Shelf};
use agent::device::io::{FileContent, TransferJob, TransferOutcome, TransferWork};
use agent::limits::TFTP_FIRST_WAIT_MS;
use agent::shell::http::Network;
use agent::shell::slots::SlotStore;
use agent::shell::tls::TlsConfig;
use agent::shell::transfers::{TransferConfig, carry_out};
use agent::shell::upload::Uploads;
use async_trait::async_trait;
use bytes::Bytes;
use data_model::Secret;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Bytes of a whole profile.
const PROFILE_BYTES: usize = 60_000;

/// Files whose content tells their name, and what was written.
#[derive(Default)]
struct Files(Mutex<HashMap<String, Bytes>>);

/// A file that differs from those of other names in every place.
fn content(name: &str, bytes: usize) -> Vec<u8> {
    let salt = name
        .bytes()
        .fold(7u8, |salt, byte| salt.wrapping_mul(31) ^ byte);
    (0..bytes).map(|place| (place % 251) as u8 ^ salt).collect()
}

#[async_trait]
impl Shelf for Files {
    async fn serve(&self, name: &str, _peer: SocketAddr) -> Result<Bytes, Refusal> {
        match name.ends_with(".cfg") {
            true => Ok(content(name, PROFILE_BYTES).into()),
            false => Err(Refusal::NotFound),
        }
    }

    async fn admit(&self, _name: &str, _peer: SocketAddr) -> Result<(), Refusal> {
        Ok(())
    }

    async fn receive(&self, name: &str, _peer: SocketAddr, file: Bytes) -> Result<(), Refusal> {
        let mut files = self.0.lock().expect("nobody panics");
        files.insert(name.to_owned(), file);
        Ok(())
    }
}

/// A server, until the sender is dropped.
async fn server() -> (SocketAddr, Arc<Files>, TftpMetrics, watch::Sender<bool>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("it is bound");
    let (files, metrics) = (Arc::new(Files::default()), TftpMetrics::default());
    let (stop, stopped) = watch::channel(false);
    let shelf = Arc::clone(&files);
    tokio::spawn(listener::serve(socket, shelf, metrics.clone(), stopped));
    (address, files, metrics, stop)
}

/// Moves one file as a device does.
async fn moved(url: String, work: TransferWork) -> TransferOutcome {
    let config = TransferConfig {
        bytes_per_sec: None,
        network: Network {
            tls: TlsConfig::default().load().expect("nothing to read"),
            source: None,
            name_server: None,
        },
        slots: SlotStore::Simulated,
        trusted: Vec::new(),
        tftp_wait_ms: TFTP_FIRST_WAIT_MS,
        uploads: Uploads::default(),
    };
    let job = TransferJob {
        number: 1,
        url,
        username: String::new(),
        password: Secret::new(""),
        domains: String::new(),
        trust: None,
        user_agent: String::new(),
        work,
    };
    carry_out(&config, job).await
}

async fn fetched(address: SocketAddr, name: &str) -> Result<Vec<u8>, u16> {
    let url = format!("tftp://{address}/{name}");
    match moved(url, TransferWork::Fetch(1_000_000)).await {
        TransferOutcome::Fetched(FileContent(bytes)) => Ok(bytes),
        TransferOutcome::Failed(fault) => Err(fault.code.number()),
        other => panic!("{other:?}"),
    }
}

/// Covers T-11.
#[tokio::test(flavor = "multi_thread")]
async fn our_agent_reads_and_writes_files_by_tftp() {
    let (address, files, metrics, _stop) = server().await;
    let name = "00000CAABBCC.cfg";
    assert!(fetched(address, name).await == Ok(content(name, PROFILE_BYTES)));
    assert_eq!(fetched(address, "none").await, Err(9016));
    let report = content("report", 2_000);
    let work = TransferWork::Send(FileContent(report.clone()));
    let sent = moved(format!("tftp://{address}/report"), work).await;
    assert!(matches!(sent, TransferOutcome::Sent), "{sent:?}");
    let kept = files
        .0
        .lock()
        .expect("nobody panics")
        .get("report")
        .cloned();
    assert!(kept.is_some_and(|kept| kept == report));
    eventually("the transfers have ended", async || {
        (metrics.open.get() == 0).then_some(())
    })
    .await;
    assert_eq!(metrics.bytes_sent.get(), PROFILE_BYTES as u64);
    assert_eq!(metrics.bytes_received.get(), 2_000);
}

/// A line that loses one packet in a hundred, both ways, by dice that fall alike in every run.
struct Lossy {
    address: SocketAddr,
    lost: Arc<AtomicUsize>,
}

/// One xorshift for all packets of a line.
#[derive(Clone)]
struct Dice(Arc<Mutex<u64>>, Arc<AtomicUsize>);

impl Dice {
    fn loses(&self) -> bool {
        let mut state = self.0.lock().expect("nobody panics");
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        let lost = state.is_multiple_of(100);
        self.1.fetch_add(usize::from(lost), Ordering::Relaxed);
        lost
    }
}

impl Lossy {
    async fn to(server: SocketAddr) -> Lossy {
        let inner = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a port"));
        let address = inner.local_addr().expect("it is bound");
        let lost = Arc::new(AtomicUsize::new(0));
        let dice = Dice(Arc::new(Mutex::new(0x7463_6f6c_6f72)), Arc::clone(&lost));
        tokio::spawn(relay(inner, server, dice));
        Lossy { address, lost }
    }
}

/// Gives each device a port of its own towards the server, as a router does.
async fn relay(inner: Arc<UdpSocket>, server: SocketAddr, dice: Dice) {
    let mut ways: HashMap<SocketAddr, Way> = HashMap::new();
    let mut back = JoinSet::new();
    let mut buffer = vec![0; 2_000];
    while let Ok((length, device)) = inner.recv_from(&mut buffer).await {
        let way = match ways.entry(device) {
            Entry::Occupied(way) => way.into_mut(),
            Entry::Vacant(place) => {
                let way = Way {
                    socket: Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a port")),
                    peer: Arc::new(Mutex::new(server)),
                };
                let (inner, dice) = (Arc::clone(&inner), dice.clone());
                back.spawn(way.clone().back(inner, device, dice));
                place.insert(way)
            }
        };
        let peer = *way.peer.lock().expect("nobody panics");
        if !dice.loses() {
            let _ = way.socket.send_to(&buffer[..length], peer).await;
        }
    }
}

/// What a router keeps of a device.
#[derive(Clone)]
struct Way {
    socket: Arc<UdpSocket>,
    /// Where the server's last packet came from.
    peer: Arc<Mutex<SocketAddr>>,
}

impl Way {
    async fn back(self, inner: Arc<UdpSocket>, device: SocketAddr, dice: Dice) {
        let mut buffer = vec![0; 2_000];
        while let Ok((length, from)) = self.socket.recv_from(&mut buffer).await {
            *self.peer.lock().expect("nobody panics") = from;
            if !dice.loses() {
                let _ = inner.send_to(&buffer[..length], device).await;
            }
        }
    }
}

/// Covers T-11, F07.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_profiles_at_once_come_whole_over_a_line_that_loses_packets() {
    let (address, _files, metrics, _stop) = server().await;
    let line = Lossy::to(address).await;
    let mut devices = JoinSet::new();
    for device in 0..200 {
        let relay = line.address;
        devices.spawn(async move {
            let name = format!("{device:012X}.cfg");
            let file = fetched(relay, &name).await;
            (file.map(|file| file == content(&name, PROFILE_BYTES)), name)
        });
    }
    let all = async {
        while let Some(ended) = devices.join_next().await {
            let (whole, name) = ended.expect("no panic");
            assert_eq!(whole, Ok(true), "{name}");
        }
    };
    let ended = tokio::time::timeout(patience(), all).await;
    assert!(ended.is_ok(), "some profiles are not there");
    assert!(
        line.lost.load(Ordering::Relaxed) > 50,
        "the line lost nothing"
    );
    // Whose last acknowledgement was lost has its profile, but the server cannot know.
    let known = metrics.bytes_sent.get() / PROFILE_BYTES as u64;
    assert!(known > 180, "{known}");
}
