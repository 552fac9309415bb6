//! `dialtone-agent` as whoever supervises it meets it: arguments, signals, exit status.

#[path = "../support/live_acs.rs"]
#[expect(dead_code, reason = "shared with tests that ask more of the ACS")]
mod acs;
mod process;

use acs::TestAcs;
use cwmp::EventCode;
use cwmp::rpc::GetRPCMethods;
use process::{PROGRAM, Process};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder with a configuration file in it.
struct Installed {
    folder: tempfile::TempDir,
    config: PathBuf,
}

fn install(acs_url: &str, more: &str) -> Installed {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let config = folder.path().join("agent.toml");
    let state = folder.path().join("state");
    let text = format!(
        "serial_number = 'FCH26480QXA'\nstate = '{}'\n{more}\n[acs]\nurl = '{acs_url}'\n",
        state.display()
    );
    std::fs::write(&config, text).expect("it can be written");
    Installed { folder, config }
}

/// Runs the program to its end.
fn ran(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(PROGRAM).args(arguments).output();
    let output = output.expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Covers E-01.
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_with_success_and_what_the_acs_was_told_stays_told() {
    let acs = TestAcs::start().await;
    let installed = install(&acs.url(), "");
    for (signal, first) in [("-TERM", true), ("-INT", false), ("-TERM", false)] {
        let mut agent = Process::start(&installed.config, &[]);
        acs.asks(GetRPCMethods {});
        let inform = acs
            .informed(|inform| inform.has_event(&EventCode::Boot))
            .await;
        // Only a device that has lost its journal would begin anew.
        assert_eq!(inform.has_event(&EventCode::Bootstrap), first);
        // Its next message leaves only when it has kept that the Inform was confirmed.
        acs.until_asked().await;
        agent.logged("taking connection requests");
        assert_eq!(agent.stopped_by(signal), Some(0), "{:?}", agent.seen);
        agent.logged("stopped");
    }
    assert!(
        installed
            .folder
            .path()
            .join("state/device.journal")
            .exists()
    );
}

#[test]
fn help_names_every_option_and_signal() {
    let (status, help, _) = ran(&["--help"]);
    assert_eq!(status, Some(0));
    for word in [
        "--config <FILE>",
        "--advertise <HOST>",
        "--help",
        "--version",
        "DIALTONE_LOG",
        "SIGTERM",
    ] {
        assert!(help.contains(word), "{word} is missing in: {help}");
    }
    assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    let (status, version, _) = ran(&["-V"]);
    assert_eq!(status, Some(0));
    assert!(version.contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_it_cannot_use_ends_it_with_a_failure_that_says_what_to_do() {
    for (arguments, word) in [
        (&[] as &[&str], "no configuration file"),
        (&["--config"], "`--config` needs a value"),
        (&["--config="], "`--config` needs a value"),
        (
            &["--config", "a.toml", "--advertise"],
            "`--advertise` needs a value",
        ),
        (&["--verbose"], "`--verbose` is not known"),
        (&["--config", "/nonexistent/a.toml"], "/nonexistent/a.toml"),
    ] {
        let (status, _, log) = ran(arguments);
        assert_eq!(status, Some(1), "{arguments:?}");
        assert!(log.contains(word), "{arguments:?}: {log}");
        assert!(log.contains("fix: "), "{arguments:?}: {log}");
    }
}
