//! How answers are shown: tables and records for people, JSON for programs.

use crate::output::line;
use serde_json::Value;

/// Characters of one cell; what is longer is cut, in a table.
const CELL: usize = 60;

/// What the API answered, for programs.
pub fn json(value: &Value) {
    // A value can always be written.
    line(serde_json::to_string_pretty(value).unwrap_or_default());
}

/// One column of a table: its head, and where its cell stands in an element (`provisioning.fault`).
pub type Column = (&'static str, &'static str);

/// A list: a table, or JSON.
pub fn list(items: Vec<Value>, columns: &[Column], as_json: bool) {
    if as_json {
        return json(&Value::Array(items));
    }
    let head = columns.iter().map(|(head, _)| (*head).to_owned()).collect();
    let mut rows: Vec<Vec<String>> = vec![head];
    for item in &items {
        rows.push(columns.iter().map(|(_, path)| cell(item, path)).collect());
    }
    table(&rows);
}

/// A list of what was chosen of each element, with commas between: a table with a column for each, or JSON.
pub fn chosen(items: Vec<Value>, fields: &str, as_json: bool) {
    if as_json {
        return json(&Value::Array(items));
    }
    let fields: Vec<&str> = fields.split(',').map(str::trim).collect();
    let mut rows = vec![fields.iter().map(|field| (*field).to_owned()).collect()];
    for item in &items {
        let cells = fields.iter().map(|field| cut(text(field, &item[*field])));
        rows.push(cells.collect::<Vec<String>>());
    }
    table(&rows);
}

/// One thing: its fields one below the other, or JSON.
pub fn record(value: &Value, as_json: bool) {
    if as_json {
        return json(value);
    }
    let mut rows = Vec::new();
    flatten("", value, &mut rows);
    let width = rows.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or(0);
    for (name, text) in rows {
        line(format!("{name:<width$}  {text}"));
    }
}

fn flatten(prefix: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = match prefix {
                    "" => name.clone(),
                    _ => format!("{prefix}.{name}"),
                };
                flatten(&name, value, rows);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (number, item) in items.iter().enumerate() {
                flatten(&format!("{prefix}[{number}]"), item, rows);
            }
        }
        value => rows.push((prefix.to_owned(), text(prefix, value))),
    }
}

/// Prints rows of equal length, the first one being the head; columns are as wide as they need to be.
pub fn table(rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let text: Vec<String> = cells
            .map(|(cell, &width)| format!("{cell:<width$}"))
            .collect();
        line(text.join("  ").trim_end());
    }
}

/// A cell of a table.
fn cell(item: &Value, path: &str) -> String {
    let mut value = item;
    for name in path.split('.') {
        value = &value[name];
    }
    let name = path.rsplit('.').next().unwrap_or(path);
    cut(text(name, value))
}

/// A text as far as a cell takes it.
fn cut(text: String) -> String {
    if text.chars().count() <= CELL {
        return text;
    }
    let cut: String = text.chars().take(CELL - 1).collect();
    format!("{cut}…")
}

/// Fields that hold a time in milliseconds.
const TIMES: [&str; 17] = [
    "at",
    "begin",
    "begun",
    "created",
    "end",
    "ended",
    "expires",
    "first_seen",
    "last_boot",
    "last_bootstrap",
    "last_inform",
    "last_used",
    "not_before",
    "since",
    "told_at",
    "until",
    "updated",
];

/// A value as people read it. Control characters of a device do not reach the terminal.
fn text(name: &str, value: &Value) -> String {
    let name = name.rsplit('.').next().unwrap_or(name);
    match value {
        Value::Null => "-".into(),
        Value::Number(number) if TIMES.contains(&name) => match number.as_i64() {
            Some(0) | None => "-".into(),
            Some(ms) => data_model::Timestamp::from_millis(ms).to_xsd(),
        },
        Value::String(text) => plain(text),
        Value::Array(items) => {
            let items = items.iter().map(text_of_item);
            items.collect::<Vec<_>>().join(",")
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => plain(&value.to_string()),
    }
}

fn text_of_item(item: &Value) -> String {
    match item {
        Value::String(text) => plain(text),
        other => plain(&other.to_string()),
    }
}

fn plain(text: &str) -> String {
    let shown = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_are_found_cut_and_harmless() {
        let item = json!({
            "a": {"b": "x".repeat(100)},
            "c": "red\u{1b}[31m",
            "tags": ["one", "two"],
            "last_inform": 1_772_438_400_000_i64,
            "last_boot": null,
        });
        assert_eq!(cell(&item, "a.b").chars().count(), CELL);
        assert_eq!(cell(&item, "c"), "red\u{fffd}[31m");
        assert_eq!(cell(&item, "tags"), "one,two");
        assert_eq!(cell(&item, "last_inform"), "2026-03-02T08:00:00Z");
        assert_eq!(cell(&item, "last_boot"), "-");
        assert_eq!(cell(&item, "nowhere.at.all"), "-");
    }
}
