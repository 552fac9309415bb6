//! A device played by hand: every byte it sends is the test's own.

use super::{World, device_path};
use cwmp::http::basic;
use cwmp::message::{CpeRequest, FromAcs, FromCpe};
use cwmp::rpc::{Inform, TransferComplete, TransferFault};
use cwmp::{CommandKey, DeviceId, Envelope, Event, EventCode, Header, Namespace, envelope};
use data_model::{DateTime, ParameterList, Secret};
use serde_json::json;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PASSWORD: &str = "by-hand-password";

/// An HTTP response.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The message in it.
    pub fn message(&self) -> Envelope<FromAcs> {
        match envelope::read(&self.body) {
            Ok(message) => message,
            Err(why) => panic!("{} {why}: {}", self.status, self.text()),
        }
    }
}

/// One HTTP request without a body.
pub async fn fetch(server: SocketAddr, path: &str) -> Answer {
    let mut stream = TcpStream::connect(server)
        .await
        .expect("the server listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the server reads");
    read_answer(&mut stream).await.expect("the server answers")
}

/// Reads one response; `None` if the server closes without one.
pub async fn read_answer(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut body = bytes.split_off(end + 4);
    if headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value == "chunked")
    {
        let body = read_chunks(stream, body).await?;
        return Some(Answer {
            status,
            headers,
            body,
        });
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, text)| text.parse().ok()).unwrap_or(0);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Answer {
        status,
        headers,
        body,
    })
}

/// A body in chunks (RFC 9112 7.1); `None` if the server closes before the last one.
async fn read_chunks(stream: &mut TcpStream, mut rest: Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            if let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
                break end;
            }
            if stream.read_buf(&mut rest).await.ok()? == 0 {
                return None;
            }
        };
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
        let end = line + 2 + length;
        while rest.len() < end + 2 {
            if stream.read_buf(&mut rest).await.ok()? == 0 {
                return None;
            }
        }
        body.extend_from_slice(&rest[line + 2..end]);
        rest.drain(..end + 2);
        if length == 0 {
            return Some(body);
        }
    }
}

/// A device.
pub struct Hand {
    /// Who it is.
    pub identity: DeviceId,
    /// What it says about itself; empty for nothing.
    pub authorization: String,
    /// The cookie it has got, and sends back; tests may take it away.
    pub cookie: Option<String>,
    /// Further headers of every request, each with its line end.
    pub headers: String,
    server: SocketAddr,
    stream: Option<TcpStream>,
}

impl Hand {
    /// A device that an operator has registered. The server must take Basic without TLS.
    pub async fn registered(world: &World, serial_number: &str) -> Hand {
        let hand = Hand::unregistered(world, serial_number);
        let device = json!({
            "oui": hand.identity.oui,
            "product_class": hand.identity.product_class,
            "serial_number": serial_number,
            "password": PASSWORD,
            "connection_request": { "username": "acs", "password": PASSWORD },
        });
        world
            .api
            .post("/devices", device)
            .await
            .expect("a new device");
        hand
    }

    /// A device nobody has heard of, with the same password.
    pub fn unregistered(world: &World, serial_number: &str) -> Hand {
        Hand::with_password(world.server.cwmp_address, serial_number, PASSWORD)
    }

    /// A device with a password of its own.
    pub fn with_password(server: SocketAddr, serial_number: &str, password: &str) -> Hand {
        let identity = DeviceId {
            manufacturer: "Hand".into(),
            oui: "00562B".into(),
            product_class: "ATA192".into(),
            serial_number: serial_number.into(),
        };
        let authorization = basic::encode(&identity.username(), &Secret::new(password));
        Hand {
            identity,
            authorization,
            cookie: None,
            headers: String::new(),
            server,
            stream: None,
        }
    }

    /// Its address in the API.
    pub fn path(&self) -> String {
        device_path(&self.identity.username())
    }

