//! The page in a real browser: what a person does from the first login on, and pictures of it for the documents.

use super::webdriver::Chromium;
use super::{Agent, USER_PASSWORD};
use agent::daemon::AgentConfig;
use serde_json::json;
use std::path::Path;

const PASSWORD: &str = "Only-4-people";
/// Set it, and the pictures in docs/images are taken anew.
const UPDATE: &str = "UPDATE_IMAGES";
const PICTURE_BYTES: usize = 150_000;

/// A person who stands in front of the browser.
struct Person<'a> {
    browser: &'a Chromium,
    at: String,
}

impl Person<'_> {
    async fn goes_to(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.at)).await;
    }

    async fn is_at(&self, path: &str) {
        let there = async { while self.browser.path().await != path {} };
        let waited = tokio::time::timeout(super::PATIENCE, there).await;
        if waited.is_err() {
            panic!("{} instead of {path}", self.browser.path().await);
        }
    }

    async fn logs_in(&self, name: &str, password: &str) {
        self.goes_to("/").await;
        self.is_at("/login").await;
        self.browser.fill("name", name).await;
        self.browser.fill("password", password).await;
        self.browser.click("main button").await;
    }

    /// The first login: the factory's password has to go before anything else.
    async fn comes_for_the_first_time(&self, name: &str, factory: &str, own: &str) {
        self.logs_in(name, factory).await;
        self.is_at("/password").await;
        self.goes_to("/voice/user1").await;
        self.is_at("/password").await;
        self.replaces(factory, "all-small").await;
        let alarm = self.browser.text("[role=alert]").await;
        assert!(alarm.contains("three kinds"), "{alarm}");
        self.replaces(factory, own).await;
        self.is_at("/login").await;
        self.logs_in(name, own).await;
        self.is_at("/").await;
    }

    async fn replaces(&self, current: &str, new: &str) {
        for (id, text) in [("current", current), ("new", new), ("again", new)] {
            self.browser.fill(id, text).await;
        }
        self.browser.click("main button").await;
    }

    async fn submits(&self) {
        self.browser.click(".bar button").await;
    }

    /// Takes a picture, and keeps it if that is asked for.
    async fn takes_a_picture(&self, name: &str) {
        let picture = self.browser.picture().await;
        assert!(
            picture.len() < PICTURE_BYTES,
            "{name} has {} bytes",
            picture.len()
        );
        if std::env::var_os(UPDATE).is_some() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
            std::fs::write(folder.join(name), picture).expect("it can be kept");
        }
    }
}

/// Covers D-13.
#[tokio::test]
async fn a_person_replaces_the_factorys_password_and_edits_fields_as_administrator_and_as_user() {
    let mut config = AgentConfig::default();
    config.page.enabled = Some(true);
    let agent = Agent::with(config, "").await;
    let value = async |name: &str| agent.value(&format!("Device.X_CISCO_ATA.{name}")).await;
    let browser = Chromium::start().await;
    let person = Person {
        browser: &browser,
        at: format!("http://{}", agent.page()),
    };

    person
        .comes_for_the_first_time("admin", "admin", PASSWORD)
        .await;
    person.goes_to("/voice/line1").await;
    browser.fill("Line.1.Proxy", "sip.example.net").await;
    browser.fill("Line.1.Display_Name", "Reception").await;
    browser.fill("Line.1.User_ID", "5551234").await;
    browser.fill("Line.1.Password", "never-shown").await;
    browser.choose("Line.1.Use_Outbound_Proxy", "1").await;
    person.submits().await;
    person.is_at("/voice/line1?done=saved").await;
    assert_eq!(value("Line.1.Proxy").await, "sip.example.net");
    assert_eq!(value("Line.1.Use_Outbound_Proxy").await, "1");
    assert_eq!(value("Line.1.Password").await, "never-shown");
    person.takes_a_picture("device-page-admin.png").await;
    person.goes_to("/voice/sip").await;
    browser.fill("SIP.Max_Forward", "300").await;
    person.submits().await;
    let error = browser.text("[id=\"e-SIP.Max_Forward\"]").await;
    assert!(error.contains("1 to 255"), "{error}");
    browser.click(".out button").await;
    person.is_at("/login").await;

    person
        .comes_for_the_first_time("cisco", "cisco", USER_PASSWORD)
        .await;
    browser.click("a[href=\"/voice/provisioning\"]").await;
    browser.click("a[href=\"/voice/user1\"]").await;
    browser.fill("User.1.Cfwd_All_Dest", "5554321").await;
    browser.fill("User.1.Speed_Dial_2", "5550100").await;
    person.submits().await;
    person.is_at("/voice/user1?done=saved").await;
    assert_eq!(value("User.1.Cfwd_All_Dest").await, "5554321");
    person.takes_a_picture("device-page-user.png").await;
    let body = browser.text("body").await;
    assert!(!body.contains("Administration"), "{body}");

    on_a_phone(&person).await;
    browser.quit().await;
}

/// A small screen, and a person who likes it dark.
async fn on_a_phone(person: &Person<'_>) {
    let browser = person.browser;
    let screen = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
    browser
        .tools("Emulation.setDeviceMetricsOverride", screen)
        .await;
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.tools("Emulation.setEmulatedMedia", dark).await;
    for path in ["/", "/password", "/voice/user1"] {
        person.goes_to(path).await;
        let script = "return document.documentElement.scrollWidth - window.innerWidth";
        let excess = browser.run(script).await;
        assert_eq!(excess.as_i64(), Some(0), "{path} is wider than the screen");
    }
    person.takes_a_picture("device-page-phone.png").await;
}
