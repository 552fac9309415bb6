//! What became of a fetch: the result classes of the provisioning guide.

use crate::device::io::TransferOutcome;
use cwmp::FaultCode;
use data_model::provisioning::encryption::Coding;

/// Why a resync has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The class.
    pub class: Class,
    /// In words, without secrets; `$ERR`.
    pub text: String,
}

/// The class of a failure; A, success, is no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// B: there is no such file; `Resync_Fails_On_FNF` decides whether that is a failure at all.
    FileNotFound,
    /// B: what came is no profile the device can take: another key, damaged, or a value out of its range.
    BadProfile,
    /// C: everything else.
    Other,
}

impl Trouble {
    /// Of class C.
    pub fn other(text: impl Into<String>) -> Trouble {
        Trouble {
            class: Class::Other,
            text: text.into(),
        }
    }

    /// Of class B, by what came.
    pub fn bad_profile(text: impl Into<String>) -> Trouble {
        Trouble {
            class: Class::BadProfile,
            text: text.into(),
        }
    }
}

/// A file that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What its server says of them.
    pub coding: Coding,
}

/// The file that was fetched, or why there are none (table of HTTP statuses in the guide; TFTP knows one reason).
pub fn fetched(outcome: TransferOutcome, tftp: bool) -> Result<Fetched, Trouble> {
    let file = |bytes, coding| Ok(Fetched { bytes, coding });
    match outcome {
        TransferOutcome::Fetched(content) => file(content.0, Coding::Untold),
        TransferOutcome::Coded(content) => file(content.0, Coding::Aes128Gcm),
        TransferOutcome::Sent => file(Vec::new(), Coding::Untold),
        TransferOutcome::Answered(404) => Err(Trouble {
            class: Class::FileNotFound,
            text: "file not found: the server answered 404".into(),
        }),
        TransferOutcome::Answered(status) => {
            Err(Trouble::other(format!("the server answered {status}")))
        }
        TransferOutcome::Failed(fault) if tftp && fault.code == FaultCode::ACCESS_FILE => {
            Err(Trouble {
                class: Class::FileNotFound,
                text: format!("file not found: {}", fault.text),
            })
        }
        TransferOutcome::Failed(fault) => Err(Trouble::other(fault.text)),
        TransferOutcome::Staged(_) | TransferOutcome::Package(_) => {
            Err(Trouble::other("what came is no profile"))
        }
    }
}
