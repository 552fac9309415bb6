//! Reading the settings: a file, then the environment over it. Every mistake is told at once, with the name that was
//! probably meant.

use super::Config;
use data_model::OperatorError;
use serde::Deserialize as _;
use std::fmt::Display;
use std::path::Path;

/// What variables of the environment that are settings begin with; `__` stands between a section and its setting:
/// `DIALTONE_ACS_CWMP__LISTEN`.
pub const PREFIX: &str = "DIALTONE_ACS_";
/// Mistakes told at one time; a file with more of them is no file of settings.
const MISTAKES: usize = 50;

/// Everything that is wrong with settings.
pub type Mistakes = Vec<OperatorError>;

impl Config {
    /// The settings of a file, if there is one, with those of the environment over it.
    ///
    /// # Errors
    /// Everything that is wrong with either.
    pub fn load(
        path: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, Mistakes> {
        let (mut table, mut mistakes) = match path {
            None => (toml::Table::new(), Vec::new()),
            Some(path) => {
                let file = path.display().to_string();
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| vec![mistake(&file, &error)])?;
                read(&file, &text)
            }
        };
        for (variable, value) in environment {
            if let Some(name) = variable.strip_prefix(PREFIX)
                && let Err(why) = set(&mut table, name, &value)
            {
                mistakes.push(mistake(&format!("variable {variable}"), &why));
            }
        }
        match Config::deserialize(table) {
            Ok(config) if mistakes.is_empty() => Ok(config),
            Ok(_) => Err(mistakes),
            Err(error) => {
                if mistakes.is_empty() {
                    mistakes.push(mistake("settings", &error.message()));
                }
                Err(mistakes)
            }
        }
    }
}

fn mistake(what: &str, why: &dyn Display) -> OperatorError {
    OperatorError::new(
        format!("cannot use the configuration {what}"),
        why,
        "correct it; docs/OPERATING.md describes every setting",
    )
}

/// What a text says, and all that is wrong with it. After each mistake its line is left out, and the rest is read again.
fn read(file: &str, text: &str) -> (toml::Table, Mistakes) {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut mistakes = Vec::new();
    while mistakes.len() < MISTAKES {
        let rest = lines.join("\n");
        let error = match toml::from_str::<Config>(&rest) {
            Ok(_) => break,
            Err(error) => error,
        };
        let at = error.span().and_then(|span| rest.get(..span.start));
        let line = at.map_or(0, |before| before.matches('\n').count());
        let shown = text.lines().nth(line).unwrap_or_default();
        let why = explained(error.message());
        let setting = match setting_of(shown) {
            Some(setting) => format!(", `{setting}`"),
            None => String::new(),
        };
        mistakes.push(mistake(
            &format!("file {file}"),
            &format!("line {}{setting}: {why}", line + 1),
        ));
        if !leave_out(&mut lines, line) {
            break;
        }
    }
    let table = toml::from_str(&lines.join("\n")).unwrap_or_default();
    (table, mistakes)
}

/// The name a line gives a value to, or the table it begins.
fn setting_of(line: &str) -> Option<&str> {
    let name = match line.split_once('=') {
        Some((name, _)) => name.trim(),
        None => line.trim().trim_matches(['[', ']']),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

/// Leaves out the setting of a line, or the whole table if it begins one. False if nothing was left to leave out.
fn leave_out(lines: &mut [&str], at: usize) -> bool {
    let Some(line) = lines.get_mut(at).filter(|line| !line.trim().is_empty()) else {
        return false;
    };
    let table = line.trim_start().starts_with('[');
    *line = "";
    let rest = lines.iter_mut().skip(at + 1);
    for line in rest.take_while(|line| table && !line.trim_start().starts_with('[')) {
        *line = "";
    }
    true
}

/// A message with the known name that is nearest to one nobody knows.
fn explained(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let Some(given) = quoted.next().filter(|_| unknown) else {
        return without_value(message);
    };
    let nearest = quoted
        .map(|known| (distance(given, known), known))
        .min_by_key(|(distance, _)| *distance);
    match nearest {
        Some((distance, known)) if distance <= known.len() / 2 => {
            format!("`{given}` is not known; `{known}` is")
        }
        Some(_) | None => message.to_owned(),
    }
}

/// A message without the text somebody wrote: it may be a password in the wrong place.
fn without_value(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}…{}", &message[..=first], &message[last..])
        }
        _ => message.to_owned(),
    }
}

