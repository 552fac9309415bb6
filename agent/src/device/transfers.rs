//! Files the device moves: when they begin, what becomes of them, and which the ACS hears of.

use super::io::{FileContent, Restart, SectionKind, TransferJob, TransferOutcome, TransferWork};
use super::product::addresses_of;
use super::{Core, Device, Output};
use crate::configuration_file;
use crate::limits::{CONFIGURATION_BYTES, LOG_BYTES};
use crate::provisioning::sources::Sources;
use crate::transfer::{
    Direction, OwnTransfer, OwnTransferMade, Policy, Transfer, TransferFile, TransferState,
};
use cwmp::{Fault, FaultCode};
use data_model::Timestamp;
use data_model::provisioning::profile::{self, Aliases};
use data_model::schema::Applies;
use std::sync::Arc;

/// Where files may go, and how much of its log a device keeps.
#[derive(Debug, Clone)]
pub struct FilePolicy {
    /// Hosts that configuration and log files may be uploaded to; empty for any.
    pub upload_hosts: Arc<[String]>,
    /// Bytes of the log.
    pub log_bytes: usize,
    /// Where the device's own provisioning comes from, if whoever runs it knows.
    pub provisioning: Option<Arc<Sources>>,
}

impl Default for FilePolicy {
    fn default() -> FilePolicy {
        FilePolicy {
            upload_hosts: Arc::from([]),
            log_bytes: LOG_BYTES,
            provisioning: None,
        }
    }
}

impl FilePolicy {
    /// Whether a file may be uploaded to this host.
    pub fn permits(&self, host: &str) -> bool {
        let mut hosts = self.upload_hosts.iter();
        self.upload_hosts.is_empty() || hosts.any(|known| known.eq_ignore_ascii_case(host))
    }
}

impl Core {
    /// Whether nobody is on the phone: no line has a call (TR-104 Line.CallState).
    pub(super) fn is_idle(&self) -> bool {
        let schema = &self.product().ty.schema;
        let states = schema
            .nodes()
            .filter(|(_, node)| &*node.name == "CallState" && node.parameter().is_some());
        let mut states = states.flat_map(|(id, _)| addresses_of(&self.tree, id));
        states.all(|address| matches!(self.value(&address).as_str(), "Idle" | ""))
    }

    /// Whether upgrades come from the ACS only (TR-181 ManagementServer.UpgradesManaged).
    pub(super) fn upgrades_are_managed(&self) -> bool {
        self.management("UpgradesManaged") == "1"
    }

    /// A parameter of ManagementServer; empty if the model lacks it.
    pub(super) fn management(&self, name: &str) -> String {
        let root = self.product().root;
        let value = self.value_of(&format!("{root}ManagementServer.{name}"));
        value.unwrap_or_default()
    }

    /// Forgets ends of autonomous transfers that the ACS does not want to hear of.
    fn keep_wanted_transfers(&mut self) {
        if self.transfers.is_empty() {
            return;
        }
        let policy =
            |name: &str| self.management(&format!("AutonomousTransferCompletePolicy.{name}"));
        let policy = Policy {
            enabled: policy("Enable") == "1",
            transfer_type: policy("TransferTypeFilter"),
            result_type: policy("ResultTypeFilter"),
            file_types: policy("FileTypeFilter"),
        };
        self.transfers.keep_wanted(&policy);
    }

    /// The file an upload sends; the file type alone decides (TR-069 Table 56).
    fn file_to_send(&self, file: TransferFile) -> Vec<u8> {
        match file {
            TransferFile::SendConfiguration(_) => {
                configuration_file::write(&self.tree, &self.facts).into_bytes()
            }
            TransferFile::SendLog(_) => self.facts.log.text().as_bytes().to_vec(),
            TransferFile::Firmware | TransferFile::Configuration => Vec::new(),
        }
    }

    /// Takes a configuration file over, all of it or nothing.
    fn apply_configuration(&mut self, transfer: &Transfer, bytes: &[u8]) -> Result<Applies, Fault> {
        let (aliases, policy) = (Aliases::default(), profile::Policy::default());
        let checked = configuration_file::read(bytes, &aliases, &self.tree, &self.facts, policy)
            .map_err(|why| Fault::new(FaultCode::FILE_CORRUPTED, why))?;
        let applies = checked.applies;
        let (name, date) = (transfer.file_name(), self.facts.now.to_xsd());
        let name: String = name.chars().take(64).collect();
        let root = self.product().root;
        self.observing(|core| {
            core.commit_from_acs(checked);
            for (leaf, value) in [("Name", &name), ("Date", &date)] {
                let path = format!("{root}DeviceInfo.VendorConfigFile.1.{leaf}");
                if let Some(address) = core.tree.find(&path) {
                    core.tree.set_by_device(&address, value);
                }
            }
        });
        Ok(applies)
    }
}

