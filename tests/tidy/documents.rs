//! What documents say must be there: paths, files, and nothing about how or by whom it was made.

use crate::tree::{files, read, shown, top};

const DOCUMENTS: [&str; 8] = [
    "README.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "docs/ARCHITECTURE.md",
    "docs/CHANGELOG.md",
    "docs/OPERATING.md",
    "docs/API.md",
    "docs/conformance.md",
];

#[test]
fn every_document_is_there() {
    for name in DOCUMENTS {
        assert!(top().join(name).exists(), "{name} is missing");
    }
}

/// A path in backquotes that looks like one of ours must exist.
#[test]
fn paths_named_in_documents_exist() {
    let mut documents = files("docs", ".md");
    documents.push(top().join("README.md"));
    for document in documents {
        let text = read(&document);
        for path in text.split('`').skip(1).step_by(2) {
            let first = path.split('/').next().unwrap_or_default();
            let ours = [
                "cwmp",
                "data-model",
                "agent",
                "acs",
                "soap-fixtures",
                "tests",
                "docs",
                "benches",
                "src",
            ];
            let plain = path
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            if !path.contains('/') || !plain || !ours.contains(&first) {
                continue;
            }
            assert!(
                top().join(path).exists(),
                "{} names `{path}`, which is not there",
                shown(&document)
            );
        }
    }
}

#[test]
fn decision_records_have_their_parts() {
    let records = files("docs/adr", ".md");
    assert!(!records.is_empty());
    for record in records {
        let text = read(&record);
        for part in ["## Context", "## Decision", "## Consequences"] {
            assert!(text.contains(part), "{} lacks `{part}`", shown(&record));
        }
    }
}
