//! The vendor's own provisioning: what a device that resyncs is answered, whatever road it comes by.
//!
//! [`serve`] is the whole of it for HTTP, HTTPS and TFTP. A device without a key gets its first profile, which gives it
//! one, if it proves who it is by certificate or while an operator has opened a window for it; from then on its profile
//! is encrypted for it alone. Nothing here takes an order: whatever changes something goes through the API.

pub mod activation;
pub mod asker;
pub mod certificate;
pub mod document;
mod guesses;
pub mod http;
pub mod keys;
pub mod listeners;
mod provisioner;
pub mod reports;
pub mod tftp;

use crate::app::App;
use crate::clock;
use crate::metrics::Metrics;
use crate::provisioning::flat_profile::Secrets;
use crate::provisioning::user_agent::{self, UserAgent};
use crate::store::{Actor, Contact, Device, ProvisioningKeys, StoreError};
use asker::{Asker, Proof};
use bytes::Bytes;
use certificate::Holder;
use data_model::Secret;
use document::{Document, Wanted};
use keys::Sealed;
pub use provisioner::Provisioner;
use std::net::IpAddr;

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// In clear.
    Http,
    /// Private.
    Https,
    /// In clear.
    Tftp,
}

impl Transport {
    /// Its name in contacts and URLs.
    pub fn name(self) -> &'static str {
        match self {
            Transport::Http => "http",
            Transport::Https => "https",
            Transport::Tftp => "tftp",
        }
    }
}

/// A request for a profile.
#[derive(Debug)]
pub struct Request<'a> {
    /// The path, without its query; it begins with a slash.
    pub path: &'a str,
    /// Where it comes from.
    pub address: IpAddr,
    /// By what.
    pub transport: Transport,
    /// The host and port the device called us by, if it said so.
    pub host: Option<&'a str>,
    /// What it says of itself.
    pub user_agent: Option<&'a str>,
    /// Whose certificate it holds; checked against the authorities of devices.
    pub certificate: Option<Holder>,
}

/// What a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A profile.
    Profile {
        /// As it travels.
        bytes: Bytes,
        /// Changes with the bytes, and only with them.
        tag: String,
        /// Whether it is encrypted.
        encrypted: bool,
    },
    /// There is nothing for this path.
    NotFound,
    /// There is something, for a device that proves who it is.
    Refused,
    /// Not at this moment.
    Unavailable,
}

/// Why a device gets no profile.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sealed(#[from] Sealed),
    #[error(transparent)]
    Profile(#[from] crate::files::profiles::NoProfile),
}

/// Answers a request, and keeps it as a contact of the device.
pub async fn serve(app: &App, request: &Request<'_>) -> Answer {
    let Some(provisioner) = &app.provisioner else {
        return Answer::NotFound;
    };
    if let Some(answer) = activation::customer(app, provisioner, request).await {
        return answer;
    }
    let (device, answer) = match asker::find(app, &provisioner.patterns.get(), request).await {
        Err(error) => (None, Err(error.into())),
        Ok(Asker::Nobody) => (None, Ok((Answer::NotFound, "unknown"))),
        Ok(Asker::Anybody) => (None, Ok(common(app, request))),
        Ok(Asker::Contradiction(device)) => {
            let why = "refused: the path names another device than the certificate";
            (Some(device), Ok((Answer::Refused, why)))
        }
        Ok(Asker::Device {
            device,
            proof,
            common_path,
        }) => {
            let asked = Asked {
                app,
                provisioner,
                request,
                device: &device,
            };
            let answer = asked.answer(proof, common_path).await;
            (Some(device), answer)
        }
    };
    let (answer, outcome) = answer.unwrap_or_else(|error: NoAnswer| {
        tracing::error!(%error, path = asker::masked(request.path), "a profile cannot be served");
        (Answer::Unavailable, "failed")
    });
    let counted = match &answer {
        Answer::Profile { .. } => "profile",
        Answer::NotFound => "not_found",
        Answer::Refused => "refused",
        Answer::Unavailable => "unavailable",
    };
    Metrics::count(&app.metrics.provisioning_requests, counted);
    let agent = request.user_agent.and_then(user_agent::read);
    keep(app, request, device.as_deref(), agent, outcome).await;
    answer
}

/// Keeps the contact. That it cannot be kept is no reason to leave the device without its profile.
async fn keep(
    app: &App,
    request: &Request<'_>,
    device: Option<&Device>,
    agent: Option<UserAgent>,
    outcome: &str,
) {
    let path = asker::masked(request.path);
    let Some(device) = device else {
        tracing::info!(address = %request.address, path, outcome, "a request for a profile");
        return;
    };
    let contact = Contact {
        at: clock::now(),
        address: request.address.to_string(),
        transport: request.transport.name().into(),
        path,
        agent,
        outcome: outcome.into(),
    };
    tracing::debug!(device = %device.id, outcome, "a device has asked for its profile");
    if let Err(error) = app.store.contact_add(device.id, contact).await {
        tracing::warn!(%error, device = %device.id, "a contact cannot be kept");
    }
}

/// Keeps that a device has fetched an image, if its user agent says which one it is.
async fn keep_image(app: &App, request: &Request<'_>, file: &str) {
    let Some(agent) = request.user_agent.and_then(user_agent::read) else {
        return;
    };
    match asker::named(app, &agent).await {
        Ok(device) => {
            let outcome = format!("image {file} sent");
            keep(app, request, device.as_deref(), Some(agent), &outcome).await;
        }
        Err(error) => tracing::warn!(%error, "a contact cannot be kept"),
    }
}

