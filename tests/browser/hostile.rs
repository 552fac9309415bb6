//! A device all of whose texts are meant for whoever reads them in a browser or a spreadsheet.

use crate::world::World;
use crate::world::by_hand::Hand;
use cwmp::http::basic;
use cwmp::message::{CpeRequest, CpeResponse};
use cwmp::rpc::{GetParameterValuesResponse, Inform};
use cwmp::{Event, EventCode, Fault, FaultCode};
use data_model::{DateTime, ParameterList, Secret};
use serde_json::json;

/// What a script of the device would set in the window of whoever reads its texts.
pub const CANARY: &str = "ranWhatADeviceSaid";

const PASSWORD: &str = "hostile-password";
/// A text without a place to break it.
const LONG: usize = 1500;

/// Values with what browsers, templates and spreadsheets have run over.
fn values() -> ParameterList {
    let line = "Device.X_CISCO_ATA.Line.1.";
    let values = [
        (
            "Device.DeviceInfo.ModelName".to_owned(),
            format!("<iframe srcdoc=\"<script>parent.{CANARY}=1</script>\"></iframe>"),
        ),
        (
            "Device.DeviceInfo.Description".to_owned(),
            format!("javascript:{CANARY}=1"),
        ),
        (
            "Device.DeviceInfo.ProvisioningCode".to_owned(),
            format!("${{{CANARY}=1}}{{{{{CANARY}=1}}}}<%={CANARY}=1%>"),
        ),
        (
            format!("{line}Display_Name"),
            format!("=HYPERLINK(\"http://192.0.2.1/\";\"{CANARY}\")"),
        ),
        // It reads as another name than it is.
        (
            format!("{line}User_ID"),
            "\u{202e}gpj.drawot\u{202c}\u{2066}\u{200b}".to_owned(),
        ),
        (format!("{line}Proxy"), "W".repeat(LONG)),
        // A name is a text too.
        (
            format!("Device.X_<img src=x onerror={CANARY}=1>.Name"),
            "below a name of markup".to_owned(),
        ),
    ];
    let mut list = ParameterList::new();
    for (name, value) in values {
        list.push_str(&name, &value);
    }
    list
}

fn inform(hand: &Hand) -> String {
    let mut parameter_list = ParameterList::new();
    for (name, value) in [
        (
            "Device.DeviceInfo.HardwareVersion",
            format!("\"'><svg onload={CANARY}=1>"),
        ),
        (
            "Device.DeviceInfo.SoftwareVersion",
            format!("1<script>{CANARY}=1</script>"),
        ),
        ("Device.ManagementServer.ParameterKey", String::new()),
        (
            "Device.ManagementServer.ConnectionRequestURL",
            format!("javascript:{CANARY}=1"),
        ),
    ] {
        parameter_list.push_str(name, &value);
    }
    let inform = Inform {
        device_id: hand.identity.clone(),
        event: vec![Event::new(EventCode::Periodic)],
        max_envelopes: 1,
        current_time: DateTime::unknown(),
        retry_count: 0,
        parameter_list,
    };
    hand.message("1", CpeRequest::from(inform))
}

/// It comes, tells all its texts, and refuses a change with a further one; gives its identity.
pub async fn comes(world: &World) -> String {
    let serial = format!("X<img src=x onerror={CANARY}=1>");
    let mut hand = Hand::unregistered(world, &serial);
    hand.identity.manufacturer = format!("<script>{CANARY}=1</script>");
    let identity = hand.identity.username();
    hand.authorization = basic::encode(&identity, &Secret::new(PASSWORD));
    let device = json!({
        "oui": hand.identity.oui,
        "product_class": hand.identity.product_class,
        "serial_number": serial,
        "password": PASSWORD,
        "connection_request": { "username": "acs", "password": PASSWORD },
    });
    let registered = world.api.post("/devices", device).await;
    registered.expect("a serial number may be any text");
    let tasks = format!("{}/tasks", hand.path());
    let value = json!([{ "name": "Device.X_CISCO_ATA.Line.1.Proxy", "value": "sip.example.net" }]);
    for task in [
        json!({ "kind": "get_parameter_values", "names": ["Device."] }),
        json!({ "kind": "set_parameter_values", "values": value }),
    ] {
        world.api.post(&tasks, task).await.expect("a task");
    }
    let answer = hand.post(inform(&hand)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut answer = hand.post("").await;
    while answer.status == 200 && !answer.body.is_empty() {
        let id = answer.message().header.id.unwrap_or_default();
        let reply = if answer.text().contains("SetParameterValues") {
            let mut fault = Fault::from(FaultCode::INVALID_ARGUMENTS);
            fault.text = format!("<img src=x onerror={CANARY}=1>");
            hand.message(&id, fault)
        } else {
            let parameter_list = values();
            let response = GetParameterValuesResponse { parameter_list };
            hand.message(&id, CpeResponse::from(response))
        };
        answer = hand.post(reply).await;
    }
    identity
}
