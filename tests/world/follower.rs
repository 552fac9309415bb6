//! Somebody who follows the event stream, reading it as its standard says.

use super::patience;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// One event of a stream.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its id, to resume behind.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its data.
    pub data: Value,
}

/// An open stream.
pub struct Follower {
    lines: BufReader<TcpStream>,
    /// The status it was answered with.
    pub status: u16,
}

impl Follower {
    /// Asks for the stream of this path, with further headers.
    pub async fn open(api: SocketAddr, token: &str, path: &str, headers: &str) -> Follower {
        let mut stream = TcpStream::connect(api).await.expect("a server");
        let head = format!(
            "GET /api/v1{path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n{headers}\r\n"
        );
        stream
            .write_all(head.as_bytes())
            .await
            .expect("an open connection");
        let mut follower = Follower {
            lines: BufReader::new(stream),
            status: 0,
        };
        let status = follower.line().await.expect("an answer");
        follower.status = status
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .unwrap_or(0);
        while follower.line().await.is_some_and(|line| !line.is_empty()) {}
        follower
    }

    /// The next line; `None` at the end of the stream.
    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = tokio::time::timeout(patience(), self.lines.read_line(&mut line));
        match read.await.expect("a line in time") {
            Ok(bytes) if bytes > 0 => Some(line.trim_end().to_owned()),
            _ => None,
        }
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Told> {
        let mut told = Told {
            id: String::new(),
            kind: String::new(),
            data: Value::Null,
        };
        loop {
            let line = self.line().await?;
            // Lengths of chunks and signs of life stand between, and are no fields.
            match line.split_once(": ").or(line.split_once(':')) {
                Some(("id", id)) => told.id = id.to_owned(),
                Some(("event", kind)) => told.kind = kind.to_owned(),
                Some(("data", data)) => {
                    told.data = serde_json::from_str(data).unwrap_or(Value::String(data.into()));
                }
                _ if line.is_empty() && !told.kind.is_empty() => return Some(told),
                _ => {}
            }
        }
    }

    /// The next event of this kind.
    pub async fn hears(&mut self, kind: &str) -> Told {
        loop {
            let told = self.next().await.expect("the stream goes on");
            if told.kind == kind {
                return told;
            }
        }
    }
}
