//! kill -9 of the server at any moment, under load: what it has acknowledged is there, and nothing is done twice.
//!
//! `tests/long kills` does it two hundred times and prints the same counts.

use crate::recovery::moment;
use crate::world::by_hand::Hand;
use crate::world::process::{AcsProcess, Ports};
use crate::world::rest::Rest;
use crate::world::{FACTORY_SECRET, counted, patience, runs};
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::*;
use cwmp::{CommandKey, Event, EventCode, Fault, FaultCode};
use data_model::{DateTime, ParameterList};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

const KILLS: u64 = 50;
/// Devices that come again and again; each has somebody who queues tasks for it.
const DEVICES: usize = 3;
/// The parameter that tasks write their number into.
const WRITTEN: &str = "Device.DeviceInfo.ProvisioningCode";

/// What one device and whoever asks things of it may hold the server to: it is true from the moment the bytes of an
/// answer were read.
#[derive(Debug, Default)]
struct Ledger {
    /// Tasks acknowledged with 201 since the last look, and in all.
    created: BTreeSet<String>,
    created_ever: BTreeSet<String>,
    /// Writes whose answer the server has acknowledged: they must not come again.
    written: BTreeSet<String>,
    /// Reads whose answer the server has acknowledged.
    read: usize,
    /// Transfers that were asked for, by their CommandKey; one that is asked for twice is done twice.
    transfers: BTreeMap<String, u32>,
    /// Transfers whose end the server has acknowledged.
    completed: BTreeSet<String>,
    informs: u64,
    doubled: u64,
}

impl Ledger {
    fn effects(&self) -> usize {
        self.written.len() + self.transfers.len()
    }
}

type Book = Arc<Mutex<Ledger>>;

fn note<T>(book: &Book, change: impl FnOnce(&mut Ledger) -> T) -> T {
    change(&mut book.lock().expect("no test thread panics with it"))
}

/// A device with its book.
struct Subject {
    hand: Hand,
    book: Book,
    /// Ends of transfers that are still to be told.
    to_tell: VecDeque<CommandKey>,
    /// The next task that is asked for: the key that makes a repetition harmless.
    number: Arc<Mutex<u64>>,
}

/// Queues tasks as fast as the server takes them. One that was not acknowledged is asked for again after the kill, with
/// the same key, so that it cannot be there twice.
async fn create_tasks(api: &Rest, path: &str, file: &str, subject: (&Book, &Mutex<u64>, &Notify)) {
    let (book, number, acknowledged) = subject;
    loop {
        let next = *number.lock().expect("no test thread panics with it");
        let task = match next % 3 {
            0 => json!({ "kind": "get_parameter_values", "names": ["Device.DeviceInfo.UpTime"] }),
            1 => {
                let value = json!({ "name": WRITTEN, "value": next.to_string() });
                json!({ "kind": "set_parameter_values", "values": [value] })
            }
            _ => json!({ "kind": "download", "file": file }),
        };
        let Ok(created) = api.post_once(path, task, &next.to_string()).await else {
            return;
        };
        let id = created["id"].as_str().expect("an id").to_owned();
        note(book, |book| {
            book.created_ever.insert(id.clone());
            book.created.insert(id);
        });
        *number.lock().expect("no test thread panics with it") += 1;
        acknowledged.notify_one();
    }
}

/// What the device has to remember once the server has acknowledged its answer.
enum Effect {
    Read,
    Wrote(String),
    None,
}

impl Subject {
    /// Comes again and again, and answers what it is asked, until the server is gone.
    async fn live(&mut self) -> Option<()> {
        loop {
            let mut events = vec![Event::new(EventCode::Periodic)];
            let telling = self.to_tell.front().cloned();
            if telling.is_some() {
                events.insert(0, Event::new(EventCode::TransferComplete));
            }
            let answer = self.hand.try_post(self.hand.inform(events)).await?;
            assert_eq!(answer.status, 200, "{}", answer.text());
            note(&self.book, |book| book.informs += 1);
            if let Some(key) = telling {
                let complete = self.hand.transfer_complete(&key.to_string());
                let answer = self.hand.try_post(complete).await?;
                assert_eq!(answer.status, 200, "{}", answer.text());
                self.to_tell.pop_front();
                note(&self.book, |book| book.completed.insert(key.to_string()));
            }
            let mut answer = self.hand.try_post("").await?;
            while answer.status == 200 {
                let message = answer.message();
                let id = message.header.id.unwrap_or_default();
                let FromAcs::Request(request) = message.body else {
                    panic!("a request is due: {:?}", message.body)
                };
                let (response, effect) = self.answer(request);
                let body = match response {
                    Ok(response) => self.hand.message(&id, response),
                    Err(fault) => self.hand.message(&id, fault),
                };
                answer = self.hand.try_post(body).await?;
                note(&self.book, |book| match effect {
                    Effect::Read => book.read += 1,
                    Effect::Wrote(value) => {
                        book.written.insert(value);
                    }
                    Effect::None => {}
                });
            }
            assert_eq!(answer.status, 204, "{}", answer.text());
            self.hand.cookie = None;
        }
    }

