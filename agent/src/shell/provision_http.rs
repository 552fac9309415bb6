//! Files of the vendor's own provisioning by HTTP and HTTPS: which status means what (result classes of the guide).

use super::http::{Network, connect};
use super::transfers::{STALL, Sink};
use crate::device::exchange::absolute;
use crate::device::io::{Provision, TransferJob, TransferOutcome, Verb};
use crate::limits::{PROVISION_AUTHENTICATIONS, PROVISION_REDIRECTS};
use bytes::Bytes;
use cwmp::http::{Authorizer, Challenge};
use cwmp::{Fault, FaultCode};
use data_model::Secret;
use data_model::provisioning::domains;
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, LOCATION, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, USER_AGENT, WWW_AUTHENTICATE,
};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;

/// Moves one file. A status that ends it is an outcome of its own.
pub(super) async fn carry_out(
    network: &Network,
    job: &TransferJob,
    provision: &Provision,
    mut sink: Sink<'_>,
) -> Result<TransferOutcome, Fault> {
    let (method, body) = match &provision.verb {
        Verb::Get => (Method::GET, Bytes::new()),
        Verb::PostAndFetch(content) | Verb::Post(content) => {
            (Method::POST, Bytes::copy_from_slice(&content.0))
        }
        Verb::Put(content) => (Method::PUT, Bytes::copy_from_slice(&content.0)),
    };
    let unreadable = |_| contact("the URL cannot be read");
    let mut asking = Asking {
        network,
        user_agent: &job.user_agent,
        method,
        body,
        uri: job.url.parse().map_err(unreadable)?,
        authorizer: Authorizer::new(job.username.as_str(), job.password.clone()),
        by_proxy: false,
        domains: &job.domains,
    };
    let (mut redirects, mut authentications) = (0, 0);
    loop {
        let response = asking.once().await?;
        let status = response.status();
        match status {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => {
                redirects += 1;
                if redirects > PROVISION_REDIRECTS {
                    return Err(contact("the server redirects without end"));
                }
                asking.follow(&response)?;
            }
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                authentications += 1;
                let tries = authentications <= PROVISION_AUTHENTICATIONS;
                if !tries || !asking.answer_challenge(&response) {
                    return Ok(TransferOutcome::Answered(status.as_u16()));
                }
            }
            _ if matches!(provision.verb, Verb::Post(_) | Verb::Put(_)) => {
                return Ok(match status.is_success() {
                    true => TransferOutcome::Sent,
                    false => TransferOutcome::Answered(status.as_u16()),
                });
            }
            StatusCode::OK => {
                let coded = is_coded(&response);
                read(response.into_body(), &mut sink).await?;
                return Ok(match sink.finish()? {
                    TransferOutcome::Fetched(content) if coded => TransferOutcome::Coded(content),
                    outcome => outcome,
                });
            }
            _ => return Ok(TransferOutcome::Answered(status.as_u16())),
        }
    }
}

/// Whether the server names `aes128gcm` (RFC 8188) among the codings of a body; others show in its first bytes.
fn is_coded(response: &Response<Incoming>) -> bool {
    let headers = response.headers().get_all(CONTENT_ENCODING).iter();
    let mut codings = headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| coding.trim().eq_ignore_ascii_case("aes128gcm"))
}

fn contact(why: impl Into<String>) -> Fault {
    Fault::new(FaultCode::CONTACT_FILE_SERVER, why.into())
}

async fn read(mut body: Incoming, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let broken = |why: String| Fault::new(FaultCode::COMPLETE_DOWNLOAD, why);
    let mut received = 0;
    loop {
        match tokio::time::timeout(STALL, body.frame()).await {
            Err(_) => return Err(broken(format!("no byte for {} s", STALL.as_secs()))),
            Ok(None) => return Ok(()),
            Ok(Some(Err(error))) => return Err(broken(format!("broken off: {error}"))),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    received += data.len() as u64;
                    sink.take(&data, received)?;
                }
            }
        }
    }
}

/// Why a redirect is not followed.
pub(super) fn outside(to: &Uri) -> String {
    let host = to.host().unwrap_or_default();
    format!("a redirect to {host}, which is not in Restricted_Access_Domains")
}

/// A request that is repeated until it has an answer that counts.
struct Asking<'n> {
    network: &'n Network,
    user_agent: &'n str,
    method: Method,
    body: Bytes,
    uri: Uri,
    authorizer: Authorizer,
    /// It was a proxy that wanted to know who asks.
    by_proxy: bool,
    /// Where a redirect may lead.
    domains: &'n str,
}

impl Asking<'_> {
    async fn once(&mut self) -> Result<Response<Incoming>, Fault> {
        let connection = connect(self.network, &self.uri).await;
        let mut connection = connection.map_err(|failure| contact(format!("server: {failure}")))?;
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder().method(&self.method).uri(path);
        if let Some(authority) = self.uri.authority() {
            request = request.header(HOST, authority.as_str());
        }
        request = request.header(USER_AGENT, self.user_agent);
        let cnonce = format!("{:016x}", rand::random::<u64>());
        if let Some(credentials) = self.authorizer.header(self.method.as_str(), path, &cnonce) {
            let name = if self.by_proxy {
                PROXY_AUTHORIZATION
            } else {
                AUTHORIZATION
            };
            request = request.header(name, credentials);
        }
        if self.method != Method::GET {
            request = request.header(CONTENT_TYPE, "application/octet-stream");
        }
        let request = request.body(Full::new(self.body.clone()));
        let request = request.map_err(|error| contact(error.to_string()))?;
        match tokio::time::timeout(STALL, connection.send(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(contact(error.to_string())),
            Err(_) => Err(contact("the server does not answer")),
        }
    }

    /// Whether there is an answer to give. The credentials stand in the rule for this server, so Basic is answered as
    /// the guide has it, with TLS or without.
    fn answer_challenge(&mut self, response: &Response<Incoming>) -> bool {
        self.by_proxy = response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED;
        let name = if self.by_proxy {
            PROXY_AUTHENTICATE
        } else {
            WWW_AUTHENTICATE
        };
        let headers = response.headers().get_all(name).iter();
        let headers: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
        self.authorizer
            .challenge(headers, Challenge::BasicAllowed)
            .is_ok()
    }

    /// Goes where the server sends it; not from https to http, not to another host with what is secret.
    fn follow(&mut self, response: &Response<Incoming>) -> Result<(), Fault> {
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|it| it.to_str().ok());
        let location = location.unwrap_or_default();
        let to = match location.starts_with('/') && !location.starts_with("//") {
            true => {
                let scheme = self.uri.scheme_str().unwrap_or_default();
                let authority = self.uri.authority().map_or("", |it| it.as_str());
                format!("{scheme}://{authority}{location}").parse().ok()
            }
            false => absolute(location),
        };
        let downgrade =
            |to: &Uri| self.uri.scheme_str() == Some("https") && to.scheme_str() != Some("https");
        let to = to.filter(|to| !downgrade(to));
        let Some(to) = to else {
            return Err(contact("a redirect that cannot be followed"));
        };
        if !domains::allows(self.domains, to.host().unwrap_or_default()) {
            return Err(contact(outside(&to)));
        }
        if to.authority() != self.uri.authority() {
            if self.method != Method::GET {
                return Err(contact(
                    "a redirect to another host, for a file of the device",
                ));
            }
            self.authorizer = Authorizer::new("", Secret::new(""));
        }
        self.uri = to;
        Ok(())
    }
}
