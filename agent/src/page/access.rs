//! Who may come in: sessions that begin with a name and a password in a form, the same for scripts, and a pause after
//! wrong passwords.
//!
//! A form and not HTTP Digest, so that of passwords only hashes are kept, the factory's can be replaced at the first
//! login, and a session ends when a person says so. What protects a password on its way is TLS in front of the page.

use super::limits::{SESSION_IDLE_SECS, SESSION_SECS, SESSIONS};
use super::message::{Answer, Head};
use super::remote::is_local;
use super::throttle::{Caller, Throttle};
use super::token::{is_token, token};
use super::view::{Account, Accounts, Standing};
use crate::device::password;
use cwmp::http::{Credentials, parse_authorization};
use data_model::Timestamp;
use data_model::firmware::unhex;

const REALM: &str = "Telephone adapter";
const COOKIE: &str = "ata-session";

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Admin,
    /// See how the device stands, and what `ua` allows.
    User,
}

/// Somebody who has come in.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// What the account may do.
    pub role: Role,
    /// The token of the forms it is shown.
    pub token: String,
    /// Whether it has to choose a password of its own before anything else.
    pub standing: Standing,
    /// How it has come in.
    pub came: Came,
    pub(super) account: Account,
}

/// How somebody has come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// By the form, with a session since then.
    BySession,
    /// With its name and its password in this very request.
    WithPassword,
}

/// What the installer has decided about the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// The factory's passwords open it for a first login from a local address.
    pub first_login: bool,
    /// `xuser` and `xpassword` in the query of an action URL are taken.
    pub credentials_in_query: bool,
}

/// The door of the page.
#[derive(Debug)]
pub struct Access {
    key: [u8; 32],
    policy: Policy,
    throttle: Throttle,
    /// The one that was used last stands last.
    sessions: Vec<Session>,
}

/// Somebody's session.
#[derive(Debug)]
struct Session {
    id: [u8; 32],
    role: Role,
    account: Account,
    began: Timestamp,
    used: Timestamp,
}

impl Access {
    /// A door; `key` must come from a good source of randomness.
    pub fn new(key: [u8; 32], policy: Policy) -> Access {
        Access {
            key,
            policy,
            throttle: Throttle::default(),
            sessions: Vec::new(),
        }
    }

    /// Whether any account can be used from there.
    ///
    /// # Errors
    /// With the answer: how that is changed.
    pub fn is_open(&self, head: &Head, accounts: &Accounts) -> Result<(), Answer> {
        let all = [&accounts.admin, &accounts.user];
        match all.into_iter().flatten().any(|it| self.usable(it, head)) {
            true => Ok(()),
            false => Err(closed(accounts)),
        }
    }

    /// Who asks, by the session of the request.
    pub fn by_session(
        &mut self,
        head: &Head,
        accounts: &Accounts,
        now: Timestamp,
    ) -> Option<Visitor> {
        // A clock that was set back ends them: nobody knows how old they are.
        self.sessions.retain(|it| {
            it.used <= now
                && now.since_ms(it.used) < SESSION_IDLE_SECS * 1000
                && now.since_ms(it.began) < SESSION_SECS * 1000
        });
        let id = unhex::<32>(head.cookie(COOKIE)?)?;
        let at = self.sessions.iter().position(|it| it.id == id)?;
        let mut session = self.sessions.remove(at);
        // Another name or another password ends what the one before has begun.
        let account = accounts.account(session.role);
        if account != Some(&session.account) || !self.usable(&session.account, head) {
            return None;
        }
        session.used = now;
        let visitor = self.visitor(session.role, session.account.clone(), Came::BySession, now);
        self.sessions.push(session);
        Some(visitor)
    }

    /// Who asks, by the name and the password of a script's request: Basic, or in the query if that is allowed.
    ///
    /// # Errors
    /// With the answer: 401 with a challenge, 429 after too many failures.
    pub fn by_password(
        &mut self,
        head: &Head,
        accounts: &Accounts,
        now: Timestamp,
    ) -> Result<Visitor, Answer> {
        let header = head.authorization.as_ref();
        let basic = match header.map(|header| parse_authorization(header.reveal())) {
            Some(Some(Credentials::Basic { username, password })) => Some((username, password)),
            Some(Some(Credentials::Digest(_)) | None) | None => None,
        };
        let in_query = head.target.credentials.clone();
        let in_query = in_query.filter(|_| self.policy.credentials_in_query);
        let Some((name, password)) = basic.or(in_query) else {
            return Err(challenge());
        };
        let checked = self.check(head, accounts, (&name, password.reveal()), now)?;
        let (role, account) = checked.ok_or_else(challenge)?;
        Ok(self.visitor(role, account, Came::WithPassword, now))
    }

