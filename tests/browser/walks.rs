//! The walks, and what must be true of the server and the devices after each of them.

use crate::Test;
use crate::stage::Stage;
use libtest_mimic::Failed;
use serde_json::json;

/// Every walk with its name.
pub const ALL: &[(&str, Test)] = &[
    ("the_first_user_chooses_a_password", first_time),
    ("the_door_refuses_in_the_words_of_the_server", door),
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
