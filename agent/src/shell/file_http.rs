//! Files by HTTP and HTTPS: GET with resumption, PUT, the authentication and the redirects of either (TR-069 3.4.3).

use super::http::{Network, connect};
use super::provision_http::outside;
use super::transfers::{STALL, Sink, TransferConfig, broken};
use crate::device::exchange::absolute;
use crate::device::io::{HttpFailure, TransferJob};
use crate::limits::{TRANSFER_RESUME_MS, TRANSFER_RESUMES};
use crate::transfer::Direction;
use bytes::Bytes;
use cwmp::http::{Authorizer, Challenge};
use cwmp::limits::REDIRECTS;
use cwmp::{Fault, FaultCode};
use data_model::provisioning::domains;
use http::header::{
    ACCEPT_RANGES, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HOST,
    IF_RANGE, LAST_MODIFIED, LOCATION, RANGE, USER_AGENT, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use std::time::Duration;

/// Fetches a file. A download that breaks off goes on where it was, if the server has named a version of the file and
/// takes ranges; if it is another version by then, it begins anew.
pub(super) async fn fetch(
    config: &TransferConfig,
    job: &TransferJob,
    sink: &mut Sink<'_>,
) -> Result<(), Fault> {
    let mut server = FileServer::of(&config.network, job, Method::GET)?;
    let mut received = 0u64;
    let mut version: Option<HeaderValue> = None;
    let mut resumes = 0;
    loop {
        let whence = version.as_ref().filter(|_| received > 0);
        let asked = server.ask(whence.map(|version| (received, version)), Bytes::new());
        let trouble = match asked.await {
            Ok(response) => {
                if response.status() == StatusCode::PARTIAL_CONTENT {
                    check_range(&response, received)?;
                } else {
                    sink.restart();
                    received = 0;
                    version = version_of(response.headers());
                    sink.check_size(content_length(response.headers()))?;
                }
                let body = response.into_body();
                match read(body, sink, &mut received, config.bytes_per_sec).await? {
                    None => return Ok(()),
                    Some(broken_off) => broken_off,
                }
            }
            Err(fault) if received > 0 && fault.code == FaultCode::CONTACT_FILE_SERVER => fault,
            Err(fault) => return Err(fault),
        };
        if version.is_none() || received == 0 || resumes == TRANSFER_RESUMES {
            return Err(Fault::new(FaultCode::COMPLETE_DOWNLOAD, trouble.text));
        }
        resumes += 1;
        tokio::time::sleep(Duration::from_millis(TRANSFER_RESUME_MS)).await;
    }
}

/// Sends a file by PUT (TR-069 Table 56).
pub(super) async fn send(
    config: &TransferConfig,
    job: &TransferJob,
    content: &[u8],
) -> Result<(), Fault> {
    let mut server = FileServer::of(&config.network, job, Method::PUT)?;
    let body = Bytes::copy_from_slice(content);
    server.ask(None, body).await.map(drop)
}

/// Reads a body into its place; gives the reason if it breaks off.
async fn read(
    mut body: Incoming,
    sink: &mut Sink<'_>,
    received: &mut u64,
    bytes_per_sec: Option<u32>,
) -> Result<Option<Fault>, Fault> {
    let broken_off = |why: String| Ok(Some(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why)));
    loop {
        match tokio::time::timeout(STALL, body.frame()).await {
            Err(_) => return broken_off(format!("no byte for {} s", STALL.as_secs())),
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => return broken_off(format!("broken off: {error}")),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    *received += data.len() as u64;
                    sink.take(&data, *received)?;
                    if let Some(rate) = bytes_per_sec {
                        let secs = data.len() as f64 / f64::from(rate.max(1));
                        tokio::time::sleep(Duration::from_secs_f64(secs)).await;
                    }
                }
            }
        }
    }
}

/// The name of the file's version, if the server also takes ranges.
fn version_of(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(ACCEPT_RANGES).filter(|unit| *unit == "bytes")?;
    let strong = |tag: &&HeaderValue| !tag.as_bytes().starts_with(b"W/");
    let tag = headers.get(ETAG).filter(strong);
    tag.or_else(|| headers.get(LAST_MODIFIED)).cloned()
}

fn content_length(headers: &HeaderMap) -> u64 {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// A part of the file has to begin where the last one ended.
fn check_range(response: &Response<Incoming>, received: u64) -> Result<(), Fault> {
    let range = response.headers().get(CONTENT_RANGE);
    let range = range
        .and_then(|range| range.to_str().ok())
        .unwrap_or_default();
    if range.starts_with(&format!("bytes {received}-")) && received > 0 {
        return Ok(());
    }
    let why = format!("the file server sent a part nobody asked for: `{range}`");
    Err(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why))
}

/// A file server, and what it has let us know so far.
struct FileServer<'n> {
    network: &'n Network,
    method: Method,
    uri: Uri,
    authorizer: Authorizer,
    /// The name it knows us by; empty for none.
    user_agent: String,
    challenged: bool,
    redirects: u8,
    /// Where a redirect may lead.
    domains: String,
}

