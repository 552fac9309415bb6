//! Runs a walk: a script of node that drives a browser.

use libtest_mimic::Failed;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// How long a walk may take.
const PATIENCE: Duration = Duration::from_secs(150);

/// The folder of what `tests/tools` brings along for node.
fn modules() -> PathBuf {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = std::env::var_os("DIALTONE_TEST_TOOLS").map_or(top.join(".tools"), PathBuf::from);
    tools.join("node")
}

/// Runs `tests/browser/walks/NAME.mjs`; `told` is what it knows of the stage. Fails with all it has printed.
pub async fn run(name: &str, told: &Value) -> Result<(), Failed> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser/walks")
        .join(format!("{name}.mjs"));
    let child = Command::new("node")
        .arg(script)
        .env("DIALTONE_WALK", told.to_string())
        .env("DIALTONE_NODE", modules())
        .env(
            "DIALTONE_PICTURES",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser"),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A browser ends with the script that talks to it.
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            format!("`node` cannot be run: {error} (Debian: apt-get install nodejs)")
        })?;
    let Ok(ended) = tokio::time::timeout(PATIENCE, child.wait_with_output()).await else {
        let secs = PATIENCE.as_secs();
        return Err(format!("the walk `{name}` has not ended in {secs} s").into());
    };
    let output = ended.map_err(|error| format!("the walk `{name}`: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "the walk `{name}` fails ({}):\n{said}{complained}",
        output.status
    )
    .into())
}
