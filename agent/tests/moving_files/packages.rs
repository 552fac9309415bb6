//! Packages of software modules: fetched over HTTP, believed only with a signature, and installed by a whole device.

use crate::acs::{Acs, Heard};
use crate::device::{comes_to_hold, device, start};
use crate::file_server::{FileServer, cut_off, read, rest};
use crate::{checked, image, key, package, staged};
use agent::device::Input;
use cwmp::message::CpeRequest;
use cwmp::rpc::{ChangeDUState, InstallOperation, Operation};
use cwmp::{CommandKey, CpeResponse};
use data_model::signing::SigningKey;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

const RANGES: &str = "Accept-Ranges: bytes\r\nETag: \"v1\"\r\n";

async fn serving(file: &[u8]) -> FileServer {
    FileServer::answering(vec![cut_off("", file, file.len())]).await
}

/// Covers M04.
#[tokio::test]
async fn a_package_is_taken_whole_signed_and_unchanged_or_not_at_all() {
    let good = package(&key(), 50_000);
    let mut changed = good.clone();
    *changed.last_mut().expect("it is not empty") ^= 1;
    let mut longer = good.clone();
    longer.push(0);
    let strangers = package(&SigningKey::from_bytes(&[1; 32]), 50_000);
    let cases = [
        (good.clone(), Ok("call-blocker 1.2.0".to_owned())),
        (package(&key(), 0), Ok("call-blocker 1.2.0".to_owned())),
        (changed, Err(9018)),
        (longer, Err(9018)),
        (good[..40_000].to_vec(), Err(9017)),
        (good[..100].to_vec(), Err(9018)),
        (b"something else".to_vec(), Err(9018)),
        (strangers, Err(9019)),
        // An image is no package, whoever has signed it.
        (image(&key(), 50_000), Err(9018)),
    ];
    for (place, (file, expected)) in cases.into_iter().enumerate() {
        let server = serving(&file).await;
        let outcome = checked(&server.url("/f"), 100_000).await;
        assert_eq!(outcome, expected, "{place}");
    }
    let server = serving(&good).await;
    assert_eq!(staged(&server.url("/f")).await, Err(9018), "no image");
    let server = serving(&good).await;
    assert_eq!(checked(&server.url("/f"), 40_000).await, Err(9027));
}

/// Covers T-03.
#[tokio::test]
async fn a_package_that_breaks_off_goes_on_where_it_was() {
    let file = package(&key(), 50_000);
    let server = FileServer::answering(vec![
        cut_off(RANGES, &file, 20_000),
        rest(&file, 20_000, file.len()),
    ])
    .await;
    let outcome = checked(&server.url("/f"), 100_000).await;
    assert_eq!(outcome, Ok("call-blocker 1.2.0".to_owned()));
}

/// Covers E-01.
#[tokio::test]
async fn a_whole_device_installs_what_somebody_at_it_wants() {
    let handle = device().await;
    let server = serving(&package(&key(), 50_000)).await;
    let operation = Operation::Install(InstallOperation {
        url: server.url("/blocker.pkg"),
        ..InstallOperation::default()
    });
    handle.input(0, Input::ChangeModules(Box::new(operation)));
    let status = "Device.SoftwareModules.ExecutionUnit.1.Status";
    comes_to_hold(&handle, status, "Active").await;
    let version = "Device.SoftwareModules.DeploymentUnit.1.Version";
    comes_to_hold(&handle, version, "1.2.0").await;
    assert!(server.requests()[0].head.starts_with("GET /blocker.pkg "));
    handle.stop();
}

/// Covers E-11, P3.
#[tokio::test]
async fn what_an_acs_has_asked_for_is_done_and_told_though_the_program_ends_in_between() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal");
    let files = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = files.local_addr().expect("it is bound");
    let install = Operation::Install(InstallOperation {
        url: format!("http://{address}/blocker.pkg"),
        ..InstallOperation::default()
    });
    let change = ChangeDUState {
        operations: vec![install],
        command_key: CommandKey::new("modules-7").ok(),
    };
    let mut acs = Acs::asking(vec![change.into()]).await;
    let (handle, running) = start(acs.url.clone(), Some(journal.clone())).await;
    acs.hears(|heard| match heard {
        Heard::Answer(answer) => {
            matches!(*answer, CpeResponse::ChangeDUStateResponse(_)).then_some(())
        }
        Heard::Told(_) => None,
    })
    .await;
    let (never_answered, _) = files.accept().await.expect("the device fetches");
    handle.stop();
    running.await.expect("the loop ends");
    drop(never_answered);

    let (handle, _running) = start(acs.url.clone(), Some(journal)).await;
    let (mut stream, _) = files.accept().await.expect("it fetches again");
    assert!(
        read(&mut stream)
            .await
            .head
            .starts_with("GET /blocker.pkg ")
    );
    let file = package(&key(), 50_000);
    let answer = cut_off("", &file, file.len());
    stream.write_all(&answer).await.expect("the device reads");
    drop(stream);
    let report = acs.hears(|heard| match heard {
        Heard::Told(told) => match *told {
            CpeRequest::DUStateChangeComplete(report) => Some(report),
            _ => None,
        },
        Heard::Answer(_) => None,
    });
    let report = report.await;
    assert_eq!(report.command_key, CommandKey::new("modules-7").ok());
    let [result] = &report.results[..] else {
        panic!("{report:?}")
    };
    assert_eq!(
        (result.current_state.as_str(), result.fault.fault_code),
        ("Installed", 0)
    );
    assert_eq!(result.version, "1.2.0");
    handle.stop();
}
