//! Cells of a CSV file: read by the names of their columns, and written so that no spreadsheet takes one for a formula.

use crate::limits::IMPORT_ROWS;
use std::collections::BTreeMap;

/// What makes a spreadsheet compute a cell.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell as it is written: one that a spreadsheet would compute gets an apostrophe in front, which spreadsheets hide.
pub fn guarded(text: &str) -> String {
    match text.starts_with(FORMULA) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// A cell as it was meant: without the apostrophe of [`guarded`].
pub fn meant(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => cell,
    }
}

/// A row, its cells by the names of their columns. Empty cells are left out.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cells(BTreeMap<String, String>);

impl Cells {
    /// Takes the cell of a column.
    pub fn take(&mut self, column: &str) -> Option<String> {
        self.0.remove(column)
    }

    /// Takes the cell of a column that may be empty.
    pub fn text(&mut self, column: &str) -> String {
        self.take(column).unwrap_or_default()
    }

    /// Takes the cells of the columns with this prefix, by the rest of their names.
    pub fn take_all(&mut self, prefix: &str) -> BTreeMap<String, String> {
        let names: Vec<String> = self.0.keys().cloned().collect();
        let ours = names.into_iter().filter_map(|name| {
            let rest = name.strip_prefix(prefix)?.to_owned();
            Some((rest, self.0.remove(&name)?))
        });
        ours.collect()
    }
}

/// Reads a file: each row with its number, from 1 for the first one below the head.
///
/// # Errors
/// If it is no CSV, has a column nobody knows, the same column twice, or too many rows.
pub fn read(bytes: &[u8], columns: &[&str], prefixes: &[&str]) -> Result<Vec<Cells>, String> {
    // Spreadsheets begin UTF-8 with a mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let head = reader.headers().map_err(|error| error.to_string())?.clone();
    if head.is_empty() {
        return Err("there is no head with the names of the columns".into());
    }
    let mut names = Vec::new();
    for name in &head {
        let known = columns.contains(&name) || prefixes.iter().any(|one| name.starts_with(one));
        if !known {
            let name: String = name.chars().take(64).collect();
            let all = columns.join(", ");
            return Err(format!("nobody knows the column `{name}`; there are {all}"));
        }
        if names.contains(&name) {
            return Err(format!("the column `{name}` is there twice"));
        }
        names.push(name);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        if rows.len() == IMPORT_ROWS {
            return Err(format!(
                "there are more than {IMPORT_ROWS} rows: import them in parts"
            ));
        }
        let cells = names.iter().zip(&record);
        let cells = cells.filter(|(_, cell)| !cell.is_empty());
        let cells = cells.map(|(name, cell)| ((*name).to_owned(), meant(cell).to_owned()));
        rows.push(Cells(cells.collect()));
    }
    Ok(rows)
}

/// One line of a file.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let cells = cells.into_iter().map(guarded);
    // Memory takes everything.
    let _ = writer.write_record(cells);
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_cell_comes_back() {
        for text in [
            "+15550100",
            "=HYPERLINK(\"http://x\")",
            "-1",
            "@SUM(A1)",
            "plain",
            "'quoted",
            "a,b",
            "two\nlines",
            "",
        ] {
            let line = line([text, "x"]);
            let written = line.trim_start_matches('"');
            assert!(!written.starts_with(FORMULA), "{line}");
            let file = format!("account,name\n{line}");
            let mut rows = read(file.as_bytes(), &["account", "name"], &[]).unwrap();
            assert_eq!(rows[0].text("account"), text);
        }
    }

    #[test]
    fn what_is_no_list_of_ours_is_refused_with_the_reason() {
        let columns = ["account", "name"];
        let refused = |text: &str| read(text.as_bytes(), &columns, &["var:"]).unwrap_err();
        assert!(refused("").contains("no head"));
        assert!(refused("account,colour\n1,2").contains("colour"));
        assert!(refused("account,account\n1,2").contains("twice"));
        assert!(refused("account,name\n1\n").contains("fields"));
        let many = format!("account\n{}", "1\n".repeat(IMPORT_ROWS + 1));
        assert!(refused(&many).contains("in parts"));
        assert!(read(b"account\n\xff\n", &columns, &[]).is_err());
    }

    #[test]
    fn a_mark_of_a_spreadsheet_and_columns_with_names_are_read() {
        let file = "\u{feff}account,var:plan\n 4711 ,gold\n";
        let mut rows = read(file.as_bytes(), &["account"], &["var:"]).unwrap();
        assert_eq!(rows[0].text("account"), "4711");
        let variables = rows[0].take_all("var:");
        assert_eq!(variables["plan"], "gold");
    }
}
