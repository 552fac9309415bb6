//! Secrets at rest: sealed with AES-256-GCM under a key that lies outside of the database, each bound to its place.
//!
//! A sealed text is `sealed:` with base64 of the key's id (4 bytes), the nonce (12 bytes), the cipher text and the tag.
//! The context, such as `variable/1282e39189e8ab18/line1.password`, is associated data: what is copied to another row
//! does not open there. A text without that prefix is one from before sealing, and reads as it is.

use crate::clock;
use crate::redact::is_sealed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use data_model::firmware::{hex, unhex};
use data_model::{OperatorError, Secret};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// The file beside the database, if no other is configured.
pub const FILE: &str = "secrets.key";
/// The environment variable that holds the keys instead of a file.
pub const VARIABLE: &str = "DIALTONE_SECRETS_KEY";
/// What a sealed text begins with.
const PREFIX: &str = "sealed:";
/// A list of options somebody has paid for (SetVouchers): each is signed, and good for whoever has it.
const VOUCHERS: &str = "vouchers";
/// Bytes that tell keys apart.
const ID_BYTES: usize = 4;
/// Keys of one file: the one in use and those that were before it.
const KEYS: usize = 16;

/// The keys: the first seals, all of them open.
pub struct Secrets {
    keys: Vec<Key>,
}

struct Key {
    id: [u8; ID_BYTES],
    key: LessSafeKey,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

/// A secret that does not open: it was sealed with a key that is not there, for another place, or it is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a secret cannot be opened: it was sealed with another key, for another place, or is damaged"
)]
pub struct Sealed;

impl Secrets {
    /// Keys as a text: 64 hexadecimal digits each, one a line, the one in use first.
    ///
    /// # Errors
    /// If it is no such text; the error does not show it.
    pub fn from_text(text: &str) -> Result<Secrets, String> {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut keys = Vec::new();
        for (number, line) in lines.enumerate() {
            if number >= KEYS {
                return Err(format!("there are more than {KEYS} keys"));
            }
            let bytes = unhex::<32>(line)
                .ok_or_else(|| format!("key {} has not 64 hexadecimal digits", number + 1))?;
            let key = UnboundKey::new(&AES_256_GCM, &bytes)
                .map_err(|_| format!("key {} is not usable", number + 1))?;
            let digest = Sha256::digest(bytes);
            keys.push(Key {
                id: std::array::from_fn(|at| digest[at]),
                key: LessSafeKey::new(key),
            });
        }
        if keys.is_empty() {
            return Err("there is no key in it".into());
        }
        Ok(Secrets { keys })
    }

    /// The keys from the environment, or else from this file; a file that is not there is made, with a key nobody
    /// knows, readable by nobody else.
    ///
    /// # Errors
    /// If they cannot be read, made or understood.
    pub fn open(file: &Path) -> Result<Secrets, OperatorError> {
        if let Ok(text) = std::env::var(VARIABLE) {
            return Secrets::from_text(&text).map_err(|why| {
                let fix = "set it to 64 hexadecimal digits, as `openssl rand -hex 32` makes them";
                OperatorError::new(format!("cannot use {VARIABLE}"), why, fix)
            });
        }
        let trouble = |why: &dyn fmt::Display, fix: &str| {
            OperatorError::new(format!("cannot use {}", file.display()), why, fix)
        };
        let text = match std::fs::read_to_string(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => make(file),
            other => other,
        };
        let text = text.map_err(|error| {
            trouble(
                &error,
                "see that its folder is there, and check its permissions",
            )
        })?;
        Secrets::from_text(&text).map_err(|why| {
            trouble(
                &why,
                "restore it from its backup; without it no secret in the database can be read",
            )
        })
    }

    /// Which key seals; gives nothing of it away.
    pub fn key_id(&self) -> String {
        self.keys
            .first()
            .map_or_else(String::new, |key| hex(&key.id))
    }

    /// Seals a text for a place. An empty one is no secret, and stays.
    pub fn seal(&self, context: &str, plain: &str) -> String {
        let sealed = self.seal_bytes(context, plain.as_bytes());
        // What was sealed is ASCII, and what was not is the text.
        String::from_utf8_lossy(&sealed).into_owned()
    }

