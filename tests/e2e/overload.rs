//! More devices than the server can serve: they are told when to come back, each another time; those that are in go on,
//! people are answered, and everybody is served in the end.

use crate::handshakes::{Private, hello, is_answered};
use crate::world::by_hand::{Hand, fetch};
use crate::world::{FACTORY_SECRET, World, counted, eventually};
use agent::fleet::{FleetConfig, Setup};
use cwmp::{Event, EventCode};
use data_model::Secret;
use serde_json::json;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering::Relaxed;

/// Devices that boot at once.
const CROWD: usize = 40;

/// A server that works on one request of devices at a time.
async fn narrow() -> World {
    World::start_with(|config, _| {
        config.cwmp.basic_without_tls = true;
        config.overload.in_work = 1;
    })
    .await
}

/// Real agents that all boot at once, at a server that has one place: most are turned away, try again as TR-069 says, and
/// all of them have told of their boot in the end. People are answered meanwhile.
///
/// Covers P6, S-07.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_boots_at_once_is_turned_away_and_every_boot_arrives_in_the_end() {
    let world = narrow().await;
    let config = FleetConfig {
        device_type: "ata192".into(),
        count: CROWD,
        parameters: vec![
            // Every retry after a second, so that nobody has to wait for the end.
            (
                "ManagementServer.CWMPRetryMinimumWaitInterval".into(),
                "1".into(),
            ),
            (
                "ManagementServer.CWMPRetryIntervalMultiplier".into(),
                "1000".into(),
            ),
        ],
        setup: Setup {
            serial_prefix: "STORM".into(),
            sessions: CROWD,
            seed: 7,
            ..Setup::towards(world.server.acs_url(), Secret::new(FACTORY_SECRET))
        },
    };
    let (runner, handle) = config.start().await.expect("a fleet");
    let task = tokio::spawn(runner.run());
    let mut answered = 0;
    let boots = r#"dialtone_informs_total{name="1 BOOT"}"#;
    loop {
        // In the storm, and as somebody who looks after the fleet does.
        let devices = world.api.get("/devices?contains=STORM&limit=1000").await;
        let devices = devices.expect("people are answered");
        answered += 1;
        let devices = devices["items"].as_array().expect("a list").clone();
        let come = devices
            .iter()
            .filter(|device| !device["last_boot"].is_null());
        if come.count() == CROWD {
            break;
        }
    }
    assert!(world.metric(boots).await >= CROWD as f64);
    let turned_away = r#"dialtone_requests_rejected_total{name="overload"}"#;
    let turned_away = world.metric(turned_away).await;
    let failed = handle.counters.failed_sessions.load(Relaxed);
    counted(format!(
        "{CROWD} devices boot at once: {turned_away} requests turned away, {failed} sessions tried again, {answered} \
         requests of people answered meanwhile"
    ));
    assert!(turned_away > 0.0 && failed > 0, "there was no crowd");
    handle.stop();
    task.await.expect("no panic");
    world.server.stop().await;
}

/// While the one place is taken everybody else hears another time, and nothing of what they send is read as a message:
/// what is none is not even told so. A session that is open goes on, also over another connection, and people are
/// answered.
///
/// Covers P6.
#[tokio::test]
async fn those_who_find_no_place_hear_different_times_before_their_message_is_read() {
    let world = narrow().await;
    let mut open = Hand::registered(&world, "OPEN").await;
    open.open().await;
    let bytes_in = r#"dialtone_cwmp_body_bytes_total{name="in"}"#;
    let before = world.metric(bytes_in).await;
    // As a request does that is in work.
    let place = world.server.app().overload.enter();
    let mut told = BTreeSet::new();
    for number in 0..100 {
        let mut hand = Hand::unregistered(&world, &format!("CROWD{number}"));
        let answer = hand.post(format!("<no Inform{number}").repeat(300)).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_eq!(answer.header("connection"), Some("close"));
        assert_eq!(answer.header("www-authenticate"), None);
        let seconds = answer.header("retry-after").expect("when to come again");
        let seconds: u64 = seconds.parse().expect("seconds");
        assert!((5..=15).contains(&seconds), "{seconds}");
        told.insert(seconds);
    }
    assert!(told.len() >= 6, "they would come together: {told:?}");
    assert!((world.metric(bytes_in).await - before).abs() < 0.5);
    for line in [
        r#"dialtone_protocol_errors_total{name="refused_inform"}"#,
        r#"dialtone_logins_total{scheme="basic",result="rejected"}"#,
    ] {
        assert!(world.metric(line).await < 0.5, "{line}");
    }
    let rejected = r#"dialtone_requests_rejected_total{name="overload"}"#;
    assert!((world.metric(rejected).await - 100.0).abs() < 0.5);
    assert_eq!(fetch(world.server.api_address, "/readyz").await.status, 200);
    world
        .api
        .get("/devices")
        .await
        .expect("people are answered");
    open.hang_up();
    assert_eq!(open.post("").await.status, 204, "it goes on");
    assert_eq!(
        open.post(open.inform(vec![])).await.status,
        503,
        "the next one"
    );
    drop(place);
    open.open().await;
    world.server.stop().await;
}

