//! Rows of tables by their key: made, changed, removed, and never made twice.

use crate::world::by_hand::{Answer, Hand};
use crate::world::process::{AcsProcess, Ports};
use crate::world::{FACTORY_SECRET, Phone, World};
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::{
    AddObjectResponse, GetParameterValuesResponse, SetParameterValuesResponse, Status,
};
use cwmp::{Event, EventCode};
use data_model::{ParameterList, XsdType};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn reports(rows: &[(&str, &str)], exclusive: bool) -> Value {
    let rows = rows.iter().map(|(name, interval)| {
        json!({
            "path": "~.BulkData.Profile.",
            "key": { "Name": name },
            "values": [
                { "name": "ReportingInterval", "value": interval },
                { "name": "JSONEncoding.ReportFormat", "value": "NameValuePair" },
            ],
            "exclusive": exclusive,
        })
    });
    json!({ "values": [], "objects": rows.collect::<Vec<Value>>() })
}

/// The rows of the table on the device itself: name and interval, by number.
async fn rows(phone: &Phone) -> BTreeMap<u32, (String, String)> {
    let mut rows = BTreeMap::new();
    for row in 1..12 {
        let path = format!("BulkData.Profile.{row}");
        if let Some(name) = phone.value(&format!("{path}.Name")).await {
            let interval = phone.value(&format!("{path}.ReportingInterval")).await;
            rows.insert(row, (name, interval.unwrap_or_default()));
        }
    }
    rows
}

