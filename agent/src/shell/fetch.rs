//! Fetching an image: HTTP or HTTPS, checked while it streams, written to the inactive slot.

use super::http::{Network, connect};
use super::slots::{SlotStore, SlotWriter};
use crate::device::io::{HttpFailure, TransferJob, TransferOutcome};
use crate::firmware::ImageHeader;
use crate::limits::{FILE_BYTES, TRANSFER_SECS};
use bytes::Bytes;
use cwmp::http::{Authorizer, Challenge};
use cwmp::limits::REDIRECTS;
use cwmp::{Fault, FaultCode};
use data_model::firmware::{HEADER_BYTES, ImageError, SignedHeader};
use ed25519_dalek::VerifyingKey;
use http::header::{AUTHORIZATION, HOST, LOCATION, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Seconds without a byte after which a transfer is given up.
const STALL: Duration = Duration::from_secs(60);

/// What fetching needs besides the job.
#[derive(Debug, Clone)]
pub struct FetchConfig {
    /// How connections are made.
    pub network: Network,
    /// Where the image goes.
    pub slots: SlotStore,
    /// Whose images are run.
    pub trusted: Vec<VerifyingKey>,
}

/// Fetches, checks and keeps one image.
pub async fn fetch(config: &FetchConfig, job: TransferJob) -> TransferOutcome {
    let whole = Duration::from_secs(TRANSFER_SECS);
    match tokio::time::timeout(whole, try_fetch(config, job)).await {
        Ok(Ok(header)) => TransferOutcome::Staged(header),
        Ok(Err(fault)) => TransferOutcome::Failed(fault),
        Err(_) => {
            let why = format!("the transfer took more than {TRANSFER_SECS} s");
            TransferOutcome::Failed(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why))
        }
    }
}