/// How far behind the server is shows, and a device hears it: the more were turned away, the later it is to come, and
/// never later than the setting.
///
/// Covers P6.
#[tokio::test]
async fn the_more_are_turned_away_the_later_a_device_is_to_come_and_never_too_late() {
    let world = World::start_with(|config, _| {
        config.overload.in_work = 1;
        config.overload.retry_after_secs = 30;
    })
    .await;
    let app = world.server.app();
    let place = app.overload.enter();
    // As a crowd of this size does; its requests would take as long as the queue they make.
    let times: Vec<u64> = (0..12_000)
        .map(|_| app.overload.turn_away("overload").seconds)
        .collect();
    assert!(
        times[..100]
            .iter()
            .all(|seconds| (5..=15).contains(seconds))
    );
    let last = &times[11_000..];
    assert!(
        last.iter().all(|seconds| (10..=30).contains(seconds)),
        "{last:?}"
    );
    let mut hand = Hand::unregistered(&world, "LATE");
    let answer = hand.post("").await;
    let seconds = answer.header("retry-after").expect("when to come again");
    let seconds: u64 = seconds.parse().expect("seconds");
    assert!((5..=30).contains(&seconds), "{seconds}");
    assert!(world.metric("dialtone_behind_seconds").await > 5.0);
    let system = world.api.get("/system").await.expect("how it does");
    assert_eq!(system["overload"]["in_work"], json!(1));
    assert!(
        system["overload"]["behind_ms"].as_u64() > Some(5_000),
        "{system}"
    );
    drop(place);
    assert_ne!(hand.post("").await.status, 503);
    world.server.stop().await;
}

/// Over TLS a crowd that cannot be served costs no handshake but a few; whoever has a session open is heard.
///
/// Covers P6, T05.
#[tokio::test(flavor = "multi_thread")]
async fn over_tls_a_crowd_is_turned_away_before_its_handshakes() {
    let private = Private::start(|config| config.overload.in_work = 1).await;
    let (app, to) = (private.server.app(), private.server.cwmp_address);
    let place = app.overload.enter();
    let first = hello(private.folder.path());
    let from = |number: u16| {
        let [high, low] = number.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(127, 1, high, low))
    };
    let (mut heard, mut unheard) = (0, 0);
    for number in 1..=1_000 {
        match is_answered(from(number), to, &first).await {
            true => heard += 1,
            false => unheard += 1,
        }
        if unheard == 50 {
            break;
        }
    }
    counted(format!(
        "a crowd over TLS: {heard} heard that there is no place, {unheard} closed"
    ));
    assert_eq!(unheard, 50);
    assert!(heard > 10, "the first ones hear it");
    let label = "dialtone_requests_rejected_total{name=\"unheard\"}";
    assert_eq!(private.metric(label), 50);
    drop(place);
    assert!(is_answered(from(2_000), to, &first).await);
    private.server.stop().await;
}

/// Sessions, and with them their memory, are bounded by the setting; whoever finds no room is told so, and gets in when
/// another one has ended.
///
/// Covers P6.
#[tokio::test]
async fn sessions_are_bounded_and_room_that_becomes_free_is_used() {
    const MOST: usize = 5;
    let world = World::start_with(|config, _| {
        config.cwmp.basic_without_tls = true;
        config.overload.sessions = 5;
    })
    .await;
    let mut hands = Vec::new();
    for number in 0..MOST + 3 {
        let mut hand = Hand::registered(&world, &format!("MANY{number}")).await;
        let answer = hand
            .post(hand.inform(vec![Event::new(EventCode::Boot)]))
            .await;
        let expected = if number < MOST { 200 } else { 503 };
        assert_eq!(answer.status, expected, "{number}");
        hands.push(hand);
    }
    assert_eq!(world.server.app().sessions.len(), MOST);
    let rejected = r#"dialtone_requests_rejected_total{name="sessions"}"#;
    assert!((world.metric(rejected).await - 3.0).abs() < 0.5);
    assert_eq!(hands[0].post("").await.status, 204);
    hands[MOST].open().await;
    assert_eq!(world.server.app().sessions.len(), MOST);
    world.server.stop().await;
}

/// A crowd beyond what is told to come back waits to be taken, and is: nobody is lost by it.
///
/// Covers P6.
#[tokio::test]
async fn whoever_is_not_even_taken_is_served_once_there_is_a_place() {
    let world = narrow().await;
    let mut hand = Hand::registered(&world, "PATIENT").await;
    let app = world.server.app();
    let place = app.overload.enter();
    for _ in 0..10_000 {
        app.overload.turn_away("overload");
    }
    // The one that was waited for at this moment is taken.
    let last = Hand::unregistered(&world, "LAST").post("").await;
    assert_eq!(last.status, 503);
    let opening = hand.open();
    let freeing = async {
        eventually("somebody waits", || async {
            (world.metric("dialtone_accept_pauses_total").await > 2.0).then_some(())
        })
        .await;
        drop(place);
    };
    tokio::join!(opening, freeing);
    assert_eq!(hand.post("").await.status, 204);
    world.server.stop().await;
}
