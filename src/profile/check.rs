//! `dialtone profile check`: a profile read as a device would read it, and everything that is wrong with it.

use super::files::{ProfileKey, ReadingOptions, hides};
use crate::output::line;
use clap::Args;
use data_model::OperatorError;
use data_model::provisioning::profile::{Document, Finding, Severity, Vocabulary, assess, read};
use data_model::provisioning::rule::Rule;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Parameters whose values are rules; a device takes any text, and fails when it is due.
const RULES: [&str; 6] = [
    "Profile_Rule",
    "Profile_Rule_B",
    "Profile_Rule_C",
    "Profile_Rule_D",
    "Upgrade_Rule",
    "Report_Rule",
];

/// A profile to check.
#[derive(Debug, Args)]
pub struct Check {
    /// The profile: plain, packed with gzip, or encrypted.
    file: PathBuf,
    #[command(flatten)]
    reading: ReadingOptions,
    #[command(flatten)]
    key: ProfileKey,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What is printed as JSON.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    device_type: String,
    /// Parameters the profile would set.
    parameters: usize,
    errors: usize,
    warnings: usize,
    findings: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Found {
    line: u32,
    column: u32,
    severity: String,
    element: String,
    /// The text of the element; absent for secrets, and where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    message: String,
}

impl Check {
    /// Checks it; the status is 1 if a device would refuse it.
    pub fn run(self) -> Result<ExitCode, OperatorError> {
        let bytes = self.key.open(&self.file)?;
        let (ty, policy) = (self.reading.device()?, self.reading.policy());
        let (parameters, findings) = match read(&bytes, policy) {
            Err(finding) => (0, vec![found(&finding, None)]),
            Ok(document) => {
                let assessment = assess(&document, &Vocabulary::of(&ty.schema), &ty.schema, policy);
                let mut findings = assessment.findings;
                findings.extend(rules(&document));
                findings.sort_by_key(|finding| finding.position);
                let said = findings.iter().map(|one| found(one, Some(&document)));
                (assessment.changes.len(), said.collect())
            }
        };
        let of = |severity: Severity| {
            let named = severity.to_string();
            findings.iter().filter(|one| one.severity == named).count()
        };
        let report = Report {
            file: self.file.display().to_string(),
            device_type: ty.name.to_string(),
            parameters,
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            findings,
        };
        tell(&report, self.json);
        Ok(match report.errors {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }
}

/// Rules that no device could carry out.
fn rules(document: &Document) -> Vec<Finding> {
    let entries = document.entries.iter();
    let named = entries.filter(|entry| RULES.contains(&&*entry.element) && !entry.text.is_empty());
    let broken = named.filter_map(|entry| {
        let wrong = entry.text.parse::<Rule>().err()?;
        Some(Finding {
            position: entry.position,
            severity: Severity::Warning,
            element: entry.element.clone(),
            what: format!("the rule cannot be carried out: {wrong}"),
        })
    });
    broken.collect()
}

fn found(finding: &Finding, document: Option<&Document>) -> Found {
    let entries = document.map_or(&[][..], |document| &document.entries);
    let entry = entries
        .iter()
        .find(|entry| entry.position == finding.position && entry.element == finding.element);
    let value = entry.filter(|entry| !hides(&entry.element, &entry.text));
    Found {
        line: finding.position.line,
        column: finding.position.column,
        severity: finding.severity.to_string(),
        element: finding.element.clone(),
        value: value.map(|entry| entry.text.clone()),
        message: finding.what.clone(),
    }
}

fn tell(report: &Report, json: bool) {
    if json {
        line(serde_json::to_string(report).expect("a report is made of texts and numbers"));
        return;
    }
    for one in &report.findings {
        let place = format!("{}:{}:{}", report.file, one.line, one.column);
        match one.element.as_str() {
            "" => line(format!("{place}: {}: {}", one.severity, one.message)),
            name => line(format!(
                "{place}: {}: <{name}>: {}",
                one.severity, one.message
            )),
        }
    }
    line(format!(
        "{}: {} parameters for {}, {} errors, {} warnings",
        report.file, report.parameters, report.device_type, report.errors, report.warnings
    ));
}
