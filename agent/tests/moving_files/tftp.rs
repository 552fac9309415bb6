//! TFTP over real sockets: with options and without, with losses, and with servers that refuse or fall silent.

use crate::tftp_server::{Manner, TftpServer};
use crate::{content, fetched, image, key, sent, staged};

/// Covers T-11.
#[tokio::test]
async fn files_come_by_tftp_whatever_the_server_can_do() {
    for manner in [Manner::Options, Manner::Plain, Manner::Lossy] {
        for bytes in [0, 1, 999, 1_000, 1_024, 20_000] {
            let file = content(bytes);
            let server = TftpServer::start(file.clone(), manner).await;
            let url = server.url("/dir/my%20file.cfg;mode=octet");
            assert_eq!(fetched(&url).await, Ok(file), "{manner:?} {bytes}");
            assert_eq!(server.seen().await.0, "dir/my file.cfg");
        }
    }
}

/// Covers T-11, T-02.
#[tokio::test]
async fn an_image_comes_by_tftp_and_is_checked_like_any_other() {
    let server = TftpServer::start(image(&key(), 40_000), Manner::Options).await;
    assert_eq!(staged(&server.url("/i")).await, Ok("11-4-0".to_owned()));
    let server = TftpServer::start(content(5_000), Manner::Options).await;
    assert_eq!(staged(&server.url("/i")).await, Err(9018));
}

/// Covers T-13, T-11.
#[tokio::test]
async fn files_go_by_tftp() {
    for manner in [Manner::Options, Manner::Plain, Manner::Lossy] {
        for bytes in [0, 512, 1_000, 20_001] {
            let file = content(bytes);
            let server = TftpServer::start(Vec::new(), manner).await;
            let url = server.url("/up");
            assert_eq!(sent(&url, &file).await, Ok(()), "{manner:?} {bytes}");
            assert_eq!(server.seen().await, ("up".to_owned(), file));
        }
    }
}

/// Covers T-01.
#[tokio::test]
async fn a_file_that_is_missing_or_too_large_has_its_fault() {
    let server = TftpServer::start(Vec::new(), Manner::Missing).await;
    assert_eq!(fetched(&server.url("/x")).await, Err(9016));
    let server = TftpServer::start(Vec::new(), Manner::Missing).await;
    assert_eq!(sent(&server.url("/x"), b"x").await, Err(9011));
    let server = TftpServer::start(content(100_001), Manner::Options).await;
    assert_eq!(fetched(&server.url("/x")).await, Err(9018));
    let server = TftpServer::start(Vec::new(), Manner::Options).await;
    assert_eq!(fetched(&server.url("/")).await, Err(9016));
}

/// Covers T-01.
#[tokio::test]
async fn a_server_that_falls_silent_or_never_speaks_is_given_up() {
    let silent = TftpServer::start(content(20_000), Manner::FallsSilent).await;
    let nobody = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("tftp://{}/x", nobody.local_addr().expect("it is bound"));
    let (broken_off, unreachable) = tokio::join!(fetched_url(silent.url("/x")), fetched_url(url));
    assert_eq!((broken_off, unreachable), (Err(9017), Err(9015)));
}

async fn fetched_url(url: String) -> Result<Vec<u8>, u16> {
    fetched(&url).await
}
