//! `dialtone-agent` as whoever supervises it meets it: arguments, signals, exit status.

#[path = "../support/live_acs.rs"]
#[expect(dead_code, reason = "shared with tests that ask more of the ACS")]
mod acs;
mod process;

use acs::TestAcs;
use cwmp::EventCode;
use cwmp::rpc::GetRPCMethods;
use process::{PROGRAM, Process};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
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

/// Covers C-01.
#[tokio::test(flavor = "multi_thread")]
async fn the_host_on_the_command_line_is_told_and_the_page_is_where_the_log_says() {
    let acs = TestAcs::start().await;
    let more = "[connection_request]\nlisten = '0.0.0.0:0'\n\
                [page]\nlisten = '127.0.0.1:0'\npassword = 'Only-4-tests'\n";
    let installed = install(&acs.url(), more);
    let mut agent = Process::start(&installed.config, &["--advertise", "ata.example.net"]);
    let inform = acs
        .informed(|inform| inform.has_event(&EventCode::Bootstrap))
        .await;
    let mut values = inform.parameter_list.iter();
    let url = values.find(|it| it.name.ends_with(".ConnectionRequestURL"));
    let url = url.expect("it is in every Inform").value.to_owned();
    assert!(url.starts_with("http://ata.example.net:"), "{url}");
    let line = agent.logged("showing the device's web page");
    let (_, page) = line.split_once("http://").expect("a URL");
    let page = page.trim_end_matches('/');
    let mut stream = TcpStream::connect(page).expect("it listens");
    let request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    assert!(!agent.seen.iter().any(|line| line.contains("Only-4-tests")));
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