    fn answer(&mut self, request: AcsRequest) -> (Result<CpeResponse, Fault>, Effect) {
        match request {
            AcsRequest::GetParameterValues(request) => {
                let mut parameter_list = ParameterList::new();
                for name in &request.parameter_names {
                    parameter_list.push_str(name, "1");
                }
                let response = GetParameterValuesResponse { parameter_list };
                (Ok(response.into()), Effect::Read)
            }
            AcsRequest::SetParameterValues(request) => {
                let value = request.parameter_list.get(WRITTEN).unwrap_or_default();
                let again = note(&self.book, |book| book.written.contains(value));
                note(&self.book, |book| book.doubled += u64::from(again));
                let status = Status::Applied;
                let response = SetParameterValuesResponse { status };
                (Ok(response.into()), Effect::Wrote(value.to_owned()))
            }
            AcsRequest::Download(request) => {
                let key = request.command_key;
                let times = note(&self.book, |book| {
                    let times = book.transfers.entry(key.to_string()).or_default();
                    *times += 1;
                    *times
                });
                match times {
                    1 => self.to_tell.push_back(key),
                    _ => note(&self.book, |book| book.doubled += 1),
                }
                let response = DownloadResponse {
                    status: Status::Committed,
                    start_time: DateTime::unknown(),
                    complete_time: DateTime::unknown(),
                };
                (Ok(response.into()), Effect::None)
            }
            _ => {
                let fault = Fault::from(FaultCode::METHOD_NOT_SUPPORTED);
                (Err(fault), Effect::None)
            }
        }
    }
}

/// Everything in the book must be true of the server; says how many tasks it has lost.
async fn lost(api: &Rest, device: &str, book: &Book) -> u64 {
    let (created, informs) = note(book, |book| {
        (std::mem::take(&mut book.created), book.informs)
    });
    let mut lost = 0;
    for id in created {
        lost += u64::from(api.get(&format!("/tasks/{id}")).await.is_err());
    }
    let device = api
        .get(device)
        .await
        .expect("a device that was acknowledged");
    assert!(
        device["informs"].as_u64() >= Some(informs),
        "{informs} Informs were acknowledged: {device}"
    );
    lost
}

/// What was acknowledged as answered must be done, whatever came behind it.
async fn forgotten(api: &Rest, tasks: &str, book: &Book) -> usize {
    let all = api.all(tasks).await.expect("a list");
    let known: BTreeSet<&str> = all.iter().filter_map(|task| task["id"].as_str()).collect();
    let done = |kind: &str| {
        let done = |task: &&Value| task["kind"] == kind && task["state"] == "done";
        all.iter().filter(done).count()
    };
    note(book, |book| {
        let gone = book
            .created_ever
            .iter()
            .filter(|id| !known.contains(id.as_str()));
        let read = book.read.saturating_sub(done("get_parameter_values"));
        let written = book
            .written
            .len()
            .saturating_sub(done("set_parameter_values"));
        let completed = book.completed.len().saturating_sub(done("download"));
        gone.count() + read + written + completed
    })
}

/// Lets the device work off what is left; says how many tasks there were. A download that was about to leave when the
/// server was killed, and has not, waits for a TransferComplete first: nobody knows that it has not left.
async fn finish(api: &Rest, tasks: &str, subject: &mut Subject) -> usize {
    let book = Arc::clone(&subject.book);
    let over = |task: &Value| {
        let id = task["id"].as_str().unwrap_or_default();
        let never_left = note(&book, |book| !book.transfers.contains_key(id));
        task["state"] == "done" || (task["state"] == "waiting_for_transfer" && never_left)
    };
    let done = async {
        loop {
            let all = api.all(tasks).await.expect("a list");
            if all.iter().all(&over) {
                return all.len();
            }
        }
    };
    let worked_off = tokio::time::timeout(patience() * 4, async {
        tokio::select! {
            count = done => count,
            _ = subject.live() => panic!("the server is gone"),
        }
    });
    worked_off.await.expect("every task is done in the end")
}

