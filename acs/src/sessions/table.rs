//! Live sessions, found by their cookie. One of each device: a newer Inform takes the place of an older session.

use super::{LiveSession, Proof};
use crate::clock::random;
use crate::limits::SESSION_TOTAL;
use crate::metrics::{Metrics, SessionEnd};
use crate::store::Id;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Instant;

/// Names a session; 128 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(u128);

impl Token {
    /// One nobody can guess.
    #[expect(clippy::new_without_default, reason = "no two are the same")]
    pub fn new() -> Token {
        Token(u128::from(random()) << 64 | u128::from(random()))
    }

    /// The token of a cookie's value.
    pub fn parse(text: &str) -> Option<Token> {
        let hexadecimal = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u128::from_str_radix(text, 16)
            .ok()
            .filter(|_| hexadecimal)
            .map(Token)
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The table.
#[derive(Debug, Default)]
pub struct SessionTable {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    sessions: HashMap<Token, Entry>,
    by_device: HashMap<Id, Token>,
    /// How many come from each address.
    by_address: HashMap<IpAddr, u32>,
}

impl Inner {
    fn insert(&mut self, token: Token, entry: Entry) {
        *self.by_address.entry(entry.address).or_default() += 1;
        self.sessions.insert(token, entry);
    }

    fn remove(&mut self, token: Token) -> Option<Entry> {
        let entry = self.sessions.remove(&token)?;
        if self.by_device.get(&entry.device) == Some(&token) {
            self.by_device.remove(&entry.device);
        }
        if let Some(number) = self.by_address.get_mut(&entry.address) {
            *number -= 1;
            if *number == 0 {
                self.by_address.remove(&entry.address);
            }
        }
        Some(entry)
    }
}

#[derive(Debug)]
struct Entry {
    /// `None` while a request of the session is being worked on.
    session: Option<Box<LiveSession>>,
    device: Id,
    address: IpAddr,
    proof: Proof,
    silent_until: Instant,
    over_at: Instant,
}

/// What a cookie leads to.
#[derive(Debug)]
pub enum Taken {
    /// The session; it must be put back or ended.
    Session(Box<LiveSession>),
    /// A request of it is being worked on already.
    Busy,
    /// Nothing.
    Unknown,
}

impl SessionTable {
    /// Whether a session from this address is open.
    pub fn has_one_from(&self, address: IpAddr) -> bool {
        self.lock().by_address.contains_key(&address)
    }

    /// How many sessions are open.
    pub fn len(&self) -> usize {
        self.lock().sessions.len()
    }

    /// Whether no session is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a session of this device is open.
    pub fn is_open(&self, device: Id) -> bool {
        self.lock().by_device.contains_key(&device)
    }

    /// Enters a session that has just been opened; an older one of the same device is over.
    pub fn open(&self, token: Token, session: LiveSession, metrics: &Metrics) {
        let now = Instant::now();
        let entry = Entry {
            device: session.device,
            address: session.address,
            proof: session.proof,
            silent_until: now + session.idle,
            over_at: now + SESSION_TOTAL,
            session: Some(Box::new(session)),
        };
        let mut inner = self.lock();
        if let Some(older) = inner.by_device.insert(entry.device, token)
            && inner.remove(older).is_some()
        {
            metrics.session_ended(SessionEnd::Superseded);
        }
        inner.insert(token, entry);
    }

    /// The session of a device that has proved itself, if it came from this address; or the only one from this address
    /// whose device proves nothing.
    pub fn find(&self, device: Option<Id>, address: IpAddr) -> Option<Token> {
        let inner = self.lock();
        if let Some(device) = device {
            let token = *inner.by_device.get(&device)?;
            let entry = inner.sessions.get(&token)?;
            return (entry.address == address).then_some(token);
        }
        let unproved = inner
            .sessions
            .iter()
            .filter(|(_, entry)| entry.address == address && entry.proof == Proof::None);
        let mut tokens = unproved.map(|(token, _)| *token);
        let only = tokens.next();
        only.filter(|_| tokens.next().is_none())
    }

    /// Takes a session out for one request.
    pub fn take(&self, token: Token) -> Taken {
        let mut inner = self.lock();
        let Some(entry) = inner.sessions.get_mut(&token) else {
            return Taken::Unknown;
        };
        match entry.session.take() {
            Some(session) => Taken::Session(session),
            None => Taken::Busy,
        }
    }

    /// Puts a session back after a request. False if it is over: a newer one has taken its place.
    pub fn put_back(&self, token: Token, session: Box<LiveSession>) -> bool {
        let mut inner = self.lock();
        let Some(entry) = inner.sessions.get_mut(&token) else {
            return false;
        };
        entry.silent_until = Instant::now() + session.idle;
        entry.session = Some(session);
        true
    }

    /// Ends a session that was taken out.
    pub fn end(&self, token: Token, end: SessionEnd, metrics: &Metrics) {
        let mut inner = self.lock();
        if inner.remove(token).is_some() {
            metrics.session_ended(end);
        }
    }

    /// Ends a session whose request came to no answer, unless it was put back.
    pub fn abandon(&self, token: Token, metrics: &Metrics) {
        let mut inner = self.lock();
        let entry = inner.sessions.get(&token);
        if entry.is_some_and(|entry| entry.session.is_none()) {
            inner.remove(token);
            metrics.session_ended(SessionEnd::Abandoned);
        }
    }

    /// Ends sessions whose device has fallen silent, or that take too long; gives them back.
    /// One whose request never came to an answer goes too, once it has taken too long.
    pub fn reap(&self, now: Instant, metrics: &Metrics) -> Vec<(Token, Box<LiveSession>)> {
        let mut inner = self.lock();
        let late = |entry: &Entry| {
            let silent = entry.session.is_some() && entry.silent_until <= now;
            silent || entry.over_at <= now
        };
        let tokens: Vec<Token> = inner
            .sessions
            .iter()
            .filter(|(_, entry)| late(entry))
            .map(|(token, _)| *token)
            .collect();
        let mut reaped = Vec::with_capacity(tokens.len());
        for token in tokens {
            let Some(entry) = inner.remove(token) else {
                continue;
            };
            metrics.session_ended(SessionEnd::TimedOut);
            reaped.extend(entry.session.map(|session| (token, session)));
        }
        reaped
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // Nothing that holds the lock can panic half-way through a change.
        self.inner
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CredentialsWork, Current, ProfilesWork, TasksWork, Work};
    use super::*;
    use cwmp::session::{AcsSession, RequestIds};
    use data_model::Timestamp;
    use std::time::Duration;

    fn session(device: &str, idle: Duration) -> LiveSession {
        LiveSession {
            machine: AcsSession::new(RequestIds::starting_at(1)),
            device: Id::of_identity(device),
            identity: device.into(),
            address: IpAddr::from([192, 0, 2, 7]),
            proof: Proof::None,
            opened: Timestamp::default(),
            idle,
            work: Work {
                credentials: CredentialsWork::Settled,
                tasks: TasksWork::None,
                background: TasksWork::None,
                profiles: ProfilesWork::Agreed,
                compared: 1,
                admitted: crate::store::Admitted::Yes,
                current: Current::Idle,
                root: "Device.",
                parameter_key: Default::default(),
            },
            rpcs: 0,
            host: None,
            trace: None,
            asked: None,
        }
    }

    fn open(table: &SessionTable, session: LiveSession, metrics: &Metrics) -> Token {
        let token = Token::new();
        table.open(token, session, metrics);
        token
    }

    /// Covers C20.
    #[test]
    fn a_newer_session_of_a_device_takes_the_place_of_the_older_one() {
        let (table, metrics) = (SessionTable::default(), Metrics::default());
        let idle = Duration::from_secs(30);
        let older = open(&table, session("a", idle), &metrics);
        let Taken::Session(taken) = table.take(older) else {
            panic!("not there")
        };
        let newer = open(&table, session("a", idle), &metrics);
        assert!(!table.put_back(older, taken), "the older session is over");
        assert!(matches!(table.take(older), Taken::Unknown));
        assert!(matches!(table.take(newer), Taken::Session(_)));
        assert_eq!(table.len(), 1);
    }

    /// Covers W-23.
    #[test]
    fn a_session_without_cookies_is_found_by_its_device_or_as_the_only_one_of_its_address() {
        let (table, metrics) = (SessionTable::default(), Metrics::default());
        let idle = Duration::from_secs(30);
        let (here, there) = ([192, 0, 2, 7].into(), [192, 0, 2, 8].into());
        let one = open(&table, session("a", idle), &metrics);
        let device = Some(Id::of_identity("a"));
        assert_eq!(table.find(device, here), Some(one));
        assert_eq!(
            table.find(device, there),
            None,
            "somebody else has its password"
        );
        assert_eq!(table.find(Some(Id::of_identity("b")), here), None);
        assert_eq!(table.find(None, here), Some(one));
        assert_eq!(table.find(None, there), None);
        open(&table, session("b", idle), &metrics);
        assert_eq!(table.find(None, here), None, "nobody can tell them apart");
        let mut proved = session("c", idle);
        (proved.proof, proved.address) = (Proof::Given, there);
        open(&table, proved, &metrics);
        assert_eq!(
            table.find(None, there),
            None,
            "it has to prove itself again"
        );
    }

    /// Covers H16.
    #[test]
    fn a_session_is_worked_on_by_one_request_at_a_time() {
        let (table, metrics) = (SessionTable::default(), Metrics::default());
        let token = open(&table, session("a", Duration::from_secs(30)), &metrics);
        let Taken::Session(taken) = table.take(token) else {
            panic!("not there")
        };
        assert!(matches!(table.take(token), Taken::Busy));
        assert!(table.put_back(token, taken));
        assert_eq!(Token::parse(&token.to_string()), Some(token));
        for text in [
            "",
            "xyz",
            "+0000000000000000000000000000001",
            &"0".repeat(33),
        ] {
            assert_eq!(Token::parse(text), None);
        }
    }

    /// Covers P11.
    #[test]
    fn a_session_whose_request_came_to_no_answer_is_over_and_its_device_may_come_again() {
        let (table, metrics) = (SessionTable::default(), Metrics::default());
        let token = open(&table, session("a", Duration::from_secs(30)), &metrics);
        let Taken::Session(taken) = table.take(token) else {
            panic!("not there")
        };
        assert!(table.has_one_from([192, 0, 2, 7].into()));
        table.abandon(token, &metrics);
        assert!(!table.has_one_from([192, 0, 2, 7].into()));
        assert!(table.is_empty() && !table.is_open(Id::of_identity("a")));
        assert!(!table.put_back(token, taken));
        let answered = open(&table, session("b", Duration::from_secs(30)), &metrics);
        table.abandon(answered, &metrics);
        assert_eq!(table.len(), 1, "it was put back, or never taken out");
    }

    /// Covers Q-06, P11.
    #[test]
    fn silent_sessions_are_reaped_and_their_devices_may_come_again() {
        let (table, metrics) = (SessionTable::default(), Metrics::default());
        open(&table, session("silent", Duration::from_secs(30)), &metrics);
        open(
            &table,
            session("patient", Duration::from_secs(120)),
            &metrics,
        );
        let later = Instant::now() + Duration::from_secs(60);
        let reaped = table.reap(later, &metrics);
        assert_eq!(reaped.len(), 1);
        assert_eq!(&*reaped[0].1.identity, "silent");
        assert!(!table.is_open(Id::of_identity("silent")));
        assert!(table.is_open(Id::of_identity("patient")));
        assert_eq!(
            table.reap(Instant::now() + SESSION_TOTAL, &metrics).len(),
            1
        );
    }
}
