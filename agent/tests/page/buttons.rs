//! What an administrator does at the page, and what comes of it at the ACS.

use super::acs::TestAcs;
use super::{Agent, bootstrapped};
use cwmp::rpc::{Download, Inform};
use cwmp::{CommandKey, EventCode};

fn tells(code: EventCode) -> impl Fn(&Inform) -> bool {
    move |inform| inform.has_event(&code)
}

/// Presses a button: the page it is on gives the token.
async fn press(
    agent: &Agent,
    page: &str,
    action: &str,
    more: &[(&str, &str)],
) -> super::browser::Answer {
    let mut admin = agent.admin();
    let token = admin.get(page).await.token();
    let mut fields = vec![("token", token.as_str())];
    fields.extend(more);
    admin.post(action, &fields).await
}

/// Covers E-01, S-01.
#[tokio::test]
async fn asking_for_firmware_opens_a_session_and_the_acs_answers_with_a_download() {
    let (acs, agent) = bootstrapped().await;
    acs.grants(Download {
        command_key: CommandKey::new("from-the-button").expect("a key"),
        file_type: "1 Firmware Upgrade Image".into(),
        url: "http://127.0.0.1:1/image".into(),
        ..Download::default()
    });
    let answer = press(&agent, "/admin/maintenance", "/admin/request-download", &[]).await;
    answer.is(303);
    let target = answer
        .header("location")
        .expect("it leads somewhere")
        .to_owned();
    agent
        .admin()
        .get(&target)
        .await
        .is(200)
        .says("asks its ACS for new firmware");
    acs.informed(tells(EventCode::RequestDownload)).await;
    let wish = acs.wished().await;
    assert_eq!(wish.file_type, "1 Firmware Upgrade Image");
    acs.until_asked().await;
    // The download the ACS sends upon it is tried and reported.
    acs.informed(tells(EventCode::MDownload)).await;
}

