//! Logging in and out, the factory's password that has to be replaced, and what is kept of passwords.

use super::browser::{Browser, exchange};
use super::{Agent, PASSWORD, ROUTER, bootstrapped};
use agent::daemon::AgentConfig;

/// An agent nobody has given a password, with a page all the same.
async fn fresh() -> Agent {
    let mut config = AgentConfig::default();
    config.page.enabled = Some(true);
    Agent::with(config, "").await
}

/// Replaces the password on the page.
async fn replaces(
    browser: &mut Browser,
    current: &str,
    new: &str,
    again: &str,
) -> super::browser::Answer {
    let token = browser.get("/password").await.token();
    let fields = [
        ("token", token.as_str()),
        ("current", current),
        ("new", new),
        ("again", again),
    ];
    browser.post("/password", &fields).await
}

/// Covers D-13.
#[tokio::test]
async fn the_first_login_replaces_the_factorys_password_before_anything_else() {
    let agent = fresh().await;
    for (name, factory) in [("admin", "admin"), ("cisco", "cisco")] {
        let mut browser = Browser::new(agent.page(), name, factory);
        let first = browser.log_in().await;
        assert_eq!(first.is(303).header("location"), Some("/password"));
        for path in ["/", "/quick", "/voice/user1", "/admin/config.xml"] {
            let answer = browser.once("GET", path, "", "").await;
            assert_eq!(answer.header("location"), Some("/password"), "{path}");
        }
        let page = browser.get("/password").await;
        page.is(200).says("stands in every manual");
        assert!(!page.body.contains("/voice/"), "no way past it");
        for (current, new, again, why) in [
            (
                "wrong",
                "Better-1-now",
                "Better-1-now",
                "not the one you have typed",
            ),
            (factory, "Short-1", "Short-1", "8 to 127 characters"),
            (
                factory,
                "all-small-letters",
                "all-small-letters",
                "three kinds",
            ),
            (factory, "With a 1 Blank", "With a 1 Blank", "no blank"),
            (factory, "Better-1-now", "Better-2-now", "not the same"),
        ] {
            let answer = replaces(&mut browser, current, new, again).await;
            answer.is(422).says(why);
        }
        let done = replaces(&mut browser, factory, "Better-1-now", "Better-1-now").await;
        assert_eq!(done.is(303).header("location"), Some("/login"));
        // The session that began with the old one is over.
        browser.remembers("Better-1-now");
        browser.get("/").await.is(200).says("FCH26480QXA");
        Browser::new(agent.page(), name, factory)
            .get("/")
            .await
            .is(401);
    }
}

/// Covers D-13.
#[tokio::test]
async fn a_factory_reset_brings_the_first_login_back() {
    let agent = fresh().await;
    let mut admin = Browser::new(agent.page(), "admin", "admin");
    admin.log_in().await;
    replaces(&mut admin, "admin", PASSWORD, PASSWORD)
        .await
        .is(303);
    let mut admin = agent.admin();
    let token = admin.get("/admin/factory-reset").await.token();
    let fields = [("token", token.as_str()), ("sure", "yes")];
    admin.post("/admin/factory-reset", &fields).await.is(200);
    let mut again = Browser::new(agent.page(), "admin", "admin");
    let mut answer = again.log_in().await;
    while matches!(answer.status, 503 | 401) {
        answer = again.log_in().await;
    }
    assert_eq!(answer.header("location"), Some("/password"));
}

/// Covers D-13.
#[tokio::test]
async fn logging_out_ends_the_session_at_the_device_too() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    let first = admin.log_in().await;
    let cookie = first.header("set-cookie").expect("a session begins");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let kept = admin.authorization();
    let token = admin.get("/").await.token();
    // Without its token the button does nothing.
    admin.once("POST", "/logout", "", "token=1").await.is(403);
    admin.get("/").await.is(200);
    let out = admin.post("/logout", &[("token", &token)]).await;
    assert!(
        out.header("set-cookie")
            .expect("it is taken away")
            .contains("Max-Age=0")
    );
    let request = format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{kept}\r\n");
    let answer = exchange(agent.page(), request.as_bytes()).await;
    assert_eq!(
        answer.expect("it is answered").header("location"),
        Some("/login")
    );
}

/// Covers D-13, R-24.
#[tokio::test]
async fn of_a_password_only_a_hash_is_kept_whoever_sets_it() {
    let (_acs, agent) = bootstrapped().await;
    let name = format!("{ROUTER}Web_Login_Admin_Password");
    for password in ["Another-1-entirely", "Another-1-entirely"] {
        agent.set(&name, password);
        let kept = agent.value(&name).await;
        assert!(kept.starts_with("$pbkdf2-sha256$"), "{kept}");
        assert!(!kept.contains("Another"));
        let mut admin = Browser::new(agent.page(), "admin", password);
        admin.get("/").await.is(200);
        // What is kept is no password.
        Browser::new(agent.page(), "admin", &kept)
            .get("/")
            .await
            .is(401);
    }
    // The name of an account may change without its password.
    agent.set(&format!("{ROUTER}Web_Login_Admin_Name"), "chief");
    Browser::new(agent.page(), "chief", "Another-1-entirely")
        .get("/")
        .await
        .is(200);
}

/// Covers D-13.
#[tokio::test]
async fn a_form_of_another_site_logs_nobody_in() {
    let (_acs, agent) = bootstrapped().await;
    let body = super::browser::form(&[("name", "admin"), ("password", PASSWORD)]);
    let mut browser = agent.admin();
    for headers in [
        "Origin: http://evil.example\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
    ] {
        let answer = browser.once("POST", "/login", headers, &body).await;
        assert_eq!(answer.is(403).header("set-cookie"), None);
    }
}
