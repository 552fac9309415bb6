//! Power cuts before, in and after every change to the disk, from the first boot of a device to its second upgrade.
//!
//! The device lives once, with a real disk and real sockets, while every change is written down. What a cut at any of
//! them may leave is then laid out in a folder of its own, and the device booted from there.
//!
//! Long because an ACS, a file server and a whole life of a device belong to it.

use crate::storage::{Files, Log, Note, Step, Storage, laid_out};
use crate::support::requests::firmware;
use crate::support::{Bench, Setup};
use agent::device::exchange::Downgrade;
use agent::device::io::{Section, SectionKind};
use agent::device::{DeviceConfig, FilePolicy, Identity, Product, Saved};
use agent::firmware::{SlotName, Slots};
use agent::platform::simulated::Simulated;
use agent::shell::diagnostics::DiagnosticsConfig;
use agent::shell::disk::{Disk, Watch};
use agent::shell::http::Network;
use agent::shell::journal::Journal;
use agent::shell::tls::TlsConfig;
use agent::shell::{Runner, RunnerConfig};
use cwmp::rpc::Download;
use cwmp::session::RequestIds;
use cwmp::session::acs::{AcsSession, Turn};
use cwmp::{CpeRequest, CpeResponse, CwmpVersion};
use data_model::Timestamp;
use data_model::firmware::ImageHeader;
use data_model::signing::SigningKey;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";
/// The two upgrades: their keys, and the versions they bring.
const UPGRADES: [(&str, &str); 2] = [("first", "11-4-1"), ("second", "11-4-2")];
/// Bytes of an image, written in many blocks.
const IMAGE_BYTES: usize = 150_000;
const JOURNAL: &str = "state/device.journal";

// ---- the life of the device

fn key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

/// The image of a version, as it lies in its slot.
fn image(version: &str) -> Vec<u8> {
    let salt = version.bytes().map(usize::from).sum::<usize>();
    let body = (0..IMAGE_BYTES).map(|place| ((place + salt) % 251) as u8);
    let body: Vec<u8> = body.collect();
    let header = ImageHeader {
        product: "ATA192".into(),
        version: version.into(),
        bytes: body.len() as u64,
        sha256: Sha256::digest(&body).into(),
    };
    let mut image = header.sign(&key()).expect("it fits");
    image.extend_from_slice(&body);
    image
}

/// Serves each connection in turn; it ends with the process.
fn serve(each: impl Fn(&TcpStream) -> std::io::Result<()> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A connection that breaks is the device's affair.
            let _ = each(&stream);
        }
    });
    address
}

/// The first line and the body of a request; `None` if there is none any more.
fn request(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let (mut first, mut length) = (String::new(), 0);
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((first, body)))
}

fn respond(mut stream: &TcpStream, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
    )?;
    stream.write_all(body)
}

/// Gives the image whose version is the path.
fn file_server() -> SocketAddr {
    serve(|stream| {
        let mut reader = BufReader::new(stream);
        while let Some((first, _)) = request(&mut reader)? {
            let path = first.split(' ').nth(1).unwrap_or_default();
            respond(stream, &image(path.trim_start_matches('/')))?;
        }
        Ok(())
    })
}