/// The profile that is everybody's: it only says where a device finds its own.
fn common(app: &App, request: &Request<'_>) -> (Answer, &'static str) {
    match &app.live().provisioning.common_rule {
        None => (Answer::NotFound, "unknown"),
        Some(rule) => {
            tracing::debug!(address = %request.address, "the common profile is sent");
            (document::common(rule).into_answer(), "common profile sent")
        }
    }
}

/// A request of a known device.
struct Asked<'a> {
    app: &'a App,
    provisioner: &'a Provisioner,
    request: &'a Request<'a>,
    device: &'a Device,
}

impl Asked<'_> {
    async fn answer(
        &self,
        proof: Proof,
        common_path: bool,
    ) -> Result<(Answer, &'static str), NoAnswer> {
        let store = &self.app.store;
        if store.wall(self.device.id).await?.is_some() {
            return Ok((Answer::Refused, "refused: the device is kept apart"));
        }
        let keys = store.provisioning_keys(self.device.id).await?;
        let window = match proof {
            Proof::Token | Proof::Certificate => None,
            Proof::Claim => store.provisioning_window(self.device.id).await?,
        };
        let open = window.is_some_and(|until| clock::now() <= until);
        match (proof, keys) {
            (Proof::Token, Some(keys)) => self.encrypted(&keys).await,
            (Proof::Certificate, keys) => self.first(keys).await,
            (Proof::Claim, keys) if open => self.first(keys).await,
            (Proof::Claim, _) if common_path => Ok(common(self.app, self.request)),
            // Only whoever has the key can read it, and the device has shown that it has.
            (Proof::Claim, Some(keys)) if keys.used => self.encrypted(&keys).await,
            (Proof::Claim | Proof::Token, _) => {
                let why = "refused: neither a certificate nor an open window";
                Ok((Answer::Refused, why))
            }
        }
    }

    /// The profile that gives the device its key and its rule. On a line that is not private the other secrets are left
    /// out: they come with the next profile, which is encrypted.
    async fn first(
        &self,
        keys: Option<ProvisioningKeys>,
    ) -> Result<(Answer, &'static str), NoAnswer> {
        let config = &self.app.live().provisioning;
        let private = self.request.transport == Transport::Https || config.secrets_without_tls;
        let secrets = match private {
            true => Secrets::Included,
            false => Secrets::Omitted,
        };
        let wanted = Wanted::of(self.app, self.device).await?;
        let render = |key| document::render(self.app, &wanted, key, self.request, secrets);
        if wanted.has_own_rule(&config.key_register) {
            let outcome = "sent, with the operator's own rule";
            return Ok((render(None).into_answer(), outcome));
        }
        let keys = match keys {
            Some(keys) => keys,
            None => match self.first_key().await? {
                Some(keys) => keys,
                None => return Ok((Answer::NotFound, "forgotten meanwhile")),
            },
        };
        let newest = self.newest(&keys)?;
        Ok((render(Some(&newest)).into_answer(), "first profile sent"))
    }

    async fn first_key(&self) -> Result<Option<ProvisioningKeys>, NoAnswer> {
        let now = clock::now();
        let (_, kept) = self.provisioner.master.new_key(self.device.id, now);
        let actor = Actor::Device(self.device.id);
        let put = self
            .app
            .store
            .provisioning_key_put(&actor, self.device.id, kept, now);
        Ok(put.await?)
    }

    /// The profile encrypted with the key the device has; it brings the key the device is to have.
    async fn encrypted(&self, keys: &ProvisioningKeys) -> Result<(Answer, &'static str), NoAnswer> {
        let wanted = Wanted::of(self.app, self.device).await?;
        let config = self.app.live();
        let register = &config.provisioning.key_register;
        let newest = self.newest(keys)?;
        let install = (!wanted.has_own_rule(register)).then_some(&newest);
        let secrets = Secrets::Included;
        let document = document::render(self.app, &wanted, install, self.request, secrets);
        let key = self
            .provisioner
            .master
            .reveal(self.device.id, &keys.current)?;
        let outcome = match keys.next {
            Some(_) => "sent encrypted, with the next key",
            None => "sent encrypted",
        };
        Ok((document.encrypted(&key).into_answer(), outcome))
    }

    fn newest(&self, keys: &ProvisioningKeys) -> Result<Secret, Sealed> {
        let newest = keys.next.as_ref().unwrap_or(&keys.current);
        self.provisioner.master.reveal(self.device.id, newest)
    }
}

/// Why a key is not rotated.
#[derive(Debug, thiserror::Error)]
pub enum NoRotation {
    /// There is nothing to rotate with.
    #[error("the provisioning server is off; set one of its listeners in [provisioning]")]
    Off,
    /// The device would never get it.
    #[error(
        "a profile sets Profile_Rule or the register of the key itself; the server would not install another"
    )]
    OwnRule,
    /// The device's profile cannot be rendered.
    #[error(transparent)]
    Profile(#[from] crate::files::profiles::NoProfile),
    /// The store does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Begins the rotation of a device's key: its next profile brings the new one.
///
/// # Errors
/// If the device has no key yet, would not get the new one, or the store does not take it.
pub async fn rotate(app: &App, actor: &Actor, device: &Device) -> Result<(), NoRotation> {
    let provisioner = app.provisioner.as_ref().ok_or(NoRotation::Off)?;
    let wanted = Wanted::of(app, device).await?;
    if wanted.has_own_rule(&app.live().provisioning.key_register) {
        return Err(NoRotation::OwnRule);
    }
    let now = clock::now();
    let (_, next) = provisioner.master.new_key(device.id, now);
    let prepared = app
        .store
        .provisioning_key_prepare(actor, device.id, next, now);
    prepared.await?;
    Ok(())
}

impl Document {
    fn into_answer(self) -> Answer {
        Answer::Profile {
            tag: self.tag(),
            encrypted: self.is_encrypted(),
            bytes: self.into_bytes(),
        }
    }
}
