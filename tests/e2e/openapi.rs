//! The OpenAPI document, used by programs that know nothing else: a generated client, and a tester that tries whatever
//! the document allows, and what it does not.

use crate::world::World;
use crate::world::rest::ADMIN_PASSWORD;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// Where `tests/run` puts programs of the Python package index; their versions are there.
fn tool(name: &str) -> PathBuf {
    let tools = std::env::var_os("DIALTONE_TEST_TOOLS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools"),
        PathBuf::from,
    );
    let tool = tools.join("bin").join(name);
    assert!(
        tool.exists(),
        "{} is missing; tests/tools brings it along",
        tool.display()
    );
    tool
}

async fn runs(command: &mut Command) -> String {
    let command = command.stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    said
}

fn url(world: &World) -> String {
    format!("http://{}", world.server.api_address)
}

/// Covers A14.
#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_walks_the_api() {
    let world = World::start().await;
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let package = world.folder.path().join("dialtone_client");
    runs(
        Command::new(tool("openapi-python-client"))
            .args(["generate", "--meta", "none", "--path"])
            .arg(&document)
            .arg("--output-path")
            .arg(&package)
            .env("PATH", tool("ruff").parent().expect("a folder")),
    )
    .await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/clients/generated.py");
    let said = runs(
        Command::new(tool("python"))
            .arg(script)
            .args([&url(&world), "admin", ADMIN_PASSWORD])
            .env("PYTHONPATH", world.folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    )
    .await;
    assert_eq!(said.trim(), "walked");
}

/// Nothing a client can send makes the server fail, and what it answers is what the document says.
/// Covers A14, U02, U03, U04.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_document_allows_and_what_it_does_not_is_answered_as_it_says() {
    let world = World::start().await;
    for number in 1..=3 {
        let device = serde_json::json!({
            "oui": "00562B", "product_class": "ATA192", "serial_number": format!("FUZZ{number}"),
        });
        let registered = world.api.post("/devices", device).await;
        registered.expect("a device that is not known yet");
    }
    // Time is bounded; `DIALTONE_FUZZ_SECS` gives a longer run.
    let secs = std::env::var("DIALTONE_FUZZ_SECS").unwrap_or_else(|_| "60".into());
    let said = runs(
        Command::new(tool("schemathesis"))
            .arg("run")
            .arg(format!("{}/api/v1/openapi.json", url(&world)))
            .arg("--header")
            .arg(format!("Authorization: Bearer {}", world.api.token()))
            .args(["--checks", CHECKS])
            // A stream does not end; a changed password, a signed-off user or a deleted token would end the run.
            .args(["--exclude-path", "/api/v1/events/stream"])
            .args(["--exclude-path", "/api/v1/password"])
            .args(["--exclude-path", "/api/v1/users/{name}"])
            .args(["--exclude-path", "/api/v1/session"])
            .args(["--exclude-path", "/api/v1/tokens/{token}"])
            .args(["--generation-deterministic", "--max-examples", "10"])
            .args(["--request-timeout", "20", "--max-time", &secs])
            .current_dir(world.folder.path()),
    )
    .await;
    println!("{said}");
    world.api.get("/summary").await.expect("it lives");
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance,ignored_auth";
