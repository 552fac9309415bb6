//! Sending bulk reports: HTTP or HTTPS, with whatever authentication and redirects it takes (TR-069 N.2).

use super::http::{Network, connect};
use crate::bulk_data::{ReportJob, ReportOutcome};
use crate::device::exchange::absolute;
use crate::limits::REPORT_SECS;
use bytes::Bytes;
use cwmp::http::{Authorizer, Challenge};
use cwmp::limits::REDIRECTS;
use http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue, LOCATION, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Seconds a collector may take to answer.
const ANSWER: Duration = Duration::from_secs(30);

/// What sending needs besides the job.
#[derive(Debug, Clone)]
pub struct Reporter {
    network: Network,
    /// How many reports are under way at one time, so that a fleet opens no more connections than it may.
    room: Arc<Semaphore>,
}

impl Reporter {
    /// Sends at most `at_once` reports at one time.
    pub fn new(network: Network, at_once: usize) -> Reporter {
        let permits = at_once.clamp(1, Semaphore::MAX_PERMITS);
        Reporter {
            network,
            room: Arc::new(Semaphore::new(permits)),
        }
    }

    /// Sends reports.
    pub async fn post(&self, job: ReportJob) -> ReportOutcome {
        let permit = self.room.acquire().await;
        if permit.is_err() {
            return ReportOutcome::Failed("the device stops".into());
        }
        let whole = Duration::from_secs(REPORT_SECS);
        match tokio::time::timeout(whole, self.try_post(job)).await {
            Ok(Ok(())) => ReportOutcome::Delivered,
            Ok(Err(why)) => ReportOutcome::Failed(why),
            Err(_) => ReportOutcome::Failed(format!("no end after {REPORT_SECS} s")),
        }
    }

    async fn try_post(&self, job: ReportJob) -> Result<(), String> {
        let mut target = absolute(&job.url).ok_or("the URL cannot be read")?;
        let body = Bytes::from(job.body);
        let unasked = Authorizer::new(job.username, job.password);
        let mut authorizer = unasked.clone();
        let (mut redirects, mut challenged) = (0, false);
        loop {
            let authorization = authorization(&mut authorizer, job.method, &target);
            let mut request = build(job.method, &target, &job.headers, body.clone())?;
            request.headers_mut().extend(authorization);
            let response = self.send(&target, request).await?;
            match response.status() {
                status if status.is_success() => return Ok(()),
                StatusCode::UNAUTHORIZED if !challenged => {
                    challenged = true;
                    answer_challenge(&mut authorizer, &target, &response)?;
                }
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    redirects += 1;
                    if redirects > REDIRECTS {
                        return Err(format!("more than {REDIRECTS} redirects"));
                    }
                    let next = redirected(&target, &response)?;
                    if place(&next) != place(&target) {
                        // Another host asks on its own account, and what proved us to the first is not for it.
                        authorizer = unasked.clone();
                        challenged = false;
                    }
                    target = next;
                }
                status => return Err(format!("the collector answered {status}")),
            }
        }
    }

    async fn send(
        &self,
        target: &Uri,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, String> {
        let connection = connect(&self.network, target).await;
        let mut connection = connection.map_err(|failure| format!("collector: {failure}"))?;
        match tokio::time::timeout(ANSWER, connection.send(request)).await {
            // What stands in the body changes nothing; it goes with the connection.
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(format!("collector: {error}")),
            Err(_) => Err("the collector does not answer".into()),
        }
    }
}

fn path_of(target: &Uri) -> &str {
    target.path_and_query().map_or("/", |path| path.as_str())
}

fn place(target: &Uri) -> (Option<&str>, Option<&str>) {
    let authority = target.authority().map(|authority| authority.as_str());
    (target.scheme_str(), authority)
}

fn is_tls(target: &Uri) -> bool {
    let scheme = target.scheme_str();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

fn authorization(
    authorizer: &mut Authorizer,
    method: &str,
    target: &Uri,
) -> Option<(HeaderName, HeaderValue)> {
    let cnonce = format!("{:016x}", rand::random::<u64>());
    let text = authorizer.header(method, path_of(target), &cnonce)?;
    Some((AUTHORIZATION, HeaderValue::from_str(&text).ok()?))
}

fn build(
    method: &'static str,
    target: &Uri,
    headers: &[(&'static str, String)],
    body: Bytes,
) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::builder().method(method).uri(path_of(target));
    if let Some(authority) = target.authority() {
        // Whoever names a user in a URL does not mean it for this header.
        let authority = authority.as_str();
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        request = request.header(HOST, host);
    }
    for (name, value) in headers {
        request = request.header(*name, value.as_str());
    }
    let request = request.body(Full::new(body));
    request.map_err(|error| format!("no request can be made: {error}"))
}

/// TR-181 BulkData.Profile.{i}.HTTP: Basic and Digest; Basic only where nobody reads along.
fn answer_challenge(
    authorizer: &mut Authorizer,
    target: &Uri,
    response: &Response<Incoming>,
) -> Result<(), String> {
    let headers = response.headers().get_all(WWW_AUTHENTICATE).iter();
    let headers: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
    let allowed = match is_tls(target) {
        true => Challenge::BasicAllowed,
        false => Challenge::DigestOnly,
    };
    let answered = authorizer.challenge(headers, allowed);
    answered.map_err(|why| why.to_string())
}

fn redirected(target: &Uri, response: &Response<Incoming>) -> Result<Uri, String> {
    let location = response.headers().get(LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    let next = location.and_then(|location| {
        if !location.starts_with('/') || location.starts_with("//") {
            return absolute(location);
        }
        let (scheme, authority) = (target.scheme_str()?, target.authority()?);
        format!("{scheme}://{authority}{location}").parse().ok()
    });
    let next = next.ok_or("a redirect without a usable Location")?;
    if is_tls(target) && !is_tls(&next) {
        return Err("a redirect from https to http is not followed".into());
    }
    Ok(next)
}
