//! A client of the REST API that knows nothing of the server's code.

use super::by_hand::{Answer, read_answer};
use serde_json::{Value, json};
use std::fmt;
use std::net::SocketAddr;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// What the first user of every world chooses as password.
pub const ADMIN_PASSWORD: &str = "chosen by the administrator";

/// Speaks to one server as one user.
#[derive(Debug, Clone)]
pub struct Rest {
    address: SocketAddr,
    token: String,
}

/// An answer that is no success.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The status; zero if the connection broke.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

/// What the API answers.
pub type Result = std::result::Result<Value, Refused>;

impl Rest {
    /// Somebody who has not signed in.
    pub fn nobody(address: SocketAddr) -> Rest {
        Rest {
            address,
            token: String::new(),
        }
    }

    /// Signs in.
    pub async fn sign_in(
        address: SocketAddr,
        user: &str,
        password: &str,
    ) -> std::result::Result<Rest, Refused> {
        let nobody = Rest::nobody(address);
        let body = json!({ "user": user, "password": password });
        let answer = nobody.post("/sign-in", body).await?;
        let token = answer["token"].as_str().unwrap_or_default().to_owned();
        Ok(Rest { address, token })
    }

    /// Where the server is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The token of the user.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Signs in as the first user of a server: chooses [`ADMIN_PASSWORD`] with the one-time password.
    pub async fn first_sign_in(
        address: SocketAddr,
        one_time: &str,
    ) -> std::result::Result<Rest, Refused> {
        let first = Rest::sign_in(address, "admin", one_time).await?;
        let change = json!({ "old": one_time, "new": ADMIN_PASSWORD });
        first.put("/password", change).await?;
        Rest::sign_in(address, "admin", ADMIN_PASSWORD).await
    }

    /// Whoever shows this token.
    pub fn with_token(address: SocketAddr, token: &str) -> Rest {
        Rest {
            address,
            token: token.to_owned(),
        }
    }

    /// GET
    pub async fn get(&self, path: &str) -> Result {
        self.send("GET", path, "", b"").await
    }

    /// POST
    pub async fn post(&self, path: &str, body: Value) -> Result {
        self.send("POST", path, "", body.to_string().as_bytes())
            .await
    }

    /// POST with an idempotency key
    pub async fn post_once(&self, path: &str, body: Value, key: &str) -> Result {
        let header = format!("Idempotency-Key: {key}\r\n");
        self.send("POST", path, &header, body.to_string().as_bytes())
            .await
    }

    /// Any request with headers of its own, each ended by CRLF; the whole answer, whatever it is.
    pub async fn raw(&self, method: &str, path: &str, headers: &str, body: &Value) -> Answer {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        self.text(method, path, headers, &body).await
    }

    /// The same with a body that need not be JSON.
    pub async fn text(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let answer = self.exchange(method, path, headers, body.as_bytes()).await;
        answer.expect("an answer")
    }

    /// PUT
    pub async fn put(&self, path: &str, body: Value) -> Result {
        self.send("PUT", path, "", body.to_string().as_bytes())
            .await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Result {
        self.send("DELETE", path, "", b"").await
    }

    /// POST of a file
    pub async fn upload(&self, path: &str, bytes: Vec<u8>) -> Result {
        self.send("POST", path, "", &bytes).await
    }

    /// Every element of a list, in pages of this size.
    pub async fn all_by(
        &self,
        path: &str,
        limit: usize,
    ) -> std::result::Result<Vec<Value>, Refused> {
        let mut items = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("{path}?limit={limit}{after}")).await?;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(items),
            }
        }
    }

    /// Every element of a list.
    pub async fn all(&self, path: &str) -> std::result::Result<Vec<Value>, Refused> {
        self.all_by(path, 1000).await
    }

    async fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Result {
        let answer = self
            .exchange(method, path, headers, body)
            .await
            .ok_or_else(|| Refused {
                status: 0,
                body: "the connection broke".into(),
            })?;
        if (200..300).contains(&answer.status) {
            return Ok(serde_json::from_slice(&answer.body).unwrap_or(Value::Null));
        }
        Err(Refused {
            status: answer.status,
            body: answer.text(),
        })
    }

    /// Whatever is answered, as it comes.
    pub async fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).await.ok()?;
        let mut head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n{headers}",
            body.len()
        );
        if !self.token.is_empty() {
            head.push_str(&format!("Authorization: Bearer {}\r\n", self.token));
        }
        head.push_str("\r\n");
        // In one piece: a server that has seen enough with the head may close, and what came after that would take its
        // answer away from us. It may still close while we write a long one; its answer is there all the same.
        let request = [head.as_bytes(), body].concat();
        let _ = stream.write_all(&request).await;
        read_answer(&mut stream).await
    }
}
