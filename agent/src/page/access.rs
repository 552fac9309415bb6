//! Who may come in: HTTP Digest with the accounts of the device's parameters, and a pause after wrong passwords.
//!
//! Digest, because the page has no TLS of its own: a password in clear would be anybody's on the way. Nonces are signed
//! and their counters kept, so that nothing heard on the way can be said again.

use super::limits::{FAILING_CALLERS, FAILURE_SECS, FAILURES};
use super::message::{Answer, Head};
use super::token::{is_token, token};
use super::view::{Account, Accounts};
use cwmp::http::digest::{Algorithm, Stale, Verdict};
use cwmp::http::{Credentials, DigestServer, Verifier, parse_authorization};
use data_model::Timestamp;
use std::net::{IpAddr, Ipv6Addr};

const REALM: &str = "Telephone adapter";

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
    account: Account,
}

/// The door of the page.
#[derive(Debug)]
pub struct Access {
    digest: DigestServer,
    key: [u8; 32],
    failing: Vec<Failing>,
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
    pub fn new(key: [u8; 32]) -> Access {
        let algorithms = vec![Algorithm::Sha256, Algorithm::Md5];
        Access {
            digest: DigestServer::new(REALM, key, algorithms),
            key,
            failing: Vec::new(),
        }
    }

    /// Lets somebody in, or says why not. `random` makes the nonce of a challenge differ from all others.
    ///
    /// # Errors
    /// With the answer: 401 with a challenge, 403 while no account can be used, 429 after too many failures.
    pub fn admit(
        &mut self,
        head: &Head,
        accounts: &Accounts,
        random: u64,
        now: Timestamp,
    ) -> Result<Visitor, Answer> {
        if accounts.admin.is_none() && accounts.user.is_none() {
            return Err(closed(accounts));
        }
        let credentials = head.authorization.as_deref().map(parse_authorization);
        let caller = Caller {
            from: network_of(head.from),
            named: match &credentials {
                Some(Some(Credentials::Digest(fields))) => accounts.named(&fields.username),
                Some(Some(_) | None) | None => None,
            },
        };
        if let Some(wait_secs) = self.must_wait(caller, now) {
            let why = format!("Too many wrong passwords. Try again in {wait_secs} seconds.");
            return Err(Answer::text(429, why).with("retry-after", wait_secs.to_string()));
        }
        let Some(credentials) = credentials else {
            return Err(self.challenge(Stale::No, random, now));
        };
        match self.check(credentials, head, accounts, now) {
            (Verdict::Accepted, Some((role, account))) => {
                self.failing.retain(|failing| failing.caller != caller);
                Ok(Visitor {
                    role,
                    token: token(&self.key, &account, now),
                    account,
                })
            }
            (Verdict::Stale, _) => Err(self.challenge(Stale::Yes, random, now)),
            (Verdict::Accepted | Verdict::Rejected, _) => {
                self.failed(caller, now);
                Err(self.challenge(Stale::No, random, now))
            }
        }
    }

    /// Whether a form was sent from a page of ours that this visitor was shown.
    pub fn is_own_form(&self, visitor: &Visitor, given: &str, now: Timestamp) -> bool {
        is_token(&self.key, &visitor.account, now, given)
    }

    fn check(
        &mut self,
        credentials: Option<Credentials>,
        head: &Head,
        accounts: &Accounts,
        now: Timestamp,
    ) -> (Verdict, Option<(Role, Account)>) {
        let Some(Credentials::Digest(fields)) = credentials else {
            return (Verdict::Rejected, None);
        };
        let role = accounts.named(&fields.username);
        let named = role.and_then(|role| Some((role, accounts.account(role)?.clone())));
        let Some((role, account)) = named else {
            return (Verdict::Rejected, None);
        };
        let verifier = Verifier::new(&account.name, REALM, &account.password);
        let (method, target) = (&head.method, &head.target);
        let verdict = self.digest.check(&fields, method, target, &verifier, now);
        (verdict, Some((role, account)))
    }

    fn challenge(&self, stale: Stale, random: u64, now: Timestamp) -> Answer {
        let challenges = self.digest.challenges(now, random, stale);
        let line = "This page needs the name and the password of one of the device's accounts.";
        challenges
            .into_iter()
            .fold(Answer::text(401, line), |answer, challenge| {
                answer.with("www-authenticate", challenge)
            })
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

    fn account(&self, role: Role) -> Option<&Account> {
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
             at the ACS. If that is done, administrators have been shut out by Enable_Web_Admin_Access or Admin_Access."
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
        let mut access = Access::new([7; 32]);
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
        let mut access = Access::new([7; 32]);
        let admin = caller(1, Some(Role::Admin));
        for _ in 0..FAILURES {
            access.failed(admin, NOW.plus_secs(3600));
        }
        assert_eq!(access.must_wait(admin, NOW), None);
    }

    #[test]
    fn many_failing_addresses_take_no_more_room_and_do_not_help_each_other() {
        let mut access = Access::new([7; 32]);
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
