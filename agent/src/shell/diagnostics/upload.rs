//! UploadDiagnostics: an HTTP PUT of so many bytes, measured (TR-143 4.2).

use super::download::{STALL, accepted, request, talk};
use super::meter::{Opened, Readings, interface_bytes, open};
use super::now_us;
use crate::diagnostics::findings::Transfer;
use crate::diagnostics::test::Upload;
use crate::diagnostics::{Findings, Outcome, Trouble};
use crate::shell::http::Network;
use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Bytes given to the connection at a time.
const CHUNK_BYTES: usize = 64 * 1024;

pub(super) async fn run(network: &Network, upload: &Upload) -> Outcome {
    match send(network, upload).await {
        Ok(transfer) => Outcome::complete(Findings::Upload(transfer)),
        Err(trouble) => Outcome::failed(trouble),
    }
}

async fn send(network: &Network, upload: &Upload) -> Result<Transfer, Trouble> {
    let Opened {
        stream,
        readings,
        asked,
        there,
        interface,
    } = open(network, &upload.url, upload.dscp).await?;
    let mut sender = talk(stream).await?;
    let request = request(Method::PUT, &upload.url, Noise::new(upload.bytes))?;
    let before = interface.as_ref().and_then(|interface| interface.sent());
    let sent = now_us();
    let response = sender.send_request(request);
    let response = tokio::select! {
        response = response => response.map_err(|_| Trouble::NoTransferComplete)?,
        () = stalls(&readings) => return Err(Trouble::Timeout),
    };
    let end = now_us();
    accepted(response.status())?;
    if readings.sent() < upload.bytes {
        // An answer before the end is no confirmation of the whole.
        return Err(Trouble::NoTransferComplete);
    }
    let after = interface.as_ref().and_then(|interface| interface.sent());
    // What the server has to say is of no interest, but the connection is closed properly.
    let _ = tokio::time::timeout(
        STALL,
        http_body_util::Limited::new(response.into_body(), CHUNK_BYTES).collect(),
    )
    .await;
    Ok(Transfer {
        tcp_open_request: asked,
        tcp_open_response: there,
        request: sent,
        begin: readings.first_sent().max(sent),
        end,
        test_bytes: readings.sent(),
        interface_bytes: interface_bytes(before, after, readings.sent()),
    })
}

/// Ends when no byte has left for too long.
async fn stalls(readings: &Readings) {
    let mut before = readings.sent();
    loop {
        tokio::time::sleep(STALL).await;
        let now = readings.sent();
        if now == before {
            return;
        }
        before = now;
    }
}

/// So many bytes that cannot be compressed much.
struct Noise {
    left: u64,
    chunk: Bytes,
}

impl Noise {
    fn new(bytes: u64) -> Noise {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        Noise {
            left: bytes,
            chunk: (0..CHUNK_BYTES).map(|_| noise()).collect(),
        }
    }
}

impl Body for Noise {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let length = self.left.min(CHUNK_BYTES as u64) as usize;
        self.left -= length as u64;
        Poll::Ready(Some(Ok(Frame::data(self.chunk.slice(..length)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
