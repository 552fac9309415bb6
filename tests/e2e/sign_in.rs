//! Signing in and out: the first password, sessions of browsers, other sites' pages, and whoever guesses.

use crate::world::World;
use crate::world::by_hand::Answer;
use crate::world::rest::{ADMIN_PASSWORD, Rest};
use serde_json::{Value, json};

const PASSWORD: &str = "a good password";

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// A browser: sends its cookie, and nothing else by itself.
struct Browser {
    rest: Rest,
    cookie: String,
    csrf: String,
}

impl Browser {
    async fn sign_in(world: &World, headers: &str) -> Answer {
        let nobody = Rest::with_token(world.server.api_address, "");
        let user = json!({ "user": "admin", "password": ADMIN_PASSWORD }).to_string();
        let answer = nobody.exchange("POST", "/session", headers, user.as_bytes());
        answer.await.expect("an answer")
    }

    async fn signed_in(world: &World) -> Browser {
        let answer = Browser::sign_in(world, "Origin: http://api\r\n").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.header("set-cookie").expect("a cookie");
        let csrf = body(&answer)["csrf"].as_str().map(str::to_owned);
        Browser {
            rest: Rest::with_token(world.server.api_address, ""),
            cookie: cookie.split(';').next().expect("a pair").to_owned(),
            csrf: csrf.expect("a token for its pages"),
        }
    }

    async fn ask(&self, method: &str, path: &str, headers: &str, body: &Value) -> Answer {
        let headers = format!("Cookie: other=1; {}\r\n{headers}", self.cookie);
        let body = body.to_string();
        let answer = self.rest.exchange(method, path, &headers, body.as_bytes());
        answer.await.expect("an answer")
    }
}

/// Covers A08.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_password_is_good_for_one_thing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = acs::Config {
        data: folder.path().to_owned(),
        ..acs::Config::default()
    };
    config.cwmp.listen = crate::world::anywhere();
    config.api.listen = crate::world::anywhere();
    config.files.listen = crate::world::anywhere();
    let server = acs::Server::start(config).await.expect("a server");
    let address = server.api_address;
    for (user, password) in [
        ("admin", "admin"),
        ("admin", ""),
        ("admin", "password"),
        ("cisco", "cisco"),
        ("root", "root"),
    ] {
        let refused = Rest::sign_in(address, user, password).await;
        assert_eq!(refused.expect_err("no default").status, 401, "{user}");
    }
    let file = folder.path().join("admin-password");
    let one_time = std::fs::read_to_string(&file).expect("the first password");
    let one_time = one_time.trim();
    let first = Rest::sign_in(address, "admin", one_time).await;
    let first = first.expect("the first password");
    for refused in [
        first.get("/devices").await,
        first.get("/users").await,
        first
            .put(
                "/users/mallory",
                json!({ "role": "admin", "password": PASSWORD }),
            )
            .await,
        first
            .post("/tokens", json!({ "name": "x", "expires_secs": 60 }))
            .await,
    ] {
        let refused = refused.expect_err("a password first");
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("/api/v1/password"), "{refused}");
    }
    let who = first.get("/session").await.expect("who one is");
    assert_eq!(who["must_change_password"], true);
    let same = json!({ "old": one_time, "new": one_time });
    let refused = first.put("/password", same).await;
    assert_eq!(refused.expect_err("the same again").status, 400);
    let change = json!({ "old": one_time, "new": PASSWORD });
    first.put("/password", change).await.expect("a change");
    assert!(!file.exists(), "a password that is no good lies nowhere");
    let ended = first.get("/session").await.expect_err("signed out");
    assert_eq!(ended.status, 401);
    let refused = Rest::sign_in(address, "admin", one_time).await;
    assert_eq!(refused.expect_err("it was good once").status, 401);
    let admin = Rest::sign_in(address, "admin", PASSWORD).await;
    assert!(admin.expect("the chosen one").get("/users").await.is_ok());
    server.stop().await;
}

