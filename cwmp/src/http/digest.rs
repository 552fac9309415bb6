//! HTTP Digest, the server's half: stateless signed nonces, strict counting, constant-time comparison
//! (RFC 7616, TR-069 3.4.5).
//!
//! A nonce carries the time it was made and a signature over it, so that nothing is kept for a device until
//! it has proved who it is, and a device may answer the challenge on another TCP connection. What is kept is the
//! highest `nc` of each nonce in use, in a bounded ledger.

use super::header::DigestFields;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_model::{Secret, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;
use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

/// How long a nonce is good for. Longer than any session, shorter than anybody's patience with a replay.
const NONCE_MS: u64 = 5 * 60 * 1000;
/// How far in the future a nonce may lie, for nodes whose clocks differ.
const SKEW_MS: u64 = 60 * 1000;
/// Nonces whose counters are kept at one time. The oldest is given up first, and with it all of its age.
const LEDGER_ENTRIES: usize = 65_536;
const NONCE_BYTES: usize = 32;

/// A digest algorithm (TR-069 3.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `MD5`
    Md5,
    /// `MD5-sess`
    Md5Sess,
    /// `SHA-256`
    Sha256,
    /// `SHA-256-sess`
    Sha256Sess,
}

impl Algorithm {
    /// The name in headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Md5Sess => "MD5-sess",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha256Sess => "SHA-256-sess",
        }
    }

    fn from_name(name: &str) -> Option<Algorithm> {
        const ALL: [Algorithm; 4] = [
            Algorithm::Md5,
            Algorithm::Md5Sess,
            Algorithm::Sha256,
            Algorithm::Sha256Sess,
        ];
        if name.is_empty() {
            return Some(Algorithm::Md5);
        }
        ALL.into_iter()
            .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name))
    }

    fn hash(self, text: &str) -> String {
        match self {
            Algorithm::Md5 | Algorithm::Md5Sess => hex(&Md5::digest(text)),
            Algorithm::Sha256 | Algorithm::Sha256Sess => hex(&Sha256::digest(text)),
        }
    }
}

/// What a password can be checked against without being kept: `H(username:realm:password)` for each hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    md5: [u8; 16],
    sha256: [u8; 32],
}

impl Verifier {
    /// Length of [`Verifier::to_bytes`].
    pub const BYTES: usize = 48;

    /// The verifier of a password.
    pub fn new(username: &str, realm: &str, password: &Secret) -> Verifier {
        let text = format!("{username}:{realm}:{}", password.reveal());
        Verifier {
            md5: Md5::digest(&text).into(),
            sha256: Sha256::digest(&text).into(),
        }
    }

    /// For keeping.
    pub fn to_bytes(&self) -> [u8; Verifier::BYTES] {
        let mut bytes = [0; Verifier::BYTES];
        bytes[..16].copy_from_slice(&self.md5);
        bytes[16..].copy_from_slice(&self.sha256);
        bytes
    }

    /// What [`Verifier::to_bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Option<Verifier> {
        Some(Verifier {
            md5: bytes.get(..16)?.try_into().ok()?,
            sha256: bytes.get(16..)?.try_into().ok()?,
        })
    }

    /// Whether this is the password, for Basic.
    pub fn accepts(&self, username: &str, realm: &str, password: &Secret) -> bool {
        // One hash is enough here: it is that of every session with Basic.
        let mut other = Sha256::new();
        for part in [username, ":", realm, ":", password.reveal()] {
            other.update(part);
        }
        let other: [u8; 32] = other.finalize().into();
        self.sha256.ct_eq(&other).into()
    }

    fn ha1(&self, algorithm: Algorithm, nonce: &str, cnonce: &str) -> String {
        match algorithm {
            Algorithm::Md5 => hex(&self.md5),
            Algorithm::Sha256 => hex(&self.sha256),
            Algorithm::Md5Sess => algorithm.hash(&format!("{}:{nonce}:{cnonce}", hex(&self.md5))),
            Algorithm::Sha256Sess => {
                algorithm.hash(&format!("{}:{nonce}:{cnonce}", hex(&self.sha256)))
            }
        }
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(***)")
    }
}

/// What became of an answer to a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right, and not seen before.
    Accepted,
    /// The password is right but the nonce is too old: challenge again with `stale=true`, and the device will answer
    /// without asking anybody for a password.
    Stale,
    /// The same, because the nonce's counter does not rise: a device that cannot count, or somebody who has overheard
    /// it.
    Replayed,
    /// Wrong.
    Rejected,
}

