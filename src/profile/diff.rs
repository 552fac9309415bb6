//! `dialtone profile diff`: what two profiles say differently about parameters, whatever they look like.

use super::files::{ProfileKey, ReadingOptions, hides};
use crate::output::{error, line};
use clap::Args;
use data_model::provisioning::profile::{Document, Vocabulary, assess, read};
use data_model::schema::UserAccess;
use data_model::{DeviceType, OperatorError};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What stands for a secret.
const MASK: &str = "***";

/// Two profiles.
#[derive(Debug, Args)]
pub struct Diff {
    /// The one.
    old: PathBuf,
    /// The other.
    new: PathBuf,
    #[command(flatten)]
    reading: ReadingOptions,
    #[command(flatten)]
    key: ProfileKey,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// What a profile says about one element.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    /// `None` if the value stays as it is.
    value: Option<String>,
    ua: Option<&'static str>,
}

/// One difference. A value that is absent is left alone by that profile.
#[derive(Debug, Serialize)]
struct Difference {
    parameter: String,
    old: Option<String>,
    new: Option<String>,
    old_ua: Option<&'static str>,
    new_ua: Option<&'static str>,
}

impl Diff {
    /// Compares them; the status is that of `diff`: 0 the same, 1 different, 2 trouble.
    pub fn run(self) -> Result<ExitCode, OperatorError> {
        match self.compare() {
            Ok(true) => Ok(ExitCode::SUCCESS),
            Ok(false) => Ok(ExitCode::FAILURE),
            Err(trouble) => {
                error(&trouble);
                Ok(ExitCode::from(2))
            }
        }
    }

    fn compare(&self) -> Result<bool, OperatorError> {
        let ty = self.reading.device()?;
        let (old, new) = (self.said(&self.old, &ty)?, self.said(&self.new, &ty)?);
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let mut same = true;
        for name in names {
            let (before, after) = (old.get(name), new.get(name));
            if before == after {
                continue;
            }
            same = false;
            tell(&difference(name, before, after), before, after, self.json);
        }
        Ok(same)
    }

    /// What a file says, by the elements of the device type; what the type does not know by its own text.
    fn said(&self, file: &Path, ty: &DeviceType) -> Result<BTreeMap<String, Said>, OperatorError> {
        let bytes = self.key.open(file)?;
        let policy = self.reading.policy();
        let document = read(&bytes, policy).map_err(|finding| {
            OperatorError::new(
                format!("{} cannot be read", file.display()),
                finding,
                "correct it there, or let `dialtone profile check` say more",
            )
        })?;
        let known = Vocabulary::of(&ty.schema);
        let mut said = unknown(&document, &known);
        for change in assess(&document, &known, &ty.schema, policy).changes {
            let parameter = ty.schema.parameter(change.address.node);
            let binding = parameter.and_then(|parameter| parameter.xml.as_ref());
            let element = binding.map(|binding| binding.element_at(&change.address.instances));
            let text = |value: String| match binding {
                Some(binding) => binding.text_of(&value).to_owned(),
                None => value,
            };
            let one = Said {
                value: change.value.map(text),
                ua: change.user_access.map(ua),
            };
            said.insert(
                element.map_or(change.element, |name| name.into_owned()),
                one,
            );
        }
        Ok(said)
    }
}

/// Elements the device type does not know, and values it would refuse.
fn unknown(document: &Document, known: &Vocabulary) -> BTreeMap<String, Said> {
    let entries = document
        .entries
        .iter()
        .filter(|entry| !known.is_section(&entry.element));
    let said = entries.map(|entry| {
        let name = known.meant_by(&entry.element).unwrap_or(&entry.element);
        let one = Said {
            value: Some(entry.text.clone()),
            ua: entry.user_access.map(ua),
        };
        (name.to_owned(), one)
    });
    said.collect()
}

fn ua(access: UserAccess) -> &'static str {
    match access {
        UserAccess::None => "na",
        UserAccess::ReadOnly => "ro",
        UserAccess::ReadWrite => "rw",
    }
}

fn difference(name: &str, old: Option<&Said>, new: Option<&Said>) -> Difference {
    let value = |said: Option<&Said>| {
        let value = said?.value.as_ref()?;
        Some(match !value.is_empty() && hides(name, value) {
            true => MASK.to_owned(),
            false => value.clone(),
        })
    };
    Difference {
        parameter: name.to_owned(),
        old: value(old),
        new: value(new),
        old_ua: old.and_then(|said| said.ua),
        new_ua: new.and_then(|said| said.ua),
    }
}

fn tell(difference: &Difference, old: Option<&Said>, new: Option<&Said>, json: bool) {
    if json {
        line(serde_json::to_string(difference).expect("a difference is made of texts"));
        return;
    }
    let shown = |value: &Option<String>| match value {
        Some(value) => format!("\"{value}\""),
        None => "left alone".to_owned(),
    };
    let name = &difference.parameter;
    if old.map(|said| &said.value) != new.map(|said| &said.value) {
        line(format!(
            "{name}: {} -> {}",
            shown(&difference.old),
            shown(&difference.new)
        ));
    }
    if difference.old_ua != difference.new_ua {
        let (old, new) = (
            difference.old_ua.unwrap_or("-"),
            difference.new_ua.unwrap_or("-"),
        );
        line(format!("{name}: ua {old} -> {new}"));
    }
}
