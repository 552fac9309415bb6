//! Connection requests: the operator calls, strangers do not.

use crate::world::by_hand::{Hand, read_answer};
use crate::world::{World, anywhere, counted, eventually, runs};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

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

/// Devices whose URL leads to somebody who never answers. The long run (`tests/long calls`) has more than may be called at
/// one time.
const DEAD: u64 = 200;
/// Calls under way at one time, and how long one may take.
const AT_ONE_TIME: u64 = 1024;
const CALL: Duration = Duration::from_secs(5);
/// More than a machine under load needs, and less than one dead device holds a call up.
const SLACK: Duration = Duration::from_secs(3);

/// Takes connections and says nothing; counts those that are open, and how long each was held.
#[derive(Default)]
struct Silence {
    open: AtomicU64,
    most: AtomicU64,
    ended: AtomicU64,
    longest_ms: AtomicU64,
}

async fn silence() -> (SocketAddr, Arc<Silence>) {
    let listener = TcpListener::bind(anywhere()).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let silence = Arc::new(Silence::default());
    let counts = Arc::clone(&silence);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counts = Arc::clone(&counts);
            let open = counts.open.fetch_add(1, Relaxed) + 1;
            counts.most.fetch_max(open, Relaxed);
            tokio::spawn(async move {
                let begun = Instant::now();
                let _ = stream.read_to_end(&mut Vec::new()).await;
                let held = begun.elapsed().as_millis() as u64;
                counts.longest_ms.fetch_max(held, Relaxed);
                counts.open.fetch_sub(1, Relaxed);
                counts.ended.fetch_add(1, Relaxed);
            });
        }
    });
    (address, silence)
}

/// The slowest but one in a hundred of so many questions to the API.
async fn slowest(world: &World) -> Duration {
    let mut times = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        world.api.get("/devices?limit=1").await.expect("a list");
        times.push(begun.elapsed());
    }
    times.sort();
    times[98]
}

/// Covers C09.
#[tokio::test(flavor = "multi_thread")]
async fn a_mass_of_dead_devices_holds_up_neither_the_api_nor_the_living() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let phone = world.phone("ALIVE").await;
    let (dead, silence) = silence().await;
    let count = runs(DEAD);
    let mut paths = Vec::new();
    for number in 0..count {
        let mut hand = Hand::registered(&world, &format!("DEAD{number}")).await;
        let inform = hand.inform(vec![cwmp::Event::new(cwmp::EventCode::Periodic)]);
        let inform = inform.replace("http://127.0.0.1:9/x", &format!("http://{dead}/x"));
        assert_eq!(hand.post(inform).await.status, 200);
        assert_eq!(hand.post("").await.status, 204);
        paths.push(hand.path());
    }
    let before = slowest(&world).await;
    let reboots = paths.iter().map(|path| {
        let path = format!("{path}/tasks");
        let api = &world.api;
        async move { api.post(&path, json!({ "kind": "reboot" })).await }
    });
    for task in futures_util::future::join_all(reboots).await {
        task.expect("a task");
    }
    eventually("calls hang", || async {
        (silence.open.load(Relaxed) > 0).then_some(())
    })
    .await;
    let meanwhile = slowest(&world).await;
    let begun = Instant::now();
    let call = format!("{}/call", phone.path());
    let called = world.api.post(&call, json!({})).await.expect("a call");
    assert_eq!(called["outcome"], "accepted", "{called}");
    let served = begun.elapsed();
    eventually(
        "as many calls were given up as there are dead devices",
        || async { (silence.ended.load(Relaxed) >= count).then_some(()) },
    )
    .await;
    let longest = Duration::from_millis(silence.longest_ms.load(Relaxed));
    let most = silence.most.load(Relaxed);
    counted(format!(
        "dead devices: {count}, {most} calls at one time of {AT_ONE_TIME} allowed, {longest:?} each at most; the API took \
         {meanwhile:?} instead of {before:?}, a living device was reached within {served:?}"
    ));
    assert!(most <= AT_ONE_TIME, "{most}");
    assert!(longest <= CALL + SLACK, "{longest:?}");
    assert!(
        meanwhile <= before + SLACK,
        "{meanwhile:?} instead of {before:?}"
    );
    assert!(served <= SLACK, "{served:?}");
    // Some may have been called twice before the last one.
    for path in [&paths[0], paths.last().expect("some")] {
        eventually("its call is told as failed", || async {
            let calls = world.api.get(&format!("{path}/calls")).await.ok()?;
            calls.to_string().contains("failed").then_some(())
        })
        .await;
    }
    // Whether the limit was met only a crowd that is larger can tell.
    if count > 2 * AT_ONE_TIME {
        assert_eq!(most, AT_ONE_TIME, "as many as may be");
    }
}