/// Checks digest answers for one realm.
pub struct DigestServer {
    realm: String,
    key: [u8; 32],
    algorithms: Vec<Algorithm>,
    counters: HashMap<u64, u32>,
    /// The ledger's nonces from the oldest to the newest, with the time each was made.
    order: VecDeque<(u64, Timestamp)>,
    /// Nonces made before this are no longer counted, so no longer good.
    forgotten_before: Timestamp,
}

impl std::fmt::Debug for DigestServer {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DigestServer")
            .field("realm", &self.realm)
            .field("algorithms", &self.algorithms)
            .field("counters", &self.counters.len())
            .finish_non_exhaustive()
    }
}

impl DigestServer {
    /// A server for a realm. `key` signs the nonces and must come from a good source of randomness; the
    /// algorithms are offered in this order, MD5 first for old devices.
    pub fn new(
        realm: impl Into<String>,
        key: [u8; 32],
        algorithms: Vec<Algorithm>,
    ) -> DigestServer {
        DigestServer {
            realm: realm.into(),
            key,
            algorithms,
            counters: HashMap::new(),
            order: VecDeque::new(),
            forgotten_before: Timestamp::from_millis(i64::MIN),
        }
    }

    /// The realm passwords are checked for.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The values of `WWW-Authenticate`, one header each. `random` makes the nonce differ from all others.
    pub fn challenges(&self, now: Timestamp, random: u64, stale: Stale) -> Vec<String> {
        let nonce = self.nonce(now, random);
        let stale = match stale {
            Stale::Yes => ", stale=true",
            Stale::No => "",
        };
        let realm = &self.realm;
        self.algorithms
            .iter()
            .map(|algorithm| {
                let name = algorithm.as_str();
                format!(
                    "Digest realm=\"{realm}\", qop=\"auth\", nonce=\"{nonce}\", algorithm={name}{stale}"
                )
            })
            .collect()
    }

    /// Checks an answer. `method` and `target` are those of the request the header came with.
    pub fn check(
        &mut self,
        fields: &DigestFields,
        method: &str,
        target: &str,
        verifier: &Verifier,
        now: Timestamp,
    ) -> Verdict {
        let Some(algorithm) = Algorithm::from_name(&fields.algorithm) else {
            return Verdict::Rejected;
        };
        let offered = self.algorithms.contains(&algorithm);
        let same_target = path_of(&fields.uri) == path_of(target);
        let form = fields.qop.eq_ignore_ascii_case("auth") && fields.realm == self.realm;
        let Some(nc) = counter(&fields.nc) else {
            return Verdict::Rejected;
        };
        if !(offered && same_target && form) {
            return Verdict::Rejected;
        }
        let Some((made, id)) = self.open_nonce(&fields.nonce) else {
            return Verdict::Rejected;
        };
        if !right_response(fields, algorithm, method, verifier) {
            return Verdict::Rejected;
        }
        let age_ms = now.since_ms(made);
        let early_ms = made.since_ms(now);
        if age_ms > NONCE_MS || early_ms > SKEW_MS || made < self.forgotten_before {
            return Verdict::Stale;
        }
        self.count(id, made, nc, now)
    }

    fn count(&mut self, id: u64, made: Timestamp, nc: u32, now: Timestamp) -> Verdict {
        self.forget(now);
        match self.counters.get_mut(&id) {
            Some(last) if nc <= *last => return Verdict::Replayed,
            Some(last) => *last = nc,
            None => {
                self.counters.insert(id, nc);
                self.order.push_back((id, made));
            }
        }
        Verdict::Accepted
    }

    /// Drops counters of nonces that are too old to be accepted, and the oldest if there are too many.
    fn forget(&mut self, now: Timestamp) {
        while let Some((id, made)) = self.order.front().copied() {
            let expired = now.since_ms(made) > NONCE_MS;
            if !expired && self.order.len() < LEDGER_ENTRIES {
                return;
            }
            self.order.pop_front();
            self.counters.remove(&id);
            if !expired {
                // Without its counter a live nonce could be replayed, so all of its age are refused.
                self.forgotten_before = self.forgotten_before.max(made.plus_ms(1));
            }
        }
    }

