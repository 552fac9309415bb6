//! The event stream and webhooks: whoever follows the fleet hears of what happens, once, in order, and after a pause too.

use crate::world::follower::Follower;
use crate::world::{World, eventually};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

async fn follow(world: &World, path: &str, headers: &str) -> Follower {
    let api = world.server.api_address;
    Follower::open(api, world.api.token(), path, headers).await
}

fn registration(serial_number: &str) -> Value {
    json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": serial_number })
}

async fn registers(world: &World, serial_number: &str) {
    let done = world
        .api
        .post("/devices", registration(serial_number))
        .await;
    done.expect("a device that is not known yet");
}

/// Covers U08.
#[tokio::test(flavor = "multi_thread")]
async fn a_follower_hears_of_a_task_as_it_goes_and_resumes_where_it_left_off() {
    let world = World::start().await;
    let phone = world.phone("EVENT1").await;
    world.enrolled(&phone).await;
    let mut follower = follow(&world, "/events/stream?kinds=task.*", "").await;
    assert_eq!(follower.status, 200);
    let task = json!({ "kind": "get_parameter_values", "names": ["Device.DeviceInfo.UpTime"] });
    let task = world.task(&phone, task).await;
    let created = follower.hears("task.create").await;
    let running = follower.hears("task.running").await;
    let done = follower.hears("task.done").await;
    assert_eq!(done.data["data"]["task"], task["id"]);
    assert!(running.data["id"].as_u64() < done.data["id"].as_u64());
    drop(follower);
    // Behind the event it has, and none twice: both ways of saying so.
    let header = format!("Last-Event-ID: {}\r\n", created.id);
    let mut again = follow(&world, "/events/stream?kinds=task.*", &header).await;
    assert_eq!(again.next().await.expect("an event").id, running.id);
    assert_eq!(again.next().await.expect("an event").id, done.id);
    let path = format!("/events/stream?kinds=task.done&after={}", created.id);
    let mut again = follow(&world, &path, "").await;
    assert_eq!(again.next().await.expect("an event").id, done.id);
}

