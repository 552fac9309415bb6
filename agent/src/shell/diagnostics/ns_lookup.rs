//! NSLookup: questions to one name server, each with its own result (TR-157).

use super::resolve::resolve;
use super::us;
use crate::diagnostics::findings::{Answer, AnswerStatus, Authority};
use crate::diagnostics::test::{Lookup, Version};
use crate::diagnostics::{Findings, Host, Outcome, Trouble};
use crate::limits::PROBE_PAUSE_MS;
use hickory_proto::op::{Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

/// Bytes of the largest response over UDP that is taken.
const RESPONSE_BYTES: usize = 4096;
/// Addresses of one result that are kept.
const ADDRESSES: usize = 16;
/// Where the system keeps its name servers.
const RESOLV_CONF: &str = "/etc/resolv.conf";

pub(super) async fn run(lookup: &Lookup) -> Outcome {
    let server = match &lookup.server {
        None => system_servers()
            .into_iter()
            .next()
            .map(|address| SocketAddr::new(address, 53)),
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
    for kind in [RecordType::A, RecordType::AAAA] {
        let left = timeout.saturating_sub(begin.elapsed());
        let response = match tokio::time::timeout(left, exchange(server, name, kind)).await {
            Err(_) => return answer,
            Ok(Err(Failed::Refused)) => {
                answer.status = AnswerStatus::ServerNotAvailable;
                return answer;
            }
            Ok(Err(Failed::Other)) => {
                answer.status = AnswerStatus::Other;
                return answer;
            }
            Ok(Ok(response)) => response,
        };
        if answer.response_us == 0 {
            answer.response_us = us(begin.elapsed()).max(1);
        }
        take(&mut answer, &response);
        if answer.status != AnswerStatus::NameNotResolved
            || response.metadata.response_code == ResponseCode::NXDomain
        {
            break;
        }
    }
    answer
}

/// What a response says.
fn take(answer: &mut Answer, response: &Message) {
    let addresses = response
        .answers
        .iter()
        .filter_map(|record| match &record.data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        });
    answer.addresses = addresses.take(ADDRESSES).collect();
    answer.authority = Some(match response.metadata.authoritative {
        true => Authority::Authoritative,
        false => Authority::NonAuthoritative,
    });
    answer.status = match response.metadata.response_code {
        ResponseCode::NoError if !answer.addresses.is_empty() => AnswerStatus::Success,
        ResponseCode::NoError | ResponseCode::NXDomain => AnswerStatus::NameNotResolved,
        _ => AnswerStatus::Other,
    };
    if answer.status == AnswerStatus::Success {
        // The name the addresses belong to: where aliases lead.
        let last = response.answers.last().map(|record| record.name.to_ascii());
        answer.name = last
            .unwrap_or_default()
            .trim_end_matches('.')
            .chars()
            .take(256)
            .collect();
    }
}

enum Failed {
    /// Nobody listens there.
    Refused,
    Other,
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        match error.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable => Failed::Refused,
            _ => Failed::Other,
        }
    }
}

async fn exchange(server: SocketAddr, name: &str, kind: RecordType) -> Result<Message, Failed> {
    let mut name = Name::from_ascii(name).map_err(|_| Failed::Other)?;
    name.set_fqdn(true);
    let question = Query::query(name, kind);
    let mut query = Message::query();
    query.metadata.recursion_desired = true;
    query.add_query(question.clone());
    let bytes = query.to_vec().map_err(|_| Failed::Other)?;
    let any: SocketAddr = if server.is_ipv4() {
        ([0, 0, 0, 0], 0).into()
    } else {
        ([0u16; 8], 0).into()
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(&bytes).await?;
    let mut buffer = vec![0; RESPONSE_BYTES];
    loop {
        let length = socket.recv(&mut buffer).await?;
        // Whatever else arrives is not the response.
        let Ok(response) = Message::from_vec(&buffer[..length]) else {
            continue;
        };
        let asked = response.metadata.id == query.metadata.id
            && response.metadata.message_type == MessageType::Response
            && response.queries.first() == Some(&question);
        if asked {
            return Ok(response);
        }
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

/// The name servers of the system.
pub(super) fn system_servers() -> Vec<IpAddr> {
    let text = std::fs::read_to_string(RESOLV_CONF).unwrap_or_default();
    let servers = text
        .lines()
        .filter_map(|line| line.strip_prefix("nameserver")?.trim().parse().ok());
    servers.collect()
}

/// The domain of the system.
fn system_domain() -> Option<String> {
    let text = std::fs::read_to_string(RESOLV_CONF).ok()?;
    let domain = text.lines().find_map(|line| {
        let rest = line
            .strip_prefix("domain")
            .or_else(|| line.strip_prefix("search"))?;
        rest.split_whitespace().next()
    })?;
    match Host::parse(domain).ok()? {
        Host::Name(name) => Some(name.into()),
        Host::Address(_) => None,
    }
}
