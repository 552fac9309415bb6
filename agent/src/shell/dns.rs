//! Questions to one name server, by UDP, and by TCP if the response does not fit into a datagram (RFC 1035).

use simple_dns::rdata::{RData, TYPE};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, header_buffer};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

pub(super) use simple_dns::RCODE as ResponseCode;

/// Bytes of the largest response over UDP that is taken; the largest over TCP is what its length can say.
const DATAGRAM_BYTES: usize = 4096;
/// Records of one response; a message that claims more is not read, however short it is.
const RECORDS: u16 = 128;
/// Where the system keeps its name servers.
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// The port of a name server.
const DNS_PORT: u16 = 53;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Where a service is (RFC 2782).
    Srv,
}

impl Kind {
    fn wire(self) -> TYPE {
        match self {
            Kind::A => TYPE::A,
            Kind::Aaaa => TYPE::AAAA,
            Kind::Srv => TYPE::SRV,
        }
    }
}

/// What a name server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Response {
    /// How it went.
    pub(super) code: ResponseCode,
    /// Whether the server is in charge of the name.
    pub(super) authoritative: bool,
    /// The records of its answer.
    pub(super) records: Vec<Record>,
}

impl Response {
    /// The servers among its records.
    pub(super) fn services(self) -> Vec<Service> {
        let services = self
            .records
            .into_iter()
            .filter_map(|record| match record.data {
                Data::Service(service) => Some(service),
                Data::Address(_) | Data::Other => None,
            });
        services.collect()
    }

    /// Whether it tells something of the name, and be it that there is no such name.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self.code, ResponseCode::NoError | ResponseCode::NameError)
    }
}

/// One record of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Whose it is, without a dot at the end.
    pub(super) name: String,
    /// What it says.
    pub(super) data: Data,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// An address.
    Address(IpAddr),
    /// A server of a service.
    Service(Service),
    /// Something that is not asked for here.
    Other,
}

/// A server of a service (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    /// Servers with the lowest are tried first.
    pub(super) priority: u16,
    /// How often it is to be chosen among those of its priority.
    pub(super) weight: u16,
    /// Its port.
    pub(super) port: u16,
    /// Its name, without a dot at the end; empty says that there is no such service.
    pub(super) target: String,
}

/// Asks a name server, waiting as long as it takes.
///
/// # Errors
/// If the name is none, or the server cannot be reached.
pub(super) async fn ask(server: SocketAddr, name: &str, kind: Kind) -> io::Result<Response> {
    let query = Query::new(name, kind)?;
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(&query.bytes).await?;
    let mut buffer = vec![0; DATAGRAM_BYTES];
    loop {
        let length = socket.recv(&mut buffer).await?;
        // Whatever else arrives is not the response.
        match query.read(&buffer[..length]) {
            Some(Read::Whole(response)) => return Ok(response),
            Some(Read::CutOff) => return ask_by_tcp(server, &query).await,
            None => {}
        }
    }
}

async fn ask_by_tcp(server: SocketAddr, query: &Query) -> io::Result<Response> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(query.bytes.len()).map_err(io::Error::other)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(&query.bytes).await?;
    let mut bytes = vec![0; stream.read_u16().await?.into()];
    stream.read_exact(&mut bytes).await?;
    match query.read(&bytes) {
        Some(Read::Whole(response)) => Ok(response),
        Some(Read::CutOff) | None => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// A question on the wire.
struct Query {
    number: u16,
    name: String,
    kind: Kind,
    bytes: Vec<u8>,
}

/// What a response is.
enum Read {
    Whole(Response),
    /// It did not fit.
    CutOff,
}

impl Query {
    fn new(name: &str, kind: Kind) -> io::Result<Query> {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        let number = rand::random();
        let mut packet = Packet::new_query(number);
        packet.set_flags(PacketFlag::RECURSION_DESIRED);
        let asked = Name::new(name).map_err(invalid)?;
        let class = QCLASS::CLASS(CLASS::IN);
        let question = Question::new(asked, QTYPE::TYPE(kind.wire()), class, false);
        packet.questions.push(question);
        Ok(Query {
            number,
            name: trimmed(name),
            kind,
            bytes: packet.build_bytes_vec().map_err(invalid)?,
        })
    }

    /// Whoever guesses the number of a query is not believed without the question.
    fn read(&self, bytes: &[u8]) -> Option<Read> {
        let announced = [
            header_buffer::questions(bytes).ok()?,
            header_buffer::answers(bytes).ok()?,
            header_buffer::name_servers(bytes).ok()?,
            header_buffer::additional_records(bytes).ok()?,
        ];
        if announced.iter().any(|records| *records > RECORDS) {
            return None;
        }
        let packet = Packet::parse(bytes).ok()?;
        let question = packet.questions.first()?;
        let asked = packet.id() == self.number
            && packet.has_flags(PacketFlag::RESPONSE)
            && question.qtype == QTYPE::TYPE(self.kind.wire())
            && question.qname.to_string().eq_ignore_ascii_case(&self.name);
        if !asked {
            return None;
        }
        if packet.has_flags(PacketFlag::TRUNCATION) {
            return Some(Read::CutOff);
        }
        let records = packet.answers.iter().map(|record| Record {
            name: record.name.to_string(),
            data: match &record.rdata {
                RData::A(a) => Data::Address(Ipv4Addr::from(a.address).into()),
                RData::AAAA(aaaa) => Data::Address(Ipv6Addr::from(aaaa.address).into()),
                RData::SRV(srv) => Data::Service(Service {
                    priority: srv.priority,
                    weight: srv.weight,
                    port: srv.port,
                    target: srv.target.to_string(),
                }),
                _ => Data::Other,
            },
        });
        Some(Read::Whole(Response {
            code: packet.rcode(),
            authoritative: packet.has_flags(PacketFlag::AUTHORITATIVE_ANSWER),
            records: records.collect(),
        }))
    }
}

/// Where a service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Services {
    /// At these hosts and ports, in this order.
    At(Vec<(String, u16)>),
    /// Nobody has said.
    Unknown,
    /// Nowhere, and it is said.
    None,
}

