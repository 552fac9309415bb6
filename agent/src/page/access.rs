//! Who may come in: HTTP Digest with the accounts of the device's parameters, and a pause after wrong passwords.
//!
//! Digest, because the page has no TLS of its own: a password in clear would be anybody's on the way. Nonces are signed
//! and their counters kept, so that nothing heard on the way can be said again.

use super::limits::{FAILING_ADDRESSES, FAILURE_SECS, FAILURES};
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

/// An address wrong passwords have come from.
#[derive(Debug)]
struct Failing {
    from: IpAddr,
    times: u32,
    last: Timestamp,
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
        let from = network_of(head.from);
        if let Some(wait_secs) = self.must_wait(from, now) {
            let why = format!("Too many wrong passwords. Try again in {wait_secs} seconds.");
            return Err(Answer::text(429, why).with("retry-after", wait_secs.to_string()));
        }
        let Some(header) = head.authorization.as_deref() else {
            return Err(self.challenge(Stale::No, random, now));
        };
        match self.check(header, head, accounts, now) {
            (Verdict::Accepted, Some((role, account))) => {
                self.failing.retain(|failing| failing.from != from);
                Ok(Visitor {
                    role,
                    token: token(&self.key, &account, now),
                    account,
                })
            }
            (Verdict::Stale, _) => Err(self.challenge(Stale::Yes, random, now)),
            (Verdict::Accepted | Verdict::Rejected, _) => {
                self.failed(from, now);
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
        header: &str,
        head: &Head,
        accounts: &Accounts,
        now: Timestamp,
    ) -> (Verdict, Option<(Role, Account)>) {
        let Some(Credentials::Digest(fields)) = parse_authorization(header) else {
            return (Verdict::Rejected, None);
        };
        let known = [(Role::Admin, &accounts.admin), (Role::User, &accounts.user)];
        let named = known.into_iter().find_map(|(role, account)| {
            let account = account.as_ref()?;
            (account.name == fields.username).then(|| (role, account.clone()))
        });
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

    /// Seconds an address has to wait, if it has to.
    fn must_wait(&self, from: IpAddr, now: Timestamp) -> Option<u64> {
        let failing = self.failing.iter().find(|failing| failing.from == from)?;
        let passed = now.since_ms(failing.last) / 1000;
        let left = FAILURE_SECS.saturating_sub(passed);
        (failing.times >= FAILURES && left > 0).then_some(left)
    }

    fn failed(&mut self, from: IpAddr, now: Timestamp) {
        let window_ms = FAILURE_SECS * 1000;
        self.failing
            .retain(|failing| now.since_ms(failing.last) < window_ms);
        let before = self.failing.iter().position(|failing| failing.from == from);
        let times = before.map_or(0, |at| self.failing.remove(at).times) + 1;
        if self.failing.len() == FAILING_ADDRESSES {
            self.failing.remove(0);
        }
        // The one that has failed last stands last.
        self.failing.push(Failing {
            from,
            times,
            last: now,
        });
        if times == FAILURES {
            tracing::warn!(%from, "too many wrong passwords at the device's page");
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

    fn address(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    #[test]
    fn failures_are_counted_by_address_and_forgotten_after_a_while() {
        let mut access = Access::new([7; 32]);
        for _ in 0..FAILURES {
            assert_eq!(access.must_wait(address(1), NOW), None);
            access.failed(address(1), NOW);
        }
        assert_eq!(access.must_wait(address(1), NOW), Some(FAILURE_SECS));
        assert_eq!(access.must_wait(address(2), NOW), None);
        let later = NOW.plus_secs(FAILURE_SECS);
        assert_eq!(access.must_wait(address(1), later), None);
        access.failed(address(1), later);
        assert_eq!(access.must_wait(address(1), later), None);
    }

    #[test]
    fn many_failing_addresses_take_no_more_room() {
        let mut access = Access::new([7; 32]);
        for number in 0..=255 {
            access.failed(address(number), NOW);
        }
        assert_eq!(access.failing.len(), FAILING_ADDRESSES);
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
