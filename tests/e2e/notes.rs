//! Notes of devices: what the help desk writes down, who sees it, and who may take it away.

use crate::world::World;
use crate::world::rest::{Refused, Rest, Result};
use serde_json::{Value, json};

const PASSWORD: &str = "a good password";
const NOTES: &str = "/devices/00562B-ATA192-NOTED/notes";

/// A device with a tag.
async fn device(world: &World) {
    let device = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "NOTED" });
    world.api.post("/devices", device).await.expect("a device");
    let tagged = world
        .api
        .put("/devices/00562B-ATA192-NOTED/tags", json!(["north"]));
    tagged.await.expect("tags");
}

/// A user of this role, signed in; with the devices of a tag, or with all of them.
async fn user(world: &World, name: &str, role: &str, tag: Option<&str>) -> Rest {
    let scope = tag.map(|tag| json!([tag]));
    let user = json!({ "role": role, "password": PASSWORD, "scope": scope });
    let made = world.api.put(&format!("/users/{name}"), user).await;
    made.expect("a user");
    let rest = Rest::sign_in(world.server.api_address, name, PASSWORD).await;
    rest.expect("a good password")
}

async fn write(who: &Rest, text: &str) -> Result {
    who.post(NOTES, json!({ "text": text })).await
}

/// Who wrote which texts, as somebody sees them.
async fn texts(who: &Rest) -> Vec<(String, String)> {
    let list = who.get(NOTES).await.expect("a list");
    let items = list["items"].as_array().expect("a list").iter();
    let word = |item: &Value, name: &str| item[name].as_str().expect("a text").to_owned();
    items
        .map(|item| (word(item, "by"), word(item, "text")))
        .collect()
}

fn pair(by: &str, text: &str) -> (String, String) {
    (by.to_owned(), text.to_owned())
}

/// The address of a note that was written.
fn address(note: &Value) -> String {
    format!("{NOTES}/{}", note["id"].as_str().expect("an id"))
}

fn refused(answer: Result, status: u16, word: &str) -> Refused {
    let refused = answer.expect_err("it is refused");
    assert_eq!(refused.status, status, "{refused}");
    assert!(refused.body.contains(word), "{refused}");
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_help_desk_writes_down_everybody_who_has_the_device_reads() {
    let world = World::start().await;
    device(&world).await;
    let desk = user(&world, "henry", "help_desk", None).await;
    let viewer = user(&world, "vera", "viewer", Some("north")).await;
    assert_eq!(texts(&viewer).await, []);
    let first = write(&desk, "Crackles on line 1.\r\nCable?\n").await;
    let first = first.expect("a note");
    assert_eq!(first["by"], "henry");
    assert_eq!(first["text"], "Crackles on line 1.\nCable?");
    assert!(first["at"].as_i64() > Some(0), "{first}");
    write(&world.api, "<b>It was.</b>").await.expect("a note");
    let expected = [
        pair("admin", "<b>It was.</b>"),
        pair("henry", "Crackles on line 1.\nCable?"),
    ];
    assert_eq!(texts(&viewer).await, expected);
    let page = viewer.get(&format!("{NOTES}?limit=1")).await;
    let page = page.expect("a page");
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    let next = page["next"].as_str().expect("there is more");
    let rest = viewer.get(&format!("{NOTES}?limit=1&after={next}")).await;
    assert_eq!(rest.expect("a page")["items"], json!([first]));
    let trail = world.api.get("/audit?action=device.note").await;
    let trail = trail.expect("a trail");
    let by_desk = &trail["items"][1];
    assert_eq!(by_desk["actor"], "user:henry");
    let id = first["id"].as_str().expect("an id");
    assert!(by_desk["subject"].to_string().contains(id), "{trail}");
    assert!(!trail.to_string().contains("Crackles"), "{trail}");
}

/// Covers A12, A14.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_for_those_who_have_the_device_and_may_help() {
    let world = World::start().await;
    device(&world).await;
    let note = write(&world.api, "Ours.").await.expect("a note");
    let south = user(&world, "sue", "admin", Some("south")).await;
    for outside in [
        south.get(NOTES).await,
        write(&south, "Theirs.").await,
        south.delete(&address(&note)).await,
    ] {
        refused(outside, 404, "no such device");
    }
    let viewer = user(&world, "vera", "viewer", None).await;
    let auditor = user(&world, "audrey", "auditor", None).await;
    for looks in [viewer, auditor] {
        refused(write(&looks, "I think…").await, 403, "`help`");
        refused(looks.delete(&address(&note)).await, 403, "`help`");
        assert_eq!(texts(&looks).await, [pair("admin", "Ours.")]);
    }
}

