//! Programs and people who try what they may not, hang up, stall, or come with what is out of date.

use super::resync::{ask, http, raw, world_with};
use crate::world::World;
use crate::world::follower::Follower;
use crate::world::rest::Rest;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const PASSWORD: &str = "a good password";

async fn user(world: &World, name: &str, role: &str) -> Rest {
    let body = json!({ "role": role, "password": PASSWORD });
    let path = format!("/users/{name}");
    world.api.put(&path, body).await.expect("a user");
    let signed_in = Rest::sign_in(world.server.api_address, name, PASSWORD).await;
    signed_in.expect("a good password")
}

/// Covers U07, A14.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_a_secret_variable_by_putting_it_into_another_parameter() {
    let world = World::start().await;
    let phone = world.phone("TAINT").await;
    world.enrolled(&phone).await;
    let path = format!("{}/variables", phone.path());
    let variables = json!({ "line1.password": "opensesame" });
    world.api.put(&path, variables).await.expect("variables");
    let values =
        json!([{ "name": "~.DeviceInfo.ProvisioningCode", "value": "{{line1.password}}" }]);
    let viewer = user(&world, "vera", "viewer").await;
    let operator = user(&world, "olga", "operator").await;
    let draft = json!({ "device": phone.identity, "draft": { "values": values } });
    let counts = json!({ "draft": { "values": values } });
    for (path, body) in [("preview", &draft), ("preview/counts", &counts)] {
        let path = format!("/profiles/p/{path}");
        let refused = viewer.post(&path, body.clone()).await;
        assert_eq!(refused.expect_err("it takes `operate`").status, 403);
        let refused = operator.post(&path, body.clone()).await;
        let refused = refused.expect_err("it would be shown");
        assert_eq!(refused.status, 400);
        assert!(refused.to_string().contains("line1.password"), "{refused}");
    }
    let keyed = json!({ "device": phone.identity, "draft": { "objects": [
        { "path": "~.ManagementServer.X.", "key": { "Name": "{{line1.password}}" } },
    ] } });
    let refused = operator.post("/profiles/p/preview", keyed).await;
    assert_eq!(refused.expect_err("keys are shown").status, 400);
    let refused = operator
        .put("/profiles/p", json!({ "values": values }))
        .await;
    assert_eq!(refused.expect_err("it would be shown").status, 400);
    world
        .profile(
            "p",
            json!({ "values": [
        { "name": "~.X_CISCO_ATA.Line.1.Password", "value": "{{line1.password}}" },
    ] }),
        )
        .await;
    phone
        .reaches("X_CISCO_ATA.Line.1.Password", "opensesame")
        .await;
    let device = phone.path();
    for path in [
        "desired",
        "parameters",
        "parameters/Device.X_CISCO_ATA.Line.1.Password/why",
        "profile",
    ] {
        let shown = viewer.get(&format!("{device}/{path}")).await.expect(path);
        assert!(!shown.to_string().contains("opensesame"), "{path}: {shown}");
    }
}

/// Covers A11.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_makes_and_removes_no_users() {
    let world = World::start().await;
    user(&world, "vera", "viewer").await;
    let asked = json!({ "name": "ci", "expires_secs": 3600 });
    let made = world.api.raw("POST", "/tokens", "", &asked).await;
    assert_eq!(made.status, 201);
    let made: Value = serde_json::from_slice(&made.body).expect("a token");
    let token = made["token"].as_str().expect("a token");
    let program = Rest::with_token(world.server.api_address, token);
    let body = json!({ "role": "admin", "password": PASSWORD });
    for refused in [
        program.put("/users/mallory", body.clone()).await,
        program.put("/users/vera", body).await,
        program.delete("/users/vera").await,
    ] {
        assert_eq!(
            refused
                .expect_err("its token must not outlive itself")
                .status,
            403
        );
    }
    let vera = world.api.get("/users/vera").await.expect("she is there");
    assert_eq!(vera["role"], "viewer");
    let nobody = world.api.get("/users/mallory").await;
    assert_eq!(nobody.expect_err("nobody made him").status, 404);
}

