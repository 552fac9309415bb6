//! The settings in force for people who look from afar: what [`Config::shown`] gives, without secrets that stand within
//! other values: passwords in addresses, keys in rules of devices, tokens in paths.

use super::Config;
use crate::redact::{MASK, is_sealed, without_tokens};
use std::collections::BTreeMap;

/// Options of a vendor's rule that a secret stands behind.
const OPTIONS: [&str; 3] = ["--key", "--uid", "--pwd"];

impl Config {
    /// Every setting with its value; nothing of a secret is in it.
    pub fn masked(&self) -> BTreeMap<String, String> {
        let shown = self.shown().into_iter();
        shown
            .map(|(name, value)| {
                let value = masked(&name, &value);
                (name, value)
            })
            .collect()
    }
}

fn masked(name: &str, value: &str) -> String {
    // The path of a file with a secret is none, and `secrets.names` are words of names.
    if is_sealed(name) && !name.ends_with("_file") && !["true", "false"].contains(&value) {
        return MASK.to_owned();
    }
    let value = without_tokens(value);
    without_options(&without_people(&value))
}

/// Without what stands before the host of an address.
fn without_people(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at(at + 3);
        shown.push_str(before);
        let authority = behind.find(['/', '?', '#', '"', ' ', ',']);
        let (authority, further) = behind.split_at(authority.unwrap_or(behind.len()));
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                shown.push_str(MASK);
                shown.push('@');
                shown.push_str(host);
            }
            None => shown.push_str(authority),
        }
        rest = further;
    }
    shown.push_str(rest);
    shown
}

/// Without what stands behind an option of a rule that takes a secret.
fn without_options(text: &str) -> String {
    let mut masked = false;
    let words = text.split(' ').map(|word| {
        if masked && !word.is_empty() {
            masked = false;
            let end = word.trim_end_matches([']', '"', ',']).len();
            return format!("{MASK}{}", &word[end..]);
        }
        masked |= OPTIONS.iter().any(|option| word.ends_with(option));
        word.to_owned()
    });
    words.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers U07.
    #[test]
    fn nothing_of_a_secret_is_in_the_settings_that_are_shown_afar() {
        let text = "[enrolment]\nmode = 'shared-secret'\nsecret = 'planted-1'\n\
                    [admission.hook]\nurl = 'https://ann:planted-2@hook.example.net/x'\nwhen_away = 'refuse'\n\
                    token = 'planted-3'\n\
                    [provisioning]\ncommon_rule = '[--key planted-4 --uid planted-5] https://p.example.net/p/\
                    0123456789abcdef0123456789abcdef/$MA.cfg'\n\
                    public_url = 'https://planted-6@prov.example.net'\n\
                    [xmpp]\njid = 'acs@example.net'\npassword_file = 'xmpp.password'\n\
                    [files]\nsecrets_without_tls = true\n";
        let config: Config = toml::from_str(text).unwrap();
        let masked = config.masked();
        let all = format!("{masked:?}");
        assert!(!all.contains("planted"), "{all}");
        assert!(!all.contains("0123456789abcdef"), "{all}");
        for (name, value) in [
            ("enrolment.secret", "***"),
            ("admission.hook.token", "***"),
            ("admission.hook.url", "\"https://***@hook.example.net/x\""),
            (
                "provisioning.public_url",
                "\"https://***@prov.example.net\"",
            ),
            ("xmpp.password_file", "\"xmpp.password\""),
            ("files.secrets_without_tls", "true"),
            ("cwmp.listen", "127.0.0.1:7547"),
        ] {
            assert_eq!(masked.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert!(masked["provisioning.common_rule"].contains("https://p.example.net/p/***/$MA.cfg"));
    }
}
