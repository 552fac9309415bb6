//! The chain of the audit trail: each line holds the hash of its own content and of the hash before it, so that no line
//! can be changed, exchanged or taken out without all that follow telling of it. Pure.

use super::AuditEntry;
use data_model::Timestamp;
use data_model::firmware::{hex, unhex};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Where a chain stands: the number and the hash of its last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of the line; zero before the first.
    pub number: u64,
    /// Its hash; zeros before the first.
    pub hash: [u8; 32],
}

impl Head {
    /// As a small value of the store.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.number.to_be_bytes().to_vec();
        bytes.extend(self.hash);
        bytes
    }

    /// What [`Head::to_bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Option<Head> {
        let (number, hash) = bytes.split_first_chunk::<8>()?;
        Some(Head {
            number: u64::from_be_bytes(*number),
            hash: hash.try_into().ok()?,
        })
    }

    /// As people note it down: `NUMBER:HASH`.
    pub fn to_text(self) -> String {
        format!("{}:{}", self.number, hex(&self.hash))
    }

    /// What [`Head::to_text`] gave.
    pub fn from_text(text: &str) -> Option<Head> {
        let (number, hash) = text.trim().split_once(':')?;
        Some(Head {
            number: number.parse().ok()?,
            hash: unhex::<32>(hash)?,
        })
    }
}

/// The hash of a line behind another one. Texts carry their lengths, so that no two lines read alike.
pub fn hash(before: &[u8; 32], line: &AuditEntry) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(line.number.to_be_bytes());
    let at: Timestamp = line.at;
    hash.update(at.as_millis().to_be_bytes());
    for text in [&line.actor, &line.action, &line.subject] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    for text in [&line.before, &line.after] {
        match text {
            None => hash.update([0]),
            Some(text) => {
                hash.update([1]);
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
        }
    }
    hash.finalize().into()
}

/// Whether the trail is what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrailCheck {
    /// Whether every line is there, and is what was written.
    pub intact: bool,
    /// Lines that were looked at.
    pub lines: u64,
    /// The number of the first line that is kept; older ones are past their time.
    pub first: u64,
    /// Number and hash of the last line. Kept elsewhere, it finds out whether everything was written anew.
    pub head: String,
    /// What is wrong first.
    pub trouble: Option<TrailTrouble>,
}

/// What is wrong with the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrailTrouble {
    /// The line it begins at.
    pub number: u64,
    /// What it is.
    pub why: String,
}

/// Walks a trail line by line.
#[derive(Debug)]
pub struct Walk {
    at: Head,
    first: u64,
    lines: u64,
    expected: Option<Head>,
    trouble: Option<TrailTrouble>,
}

impl Walk {
    /// Begins behind the last line that is past its time. `expected` is a head somebody has noted down.
    pub fn new(anchor: Head, expected: Option<Head>) -> Walk {
        Walk {
            at: anchor,
            first: anchor.number + 1,
            lines: 0,
            expected,
            trouble: None,
        }
    }

    /// The next line, with the hash it holds; false once something is wrong.
    pub fn step(&mut self, line: &AuditEntry, held: Option<&[u8]>) -> bool {
        let next = self.at.number + 1;
        if line.number != next {
            let last = line.number.saturating_sub(1);
            let why = match line.number > next {
                true => format!("lines {next} to {last} are missing"),
                false => format!("line {} stands where {next} belongs", line.number),
            };
            return self.wrong(next, why);
        }
        let hash = hash(&self.at.hash, line);
        if held != Some(hash.as_slice()) {
            let why = "the line is not what was written";
            return self.wrong(next, why.into());
        }
        self.at = Head { number: next, hash };
        self.lines += 1;
        match self.expected {
            Some(noted) if noted.number == next && noted.hash != hash => {
                let why = "the line has another hash than the one that was noted down: the trail was written anew";
                self.wrong(next, why.into())
            }
            Some(_) | None => true,
        }
    }

    fn wrong(&mut self, number: u64, why: String) -> bool {
        self.trouble.get_or_insert(TrailTrouble { number, why });
        false
    }

    /// Behind the last line of a part of the trail, which the rest follows.
    pub fn finish_here(self) -> TrailCheck {
        let here = self.at;
        self.finish(Some(here))
    }

    /// Behind the last line: compares it with where the chain stands by the store, and with what was noted down.
    pub fn finish(mut self, head: Option<Head>) -> TrailCheck {
        let last = self.at.number;
        if self.trouble.is_none() {
            match head {
                None => {
                    self.wrong(last, "the record of where the chain ends is missing".into());
                }
                Some(head) if head.number > last => {
                    let why = format!(
                        "lines {} to {} are missing at the end",
                        last + 1,
                        head.number
                    );
                    self.wrong(last + 1, why);
                }
                Some(head) if head != self.at => {
                    let why = "the end is not the one the store has a record of";
                    self.wrong(last, why.into());
                }
                Some(_) => {}
            }
        }
        if let Some(noted) = self.expected.filter(|noted| noted.number > last) {
            let why = format!("line {}, which was noted down, is missing", noted.number);
            self.wrong(last + 1, why);
        }
        TrailCheck {
            intact: self.trouble.is_none(),
            lines: self.lines,
            first: self.first,
            head: self.at.to_text(),
            trouble: self.trouble,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u64, subject: &str) -> AuditEntry {
        AuditEntry {
            number,
            at: Timestamp::from_secs(1_800_000_000),
            actor: "user:ann".into(),
            action: "task.create".into(),
            subject: subject.into(),
            before: None,
            after: None,
        }
    }

    #[test]
    fn no_two_lines_have_one_hash() {
        let zeros = [0; 32];
        let one = line(1, "ab");
        let moved = AuditEntry {
            action: "task.createa".into(),
            ..line(1, "b")
        };
        let before = AuditEntry {
            before: Some(String::new()),
            ..line(1, "ab")
        };
        let after = AuditEntry {
            after: Some(String::new()),
            ..line(1, "ab")
        };
        let mut hashes = vec![hash(&[1; 32], &one), hash(&zeros, &line(2, "ab"))];
        hashes.extend(
            [one, moved, before, after]
                .iter()
                .map(|line| hash(&zeros, line)),
        );
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn a_head_is_kept_and_noted_down() {
        let head = Head {
            number: 4711,
            hash: [7; 32],
        };
        assert_eq!(Head::from_bytes(&head.to_bytes()), Some(head));
        assert_eq!(Head::from_text(&head.to_text()), Some(head));
        for wrong in ["", "1", "1:", "x:00", "1:0707"] {
            assert_eq!(Head::from_text(wrong), None, "{wrong}");
        }
        assert_eq!(Head::from_bytes(&[0; 39]), None);
    }
}
