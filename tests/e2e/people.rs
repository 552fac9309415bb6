//! People: users, roles, passwords, and what nobody is shown.

use crate::world::World;
use crate::world::by_hand::Hand;
use crate::world::rest::Rest;
use serde_json::json;

const PASSWORD: &str = "a good password";

async fn sign_in(world: &World, user: &str, password: &str) -> Result<Rest, u16> {
    let signed_in = Rest::sign_in(world.server.api_address, user, password).await;
    signed_in.map_err(|refused| refused.status)
}

/// A user of this role, signed in.
async fn user(world: &World, name: &str, role: &str) -> Rest {
    let user = json!({ "role": role, "password": PASSWORD });
    let path = format!("/users/{name}");
    world.api.put(&path, user).await.expect("a user");
    sign_in(world, name, PASSWORD)
        .await
        .expect("a good password")
}

/// Covers A14.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_do_what_it_is_for_and_no_more() {
    let world = World::start().await;
    let viewer = user(&world, "vera", "viewer").await;
    let operator = user(&world, "olga", "operator").await;
    let device = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "ROLE1" });
    assert!(viewer.get("/devices").await.is_ok());
    let refused = viewer
        .post("/devices", device.clone())
        .await
        .expect_err("only looks");
    assert_eq!(refused.status, 403);
    assert!(operator.post("/devices", device).await.is_ok());
    for people in [&viewer, &operator] {
        for refused in [
            people.get("/users").await,
            people.get("/audit").await,
            people
                .put(
                    "/users/mallory",
                    json!({ "role": "admin", "password": PASSWORD }),
                )
                .await,
        ] {
            assert_eq!(refused.expect_err("for administrators").status, 403);
        }
    }
    let users = world.api.get("/users").await.expect("a list");
    let names: Vec<&str> = users
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|user| user["name"].as_str())
        .collect();
    assert_eq!(names, ["admin", "olga", "vera"]);
    assert!(!users.to_string().contains("argon2"), "no hash is shown");
}

/// Covers A11.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_removed_or_changed_is_signed_out() {
    let world = World::start().await;
    let viewer = user(&world, "vera", "viewer").await;
    world
        .api
        .put("/users/vera", json!({ "role": "operator" }))
        .await
        .expect("a change");
    assert_eq!(
        viewer.get("/devices").await.expect_err("signed out").status,
        401
    );
    let viewer = sign_in(&world, "vera", PASSWORD)
        .await
        .expect("the password is the same");
    world.api.delete("/users/vera").await.expect("a known user");
    assert_eq!(
        viewer.get("/devices").await.expect_err("signed out").status,
        401
    );
    assert_eq!(
        sign_in(&world, "vera", PASSWORD).await.expect_err("nobody"),
        401
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays() {
    let world = World::start().await;
    for refused in [
        world.api.delete("/users/admin").await,
        world
            .api
            .put("/users/admin", json!({ "role": "viewer" }))
            .await,
    ] {
        assert_eq!(refused.expect_err("nobody would be left").status, 409);
    }
    assert!(world.api.get("/users").await.is_ok(), "still signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_change_their_own_password_with_the_old_one() {
    let world = World::start().await;
    let viewer = user(&world, "vera", "viewer").await;
    let change = |old: &str, new: &str| json!({ "old": old, "new": new });
    let refused = viewer
        .put("/password", change("wrong", "another good one"))
        .await;
    assert_eq!(refused.expect_err("the old one is wrong").status, 401);
    let refused = viewer.put("/password", change(PASSWORD, "short")).await;
    assert_eq!(refused.expect_err("too short").status, 400);
    viewer
        .put("/password", change(PASSWORD, "another good one"))
        .await
        .expect("a change");
    assert_eq!(
        sign_in(&world, "vera", PASSWORD)
            .await
            .expect_err("the old one"),
        401
    );
    assert!(sign_in(&world, "vera", "another good one").await.is_ok());
}

/// Covers U07.
#[tokio::test(flavor = "multi_thread")]
async fn the_mask_of_a_secret_is_never_taken_for_the_secret() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let hand = Hand::registered(&world, "MASKED").await;
    let variables = format!("{}/variables", hand.path());
    world
        .api
        .put(&variables, json!({ "line1.password": "opensesame" }))
        .await
        .expect("variables");
    let shown = world.api.get(&variables).await.expect("variables");
    let refused = world
        .api
        .put(&variables, shown)
        .await
        .expect_err("a mask is no password");
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("line1.password"), "{refused}");
    let profile =
        json!({ "values": [{ "name": "~.ManagementServer.STUNPassword", "value": "opensesame" }] });
    world
        .api
        .put("/profiles/p", profile)
        .await
        .expect("a profile");
    let shown = world.api.get("/profiles/p").await.expect("a profile");
    let back = json!({ "values": shown["values"] });
    assert_eq!(
        world
            .api
            .put("/profiles/p", back)
            .await
            .expect_err("a mask")
            .status,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_or_an_argument_nobody_knows_is_refused_with_its_name() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let hand = Hand::registered(&world, "TYPO").await;
    let tasks = format!("{}/tasks", hand.path());
    let refused = world
        .api
        .post(&tasks, json!({ "kind": "reboot", "expires_sec": 1 }))
        .await;
    let refused = refused.expect_err("a mistyped field");
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("expires_sec"), "{refused}");
    let refused = world
        .api
        .get("/devices?serial=TYPO")
        .await
        .expect_err("a mistyped argument");
    assert_eq!(refused.status, 400);
    let refused = world
        .api
        .put("/devices", json!({}))
        .await
        .expect_err("no such method");
    assert_eq!(refused.status, 405);
    assert!(refused.body.contains("fix"), "{refused}");
}
