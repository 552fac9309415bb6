//! The page in a real browser: each walk does what its user would, over one server with a small fleet.
//!
//! `cargo test --test browser -- NAME` runs one of them. They need node, Chromium and what `tests/tools` brings along.

#[path = "../world/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with tests that ask more of the world"
)]
mod world;

mod hostile;
mod stage;
mod walk;
mod walks;

use libtest_mimic::{Arguments, Failed, Trial};
use stage::Stage;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

/// A test over the stage they share.
type Test = fn(&Stage) -> Result<(), Failed>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // Set up with the first test that runs, so that a list of them starts no server.
    let stage: Arc<OnceLock<Stage>> = Arc::default();
    let trials = walks::ALL.iter().map(|(name, test)| {
        let stage = Arc::clone(&stage);
        let test: Test = *test;
        Trial::test(*name, move || test(stage.get_or_init(Stage::set_up)))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if let Some(stage) = Arc::try_unwrap(stage).ok().and_then(OnceLock::into_inner) {
        stage.take_down();
    }
    conclusion.exit_code()
}
