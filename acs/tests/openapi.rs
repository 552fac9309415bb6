//! The OpenAPI document: what is published is what the handlers are, and nothing is left out of the guide.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its document has failed"
)]

use std::collections::BTreeSet;
use std::path::Path;

fn document() -> serde_json::Value {
    serde_json::to_value(acs::api::document()).unwrap()
}

/// `docs/openapi.json` is made from the code: `UPDATE=1 cargo test -p acs --test openapi`.
/// Covers A14.
#[test]
fn the_published_document_is_the_one_the_server_serves() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let made = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == made,
        "docs/openapi.json is out of date; run UPDATE=1 cargo test -p acs --test openapi and read the difference"
    );
}

/// Covers A14.
#[test]
fn every_operation_says_what_it_does_and_what_it_takes_of_whoever_asks() {
    let document = document();
    let mut lacking = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let open = path == "/api/v1/sign-in";
            let guarded = operation["x-permission"].is_string() && operation["security"].is_array();
            if operation["summary"].is_null() || guarded == open {
                lacking.push(format!("{method} {path}"));
            }
        }
    }
    assert_eq!(lacking, [""; 0]);
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere() {
    let document = document();
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let mut ids = BTreeSet::new();
    for operation in operations {
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
    }
    let text = document.to_string();
    for reference in text.split(r##""$ref":"#"##).skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

/// The table of routes in the guide is made from the document: `UPDATE=1 cargo test -p acs --test openapi`.
/// Covers A14.
#[test]
fn the_guide_names_every_operation_with_what_it_takes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/API.md");
    let guide = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = guide.split_once("## Routes\n\n").unwrap();
    let (head, rest) = rest.split_once("| --- | --- | --- |\n").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let made = format!(
        "{before}## Routes\n\n{head}| --- | --- | --- |\n{}\n{after}",
        table(&document())
    );
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(
        made == std::fs::read_to_string(&path).unwrap(),
        "the routes of docs/API.md are out of date; run UPDATE=1 cargo test -p acs --test openapi"
    );
}

/// A row for each operation, by address.
fn table(document: &serde_json::Value) -> String {
    let mut rows = String::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let takes = operation["x-permission"].as_str().unwrap_or("nothing");
            let summary = operation["summary"].as_str().unwrap();
            rows += &format!("| `{method} {path}` | {takes} | {summary} |\n");
        }
    }
    rows
}