    /// The same for bytes that need not be a text.
    pub fn seal_bytes(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let Some(key) = self.keys.first().filter(|_| !plain.is_empty()) else {
            return plain.to_vec();
        };
        let nonce: [u8; NONCE_LEN] = clock::random_bytes();
        let mut sealed = plain.to_vec();
        // It fails for texts of gigabytes only.
        let _ = key.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context.as_bytes()),
            &mut sealed,
        );
        let mut bytes = key.id.to_vec();
        bytes.extend(nonce);
        bytes.extend(sealed);
        format!("{PREFIX}{}", STANDARD_NO_PAD.encode(bytes)).into_bytes()
    }

    /// Opens what was sealed for a place; a text that is not sealed is what it is.
    ///
    /// # Errors
    /// If it does not open.
    pub fn open_text(&self, context: &str, kept: &str) -> Result<Secret, Sealed> {
        let opened = self.open_bytes(context, kept.as_bytes())?;
        let text = String::from_utf8(opened).map_err(|_| Sealed)?;
        Ok(Secret::new(text))
    }

    /// The same for bytes that need not be a text.
    ///
    /// # Errors
    /// If they do not open.
    pub fn open_bytes(&self, context: &str, kept: &[u8]) -> Result<Vec<u8>, Sealed> {
        let Some(sealed) = kept.strip_prefix(PREFIX.as_bytes()) else {
            return Ok(kept.to_vec());
        };
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| Sealed)?;
        let (id, rest) = bytes.split_first_chunk::<ID_BYTES>().ok_or(Sealed)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Sealed)?;
        let mut rest = rest.to_vec();
        let key = self.keys.iter().find(|key| key.id == *id).ok_or(Sealed)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = key
            .key
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut rest)
            .map_err(|_| Sealed)?;
        Ok(opened.to_vec())
    }

    /// Seals the secrets inside of a record in JSON: every `value` beside a `name` that is secret, and every text, or list
    /// of texts, under a key that looks so. Everything else stays readable. A text that looks sealed already is sealed
    /// like any other: anybody may have written it.
    pub fn seal_json(&self, context: &str, json: &str) -> String {
        self.each_secret(json, |name, text| {
            Some(self.seal(&format!("{context}/{name}"), text))
        })
    }

    /// Opens what [`Secrets::seal_json`] has sealed.
    ///
    /// # Errors
    /// If one of the secrets does not open.
    pub fn open_json(&self, context: &str, json: &str) -> Result<String, Sealed> {
        if !json.contains(PREFIX) {
            return Ok(json.to_owned());
        }
        let mut outcome = Ok(());
        let opened = self.each_secret(json, |name, text| {
            match self.open_text(&format!("{context}/{name}"), text) {
                Ok(plain) => Some(plain.reveal().to_owned()),
                Err(sealed) => {
                    outcome = Err(sealed);
                    None
                }
            }
        });
        outcome.map(|()| opened)
    }

    fn each_secret(
        &self,
        json: &str,
        mut change: impl FnMut(&str, &str) -> Option<String>,
    ) -> String {
        let Ok(mut record) = serde_json::from_str::<Value>(json) else {
            return json.to_owned();
        };
        let mut changed = false;
        walk(&mut record, &mut |name, text| {
            if let Some(other) = change(name, text) {
                *text = other;
                changed = true;
            }
        });
        if changed {
            record.to_string()
        } else {
            json.to_owned()
        }
    }
}

