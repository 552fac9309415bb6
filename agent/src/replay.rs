//! Replaying: plays the ACS's side of a recorded session to a fresh device, and tells where the device answers otherwise.
//!
//! No socket and no clock: the recorded bodies are handed to the device's core one after the other. A story of several
//! sessions is played on: the device restarts from what it has kept, and time passes until it informs again.

use crate::device::exchange::Downgrade;
use crate::device::io::{HttpFailure, HttpResponse};
use crate::device::{Device, DeviceConfig, FilePolicy, Identity, Input, Output, Product, Saved};
use crate::limits::{REPLAY_WAIT_SECS, REPLAY_WAKES};
use crate::shell::redact::is_placeholder;
use cwmp::message::{Body as _, CpeRequest};
use cwmp::rpc::Inform;
use cwmp::{CpeResponse, CwmpVersion, EventCode, FromCpe};
use data_model::schema::Source;
use data_model::{OperatorError, ParameterList, Timestamp};
use serde::Deserialize;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where the device has answered otherwise than it did when the session was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The number of the recorded message.
    pub entry: usize,
    /// What differs.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}: {}", self.entry, self.what)
    }
}

/// A recorded session.
#[derive(Debug)]
struct Recording {
    device_type: String,
    clock: Timestamp,
    messages: Vec<Message>,
}

#[derive(Debug)]
struct Message {
    number: usize,
    from_device: bool,
    name: String,
    bytes: Vec<u8>,
    /// It never arrives: the connection breaks before.
    lost: bool,
}

impl Message {
    fn differs(&self, what: String) -> Difference {
        let entry = self.number;
        Difference { entry, what }
    }
}

/// The part of `story.toml` that matters here.
#[derive(Deserialize)]
struct StoryFile {
    device_type: String,
    clock: String,
    #[serde(default)]
    lost: Vec<usize>,
}

/// Replays the session in a folder, or the sessions, if it tells of several.
///
/// # Errors
/// If the folder holds no recorded session.
pub fn replay(folder: &Path) -> Result<Vec<Difference>, OperatorError> {
    let recording = read(folder)?;
    let product = Product::load(&recording.device_type)?;
    let mut replayed = Replayed::boot(&recording, product);
    let mut differences = Vec::new();
    let mut messages = recording.messages.iter();
    while let Some(message) = messages.next() {
        if !message.from_device {
            continue;
        }
        let said = match told_time(message) {
            Some(time) => replayed.informs_about(time),
            None => replayed.next_request(),
        };
        let Some(said) = said else {
            let what = format!(
                "the device says nothing more, where it said {}",
                message.name
            );
            differences.push(message.differs(what));
            break;
        };
        let name = parsed(said.as_bytes()).map_or("empty", |body| body.name());
        if name != message.name {
            // What the ACS said next is no answer to this.
            differences.push(message.differs(format!("{name} where it was {}", message.name)));
            break;
        }
        compare(message, said.as_bytes(), &replayed, &mut differences);
        let Some(answer) = messages.next() else { break };
        if matches!(answer.name.as_str(), "unreadable" | "withheld") {
            let what = "the recording ends here: the answer of the ACS is";
            differences.push(answer.differs(format!("{what} {}", answer.name)));
            break;
        }
        replayed.is_answered(answer);
    }
    Ok(differences)
}

/// The device a recording is played to.
struct Replayed {
    config: DeviceConfig,
    device: Device,
    saved: Saved,
    now: Timestamp,
    /// The recorded device was fresh from the factory too, so what it told of itself can be held against this one.
    is_alike: bool,
}

impl Replayed {
    /// A device fresh from the factory that is who the recorded one was.
    fn boot(recording: &Recording, product: Arc<Product>) -> Replayed {
        let first = recording.messages.first();
        let inform = match first.and_then(|message| parsed(&message.bytes)) {
            Some(FromCpe::Request(CpeRequest::Inform(inform))) => Some(inform),
            Some(_) | None => None,
        };
        let is_alike = inform.as_ref().is_some_and(|inform| {
            let mut codes = inform.event.iter().map(|event| &event.event_code);
            codes.any(|code| *code == EventCode::Bootstrap)
        });
        let serial_number = inform.map_or("REPLAY".into(), |inform| inform.device_id.serial_number);
        let url = format!("{}ManagementServer.URL", product.root);
        let config = DeviceConfig {
            product,
            identity: Identity {
                mac: crate::daemon::mac_of(&serial_number),
                serial_number: serial_number.into(),
            },
            installed: vec![(url, "http://acs.example.net:7547/".to_owned())].into(),
            authority: "192.0.2.10:7547".into(),
            downgrade: Downgrade::Refused,
            newest_version: CwmpVersion::V1_4,
            files: FilePolicy::default(),
            seed: 1,
        };
        Replayed {
            device: Device::boot(config.clone(), &Saved::new(), recording.clock),
            config,
            saved: Saved::new(),
            now: recording.clock,
            is_alike,
        }
    }

