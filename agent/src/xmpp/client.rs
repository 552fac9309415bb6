//! The machine of the XMPP client: from a connection to a stream on which calls can come, and back after a loss.

use super::{Ask, Settings, Status, UseTls};
use crate::limits::{XMPP_CONNECT_SECS, XMPP_STEP_SECS};
use crate::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cwmp::side::scram::Scram;
use cwmp::side::xmpp::{Answer, Element, Piece, Question, Stanzas, escaped};
use data_model::{Secret, Timestamp};
use std::collections::VecDeque;

/// The XMPP client of one device, as long as its settings stay as they are.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    stage: Stage,
    secured: Secured,
    due: Timestamp,
    status: Status,
    /// Attempts that have failed one after the other.
    failures: u32,
    stanzas: Stanzas,
    jabber_id: Option<String>,
    asks: VecDeque<Ask>,
}

#[derive(Debug)]
enum Stage {
    /// Waits for the next attempt.
    Resting,
    Opening,
    /// A stream has been opened, and the server says what it offers.
    Features(Authenticated),
    /// TLS has been asked for.
    Proceed,
    Securing,
    /// PLAIN has been sent.
    Plain,
    Scram(Box<Scram>),
    Binding,
    Online,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Authenticated {
    No,
    Yes,
}

/// Whether the stream is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secured {
    /// Anybody on the way can read it.
    No,
    /// Nobody can.
    Yes,
}

