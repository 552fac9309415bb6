//! The message trace of a device: what was said is kept for people, and no secret is in it.

use crate::command_line::{dialtone, text};
use crate::world::by_hand::Hand;
use crate::world::rest::ADMIN_PASSWORD;
use crate::world::{FACTORY_SECRET, World, eventually};
use cwmp::message::CpeResponse;
use cwmp::rpc::GetParameterValuesResponse;
use cwmp::{Event, EventCode, Fault, FaultCode};
use data_model::ParameterList;
use serde_json::{Value, json};

/// Looked for in everything that is kept.
const CANARY: &str = "canary-of-the-coal-mine";

async fn trace(world: &World, path: &str, minutes: u64) {
    let body = json!({ "minutes": minutes });
    let state = world.api.put(&format!("{path}/trace"), body).await;
    let state = state.expect("a known device");
    assert_eq!(state["until"].is_null(), minutes == 0, "{state}");
}

async fn sessions(world: &World, path: &str) -> Vec<Value> {
    world
        .api
        .all(&format!("{path}/sessions"))
        .await
        .expect("a list")
}

/// The newest session, once there are so many.
async fn kept(world: &World, path: &str, count: usize) -> Value {
    eventually(&format!("{count} sessions are kept"), || async {
        let sessions = sessions(world, path).await;
        (sessions.len() >= count).then(|| sessions[0].clone())
    })
    .await
}

/// A device by hand that is asked to set a password, reads it back, and repeats it in a fault.
async fn talk_of_secrets(world: &World, hand: &mut Hand) {
    let tasks = format!("{}/tasks", hand.path());
    let secret = |name: &str| json!([{ "name": name, "value": CANARY }]);
    for task in [
        json!({ "kind": "set_parameter_values", "values": secret("Device.X_CISCO_ATA.Line.1.Password") }),
        json!({ "kind": "get_parameter_values", "names": ["Device.X_CISCO_ATA.Line.1."] }),
    ] {
        world.api.post(&tasks, task).await.expect("a task");
    }
    hand.open().await;
    let mut answer = hand.post("").await;
    while answer.status == 200 {
        let id = answer.message().header.id.unwrap_or_default();
        let reply = if answer.text().contains("SetParameterValues") {
            let mut fault = Fault::from(FaultCode::INVALID_ARGUMENTS);
            fault.text = format!("{CANARY} is no password");
            hand.message(&id, fault)
        } else {
            let mut parameter_list = ParameterList::new();
            parameter_list.push_str("Device.X_CISCO_ATA.Line.1.Password", CANARY);
            parameter_list.push_str("Device.X_CISCO_ATA.Line.1.User_ID", "4711");
            let response = GetParameterValuesResponse { parameter_list };
            hand.message(&id, CpeResponse::from(response))
        };
        answer = hand.post(reply).await;
    }
    hand.cookie = None;
}

/// Covers U07, M06.
#[tokio::test(flavor = "multi_thread")]
async fn a_traced_session_shows_every_message_and_no_secret() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "CANARY").await;
    hand.open().await;
    hand.post("").await;
    hand.cookie = None;
    assert!(sessions(&world, &hand.path()).await.is_empty(), "it is off");
    trace(&world, &hand.path(), 10).await;
    talk_of_secrets(&world, &mut hand).await;
    let session = kept(&world, &hand.path(), 1).await;
    assert_eq!(session["outcome"], "completed");
    assert_eq!(session["events"], json!(["2 PERIODIC"]));
    assert!(session["rpcs"].as_u64() >= Some(2), "{session}");
    let id = session["id"].as_str().expect("an id");
    let path = format!("{}/sessions/{id}", hand.path());
    let shown = world.api.get(&path).await.expect("a session");
    let messages = shown["messages"].as_array().expect("messages");
    let names: Vec<&str> = messages
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert_eq!(names[..3], ["Inform", "InformResponse", "empty"]);
    assert_eq!(names.last(), Some(&"empty"));
    for name in ["SetParameterValues", "Fault", "GetParameterValuesResponse"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let text = shown.to_string();
    assert!(
        text.contains("4711") && text.contains("*** is no password"),
        "{text}"
    );
    assert!(
        !text.contains(CANARY) && !text.contains("uthorization"),
        "{text}"
    );
    // Nor is it in any file of the server but where tasks are kept, which devices get it from.
    let trail = world.api.get("/audit").await.expect("a trail").to_string();
    assert!(trail.contains("trace.on") && trail.contains("trace.read"));
    assert!(!trail.contains(CANARY));
    trace(&world, &hand.path(), 0).await;
    hand.open().await;
    hand.post("").await;
    hand.cookie = None;
    let switch = format!("{}/trace", hand.path());
    let bad = world.api.put(&switch, json!({ "minutes": 100_000 })).await;
    assert_eq!(bad.expect_err("a week is enough").status, 400);
    assert_eq!(sessions(&world, &hand.path()).await.len(), 1);
}

