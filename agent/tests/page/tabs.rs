//! The tabs made from the parameter table: who sees and changes what, and how a mistake is told.

use super::browser::{Answer, Browser};
use super::{Agent, bootstrapped};

const ATA: &str = "Device.X_CISCO_ATA.";

/// What the hidden field of a form says it was filled in from.
fn seen(page: &Answer) -> String {
    let (_, rest) = page
        .body
        .split_once("name=\"seen\" value=\"")
        .expect("there is a form");
    rest.split('"').next().expect("it ends").to_owned()
}

/// Fills fields in, on the page as it is shown, and submits it.
async fn submits(browser: &mut Browser, tab: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(tab).await;
    let (token, seen) = (page.token(), seen(&page));
    let mut all = vec![("token", token.as_str()), ("seen", seen.as_str())];
    all.extend(fields);
    browser.post(tab, &all).await
}

async fn value(agent: &Agent, name: &str) -> String {
    agent.value(&format!("{ATA}{name}")).await
}

/// Gives the user account another level, as a profile does.
async fn profile(agent: &Agent, elements: &str) {
    let mut admin = agent.admin();
    admin.get("/").await;
    let profile = format!("<flat-profile>{elements}</flat-profile>");
    let headers = "Content-Type: text/xml\r\n";
    admin
        .send("POST", "/admin/config.xml", headers, &profile)
        .await
        .is(200);
}

#[tokio::test]
async fn the_administrator_finds_every_tab_of_the_guide_and_changes_several_fields_at_once() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    let page = admin.get("/quick").await;
    for tab in ["/network/basic", "/voice/information", "/admin/management"] {
        page.says(&format!("href=\"{tab}\""));
    }
    let voice = admin.get("/voice/line1").await;
    for tab in [
        "System",
        "SIP",
        "Provisioning",
        "Regional",
        "Line 2",
        "User 1",
        "User 2",
    ] {
        voice.says(&format!("\">{tab}</a>"));
    }
    voice
        .says("<legend>Proxy and Registration</legend>")
        .says("<select id=\"Line.1.Register\"")
        .says("type=\"password\" autocomplete=\"new-password\" maxlength=\"256\" id=\"Line.1.Password\"");
    let fields = [
        ("Line.1.Proxy", "sip.example.net"),
        ("Line.1.User_ID", "5551234"),
        ("Line.1.Password", "s3cret & more"),
        ("Line.1.Register", "0"),
    ];
    let answer = submits(&mut admin, "/voice/line1", &fields).await;
    assert_eq!(
        answer.is(303).header("location"),
        Some("/voice/line1?done=saved")
    );
    for (name, expected) in fields {
        assert_eq!(value(&agent, name).await, expected);
    }
    // A secret is never shown, and stays as it is if its field is left empty.
    let page = admin.get("/voice/line1").await;
    page.says("placeholder=\"unchanged\"");
    assert!(!page.body.contains("s3cret"));
    let again = [("Line.1.Proxy", "sip.example.org"), ("Line.1.Password", "")];
    submits(&mut admin, "/voice/line1", &again).await.is(303);
    assert_eq!(value(&agent, "Line.1.Password").await, "s3cret & more");
    let clear = [("Line.1.Password", ""), ("clear.Line.1.Password", "yes")];
    submits(&mut admin, "/voice/line1", &clear).await.is(303);
    assert_eq!(value(&agent, "Line.1.Password").await, "");
}

#[tokio::test]
async fn every_field_of_every_tab_can_be_sent_back_as_it_is_shown() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    for tab in agent::page::tabs::TABS {
        let page = admin.get(tab.path).await;
        page.is(200);
        let mut fields: Vec<(String, String)> = Vec::new();
        for tag in page.body.split("<input ").skip(1) {
            let tag = tag.split('>').next().unwrap_or_default();
            let attribute =
                |name: &str| tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next();
            let (Some(name), Some(value)) = (attribute("name"), attribute("value")) else {
                continue;
            };
            if !tag.contains("checkbox") && name != "token" && name != "seen" {
                let value = value
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&quot;", "\"");
                let value = value.replace("&#39;", "'").replace("&amp;", "&");
                fields.push((name.to_owned(), value));
            }
        }
        for tag in page.body.split("<select ").skip(1) {
            let name = tag
                .split("name=\"")
                .nth(1)
                .and_then(|it| it.split('"').next());
            let chosen = tag
                .split("\" selected>")
                .next()
                .and_then(|it| it.rsplit('"').next());
            fields.push((
                name.expect("a name").to_owned(),
                chosen.expect("one is").to_owned(),
            ));
        }
        if fields.is_empty() {
            continue;
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let answer = submits(&mut admin, tab.path, &fields).await;
        let nothing = format!("{}?done=nothing", tab.path);
        assert_eq!(answer.is(303).header("location"), Some(&*nothing));
    }
}

