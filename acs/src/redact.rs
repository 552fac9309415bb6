//! Which parameters hold secrets: by the models we know, and by their names for all others.

use aho_corasick::AhoCorasick;
use data_model::catalogue;
use data_model::schema::{Node, Secrecy};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::{LazyLock, PoisonError, RwLock};

/// What stands in place of a secret that is shown to somebody.
pub const MASK: &str = "***";

/// Hexadecimal digits of a token in a path.
const TOKEN_DIGITS: usize = 32;

/// Words that stand in the names of secrets.
const SIGNS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "psk",
    "secret",
    "private",
    "presharedkey",
    "wepkey",
    "community",
    "gpp_s",
    "credential",
];
/// Short words stand in many others (`Mapping`, `Bypass`): they count alone, or where a word begins.
const WORDS: [&str; 2] = ["pin", "pass"];

// Every parameter of every tree is asked about several times on its way into the store, so what is asked is made once.
static KNOWN_SIGNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| finder(SIGNS));
/// The last nodes of the secrets of the models we know, as they are written there.
static LAST_NODES: LazyLock<HashSet<String>> = LazyLock::new(last_nodes_of_secrets);

/// What the operator has added to the words above.
static FURTHER: RwLock<Further> = RwLock::new(Further {
    words: BTreeSet::new(),
    finder: None,
});

#[derive(Debug)]
struct Further {
    words: BTreeSet<String>,
    finder: Option<AhoCorasick>,
}

/// Finds words, however they are written; there is none for words that together are larger than a program may be.
fn finder<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(words)
        .ok()
}

/// Has every name with one of these words in its last node taken for a secret's, from this moment on.
pub fn mask_also(words: &[String]) {
    let mut further = FURTHER.write().unwrap_or_else(PoisonError::into_inner);
    further
        .words
        .extend(words.iter().map(|word| word.to_ascii_lowercase()));
    further.finder = finder(&further.words).filter(|_| !further.words.is_empty());
}

/// Whether a parameter's value must not be shown, kept or logged.
///
/// A name is secret if any device type we know says so, if it looks like one, or if the operator says so: a value that is
/// shown by mistake cannot be taken back.
pub fn is_secret(name: &str) -> bool {
    is_sealed(name) || {
        let further = FURTHER.read().unwrap_or_else(PoisonError::into_inner);
        match &further.finder {
            Some(finder) => finder.is_match(last_node(name)),
            // No words; or more than can be looked for, and then nothing is shown.
            None => !further.words.is_empty(),
        }
    }
}

/// Whether a value is kept sealed: the same, without what the operator has added, which may be taken away again.
pub fn is_sealed(name: &str) -> bool {
    looks_secret(name) || is_secret_in_models(name)
}

/// A text without the tokens in the rules devices fetch and report by.
pub fn without_tokens(text: &str) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(text);
    for path in ["/p/", "/report/"] {
        let mut from = 0;
        while let Some(at) = shown[from..].find(path) {
            let begin = from + at + path.len();
            from = begin;
            let token = shown.as_bytes()[begin..].iter();
            let digits = token.take_while(|byte| byte.is_ascii_hexdigit()).count();
            if digits >= TOKEN_DIGITS {
                shown.to_mut().replace_range(begin..begin + digits, MASK);
                from += MASK.len();
            }
        }
    }
    shown
}