/// Covers D-13, D-02, E-01.
#[tokio::test]
async fn another_acs_gets_bootstrap_with_what_was_typed() {
    let (_acs, agent) = bootstrapped().await;
    let other = TestAcs::start().await;
    let fields = [
        ("url", other.url()),
        ("username", "new-user".to_owned()),
        ("password", "p&ss=w\u{f6}rd +%".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = press(&agent, "/admin/acs", "/admin/acs", &fields).await;
    answer.is(303);
    assert_eq!(answer.header("location"), Some("/admin/acs?done=saved"));
    other.informed(tells(EventCode::Bootstrap)).await;
    let server = "Device.ManagementServer.";
    assert_eq!(agent.value(&format!("{server}Username")).await, "new-user");
    assert_eq!(
        agent.value(&format!("{server}Password")).await,
        "p&ss=w\u{f6}rd +%"
    );
    // Sent again as it is, the form changes nothing, the password included.
    agent.rests().await;
    let url = other.url();
    let same = [
        ("url", url.as_str()),
        ("username", "new-user"),
        ("password", ""),
    ];
    let answer = press(&agent, "/admin/acs", "/admin/acs", &same).await;
    assert_eq!(answer.header("location"), Some("/admin/acs?done=nothing"));
    let forget = [same[0], same[1], same[2], ("forget", "yes")];
    press(&agent, "/admin/acs", "/admin/acs", &forget)
        .await
        .is(303);
    assert_eq!(agent.value(&format!("{server}Password")).await, "");
}

/// Covers D-13.
#[tokio::test]
async fn a_form_that_lay_open_does_not_undo_what_the_acs_has_set() {
    let (_acs, agent) = bootstrapped().await;
    let server = "Device.ManagementServer.";
    let url = agent.value(&format!("{server}URL")).await;
    // Opened before the ACS has set another user name, sent with a new password alone.
    agent.set(&format!("{server}Username"), "set-meanwhile");
    agent.rests().await;
    let fields = [
        ("shown-url", url.as_str()),
        ("url", url.as_str()),
        ("shown-username", "as-it-was"),
        ("username", "as-it-was"),
        ("password", "new-password"),
    ];
    press(&agent, "/admin/acs", "/admin/acs", &fields)
        .await
        .is(303);
    let value = async |name: &str| agent.value(&format!("{server}{name}")).await;
    assert_eq!(value("Username").await, "set-meanwhile");
    assert_eq!(value("Password").await, "new-password");
}

/// Covers D-01, D-13.
#[tokio::test]
async fn a_refused_value_is_explained_and_nothing_is_changed() {
    let (acs, agent) = bootstrapped().await;
    let long = "x".repeat(300);
    for (url, username, why) in [
        (
            "ftp://acs.example.net/",
            "other",
            "not an absolute http or https URL",
        ),
        (acs.url().as_str(), long.as_str(), "User name there: "),
    ] {
        let fields = [("url", url), ("username", username)];
        let answer = press(&agent, "/admin/acs", "/admin/acs", &fields).await;
        answer
            .is(422)
            .says("Nothing was changed.")
            .says(why)
            .says("role=\"alert\"");
        assert_eq!(agent.value("Device.ManagementServer.URL").await, acs.url());
        assert_eq!(agent.value("Device.ManagementServer.Username").await, "");
    }
}

#[tokio::test]
async fn without_an_acs_nobody_can_be_asked() {
    let agent = Agent::start("").await;
    let answer = press(&agent, "/admin/maintenance", "/admin/request-download", &[]).await;
    answer.is(409).says("has no ACS");
}

#[tokio::test]
async fn while_the_acs_is_talked_to_a_change_waits_for_the_person_to_send_it_again() {
    // Takes connections and says nothing, so that the session stays open.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let silent = silent.expect("there are ports");
    let url = format!("http://{}/", silent.local_addr().expect("it is bound"));
    let agent = Agent::start(&url).await;
    assert!(agent.look(agent::device::Device::in_session).await);
    let fields = [("url", url.as_str()), ("username", "typed-in-vain")];
    let answer = press(&agent, "/admin/acs", "/admin/acs", &fields).await;
    answer.is(409).says("the device talks with its ACS");
    // Nobody has to type it again.
    answer.says("typed-in-vain");
    let username = agent.value("Device.ManagementServer.Username").await;
    assert_eq!(username, "");
}

/// Covers E-04.
#[tokio::test]
async fn the_restart_button_boots_the_device_anew() {
    let (acs, agent) = bootstrapped().await;
    let answer = press(&agent, "/admin/maintenance", "/admin/reboot", &[]).await;
    answer.is(200).says("The device restarts");
    let inform = acs.informed(tells(EventCode::Boot)).await;
    assert!(!inform.has_event(&EventCode::Bootstrap));
}

#[tokio::test]
async fn a_factory_reset_asks_again_before_it_happens() {
    let (acs, agent) = bootstrapped().await;
    agent.set("Device.X_CISCO_ATA.Line.1.User_ID", "5551234");
    let page = "/admin/factory-reset";
    press(&agent, page, page, &[])
        .await
        .is(422)
        .says("I want to lose these settings");
    assert_eq!(
        agent.value("Device.X_CISCO_ATA.Line.1.User_ID").await,
        "5551234"
    );
    press(&agent, page, page, &[("sure", "yes")]).await.is(200);
    acs.informed(tells(EventCode::Bootstrap)).await;
    assert_eq!(agent.value("Device.X_CISCO_ATA.Line.1.User_ID").await, "");
    // The installer's password is part of that state.
    agent.admin().get("/").await.is(200);
}

#[tokio::test]
async fn the_log_is_shown_and_names_no_values() {
    let (_acs, agent) = bootstrapped().await;
    press(
        &agent,
        "/admin/acs",
        "/admin/acs",
        &[
            ("url", "http://127.0.0.1:1/"),
            ("password", "not-in-the-log"),
        ],
    )
    .await
    .is(303);
    let page = agent.admin().get("/admin/log").await;
    page.is(200)
        .says("ManagementServer.URL was changed on the device");
    assert!(!page.body.contains("not-in-the-log"));
}