impl Device {
    /// When something is to be done about a transfer.
    pub(super) fn transfer_due(&self) -> Option<Timestamp> {
        let core = &self.core;
        let other = core.modules.is_fetching() || self.is_provisioning();
        if other && !core.transfers.has_ready() {
            // The end of the package, or of the profile, wakes the device.
            return None;
        }
        core.transfers.next_due(self.now(), &|| core.is_idle())
    }

    /// What has come too late for its time is given up.
    pub(super) fn expire_transfers(&mut self) {
        let now = self.now();
        if self.core.firmware.trial.is_none() && self.core.transfers.expire(now) {
            self.transfers_ended("a transfer has missed its time");
        }
    }

    pub(super) fn begin_transfer(&mut self) {
        let now = self.now();
        if self.core.firmware.trial.is_some()
            || self.core.modules.is_fetching()
            || self.is_provisioning()
        {
            // The other slot holds the image to go back to; and files are moved one at a time.
            return;
        }
        let core = &self.core;
        let due = core.transfers.next_to_begin(now, &|| core.is_idle());
        let slot = core.firmware.active.other();
        let begun = due.and_then(|number| self.core.transfers.begin(number, now).cloned());
        let Some(transfer) = begun else {
            return;
        };
        let host = transfer.host();
        let line = format!(
            "transfer {}: {}, {host}",
            transfer.number,
            transfer.file.words()
        );
        self.core.note(&line);
        let work = match transfer.file {
            TransferFile::Firmware => {
                TransferWork::Image(slot, self.core.product().ty.unsigned_firmware)
            }
            TransferFile::Configuration => TransferWork::Fetch(CONFIGURATION_BYTES),
            TransferFile::SendConfiguration(_) | TransferFile::SendLog(_) => {
                TransferWork::Send(FileContent(self.core.file_to_send(transfer.file)))
            }
        };
        let job = TransferJob {
            number: transfer.number,
            password: transfer.password(),
            url: transfer.url,
            username: transfer.username,
            domains: String::new(),
            work,
            trust: None,
            user_agent: String::new(),
        };
        if transfer.file == TransferFile::Firmware && self.core.firmware.overwrite() {
            self.persist(&[SectionKind::Transfers, SectionKind::Firmware]);
        } else {
            self.persist(&[SectionKind::Transfers]);
        }
        self.outputs.push_back(Output::StartTransfer(job));
    }

    pub(super) fn transfer_ended(&mut self, number: u32, outcome: TransferOutcome) {
        let now = self.now();
        if self.provisioning_job() == Some(number) {
            return self.provision_ended(outcome);
        }
        if self.core.transfers.get(number).is_none() {
            return match outcome {
                TransferOutcome::Package(header) => self.package_ended(number, Ok(header)),
                TransferOutcome::Failed(fault) => self.package_ended(number, Err(fault)),
                // It was cancelled while its end was on the way.
                TransferOutcome::Staged(_)
                | TransferOutcome::Fetched(_)
                | TransferOutcome::Coded(_)
                | TransferOutcome::Answered(_)
                | TransferOutcome::Sent => {}
            };
        }
        match outcome {
            // None of the queue fetches a package, and none goes by the rules of profiles.
            TransferOutcome::Package(_)
            | TransferOutcome::Coded(_)
            | TransferOutcome::Answered(_) => {}
            TransferOutcome::Failed(fault) => self.transfer_failed(number, fault),
            TransferOutcome::Sent => {
                self.core.transfers.succeeded(number, now);
                self.transfers_ended(&format!("transfer {number}: the file has been sent"));
            }
            TransferOutcome::Fetched(content) => {
                if self.core.transfers.arrived(number) {
                    self.arrived = Some(Box::new((number, content)));
                    self.persist(&[SectionKind::Transfers]);
                }
            }
            TransferOutcome::Staged(header) => match self.core.accept_image(&header) {
                Ok(()) => {
                    self.core.transfers.staged(number, &header.version);
                    self.persist(&[SectionKind::Transfers]);
                }
                Err(fault) => self.transfer_failed(number, fault),
            },
        }
    }

