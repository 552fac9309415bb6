//! What the metrics say of what has happened.

use crate::world::by_hand::Hand;
use crate::world::{World, eventually};
use cwmp::http::{Authorizer, Challenge};
use cwmp::message::{CpeResponse, FromAcs};
use cwmp::{Event, EventCode};
use data_model::Secret;
use serde_json::json;

/// A server that takes Basic without TLS.
async fn world() -> World {
    World::start_with(|config, _| config.cwmp.basic_without_tls = true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_counted_by_kind_and_outcome_with_the_time_it_took() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "COUNTED").await;
    let tasks = format!("{}/tasks", hand.path());
    for body in [
        json!({ "kind": "get_parameter_values", "names": ["Device.DeviceInfo.UpTime"] }),
        json!({ "kind": "reboot" }),
    ] {
        world.api.post(&tasks, body).await.expect("a task");
    }
    let list = world.api.all(&tasks).await.expect("tasks");
    let reboot = list.iter().find(|task| task["kind"] == "reboot");
    let path = format!(
        "/tasks/{}",
        reboot.expect("the reboot")["id"].as_str().expect("an id")
    );
    world.api.delete(&path).await.expect("it was queued");
    hand.open().await;
    let asked = hand.post("").await.message();
    let FromAcs::Request(_) = &asked.body else {
        panic!("{asked:?}")
    };
    let values = CpeResponse::from(cwmp::rpc::GetParameterValuesResponse::default());
    let id = asked.header.id.clone().unwrap_or_default();
    assert_eq!(hand.post(hand.message(&id, values)).await.status, 204);
    let ended = |kind: &str, outcome: &str| {
        format!("dialtone_tasks_ended_total{{kind=\"{kind}\",outcome=\"{outcome}\"}}")
    };
    assert_eq!(
        world.metric(&ended("get_parameter_values", "done")).await,
        1.0
    );
    assert_eq!(world.metric(&ended("reboot", "cancelled")).await, 1.0);
    assert_eq!(
        world.metric("dialtone_task_effect_seconds_count").await,
        1.0
    );
    let answer = "dialtone_rpc_answers_total{method=\"GetParameterValues\",result=\"good\"}";
    assert_eq!(world.metric(answer).await, 1.0);
    assert!(world.metric("dialtone_events_total").await >= 2.0);
    eventually("the writer has nothing to do", || async {
        (world.metric("dialtone_store_queue").await == 0.0).then_some(())
    })
    .await;
    // The wait for the disk is part of each commit.
    let waited = world.metric("dialtone_store_fsync_seconds_sum").await;
    assert!(waited > 0.0);
    assert!(waited < world.metric("dialtone_store_commit_seconds_sum").await);
    assert!(world.metric("dialtone_config_hash").await > 0.0);
    assert_eq!(world.metric("dialtone_panics_total").await, 0.0);
    for (direction, least) in [("in", 400.0), ("out", 400.0)] {
        let line = format!("dialtone_cwmp_body_bytes_total{{name=\"{direction}\"}}");
        assert!(world.metric(&line).await > least, "{direction}");
    }
}

/// Covers A01, A02.
#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_is_sent_again_is_refused_and_counted() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "REPLAYED").await;
    hand.authorization.clear();
    let inform = hand.inform(vec![Event::new(EventCode::Periodic)]);
    let challenged = hand.post(&inform).await;
    let offered = challenged.headers.iter();
    let offered = offered.filter(|(name, _)| name == "www-authenticate");
    let offered: Vec<&str> = offered.map(|(_, value)| value.as_str()).collect();
    let mut device = Authorizer::new(hand.identity.username(), Secret::new("by-hand-password"));
    device
        .challenge(offered, Challenge::DigestOnly)
        .expect("a digest is offered");
    hand.authorization = device.header("POST", "/", "a-cnonce").expect("an answer");
    assert_eq!(hand.post(&inform).await.status, 200);
    // Somebody has overheard it.
    hand.cookie = None;
    hand.hang_up();
    assert_eq!(hand.post(&inform).await.status, 401);
    assert_eq!(world.metric("dialtone_digest_replays_total").await, 1.0);
    let accepted = "dialtone_logins_total{scheme=\"digest\",result=\"accepted\"}";
    assert_eq!(world.metric(accepted).await, 1.0);
}

/// A device that hangs up in the middle of a request leaves no session behind.
///
/// Covers P11, P17.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_device_hangs_up_in_a_request_is_over() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "HUNGUP").await;
    hand.open().await;
    assert_eq!(world.metric("dialtone_sessions_open").await, 1.0);
    let whole = hand.request(b"<half of a message>");
    hand.send(&whole[..whole.len() - 5]).await;
    hand.hang_up();
    eventually("the session is over", || async {
        (world.metric("dialtone_sessions_open").await == 0.0).then_some(())
    })
    .await;
    hand.cookie = None;
    hand.open().await;
}
