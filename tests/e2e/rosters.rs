//! Lists of subscribers and devices: rehearsed, imported, exported.

use super::subscribers::{lines, world};
use crate::world::{Phone, World, device_path};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

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

/// What a rehearsal says is what happens; and a wrong row stops all of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_rehearsed_and_then_carried_out_whole_or_not_at_all() {
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

/// Secrets leave only when they are asked for, and no cell is a formula.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_shows_no_secrets_and_no_spreadsheet_computes_it() {
    let world = world().await;
    let path = "/subscribers/import?format=csv";
    let answer = world.api.text("POST", path, "", FILE).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
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
        .reaches(
            "Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber",
            "u100",
        )
        .await;
}
