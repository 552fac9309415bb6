//! Reports of devices: who may send one, what is kept of it, and where it differs from the profiles.

use super::resync::{
    ask, curl, element, http, keyed, open_window, outcomes, path_of, raw, registered, world_with,
};
use crate::world::by_hand::Answer;
use crate::world::{World, eventually};
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

const MAC: &str = "000e08aabbcc";
const REPORT: &str = "<?xml version=\"1.0\"?><flat-profile><GPP_A>other</GPP_A>\
    <User_ID_1_>15550100</User_ID_1_><Password_1_>opensesame</Password_1_></flat-profile>";

async fn world() -> World {
    world_with(|config| config.reports = true).await
}

/// What `openssl enc` makes of it.
pub(super) fn encrypted(key: &str, text: &str) -> Vec<u8> {
    let mut openssl = Command::new("openssl")
        .args(["enc", "-aes-256-cbc", "-md", "md5", "-pass"])
        .arg(format!("pass:{key}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let mut input = openssl.stdin.take().expect("it is piped");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    openssl.wait_with_output().expect("it ends").stdout
}

async fn send(server: SocketAddr, method: &str, path: &str, body: &[u8]) -> Answer {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    raw(server, &[head.as_bytes(), body].concat()).await
}

async fn report(world: &World, device: &str) -> Option<Value> {
    world.api.get(&format!("{device}/report")).await.ok()
}

/// Section 2.10. Covers M06, F01.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_taken_from_who_has_the_key_and_held_against_the_profiles() {
    let world = world().await;
    let server = http(&world);
    let device = registered(&world, "RES1").await.path();
    open_window(&world, &device).await;
    let first = ask(server, &format!("/{MAC}.cfg"), "").await.text();
    let key = element(&first, "GPP_SA").to_owned();
    let rule = element(&first, "Report_Rule").to_owned();
    assert!(rule.starts_with("[--key $SA] http://"), "{rule}");
    let path = path_of(&rule);
    assert!(report(&world, &device).await.is_none(), "none has come");

    let good = encrypted(&key, REPORT);
    let (_, name) = path.rsplit_once('/').expect("a path");
    let stranger = format!("/report/{}/{name}", "0".repeat(32));
    for (status, path, body) in [
        (404, stranger.as_str(), good.as_slice()),
        (404, "/report/x", &good),
        (403, &path, REPORT.as_bytes()),
        (400, &path, &encrypted("another key", REPORT)),
        (400, &path, &encrypted(&key, "no profile at all")),
        (400, &path, &good[..good.len() - 3]),
        (413, &path, &vec![b'x'; 1024 * 1024 + 1]),
    ] {
        let answer = send(server, "POST", path, body).await;
        assert_eq!(answer.status, status, "{path} {} bytes", body.len());
    }
    assert!(report(&world, &device).await.is_none(), "nothing was kept");

    for method in ["POST", "PUT"] {
        assert_eq!(send(server, method, &path, &good).await.status, 204);
    }
    let shown = report(&world, &device).await.expect("a report");
    assert_eq!(shown["source"], "report");
    assert_eq!(
        (&shown["encrypted"], &shown["secrets"]),
        (&json!(true), &json!(1))
    );
    let name = "Device.X_CISCO_ATA.Provisioning.GPP_A";
    assert_eq!(shown["values"][name]["value"], "other");
    assert!(!shown.to_string().contains("opensesame"), "{shown}");
    let diff = world.api.get(&format!("{device}/report/diff")).await;
    let diff = diff.expect("a difference");
    assert_eq!(diff["different"][0]["name"], name);
    assert_eq!(diff["different"][0]["desired"], "RES1");
    assert_eq!(diff["different"][0]["reported"], "other");
    assert_eq!(diff["secrets"], 1);
    let address = format!("{device}/parameters?prefix={name}");
    let seen = world.api.get(&address).await.expect("parameters");
    assert_eq!(
        seen["parameters"][0]["value"], "other",
        "one observed state"
    );
    let outcomes = outcomes(&world, &device).await;
    assert_eq!(outcomes[0], "report kept");
    assert!(
        outcomes
            .iter()
            .any(|outcome| outcome == "report refused: the key does not fit the profile"),
        "{outcomes:?}"
    );
    let contacts = world.api.get(&format!("{device}/contacts")).await;
    let contacts = contacts.expect("contacts").to_string();
    assert!(contacts.contains("/report/***/"), "{contacts}");
}

/// A whole device that is asked for a report by its provider.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_reports_with_its_key_what_it_is_configured_to() {
    let world = world().await;
    let phone = keyed(&world).await;
    phone.is_asked_to_report();
    let shown = eventually("the report has come", || async {
        report(&world, &phone.path()).await
    })
    .await;
    assert_eq!(shown["encrypted"], true);
    assert_eq!(shown["secrets"], 0, "a device sends none");
    assert_eq!(shown["ignored"], json!([]));
    let values = shown["values"].as_object().expect("values");
    assert!(values.len() > 500, "{}", values.len());
    let diff = world
        .api
        .get(&format!("{}/report/diff", phone.path()))
        .await;
    let diff = diff.expect("a difference");
    assert_eq!(
        (&diff["different"], &diff["equal"]),
        (&json!([]), &json!(1))
    );
    assert_eq!(diff["not_reported"], json!([]));
}

/// Covers F01.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_no_device_is_told_to_report_and_none_may() {
    let world = world_with(|_| {}).await;
    let server = http(&world);
    let device = registered(&world, "RES1").await.path();
    open_window(&world, &device).await;
    let first = ask(server, &format!("/{MAC}.cfg"), "").await.text();
    assert!(!first.contains("Report_Rule"), "{first}");
    let path = path_of(element(&first, "Profile_Rule")).replace("/p/", "/report/");
    let answer = send(server, "POST", &path, REPORT.as_bytes()).await;
    assert_eq!(answer.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_a_rule_alone_is_not_enough_for_a_report_in_clear() {
    let world = world().await;
    let device = registered(&world, "CERT1").await.path();
    let (status, first) = curl(&world, Some("makers"), "/CERT1.cfg", &[]);
    assert_eq!(status, "200", "{first}");
    let path = path_of(element(&first, "Report_Rule"));
    let body = ["--data-binary", REPORT];
    let (status, _) = curl(&world, None, &path, &body);
    assert_eq!(status, "403", "people have seen the path");
    assert!(report(&world, &device).await.is_none(), "nothing was kept");
    let (status, _) = curl(&world, Some("makers"), &path, &body);
    assert_eq!(status, "204", "it is the device itself");
    // Neither do people see the token in what the device has told of itself.
    let rule = "Device.X_CISCO_ATA.Provisioning.Report_Rule";
    let told = format!(
        "<flat-profile><Report_Rule>[--key $SA] http://x{path}</Report_Rule></flat-profile>"
    );
    let (status, _) = curl(&world, Some("makers"), &path, &["--data-binary", &told]);
    assert_eq!(status, "204");
    let address = format!("{device}/parameters?prefix={rule}");
    let seen = world
        .api
        .get(&address)
        .await
        .expect("parameters")
        .to_string();
    assert!(seen.contains("/report/***/"), "{seen}");
}
