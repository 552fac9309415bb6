//! What an agent asks of the machine it runs on, and what it makes of the outcome.

use crate::running::{Running, config, eventually};
use crate::tcp_acs::{Heard, TcpAcs};
use agent::device::Input;
use agent::device::phones::{ButtonTiming, Press};
use agent::firmware::{BootedInto, SlotName, Slots};
use agent::platform::spool::{HookSettings, Served};
use agent::platform::{Asked, Outcome, Request};
use cwmp::CommandKey;
use cwmp::rpc::Reboot;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn settings(folder: &Path, serve: &[Served]) -> HookSettings {
    HookSettings {
        folder: Some(folder.join("requests")),
        serve: serve.to_vec(),
    }
}

fn activation() -> Request {
    Request::ActivateFirmware {
        slot: SlotName::B,
        version: "11-4-1;reboot`x`".into(),
    }
}

#[test]
fn a_request_says_all_that_the_operators_program_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings(folder.path(), &[Served::ActivateFirmware]);
    let spool = settings
        .spool(Path::new("/var/lib/dialtone"))
        .expect("hooks");
    assert!(matches!(spool.ask(&activation()), Asked::Told(_)));
    let text = std::fs::read_to_string(folder.path().join("requests/activate-firmware.request"));
    assert_eq!(
        text.expect("a request"),
        "request=activate-firmware\nslot=b\nversion=11-4-1rebootx\nimage=/var/lib/dialtone/slot-b.image\n"
    );
}

#[test]
fn what_nobody_serves_is_not_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings(folder.path(), &[Served::Reboot]);
    let spool = settings.spool(folder.path()).expect("hooks");
    assert_eq!(spool.ask(&Request::FactoryReset), Asked::Nobody);
    assert!(!folder.path().join("requests").exists());
}

#[test]
fn a_request_that_failed_or_was_never_taken_has_failed() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings(folder.path(), &[Served::ActivateFirmware]);
    let spool = settings.spool(folder.path()).expect("hooks");
    let file = |ending: &str| {
        folder
            .path()
            .join("requests/activate-firmware")
            .with_extension(ending)
    };
    spool.ask(&activation());
    assert_eq!(spool.withdraw(&activation()), Outcome::Failed);
    assert!(!file("request").exists(), "it must not happen later");
    spool.ask(&activation());
    std::fs::rename(file("request"), file("taken")).expect("taken");
    assert_eq!(spool.withdraw(&activation()), Outcome::Taken);
    std::fs::write(file("failed"), "").expect("failed");
    assert_eq!(spool.withdraw(&activation()), Outcome::Failed);
}

/// The program of `packaging/hooks`, with an operator's program that notes its arguments and ends so.
fn serve(folder: &Path, name: &str, status: u8) -> String {
    let programs = folder.join("hooks.d");
    std::fs::create_dir_all(&programs).expect("a folder");
    let program = programs.join(name);
    let notes = folder.join("notes");
    let text = format!(
        "#!/bin/sh\necho \"$@\" > '{}'\nexit {status}\n",
        notes.display()
    );
    std::fs::write(&program, text).expect("a program");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/hooks/dialtone-hooks");
    let mut command = Command::new("sh");
    command.arg(hooks).env("DIALTONE_HOOKS", programs);
    command.env("DIALTONE_REQUESTS", folder.join("requests"));
    assert!(command.status().expect("there is a shell").success());
    std::fs::read_to_string(notes).unwrap_or_default()
}

#[test]
fn the_operators_program_gets_what_the_request_says_and_its_failure_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings(folder.path(), &[Served::ActivateFirmware]);
    let spool = settings.spool(Path::new("/images of x")).expect("hooks");
    spool.ask(&activation());
    let notes = serve(folder.path(), "activate-firmware", 0);
    assert_eq!(notes, "b 11-4-1rebootx /images of x/slot-b.image\n");
    assert_eq!(spool.withdraw(&activation()), Outcome::Taken);
    assert_eq!(
        serve(folder.path(), "reboot", 0),
        notes,
        "nothing is done twice"
    );
    let Asked::Told(failed) = spool.ask(&activation()) else {
        panic!("somebody serves it");
    };
    serve(folder.path(), "activate-firmware", 1);
    assert!(failed.exists());
    assert_eq!(spool.withdraw(&activation()), Outcome::Failed);
}

fn hooked(acs: &TcpAcs, folder: &Path, serve: &str) -> Running {
    let more = format!(
        "platform = 'linux'\n[hooks]\nfolder = '{}'\nserve = [{serve}]",
        folder.join("requests").display()
    );
    Running::start(config(Some(acs), folder, &more))
}

