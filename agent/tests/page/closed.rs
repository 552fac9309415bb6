//! Who does not come in.

use super::browser::{Browser, exchange};
use super::{Agent, PASSWORD, ROUTER, USER_PASSWORD, bootstrapped};
use agent::daemon::AgentConfig;
use agent::page::limits::FAILURES;

const PATHS: [&str; 12] = [
    "/",
    "/quick",
    "/password",
    "/voice/line1",
    "/admin/acs",
    "/admin/config.xml",
    "/admin/status.xml",
    "/admin/log",
    "/admin/maintenance",
    "/admin/request-download",
    "/admin/reboot",
    "/admin/nothing-here",
];

/// Covers D-13.
#[tokio::test]
async fn without_an_account_nothing_is_shown_and_nothing_done() {
    let (_acs, agent) = bootstrapped().await;
    for path in PATHS {
        for method in ["GET", "POST", "HEAD", "PUT"] {
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                agent.page()
            );
            let answer = exchange(agent.page(), request.as_bytes()).await;
            let answer = answer.expect("it is answered");
            let to_the_door = answer.header("location") == Some("/login");
            assert!(answer.status == 401 || to_the_door, "{path}: {answer:?}");
            for challenge in answer.headers("www-authenticate") {
                assert!(challenge.starts_with("Basic "), "{challenge}");
            }
            assert!(!answer.body.contains("FCH26480QXA"));
        }
    }
}

/// Covers D-13, H02.
#[tokio::test]
async fn wrong_passwords_and_broken_headers_do_not_open_it() {
    let (_acs, agent) = bootstrapped().await;
    for (name, password) in [("admin", "Wrong-password"), ("nobody", PASSWORD)] {
        let mut browser = Browser::new(agent.page(), name, password);
        browser.get("/").await.is(401);
    }
    for header in [
        "",
        "Digest",
        "Basic YWRtaW46V3Jvbmc=",
        "Basic !!",
        "Bearer x",
    ] {
        let request = format!(
            "GET /admin/status.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {header}\r\n\r\n"
        );
        let answer = exchange(agent.page(), request.as_bytes()).await;
        answer.expect("it is answered").is(401);
    }
    for cookie in [
        "ata-session=",
        "ata-session=00",
        &format!("ata-session={}", "0".repeat(64)),
    ] {
        let request =
            format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n");
        let answer = exchange(agent.page(), request.as_bytes()).await;
        assert_eq!(
            answer.expect("it is answered").header("location"),
            Some("/login")
        );
    }
}

/// Covers D-13.
#[tokio::test]
async fn after_some_wrong_passwords_even_the_right_one_has_to_wait() {
    let (_acs, agent) = bootstrapped().await;
    let mut guessing = Browser::new(agent.page(), "admin", "Wrong-password");
    guessing.get("/").await.is(401);
    for _ in 1..FAILURES {
        // It answers the last challenge at once.
        guessing.get("/").await;
    }
    let mut answer = agent.admin().get("/").await;
    while answer.status == 401 {
        guessing.get("/").await;
        answer = agent.admin().get("/").await;
    }
    answer.is(429).says("Too many wrong passwords");
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
}

/// Covers D-13.
#[tokio::test]
async fn who_knows_the_users_password_has_no_more_guesses_at_the_administrators() {
    let (_acs, agent) = bootstrapped().await;
    let mut guessing = Browser::new(agent.page(), "admin", "Wrong-password");
    let mut last = guessing.get("/").await;
    for _ in 0..=FAILURES {
        agent.user().get("/").await.is(200);
        last = guessing.get("/").await;
    }
    last.is(429);
    agent.user().get("/").await.is(200);
}

/// Covers D-13.
#[tokio::test]
async fn the_factorys_passwords_open_nothing_unless_the_configuration_asks_for_a_first_login() {
    let mut config = AgentConfig::default();
    config.page.user_password = USER_PASSWORD.into();
    let agent = Agent::with(config, "").await;
    Browser::new(agent.page(), "admin", "admin")
        .get("/")
        .await
        .is(401);
    agent.user().get("/").await.is(200);
    // One that is too short is none.
    agent.set(&format!("{ROUTER}Web_Login_Guest_Password"), "short");
    let mut short = Browser::new(agent.page(), "cisco", "short");
    let answer = short.get("/").await;
    answer
        .is(403)
        .says("[page]")
        .says("Web_Login_Admin_Password");
    assert!(!answer.body.contains("FCH26480QXA"));
    // The parameter opens it as well as the configuration does.
    agent.set(&format!("{ROUTER}Web_Login_Admin_Password"), PASSWORD);
    agent.admin().get("/").await.is(200);
}

