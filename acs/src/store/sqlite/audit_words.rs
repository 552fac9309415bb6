//! What lines of the audit trail say of a change beyond its subject: names and numbers, never the value of a parameter, a
//! variable or a secret.

use super::audit::Change;
use crate::store::{Account, Line, TaskKind};
use std::collections::BTreeMap;

/// Characters of one side of a change.
const CHARS: usize = 1_000;

fn cut(text: String) -> String {
    match text.chars().count() > CHARS {
        true => text.chars().take(CHARS - 1).chain(['…']).collect(),
        false => text,
    }
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    cut(names.collect::<Vec<_>>().join(", "))
}

/// From one word to another.
pub(super) fn change(before: Option<String>, after: impl Into<String>) -> Change {
    Change {
        before: before.map(cut),
        after: Some(cut(after.into())),
    }
}

/// What a task is to change: the parameters it writes, the object, the file.
pub(super) fn task(kind: &TaskKind) -> Change {
    let names = match kind {
        TaskKind::SetParameterValues { values } => joined(values.iter().map(|value| value.name)),
        TaskKind::SetParameterAttributes { attributes } => {
            joined(attributes.iter().map(|change| change.name.as_str()))
        }
        TaskKind::AddObject { object, values } => {
            let names = values.iter().map(|value| value.name);
            joined(std::iter::once(object.as_str()).chain(names))
        }
        TaskKind::DeleteObject { object } => cut(object.clone()),
        TaskKind::Download { file, .. }
        | TaskKind::ScheduleDownload { file, .. }
        | TaskKind::RestoreConfiguration { file } => file.to_string(),
        _ => return Change::default(),
    };
    change(None, names)
}

/// Which fields of an account are others than before.
pub(super) fn account(before: Option<&Account>, after: &Account) -> Change {
    let mut fields = Vec::new();
    let (mut name, mut notes) = ("", "");
    let (mut variables, mut lines) = (&BTreeMap::new(), &[][..]);
    if let Some(before) = before {
        (name, notes) = (&before.name, &before.notes);
        (variables, lines) = (&before.variables, &before.lines);
    }
    for (field, was, is) in [
        ("name", name, &*after.name),
        ("notes", notes, &*after.notes),
    ] {
        if was != is {
            fields.push(field.to_owned());
        }
    }
    for name in differing(variables, &after.variables) {
        fields.push(format!("variable {name}"));
    }
    for line in &after.lines {
        let was = lines.iter().find(|was| was.port == line.port);
        fields.extend(line_fields(was, line));
    }
    for was in lines {
        if !after.lines.iter().any(|line| line.port == was.port) {
            fields.push(format!("line {} removed", was.port));
        }
    }
    change(None, fields.join(", "))
}

fn line_fields(was: Option<&Line>, line: &Line) -> Vec<String> {
    let Some(was) = was else {
        return vec![format!("line {} added", line.port)];
    };
    let same = [
        ("number", was.number == line.number),
        ("user", was.user == line.user),
        ("password", was.password.reveal() == line.password.reveal()),
        ("display_name", was.display_name == line.display_name),
        ("proxy", was.proxy == line.proxy),
        ("options", was.options == line.options),
        ("enabled", was.enabled == line.enabled),
    ];
    let changed = same.into_iter().filter(|(_, same)| !same);
    changed
        .map(|(field, _)| format!("line {} {field}", line.port))
        .collect()
}

/// The names whose values are others, on either side.
fn differing<'a>(
    one: &'a BTreeMap<String, String>,
    other: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = &'a str> {
    let gone = one.keys().filter(|name| !other.contains_key(*name));
    let changed = other
        .iter()
        .filter(|(name, value)| one.get(*name) != Some(*value))
        .map(|(name, _)| name);
    gone.chain(changed).map(String::as_str)
}
