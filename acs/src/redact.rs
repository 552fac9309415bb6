//! Which parameters hold secrets: by the models we know, and by their names for all others.

use data_model::catalogue;
use data_model::schema::Secrecy;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// What stands in place of a secret that is shown to somebody.
pub const MASK: &str = "***";

/// Hexadecimal digits of a token in a path.
const TOKEN_DIGITS: usize = 32;

/// What the operator has added to the words below.
static FURTHER: RwLock<BTreeSet<String>> = RwLock::new(BTreeSet::new());

/// Has every name with one of these words in its last node taken for a secret's, from this moment on.
pub fn mask_also(words: &[String]) {
    let mut further = FURTHER.write().unwrap_or_else(PoisonError::into_inner);
    further.extend(words.iter().map(|word| word.to_ascii_lowercase()));
}

/// Whether a parameter's value must not be shown, kept or logged.
///
/// A name is secret if any device type we know says so, if it looks like one, or if the operator says so: a value that is
/// shown by mistake cannot be taken back.
pub fn is_secret(name: &str) -> bool {
    is_sealed(name) || {
        let further = FURTHER.read().unwrap_or_else(PoisonError::into_inner);
        let last = last_node(name).to_ascii_lowercase();
        further.iter().any(|word| last.contains(word))
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
    let node = last_node(name);
    let last = node.to_ascii_lowercase();
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
    // Short words stand in many others (`Mapping`, `Bypass`): they count alone, or where a word begins.
    const WORDS: [&str; 2] = ["pin", "pass"];
    let is_word = |word: &str| {
        let Some(before) = last.strip_suffix(word) else {
            return false;
        };
        let begins = node.as_bytes().get(before.len());
        let after_other = before.ends_with(['_', '-']);
        let upper = begins.is_some_and(u8::is_ascii_uppercase);
        let after_small = before
            .len()
            .checked_sub(1)
            .and_then(|at| node.as_bytes().get(at));
        let after_small =
            after_small.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        before.is_empty() || after_other || upper && after_small
    };
    SIGNS.iter().any(|sign| last.contains(sign)) || WORDS.iter().any(|word| is_word(word))
}

fn is_secret_in_models(name: &str) -> bool {
    catalogue::names().iter().any(|ty| {
        let Some(ty) = catalogue::device_type(ty) else {
            return false;
        };
        let Some(address) = ty.schema.lookup(name) else {
            return false;
        };
        let parameter = ty.schema.node(address.node).parameter();
        parameter.is_some_and(|parameter| parameter.secret == Secrecy::Secret)
    })
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
