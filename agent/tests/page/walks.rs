//! The walks of docs/PROVISIONING.md, with the real curl against a real agent: what is written there is what happens.

use super::Agent;
use super::actions::{Files, image, key};
use super::browser::Browser;
use agent::daemon::AgentConfig;
use std::process::{Command, Stdio};

const DOCUMENT: &str = include_str!("../../../docs/PROVISIONING.md");
const HEADING: &str = "## Walks with curl";
const PASSWORD: &str = "Walk-4-walk";

/// The commands of a walk, and what they print.
struct Walk {
    commands: String,
    prints: String,
}

/// Every `sh` block below the heading, with the `text` block that follows it.
fn walks() -> Vec<Walk> {
    let (_, section) = DOCUMENT.split_once(HEADING).expect("the section is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut blocks = section.split("```").skip(1).step_by(2);
    let mut walks = Vec::new();
    while let Some(block) = blocks.next() {
        let commands = block.strip_prefix("sh\n").expect("commands come first");
        let prints = blocks.next().and_then(|block| block.strip_prefix("text\n"));
        walks.push(Walk {
            commands: commands.to_owned(),
            prints: prints.expect("what they print follows").to_owned(),
        });
    }
    walks
}

async fn agent() -> Agent {
    let mut config = AgentConfig::default();
    config.page.password = PASSWORD.into();
    config.page.credentials_in_query = true;
    let public = key().verifying_key();
    config.firmware_keys = vec![
        public
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    ];
    Agent::with(config, "").await
}

/// Covers D-13.
#[tokio::test]
async fn every_walk_prints_what_the_document_says() {
    let agent = agent().await;
    let profiles = Files::giving(b"<flat-profile/>".to_vec()).await;
    let images = Files::giving(image("11-9-3")).await;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let walks = walks();
    assert!(walks.len() >= 8, "every action URL is walked");
    for walk in walks {
        let mut admin = Browser::new(agent.page(), "admin", PASSWORD);
        let up = async { while admin.get("/").await.status != 200 {} };
        let waited = tokio::time::timeout(super::PATIENCE, up).await;
        waited.expect("the device is up");
        let mut shell = Command::new("bash");
        shell
            .args(["-euc", &walk.commands])
            .current_dir(&folder)
            .env("DEVICE", agent.page().to_string())
            .env("PASSWORD", PASSWORD)
            .env("SERVER", profiles.at.to_string())
            .env("IMAGES", images.at.to_string())
            .stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || shell.output()).await;
        let output = output.expect("it ends").expect("there is a bash");
        let printed = String::from_utf8_lossy(&output.stdout);
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert_eq!(printed, walk.prints, "{}{wrong}", walk.commands);
    }
    // What the walks ask for happens.
    let asked = |files: &Files| files.asked.lock().expect("nobody panics").clone();
    let fetched = async {
        while asked(&profiles).is_empty() || asked(&images).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(super::PATIENCE, fetched).await;
    waited.expect("the profile and the image are fetched");
}
