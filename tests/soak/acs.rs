//! The ACS of a run: the session machine of the `cwmp` crate behind a line on which anything can go wrong.
//!
//! Long because it plays a whole server.

use crate::belief::{Belief, Change, Config};
use crate::dice::Dice;
use crate::ledger::{Ledger, Way};
use crate::weather::Trouble;
use agent::device::Input;
use agent::device::io::{HttpFailure, HttpRequest, HttpResponse};
use cwmp::message::CpeRequest;
use cwmp::rpc::{
    AddObject, ChangeDUState, DeleteObject, Download, FactoryReset, GetParameterValues,
    InstallOperation, Operation, Reboot, ScheduleInform, SetParameterValues, UninstallOperation,
    Upload,
};
use cwmp::session::acs::{Called, Informed, Ready, Reply, Turn};
use cwmp::session::{AcsSession, RequestIds};
use cwmp::{AcsRequest, CommandKey, CpeResponse, Fault, FaultCode, FromCpe, ParameterKey};
use data_model::ParameterList;
use std::collections::{BTreeSet, VecDeque};

/// The parameters that must always have one value.
pub const TOGETHER: [&str; 3] = [
    "Device.X_CISCO_ATA.Line.1.User_ID",
    "Device.X_CISCO_ATA.Line.2.User_ID",
    "Device.X_CISCO_ATA.Line.1.Display_Name",
];
/// ManagementServer.ParameterKey.
pub const KEY: &str = "Device.ManagementServer.ParameterKey";
/// The table rows are added to.
pub const TABLE: &str = "Device.ManagementServer.InformParameter.";
/// How many rows it has.
pub const ROWS: &str = "Device.ManagementServer.InformParameterNumberOfEntries";
/// Who makes the modules.
pub const VENDOR: &str = "example.net";
/// The ACS URL.
pub const URL: &str = "Device.ManagementServer.URL";

/// Something the ACS wants of the device; names are unique in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Three values that must change together.
    Set(String),
    /// One value of three is bad, so none may change.
    SetBad(String),
    /// A row more.
    Add(String),
    /// A row less.
    Delete(String),
    /// A file for the device, after so many seconds.
    Download(String, u32),
    /// A file of the device, after so many seconds.
    Upload(String, u32),
    /// An Inform after so many seconds.
    ScheduleInform(String, u32),
    /// A software module that is installed and removed again.
    Module(String),
    /// A reboot.
    Reboot(String),
    /// The factory's state.
    FactoryReset,
    /// Another URL of the same ACS.
    Move(String, &'static str),
    /// A look at everything above.
    Look,
}

/// The ACS.
#[derive(Debug)]
pub struct Acs {
    /// What the device may look like.
    pub belief: Belief,
    tasks: VecDeque<Task>,
    asked: Option<Task>,
    machine: Option<AcsSession>,
    sessions: u64,
    looked: bool,
    endless: bool,
    /// Rows that are known and that nobody has tried to delete.
    rows: BTreeSet<u32>,
    /// The body of the request before, and whether it is to come once more.
    last: Option<String>,
    again: bool,
}

impl Acs {
    /// An ACS that knows the device's factory state.
    pub fn new(factory: Config) -> Acs {
        Acs {
            belief: Belief::new(factory),
            tasks: VecDeque::new(),
            asked: None,
            machine: None,
            sessions: 0,
            looked: false,
            endless: false,
            rows: BTreeSet::new(),
            last: None,
            again: false,
        }
    }

    /// Wants this in one of the next sessions.
    pub fn wants(&mut self, task: Task) {
        self.tasks.push_back(task);
    }

    /// What is wanted and not yet asked.
    pub fn pending(&self) -> usize {
        self.tasks.len()
    }

    /// The device has been reset.
    pub fn forgets_rows(&mut self) {
        self.rows.clear();
    }

    /// Whether the device has sent anything since the last session was over.
    pub fn in_session(&self) -> bool {
        self.last.is_some()
    }

    /// The session is over.
    pub fn hung_up(&mut self) {
        self.asked = None;
        self.machine = None;
        self.looked = false;
        self.endless = false;
        self.last = None;
        self.again = false;
        self.belief.unanswered();
    }

