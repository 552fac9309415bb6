//! A client of the server's REST API, for the commands that show and change what a running server keeps.
//!
//! Long because requests, lists and downloads share one way to the server, and one way to say what went wrong on it.

use bytes::Bytes;
use data_model::{OperatorError, Secret};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Time for a connection: a server that is there answers at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for an answer: the slowest ones wait for a device.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Speaks to one server as one user.
#[derive(Clone)]
pub struct Client {
    host: String,
    port: u16,
    tls: Option<TlsConnector>,
    token: Secret,
}

/// Why the server did not do what it was asked for.
#[derive(Debug)]
pub struct Failure {
    /// What it answered; `None` if it could not be reached.
    pub status: Option<StatusCode>,
    /// The error in words.
    pub error: OperatorError,
}

impl From<Failure> for OperatorError {
    fn from(failure: Failure) -> OperatorError {
        failure.error
    }
}

/// What a request gives.
pub type Answer<T> = Result<T, Failure>;

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.url())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the server at a URL such as `https://acs.example.net:3000`, with a token or without one.
    ///
    /// # Errors
    /// If the URL or the file of authorities cannot be used.
    pub fn new(url: &str, ca_file: Option<&Path>, token: Secret) -> Result<Client, OperatorError> {
        let unusable = |why: &dyn Display| {
            let fix = "give --server a URL such as https://acs.example.net:3000";
            OperatorError::new(format!("`{url}` is no URL of a server"), why, fix)
        };
        let uri: Uri = url.parse().map_err(|error| unusable(&error))?;
        let tls = match uri.scheme_str() {
            Some("http") => None,
            Some("https") => Some(connector(ca_file)?),
            _ => return Err(unusable(&"it begins with neither http:// nor https://")),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(unusable(&"there is something behind host and port"));
        }
        let host = uri.host().ok_or_else(|| unusable(&"it names no host"))?;
        let usual = if tls.is_some() { 443 } else { 80 };
        Ok(Client {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(usual),
            tls,
            token,
        })
    }

    /// Signs in at an address of this host.
    ///
    /// # Errors
    /// If the server cannot be reached or does not accept the password.
    pub async fn sign_in(
        address: SocketAddr,
        user: &str,
        password: &Secret,
    ) -> Result<Client, OperatorError> {
        let nobody = Client::new(&format!("http://{address}"), None, Secret::default())?;
        let answer = nobody.token(user, password).await?;
        Ok(Client {
            token: Secret::new(answer["token"].as_str().unwrap_or_default()),
            ..nobody
        })
    }

    /// Asks for a token.
    ///
    /// # Errors
    /// If the server cannot be reached or does not accept the password.
    pub async fn token(&self, user: &str, password: &Secret) -> Answer<Value> {
        let body = json!({ "user": user, "password": password.reveal() });
        self.post("/sign-in", body).await
    }

    /// The server, as a URL.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// GET
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn get(&self, path: &str) -> Answer<Value> {
        self.send(Method::GET, path, None).await
    }

    /// POST
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn post(&self, path: &str, body: Value) -> Answer<Value> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// PUT
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn put(&self, path: &str, body: Value) -> Answer<Value> {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// DELETE
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn delete(&self, path: &str) -> Answer<Value> {
        self.send(Method::DELETE, path, None).await
    }

    /// POST of a file.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn upload(&self, path: &str, bytes: Vec<u8>) -> Answer<Value> {
        let kind = "application/octet-stream";
        let bytes = self
            .exchange(Method::POST, path, bytes.into(), kind)
            .await?;
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// The bytes of an answer that is no JSON.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn bytes(&self, method: Method, path: &str) -> Answer<Bytes> {
        self.exchange(method, path, Bytes::new(), "application/json")
            .await
    }

    /// The bytes of an answer, into a file as they come. A file that is there already is replaced when all is well.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses, the answer breaks off, or the file cannot be written.
    pub async fn download(&self, method: Method, path: &str, file: &Path) -> Answer<u64> {
        let (what, request) = self.request(method, path, Bytes::new(), "application/json")?;
        let broke = |why: &dyn Display| Failure {
            status: None,
            error: OperatorError::new(what.clone(), why, "look at the server's log"),
        };
        let stream = self.connect().await.map_err(|error| broke(&error))?;
        let response = send(stream, request).await.map_err(|error| broke(&error))?;
        let status = response.status();
        let mut body = response.into_body();
        if !status.is_success() {
            let bytes = body.collect().await.map_err(|error| broke(&error))?;
            return Err(refused(what, status, &bytes.to_bytes()));
        }
        let unfinished = file.with_extension("unfinished");
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut writer = options
            .open(&unfinished)
            .await
            .map_err(|error| broke(&error))?;
        let mut count = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| broke(&error))?;
            if let Some(bytes) = frame.data_ref() {
                let written = writer.write_all(bytes).await;
                written.map_err(|error| broke(&error))?;
                count += bytes.len() as u64;
            }
        }
        writer.sync_all().await.map_err(|error| broke(&error))?;
        std::fs::rename(&unfinished, file).map_err(|error| broke(&error))?;
        Ok(count)
    }

    /// Every element of a list, page by page; a list that does not come in pages is taken as it is.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn all(&self, path: &str) -> Answer<Vec<Value>> {
        self.some(path, usize::MAX).await
    }

    /// The first elements of a list, at most so many.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn some(&self, path: &str, most: usize) -> Answer<Vec<Value>> {
        let mut items: Vec<Value> = Vec::new();
        let mut after = String::new();
        let joint = if path.contains('?') { '&' } else { '?' };
        while items.len() < most {
            let limit = (most - items.len()).min(1000);
            let address = format!("{path}{joint}limit={limit}{after}");
            let mut page = self.get(&address).await?;
            let (list, next) = match page {
                Value::Array(list) => (list, None),
                _ => match page["items"].take() {
                    Value::Array(list) => {
                        (list, page["next"].as_str().map(crate::address::segment))
                    }
                    _ => break,
                },
            };
            items.extend(list);
            match next {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        items.truncate(most);
        Ok(items)
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer<Value> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let bytes = self
            .exchange(method, path, Bytes::from(body), "application/json")
            .await?;
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        content_type: &str,
    ) -> Answer<Bytes> {
        let (what, request) = self.request(method, path, body, content_type)?;
        let stream = self
            .connect()
            .await
            .map_err(|error| unreachable(&what, &error))?;
        let answered = tokio::time::timeout(ANSWER_TIMEOUT, answer(stream, request)).await;
        let (status, bytes) = answered
            .map_err(|_| unreachable(&what, &"no answer came in time"))?
            .map_err(|error| unreachable(&what, &error))?;
        if status.is_success() {
            return Ok(bytes);
        }
        Err(refused(what, status, &bytes))
    }

    /// A request, and what it is called when it goes wrong.
    fn request(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        content_type: &str,
    ) -> Answer<(String, Request<Full<Bytes>>)> {
        let what = format!("the server at {} did not do {method} {path}", self.url());
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("/api/v1{path}"))
            .header(HOST, self.authority())
            .header(CONTENT_TYPE, content_type);
        if !self.token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", self.token.reveal()));
        }
        let request = request.body(Full::new(body));
        match request {
            Ok(request) => Ok((what, request)),
            Err(error) => Err(unreachable(&what, &error)),
        }
    }

    async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let late = || std::io::Error::from(std::io::ErrorKind::TimedOut);
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await;
        let stream = stream.map_err(|_| late())??;
        let Some(tls) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::try_from(self.host.clone()).map_err(std::io::Error::other)?;
        let handshake = tokio::time::timeout(CONNECT_TIMEOUT, tls.connect(name, stream)).await;
        Ok(Box::new(handshake.map_err(|_| late())??))
    }
}

