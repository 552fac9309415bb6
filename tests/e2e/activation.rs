//! The activation service: who is bound is told the rule of the account, once.

use super::resync::{ask, element, http, outcomes, path_of, raw, registered, world};
use crate::world::{Phone, World, device_path, eventually};
use serde_json::{Value, json};

const MAC: &str = "000e08aabbcc";
/// How the maker's devices ask the maker's service.
const CALLHOME: &str = "/software/edos/callhome/rc?id=000E08AABBCC:RES1:ATA192-MPP\
                        &sw=ata.11-3-2&orig=orig_mpp&authstatus=none";

async fn bind(world: &World, which: &str, body: Value) {
    let put = world.api.put(&format!("/bindings/{which}"), body).await;
    put.unwrap_or_else(|refused| panic!("{which}: {refused}"));
}

/// Section 5.2. Covers M06.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_bound_is_told_its_rule_once() {
    let world = world().await;
    let server = http(&world);
    let hand = registered(&world, "RES1").await;
    assert_eq!(ask(server, CALLHOME, "").await.status, 404, "unbound");
    let rule = "[--key $A] https://prov.example.net/$MA.cfg";
    bind(
        &world,
        "serial/RES1",
        json!({ "account": "4711", "rule": rule }),
    )
    .await;
    let told = ask(server, CALLHOME, "").await;
    assert_eq!(told.status, 200);
    assert_eq!(told.text(), rule);
    let again = ask(server, CALLHOME, "").await;
    assert_eq!(again.status, 200, "the first answer may have been lost");
    let other = CALLHOME.replace("AABBCC", "AABBCD");
    assert_eq!(ask(server, &other, "").await.status, 404, "another device");
    let outcomes = outcomes(&world, &hand.path()).await;
    assert!(
        outcomes.contains(&"told its rule".to_owned()),
        "{outcomes:?}"
    );
    let binding = world.api.get("/bindings/serial/RES1").await;
    let binding = binding.expect("a binding");
    assert_eq!(binding["told"]["mac"], MAC);
    let audit = world.api.get("/audit").await.expect("the trail");
    assert!(audit.to_string().contains("binding.told"), "{audit}");
    for bad in ["", "?id=", "?id=x", "?id=::", "?id=%ff%00:a:b", "?sw=1"] {
        let path = format!("/software/edos/callhome/rc{bad}");
        assert_eq!(ask(server, &path, "").await.status, 404, "{bad}");
    }
}

/// The retail way: nobody knows which device it will be.
#[tokio::test(flavor = "multi_thread")]
async fn a_customers_number_takes_in_an_unknown_device_that_then_gets_its_profile() {
    let world = world().await;
    let server = http(&world);
    bind(
        &world,
        "customer/c0ffee-1234",
        json!({ "account": "4711", "variables": { "line": "15550100" }, "window_minutes": 5 }),
    )
    .await;
    let line = json!({ "values": [
        { "name": "~.X_CISCO_ATA.Line.1.User_ID", "value": "{{line}}" },
    ] });
    world
        .api
        .put("/profiles/line", line)
        .await
        .expect("a good profile");
    assert_eq!(
        ask(server, "/c/c0ffee-9999/000e08aabbcc.cfg", "")
            .await
            .status,
        404
    );
    let told = ask(server, "/c/c0ffee-1234/000e08aabbcc.cfg", "").await;
    assert_eq!(told.status, 200);
    let rule = element(&told.text(), "Profile_Rule").to_owned();
    assert_eq!(rule, format!("http://{server}/$MA.cfg"));
    let first = ask(server, &path_of(&rule), "").await;
    assert_eq!(first.status, 200);
    assert_eq!(element(&first.text(), "User_ID_1_"), "15550100");
    assert_eq!(element(&first.text(), "GPP_SA").len(), 64);
    let device = device_path("00562B-ATA192-RES1");
    let contacts = world.api.get(&format!("{device}/contacts")).await;
    let contacts = contacts.expect("it is registered").to_string();
    assert!(contacts.contains("/c/***/"), "{contacts}");
    let stranger = raw(
        server,
        b"GET /c/c0ffee-1234/000e08aabbcd.cfg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
          User-Agent: Cisco/ATA192-MPP-11-3-2MPP0102-233(RES2)\r\n\r\n",
    )
    .await;
    assert_eq!(stranger.status, 404, "it is used");
}

