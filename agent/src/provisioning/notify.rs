//! SIP NOTIFY that asks a device for something (section 2.11 of the rules' description; RFC 3261, RFC 6665): what is
//! wanted, by whom, and what is answered. Nothing else of SIP is understood.

use crate::device::Core;
use crate::limits::{NOTIFY_BYTES, NOTIFY_HEADERS, NOTIFY_LINES};
use cwmp::http::digest::{Algorithm, Stale, Verdict};
use cwmp::http::{Credentials, DigestServer, Verifier, parse_authorization};
use data_model::{Secret, Timestamp};

/// The realm of the challenge.
const REALM: &str = "dialtone-notify";

/// What a NOTIFY wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// `resync`
    Resync,
    /// `report`
    Report,
    /// `reboot_now` and `restart_now`
    Restart,
}

/// What a line says of whom it takes a NOTIFY from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `User_ID`, by which the line is addressed.
    pub user: String,
    /// The user of its credentials: `Auth_ID` if `Use_Auth_ID` is on.
    pub auth_user: String,
    /// `Password`
    pub password: Secret,
    /// `Auth_Resync-Reboot`
    pub authenticates: bool,
}

/// The accounts of a device's lines, and whether it takes a resync at all (`Resync_From_SIP`).
pub fn accounts(core: &Core) -> (Vec<Account>, bool) {
    let root = core.product().root;
    let value = |name: String| core.value_of(&format!("{root}X_CISCO_ATA.{name}"));
    let account = |line: usize| {
        let of = |name: &str| value(format!("Line.{line}.{name}"));
        let user = of("User_ID").filter(|user| !user.is_empty())?;
        let own = of("Auth_ID").filter(|_| of("Use_Auth_ID").as_deref() == Some("1"));
        Some(Account {
            auth_user: own.unwrap_or_else(|| user.clone()),
            user,
            password: Secret::new(of("Password").unwrap_or_default()),
            authenticates: of("Auth_Resync-Reboot").as_deref() != Some("0"),
        })
    };
    let resyncs = value("Provisioning.Resync_From_SIP".into()).as_deref() == Some("1");
    ((1..=NOTIFY_LINES).filter_map(account).collect(), resyncs)
}

/// Answers NOTIFYs.
#[derive(Debug)]
pub struct Notified {
    digest: DigestServer,
}

/// A request, as far as it matters.
#[derive(Debug)]
struct Request<'a> {
    method: &'a str,
    uri: &'a str,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Request<'a> {
    fn read(bytes: &'a [u8]) -> Option<Request<'a>> {
        let text = std::str::from_utf8(bytes.get(..bytes.len().min(NOTIFY_BYTES))?).ok()?;
        let (head, _) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, uri) = (first.next()?, first.next()?);
        if first.next()? != "SIP/2.0" || first.next().is_some() {
            return None;
        }
        let mut headers = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':')?;
            headers.push((name.trim(), value.trim()));
            if headers.len() > NOTIFY_HEADERS {
                return None;
            }
        }
        Some(Request {
            method,
            uri,
            headers,
        })
    }

    /// The first header of this name, or of its short form.
    fn header(&self, name: &str, short: &str) -> Option<&'a str> {
        let is = |it: &str| it.eq_ignore_ascii_case(name) || it.eq_ignore_ascii_case(short);
        let found = self.headers.iter().find(|(it, _)| is(it))?;
        Some(found.1)
    }

    /// The user the request is for.
    fn user(&self) -> &'a str {
        let behind = self.uri.strip_prefix("sip:").unwrap_or_default();
        behind.split_once('@').map_or("", |(user, _)| user)
    }

    /// An answer goes back the way the request came: RFC 3261 8.2.6.2.
    fn answer(&self, status: &str, further: &[String]) -> Option<Vec<u8>> {
        let mut text = format!("SIP/2.0 {status}\r\n");
        for (name, value) in &self.headers {
            if name.eq_ignore_ascii_case("Via") || name.eq_ignore_ascii_case("v") {
                text += &format!("Via: {value}\r\n");
            }
        }
        for (name, short) in [("From", "f"), ("To", "t"), ("Call-ID", "i"), ("CSeq", "")] {
            let value = self.header(name, short)?;
            let tag = match name == "To" && !value.contains(";tag=") {
                true => ";tag=dialtone",
                false => "",
            };
            text += &format!("{name}: {value}{tag}\r\n");
        }
        for line in further {
            text += &format!("{line}\r\n");
        }
        text += "Content-Length: 0\r\n\r\n";
        Some(text.into_bytes())
    }
}

impl Notified {
    /// `key` signs what is asked of callers and comes from a good source of randomness.
    pub fn new(key: [u8; 32]) -> Notified {
        Notified {
            digest: DigestServer::new(REALM, key, vec![Algorithm::Md5]),
        }
    }

    /// The answer to a datagram, if it deserves one, and what is to be done.
    pub fn receive(
        &mut self,
        bytes: &[u8],
        (accounts, resyncs): (&[Account], bool),
        random: u64,
        now: Timestamp,
    ) -> (Option<Vec<u8>>, Option<Wanted>) {
        let Some(request) = Request::read(bytes) else {
            return (None, None);
        };
        let answer = |status, further: &[String]| (request.answer(status, further), None);
        match request.method {
            // RFC 3261 17.1.1.3: never answered.
            "ACK" => return (None, None),
            "NOTIFY" => {}
            _ => return answer("405 Method Not Allowed", &["Allow: NOTIFY".into()]),
        }
        let event = request.header("Event", "o").unwrap_or_default();
        let wanted = match event.split(';').next().unwrap_or_default().trim() {
            "resync" => Wanted::Resync,
            "report" => Wanted::Report,
            "reboot_now" | "restart_now" => Wanted::Restart,
            _ => return answer("489 Bad Event", &[]),
        };
        let Some(account) = accounts.iter().find(|it| it.user == request.user()) else {
            return answer("404 Not Found", &[]);
        };
        // A report holds the configuration: it always wants to know who asks.
        if account.authenticates || wanted == Wanted::Report {
            let verdict = self.verdict(&request, account, now);
            let stale = match verdict {
                Verdict::Accepted => None,
                Verdict::Stale | Verdict::Replayed => Some(Stale::Yes),
                Verdict::Rejected => Some(Stale::No),
            };
            if let Some(stale) = stale {
                let challenges = self.digest.challenges(now, random, stale);
                let line = |challenge| format!("WWW-Authenticate: {challenge}");
                let lines: Vec<String> = challenges.into_iter().map(line).collect();
                return answer("401 Unauthorized", &lines);
            }
        }
        if wanted == Wanted::Resync && !resyncs {
            return answer("403 Forbidden", &[]);
        }
        let answer = request.answer("200 OK", &[]);
        let done = answer.is_some().then_some(wanted);
        (answer, done)
    }

    fn verdict(&mut self, request: &Request<'_>, account: &Account, now: Timestamp) -> Verdict {
        // A line without a password has no secret by which anybody could be known.
        let given = request.header("Authorization", "").unwrap_or_default();
        let Some(Credentials::Digest(fields)) = parse_authorization(given) else {
            return Verdict::Rejected;
        };
        if account.password.reveal().is_empty() || fields.username != account.auth_user {
            return Verdict::Rejected;
        }
        let verifier = Verifier::new(&account.auth_user, REALM, &account.password);
        let (method, uri) = (request.method, request.uri);
        self.digest.check(&fields, method, uri, &verifier, now)
    }
}
