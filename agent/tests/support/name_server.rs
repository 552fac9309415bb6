//! A name server on loopback that gives the answers a test wants, by UDP and by TCP.

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

/// What it says of a name.
pub enum Says {
    /// These records.
    Records(Vec<RData<'static>>),
    /// This, and no record.
    Code(RCODE),
    /// Nothing at all.
    Nothing,
    /// That the answer does not fit into a datagram; by TCP it is these records.
    Long(Vec<RData<'static>>),
}

/// A way a question comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Udp,
    Tcp,
}

/// Starts one, which ends with the test.
pub async fn name_server(
    says: impl Fn(&str, TYPE) -> Says + Clone + Send + Sync + 'static,
) -> SocketAddr {
    let (socket, listener) = bound().await;
    let address = socket.local_addr().expect("it is bound");
    let by_tcp = says.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let length = stream.read_u16().await.expect("a length is sent first");
            let mut query = vec![0; length.into()];
            stream.read_exact(&mut query).await.expect("a whole query");
            if let Some(bytes) = response(&query, &by_tcp, By::Tcp) {
                let length = u16::try_from(bytes.len()).expect("a message has a limit");
                let _ = stream.write_all(&length.to_be_bytes()).await;
                let _ = stream.write_all(&bytes).await;
            }
        }
    });
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let query = &buffer[..length];
            let number = Packet::parse(query).expect("the device asks in DNS").id();
            // Whoever guesses the number of a query must not be believed without the question.
            let _ = socket
                .send_to(&written(&Packet::new_reply(number)), from)
                .await;
            let _ = socket.send_to(b"not DNS at all", from).await;
            if let Some(bytes) = response(query, &says, By::Udp) {
                let _ = socket.send_to(&bytes, from).await;
            }
        }
    });
    address
}

/// One port of both kinds.
async fn bound() -> (UdpSocket, TcpListener) {
    for _ in 0..20 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        if let Ok(socket) = UdpSocket::bind(address).await {
            return (socket, listener);
        }
    }
    panic!("no port is free of both kinds");
}

fn written(packet: &Packet<'_>) -> Vec<u8> {
    packet.build_bytes_vec().expect("a message")
}

fn response(query: &[u8], says: &impl Fn(&str, TYPE) -> Says, by: By) -> Option<Vec<u8>> {
    let query = Packet::parse(query).expect("the device asks in DNS");
    let question = query.questions.first().expect("a question").clone();
    let mut response = Packet::new_reply(query.id());
    response.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
    let QTYPE::TYPE(kind) = question.qtype else {
        panic!("a device asks for one kind of records");
    };
    let records = match says(&question.qname.to_string(), kind) {
        Says::Records(records) => records,
        Says::Code(code) => {
            *response.rcode_mut() = code;
            Vec::new()
        }
        Says::Nothing => return None,
        Says::Long(_) if by == By::Udp => {
            response.set_flags(PacketFlag::TRUNCATION);
            Vec::new()
        }
        Says::Long(records) => records,
    };
    let records = records
        .into_iter()
        .map(|record| ResourceRecord::new(question.qname.clone(), CLASS::IN, 60, record));
    response.answers.extend(records);
    response.questions.push(question);
    Some(written(&response))
}
