//! Subscribers: an account's lines reach its device, follow it, leave it, and are found from every end.

use crate::world::by_hand::Hand;
use crate::world::{Phone, World, device_path, eventually};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const LINE: &str = "Services.VoiceService.1.VoiceProfile.1.Line.1";
const STATUS: &str = "Services.VoiceService.1.VoiceProfile.1.Line.1.Status";

/// A server with a profile that puts lines on every ATA, and the account 4711 with one line.
async fn world() -> World {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let profile = json!({ "values": [
        { "name": "~.X_CISCO_ATA.Line.1.Line_Enable", "value": "{{line1.enabled}}" },
        { "name": "~.X_CISCO_ATA.Line.1.User_ID", "value": "{{line1.user}}" },
        { "name": "~.X_CISCO_ATA.Line.1.Password", "value": "{{line1.password}}" },
        { "name": "~.X_CISCO_ATA.Line.1.Display_Name", "value": "{{line1.display_name}}" },
        { "name": "~.X_CISCO_ATA.Line.1.Proxy", "value": "{{line1.proxy}}" },
        { "name": "~.X_CISCO_ATA.Line.1.Register_Expires", "value": "{{line1.expires}}" },
        { "name": "~.X_CISCO_ATA.Line.2.Line_Enable", "value": "{{line2.enabled}}" },
        { "name": "~.DeviceInfo.ProvisioningCode", "value": "{{account}}.{{plan}}" },
    ] });
    let put = world.api.put("/profiles/lines", profile).await;
    put.expect("a good profile");
    world
        .api
        .put("/accounts/4711", account("hunter2"))
        .await
        .expect("a good account");
    world
}

fn account(password: &str) -> Value {
    json!({
        "name": "Ann Example",
        "variables": { "plan": "gold" },
        "lines": [{
            "port": 1, "number": "+15550100", "user": "u100", "password": password,
            "display_name": "Ann", "proxy": "sip.example.net", "options": { "expires": "600" },
        }],
    })
}

async fn expect(world: &World, serial: &str) {
    let body = json!({ "account": "4711" });
    let path = format!("/bindings/serial/{serial}");
    world.api.put(&path, body).await.expect("a good binding");
}

async fn lines(world: &World, query: &str) -> Vec<Value> {
    let path = format!("/lines?{query}");
    let answer = world.api.get(&path).await;
    let answer = answer.unwrap_or_else(|refused| panic!("{path}: {refused}"));
    answer["items"].as_array().expect("a list").clone()
}

/// The way of most subscribers: the account is bound to a serial number, then the device comes out of its box.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_the_lines_of_the_account_that_waits_for_it() {
    let world = world().await;
    expect(&world, "SUB1").await;
    let phone = Phone::start(world.agent_config("ata192", "SUB1")).await;
    for (name, value) in [
        ("User_ID", "u100"),
        ("Password", "hunter2"),
        ("Display_Name", "Ann"),
        ("Proxy", "sip.example.net"),
        ("Register_Expires", "600"),
        ("Line_Enable", "1"),
    ] {
        phone
            .reaches(&format!("X_CISCO_ATA.Line.1.{name}"), value)
            .await;
    }
    phone.reaches("X_CISCO_ATA.Line.2.Line_Enable", "0").await;
    phone
        .reaches("DeviceInfo.ProvisioningCode", "4711.gold")
        .await;
    world.enrolled(&phone).await;
    let names = json!([phone.name(STATUS)]);
    let read = json!({ "kind": "get_parameter_values", "names": names });
    world.task(&phone, read).await;
    for query in [
        "number=%2B15550100",
        "user=u100",
        "account=4711",
        &format!("device={}", phone.identity),
        "contains=ann%20ex",
        "state=registering",
    ] {
        let found = lines(&world, query).await;
        let [line] = &found[..] else {
            panic!("{query}: {found:?}")
        };
        assert_eq!(line["account"], "4711", "{query}");
        assert_eq!(line["port"], 1);
        assert_eq!(line["device"]["identity"], phone.identity);
        assert_eq!(line["registration"]["state"], "registering");
        assert_eq!(line["registration"]["said"], "Registering");
        assert_eq!(line["password"], "***");
    }
    assert!(lines(&world, "state=registered").await.is_empty());
    assert!(lines(&world, "user=u101").await.is_empty());
    let account = world.api.get("/accounts/4711").await.expect("an account");
    assert_eq!(
        account["lines"][0]["registration"]["said"], "Registering",
        "{account}"
    );
    for path in ["/accounts", "/lines", "/audit", "/bindings", "/events"] {
        let shown = world.api.get(path).await.expect("a list").to_string();
        assert!(!shown.contains("hunter2"), "{path}: {shown}");
    }
}

