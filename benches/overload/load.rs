//! Devices that boot: bytes made beforehand, so that a client costs little.

use cwmp::http::basic;
use cwmp::message::{CpeRequest, FromCpe};
use cwmp::rpc::Inform;
use cwmp::{DeviceId, Event, EventCode, Header, Namespace, envelope};
use data_model::{DateTime, ParameterList, Secret};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// The password of every device here.
pub const PASSWORD: &str = "bench-password";
/// Addresses the server is called by, in turn: each has as many connections as there are ports.
const ADDRESSES: usize = 32;
/// What a device waits until it is connected: its own TCP would ask again after a second, and for that it is not here.
const CONNECT: Duration = Duration::from_millis(250);
/// What it waits for an answer then.
const ANSWER: Duration = Duration::from_secs(20);

/// What one device sends.
pub struct Boot {
    inform: Vec<u8>,
    authorization: String,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its boot is on the disk of the server, and the session has come to its end.
    Served,
    /// 503 with a time to come back.
    TurnedAway,
    /// No connection in time.
    Unanswered,
    /// Anything else.
    Failed,
}

/// Who a device is.
pub fn identity(number: usize) -> DeviceId {
    DeviceId {
        manufacturer: "Cisco".into(),
        oui: "00562B".into(),
        product_class: "ATA192".into(),
        serial_number: format!("STORM{number:06}"),
    }
}

/// Makes a device's boot.
pub fn boot(number: usize) -> Rc<Boot> {
    let identity = identity(number);
    let authorization = basic::encode(&identity.username(), &Secret::new(PASSWORD.to_owned()));
    let mut parameter_list = ParameterList::new();
    let url = format!("http://192.0.2.1:7547/{number:016x}");
    for (name, value) in [
        ("Device.DeviceInfo.HardwareVersion", "4"),
        ("Device.DeviceInfo.SoftwareVersion", "11-3-2MPP0102-233"),
        ("Device.DeviceInfo.ProvisioningCode", "SIP.retail"),
        ("Device.ManagementServer.ParameterKey", ""),
        ("Device.ManagementServer.ConnectionRequestURL", &url),
        ("Device.LAN.IPAddress", "192.0.2.1"),
    ] {
        parameter_list.push_str(name, value);
    }
    let inform = Inform {
        device_id: identity,
        event: vec![Event::new(EventCode::Boot)],
        max_envelopes: 1,
        current_time: DateTime::unknown(),
        retry_count: 0,
        parameter_list,
    };
    let body = FromCpe::from(CpeRequest::from(inform));
    let body = envelope::write(Namespace::Cwmp12, &Header::with_id("1"), &body);
    let head = format!(
        "POST / HTTP/1.1\r\nHost: acs\r\nAuthorization: {authorization}\r\nSOAPAction: \"\"\r\n\
         Content-Type: text/xml; charset=\"utf-8\"\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Rc::new(Boot {
        inform: [head.into_bytes(), body.into_bytes()].concat(),
        authorization,
    })
}

/// One attempt of a device, within its patience.
pub async fn attempt(boot: &Boot, number: usize, server: SocketAddr) -> End {
    let stream = match tokio::time::timeout(CONNECT, connect(number, server)).await {
        Ok(Some(stream)) => stream,
        Ok(None) => return End::Failed,
        Err(_) => return End::Unanswered,
    };
    let session = tokio::time::timeout(ANSWER, session(boot, stream)).await;
    session.ok().flatten().unwrap_or(End::Failed)
}

async fn connect(number: usize, server: SocketAddr) -> Option<TcpStream> {
    let last = u8::try_from(number % ADDRESSES + 1).ok()?;
    let address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), server.port()));
    let socket = TcpSocket::new_v4().ok()?;
    // It ends at once, and its port is free again.
    #[expect(deprecated, reason = "a time of zero waits for nothing")]
    socket.set_linger(Some(Duration::ZERO)).ok()?;
    socket.connect(address).await.ok()
}

async fn session(boot: &Boot, mut stream: TcpStream) -> Option<End> {
    stream.write_all(&boot.inform).await.ok()?;
    let mut buffer = Vec::with_capacity(2048);
    let head = answer(&mut stream, &mut buffer).await?;
    if head.starts_with("HTTP/1.1 503") {
        header(&head, "retry-after")?;
        return Some(End::TurnedAway);
    }
    if !head.starts_with("HTTP/1.1 200") {
        return None;
    }
    let cookie = header(&head, "set-cookie")?.split(';').next()?;
    let empty = format!(
        "POST / HTTP/1.1\r\nHost: acs\r\nAuthorization: {}\r\nCookie: {cookie}\r\nContent-Length: 0\r\n\r\n",
        boot.authorization
    );
    stream.write_all(empty.as_bytes()).await.ok()?;
    let head = answer(&mut stream, &mut buffer).await?;
    head.starts_with("HTTP/1.1 204").then_some(End::Served)
}

/// Reads one response whole and gives its head.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let length: usize = match header(&head, "content-length") {
            Some(text) => text.parse().ok()?,
            None => 0,
        };
        if buffer.len() >= end + 4 + length {
            return Some(head);
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