/// Covers D-13.
#[tokio::test]
async fn a_changed_password_ends_what_the_one_before_opened() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    let token = admin.get("/admin/maintenance").await.token();
    agent.set(
        &format!("{ROUTER}Web_Login_Admin_Password"),
        "Another-1-entirely",
    );
    admin.get("/").await.is(401);
    let mut again = Browser::new(agent.page(), "admin", "Another-1-entirely");
    again.get("/").await.is(200);
    again
        .post("/admin/reboot", &[("token", &token)])
        .await
        .is(403);
}

/// Covers D-13.
#[tokio::test]
async fn the_user_sees_and_does_not_act() {
    let (_acs, agent) = bootstrapped().await;
    let mut user = agent.user();
    user.get("/").await.is(200).says("FCH26480QXA");
    user.get("/voice/user1").await.is(200);
    let page = user.get("/").await;
    assert!(!page.body.contains("/admin/"), "no way to what is refused");
    for path in [
        "/admin/acs",
        "/admin/log",
        "/admin/maintenance",
        "/admin/management",
        "/admin/config.xml",
        "/admin/status.xml",
        "/admin/resync",
        "/admin/reboot",
        "/admin/factory-reset",
        "/voice/sip",
    ] {
        user.get(path).await.is(403);
    }
    let token = agent.admin().get("/admin/maintenance").await.token();
    for path in [
        "/admin/acs",
        "/admin/request-download",
        "/admin/reboot",
        "/admin/factory-reset",
    ] {
        let fields = [("token", token.as_str()), ("sure", "yes")];
        user.post(path, &fields).await.is(403);
    }
}

#[tokio::test]
async fn an_administrator_who_is_shut_out_by_the_acs_stays_out() {
    let (_acs, agent) = bootstrapped().await;
    agent.admin().get("/").await.is(200);
    agent.set("Device.X_CISCO_ATA.System.Enable_Web_Admin_Access", "0");
    agent.admin().get("/").await.is(401);
    agent.user().get("/").await.is(200);
    agent.set("Device.X_CISCO_ATA.System.Enable_Web_Admin_Access", "1");
    agent.admin().get("/").await.is(200);
    agent.set(&format!("{ROUTER}Web_Management.Admin_Access"), "0");
    agent.admin().get("/").await.is(401);
}

#[tokio::test]
async fn a_page_that_is_switched_off_is_gone_and_comes_back() {
    let (_acs, agent) = bootstrapped().await;
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", agent.page());
    agent.set(
        &format!("{ROUTER}Web_Management.Web_Utility_Access_HTTPS"),
        "0",
    );
    agent.set(
        &format!("{ROUTER}Web_Management.Web_Utility_Access_HTTP"),
        "0",
    );
    let answer = exchange(agent.page(), request.as_bytes()).await;
    assert!(answer.is_none(), "{answer:?}");
    agent.set(
        &format!("{ROUTER}Web_Management.Web_Utility_Access_HTTP"),
        "1",
    );
    agent.admin().get("/").await.is(200);
}

#[tokio::test]
async fn without_a_password_in_the_configuration_there_is_no_listener() {
    let agent = Agent::with(AgentConfig::default(), "").await;
    assert_eq!(agent.handle.page, None);
}

#[tokio::test]
async fn a_password_the_page_would_not_open_with_is_refused_at_the_start() {
    let mut config = AgentConfig {
        serial_number: "FCH26480QXA".into(),
        ..AgentConfig::default()
    };
    config.page.password = "short".into();
    let error = config.device().unwrap_err();
    assert!(error.why.contains("page.password"), "{error}");
    assert!(!error.to_string().contains("short"), "{error}");
    config.page.password = USER_PASSWORD.into();
    assert!(config.device().is_ok());
}