/// Whether the device that has it is called or comes by itself, a changed password arrives.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_reaches_the_device_and_an_unbound_one_is_left_with_empty_lines() {
    let world = world().await;
    expect(&world, "SUB2").await;
    let phone = Phone::start(world.agent_config("ata192", "SUB2")).await;
    phone
        .reaches("X_CISCO_ATA.Line.1.Password", "hunter2")
        .await;
    let line = json!({ "number": "+15550100", "user": "u100", "password": "correct horse",
                       "options": { "expires": "600" } });
    let put = world.api.put("/accounts/4711/lines/1", line).await;
    put.expect("a good line");
    phone
        .reaches("X_CISCO_ATA.Line.1.Password", "correct horse")
        .await;
    phone.reaches("X_CISCO_ATA.Line.1.Display_Name", "").await;
    world
        .api
        .delete("/accounts/4711/device")
        .await
        .expect("it is on one");
    phone.reaches("X_CISCO_ATA.Line.1.User_ID", "").await;
    phone.reaches("X_CISCO_ATA.Line.1.Line_Enable", "0").await;
    phone.reaches("X_CISCO_ATA.Line.1.Password", "-").await;
    let again = json!({ "device": phone.identity });
    world
        .api
        .put("/accounts/4711/device", again)
        .await
        .expect("it is free");
    phone
        .reaches("X_CISCO_ATA.Line.1.Password", "correct horse")
        .await;
    phone.reaches("X_CISCO_ATA.Line.1.Line_Enable", "1").await;
}

/// A dead unit is replaced: its lines are on the new one, and whoever switches the old one on again gets nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_gives_the_lines_to_the_new_unit_and_walls_the_old_one_in() {
    let world = world().await;
    expect(&world, "DEAD").await;
    let dead = Phone::start(world.agent_config("ata192", "DEAD")).await;
    dead.reaches("X_CISCO_ATA.Line.1.Password", "hunter2").await;
    world.enrolled(&dead).await;
    let tags = format!("{}/tags", dead.path());
    world
        .api
        .put(&tags, json!(["north"]))
        .await
        .expect("good tags");
    let (identity, path) = (dead.identity.clone(), dead.path());
    let settings = dead.stop().await;
    let swap = json!({ "serial_number": "FRESH" });
    let swapped = world.api.post(&format!("{path}/swap"), swap).await;
    let swapped = swapped.expect("a swap");
    assert_eq!(swapped["identity"], "00562B-ATA192-FRESH");
    assert_eq!(swapped["tags"], json!(["north"]));
    let fresh = Phone::start(world.agent_config("ata192", "FRESH")).await;
    fresh
        .reaches("X_CISCO_ATA.Line.1.Password", "hunter2")
        .await;
    let found = lines(&world, "account=4711").await;
    assert_eq!(found[0]["device"]["identity"], fresh.identity);
    // A new password is not for the old unit, which is switched on again.
    let put = world
        .api
        .put("/accounts/4711", account("correct horse"))
        .await;
    put.expect("a good account");
    fresh
        .reaches("X_CISCO_ATA.Line.1.Password", "correct horse")
        .await;
    let before = world.api.get(&path).await.expect("it is kept")["informs"].as_u64();
    let dead = Phone::start(settings).await;
    eventually("the old unit informs", || async {
        let device = world.api.get(&path).await.ok()?;
        (device["informs"].as_u64() > before && dead.is_idle().await).then_some(())
    })
    .await;
    let has = dead.value("X_CISCO_ATA.Line.1.Password").await;
    assert_eq!(has.as_deref(), Some("hunter2"), "nothing was written to it");
    let apart = world.api.get("/quarantine").await.expect("a list");
    assert_eq!(apart["items"][0]["identity"], identity.as_str(), "{apart}");
    assert_eq!(apart["items"][0]["reason"], "replaced");
    let audit = world
        .api
        .get("/audit")
        .await
        .expect("the trail")
        .to_string();
    assert!(audit.contains("device.swap"), "{audit}");
}