    /// Takes one request; gives what arrives at the device, and after how many milliseconds.
    pub fn take(
        &mut self,
        request: &HttpRequest,
        trouble: Trouble,
        ledger: &mut Ledger,
        dice: &mut Dice,
    ) -> Option<(u64, Input)> {
        self.listen(request, ledger);
        let usual_ms = dice.pick(&[0, 0, 0, 20, 400, 3_000, 20_000]);
        let broken = |why: &str| Input::HttpFailed(HttpFailure::Broken(why.to_owned()));
        let status = |status| HttpResponse {
            status,
            ..HttpResponse::default()
        };
        let response = match trouble {
            Trouble::CutBeforeRequest => return Some((0, broken("cut before the request"))),
            Trouble::RequestLost => return None,
            Trouble::Status(code) => status(code),
            Trouble::Redirect => {
                self.again = true;
                HttpResponse {
                    location: Some("/elsewhere".into()),
                    ..status(307)
                }
            }
            Trouble::RedirectNowhere => status(302),
            Trouble::Challenge => {
                self.again = true;
                let challenge = "Digest realm=\"acs\", nonce=\"n1\", qop=\"auth\"";
                HttpResponse {
                    www_authenticate: vec![challenge.into()],
                    ..status(401)
                }
            }
            Trouble::HopelessChallenge => {
                let challenge = "Basic realm=\"in clear\"";
                HttpResponse {
                    www_authenticate: vec![challenge.into()],
                    ..status(401)
                }
            }
            _ => {
                let usual = self.answer(request, trouble, ledger);
                match trouble {
                    Trouble::CutBeforeResponse => {
                        return Some((usual_ms, broken("cut before the response")));
                    }
                    Trouble::ResponseLost => return None,
                    Trouble::TooLate => return Some((45_000, Input::HttpResponse(usual))),
                    Trouble::TooLarge => {
                        return Some((usual_ms, Input::HttpFailed(HttpFailure::TooLarge(1))));
                    }
                    Trouble::Garbled | Trouble::NoXml | Trouble::Stray => {
                        ledger.answer_spoiled();
                        spoiled(usual, trouble)
                    }
                    _ => spoiled(usual, trouble),
                }
            }
        };
        let delay_ms = if self.endless { 2_000 } else { usual_ms };
        Some((delay_ms, Input::HttpResponse(response)))
    }

    /// Takes note of what the device says, whether it arrives or not.
    fn listen(&mut self, request: &HttpRequest, ledger: &mut Ledger) {
        let first = self.last.is_none();
        let again = std::mem::take(&mut self.again) && self.last.as_ref() == Some(&request.body);
        self.last = Some(request.body.clone());
        if again {
            return;
        }
        ledger.goes_on();
        if request.body.is_empty() {
            return;
        }
        match cwmp::envelope::read::<FromCpe>(request.body.as_bytes()).map(|read| read.body) {
            Ok(FromCpe::Request(CpeRequest::Inform(inform))) => {
                if !first {
                    ledger.wrong("an Inform in the middle of a session");
                }
                ledger.informs(&inform, &request.url);
                let key = inform.parameter_list.get(KEY).unwrap_or_default();
                if let Err(why) = self.belief.observed_key(key) {
                    ledger.wrong(why);
                }
            }
            Ok(FromCpe::Request(CpeRequest::TransferComplete(report))) => ledger.reports(&report),
            Ok(FromCpe::Request(CpeRequest::DUStateChangeComplete(report))) => {
                ledger.reports_modules(&report);
            }
            Ok(_) => {}
            Err(why) => ledger.wrong(format!("an unreadable message: {why:?}")),
        }
    }

    fn answer(
        &mut self,
        request: &HttpRequest,
        trouble: Trouble,
        ledger: &mut Ledger,
    ) -> HttpResponse {
        if trouble == Trouble::Endless {
            self.endless = true;
        }
        let machine = self.machine.take().unwrap_or_else(|| {
            self.sessions += 1;
            AcsSession::new(RequestIds::starting_at(self.sessions * 10_000))
        });
        let refusal = match trouble {
            Trouble::RetryRequest => Some(FaultCode::new(8005)),
            Trouble::Refused(code) => Some(FaultCode::new(code)),
            _ => None,
        };
        let reply = match machine.post(request.body.as_bytes()) {
            Ok(Turn::Informed(turn)) => self.informed(turn, refusal, ledger),
            Ok(Turn::Called(turn)) => self.called(turn, refusal, ledger),
            Ok(Turn::Ready(ready)) => self.speak(ready, ledger),
            Ok(Turn::Answered(turn)) => {
                match turn.answer {
                    Ok(response) => self.answered(response, ledger),
                    Err(fault) => self.refused(&fault.to_string(), ledger),
                }
                self.speak(turn.ready, ledger)
            }
            Ok(Turn::Refused(turn)) => {
                ledger.wrong(format!("the device broke the schema: {}", turn.fault));
                Reply { body: None }
            }
            Err(why) => {
                ledger.wrong(format!("the device broke the protocol: {why}"));
                Reply { body: None }
            }
        };
        let body = reply.body.unwrap_or_default().into_bytes();
        let status = if body.is_empty() { 204 } else { 200 };
        HttpResponse {
            status,
            body,
            ..HttpResponse::default()
        }
    }

