//! What a traced message may show: secrets are masked, what cannot be read is not kept. Pure.
//!
//! A message without secrets is kept byte for byte; one with secrets is written anew with `***` in their places, so that
//! nothing depends on finding them in the text. Beyond that, a value that was masked once in a session is masked wherever
//! else in the session it stands: a device may repeat it in the text of a fault.

use crate::redact::{MASK, is_secret, without_tokens};
use cwmp::message::{Body, CpeRequest, CpeResponse};
use cwmp::rpc::Operation;
use cwmp::{AcsRequest, Envelope, FromAcs, FromCpe};
use data_model::ParameterList;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Characters of a secret that is looked for in other texts; shorter ones stand in every second word.
const FOUND_CHARS: usize = 4;

/// A message as it may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The message's name; `empty`, `unreadable` or `withheld` if there is none.
    pub name: String,
    /// The body.
    pub body: String,
}

/// Masks the messages of one session, in their order.
#[derive(Default)]
pub struct Masker {
    secrets: BTreeSet<String>,
}

impl Masker {
    /// A message of the device.
    pub fn from_cpe(&mut self, body: &[u8]) -> Kept {
        self.masked(body, |message: FromCpe, secrets| {
            Some(match message {
                FromCpe::Request(CpeRequest::Inform(mut inform)) => {
                    inform.parameter_list = values(&inform.parameter_list, secrets);
                    FromCpe::Request(CpeRequest::Inform(inform))
                }
                FromCpe::Response(CpeResponse::GetParameterValuesResponse(mut response)) => {
                    response.parameter_list = values(&response.parameter_list, secrets);
                    FromCpe::Response(CpeResponse::GetParameterValuesResponse(response))
                }
                other => other,
            })
        })
    }

    /// A message of ours.
    pub fn from_acs(&mut self, body: &[u8]) -> Kept {
        self.masked(body, |message: FromAcs, secrets| match message {
            FromAcs::Request(request) => acs_request(request, secrets).map(FromAcs::Request),
            FromAcs::Response(_) | FromAcs::Fault(_) => Some(message),
        })
    }

    /// Masks what was masked anywhere in the session, in a message that came before or behind.
    pub fn everywhere(&self, kept: &mut Kept) {
        // The longest first: one may be a part of another, whose rest would stay.
        let mut secrets: Vec<&String> = self.secrets.iter().collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in secrets {
            for text in [escaped(secret), Cow::Borrowed(secret.as_str())] {
                if kept.body.contains(text.as_ref()) {
                    kept.body = kept.body.replace(text.as_ref(), MASK);
                }
            }
        }
        if let Cow::Owned(body) = without_tokens(&kept.body) {
            kept.body = body;
        }
    }

    fn masked<M: Body + Clone + PartialEq>(
        &mut self,
        body: &[u8],
        clean: impl FnOnce(M, &mut BTreeSet<String>) -> Option<M>,
    ) -> Kept {
        let not = |why: &str| Kept {
            name: why.into(),
            body: format!("<!-- {} bytes, {why} -->\n", body.len()),
        };
        if cwmp::envelope::is_empty(body) {
            return Kept {
                name: "empty".into(),
                body: String::new(),
            };
        }
        let Ok(envelope) = cwmp::envelope::read::<M>(body) else {
            return not("unreadable");
        };
        let Envelope {
            namespace,
            header,
            body: message,
            ..
        } = envelope;
        let Some(cleaned) = clean(message.clone(), &mut self.secrets) else {
            return not("withheld");
        };
        let name = cleaned.name().to_owned();
        let untouched = std::str::from_utf8(body)
            .ok()
            .filter(|_| cleaned == message);
        let body = match untouched {
            Some(text) => text.to_owned(),
            None => cwmp::envelope::write(namespace, &header, &cleaned),
        };
        Kept { name, body }
    }
}

