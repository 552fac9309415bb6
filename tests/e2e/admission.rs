//! Devices nobody knows: taken in, kept apart or refused by rules and by an external check that may be away.

use crate::world::by_hand::{Answer, Hand};
use crate::world::{Authority, Phone, World, eventually};
use acs::config::admission::{AdmissionConfig, Decision, HookConfig, RuleConfig};
use acs::config::{EnrolmentMode, TlsConfig};
use acs::tls::{Clients, acceptor};
use cwmp::{Event, EventCode};
use data_model::Secret;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn rule(networks: &[&str], then: Decision) -> RuleConfig {
    RuleConfig {
        networks: networks
            .iter()
            .map(|network| (*network).to_owned())
            .collect(),
        proof: None,
        oui: Vec::new(),
        product_class: Vec::new(),
        then,
    }
}

/// A server with these rules that takes in whoever the rules let in.
async fn world(admission: AdmissionConfig) -> World {
    World::start_with(|config, _| {
        config.admission = admission;
        config.enrolment.mode = EnrolmentMode::Open;
        config.cwmp.basic_without_tls = true;
    })
    .await
}

async fn informs(hand: &mut Hand) -> Answer {
    hand.cookie = None;
    let inform = hand.inform(vec![Event::new(EventCode::Boot)]);
    hand.post(inform).await
}

/// Opens a session and lets the server speak; gives its first word.
async fn session(hand: &mut Hand) -> Answer {
    let answer = informs(hand).await;
    assert!(
        answer.text().contains("InformResponse"),
        "{}",
        answer.text()
    );
    hand.post("").await
}

async fn apart(world: &World) -> Vec<Value> {
    let list = world.api.get("/quarantine").await.expect("a list");
    list["items"].as_array().expect("a list").clone()
}

/// A real device from the factory, which is not asked a thing before somebody has had a look at it.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_device_waits_in_quarantine_until_it_is_admitted() {
    let world =
        World::start_with(|config, _| config.admission.unknown = Decision::Quarantine).await;
    let profile = json!({ "values": [
        { "name": "~.DeviceInfo.ProvisioningCode", "value": "welcome" },
    ] });
    world
        .api
        .put("/profiles/p", profile)
        .await
        .expect("a good profile");
    let mut config = world.agent_config("ata192", "UNKNOWN1");
    let interval = "Device.ManagementServer.PeriodicInformInterval";
    config.parameters.insert(interval.into(), "1".into());
    let phone = Phone::start(config).await;
    eventually("it comes, and comes again", || async {
        let device = world.api.get(&phone.path()).await.ok()?;
        (device["informs"].as_u64() >= Some(2)).then_some(())
    })
    .await;
    let apart_of = apart(&world).await;
    assert_eq!(
        apart_of[0]["identity"],
        phone.identity.as_str(),
        "{apart_of:?}"
    );
    assert_eq!(apart_of[0]["reason"], "unknown");
    for rpc in ["SetParameterValues", "GetParameterValues"] {
        let line = format!("dialtone_rpcs_total{{name=\"{rpc}\"}}");
        assert_eq!(world.metric(&line).await, 0.0, "{rpc}");
    }
    let admit = format!("{}/admit", phone.path());
    world
        .api
        .post(&admit, json!({}))
        .await
        .expect("it is kept apart");
    phone
        .reaches("DeviceInfo.ProvisioningCode", "welcome")
        .await;
    world.enrolled(&phone).await;
    assert!(apart(&world).await.is_empty());
    let again = world.api.post(&admit, json!({})).await;
    assert_eq!(again.expect_err("it is in").status, 404);
    let audit = world
        .api
        .get("/audit")
        .await
        .expect("the trail")
        .to_string();
    assert!(
        audit.contains("device.quarantine") && audit.contains("device.admit"),
        "{audit}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_decide_by_where_a_device_comes_from_and_known_ones_are_left_alone() {
    let world = world(AdmissionConfig {
        unknown: Decision::Refuse,
        rules: vec![rule(&["192.0.2.0/24"], Decision::Enrol)],
        hook: None,
    })
    .await;
    let mut stranger = Hand::unregistered(&world, "STRANGE");
    let refused = informs(&mut stranger).await;
    assert!(
        refused.text().contains("<FaultCode>8001<"),
        "{}",
        refused.text()
    );
    assert!(
        world.api.get(&stranger.path()).await.is_err(),
        "nothing is kept of it"
    );
    let mut known = Hand::registered(&world, "KNOWN").await;
    let answer = session(&mut known).await;
    assert!([200, 204].contains(&answer.status), "{}", answer.text());
    let binding = json!({ "account": "4711" });
    let path = "/bindings/serial/AWAITED";
    world.api.put(path, binding).await.expect("a good binding");
    let mut awaited = Hand::unregistered(&world, "AWAITED");
    let answer = session(&mut awaited).await;
    assert!(
        answer.text().contains("SetParameterValues"),
        "it is given credentials"
    );
}

