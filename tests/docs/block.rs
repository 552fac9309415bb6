//! Fenced blocks of a document, in order.

/// A block, with what is said of it around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The line of its opening fence, counted from 1.
    pub line: usize,
    /// What stands behind the opening fence: `sh`, `text`, `json`.
    pub language: String,
    /// Its lines.
    pub text: String,
    /// The test that runs it elsewhere.
    pub run_by: Option<String>,
    /// Nothing but blank lines is between it and the block before.
    pub follows: bool,
}

/// All blocks of a text.
///
/// # Errors
/// If a fence is not closed.
pub fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut run_by = None;
    let mut follows = false;
    for (number, line) in text.lines().enumerate() {
        let fence = line.strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(language)) => {
                open = Some(Block {
                    line: number + 1,
                    language: language.trim().to_owned(),
                    text: String::new(),
                    run_by: run_by.take(),
                    follows,
                });
            }
            (None, None) if line.trim().is_empty() => {}
            (None, None) => {
                follows = false;
                let said = line.trim().strip_prefix("<!-- run by: ");
                run_by = said.and_then(|said| said.strip_suffix(" -->").map(str::to_owned));
            }
            (Some(_), Some("")) => {
                blocks.extend(open.take());
                follows = true;
            }
            (Some(block), Some(_)) => {
                return Err(format!("the block at line {} is not closed", block.line));
            }
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
    }
    match open {
        Some(block) => Err(format!("the block at line {} is not closed", block.line)),
        None => Ok(blocks),
    }
}

#[test]
fn a_block_that_is_not_closed_is_told() {
    let text = "```sh\ntrue\n```\n```sh\nfalse\n\n```text\n```\n";
    assert_eq!(
        blocks(text).expect_err("it is open"),
        "the block at line 4 is not closed"
    );
}

#[test]
fn what_runs_a_block_stands_right_in_front_of_it() {
    let text = "<!-- run by: a.rs::b -->\n\n```sh\ntrue\n```\nwords\n```sh\ntrue\n```\n";
    let found = blocks(text).expect("blocks");
    assert_eq!(found[0].run_by.as_deref(), Some("a.rs::b"));
    assert_eq!((&found[1].run_by, found[1].follows), (&None, false));
}
