//! Which rule is for a device nobody knows.

use crate::config::Network;
use crate::config::admission::{AdmissionConfig, Decision, Proof, RuleConfig};
use std::net::IpAddr;

/// A device nobody knows, as far as rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Stranger<'a> {
    /// Where it comes from.
    pub address: IpAddr,
    /// What it has shown of itself.
    pub proof: Proof,
    /// The OUI of its maker.
    pub oui: &'a str,
    /// Its product class.
    pub product_class: &'a str,
}

/// Rules that can be asked.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<(Vec<Network>, RuleConfig)>,
    unknown: Decision,
}

impl Rules {
    /// Rules by the settings, which have been checked.
    pub fn new(config: &AdmissionConfig) -> Rules {
        let rules = config.rules.iter().map(|rule| {
            let networks = rule.networks.iter();
            let networks = networks.filter_map(|network| Network::parse(network));
            (networks.collect(), rule.clone())
        });
        Rules {
            rules: rules.collect(),
            unknown: config.unknown,
        }
    }

    /// What becomes of a device, and which rule says so, from 1.
    pub fn decide(&self, stranger: &Stranger<'_>) -> (Decision, Option<usize>) {
        let fits = |(networks, rule): &(Vec<Network>, RuleConfig)| fits(networks, rule, stranger);
        match self.rules.iter().position(fits) {
            Some(place) => (self.rules[place].1.then, Some(place + 1)),
            None => (self.unknown, None),
        }
    }
}

fn fits(networks: &[Network], rule: &RuleConfig, stranger: &Stranger<'_>) -> bool {
    let one_of = |list: &[String], value: &str| {
        list.is_empty() || list.iter().any(|one| one.eq_ignore_ascii_case(value))
    };
    let address = stranger.address;
    (networks.is_empty() || networks.iter().any(|network| network.contains(address)))
        && rule.proof.is_none_or(|least| stranger.proof >= least)
        && one_of(&rule.oui, stranger.oui)
        && one_of(&rule.product_class, stranger.product_class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(address: &str, proof: Proof) -> Stranger<'_> {
        Stranger {
            address: address.parse().unwrap(),
            proof,
            oui: "00562B",
            product_class: "ATA192",
        }
    }

    fn rules(text: &str) -> Rules {
        Rules::new(&toml::from_str(text).unwrap())
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let rules = rules(
            "unknown = 'refuse'\n\
             [[rules]]\nnetworks = ['10.66.0.0/16']\nthen = 'refuse'\n\
             [[rules]]\nnetworks = ['10.0.0.0/8', '2001:db8::/32']\nproof = 'secret'\nthen = 'enrol'\n\
             [[rules]]\nnetworks = ['10.0.0.0/8']\noui = ['00562b']\nthen = 'quarantine'\n\
             [[rules]]\nproof = 'certificate'\nproduct_class = ['ATA191', 'ATA192']\nthen = 'ask'",
        );
        for (address, proof, decision, rule) in [
            ("10.66.1.1", Proof::Certificate, Decision::Refuse, Some(1)),
            ("10.1.1.1", Proof::Secret, Decision::Enrol, Some(2)),
            ("10.1.1.1", Proof::Certificate, Decision::Enrol, Some(2)),
            ("2001:db8::1", Proof::Secret, Decision::Enrol, Some(2)),
            ("10.1.1.1", Proof::Nothing, Decision::Quarantine, Some(3)),
            ("192.0.2.1", Proof::Certificate, Decision::Ask, Some(4)),
            ("192.0.2.1", Proof::Secret, Decision::Refuse, None),
        ] {
            let decided = rules.decide(&stranger(address, proof));
            assert_eq!(decided, (decision, rule), "{address} {proof:?}");
        }
    }

    #[test]
    fn without_rules_everybody_who_may_enrol_is_taken_in() {
        let decided = Rules::default().decide(&stranger("192.0.2.1", Proof::Nothing));
        assert_eq!(decided, (Decision::Enrol, None));
    }
}