/// An operator keeps a device apart that is known, at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_known_device_can_be_kept_apart_and_let_in_again() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "STOLEN").await;
    let path = format!("{}/tasks", hand.path());
    let task = json!({ "kind": "reboot" });
    world.api.post(&path, task).await.expect("a task");
    let keep = format!("{}/quarantine", hand.path());
    let why = json!({ "why": "reported stolen" });
    world.api.post(&keep, why).await.expect("it is known");
    let answer = session(&mut hand).await;
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (204, ""),
        "a polite empty session"
    );
    assert_eq!(apart(&world).await[0]["why"], "reported stolen");
    let stands = world.api.get(&keep).await.expect("how it stands");
    assert_eq!(stands["apart"]["why"], "reported stolen", "{stands}");
    let admit = format!("{}/admit", hand.path());
    world
        .api
        .post(&admit, json!({}))
        .await
        .expect("it is kept apart");
    let stands = world.api.get(&keep).await.expect("how it stands");
    assert_eq!(stands["apart"], json!(null), "{stands}");
    let answer = session(&mut hand).await;
    assert!(answer.text().contains("Reboot"), "{}", answer.text());
}

/// Somebody else's server that says what becomes of devices: what it was asked, and what it answers.
struct Posture {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    says: Arc<Mutex<&'static str>>,
}

/// A server with a hook to it; without an answer the fall-back is quarantine.
async fn hooked() -> (World, Posture) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let posture = Posture {
        address,
        asked: Arc::default(),
        says: Arc::new(Mutex::new("")),
    };
    let (asked, says) = (Arc::clone(&posture.asked), Arc::clone(&posture.says));
    let world = World::start_with(|config, folder| {
        let authority = Authority::new(folder, "posture");
        let (certificate_file, key_file) = authority.certificate("127.0.0.1");
        let tls = TlsConfig {
            certificate_file,
            key_file,
            client_ca_file: None,
        };
        tokio::spawn(serve(listener, tls, asked, says));
        config.cwmp.basic_without_tls = true;
        config.enrolment.mode = EnrolmentMode::Open;
        config.outbound.allow = vec!["127.0.0.1".into()];
        config.outbound.ca_file = Some(authority.ca());
        config.admission.unknown = Decision::Ask;
        config.admission.hook = Some(HookConfig {
            url: format!("https://{}/posture", posture.address),
            timeout_ms: 500,
            when_away: Decision::Quarantine,
            token: Secret::new("hook-token"),
        });
    })
    .await;
    (world, posture)
}

/// Answers every request with what is to be said; with nothing at all if that is empty.
async fn serve(
    listener: TcpListener,
    tls: TlsConfig,
    asked: Arc<Mutex<Vec<String>>>,
    says: Arc<Mutex<&'static str>>,
) {
    let acceptor = acceptor(&tls, Clients::May).expect("good files");
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut stream) = acceptor.accept(stream).await else {
            continue;
        };
        let mut text = String::new();
        while !text.ends_with('}') {
            let mut bytes = [0; 4096];
            match stream.read(&mut bytes).await {
                Ok(0) | Err(_) => break,
                Ok(read) => text.push_str(&String::from_utf8_lossy(&bytes[..read])),
            }
        }
        asked.lock().expect("no test panics with it").push(text);
        let says = *says.lock().expect("no test panics with it");
        let _ = stream.write_all(says.as_bytes()).await;
        if says.is_empty() {
            // It is there, and says nothing: until the other side gives up.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        let _ = stream.shutdown().await;
    }
}

