//! An image on its way into its slot: checked while it streams in.

use super::slots::SlotWriter;
use super::transfers::TransferConfig;
use crate::firmware::{ImageHeader, SlotName};
use crate::limits::FILE_BYTES;
use cwmp::{Fault, FaultCode};
use data_model::device_type::UnsignedFirmware;
use data_model::firmware::{HEADER_BYTES, ImageError, SignedHeader};
use sha2::{Digest as _, Sha256};

/// An image as it streams in.
pub(super) struct Image<'c> {
    config: &'c TransferConfig,
    slot: SlotName,
    unsigned: UnsignedFirmware,
    front: Vec<u8>,
    open: Option<OpenImage>,
}

/// An image whose header is known and trusted.
struct OpenImage {
    header: ImageHeader,
    hash: Sha256,
    bytes: u64,
    writer: SlotWriter,
}

impl<'c> Image<'c> {
    pub(super) fn new(
        config: &'c TransferConfig,
        slot: SlotName,
        unsigned: UnsignedFirmware,
    ) -> Image<'c> {
        Image {
            config,
            slot,
            unsigned,
            front: Vec::new(),
            open: None,
        }
    }

    /// Forgets everything: the file comes from its beginning.
    pub(super) fn restart(&mut self) {
        self.front = Vec::new();
        self.open = None;
    }

    /// Takes the next bytes of the file.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if let Some(open) = &mut self.open {
            return open.take(bytes);
        }
        self.front.extend_from_slice(bytes);
        let read = ImageHeader::read_as(&self.front, &self.config.trusted, self.unsigned);
        let Some(SignedHeader { header, length }) = read.map_err(refused)? else {
            return Ok(());
        };
        if header.bytes > FILE_BYTES {
            let why = format!("the image has more than {FILE_BYTES} bytes");
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        let mut writer = self
            .config
            .slots
            .begin(self.slot)
            .map_err(|error| disk(&error))?;
        // With its header, so that whoever puts it to work can check again who signed it.
        writer
            .write(&self.front[..length])
            .map_err(|error| disk(&error))?;
        let mut open = OpenImage {
            header,
            hash: Sha256::new(),
            bytes: 0,
            writer,
        };
        open.take(&self.front[length..])?;
        self.front = Vec::new();
        self.open = Some(open);
        Ok(())
    }

    /// The file is complete: checks it and puts it in its slot.
    pub(super) fn finish(self) -> Result<ImageHeader, Fault> {
        let Some(open) = self.open else {
            let why = format!("the file ends within its first {HEADER_BYTES} bytes");
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        };
        if open.bytes != open.header.bytes {
            let why = format!(
                "the image has {} of {} bytes",
                open.bytes, open.header.bytes
            );
            return Err(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why));
        }
        if open.hash.finalize().as_slice() != open.header.sha256 {
            let why = "the image is not the one that was signed: its hash differs";
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        open.writer.commit().map_err(|error| disk(&error))?;
        Ok(open.header)
    }
}

impl OpenImage {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.header.bytes {
            let why = format!(
                "the image is longer than the {} bytes signed",
                self.header.bytes
            );
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        self.hash.update(bytes);
        self.writer.write(bytes).map_err(|error| disk(&error))
    }
}

fn refused(error: ImageError) -> Fault {
    let code = match error {
        ImageError::Malformed(_) => FaultCode::FILE_CORRUPTED,
        ImageError::Untrusted | ImageError::Unsigned => FaultCode::FILE_AUTHENTICATION,
    };
    Fault::new(code, error.to_string())
}

fn disk(error: &std::io::Error) -> Fault {
    Fault::new(
        FaultCode::TRANSFER_FAILURE,
        format!("the image cannot be written: {error}"),
    )
}
