//! The commands of `docs/OPERATING.md` and `docs/API.md`, run as they stand there: each document is one story, told by one
//! shell from an empty folder.
//!
//! A block of commands must end well, and print what a block of text behind it says (`…` stands for anything), or answer
//! with the fields that a block of JSON behind it has. Commands that cannot be run here name the test that does run them:
//! `<!-- run by: FILE::FUNCTION -->` in front of the block. A block of text or JSON that no command has printed right in
//! front of it says so: `<!-- not an answer -->`.

mod block;
mod expected;
mod story;

use block::Block;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use story::Story;

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn blocks(document: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(top().join(document)).expect("a document");
    match block::blocks(&text) {
        Ok(blocks) => blocks,
        Err(why) => panic!("{document}: {why}"),
    }
}

/// Tells a document's story to its end; says how many devices its campaign has upgraded, and in what time.
fn tell(document: &str) {
    let blocks = blocks(document);
    let told = Story::begin(document, &blocks).tell();
    let told = told.unwrap_or_else(|why| panic!("{why}"));
    let (block, done) = told
        .iter()
        .find_map(|told| Some((told, upgraded(&told.output)?)))
        .expect("a campaign that is watched until it is done");
    let line = format!(
        "{document}: {} blocks of commands; {done} of 1000 devices upgraded in {:.0} s",
        told.len(),
        block.secs
    );
    counted(&line);
    assert_eq!(done, 1000);
}

fn counted(line: &str) {
    // A reader that has gone away misses nothing.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// The devices that a campaign has upgraded which was watched to its end: `done, stage 3 of 3: 1000 done`.
fn upgraded(output: &str) -> Option<u32> {
    let last = output.lines().find(|line| line.starts_with("done"))?;
    let (_, counts) = last.split_once(": ")?;
    counts.strip_suffix(" done")?.parse().ok()
}

#[test]
fn an_operator_gets_from_an_empty_machine_to_a_campaign_on_a_thousand_devices() {
    tell("docs/OPERATING.md");
}

#[test]
fn every_example_of_the_api_is_answered_as_it_says() {
    tell("docs/API.md");
}

#[test]
fn commands_that_are_not_run_here_name_the_test_that_runs_them() {
    let mut exceptions = 0;
    for document in ["docs/OPERATING.md", "docs/API.md"] {
        for block in blocks(document) {
            let Some(test) = block.run_by else {
                continue;
            };
            exceptions += 1;
            let (file, function) = test.split_once("::").expect("FILE::FUNCTION");
            let source = std::fs::read_to_string(top().join(file));
            let source = source.unwrap_or_else(|error| panic!("{document}: {file}: {error}"));
            assert!(
                source.contains(&format!("fn {function}()")),
                "{document}:{}: there is no test {test}",
                block.line
            );
        }
    }
    counted(&format!(
        "{exceptions} blocks of commands are run by other tests"
    ));
    assert!(exceptions <= 3, "{exceptions} blocks are run elsewhere");
}

#[test]
fn what_is_held_against_no_answer_is_marked_and_counted() {
    for (document, most) in [("docs/OPERATING.md", 3), ("docs/API.md", 23)] {
        let blocks = blocks(document);
        let unchecked = block::unchecked(&blocks).into_iter();
        let unchecked: Vec<String> = unchecked
            .map(|block| format!("{document}:{}", block.line))
            .collect();
        assert!(
            unchecked.is_empty(),
            "neither behind a command nor marked `<!-- not an answer -->`: {unchecked:?}"
        );
        let marked = blocks.iter().filter(|block| block.is_no_answer).count();
        let said = |block: &&Block| ["text", "json"].contains(&block.language.as_str());
        let all = blocks.iter().filter(said).count();
        counted(&format!(
            "{document}: {marked} of {all} blocks of text and JSON are held against no answer"
        ));
        assert!(marked <= most, "{document}: {marked}");
    }
}

/// What `cargo build --workspace` makes is what the documents call.
#[test]
fn the_build_makes_the_programs_that_the_documents_name() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "metadata",
        "--no-deps",
        "--offline",
        "--locked",
        "--format-version",
        "1",
    ]);
    let output = cargo.current_dir(top()).output().expect("cargo runs");
    let known: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = known["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let programs: Vec<&str> = targets
        .filter(|target| target["kind"][0] == "bin")
        .filter_map(|target| target["name"].as_str())
        .collect();
    for program in ["dialtone", "dialtone-agent"] {
        assert!(programs.contains(&program), "{programs:?}");
    }
}

/// A document of a test, whose first line is line 1.
fn story_of(lines: &[&str]) -> Result<Vec<story::Told>, String> {
    let blocks = block::blocks(&lines.join("\n")).expect("blocks");
    // No server is needed to find a mistake.
    Story::without_servers("a document", &blocks).tell()
}

#[test]
fn a_command_that_fails_is_told_with_its_line() {
    let why = story_of(&[
        "# A",
        "```sh",
        "X=1",
        "```",
        "",
        "```sh",
        "test $X = 1",
        "test $X = 2",
        "```",
    ]);
    let why = why.expect_err("1 is not 2");
    assert!(
        why.contains("a document:8") && why.contains("test $X = 2"),
        "{why}"
    );
    let why = story_of(&["```sh", "echo $NOBODY_HAS_SET_THIS", "```"]).expect_err("it is not set");
    assert!(why.contains("NOBODY_HAS_SET_THIS"), "{why}");
    let why = story_of(&["```sh", "false | cat", "```"]).expect_err("a part of it fails");
    assert!(why.contains("a document:2"), "{why}");
}

#[test]
fn a_story_that_ends_before_its_end_is_told_whatever_the_shell_says() {
    let why = story_of(&["```sh", "exit 0", "```", "", "```sh", "false", "```"]);
    let why = why.expect_err("`false` was not run");
    assert!(why.contains("a document:1: the story was over"), "{why}");
    let told = story_of(&["```sh", "true", "```", "", "```sh", "true", "```"]);
    assert_eq!(told.expect("all of it").len(), 2);
}

#[test]
fn output_that_is_not_what_the_document_says_is_told_with_its_line() {
    let good = [
        "```sh",
        "echo 17 devices",
        "```",
        "",
        "```text",
        "… devices",
        "```",
    ];
    story_of(&good).expect("as it says");
    let mut bad = good;
    bad[5] = "… phones";
    let why = story_of(&bad).expect_err("devices are no phones");
    assert!(
        why.contains("a document:5") && why.contains("17 devices"),
        "{why}"
    );
    let why = story_of(&[
        "```sh",
        "echo '{\"a\": 1}'",
        "```",
        "```json",
        "{\"b\": 2}",
        "```",
    ]);
    let why = why.expect_err("another field");
    assert!(why.contains("a document:4") && why.contains("`b`"), "{why}");
}

/// The folder of the program under test.
fn programs() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_dialtone"));
    program.parent().expect("a folder").to_owned()
}
