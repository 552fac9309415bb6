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
    /// It is not what a command before it prints: the body of a request, an answer of another moment, a file.
    pub is_no_answer: bool,
    /// Nothing but blank lines is between it and the block before.
    pub follows: bool,
}

impl Block {
    /// Whether a block is one of commands that are run here.
    pub fn is_run(&self) -> bool {
        self.language == "sh" && self.run_by.is_none()
    }
}

/// The languages of blocks. Settings (`toml`) are nothing that a command prints.
const LANGUAGES: [&str; 4] = ["sh", "text", "json", "toml"];

/// The blocks that nothing is held against although nobody has said that they are no answers.
pub fn unchecked(blocks: &[Block]) -> Vec<&Block> {
    let before = std::iter::once(None).chain(blocks.iter().map(Some));
    let pairs = before.zip(blocks);
    let unchecked = pairs.filter(|(before, block)| {
        let is_said = ["text", "json"].contains(&block.language.as_str());
        let is_checked = block.follows && before.is_some_and(Block::is_run);
        is_said && !is_checked && !block.is_no_answer
    });
    unchecked.map(|(_, block)| block).collect()
}

/// All blocks of a text.
///
/// # Errors
/// If a fence is not closed, or a block is in a language that nothing is known of.
pub fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut run_by = None;
    let mut is_no_answer = false;
    let mut follows = false;
    for (number, line) in text.lines().enumerate() {
        let fence = line.strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(language)) if !LANGUAGES.contains(&language.trim()) => {
                let line = number + 1;
                return Err(format!(
                    "the block at line {line} is in `{}`",
                    language.trim()
                ));
            }
            (None, Some(language)) => {
                open = Some(Block {
                    line: number + 1,
                    language: language.trim().to_owned(),
                    text: String::new(),
                    run_by: run_by.take(),
                    is_no_answer: std::mem::take(&mut is_no_answer),
                    follows,
                });
            }
            (None, None) if line.trim().is_empty() => {}
            (None, None) => {
                follows = false;
                is_no_answer = line.trim() == "<!-- not an answer -->";
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

#[test]
fn a_block_in_a_language_nobody_checks_is_told() {
    for language in ["jsonc", "", "bash"] {
        let text = format!("```sh\ntrue\n```\n\n```{language}\n{{}}\n```\n");
        let why = blocks(&text).expect_err("it is none of ours");
        assert_eq!(why, format!("the block at line 5 is in `{language}`"));
    }
}

#[test]
fn an_answer_stands_right_behind_its_command_or_is_marked_as_none() {
    let text = "```sh\ntrue\n```\n\n```json\n1\n```\n\n```json\n2\n```\nwords\n```text\n3\n```\n\
                <!-- not an answer -->\n```json\n4\n```\n\n```toml\n```\n\
                <!-- run by: a.rs::b -->\n```sh\n```\n```json\n5\n```\n";
    let found = blocks(text).expect("blocks");
    let lines = unchecked(&found).into_iter().map(|block| block.text.trim());
    assert_eq!(lines.collect::<Vec<_>>(), ["2", "3", "5"]);
}