/// Covers A14.
#[tokio::test(flavor = "multi_thread")]
async fn ones_own_notes_can_be_deleted_and_an_operator_deletes_anybodys() {
    let world = World::start().await;
    device(&world).await;
    let henry = user(&world, "henry", "help_desk", None).await;
    let hilda = user(&world, "hilda", "help_desk", None).await;
    let operator = user(&world, "olga", "operator", None).await;
    let own = write(&henry, "Mistaken.").await.expect("a note");
    let kept = write(&henry, "He calls every week.").await.expect("a note");
    refused(hilda.delete(&address(&own)).await, 403, "henry wrote");
    henry.delete(&address(&own)).await.expect("his own");
    refused(henry.delete(&address(&own)).await, 404, "note");
    assert_eq!(texts(&hilda).await, [pair("henry", "He calls every week.")]);
    operator.delete(&address(&kept)).await.expect("may");
    assert_eq!(texts(&hilda).await, []);
    let trail = world.api.get("/audit?action=device.note-delete").await;
    let trail = trail.expect("a trail");
    assert_eq!(trail["items"][0]["actor"], "user:olga");
    assert_eq!(trail["items"][1]["actor"], "user:henry");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_says_nothing_or_too_much_is_refused_with_what_to_do() {
    let world = World::start().await;
    device(&world).await;
    for (text, why) in [
        (" \n\t".to_owned(), "says nothing"),
        ("ü".repeat(2_001), "2001 characters, and 2000"),
    ] {
        let refused = refused(write(&world.api, &text).await, 400, why);
        let body: Value = serde_json::from_str(&refused.body).expect("JSON");
        assert!(body["fix"].as_str().is_some_and(|fix| !fix.is_empty()));
    }
    let more = json!({ "text": "x", "by": "somebody else" });
    refused(world.api.post(NOTES, more).await, 400, "unknown field");
    let most = "ü".repeat(2_000);
    write(&world.api, &most)
        .await
        .expect("as long as it may be");
    assert_eq!(texts(&world.api).await, [pair("admin", &most)]);
    for number in 1..200 {
        let written = write(&world.api, &number.to_string()).await;
        written.expect("there is room");
    }
    refused(write(&world.api, "One more.").await, 409, "delete those");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_is_sent_again_with_its_key_is_written_once() {
    let world = World::start().await;
    device(&world).await;
    let headers = "Idempotency-Key: 4711\r\n";
    let mut answers = Vec::new();
    for _ in 0..2 {
        let body = br#"{"text":"Once."}"#;
        let answer = world.api.exchange("POST", NOTES, headers, body).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.text());
        answers.push(answer.text());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(texts(&world.api).await, [pair("admin", "Once.")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_forgotten_with_their_device() {
    let world = World::start().await;
    device(&world).await;
    write(&world.api, "Of the unit before.")
        .await
        .expect("a note");
    let deleted = world.api.delete("/devices/00562B-ATA192-NOTED").await;
    deleted.expect("an administrator may");
    refused(world.api.get(NOTES).await, 404, "no such device");
    device(&world).await;
    assert_eq!(texts(&world.api).await, []);
}
