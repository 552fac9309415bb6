//! ACSs that mean harm, where the bytes on the line matter.

use crate::genie::{Genie, Guard};
use crate::server::{Agent, Post, Reply, Server};
use std::fmt::Write as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const HOLD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n";

/// Does this to the first request, and is a good ACS from then on; the device must fail once and then get through.
async fn survives(reply: Reply) -> Vec<Post> {
    let (mut genie, log) = Genie::new(Guard::Nobody, []);
    let mut harm = Some(reply);
    let server = Server::start(move |post| match harm.take() {
        Some(reply) => reply,
        None => genie.answer(post),
    })
    .await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_failed(1).await;
    agent.has_succeeded().await;
    assert!(log.lock().expect("a log").is_empty());
    let posts = server.posts();
    let events = |post: &Post| post.body.contains("0 BOOTSTRAP") && post.body.contains("1 BOOT");
    assert!(
        events(&posts[0]) && posts.iter().skip(1).any(events),
        "nothing is lost"
    );
    posts
}

/// Asks a device this; gives its answer.
async fn asked(task: String) -> (Agent, Post) {
    let (mut genie, log) = Genie::new(Guard::Nobody, [task]);
    let server = Server::start(move |post| genie.answer(post)).await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_succeeded().await;
    assert!(log.lock().expect("a log").is_empty());
    let answer = server.posts().remove(2);
    (agent, answer)
}

/// Covers H08.
#[tokio::test]
async fn a_body_that_never_ends_is_cut_off_at_the_limit() {
    let head = format!("{HOLD}Transfer-Encoding: chunked\r\n\r\n");
    survives(Reply::Endless(
        head.into_bytes(),
        b"10\r\n<!-- endless -->\r\n",
    ))
    .await;
}

/// Covers H08.
#[tokio::test]
async fn a_body_announced_as_far_too_long_is_not_waited_for() {
    let head = format!("{HOLD}Content-Length: 999999999999\r\n\r\n");
    survives(Reply::Endless(
        head.into_bytes(),
        b"<a>0123456789abcdef0123456789abcdef</a>",
    ))
    .await;
}

/// Covers H12.
#[tokio::test]
async fn an_acs_that_speaks_something_else_than_http_is_a_failed_session() {
    survives(Reply::Last(b"220 mail.example.net ESMTP\r\n".to_vec())).await;
    survives(Reply::Last(b"\x16\x03\x01\x02\x00\x01\x00".to_vec())).await;
    survives(Reply::Endless(Vec::new(), b"SSH-2.0-OpenSSH_9.9\r\n")).await;
}

/// Covers X06.
#[tokio::test]
async fn elements_within_elements_without_end_are_refused() {
    let deep = format!("<?xml version=\"1.0\"?>{}", "<a>".repeat(100_000));
    survives(Reply::new("200 OK", "Content-Type: text/xml\r\n", &deep)).await;
}

/// Covers X03.
#[tokio::test]
async fn a_doctype_is_refused_before_anything_is_expanded() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>";
    survives(Reply::new("200 OK", "Content-Type: text/xml\r\n", bomb)).await;
}

/// Covers H-16.
#[tokio::test]
async fn a_server_that_redirects_to_itself_for_ever_is_given_up_after_five() {
    let mut redirects = 0;
    let (mut genie, _log) = Genie::new(Guard::Nobody, []);
    let server = Server::start(move |post| {
        redirects += 1;
        match redirects {
            1..=6 => Reply::new("302 Found", "Location: /again\r\n", ""),
            _ => genie.answer(post),
        }
    })
    .await;
    let agent = Agent::start(&format!("http://{}/start", server.address)).await;
    agent.has_failed(1).await;
    agent.has_succeeded().await;
    let posts = server.posts();
    let paths: Vec<&str> = posts
        .iter()
        .filter_map(|post| post.head.split(' ').nth(1))
        .collect();
    assert_eq!(
        paths[..6],
        ["/start", "/again", "/again", "/again", "/again", "/again"]
    );
    assert_eq!(
        paths[6], "/start",
        "the next session begins where it was told to"
    );
}

/// Covers H-10, W-30.
#[tokio::test]
async fn a_server_that_closes_after_every_answer_gets_a_connection_for_each() {
    let (mut genie, log) = Genie::new(Guard::Nobody, ["<cwmp:GetRPCMethods/>".to_owned()]);
    let server = Server::start(move |post| {
        // To the server behind this one it is all one line.
        let post = Post {
            connection: 0,
            ..post.clone()
        };
        let (Reply::Bytes(bytes) | Reply::Last(bytes)) = genie.answer(&post) else {
            return Reply::Last(Vec::new());
        };
        let text =
            String::from_utf8_lossy(&bytes).replace("Connection: keep-alive", "connection: close");
        Reply::Last(text.replacen("HTTP/1.1", "HTTP/1.0", 1).into_bytes())
    })
    .await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_succeeded().await;
    assert!(log.lock().expect("a log").is_empty());
    let connections: Vec<usize> = server.posts().iter().map(|post| post.connection).collect();
    assert_eq!(connections, [0, 1, 2]);
    assert!(server.posts()[2].body.contains("GetRPCMethodsResponse"));
}

