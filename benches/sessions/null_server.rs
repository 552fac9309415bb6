//! The server that costs least: hyper, with rustls where it is asked for, fixed bytes, nothing kept.

use crate::certificate::Certificate;
use crate::process::Process;
use bytes::Bytes;
use cwmp::message::{AcsResponse, FromAcs};
use cwmp::rpc::InformResponse;
use cwmp::{Header, Namespace, envelope};
use http::{Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::path::Path;
use std::process::Command;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

/// Turns this program into the null server.
pub const ARGUMENT: &str = "null-server";

/// Starts the null server, with TLS if there is a certificate.
pub fn start(certificate: Option<&Certificate>) -> Process {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg(ARGUMENT);
    if let Some(certificate) = certificate {
        command.arg(certificate.folder());
    }
    Process::start(&mut command, "listening on ", []).0
}

/// Serves until the process is ended; `folder` is where its certificate is.
pub fn run(folder: Option<&str>) {
    let tls = folder.map(|folder| Certificate::of(Path::new(folder)).acceptor());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!(
            "listening on {}",
            listener.local_addr().expect("a bound port")
        );
        let body = FromAcs::from(AcsResponse::from(InformResponse::default()));
        let body = Bytes::from(envelope::write(
            Namespace::Cwmp12,
            &Header::with_id("1"),
            &body,
        ));
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let _ = stream.set_nodelay(true);
            let body = body.clone();
            let tls = tls.clone();
            tokio::spawn(async move {
                match tls {
                    None => serve(stream, body).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, body).await;
                        }
                    }
                }
            });
        }
    });
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, body: Bytes) {
    let service = service_fn(move |request| answer(request, body.clone()));
    // A client that hangs up ends its connection, nothing more.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: hyper::Request<hyper::body::Incoming>,
    envelope: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request
        .into_body()
        .collect()
        .await
        .map(|body| body.to_bytes());
    let mut response = Response::new(Full::default());
    if body.is_ok_and(|body| !body.is_empty()) {
        *response.body_mut() = Full::new(envelope);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("text/xml; charset=\"utf-8\""),
        );
        headers.insert(
            header::SET_COOKIE,
            header::HeaderValue::from_static("session=0123456789abcdef"),
        );
    } else {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    Ok(response)
}
