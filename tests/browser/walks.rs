//! The walks, and what must be true of the server and the devices after each of them.

use crate::Test;
use crate::stage::Stage;
use crate::world::{FACTORY_VERSION, NEW_VERSION};
use libtest_mimic::Failed;
use serde_json::json;

/// Every walk with its name.
pub const ALL: &[(&str, Test)] = &[
    ("the_first_user_chooses_a_password", first_time),
    ("the_door_refuses_in_the_words_of_the_server", door),
    ("a_sip_password_is_changed_and_arrives", password),
    ("a_profile_is_previewed_published_and_rolled_back", profile),
    (
        "a_campaign_is_run_to_its_end_with_a_device_that_fails",
        campaign,
    ),
    ("what_a_device_says_is_shown_as_text", hostile),
    (
        "many_devices_are_changed_after_a_look_and_a_typed_number",
        many,
    ),
    ("a_ping_is_run_and_read", ping),
    ("the_trace_of_a_session_is_read", trace),
    ("what_the_role_forbids_is_not_offered", roles),
    ("a_session_ends_in_the_middle_of_an_edit", ended),
    ("going_back_asks_before_something_typed_is_lost", back),
    ("notes_of_a_device_are_written_read_and_deleted", notes),
    ("the_tour_has_no_dead_end", tour),
    ("every_view_is_whole_1", every_view_1),
    ("every_view_is_whole_2", every_view_2),
];

/// Every other view: nothing wrong on the console, nothing serious for whoever cannot see it, nothing wider than the
/// window; light, dark and on a phone.
fn every_view_1(stage: &Stage) -> Result<(), Failed> {
    stage.walk_with("every_view", &json!({ "part": 0, "parts": 2 }))
}

/// The other half of them.
fn every_view_2(stage: &Stage) -> Result<(), Failed> {
    stage.walk_with("every_view", &json!({ "part": 1, "parts": 2 }))
}

/// The first start: a one-time password opens nothing but the choice of another one. Covers A08.
fn first_time(stage: &Stage) -> Result<(), Failed> {
    stage.walk_at_first_start("first_time")
}

/// Whoever cannot sign in reads why, and what to do.
fn door(stage: &Stage) -> Result<(), Failed> {
    stage.walk("door")
}

/// Found by its serial number, changed in its tree, and the device itself has the password.
fn password(stage: &Stage) -> Result<(), Failed> {
    let secret = "typed in a browser";
    stage.walk_with("password", &json!({ "secret": secret }))?;
    let there = stage.value(&stage.kitchen, "X_CISCO_ATA.Line.1.Password");
    (there.as_deref() == Some(secret))
        .then_some(())
        .ok_or_else(|| format!("the device has {there:?}").into())
}

/// Seen as a diff on a device before it is published with a count; a template with a mistake is refused in the form.
fn profile(stage: &Stage) -> Result<(), Failed> {
    stage.walk_with(
        "profile",
        &json!({ "device": "00562B-ATA192-CALM000005", "serial": "CALM000005" }),
    )
}

/// A query finds them, the count is shown, and what cannot be taken back takes the number, typed. Covers U06.
fn many(stage: &Stage) -> Result<(), Failed> {
    stage.walk("many")
}

/// Begun by the wizard, with its count and a question; what failed is told by its reason.
fn campaign(stage: &Stage) -> Result<(), Failed> {
    stage.walk("campaign")?;
    let versions = stage.versions();
    (versions == [NEW_VERSION, FACTORY_VERSION])
        .then_some(())
        .ok_or_else(|| format!("the devices run {versions:?}").into())
}

/// Markup, scripts, links, formulas and words without an end, in its identity, its values, its names, its fault and its
/// messages: texts in every view, and nothing has run. Covers C03, C15, C17, C18.
fn hostile(stage: &Stage) -> Result<(), Failed> {
    stage.walk("hostile")
}

/// A host that is none is refused in the form, in the words of the server. Covers U01.
fn ping(stage: &Stage) -> Result<(), Failed> {
    stage.walk("ping")
}

/// A session as who said what, with the XML on demand.
fn trace(stage: &Stage) -> Result<(), Failed> {
    stage.walk("trace")
}

/// A viewer has no buttons; the address of what is forbidden says so.
fn roles(stage: &Stage) -> Result<(), Failed> {
    stage.walk("roles")
}

/// Nothing that was typed is lost, and what was asked for goes through after signing in again.
fn ended(stage: &Stage) -> Result<(), Failed> {
    stage.walk("ended")
}

/// Not only links ask: the browser's own button does.
fn back(stage: &Stage) -> Result<(), Failed> {
    stage.walk("back")
}

/// The help desk writes a note; it outlives the end of a session, and markup in it is a text.
fn notes(stage: &Stage) -> Result<(), Failed> {
    stage.walk("notes")
}

/// `docs/TOUR.md` as it is written, over the demo.
fn tour(stage: &Stage) -> Result<(), Failed> {
    stage.walk_over_the_demo("tour")
}