    fn informed(
        &mut self,
        turn: Informed,
        refusal: Option<FaultCode>,
        ledger: &mut Ledger,
    ) -> Reply {
        if let Some(code) = refusal {
            self.again = code == FaultCode::new(8005);
            return turn.refuse(Fault::from(code));
        }
        ledger.inform_answered();
        self.keep(turn.accept())
    }

    fn called(&mut self, turn: Called, refusal: Option<FaultCode>, ledger: &mut Ledger) -> Reply {
        if let Some(code) = refusal {
            self.again = code == FaultCode::new(8005);
            return self.keep(turn.fault(Fault::from(code)));
        }
        if let CpeRequest::TransferComplete(report) = &turn.request {
            ledger.report_answered(report.command_key.as_str());
        }
        if let CpeRequest::DUStateChangeComplete(report) = &turn.request {
            let key = report.command_key.clone().unwrap_or_default();
            ledger.report_answered(key.as_str());
        }
        self.keep(turn.acknowledge())
    }

    fn keep(&mut self, (machine, reply): (AcsSession, Reply)) -> Reply {
        self.machine = Some(machine);
        reply
    }

    /// Asks what is wanted, has a look at the end, and ends the session.
    fn speak(&mut self, ready: Ready, ledger: &mut Ledger) -> Reply {
        let task = match self.tasks.pop_front() {
            Some(task) => task,
            None if !self.looked || self.endless => Task::Look,
            None => return ready.finish(),
        };
        self.looked = task == Task::Look;
        let Some((request, change)) = self.request(&task) else {
            return self.speak(ready, ledger);
        };
        match &task {
            Task::Reboot(key) => ledger.reboot_sent(key),
            Task::Download(key, secs) => ledger.transfer_sent(key, Way::Download, *secs),
            Task::Upload(key, secs) => ledger.transfer_sent(key, Way::Upload, *secs),
            Task::ScheduleInform(key, secs) => ledger.order_sent(key, *secs),
            Task::Module(key) => ledger.transfer_sent(key, Way::Module, 0),
            _ => {}
        }
        self.belief.asked(change);
        self.asked = Some(task);
        self.keep(ready.call(request))
    }

    fn answered(&mut self, response: CpeResponse, ledger: &mut Ledger) {
        self.belief.done();
        match (self.asked.take(), response) {
            (Some(Task::Reboot(key)), _) => ledger.reboot_promised(&key),
            (Some(Task::Download(key, _) | Task::Upload(key, _) | Task::Module(key)), _) => {
                ledger.transfer_answered(&key, true);
            }
            (Some(Task::ScheduleInform(key, secs)), _) => ledger.order_answered(&key, secs, true),
            (Some(Task::SetBad(key)), _) => ledger.wrong(format!("the bad Set {key} was taken")),
            (_, CpeResponse::AddObjectResponse(added)) => {
                self.row_added(added.instance_number, ledger);
            }
            (_, CpeResponse::GetParameterValuesResponse(values)) => {
                match config(|name| values.parameter_list.get(name).map(str::to_owned)) {
                    Ok(seen) => {
                        if let Err(why) = self.belief.observed(&seen) {
                            ledger.wrong(why);
                        }
                    }
                    Err(why) => ledger.wrong(why),
                }
            }
            _ => {}
        }
    }

    fn row_added(&mut self, row: u32, ledger: &mut Ledger) {
        if !self.rows.insert(row) {
            ledger.wrong(format!("row {row} was added twice"));
        }
    }

    fn refused(&mut self, why: &str, ledger: &mut Ledger) {
        self.belief.refused();
        match self.asked.take() {
            Some(Task::Download(key, _) | Task::Upload(key, _) | Task::Module(key)) => {
                ledger.transfer_answered(&key, false);
            }
            Some(Task::ScheduleInform(key, secs)) => ledger.order_answered(&key, secs, false),
            // The table may be full, the row may be gone with a reset, and this one had to be refused.
            Some(Task::Add(_) | Task::Delete(_) | Task::SetBad(_)) | None => {}
            Some(task) => ledger.wrong(format!("{task:?} was refused: {why}")),
        }
    }

