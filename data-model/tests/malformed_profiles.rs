//! Every damaged, hostile or odd profile of the fixtures, each in a test of its own name: refused with its reason, or taken.
//!
//! Covers X01, X02, X03, X04, X05, X06, X07, X08, X09, X10, X11, X16, X18, M06.

use data_model::provisioning::encryption;
use data_model::provisioning::profile::{Policy, Severity, Vocabulary, assess, read};
use data_model::{Secret, catalogue};
use libtest_mimic::{Arguments, Failed, Trial};
use soap_fixtures::{ProfileFile, ProfileOutcome, profiles};

fn main() {
    let files = profiles();
    assert!(files.len() >= 60, "{} files", files.len());
    let trials = files.into_iter().map(|file| {
        Trial::test(format!("profiles/{}", file.name), move || {
            let (outcome, said) = becomes(&file);
            let expected = file.says.as_deref().unwrap_or_default();
            match outcome == file.outcome && said.iter().any(|one| one.contains(expected)) {
                true => Ok(()),
                // Nothing to say is right where nothing is expected.
                false if outcome == file.outcome && expected.is_empty() => Ok(()),
                false => Err(Failed::from(format!("{outcome:?}: {said:?}"))),
            }
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// What becomes of a file on an ATA 192, and all that is said about it.
fn becomes(file: &ProfileFile) -> (ProfileOutcome, Vec<String>) {
    let key = file.key.as_ref().map(|key| Secret::new(key.as_str()));
    let bytes = match encryption::open(&file.bytes, key.as_ref()) {
        Ok(bytes) => bytes,
        Err(why) => return (ProfileOutcome::Sealed, vec![why.to_string()]),
    };
    let policy = Policy::default();
    let document = match read(&bytes, policy) {
        Ok(document) => document,
        Err(finding) => return (ProfileOutcome::Refused, vec![finding.to_string()]),
    };
    let ata = catalogue::device_type("ata192").expect("a device type of this build");
    let found = assess(&document, &Vocabulary::of(&ata.schema), &ata.schema, policy);
    let of = |severity: Severity| -> Vec<String> {
        let findings = found.findings.iter();
        let some = findings.filter(|finding| finding.severity == severity);
        some.map(ToString::to_string).collect()
    };
    let errors = of(Severity::Error);
    match errors.is_empty() {
        true => (ProfileOutcome::Taken, of(Severity::Warning)),
        false => (ProfileOutcome::Values, errors),
    }
}
