//! Measurements: a device is asked, measures, comes back by itself, and what it found is there to be read.

use crate::world::by_hand::Hand;
use crate::world::{Phone, World, eventually};
use agent::daemon::DiagnosticsMode;
use cwmp::message::FromAcs;
use cwmp::rpc::{GetParameterValuesResponse, SetParameterValuesResponse, Status};
use cwmp::{AcsRequest, CpeResponse, Event, EventCode, Fault, FaultCode};
use data_model::ParameterList;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

/// Has a device measure, and waits for the end.
async fn measure(world: &World, phone: &Phone, body: Value) -> Value {
    let path = format!("{}/diagnostics", phone.path());
    let begun = world.api.post(&path, body).await;
    let begun = begun.expect("a measurement that makes sense");
    ended(world, begun["id"].as_str().expect("an id")).await
}

async fn ended(world: &World, id: &str) -> Value {
    let path = format!("/diagnostics/{id}");
    eventually("the measurement ends", || async {
        let record = world.api.get(&path).await.ok()?;
        let over = !["queued", "measuring"].contains(&record["state"].as_str()?);
        over.then_some(record)
    })
    .await
}

/// A UDP echo service that ends with the test.
async fn echo() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let _ = socket.send_to(&buffer[..length], from).await;
        }
    });
    address
}

/// A file server: a GET gets 200 kB, a PUT is taken whole.
async fn files() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.ok()?);
                }
                let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
                let mut length = head.split("content-length: ").skip(1);
                let length = length
                    .next()
                    .and_then(|rest| rest.split('\r').next()?.parse().ok());
                let mut rest = (&mut stream).take(length.unwrap_or(0));
                tokio::io::copy(&mut rest, &mut tokio::io::sink())
                    .await
                    .ok()?;
                let file = vec![b'x'; if head.starts_with("get") { 200_000 } else { 0 }];
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    file.len()
                );
                stream.write_all(answer.as_bytes()).await.ok()?;
                stream.write_all(&file).await.ok()
            });
        }
    });
    address
}

/// A name server that knows one address for every name.
async fn names() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let question = &buffer[12..length];
            let end = question
                .iter()
                .position(|byte| *byte == 0)
                .expect("a name ends");
            let asks_for_a = question[end + 1..end + 3] == [0, 1];
            // Number, "response, recursion available", one question, and an answer if it is for an A record.
            let mut answer = buffer[..2].to_vec();
            answer.extend([0x81, 0x80, 0, 1, 0, u8::from(asks_for_a), 0, 0, 0, 0]);
            answer.extend(&question[..end + 5]);
            if asks_for_a {
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 9]);
            }
            let _ = socket.send_to(&answer, from).await;
        }
    });
    address
}

/// Covers G-01, G-02, G-03, G-04, G-05, G-10.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_measures_what_it_is_asked_to_and_the_results_are_kept() {
    let world = World::start().await;
    let phone = world.phone("MEASURER").await;
    let (files, echo) = (files().await, echo().await);
    let url = format!("http://{files}/file");
    let local = json!({ "host": "127.0.0.1", "repetitions": 3, "timeout_ms": 2000 });
    let ping = measure(
        &world,
        &phone,
        json!({ "kind": "ip_ping", "arguments": local }),
    )
    .await;
    assert_eq!(ping["state"], "done", "{ping}");
    assert_eq!(ping["result"]["loss_percent"], 0.0, "{ping}");
    assert_eq!(ping["result"]["values"]["SuccessCount"], "3", "{ping}");
    let route = json!({ "host": "127.0.0.1", "max_hops": 4, "timeout_ms": 2000 });
    let route = measure(
        &world,
        &phone,
        json!({ "kind": "trace_route", "arguments": route }),
    )
    .await;
    assert_eq!(route["state"], "done", "{route}");
    assert_eq!(
        route["result"]["rows"][0]["HopHost"], "127.0.0.1",
        "{route}"
    );
    let server = names().await.to_string();
    let lookup = json!({ "name": "acs.example.net", "server": server, "repetitions": 2 });
    let lookup = measure(
        &world,
        &phone,
        json!({ "kind": "ns_lookup", "arguments": lookup }),
    )
    .await;
    assert_eq!(lookup["state"], "done", "{lookup}");
    assert_eq!(
        lookup["result"]["rows"][1]["IPAddresses"], "192.0.2.9",
        "{lookup}"
    );
    let download = json!({ "kind": "download", "arguments": { "url": url } });
    let download = measure(&world, &phone, download).await;
    assert_eq!(download["state"], "done", "{download}");
    let received = &download["result"]["values"]["TestBytesReceived"];
    assert!(
        received.as_str().and_then(|text| text.parse::<u64>().ok()) >= Some(200_000),
        "{download}"
    );
    let upload = json!({ "kind": "upload", "arguments": { "url": url, "bytes": 100_000 } });
    let upload = measure(&world, &phone, upload).await;
    assert_eq!(upload["state"], "done", "{upload}");
    let arguments =
        json!({ "host": "127.0.0.1", "port": echo.port(), "repetitions": 5, "pause_ms": 5 });
    let echoed = json!({ "kind": "udp_echo", "arguments": arguments });
    let echoed = measure(&world, &phone, echoed).await;
    assert_eq!(echoed["result"]["loss_percent"], 0.0, "{echoed}");
    // This device has no telephone port of its own that could be tested.
    let line = measure(&world, &phone, json!({ "kind": "line_test" })).await;
    assert_eq!(line["state"], "failed", "{line}");
    let why = line["fault"]["text"].as_str().unwrap_or_default();
    assert!(why.contains("Error_TestNotSupported"), "{line}");
    let series = world
        .api
        .get(&format!("{}/diagnostics", phone.path()))
        .await;
    let series = series.expect("a list");
    let kinds: Vec<&str> = series["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|record| record["kind"].as_str())
        .collect();
    let newest_first = [
        "line_test",
        "udp_echo",
        "upload",
        "download",
        "ns_lookup",
        "trace_route",
        "ip_ping",
    ];
    assert_eq!(kinds, newest_first);
}

