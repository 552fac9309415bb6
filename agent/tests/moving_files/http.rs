//! GET and PUT: resumption, authentication, redirects, and the fault of each failure.

use crate::file_server::{FileServer, answer, cut_off, rest};
use crate::{content, fetched, header, image, key, sent, staged, staged_by};
use data_model::device_type::UnsignedFirmware;
use data_model::signing::SigningKey;

const RANGES: &str = "Accept-Ranges: bytes\r\nETag: \"v1\"\r\n";
const DIGEST: &str = "Content-Length: 0\r\n\
    WWW-Authenticate: Digest realm=\"files\", qop=\"auth\", nonce=\"abc\", algorithm=SHA-256\r\n";

/// Covers T-03, T-08.
#[tokio::test]
async fn a_download_that_breaks_off_goes_on_where_it_was() {
    let file = content(50_000);
    for (headers, version) in [
        (RANGES, "\"v1\""),
        (
            "Accept-Ranges: bytes\r\nLast-Modified: Mon, 02 Mar 2026 08:15:00 GMT\r\n",
            "Mon, 02 Mar 2026 08:15:00 GMT",
        ),
    ] {
        let server = FileServer::answering(vec![
            cut_off(headers, &file, 20_000),
            rest(&file, 20_000, 30_001),
            rest(&file, 30_001, 50_000),
        ])
        .await;
        assert_eq!(fetched(&server.url("/f")).await, Ok(file.clone()));
        let requests = server.requests();
        assert_eq!(requests[0].header("range"), None);
        assert_eq!(requests[1].header("range"), Some("bytes=20000-"));
        assert_eq!(requests[2].header("range"), Some("bytes=30001-"));
        assert_eq!(requests[1].header("if-range"), Some(version));
    }
}

/// Covers T-02.
#[tokio::test]
async fn a_file_that_has_changed_in_between_is_fetched_from_its_beginning() {
    let (old, new) = (image(&key(), 50_000), image(&key(), 40_000));
    let server = FileServer::answering(vec![
        cut_off(RANGES, &old, 20_000),
        cut_off("Accept-Ranges: bytes\r\nETag: \"v2\"\r\n", &new, 10_000),
        rest(&new, 10_000, new.len()),
    ])
    .await;
    assert_eq!(staged(&server.url("/f")).await, Ok("11-4-0".to_owned()));
    assert_eq!(server.requests()[2].header("if-range"), Some("\"v2\""));
}

/// Covers T-03.
#[tokio::test]
async fn without_a_version_of_the_file_or_ranges_a_broken_download_is_a_failed_one() {
    let file = content(5_000);
    for headers in [
        "",
        "ETag: \"v1\"\r\n",
        "Accept-Ranges: none\r\nETag: \"v1\"\r\n",
        "Accept-Ranges: bytes\r\nETag: W/\"v1\"\r\n",
    ] {
        let server = FileServer::answering(vec![cut_off(headers, &file, 2_000)]).await;
        assert_eq!(fetched(&server.url("/f")).await, Err(9017), "{headers}");
        assert_eq!(server.requests().len(), 1);
    }
}

/// Covers T-03.
#[tokio::test]
async fn a_part_that_does_not_fit_and_a_server_that_stays_away_end_the_download() {
    let file = content(5_000);
    let server = FileServer::answering(vec![
        cut_off(RANGES, &file, 2_000),
        rest(&file, 1_000, 5_000),
    ])
    .await;
    assert_eq!(fetched(&server.url("/f")).await, Err(9017));
    let server = FileServer::answering(vec![cut_off(RANGES, &file, 2_000)]).await;
    assert_eq!(fetched(&server.url("/f")).await, Err(9017));
    let server = FileServer::answering(vec![answer("206 Partial Content", "", b"x")]).await;
    assert_eq!(fetched(&server.url("/f")).await, Err(9010));
}