impl<'n> FileServer<'n> {
    fn of(
        network: &'n Network,
        job: &TransferJob,
        method: Method,
    ) -> Result<FileServer<'n>, Fault> {
        let unreadable = |_| Fault::new(FaultCode::CONTACT_FILE_SERVER, "the URL cannot be read");
        Ok(FileServer {
            network,
            method,
            uri: job.url.parse().map_err(unreadable)?,
            authorizer: Authorizer::new(job.username.as_str(), job.password.clone()),
            user_agent: job.user_agent.clone(),
            challenged: false,
            redirects: 0,
            domains: job.domains.clone(),
        })
    }

    fn direction(&self) -> Direction {
        match self.method == Method::PUT {
            true => Direction::Upload,
            false => Direction::Download,
        }
    }

    /// Asks until there is an answer to go on with, by whatever authentication and redirects it takes.
    async fn ask(
        &mut self,
        whence: Option<(u64, &HeaderValue)>,
        body: Bytes,
    ) -> Result<Response<Incoming>, Fault> {
        self.challenged = false;
        loop {
            let response = self.once(whence, body.clone()).await?;
            let status = response.status();
            match status {
                StatusCode::OK => return Ok(response),
                StatusCode::PARTIAL_CONTENT if whence.is_some() => return Ok(response),
                _ if status.is_success() && self.direction() == Direction::Upload => {
                    return Ok(response);
                }
                StatusCode::UNAUTHORIZED if !self.challenged => {
                    self.challenged = true;
                    self.answer_challenge(&response)?;
                }
                StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                    return Err(FaultCode::TRANSFER_AUTHENTICATION.into());
                }
                _ if status.is_redirection() => self.follow(&response)?,
                _ => return Err(self.refused(status)),
            }
        }
    }

    fn refused(&self, status: StatusCode) -> Fault {
        match (self.direction(), status.is_client_error()) {
            (Direction::Upload, _) => {
                let why = format!("the file server answered {status}");
                Fault::new(FaultCode::UPLOAD_FAILURE, why)
            }
            (Direction::Download, true) => {
                let why = format!("unable to access file: the server answered {status}");
                Fault::new(FaultCode::ACCESS_FILE, why)
            }
            (Direction::Download, false) => {
                let why = format!("the file server answered {status}");
                Fault::new(FaultCode::TRANSFER_FAILURE, why)
            }
        }
    }

    async fn once(
        &mut self,
        whence: Option<(u64, &HeaderValue)>,
        body: Bytes,
    ) -> Result<Response<Incoming>, Fault> {
        let unreachable = |why: String| Fault::new(FaultCode::CONTACT_FILE_SERVER, why);
        let failed = |failure: HttpFailure| unreachable(format!("file server: {failure}"));
        let mut connection = connect(self.network, &self.uri).await.map_err(failed)?;
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder().method(&self.method).uri(path);
        if let Some(authority) = self.uri.authority() {
            request = request.header(HOST, authority.as_str());
        }
        if !self.user_agent.is_empty() {
            request = request.header(USER_AGENT, &self.user_agent);
        }
        let cnonce = format!("{:016x}", rand::random::<u64>());
        if let Some(authorization) = self.authorizer.header(self.method.as_str(), path, &cnonce) {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some((from, version)) = whence {
            request = request.header(RANGE, format!("bytes={from}-"));
            request = request.header(IF_RANGE, version);
        }
        if self.method == Method::PUT {
            request = request.header(CONTENT_TYPE, "application/octet-stream");
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| unreachable(error.to_string()))?;
        match tokio::time::timeout(STALL, connection.send(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                // The server was there; of an upload it may have taken a part.
                let code = match self.direction() {
                    Direction::Upload => broken(Direction::Upload),
                    Direction::Download => FaultCode::CONTACT_FILE_SERVER,
                };
                Err(Fault::new(code, error.to_string()))
            }
            Err(_) => Err(unreachable("the file server does not answer".into())),
        }
    }

    fn answer_challenge(&mut self, response: &Response<Incoming>) -> Result<(), Fault> {
        let headers = response.headers().get_all(WWW_AUTHENTICATE).iter();
        let headers: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
        let tls = self.uri.scheme_str() == Some("https");
        // TR-069 3.4.3: the server chooses; its password is for this file only and came with the request.
        let allowed = if tls {
            Challenge::BasicAllowed
        } else {
            Challenge::DigestOnly
        };
        self.authorizer
            .challenge(headers, allowed)
            .map_err(|why| Fault::new(FaultCode::TRANSFER_AUTHENTICATION, why.to_string()))
    }

    fn follow(&mut self, response: &Response<Incoming>) -> Result<(), Fault> {
        self.redirects += 1;
        let to = redirected(&self.uri, response).filter(|_| self.redirects <= REDIRECTS);
        // Where a file of the device may go was decided for the host of the request.
        let stays = |to: &Uri| to.host() == self.uri.host();
        let to = to.filter(|to| self.direction() == Direction::Download || stays(to));
        let Some(to) = to else {
            let code = match self.direction() {
                Direction::Download => FaultCode::ACCESS_FILE,
                Direction::Upload => FaultCode::UPLOAD_FAILURE,
            };
            return Err(Fault::new(code, "a redirect that cannot be followed"));
        };
        if !domains::allows(&self.domains, to.host().unwrap_or_default()) {
            return Err(Fault::new(FaultCode::ACCESS_FILE, outside(&to)));
        }
        self.uri = to;
        Ok(())
    }
}

fn redirected(uri: &Uri, response: &Response<Incoming>) -> Option<Uri> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    if location.starts_with('/') && !location.starts_with("//") {
        return format!("{}://{}{location}", uri.scheme_str()?, uri.authority()?)
            .parse()
            .ok();
    }
    absolute(location)
}