/// A device that has enrolled.
async fn subject(server: &AcsProcess, number: usize) -> Subject {
    let mut hand = Hand::with_password(server.cwmp, &format!("KILLED{number}"), FACTORY_SECRET);
    hand.open().await;
    // Whatever it is asked at first, it does not know.
    let mut answer = hand.post("").await;
    while answer.status == 200 {
        let id = answer.message().header.id.unwrap_or_default();
        let fault = Fault::from(FaultCode::METHOD_NOT_SUPPORTED);
        let refusal = hand.message(&id, fault);
        answer = hand.post(refusal).await;
    }
    hand.cookie = None;
    Subject {
        hand,
        book: Book::default(),
        to_tell: VecDeque::new(),
        number: Arc::default(),
    }
}

/// Lets everybody work until the moment of this kill. Before every other one something has been acknowledged, however
/// slow the machine is.
async fn work_until_killed(work: impl Future, kill: u64, acknowledged: &Notify) {
    let mut work = std::pin::pin!(work);
    if kill % 2 == 1 {
        let first = tokio::time::timeout(patience(), acknowledged.notified());
        tokio::select! {
            _ = &mut work => panic!("the server is gone before it is killed"),
            first = first => first.expect("the server takes tasks"),
        }
    }
    let _ = tokio::time::timeout(moment(kill, 3, 150), work).await;
}

/// Covers P1, P12, P2.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_loses_nothing_it_has_acknowledged_however_often_it_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let mut server = AcsProcess::start(&data, &ports).await;
    let api = server.sign_in(&data).await;
    let address = "/files?name=settings&file_type=3%20Vendor%20Configuration%20File";
    let file = api.upload(address, vec![1; 100]).await.expect("a file");
    let file = file["id"].as_str().expect("an id").to_owned();
    let mut subjects = Vec::new();
    for number in 0..DEVICES {
        subjects.push(subject(&server, number).await);
    }
    let (kills, mut tasks_lost) = (runs(KILLS), 0);
    for kill in 0..kills {
        let acknowledged = Notify::new();
        let work = subjects.iter_mut().map(|subject| {
            let tasks = format!("{}/tasks", subject.hand.path());
            let (book, number) = (Arc::clone(&subject.book), Arc::clone(&subject.number));
            let (api, file, acknowledged) = (&api, &file, &acknowledged);
            async move {
                let creating = create_tasks(api, &tasks, file, (&book, &number, acknowledged));
                tokio::join!(creating, subject.live());
            }
        });
        // Out of time is the kill; the work alone would never end.
        let work = futures_util::future::join_all(work);
        work_until_killed(work, kill, &acknowledged).await;
        server.kill().await;
        server = AcsProcess::start(&data, &ports).await;
        for subject in &mut subjects {
            subject.hand.hang_up();
            subject.hand.cookie = None;
            tasks_lost += lost(&api, &subject.hand.path(), &subject.book).await;
        }
    }
    let (mut tasks, mut answers, mut effects, mut doubled, mut missing) = (0, 0, 0, 0, 0);
    for subject in &mut subjects {
        let path = format!("{}/tasks", subject.hand.path());
        missing += forgotten(&api, &path, &subject.book).await;
        finish(&api, &path, subject).await;
        missing += forgotten(&api, &path, &subject.book).await;
        note(&subject.book, |book| {
            tasks += book.created_ever.len();
            answers += book.read + book.written.len() + book.completed.len();
            effects += book.effects();
            doubled += book.doubled;
        });
    }
    counted(format!(
        "kill -9 under load: {kills} kills; {tasks} tasks acknowledged, {tasks_lost} lost; \
         {answers} answers acknowledged, {missing} forgotten; {effects} effects, {doubled} doubled"
    ));
    assert_eq!((tasks_lost, missing, doubled), (0, 0, 0));
    assert!(tasks as u64 >= kills / 2, "{tasks} tasks are no load");
}
