//! One transfer, and how far it is.

use super::file::TransferFile;
use super::windows::Windows;
use crate::limits::TRANSFER_ATTEMPTS;
use cwmp::{CommandKey, Fault, FaultCode};
use data_model::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

/// One transfer.
#[derive(Clone, Serialize, Deserialize)]
pub struct Transfer {
    /// Names it between device and shell.
    pub number: u32,
    /// The key of the request; empty if the ACS did not ask for it.
    pub command_key: CommandKey,
    /// Who wants it.
    #[serde(default)]
    pub origin: Origin,
    /// What is moved.
    #[serde(default)]
    pub file: TransferFile,
    /// Where the file is, or where it goes.
    pub url: String,
    /// User at the file server.
    pub username: String,
    /// Password at the file server; kept, as the transfer may begin after a reboot.
    pub(super) password: String,
    /// Bytes of the file by the request, zero if not known.
    #[serde(default)]
    pub file_size: u32,
    /// The name the request gives the file.
    #[serde(default)]
    pub target_file_name: String,
    /// Not begun before this.
    pub due: Timestamp,
    /// Not begun after this, if the ACS named a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) latest: Option<Timestamp>,
    /// When it may run, if it was scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) windows: Option<Box<Windows>>,
    /// How far it is.
    pub state: TransferState,
}

/// Who wants a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A Download.
    #[default]
    Download,
    /// A ScheduleDownload.
    ScheduleDownload,
    /// An Upload.
    Upload,
    /// The device itself or somebody at its page: an autonomous transfer.
    Device,
}

/// A transfer the device itself wants, or somebody at its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTransfer {
    /// What is moved.
    pub file: TransferFile,
    /// Where the file is, or where it goes.
    pub url: String,
    /// User at the file server; empty for none.
    pub username: String,
    /// Password at the file server.
    pub password: Secret,
}

/// A transfer the device has made by its own means, such as the vendor's provisioning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTransferMade {
    /// What was moved.
    pub file: TransferFile,
    /// Where the file was, or where it went.
    pub url: String,
    /// Bytes of the file, zero if not known.
    pub file_size: u32,
    /// The file's name, if it has one.
    pub target_file_name: String,
    /// When it began.
    pub started: Timestamp,
    /// What went wrong, if anything.
    pub fault: Option<Fault>,
}

impl std::fmt::Debug for Transfer {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfer")
            .field("number", &self.number)
            .field("command_key", &self.command_key)
            .field("file", &self.file)
            .field("url", &self.url)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Transfer {
    /// One that waits, with nothing said of its file but the kind.
    pub(super) fn waiting(origin: Origin, file: TransferFile, due: Timestamp) -> Transfer {
        Transfer {
            number: 0,
            command_key: CommandKey::default(),
            origin,
            file,
            url: String::new(),
            username: String::new(),
            password: String::new(),
            file_size: 0,
            target_file_name: String::new(),
            due,
            latest: None,
            windows: None,
            state: TransferState::Waiting { attempts: 0 },
        }
    }

    /// The password at the file server.
    pub fn password(&self) -> Secret {
        Secret::new(self.password.as_str())
    }

    /// The host of the file server, for logs: a path may hold a secret.
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        &rest[..end]
    }

    /// The file's name: the last part of the URL, or the name the request gives it if the URL shows none
    /// (TR-069 Table 33).
    pub fn file_name(&self) -> &str {
        let path = self.url.split(['?', '#', ';']).next().unwrap_or_default();
        let path = path.split_once("://").map_or("", |(_, path)| path);
        match path.rsplit_once('/') {
            Some((_, name)) if !name.is_empty() => name,
            Some(_) | None => &self.target_file_name,
        }
    }

    /// Whether it may begin, or be applied, at this moment.
    pub(super) fn may_act(&self, now: Timestamp, idle: &dyn Fn() -> bool) -> bool {
        match &self.windows {
            None => true,
            Some(windows) => {
                let window = windows.open(now);
                window.is_some_and(|window| window.allows(false) || window.allows(idle()))
            }
        }
    }

    /// When something is to be done about it while it waits or is ready to be applied.
    pub(super) fn wake(&self, now: Timestamp, idle: &dyn Fn() -> bool) -> Timestamp {
        let Some(windows) = &self.windows else {
            return self.due;
        };
        match windows.open(now) {
            Some(window) if self.due <= now && !self.may_act(now, idle) => window.end(),
            Some(_) => self.due,
            None => windows
                .next_start(now)
                .map_or(self.due, |start| start.max(self.due)),
        }
    }

    pub(super) fn end(&mut self, started: Timestamp, ended: Timestamp, fault: Option<Fault>) {
        self.state = TransferState::Ended {
            started,
            ended,
            fault,
        };
    }

    /// It has failed; a scheduled one may be tried again (TR-069 A.4.1.8).
    pub(super) fn fail(&mut self, started: Timestamp, fault: Fault, now: Timestamp) {
        let Some(windows) = self.windows.as_mut().filter(|_| may_pass(fault.code)) else {
            return self.end(started, now, Some(fault));
        };
        match windows.failed(now) {
            Some(again) => {
                self.due = again;
                self.state = TransferState::Waiting { attempts: 0 };
            }
            None if windows.open(now).is_some() => self.end(started, now, Some(fault)),
            None => self.end(started, now, Some(missed(&fault.text))),
        }
    }

    /// A boot has come in between.
    pub(super) fn cut_off(&mut self, attempts: u8, started: Timestamp, now: Timestamp) {
        let attempts = attempts + 1;
        if attempts < TRANSFER_ATTEMPTS {
            self.state = TransferState::Waiting { attempts };
        } else {
            let why = "the transfer was cut off by reboots";
            let code = match self.file.direction() {
                super::Direction::Download => FaultCode::COMPLETE_DOWNLOAD,
                super::Direction::Upload => FaultCode::UPLOAD_FAILURE,
            };
            self.end(started, now, Some(Fault::new(code, why)));
        }
    }
}

/// Every time window has gone by.
pub(super) fn missed(why: &str) -> Fault {
    let why = match why {
        "" => "the time windows have gone by".to_owned(),
        _ => format!("the time windows have gone by; the last try: {why}"),
    };
    Fault::new(FaultCode::TIME_WINDOWS, why)
}

/// Whether a failure may be another one at the next try.
fn may_pass(code: FaultCode) -> bool {
    [
        FaultCode::TRANSFER_FAILURE,
        FaultCode::CONTACT_FILE_SERVER,
        FaultCode::COMPLETE_DOWNLOAD,
    ]
    .contains(&code)
}

/// How far a transfer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// Waits for its time.
    Waiting {
        /// How often it was begun and broken off by a reboot.
        attempts: u8,
    },
    /// The file is on its way.
    Running {
        /// How often it was begun before.
        attempts: u8,
        /// When it was begun.
        started: Timestamp,
    },
    /// The image is in its slot and will be booted when no session is open.
    Staged {
        /// When the transfer was begun.
        started: Timestamp,
        /// The image's version.
        version: String,
    },
    /// The configuration file is there, in memory only, and will be applied when no session is open.
    Arrived {
        /// How often it was begun before.
        attempts: u8,
        /// When it was begun.
        started: Timestamp,
    },
    /// The image or the configuration is active; the next boot tells whether the image runs.
    Activated {
        /// When the transfer was begun.
        started: Timestamp,
    },
    /// It has ended and the ACS does not know yet.
    Ended {
        /// When the transfer was begun.
        started: Timestamp,
        /// When it ended.
        ended: Timestamp,
        /// What went wrong, if anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<Fault>,
    },
}
