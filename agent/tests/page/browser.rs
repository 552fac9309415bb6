//! Whoever asks the page, on a real socket: a browser with an account, or somebody who sends what no browser would.

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

/// A browser at one page, for somebody who has an account.
pub struct Browser {
    to: SocketAddr,
    name: String,
    password: String,
    cookie: Option<String>,
}

impl Browser {
    pub fn new(to: SocketAddr, name: &str, password: &str) -> Browser {
        Browser {
            to,
            name: name.to_owned(),
            password: password.to_owned(),
            cookie: None,
        }
    }

    pub async fn get(&mut self, target: &str) -> Answer {
        self.send("GET", target, "", "").await
    }

    /// Sends a form as the page's own buttons do.
    pub async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = self.own_headers();
        self.send("POST", target, &headers, &form(fields)).await
    }

    /// Sends a form with a file.
    pub async fn post_file(&mut self, target: &str, token: &str, file: &str) -> Answer {
        let body = format!(
            "--xYz\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--xYz\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{file}\r\n--xYz--\r\n"
        );
        let kind = "Content-Type: multipart/form-data; boundary=xYz\r\n";
        let headers = format!("{}{kind}", self.own_headers());
        self.send("POST", target, &headers, &body).await
    }

    /// Any request; whoever is not in yet, or not any more, logs in first.
    pub async fn send(&mut self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        if self.cookie.is_some() {
            let answer = self.once(method, target, headers, body).await;
            let sent_away = method == "GET" && answer.header("location") == Some("/login");
            if answer.status != 401 && !sent_away {
                return answer;
            }
        }
        let answer = self.log_in().await;
        if answer.status != 303 {
            return answer;
        }
        self.once(method, target, headers, body).await
    }

    /// Types the name and the password in.
    pub async fn log_in(&mut self) -> Answer {
        self.cookie = None;
        let fields = form(&[("name", &self.name), ("password", &self.password)]);
        let headers = self.own_headers();
        let answer = self.once("POST", "/login", &headers, &fields).await;
        let cookie = answer
            .header("set-cookie")
            .and_then(|it| it.split(';').next());
        self.cookie = cookie.map(str::to_owned);
        answer
    }

    /// The password it types in from then on.
    pub fn remembers(&mut self, password: &str) {
        self.password = password.to_owned();
    }

    /// The header that proves who we are, once logged in.
    pub fn authorization(&self) -> String {
        format!("Cookie: {}\r\n", self.cookie.as_ref().expect("it is in"))
    }

    fn own_headers(&self) -> String {
        format!(
            "Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n",
            self.to
        )
    }

    /// A request with what the browser has, whatever comes of it.
    pub async fn once(&mut self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        let cookie = self.cookie.as_ref();
        let cookie = cookie.map_or(String::new(), |it| format!("Cookie: {it}\r\n"));
        let kind = match method {
            "POST" if !headers.contains("Content-Type") => {
                "Content-Type: application/x-www-form-urlencoded\r\n"
            }
            _ => "",
        };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             {cookie}{kind}{headers}Content-Length: {}\r\n\r\n{body}",
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
