//! Moving files: by HTTP, HTTPS or TFTP, to the device or from it, as a [`TransferJob`] says.

use super::http::Network;
use super::image::Image;
use super::package::Package;
use super::slots::SlotStore;
use super::upload::{self, Uploads};
use super::{file_http, provision_http, tftp};
use crate::device::io::{FileContent, TransferJob, TransferOutcome, TransferWork, UPLOADED, Verb};
use crate::limits::{FILE_BYTES, TFTP_FIRST_WAIT_MS, TRANSFER_SECS};
use crate::transfer::Direction;
use cwmp::{Fault, FaultCode};
use data_model::signing::VerifyingKey;
use std::sync::Arc;
use std::time::Duration;

/// Time without a byte after which a transfer is given up.
pub(super) const STALL: Duration = Duration::from_secs(60);

/// What moving files needs besides the job.
#[derive(Debug, Clone)]
pub struct TransferConfig {
    /// How connections are made.
    pub network: Network,
    /// Where images go.
    pub slots: SlotStore,
    /// Whose images and modules are run.
    pub trusted: Vec<VerifyingKey>,
    /// Milliseconds before a TFTP datagram is sent again; each further wait is twice as long.
    pub tftp_wait_ms: u64,
    /// Bytes a second that the line carries, if that is to be felt.
    pub bytes_per_sec: Option<u32>,
    /// Images that people send to the page.
    pub uploads: Uploads,
}

impl TransferConfig {
    /// How a device moves files as it comes.
    pub(super) fn new(
        network: Network,
        slots: SlotStore,
        trusted: Vec<VerifyingKey>,
    ) -> TransferConfig {
        TransferConfig {
            network,
            slots,
            trusted,
            tftp_wait_ms: TFTP_FIRST_WAIT_MS,
            bytes_per_sec: None,
            uploads: Uploads::default(),
        }
    }
}

/// Carries out one transfer, from its first byte to its end.
pub async fn carry_out(config: &TransferConfig, job: TransferJob) -> TransferOutcome {
    let direction = match job.work {
        TransferWork::Image(..) | TransferWork::Fetch(_) | TransferWork::Package(_) => {
            Direction::Download
        }
        TransferWork::Send(_) => Direction::Upload,
        TransferWork::Provision(ref provision) => match provision.verb {
            Verb::Get | Verb::PostAndFetch(_) => Direction::Download,
            Verb::Post(_) | Verb::Put(_) => Direction::Upload,
        },
    };
    let whole = Duration::from_secs(TRANSFER_SECS);
    let mut config = config.clone();
    if let Some(trust) = &job.trust {
        match config.network.tls.trusting(trust) {
            Ok(tls) => config.network.tls = Arc::new(tls),
            Err(why) => {
                let fault = Fault::new(FaultCode::CONTACT_FILE_SERVER, why);
                return TransferOutcome::Failed(fault);
            }
        }
    }
    match tokio::time::timeout(whole, move_file(&config, job)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(fault)) => TransferOutcome::Failed(fault),
        Err(_) => {
            let why = format!("the transfer took more than {TRANSFER_SECS} s");
            TransferOutcome::Failed(Fault::new(broken(direction), why))
        }
    }
}

async fn move_file(config: &TransferConfig, job: TransferJob) -> Result<TransferOutcome, Fault> {
    let scheme = job.url.split_once("://").map_or("", |(scheme, _)| scheme);
    let tftp = scheme.eq_ignore_ascii_case("tftp");
    let mut sink = match &job.work {
        TransferWork::Send(content) => {
            match tftp {
                true => tftp::send(&job.url, &content.0, config.tftp_wait_ms).await?,
                false => file_http::send(config, &job, &content.0).await?,
            }
            return Ok(TransferOutcome::Sent);
        }
        TransferWork::Image(slot, unsigned) => {
            Sink::Image(Box::new(Image::new(config, *slot, *unsigned)))
        }
        TransferWork::Fetch(limit) => Sink::Memory(Vec::new(), *limit),
        TransferWork::Package(limit) => {
            Sink::Package(config, Box::new(Package::new(config)), *limit)
        }
        TransferWork::Provision(provision) => {
            let sink = Sink::Memory(Vec::new(), provision.limit_bytes);
            match &provision.verb {
                _ if !tftp => {
                    return provision_http::carry_out(&config.network, &job, provision, sink).await;
                }
                Verb::Post(content) | Verb::Put(content) => {
                    tftp::send(&job.url, &content.0, config.tftp_wait_ms).await?;
                    return Ok(TransferOutcome::Sent);
                }
                Verb::Get | Verb::PostAndFetch(_) => sink,
            }
        }
    };
    if job.url == UPLOADED {
        return upload::receive(&config.uploads, sink).await;
    }
    match tftp {
        true => tftp::fetch(&job.url, &mut sink, config.tftp_wait_ms).await?,
        false => file_http::fetch(config, &job, &mut sink).await?,
    }
    sink.finish()
}

/// The fault code of a transfer that began and was broken off.
pub(super) fn broken(direction: Direction) -> FaultCode {
    match direction {
        Direction::Download => FaultCode::COMPLETE_DOWNLOAD,
        Direction::Upload => FaultCode::UPLOAD_FAILURE,
    }
}

/// Where the bytes of a file go.
pub(super) enum Sink<'c> {
    /// Into a slot.
    Image(Box<Image<'c>>),
    /// Into memory, as many as are allowed.
    Memory(Vec<u8>, u64),
    /// Through the checks of a package, as many as are allowed.
    Package(&'c TransferConfig, Box<Package<'c>>, u64),
}

impl Sink<'_> {
    /// Bytes the file may have.
    fn limit(&self) -> u64 {
        match self {
            Sink::Image(..) => FILE_BYTES,
            Sink::Memory(_, limit) | Sink::Package(_, _, limit) => *limit,
        }
    }

    /// Refuses a file that is too large by its server's account.
    pub(super) fn check_size(&self, bytes: u64) -> Result<(), Fault> {
        if bytes > self.limit() {
            let why = format!("the file is larger than {} bytes", self.limit());
            let code = match self {
                Sink::Image(..) | Sink::Memory(..) => FaultCode::FILE_CORRUPTED,
                // The limit is what is free at this moment.
                Sink::Package(..) => FaultCode::SYSTEM_RESOURCES_EXCEEDED,
            };
            return Err(Fault::new(code, why));
        }
        Ok(())
    }

    /// Takes the next bytes, of which the last is this one of the file.
    pub(super) fn take(&mut self, bytes: &[u8], end: u64) -> Result<(), Fault> {
        self.check_size(end)?;
        match self {
            Sink::Image(image) => image.take(bytes),
            Sink::Memory(memory, _) => {
                memory.extend_from_slice(bytes);
                Ok(())
            }
            Sink::Package(_, package, _) => package.take(bytes),
        }
    }

    /// Forgets everything: the file is sent from its beginning.
    pub(super) fn restart(&mut self) {
        match self {
            Sink::Image(image) => image.restart(),
            Sink::Memory(memory, _) => memory.clear(),
            Sink::Package(config, package, _) => **package = Package::new(config),
        }
    }

    pub(super) fn finish(self) -> Result<TransferOutcome, Fault> {
        match self {
            Sink::Image(image) => image.finish().map(TransferOutcome::Staged),
            Sink::Memory(memory, _) => Ok(TransferOutcome::Fetched(FileContent(memory))),
            Sink::Package(_, package, _) => package.finish().map(TransferOutcome::Package),
        }
    }
}
