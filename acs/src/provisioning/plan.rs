//! The difference between what is observed and what is desired, as the RPCs that remove it.

use super::desired::Desired;
use crate::limits::{NAMES_PER_CALL, VALUES_PER_CALL};
use crate::redact::is_secret;
use crate::store::Observed;
use cwmp::ParameterKey;
use cwmp::rpc::{GetParameterValues, SetParameterValues};
use data_model::ParameterList;
use data_model::value::canonical;
use std::collections::{BTreeSet, HashMap};

/// What is to be done next so that a device agrees with its profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nothing: it agrees.
    Agreed,
    /// These RPCs, in this order; then look again.
    Steps(Vec<Step>),
}

/// One RPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Read values nobody has seen.
    Read(GetParameterValues),
    /// Write values that differ.
    Write(SetParameterValues),
}

/// What this session knows of a device's values: read in it, or written in it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    values: ParameterList,
    /// Names that were written in this session. Secrets read back as empty, so what was accepted counts.
    written: BTreeSet<String>,
}

impl Known {
    /// Values a device has just told.
    pub fn read(&mut self, values: &ParameterList) {
        for parameter in values.iter() {
            self.values
                .push(parameter.name, parameter.ty, parameter.value);
        }
    }

    /// Values a device has just accepted.
    pub fn written(&mut self, values: &ParameterList) {
        self.written
            .extend(values.iter().map(|parameter| parameter.name.to_owned()));
    }

    /// A device may leave names it does not have out of its answer instead of refusing them (spec W-26). Once the last
    /// planned read is answered, what is still unknown is taken for a text: the write will be refused if it is none.
    pub fn give_up_unread(&mut self, desired: &Desired, reads: AllRead) {
        if reads == AllRead::No {
            return;
        }
        let seen: BTreeSet<String> = self
            .values
            .iter()
            .map(|parameter| parameter.name.to_owned())
            .collect();
        for name in desired.values.keys().filter(|name| !seen.contains(*name)) {
            self.values.push_str(name, "");
        }
    }

    /// What is known of the desired parameters, for the observed state: what was written replaces what was read,
    /// except where a value read back as empty, as secrets do.
    pub fn observed(&self, desired: &Desired) -> Observed {
        let mut values = ParameterList::new();
        for parameter in self.values.iter() {
            let wanted = desired.values.get(parameter.name);
            match wanted.filter(|_| self.written.contains(parameter.name)) {
                Some(wanted) if !is_secret(parameter.name) => {
                    values.push(parameter.name, parameter.ty, &wanted.value);
                }
                Some(_) | None => values.push(parameter.name, parameter.ty, parameter.value),
            }
        }
        Observed {
            values,
            ..Observed::default()
        }
    }
}

/// Whether every planned read has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllRead {
    /// It has.
    Yes,
    /// It has not.
    No,
}

/// Compares. Values are always read before they are written: only the device knows their types, and what it has
/// already need not be written.
pub fn plan(desired: &Desired, known: &Known, key: &ParameterKey) -> Plan {
    let observed: HashMap<&str, _> = known
        .values
        .iter()
        .map(|parameter| (parameter.name, parameter))
        .collect();
    let mut unknown = Vec::new();
    let mut different = ParameterList::new();
    for (name, wanted) in &desired.values {
        if known.written.contains(name) {
            continue;
        }
        match observed.get(name.as_str()) {
            None => unknown.push(name.clone()),
            Some(parameter) => {
                let wanted = canonical(parameter.ty, &wanted.value);
                let has = canonical(parameter.ty, parameter.value);
                match (wanted, has) {
                    (Ok(wanted), Ok(has)) if wanted == has => {}
                    (Ok(wanted), _) => different.push(name, parameter.ty, &wanted),
                    // Not a value of the type: the device is to say so itself, it knows best.
                    (Err(_), _) => {
                        let value = &desired.values[name].value;
                        different.push(name, parameter.ty, value);
                    }
                }
            }
        }
    }
    if !unknown.is_empty() {
        let calls = unknown.chunks(NAMES_PER_CALL).map(|names| {
            Step::Read(GetParameterValues {
                parameter_names: names.to_vec(),
            })
        });
        return Plan::Steps(calls.collect());
    }
    if different.is_empty() {
        return Plan::Agreed;
    }
    Plan::Steps(writes(&different, key))
}

