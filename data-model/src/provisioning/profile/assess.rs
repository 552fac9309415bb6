//! What a document means to a device: values that fit their types, and everything that is wrong with the others.

use super::finding::{Finding, Severity, shown};
use super::limits;
use super::policy::{EmptyElements, Policy, Strictness};
use super::read::{Document, Entry};
use super::vocabulary::Vocabulary;
use crate::schema::{Access, Address, Parameter, Schema, Secrecy, UserAccess};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The outcome. With an error among the findings nothing of it may be applied.
#[derive(Debug, Default)]
pub struct Assessment {
    /// What the profile says about parameters, each once, in the order of the tree.
    pub changes: Vec<Change>,
    /// What is wrong, in the order of the document.
    pub findings: Vec<Finding>,
}

/// What a profile says about one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which parameter.
    pub address: Address,
    /// The canonical text of its value; `None` if the value stays.
    pub value: Option<String>,
    /// What the user may do with it from then on; `None` if that stays.
    pub user_access: Option<UserAccess>,
    /// The element, for messages.
    pub element: String,
}

impl Assessment {
    /// The findings that forbid to apply the profile.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.findings.iter();
        findings.filter(|finding| finding.severity == Severity::Error)
    }
}

/// Holds a document against what a device has.
pub fn assess(
    document: &Document,
    known: &Vocabulary,
    schema: &Schema,
    policy: Policy,
) -> Assessment {
    let mut findings = document.warnings.clone();
    let last = last_of_each(document, known, policy.strictness, &mut findings);
    let mut changes = Vec::with_capacity(last.len());
    for (address, entry) in last {
        let Some(parameter) = schema.parameter(address.node) else {
            continue;
        };
        if parameter.access == Access::ReadOnly {
            let what = "the parameter cannot be written; it is ignored";
            note(&mut findings, entry, Severity::Warning, what.into());
            continue;
        }
        match wanted(entry, parameter, schema.factory_value(&address), policy) {
            Err(what) => note(&mut findings, entry, Severity::Error, what),
            Ok((value, hint)) => {
                if let Some(hint) = hint {
                    note(&mut findings, entry, Severity::Warning, hint.into());
                }
                changes.push(Change {
                    address,
                    value,
                    user_access: entry.user_access,
                    element: entry.element.clone(),
                });
            }
        }
    }
    findings.sort_by_key(|finding| finding.position);
    Assessment { changes, findings }
}

/// The entries that count: those of parameters the device has, and of several for one parameter the last.
fn last_of_each<'d>(
    document: &'d Document,
    known: &Vocabulary,
    strictness: Strictness,
    findings: &mut Vec<Finding>,
) -> BTreeMap<Address, &'d Entry> {
    let mut last: BTreeMap<Address, &Entry> = BTreeMap::new();
    for entry in &document.entries {
        let address = match find(entry, known, strictness) {
            Found::Parameter(address) => address,
            Found::Meant(address, name) => {
                let what = format!("<{name}> is meant");
                note(findings, entry, Severity::Warning, what);
                address
            }
            Found::Section => continue,
            Found::Nothing => {
                let what = "the device has no such parameter; it is ignored";
                note(findings, entry, Severity::Warning, what.into());
                continue;
            }
        };
        if let Some(first) = last.insert(address, entry) {
            let what = format!("stands at {} as well; this one counts", first.position);
            note(findings, entry, Severity::Warning, what);
        }
    }
    last
}

/// Keeps a finding; errors even when there are too many.
fn note(findings: &mut Vec<Finding>, entry: &Entry, severity: Severity, what: String) {
    if findings.len() < limits::FINDINGS || severity == Severity::Error {
        findings.push(Finding {
            position: entry.position,
            severity,
            element: entry.element.clone(),
            what,
        });
    }
}

enum Found<'a> {
    Parameter(Address),
    Meant(Address, &'a str),
    Section,
    Nothing,
}

fn find<'a>(entry: &Entry, known: &'a Vocabulary, strictness: Strictness) -> Found<'a> {
    if let Some(address) = known.parameter(&entry.element) {
        return Found::Parameter(address);
    }
    if known.is_section(&entry.element) {
        return Found::Section;
    }
    if strictness == Strictness::Lenient
        && let Some(name) = known.meant_by(&entry.element)
        && let Some(address) = known.parameter(name)
    {
        return Found::Meant(address, name);
    }
    Found::Nothing
}

/// The value an entry asks for, and what a person should know about it.
fn wanted(
    entry: &Entry,
    parameter: &Parameter,
    factory: &str,
    policy: Policy,
) -> Result<(Option<String>, Option<&'static str>), String> {
    let text = match (entry.text.as_str(), policy.empty) {
        ("", EmptyElements::Keep) => return Ok((None, None)),
        ("", EmptyElements::Factory) => return Ok((Some(factory.to_owned()), None)),
        ("\"\"", EmptyElements::Factory) => "",
        ("", EmptyElements::ClearUnlessOfUser)
            if entry.user_access == Some(UserAccess::ReadWrite)
                || parameter.secret == Secrecy::Secret =>
        {
            return Ok((None, None));
        }
        ("", EmptyElements::ClearUnlessSecret) if parameter.secret == Secrecy::Secret => {
            return Ok((None, None));
        }
        (text, _) => text,
    };
    let value = match &parameter.xml {
        Some(binding) => binding.value_of(text, &parameter.ty),
        None => Cow::Borrowed(text),
    };
    match parameter.ty.check(&value) {
        Ok(value) => {
            let hint = (!value.is_ascii()).then_some("is not ASCII, as the guides ask for");
            Ok((Some(value.into_owned()), hint))
        }
        Err(_) if text.is_empty() && policy.empty == EmptyElements::ClearUnlessOfUser => {
            Ok((None, Some("cannot be empty; it keeps its value")))
        }
        Err(broken) => Err(match parameter.secret {
            Secrecy::Secret => format!("the value {broken}"),
            Secrecy::Open => format!("`{}`: {broken}", shown(text)),
        }),
    }
}
