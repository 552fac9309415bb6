//! Events of an Inform: their codes, and the delivery rules of TR-069 A6, Table 8, as one table.

use crate::keys::CommandKey;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// One element of Inform.Event (`EventStruct`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Event {
    /// What happened.
    pub event_code: EventCode,
    /// The key of the request that led to it; empty for all but the `M` codes.
    pub command_key: CommandKey,
}

impl Event {
    /// An event without a CommandKey.
    pub fn new(event_code: EventCode) -> Event {
        Event {
            event_code,
            command_key: CommandKey::default(),
        }
    }

    /// An event that was asked for with a CommandKey.
    pub fn with_key(event_code: EventCode, command_key: CommandKey) -> Event {
        Event {
            event_code,
            command_key,
        }
    }
}

/// The code of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum EventCode {
    /// `0 BOOTSTRAP`
    Bootstrap,
    /// `1 BOOT`
    Boot,
    /// `2 PERIODIC`
    Periodic,
    /// `3 SCHEDULED`
    Scheduled,
    /// `4 VALUE CHANGE`
    ValueChange,
    /// `5 KICKED`
    Kicked,
    /// `6 CONNECTION REQUEST`
    ConnectionRequest,
    /// `7 TRANSFER COMPLETE`
    TransferComplete,
    /// `8 DIAGNOSTICS COMPLETE`
    DiagnosticsComplete,
    /// `9 REQUEST DOWNLOAD`
    RequestDownload,
    /// `10 AUTONOMOUS TRANSFER COMPLETE`
    AutonomousTransferComplete,
    /// `11 DU STATE CHANGE COMPLETE`
    DuStateChangeComplete,
    /// `12 AUTONOMOUS DU STATE CHANGE COMPLETE`
    AutonomousDuStateChangeComplete,
    /// `13 WAKEUP`
    Wakeup,
    /// `14 HEARTBEAT`
    Heartbeat,
    /// `M Reboot`
    MReboot,
    /// `M ScheduleInform`
    MScheduleInform,
    /// `M Download`
    MDownload,
    /// `M ScheduleDownload`
    MScheduleDownload,
    /// `M Upload`
    MUpload,
    /// `M ChangeDUState`
    MChangeDuState,
    /// A vendor's code, or one nobody knows: kept to the letter (an ACS ignores it, TR-069 3.7.2.1).
    Other(Box<str>),
}

/// How many entries of one code an Inform may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cumulation {
    /// At most one.
    Single,
    /// One for each occurrence.
    Multiple,
}

/// What tells the device that an event has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmedBy {
    /// InformResponse.
    InformResponse,
    /// TransferCompleteResponse.
    TransferCompleteResponse,
    /// AutonomousTransferCompleteResponse.
    AutonomousTransferCompleteResponse,
    /// RequestDownloadResponse.
    RequestDownloadResponse,
    /// DUStateChangeCompleteResponse.
    DuStateChangeCompleteResponse,
    /// AutonomousDUStateChangeCompleteResponse.
    AutonomousDuStateChangeCompleteResponse,
    /// KickedResponse.
    KickedResponse,
}

/// How long a device keeps trying to deliver an event. BOOTSTRAP wipes out all others in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// Until it is confirmed, over reboots and power cuts.
    UntilConfirmed,
    /// Until it is confirmed or the device reboots.
    UntilReboot,
    /// One attempt only.
    Once,
}

/// The row of TR-069 A6, Table 8, that belongs to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryRule {
    /// How many at a time.
    pub cumulation: Cumulation,
    /// Confirmed by which response.
    pub confirmed_by: ConfirmedBy,
    /// Kept how long.
    pub retention: Retention,
}

impl EventCode {
    /// Every code of the standard.
    pub const STANDARD: [EventCode; 21] = [
        EventCode::Bootstrap,
        EventCode::Boot,
        EventCode::Periodic,
        EventCode::Scheduled,
        EventCode::ValueChange,
        EventCode::Kicked,
        EventCode::ConnectionRequest,
        EventCode::TransferComplete,
        EventCode::DiagnosticsComplete,
        EventCode::RequestDownload,
        EventCode::AutonomousTransferComplete,
        EventCode::DuStateChangeComplete,
        EventCode::AutonomousDuStateChangeComplete,
        EventCode::Wakeup,
        EventCode::Heartbeat,
        EventCode::MReboot,
        EventCode::MScheduleInform,
        EventCode::MDownload,
        EventCode::MScheduleDownload,
        EventCode::MUpload,
        EventCode::MChangeDuState,
    ];

