//! An image a person sends to the device's page: its pieces on their way from the page to the transfer that takes them.

use super::transfers::{STALL, Sink};
use crate::device::io::TransferOutcome;
use bytes::Bytes;
use cwmp::{Fault, FaultCode};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Where the page puts an upload for the transfer that was ordered to find it; there is one at a time.
#[derive(Debug, Clone, Default)]
pub struct Uploads(Arc<Mutex<Option<Upload>>>);

/// An image that comes in.
#[derive(Debug)]
pub struct Upload {
    /// Its pieces, and behind the last one `None`; without that it was broken off.
    pub pieces: mpsc::Receiver<Option<Bytes>>,
    /// Who wants to know how it ends.
    pub outcome: oneshot::Sender<Result<(), String>>,
}

impl Uploads {
    /// Puts one there, if there is none that somebody still sends.
    pub fn offer(&self, upload: Upload) -> bool {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = place
            .as_ref()
            .is_some_and(|it| !it.pieces.is_closed() && !it.outcome.is_closed());
        if !taken {
            *place = Some(upload);
        }
        !taken
    }

    fn take(&self) -> Option<Upload> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Takes the upload that is there, from its first piece to its last.
pub(super) async fn receive(
    uploads: &Uploads,
    mut sink: Sink<'_>,
) -> Result<TransferOutcome, Fault> {
    let gone = "the image that was sent is gone; send it again";
    let Some(mut upload) = uploads.take() else {
        return Err(Fault::new(FaultCode::TRANSFER_FAILURE, gone));
    };
    let ended = match pieces(&mut upload.pieces, &mut sink).await {
        Ok(()) => sink.finish(),
        Err(fault) => Err(fault),
    };
    let told = match &ended {
        Ok(_) => Ok(()),
        Err(fault) => Err(fault.text.clone()),
    };
    // Whoever has gone away learns it from the log.
    let _ = upload.outcome.send(told);
    ended
}

async fn pieces(
    pieces: &mut mpsc::Receiver<Option<Bytes>>,
    sink: &mut Sink<'_>,
) -> Result<(), Fault> {
    let mut end = 0;
    loop {
        match tokio::time::timeout(STALL, pieces.recv()).await {
            Ok(Some(Some(piece))) => {
                end += piece.len() as u64;
                sink.take(&piece, end)?;
            }
            Ok(Some(None)) => return Ok(()),
            Ok(None) | Err(_) => {
                let why = "the image was broken off on its way to the page";
                return Err(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why));
            }
        }
    }
}