/// A session that broke off is told from one that was completed.
#[tokio::test(flavor = "multi_thread")]
async fn a_traced_session_tells_how_it_ended() {
    let world = World::start_with(|config, _| {
        config.cwmp.basic_without_tls = true;
        config.trace.all = true;
        config.trace.sessions = 3;
    })
    .await;
    let mut hand = Hand::registered(&world, "ENDS").await;
    let broken = "<not xml";
    hand.open().await;
    assert_eq!(hand.post(broken).await.status, 400);
    hand.cookie = None;
    hand.hang_up();
    let first = kept(&world, &hand.path(), 1).await;
    let outcome = first["outcome"].as_str().expect("text");
    assert!(outcome.contains("broken by the device"), "{outcome}");
    hand.open().await;
    hand.cookie = None;
    hand.hang_up();
    hand.open().await;
    let second = kept(&world, &hand.path(), 2).await;
    assert_eq!(second["outcome"], "superseded");
    // Only the last ones are kept.
    for _ in 0..4 {
        hand.post("").await;
        hand.cookie = None;
        hand.post(hand.inform(vec![Event::new(EventCode::Boot)]))
            .await;
    }
    eventually("the last three are left", || async {
        let sessions = sessions(&world, &hand.path()).await;
        let boots = |it: &&Value| it["events"] == json!(["1 BOOT"]);
        (sessions.len() == 3 && sessions.iter().filter(boots).count() >= 2).then_some(())
    })
    .await;
}

/// What the server saw of a real device is replayed to another one of the same build.
#[tokio::test(flavor = "multi_thread")]
async fn an_exported_session_is_a_fixture_like_those_of_the_project() {
    let world = World::start_with(|config, _| config.trace.all = true).await;
    let phone = world.phone("EXPORT").await;
    let session = kept(&world, &phone.path(), 1).await;
    let folder = world.folder.path();
    let url = format!("http://{}", world.server.api_address);
    let sign_in = [
        "sign-in",
        "--server",
        &url,
        "--password-file",
        "password",
        "--token-file",
        "token",
    ];
    std::fs::write(folder.join("password"), ADMIN_PASSWORD).expect("a file");
    assert!(dialtone(&sign_in, folder).await.status.success());
    let device = phone.identity.as_str();
    let run = async |words: &[&str]| {
        let words = [&["device"], words, &["--token-file", "token"]].concat();
        let output = dialtone(&words, folder).await;
        assert!(output.status.success(), "{words:?}: {}", text(&output));
        text(&output)
    };
    let listed = run(&["sessions", device]).await;
    assert!(
        listed.contains("0 BOOTSTRAP") && listed.contains("completed"),
        "{listed}"
    );
    let all = sessions(&world, &phone.path()).await;
    let first = all.last().expect("the oldest")["id"]
        .as_str()
        .expect("an id");
    let shown = run(&["session", device, first]).await;
    assert!(
        shown.contains("--> Inform") && shown.contains("<-- InformResponse"),
        "{shown}"
    );
    run(&["session", device, first, "--export", "session.tar"]).await;
    let mut tar = tokio::process::Command::new("tar");
    let unpacked = tar
        .args(["xf", "session.tar"])
        .current_dir(folder)
        .status()
        .await;
    assert!(unpacked.expect("there is tar").success());
    let name = format!("session-{first}");
    let story = soap_fixtures::story_in(&folder.join(&name));
    assert_eq!(story.device_type, "ata192");
    assert_eq!(story.entries[0].message.as_deref(), Some("Inform"));
    let written: Vec<u8> = story
        .entries
        .iter()
        .flat_map(|it| it.bytes.clone())
        .collect();
    let written = String::from_utf8(written).expect("text");
    assert!(written.contains("0 BOOTSTRAP") && !written.contains(FACTORY_SECRET));
    assert!(
        written.contains("***"),
        "its new password was set, and masked"
    );
    let replayed = dialtone(&["agent", "replay", &name], folder).await;
    let said = text(&replayed);
    assert!(said.contains("the device answers as it did"), "{said}");
    assert!(!session["id"].is_null());
}