    fn nonce(&self, now: Timestamp, random: u64) -> String {
        let mut bytes = [0; NONCE_BYTES];
        bytes[..8].copy_from_slice(&now.as_millis().to_be_bytes());
        bytes[8..16].copy_from_slice(&random.to_be_bytes());
        let signature = self.sign(&bytes[..16]);
        bytes[16..].copy_from_slice(&signature);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// When a nonce of ours was made, and its number; `None` if it is not ours.
    fn open_nonce(&self, nonce: &str) -> Option<(Timestamp, u64)> {
        if nonce.len() > 2 * NONCE_BYTES {
            return None;
        }
        let bytes: [u8; NONCE_BYTES] = URL_SAFE_NO_PAD.decode(nonce).ok()?.try_into().ok()?;
        let genuine: bool = self.sign(&bytes[..16]).ct_eq(&bytes[16..]).into();
        let made = i64::from_be_bytes(bytes[..8].try_into().ok()?);
        let id = u64::from_be_bytes(bytes[8..16].try_into().ok()?);
        genuine.then_some((Timestamp::from_millis(made), id))
    }

    fn sign(&self, content: &[u8]) -> [u8; 16] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(content);
        mac.update(self.realm.as_bytes());
        let full = mac.finalize().into_bytes();
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        short
    }
}

/// Whether a challenge says that only the nonce was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// The password was right.
    Yes,
    /// Nothing is known of the password.
    No,
}