/// Covers G-04, G-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_with_the_other_root_measures_as_well() {
    let world = World::start().await;
    let mut config = world.agent_config("spa122", "GATEWAY");
    config.diagnostics = DiagnosticsMode::Simulated;
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
    let host = json!({ "host": "acs.example.net" });
    for (kind, arguments) in [
        ("ip_ping", host.clone()),
        ("trace_route", host.clone()),
        ("ns_lookup", json!({ "name": "acs.example.net" })),
        (
            "download",
            json!({ "url": "http://files.example.net/10MB" }),
        ),
        (
            "upload",
            json!({ "url": "http://files.example.net/", "bytes": 1_000_000 }),
        ),
        ("udp_echo", host),
        (
            "line_test",
            json!({ "port": 2, "test": "PhoneConnectivityTest" }),
        ),
    ] {
        let record = measure(
            &world,
            &phone,
            json!({ "kind": kind, "arguments": arguments }),
        )
        .await;
        assert_eq!(record["state"], "done", "{record}");
        match kind {
            "download" | "upload" => {
                assert!(
                    record["result"]["bits_per_second"].as_u64() > Some(0),
                    "{record}"
                );
            }
            "line_test" => assert_eq!(record["result"]["phone_connected"], true, "{record}"),
            "trace_route" => assert!(record["result"]["hops"].as_u64() > Some(3), "{record}"),
            _ => assert!(record["result"]["loss_percent"].is_number(), "{record}"),
        }
    }
    // A name nobody has.
    let nobody = json!({ "kind": "ip_ping", "arguments": { "host": "nobody.invalid" } });
    let record = measure(&world, &phone, nobody).await;
    assert_eq!(record["state"], "failed", "{record}");
    let why = record["fault"]["text"].as_str().unwrap_or_default();
    assert!(why.contains("Error_CannotResolveHostName"), "{record}");
}

/// Covers G-05.
#[tokio::test(flavor = "multi_thread")]
async fn many_devices_measure_in_turn() {
    let world = World::start().await;
    let mut phones = Vec::new();
    for number in 0..3 {
        let mut config = world.agent_config("ata192", &format!("MANY{number}"));
        config.diagnostics = DiagnosticsMode::Simulated;
        let phone = Phone::start(config).await;
        world.enrolled(&phone).await;
        phones.push(phone);
    }
    let run = json!({
        "kind": "ip_ping",
        "arguments": { "host": "acs.example.net" },
        "selector": { "product_class": ["ATA192"] },
        "concurrency": 2,
    });
    let run = world.api.post("/diagnostics", run).await.expect("a run");
    let id = run["id"].as_str().expect("an id");
    let path = format!("/diagnostics/runs/{id}");
    let run = eventually("every device has measured", || async {
        let run = world.api.get(&path).await.ok()?;
        let under_way = run["counts"]["queued"].as_u64()? + run["counts"]["measuring"].as_u64()?;
        assert!(under_way <= 2, "{run}");
        (run["ended"] == true).then_some(run)
    })
    .await;
    assert_eq!(run["counts"]["done"], 3, "{run}");
    let devices = world
        .api
        .all(&format!("{path}/devices"))
        .await
        .expect("a list");
    assert_eq!(devices.len(), 3);
    for device in &devices {
        assert!(
            device["diagnostic"]["result"]["loss_percent"].is_number(),
            "{device}"
        );
        assert_eq!(device["diagnostic"]["created_by"], "user:admin");
    }
    // By name, and with somebody nobody knows.
    let named = |devices: Value| json!({ "kind": "line_test", "devices": devices });
    let one = world
        .api
        .post("/diagnostics", named(json!([phones[0].identity])))
        .await;
    assert_eq!(one.expect("a run")["counts"]["pending"], 1);
    for devices in [json!(["00562B-ATA192-NOBODY"]), json!([])] {
        let refused = world.api.post("/diagnostics", named(devices)).await;
        assert_eq!(refused.expect_err("nobody can measure").status, 409);
    }
}