async fn try_fetch(config: &FetchConfig, job: TransferJob) -> Result<ImageHeader, Fault> {
    let response = request(config, &job).await?;
    let mut body = response.into_body();
    let mut image = Image::new(config);
    let mut received = 0u64;
    while let Some(frame) = next_frame(&mut body).await? {
        received += frame.len() as u64;
        if received > FILE_BYTES {
            let why = format!("the file is larger than {FILE_BYTES} bytes");
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        image.take(&frame, &job)?;
    }
    image.finish()
}

async fn next_frame(body: &mut Incoming) -> Result<Option<Bytes>, Fault> {
    loop {
        let frame = tokio::time::timeout(STALL, body.frame()).await;
        let broken = |why: String| Fault::new(FaultCode::COMPLETE_DOWNLOAD, why);
        match frame {
            Err(_) => return Err(broken(format!("no byte for {} s", STALL.as_secs()))),
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => return Err(broken(format!("broken off: {error}"))),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// Asks for the file, with whatever authentication and redirects it takes (TR-069 3.4.3).
async fn request(config: &FetchConfig, job: &TransferJob) -> Result<Response<Incoming>, Fault> {
    let mut uri: Uri = job
        .url
        .parse()
        .map_err(|_| Fault::new(FaultCode::CONTACT_FILE_SERVER, "the URL cannot be read"))?;
    let mut authorizer = Authorizer::new(job.username.as_str(), job.password.clone());
    let mut redirects = 0;
    let mut challenged = false;
    loop {
        let response = send(config, &uri, &mut authorizer).await?;
        match response.status() {
            StatusCode::OK => return Ok(response),
            StatusCode::UNAUTHORIZED if !challenged => {
                challenged = true;
                answer_challenge(&mut authorizer, &uri, &response)?;
            }
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                return Err(FaultCode::TRANSFER_AUTHENTICATION.into());
            }
            status if status.is_redirection() => {
                redirects += 1;
                uri = redirected(&uri, &response)
                    .filter(|_| redirects <= REDIRECTS)
                    .ok_or_else(|| {
                        Fault::new(FaultCode::ACCESS_FILE, "a redirect that cannot be followed")
                    })?;
            }
            status if status.is_client_error() => {
                let why = format!("unable to access file: the server answered {status}");
                return Err(Fault::new(FaultCode::ACCESS_FILE, why));
            }
            status => {
                let why = format!("the file server answered {status}");
                return Err(Fault::new(FaultCode::TRANSFER_FAILURE, why));
            }
        }
    }
}

async fn send(
    config: &FetchConfig,
    uri: &Uri,
    authorizer: &mut Authorizer,
) -> Result<Response<Incoming>, Fault> {
    let unreachable = |failure: HttpFailure| {
        Fault::new(
            FaultCode::CONTACT_FILE_SERVER,
            format!("file server: {failure}"),
        )
    };
    let mut connection = connect(&config.network, uri).await.map_err(unreachable)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder().method("GET").uri(path);
    if let Some(authority) = uri.authority() {
        request = request.header(HOST, authority.as_str());
    }
    let cnonce = format!("{:016x}", rand::random::<u64>());
    if let Some(authorization) = authorizer.header("GET", path, &cnonce) {
        request = request.header(AUTHORIZATION, authorization);
    }
    let request = request
        .body(Full::new(Bytes::new()))
        .map_err(|error| Fault::new(FaultCode::CONTACT_FILE_SERVER, error.to_string()))?;
    let answer = tokio::time::timeout(STALL, connection.send(request)).await;
    match answer {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(Fault::new(
            FaultCode::CONTACT_FILE_SERVER,
            error.to_string(),
        )),
        Err(_) => Err(Fault::new(
            FaultCode::CONTACT_FILE_SERVER,
            "the file server does not answer",
        )),
    }
}

fn answer_challenge(
    authorizer: &mut Authorizer,
    uri: &Uri,
    response: &Response<Incoming>,
) -> Result<(), Fault> {
    let headers = response.headers().get_all(WWW_AUTHENTICATE).iter();
    let headers: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
    let tls = uri.scheme_str() == Some("https");
    // TR-069 3.4.3: the server chooses; its password is for this file only and came with the request.
    let allowed = if tls {
        Challenge::BasicAllowed
    } else {
        Challenge::DigestOnly
    };
    authorizer
        .challenge(headers, allowed)
        .map_err(|why| Fault::new(FaultCode::TRANSFER_AUTHENTICATION, why.to_string()))
}

fn redirected(uri: &Uri, response: &Response<Incoming>) -> Option<Uri> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    if location.starts_with('/') && !location.starts_with("//") {
        return format!("{}://{}{location}", uri.scheme_str()?, uri.authority()?)
            .parse()
            .ok();
    }
    crate::device::exchange::absolute(location)
}

/// An image as it streams in.
struct Image<'c> {
    config: &'c FetchConfig,
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
    fn new(config: &'c FetchConfig) -> Image<'c> {
        Image {
            config,
            front: Vec::new(),
            open: None,
        }
    }

    fn take(&mut self, bytes: &[u8], job: &TransferJob) -> Result<(), Fault> {
        if let Some(open) = &mut self.open {
            return open.take(bytes);
        }
        self.front.extend_from_slice(bytes);
        let read = ImageHeader::read(&self.front, &self.config.trusted);
        let Some(SignedHeader { header, length }) = read.map_err(refused)? else {
            return Ok(());
        };
        if header.bytes > FILE_BYTES {
            let why = format!("the image has more than {FILE_BYTES} bytes");
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        let writer = self
            .config
            .slots
            .begin(job.slot)
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

    fn finish(self) -> Result<ImageHeader, Fault> {
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
        ImageError::Untrusted => FaultCode::FILE_AUTHENTICATION,
    };
    Fault::new(code, error.to_string())
}

fn disk(error: &std::io::Error) -> Fault {
    Fault::new(
        FaultCode::TRANSFER_FAILURE,
        format!("the image cannot be written: {error}"),
    )
}