fn texts(rows: &BTreeMap<u32, (String, String)>) -> Vec<(&str, &str)> {
    rows.values()
        .map(|(name, interval)| (&**name, &**interval))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_made_changed_and_removed_to_match_a_profile() {
    let world = World::start().await;
    let phone = world.phone("ROWS").await;
    let add = json!({ "kind": "add_object", "object": phone.name("BulkData.Profile."), "values": [
        { "name": "Name", "value": "by hand" },
    ] });
    assert_eq!(world.task(&phone, add).await["state"], "done");

    world
        .profile("p", reports(&[("day", "86400"), ("hour", "3600")], false))
        .await;
    world.agrees(&phone).await;
    let made = rows(&phone).await;
    let expected = [("by hand", "86400"), ("day", "86400"), ("hour", "3600")];
    assert_eq!(texts(&made), expected);

    // Another value changes the row; it is not made anew.
    world
        .profile("p", reports(&[("day", "43200"), ("hour", "3600")], false))
        .await;
    world.agrees(&phone).await;
    let changed = rows(&phone).await;
    assert_eq!(
        changed.keys().collect::<Vec<_>>(),
        made.keys().collect::<Vec<_>>()
    );
    assert_eq!(texts(&changed)[1], ("day", "43200"));
    let desired = world.api.get(&format!("{}/desired", phone.path())).await;
    let desired = desired.expect("what is desired");
    assert_eq!(
        desired["rows"].as_array().map(Vec::len),
        Some(2),
        "{desired}"
    );
    let states = desired["values"].as_array().cloned().unwrap_or_default();
    assert!(
        states.iter().all(|value| value["state"] == "equal"),
        "{desired}"
    );

    // What the preview says of an exclusive table is what happens.
    let draft = reports(&[("hour", "3600")], true);
    let ask = json!({ "device": phone.identity, "draft": draft });
    let preview = world
        .api
        .post("/profiles/p/preview", ask)
        .await
        .expect("a preview");
    let mut gone: Vec<String> = changed
        .iter()
        .filter(|(_, (name, _))| name != "hour")
        .map(|(row, _)| phone.name(&format!("BulkData.Profile.{row}.")))
        .collect();
    gone.sort_unstable();
    assert_eq!(preview["deletes"], json!(gone), "{preview}");
    assert_eq!(preview["creates"], json!([]));
    world.profile("p", draft).await;
    world.agrees(&phone).await;
    assert_eq!(texts(&rows(&phone).await), [("hour", "3600")]);
}

/// A device with one table, played by hand; it outlives the server.
struct Table {
    hand: Hand,
    values: BTreeMap<String, String>,
    adds: usize,
    sets: usize,
}

const TABLE: &str = "Device.T.";

impl Table {
    /// Comes, and answers until the session is over; stops in front of an answer if `stops` says so.
    async fn comes(&mut self, stops: impl Fn(&AcsRequest) -> bool) {
        self.hand.hang_up();
        self.hand.cookie = None;
        let inform = self.hand.inform(vec![Event::new(EventCode::Periodic)]);
        let mut answer = self.hand.post(inform).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer = self.hand.post("").await;
        while answer.status == 200 {
            let (id, request) = request(&answer);
            let response = self.serve(&request);
            if stops(&request) {
                return;
            }
            answer = self.hand.post(self.hand.message(&id, response)).await;
        }
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    fn serve(&mut self, request: &AcsRequest) -> CpeResponse {
        match request {
            AcsRequest::GetParameterValues(read) => {
                let mut list = ParameterList::new();
                for (name, value) in &self.values {
                    let mut asked = read.parameter_names.iter();
                    if asked.any(|asked| name.starts_with(asked.as_str())) {
                        list.push(name, XsdType::String, value);
                    }
                }
                GetParameterValuesResponse {
                    parameter_list: list,
                }
                .into()
            }
            AcsRequest::SetParameterValues(write) => {
                self.sets += 1;
                for parameter in write.parameter_list.iter() {
                    let value = parameter.value.to_owned();
                    self.values.insert(parameter.name.to_owned(), value);
                }
                SetParameterValuesResponse {
                    status: Status::Applied,
                }
                .into()
            }
            AcsRequest::AddObject(add) => {
                assert_eq!(add.object_name, TABLE);
                self.adds += 1;
                let instance_number = 4 + u32::try_from(self.adds).expect("few");
                for name in ["Name", "Port"] {
                    let name = format!("{TABLE}{instance_number}.{name}");
                    self.values.insert(name, String::new());
                }
                let status = Status::Applied;
                AddObjectResponse {
                    instance_number,
                    status,
                }
                .into()
            }
            other => panic!("nobody asks for {}", other.name()),
        }
    }
}

fn request(answer: &Answer) -> (String, AcsRequest) {
    let message = answer.message();
    let id = message.header.id.unwrap_or_default();
    match message.body {
        FromAcs::Request(request) => (id, request),
        other => panic!("{other:?} is no request"),
    }
}

/// The server is killed when AddObject has reached the device: its answer reaches nobody. Covers P1, P12.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_made_once_also_if_the_server_is_killed_before_it_is_filled() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let server = AcsProcess::start(&data, &ports).await;
    let api = server.sign_in(&data).await;
    let profile = json!({ "values": [], "objects": [
        { "path": TABLE, "key": { "Name": "sip" }, "values": [{ "name": "Port", "value": "5060" }] },
    ] });
    api.put("/profiles/p", profile).await.expect("a profile");
    let mut device = Table {
        hand: Hand::with_password(server.cwmp, "TABLE", FACTORY_SECRET),
        values: BTreeMap::new(),
        adds: 0,
        sets: 0,
    };
    device
        .comes(|request| matches!(request, AcsRequest::AddObject(_)))
        .await;
    assert_eq!((device.adds, device.sets), (1, 0));
    server.kill().await;
    let _server = AcsProcess::start(&data, &ports).await;
    device.comes(|_| false).await;
    assert_eq!((device.adds, device.sets), (1, 1), "{:?}", device.values);
    let expected = [("Device.T.5.Name", "sip"), ("Device.T.5.Port", "5060")];
    let values = device
        .values
        .iter()
        .map(|(name, value)| (&**name, &**value));
    assert_eq!(values.collect::<Vec<_>>(), expected);
    device.comes(|_| false).await;
    assert_eq!((device.adds, device.sets), (1, 1), "it agrees");
}