    /// Begins a session; `None` for a wrong name or password. `random` must come from a good source.
    ///
    /// # Errors
    /// With the answer after too many failures.
    pub fn log_in(
        &mut self,
        head: &Head,
        accounts: &Accounts,
        credentials: (&str, &str),
        random: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Visitor, String)>, Answer> {
        let Some((role, account)) = self.check(head, accounts, credentials, now)? else {
            return Ok(None);
        };
        if self.sessions.len() == SESSIONS {
            self.sessions.remove(0);
        }
        let visitor = self.visitor(role, account.clone(), Came::BySession, now);
        self.sessions.push(Session {
            id: random,
            role,
            account,
            began: now,
            used: now,
        });
        let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let cookie = format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Strict");
        Ok(Some((visitor, cookie)))
    }

    /// Ends the session of a request; the cookie that takes its place.
    pub fn log_out(&mut self, head: &Head) -> String {
        if let Some(id) = head.cookie(COOKIE).and_then(unhex::<32>) {
            self.sessions.retain(|it| it.id != id);
        }
        format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }

    /// Whether a form was sent from a page of ours that this visitor was shown.
    pub fn is_own_form(&self, visitor: &Visitor, given: &str, now: Timestamp) -> bool {
        is_token(&self.key, &visitor.account, now, given)
    }

    fn visitor(&self, role: Role, account: Account, came: Came, now: Timestamp) -> Visitor {
        Visitor {
            role,
            token: token(&self.key, &account, now),
            standing: account.standing,
            came,
            account,
        }
    }

    /// The factory's passwords are printed in every manual: they open the door at home, and only to be replaced.
    fn usable(&self, account: &Account, head: &Head) -> bool {
        match account.standing {
            Standing::Own => true,
            Standing::FromTheFactory => self.policy.first_login && is_local(head.from),
        }
    }

    fn check(
        &mut self,
        head: &Head,
        accounts: &Accounts,
        (name, given): (&str, &str),
        now: Timestamp,
    ) -> Result<Option<(Role, Account)>, Answer> {
        let named = accounts.named(name);
        let caller = Caller::new(head.from, named);
        if let Some(wait_secs) = self.throttle.must_wait(caller, now) {
            let why = format!("Too many wrong passwords. Try again in {wait_secs} seconds.");
            return Err(Answer::text(429, why).with("retry-after", wait_secs.to_string()));
        }
        let account = named.and_then(|role| Some((role, accounts.account(role)?)));
        let account = account.filter(|(_, account)| {
            self.usable(account, head) && password::matches(account.password.reveal(), given)
        });
        match account {
            Some(_) => self.throttle.succeeded(caller),
            None => self.throttle.failed(caller, now),
        }
        Ok(account.map(|(role, account)| (role, account.clone())))
    }
}

impl Accounts {
    /// The account with this name, if it can be used.
    fn named(&self, name: &str) -> Option<Role> {
        let mut roles = [Role::Admin, Role::User].into_iter();
        roles.find(|role| {
            let account = self.account(*role);
            account.is_some_and(|account| account.name == name)
        })
    }

    /// The account of a role, if it can be used.
    pub(super) fn account(&self, role: Role) -> Option<&Account> {
        match role {
            Role::Admin => self.admin.as_ref(),
            Role::User => self.user.as_ref(),
        }
    }
}

/// A script is asked for a name and a password.
fn challenge() -> Answer {
    let line = "This needs the name and the password of the device's administrator.";
    Answer::text(401, line).with(
        "www-authenticate",
        format!("Basic realm=\"{REALM}\", charset=\"UTF-8\""),
    )
}