macro_rules! answer {
    ($status:literal, $body:literal) => {
        concat!(
            "HTTP/1.1 ",
            $status,
            "\r\nConnection: close\r\nLocation: https://127.0.0.1:1/\r\n\r\n",
            $body
        )
    };
}

impl Posture {
    fn will_say(&self, answer: &'static str) {
        *self.says.lock().expect("no test panics with it") = answer;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_lets_devices_in_keeps_them_apart_and_refuses_them() {
    let (world, posture) = hooked().await;
    posture.will_say(answer!("200 OK", "{\"decision\": \"enrol\"}"));
    let mut hand = Hand::unregistered(&world, "HOOK1");
    let answer = session(&mut hand).await;
    assert!(
        answer.text().contains("SetParameterValues"),
        "it is given credentials"
    );
    let question = posture
        .asked
        .lock()
        .expect("no test panics with it")
        .join("\n");
    for part in [
        "POST /posture HTTP/1.1",
        "uthorization: Bearer hook-token",
        "\"identity\":\"00562B-ATA192-HOOK1\"",
        "\"address\":\"127.0.0.1\"",
        "\"proof\":\"nothing\"",
        "\"events\":[\"1 BOOT\"]",
    ] {
        assert!(question.contains(part), "{part}: {question}");
    }
    posture.will_say(answer!(
        "200 OK",
        "{\"decision\": \"refuse\", \"why\": \"old firmware\"}"
    ));
    let mut hand = Hand::unregistered(&world, "HOOK2");
    let refused = informs(&mut hand).await;
    assert!(
        refused.text().contains("<FaultCode>8001<"),
        "{}",
        refused.text()
    );
    assert!(world.api.get(&hand.path()).await.is_err());
    posture.will_say(answer!(
        "200 OK",
        "{\"decision\": \"quarantine\", \"why\": \"to be looked at\"}"
    ));
    let mut hand = Hand::unregistered(&world, "HOOK3");
    assert_eq!(session(&mut hand).await.status, 204);
    let apart = apart(&world).await;
    assert_eq!(apart[0]["why"], "by the hook: to be looked at", "{apart:?}");
    // Who is known is asked about no more.
    let asked = posture.asked.lock().expect("no test panics with it").len();
    let mut hand = Hand::unregistered(&world, "HOOK3");
    assert_eq!(session(&mut hand).await.status, 204);
    assert_eq!(
        posture.asked.lock().expect("no test panics with it").len(),
        asked
    );
}

/// Covers U05.
#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_is_away_or_talks_nonsense_gives_the_stated_fall_back() {
    let (world, posture) = hooked().await;
    let endless: &'static str = Box::leak(
        format!(
            "{}{}",
            answer!("200 OK", "{\"decision\": \""),
            "x".repeat(100_000)
        )
        .into_boxed_str(),
    );
    for (number, answer) in [
        "",
        answer!("500 Internal Server Error", "{\"decision\": \"enrol\"}"),
        answer!("302 Found", "{\"decision\": \"enrol\"}"),
        answer!("200 OK", "{\"decision\": \"ask\"}"),
        answer!("200 OK", "{\"decision\": \"sideways\"}"),
        answer!("200 OK", "<html>"),
        endless,
    ]
    .into_iter()
    .enumerate()
    {
        posture.will_say(answer);
        let mut hand = Hand::unregistered(&world, &format!("AWAY{number}"));
        assert_eq!(session(&mut hand).await.status, 204, "case {number}");
    }
    let apart = apart(&world).await;
    assert_eq!(apart.len(), 7);
    for device in apart {
        let why = device["why"].as_str().expect("a text");
        assert!(why.starts_with("the hook is away: "), "{why}");
    }
}
