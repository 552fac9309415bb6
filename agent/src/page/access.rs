//! Who may come in: sessions that begin with a name and a password in a form, the same for scripts, and a pause after
//! wrong passwords.
//!
//! A form and not HTTP Digest, so that of passwords only hashes are kept, the factory's can be replaced at the first
//! login, and a session ends when a person says so. What protects a password on its way is TLS in front of the page.

use super::limits::{
    FAILING_CALLERS, FAILURE_SECS, FAILURES, SESSION_IDLE_SECS, SESSION_SECS, SESSIONS,
};
use super::message::{Answer, Head};
use super::remote::is_local;
use super::token::{is_token, token};
use super::view::{Account, Accounts, Standing};
use crate::device::password;
use cwmp::http::{Credentials, parse_authorization};
use data_model::Timestamp;
use data_model::firmware::unhex;
use std::net::{IpAddr, Ipv6Addr};

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
    failing: Vec<Failing>,
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

/// Wrong passwords of one caller.
#[derive(Debug)]
struct Failing {
    caller: Caller,
    times: u32,
    last: Timestamp,
}

/// Who is counted: a network, and the account it tries. To know the password of one account is no excuse for guesses at
/// the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Caller {
    from: IpAddr,
    /// `None` for names nobody has, all together.
    named: Option<Role>,
}

impl Access {
    /// A door; `key` must come from a good source of randomness.
    pub fn new(key: [u8; 32], policy: Policy) -> Access {
        Access {
            key,
            policy,
            failing: Vec::new(),
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
        let caller = Caller {
            from: network_of(head.from),
            named,
        };
        if let Some(wait_secs) = self.must_wait(caller, now) {
            let why = format!("Too many wrong passwords. Try again in {wait_secs} seconds.");
            return Err(Answer::text(429, why).with("retry-after", wait_secs.to_string()));
        }
        let account = named.and_then(|role| Some((role, accounts.account(role)?)));
        let account = account.filter(|(_, account)| {
            self.usable(account, head) && password::matches(account.password.reveal(), given)
        });
        match account {
            Some(_) => self.failing.retain(|failing| failing.caller != caller),
            None => self.failed(caller, now),
        }
        Ok(account.map(|(role, account)| (role, account.clone())))
    }

    /// Seconds a caller has to wait, if it has to. While as many fail as can be remembered, so has everybody else: or else
    /// whoever has enough addresses would never wait.
    fn must_wait(&mut self, caller: Caller, now: Timestamp) -> Option<u64> {
        let window_ms = FAILURE_SECS * 1000;
        // A clock that was set back must not make the wait longer.
        self.failing
            .retain(|failing| failing.last <= now && now.since_ms(failing.last) < window_ms);
        let left = |failing: &Failing| FAILURE_SECS - now.since_ms(failing.last) / 1000;
        match self.failing.iter().find(|failing| failing.caller == caller) {
            Some(failing) => (failing.times >= FAILURES).then(|| left(failing)),
            None if self.failing.len() < FAILING_CALLERS => None,
            None => self.failing.first().map(left),
        }
    }

    fn failed(&mut self, caller: Caller, now: Timestamp) {
        let known = |failing: &Failing| failing.caller == caller;
        let before = self.failing.iter().position(known);
        let times = before.map_or(0, |at| self.failing.remove(at).times) + 1;
        if self.failing.len() == FAILING_CALLERS {
            self.failing.remove(0);
        }
        // The one that has failed last stands last.
        self.failing.push(Failing {
            caller,
            times,
            last: now,
        });
        if times == FAILURES {
            tracing::warn!(from = %caller.from, "too many wrong passwords at the device's page");
        }
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

/// Whoever has one address of such a network has all of them.
fn network_of(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(prefix))
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
             at the ACS. Or set `enabled = true` there and log in from the same network with the factory's password,\n\
             which has to be replaced at once. If that is done, administrators have been shut out by\n\
             Enable_Web_Admin_Access or Admin_Access."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn caller(number: u8, named: Option<Role>) -> Caller {
        Caller {
            from: IpAddr::from([192, 0, 2, number]),
            named,
        }
    }

    #[test]
    fn failures_are_counted_by_address_and_account_and_forgotten_after_a_while() {
        let mut access = Access::new([7; 32], Policy::default());
        let admin = caller(1, Some(Role::Admin));
        for _ in 0..FAILURES {
            assert_eq!(access.must_wait(admin, NOW), None);
            access.failed(admin, NOW);
        }
        assert_eq!(access.must_wait(admin, NOW), Some(FAILURE_SECS));
        let others = [caller(2, Some(Role::Admin)), caller(1, Some(Role::User))];
        for other in others {
            assert_eq!(access.must_wait(other, NOW), None);
        }
        let later = NOW.plus_secs(FAILURE_SECS);
        assert_eq!(access.must_wait(admin, later), None);
        access.failed(admin, later);
        assert_eq!(access.must_wait(admin, later), None);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_wait_longer() {
        let mut access = Access::new([7; 32], Policy::default());
        let admin = caller(1, Some(Role::Admin));
        for _ in 0..FAILURES {
            access.failed(admin, NOW.plus_secs(3600));
        }
        assert_eq!(access.must_wait(admin, NOW), None);
    }

    #[test]
    fn many_failing_addresses_take_no_more_room_and_do_not_help_each_other() {
        let mut access = Access::new([7; 32], Policy::default());
        for number in 0..=255 {
            access.failed(caller(number, None), NOW);
        }
        assert_eq!(access.failing.len(), FAILING_CALLERS);
        let fresh = caller(7, Some(Role::Admin));
        assert_eq!(access.must_wait(fresh, NOW), Some(FAILURE_SECS));
        let later = NOW.plus_secs(FAILURE_SECS);
        assert_eq!(access.must_wait(fresh, later), None);
    }

    #[test]
    fn a_network_of_addresses_is_one_caller() {
        let same =
            |a: &str, b: &str| network_of(a.parse().unwrap()) == network_of(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }
}