fn group(password: &str) -> Value {
    json!({ "tag": "west", "variables": { "x.password": password } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_in_the_way_of_nobody() {
    let world = World::start().await;
    let mut stalled = Vec::new();
    for condition in ["", "If-Match: *\r\n"] {
        let api = world.server.api_address;
        let mut stream = TcpStream::connect(api).await.expect("it listens");
        let head = format!(
            "PUT /api/v1/groups/g HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: 100000\r\n{condition}\r\n{{",
            world.api.token()
        );
        stream.write_all(head.as_bytes()).await.expect("it reads");
        stalled.push(stream);
        for path in ["/groups/g", "/groups/other"] {
            let put = world.api.put(path, group("a")).await;
            put.expect("nobody is in the way");
        }
    }
}

async fn tag(rest: &Rest, path: &str) -> String {
    let answer = rest.raw("GET", path, "", &Value::Null).await;
    answer.header("etag").expect("a tag").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_sees_the_change_of_a_secret_and_not_what_a_device_says_again() {
    let world = World::start().await;
    world
        .api
        .put("/groups/g", group("one"))
        .await
        .expect("a group");
    let before = tag(&world.api, "/groups/g").await;
    world
        .api
        .put("/groups/g", group("two"))
        .await
        .expect("a change");
    let condition = format!("If-Match: {before}\r\n");
    let late = world
        .api
        .raw("PUT", "/groups/g", &condition, &group("three"))
        .await;
    assert_eq!(late.status, 412, "the secret is another one");
    let condition = format!("If-Match: {}\r\n", tag(&world.api, "/groups/g").await);
    let put = world
        .api
        .raw("PUT", "/groups/g", &condition, &group("three"))
        .await;
    assert_eq!(put.status, 200);

    let phone = world.phone("TAGGED").await;
    world.enrolled(&phone).await;
    let tags = format!("{}/tags", phone.path());
    let seen = format!("If-Match: {}\r\n", tag(&world.api, &tags).await);
    for (list, status) in [(json!(["office"]), 204), (json!(["beta"]), 412)] {
        let put = world.api.raw("PUT", &tags, &seen, &list).await;
        assert_eq!(put.status, status, "{list}");
    }
    let before = tag(&world.api, &phone.path()).await;
    world.session(&phone).await;
    assert_ne!(
        tag(&world.api, &phone.path()).await,
        before,
        "there is news for readers"
    );
    let condition = format!("If-Match: {before}\r\n");
    let gone = world
        .api
        .raw("DELETE", &phone.path(), &condition, &Value::Null)
        .await;
    assert_eq!(gone.status, 204, "nobody has changed it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_says_where_it_is() {
    let world = World::start().await;
    let body = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "WHERE" });
    let made = world.api.raw("POST", "/devices", "", &body).await;
    let location = made.header("location").expect("a location");
    let path = location.strip_prefix("/api/v1").expect("a path of the API");
    let device = world.api.get(path).await.expect("it is there");
    assert_eq!(device["serial_number"], "WHERE");
}

/// Covers A11.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_signed_out_follows_no_events() {
    let world = World::start().await;
    let viewer = user(&world, "vera", "viewer").await;
    let api = world.server.api_address;
    let mut follower = Follower::open(api, viewer.token(), "/events/stream", "").await;
    assert_eq!(follower.status, 200);
    viewer.delete("/session").await.expect("signed out");
    // Events that come meanwhile may still be told; then it ends.
    while follower.next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_with_a_number_that_was_never_given_is_told_so() {
    let world = World::start().await;
    let api = world.server.api_address;
    let path = "/events/stream?after=1000000";
    let mut follower = Follower::open(api, world.api.token(), path, "").await;
    follower.hears("missed").await;
    let body = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "NEXT" });
    world.api.post("/devices", body).await.expect("a device");
    follower.hears("device.register").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_a_rule_by_calling_home_for_every_serial_number() {
    let world = world_with(|_| {}).await;
    let server = http(&world);
    let rule = json!({ "account": "4711", "rule": "[--key $A] https://prov.example.net/$MA.cfg" });
    let bound = world.api.put("/bindings/serial/RES1", rule).await;
    bound.expect("a binding");
    let home = |serial: &str| {
        format!("/software/edos/callhome/rc?id=000E08AABBCC:{serial}:ATA192-MPP&sw=1")
    };
    for guess in 0..30 {
        let wrong = ask(server, &home(&format!("GUESS{guess}")), "").await;
        assert_eq!(wrong.status, 404);
    }
    let throttled = ask(server, &home("RES1"), "").await;
    assert_eq!(
        throttled.status, 404,
        "it waits a minute, like everybody who guesses"
    );
}

/// Covers U07.
#[tokio::test(flavor = "multi_thread")]
async fn only_images_are_given_to_whoever_asks() {
    let world = world_with(|config| config.images = true).await;
    for (name, kind, status) in [
        (
            "ata.img",
            "1%20Firmware%20Upgrade%20Image&unverified=true",
            200,
        ),
        ("ata.cfg", "3%20Vendor%20Configuration%20File", 404),
    ] {
        let path = format!("/files?name={name}&file_type={kind}");
        let uploaded = world.api.upload(&path, b"<x>opensesame</x>".to_vec()).await;
        uploaded.expect("a file");
        let ask = format!("GET /firmware/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = raw(http(&world), ask.as_bytes()).await;
        assert_eq!(answer.status, status, "{name}");
    }
}
