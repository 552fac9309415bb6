//! Why a device has a value, or is to have it: profile, revision, person, template and variables.

use super::desired::{Desired, DesiredValue, rooted, variable};
use super::evidence::Evidence;
use super::in_force::winners;
use super::known::{Known, same};
use super::names::Names;
use super::plan::{Change, Rules, value_hash};
use super::selector::DeviceView;
use super::template::{self, fill};
use crate::redact::{MASK, is_secret, without_tokens};
use crate::store::{Device, InForce, Publication, Refusal, Variable, VariableSource, row_label};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything a device's values follow from.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// What is in force.
    pub profiles: &'a [InForce],
    /// The device.
    pub device: &'a Device,
    /// Its variables.
    pub variables: &'a [Variable],
    /// What was looked up of it.
    pub evidence: &'a Evidence,
}

impl<'a> Grounds<'a> {
    fn view(&self) -> DeviceView<'a> {
        DeviceView::new(self.device, self.variables, self.evidence)
    }
}

/// Why a value is desired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Why {
    /// The profile.
    pub profile: String,
    /// Its revision.
    pub revision: u64,
    /// Its precedence.
    pub precedence: i32,
    /// Since when the revision is in force for the device.
    pub published_at: Timestamp,
    /// Who published it.
    pub published_by: String,
    /// What stands in the profile.
    pub template: String,
    /// What the template was filled in with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<UsedVariable>,
}

/// A variable a template was filled in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UsedVariable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it comes from.
    pub source: VariableSource,
}

/// A value of a profile that another one has overridden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Overridden {
    /// The profile.
    pub profile: String,
    /// Its revision.
    pub revision: u64,
    /// Its precedence.
    pub precedence: i32,
    /// The name it gives the parameter.
    pub name: String,
    /// What stands in it.
    pub template: String,
}

/// How a desired value stands to what the device has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// It has it.
    Equal,
    /// It has another one.
    Different,
    /// Nobody has seen what it has; secrets read back as empty.
    NotSeen,
    /// The device has refused it.
    Refused,
}

/// One desired value of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explained {
    /// The parameter; in a row, its table with the key in braces.
    pub name: String,
    /// What is desired.
    pub desired: String,
    /// What was last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
    /// How that stands.
    pub state: Drift,
    /// Why the device has refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<RefusedWith>,
    /// Why it is desired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// What a device has said against a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefusedWith {
    /// The fault code.
    pub code: u16,
    /// The device's words.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A text that may be shown.
pub fn shown(name: &str, text: &str) -> String {
    match is_secret(name) {
        true => MASK.into(),
        false => without_tokens(text).into_owned(),
    }
}

impl DesiredValue {
    /// The value, or any other of the parameter it is for, as it may be shown.
    pub fn shown(&self, name: &str, text: &str) -> String {
        match self.secret {
            true => MASK.into(),
            false => shown(name, text),
        }
    }
}

impl Change {
    /// A value of the parameter as it may be shown.
    pub fn shown(&self, text: &str) -> String {
        match self.secret {
            true => MASK.into(),
            false => shown(&self.name, text),
        }
    }
}

/// Why a value is desired. `name` is as in [`Explained`].
pub fn why(grounds: Grounds<'_>, name: &str, wanted: &DesiredValue) -> Option<Why> {
    let found = winners(grounds.profiles, &grounds.view());
    let mut found = found.into_iter();
    let publication = found.find(|it| it.profile.name == wanted.profile)?;
    let template = template_of(grounds, publication, name)?;
    let secret = is_secret(name);
    let used = template::variables(template).into_iter();
    let used = used.filter_map(|variable_name| {
        let (value, source) = variable(&variable_name, grounds.device, grounds.variables)?;
        let value = if secret {
            MASK.to_owned()
        } else {
            shown(&variable_name, &value)
        };
        Some(UsedVariable {
            name: variable_name,
            value,
            source,
        })
    });
    let template = match secret && !template.contains("{{") {
        true => MASK.to_owned(),
        false => template.to_owned(),
    };
    Some(Why {
        profile: publication.profile.name.clone(),
        revision: publication.profile.revision,
        precedence: publication.profile.precedence,
        published_at: publication.at,
        published_by: publication.by.clone(),
        template,
        variables: used.collect(),
    })
}

