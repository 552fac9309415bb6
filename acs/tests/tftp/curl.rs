//! Files by curl, a client that is not ours.

use super::{Server, content};
use std::process::Stdio;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Runs curl; its exit code and what it printed.
async fn curl(arguments: &[&str], input: &[u8]) -> (Option<i32>, Vec<u8>) {
    let mut child = Command::new("curl")
        .args(["--silent", "--max-time", "50"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("tests/run installs curl");
    let mut stdin = child.stdin.take().expect("it is piped");
    // It may end before it has read all: it is told that the file is too large.
    let _ = stdin.write_all(input).await;
    drop(stdin);
    let output = child.wait_with_output().await.expect("curl ends");
    (output.status.code(), output.stdout)
}

/// Covers T-11.
#[tokio::test]
async fn curl_reads_files_of_every_size_with_and_without_options() {
    let server = Server::start().await;
    for options in [
        &[][..],
        &["--tftp-no-options"],
        &["--tftp-blksize", "1000"],
        &["--tftp-blksize", "65464"],
    ] {
        for bytes in [0, 1, 511, 512, 513, 1_428, 60_000] {
            let url = format!("tftp://{}/{bytes}.cfg", server.address);
            let (code, file) = curl(&[options, &[url.as_str()]].concat(), b"").await;
            assert_eq!(code, Some(0), "{options:?} {bytes}");
            assert!(file == content(bytes), "{options:?} {bytes}");
        }
    }
    server
        .counts("tftp_ended_total{name=\"complete\"} 28")
        .await;
    server.counts("tftp_sent_bytes_total 251860").await;
    server.counts("tftp_open 0").await;
}

/// Covers T-11, F02.
#[tokio::test]
async fn curl_is_told_what_is_missing_or_forbidden() {
    let server = Server::start().await;
    // curl: 68 is no such file, 69 no permission, 71 an illegal operation or an error of another kind.
    for (path, expected) in [
        ("none.cfg", 68),
        ("forbidden.cfg", 69),
        ("a/%2e%2e/%2e%2e/1.cfg", 69),
        ("1.cfg%00", 3),
    ] {
        let url = format!("tftp://{}/{path}", server.address);
        let (code, file) = curl(&["--path-as-is", &url], b"").await;
        assert_eq!((code, file), (Some(expected), Vec::new()), "{path}");
    }
    server
        .counts("tftp_refused_total{name=\"not_found\"} 1")
        .await;
    server
        .counts("tftp_refused_total{name=\"forbidden\"} 1")
        .await;
    server
        .counts("tftp_refused_total{name=\"malformed\"} 1")
        .await;
}

/// Covers T-11, F02.
#[tokio::test]
async fn curl_writes_reports_and_nothing_else() {
    let server = Server::start().await;
    for options in [&[][..], &["--tftp-no-options"]] {
        for bytes in [0, 512, 1_000, 60_000] {
            let name = format!("reports/{bytes}.xml");
            let url = format!("tftp://{}/{name}", server.address);
            let arguments = [options, &["--upload-file", "-", &url]].concat();
            let (code, _) = curl(&arguments, &content(bytes)).await;
            assert_eq!(code, Some(0), "{options:?} {bytes}");
            let written = server.shelf.written(&name).expect("it was written");
            assert!(written == content(bytes), "{options:?} {bytes}");
        }
    }
    let url = format!("tftp://{}/1.cfg", server.address);
    let (code, _) = curl(&["--upload-file", "-", &url], b"x").await;
    assert_eq!(code, Some(69));
    let url = format!("tftp://{}/reports/large", server.address);
    let (code, _) = curl(&["--upload-file", "-", &url], &[0; 600_000]).await;
    assert_eq!(code, Some(70), "the disk is full, says curl");
    assert_eq!(server.shelf.written("reports/large"), None);
}
