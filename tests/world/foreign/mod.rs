//! CPEs of others, played from a file: a tree, the form of their messages, and their odd habits.
//!
//! `soap-fixtures/cpes/NAME.toml` says what one is; [`form`] writes its messages, [`answers`] answers for it. What it is
//! asked is read by our own reader, so that a mistake in what the server writes shows as a question it cannot read.

mod answers;
mod form;

use super::by_hand::{Answer, read_answer};
use super::{World, device_path};
use cwmp::http::basic;
use cwmp::message::{AcsRequest, FromAcs};
use cwmp::{DeviceId, EventCode};
use data_model::Secret;
use form::Form;
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const PASSWORD: &str = "foreign-password";

/// What a file says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    #[serde(rename = "about")]
    _about: String,
    manufacturer: String,
    oui: String,
    product_class: String,
    serial_number: String,
    root: String,
    form: Form,
    habits: Habits,
    tree: Tree,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tree {
    values: String,
}

/// What it does that others do not.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Habits {
    cookie: bool,
    connections: Connections,
    root_names: bool,
    names: usize,
    values: usize,
    branches: bool,
    #[serde(default)]
    ghosts: Vec<String>,
    deadly: Option<String>,
    booleans: String,
    dates: Option<String>,
    #[serde(default)]
    refuses: Vec<String>,
    parameter_key: Option<String>,
    later: Option<String>,
    #[serde(default)]
    lacks: Vec<String>,
    after_download: AfterDownload,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Connections {
    #[serde(rename = "kept")]
    Kept,
    #[serde(rename = "one each")]
    OneEach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum AfterDownload {
    #[serde(rename = "silence")]
    Silence,
    #[serde(rename = "fault 9010")]
    Fault,
    #[serde(rename = "foreign key")]
    ForeignKey,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    ty: String,
    access: Access,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    /// It can be written, and reads back as empty.
    Secret,
}

/// How a session went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The server had no more to ask.
    Well,
    /// The device restarted over a question.
    Restarted,
}

/// A foreign CPE.
pub struct Foreign {
    /// Who it is.
    pub identity: DeviceId,
    /// Its tree, by full names.
    pub tree: BTreeMap<String, Parameter>,
    /// What it was asked in its last session, by the names of the methods.
    pub asked: Vec<&'static str>,
    /// Everything it was ever told to write, by full names.
    pub written: Vec<(String, String)>,
    description: Description,
    server: SocketAddr,
    stream: Option<TcpStream>,
    cookie: Option<String>,
    /// A download it has accepted: its CommandKey and URL.
    download: Option<(String, String)>,
    /// What its next Inform reports.
    events: Vec<(EventCode, String)>,
    /// A TransferComplete it owes: CommandKey and fault code.
    report: Option<(String, u16)>,
    restarts: bool,
}

impl Foreign {
    /// A CPE from its file, registered with the server.
    pub async fn registered(world: &World, name: &str) -> Foreign {
        let cpe = Foreign::unregistered(world, name);
        let device = json!({
            "oui": cpe.identity.oui,
            "product_class": cpe.identity.product_class,
            "serial_number": cpe.identity.serial_number,
            "password": PASSWORD,
            "connection_request": { "username": "acs", "password": PASSWORD },
        });
        world
            .api
            .post("/devices", device)
            .await
            .expect("a new device");
        cpe
    }

    /// A CPE from its file.
    pub fn unregistered(world: &World, name: &str) -> Foreign {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("soap-fixtures/cpes")
            .join(format!("{name}.toml"));
        let text = std::fs::read_to_string(path).expect("a file of a CPE");
        let description: Description = toml::from_str(&text).expect("a CPE");
        let identity = DeviceId {
            manufacturer: description.manufacturer.clone(),
            oui: description.oui.clone(),
            product_class: description.product_class.clone(),
            serial_number: description.serial_number.clone(),
        };
        Foreign {
            identity,
            tree: tree(&description.root, &description.tree.values),
            asked: Vec::new(),
            written: Vec::new(),
            description,
            server: world.server.cwmp_address,
            stream: None,
            cookie: None,
            download: None,
            events: vec![(EventCode::Bootstrap, String::new())],
            report: None,
            restarts: false,
        }
    }

    /// Its address in the API.
    pub fn path(&self) -> String {
        device_path(&self.identity.username())
    }

    /// A full name, from one below the root.
    pub fn name(&self, below_root: &str) -> String {
        format!("{}{below_root}", self.description.root)
    }

    /// A value on the device itself.
    pub fn value(&self, below_root: &str) -> &str {
        &self.tree[&self.name(below_root)].value
    }

