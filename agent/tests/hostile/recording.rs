//! Sessions that are recorded, loaded like the project's own fixtures, and replayed.

use crate::genie::{Genie, Guard};
use crate::server::{Agent, Server, eventually, runner};
use agent::replay::replay;
use agent::shell::tls::TlsConfig;
use soap_fixtures::{Side, story_in};
use std::path::{Path, PathBuf};

const SECRET: &str = "not-for-the-record";
const USER: &str = "nobodys-business";

/// What the ACS asks: everything that has something to hide.
fn tasks() -> Vec<String> {
    let value = |name: &str, value: &str| {
        format!(
            "<ParameterValueStruct><Name>{name}</Name><Value>{value}</Value></ParameterValueStruct>"
        )
    };
    let set = [
        value("Device.ManagementServer.ConnectionRequestUsername", USER),
        value("Device.ManagementServer.ConnectionRequestPassword", SECRET),
        value("Device.X_CISCO_ATA.Line.1.Password", SECRET),
        value("Device.X_CISCO_ATA.Line.1.User_ID", "15550100"),
    ];
    let names = [
        "Device.ManagementServer.ConnectionRequestUsername",
        "Device.ManagementServer.ConnectionRequestURL",
        "Device.X_CISCO_ATA.Line.1.User_ID",
        "Device.DeviceInfo.UpTime",
    ];
    let names = names
        .map(|name| format!("<string>{name}</string>"))
        .concat();
    vec![
        format!(
            "<cwmp:SetParameterValues><ParameterList>{}</ParameterList><ParameterKey>k</ParameterKey>\
             </cwmp:SetParameterValues>",
            set.concat()
        ),
        format!(
            "<cwmp:GetParameterValues><ParameterNames>{names}</ParameterNames></cwmp:GetParameterValues>"
        ),
        format!(
            "<cwmp:Download><CommandKey>d</CommandKey><FileType>9 None</FileType>\
             <URL>http://{USER}:{SECRET}@192.0.2.1/image?signature={SECRET}</URL><Username>{USER}</Username>\
             <Password>{SECRET}</Password><FileSize>0</FileSize><TargetFileName/><DelaySeconds>0</DelaySeconds>\
             <SuccessURL/><FailureURL/></cwmp:Download>"
        ),
    ]
}

/// Records one session behind this guard; gives its folder.
async fn recorded(folder: &Path, guard: Guard) -> PathBuf {
    let (mut genie, _log) = Genie::new(guard, tasks());
    let server = Server::start(move |post| genie.answer(post)).await;
    let mut config = runner(&format!("http://{}/", server.address), TlsConfig::default());
    config.record = Some(folder.to_owned());
    let agent = Agent::run(config).await;
    agent.has_succeeded().await;
    let first = folder.join("0001");
    eventually("the session is written", || async {
        first.is_dir().then_some(())
    })
    .await;
    first
}

/// Covers P-04.
#[tokio::test]
async fn a_recorded_session_loads_like_one_of_the_fixtures() {
    let folder = tempfile::tempdir().expect("a folder");
    // The challenge and the Inform before it are no part of the session.
    let session = recorded(folder.path(), Guard::Digest).await;
    let story = story_in(&session);
    assert_eq!(story.device_type, "ata192");
    assert!(
        story.sentence.contains("0 BOOTSTRAP, 1 BOOT"),
        "{}",
        story.sentence
    );
    let names: Vec<&str> = story
        .entries
        .iter()
        .map(|entry| entry.message.as_deref().unwrap_or(""))
        .collect();
    let expected = [
        "Inform",
        "InformResponse",
        "",
        "SetParameterValues",
        "SetParameterValuesResponse",
        "GetParameterValues",
        "GetParameterValuesResponse",
        "Download",
        "Fault",
        "",
    ];
    assert_eq!(names, expected);
    assert!(story.entries[0].opens_session && story.entries[0].from == Side::Cpe);
    for entry in &story.entries {
        let by_turns = if entry.number % 2 == 1 {
            Side::Cpe
        } else {
            Side::Acs
        };
        assert_eq!(entry.from, by_turns);
    }
}