/// Covers W-16.
#[tokio::test]
async fn the_content_type_of_the_acs_makes_no_difference() {
    for ty in [
        "Content-Type: text/html\r\n",
        "Content-Type: application/soap+xml\r\n",
        "",
    ] {
        let (mut genie, _log) = Genie::new(Guard::Nobody, ["<cwmp:GetRPCMethods/>".to_owned()]);
        let server = Server::start(move |post| match genie.answer(post) {
            Reply::Bytes(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Reply::Bytes(
                    text.replace("Content-Type: text/xml; charset=\"utf-8\"\r\n", ty)
                        .into_bytes(),
                )
            }
            other => other,
        })
        .await;
        let agent = Agent::start(&format!("http://{}/", server.address)).await;
        agent.has_succeeded().await;
        assert!(
            server.posts()[2].body.contains("GetRPCMethodsResponse"),
            "{ty}"
        );
    }
}

/// Covers M01.
#[tokio::test]
async fn shell_fragments_are_text_like_any_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("started");
    let fragment = format!(
        "`touch {0}`; $(touch {0}) | touch {0} &amp; \n touch {0}",
        mark.display()
    );
    let code = "Device.X_CISCO_ATA.Line.1.MOH_Server";
    let task = format!(
        "<cwmp:SetParameterValues><ParameterList><ParameterValueStruct><Name>{code}</Name><Value>{fragment}</Value>\
         </ParameterValueStruct></ParameterList><ParameterKey>$(reboot)</ParameterKey></cwmp:SetParameterValues>"
    );
    let (agent, answer) = asked(task).await;
    assert_eq!(answer.element("Status"), Some("0"), "{}", answer.body);
    let kept = agent.knows(code).await;
    assert_eq!(kept, Some(fragment.replace("&amp;", "&")));
    assert!(!mark.exists());
}

/// Covers M02, M09.
#[tokio::test]
async fn a_hundred_thousand_values_in_one_call_change_nothing() {
    let mut list = String::new();
    for number in 0..100_000 {
        let _ = write!(list, "<a><Name>x{number}</Name><Value/></a>");
    }
    let set = "<cwmp:SetParameterValues><ParameterList><many/></ParameterList><ParameterKey>many</ParameterKey>\
               </cwmp:SetParameterValues>";
    let (mut genie, _log) = Genie::new(Guard::Nobody, [set.to_owned()]);
    let server = Server::start(move |post| match genie.answer(post) {
        Reply::Bytes(bytes) if bytes.windows(7).any(|seven| seven == b"<many/>") => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let (_, body) = text.split_once("\r\n\r\n").unwrap_or_default();
            let body = body.replace("<many/>", &list);
            Reply::new("200 OK", "Content-Type: text/xml\r\n", &body)
        }
        other => other,
    })
    .await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_failed(1).await;
    let key = agent.knows("Device.ManagementServer.ParameterKey").await;
    assert_eq!(key.as_deref(), Some(""));
}

/// Covers M03, H08.
#[tokio::test]
async fn a_file_without_end_ends_as_a_failed_transfer() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let files =
        Server::start(move |_| Reply::Endless(head.clone(), b"10\r\n0123456789abcdef\r\n")).await;
    let task = format!(
        "<cwmp:Download><CommandKey>endless</CommandKey><FileType>1 Firmware Upgrade Image</FileType>\
         <URL>http://{}/endless</URL><Username/><Password/><FileSize>0</FileSize><TargetFileName/>\
         <DelaySeconds>0</DelaySeconds><SuccessURL/><FailureURL/></cwmp:Download>",
        files.address
    );
    let (mut genie, _log) = Genie::new(Guard::Nobody, [task]);
    let server = Server::start(move |post| genie.answer(post)).await;
    let _agent = Agent::start(&format!("http://{}/", server.address)).await;
    let report = |posts: &[Post]| {
        let report = posts
            .iter()
            .find(|post| post.body.contains("<cwmp:TransferComplete>"));
        report.cloned()
    };
    let report = server.until("the transfer is reported", report).await;
    assert_eq!(report.element("FaultCode"), Some("9018"), "{}", report.body);
}

/// Covers H14.
#[tokio::test]
async fn a_caller_that_asks_to_go_on_and_then_sends_nothing_is_dropped() {
    let (mut genie, _log) = Genie::new(Guard::Nobody, []);
    let server = Server::start(move |post| genie.answer(post)).await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_succeeded().await;
    let listening = agent.handle.listening.expect("the agent listens");
    let mut stream = TcpStream::connect(listening).await.expect("it listens");
    let request =
        "POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n";
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut answer = Vec::new();
    let closed =
        tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer)).await;
    assert!(closed.is_ok(), "it waits for ever");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

/// Covers H12, H13.
#[tokio::test]
async fn strange_bytes_at_the_connection_request_port_end_in_nothing() {
    let (mut genie, _log) = Genie::new(Guard::Nobody, []);
    let server = Server::start(move |post| genie.answer(post)).await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_succeeded().await;
    let listening = agent.handle.listening.expect("the agent listens");
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    let strange: [&[u8]; 4] = [
        b"\x16\x03\x01\x02\x00",
        b"SSH-2.0-x\r\n\r\n",
        long.as_bytes(),
        b"\0\0\0\0\r\n\r\n",
    ];
    for bytes in strange {
        let mut stream = TcpStream::connect(listening).await.expect("it listens");
        // It may close before it has read all of it.
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    assert_eq!(server.posts().len(), 2, "and no session follows");
}