    /// Its next request comes over a connection of its own.
    pub fn hang_up(&mut self) {
        self.stream = None;
    }

    /// Sends bytes as they are and reads one response; `None` if the server closes without one.
    pub async fn raw(&mut self, bytes: &[u8]) -> Option<Answer> {
        if self.stream.is_none() {
            self.stream = Some(TcpStream::connect(self.server).await.ok()?);
        }
        let stream = self.stream.as_mut().expect("connected above");
        // A server that has seen enough may close while we still write; its answer is there all the same.
        let _ = stream.write_all(bytes).await;
        let answer = read_answer(stream).await;
        let closed = answer
            .as_ref()
            .is_none_or(|answer| answer.header("connection") == Some("close"));
        if closed {
            self.stream = None;
        }
        answer
    }

    /// Sends bytes and waits for nothing.
    pub async fn send(&mut self, bytes: &[u8]) {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.server).await;
            self.stream = Some(stream.expect("the server listens"));
        }
        let stream = self.stream.as_mut().expect("connected above");
        stream.write_all(bytes).await.expect("the server reads");
    }

    /// A POST with everything a device sends.
    pub async fn post(&mut self, body: impl AsRef<[u8]>) -> Answer {
        self.try_post(body).await.expect("the server answers")
    }

    /// A POST to a server that may be gone; `None` if it does not answer.
    pub async fn try_post(&mut self, body: impl AsRef<[u8]>) -> Option<Answer> {
        let request = self.request(body.as_ref());
        let answer = self.raw(&request).await?;
        if let Some(cookie) = answer.header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        Some(answer)
    }

    /// The bytes of a POST.
    pub fn request(&self, body: &[u8]) -> Vec<u8> {
        let mut head = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: text/xml; charset=\"utf-8\"\r\nContent-Length: {}\r\n{}",
            self.server,
            body.len(),
            self.headers
        );
        if !self.authorization.is_empty() {
            head.push_str(&format!("Authorization: {}\r\n", self.authorization));
        }
        if let Some(cookie) = &self.cookie {
            head.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        [head.as_bytes(), b"\r\n", body].concat()
    }

    /// An Inform with these events.
    pub fn inform(&self, events: Vec<Event>) -> String {
        let mut parameter_list = ParameterList::new();
        for (name, value) in [
            ("Device.DeviceInfo.HardwareVersion", "4"),
            ("Device.DeviceInfo.SoftwareVersion", super::FACTORY_VERSION),
            ("Device.ManagementServer.ParameterKey", ""),
            // Nothing listens there; calls fail, and nothing waits for them.
            (
                "Device.ManagementServer.ConnectionRequestURL",
                "http://127.0.0.1:9/x",
            ),
        ] {
            parameter_list.push_str(name, value);
        }
        let inform = Inform {
            device_id: self.identity.clone(),
            event: events,
            max_envelopes: 1,
            current_time: DateTime::unknown(),
            retry_count: 0,
            parameter_list,
        };
        self.message("1", CpeRequest::from(inform))
    }

    /// A TransferComplete without a fault.
    pub fn transfer_complete(&self, command_key: &str) -> String {
        let complete = TransferComplete {
            command_key: CommandKey::from_peer(command_key),
            fault_struct: TransferFault::default(),
            start_time: DateTime::unknown(),
            complete_time: DateTime::unknown(),
        };
        self.message("2", CpeRequest::from(complete))
    }

    /// Any message.
    pub fn message(&self, id: &str, body: impl Into<FromCpe>) -> String {
        envelope::write(Namespace::Cwmp12, &Header::with_id(id), &body.into())
    }

    /// Opens a session with a periodic Inform.
    pub async fn open(&mut self) {
        let inform = self.inform(vec![Event::new(EventCode::Periodic)]);
        let answer = self.post(inform).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(
            answer.text().contains("InformResponse"),
            "{}",
            answer.text()
        );
    }
}
