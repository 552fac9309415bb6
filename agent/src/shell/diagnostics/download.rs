//! DownloadDiagnostics: an HTTP GET, measured (TR-143 4.1).

use super::meter::{Metered, Opened, interface_bytes, open};
use super::now_us;
use crate::diagnostics::findings::Transfer;
use crate::diagnostics::test::Download;
use crate::diagnostics::{Findings, Outcome, Trouble};
use crate::limits::TEST_BYTES;
use crate::shell::http::Network;
use bytes::Bytes;
use http::header::HOST;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::error::Error as _;
use std::io;
use std::time::Duration;

/// Time without a byte after which a transfer is given up.
pub(super) const STALL: Duration = Duration::from_secs(60);

pub(super) async fn run(network: &Network, download: &Download) -> Outcome {
    match fetch(network, download).await {
        Ok(transfer) => Outcome::complete(Findings::Download(transfer)),
        Err(trouble) => Outcome::failed(trouble),
    }
}

async fn fetch(network: &Network, download: &Download) -> Result<Transfer, Trouble> {
    let Opened {
        stream,
        readings,
        asked,
        there,
        interface,
    } = open(network, &download.url, download.dscp).await?;
    let mut sender = talk(stream).await?;
    let request = request(Method::GET, &download.url, Empty::<Bytes>::new())?;
    let before = interface
        .as_ref()
        .and_then(|interface| interface.received());
    let sent = now_us();
    let response = tokio::time::timeout(STALL, sender.send_request(request)).await;
    let response = response
        .map_err(|_| Trouble::NoResponse)?
        .map_err(|_| Trouble::NoResponse)?;
    accepted(response.status())?;
    drain(response.into_body()).await?;
    let after = interface
        .as_ref()
        .and_then(|interface| interface.received());
    Ok(Transfer {
        tcp_open_request: asked,
        tcp_open_response: there,
        request: sent,
        begin: readings.first_received(),
        end: readings.last_received(),
        test_bytes: readings.received(),
        interface_bytes: interface_bytes(before, after, readings.received()),
    })
}

/// Begins to speak HTTP.
pub(super) async fn talk<B>(stream: Metered) -> Result<SendRequest<B>, Trouble>
where
    B: Body<Data = Bytes, Error = std::convert::Infallible> + Send + 'static,
{
    let (sender, driver) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Trouble::InitConnectionFailed)?;
    // Ends by itself when either side closes; its errors come out of the request.
    tokio::spawn(async move {
        let _ = driver.await;
    });
    Ok(sender)
}

pub(super) fn request<B>(method: Method, url: &Uri, body: B) -> Result<Request<B>, Trouble> {
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let authority = url.authority().map(|authority| authority.as_str());
    let request = Request::builder().method(method).uri(path);
    let request = request
        .header(HOST, authority.unwrap_or_default())
        .body(body);
    request.map_err(|_| Trouble::Internal)
}

/// TR-143 measures a server's file, not its redirects or challenges.
pub(super) fn accepted(status: StatusCode) -> Result<(), Trouble> {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            Err(Trouble::LoginFailed)
        }
        status if status.is_success() => Ok(()),
        _ => Err(Trouble::TransferFailed),
    }
}

async fn drain(mut body: Incoming) -> Result<(), Trouble> {
    let mut bytes = 0u64;
    loop {
        match tokio::time::timeout(STALL, body.frame()).await {
            Err(_) => return Err(Trouble::Timeout),
            Ok(None) => return Ok(()),
            Ok(Some(Err(error))) if ends_early(&error) => return Err(Trouble::IncorrectSize),
            Ok(Some(Err(_))) => return Err(Trouble::TransferFailed),
            Ok(Some(Ok(frame))) => bytes += frame.data_ref().map_or(0, |data| data.len() as u64),
        }
        if bytes > TEST_BYTES.into() {
            return Err(Trouble::IncorrectSize);
        }
    }
}

/// Whether the server has closed the connection before it had sent all that it had announced.
fn ends_early(error: &hyper::Error) -> bool {
    let source = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    let eof = source.is_some_and(|source| source.kind() == io::ErrorKind::UnexpectedEof);
    eof || error.is_incomplete_message()
}
