//! What a document says a command prints, held against what it prints.

use super::block::Block;
use serde_json::Value;

/// What is wrong with an output, if anything is.
pub fn wrong(said: &Block, output: &str) -> Option<String> {
    match said.language.as_str() {
        "text" => {
            let said: Vec<&str> = said.text.lines().collect();
            let printed: Vec<&str> = output.lines().collect();
            (!lines(&said, &printed)).then(|| "the commands print something else".to_owned())
        }
        "json" => answer(&said.text, output),
        // Settings, or the next commands.
        "toml" | "sh" => None,
        other => Some(format!("nothing is known of `{other}`")),
    }
}

/// Whether lines are as it was said; a line `…` stands for any lines, also for none.
fn lines(said: &[&str], printed: &[&str]) -> bool {
    match said.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => (0..=printed.len()).any(|skip| lines(rest, &printed[skip..])),
        Some((first, rest)) => match printed.split_first() {
            Some((line, after)) => is_like(first, line) && lines(rest, after),
            None => false,
        },
    }
}

/// Whether a line is as it was said; `…` in it stands for any text. Blanks count once, so that columns may be wider.
fn is_like(said: &str, line: &str) -> bool {
    let (said, line) = (once(said), once(line));
    let mut parts = said.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn once(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the last answer has the fields it was said to have, and no others.
fn answer(said: &str, output: &str) -> Option<String> {
    let said: Value = match serde_json::from_str(said) {
        Ok(said) => said,
        Err(error) => return Some(format!("the example is no JSON: {error}")),
    };
    let answers: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(output)
        .into_iter()
        .collect();
    match answers {
        Ok(answers) => match answers.last() {
            Some(answer) => fields("", &said, answer),
            None => Some("there is no answer".into()),
        },
        Err(error) => Some(format!("the answer is no JSON: {error}")),
    }
}

fn fields(place: &str, said: &Value, answer: &Value) -> Option<String> {
    match (said, answer) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Object(said), Value::Object(answer)) => {
            let missing = said.keys().find(|name| !answer.contains_key(*name));
            let more = answer.keys().find(|name| !said.contains_key(*name));
            if let Some(name) = missing {
                return Some(format!("the answer has no `{place}{name}`"));
            }
            if let Some(name) = more {
                return Some(format!("the answer also has `{place}{name}`"));
            }
            let deeper = said.iter().zip(answer.iter());
            let mut deeper = deeper.filter_map(|((name, said), _)| {
                fields(&format!("{place}{name}."), said, &answer[name])
            });
            deeper.next()
        }
        (Value::Array(said), Value::Array(answer)) => match (said.first(), answer.first()) {
            (Some(said), Some(answer)) => fields(place, said, answer),
            (Some(_), None) => Some(format!("`{place}` is an empty list in the answer")),
            (None, _) => None,
        },
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => None,
        _ => Some(format!("`{place}` is of another kind in the answer")),
    }
}

#[test]
fn an_ellipsis_stands_for_anything() {
    assert!(is_like("DEVICE  …  ATA192", "DEVICE SIM1   ATA192"));
    assert!(!is_like("DEVICE … ATA192", "DEVICE SIM1 ATA191"));
    assert!(lines(&["a", "…", "z"], &["a", "b", "c", "z"]));
    assert!(lines(&["a", "…"], &["a"]));
    assert!(!lines(&["a", "…", "z"], &["a", "b"]));
}

#[test]
fn an_answer_has_the_fields_that_were_said_and_no_others() {
    let said = r#"{"items": [{"id": "1", "at": null}], "next": "1"}"#;
    assert_eq!(
        answer(said, r#"{"items": [{"id": "2", "at": 3}], "next": "2"}"#),
        None
    );
    for other in [
        r#"{"items": [{"id": "2"}], "next": "2"}"#,
        r#"{"items": [{"id": "2", "at": 3, "by": 1}], "next": "2"}"#,
        r#"{"items": [], "next": "2"}"#,
        r#"{"items": {}, "next": "2"}"#,
        r#"{"items": [{"id": "2", "at": 3}], "next": 2}"#,
        r#"{"items": [{"id": true, "at": 3}], "next": "2"}"#,
        "not found",
        "",
    ] {
        assert!(answer(said, other).is_some(), "{other}");
    }
}

#[test]
fn texts_numbers_and_truths_are_kinds_of_their_own() {
    let kinds = [
        r#"{"next": "7"}"#,
        r#"{"next": 7}"#,
        r#"{"next": false}"#,
        r#"{"next": []}"#,
    ];
    for said in kinds {
        for output in kinds {
            let why = answer(said, output);
            assert_eq!(why.is_none(), said == output, "{said} {output}: {why:?}");
        }
        assert_eq!(answer(said, r#"{"next": null}"#), None);
    }
}