/// A whole device, from the URL of its customer to encrypted profiles.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_with_its_customers_url_ends_with_encrypted_profiles() {
    let world = world().await;
    let phone = world.phone("RETAIL1").await;
    bind(
        &world,
        "customer/c0ffee-1234",
        json!({ "account": "4711", "window_minutes": 5 }),
    )
    .await;
    let rule = format!("http://{}/c/c0ffee-1234/$MA.cfg", http(&world));
    phone.change("X_CISCO_ATA.Provisioning.Resync_Random_Delay", "0");
    phone.change("X_CISCO_ATA.Provisioning.Resync_Periodic", "1");
    phone.change("X_CISCO_ATA.Provisioning.Profile_Rule", &rule);
    let steps = ["told its rule", "first profile sent", "sent encrypted"];
    eventually("the device goes every step", || async {
        let outcomes = outcomes(&world, &phone.path()).await;
        let all = steps
            .iter()
            .all(|step| outcomes.iter().any(|one| one == step));
        all.then_some(())
    })
    .await;
}

/// Covers A09.
#[tokio::test(flavor = "multi_thread")]
async fn bindings_are_written_by_operators_and_hold_only_what_makes_sense() {
    let world = world().await;
    let account = json!({ "account": "4711" });
    for which in [
        "customer/short",
        "mac/000e08",
        "serial/a%20b",
        "nobody/x",
        "serial/..",
    ] {
        let refused = world
            .api
            .put(&format!("/bindings/{which}"), account.clone())
            .await;
        let status = refused.expect_err(which).status;
        assert!([400, 404].contains(&status), "{which}: {status}");
    }
    for body in [
        json!({}),
        json!({ "account": "a\nb" }),
        json!({ "account": "a", "rule": "(1 eq" }),
        json!({ "account": "a", "window_minutes": 1_000_000 }),
        json!({ "account": "a", "variables": { "line_password": "***" } }),
    ] {
        let refused = world.api.put("/bindings/serial/A", body.clone()).await;
        let status = refused.expect_err("nonsense").status;
        assert!([400, 422].contains(&status), "{body}: {status}");
    }
    let secret = json!({ "account": "a", "variables": { "line_password": "opensesame" } });
    let kept = world.api.put("/bindings/mac/00:0E:08:AA:BB:CC", secret);
    let kept = kept.await.expect("a good binding");
    assert_eq!(kept["value"], MAC, "one spelling");
    assert_eq!(kept["variables"]["line_password"], "***");
    let list = world.api.get("/bindings").await.expect("a list");
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    let viewer = json!({ "role": "viewer", "password": "long enough a password" });
    world
        .api
        .put("/users/vera", viewer)
        .await
        .expect("a good user");
    let vera = crate::world::rest::Rest::sign_in(
        world.server.api_address,
        "vera",
        "long enough a password",
    );
    let vera = vera.await.expect("she may sign in");
    assert!(vera.get("/bindings").await.is_ok());
    let address = format!("/bindings/mac/{MAC}");
    let refused = [
        vera.put(&address, account).await,
        vera.delete(&address).await,
        vera.post(&format!("{address}/reopen"), json!({})).await,
    ];
    for refused in refused {
        assert_eq!(refused.expect_err("she may only look").status, 403);
    }
    world.api.delete(&address).await.expect("it is there");
    let gone = world.api.get(&address).await;
    assert_eq!(gone.expect_err("it is gone").status, 404);
}

/// A device out of its box, of which the server only has a serial number on a list. Section 5.2.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_out_of_its_box_calls_home_and_ends_with_its_own_profile() {
    let world = world().await;
    let server = http(&world);
    bind(
        &world,
        "serial/BOX1",
        json!({ "account": "4711", "window_minutes": 5 }),
    )
    .await;
    let mut config = world.agent_config("ata192", "BOX1");
    config.provisioning.activation = Some(format!("http://{server}/"));
    let provisioning = "Device.X_CISCO_ATA.Provisioning";
    for (name, value) in [("Resync_Random_Delay", "0"), ("Resync_Periodic", "1")] {
        let name = format!("{provisioning}.{name}");
        config.parameters.insert(name, value.into());
    }
    let phone = Phone::start(config).await;
    phone
        .reaches("X_CISCO_ATA.Status.Product.Customization", "Acquired")
        .await;
    eventually("it fetches with its key", || async {
        let address = format!("{}/provisioning", phone.path());
        let standing = world.api.get(&address).await.ok()?;
        (standing["key_used"] == true).then_some(())
    })
    .await;
    let told = world.api.get("/bindings/serial/BOX1").await;
    let told = told.expect("a binding");
    assert_eq!(told["told"]["serial_number"], "BOX1", "{told}");
}
