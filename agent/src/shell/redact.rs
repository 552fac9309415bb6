//! What a recorded message may show: secrets become placeholders, what cannot be read is not kept.
//!
//! A message without secrets is kept byte for byte. One with secrets is written anew with placeholders in their places,
//! so nothing depends on finding them in the text.

use crate::device::Product;
use cwmp::message::{Body, CpeRequest};
use cwmp::rpc::Operation;
use cwmp::{AcsRequest, CpeResponse, Envelope, FromAcs, FromCpe};
use data_model::ParameterList;
use data_model::schema::Secrecy;
use std::borrow::Cow;

/// What stands for a secret.
const SECRET: &str = "example-secret";
/// What stands for a user.
const USER: &str = "example-user";
/// What stands for the URL of connection requests, whose path is a secret of its own.
const CALLED_AT: &str = "http://192.0.2.10:7547/example";

/// A message as it may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The message's name; `unreadable` or `withheld` for one that is not kept.
    pub name: String,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Kept {
    /// Nothing: an empty POST, a 204.
    fn empty() -> Kept {
        Kept {
            name: "empty".into(),
            bytes: Vec::new(),
        }
    }

    fn not(why: &str, bytes: usize) -> Kept {
        Kept {
            name: why.into(),
            bytes: format!("<!-- {bytes} bytes, {why} -->\n").into_bytes(),
        }
    }
}

/// What may be kept of a message of the device.
pub fn from_device(product: &Product, body: &[u8]) -> Kept {
    redacted(body, |message: FromCpe| {
        let message = match message {
            FromCpe::Request(CpeRequest::Inform(mut inform)) => {
                inform.parameter_list = values(product, &inform.parameter_list);
                FromCpe::Request(CpeRequest::Inform(inform))
            }
            FromCpe::Response(CpeResponse::GetParameterValuesResponse(mut response)) => {
                response.parameter_list = values(product, &response.parameter_list);
                FromCpe::Response(CpeResponse::GetParameterValuesResponse(response))
            }
            other => other,
        };
        Some(message)
    })
}

/// What may be kept of a message of the ACS.
pub fn from_acs(product: &Product, body: &[u8]) -> Kept {
    redacted(body, |message: FromAcs| match message {
        FromAcs::Request(request) => acs_request(product, request).map(FromAcs::Request),
        FromAcs::Response(_) | FromAcs::Fault(_) => Some(message),
    })
}

/// A request without its secrets; `None` for one of a kind the device does not know how to clean.
fn acs_request(product: &Product, request: AcsRequest) -> Option<AcsRequest> {
    let cleaned = match request {
        AcsRequest::SetParameterValues(mut set) => {
            set.parameter_list = values(product, &set.parameter_list);
            set.into()
        }
        AcsRequest::Download(mut download) => {
            credentials(&mut download.username, &mut download.password);
            download.url = address_only(&download.url);
            download.success_url = address_only(&download.success_url);
            download.failure_url = address_only(&download.failure_url);
            download.into()
        }
        AcsRequest::Upload(mut upload) => {
            credentials(&mut upload.username, &mut upload.password);
            upload.url = address_only(&upload.url);
            upload.into()
        }
        AcsRequest::ChangeDUState(mut change) => {
            change.operations.iter_mut().for_each(clean_operation);
            change.into()
        }
        AcsRequest::GetRPCMethods(_)
        | AcsRequest::GetParameterValues(_)
        | AcsRequest::GetParameterNames(_)
        | AcsRequest::SetParameterAttributes(_)
        | AcsRequest::GetParameterAttributes(_)
        | AcsRequest::AddObject(_)
        | AcsRequest::DeleteObject(_)
        | AcsRequest::Reboot(_)
        | AcsRequest::FactoryReset(_)
        | AcsRequest::GetQueuedTransfers(_)
        | AcsRequest::GetAllQueuedTransfers(_)
        | AcsRequest::CancelTransfer(_)
        | AcsRequest::ScheduleInform(_)
        | AcsRequest::GetOptions(_) => request,
        AcsRequest::ScheduleDownload(_) | AcsRequest::SetVouchers(_) => return None,
    };
    Some(cleaned)
}

fn redacted<M: Body + Clone + PartialEq>(body: &[u8], clean: impl FnOnce(M) -> Option<M>) -> Kept {
    if cwmp::envelope::is_empty(body) {
        return Kept::empty();
    }
    let Ok(envelope) = cwmp::envelope::read::<M>(body) else {
        return Kept::not("unreadable", body.len());
    };
    let Envelope {
        namespace,
        header,
        body: message,
        ..
    } = envelope;
    let Some(cleaned) = clean(message.clone()) else {
        return Kept::not("withheld", body.len());
    };
    let bytes = if cleaned == message {
        body.to_vec()
    } else {
        cwmp::envelope::write(namespace, &header, &cleaned).into_bytes()
    };
    Kept {
        name: cleaned.name().to_owned(),
        bytes,
    }
}

fn values(product: &Product, list: &ParameterList) -> ParameterList {
    let mut cleaned = ParameterList::new();
    for parameter in list.iter() {
        let value = placeholder(product, parameter.name).filter(|_| !parameter.value.is_empty());
        let value = match value {
            Some(placeholder) => Cow::Borrowed(placeholder),
            // TR-181 DeploymentUnit.URL: where a package was fetched.
            None if parameter.name.contains(".DeploymentUnit.")
                && parameter.name.ends_with(".URL") =>
            {
                Cow::Owned(address_only(parameter.value))
            }
            None => Cow::Borrowed(parameter.value),
        };
        cleaned.push(parameter.name, parameter.ty, &value);
    }
    cleaned
}

/// What is shown instead of the value of a parameter, if it may not be.
fn placeholder(product: &Product, name: &str) -> Option<&'static str> {
    let schema = &product.ty.schema;
    let leaf = name.rsplit('.').next().unwrap_or_default();
    let declared = schema
        .lookup(name.trim())
        .and_then(|address| schema.parameter(address.node))
        .map(|parameter| parameter.secret);
    match (declared, leaf) {
        (Some(Secrecy::Secret), _) => Some(SECRET),
        (_, "ConnectionRequestURL") => Some(CALLED_AT),
        (_, "Username" | "ConnectionRequestUsername" | "STUNUsername") => Some(USER),
        // A name of no model: by the looks of it.
        (None, leaf) if leaf.contains("Password") || leaf.contains("Passphrase") => Some(SECRET),
        (Some(Secrecy::Open) | None, _) => None,
    }
}

/// Whether a value stands for one that is not shown.
pub fn is_placeholder(value: &str) -> bool {
    [SECRET, USER, CALLED_AT].contains(&value)
}

fn clean_operation(operation: &mut Operation) {
    let (url, username, password) = match operation {
        Operation::Install(it) => (Some(&mut it.url), &mut it.username, &mut it.password),
        Operation::Update(it) => (it.url.as_mut(), &mut it.username, &mut it.password),
        Operation::Uninstall(_) => return,
    };
    if let Some(url) = url {
        *url = address_only(url);
    }
    credentials(
        username.as_mut().unwrap_or(&mut String::new()),
        password.as_mut().unwrap_or(&mut String::new()),
    );
}

fn credentials(username: &mut String, password: &mut String) {
    if !username.is_empty() {
        *username = USER.into();
    }
    if !password.is_empty() {
        *password = SECRET.into();
    }
}

/// A URL without user, password and query: links to files are signed there.
fn address_only(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    match plain.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => plain.to_owned(),
    }
}