/// Has the device carry out one upgrade after the other, and writes down what it comes to know.
fn acs(log: Arc<Log>, files: SocketAddr) -> SocketAddr {
    serve(move |stream| {
        let mut reader = BufReader::new(stream);
        let mut session = AcsSession::new(RequestIds::starting_at(1));
        while let Some((_, body)) = request(&mut reader)? {
            let turn = session.post(&body).map_err(std::io::Error::other)?;
            let (next, reply) = match turn {
                Turn::Informed(turn) => turn.accept(),
                Turn::Called(turn) => {
                    if let CpeRequest::TransferComplete(report) = &turn.request {
                        assert_eq!(report.fault_struct.fault_code, 0);
                        log.note(Note::Told(known(report.command_key.as_str())));
                    }
                    turn.acknowledge()
                }
                Turn::Refused(turn) => turn.send(),
                Turn::Ready(turn) => match next_upgrade(&log, files) {
                    Some(download) => turn.call(download.into()),
                    None => return respond(stream, b""),
                },
                Turn::Answered(turn) => {
                    assert!(matches!(turn.answer, Ok(CpeResponse::DownloadResponse(_))));
                    let first = !log.has(&Note::Told(UPGRADES[0].0));
                    log.note(Note::Accepted(UPGRADES[usize::from(!first)].0));
                    return respond(stream, b"");
                }
            };
            session = next;
            respond(stream, reply.body.unwrap_or_default().as_bytes())?;
        }
        Ok(())
    })
}

fn known(key: &str) -> &'static str {
    let upgrade = UPGRADES.iter().find(|(known, _)| *known == key);
    upgrade.expect("the ACS has asked for it").0
}

/// What the ACS asks next: each upgrade once, the second when the first has ended.
fn next_upgrade(log: &Log, files: SocketAddr) -> Option<Download> {
    let steps = log.steps();
    let count = |is: fn(&Step) -> bool| steps.iter().filter(|step| is(step)).count();
    let accepted = count(|step| matches!(step, Step::Noted(Note::Accepted(_))));
    let told = count(|step| matches!(step, Step::Noted(Note::Told(_))));
    let (key, version) = UPGRADES.get(accepted).filter(|_| told == accepted)?;
    Some(Download {
        url: format!("http://{files}/{version}"),
        ..firmware(key)
    })
}

fn config(folder: &Path, url: &str) -> RunnerConfig {
    RunnerConfig {
        diagnostics: DiagnosticsConfig::simulated(1),
        platform: Box::new(Simulated),
        surroundings: None,
        switched_on: true,
        udp: agent::shell::UdpCalls::Never,
        devices: vec![DeviceConfig {
            product: Product::load("ata192").expect("it is of this build"),
            identity: Identity {
                serial_number: "FCH26480QXA".into(),
                mac: [0, 0, 0x5e, 0, 0x53, 1],
            },
            installed: vec![("Device.ManagementServer.URL".into(), url.into())].into(),
            authority: "".into(),
            downgrade: Downgrade::Refused,
            newest_version: CwmpVersion::V1_4,
            files: FilePolicy::default(),
            seed: 1,
        }],
        network: Network {
            tls: TlsConfig::default().load().expect("no file is needed"),
            source: None,
            name_server: None,
        },
        listen: None,
        advertise: None,
        journal: Some(folder.join(JOURNAL)),
        slots: Some(folder.join("slots")),
        trusted: vec![key().verifying_key()],
        sessions: 1,
        record: None,
    }
}

/// Lets a device live from its first boot until its second upgrade is confirmed; gives its ACS and what happened.
async fn life(folder: &Path) -> (String, Vec<Step>) {
    let log = Arc::new(Log::default());
    let address = acs(Arc::clone(&log), file_server());
    let url = format!("http://{address}/");
    let disk = Disk::watched(Arc::clone(&log) as Arc<dyn Watch>);
    let runner = Runner::start_on(disk, config(folder, &url)).await;
    let (runner, handle) = runner.expect("nothing is in its way");
    let running = tokio::spawn(runner.run());
    let is_over = || async {
        let settled = handle.look(0, |device| {
            device.core().firmware.trial.is_none() && !device.in_session()
        });
        log.has(&Note::Told(UPGRADES[1].0)) && settled.await == Some(true)
    };
    let over = async {
        while !is_over().await {
            tokio::task::yield_now().await;
        }
    };
    let deadline = tokio::time::timeout(Duration::from_secs(120), over);
    deadline.await.expect("both upgrades end");
    handle.stop();
    running.await.expect("it stops");
    (url, log.steps())
}

// ---- what a cut leaves

