//! Queries that cannot be asked: refused at once, with their place and what to do.

use crate::queries::q;
use crate::world::World;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Covers U02, U09, C17.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_cannot_be_asked_is_refused_at_once_with_its_place_and_a_fix() {
    let world = World::start().await;
    let term = "tag=\"a\"";
    let deep = "(".repeat(10_000) + term + &")".repeat(10_000);
    let wide = vec![term; 10_000].join(" or ");
    for query in [&deep, &wide, &"x".repeat(1_000_000)] {
        let begun = Instant::now();
        let body = json!({ "query": query });
        let checked = world
            .api
            .post("/queries/check", body.clone())
            .await
            .expect("an answer");
        assert_eq!(checked["valid"], false);
        let fix = checked["error"]["fix"].as_str().expect("a fix");
        assert!(!fix.is_empty());
        let kept = world
            .api
            .put("/queries/large", body)
            .await
            .expect_err("refused");
        assert_eq!(kept.status, 400, "{kept}");
        let selector = json!({ "selector": { "query": query }, "values": [] });
        let profile = world
            .api
            .put("/profiles/large", selector)
            .await
            .expect_err("refused");
        assert_eq!(profile.status, 400, "{profile}");
        // Three requests, and a server that is not optimised; the promise is 50 ms for one of one that is.
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "{:?}",
            begun.elapsed()
        );
    }
    for query in [
        "(a+)+$",
        "tag ~ \"(a+)+$\" and",
        "$where",
        "tag = 1",
        "tag",
        "ask(\"x\") = 1",
    ] {
        let refused = world
            .api
            .get(&format!("/devices?{}", q(query)))
            .await
            .expect_err("refused");
        assert_eq!(refused.status, 400, "{query}: {refused}");
        let body: Value = serde_json::from_str(&refused.body).expect("JSON");
        let why = body["why"].as_str().expect("a reason");
        assert!(why.starts_with("at character "), "{query}: {why}");
        assert!(
            body["fix"].as_str().is_some_and(|fix| !fix.is_empty()),
            "{query}"
        );
    }
}

/// Covers U02.
#[tokio::test(flavor = "multi_thread")]
async fn wildcards_are_cheap_and_half_a_query_is_completed() {
    let world = World::start().await;
    // Fifty wildcards are only slow where they are followed up one by one.
    let wildcards = format!("identity like \"{}b\"", "*a".repeat(50));
    let none = world
        .api
        .get(&format!("/devices/count?{}", q(&wildcards)))
        .await
        .expect("a number");
    assert_eq!(none["devices"], 0);
    let half = json!({ "query": "product_class = \"ATA192\" and la", "cursor": 31 });
    let checked = world
        .api
        .post("/queries/check", half)
        .await
        .expect("an answer");
    let offered: Vec<&str> = checked["candidates"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["text"].as_str())
        .collect();
    assert_eq!(offered, ["last_inform", "last_boot", "last_bootstrap"]);
    let whole = json!({ "query": "(tag = 'a')" });
    let checked = world
        .api
        .post("/queries/check", whole)
        .await
        .expect("an answer");
    assert_eq!(
        (&checked["query"], &checked["indexed"]),
        (&json!("tag = \"a\""), &json!(true))
    );
}