/// What stands in a profile for a value.
fn template_of<'a>(
    grounds: Grounds<'_>,
    publication: &'a Publication,
    name: &str,
) -> Option<&'a str> {
    let profile = &publication.profile;
    let mut values = profile.values.iter();
    let plain = values.find(|value| rooted(&value.name, grounds.device) == name);
    if let Some(value) = plain {
        return Some(&value.value);
    }
    for object in &profile.objects {
        let lookup =
            |name: &str| variable(name, grounds.device, grounds.variables).map(|(value, _)| value);
        let key = object.key.iter();
        let key: Option<BTreeMap<String, String>> = key
            .map(|(name, template)| {
                let value = fill(template, lookup).ok()?;
                Some((name.clone(), value.into_owned()))
            })
            .collect();
        let label = row_label(&rooted(&object.path, grounds.device), &key?);
        let Some(rest) = name
            .strip_prefix(&label)
            .and_then(|rest| rest.strip_prefix('.'))
        else {
            continue;
        };
        let value = object.values.iter().find(|value| value.name == rest);
        if let Some(value) = value {
            return Some(&value.value);
        }
    }
    None
}

/// Values of other profiles that would hold if the winner did not.
pub fn overridden(grounds: Grounds<'_>, name: &str, winner: &DesiredValue) -> Vec<Overridden> {
    let names = Names::of(&grounds.device.product_class);
    let stored = names.stored(name, "").0.into_owned();
    let mut found = Vec::new();
    for publication in winners(grounds.profiles, &grounds.view()) {
        let profile = &publication.profile;
        if profile.name == winner.profile {
            continue;
        }
        for value in &profile.values {
            let own = rooted(&value.name, grounds.device);
            if names.stored(&own, "").0 == stored {
                let template = match value.value.contains("{{") {
                    true => value.value.clone(),
                    false => shown(&own, &value.value),
                };
                found.push(Overridden {
                    profile: profile.name.clone(),
                    revision: profile.revision,
                    precedence: profile.precedence,
                    name: own,
                    template,
                });
            }
        }
    }
    found
}

/// Every desired value with how it stands and why it is desired.
pub fn explain(
    grounds: Grounds<'_>,
    desired: &Desired,
    known: &Known,
    refusals: &[Refusal],
) -> Vec<Explained> {
    let values = desired.values.iter();
    let values = values.map(|(name, wanted)| (name.clone(), Some(name.clone()), wanted));
    let rows = desired.objects.iter().flat_map(|object| {
        let row = known.row_of(&object.table, &object.key);
        let label = object.label();
        object.values.iter().map(move |(name, wanted)| {
            let place = row.map(|row| format!("{}{row}.{name}", object.table));
            (format!("{label}.{name}"), place, wanted)
        })
    });
    let all = values.chain(rows);
    all.map(|(name, place, wanted)| one(grounds, &name, place.as_deref(), wanted, known, refusals))
        .collect()
}

fn one(
    grounds: Grounds<'_>,
    name: &str,
    place: Option<&str>,
    wanted: &DesiredValue,
    known: &Known,
    refusals: &[Refusal],
) -> Explained {
    let seen = place.and_then(|place| Some((known.value(place)?, place)));
    let refusal = refusals.iter().find(|refusal| {
        let current = refusal.software_version == grounds.device.software_version;
        current && refusal.name == name && refusal.value == value_hash(&wanted.value)
    });
    let state = match (refusal, seen) {
        (Some(_), _) => Drift::Refused,
        (None, None) => Drift::NotSeen,
        (None, Some(((_, value), place))) if value.is_empty() && is_secret(place) => Drift::NotSeen,
        (None, Some(((ty, value), _))) if same(ty, value, &wanted.value) => Drift::Equal,
        (None, Some(_)) => Drift::Different,
    };
    Explained {
        name: name.to_owned(),
        desired: wanted.shown(name, &wanted.value),
        observed: seen.map(|((_, value), _)| wanted.shown(name, value)),
        observed_at: seen.and_then(|(_, place)| known.seen(place)),
        state,
        fault: refusal.map(|refusal| RefusedWith {
            code: refusal.code,
            text: refusal.text.clone(),
            at: refusal.at,
        }),
        why: why(grounds, name, wanted),
    }
}

