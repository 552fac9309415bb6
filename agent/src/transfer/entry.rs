//! One transfer, and how far it is.

use crate::limits::TRANSFER_ATTEMPTS;
use cwmp::{CommandKey, Fault, FaultCode};
use data_model::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

/// One transfer.
#[derive(Clone, Serialize, Deserialize)]
pub struct Transfer {
    /// Names it between device and shell.
    pub number: u32,
    /// The key of the request.
    pub command_key: CommandKey,
    /// Where the file is.
    pub url: String,
    /// User at the file server.
    pub username: String,
    /// Password at the file server; kept, as the transfer may begin after a reboot.
    pub(super) password: String,
    /// Not begun before this.
    pub due: Timestamp,
    /// Not begun after this, if the ACS named a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) latest: Option<Timestamp>,
    /// How far it is.
    pub state: TransferState,
}

impl std::fmt::Debug for Transfer {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfer")
            .field("number", &self.number)
            .field("command_key", &self.command_key)
            .field("url", &self.url)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Transfer {
    /// The password at the file server.
    pub fn password(&self) -> Secret {
        Secret::new(self.password.as_str())
    }

    pub(super) fn end(&mut self, started: Timestamp, ended: Timestamp, fault: Option<Fault>) {
        self.state = TransferState::Ended {
            started,
            ended,
            fault,
        };
    }

    /// A boot has come in between.
    pub(super) fn cut_off(&mut self, attempts: u8, started: Timestamp, now: Timestamp) {
        let attempts = attempts + 1;
        if attempts < TRANSFER_ATTEMPTS {
            self.state = TransferState::Waiting { attempts };
        } else {
            let why = "the transfer was cut off by reboots";
            self.end(
                started,
                now,
                Some(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why)),
            );
        }
    }
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
    /// The file is being fetched.
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
    /// The image is active; the next boot tells whether it runs.
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
