//! A server that is restarted while sessions are open: no device notices more than one session that broke off.

use crate::world::by_hand::Hand;
use crate::world::process::{AcsProcess, Ports};
use crate::world::rest::Rest;
use crate::world::{FACTORY_SECRET, counted, runs};
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::{SetParameterValuesResponse, Status};
use cwmp::{Event, EventCode, Fault, FaultCode};
use serde_json::json;
use std::time::{Duration, Instant};

/// Restarts, half of them by SIGKILL.
const RESTARTS: u64 = 4;
/// Devices with an open session at each of them.
const DEVICES: usize = 24;
/// Time a restart may take in all: stop, start, and the first answer. The promise says 30 s for the stop alone.
const RESTART: Duration = Duration::from_secs(30);

/// Where a device stands when the server goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Informed,
    Asked,
    Answered,
}

const STANDS: [Stands; 3] = [Stands::Informed, Stands::Asked, Stands::Answered];

struct Device {
    hand: Hand,
    task: String,
    /// Writes whose answer the server has acknowledged.
    acknowledged: u32,
}

/// The answer to what the server has asked. Whatever is not a write is not known to this device.
fn answer(hand: &Hand, answer: &crate::world::by_hand::Answer) -> (String, bool) {
    let message = answer.message();
    let id = message.header.id.unwrap_or_default();
    match message.body {
        FromAcs::Request(AcsRequest::SetParameterValues(_)) => {
            let status = Status::Applied;
            let response = CpeResponse::from(SetParameterValuesResponse { status });
            (hand.message(&id, response), true)
        }
        _ => {
            let fault = Fault::from(FaultCode::METHOD_NOT_SUPPORTED);
            (hand.message(&id, fault), false)
        }
    }
}

impl Device {
    /// Begins a session, gets as far as this, and stays there.
    async fn begin(&mut self, stands: Stands) {
        self.hand.cookie = None;
        self.hand.open().await;
        if stands == Stands::Informed {
            return;
        }
        let mut asked = self.hand.post("").await;
        while asked.status == 200 {
            let (body, write) = answer(&self.hand, &asked);
            if write && stands == Stands::Asked {
                return;
            }
            asked = self.hand.post(body).await;
            self.acknowledged += u32::from(write);
        }
    }

    /// Goes on as a device does: the session has broken off, so it begins another one. Says how many that took.
    async fn come_to_an_end(&mut self) -> u32 {
        self.hand.hang_up();
        for session in 1..=3 {
            self.hand.cookie = None;
            let inform = self.hand.inform(vec![Event::new(EventCode::Periodic)]);
            let Some(opened) = self.hand.try_post(inform).await else {
                continue;
            };
            assert_eq!(opened.status, 200, "{}", opened.text());
            let mut asked = self.hand.post("").await;
            while asked.status == 200 {
                let (body, write) = answer(&self.hand, &asked);
                asked = self.hand.post(body).await;
                self.acknowledged += u32::from(write);
            }
            assert_eq!(asked.status, 204, "{}", asked.text());
            return session;
        }
        panic!("the device is not served")
    }
}

/// Queues one write for each device.
async fn queue(api: &Rest, devices: &mut [Device], value: u64) {
    for device in devices {
        let name = "Device.DeviceInfo.ProvisioningCode";
        let values = json!([{ "name": name, "value": value.to_string() }]);
        let task = json!({ "kind": "set_parameter_values", "values": values });
        let path = format!("{}/tasks", device.hand.path());
        let task = api.post(&path, task).await.expect("a task");
        device.task = task["id"].as_str().expect("an id").to_owned();
        device.acknowledged = 0;
    }
}

/// Covers P12.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_mid_session_costs_each_device_one_session_and_nothing_is_done_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let mut server = AcsProcess::start(&data, &ports).await;
    let api = server.sign_in(&data).await;
    let mut devices: Vec<Device> = (0..DEVICES)
        .map(|number| Device {
            hand: Hand::with_password(server.cwmp, &format!("MID{number}"), FACTORY_SECRET),
            task: String::new(),
            acknowledged: 0,
        })
        .collect();
    for device in &mut devices {
        device.begin(Stands::Answered).await;
    }
    let (mut slowest, mut again, mut doubled) = (Duration::ZERO, 0, 0);
    for restart in 0..runs(RESTARTS) {
        queue(&api, &mut devices, restart).await;
        for (number, device) in devices.iter_mut().enumerate() {
            device.begin(STANDS[number % STANDS.len()]).await;
        }
        let since = Instant::now();
        match restart % 2 {
            0 => server.stop().await,
            _ => server.kill().await,
        }
        server = AcsProcess::start(&data, &ports).await;
        slowest = slowest.max(since.elapsed());
        for device in &mut devices {
            let sessions = device.come_to_an_end().await;
            assert_eq!(sessions, 1, "one session after the broken one is enough");
            again += u64::from(sessions);
            let task = api.get(&format!("/tasks/{}", device.task)).await;
            let task = task.expect("an acknowledged task");
            assert_eq!(task["state"], "done", "{task}");
            doubled += device.acknowledged - 1;
        }
    }
    counted(format!(
        "restarts in mid-session: {} with {DEVICES} open sessions each; {again} sessions begun again, 0 twice; \
         {doubled} effects doubled; back after {slowest:?} at most",
        runs(RESTARTS)
    ));
    assert_eq!(doubled, 0);
    assert!(slowest < RESTART, "{slowest:?}");
}
