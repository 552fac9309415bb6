//! GenieACS 1.2 as it behaves on the wire, in so far as a device can tell: its headers, cookies, challenges and order.

use crate::server::{PASSWORD, Post, Reply};
use cwmp::http::digest::{Algorithm, Stale, Verdict};
use cwmp::http::{Credentials, DigestServer, Verifier, parse_authorization};
use data_model::{Secret, Timestamp};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// Whom it lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Everybody.
    Nobody,
    /// Digest, with a nonce that is good on one connection.
    Digest,
    /// Basic, which it asks for on an encrypted line.
    Basic,
}

/// What is known of the session that is open.
#[derive(Debug)]
struct Session {
    cookie: String,
    connection: usize,
    id: Option<String>,
    /// The device has handed over.
    ours: bool,
}

/// The server.
pub struct Genie {
    guard: Guard,
    /// What it will ask: the body, without the envelope, by its method.
    tasks: VecDeque<String>,
    sessions: u64,
    session: Option<Session>,
    requests: u64,
    /// The connection that was challenged, and whether it has proved itself.
    challenged: Option<usize>,
    proved: Option<usize>,
    digest: DigestServer,
    namespace: String,
    /// What it would have in its log.
    log: Arc<Mutex<Vec<String>>>,
}

/// The log of a server.
pub type Log = Arc<Mutex<Vec<String>>>;

const SERVER: &str =
    "Server: GenieACS/1.2.16+26112238e9\r\nSOAPServer: GenieACS/1.2.16+26112238e9\r\n";

impl Genie {
    /// A server that will ask this, in this order.
    pub fn new(guard: Guard, tasks: impl IntoIterator<Item = String>) -> (Genie, Log) {
        let log = Log::default();
        let genie = Genie {
            guard,
            tasks: tasks.into_iter().collect(),
            sessions: 0,
            session: None,
            requests: 0,
            challenged: None,
            proved: None,
            digest: DigestServer::new("GenieACS", [3; 32], vec![Algorithm::Md5]),
            namespace: String::new(),
            log: Arc::clone(&log),
        };
        (genie, log)
    }

    /// Answers one request.
    pub fn answer(&mut self, post: &Post) -> Reply {
        if post.body.contains("<cwmp:Inform>") {
            return self.inform(post);
        }
        let Some(session) = &mut self.session else {
            return self.refuse("Invalid session");
        };
        // The cookie on every request, to the letter, without what was behind it.
        if post.header("cookie") != Some(&session.cookie) || post.connection != session.connection {
            return self.refuse("Invalid session");
        }
        if post.body.is_empty() {
            session.ours = true;
            return self.ask();
        }
        let id = post.element("cwmp:ID").map(str::to_owned);
        if post.body.contains("<cwmp:TransferComplete>") {
            if session.ours {
                return self.refuse("Bad session state");
            }
            let id = id.unwrap_or_default();
            return self.envelope(
                &id,
                "<cwmp:TransferCompleteResponse></cwmp:TransferCompleteResponse>",
                "",
            );
        }
        if id != session.id {
            self.note("Request ID not recognized");
        }
        self.ask()
    }

    fn inform(&mut self, post: &Post) -> Reply {
        if self.session.is_some() {
            return self.refuse("CPE already in session");
        }
        let namespace = post.body.split("xmlns:cwmp=\"").nth(1).unwrap_or_default();
        self.namespace = namespace.split('"').next().unwrap_or_default().to_owned();
        let known =
            ["0", "1", "2", "3"].map(|version| format!("urn:dslforum-org:cwmp-1-{version}"));
        if !known.contains(&self.namespace) {
            return self.refuse("Unrecognized CWMP version");
        }
        if let Some(challenge) = self.challenge(post) {
            return challenge;
        }
        self.sessions += 1;
        let cookie = format!("session={:016x}", 0xf82c_c18e_db6d_9390 + self.sessions);
        let header = format!("Set-Cookie: {cookie}\r\n");
        self.session = Some(Session {
            cookie,
            connection: post.connection,
            id: None,
            ours: false,
        });
        let id = post.element("cwmp:ID").unwrap_or_default().to_owned();
        let body = "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>";
        self.envelope(&id, body, &header)
    }

    fn challenge(&mut self, post: &Post) -> Option<Reply> {
        if self.guard == Guard::Nobody || self.proved == Some(post.connection) {
            return None;
        }
        let now = Timestamp::from_secs(1_800_000_000);
        let name = format!("00562B-ATA192-{}", crate::server::SERIAL);
        let given = post.header("authorization").and_then(parse_authorization);
        let good = match given {
            Some(Credentials::Basic { username, password }) => {
                username == name && password == Secret::new(PASSWORD)
            }
            Some(Credentials::Digest(fields)) if self.challenged == Some(post.connection) => {
                let verifier = Verifier::new(&name, "GenieACS", &Secret::new(PASSWORD));
                self.digest.check(&fields, "POST", "/", &verifier, now) == Verdict::Accepted
            }
            Some(Credentials::Digest(_)) | None => false,
        };
        if good {
            self.proved = Some(post.connection);
            return None;
        }
        self.note("Authentication failure");
        self.challenged = Some(post.connection);
        let challenge = if self.guard == Guard::Basic {
            "Basic realm=\"GenieACS\"".to_owned()
        } else {
            let ours = self
                .digest
                .challenges(now, self.requests, Stale::No)
                .concat();
            let nonce = ours
                .split("nonce=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            let nonce = nonce.unwrap_or_default();
            // Neither algorithm nor opaque, and a second protection that nobody uses.
            format!("Digest realm=\"GenieACS\",qop=\"auth,auth-int\",nonce=\"{nonce}\"")
        };
        let headers = format!("WWW-Authenticate: {challenge}\r\nConnection: keep-alive\r\n");
        Some(Reply::new("401 Unauthorized", &headers, "Unauthorized"))
    }

    /// The next request, or the end.
    fn ask(&mut self) -> Reply {
        let Some(task) = self.tasks.pop_front() else {
            self.session = None;
            let headers = format!("{SERVER}Connection: close\r\n");
            return Reply::new("204 No Content", &headers, "").last();
        };
        self.requests += 1;
        let id = format!("1a202c8fac1{:04x}", self.requests);
        if let Some(session) = &mut self.session {
            session.id = Some(id.clone());
        }
        self.envelope(&id, &task, "")
    }

    fn envelope(&self, id: &str, body: &str, headers: &str) -> Reply {
        let headers = format!(
            "{SERVER}Content-Type: text/xml; charset=\"utf-8\"\r\n{headers}\
             Date: Sun, 22 Nov 2026 10:24:15 GMT\r\nConnection: keep-alive\r\n"
        );
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap-env:Envelope \
             xmlns:soap-enc=\"http://schemas.xmlsoap.org/soap/encoding/\" \
             xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xmlns:cwmp=\"{}\"><soap-env:Header><cwmp:ID soap-env:mustUnderstand=\"1\">{id}</cwmp:ID>\
             </soap-env:Header><soap-env:Body>{body}</soap-env:Body></soap-env:Envelope>",
            self.namespace
        );
        Reply::new("200 OK", &headers, &body)
    }

    fn refuse(&mut self, why: &str) -> Reply {
        self.note(why);
        self.session = None;
        Reply::new("400 Bad Request", "Connection: close\r\n", why).last()
    }

    fn note(&self, what: &str) {
        if let Ok(mut log) = self.log.lock() {
            log.push(what.to_owned());
        }
    }
}
