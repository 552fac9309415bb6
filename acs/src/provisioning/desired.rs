//! What a device should be configured to: the values of every profile that is for it, templates filled in.

use super::selector::{DeviceView, selects};
use super::template::{TemplateError, fill};
use crate::store::{Device, Profile};
use std::collections::BTreeMap;

/// Desired values by full name, each with the profile it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desired {
    /// The values.
    pub values: BTreeMap<String, DesiredValue>,
}

/// One desired value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredValue {
    /// The value.
    pub value: String,
    /// The profile that says so.
    pub profile: String,
}

/// Why nothing can be desired of a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DesiredError {
    /// A template cannot be filled in.
    #[error("profile `{profile}`, {name}: {why}")]
    Template {
        /// The profile.
        profile: String,
        /// The parameter.
        name: String,
        /// What is wrong.
        why: TemplateError,
    },
    /// Two profiles of the same precedence want different things.
    #[error("profiles `{one}` and `{other}` have the same precedence and disagree on {name}")]
    Conflict {
        /// The parameter.
        name: String,
        /// One profile.
        one: String,
        /// The other one.
        other: String,
    },
}

/// Puts together what the profiles want of a device.
///
/// # Errors
/// If a template cannot be filled in, or two profiles contradict each other.
pub fn desired(
    profiles: &[Profile],
    device: &Device,
    variables: &[(String, String)],
) -> Result<Desired, DesiredError> {
    let mut found: BTreeMap<String, (i32, DesiredValue)> = BTreeMap::new();
    let view = DeviceView {
        device,
        variables,
        values: None,
        now: device.last_inform,
    };
    for profile in profiles
        .iter()
        .filter(|profile| selects(&profile.selector, &view))
    {
        for wanted in &profile.values {
            let name = wanted.name.replacen("~.", &device.root, 1);
            let filled = fill(&wanted.value, |variable| {
                lookup(variable, device, variables)
            });
            let value = filled.map_err(|why| DesiredError::Template {
                profile: profile.name.clone(),
                name: name.clone(),
                why,
            })?;
            let value = DesiredValue {
                value: value.into_owned(),
                profile: profile.name.clone(),
            };
            add(&mut found, name, profile.precedence, value)?;
        }
    }
    let values = found
        .into_iter()
        .map(|(name, (_, value))| (name, value))
        .collect();
    Ok(Desired { values })
}

fn add(
    found: &mut BTreeMap<String, (i32, DesiredValue)>,
    name: String,
    precedence: i32,
    value: DesiredValue,
) -> Result<(), DesiredError> {
    if let Some((other_precedence, other)) = found.get(&name) {
        if *other_precedence > precedence {
            return Ok(());
        }
        if *other_precedence == precedence && other.value != value.value {
            return Err(DesiredError::Conflict {
                name,
                one: other.profile.clone(),
                other: value.profile,
            });
        }
    }
    found.insert(name, (precedence, value));
    Ok(())
}

/// A device's variable: one that people gave it, or one that it has by itself.
fn lookup(name: &str, device: &Device, variables: &[(String, String)]) -> Option<String> {
    if let Some((_, value)) = variables.iter().find(|(known, _)| known == name) {
        return Some(value.clone());
    }
    Some(match name {
        "serial_number" => device.serial_number.clone(),
        "product_class" => device.product_class.clone(),
        "oui" => device.oui.clone(),
        "identity" => device.identity.clone(),
        "software_version" => device.software_version.clone(),
        _ => return None,
    })
}

/// What a profile `p` with these values wants, for tests.
#[cfg(test)]
pub(super) fn wanting(values: &[(&str, &str)]) -> Desired {
    let value = |(name, value): &(&str, &str)| {
        let value = DesiredValue {
            value: (*value).into(),
            profile: "p".into(),
        };
        ((*name).to_owned(), value)
    };
    Desired {
        values: values.iter().map(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::selector::tests::device;
    use super::*;
    use crate::store::{ProfileValue, Selector};

    fn profile(name: &str, precedence: i32, values: &[(&str, &str)]) -> Profile {
        let value = |(name, value): &(&str, &str)| ProfileValue {
            name: (*name).into(),
            value: (*value).into(),
        };
        Profile {
            name: name.into(),
            revision: 1,
            selector: Selector::default(),
            precedence,
            values: values.iter().map(value).collect(),
        }
    }

    #[test]
    fn the_higher_precedence_wins_whatever_the_order() {
        let low = profile("low", 0, &[("Device.A", "low"), ("Device.B", "b")]);
        let high = profile("high", 10, &[("Device.A", "high")]);
        for profiles in [[low.clone(), high.clone()], [high, low]] {
            let desired = desired(&profiles, &device(), &[]).unwrap();
            assert_eq!(desired.values["Device.A"].value, "high");
            assert_eq!(desired.values["Device.A"].profile, "high");
            assert_eq!(desired.values["Device.B"].value, "b");
        }
    }

    #[test]
    fn equal_precedence_may_agree_but_not_contradict() {
        let one = profile("one", 0, &[("Device.A", "x")]);
        let same = profile("same", 0, &[("Device.A", "x")]);
        let other = profile("other", 0, &[("Device.A", "y")]);
        assert!(desired(&[one.clone(), same], &device(), &[]).is_ok());
        assert!(matches!(
            desired(&[one, other], &device(), &[]),
            Err(DesiredError::Conflict { name, .. }) if name == "Device.A"
        ));
    }

    #[test]
    fn variables_come_from_people_first_and_the_root_from_the_device() {
        let profiles = [profile(
            "p",
            0,
            &[("~.X", "{{serial_number}}/{{line1.number}}")],
        )];
        let variables = [("line1.number".to_owned(), "4711".to_owned())];
        let filled = desired(&profiles, &device(), &variables).unwrap();
        assert_eq!(filled.values["Device.X"].value, "X1/4711");
        let missing = desired(&profiles, &device(), &[]);
        assert!(missing.unwrap_err().to_string().contains("line1.number"));
    }
}