/// Covers M06.
#[tokio::test]
async fn nothing_recorded_holds_a_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = recorded(folder.path(), Guard::Digest).await;
    let mut placeholders = 0;
    for file in std::fs::read_dir(session).expect("a folder") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        for secret in [
            SECRET,
            USER,
            crate::server::PASSWORD,
            "Digest",
            "Authorization",
        ] {
            assert!(
                !text.contains(secret),
                "{} holds {secret}: {text}",
                path.display()
            );
        }
        placeholders +=
            text.matches("example-secret").count() + text.matches("example-user").count();
    }
    assert_eq!(
        placeholders, 6,
        "what was hidden can be seen to have been there"
    );
}

/// Covers P-04.
#[tokio::test]
async fn a_replay_finds_nothing_but_what_has_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = recorded(folder.path(), Guard::Nobody).await;
    assert_eq!(replay(&session).expect("a recording"), []);
    let response = session.join("07-cpe-GetParameterValuesResponse.xml");
    let text = std::fs::read_to_string(&response).expect("text");
    std::fs::write(&response, text.replace(">15550100<", ">15550199<")).expect("a file");
    let found: Vec<String> = replay(&session)
        .expect("a recording")
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        ["07: Device.X_CISCO_ATA.Line.1.User_ID is `15550100`, it was `15550199`"]
    );
    std::fs::rename(&response, session.join("07-cpe-GetRPCMethodsResponse.xml")).expect("a file");
    let found = replay(&session).expect("a recording");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0].to_string(),
        "07: GetParameterValuesResponse where it was GetRPCMethodsResponse"
    );
}

#[test]
fn a_folder_without_a_session_says_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = replay(folder.path()).expect_err("there is nothing");
    assert!(error.to_string().contains("story.toml"), "{error}");
}

#[tokio::test]
async fn a_session_that_fails_is_recorded_as_far_as_it_went() {
    let folder = tempfile::tempdir().expect("a folder");
    let garbled = "<soap-env:Envelope><not-closed>";
    let server = Server::start(move |_| crate::server::Reply::new("200 OK", "", garbled)).await;
    let mut config = runner(&format!("http://{}/", server.address), TlsConfig::default());
    config.record = Some(folder.path().to_owned());
    let agent = Agent::run(config).await;
    agent.has_failed(1).await;
    let first = folder.path().join("0001");
    eventually("the session is written", || async {
        first.is_dir().then_some(())
    })
    .await;
    let story = story_in(&first);
    assert!(
        story.end.holds[0].contains("failed"),
        "{:?}",
        story.end.holds
    );
    assert_eq!(story.entries[1].message.as_deref(), Some("unreadable"));
    // What cannot be read may hold anything.
    assert!(!String::from_utf8_lossy(&story.entries[1].bytes).contains("not-closed"));
}

/// Covers M06.
#[test]
fn a_change_of_modules_is_recorded_without_what_opens_the_file_server() {
    use cwmp::rpc::{ChangeDUState, InstallOperation, Operation, UpdateOperation};
    let link = "https://user:url-secret@files.example.net/m.pkg?signature=url-secret";
    let install = InstallOperation {
        url: link.into(),
        username: Some("file-user".into()),
        password: Some("file-secret".into()),
        ..InstallOperation::default()
    };
    let update = UpdateOperation {
        url: Some(link.into()),
        password: Some("file-secret".into()),
        ..UpdateOperation::default()
    };
    let change = ChangeDUState {
        operations: vec![Operation::Install(install), Operation::Update(update)],
        command_key: None,
    };
    let body = cwmp::FromAcs::from(cwmp::AcsRequest::from(change));
    let header = cwmp::Header::with_id("1");
    let message = cwmp::envelope::write(cwmp::Namespace::Cwmp12, &header, &body);
    let product = agent::device::Product::load("ata192").expect("it is in the catalogue");
    let kept = agent::shell::redact::from_acs(&product, message.as_bytes());
    assert_eq!(kept.name, "ChangeDUState");
    let text = String::from_utf8(kept.bytes).expect("text");
    assert!(text.contains("https://files.example.net/m.pkg<"), "{text}");
    assert_eq!(text.matches("example-secret").count(), 2, "{text}");
    for secret in ["file-user", "file-secret", "url-secret"] {
        assert!(!text.contains(secret), "{text}");
    }
}