/// Covers U01.
#[tokio::test(flavor = "multi_thread")]
async fn arguments_that_could_mean_more_than_a_host_are_refused() {
    let world = World::start().await;
    let hand = Hand::registered(&world, "STRICT").await;
    let path = format!("{}/diagnostics", hand.path());
    for host in [
        "x/;id",
        "-f",
        "--",
        "a\nb",
        "$(id)",
        "\u{0430}cs.example.net",
        "",
    ] {
        let body = json!({ "kind": "ip_ping", "arguments": { "host": host } });
        let refused = world.api.post(&path, body.clone()).await;
        assert_eq!(refused.expect_err("no host").status, 400, "{host:?}");
        let task = json!({ "kind": "run_diagnostic", "diagnostic": body });
        let refused = world
            .api
            .post(&format!("{}/tasks", hand.path()), task)
            .await;
        assert_eq!(refused.expect_err("no host").status, 400, "{host:?}");
        let mut run = body;
        run["selector"] = json!({});
        let refused = world.api.post("/diagnostics", run).await;
        assert_eq!(refused.expect_err("no host").status, 400, "{host:?}");
    }
    let good = json!({ "kind": "ip_ping", "arguments": { "host": "acs.example.net" } });
    for (name, value) in [
        ("limit_secs", json!(0)),
        ("limit_secs", json!(3601)),
        ("limits", json!(1)),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let refused = world.api.post(&path, body).await;
        assert_eq!(refused.expect_err("no time").status, 400, "{name}");
    }
    world.api.post(&path, good.clone()).await.expect("a host");
    let again = world
        .api
        .post(&path, good)
        .await
        .expect_err("one at a time");
    assert_eq!(again.status, 409, "{again}");
}

const OBJECT: &str = "Device.LAN.IPPingDiagnostics.";

/// What a device of flesh and blood answers, by hand. Gives the next request, `None` at the end of the session.
async fn answer(hand: &mut Hand, answer: Result<CpeResponse, Fault>) -> Option<AcsRequest> {
    let body = match answer {
        Ok(response) => hand.message("7", response),
        Err(fault) => hand.message("7", fault),
    };
    request(hand, &body).await
}

async fn request(hand: &mut Hand, body: &str) -> Option<AcsRequest> {
    let answer = hand.post(body).await;
    if answer.status == 204 {
        return None;
    }
    match answer.message().body {
        FromAcs::Request(request) => Some(request),
        other => panic!("{other:?}"),
    }
}

fn values(state: &str) -> Result<CpeResponse, Fault> {
    let mut list = ParameterList::new();
    for (name, value) in [
        ("DiagnosticsState", state),
        ("Host", ""),
        ("SuccessCount", "0"),
    ] {
        list.push_str(&format!("{OBJECT}{name}"), value);
    }
    Ok(GetParameterValuesResponse {
        parameter_list: list,
    }
    .into())
}

/// Opens a session with this event, and gives the first request that reads the object.
async fn comes(hand: &mut Hand, event: EventCode) -> Option<AcsRequest> {
    let inform = hand.inform(vec![Event::new(event)]);
    assert_eq!(hand.post(inform).await.status, 200);
    request(hand, "").await
}