    /// The request for a task, and what it makes of the configuration; `None` if there is nothing to be done.
    fn request(&mut self, task: &Task) -> Option<(AcsRequest, Change)> {
        let asked = match task {
            Task::Set(key) => {
                let change = Change::Token(key.clone());
                (set(TOGETHER.map(|name| (name, key.as_str())), key), change)
            }
            Task::SetBad(key) => {
                let mut values = TOGETHER.map(|name| (name, key.as_str()));
                values[2].0 = "Device.X_CISCO_ATA.Line.1.No_Such_Thing";
                (set(values, key), Change::None)
            }
            Task::Move(key, url) => (set([(URL, *url)], key), Change::Key(key.clone())),
            Task::Add(key) => {
                let request = AddObject {
                    object_name: TABLE.into(),
                    parameter_key: parameter_key(key),
                };
                (request.into(), Change::Row(key.clone()))
            }
            Task::Delete(key) => {
                let row = self.rows.pop_first()?;
                let request = DeleteObject {
                    object_name: format!("{TABLE}{row}."),
                    parameter_key: parameter_key(key),
                };
                (request.into(), Change::NoRow(key.clone()))
            }
            Task::Download(key, secs) => (download(key, *secs).into(), Change::None),
            Task::Upload(key, secs) => (upload(key, *secs).into(), Change::None),
            Task::ScheduleInform(key, secs) => {
                let request = ScheduleInform {
                    delay_seconds: *secs,
                    command_key: command_key(key),
                };
                (request.into(), Change::None)
            }
            Task::Module(key) => (module(key).into(), Change::None),
            Task::Reboot(key) => (
                Reboot {
                    command_key: command_key(key),
                }
                .into(),
                Change::None,
            ),
            Task::FactoryReset => (FactoryReset {}.into(), Change::Reset),
            Task::Look => {
                let names = TOGETHER.iter().chain(&[KEY, ROWS]);
                let parameter_names = names.map(|name| (*name).to_owned()).collect();
                (GetParameterValues { parameter_names }.into(), Change::None)
            }
        };
        Some(asked)
    }
}

/// The configuration by the values of its parameters; an error if what must change together has not.
pub fn config(value: impl Fn(&str) -> Option<String>) -> Result<Config, String> {
    let tokens = TOGETHER.map(|name| value(name).unwrap_or_default());
    if tokens.iter().any(|token| *token != tokens[0]) {
        return Err(format!("a SetParameterValues is half applied: {tokens:?}"));
    }
    let [token, ..] = tokens;
    let rows = value(ROWS).and_then(|rows| rows.parse().ok());
    Ok(Config {
        token,
        key: value(KEY).unwrap_or_default(),
        rows: rows.ok_or("the number of rows cannot be read")?,
    })
}

fn spoiled(mut response: HttpResponse, trouble: Trouble) -> HttpResponse {
    match trouble {
        Trouble::Garbled => response.body.truncate(response.body.len() * 2 / 3),
        Trouble::NoXml => response.body = b"<html><p>Service temporarily unavailable".to_vec(),
        Trouble::WrongId => {
            let text = String::from_utf8_lossy(&response.body);
            response.body = text
                .replacen("</cwmp:ID>", "-other</cwmp:ID>", 1)
                .into_bytes();
        }
        Trouble::Stray => {
            let body =
                cwmp::FromAcs::from(cwmp::AcsResponse::from(cwmp::rpc::KickedResponse::default()));
            let header = cwmp::Header::with_id("stray");
            let text = cwmp::envelope::write(cwmp::Namespace::Cwmp10, &header, &body);
            response.body = text.into_bytes();
        }
        _ => return response,
    }
    response.status = 200;
    response
}

fn set<const N: usize>(values: [(&str, &str); N], key: &str) -> AcsRequest {
    let mut parameter_list = ParameterList::new();
    for (name, value) in values {
        parameter_list.push_str(name, value);
    }
    SetParameterValues {
        parameter_list,
        parameter_key: parameter_key(key),
    }
    .into()
}

fn upload(key: &str, delay_seconds: u32) -> Upload {
    Upload {
        command_key: command_key(key),
        file_type: "1 Vendor Configuration File".into(),
        url: format!("http://files.example.net:7567/{key}"),
        delay_seconds,
        ..Upload::default()
    }
}

fn download(key: &str, delay_seconds: u32) -> Download {
    Download {
        delay_seconds,
        command_key: command_key(key),
        file_type: "1 Firmware Upgrade Image".into(),
        url: format!("http://files.example.net:7567/{key}"),
        file_size: 4_194_304,
        ..Download::default()
    }
}

fn module(key: &str) -> ChangeDUState {
    let install = InstallOperation {
        url: format!("http://files.example.net:7567/modules/{key}"),
        ..InstallOperation::default()
    };
    let uninstall = UninstallOperation {
        uuid: data_model::uuid::of_name(key, VENDOR),
        ..UninstallOperation::default()
    };
    ChangeDUState {
        operations: vec![Operation::Install(install), Operation::Uninstall(uninstall)],
        command_key: Some(command_key(key)),
    }
}

fn command_key(key: &str) -> CommandKey {
    CommandKey::new(key).expect("keys of a run are short")
}

fn parameter_key(key: &str) -> ParameterKey {
    ParameterKey::new(key).expect("keys of a run are short")
}
