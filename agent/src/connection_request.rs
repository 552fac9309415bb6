//! Connection requests: who may call, how often, and what they are told (TR-069 3.2.2).

use crate::device::io::{ConnectionRequest, ConnectionRequestAnswer};
use crate::limits::{CONNECTION_REQUEST_WINDOW_SECS, CONNECTION_REQUESTS};
use crate::random::Random;
use cwmp::http::digest::{Algorithm, Stale, Verdict};
use cwmp::http::{Credentials, DigestServer, Verifier, parse_authorization};
use data_model::{Secret, Timestamp};

/// The realm of every device; it is no secret and tells nothing about the device.
const REALM: &str = "dialtone-cpe";

/// The listener's memory of one device.
#[derive(Debug)]
pub struct Gate {
    digest: DigestServer,
    window_start: Timestamp,
    accepted: u32,
}

/// What a call means for the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The ACS wants a session.
    Accepted,
    /// Somebody else, or too often.
    Refused,
}

/// What a caller must know.
#[derive(Debug)]
pub struct Keys<'a> {
    /// The path of the connection request URL.
    pub path: &'a str,
    /// ConnectionRequestUsername.
    pub username: &'a str,
    /// ConnectionRequestPassword.
    pub password: &'a Secret,
}

impl Gate {
    /// A gate that has seen no calls. Its nonces are signed with a key of its own.
    pub fn new(random: &mut Random) -> Gate {
        let mut key = [0; 32];
        for chunk in key.chunks_mut(8) {
            chunk.copy_from_slice(&random.next().to_be_bytes());
        }
        let algorithms = vec![Algorithm::Md5, Algorithm::Sha256];
        Gate {
            digest: DigestServer::new(REALM, key, algorithms),
            window_start: Timestamp::from_millis(i64::MIN),
            accepted: 0,
        }
    }

    /// Answers a call.
    pub fn answer(
        &mut self,
        call: &ConnectionRequest,
        keys: &Keys<'_>,
        random: &mut Random,
        now: Timestamp,
    ) -> (Call, ConnectionRequestAnswer) {
        let answer = |status, www_authenticate| ConnectionRequestAnswer {
            number: call.number,
            status,
            www_authenticate,
        };
        // TR-069 3.2.2.2: a GET on this path, and nothing else lives here.
        if call.target != keys.path {
            return (Call::Refused, answer(404, Vec::new()));
        }
        if call.method != "GET" {
            return (Call::Refused, answer(405, Vec::new()));
        }
        let stale = match self.check(call, keys, now) {
            Some(Verdict::Accepted) => {
                return match self.admit(now) {
                    Call::Accepted => (Call::Accepted, answer(200, Vec::new())),
                    // Without Retry-After (TR-069 3.2.2.2).
                    Call::Refused => (Call::Refused, answer(503, Vec::new())),
                };
            }
            Some(Verdict::Stale | Verdict::Replayed) => Stale::Yes,
            Some(Verdict::Rejected) | None => Stale::No,
        };
        (
            Call::Refused,
            answer(401, self.digest.challenges(now, random.next(), stale)),
        )
    }

    fn check(
        &mut self,
        call: &ConnectionRequest,
        keys: &Keys<'_>,
        now: Timestamp,
    ) -> Option<Verdict> {
        // Without a user nobody can call: an empty password is no password.
        if keys.username.is_empty() || keys.password.is_empty() {
            return None;
        }
        let Credentials::Digest(fields) = parse_authorization(call.authorization.as_deref()?)?
        else {
            return Some(Verdict::Rejected);
        };
        if fields.username != keys.username {
            return Some(Verdict::Rejected);
        }
        let verifier = Verifier::new(keys.username, REALM, keys.password);
        Some(
            self.digest
                .check(&fields, &call.method, &call.target, &verifier, now),
        )
    }

