//! Reports: what a device sends by its `Report_Rule`, as its observed state.
//!
//! Who reports is known before a byte of the report is read: by the token in the path, or by certificate.

use super::asker::{self, masked};
use super::keys::hash_of_token;
use super::{NoAnswer, Request, Transport, keep};
use crate::app::App;
use crate::clock;
use crate::limits::REPORT_BYTES;
use crate::metrics::Metrics;
use crate::provisioning::flat_profile::device_type;
use crate::provisioning::reported::read_report;
use crate::provisioning::user_agent;
use crate::store::Device;
use data_model::Secret;
use data_model::provisioning::encryption::open;

/// What the paths of reports begin with; the token of the device's key follows.
pub const REPORT_PATH: &str = "/report/";

/// Somebody who may report, and for whom.
#[derive(Debug)]
pub struct Reporter {
    device: Device,
    key: Option<Secret>,
    proof: Proof,
}

/// What whoever reports has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// The token in the path and no more: people may have seen it, and logs of proxies.
    Token,
    /// The certificate of the device.
    Certificate,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is kept.
    Kept,
    /// It cannot be read.
    Bad,
    /// It came in clear on a line that is not private.
    Refused,
    /// Nobody who may report.
    NotFound,
    /// Not at this moment.
    Unavailable,
}

/// Finds out who wants to report.
///
/// # Errors
/// What to answer if it is nobody.
pub async fn reporter(app: &App, request: &Request<'_>) -> Result<Reporter, Received> {
    let found = find(app, request).await.map_err(|error| {
        tracing::error!(%error, "a report cannot be taken");
        Received::Unavailable
    })?;
    found.ok_or_else(|| {
        Metrics::count(&app.metrics.provisioning_requests, "report_refused");
        let path = masked(request.path);
        tracing::info!(address = %request.address, path, "a report of nobody this server knows");
        Received::NotFound
    })
}

async fn find(app: &App, request: &Request<'_>) -> Result<Option<Reporter>, NoAnswer> {
    let Some(provisioner) = &app.provisioner else {
        return Ok(None);
    };
    let store = &app.store;
    let certified = match &request.certificate {
        Some(holder) => asker::certified(app, holder).await?,
        None => None,
    };
    let by_certificate = certified.as_ref().map(|device| device.id);
    let device = match asker::report_token(request.path) {
        Some(token) => {
            let used = store.provisioning_token_used(hash_of_token(token), clock::now());
            match used.await? {
                Some(id) => store.device_find(id).await?,
                None => None,
            }
        }
        None => certified,
    };
    let Some(device) = device else {
        return Ok(None);
    };
    let proof = match by_certificate == Some(device.id) {
        true => Proof::Certificate,
        false => Proof::Token,
    };
    let keys = store.provisioning_keys(device.id).await?;
    let key = keys.map(|keys| provisioner.master.reveal(device.id, &keys.current));
    let key = key.transpose()?;
    Ok(Some(Reporter { device, key, proof }))
}

/// Takes a report, and keeps it as a contact of the device. It is on stable storage before the device hears of it.
pub async fn receive(
    app: &App,
    request: &Request<'_>,
    reporter: &Reporter,
    bytes: &[u8],
) -> Received {
    let (received, outcome) = match take(app, request, reporter, bytes).await {
        Ok(Ok(())) => (Received::Kept, "report kept".to_owned()),
        Ok(Err((received, why))) => (received, format!("report refused: {why}")),
        Err(error) => {
            tracing::error!(%error, device = %reporter.device.id, "a report cannot be kept");
            (Received::Unavailable, "report failed".to_owned())
        }
    };
    let counted = match received {
        Received::Kept => "report",
        Received::Bad | Received::Refused | Received::NotFound => "report_refused",
        Received::Unavailable => "unavailable",
    };
    Metrics::count(&app.metrics.provisioning_requests, counted);
    let agent = request.user_agent.and_then(user_agent::read);
    keep(app, request, Some(&reporter.device), agent, &outcome).await;
    received
}

type Taken = Result<(), (Received, String)>;

async fn take(
    app: &App,
    request: &Request<'_>,
    reporter: &Reporter,
    bytes: &[u8],
) -> Result<Taken, NoAnswer> {
    let bad = |why: String| Ok(Err((Received::Bad, why)));
    if bytes.len() > REPORT_BYTES {
        return bad(format!("it has more than {REPORT_BYTES} bytes"));
    }
    let encrypted = bytes.starts_with(b"Salted__");
    if !encrypted && request.transport != Transport::Https {
        // Whoever has seen the path on its way could send it.
        let why = "it is not encrypted, and the line is not private";
        return Ok(Err((Received::Refused, why.into())));
    }
    if !encrypted && reporter.proof == Proof::Token {
        let why = "it is not encrypted, and there is no certificate";
        return Ok(Err((Received::Refused, why.into())));
    }
    let key = reporter.key.as_ref().filter(|_| encrypted);
    let document = match open(bytes, key) {
        Ok(document) => document,
        Err(why) => return bad(why.to_string()),
    };
    let device = &reporter.device;
    let Some(ty) = device_type(&device.product_class) else {
        return bad(format!(
            "nobody knows the elements of the product class `{}`",
            device.product_class
        ));
    };
    let now = clock::now();
    let (mut report, observed) = match read_report(&ty, &document, now) {
        Ok(read) => read,
        Err(why) => return bad(why),
    };
    report.address = request.address.to_string();
    report.transport = request.transport.name().into();
    report.encrypted = encrypted;
    let kept = app
        .store
        .report_record(device.id, report, observed, now)
        .await?;
    Ok(match kept {
        Some(()) => Ok(()),
        None => Err((Received::NotFound, "the device was forgotten".into())),
    })
}