    fn transfer_failed(&mut self, number: u32, fault: Fault) {
        let line = format!("transfer {number}: {fault}");
        self.core.transfers.failed(number, fault, self.now());
        self.transfers_ended(&line);
    }

    /// Some have ended, or wait for another try.
    fn transfers_ended(&mut self, line: &str) {
        self.core.note(line);
        self.core.keep_wanted_transfers();
        self.persist(&[SectionKind::Transfers]);
        if self.core.transfers.has_ended() {
            self.tell();
        }
    }

    /// Applies the file that is there; only ever called while no session is open. Whether the device restarts.
    pub(super) fn finish_transfer(&mut self) -> bool {
        let now = self.now();
        let core = &self.core;
        let ready = core.transfers.ready(now, &|| core.is_idle());
        let Some(transfer) = ready.cloned() else {
            return false;
        };
        match &transfer.state {
            TransferState::Staged { version, .. } => {
                self.core.transfers.activated(transfer.number);
                self.core.firmware.activate(version, transfer.number);
                self.persist(&[SectionKind::Transfers, SectionKind::Firmware]);
                self.stop(Restart::Reboot);
                true
            }
            TransferState::Arrived { .. } => self.take_configuration(&transfer),
            TransferState::Waiting { .. }
            | TransferState::Running { .. }
            | TransferState::Activated { .. }
            | TransferState::Ended { .. } => false,
        }
    }

    fn take_configuration(&mut self, transfer: &Transfer) -> bool {
        let number = transfer.number;
        let content = self.arrived.take().filter(|arrived| arrived.0 == number);
        let Some(content) = content.map(|arrived| arrived.1) else {
            let why = "the file was lost before it could be applied";
            self.transfer_failed(number, Fault::new(FaultCode::TRANSFER_FAILURE, why));
            return false;
        };
        match self.core.apply_configuration(transfer, &content.0) {
            Err(fault) => {
                self.transfer_failed(number, fault);
                false
            }
            Ok(applies) => {
                match applies {
                    Applies::AtOnce => self.core.transfers.succeeded(number, self.now()),
                    // TR-069 A.3.2.8: not before it is in force has the transfer ended.
                    Applies::AfterReboot => self.core.transfers.activated(number),
                }
                self.core.keep_wanted_transfers();
                self.core.note(&format!(
                    "transfer {number}: the configuration is taken over"
                ));
                self.persist(&[SectionKind::Tree, SectionKind::Meta, SectionKind::Transfers]);
                self.arm_periodic();
                self.tell();
                let restarts = applies == Applies::AfterReboot;
                if restarts {
                    self.stop(Restart::Reboot);
                }
                restarts
            }
        }
    }

    /// The device itself, or somebody at its page, wants a file moved.
    pub(super) fn own_transfer(&mut self, own: OwnTransfer) {
        let managed = self.core.upgrades_are_managed();
        if own.file == TransferFile::Firmware && managed {
            // TR-181 UpgradesManaged: upgrades come from the ACS and from nowhere else.
            return self
                .core
                .note("an upgrade is refused: the ACS manages upgrades");
        }
        let upload = own.file.direction() == Direction::Upload;
        let file = own.file.words();
        let refused = match crate::rpc::file_url::check(&own.url) {
            Ok(host) if upload && !self.core.files.permits(&host) => {
                Some("not a permitted host".into())
            }
            Ok(_) => {
                let queued = self.core.transfers.queue_own(own, self.core.facts.now);
                queued.err().map(|fault| fault.text)
            }
            Err(fault) => Some(fault.text),
        };
        match refused {
            Some(why) => self.core.note(&format!("{file} is refused: {why}")),
            None => self.persist(&[SectionKind::Transfers]),
        }
    }

    /// The device has moved a file by its own means.
    pub(super) fn own_transfer_made(&mut self, made: OwnTransferMade) {
        let line = match &made.fault {
            None => format!("{}: done", made.file.words()),
            Some(fault) => format!("{}: {fault}", made.file.words()),
        };
        let now = self.now();
        self.core.transfers.note_made(made, now);
        self.transfers_ended(&line);
    }
}