#[tokio::test]
async fn a_mistake_is_told_beside_its_field_and_nothing_is_changed() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    let before = value(&agent, "SIP.Max_Forward").await;
    let fields = [
        ("SIP.Max_Forward", "300"),
        ("SIP.Max_Auth", "often"),
        ("SIP.SIP_User_Agent_Name", "typed in vain"),
    ];
    let answer = submits(&mut admin, "/voice/sip", &fields).await;
    answer
        .is(422)
        .says("Nothing was changed.")
        .says("id=\"e-SIP.Max_Forward\">is not 1 to 255")
        .says("aria-describedby=\"e-SIP.Max_Auth\"")
        .says("value=\"300\"")
        .says("value=\"typed in vain\"");
    assert!(!answer.body.contains("id=\"e-SIP.SIP_User_Agent_Name\""));
    assert_eq!(value(&agent, "SIP.Max_Forward").await, before);
    assert_ne!(
        value(&agent, "SIP.SIP_User_Agent_Name").await,
        "typed in vain"
    );
    // Passwords of the page follow its own rule.
    let weak = [("Router.Web_Login_Guest_Password", "weakpassword")];
    let answer = submits(&mut admin, "/admin/management", &weak).await;
    answer.is(422).says("three kinds");
    assert!(!answer.body.contains("weakpassword"));
}

#[tokio::test]
async fn a_form_filled_in_from_what_has_changed_since_is_sent_back() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    let page = admin.get("/quick").await;
    let (token, seen) = (page.token(), seen(&page));
    agent.set(&format!("{ATA}Line.1.Proxy"), "set-meanwhile");
    agent.rests().await;
    let fields = [
        ("token", token.as_str()),
        ("seen", seen.as_str()),
        ("Line.1.Proxy", ""),
        ("Line.2.Display_Name", "typed"),
    ];
    let answer = admin.post("/quick", &fields).await;
    answer.is(409).says("set otherwise").says("value=\"typed\"");
    assert_eq!(value(&agent, "Line.1.Proxy").await, "set-meanwhile");
}

/// Covers D-13.
#[tokio::test]
async fn the_user_sees_and_changes_what_ua_allows_and_nothing_else() {
    let (_acs, agent) = bootstrapped().await;
    agent.set(&format!("{ATA}User.1.Cfwd_All_Dest"), "5551234");
    let mut user = agent.user();
    let page = user.get("/voice/user1").await;
    page.is(200).says("value=\"5551234\"");
    for hidden in [
        "Secure Call Setting",
        "/voice/sip",
        "/voice/line1",
        "/quick",
        "/admin/",
    ] {
        assert!(!page.body.contains(hidden), "{hidden}");
    }
    let fields = [("User.1.Cfwd_All_Dest", "5554321")];
    submits(&mut user, "/voice/user1", &fields).await.is(303);
    assert_eq!(value(&agent, "User.1.Cfwd_All_Dest").await, "5554321");
    // What is hidden is not changed by whoever knows its name, nor along with what is not.
    for name in [
        "User.1.Secure_Call_Setting",
        "Line.1.Proxy",
        "Router.Web_Login_Admin_Password",
    ] {
        let fields = [("User.1.Cfwd_All_Dest", "1"), (name, "1")];
        submits(&mut user, "/voice/user1", &fields).await.is(403);
    }
    assert_eq!(value(&agent, "User.1.Cfwd_All_Dest").await, "5554321");
    assert_eq!(value(&agent, "User.1.Secure_Call_Setting").await, "0");
    // A profile opens a tab, and closes a field.
    profile(
        &agent,
        "<Display_Name_1_ ua=\"rw\"/><Proxy_1_ ua=\"ro\">sip.example.net</Proxy_1_>
         <Cfwd_All_Dest_1_ ua=\"ro\">5554321</Cfwd_All_Dest_1_>",
    )
    .await;
    let page = user.get("/voice/line1").await;
    page.is(200)
        .says("name=\"Line.1.Display_Name\"")
        .says("<output>sip.example.net</output>");
    submits(&mut user, "/voice/line1", &[("Line.1.Proxy", "x")])
        .await
        .is(403);
    submits(
        &mut user,
        "/voice/line1",
        &[("Line.1.Display_Name", "Kitchen")],
    )
    .await
    .is(303);
    assert_eq!(value(&agent, "Line.1.Display_Name").await, "Kitchen");
    submits(&mut user, "/voice/user1", &fields).await.is(403);
    // The administrator is never restricted.
    let fields = [("User.1.Cfwd_All_Dest", "7")];
    submits(&mut agent.admin(), "/voice/user1", &fields)
        .await
        .is(303);
}

#[tokio::test]
async fn what_takes_effect_later_is_marked_and_said() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    admin.get("/network/basic").await.says("after restart");
    let fields = [("Router.WAN_Interface.WAN_PPPoE_User_Name", "joe")];
    let answer = submits(&mut admin, "/network/basic", &fields).await;
    let target = answer
        .is(303)
        .header("location")
        .expect("it leads somewhere")
        .to_owned();
    admin.get(&target).await.is(200).says("next restart");
}