    /// One session from its Inform to its end.
    pub async fn session(&mut self) -> Ended {
        self.asked.clear();
        self.cookie = None;
        self.stream = None;
        if self.events.is_empty() {
            self.events.push((EventCode::Periodic, String::new()));
        }
        let events = std::mem::take(&mut self.events);
        let answer = self.post(self.inform(&events)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(
            answer.text().contains("InformResponse"),
            "{}",
            answer.text()
        );
        if let Some((key, code)) = self.report.take() {
            let answer = self.post(self.transfer_complete(&key, code)).await;
            assert!(
                answer.text().contains("TransferCompleteResponse"),
                "{}",
                answer.text()
            );
        }
        let mut answer = self.post(String::new()).await;
        while answer.status == 200 && !answer.body.is_empty() {
            let message = answer.message();
            let id = message.header.id.unwrap_or_default();
            let FromAcs::Request(request) = message.body else {
                panic!("{:?}", message.body)
            };
            self.asked.push(request.name());
            let Some(body) = self.answer(&id, &request) else {
                self.boot();
                return Ended::Restarted;
            };
            answer = self.post(body).await;
        }
        assert_eq!(answer.status, 204, "{}", answer.text());
        self.after_session().await;
        Ended::Well
    }

    /// Sessions until the server has nothing more to ask and the device nothing more to tell.
    pub async fn settles(&mut self) {
        for _ in 0..24 {
            let ended = self.session().await;
            if ended == Ended::Well && self.asked.is_empty() && self.events.is_empty() {
                return;
            }
        }
        panic!("the server asks for ever: {:?}", self.asked);
    }

    async fn after_session(&mut self) {
        if let Some((key, url)) = self.download.take() {
            let image = get(&url).await;
            self.install(&key, &image);
        }
        if self.restarts {
            self.boot();
        }
    }

    /// An image is the text of its version.
    fn install(&mut self, key: &str, image: &[u8]) {
        let version = String::from_utf8(image.to_vec()).expect("an image of these tests");
        let name = self.name("DeviceInfo.SoftwareVersion");
        self.tree.get_mut(&name).expect("a version").value = version;
        self.boot();
        let report = match self.description.habits.after_download {
            AfterDownload::Silence => return,
            AfterDownload::Fault => (key.to_owned(), 9010),
            AfterDownload::ForeignKey => ("none-of-yours".to_owned(), 0),
        };
        self.events
            .push((EventCode::TransferComplete, String::new()));
        self.report = Some(report);
    }

    fn boot(&mut self) {
        self.restarts = false;
        self.stream = None;
        self.events.insert(0, (EventCode::Boot, String::new()));
    }

    async fn post(&mut self, body: String) -> Answer {
        if self.description.habits.connections == Connections::OneEach {
            self.stream = None;
        }
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.server).await;
            self.stream = Some(stream.expect("the server listens"));
        }
        let authorization = basic::encode(&self.identity.username(), &Secret::new(PASSWORD));
        let mut head = format!(
            "POST /acs HTTP/1.1\r\nHost: {}\r\nContent-Type: text/html\r\nSOAPAction: \"\"\r\n\
             Authorization: {authorization}\r\nContent-Length: {}\r\n",
            self.server,
            body.len()
        );
        if let Some(cookie) = self
            .cookie
            .as_ref()
            .filter(|_| self.description.habits.cookie)
        {
            head.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        let request = format!("{head}\r\n{body}");
        let stream = self.stream.as_mut().expect("connected above");
        stream
            .write_all(request.as_bytes())
            .await
            .expect("the server reads");
        let answer = read_answer(stream).await.expect("the server answers");
        if let Some(cookie) = answer.header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        answer
    }
}

/// The parameters of a file: name, type, access, value; `{1-9}` in a name stands for instances, `{}` in a value for the
/// number.
fn tree(root: &str, text: &str) -> BTreeMap<String, Parameter> {
    let mut tree = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let mut words = line.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (name, ty, access, value) = (word(), word(), word(), word());
        let access = match access.as_str() {
            "r" => Access::Read,
            "w" => Access::Write,
            "s" => Access::Secret,
            other => panic!("{line}: {other}"),
        };
        let range = name.split_once('{').and_then(|(front, rest)| {
            let (range, back) = rest.split_once('}')?;
            let (first, last) = range.split_once('-')?;
            let range = first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?;
            Some((front.to_owned(), range, back.to_owned()))
        });
        let (front, range, back) = range.unwrap_or((name.clone(), 0..=0, String::new()));
        for number in range {
            let full = match number {
                0 => format!("{root}{front}"),
                number => format!("{root}{front}{number}{back}"),
            };
            let value = value.replace("{}", &number.to_string());
            let ty = ty.clone();
            tree.insert(full, Parameter { ty, access, value });
        }
    }
    tree
}

async fn get(url: &str) -> Vec<u8> {
    let rest = url.strip_prefix("http://").expect("an http link");
    let (host, path) = rest.split_once('/').expect("a path");
    let address: SocketAddr = host.parse().expect("an address");
    let stream = TcpStream::connect(address).await;
    let mut stream = stream.expect("the file server listens");
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the file server reads");
    let answer = read_answer(&mut stream)
        .await
        .expect("the file server answers");
    assert_eq!(answer.status, 200, "{url}");
    answer.body
}

/// The objects above a name, nearest last.
fn objects(name: &str) -> BTreeSet<String> {
    let dots = name.match_indices('.').map(|(place, _)| place + 1);
    dots.map(|end| name[..end].to_owned()).collect()
}

/// Whether a request is one the device does not have.
fn lacking(habits: &Habits, request: &AcsRequest) -> bool {
    habits.lacks.iter().any(|method| method == request.name())
}
