//! How long files and functions may be.

use crate::tree::{files, read, shown};

const FOLDERS: [&str; 8] = [
    "src",
    "cwmp",
    "data-model/src",
    "agent",
    "acs",
    "soap-fixtures/src",
    "tests",
    "benches",
];
const FILE_LINES: usize = 600;
const EXPLAINED_LINES: usize = 400;
const FUNCTION_LINES: usize = 70;
const LINE_CHARS: usize = 130;

#[test]
fn no_file_is_too_long_and_long_ones_say_why() {
    for folder in FOLDERS {
        for file in files(folder, ".rs") {
            let text = read(&file);
            let lines = text.lines().count();
            assert!(
                lines <= FILE_LINES,
                "{} has {lines} lines, {FILE_LINES} is the limit",
                shown(&file)
            );
            // Unit tests at the end make no file harder to read.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code.lines().count();
            if lines > EXPLAINED_LINES {
                let header: Vec<&str> = text
                    .lines()
                    .take_while(|line| line.starts_with("//!"))
                    .collect();
                let explained = header.join(" ").to_lowercase().contains("long");
                let why = "add a sentence to its header that says why it is so long";
                assert!(explained, "{} has {lines} lines: {why}", shown(&file));
            }
        }
    }
}

#[test]
fn every_source_begins_by_saying_what_it_is_for() {
    for folder in FOLDERS {
        for file in files(folder, ".rs") {
            let text = read(&file);
            assert!(
                text.starts_with("//! "),
                "{} has no first sentence",
                shown(&file)
            );
        }
    }
}

#[test]
fn functions_fit_a_screen() {
    for folder in FOLDERS {
        for file in files(folder, ".rs") {
            for (name, lines) in functions(&read(&file)) {
                let place = shown(&file);
                assert!(
                    lines <= FUNCTION_LINES,
                    "{place}: `{name}` has {lines} lines"
                );
            }
        }
    }
}

#[test]
fn lines_stay_readable() {
    for folder in FOLDERS {
        for file in files(folder, ".rs") {
            for (number, line) in read(&file).lines().enumerate() {
                let length = line.chars().count();
                let place = shown(&file);
                assert!(
                    length <= LINE_CHARS,
                    "{place}:{} has {length} characters",
                    number + 1
                );
            }
        }
    }
}

/// Functions with their lengths, told by the indentation rustfmt gives them.
fn functions(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let trimmed = line.trim_start();
        match &open {
            Some((name, start, depth)) if indent == *depth && trimmed.starts_with('}') => {
                found.push((name.clone(), number - start + 1));
                open = None;
            }
            Some(_) => {}
            None => {
                if let Some(name) = function_name(trimmed)
                    && !trimmed.ends_with([';', '}'])
                {
                    open = Some((name, number, indent));
                }
            }
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let mut rest = line;
    for word in [
        "pub(crate) ",
        "pub(super) ",
        "pub ",
        "const ",
        "async ",
        "unsafe ",
    ] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    Some(name[..end].to_owned())
}
