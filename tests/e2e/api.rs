//! What is the same for every address of the API: tags of what was read, requests that are sent twice, and errors.

use crate::world::World;
use serde_json::{Value, json};

fn profile(value: &str) -> Value {
    json!({ "values": [{ "name": "~.ManagementServer.PeriodicInformInterval", "value": value }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_over_what_they_have_seen_is_told_if_it_is_another_meanwhile() {
    let world = World::start().await;
    let path = "/profiles/office";
    world
        .api
        .put(path, profile("300"))
        .await
        .expect("a profile");
    let seen = world.api.raw("GET", path, "", &Value::Null).await;
    let tag = seen.header("etag").expect("a tag").to_owned();
    let condition = format!("If-None-Match: {tag}\r\n");
    let same = world.api.raw("GET", path, &condition, &Value::Null).await;
    assert_eq!((same.status, same.body.len()), (304, 0));
    // Somebody else is faster.
    world
        .api
        .put(path, profile("600"))
        .await
        .expect("a profile");
    let condition = format!("If-Match: {tag}\r\n");
    let late = world
        .api
        .raw("PUT", path, &condition, &profile("900"))
        .await;
    assert_eq!(late.status, 412, "{}", late.text());
    let gone = world
        .api
        .raw("DELETE", path, &condition, &Value::Null)
        .await;
    assert_eq!(gone.status, 412);
    let present = world.api.raw("GET", path, "", &Value::Null).await;
    assert!(
        present.text().contains("600"),
        "{} {}",
        present.status,
        present.text()
    );
    let tag = present.header("etag").expect("a tag");
    let condition = format!("If-Match: {tag}\r\n");
    let again = world
        .api
        .raw("PUT", path, &condition, &profile("900"))
        .await;
    assert_eq!(again.status, 200, "{}", again.text());
    // `*` stands for anything that is there.
    for (path, status) in [(path, 200), ("/profiles/nobody", 412)] {
        let put = world
            .api
            .raw("PUT", path, "If-Match: *\r\n", &profile("60"))
            .await;
        assert_eq!(put.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_write_over_the_same_sight_one_succeeds() {
    let world = World::start().await;
    let path = "/profiles/race";
    world.api.put(path, profile("1")).await.expect("a profile");
    let seen = world.api.raw("GET", path, "", &Value::Null).await;
    let condition = format!("If-Match: {}\r\n", seen.header("etag").expect("a tag"));
    let mut writers = tokio::task::JoinSet::new();
    for number in 2..12 {
        let (api, condition) = (world.api.clone(), condition.clone());
        writers.spawn(async move {
            let body = profile(&number.to_string());
            api.raw("PUT", path, &condition, &body).await.status
        });
    }
    let statuses = writers.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 9);
}

/// Covers P1.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_sent_again_with_its_key_is_answered_and_not_carried_out_again() {
    let world = World::start().await;
    let device = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "ONCE1" });
    let key = "Idempotency-Key: 6f1c-1\r\n";
    let first = world.api.raw("POST", "/devices", key, &device).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let again = world.api.raw("POST", "/devices", key, &device).await;
    assert_eq!((again.status, again.text()), (201, first.text()));
    let plain = world.api.raw("POST", "/devices", "", &device).await;
    assert_eq!(plain.status, 409);
    let other = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "ONCE2" });
    let mixed = world.api.raw("POST", "/devices", key, &other).await;
    assert_eq!(mixed.status, 400, "{}", mixed.text());
    // One that was refused was not carried out, and may be put right under the same key.
    let key = "Idempotency-Key: 6f1c-2\r\n";
    let wrong = json!({ "oui": "00562B", "serial_number": "" });
    assert_eq!(
        world.api.raw("POST", "/devices", key, &wrong).await.status,
        400
    );
    assert_eq!(
        world.api.raw("POST", "/devices", key, &other).await.status,
        201
    );
}

/// Covers A12, A14.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_gives_nobody_the_answer_of_somebody_else() {
    let world = World::start().await;
    let device = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "MINE1" });
    let key = "Idempotency-Key: mine\r\n";
    let mine = world.api.raw("POST", "/devices", key, &device).await;
    assert_eq!(mine.status, 201);
    let user = json!({ "role": "operator", "password": "a good password" });
    world.api.put("/users/olga", user).await.expect("a user");
    let address = world.server.api_address;
    let olga = crate::world::rest::Rest::sign_in(address, "olga", "a good password").await;
    let olga = olga.expect("a good password");
    let theirs = olga.raw("POST", "/devices", key, &device).await;
    assert_eq!(theirs.status, 409, "it is tried, and is there already");
    let nobody = crate::world::rest::Rest::nobody(address);
    let refused = nobody.raw("POST", "/devices", key, &device).await;
    assert_eq!(refused.status, 401);
}

/// Covers U04.
#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_has_the_same_form_and_says_why() {
    let world = World::start().await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for (method, path, body) in [
        ("POST", "/devices", deep.as_str()),
        (
            "POST",
            "/devices",
            "{\"oui\":\"00562B\",\"oui\":\"00562B\",\"serial_number\":\"A\"}",
        ),
        ("POST", "/devices", "{\"oui\":1e400}"),
        ("POST", "/devices", "{"),
        ("GET", "/devices?limit=x", ""),
        ("GET", "/nothing/of/the/kind", ""),
        ("PATCH", "/devices", ""),
        ("GET", "/devices/%00", ""),
        ("GET", "/devices/%ff", ""),
        ("PUT", "/profiles/..%2f..%2fetc", "{\"values\":[]}"),
    ] {
        let answer = world.api.text(method, path, "", body).await;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = answer.text();
        assert!(
            (400..500).contains(&answer.status),
            "{method} {path}: {text}"
        );
        assert!(said["error"].is_string(), "{method} {path}: {text}");
    }
}
