//! Whoever asks the page, on a real socket: a browser with an account, or somebody who sends what no browser would.

use cwmp::http::{Authorizer, Challenge};
use data_model::Secret;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).into_iter().next()
    }

    pub fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value).collect()
    }

    /// The token of the first form in it.
    pub fn token(&self) -> String {
        let (_, rest) = self
            .body
            .split_once("name=\"token\" value=\"")
            .unwrap_or_else(|| panic!("there is no form: {}", self.body));
        rest.split('"').next().expect("it ends").to_owned()
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Answer {
        assert!(
            self.body.contains(text),
            "`{text}` is missing: {}",
            self.body
        );
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Answer {
        assert_eq!(self.status, status, "{}{}", self.head, self.body);
        self
    }
}

/// Sends these bytes and reads until the other side closes; `None` if nothing came.
pub async fn exchange(to: SocketAddr, bytes: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(to).await.expect("somebody listens");
    // Who is refused early may see the connection close while it still sends.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let read = tokio::time::timeout(super::PATIENCE, read).await;
    let _ = read.expect("the connection is closed in time");
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Some(Answer {
        status: status.expect("a status line"),
        head: format!("{head}\r\n"),
        body: body.to_owned(),
    })
}

/// A browser at one page with one account.
pub struct Browser {
    to: SocketAddr,
    authorizer: Authorizer,
}

impl Browser {
    pub fn new(to: SocketAddr, username: &str, password: &str) -> Browser {
        Browser {
            to,
            authorizer: Authorizer::new(username, Secret::new(password)),
        }
    }

    pub async fn get(&mut self, target: &str) -> Answer {
        self.send("GET", target, "", "").await
    }

    /// Sends a form as the page's own buttons do.
    pub async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = format!(
            "Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n",
            self.to
        );
        self.send("POST", target, &headers, &form(fields)).await
    }

    /// Any request; answers a challenge if there is one.
    pub async fn send(&mut self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        let first = self.once(method, target, headers, body).await;
        if first.status != 401 {
            return first;
        }
        let challenges = first.headers("www-authenticate");
        let answered = self.authorizer.challenge(challenges, Challenge::DigestOnly);
        if answered.is_err() {
            return first;
        }
        self.once(method, target, headers, body).await
    }

    /// The header that proves who we are, once a challenge was answered.
    pub fn authorization(&mut self, method: &str, target: &str) -> String {
        let header = self.authorizer.header(method, target, "0123456789abcdef");
        format!("Authorization: {}\r\n", header.expect("it was challenged"))
    }

    async fn once(&mut self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        let authorization = self.authorizer.header(method, target, "0123456789abcdef");
        let authorization =
            authorization.map_or(String::new(), |it| format!("Authorization: {it}\r\n"));
        let kind = match method {
            "POST" if !headers.contains("Content-Type") => {
                "Content-Type: application/x-www-form-urlencoded\r\n"
            }
            _ => "",
        };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             {authorization}{kind}{headers}Content-Length: {}\r\n\r\n{body}",
            self.to,
            body.len()
        );
        let answer = exchange(self.to, request.as_bytes()).await;
        answer.expect("it is answered")
    }
}

/// A form as browsers write it.
pub fn form(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        text += if text.is_empty() { "" } else { "&" };
        text += name;
        text.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => text.push(char::from(byte)),
                b' ' => text.push('+'),
                other => text += &format!("%{other:02X}"),
            }
        }
    }
    text
}