fn writes(different: &ParameterList, key: &ParameterKey) -> Vec<Step> {
    let parameters: Vec<_> = different.iter().collect();
    let calls = parameters.chunks(VALUES_PER_CALL).map(|chunk| {
        let values = chunk
            .iter()
            .map(|parameter| (parameter.name, parameter.ty, parameter.value));
        Step::Write(SetParameterValues {
            parameter_list: values.collect(),
            parameter_key: key.clone(),
        })
    });
    calls.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provisioning::desired::wanting as desired;
    use data_model::XsdType;

    fn key() -> ParameterKey {
        ParameterKey::new("key").unwrap()
    }

    /// A device that answers honestly, with one parameter that reads back as empty.
    struct Model {
        values: Vec<(String, XsdType, String)>,
        calls: usize,
    }

    impl Model {
        fn apply(&mut self, step: Step, known: &mut Known) {
            self.calls += 1;
            match step {
                Step::Read(read) => {
                    let mut list = ParameterList::new();
                    for name in read.parameter_names {
                        let (_, ty, value) =
                            self.values.iter().find(|(n, _, _)| *n == name).unwrap();
                        let shown = if name.ends_with("Password") {
                            ""
                        } else {
                            value
                        };
                        list.push(&name, *ty, shown);
                    }
                    known.read(&list);
                }
                Step::Write(write) => {
                    for parameter in write.parameter_list.iter() {
                        let place = self.values.iter_mut().find(|(n, _, _)| n == parameter.name);
                        let place = place.unwrap();
                        assert_eq!(place.1, parameter.ty);
                        place.2 = parameter.value.to_owned();
                    }
                    known.written(&write.parameter_list);
                }
            }
        }
    }

    /// Applying the plan to a device leaves nothing to plan, and writes only what differs.
    #[test]
    fn a_plan_that_is_carried_out_leaves_no_plan() {
        let mut model = Model {
            values: vec![
                ("Device.Same".into(), XsdType::Boolean, "true".into()),
                ("Device.Number".into(), XsdType::UnsignedInt, "5".into()),
                ("Device.Password".into(), XsdType::String, "old".into()),
            ],
            calls: 0,
        };
        let desired = desired(&[
            ("Device.Same", "1"),
            ("Device.Number", "007"),
            ("Device.Password", "secret"),
        ]);
        let mut known = Known::default();
        for _ in 0..10 {
            match plan(&desired, &known, &key()) {
                Plan::Agreed => break,
                Plan::Steps(steps) => {
                    for step in steps {
                        if let Step::Write(write) = &step {
                            assert_eq!(write.parameter_key, key());
                            assert!(write.parameter_list.get("Device.Same").is_none());
                        }
                        model.apply(step, &mut known);
                    }
                }
            }
        }
        assert_eq!(plan(&desired, &known, &key()), Plan::Agreed);
        assert_eq!(model.calls, 2);
        assert_eq!(model.values[1].2, "7");
        assert_eq!(model.values[2].2, "secret");
    }

    #[test]
    fn nothing_desired_is_agreed_without_a_call() {
        assert_eq!(
            plan(&Desired::default(), &Known::default(), &key()),
            Plan::Agreed
        );
    }

    #[test]
    fn long_lists_are_split() {
        let names: Vec<String> = (0..600)
            .map(|number| format!("Device.P{number:03}"))
            .collect();
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        let desired = desired(&pairs);
        let Plan::Steps(reads) = plan(&desired, &Known::default(), &key()) else {
            panic!("no plan")
        };
        assert_eq!(reads.len(), 3);
        let mut known = Known::default();
        known.read(
            &pairs
                .iter()
                .map(|(name, _)| (*name, XsdType::String, "y"))
                .collect(),
        );
        let Plan::Steps(writes) = plan(&desired, &known, &key()) else {
            panic!("no plan")
        };
        assert_eq!(writes.len(), 3);
    }
}
