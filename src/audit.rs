//! `dialtone audit verify`: whether the audit trail in a data folder, and what was exported of it, is what was written.

use crate::output::line;
use acs::audit_archive;
use acs::store::audit_chain::{Head, TrailTrouble};
use acs::store::sqlite::{audit_anchor, check_audit_trail};
use clap::Args;
use data_model::OperatorError;
use std::path::{Path, PathBuf};

/// Which trail.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// The data folder of the server.
    #[arg(long, default_value = "dialtone-data")]
    pub data: PathBuf,
    /// What an earlier run printed behind `head`; finds out whether everything was written anew since.
    #[arg(long, value_name = "NUMBER:HASH")]
    pub expect: Option<String>,
    /// Files of exported lines to look at in place of the data folder, the oldest first; each must follow the one
    /// before it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "expect"])]
    pub archive: Vec<PathBuf>,
}

/// Checks a trail.
///
/// # Errors
/// If the trail cannot be read, or is not what was written.
pub fn verify(options: &VerifyOptions) -> Result<(), OperatorError> {
    if !options.archive.is_empty() {
        exported(&options.archive)?;
        line("the exported lines are what was written");
        return Ok(());
    }
    let expected = match &options.expect {
        None => None,
        Some(text) => Some(Head::from_text(text).ok_or_else(|| {
            OperatorError::new(
                "cannot compare the audit trail",
                format!("`{text}` is no head of one"),
                "give what an earlier run printed behind `head`: a number, a colon and 64 hexadecimal digits",
            )
        })?),
    };
    let database = options.data.join("dialtone.db");
    let check = check_audit_trail(&database, expected)?;
    line(format!(
        "lines: {}, from number {}",
        check.lines, check.first
    ));
    line(format!("head:  {}", check.head));
    if let Some(trouble) = check.trouble {
        return Err(broken(trouble));
    }
    follows(&options.data, &database)?;
    line("the audit trail is what was written");
    Ok(())
}

fn broken(trouble: TrailTrouble) -> OperatorError {
    OperatorError::new(
        format!("the audit trail is broken at line {}", trouble.number),
        trouble.why,
        "compare it with a backup; whoever changed it had write access to the data folder",
    )
}

/// Whether the trail goes on behind the last of the exported files in its folder.
fn follows(data: &Path, database: &Path) -> Result<(), OperatorError> {
    let unreadable = |why: &dyn std::fmt::Display| {
        let what = format!("cannot look for exported lines in {}", data.display());
        OperatorError::new(what, why, "see that the folder can be read")
    };
    let files = audit_archive::files(data).map_err(|error| unreadable(&error))?;
    let anchor = audit_anchor(database).map_err(|error| unreadable(&error))?;
    if files.is_empty() {
        if anchor.number > 0 {
            line(format!(
                "lines up to {} were exported, and the files are not in this folder: check them with --archive",
                anchor.number
            ));
        }
        return Ok(());
    }
    let last = exported(&files)?;
    // A file that was made a moment before the server ended is made anew by the next one.
    if last.number < anchor.number {
        let why = format!(
            "the last file ends with line {}, and the trail begins behind {}",
            last.number, anchor.number
        );
        return Err(missing(why));
    }
    if last.number == anchor.number && last != anchor {
        let why = format!(
            "the trail does not begin behind line {} as it was exported",
            last.number
        );
        return Err(missing(why));
    }
    Ok(())
}

fn missing(why: String) -> OperatorError {
    let fix = "bring the files back that were moved away, or name those there are with --archive";
    OperatorError::new("exported lines of the audit trail are missing", why, fix)
}

/// Looks at files that follow each other; says where the last one ends.
fn exported(files: &[PathBuf]) -> Result<Head, OperatorError> {
    let mut last: Option<Head> = None;
    for path in files {
        let read = audit_archive::read(path)?;
        let (lines, first) = (read.check.lines, read.check.first);
        line(format!(
            "{}: {lines} lines, from number {first}",
            path.display()
        ));
        if let Some(trouble) = read.check.trouble {
            return Err(broken(trouble));
        }
        if last.is_some_and(|last| last != read.behind) {
            let why = format!(
                "{} does not begin where the file before it ends",
                path.display()
            );
            return Err(missing(why));
        }
        last = Head::from_text(&read.check.head);
    }
    Ok(last.unwrap_or_default())
}