/// What would be left out of the differences of a device: what it has refused with its firmware.
pub fn rules(device: &Device, refusals: &[Refusal]) -> Rules {
    let current = refusals
        .iter()
        .filter(|refusal| refusal.software_version == device.software_version);
    Rules {
        refused: current.map(|it| (it.name.clone(), it.value)).collect(),
        ..Rules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::desired::desired;
    use super::super::selector::tests::device;
    use super::*;
    use crate::store::{Profile, ProfileValue};
    use data_model::XsdType;

    fn profile(name: &str, precedence: i32, template: &str) -> InForce {
        let mut in_force = InForce::everywhere(Profile {
            name: name.into(),
            revision: 3,
            precedence,
            values: vec![ProfileValue {
                name: "~.A".into(),
                value: template.into(),
            }],
            ..Profile::default()
        });
        let published = in_force.published.as_mut().unwrap();
        published.by = "user:ann".into();
        in_force
    }

    /// Covers U07.
    #[test]
    fn a_secret_is_masked_also_where_it_is_put_into_a_parameter_that_is_none() {
        let profiles = [profile("p", 0, "{{line1.password}}")];
        let device = device();
        let variables = [Variable::of_device("line1.password", "opensesame")];
        let wanted = desired(&profiles, &device, &variables, &Evidence::default()).unwrap();
        let grounds = Grounds {
            profiles: &profiles,
            device: &device,
            variables: &variables,
            evidence: &Evidence::default(),
        };
        let mut known = Known::default();
        for seen in ["other-canary", "opensesame"] {
            known.read(
                &[],
                &[("Device.A", XsdType::String, seen)].into_iter().collect(),
            );
            let explained = explain(grounds, &wanted, &known, &[]);
            assert_eq!(explained[0].desired, MASK);
            let text = format!("{explained:?}");
            assert!(
                !text.contains("opensesame") && !text.contains("other-canary"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_value_is_explained_by_profile_person_template_and_variables() {
        let profiles = [
            profile("low", 0, "other"),
            profile("high", 7, "{{site}}/{{serial_number}}"),
        ];
        let device = device();
        let variables = [Variable::of_device("site", "north")];
        let wanted = desired(&profiles, &device, &variables, &Evidence::default()).unwrap();
        let grounds = Grounds {
            profiles: &profiles,
            device: &device,
            variables: &variables,
            evidence: &Evidence::default(),
        };
        let [explained] = &explain(grounds, &wanted, &Known::default(), &[])[..] else {
            panic!("there is one value")
        };
        assert_eq!(explained.desired, "north/X1");
        assert_eq!(explained.state, Drift::NotSeen);
        let why = explained.why.as_ref().unwrap();
        assert_eq!(
            (&*why.profile, why.revision, why.precedence),
            ("high", 3, 7)
        );
        assert_eq!(why.published_by, "user:ann");
        assert_eq!(why.template, "{{site}}/{{serial_number}}");
        let sources: Vec<_> = why.variables.iter().map(|used| &used.source).collect();
        assert_eq!(
            sources,
            [&VariableSource::Device, &VariableSource::Identity]
        );
        let lost = overridden(grounds, "Device.A", &wanted.values["Device.A"]);
        assert_eq!(lost.len(), 1);
        assert_eq!((&*lost[0].profile, &*lost[0].template), ("low", "other"));
    }
}