/// What a connection is read from and written to.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

async fn send(
    stream: Box<dyn Stream>,
    request: Request<Full<Bytes>>,
) -> hyper::Result<Response<Incoming>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the response; its errors come out of the request.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    sender.send_request(request).await
}

async fn answer(
    stream: Box<dyn Stream>,
    request: Request<Full<Bytes>>,
) -> hyper::Result<(StatusCode, Bytes)> {
    let response = send(stream, request).await?;
    let status = response.status();
    Ok((status, response.into_body().collect().await?.to_bytes()))
}

fn unreachable(what: &str, why: &dyn Display) -> Failure {
    let fix = "see that the server runs there, and that --server names it";
    Failure {
        status: None,
        error: OperatorError::new(what, why, fix),
    }
}

/// A refusal, in the server's own words where it has some.
fn refused(what: String, status: StatusCode, body: &[u8]) -> Failure {
    let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |name: &str| value[name].as_str().filter(|text| !text.is_empty());
    let why = match (text("error"), text("why")) {
        (Some(error), Some(why)) => format!("{error} ({}): {why}", status.as_u16()),
        (Some(one), None) | (None, Some(one)) => format!("{one} ({})", status.as_u16()),
        (None, None) => status.to_string(),
    };
    let fix = match status {
        StatusCode::UNAUTHORIZED => "sign in with `dialtone sign-in`, or set DIALTONE_TOKEN",
        _ => text("fix").unwrap_or("look at the server's log"),
    };
    Failure {
        status: Some(status),
        error: OperatorError::new(what, why, fix),
    }
}

fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, OperatorError> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unusable = |why: &dyn Display| {
                let what = format!("cannot use the file {}", path.display());
                OperatorError::new(what, why, "give --ca-file certificates in PEM")
            };
            let found = CertificateDer::pem_file_iter(path).map_err(|error| unusable(&error))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| unusable(&error))?;
                roots.add(certificate).map_err(|error| unusable(&error))?;
            }
            if roots.is_empty() {
                return Err(unusable(&"there is no certificate in it"));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| OperatorError::new("TLS cannot be used", error, "report this"))?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_its_url() {
        let url = |text: &str| Client::new(text, None, Secret::default()).map(|it| it.url());
        for (given, meant) in [
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://acs.example.net/", "http://acs.example.net:80"),
            ("https://acs.example.net", "https://acs.example.net:443"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(url(given).unwrap(), meant);
        }
        for bad in ["127.0.0.1:3000", "ftp://a", "http://a/b", "http://a?b", ""] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }
}
