//! Settings of admission: what becomes of devices nobody knows.

use super::Network;
use crate::limits::{ADMISSION_RULES, HOOK_MS};
use crate::outbound::Outbound;
use data_model::{OperatorError, Secret, configuration};
use serde::Deserialize;

/// What becomes of devices nobody knows, once they have passed `enrolment`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdmissionConfig {
    /// What becomes of those no rule is for.
    pub unknown: Decision,
    /// Rules; the first one that fits decides.
    pub rules: Vec<RuleConfig>,
    /// Who is asked where a rule, or `unknown`, says `ask`.
    pub hook: Option<HookConfig>,
}

/// What becomes of a device nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It is taken in.
    #[default]
    Enrol,
    /// It may inform, and gets nothing until somebody admits it.
    Quarantine,
    /// It gets a fault, and nothing of it is kept.
    Refuse,
    /// The hook decides.
    Ask,
}

/// A rule; every condition it has must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleConfig {
    /// Networks the device comes from, as `address/bits`; any if empty.
    #[serde(default)]
    pub networks: Vec<String>,
    /// What it has shown of itself; anything if absent.
    #[serde(default)]
    pub proof: Option<Proof>,
    /// OUIs of makers; any if empty.
    #[serde(default)]
    pub oui: Vec<String>,
    /// Product classes; any if empty.
    #[serde(default)]
    pub product_class: Vec<String>,
    /// What becomes of it.
    pub then: Decision,
}

/// What a device nobody knows has shown of itself, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Nothing.
    Nothing,
    /// The secret all devices share.
    Secret,
    /// A certificate of an authority of `cwmp.tls.client_ca_file`.
    Certificate,
}

impl Proof {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Proof::Nothing => "nothing",
            Proof::Secret => "secret",
            Proof::Certificate => "certificate",
        }
    }
}

/// An external posture check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HookConfig {
    /// Where it is asked; `https`.
    pub url: String,
    /// Milliseconds it may take.
    #[serde(default = "two_seconds")]
    pub timeout_ms: u64,
    /// What becomes of devices while it does not answer, or not as it should.
    pub when_away: Decision,
    /// What it is asked with, as a bearer token; none if empty.
    #[serde(default, deserialize_with = "configuration::secret")]
    pub token: Secret,
}

fn two_seconds() -> u64 {
    2_000
}

impl AdmissionConfig {
    /// Whether every device is taken in without a look.
    pub fn takes_everybody(&self) -> bool {
        self.rules.is_empty() && self.unknown == Decision::Enrol
    }

    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        if self.rules.len() > ADMISSION_RULES {
            let why = format!("there are more than {ADMISSION_RULES}");
            wrong.push(OperatorError::new(
                "there are too many `admission.rules`",
                why,
                "put networks that are treated alike into one rule",
            ));
        }
        let networks = self.rules.iter().flat_map(|rule| &rule.networks);
        for network in networks.filter(|network| Network::parse(network).is_none()) {
            wrong.push(OperatorError::new(
                "a network of `admission.rules` cannot be read",
                format!("`{network}` is not an address with a number of bits"),
                "write it like 192.0.2.0/24",
            ));
        }
        let asks = self.unknown == Decision::Ask
            || self.rules.iter().any(|rule| rule.then == Decision::Ask);
        match &self.hook {
            None if asks => wrong.push(OperatorError::new(
                "nobody could be asked about devices",
                "a rule of admission says `ask`, and there is no `admission.hook`",
                "set `admission.hook.url` and `admission.hook.when_away`",
            )),
            None => {}
            Some(hook) => hook.check(wrong),
        }
    }
}

impl HookConfig {
    fn check(&self, wrong: &mut Vec<OperatorError>) {
        let private = self.url.starts_with("https://");
        if let Err(why) = Outbound::check(&self.url).and_then(|()| match private {
            true => Ok(()),
            false => Err("it is not https: whoever is on the way could let devices in".into()),
        }) {
            wrong.push(OperatorError::new(
                "the admission hook cannot be asked",
                why,
                "set `admission.hook.url` to an https URL",
            ));
        }
        if !HOOK_MS.contains(&self.timeout_ms) {
            wrong.push(OperatorError::new(
                "the admission hook has an unusable time-out",
                format!("`admission.hook.timeout_ms` is {}", self.timeout_ms),
                "choose 100 to 10000 milliseconds: the device waits meanwhile",
            ));
        }
        if self.when_away == Decision::Ask {
            wrong.push(OperatorError::new(
                "the admission hook has no fall-back",
                "`admission.hook.when_away` is `ask`",
                "choose enrol, quarantine or refuse",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn mistakes(text: &str) -> usize {
        toml::from_str::<Config>(text).unwrap().check().len()
    }

    #[test]
    fn what_could_not_work_is_reported_at_start() {
        assert_eq!(mistakes("[admission]\nunknown = 'quarantine'"), 0);
        assert_eq!(mistakes("[admission]\nunknown = 'ask'"), 1);
        let hook = "[admission.hook]\nurl = 'https://posture.example.net/'\nwhen_away = 'refuse'";
        assert_eq!(
            mistakes(&format!("[admission]\nunknown = 'ask'\n{hook}")),
            0
        );
        assert_eq!(mistakes(&hook.replace("https", "http")), 1);
        assert_eq!(mistakes(&hook.replace("refuse", "ask")), 1);
        assert_eq!(mistakes(&format!("{hook}\ntimeout_ms = 60000")), 1);
        let rule = "[[admission.rules]]\nnetworks = ['10.0.0.0/33']\nthen = 'enrol'";
        assert_eq!(mistakes(rule), 1);
    }

    #[test]
    fn a_hook_must_say_what_happens_without_it() {
        let hook = "[admission.hook]\nurl = 'https://posture.example.net/'";
        assert!(toml::from_str::<Config>(hook).is_err());
    }
}
