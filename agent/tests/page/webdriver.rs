//! Drives a real browser: Chromium without a screen, by the WebDriver protocol of its chromedriver.

use base64::Engine as _;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What W3C WebDriver calls the key of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with an empty profile.
pub struct Chromium {
    driver: Child,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Chromium {
    pub async fn start() -> Chromium {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (Debian: apt-get install chromium chromium-driver)");
        let stdout = driver.stdout.take().expect("it is piped");
        let told = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
            lines.find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse().ok()
            })
        });
        let port = told.await.expect("it is read").expect("it names its port");
        let profile = tempfile::tempdir().expect("a folder can be made");
        let mut chromium = Chromium {
            driver,
            port,
            session: String::new(),
            _profile: profile,
        };
        let folder = chromium._profile.path().display();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1180,900",
            &format!("--user-data-dir={folder}"),
        ];
        let options = json!({ "args": arguments });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let session = chromium.call("POST", "/session", wanted).await;
        session["sessionId"]
            .as_str()
            .expect("a session begins")
            .clone_into(&mut chromium.session);
        // An element that is not there yet is waited for.
        chromium
            .does("timeouts", json!({ "implicit": 10_000 }))
            .await;
        chromium
    }

    /// Ends the browser as well as its driver.
    pub async fn quit(self) {
        self.call("DELETE", &format!("/session/{}", self.session), Value::Null)
            .await;
    }

    pub async fn open(&self, url: &str) {
        self.does("url", json!({ "url": url })).await;
    }

    /// Where it is.
    pub async fn path(&self) -> String {
        let path = format!("/session/{}/url", self.session);
        let url = self.call("GET", &path, Value::Null).await;
        let path = url.as_str().and_then(|url| url.splitn(4, '/').nth(3));
        format!("/{}", path.expect("it is somewhere"))
    }

    /// Puts a text into the field with this id.
    pub async fn fill(&self, id: &str, text: &str) {
        let field = self.find(&format!("[id=\"{id}\"]")).await;
        self.does(&format!("element/{field}/clear"), json!({}))
            .await;
        self.does(&format!("element/{field}/value"), json!({ "text": text }))
            .await;
    }

    /// Chooses an option of a selection.
    pub async fn choose(&self, id: &str, value: &str) {
        self.click(&format!("[id=\"{id}\"] option[value=\"{value}\"]"))
            .await;
    }

    pub async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        self.does(&format!("element/{element}/click"), json!({}))
            .await;
    }

    /// The text a person reads in an element.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.find(selector).await;
        let path = format!("/session/{}/element/{element}/text", self.session);
        let text = self.call("GET", &path, Value::Null).await;
        text.as_str().expect("a text").to_owned()
    }

    pub async fn run(&self, script: &str) -> Value {
        self.does("execute/sync", json!({ "script": script, "args": [] }))
            .await
    }

    /// Something of the DevTools.
    pub async fn tools(&self, command: &str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.does("goog/cdp/execute", body).await;
    }

    /// A picture of what is seen, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let path = format!("/session/{}/screenshot", self.session);
        let picture = self.call("GET", &path, Value::Null).await;
        let picture = picture.as_str().expect("a picture");
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture);
        bytes.expect("it is base64")
    }

    async fn find(&self, selector: &str) -> String {
        let body = json!({ "using": "css selector", "value": selector });
        let element = self.does("element", body).await;
        let id = element[ELEMENT].as_str();
        id.unwrap_or_else(|| panic!("{selector}: {element}"))
            .to_owned()
    }

    async fn does(&self, what: &str, body: Value) -> Value {
        let path = format!("/session/{}/{what}", self.session);
        self.call("POST", &path, body).await
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Value {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        let answer = tokio::time::timeout(super::PATIENCE, async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            // The driver does not close the connection, so its length counts.
            while whole(&answer).is_none_or(|end| answer.len() < end) {
                if stream.read_buf(&mut answer).await? == 0 {
                    break;
                }
            }
            Ok::<_, std::io::Error>(answer)
        });
        let answer = answer.await.expect("the browser answers in time");
        let answer = answer.expect("chromedriver is there");
        let text = String::from_utf8_lossy(&answer);
        let (_, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("{text}"));
        let mut answer: Value = serde_json::from_str(body).expect("it is JSON");
        let value = answer["value"].take();
        assert!(value["error"].is_null(), "{method} {path}: {value}");
        value
    }
}

/// Where an answer ends, once its head is there.
fn whole(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|it| it == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    Some(head + 4 + length?.trim().parse::<usize>().ok()?)
}