    /// The Inform of a session, which the recorded device began at this time; `None` if this one begins none.
    fn informs_about(&mut self, time: Timestamp) -> Option<String> {
        let latest = time.plus_secs(REPLAY_WAIT_SECS);
        for _ in 0..REPLAY_WAKES {
            // Behind the last output of a session may stand a restart.
            if let Some(said) = self.next_request() {
                return Some(said);
            }
            let due = self.device.deadline().filter(|due| *due <= latest);
            let next = if self.now < time {
                due.map_or(time, |due| due.min(time))
            } else {
                due?
            };
            self.now = next.max(self.now);
            self.device.handle(Input::Wake, self.now);
        }
        None
    }

    /// The next body the device sends; `None` when it has nothing more to say.
    fn next_request(&mut self) -> Option<String> {
        while let Some(output) = self.device.poll() {
            match output {
                Output::Http(request) => return Some(request.body),
                Output::SessionOver(_) => return None,
                Output::Persist(sections) => {
                    let sections = sections.into_iter();
                    self.saved
                        .extend(sections.map(|section| (section.kind, section.bytes)));
                }
                Output::Restart(_) => {
                    self.device = Device::boot(self.config.clone(), &self.saved, self.now);
                }
                // The replay fetches nothing, measures nothing and is not called.
                Output::CloseConnection
                | Output::StartTransfer(_)
                | Output::StopTransfer(_)
                | Output::PostReport(_)
                | Output::StartTest(_)
                | Output::CancelTest(_)
                | Output::Echo(_)
                | Output::Listener(_)
                | Output::OpenPort(_)
                | Output::ClosePort(_)
                | Output::SendDatagram(_)
                | Output::Stream(_)
                | Output::Speak(..)
                | Output::SendNotification(_)
                | Output::Discover
                | Output::AnswerConnectionRequest(_)
                | Output::AnswerLocalOrder(_) => {}
            }
        }
        None
    }

    fn is_answered(&mut self, answer: &Message) {
        let input = if answer.lost {
            Input::HttpFailed(HttpFailure::Broken("the recorded one broke here".into()))
        } else {
            Input::HttpResponse(HttpResponse {
                status: if answer.bytes.is_empty() { 204 } else { 200 },
                body: answer.bytes.clone(),
                ..HttpResponse::default()
            })
        };
        self.device.handle(input, self.now);
    }
}

/// What the clock of the recorded device said, if this is an Inform.
fn told_time(message: &Message) -> Option<Timestamp> {
    match parsed(&message.bytes)? {
        FromCpe::Request(CpeRequest::Inform(inform)) => inform.current_time.instant(),
        FromCpe::Request(_) | FromCpe::Response(_) | FromCpe::Fault(_) => None,
    }
}

fn parsed(bytes: &[u8]) -> Option<FromCpe> {
    cwmp::envelope::read(bytes)
        .ok()
        .map(|envelope| envelope.body)
}

fn compare(message: &Message, said: &[u8], replayed: &Replayed, found: &mut Vec<Difference>) {
    let product = replayed.device.core().product();
    let mut differs = |what: String| found.push(message.differs(what));
    let (Some(was), Some(is)) = (parsed(&message.bytes), parsed(said)) else {
        return;
    };
    match (was, is) {
        (FromCpe::Request(CpeRequest::Inform(was)), FromCpe::Request(CpeRequest::Inform(is))) => {
            if was.device_id != is.device_id {
                differs(format!(
                    "it is {:?}, it was {:?}",
                    is.device_id, was.device_id
                ));
            }
            if replayed.is_alike && events(&was) != events(&is) {
                differs(format!(
                    "it tells {:?}, it told {:?}",
                    events(&is),
                    events(&was)
                ));
            }
            for told in was.parameter_list.iter() {
                if is.parameter_list.get(told.name).is_none() {
                    differs(format!("the Inform is without {}", told.name));
                }
            }
        }
        (
            FromCpe::Response(CpeResponse::GetParameterValuesResponse(was)),
            FromCpe::Response(CpeResponse::GetParameterValuesResponse(is)),
        ) => compare_values(
            product,
            &was.parameter_list,
            &is.parameter_list,
            &mut differs,
        ),
        (FromCpe::Response(was), FromCpe::Response(is)) if was != is => {
            let (is, was) = (shortened(&is), shortened(&was));
            differs(format!("the answer is {is}, it was {was}"));
        }
        (FromCpe::Fault(was), FromCpe::Fault(is)) if was.fault.code != is.fault.code => {
            let (is, was) = (is.fault.code.number(), was.fault.code.number());
            differs(format!("fault {is}, it was {was}"));
        }
        (FromCpe::Request(_) | FromCpe::Response(_) | FromCpe::Fault(_), _) => {}
    }
}