    /// As it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            EventCode::Other(text) => text,
            known => known.standard_name().unwrap_or_default(),
        }
    }

    /// The name of an event of the standard; `None` for a vendor's.
    pub const fn standard_name(&self) -> Option<&'static str> {
        Some(match self {
            EventCode::Bootstrap => "0 BOOTSTRAP",
            EventCode::Boot => "1 BOOT",
            EventCode::Periodic => "2 PERIODIC",
            EventCode::Scheduled => "3 SCHEDULED",
            EventCode::ValueChange => "4 VALUE CHANGE",
            EventCode::Kicked => "5 KICKED",
            EventCode::ConnectionRequest => "6 CONNECTION REQUEST",
            EventCode::TransferComplete => "7 TRANSFER COMPLETE",
            EventCode::DiagnosticsComplete => "8 DIAGNOSTICS COMPLETE",
            EventCode::RequestDownload => "9 REQUEST DOWNLOAD",
            EventCode::AutonomousTransferComplete => "10 AUTONOMOUS TRANSFER COMPLETE",
            EventCode::DuStateChangeComplete => "11 DU STATE CHANGE COMPLETE",
            EventCode::AutonomousDuStateChangeComplete => "12 AUTONOMOUS DU STATE CHANGE COMPLETE",
            EventCode::Wakeup => "13 WAKEUP",
            EventCode::Heartbeat => "14 HEARTBEAT",
            EventCode::MReboot => "M Reboot",
            EventCode::MScheduleInform => "M ScheduleInform",
            EventCode::MDownload => "M Download",
            EventCode::MScheduleDownload => "M ScheduleDownload",
            EventCode::MUpload => "M Upload",
            EventCode::MChangeDuState => "M ChangeDUState",
            EventCode::Other(_) => return None,
        })
    }

    /// Reads a code. Numbered codes are told by their number, as a few devices misspell the words.
    pub fn from_text(text: &str) -> EventCode {
        let text = text.trim();
        let number = text.split(' ').next().unwrap_or(text);
        if let Ok(number) = number.parse::<usize>() {
            // The numbered codes stand first in the table, in order.
            if let Some(code) = EventCode::STANDARD
                .get(..15)
                .and_then(|codes| codes.get(number))
            {
                return code.clone();
            }
        }
        let named = EventCode::STANDARD
            .into_iter()
            .skip(15)
            .find(|code| code.as_str() == text);
        named.unwrap_or_else(|| EventCode::Other(text.into()))
    }

    /// The delivery rule of the code; vendor codes are treated like VALUE CHANGE.
    pub const fn rule(&self) -> DeliveryRule {
        use ConfirmedBy as By;
        use Cumulation::{Multiple, Single};
        use Retention::{Once, UntilConfirmed, UntilReboot};
        let (cumulation, confirmed_by, retention) = match self {
            EventCode::Bootstrap => (Single, By::InformResponse, UntilConfirmed),
            EventCode::Boot => (Single, By::InformResponse, UntilReboot),
            EventCode::Periodic | EventCode::Scheduled => {
                (Single, By::InformResponse, UntilConfirmed)
            }
            EventCode::ValueChange | EventCode::Other(_) => {
                (Single, By::InformResponse, UntilReboot)
            }
            EventCode::Kicked => (Single, By::KickedResponse, Once),
            EventCode::ConnectionRequest => (Single, By::InformResponse, Once),
            EventCode::TransferComplete => (Single, By::TransferCompleteResponse, UntilConfirmed),
            EventCode::DiagnosticsComplete | EventCode::Wakeup | EventCode::Heartbeat => {
                (Single, By::InformResponse, UntilReboot)
            }
            EventCode::RequestDownload => (Single, By::RequestDownloadResponse, Once),
            EventCode::AutonomousTransferComplete => (
                Single,
                By::AutonomousTransferCompleteResponse,
                UntilConfirmed,
            ),
            EventCode::DuStateChangeComplete => {
                (Single, By::DuStateChangeCompleteResponse, UntilConfirmed)
            }
            EventCode::AutonomousDuStateChangeComplete => (
                Single,
                By::AutonomousDuStateChangeCompleteResponse,
                UntilConfirmed,
            ),
            EventCode::MReboot | EventCode::MScheduleInform => {
                (Multiple, By::InformResponse, UntilConfirmed)
            }
            EventCode::MDownload | EventCode::MScheduleDownload | EventCode::MUpload => {
                (Multiple, By::TransferCompleteResponse, UntilConfirmed)
            }
            EventCode::MChangeDuState => {
                (Multiple, By::DuStateChangeCompleteResponse, UntilConfirmed)
            }
        };
        DeliveryRule {
            cumulation,
            confirmed_by,
            retention,
        }
    }
}

impl From<String> for EventCode {
    fn from(text: String) -> EventCode {
        EventCode::from_text(&text)
    }
}

impl From<EventCode> for String {
    fn from(code: EventCode) -> String {
        Cow::from(code.as_str()).into_owned()
    }
}

impl fmt::Display for EventCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_itself() {
        for code in EventCode::STANDARD {
            assert_eq!(EventCode::from_text(code.as_str()), code);
        }
    }

    /// Covers V-10.
    #[test]
    fn unknown_codes_are_kept_to_the_letter() {
        for text in ["99 FOO", "X 012345 Foo", "M X_012345_Thing", ""] {
            assert_eq!(EventCode::from_text(text), EventCode::Other(text.into()));
        }
        assert_eq!(
            EventCode::from_text(" 4 VALUECHANGE"),
            EventCode::ValueChange
        );
    }

    #[test]
    fn only_m_codes_are_reported_once_for_each_occurrence() {
        for code in EventCode::STANDARD {
            let multiple = code.rule().cumulation == Cumulation::Multiple;
            assert_eq!(multiple, code.as_str().starts_with("M "), "{code}");
        }
    }
}