/// Covers A13.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_in_a_browser_changes_only_what_its_own_pages_ask_for() {
    let world = World::start_with(|config, _| {
        config.proxies.trusted = vec!["127.0.0.1".into()];
    })
    .await;
    let answer = Browser::sign_in(&world, "Origin: https://evil.example\r\n").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
    let answer = Browser::sign_in(
        &world,
        "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
    )
    .await;
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    for attribute in ["; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/;"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let browser = Browser::signed_in(&world).await;
    assert_eq!(
        browser.ask("GET", "/users", "", &json!({})).await.status,
        200
    );
    let who = body(&browser.ask("GET", "/session", "", &json!({})).await);
    assert_eq!(
        (&who["user"], &who["csrf"]),
        (&json!("admin"), &json!(browser.csrf))
    );
    assert!(
        who["permissions"]
            .as_array()
            .expect("a list")
            .contains(&json!("administer"))
    );
    let profile = json!({ "values": [] });
    let right = format!("X-CSRF-Token: {}\r\n", browser.csrf);
    for headers in [
        String::new(),
        "X-CSRF-Token: \r\n".into(),
        format!("X-CSRF-Token: {}\r\n", "0".repeat(64)),
        format!("{right}Origin: https://evil.example\r\n"),
        format!("{right}Origin: null\r\n"),
        format!("{right}Sec-Fetch-Site: cross-site\r\n"),
    ] {
        let refused = browser.ask("PUT", "/profiles/p", &headers, &profile).await;
        assert_eq!(refused.status, 403, "{headers}");
        let refused = browser.ask("DELETE", "/session", &headers, &profile).await;
        assert_eq!(refused.status, 403, "{headers}");
    }
    let put = browser.ask("PUT", "/profiles/p", &right, &profile).await;
    assert_eq!(put.status, 200, "{}", put.text());
    // The session is a cookie's, a token is a header's.
    let token = browser.cookie.split_once('=').expect("a pair").1;
    let stolen = Rest::with_token(world.server.api_address, token);
    assert_eq!(
        stolen.get("/users").await.expect_err("no bearer").status,
        401
    );
    let out = browser.ask("DELETE", "/session", &right, &json!({})).await;
    assert_eq!(out.status, 204);
    let ended = browser.ask("GET", "/users", "", &json!({})).await;
    assert_eq!(ended.status, 401, "it has ended here, too");
}

/// Covers A13, A09.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_kept_framed_or_taken_for_something_else() {
    let world = World::start().await;
    let nobody = Rest::with_token(world.server.api_address, "");
    for (method, path) in [
        ("GET", "/devices"),
        ("POST", "/sign-in"),
        ("GET", "/nothing"),
    ] {
        let answer = nobody.exchange(method, path, "", b"{}").await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let signed_in = Rest::sign_in(world.server.api_address, "admin", ADMIN_PASSWORD).await;
    signed_in.expect("the chosen one");
    let session = world.api.get("/devices?token=dt_00").await;
    assert_eq!(session.expect_err("no such argument").status, 400);
}

/// Covers A10.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_like_a_token_is_none() {
    let world = World::start().await;
    let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.";
    let zeros = format!("dt_{}", "0".repeat(64));
    let long = format!("dt_{}", "0".repeat(4_000));
    for token in [
        none,
        &zeros,
        &long,
        "dt_",
        "../../etc/passwd",
        "null",
        "' OR 1=1 --",
    ] {
        let rest = Rest::with_token(world.server.api_address, token);
        let refused = rest.get("/devices").await.expect_err("no token");
        assert_eq!(refused.status, 401, "{token}");
    }
}

/// Covers A06.
#[tokio::test(flavor = "multi_thread")]
async fn passwords_cannot_be_tried_one_after_the_other() {
    let world = World::start().await;
    let address = world.server.api_address;
    let user = json!({ "role": "viewer", "password": PASSWORD });
    world.api.put("/users/vera", user).await.expect("a user");
    let tries = (0..40).map(|number| async move {
        let refused = Rest::sign_in(address, "vera", &format!("guess {number}")).await;
        refused.expect_err("a guess").status
    });
    let statuses = futures_util::future::join_all(tries).await;
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    // Those that were under way when the tenth failed are looked at too.
    assert!((10..=14).contains(&looked_at), "{statuses:?}");
    assert!(statuses.iter().all(|status| [401, 429].contains(status)));
    let right = Rest::sign_in(address, "vera", PASSWORD).await;
    assert_eq!(right.expect_err("later").status, 429);
    // Names nobody has: the address they come from is stopped.
    let mut last = 0;
    for number in 0..50 {
        let refused = Rest::sign_in(address, &format!("nobody{number}"), "x").await;
        last = refused.expect_err("nobody").status;
    }
    assert_eq!(last, 429);
    assert!(
        world.api.get("/devices").await.is_ok(),
        "who is in stays in"
    );
    let trail = world.api.get("/audit?limit=1000").await.expect("the trail");
    let text = trail.to_string();
    assert!(text.contains("sign-in.refused"), "{text}");
    assert!(text.contains("stranger:127.0.0.1"), "{text}");
    assert!(
        !text.contains("nobody1"),
        "a name may be somebody's password"
    );
}