/// What the device had promised before a cut.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Promised {
    accepted: BTreeSet<&'static str>,
    told: BTreeSet<&'static str>,
}

/// A device after a cut.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Left {
    saved: Saved,
    /// Which version each slot holds; `None` for no image, or for a torn one.
    slots: [Option<&'static str>; 2],
    promised: Promised,
}

impl Left {
    /// Reads a disk as the next boot does.
    fn read(files: &Files, promised: &Promised) -> Left {
        let folder = laid_out(files);
        let path = folder.path().join(JOURNAL);
        let (_, mut devices) =
            Journal::open(&path, Box::new(|_, _| {})).expect("whatever a cut leaves can be used");
        let slot = |name: &str| {
            let bytes = files.get(&PathBuf::from(format!("slots/slot-{name}.image")))?;
            let versions = UPGRADES.iter().map(|(_, version)| *version);
            versions
                .into_iter()
                .find(|version| image(version) == *bytes)
        };
        Left {
            saved: devices.remove(&0).unwrap_or_default(),
            slots: [slot("a"), slot("b")],
            promised: promised.clone(),
        }
    }

    /// The version whose whole image lies in a slot.
    fn holds(&self, slot: SlotName) -> Option<&'static str> {
        match slot {
            SlotName::A => self.slots[0],
            SlotName::B => self.slots[1],
        }
    }

    fn firmware(&self) -> Slots {
        let bytes = self.saved.get(&SectionKind::Firmware);
        bytes.map_or_else(Slots::default, |bytes| {
            serde_json::from_slice(bytes).expect("the journal's checksum is right")
        })
    }

    /// What is run, and what is gone back to, lies whole in its slot.
    fn is_whole(&self) {
        let firmware = self.firmware();
        let upgraded = |version: &str| UPGRADES.iter().any(|(_, known)| *known == version);
        if upgraded(&firmware.version) {
            let held = self.holds(firmware.active);
            assert_eq!(held, Some(firmware.version.as_str()), "{firmware:?}");
        }
        if firmware.trial.is_some() && upgraded(&firmware.other_version) {
            let held = self.holds(firmware.active.other());
            assert_eq!(held, Some(firmware.other_version.as_str()), "{firmware:?}");
        }
    }

    /// The device, about to be switched on again.
    fn bench(&self, url: &str) -> Bench {
        let mut bench = Setup {
            url: url.into(),
            ..Setup::of("ata192")
        }
        .bench();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.expect("a clock that is set").as_secs();
        bench.starts_at(Timestamp::from_secs(now as i64 + 5));
        for (kind, bytes) in &self.saved {
            bench.overwrites(*kind, bytes);
        }
        // A transfer that had not begun begins then: the second, if the first has ended.
        let upgrade = UPGRADES[usize::from(self.promised.told.contains("first"))];
        bench.files().always_delivers("ATA192", upgrade.1);
        bench
    }

    /// However it goes on, each promised report is made, once, and says what is so.
    fn keeps_its_word(&self, bench: &mut Bench) {
        bench.advance(2 * 3600);
        let sessions = bench.sessions();
        let reports: Vec<(String, u16)> = sessions
            .iter()
            .flat_map(|session| session.reported())
            .collect();
        let runs = bench.knows(VERSION);
        for (key, version) in UPGRADES {
            let of_it: Vec<u16> = reports
                .iter()
                .filter(|(told, _)| told == key)
                .map(|(_, code)| *code)
                .collect();
            let owed = self.promised.accepted.contains(key) && !self.promised.told.contains(key);
            assert!(of_it.len() <= 1, "{key} is told twice: {reports:?}");
            assert!(!owed || of_it.len() == 1, "{key} is lost: {reports:?}");
            match of_it.first() {
                Some(0) => assert_eq!(runs, version, "{reports:?}"),
                Some(_) => assert_ne!(runs, version, "{reports:?}"),
                None => {}
            }
        }
        let core = bench.device().core();
        assert!(core.firmware.trial.is_none(), "the trial has an end");
        let active = core.firmware.active;
        let fetched = !bench.files().asked.is_empty();
        if UPGRADES.iter().any(|(_, known)| *known == runs) && !fetched {
            assert_eq!(self.holds(active), Some(runs.as_str()), "a torn image runs");
        }
    }
}

