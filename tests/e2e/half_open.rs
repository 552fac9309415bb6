//! Devices that vanish without a word in the middle of a session: they cost nothing, and come back as if nothing were.

use crate::world::by_hand::Hand;
use crate::world::{World, counted, eventually, runs};
use cwmp::{Event, EventCode};
use serde_json::json;
use std::time::{Duration, Instant};

/// Devices that vanish; each at another step than the one before.
const DEVICES: u64 = 24;
/// Time in which the next Inform of a device must be answered (promise P11). The promise says a second; a machine that
/// runs other tests beside this one may need more, and a server that waits for the old session would need thirty.
const SERVED: Duration = Duration::from_secs(10);

/// Where a device vanishes.
#[derive(Debug, Clone, Copy)]
enum Step {
    Connected,
    HalfOfTheInform,
    Informed,
    Asked,
    HalfOfTheAnswer,
}

const STEPS: [Step; 5] = [
    Step::Connected,
    Step::HalfOfTheInform,
    Step::Informed,
    Step::Asked,
    Step::HalfOfTheAnswer,
];

/// Goes as far as the step; the connection stays open, and nobody is at its other end.
async fn vanish(hand: &mut Hand, step: Step) {
    let inform = hand.inform(vec![Event::new(EventCode::Periodic)]);
    let request = hand.request(inform.as_bytes());
    match step {
        Step::Connected => hand.send(b"POST / HT").await,
        Step::HalfOfTheInform => hand.send(&request[..request.len() / 2]).await,
        Step::Informed => hand.open().await,
        Step::Asked => {
            hand.open().await;
            assert_eq!(hand.post("").await.status, 200);
        }
        Step::HalfOfTheAnswer => {
            hand.open().await;
            assert_eq!(hand.post("").await.status, 200);
            let request = hand.request(&[b'x'; 1000]);
            hand.send(&request[..request.len() / 2]).await;
        }
    }
}

/// Covers P11.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_vanished_is_served_at_once_when_it_comes_again_and_its_session_ends_by_itself()
 {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let (count, mut slowest) = (runs(DEVICES), Duration::ZERO);
    let mut gone = Vec::new();
    for number in 0..count {
        let step = STEPS[number as usize % STEPS.len()];
        let mut hand = Hand::registered(&world, &format!("GONE{number}")).await;
        let task = json!({ "kind": "get_parameter_values", "names": ["Device.A"] });
        let tasks = format!("{}/tasks", hand.path());
        world.api.post(&tasks, task).await.expect("a task");
        vanish(&mut hand, step).await;
        // The device has lost power, and comes back over another connection.
        let mut again = Hand::unregistered(&world, &format!("GONE{number}"));
        let since = Instant::now();
        again.open().await;
        slowest = slowest.max(since.elapsed());
        assert!(slowest <= SERVED, "{step:?}: {slowest:?}");
        gone.push((hand, again));
    }
    // Every session of them ends by itself; nobody has said goodbye.
    eventually("every session is over", || async {
        (world.metric("dialtone_sessions_open ").await == 0.0).then_some(())
    })
    .await;
    let timed_out = "dialtone_sessions_ended_total{end=\"TimedOut\"} ";
    let (started, ended) = (
        world
            .metric("dialtone_sessions_started_total{name=\"cwmp\"}")
            .await,
        world.metric(timed_out).await,
    );
    assert!(ended >= count as f64, "{ended} of {started} timed out");
    counted(format!(
        "half-open: {count} devices vanished at {} steps, 0 were refused; served after {slowest:?} at most; \
         {started} sessions, 0 left open",
        STEPS.len()
    ));
}
