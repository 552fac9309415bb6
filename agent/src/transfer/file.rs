//! The kinds of files a device takes and gives, and their names: Download, Upload and the reports number them
//! differently (TR-069 A.3.2.8, A.4.1.5, A.3.3.3).

use cwmp::{Fault, FaultCode};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a transfer moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferFile {
    /// A firmware image, to the device.
    #[default]
    Firmware,
    /// A vendor configuration file, to the device.
    Configuration,
    /// The vendor configuration file, from the device; with its instance if the request named one.
    SendConfiguration(Option<u32>),
    /// The vendor log file, from the device; with its instance if the request named one.
    SendLog(Option<u32>),
}

/// Where a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the device.
    Download,
    /// From the device.
    Upload,
}

impl TransferFile {
    /// The kind a Download or ScheduleDownload names; told by the leading number (spec W-29).
    ///
    /// # Errors
    /// With fault 9003 if this device takes no such file.
    pub fn of_download(file_type: &str) -> Result<TransferFile, Fault> {
        match numbered(file_type) {
            ("1", _) => Ok(TransferFile::Firmware),
            ("3", _) => Ok(TransferFile::Configuration),
            _ => {
                let why = format!("this device takes no file of type `{}`", file_type.trim());
                Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why))
            }
        }
    }

    /// The kind an Upload names.
    ///
    /// # Errors
    /// With fault 9003 if this device has no such file to give.
    pub fn of_upload(file_type: &str) -> Result<TransferFile, Fault> {
        let (number, words) = numbered(file_type);
        let instance = words.rsplit(' ').next().and_then(|word| word.parse().ok());
        match (number, instance) {
            ("1", _) => Ok(TransferFile::SendConfiguration(None)),
            ("2", _) => Ok(TransferFile::SendLog(None)),
            ("3", Some(instance)) => Ok(TransferFile::SendConfiguration(Some(instance))),
            ("4", Some(instance)) => Ok(TransferFile::SendLog(Some(instance))),
            (_, _) => {
                let why = format!("this device gives no file of type `{}`", file_type.trim());
                Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why))
            }
        }
    }

    /// Which way it goes.
    pub const fn direction(self) -> Direction {
        match self {
            TransferFile::Firmware | TransferFile::Configuration => Direction::Download,
            TransferFile::SendConfiguration(_) | TransferFile::SendLog(_) => Direction::Upload,
        }
    }

    /// The FileType of AutonomousTransferComplete and GetAllQueuedTransfers.
    pub fn reported(self) -> Cow<'static, str> {
        match self {
            TransferFile::Firmware => Cow::Borrowed("1 Firmware Upgrade Image"),
            TransferFile::Configuration | TransferFile::SendConfiguration(None) => {
                Cow::Borrowed("3 Vendor Configuration File")
            }
            TransferFile::SendLog(None) => Cow::Borrowed("4 Vendor Log File"),
            TransferFile::SendConfiguration(Some(instance)) => {
                Cow::Owned(format!("6 Vendor Configuration File {instance}"))
            }
            TransferFile::SendLog(Some(instance)) => {
                Cow::Owned(format!("7 Vendor Log File {instance}"))
            }
        }
    }

    /// In words, for the device's log.
    pub const fn words(self) -> &'static str {
        match self {
            TransferFile::Firmware => "download of firmware",
            TransferFile::Configuration => "download of a configuration file",
            TransferFile::SendConfiguration(_) => "upload of the configuration file",
            TransferFile::SendLog(_) => "upload of the log file",
        }
    }

    /// Whether an entry of FileTypeFilter means this kind.
    pub fn is_named_by(self, filter: &str) -> bool {
        numbered(filter).0 == numbered(&self.reported()).0
    }
}

/// The leading number and what stands behind it.
fn numbered(file_type: &str) -> (&str, &str) {
    let file_type = file_type.trim();
    file_type.split_once(' ').unwrap_or((file_type, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers W-29, T-13.
    #[test]
    fn uploads_are_told_by_their_number_and_instance_and_reported_with_other_numbers() {
        let cases = [
            ("1 Vendor Configuration File", "3 Vendor Configuration File"),
            ("1", "3 Vendor Configuration File"),
            ("2 Vendor Log File", "4 Vendor Log File"),
            (
                "3 Vendor Configuration File 1",
                "6 Vendor Configuration File 1",
            ),
            ("4 Vendor Log File 12", "7 Vendor Log File 12"),
        ];
        for (asked, reported) in cases {
            let file = TransferFile::of_upload(asked).unwrap();
            assert_eq!(file.reported(), reported);
            assert_eq!(file.direction(), Direction::Upload);
        }
        for asked in [
            "",
            "3",
            "3 Vendor Configuration File",
            "4 Vendor Log File x",
            "5 Ringer",
            "X 00562B Trace",
        ] {
            let fault = TransferFile::of_upload(asked).unwrap_err();
            assert_eq!(fault.code, FaultCode::INVALID_ARGUMENTS, "{asked}");
        }
    }
}
