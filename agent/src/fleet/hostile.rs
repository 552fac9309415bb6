//! Peers that are no devices, or bad ones: each plays one trick on the ACS, then the next.

use super::scenario::Trick;
use http::Uri;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long one trick goes on at most.
const TRICK: Duration = Duration::from_secs(20);
/// Between two tricks of a peer, so that a server which refuses at once is not asked without end.
const BETWEEN: Duration = Duration::from_secs(1);
/// Bytes of headers and bodies without an end, at most.
const FLOOD: usize = 4 * 1024 * 1024;

/// Whom they come to, and how often they came.
#[derive(Debug, Default)]
pub struct Visits {
    /// Tricks that were played.
    pub played: AtomicU64,
    /// Of them those to which the server said something.
    pub answered: AtomicU64,
}

/// Begins with the tricks of one peer; ends when it is dropped.
pub(super) async fn come(url: Arc<Uri>, tricks: Arc<[Trick]>, peer: usize, visits: Arc<Visits>) {
    let host = url.host().unwrap_or("127.0.0.1").to_owned();
    let port = url.port_u16().unwrap_or(80);
    let path = url.path().to_owned();
    for turn in peer.. {
        let trick = tricks[turn % tricks.len()];
        let played = tokio::time::timeout(TRICK, play(trick, &host, port, &path)).await;
        visits.played.fetch_add(1, Relaxed);
        if matches!(played, Ok(Ok(true))) {
            visits.answered.fetch_add(1, Relaxed);
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

/// Plays one; whether the server has said anything.
async fn play(trick: Trick, host: &str, port: u16, path: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect((host, port)).await?;
    let head = |more: &str| {
        format!("POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: text/xml\r\n{more}")
    };
    let with_body = |body: &str| {
        let length = format!("Content-Length: {}\r\n\r\n", body.len());
        format!("{}{body}", head(&length))
    };
    match trick {
        Trick::Silent => {}
        Trick::SlowHeader => drip(&mut stream, head("X-Slow: yes\r\n").as_bytes()).await?,
        Trick::SlowBody => {
            let begun = head("Content-Length: 100\r\n\r\n");
            stream.write_all(begun.as_bytes()).await?;
            drip(&mut stream, &[b' '; 100]).await?;
        }
        Trick::HugeHeader => {
            stream.write_all(head("X-Huge: ").as_bytes()).await?;
            flood(&mut stream).await?;
        }
        Trick::HugeBody => {
            let begun = head("Content-Length: 1073741824\r\n\r\n");
            stream.write_all(begun.as_bytes()).await?;
            flood(&mut stream).await?;
        }
        Trick::BadXml => {
            let bad = "<soap:Envelope><not closed & never";
            stream.write_all(with_body(bad).as_bytes()).await?;
        }
        Trick::EntityBomb => stream.write_all(with_body(BOMB).as_bytes()).await?,
        Trick::WrongPassword => {
            let wrong = head("Authorization: Basic U0lNMDAwMDAxOndyb25n\r\n");
            let length = format!("Content-Length: {}\r\n\r\n{INFORM}", INFORM.len());
            stream
                .write_all(format!("{wrong}{length}").as_bytes())
                .await?;
        }
        Trick::HangsUp => {
            stream.write_all(with_body(INFORM).as_bytes()).await?;
            return Ok(false);
        }
        Trick::Garbage => {
            stream
                .write_all(&[0x16, 0x03, 0xff, 0x00, 0x7f, 0x80])
                .await?
        }
    }
    let mut answer = [0; 64];
    Ok(stream.read(&mut answer).await? > 0)
}

/// One byte a second.
async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte]).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn flood(stream: &mut TcpStream) -> std::io::Result<()> {
    let piece = [b'x'; 16 * 1024];
    for _ in 0..FLOOD / piece.len() {
        stream.write_all(&piece).await?;
    }
    Ok(())
}

const BOMB: &str = "<?xml version=\"1.0\"?><!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>\
    <soap-env:Envelope xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\">&b;</soap-env:Envelope>";

const INFORM: &str = "<soap-env:Envelope xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\" \
    xmlns:cwmp=\"urn:dslforum-org:cwmp-1-0\"><soap-env:Header><cwmp:ID soap-env:mustUnderstand=\"1\">1</cwmp:ID>\
    </soap-env:Header><soap-env:Body><cwmp:Inform><DeviceId><Manufacturer>Nobody</Manufacturer><OUI>00562B</OUI>\
    <ProductClass>ATA192</ProductClass><SerialNumber>HOSTILE</SerialNumber></DeviceId><Event/>\
    <MaxEnvelopes>1</MaxEnvelopes><CurrentTime>2026-01-01T00:00:00Z</CurrentTime><RetryCount>0</RetryCount>\
    <ParameterList/></cwmp:Inform></soap-env:Body></soap-env:Envelope>";