/// Covers T-01.
#[tokio::test]
async fn each_failure_has_its_own_fault() {
    let statuses = [
        ("404 Not Found", 9016),
        ("403 Forbidden", 9016),
        ("410 Gone", 9016),
        ("500 Internal Server Error", 9010),
        ("503 Service Unavailable", 9010),
    ];
    for (status, code) in statuses {
        let server =
            FileServer::answering(vec![answer(status, "Content-Length: 0\r\n", b"")]).await;
        assert_eq!(fetched(&server.url("/f")).await, Err(code), "{status}");
    }
    let refused = vec![answer("401 Unauthorized", DIGEST, b""); 2];
    let server = FileServer::answering(refused).await;
    assert_eq!(fetched(&server.url("/f")).await, Err(9012));
    // The password would go over the wire in the clear.
    let basic = "WWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n";
    let server = FileServer::answering(vec![answer("401 Unauthorized", basic, b"")]).await;
    assert_eq!(fetched(&server.url("/f")).await, Err(9012));
    let gone = FileServer::answering(Vec::new()).await;
    while tokio::net::TcpStream::connect(gone.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(fetched(&gone.url("/f")).await, Err(9015));
    assert_eq!(sent(&gone.url("/f"), b"x").await, Err(9015));
}

/// Covers T-01, T-10, M04.
#[tokio::test]
async fn what_is_no_image_of_a_trusted_signer_is_told_apart() {
    let good = image(&key(), 3_000);
    let mut changed = good.clone();
    *changed.last_mut().expect("it has bytes") ^= 1;
    let longer = [&good[..], b"x"].concat();
    let cases = [
        (good.clone(), Ok("11-4-0".to_owned())),
        (image(&SigningKey::from_bytes(&[7; 32]), 3_000), Err(9019)),
        (changed, Err(9018)),
        (longer, Err(9018)),
        (good[..good.len() - 1].to_vec(), Err(9017)),
        (b"<html>no image</html>".repeat(100), Err(9018)),
        (Vec::new(), Err(9018)),
    ];
    for (file, expected) in cases {
        let whole = cut_off("", &file, file.len());
        let server = FileServer::answering(vec![whole]).await;
        assert_eq!(staged(&server.url("/f")).await, expected);
    }
    let huge = "Content-Length: 99999999999\r\n";
    let server = FileServer::answering(vec![answer("200 OK", huge, b"")]).await;
    assert_eq!(staged(&server.url("/f")).await, Err(9018));
    let file = content(100_001);
    let server = FileServer::answering(vec![answer("200 OK", "", &file)]).await;
    assert_eq!(fetched(&server.url("/f")).await, Err(9018));
}

/// Covers M04.
#[tokio::test]
async fn an_unsigned_image_is_staged_only_for_a_device_type_that_runs_such() {
    let mut unsigned = header(b"raw").pack().expect("it fits");
    unsigned.extend_from_slice(b"raw");
    let strange = image(&SigningKey::from_bytes(&[7; 32]), 3_000);
    for file in [&unsigned, &strange] {
        for (policy, expected) in [
            (UnsignedFirmware::Refuse, Err(9019)),
            (UnsignedFirmware::Activate, Ok("11-4-0".to_owned())),
        ] {
            let whole = cut_off("", file, file.len());
            let server = FileServer::answering(vec![whole]).await;
            assert_eq!(staged_by(policy, &server.url("/f")).await, expected);
        }
    }
}

/// Covers T-13, A-13.
#[tokio::test]
async fn a_file_is_put_where_the_url_says_with_the_credentials_of_the_call() {
    let file = content(30_000);
    let server = FileServer::answering(vec![
        answer("401 Unauthorized", DIGEST, b""),
        answer("201 Created", "Content-Length: 0\r\n", b""),
    ])
    .await;
    assert_eq!(sent(&server.url("/up/load?x=1"), &file).await, Ok(()));
    let requests = server.requests();
    assert!(
        requests[1]
            .head
            .starts_with("PUT /up/load?x=1 HTTP/1.1\r\n")
    );
    assert_eq!(requests[1].body, file);
    let authorization = requests[1].header("authorization").unwrap_or_default();
    assert!(authorization.starts_with("Digest ") && authorization.contains("username=\"reader\""));
    for status in ["200 OK", "204 No Content"] {
        let server =
            FileServer::answering(vec![answer(status, "Content-Length: 0\r\n", b"")]).await;
        assert_eq!(sent(&server.url("/f"), b"").await, Ok(()));
    }
}

/// Covers T-13, M07.
#[tokio::test]
async fn an_upload_that_is_refused_or_sent_elsewhere_fails() {
    for status in ["403 Forbidden", "413 Too Large", "500 Oops", "507 Full"] {
        let server =
            FileServer::answering(vec![answer(status, "Content-Length: 0\r\n", b"")]).await;
        assert_eq!(sent(&server.url("/f"), b"log").await, Err(9011), "{status}");
    }
    let server = FileServer::answering(vec![answer("401 Unauthorized", DIGEST, b""); 2]).await;
    assert_eq!(sent(&server.url("/f"), b"log").await, Err(9012));
    let away = "Location: http://elsewhere.example/f\r\nContent-Length: 0\r\n";
    let server = FileServer::answering(vec![answer("307 Temporary Redirect", away, b"")]).await;
    assert_eq!(sent(&server.url("/f"), b"log").await, Err(9011));
    let beside = "Location: /g\r\nContent-Length: 0\r\n";
    let server = FileServer::answering(vec![
        answer("307 Temporary Redirect", beside, b""),
        answer("204 No Content", "", b""),
    ])
    .await;
    assert_eq!(sent(&server.url("/f"), b"log").await, Ok(()));
    let request = &server.requests()[1];
    assert!(request.head.starts_with("PUT /g ") && request.body == b"log");
}