/// A device by hand that was asked to measure and has this long.
async fn asked(world: &World, serial_number: &str, limit_secs: u32) -> (Hand, String) {
    let mut hand = Hand::registered(world, serial_number).await;
    let body = json!({
        "kind": "ip_ping",
        "arguments": { "host": "acs.example.net" },
        "limit_secs": limit_secs,
    });
    let path = format!("{}/diagnostics", hand.path());
    let begun = world.api.post(&path, body).await.expect("a measurement");
    let first = comes(&mut hand, EventCode::Bootstrap).await;
    assert!(
        matches!(first, Some(AcsRequest::GetParameterValues(_))),
        "{first:?}"
    );
    // It has no object of TR-181.
    let unknown = Fault::from(FaultCode::INVALID_PARAMETER_NAME);
    let second = answer(&mut hand, Err(unknown)).await;
    let Some(AcsRequest::GetParameterValues(read)) = second else {
        panic!("{second:?}")
    };
    assert_eq!(read.parameter_names, [OBJECT]);
    let third = answer(&mut hand, values("None")).await;
    let Some(AcsRequest::SetParameterValues(write)) = third else {
        panic!("{third:?}")
    };
    let state = write
        .parameter_list
        .get(&format!("{OBJECT}DiagnosticsState"));
    assert_eq!(state, Some("Requested"));
    let applied = SetParameterValuesResponse {
        status: Status::Applied,
    };
    assert_eq!(answer(&mut hand, Ok(applied.into())).await, None);
    let id = begun["id"].as_str().expect("an id").to_owned();
    let record = world.api.get(&format!("/diagnostics/{id}")).await;
    assert_eq!(record.expect("it is there")["state"], "measuring");
    (hand, id)
}

fn by_hand(config: &mut acs::Config) {
    config.cwmp.basic_without_tls = true;
    config.enrolment.rotate_credentials = false;
}

/// Covers G-04.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_never_completes_is_asked_and_given_up() {
    let world = World::start_with(|config, _| by_hand(config)).await;
    let (mut hand, id) = asked(&world, "NEVER", 1).await;
    // It comes back again and again, and is asked when its time is over.
    let asked = loop {
        if let Some(request) = comes(&mut hand, EventCode::Periodic).await {
            break request;
        }
    };
    assert!(
        matches!(asked, AcsRequest::GetParameterValues(_)),
        "{asked:?}"
    );
    assert_eq!(answer(&mut hand, values("Requested")).await, None);
    let record = ended(&world, &id).await;
    assert_eq!(record["state"], "failed", "{record}");
    let why = record["fault"]["text"].as_str().unwrap_or_default();
    assert!(why.contains("within 1 s"), "{record}");
}

/// Covers G-04, G-05.
#[tokio::test(flavor = "multi_thread")]
async fn news_of_another_measurement_do_not_end_one_that_goes_on() {
    let world = World::start_with(|config, _| by_hand(config)).await;
    let (mut hand, id) = asked(&world, "OTHER", 60).await;
    assert_eq!(
        comes(&mut hand, EventCode::Periodic).await,
        None,
        "there is no hurry"
    );
    let asked = comes(&mut hand, EventCode::DiagnosticsComplete).await;
    assert!(
        matches!(asked, Some(AcsRequest::GetParameterValues(_))),
        "{asked:?}"
    );
    assert_eq!(answer(&mut hand, values("Requested")).await, None);
    let record = world.api.get(&format!("/diagnostics/{id}")).await;
    assert_eq!(record.expect("it is there")["state"], "measuring");
    comes(&mut hand, EventCode::DiagnosticsComplete).await;
    assert_eq!(answer(&mut hand, values("Complete")).await, None);
    assert_eq!(ended(&world, &id).await["state"], "done");
}

/// Covers G-06.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_restarts_while_it_measures_has_no_result() {
    let world = World::start().await;
    let phone = world.phone("RESTART").await;
    let echo = echo().await;
    let arguments =
        json!({ "host": "127.0.0.1", "port": echo.port(), "repetitions": 3, "pause_ms": 15_000 });
    let path = format!("{}/diagnostics", phone.path());
    let body = json!({ "kind": "udp_echo", "arguments": arguments });
    let begun = world.api.post(&path, body).await.expect("a measurement");
    let id = begun["id"].as_str().expect("an id").to_owned();
    eventually("the device measures", || async {
        let record = world.api.get(&format!("/diagnostics/{id}")).await.ok()?;
        (record["state"] == "measuring" && phone.is_idle().await).then_some(())
    })
    .await;
    let config = phone.stop().await;
    let _phone = Phone::start(config).await;
    let record = ended(&world, &id).await;
    assert_eq!(record["state"], "failed", "{record}");
    let why = record["fault"]["text"].as_str().unwrap_or_default();
    assert!(why.contains("restarted"), "{record}");
}
