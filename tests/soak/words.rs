//! Words for what happens, for the trace.

use crate::weather::Trouble;
use agent::device::Input;

/// Whether it is the end of an exchange.
pub fn is_http(input: &Input) -> bool {
    matches!(input, Input::HttpResponse(_) | Input::HttpFailed(_))
}

/// What a message is, for the trace.
pub fn what(body: &str) -> String {
    let Ok(read) = cwmp::envelope::read::<cwmp::FromCpe>(body.as_bytes()) else {
        return if body.is_empty() {
            "empty POST".into()
        } else {
            body.into()
        };
    };
    match &read.body {
        cwmp::FromCpe::Request(cwmp::CpeRequest::Inform(inform)) => {
            let events = inform.event.iter();
            let events: Vec<String> = events
                .map(|event| format!("{} {}", event.event_code, event.command_key.as_str()))
                .collect();
            format!("Inform #{} [{}]", inform.retry_count, events.join(", "))
        }
        cwmp::FromCpe::Request(cwmp::CpeRequest::TransferComplete(report)) => {
            let code = report.fault_struct.fault_code;
            format!("TransferComplete {} {code}", report.command_key.as_str())
        }
        other => cwmp::message::Body::name(other).to_owned(),
    }
}

/// The events of an Inform by what it is in the trace.
pub fn events(what: &str) -> impl Iterator<Item = &str> {
    what.split(['[', ',', ']']).map(str::trim)
}

/// The name of a kind of trouble, without what it carries.
pub fn kind(trouble: Trouble) -> String {
    format!("{trouble:?}").to_lowercase()
}