/// How many letters have to be changed, added or left out.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

/// Sets what a variable says: as TOML if it is some (a number, a truth value, a list), else as text.
fn set(table: &mut toml::Table, name: &str, value: &str) -> Result<(), String> {
    let path: Vec<String> = name.split("__").map(str::to_ascii_lowercase).collect();
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}"));
    let parsed = parsed.ok().and_then(|mut table| table.remove("value"));
    let text = toml::Value::String(value.to_owned());
    let mut why = String::new();
    for value in parsed.into_iter().chain([text]) {
        let mut tried = table.clone();
        insert(&mut tried, &path, value).ok_or("a setting stands where a section should")?;
        match Config::deserialize(tried.clone()) {
            Ok(_) => {
                *table = tried;
                return Ok(());
            }
            Err(error) => why = explained(error.message()),
        }
    }
    Err(why)
}

fn insert(table: &mut toml::Table, path: &[String], value: toml::Value) -> Option<()> {
    let (name, sections) = path.split_last()?;
    let mut table = table;
    for section in sections {
        let entry = table.entry(section.clone());
        let inner = entry.or_insert_with(|| toml::Value::Table(toml::Table::new()));
        table = inner.as_table_mut()?;
    }
    table.insert(name.clone(), value);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EnrolmentMode;

    fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, Mistakes> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acs.toml");
        std::fs::write(&path, text).unwrap();
        let environment = environment.iter();
        let environment = environment.map(|(name, value)| ((*name).into(), (*value).into()));
        Config::load(Some(&path), environment)
    }

    #[test]
    fn every_mistake_of_a_file_is_told_at_once_with_what_was_meant() {
        let text = "data = 'd'\n[cwmp]\nlisen = '127.0.0.1:1'\nbasic_without_tls = 'hidden'\n\
                    [enrollment]\nsecret = 'hidden'\n[files]\nlisten = '127.0.0.1:2'\n";
        let mistakes = load(text, &[("DIALTONE_ACS_API__LISTENS", "x")]).unwrap_err();
        let whys: Vec<&str> = mistakes.iter().map(|it| it.why.as_str()).collect();
        assert_eq!(mistakes.len(), 4, "{whys:?}");
        let all = whys.join("\n");
        for words in [
            "line 3, `lisen`: `lisen` is not known; `listen` is",
            "line 4, `basic_without_tls`",
            "line 5, `enrollment`: `enrollment` is not known; `enrolment` is",
            "`listens` is not known; `listen` is",
        ] {
            assert!(all.contains(words), "`{words}` in {all}");
        }
        assert!(!all.contains("hidden"), "{all}");
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let text = "[enrolment]\nmode = 'open'\n[files]\nlisten = '127.0.0.1:2'\n";
        let environment = [
            ("DIALTONE_ACS_ENROLMENT__MODE", "shared-secret"),
            // What looks like a number may be a password.
            ("DIALTONE_ACS_ENROLMENT__SECRET", "0123456789"),
            ("DIALTONE_ACS_CWMP__BASIC_WITHOUT_TLS", "true"),
            ("DIALTONE_ACS_CONNECTION_REQUEST__ALLOW", "['10.0.0.0/8']"),
            ("DIALTONE_ACS_DATA", "/var/lib/x"),
            ("PATH", "/bin"),
        ];
        let config = load(text, &environment).unwrap();
        assert_eq!(config.enrolment.mode, EnrolmentMode::SharedSecret);
        assert_eq!(config.enrolment.secret.reveal(), "0123456789");
        assert!(config.cwmp.basic_without_tls);
        assert_eq!(config.connection_request.allow, ["10.0.0.0/8"]);
        assert_eq!(config.data, Path::new("/var/lib/x"));
        assert_eq!(config.files.listen.port(), 2);
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_of_once_for_each_line() {
        let mistakes = load("[cwmp\nlisten = ", &[]).unwrap_err();
        assert!(!mistakes.is_empty() && mistakes.len() <= 2, "{mistakes:?}");
        assert!(Config::load(None, std::iter::empty()).is_ok());
        let missing = Config::load(Some(Path::new("/nowhere")), std::iter::empty());
        assert!(missing.unwrap_err()[0].why.contains("No such file"));
    }
}