/// Everything the cuts of a life may leave, each once, with the steps after which it may be left.
fn everything_left(folder: &Path, steps: &[Step]) -> BTreeMap<Left, usize> {
    let mut storage = Storage::default();
    let mut promised = Promised::default();
    let mut seen = BTreeSet::new();
    let mut left = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Noted(Note::Accepted(key)) => _ = promised.accepted.insert(key),
            Step::Noted(Note::Told(key)) => _ = promised.told.insert(key),
            other => storage.apply(other),
        }
        for files in storage.after_a_cut(folder) {
            if seen.insert((files.clone(), promised.clone())) {
                left.entry(Left::read(&files, &promised)).or_insert(number);
            }
        }
    }
    left
}

/// Covers P4, P5, E-11, T-01, T-02, T-07.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_at_any_write_of_an_upgrade_leaves_a_whole_image_and_loses_no_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, steps) = life(folder.path()).await;
    let blocks =
        |step: &&Step| matches!(step, Step::Append(path, _) if path.ends_with("slot-a.partial"));
    assert!(
        steps.iter().filter(blocks).count() > 3,
        "{} steps",
        steps.len()
    );
    let left = everything_left(folder.path(), &steps);
    for (left, number) in &left {
        println!(
            "after step {number}: {:?}, {:?}",
            left.firmware(),
            left.promised
        );
        left.is_whole();
        // The ACS is there: the image on trial proves itself.
        left.keeps_its_word(&mut left.bench(&url));
        // It is not, for as many boots as an image has, and one more.
        let mut bench = left.bench(&url);
        bench.acs().goes_away();
        for _ in 0..4 {
            bench.settle();
            bench.power_cut();
        }
        bench.sessions();
        bench.acs().comes_back();
        left.keeps_its_word(&mut bench);
    }
}

/// Covers P5.
#[test]
fn a_cut_at_any_write_of_a_journal_that_is_written_anew_leaves_what_was_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(JOURNAL);
    let log = Arc::new(Log::default());
    let disk = Disk::watched(Arc::clone(&log) as Arc<dyn Watch>);
    let (kept, confirmed) = std::sync::mpsc::channel();
    let done = move |_, outcome: std::io::Result<()>| kept.send(outcome).expect("it is awaited");
    let (journal, _) = Journal::open_on(&disk, &path, Box::new(done)).expect("a journal");
    for round in 0..24 {
        let bytes = vec![round; 30_000];
        let kind = SectionKind::Tree;
        journal.append(0, vec![Section { kind, bytes }]);
        confirmed.recv().expect("an answer").expect("it is kept");
        log.note(Note::Kept(round));
    }
    drop(journal);
    let steps = log.steps();
    assert!(steps.iter().any(|step| matches!(step, Step::Rename(..))));
    let (mut storage, mut promised) = (Storage::default(), None);
    for step in &steps {
        match step {
            Step::Noted(Note::Kept(round)) => promised = Some(*round),
            other => storage.apply(other),
        }
        for files in storage.after_a_cut(folder.path()) {
            let left = laid_out(&files);
            let path = left.path().join(JOURNAL);
            let opened = Journal::open(&path, Box::new(|_, _| {}));
            let (_, devices) = opened.expect("whatever a cut leaves can be used");
            let tree = devices.get(&0).map(|saved| &saved[&SectionKind::Tree]);
            let round = tree.map(|bytes| bytes[0]);
            assert!(round >= promised, "{round:?}, {promised:?} was confirmed");
            assert!(tree.is_none_or(|tree| tree.len() == 30_000));
        }
    }
}
