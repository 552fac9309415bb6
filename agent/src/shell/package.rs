//! The package of a module on its way: checked while it streams in. The execution environment is a simulated one, so
//! nothing of it is kept but what its header says.

use super::transfers::TransferConfig;
use cwmp::{Fault, FaultCode};
use data_model::package::{HEADER_BYTES, PackageError, PackageHeader, SignedPackage};
use sha2::{Digest as _, Sha256};

/// A package as it streams in.
pub(super) struct Package<'c> {
    config: &'c TransferConfig,
    front: Vec<u8>,
    open: Option<OpenPackage>,
}

/// A package whose header is known and trusted.
struct OpenPackage {
    header: PackageHeader,
    hash: Sha256,
    bytes: u64,
}

impl<'c> Package<'c> {
    pub(super) fn new(config: &'c TransferConfig) -> Package<'c> {
        Package {
            config,
            front: Vec::new(),
            open: None,
        }
    }

    /// Takes the next bytes of the file.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if let Some(open) = &mut self.open {
            return open.take(bytes);
        }
        self.front.extend_from_slice(bytes);
        let read = PackageHeader::read(&self.front, &self.config.trusted);
        let Some(SignedPackage { header, length }) = read.map_err(refused)? else {
            return Ok(());
        };
        let mut open = OpenPackage {
            header,
            hash: Sha256::new(),
            bytes: 0,
        };
        open.take(&self.front[length..])?;
        self.front = Vec::new();
        self.open = Some(open);
        Ok(())
    }

    /// The file is complete: checks it.
    pub(super) fn finish(self) -> Result<PackageHeader, Fault> {
        let Some(open) = self.open else {
            let why = format!("the file ends within its first {HEADER_BYTES} bytes");
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        };
        if open.bytes != open.header.bytes {
            let why = format!(
                "the module has {} of {} bytes",
                open.bytes, open.header.bytes
            );
            return Err(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why));
        }
        if open.hash.finalize().as_slice() != open.header.sha256 {
            let why = "the module is not the one that was signed: its hash differs";
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        Ok(open.header)
    }
}

impl OpenPackage {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.header.bytes {
            let why = format!(
                "the module is longer than the {} bytes signed",
                self.header.bytes
            );
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        self.hash.update(bytes);
        Ok(())
    }
}

fn refused(error: PackageError) -> Fault {
    let code = match error {
        PackageError::Malformed(_) => FaultCode::FILE_CORRUPTED,
        PackageError::Untrusted => FaultCode::FILE_AUTHENTICATION,
    };
    Fault::new(code, error.to_string())
}