    /// Counts a call that is as it should be, over HTTP or UDP.
    pub fn admit(&mut self, now: Timestamp) -> Call {
        if now.since_ms(self.window_start) >= CONNECTION_REQUEST_WINDOW_SECS * 1000 {
            self.window_start = now;
            self.accepted = 0;
        }
        if self.accepted == CONNECTION_REQUESTS {
            return Call::Refused;
        }
        self.accepted += 1;
        Call::Accepted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cwmp::http::{Authorizer, Challenge};

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const PATH: &str = "/0123456789abcdef";

    struct Caller {
        gate: Gate,
        random: Random,
        password: Secret,
    }

    impl Caller {
        fn new() -> Caller {
            let mut random = Random::new(1);
            Caller {
                gate: Gate::new(&mut random),
                random,
                password: "secret".into(),
            }
        }

        fn call(
            &mut self,
            method: &str,
            target: &str,
            authorization: Option<String>,
        ) -> ConnectionRequestAnswer {
            let call = ConnectionRequest {
                number: 1,
                method: method.into(),
                target: target.into(),
                authorization,
            };
            let keys = Keys {
                path: PATH,
                username: "acs",
                password: &self.password,
            };
            let (outcome, answer) = self.gate.answer(&call, &keys, &mut self.random, NOW);
            assert_eq!(outcome == Call::Accepted, answer.status == 200);
            answer
        }

        fn authorizer(&mut self, username: &str, password: &str) -> Authorizer {
            let challenges = self.call("GET", PATH, None).www_authenticate;
            let mut authorizer = Authorizer::new(username, Secret::new(password));
            let headers = challenges.iter().map(String::as_str);
            authorizer
                .challenge(headers, Challenge::DigestOnly)
                .unwrap();
            authorizer
        }
    }

    /// Covers C-10, H13.
    #[test]
    fn nothing_else_lives_behind_the_listener() {
        let mut caller = Caller::new();
        for target in [
            "/",
            "/0123456789abcdef/",
            "/../..",
            "http://x/0123456789abcdef",
            "",
        ] {
            assert_eq!(caller.call("GET", target, None).status, 404, "{target}");
        }
        for method in ["POST", "HEAD", "get", "DELETE"] {
            assert_eq!(caller.call(method, PATH, None).status, 405, "{method}");
        }
    }

    /// Covers C-12, C-13, C-09.
    #[test]
    fn only_the_right_password_brings_a_session_and_each_answer_counts_once() {
        let mut caller = Caller::new();
        let header = caller.authorizer("acs", "secret").header("GET", PATH, "c");
        assert_eq!(caller.call("GET", PATH, header.clone()).status, 200);
        let replay = caller.call("GET", PATH, header);
        assert_eq!(replay.status, 401);
        assert!(replay.www_authenticate[0].contains("stale=true"));
        for (username, password) in [("acs", "wrong"), ("other", "secret"), ("acs", "")] {
            let header = caller
                .authorizer(username, password)
                .header("GET", PATH, "c");
            assert_eq!(caller.call("GET", PATH, header).status, 401);
        }
        for header in ["Basic YWNzOnNlY3JldA==", "Digest", "Digest username=\""] {
            assert_eq!(caller.call("GET", PATH, Some(header.into())).status, 401);
        }
    }

    /// Covers C-04, C10.
    #[test]
    fn calls_beyond_the_limit_get_503() {
        let mut caller = Caller::new();
        let mut authorizer = caller.authorizer("acs", "secret");
        for _ in 0..CONNECTION_REQUESTS {
            let header = authorizer.header("GET", PATH, "c");
            assert_eq!(caller.call("GET", PATH, header).status, 200);
        }
        let header = authorizer.header("GET", PATH, "c");
        assert_eq!(caller.call("GET", PATH, header).status, 503);
    }

    #[test]
    fn a_device_without_a_password_cannot_be_called() {
        let mut caller = Caller::new();
        caller.password = Secret::default();
        let header = caller.authorizer("acs", "").header("GET", PATH, "c");
        assert_eq!(caller.call("GET", PATH, header).status, 401);
    }
}
