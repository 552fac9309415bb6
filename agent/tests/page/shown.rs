//! What the pages show, and what they never show.

use super::{Agent, PASSWORD, bootstrapped};
use agent::daemon::AgentConfig;

#[tokio::test]
async fn the_status_page_tells_what_the_device_is_and_how_it_stands() {
    let (acs, agent) = bootstrapped().await;
    let page = agent.admin().get("/").await;
    page.is(200)
        .says("FCH26480QXA")
        .says(&agent.value("Device.DeviceInfo.SoftwareVersion").await)
        .says(&agent.value("Device.DeviceInfo.ModelName").await)
        .says(&acs.url())
        .says("0 BOOTSTRAP")
        .says("good")
        .says("on hook")
        .says("Not Registered");
    // For people who do not see it, too.
    page.says("<html lang=\"en\">")
        .says("<h1>Status</h1>")
        .says("aria-current=\"page\"")
        .says("<th scope=\"row\">Serial number</th>");
    assert!(!page.body.contains("<script"));
    assert!(!page.body.contains("style=\""));
}

#[tokio::test]
async fn a_session_that_failed_is_shown_with_its_reason() {
    // Nobody listens there.
    let agent = Agent::start("http://127.0.0.1:1/").await;
    let mut admin = agent.admin();
    let failed = async { while !admin.get("/").await.body.contains("failed: ") {} };
    let waited = tokio::time::timeout(super::PATIENCE, failed).await;
    waited.expect("the session fails");
}

#[tokio::test]
async fn every_device_type_has_a_page() {
    for (device_type, model) in [
        ("ata191", "ATA191"),
        ("ata192", "ATA192"),
        ("spa122", "SPA122"),
    ] {
        let mut config = AgentConfig {
            device_type: device_type.into(),
            ..AgentConfig::default()
        };
        config.page.password = PASSWORD.into();
        let agent = Agent::with(config, "").await;
        let page = agent.admin().get("/").await;
        page.is(200)
            .says(model)
            .says("<td>2</td><td></td><td>on hook</td>");
        agent.admin().get("/admin/acs").await.is(200);
    }
}

/// Covers D-13.
#[tokio::test]
async fn every_answer_forbids_scripts_frames_and_keeping() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    for path in ["/", "/style.css", "/admin/acs", "/nowhere"] {
        let answer = admin.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
    }
    let style = admin.get("/style.css").await;
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    style.is(200).says("prefers-color-scheme: dark");
}

/// Covers D-13.
#[tokio::test]
async fn markup_in_a_value_stays_text() {
    let (_acs, agent) = bootstrapped().await;
    let script = "\"><script>alert(1)</script>";
    let names = [
        "Device.X_CISCO_ATA.Line.1.User_ID",
        "Device.X_CISCO_ATA.Provisioning.User_ID",
        "Device.ManagementServer.Username",
    ];
    for name in names {
        agent.set(name, script);
        assert_eq!(agent.value(name).await, script);
    }
    let mut admin = agent.admin();
    for path in ["/quick", "/voice/provisioning", "/admin/acs"] {
        let page = admin.get(path).await;
        page.is(200)
            .says("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
        assert!(!page.body.contains("<script"), "{}", page.body);
    }
    // What is sent back after a refusal is what was typed, and still text.
    let token = admin.get("/admin/acs").await.token();
    let fields = [
        ("token", token.as_str()),
        ("url", script),
        ("username", script),
    ];
    let refused = admin.post("/admin/acs", &fields).await;
    refused.is(422);
    assert!(!refused.body.contains("<script"), "{}", refused.body);
    // Nor does what is asked for come back as markup.
    let nowhere = admin.get("/%3Cscript%3E?done=<script>").await;
    assert!(!nowhere.body.contains("<script"), "{}", nowhere.body);
}

/// Covers D-13, R-24.
#[tokio::test]
async fn passwords_are_shown_to_nobody() {
    let mut config = AgentConfig::default();
    config.page.password = PASSWORD.into();
    config.acs.password = "acs-password-of-the-device".into();
    let agent = Agent::with(
        config,
        "http://joe:in-the-url@127.0.0.1:1/acs?token=in-the-query",
    )
    .await;
    agent.set(
        "Device.X_CISCO_ATA.Provisioning.Password",
        "profile-password",
    );
    let mut admin = agent.admin();
    for path in [
        "/",
        "/voice/provisioning",
        "/admin/management",
        "/admin/status.xml",
        "/admin/acs",
        "/admin/log",
        "/admin/maintenance",
    ] {
        let page = admin.get(path).await;
        page.is(200);
        for secret in [
            "acs-password-of-the-device",
            "in-the-url",
            "in-the-query",
            "profile-password",
            PASSWORD,
        ] {
            assert!(!page.body.contains(secret), "{secret} on {path}");
        }
    }
}

#[tokio::test]
async fn every_link_and_every_form_leads_somewhere() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    let mut to_visit = vec!["/".to_owned()];
    let mut seen: Vec<String> = Vec::new();
    while let Some(path) = to_visit.pop() {
        let page = admin.get(&path).await;
        page.is(200);
        for start in ["href=\"", "action=\""] {
            for rest in page.body.split(start).skip(1) {
                let target = rest.split('"').next().unwrap_or_default();
                let known = seen.iter().any(|it| it == target);
                if target.starts_with('/') && !known {
                    seen.push(target.to_owned());
                    let is_form = start == "action=\"";
                    match is_form {
                        // Without its token a form does nothing, but there is somebody who says so.
                        true => {
                            let answer = admin.post(target, &[]).await;
                            assert!(matches!(answer.status, 403 | 415), "{target}: {answer:?}");
                            // Whose token is wrong has not gone anywhere.
                            admin.get("/").await.is(200);
                        }
                        false => to_visit.push(target.to_owned()),
                    }
                }
            }
        }
    }
    assert!(seen.len() >= 8, "{seen:?}");
}

#[tokio::test]
async fn each_field_of_a_form_has_a_label() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    for path in [
        "/admin/acs",
        "/admin/factory-reset",
        "/admin/maintenance",
        "/password",
        "/quick",
        "/voice/regional",
    ] {
        let page = admin.get(path).await;
        let fields = page.body.split("<input ").skip(1);
        for field in fields.filter(|field| !field.starts_with("type=\"hidden\"")) {
            let id = field
                .split("id=\"")
                .nth(1)
                .and_then(|it| it.split('"').next());
            page.says(&format!("for=\"{}\"", id.expect("it has a name")));
        }
    }
}