/// The same in every text of a record.
pub fn hide_tokens(record: &mut Value) {
    match record {
        Value::String(text) => {
            if let Cow::Owned(shown) = without_tokens(text) {
                *text = shown;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(hide_tokens),
        Value::Object(map) => map.values_mut().for_each(hide_tokens),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn last_node(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// By the last node of the name.
fn looks_secret(name: &str) -> bool {
    let last = last_node(name);
    let is_sign = match &*KNOWN_SIGNS {
        Some(finder) => finder.is_match(last),
        // Then nothing is shown: a mistake of ours must not give a secret away.
        None => true,
    };
    is_sign || WORDS.iter().any(|word| ends_in_word(last, word))
}

/// Whether a node ends in a word, with nothing or the end of another word in front of it.
fn ends_in_word(node: &str, word: &str) -> bool {
    let Some(at) = node.len().checked_sub(word.len()) else {
        return false;
    };
    let (before, end) = node.as_bytes().split_at(at);
    if !end.eq_ignore_ascii_case(word.as_bytes()) {
        return false;
    }
    match before.last() {
        None | Some(b'_' | b'-') => true,
        Some(byte) => {
            let small = byte.is_ascii_lowercase() || byte.is_ascii_digit();
            small && end.first().is_some_and(u8::is_ascii_uppercase)
        }
    }
}

fn last_nodes_of_secrets() -> HashSet<String> {
    let types = catalogue::names()
        .iter()
        .filter_map(|ty| catalogue::device_type(ty));
    let mut last = HashSet::new();
    for ty in types {
        let secret = ty.schema.nodes().filter(|(_, node)| is_secret_node(node));
        last.extend(secret.map(|(_, node)| node.name.to_string()));
    }
    last
}

fn is_secret_in_models(name: &str) -> bool {
    LAST_NODES.contains(last_node(name))
        && catalogue::names().iter().any(|ty| {
            let Some(ty) = catalogue::device_type(ty) else {
                return false;
            };
            let Some(address) = ty.schema.lookup(name) else {
                return false;
            };
            is_secret_node(ty.schema.node(address.node))
        })
}

fn is_secret_node(node: &Node) -> bool {
    let parameter = node.parameter();
    parameter.is_some_and(|parameter| parameter.secret == Secrecy::Secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers M06, U07.
    #[test]
    fn secrets_of_known_and_unknown_models_are_told() {
        for name in [
            "Device.ManagementServer.Password",
            "Device.ManagementServer.ConnectionRequestPassword",
            "Device.X_CISCO_ATA.Line.1.Password",
            "Device.X_CISCO_ATA.Provisioning.GPP_SA",
            "Device.X_CISCO_ATA.Router.SNMP.Get_Community",
            "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.PreSharedKey.1.PreSharedKey",
            "Device.WiFi.AccessPoint.1.Security.KeyPassphrase",
            "Device.X_VENDOR.AdminPwd",
            "InternetGatewayDevice.X.WlanPsk",
            "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.WEPKey.1.WEPKey",
            "Device.X_VENDOR.SIM.1.PIN",
            "Device.X_VENDOR.SimPin",
            "Device.X_VENDOR.Voicemail_Pin",
            "Device.X_VENDOR.UserPass",
            "Device.X_VENDOR.Passcode",
            "pin",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "Device.DeviceInfo.SoftwareVersion",
            "Device.ManagementServer.ParameterKey",
            "Device.X_VENDOR.Bypass",
            "Device.X_VENDOR.Mapping",
            "Device.X_VENDOR.Spin",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    /// Covers U07.
    #[test]
    fn what_the_operator_adds_is_masked_too() {
        let name = "Device.X_VENDOR.ActivationCanaryText";
        assert!(!is_secret(name));
        mask_also(&["canarytext".into()]);
        assert!(is_secret(name) && !is_sealed(name));
    }

    /// Covers U07.
    #[test]
    fn no_token_of_a_rule_is_shown() {
        let token = "0123456789abcdef0123456789abcdef";
        let rule = format!("[--key $SA] https://x/p/{token}/$MA.cfg /report/{token} /p/short/");
        let shown = without_tokens(&rule);
        assert_eq!(
            shown,
            "[--key $SA] https://x/p/***/$MA.cfg /report/*** /p/short/"
        );
        assert!(matches!(without_tokens("/a/b"), Cow::Borrowed(_)));
        let mut record = serde_json::json!({ "values": [{ "value": rule }], "count": 1 });
        hide_tokens(&mut record);
        assert!(!record.to_string().contains(token) && record.to_string().contains("/p/***/"));
    }
}