/// No account can be used: whoever asks is told how that is changed, and nothing else.
fn closed(accounts: &Accounts) -> Answer {
    let parameter = &accounts.password_parameter;
    Answer::text(
        403,
        format!(
            "This page is closed: its accounts have no password of their own.\n\
             Set one of 8 to 127 characters that is not the factory's: `password` in the [page] table of the\n\
             agent's configuration file, or the parameter\n\
             {parameter}\n\
             at the ACS. Or set only `enabled = true` there and log in from the same network with the factory's password,\n\
             which has to be replaced at once. If that is done, administrators have been shut out by\n\
             Enable_Web_Admin_Access or Admin_Access."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn head(cookie: &str) -> Head {
        Head {
            method: "GET".into(),
            target: Default::default(),
            hosts: vec!["x".into()],
            origin: None,
            referer: None,
            fetch_site: None,
            browser: false,
            content_type: None,
            authorization: None,
            cookies: vec![data_model::Secret::new(cookie)],
            from: IpAddr::from([192, 0, 2, 1]),
        }
    }

    fn accounts(standing: Standing) -> Accounts {
        Accounts {
            open: true,
            admin: Some(Account {
                name: "admin".into(),
                password: "Only-4-tests".into(),
                standing,
            }),
            user: None,
            password_parameter: String::new(),
            remote: crate::page::remote::Remote {
                allowed: false,
                only: None,
                upgrade: false,
            },
        }
    }

    /// Begins a session; what the browser sends from then on.
    fn logged_in(access: &mut Access, number: u8, now: Timestamp) -> Head {
        let accounts = accounts(Standing::Own);
        let credentials = ("admin", "Only-4-tests");
        let begun = access.log_in(&head(""), &accounts, credentials, [number; 32], now);
        let (_, cookie) = begun.expect("nobody waits").expect("it is right");
        head(cookie.split(';').next().expect("a cookie"))
    }

    /// Covers D-13.
    #[test]
    fn a_session_ends_when_it_rests_and_when_it_is_old() {
        let accounts = accounts(Standing::Own);
        let mut access = Access::new([7; 32], Policy::default());
        let head = logged_in(&mut access, 1, NOW);
        let mut now = NOW;
        while now < NOW.plus_secs(SESSION_SECS - SESSION_IDLE_SECS) {
            now = now.plus_secs(SESSION_IDLE_SECS - 1);
            assert!(access.by_session(&head, &accounts, now).is_some());
        }
        let old = NOW.plus_secs(SESSION_SECS);
        assert!(access.by_session(&head, &accounts, old).is_none());
        let head = logged_in(&mut access, 2, NOW);
        let rested = NOW.plus_secs(SESSION_IDLE_SECS);
        assert!(access.by_session(&head, &accounts, rested).is_none());
        // A clock that was set back ends it as well.
        let head = logged_in(&mut access, 3, NOW);
        let back = Timestamp::from_secs(1_700_000_000);
        assert!(access.by_session(&head, &accounts, back).is_none());
    }

    #[test]
    fn many_sessions_take_no_more_room_and_the_oldest_goes_first() {
        let accounts = accounts(Standing::Own);
        let mut access = Access::new([7; 32], Policy::default());
        let heads: Vec<Head> = (0..=SESSIONS as u8)
            .map(|number| logged_in(&mut access, number, NOW))
            .collect();
        assert_eq!(access.sessions.len(), SESSIONS);
        assert!(access.by_session(&heads[0], &accounts, NOW).is_none());
        assert!(access.by_session(&heads[1], &accounts, NOW).is_some());
    }

    /// Covers D-13.
    #[test]
    fn the_factorys_password_is_for_a_first_login_at_home() {
        let accounts = accounts(Standing::FromTheFactory);
        let near = IpAddr::from([192, 168, 15, 2]);
        for (first_login, from, opens) in [
            (false, near, false),
            (true, near, true),
            (true, IpAddr::from([198, 51, 100, 1]), false),
        ] {
            let policy = Policy {
                first_login,
                ..Policy::default()
            };
            let mut access = Access::new([7; 32], policy);
            let head = Head { from, ..head("") };
            assert_eq!(access.is_open(&head, &accounts).is_ok(), opens);
            let credentials = ("admin", "Only-4-tests");
            let begun = access.log_in(&head, &accounts, credentials, [1; 32], NOW);
            assert_eq!(begun.expect("nobody waits").is_some(), opens);
        }
    }
}
