//! Connection requests: the operator calls, strangers do not.

use crate::world::by_hand::{Hand, read_answer};
use crate::world::{World, eventually};
use serde_json::json;
use std::net::SocketAddr;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// Covers C-01, C-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_called_device_comes() {
    let world = World::start().await;
    let phone = world.phone("CALLED").await;
    let before = world.device(&phone).await["informs"].as_u64();
    let called = world
        .api
        .post(&format!("{}/call", phone.path()), json!({}))
        .await
        .expect("a call");
    assert_eq!(called["outcome"], "accepted", "{called}");
    eventually("the device comes", || async {
        (world.api.get(&phone.path()).await.ok()?["informs"].as_u64() > before).then_some(())
    })
    .await;
}

/// Covers C-09.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_calls_is_turned_away_and_nothing_happens() {
    let world = World::start().await;
    let phone = world.phone("STRANGE").await;
    let url = world.device(&phone).await["connection_request_url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let rest = url.strip_prefix("http://").expect("http");
    let (host, path) = rest.split_once('/').expect("a path");
    let address: SocketAddr = host.parse().expect("an address");
    let before = world.device(&phone).await["informs"].clone();
    let basic = "Authorization: Basic ZGlhbHRvbmU6Z3Vlc3M=\r\n";
    for (path, headers, status) in [(path, "", 401), (path, basic, 401), ("guess", "", 404)] {
        let mut stream = TcpStream::connect(address)
            .await
            .expect("the device listens");
        let request =
            format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
        stream
            .write_all(request.as_bytes())
            .await
            .expect("the device reads");
        let answer = read_answer(&mut stream).await.expect("the device answers");
        assert_eq!(answer.status, status, "{path} {headers}");
    }
    assert!(phone.is_idle().await);
    assert_eq!(world.device(&phone).await["informs"], before);
}

/// Covers C07.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_cannot_make_the_server_call_somebody_else() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "POINTER").await;
    let inform = hand.inform(vec![cwmp::Event::new(cwmp::EventCode::Periodic)]);
    let elsewhere = inform.replace("http://127.0.0.1:9/x", "http://192.0.2.99:7547/x");
    assert_eq!(hand.post(elsewhere).await.status, 200);
    hand.post("").await;
    let called = world
        .api
        .post(&format!("{}/call", hand.path()), json!({}))
        .await
        .expect("an answer");
    assert_eq!(called["outcome"], "impossible", "{called}");
    assert!(
        called["why"]
            .as_str()
            .is_some_and(|why| why.contains("192.0.2.99")),
        "{called}"
    );
}

/// Covers C-01.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_for_an_idle_device_does_not_wait_for_its_next_periodic_inform() {
    let world = World::start().await;
    let phone = world.phone("PROMPT").await;
    let name = phone.name("DeviceInfo.UpTime");
    for _ in 0..3 {
        let task = json!({ "kind": "get_parameter_values", "names": [name] });
        let task = world.task(&phone, task).await;
        assert_eq!(task["state"], "done", "{task}");
    }
}