/// What an Inform tells has happened, in any order.
fn events(inform: &Inform) -> Vec<String> {
    let told = inform.event.iter().map(|event| {
        let text = format!("{} {}", event.event_code, event.command_key);
        text.trim_end().to_owned()
    });
    let mut events: Vec<String> = told.collect();
    events.sort();
    events
}

/// Names, types, and the values of what is neither measured nor hidden.
fn compare_values(
    product: &Product,
    was: &ParameterList,
    is: &ParameterList,
    differs: &mut impl FnMut(String),
) {
    for old in was.iter() {
        let Some(new) = is.iter().find(|new| new.name == old.name) else {
            differs(format!("{} is missing", old.name));
            continue;
        };
        if new.ty != old.ty {
            differs(format!("{} is {}, it was {}", old.name, new.ty, old.ty));
        }
        let hidden = is_placeholder(old.value);
        if new.value != old.value && !hidden && !is_measured(product, old.name) {
            differs(format!(
                "{} is `{}`, it was `{}`",
                old.name, new.value, old.value
            ));
        }
    }
    for new in is.iter() {
        if was.get(new.name).is_none() {
            differs(format!("{} was not there", new.name));
        }
    }
}

/// Whether a device works the value out itself, so that it may be another each time.
fn is_measured(product: &Product, name: &str) -> bool {
    let schema = &product.ty.schema;
    let parameter = schema
        .lookup(name)
        .and_then(|address| schema.parameter(schema.storage(&address).node));
    parameter.is_none_or(|parameter| matches!(parameter.source, Source::Computed(_)))
}

fn shortened(response: &CpeResponse) -> String {
    let text = format!("{response:?}");
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

fn read(folder: &Path) -> Result<Recording, OperatorError> {
    let trouble = |error: &dyn fmt::Display| {
        OperatorError::new(
            format!("there is no recorded session in {}", folder.display()),
            error,
            "give the folder of one session, with its story.toml; docs/interop/recording.md describes it",
        )
    };
    let text =
        std::fs::read_to_string(folder.join("story.toml")).map_err(|error| trouble(&error))?;
    let story: StoryFile = toml::from_str(&text).map_err(|error| trouble(&error))?;
    let clock = data_model::DateTime::from_text(story.clock.as_str()).instant();
    let clock = clock.ok_or_else(|| trouble(&format!("`{}` is no time", story.clock)))?;
    let mut messages = Vec::new();
    for file in std::fs::read_dir(folder).map_err(|error| trouble(&error))? {
        let path = file.map_err(|error| trouble(&error))?.path();
        if path.extension().is_none_or(|extension| extension != "xml") {
            continue;
        }
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let mut parts = stem.splitn(3, '-');
        let number = parts.next().and_then(|number| number.parse().ok());
        let (Some(number), Some(side @ ("cpe" | "acs")), Some(name)) =
            (number, parts.next(), parts.next())
        else {
            return Err(trouble(&format!("`{stem}` is not NN-<cpe|acs>-<Message>")));
        };
        messages.push(Message {
            number,
            from_device: side == "cpe",
            name: name.to_owned(),
            bytes: std::fs::read(&path).map_err(|error| trouble(&error))?,
            lost: story.lost.contains(&number),
        });
    }
    messages.sort_by_key(|message| message.number);
    if messages.first().is_none_or(|message| !message.from_device) {
        return Err(trouble(&"it does not begin with a message of the device"));
    }
    Ok(Recording {
        device_type: story.device_type,
        clock,
        messages,
    })
}