/// An installer types the code of the letter; it works once.
#[tokio::test(flavor = "multi_thread")]
async fn an_activation_code_puts_an_account_on_a_device_once() {
    let world = world().await;
    let phone = world.phone("CODE1").await;
    let made = world
        .api
        .post("/accounts/4711/activation-code", json!({}))
        .await;
    let code = made.expect("a code")["code"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert_eq!(code.len(), 14, "twelve digits in three groups: {code}");
    let use_it = json!({ "code": code.replace('-', ""), "device": phone.identity });
    let used = world
        .api
        .post("/activation-codes/use", use_it.clone())
        .await;
    assert_eq!(used.expect("a good code")["account"], "4711");
    phone.reaches("X_CISCO_ATA.Line.1.User_ID", "u100").await;
    let again = world.api.post("/activation-codes/use", use_it).await;
    assert_eq!(again.expect_err("it is used").status, 404);
    for path in ["/audit", "/bindings"] {
        let shown = world.api.get(path).await.expect("a list").to_string();
        assert!(!shown.contains(&code.replace('-', "")), "{path}: {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_gives_its_devices_what_neither_they_nor_their_account_have() {
    let world = World::start().await;
    let profile = json!({ "values": [
        { "name": "~.DeviceInfo.ProvisioningCode", "value": "{{site}}" },
    ] });
    world
        .api
        .put("/profiles/site", profile)
        .await
        .expect("a good profile");
    let phone = world.phone("GROUP1").await;
    let group = json!({ "tag": "north", "variables": { "site": "oslo" } });
    world
        .api
        .put("/groups/north", group)
        .await
        .expect("a good group");
    let tags = format!("{}/tags", phone.path());
    world
        .api
        .put(&tags, json!(["north"]))
        .await
        .expect("good tags");
    phone.reaches("DeviceInfo.ProvisioningCode", "oslo").await;
    let group = json!({ "tag": "north", "variables": { "site": "bergen" } });
    world
        .api
        .put("/groups/north", group)
        .await
        .expect("a good group");
    phone.reaches("DeviceInfo.ProvisioningCode", "bergen").await;
}

const FILE: &str = "account,name,port,number,user,password,serial\n\
    4711,Ann Example,1,+15550100,u100,,\n\
    4712,=cmd|' /C calc'!A0,1,+15550101,u101,opensesame,NEW1\n\
    4712,,2,+15550102,u102,opensesame,\n";

/// An export, as it travels.
async fn export(world: &World, path: &str) -> String {
    let mut stream = TcpStream::connect(world.server.api_address)
        .await
        .expect("it listens");
    let request = format!(
        "GET /api/v1{path} HTTP/1.1\r\nHost: api\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        world.api.token()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("it answers");
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    text
}

/// What a rehearsal says is what happens; a wrong row stops all of it; secrets leave only when they are asked for.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_rehearsed_carried_out_and_comes_back_as_an_export() {
    let world = world().await;
    let import = async |text: &str, query: &str| {
        let path = format!("/subscribers/import?format=csv{query}");
        let answer = world.api.text("POST", &path, "", text).await;
        let report: Value = serde_json::from_slice(&answer.body).expect("a report");
        (answer.status, report)
    };
    let (status, report) = import(FILE, "&dry_run=true").await;
    assert_eq!(
        (status, &report["applied"]),
        (200, &json!(false)),
        "{report}"
    );
    assert_eq!(
        (&report["create"], &report["update"]),
        (&json!(1), &json!(1)),
        "{report}"
    );
    assert!(
        world.api.get("/accounts/4712").await.is_err(),
        "it was a rehearsal"
    );
    let wrong = format!("{FILE}4713,,x,+15550103,u103,,\n");
    let (status, report) = import(&wrong, "").await;
    assert_eq!(
        (status, &report["applied"]),
        (422, &json!(false)),
        "{report}"
    );
    let why = &report["rows"].as_array().expect("rows")[2];
    assert_eq!(
        (&why["row"], &why["outcome"]),
        (&json!(4), &json!("error")),
        "{report}"
    );
    assert!(
        world.api.get("/accounts/4712").await.is_err(),
        "all or nothing"
    );
    let (status, report) = import(FILE, "").await;
    assert_eq!(
        (status, &report["applied"]),
        (200, &json!(true)),
        "{report}"
    );
    assert_eq!(lines(&world, "account=4712").await.len(), 2);
    let (_, report) = import(FILE, "").await;
    assert_eq!(report["unchanged"], 2, "{report}");
    let csv = export(&world, "/subscribers/export").await;
    assert!(csv.contains("'+15550101") && csv.contains("'=cmd"), "{csv}");
    assert!(
        !csv.contains("opensesame") && !csv.contains("hunter2"),
        "{csv}"
    );
    let json = export(&world, "/subscribers/export?format=json").await;
    assert!(
        json.contains("\"+15550101\"") && !json.contains("opensesame"),
        "{json}"
    );
    let all = export(&world, "/subscribers/export-with-secrets").await;
    assert!(
        all.contains("opensesame") && all.contains("hunter2"),
        "{all}"
    );
    let audit = world
        .api
        .get("/audit")
        .await
        .expect("the trail")
        .to_string();
    assert!(audit.contains("with secrets"), "{audit}");
    for (text, format) in [
        ("", "csv"),
        ("account,colour\n1,2\n", "csv"),
        ("{}", "json"),
    ] {
        let path = format!("/subscribers/import?format={format}");
        let status = world.api.text("POST", &path, "", text).await.status;
        assert_eq!(status, 400, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_registered_from_a_list_and_come_in_with_their_account() {
    let world = world().await;
    let file = "oui,product_class,serial_number,password,tags,account\n\
                00562B,ATA192,LIST1,factory-secret,north,4711\n";
    let path = "/devices/import?format=csv";
    let report = world.api.text("POST", path, "", file).await;
    assert_eq!(report.status, 200, "{}", report.text());
    let device = world.api.get(&device_path("00562B-ATA192-LIST1")).await;
    let device = device.expect("it is registered");
    assert_eq!(
        (&device["informs"], &device["tags"]),
        (&json!(0), &json!(["north"]))
    );
    let phone = Phone::start(world.agent_config("ata192", "LIST1")).await;
    phone
        .reaches(&format!("{LINE}.DirectoryNumber"), "u100")
        .await;
}

/// Covers A09.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_hold_only_what_makes_sense_and_conflicts_are_told() {
    let world = world().await;
    let line = |field: &str, value: Value| {
        let mut line = json!({ "port": 1, "number": "1" });
        line[field] = value;
        json!({ "lines": [line] })
    };
    for body in [
        line("port", json!(0)),
        line("port", json!(99)),
        line("number", json!("")),
        line("user", json!("a\nb")),
        line("options", json!({ "number": "1" })),
        line("options", json!({ "a b": "1" })),
        line("colour", json!("red")),
        json!({ "lines": [{ "port": 1, "number": "1" }, { "port": 1, "number": "2" }] }),
        json!({ "variables": { "{{x}}": "1" } }),
        json!({ "notes": "x".repeat(4_001) }),
    ] {
        let refused = world.api.put("/accounts/1", body.clone()).await;
        assert_eq!(refused.expect_err("nonsense").status, 400, "{body}");
    }
    let late = json!({ "name": "Bob", "revision": 7 });
    let refused = world.api.put("/accounts/4711", late).await;
    assert_eq!(refused.expect_err("it has changed").status, 409);
    let (one, other) = (
        Hand::registered(&world, "ONE").await,
        Hand::registered(&world, "OTHER").await,
    );
    let on = |hand: &Hand| json!({ "device": hand.identity.username() });
    world
        .api
        .put("/accounts/4711/device", on(&one))
        .await
        .expect("both are free");
    let refused = world.api.put("/accounts/4711/device", on(&other)).await;
    let refused = refused.expect_err("it is on the other one");
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("swap"), "{refused}");
    for (path, status) in [
        ("/accounts/nobody", 404),
        ("/lines?state=sideways", 400),
        ("/lines?colour=red", 400),
        ("/lines?device=nobody", 404),
        ("/groups/nobody", 404),
    ] {
        assert_eq!(
            world.api.get(path).await.expect_err(path).status,
            status,
            "{path}"
        );
    }
}