/// Puts servers into the order they are to be tried in (RFC 2782). `pick` chooses a number from 0 to the one given.
pub(super) fn order(mut services: Vec<Service>, mut pick: impl FnMut(u32) -> u32) -> Services {
    if services.is_empty() {
        return Services::Unknown;
    }
    services.retain(|service| !service.target.is_empty());
    if services.is_empty() {
        return Services::None;
    }
    services.sort_by_key(|service| (service.priority, service.weight));
    let mut hosts = Vec::with_capacity(services.len());
    while let Some(first) = services.first() {
        let priority = first.priority;
        let alike = services
            .iter()
            .take_while(|service| service.priority == priority);
        let sum = alike.map(|service| u32::from(service.weight)).sum();
        let picked = pick(sum);
        let mut running = 0;
        let place = services.iter().position(|service| {
            running += u32::from(service.weight);
            running >= picked
        });
        let service = services.remove(place.unwrap_or(0));
        hosts.push((service.target, service.port));
    }
    Services::At(hosts)
}

fn trimmed(name: &str) -> String {
    name.trim_end_matches('.').to_owned()
}

/// The name servers of the system.
pub(super) fn system_servers() -> Vec<SocketAddr> {
    let text = std::fs::read_to_string(RESOLV_CONF).unwrap_or_default();
    let addresses = text
        .lines()
        .filter_map(|line| line.strip_prefix("nameserver")?.split_whitespace().next());
    // An address that holds on one link alone is not asked: the others are as good.
    let addresses = addresses.filter_map(|address| address.parse().ok());
    addresses
        .map(|address: IpAddr| SocketAddr::new(address, DNS_PORT))
        .collect()
}

/// The domain of the system.
pub(super) fn system_domain() -> Option<String> {
    let text = std::fs::read_to_string(RESOLV_CONF).ok()?;
    text.lines().find_map(|line| {
        let rest = line
            .strip_prefix("domain")
            .or_else(|| line.strip_prefix("search"))?;
        rest.split_whitespace().next().map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn query() -> Query {
        Query::new("acs.example.net", Kind::A).expect("it is a name")
    }

    /// The response to a query with one record more than it can hold, or with none.
    fn claiming(query: &Query, records: u16) -> Vec<u8> {
        let mut bytes = query.bytes.clone();
        bytes[2] |= 0x80;
        bytes[6..8].copy_from_slice(&records.to_be_bytes());
        bytes
    }

    #[test]
    fn a_response_is_known_by_its_number_and_its_question() {
        let asked = query();
        let response = asked.read(&claiming(&asked, 0));
        assert!(matches!(response, Some(Read::Whole(response)) if response.records.is_empty()));
        assert!(
            asked.read(&asked.bytes).is_none(),
            "that is the query itself"
        );
        let other = Query::new("acs.example.org", Kind::A).expect("it is a name");
        let mut forged = claiming(&other, 0);
        forged[..2].copy_from_slice(&asked.number.to_be_bytes());
        assert!(asked.read(&forged).is_none());
    }

    #[test]
    fn a_message_that_claims_more_records_than_a_response_has_is_not_read() {
        let asked = query();
        assert!(asked.read(&claiming(&asked, u16::MAX)).is_none());
    }

    #[test]
    fn what_is_no_name_is_not_asked_for() {
        assert!(Query::new(&"a".repeat(64), Kind::Srv).is_err());
        assert!(Query::new(&"abc.".repeat(80), Kind::Srv).is_err());
    }

    fn service(priority: u16, weight: u16, target: &str) -> Service {
        Service {
            priority,
            weight,
            port: 5222,
            target: target.into(),
        }
    }

    #[test]
    fn servers_are_tried_by_priority_and_as_often_as_their_weight_says() {
        let services = vec![
            service(20, 1, "last"),
            service(10, 30, "heavy"),
            service(10, 10, "light"),
        ];
        let first = |number: u32| {
            let order = order(services.clone(), |sum| number.min(sum));
            let Services::At(hosts) = order else {
                panic!("there are servers")
            };
            assert_eq!(hosts[2].0, "last");
            hosts[0].0.clone()
        };
        let heavy = (1..=40).filter(|number| first(*number) == "heavy").count();
        assert_eq!(heavy, 30);
    }

    #[test]
    fn a_dot_says_that_there_is_no_such_service_and_no_record_says_nothing() {
        assert_eq!(order(vec![service(0, 0, "")], |_| 0), Services::None);
        assert_eq!(order(Vec::new(), |_| 0), Services::Unknown);
    }

    proptest! {
        #[test]
        fn whatever_a_name_server_sends_is_read_or_left(
            tail in proptest::collection::vec(any::<u8>(), 0..200),
            records in 0..5u16,
        ) {
            let asked = query();
            let mut bytes = claiming(&asked, records);
            bytes.extend(tail);
            let _ = asked.read(&bytes);
        }
    }
}
