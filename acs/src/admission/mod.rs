//! Who is let in of the devices nobody knows: by rules, by an external check, or not before somebody has had a look.
//!
//! Only a device without credentials of its own comes here, and only where the settings do not take in everybody: the
//! session of a known device is opened without a look at any of this.

mod hook;
mod rules;

use crate::config::Config;
use crate::config::admission::{Decision, Proof};
use crate::outbound::Outbound;
use crate::store::{Result, Standing, Store};
use cwmp::rpc::Inform;
use data_model::OperatorError;
use hook::{Hook, Said};
use rules::Rules;
use rules::Stranger;
use std::net::IpAddr;

/// Decides.
#[derive(Debug)]
pub struct Admission {
    rules: Rules,
    hook: Option<Hook>,
    takes_everybody: bool,
}

/// What becomes of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It is let in, or stands as it stood.
    Open,
    /// It may inform, and gets nothing: why.
    Quarantine(String),
    /// It is turned away: why.
    Refuse(String),
}

impl Admission {
    /// Admission by the settings, which have been checked.
    ///
    /// # Errors
    /// If the hook's authorities cannot be used.
    pub fn new(config: &Config) -> std::result::Result<Admission, OperatorError> {
        let hook = match &config.admission.hook {
            None => None,
            Some(hook) => {
                let outbound = Outbound::new(&config.outbound)?;
                Some(Hook::new(hook.clone(), outbound))
            }
        };
        Ok(Admission {
            rules: Rules::new(&config.admission),
            hook,
            takes_everybody: config.admission.takes_everybody(),
        })
    }

    /// Decides about a device that has no credentials of its own.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn entry(
        &self,
        store: &dyn Store,
        inform: &Inform,
        address: IpAddr,
        proof: Proof,
    ) -> Result<Entry> {
        if self.takes_everybody {
            return Ok(Entry::Open);
        }
        match store.device_standing(&inform.device_id).await? {
            // Whether it is kept apart is told when its Inform is kept.
            Standing::Known | Standing::Expected | Standing::Walled => return Ok(Entry::Open),
            Standing::Unknown => {}
        }
        let stranger = Stranger {
            address,
            proof,
            oui: &inform.device_id.oui,
            product_class: &inform.device_id.product_class,
        };
        let (decision, rule) = self.rules.decide(&stranger);
        let by_rule = match rule {
            Some(number) => format!("by rule {number} of admission"),
            None => "by the rule for unknown devices".to_owned(),
        };
        let (decision, why) = match (decision, &self.hook) {
            (Decision::Ask, Some(hook)) => said(hook.ask(inform, &stranger).await),
            (decision, _) => (decision, by_rule),
        };
        Ok(match decision {
            Decision::Enrol => Entry::Open,
            Decision::Quarantine => Entry::Quarantine(why),
            // `ask` without anybody to ask is refused by the check of the settings.
            Decision::Refuse | Decision::Ask => Entry::Refuse(why),
        })
    }
}

fn said(said: Said) -> (Decision, String) {
    match said {
        Said::Decided(decision, why) if why.is_empty() => (decision, "by the hook".into()),
        Said::Decided(decision, why) => (decision, format!("by the hook: {why}")),
        Said::Away(decision, why) => {
            tracing::warn!(why, "the admission hook is away");
            (decision, format!("the hook is away: {why}"))
        }
    }
}