/// Why an attempt has come to nothing.
struct Trouble(Status, &'static str);

impl Client {
    /// Connects at once.
    pub fn new(settings: Settings, now: Timestamp) -> Client {
        Client {
            settings,
            stage: Stage::Resting,
            secured: Secured::No,
            due: now,
            status: Status::Connecting,
            failures: 0,
            stanzas: Stanzas::default(),
            jabber_id: None,
            asks: VecDeque::new(),
        }
    }

    /// What it was set up with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether the stream is encrypted.
    pub fn secured(&self) -> Secured {
        self.secured
    }

    /// The address the server has given us last.
    pub fn jabber_id(&self) -> Option<&str> {
        self.jabber_id.as_deref()
    }

    /// When to wake it.
    pub fn deadline(&self) -> Option<Timestamp> {
        let sleeps = matches!(self.stage, Stage::Online) && self.settings.keep_alive_secs.is_none();
        (!sleeps).then_some(self.due)
    }

    /// What it wants, until there is nothing.
    pub fn poll(&mut self) -> Option<Ask> {
        self.asks.pop_front()
    }

    /// Does what has become due.
    pub fn wake(&mut self, random: &mut Random, now: Timestamp) {
        if self.deadline().is_none_or(|due| due > now) {
            return;
        }
        match self.stage {
            Stage::Resting => {
                self.status = Status::Connecting;
                self.stage = Stage::Opening;
                self.due = now.plus_secs(XMPP_CONNECT_SECS);
                self.asks
                    .push_back(Ask::Open(self.settings.servers.clone()));
            }
            // RFC 6120 4.6.1: a blank between stanzas is a sign of life.
            Stage::Online => self.send(" ", now),
            Stage::Opening
            | Stage::Features(_)
            | Stage::Proceed
            | Stage::Securing
            | Stage::Plain
            | Stage::Scram(_)
            | Stage::Binding => self.fail(
                Trouble(Status::ServerNotPresent, "no answer in time"),
                random,
                now,
            ),
        }
    }

    /// The connection is open.
    pub fn opened(&mut self, now: Timestamp) {
        if matches!(self.stage, Stage::Opening) {
            self.secured = Secured::No;
            self.begin_stream(Authenticated::No, now);
        }
    }

    /// The connection is encrypted.
    pub fn secured_now(&mut self, now: Timestamp) {
        if matches!(self.stage, Stage::Securing) {
            self.secured = Secured::Yes;
            self.begin_stream(Authenticated::No, now);
        }
    }

    /// The connection is closed, or never came about.
    pub fn closed(&mut self, random: &mut Random, now: Timestamp) {
        if !matches!(self.stage, Stage::Resting) {
            self.fail(
                Trouble(Status::ServerNotPresent, "the connection is closed"),
                random,
                now,
            );
        }
    }

    /// Octets have arrived.
    pub fn received(&mut self, bytes: &[u8], random: &mut Random, now: Timestamp) {
        if let Err(trouble) = self.read(bytes, random, now) {
            self.fail(trouble, random, now);
        }
    }

    /// Answers a question it wanted to have decided.
    pub fn answer(&mut self, question: &Question, answer: Answer, now: Timestamp) {
        if matches!(self.stage, Stage::Online) {
            self.send(&question.answer(answer), now);
        }
    }

    fn read(&mut self, bytes: &[u8], random: &mut Random, now: Timestamp) -> Result<(), Trouble> {
        let broken = |_| Trouble(Status::ServerNotPresent, "the stream cannot be read");
        self.stanzas.push(bytes).map_err(broken)?;
        while let Some(piece) = self.stanzas.next_piece().map_err(broken)? {
            match piece {
                Piece::Begin => {}
                Piece::End => {
                    return Err(Trouble(
                        Status::ServerNotPresent,
                        "the server ends the stream",
                    ));
                }
                Piece::Stanza(stanza) => self.stanza(&stanza, random, now)?,
            }
        }
        Ok(())
    }

    fn stanza(
        &mut self,
        stanza: &Element,
        random: &mut Random,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        if stanza.name == "error" {
            return Err(Trouble(
                Status::ServerNotPresent,
                "the server reports an error of the stream",
            ));
        }
        match (
            std::mem::replace(&mut self.stage, Stage::Resting),
            stanza.name.as_str(),
        ) {
            (Stage::Features(Authenticated::No), "features") => {
                self.features(stanza, random, now)?
            }
            (Stage::Features(Authenticated::Yes), "features") => self.bind(now),
            (Stage::Proceed, "proceed") => {
                self.stage = Stage::Securing;
                // Nothing that came in clear counts from here on (RFC 6120 5.4.3.3).
                self.stanzas = Stanzas::default();
                self.asks
                    .push_back(Ask::Secure(self.settings.domain.clone()));
            }
            (Stage::Scram(scram), "challenge") => self.challenged(scram, &stanza.text, now)?,
            (Stage::Scram(scram), "success") => {
                let is_server = decoded(&stanza.text).is_some_and(|text| scram.is_server(&text));
                if !is_server {
                    return Err(Trouble(
                        Status::AuthenticationFailure,
                        "the server does not know the password",
                    ));
                }
                self.begin_stream(Authenticated::Yes, now);
            }
            (Stage::Plain, "success") => self.begin_stream(Authenticated::Yes, now),
            (Stage::Plain | Stage::Scram(_), "failure") => {
                return Err(Trouble(
                    Status::AuthenticationFailure,
                    "the server does not take the password",
                ));
            }
            (Stage::Binding, "iq") if stanza.attribute("id") == Some("bind") => {
                self.bound(stanza, now)?
            }
            (Stage::Online, _) => {
                self.stage = Stage::Online;
                self.asks.extend(Question::of(stanza).map(Ask::Decide));
            }
            (Stage::Binding, _) => self.stage = Stage::Binding,
            (_, _) => {
                return Err(Trouble(
                    Status::ServerNotPresent,
                    "the server says what it must not",
                ));
            }
        }
        Ok(())
    }

    fn bind(&mut self, now: Timestamp) {
        let resource = match self.settings.resource.as_str() {
            "" => String::new(),
            resource => format!("<resource>{}</resource>", escaped(resource)),
        };
        self.stage = Stage::Binding;
        let namespace = "urn:ietf:params:xml:ns:xmpp-bind";
        let bind = format!("<bind xmlns=\"{namespace}\">{resource}</bind>");
        self.send(&format!("<iq type=\"set\" id=\"bind\">{bind}</iq>"), now);
    }

    fn challenged(
        &mut self,
        mut scram: Box<Scram>,
        text: &str,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let challenge = decoded(text);
        let answer = challenge.and_then(|text| scram.answer(&text, &self.settings.password));
        let answer = answer.ok_or(Trouble(
            Status::AuthenticationFailure,
            "no challenge of SCRAM",
        ))?;
        self.stage = Stage::Scram(scram);
        let answer = STANDARD.encode(answer);
        let namespace = "urn:ietf:params:xml:ns:xmpp-sasl";
        let response = format!("<response xmlns=\"{namespace}\">{answer}</response>");
        self.send(&response, now);
        Ok(())
    }

    fn features(
        &mut self,
        features: &Element,
        random: &mut Random,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let mechanisms: Vec<&str> = match features.child("mechanisms") {
            Some(list) => list.children.iter().map(|item| item.text.trim()).collect(),
            None => Vec::new(),
        };
        if self.secured == Secured::No {
            let offer = features.child("starttls");
            let demanded = offer
                .is_some_and(|offer| offer.child("required").is_some() || mechanisms.is_empty());
            if demanded || (self.settings.tls == UseTls::Always && offer.is_some()) {
                self.stage = Stage::Proceed;
                self.send("<starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/>", now);
                return Ok(());
            }
            if self.settings.tls == UseTls::Always {
                return Err(Trouble(Status::Misconfigured, "the server has no TLS"));
            }
        }
        let username = self.settings.username.as_str();
        let (mechanism, first) = if mechanisms.contains(&"SCRAM-SHA-1") {
            let nonce = format!("{:016x}{:016x}", random.next(), random.next());
            let (scram, first) = Scram::begin(username, &nonce);
            self.stage = Stage::Scram(Box::new(scram));
            ("SCRAM-SHA-1", first)
        } else if mechanisms.contains(&"PLAIN") && self.secured == Secured::Yes {
            self.stage = Stage::Plain;
            (
                "PLAIN",
                format!("\0{username}\0{}", self.settings.password.reveal()),
            )
        } else {
            return Err(Trouble(
                Status::Misconfigured,
                "the server knows no authentication of ours",
            ));
        };
        let first = STANDARD.encode(first);
        let namespace = "urn:ietf:params:xml:ns:xmpp-sasl";
        let auth = format!("<auth xmlns=\"{namespace}\" mechanism=\"{mechanism}\">{first}</auth>");
        self.send(&auth, now);
        Ok(())
    }

    fn bound(&mut self, answer: &Element, now: Timestamp) -> Result<(), Trouble> {
        let jid = answer.child("bind").and_then(|bind| bind.child("jid"));
        let jid = jid
            .map(|jid| jid.text.trim().to_owned())
            .filter(|jid| !jid.is_empty());
        let jid = jid.ok_or(Trouble(
            Status::Misconfigured,
            "the server does not give us the resource",
        ))?;
        self.jabber_id = Some(jid);
        self.stage = Stage::Online;
        self.status = Status::Enabled;
        self.failures = 0;
        // Nobody is to see presence, but without it some servers deliver nothing.
        self.send("<presence/>", now);
        Ok(())
    }

    fn begin_stream(&mut self, authenticated: Authenticated, now: Timestamp) {
        self.stage = Stage::Features(authenticated);
        self.stanzas = Stanzas::default();
        let domain = escaped(&self.settings.domain);
        let header = format!(
            "<?xml version=\"1.0\"?><stream:stream to=\"{domain}\" version=\"1.0\" xmlns=\"jabber:client\" \
             xmlns:stream=\"http://etherx.jabber.org/streams\">"
        );
        self.send(&header, now);
    }

    fn send(&mut self, text: &str, now: Timestamp) {
        self.asks.push_back(Ask::Send(Secret::new(text)));
        let wait = match self.stage {
            Stage::Online => self.settings.keep_alive_secs.unwrap_or(0).into(),
            _ => XMPP_STEP_SECS,
        };
        self.due = now.plus_secs(wait);
    }

    fn fail(&mut self, Trouble(status, why): Trouble, random: &mut Random, now: Timestamp) {
        tracing::debug!(why, "XMPP is not connected");
        self.asks.push_back(Ask::Close);
        self.stage = Stage::Resting;
        self.status = status;
        self.secured = Secured::No;
        self.stanzas = Stanzas::default();
        self.failures = self.failures.saturating_add(1);
        let retry = &self.settings.retry;
        let longest = retry.longest_ms(self.failures);
        let wait = if retry.is_longest(self.failures) {
            longest
        } else {
            random.below(longest + 1)
        };
        self.due = now.plus_ms(wait);
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()
}
