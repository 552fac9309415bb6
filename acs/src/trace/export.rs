//! A traced session as a folder of files, in the form of `soap-fixtures/sessions`, packed into a tar archive.

use crate::store::{Side, TracedSession};
use data_model::catalogue;
use serde::Serialize;
use std::io;

/// `story.toml` of a session.
#[derive(Serialize)]
struct Story {
    sentence: String,
    device_type: String,
    clock: String,
    sessions: [u8; 1],
    lost: [u8; 0],
    end: End,
}

#[derive(Serialize)]
struct End {
    holds: Vec<String>,
}

/// The archive.
///
/// # Errors
/// If it cannot be written, which takes a name no archive can hold.
pub fn tar(session: &TracedSession, product_class: &str) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let folder = format!("session-{}", session.id);
    let width = if session.messages.len() < 100 { 2 } else { 3 };
    for (number, message) in session.messages.iter().enumerate() {
        let side = match message.from {
            Side::Cpe => "cpe",
            Side::Acs => "acs",
        };
        let (number, name) = (number + 1, &message.name);
        let file = format!("{folder}/{number:0width$}-{side}-{name}.xml");
        add(&mut archive, session, &file, message.body.as_bytes())?;
    }
    let story = toml::to_string(&story(session, product_class)).map_err(io::Error::other)?;
    let file = format!("{folder}/story.toml");
    add(&mut archive, session, &file, story.as_bytes())?;
    archive.into_inner()
}

fn add(
    archive: &mut tar::Builder<Vec<u8>>,
    session: &TracedSession,
    name: &str,
    bytes: &[u8],
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(u64::try_from(session.begin.as_secs()).unwrap_or(0));
    archive.append_data(&mut header, name, bytes)
}

fn story(session: &TracedSession, product_class: &str) -> Story {
    let events = match session.events.as_slice() {
        [] => "no event".to_owned(),
        some => some.join(", "),
    };
    let class = product_class.to_ascii_lowercase();
    let known = catalogue::names().iter().find(|name| **name == class);
    let mut holds = vec![format!("The session ended: {}.", session.outcome)];
    if !session.complete {
        holds.push("What came after the last entry was too much to be kept.".into());
    }
    Story {
        sentence: format!("A traced session with {events}."),
        device_type: known.map_or(class.clone(), |name| (*name).to_string()),
        clock: session.begin.to_xsd(),
        sessions: [1],
        lost: [],
        end: End { holds },
    }
}
