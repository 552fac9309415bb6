//! Revisions of profiles: drafts, stages, roll back, previews, contradictions, and why a device has a value.

use crate::world::{Phone, World};
use serde_json::{Value, json};

const CODE: &str = "DeviceInfo.ProvisioningCode";

fn code(value: &str) -> Value {
    json!({ "values": [{ "name": format!("~.{CODE}"), "value": value }] })
}

async fn code_of(phone: &Phone) -> Option<String> {
    phone.value(CODE).await
}

/// Has devices come that are not called because nothing is desired of them than before.
async fn settle(world: &World, phones: &[&Phone]) {
    for phone in phones {
        world.session(phone).await;
        world.agrees(phone).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staged_revision_reaches_those_of_its_stages_and_then_everybody() {
    let world = World::start().await;
    let (pilot, other) = (world.phone("PILOT").await, world.phone("OTHER").await);
    let tags = format!("{}/tags", pilot.path());
    world.api.put(&tags, json!(["pilot"])).await.expect("tags");
    world.profile("p", code("old")).await;
    for phone in [&pilot, &other] {
        phone.reaches(CODE, "old").await;
    }
    let revision = world.draft("p", code("new")).await;
    settle(&world, &[&pilot, &other]).await;
    assert_eq!(
        code_of(&pilot).await.as_deref(),
        Some("old"),
        "a draft is for nobody"
    );

    let stages = json!({ "revision": revision, "stages": [{ "tag": "pilot" }] });
    let head = world.api.post("/profiles/p/publish", stages).await;
    let head = head.expect("a publication");
    assert_eq!(head["staged"]["reached"], 1, "{head}");
    pilot.reaches(CODE, "new").await;
    settle(&world, &[&pilot, &other]).await;
    assert_eq!(code_of(&other).await.as_deref(), Some("old"));

    let head = world.api.post("/profiles/p/next-stage", json!({})).await;
    assert_eq!(head.expect("everybody")["published"], revision);
    other.reaches(CODE, "new").await;
    let over = world.api.post("/profiles/p/next-stage", json!({})).await;
    assert_eq!(over.expect_err("nothing is staged").status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_is_aborted_gives_back_what_was_before() {
    let world = World::start().await;
    let phone = world.phone("ABORTED").await;
    world.profile("p", code("old")).await;
    phone.reaches(CODE, "old").await;
    let revision = world.draft("p", code("bad")).await;
    let stages = json!({ "revision": revision, "stages": [{ "percent": 100 }] });
    world
        .api
        .post("/profiles/p/publish", stages)
        .await
        .expect("a stage");
    phone.reaches(CODE, "bad").await;
    world
        .api
        .post("/profiles/p/abort-stage", json!({}))
        .await
        .expect("aborted");
    phone.reaches(CODE, "old").await;
    world.agrees(&phone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roll_back_is_the_publication_of_an_older_revision() {
    let world = World::start().await;
    let phone = world.phone("ROLLS").await;
    world.profile("p", code("good")).await;
    let mut worse = code("bad");
    worse["comment"] = json!("a good idea");
    world.profile("p", worse).await;
    phone.reaches(CODE, "bad").await;
    let revisions = world
        .api
        .get("/profiles/p/revisions")
        .await
        .expect("a list");
    let newest = &revisions["items"][0];
    assert_eq!(
        (&newest["revision"], &newest["comment"]),
        (&json!(2), &json!("a good idea"))
    );
    assert_eq!(newest["by"], "user:admin");
    let diff = world
        .api
        .get("/profiles/p/diff?from=1&to=2")
        .await
        .expect("a diff");
    let expected = json!([{ "name": format!("~.{CODE}"), "from": "good", "to": "bad" }]);
    assert_eq!(diff["changes"], expected);
    let back = json!({ "revision": 1 });
    world
        .api
        .post("/profiles/p/publish", back)
        .await
        .expect("a roll back");
    phone.reaches(CODE, "good").await;
    let profile = world.api.get("/profiles/p").await.expect("a profile");
    assert_eq!(
        (&profile["revision"], &profile["latest"]),
        (&json!(1), &json!(2))
    );
    let gone = world
        .api
        .post("/profiles/p/publish", json!({ "revision": 9 }))
        .await;
    assert_eq!(gone.expect_err("there is none").status, 404);
}

/// What a preview says is what then happens: no more, no less.
#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_then_happens() {
    let world = World::start().await;
    let phone = world.phone("PREVIEW").await;
    let refresh = json!({ "kind": "refresh", "path": "" });
    assert_eq!(world.task(&phone, refresh).await["state"], "done");
    let interval = "ManagementServer.PeriodicInformInterval";
    let has = phone.value(interval).await.expect("an interval");
    let mut draft = code("{{serial_number}}");
    for (name, value) in [
        (interval, has.as_str()),
        ("ManagementServer.PeriodicInformEnable", "0"),
    ] {
        let value = json!({ "name": format!("~.{name}"), "value": value });
        draft["values"].as_array_mut().expect("values").push(value);
    }
    let ask = json!({ "device": phone.identity, "draft": draft });
    let preview = world.api.post("/profiles/p/preview", ask.clone()).await;
    let preview = preview.expect("a preview");
    assert_eq!(preview["applies"], true);
    assert_eq!(preview["not_seen"], json!([]), "{preview}");
    let changes = preview["changes"].as_array().expect("changes").clone();
    assert_eq!(changes.len(), 2, "one value is as it should be: {preview}");
    for change in &changes {
        let name = change["name"].as_str().expect("a name");
        let below = name.trim_start_matches(&phone.name("")).to_owned();
        assert_eq!(
            change["from"].as_str(),
            phone.value(&below).await.as_deref(),
            "{name}"
        );
    }
    let counts = world
        .api
        .post("/profiles/p/preview/counts", json!({ "draft": draft }))
        .await;
    let counts = counts.expect("counts");
    assert_eq!(
        (&counts["devices"], &counts["would_change"]),
        (&json!(1), &json!(1)),
        "{counts}"
    );
    assert_eq!(counts["examples"], json!([phone.identity]));

    world.profile("p", draft).await;
    world.agrees(&phone).await;
    for change in &changes {
        let name = change["name"].as_str().expect("a name");
        let below = name.trim_start_matches(&phone.name("")).to_owned();
        phone
            .reaches(&below, change["to"].as_str().expect("a value"))
            .await;
    }
    let after = world
        .api
        .post("/profiles/p/preview", ask)
        .await
        .expect("a preview");
    assert_eq!(after["changes"], json!([]), "{after}");

    let lacking = json!({ "device": phone.identity, "draft": code("{{nobody}}") });
    let lacking = world
        .api
        .post("/profiles/p/preview", lacking)
        .await
        .expect("a preview");
    let why = lacking["problems"][0]["why"].as_str().unwrap_or_default();
    assert!(why.contains("nobody"), "{lacking}");
    let counts = json!({ "draft": code("{{nobody}}") });
    let counts = world
        .api
        .post("/profiles/p/preview/counts", counts)
        .await
        .expect("counts");
    assert_eq!(counts["in_error"], 1);
    assert_eq!(counts["errors"][0]["device"], phone.identity.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_explained_by_profile_person_and_variables_and_by_the_last_task() {
    let world = World::start().await;
    let phone = world.phone("WHY").await;
    let variables = format!("{}/variables", phone.path());
    world
        .api
        .put(&variables, json!({ "site": "north" }))
        .await
        .expect("variables");
    world.profile("all", code("everybody's")).await;
    let mut mine = code("{{site}}-{{serial_number}}");
    mine["precedence"] = json!(5);
    world.profile("mine", mine).await;
    phone.reaches(CODE, "north-WHY").await;
    world.agrees(&phone).await;
    let name = phone.name(CODE);
    let path = format!("{}/parameters/{name}/why", phone.path());
    let why = world.api.get(&path).await.expect("a reason");
    assert_eq!(why["observed"], "north-WHY");
    assert_eq!(why["desired"]["state"], "equal");
    let reason = &why["desired"]["why"];
    assert_eq!(
        (&reason["profile"], &reason["revision"]),
        (&json!("mine"), &json!(1))
    );
    assert_eq!(reason["published_by"], "user:admin");
    assert!(reason["published_at"].as_i64() > Some(0), "{why}");
    assert_eq!(reason["template"], "{{site}}-{{serial_number}}");
    let sources: Vec<&Value> = (0..2)
        .map(|at| &reason["variables"][at]["source"]["from"])
        .collect();
    assert_eq!(sources, ["device", "identity"]);
    assert_eq!(why["overridden"][0]["profile"], "all");

    let interval = phone.name("ManagementServer.PeriodicInformInterval");
    let set = json!({ "kind": "set_parameter_values", "values": [
        { "name": interval, "type": "xsd:unsignedInt", "value": "1234" },
    ] });
    let task = world.task(&phone, set).await;
    let path = format!("{}/parameters/{interval}/why", phone.path());
    let why = world.api.get(&path).await.expect("a reason");
    assert_eq!(
        (&why["last_task"]["id"], &why["last_task"]["value"]),
        (&task["id"], &json!("1234"))
    );
    assert!(why["desired"].is_null(), "{why}");
    let nothing = format!("{}/parameters/Device.Nothing/why", phone.path());
    assert_eq!(
        world.api.get(&nothing).await.expect_err("nothing").status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_that_contradict_each_other_are_listed_and_one_of_them_wins() {
    let world = World::start().await;
    let phone = world.phone("TORN").await;
    let line = |name: &str, value: &str| json!({ "values": [{ "name": name, "value": value }] });
    let standard = "~.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber";
    world
        .profile("b", line("~.X_CISCO_ATA.Line.1.User_ID", "200"))
        .await;
    world.profile("a", line(standard, "100")).await;
    world.profile("c", code("nobody's business")).await;
    phone.reaches("X_CISCO_ATA.Line.1.User_ID", "100").await;
    world.agrees(&phone).await;
    let conflicts = world.api.get("/profiles/conflicts").await.expect("a list");
    let conflicts = conflicts.as_array().expect("a list");
    let [conflict] = &conflicts[..] else {
        panic!("{conflicts:?}")
    };
    assert_eq!(
        (&conflict["winner"], &conflict["loser"]),
        (&json!("a"), &json!("b"))
    );
    assert_eq!(conflict["devices"], json!([phone.identity]));
    let parameter = &conflict["parameters"][0];
    assert_eq!(
        (&parameter["value"], &parameter["lost"]),
        (&json!("100"), &json!("200"))
    );
}

/// Covers M06.
#[tokio::test(flavor = "multi_thread")]
async fn a_dial_plan_with_a_mistake_is_refused_with_its_place() {
    let world = World::start().await;
    let plan = |value: &str| json!({ "values": [{ "name": "~.X_CISCO_ATA.Line.1.Dial_Plan", "value": value }] });
    let refused = world.api.put("/profiles/p", plan("(xx|[2-9xx)")).await;
    let refused = refused.expect_err("a broken plan");
    assert_eq!(refused.status, 400);
    for word in ["Dial_Plan", "at character 11", "]"] {
        assert!(refused.body.contains(word), "{word}: {refused}");
    }
    let tone =
        json!({ "values": [{ "name": "~.X_CISCO_ATA.Regional.Dial_Tone", "value": "350@-19;x" }] });
    let refused = world
        .api
        .put("/profiles/p", tone)
        .await
        .expect_err("a broken tone");
    assert!(refused.body.contains("at character"), "{refused}");
    world.profile("p", plan("(xx|[2-9]xx.)")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_of_a_profile_are_counted_with_the_reasons_of_failures() {
    let world = World::start().await;
    let (good, bad) = (world.phone("GOOD").await, world.phone("BAD").await);
    let variables = format!("{}/variables", good.path());
    world
        .api
        .put(&variables, json!({ "site": "north" }))
        .await
        .expect("variables");
    world.profile("p", code("{{site}}")).await;
    good.reaches(CODE, "north").await;
    world.agrees(&good).await;
    world.given_up(&bad).await;
    let state = world.api.get("/profiles/p/state").await.expect("counts");
    assert_eq!(
        (&state["devices"], &state["agreed"], &state["failed"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let reason = &state["reasons"][0];
    assert!(
        reason["text"]
            .as_str()
            .is_some_and(|text| text.contains("site")),
        "{state}"
    );
    assert_eq!(reason["example"], bad.identity.as_str());
}
