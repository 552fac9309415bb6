//! Recording: each session of the device as a folder of files, in the format of the project's own fixtures.
//!
//! A thin layer beside the exchange: it sees the bodies that go out and come in, and writes a session when it is over.
//! Headers are not recorded, nor are requests that were answered by a challenge or a redirect and sent again.

use super::redact::{self, Kept};
use crate::device::Product;
use crate::device::io::{HttpRequest, HttpResponse, SessionSummary};
use crate::limits::{RECORDED_BYTES, RECORDED_ENTRIES, RECORDED_SESSIONS};
use data_model::{OperatorError, Timestamp};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Writes the sessions of one device.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    product: Arc<Product>,
    /// Sessions in the folder.
    sessions: usize,
    open: Option<Open>,
}

/// The session that is open.
#[derive(Debug)]
struct Open {
    clock: Timestamp,
    /// A request without a usable answer so far.
    asked: Option<Kept>,
    entries: Vec<(&'static str, Kept)>,
    bytes: usize,
    /// It has grown beyond what is kept.
    full: bool,
}

/// `story.toml` of a session.
#[derive(Serialize)]
struct StoryFile<'a> {
    sentence: String,
    device_type: &'a str,
    clock: String,
    sessions: [u8; 1],
    lost: Vec<u8>,
    end: End,
}

#[derive(Serialize)]
struct End {
    holds: Vec<String>,
}

impl Recorder {
    /// Records into a folder, behind what is there already.
    ///
    /// # Errors
    /// If the folder cannot be had.
    pub fn open(folder: &Path, product: Arc<Product>) -> Result<Recorder, OperatorError> {
        let trouble = |error: io::Error| {
            OperatorError::new(
                format!("cannot record into {}", folder.display()),
                error,
                "give --record a folder that can be written",
            )
        };
        std::fs::create_dir_all(folder).map_err(trouble)?;
        let sessions = std::fs::read_dir(folder).map_err(trouble)?.count();
        Ok(Recorder {
            folder: folder.to_owned(),
            product,
            sessions,
            open: None,
        })
    }

    /// A request goes out.
    pub fn request(&mut self, request: &HttpRequest, now: Timestamp) {
        if self.sessions >= RECORDED_SESSIONS {
            return;
        }
        let kept = redact::from_device(&self.product, request.body.as_bytes());
        let open = self.open.get_or_insert_with(|| Open {
            clock: now,
            asked: None,
            entries: Vec::new(),
            bytes: 0,
            full: false,
        });
        open.asked = Some(kept);
    }

    /// A response has come in.
    pub fn response(&mut self, response: &HttpResponse) {
        let Some(open) = &mut self.open else { return };
        let body: &[u8] = match response.status {
            200 | 202 => &response.body,
            204 => &[],
            // A challenge, a redirect, an end: nothing of CWMP.
            _ => return,
        };
        let Some(asked) = open.asked.take() else {
            return;
        };
        let answer = redact::from_acs(&self.product, body);
        open.push("cpe", asked);
        open.push("acs", answer);
    }

    /// The session is over.
    pub fn over(&mut self, summary: &SessionSummary) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        if let Some(asked) = open.asked.take() {
            open.push("cpe", asked);
        }
        if open.entries.is_empty() {
            return;
        }
        self.sessions += 1;
        if let Err(error) = self.write(&open, summary) {
            tracing::warn!(%error, folder = %self.folder.display(), "a session could not be recorded");
        }
        if self.sessions == RECORDED_SESSIONS {
            tracing::warn!(folder = %self.folder.display(), "the folder is full; no more sessions are recorded");
        }
    }

    /// The device stops in the middle of a session: what there is of it is no session.
    pub fn cut_off(&mut self) {
        self.open = None;
    }

    fn write(&self, open: &Open, summary: &SessionSummary) -> io::Result<()> {
        let name = format!("{:04}", self.sessions);
        // Under another name until it is whole.
        let unfinished = self.folder.join(format!(".{name}"));
        std::fs::create_dir_all(&unfinished)?;
        let width = if open.entries.len() < 100 { 2 } else { 3 };
        for (number, (side, kept)) in open.entries.iter().enumerate() {
            let file = format!("{:0width$}-{side}-{}.xml", number + 1, kept.name);
            std::fs::write(unfinished.join(file), &kept.bytes)?;
        }
        let story = toml::to_string(&self.story(open, summary)).map_err(io::Error::other)?;
        std::fs::write(unfinished.join("story.toml"), story)?;
        std::fs::rename(unfinished, self.folder.join(name))
    }

    fn story(&self, open: &Open, summary: &SessionSummary) -> StoryFile<'_> {
        let events: Vec<&str> = summary
            .events
            .iter()
            .map(|event| event.event_code.as_str())
            .collect();
        let about = match events.as_slice() {
            [] => "no event".to_owned(),
            some => some.join(", "),
        };
        let mut holds = match &summary.failure {
            None => vec!["The session succeeded.".to_owned()],
            Some(why) => vec![format!("The session failed: {why}")],
        };
        if open.full {
            holds.push("What came after the last entry was too much to be kept.".into());
        }
        StoryFile {
            sentence: format!("A recorded session with {about}."),
            device_type: &self.product.ty.name,
            clock: open.clock.to_xsd(),
            sessions: [1],
            lost: Vec::new(),
            end: End { holds },
        }
    }
}

impl Open {
    fn push(&mut self, side: &'static str, kept: Kept) {
        self.bytes += kept.bytes.len();
        self.full |= self.entries.len() == RECORDED_ENTRIES || self.bytes > RECORDED_BYTES;
        if !self.full {
            self.entries.push((side, kept));
        }
    }
}
