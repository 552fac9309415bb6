//! NSLookup: questions to one name server, each with its own result (TR-157).

use super::resolve::resolve;
use super::us;
use crate::diagnostics::findings::{Answer, AnswerStatus, Authority};
use crate::diagnostics::test::{Lookup, Version};
use crate::diagnostics::{Findings, Host, Outcome, Trouble};
use crate::limits::PROBE_PAUSE_MS;
use crate::shell::dns::{self, Data, Kind, Response, ResponseCode};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Addresses of one result that are kept.
const ADDRESSES: usize = 16;

pub(super) async fn run(lookup: &Lookup) -> Outcome {
    let server = match &lookup.server {
        None => dns::system_servers().into_iter().next(),
        Some((host, port)) => {
            let address = resolve(host, Version::Any).await.ok();
            address.map(|address| SocketAddr::new(address, *port))
        }
    };
    let Some(server) = server else {
        return Outcome::failed(Trouble::DnsServerNotResolved);
    };
    let name = full_name(&lookup.name, system_domain());
    let timeout = Duration::from_millis(lookup.timeout_ms.into());
    let mut answers = Vec::new();
    for number in 0..lookup.repetitions {
        if number > 0 {
            tokio::time::sleep(Duration::from_millis(PROBE_PAUSE_MS)).await;
        }
        answers.push(ask(server, &name, timeout).await);
    }
    let any = answers
        .iter()
        .any(|answer| answer.status == AnswerStatus::Success);
    Outcome {
        // TR-157: a failure on all attempts is one of the whole.
        verdict: if any { Ok(()) } else { Err(Trouble::Other) },
        findings: Findings::Lookup(answers),
    }
}

/// Asks for IPv4 addresses, and for IPv6 addresses if the name has none.
async fn ask(server: SocketAddr, name: &str, timeout: Duration) -> Answer {
    let begin = Instant::now();
    let mut answer = Answer {
        status: AnswerStatus::Timeout,
        authority: None,
        name: String::new(),
        addresses: Vec::new(),
        server: Some(server.ip()),
        response_us: 0,
    };
    for kind in [Kind::A, Kind::Aaaa] {
        let left = timeout.saturating_sub(begin.elapsed());
        let response = match tokio::time::timeout(left, dns::ask(server, name, kind)).await {
            Err(_) => return answer,
            Ok(Err(error)) => {
                answer.status = status_of(&error);
                return answer;
            }
            Ok(Ok(response)) => response,
        };
        if answer.response_us == 0 {
            answer.response_us = us(begin.elapsed()).max(1);
        }
        take(&mut answer, &response);
        if answer.status != AnswerStatus::NameNotResolved
            || response.code == ResponseCode::NameError
        {
            break;
        }
    }
    answer
}

/// What a response says.
fn take(answer: &mut Answer, response: &Response) {
    let addresses = response
        .records
        .iter()
        .filter_map(|record| match record.data {
            Data::Address(address) => Some(address),
            Data::Service(_) | Data::Other => None,
        });
    answer.addresses = addresses.take(ADDRESSES).collect();
    answer.authority = Some(match response.authoritative {
        true => Authority::Authoritative,
        false => Authority::NonAuthoritative,
    });
    answer.status = match response.code {
        ResponseCode::NoError if !answer.addresses.is_empty() => AnswerStatus::Success,
        ResponseCode::NoError | ResponseCode::NameError => AnswerStatus::NameNotResolved,
        _ => AnswerStatus::Other,
    };
    if answer.status == AnswerStatus::Success {
        // The name the addresses belong to: where aliases lead.
        let last = response.records.last().map(|record| &*record.name);
        answer.name = last.unwrap_or_default().chars().take(256).collect();
    }
}

fn status_of(error: &io::Error) -> AnswerStatus {
    match error.kind() {
        // Nobody listens there.
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => AnswerStatus::ServerNotAvailable,
        _ => AnswerStatus::Other,
    }
}

/// TR-157: a name that is not full is looked for in the device's own domain.
fn full_name(name: &Host, domain: Option<String>) -> String {
    let name = name.to_string();
    match domain {
        Some(domain) if !name.contains('.') => format!("{name}.{domain}"),
        Some(_) | None => name,
    }
}

/// The domain of the system, if it is a name.
fn system_domain() -> Option<String> {
    match Host::parse(&dns::system_domain()?).ok()? {
        Host::Name(name) => Some(name.into()),
        Host::Address(_) => None,
    }
}