/// Covers A14, U04.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_takes_a_token_and_refuses_what_makes_no_sense() {
    let world = World::start().await;
    let api = world.server.api_address;
    let nobody = Follower::open(api, "", "/events/stream", "").await;
    assert_eq!(nobody.status, 401);
    for path in [
        "/events/stream?after=-1",
        "/events/stream?kinds=task.*.done",
        "/events/stream?kinds=a%0d%0ab",
        "/events/stream?device=x",
        "/events?limit=x",
    ] {
        assert_eq!(follow(&world, path, "").await.status, 400, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_ends_its_streams_and_does_not_wait_for_them() {
    let world = World::start().await;
    let mut follower = follow(&world, "/events/stream", "").await;
    let World { server, folder, .. } = world;
    server.stop().await;
    assert!(follower.next().await.is_none());
    drop(folder);
}

/// A list of events says from where on it is whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_events_goes_on_behind_its_last_one() {
    let world = World::start().await;
    for number in 1..=5 {
        registers(&world, &format!("LIST{number}")).await;
    }
    let mut after = "0".to_owned();
    let mut heard = Vec::new();
    loop {
        let path = format!("/events?kinds=device.register&limit=3&after={after}");
        let page = world.api.get(&path).await.expect("a page");
        let next = page["next"]
            .as_str()
            .expect("a text, as everywhere")
            .to_owned();
        heard.extend(page["items"].as_array().cloned().unwrap_or_default());
        if next == after {
            break;
        }
        after = next;
    }
    assert_eq!(heard.len(), 5);
}

/// A server that webhooks tell things to.
struct Hook {
    url: String,
    /// Head and body of every request.
    heard: Arc<Mutex<Vec<(String, String)>>>,
    /// The status it answers with.
    status: Arc<Mutex<&'static str>>,
}

impl Hook {
    async fn open() -> Hook {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let hook = Hook {
            url: format!("http://{address}/hook"),
            heard: Arc::default(),
            status: Arc::new(Mutex::new("200 OK")),
        };
        let (heard, status) = (Arc::clone(&hook.heard), Arc::clone(&hook.status));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                while !is_whole(&bytes) {
                    let mut piece = [0; 4096];
                    match stream.read(&mut piece).await {
                        Ok(read) if read > 0 => bytes.extend_from_slice(&piece[..read]),
                        _ => break,
                    }
                }
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
                heard
                    .lock()
                    .expect("no panic")
                    .push((head.into(), body.into()));
                let status = *status.lock().expect("no panic");
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        hook
    }

    fn answers(&self, status: &'static str) {
        *self.status.lock().expect("no panic") = status;
    }

    fn heard(&self) -> Vec<(String, String)> {
        self.heard.lock().expect("no panic").clone()
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = header(head, "content-length").and_then(|length| length.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn header(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut found = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.to_owned())
}

/// What openssl says the signature of a delivery is.
fn signed_by_openssl(secret: &str, text: &str) -> String {
    use std::io::Write as _;
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", secret])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl is installed by tests/run");
    let mut stdin = openssl.stdin.take().expect("a pipe");
    stdin.write_all(text.as_bytes()).expect("openssl reads");
    drop(stdin);
    let output = openssl.wait_with_output().expect("openssl ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.rsplit(' ')
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

async fn world_that_may_call_itself() -> World {
    World::start_with(|config, _| config.outbound.allow = vec!["127.0.0.0/8".into()]).await
}

/// Covers U05.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_signed_in_order_and_of_nothing_else() {
    let world = world_that_may_call_itself().await;
    let hook = Hook::open().await;
    let made = json!({ "url": hook.url, "kinds": ["device.register"] });
    let made = world.api.post("/webhooks", made).await.expect("a webhook");
    let secret = made["secret"].as_str().expect("shown once").to_owned();
    let tags = json!(["x"]);
    for number in 1..=3 {
        let serial = format!("HOOK{number}");
        registers(&world, &serial).await;
        let path = format!("/devices/00562B-ATA192-{serial}/tags");
        world.api.put(&path, tags.clone()).await.expect("a device");
    }
    let heard = eventually("three deliveries", || async {
        Some(hook.heard()).filter(|heard| heard.len() >= 3)
    })
    .await;
    for ((head, body), number) in heard.iter().zip(1..) {
        let event: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(event["kind"], "device.register");
        let subject = event["data"]["subject"].as_str().unwrap_or_default();
        assert!(subject.contains(&format!("HOOK{number}")), "{subject}");
        let signature = header(head, "dialtone-signature").expect("a signature");
        let (time, mac) = signature.split_once(",v1=").expect("t=…,v1=…");
        let signed = format!("{}.{body}", time.trim_start_matches("t="));
        assert_eq!(mac, signed_by_openssl(&secret, &signed));
        assert_eq!(
            header(head, "dialtone-event"),
            Some(event["id"].to_string())
        );
    }
    // The secret is not shown again, by nobody.
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap_or_default());
    for shown in [
        world.api.get(&path).await,
        world.api.get("/webhooks").await,
        world.api.get("/audit").await,
    ] {
        assert!(!shown.expect("an answer").to_string().contains(&secret));
    }
    let left = world.api.get(&format!("{path}/deliveries")).await;
    assert_eq!(left.expect("a list"), json!({ "items": [] }));
}

/// Covers U05.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_refuses_waits_with_the_reason_until_it_is_told_or_the_webhook_goes() {
    let world = world_that_may_call_itself().await;
    let hook = Hook::open().await;
    hook.answers("503 Service Unavailable");
    let made = json!({ "url": hook.url, "kinds": ["device.*"] });
    let made = world.api.post("/webhooks", made).await.expect("a webhook");
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap_or_default());
    registers(&world, "DEAD1").await;
    let waiting = eventually("a delivery that waits", || async {
        let list = world.api.get(&format!("{path}/deliveries")).await.ok()?;
        let first = list["items"].get(0)?.clone();
        (first["attempts"].as_u64()? > 0).then_some(first)
    })
    .await;
    assert!(
        waiting["why"]
            .as_str()
            .is_some_and(|why| why.contains("503"))
    );
    assert!(waiting["due"].as_i64().is_some());
    let failed = "dialtone_webhook_deliveries_total{name=\"failed\"}";
    assert!(world.metric(failed).await >= 1.0);
    eventually("the metrics tell of it", || async {
        let waits = world.metric("dialtone_webhook_waiting").await >= 1.0;
        (waits && world.metric("dialtone_event_lag_seconds").await > 0.0).then_some(())
    })
    .await;
    world.api.delete(&path).await.expect("it goes");
    assert_eq!(
        world.api.get(&path).await.expect_err("it is gone").status,
        404
    );
}

/// Covers U05.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_into_the_server_itself_is_not_called_unless_the_operator_allows_it() {
    let world = World::start().await;
    let hook = Hook::open().await;
    for url in [
        "file:///etc/passwd",
        "http://user:secret@hooks.example.net/",
        "x",
    ] {
        let refused = world.api.post("/webhooks", json!({ "url": url })).await;
        assert_eq!(refused.expect_err("no such place").status, 400, "{url}");
    }
    let made = world
        .api
        .post("/webhooks", json!({ "url": hook.url }))
        .await;
    let made = made.expect("a URL like any other");
    let path = format!(
        "/webhooks/{}/deliveries",
        made["id"].as_str().unwrap_or_default()
    );
    registers(&world, "GUARD1").await;
    eventually("the reason", || async {
        let list = world.api.get(&path).await.ok()?;
        let why = list["items"].get(0)?["why"].as_str()?.to_owned();
        why.contains("outbound.allow").then_some(())
    })
    .await;
    assert!(hook.heard().is_empty());
}
