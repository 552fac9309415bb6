//! `dialtone audit verify`: whether the audit trail in a data folder is what was written.

use crate::output::line;
use acs::store::audit_chain::Head;
use acs::store::sqlite::check_audit_trail;
use clap::Args;
use data_model::OperatorError;
use std::path::PathBuf;

/// Which trail.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// The data folder of the server.
    #[arg(long, default_value = "dialtone-data")]
    pub data: PathBuf,
    /// What an earlier run printed behind `head`; finds out whether everything was written anew since.
    #[arg(long, value_name = "NUMBER:HASH")]
    pub expect: Option<String>,
}

/// Checks a trail.
///
/// # Errors
/// If the trail cannot be read.
pub fn verify(options: &VerifyOptions) -> Result<(), OperatorError> {
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
    let check = check_audit_trail(&options.data.join("dialtone.db"), expected)?;
    line(format!(
        "lines: {}, from number {}",
        check.lines, check.first
    ));
    line(format!("head:  {}", check.head));
    match check.trouble {
        None => {
            line("the audit trail is what was written");
            Ok(())
        }
        Some(trouble) => Err(OperatorError::new(
            format!("the audit trail is broken at line {}", trouble.number),
            trouble.why,
            "compare it with a backup; whoever changed it had write access to the data folder",
        )),
    }
}
