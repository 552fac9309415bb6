//! Replaying: plays the ACS's side of a recorded session to a fresh device, and tells where the device answers otherwise.
//!
//! No socket and no clock: the recorded bodies are handed to the device's core one after the other.

use crate::device::exchange::Downgrade;
use crate::device::io::HttpResponse;
use crate::device::{Device, DeviceConfig, FilePolicy, Identity, Input, Output, Product, Saved};
use crate::shell::redact::is_placeholder;
use cwmp::message::{Body as _, CpeRequest};
use cwmp::{CpeResponse, CwmpVersion, FromCpe};
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
}

/// The part of `story.toml` that matters here.
#[derive(Deserialize)]
struct StoryFile {
    device_type: String,
    clock: String,
}

/// Replays the session in a folder.
///
/// # Errors
/// If the folder holds no recorded session.
pub fn replay(folder: &Path) -> Result<Vec<Difference>, OperatorError> {
    let recording = read(folder)?;
    let product = Product::load(&recording.device_type)?;
    let mut device = boot(&recording, product);
    let mut differences = Vec::new();
    let mut messages = recording.messages.iter();
    while let Some(message) = messages.next() {
        if !message.from_device {
            continue;
        }
        let Some(said) = next_request(&mut device) else {
            let what = format!(
                "the device says nothing more, where it said {}",
                message.name
            );
            differences.push(Difference {
                entry: message.number,
                what,
            });
            break;
        };
        let name = parsed(said.as_bytes()).map_or("empty", |body| body.name());
        if name != message.name {
            // What the ACS said next is no answer to this.
            let what = format!("{name} where it was {}", message.name);
            differences.push(Difference {
                entry: message.number,
                what,
            });
            break;
        }
        compare(
            message,
            said.as_bytes(),
            device.core().product(),
            &mut differences,
        );
        let Some(answer) = messages.next() else { break };
        if matches!(answer.name.as_str(), "unreadable" | "withheld") {
            let what = format!(
                "the recording ends here: the answer of the ACS is {}",
                answer.name
            );
            differences.push(Difference {
                entry: answer.number,
                what,
            });
            break;
        }
        let status = if answer.bytes.is_empty() { 204 } else { 200 };
        let response = HttpResponse {
            status,
            body: answer.bytes.clone(),
            ..HttpResponse::default()
        };
        device.handle(Input::HttpResponse(response), recording.clock);
    }
    Ok(differences)
}

/// The next body the device sends in its session; `None` when the session is over.
fn next_request(device: &mut Device) -> Option<String> {
    while let Some(output) = device.poll() {
        match output {
            Output::Http(request) => return Some(request.body),
            Output::SessionOver(_) => return None,
            // The replay keeps nothing, fetches nothing and ends before a restart.
            Output::Persist(_)
            | Output::CloseConnection
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
            | Output::SendNotification(_)
            | Output::Discover
            | Output::AnswerConnectionRequest(_)
            | Output::AnswerLocalOrder(_)
            | Output::Restart(_) => {}
        }
    }
    None
}

/// A device fresh from the factory that is who the recorded one was.
fn boot(recording: &Recording, product: Arc<Product>) -> Device {
    let inform = recording
        .messages
        .first()
        .and_then(|message| parsed(&message.bytes));
    let serial_number = match inform {
        Some(FromCpe::Request(CpeRequest::Inform(inform))) => inform.device_id.serial_number,
        Some(_) | None => "REPLAY".to_owned(),
    };
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
    Device::boot(config, &Saved::new(), recording.clock)
}

fn parsed(bytes: &[u8]) -> Option<FromCpe> {
    cwmp::envelope::read(bytes)
        .ok()
        .map(|envelope| envelope.body)
}

fn compare(message: &Message, said: &[u8], product: &Product, found: &mut Vec<Difference>) {
    let mut differs = |what: String| {
        found.push(Difference {
            entry: message.number,
            what,
        })
    };
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