/// A request without its secrets; `None` for one of a kind whose secrets nobody knows.
fn acs_request(request: AcsRequest, secrets: &mut BTreeSet<String>) -> Option<AcsRequest> {
    Some(match request {
        AcsRequest::SetParameterValues(mut set) => {
            set.parameter_list = values(&set.parameter_list, secrets);
            set.into()
        }
        AcsRequest::Download(mut download) => {
            hide(&mut download.username, secrets);
            hide(&mut download.password, secrets);
            for url in [
                &mut download.url,
                &mut download.success_url,
                &mut download.failure_url,
            ] {
                *url = host_only(url);
            }
            download.into()
        }
        AcsRequest::ScheduleDownload(mut download) => {
            hide(&mut download.username, secrets);
            hide(&mut download.password, secrets);
            download.url = host_only(&download.url);
            download.into()
        }
        AcsRequest::Upload(mut upload) => {
            hide(&mut upload.username, secrets);
            hide(&mut upload.password, secrets);
            upload.url = host_only(&upload.url);
            upload.into()
        }
        AcsRequest::ChangeDUState(mut change) => {
            for operation in &mut change.operations {
                clean_operation(operation, secrets);
            }
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
        AcsRequest::SetVouchers(_) => return None,
    })
}

fn values(list: &ParameterList, secrets: &mut BTreeSet<String>) -> ParameterList {
    let mut cleaned = ParameterList::new();
    for parameter in list.iter() {
        let leaf = parameter.name.rsplit('.').next().unwrap_or_default();
        let value = match parameter.value {
            "" => Cow::Borrowed(""),
            secret if is_secret(parameter.name) => {
                note(secret, secrets);
                Cow::Borrowed(MASK)
            }
            // The path of a connection request URL is what keeps others from calling; links to files are signed.
            url if leaf.ends_with("URL") => Cow::Owned(host_only(url)),
            open => Cow::Borrowed(open),
        };
        cleaned.push(parameter.name, parameter.ty, &value);
    }
    cleaned
}

fn note(secret: &str, secrets: &mut BTreeSet<String>) {
    if secret.chars().count() >= FOUND_CHARS {
        secrets.insert(secret.to_owned());
    }
}

fn hide(text: &mut String, secrets: &mut BTreeSet<String>) {
    if !text.is_empty() {
        note(text, secrets);
        *text = MASK.into();
    }
}

fn clean_operation(operation: &mut Operation, secrets: &mut BTreeSet<String>) {
    let (url, username, password) = match operation {
        Operation::Install(it) => (Some(&mut it.url), &mut it.username, &mut it.password),
        Operation::Update(it) => (it.url.as_mut(), &mut it.username, &mut it.password),
        Operation::Uninstall(_) => return,
    };
    if let Some(url) = url {
        *url = host_only(url);
    }
    for text in [username, password].into_iter().flatten() {
        hide(text, secrets);
    }
}

/// A URL with nothing but its scheme and host: user, password, path and query may each be a ticket.
fn host_only(url: &str) -> String {
    if url.is_empty() {
        return String::new();
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return MASK.into();
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    match rest.trim_end_matches('/') == host {
        true => url.to_owned(),
        false => format!("{scheme}://{host}/{MASK}"),
    }
}

/// A text as it stands in XML.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = text.replace('&', "&amp;");
    for (plain, entity) in [('<', "&lt;"), ('>', "&gt;")] {
        escaped = escaped.replace(plain, entity);
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cwmp::rpc::{Download, SetParameterValues};
    use cwmp::{Fault, FaultCode, Header, Namespace};

    fn written(body: impl Into<FromAcs>) -> String {
        cwmp::envelope::write(Namespace::Cwmp12, &Header::with_id("1"), &body.into())
    }

    /// Covers U07, M06.
    #[test]
    fn secrets_are_masked_and_everything_else_stays_as_it_was() {
        let mut parameter_list = ParameterList::new();
        parameter_list.push_str("Device.X.Line.1.Password", "CANARY&1");
        parameter_list.push_str("Device.X.Line.1.User_ID", "4711");
        parameter_list.push_str(
            "Device.ManagementServer.URL",
            "http://u:CANARY2@acs/CANARY3",
        );
        let set = SetParameterValues {
            parameter_list,
            parameter_key: Default::default(),
        };
        let mut masker = Masker::default();
        let kept = masker.from_acs(written(AcsRequest::from(set)).as_bytes());
        assert_eq!(kept.name, "SetParameterValues");
        assert!(!kept.body.contains("CANARY"), "{}", kept.body);
        assert!(kept.body.contains("4711") && kept.body.contains("http://acs/***"));
        let download = Download {
            url: "http://files.example.net/files/1/CANARY".into(),
            username: "CANARY4".into(),
            password: "CANARY5".into(),
            ..Download::default()
        };
        let kept = masker.from_acs(written(AcsRequest::from(download)).as_bytes());
        assert!(!kept.body.contains("CANARY"), "{}", kept.body);
        assert!(kept.body.contains("http://files.example.net/***"));
        // A device may repeat what it does not like.
        let mut fault = Fault::from(FaultCode::REQUEST_DENIED);
        fault.text = "CANARY&1 is no password".into();
        let header = Header::with_id("1");
        let fault = cwmp::envelope::write(Namespace::Cwmp12, &header, &FromCpe::from(fault));
        let mut kept = masker.from_cpe(fault.as_bytes());
        assert_eq!(kept.body, fault, "to the byte");
        masker.everywhere(&mut kept);
        assert!(kept.body.contains("*** is no password"), "{}", kept.body);
    }

    /// Covers U07.
    #[test]
    fn of_two_secrets_one_in_the_other_nothing_stays_and_no_token_either() {
        let secrets = ["secret", "secretCANARY"].map(str::to_owned);
        let masker = Masker {
            secrets: secrets.into(),
        };
        let mut kept = Kept {
            name: "Fault".into(),
            body: "secretCANARY at /p/0123456789abcdef0123456789abcdef/x".into(),
        };
        masker.everywhere(&mut kept);
        assert_eq!(kept.body, "*** at /p/***/x");
    }

    #[test]
    fn what_cannot_be_read_is_not_kept() {
        let mut masker = Masker::default();
        let kept = masker.from_cpe(b"<a>CANARY");
        assert_eq!(kept.name, "unreadable");
        assert!(!kept.body.contains("CANARY"));
        assert_eq!(masker.from_cpe(b"").name, "empty");
    }

    #[test]
    fn a_url_keeps_its_host_alone() {
        for (url, shown) in [
            ("", ""),
            ("http://a.example:80/x?y", "http://a.example:80/***"),
            ("https://u:p@a.example", "https://a.example/***"),
            ("https://a.example/", "https://a.example/"),
            ("no url", MASK),
        ] {
            assert_eq!(host_only(url), shown);
        }
    }
}
