//! How devices stand, as an operator sees it.

use crate::world::by_hand::Hand;
use crate::world::{Phone, World, eventually};
use cwmp::{Event, EventCode};
use serde_json::{Value, json};

async fn reaches(world: &World, path: &str, state: &str) -> Value {
    let path = format!("{path}/health");
    eventually(&format!("the device is {state}"), || async {
        let health = world.api.get(&path).await.ok()?;
        (health["state"] == state && !health["since"].is_null()).then_some(health)
    })
    .await
}

/// Covers G-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_measurement_that_loses_too_much_makes_a_device_critical_until_a_better_one() {
    let world = World::start().await;
    let mut config = world.agent_config("ata192", "LOSSY");
    // Tests of the voice lines have their own place: these are not registered anywhere.
    let disabled = "Device.Services.VoiceService.1.VoiceProfile";
    for profile in [1, 2] {
        let name = format!("{disabled}.{profile}.Line.1.Enable");
        config.parameters.insert(name, "Disabled".into());
    }
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
    reaches(&world, &phone.path(), "ok").await;
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let port = silent.local_addr().expect("it is bound").port();
    let measure = async |host: &str, kind: &str| {
        let mut arguments = json!({ "host": host, "repetitions": 2, "timeout_ms": 100 });
        if kind == "udp_echo" {
            arguments["port"] = json!(port);
        }
        let body = json!({ "kind": kind, "arguments": arguments });
        let path = format!("{}/diagnostics", phone.path());
        world.api.post(&path, body).await.expect("a measurement");
    };
    measure("127.0.0.1", "udp_echo").await;
    let health = reaches(&world, &phone.path(), "critical").await;
    assert_eq!(health["reasons"][0]["reason"], "high_loss", "{health}");
    let detail = health["reasons"][0]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("udp_echo lost 100 percent"), "{health}");
    let summary = world.api.get("/health/summary").await.expect("counts");
    assert_eq!(summary["states"]["critical"], 1, "{summary}");
    assert_eq!(summary["reasons"]["high_loss"], 1, "{summary}");
    let listed = world
        .api
        .get("/health?reason=high_loss&state=critical")
        .await;
    assert_eq!(
        listed.expect("a list")["items"][0]["device"],
        health["device"]
    );
    drop(silent);
    // Somebody answers there from here on.
    let echo = tokio::net::UdpSocket::bind(("127.0.0.1", port))
        .await
        .expect("the same port");
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = echo.recv_from(&mut buffer).await {
            let _ = echo.send_to(&buffer[..length], from).await;
        }
    });
    measure("127.0.0.1", "udp_echo").await;
    let health = reaches(&world, &phone.path(), "ok").await;
    assert_eq!(health["reasons"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_registration_and_an_overdue_inform_come_up_and_go() {
    let world = World::start_with(|config, _| {
        config.cwmp.basic_without_tls = true;
        config.enrolment.rotate_credentials = false;
        config.health.missed_informs = 1;
    })
    .await;
    let mut hand = Hand::registered(&world, "LINES").await;
    let status = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";
    let comes = async |hand: &mut Hand, value: &str| {
        let inform = hand.inform(vec![Event::new(EventCode::ValueChange)]);
        // The status stands where the hardware version did.
        let inform = inform
            .replace("Device.DeviceInfo.HardwareVersion", status)
            .replace(">4</Value>", &format!(">{value}</Value>"));
        assert!(inform.contains(value), "{inform}");
        assert_eq!(hand.post(inform).await.status, 200);
        hand.post("").await;
    };
    comes(&mut hand, "Up").await;
    reaches(&world, &hand.path(), "ok").await;
    comes(&mut hand, "Error").await;
    let health = reaches(&world, &hand.path(), "critical").await;
    assert_eq!(
        health["reasons"][0]["reason"], "registration_lost",
        "{health}"
    );
    comes(&mut hand, "Up").await;
    reaches(&world, &hand.path(), "ok").await;
}
