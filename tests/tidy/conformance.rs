//! `docs/conformance.md` is made from what tests say they cover; this keeps it true. `UPDATE=1 cargo test --test tidy`
//! writes it anew.

use crate::tree::{files, read, shown, top};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// One row of `docs/requirements.tsv`.
struct Requirement {
    id: String,
    side: String,
    level: String,
    source: String,
    text: String,
}

fn register() -> Vec<Requirement> {
    let text = read(&top().join("docs/requirements.tsv"));
    let rows = text.lines().skip(1).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), 5, "docs/requirements.tsv: `{line}`");
        Requirement {
            id: columns[0].into(),
            side: columns[1].into(),
            level: columns[2].into(),
            source: columns[3].into(),
            text: columns[4].into(),
        }
    });
    rows.collect()
}

/// Why a requirement without a test has none, by its ID: the rows of `docs/not-met.tsv`.
fn reasons() -> BTreeMap<String, String> {
    let text = read(&top().join("docs/not-met.tsv"));
    let rows = text.lines().skip(1).map(|line| {
        let (id, reason) = line.split_once('\t').expect("an ID and a reason");
        (id.to_owned(), reason.to_owned())
    });
    rows.collect()
}

/// Which tests cover which requirement, by the `Covers …` lines in front of them.
fn citations() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in [
        "cwmp",
        "data-model",
        "agent",
        "acs",
        "soap-fixtures",
        "tests",
    ] {
        for file in files(folder, ".rs") {
            if file.ends_with("tidy/conformance.rs") {
                continue;
            }
            let text = read(&file);
            let place = shown(&file);
            for (ids, test) in cited(&text) {
                for id in ids {
                    found
                        .entry(id)
                        .or_default()
                        .insert(format!("`{place}`{test}"));
                }
            }
        }
    }
    found
}

/// The IDs of each `Covers` sentence, with the name of the test behind it if there is one.
fn cited(text: &str) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let comment = |line: &str| -> Option<String> {
            let line = line.trim_start();
            let text = line
                .strip_prefix("///")
                .or_else(|| line.strip_prefix("//!"))?;
            Some(text.trim().to_owned())
        };
        let Some(sentence) = comment(lines[at]).and_then(|text| {
            text.find("Covers ")
                .map(|start| text[start + "Covers ".len()..].to_owned())
        }) else {
            at += 1;
            continue;
        };
        let mut sentence = sentence;
        while !sentence.contains('.') && at + 1 < lines.len() {
            let Some(more) = comment(lines[at + 1]) else {
                break;
            };
            sentence = format!("{sentence} {more}");
            at += 1;
        }
        let ids = sentence.split('.').next().unwrap_or_default();
        let ids = ids
            .split([',', ' '])
            .filter(|id| !id.is_empty() && *id != "and");
        let name = lines[at..].iter().take(6).find_map(|line| {
            let line = line.trim_start().trim_start_matches("async ");
            let name = line.strip_prefix("fn ")?;
            Some(format!(
                " {}",
                name.split(['(', '<']).next().unwrap_or_default()
            ))
        });
        found.push((ids.map(str::to_owned).collect(), name.unwrap_or_default()));
        at += 1;
    }
    found
}

fn document() -> String {
    let citations = citations();
    let reasons = reasons();
    let register = register();
    let covered = register
        .iter()
        .filter(|row| citations.contains_key(&row.id))
        .count();
    let mut text = String::from(
        "# Conformance\n\nWhich requirement is covered by which test. Made from the `Covers` lines of the tests and \
         `docs/requirements.tsv`;\n`UPDATE=1 cargo test --test tidy` writes it anew.\n\nA requirement without a test \
         is not claimed to be met; \
         `docs/not-met.tsv` has the reasons.\nSide: C device, S server. Level: as in the standard; case, promise and \
         variant are our own.\n\n",
    );
    let _ = writeln!(text, "{covered} of {} rows are covered.\n", register.len());
    text.push_str("| ID | side | level | source | what must hold | tests |\n| --- | --- | --- | --- | --- | --- |\n");
    for row in register {
        let tests = citations
            .get(&row.id)
            .map(|tests| tests.iter().cloned().collect::<Vec<_>>().join("<br>"));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            row.id,
            row.side,
            row.level,
            row.source,
            row.text.replace('|', "\\|"),
            tests.unwrap_or_else(|| match reasons.get(&row.id) {
                Some(reason) => format!("none: {reason}"),
                None => "none yet".into(),
            })
        );
    }
    text
}

#[test]
fn every_cited_id_is_in_the_register() {
    let known: BTreeSet<String> = register().into_iter().map(|row| row.id).collect();
    for (id, tests) in citations() {
        assert!(
            known.contains(&id),
            "{tests:?} cite `{id}`, which docs/requirements.tsv does not have"
        );
    }
}

/// What a device must do and no test shows stands in the table with its reason.
#[test]
fn what_a_device_must_do_has_a_test_or_a_reason() {
    let (citations, reasons) = (citations(), reasons());
    for row in register() {
        let must = row.side.starts_with('C') && row.level.starts_with("MUST");
        let (tested, explained) = (
            citations.contains_key(&row.id),
            reasons.contains_key(&row.id),
        );
        assert!(
            !must || tested || explained,
            "{} has neither a test nor a reason in docs/not-met.tsv",
            row.id
        );
        assert!(
            !(tested && explained),
            "{} is tested: take it out of docs/not-met.tsv",
            row.id
        );
    }
}

#[test]
fn the_conformance_table_is_up_to_date() {
    let path = top().join("docs/conformance.md");
    let due = document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &due).unwrap();
    }
    let has = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        has == due,
        "docs/conformance.md is out of date: run UPDATE=1 cargo test --test tidy"
    );
}