fn right_response(
    fields: &DigestFields,
    algorithm: Algorithm,
    method: &str,
    verifier: &Verifier,
) -> bool {
    let ha1 = verifier.ha1(algorithm, &fields.nonce, &fields.cnonce);
    let ha2 = algorithm.hash(&format!("{method}:{}", fields.uri));
    // `nc` goes into the hash as the device wrote it, whatever its width.
    let expected = algorithm.hash(&format!(
        "{ha1}:{}:{}:{}:{}:{ha2}",
        fields.nonce, fields.nc, fields.cnonce, fields.qop
    ));
    let given = fields.response.to_ascii_lowercase();
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

/// A request counter: one to eight hexadecimal digits, at least 1.
fn counter(text: &str) -> Option<u32> {
    let hexadecimal =
        !text.is_empty() && text.len() <= 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let number = u32::from_str_radix(text, 16).ok().filter(|_| hexadecimal)?;
    (number != 0).then_some(number)
}

/// Path and query of a request target; devices write it with or without scheme and host.
fn path_of(target: &str) -> &str {
    let after_scheme = match target.split_once("://") {
        Some((_, rest)) => rest,
        None => return if target.is_empty() { "/" } else { target },
    };
    after_scheme
        .find('/')
        .map_or("/", |slash| &after_scheme[slash..])
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{Authorizer, Challenge, Credentials, parse_authorization};
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn server() -> DigestServer {
        DigestServer::new("acs", [7; 32], vec![Algorithm::Md5, Algorithm::Sha256])
    }

    fn verifier() -> Verifier {
        Verifier::new("user", "acs", &Secret::new("secret"))
    }

    fn answer(challenge: &str, requests_before: u32) -> DigestFields {
        let mut client = Authorizer::new("user", Secret::new("secret"));
        assert_eq!(client.challenge([challenge], Challenge::DigestOnly), Ok(()));
        for _ in 0..requests_before {
            client.header("POST", "/acs", "c0");
        }
        let header = client.header("POST", "/acs", "c1").unwrap();
        match parse_authorization(&header) {
            Some(Credentials::Digest(fields)) => fields,
            other => panic!("{other:?}"),
        }
    }

    fn check(server: &mut DigestServer, fields: &DigestFields, now: Timestamp) -> Verdict {
        server.check(fields, "POST", "/acs", &verifier(), now)
    }

    ///
    #[test]
    fn right_answers_of_each_offered_algorithm_are_accepted_once() {
        let mut server = server();
        for (random, index) in [(1, 0), (2, 1)] {
            let challenge = &server.challenges(NOW, random, Stale::No)[index];
            let fields = answer(challenge, 0);
            assert_eq!(
                check(&mut server, &fields, NOW),
                Verdict::Accepted,
                "{challenge}"
            );
            assert_eq!(
                check(&mut server, &fields, NOW),
                Verdict::Replayed,
                "{challenge}"
            );
        }
    }

    /// Covers A01, A02.
    #[test]
    fn a_counter_must_rise() {
        let mut server = server();
        let challenge = server.challenges(NOW, 1, Stale::No).remove(0);
        assert_eq!(
            check(&mut server, &answer(&challenge, 4), NOW),
            Verdict::Accepted
        );
        assert_eq!(
            check(&mut server, &answer(&challenge, 3), NOW),
            Verdict::Replayed
        );
        assert_eq!(
            check(&mut server, &answer(&challenge, 5), NOW),
            Verdict::Accepted
        );
        for nc in ["00000000", "xyz", "", "123456789", "+1"] {
            let fields = DigestFields {
                nc: nc.into(),
                ..answer(&challenge, 9)
            };
            assert_eq!(check(&mut server, &fields, NOW), Verdict::Rejected, "{nc}");
        }
    }

    /// Covers A03.
    #[test]
    fn nonces_that_are_forged_or_old_are_not_good() {
        let mut server = server();
        let challenge = server.challenges(NOW, 1, Stale::No).remove(0);
        let fields = answer(&challenge, 0);
        let later = NOW.plus_ms(NONCE_MS + 1);
        assert_eq!(check(&mut server, &fields, later), Verdict::Stale);
        let earlier = Timestamp::from_millis(NOW.as_millis() - SKEW_MS as i64 - 1);
        assert_eq!(check(&mut server, &fields, earlier), Verdict::Stale);
        let mut other_node = DigestServer::new("acs", [8; 32], vec![Algorithm::Md5]);
        assert_eq!(check(&mut other_node, &fields, NOW), Verdict::Rejected);
        let long = DigestFields {
            nonce: "A".repeat(16 * 1024),
            ..fields
        };
        assert_eq!(check(&mut server, &long, NOW), Verdict::Rejected);
    }

    /// Covers A04.
    #[test]
    fn every_changed_parameter_is_rejected() {
        let mut server = server();
        let challenge = server.challenges(NOW, 1, Stale::No).remove(0);
        let good = answer(&challenge, 0);
        let change = |change: fn(&mut DigestFields)| {
            let mut fields = good.clone();
            change(&mut fields);
            fields
        };
        let cases = [
            change(|fields| fields.uri = "/other".into()),
            change(|fields| fields.qop = String::new()),
            change(|fields| fields.qop = "auth-int".into()),
            change(|fields| fields.algorithm = "SHA-256".into()),
            change(|fields| fields.algorithm = "MD5-sess".into()),
            change(|fields| fields.algorithm = "SHA-512".into()),
            change(|fields| fields.realm = "other".into()),
            change(|fields| fields.cnonce = "other".into()),
            change(|fields| fields.response = "0".repeat(32)),
            change(|fields| fields.response = String::new()),
        ];
        for fields in &cases {
            assert_eq!(
                check(&mut server, fields, NOW),
                Verdict::Rejected,
                "{fields:?}"
            );
        }
        assert_eq!(
            server.check(&good, "GET", "/acs", &verifier(), NOW),
            Verdict::Rejected
        );
        assert_eq!(check(&mut server, &good, NOW), Verdict::Accepted);
    }

    #[test]
    fn absolute_targets_are_the_same_place() {
        assert_eq!(path_of("http://acs.example.net:7547/acs?x=1"), "/acs?x=1");
        assert_eq!(path_of("http://acs.example.net"), "/");
        assert_eq!(path_of(""), "/");
    }

    #[test]
    fn a_full_ledger_gives_up_its_oldest_nonces_and_never_accepts_them_again() {
        let mut server = DigestServer::new("acs", [7; 32], vec![Algorithm::Md5]);
        let first = server.challenges(NOW, 0, Stale::No).remove(0);
        assert_eq!(
            check(&mut server, &answer(&first, 0), NOW),
            Verdict::Accepted
        );
        let later = NOW.plus_ms(1000);
        for id in 1..=LEDGER_ENTRIES as u64 {
            server.count(id, later, 1, later);
        }
        assert!(server.counters.len() <= LEDGER_ENTRIES);
        assert_eq!(
            check(&mut server, &answer(&first, 0), later),
            Verdict::Stale
        );
    }

    #[test]
    fn verifiers_check_passwords_without_keeping_them() {
        let verifier = verifier();
        let kept = Verifier::from_bytes(&verifier.to_bytes()).unwrap();
        assert!(kept.accepts("user", "acs", &Secret::new("secret")));
        assert!(!kept.accepts("user", "acs", &Secret::new("Secret")));
        assert!(!kept.accepts("other", "acs", &Secret::new("secret")));
        assert_eq!(format!("{verifier:?}"), "Verifier(***)");
    }
}