fn walk(value: &mut Value, change: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| walk(item, change)),
        Value::Object(map) => {
            let name = map.get("name").and_then(Value::as_str).map(str::to_owned);
            for (key, value) in map {
                let secret = is_sealed(key) || key == VOUCHERS;
                match (value, &name) {
                    (Value::String(text), Some(name)) if key == "value" && is_sealed(name) => {
                        change(name, text);
                    }
                    (Value::String(text), _) if secret => change(key, text),
                    (Value::Array(list), _) if secret => {
                        let texts = list.iter_mut().filter_map(|item| match item {
                            Value::String(text) => Some(text),
                            _ => None,
                        });
                        texts.for_each(|text| change(key, text));
                    }
                    (value, _) => walk(value, change),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Under another name first: a power cut must not leave half a key.
fn make(path: &Path) -> std::io::Result<String> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let text = format!(
        "# The secrets of this server's database are sealed with the first of these keys.\n{}\n",
        hex(&clock::random_bytes::<32>())
    );
    let unfinished = path.with_extension("key.part");
    let mut options = std::fs::File::options();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(list: &[u8]) -> Secrets {
        let lines: Vec<String> = list.iter().map(|byte| hex(&[*byte; 32])).collect();
        Secrets::from_text(&lines.join("\n")).unwrap()
    }

    /// Covers U07.
    #[test]
    fn a_secret_opens_in_its_place_and_with_its_key_only() {
        let secrets = keys(&[1]);
        let sealed = secrets.seal("a/1", "opensesame");
        assert!(!sealed.contains("opensesame"));
        assert_ne!(
            sealed,
            secrets.seal("a/1", "opensesame"),
            "never twice the same"
        );
        assert_eq!(
            secrets.open_text("a/1", &sealed).unwrap().reveal(),
            "opensesame"
        );
        assert_eq!(secrets.open_text("a/2", &sealed), Err(Sealed));
        assert_eq!(keys(&[2]).open_text("a/1", &sealed), Err(Sealed));
        for at in PREFIX.len()..sealed.len() {
            let mut damaged = sealed.clone().into_bytes();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(damaged).unwrap();
            let opened = secrets.open_text("a/1", &damaged);
            assert!(opened.is_err() || damaged == sealed, "{at}");
        }
        assert_eq!(
            secrets.open_text("a/1", "from before").unwrap().reveal(),
            "from before"
        );
        assert_eq!(secrets.seal("a/1", ""), "");
    }

    #[test]
    fn a_key_that_was_before_still_opens() {
        let sealed = keys(&[1]).seal("a", "x");
        let rotated = keys(&[2, 1]);
        assert_eq!(rotated.open_text("a", &sealed).unwrap().reveal(), "x");
        assert_eq!(
            keys(&[2])
                .open_text("a", &rotated.seal("a", "x"))
                .unwrap()
                .reveal(),
            "x"
        );
        assert_ne!(rotated.key_id(), keys(&[1]).key_id());
        for wrong in ["", "# only words", "0707", "xyz"] {
            assert!(Secrets::from_text(wrong).is_err(), "{wrong}");
        }
    }

    /// Covers U07.
    #[test]
    fn secrets_inside_of_a_record_are_sealed_and_the_rest_is_readable() {
        let secrets = keys(&[1]);
        let record = r#"{"kind":"set_parameter_values",
            "values":[{"name":"Device.X.Password","type":null,"value":"canary"},{"name":"Device.X.URL","value":"http://x"}],
            "more":{"line1.password":"canary2"}}"#;
        let sealed = secrets.seal_json("task/1", record);
        assert!(!sealed.contains("canary"), "{sealed}");
        assert!(sealed.contains("http://x") && sealed.contains("set_parameter_values"));
        let opened = secrets.open_json("task/1", &sealed).unwrap();
        let same = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(same(&opened), same(record));
        let odd = r#"{"name":"Device.X.Password","value":"sealed:hello"}"#;
        let kept = secrets.seal_json("task/1", odd);
        assert_eq!(
            same(&secrets.open_json("task/1", &kept).unwrap()),
            same(odd)
        );
        assert_eq!(secrets.open_json("task/2", &sealed), Err(Sealed));
        assert_eq!(
            secrets.open_json("task/1", "no json").as_deref(),
            Ok("no json")
        );
    }

    #[test]
    fn nobody_else_reads_the_file_and_another_file_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let one = Secrets::open(&path).unwrap();
        assert_eq!(Secrets::open(&path).unwrap().key_id(), one.key_id());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        let error = Secrets::open(&path).unwrap_err().to_string();
        assert!(
            error.contains("64 hexadecimal digits") && !error.contains("short"),
            "{error}"
        );
    }
}
