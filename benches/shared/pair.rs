//! A device and the session machine of a server in one process, without a network between them.

use agent::device::exchange::Downgrade;
use agent::device::io::HttpResponse;
use agent::device::{Device, DeviceConfig, FilePolicy, Identity, Input, Output, Product, Saved};
use agent::limits::FLEET_LOG_BYTES;
use cwmp::CwmpVersion;
use cwmp::message::{AcsRequest, CpeResponse};
use cwmp::session::RequestIds;
use cwmp::session::acs::{AcsSession, Turn};
use data_model::Timestamp;
use std::sync::Arc;

/// How the devices here are set up.
pub fn config(product: &Arc<Product>, number: u64) -> DeviceConfig {
    let root = &product.root;
    let installed = [(
        format!("{root}ManagementServer.URL"),
        "http://192.0.2.1:7547/".to_owned(),
    )];
    DeviceConfig {
        product: Arc::clone(product),
        identity: Identity {
            mac: [
                0x00,
                0x56,
                0x2B,
                (number >> 16) as u8,
                (number >> 8) as u8,
                number as u8,
            ],
            serial_number: format!("BENCH{number:06}").into(),
        },
        installed: installed.into(),
        authority: "192.0.2.57:7547".into(),
        downgrade: Downgrade::Refused,
        newest_version: CwmpVersion::V1_4,
        seed: number,
        files: FilePolicy {
            log_bytes: FLEET_LOG_BYTES,
            ..FilePolicy::default()
        },
    }
}

/// Boots a device and takes it through its first session, in which it is asked all this; gives it idle, with its answers.
pub fn meet(config: DeviceConfig, ask: Vec<AcsRequest>) -> (Device, Vec<CpeResponse>) {
    let now = Timestamp::from_millis(1_772_438_400_000);
    let mut device = Device::boot(config, &Saved::new(), now);
    let mut asks = ask.into_iter();
    let mut answers = Vec::new();
    let mut session = Some(AcsSession::new(RequestIds::starting_at(1)));
    let mut now = now;
    while session.is_some() {
        match device.poll() {
            Some(Output::Http(request)) => {
                let current = session.take().expect("a session goes on");
                let turn = current
                    .post(request.body.as_bytes())
                    .expect("a device of ours");
                let body;
                (session, body) = reply(turn, &mut asks, &mut answers);
                let status = if body.is_empty() { 204 } else { 200 };
                let response = HttpResponse {
                    status,
                    body: body.into_bytes(),
                    ..HttpResponse::default()
                };
                device.handle(Input::HttpResponse(response), now);
            }
            Some(_) => {}
            None => {
                now = device
                    .deadline()
                    .expect("a device with an ACS wants to inform")
                    .max(now);
                device.handle(Input::Wake, now);
            }
        }
    }
    while device.poll().is_some() {}
    assert!(!device.in_session(), "the session is over");
    (device, answers)
}

fn reply(
    turn: Turn,
    asks: &mut impl Iterator<Item = AcsRequest>,
    answers: &mut Vec<CpeResponse>,
) -> (Option<AcsSession>, String) {
    let ready = match turn {
        Turn::Informed(turn) => return open(turn.accept()),
        Turn::Called(turn) => return open(turn.acknowledge()),
        Turn::Refused(turn) => return open(turn.send()),
        Turn::Ready(ready) => ready,
        Turn::Answered(turn) => {
            answers.push(turn.answer.expect("nothing is refused here"));
            turn.ready
        }
    };
    match asks.next() {
        Some(request) => open(ready.call(request)),
        None => (None, ready.finish().body.unwrap_or_default()),
    }
}

fn open((session, reply): (AcsSession, cwmp::session::acs::Reply)) -> (Option<AcsSession>, String) {
    (Some(session), reply.body.unwrap_or_default())
}