fn session_ends(acs: &TcpAcs) {
    acs.hears(|heard| matches!(heard, Heard::Ended).then_some(()));
}

#[test]
fn a_reboot_the_acs_asks_for_is_handed_to_the_operators_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let acs = TcpAcs::start();
    acs.asks(Reboot {
        command_key: CommandKey::new("r1").expect("short"),
    });
    let agent = hooked(&acs, folder.path(), "'reboot'");
    let request = folder.path().join("requests/reboot.request");
    let text = eventually("the request is there", || {
        std::fs::read_to_string(&request).ok()
    });
    assert_eq!(text, "request=reboot\n");
    assert_eq!(
        agent.handle.counters.boots.load(Ordering::Relaxed),
        1,
        "the machine does it"
    );
    drop(agent);
    std::fs::remove_file(&request).expect("taken");
    // The machine comes back.
    let _agent = hooked(&acs, folder.path(), "'reboot'");
    let inform = acs.hears(|heard| match heard {
        Heard::Inform(inform) if inform.has_event(&cwmp::EventCode::MReboot) => Some(inform),
        _ => None,
    });
    assert!(inform.has_event(&cwmp::EventCode::Boot));
}

#[test]
fn a_factory_reset_without_a_hook_restarts_the_device_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let acs = TcpAcs::start();
    let agent = hooked(&acs, folder.path(), "'reboot'");
    session_ends(&acs);
    agent.handle.input(0, Input::LocalFactoryReset);
    eventually("it boots again", || {
        (agent.handle.counters.boots.load(Ordering::Relaxed) == 2).then_some(())
    });
    assert!(
        !folder
            .path()
            .join("requests/factory-reset.request")
            .exists()
    );
}

#[test]
fn the_reset_button_leaves_nothing_of_before_in_the_file_of_a_running_agent() {
    let folder = tempfile::tempdir().expect("a folder");
    let agent = Running::start(config(None, folder.path(), ""));
    let file = folder.path().join("state/device.journal");
    let has = || {
        let bytes = std::fs::read(&file).expect("the state of the agent");
        String::from_utf8_lossy(&bytes).contains("5551234")
    };
    agent.handle.input(
        0,
        Input::LocalChange {
            name: "Device.X_CISCO_ATA.User.1.Speed_Dial_2".into(),
            value: "5551234".into(),
        },
    );
    eventually("the number is kept", || has().then_some(()));
    let press = Press::of(12_000, ButtonTiming::TenSeconds);
    agent.handle.input(0, Input::ResetButton(press));
    eventually("the number is gone", || (!has()).then_some(()));
}

/// Covers P4.
#[test]
fn firmware_that_cannot_be_put_to_work_is_given_up_and_reported() {
    let mut slots = Slots {
        version: "1".into(),
        ..Slots::default()
    };
    slots.activate("2", 7);
    slots.give_up_trial();
    assert_eq!(slots.boot(), BootedInto::RolledBack(7));
    assert_eq!((slots.active, slots.version.as_str()), (SlotName::A, "1"));
}

/// While the machine goes down, a caller is told so instead of being left waiting.
#[test]
fn a_connection_request_is_answered_while_the_machine_goes_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let acs = TcpAcs::start();
    acs.asks(Reboot {
        command_key: CommandKey::new("r3").expect("short"),
    });
    let _agent = hooked(&acs, folder.path(), "'reboot'");
    let url = acs.hears(|heard| match heard {
        Heard::Inform(inform) => {
            let list = &inform.parameter_list;
            let url = list.get("Device.ManagementServer.ConnectionRequestURL");
            url.map(str::to_owned)
        }
        Heard::FirstByte | Heard::Answer(_) | Heard::Ended => None,
    });
    let request = folder.path().join("requests/reboot.request");
    eventually("the request is there", || request.exists().then_some(()));
    let (host, path) = url
        .trim_start_matches("http://")
        .split_once('/')
        .expect("a whole URL");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let message = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(message.as_bytes()).expect("a connection");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
}

#[test]
fn a_reboot_that_fails_gives_the_device_back_to_its_acs() {
    let folder = tempfile::tempdir().expect("a folder");
    let acs = TcpAcs::start();
    acs.asks(Reboot {
        command_key: CommandKey::new("r2").expect("short"),
    });
    let _agent = hooked(&acs, folder.path(), "'reboot'");
    let request = folder.path().join("requests/reboot.request");
    eventually("the request is there", || request.exists().then_some(()));
    serve(folder.path(), "reboot", 1);
    acs.hears(|heard| match heard {
        Heard::Inform(inform) => inform.has_event(&cwmp::EventCode::MReboot).then_some(()),
        Heard::FirstByte | Heard::Answer(_) | Heard::Ended => None,
    });
}
