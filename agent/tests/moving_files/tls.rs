//! Files over https: the file server has to show the certificate its URL asks for, before a word is said.

use crate::authority::{Authority, trusting};
use crate::file_server::{FileServer, answer, cut_off};
use crate::{content, image, key, moved_trusting, package};
use agent::device::io::{FileContent, Provision, TransferOutcome, TransferWork, Verb};
use agent::firmware::SlotName;
use data_model::device_type::UnsignedFirmware;
use rustls::ServerConfig;

const KINDS: [fn() -> TransferWork; 5] = [
    || TransferWork::Image(SlotName::B, UnsignedFirmware::Refuse),
    || TransferWork::Fetch(100_000),
    || TransferWork::Package(100_000),
    || TransferWork::Send(FileContent(b"log".to_vec())),
    || {
        TransferWork::Provision(Box::new(Provision {
            verb: Verb::Get,
            limit_bytes: 100_000,
        }))
    },
];

/// What becomes of a transfer of this kind, by a device that trusts `authority`, with a server of this set-up under
/// this host.
async fn moved(
    authority: &Authority,
    config: ServerConfig,
    host: &str,
    work: TransferWork,
) -> (TransferOutcome, usize) {
    let file = match &work {
        TransferWork::Image(..) => image(&key(), 20_000),
        TransferWork::Fetch(_) | TransferWork::Provision(_) => content(20_000),
        TransferWork::Package(_) => package(&key(), 20_000),
        TransferWork::Send(_) => Vec::new(),
    };
    let answer = match &work {
        TransferWork::Image(..)
        | TransferWork::Fetch(_)
        | TransferWork::Provision(_)
        | TransferWork::Package(_) => cut_off("", &file, file.len()),
        TransferWork::Send(_) => answer("201 Created", "Content-Length: 0\r\n", b""),
    };
    let server = FileServer::over_tls(config, answer).await;
    let url = format!("https://{host}:{}/file", server.address.port());
    let outcome = moved_trusting(&trusting(authority), &url, work).await;
    (outcome, server.requests().len())
}

/// Covers A-14, T-11, A-01.
#[tokio::test]
async fn a_file_is_moved_over_tls_if_the_certificate_is_for_the_server_of_the_url() {
    let authority = Authority::new();
    for host in ["localhost", "127.0.0.1"] {
        for kind in KINDS {
            let config = authority.server(host, None);
            let (outcome, requests) = moved(&authority, config, host, kind()).await;
            match outcome {
                TransferOutcome::Staged(header) => assert_eq!(header.version, "11-4-0"),
                TransferOutcome::Fetched(FileContent(bytes))
                | TransferOutcome::Coded(FileContent(bytes)) => assert_eq!(bytes, content(20_000)),
                TransferOutcome::Package(header) => assert_eq!(header.version, "1.2.0"),
                TransferOutcome::Sent => {}
                TransferOutcome::Answered(status) => panic!("{host}: {status}"),
                TransferOutcome::Failed(fault) => panic!("{host}: {fault}"),
            }
            assert_eq!(requests, 1);
        }
    }
}

///
#[tokio::test]
async fn a_file_server_that_is_not_who_the_url_says_is_not_asked() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let expired = Some((2010, 2020));
    let cases = [
        ("another name", authority.server("files.example.net", None)),
        ("an address for a name", authority.server("127.0.0.1", None)),
        ("another authority", stranger.server("localhost", None)),
        ("expired", authority.server("localhost", expired)),
        ("not yet", authority.server("localhost", Some((3000, 3010)))),
    ];
    for (why, config) in cases {
        for kind in KINDS {
            let (outcome, requests) = moved(&authority, config.clone(), "localhost", kind()).await;
            let TransferOutcome::Failed(fault) = outcome else {
                panic!("{why}: {outcome:?}");
            };
            assert_eq!(fault.code.number(), 9015, "{why}: {fault}");
            assert!(fault.text.contains("certificate"), "{why}: {fault}");
            // Neither the path nor a password has left the device.
            assert_eq!(requests, 0, "{why}");
        }
    }
}
