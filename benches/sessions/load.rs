//! The load: sessions as bytes made beforehand, so that the client costs little.

use cwmp::http::basic;
use cwmp::message::{CpeRequest, FromCpe};
use cwmp::rpc::Inform;
use cwmp::{DeviceId, Event, EventCode, Header, Namespace, envelope};
use data_model::{DateTime, ParameterList, Secret, XsdType};
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

/// The password of every device here.
pub const PASSWORD: &str = "bench-password";

/// What one device sends.
pub struct Session {
    inform: Vec<u8>,
    authorization: String,
}

/// Who a device is.
pub fn identity(number: usize) -> DeviceId {
    DeviceId {
        manufacturer: "Cisco".into(),
        oui: "00562B".into(),
        product_class: "ATA192".into(),
        serial_number: format!("BENCH{number:06}"),
    }
}

/// The parameters of every Inform: 12 that do not change from session to session.
pub fn inform_parameters(number: usize) -> ParameterList {
    let mut list = ParameterList::new();
    let address = format!("192.0.2.{}", number % 250 + 1);
    let url = format!("http://{address}:7547/{number:016x}");
    let summary =
        "Device:1.14[](Baseline:1, LAN:1, Time:1), VoiceService:1.0[1](Endpoint:1, SIPEndpoint:1)";
    for (name, value) in [
        ("Device.DeviceSummary", summary),
        ("Device.DeviceInfo.HardwareVersion", "4"),
        ("Device.DeviceInfo.SoftwareVersion", "11-3-2MPP0102-233"),
        ("Device.DeviceInfo.ProvisioningCode", "SIP.retail"),
        ("Device.DeviceInfo.ModelName", "ATA192"),
        ("Device.ManagementServer.ParameterKey", ""),
        ("Device.ManagementServer.ConnectionRequestURL", &url),
        ("Device.LAN.IPAddress", &address),
        ("Device.LAN.MACAddress", "00:56:2B:4C:11:9E"),
        (
            "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status",
            "Up",
        ),
        (
            "Device.Services.VoiceService.1.VoiceProfile.2.Line.1.Status",
            "Disabled",
        ),
    ] {
        list.push_str(name, value);
    }
    let interval = "Device.ManagementServer.PeriodicInformInterval";
    list.push(interval, XsdType::UnsignedInt, "300");
    list
}

/// Makes a device's session.
pub fn session(number: usize) -> Session {
    let identity = identity(number);
    let authorization = basic::encode(&identity.username(), &Secret::new(PASSWORD.to_owned()));
    let inform = Inform {
        device_id: identity,
        event: vec![Event::new(EventCode::Periodic)],
        max_envelopes: 1,
        current_time: DateTime::unknown(),
        retry_count: 0,
        parameter_list: inform_parameters(number),
    };
    let body = FromCpe::from(CpeRequest::from(inform));
    let body = envelope::write(Namespace::Cwmp12, &Header::with_id("1"), &body);
    let head = format!(
        "POST / HTTP/1.1\r\nHost: acs\r\nAuthorization: {authorization}\r\nSOAPAction: \"\"\r\n\
         Content-Type: text/xml; charset=\"utf-8\"\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Session {
        inform: [head.into_bytes(), body.into_bytes()].concat(),
        authorization,
    }
}

/// Plays so many sessions, the devices in turn; over TLS if there is something to connect with.
pub fn run(
    server: SocketAddr,
    tls: Option<&TlsConnector>,
    sessions: &[Session],
    count: usize,
    concurrency: usize,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let next = AtomicUsize::new(0);
    runtime.expect("a runtime").block_on(async {
        let client = || async {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                let session = &sessions[number % sessions.len()];
                let stream = connect(number, server).await;
                stream.set_nodelay(true).expect("a TCP stream");
                match tls {
                    None => play(stream, session).await,
                    Some(tls) => {
                        let name = ServerName::from(server.ip());
                        let stream = tls.connect(name, stream).await;
                        play(stream.expect("a handshake"), session).await;
                    }
                }
            }
        };
        futures_util::future::join_all((0..concurrency).map(|_| client())).await;
    });
}

/// A connection from one of a thousand addresses of the loopback network: devices have their own, and one that began
/// every handshake of a round would be taken for a flood.
async fn connect(number: usize, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    let (third, fourth) = (number / 250 % 4, number % 250 + 1);
    let [third, fourth] = [third, fourth].map(|part| u8::try_from(part).expect("below 256"));
    let from = SocketAddr::from(([127, 0, third, fourth], 0));
    socket
        .bind(from)
        .expect("an address of the loopback network");
    socket.connect(server).await.expect("the server listens")
}

/// One session; anything but 200 and then 204 is a mistake in the benchmark.
async fn play(mut stream: impl AsyncRead + AsyncWrite + Unpin, session: &Session) {
    let mut buffer = Vec::with_capacity(2048);
    stream
        .write_all(&session.inform)
        .await
        .expect("the server reads");
    stream.flush().await.expect("the server reads");
    let head = answer(&mut stream, &mut buffer).await;
    assert!(head.starts_with("HTTP/1.1 200"), "to the Inform: {head}");
    let cookie = header(&head, "set-cookie").and_then(|cookie| cookie.split(';').next());
    let cookie = cookie.expect("a session has a cookie");
    let empty = format!(
        "POST / HTTP/1.1\r\nHost: acs\r\nAuthorization: {}\r\nCookie: {cookie}\r\nContent-Length: 0\r\n\r\n",
        session.authorization
    );
    stream
        .write_all(empty.as_bytes())
        .await
        .expect("the server reads");
    stream.flush().await.expect("the server reads");
    let head = answer(&mut stream, &mut buffer).await;
    assert!(
        head.starts_with("HTTP/1.1 204"),
        "to the empty POST: {head}"
    );
}

/// Reads one response whole and gives its head.
async fn answer(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> String {
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.expect("the server answers");
        assert!(read > 0, "the server closed before it answered");
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let length =
            header(&head, "content-length").map_or(0, |text| text.parse().expect("a length"));
        if buffer.len() >= end + 4 + length {
            return head;
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
