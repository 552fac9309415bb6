//! `dialtone acs backup` and `restore`: everything of a server in one archive, and back.

use crate::operator::{Ended, Outcome, ServerOptions};
use crate::output::line;
use acs::store::sqlite::checks;
use acs::{backup, clock};
use clap::Args;
use data_model::OperatorError;
use http::Method;
use std::path::PathBuf;
use std::process::ExitCode;

/// A backup.
#[derive(Debug, Args)]
pub struct Backup {
    /// The server that is asked for it, if there is no `--data`.
    #[command(flatten)]
    pub server: ServerOptions,
    /// The archive; one that is there already is replaced when the other is whole.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// The data folder of a server on this machine, whether it runs or not.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
}

/// The way back.
#[derive(Debug, Args)]
pub struct Restore {
    /// The archive.
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// The data folder; empty, or not there.
    #[arg(long, value_name = "FOLDER")]
    pub data: PathBuf,
}

impl Backup {
    /// Makes it.
    pub async fn run(self) -> Outcome {
        let Some(data) = &self.data else {
            let client = self.server.client()?;
            let bytes = client.download(Method::POST, "/backup", &self.to).await?;
            line(format!("{bytes} bytes in {}", self.to.display()));
            return Ok(Ended::Well);
        };
        let manifest = backup::copy_offline(data, clock::now(), &self.to)?;
        // The backup is good without it; only alarms would not know of it.
        if let Err(why) = checks::note_backup(&data.join("dialtone.db"), clock::now()) {
            line(format!(
                "the store could not note that there is a backup: {why}"
            ));
        }
        let sum = manifest.sum();
        let (files, bytes) = (sum.files, sum.bytes);
        line(format!(
            "{files} files, {bytes} bytes in {}",
            self.to.display()
        ));
        Ok(Ended::Well)
    }
}

impl Restore {
    /// Puts it back.
    pub fn run(self) -> Result<ExitCode, OperatorError> {
        let sum = backup::restore(&self.from, &self.data)?.sum();
        let (files, bytes) = (sum.files, sum.bytes);
        line(format!(
            "{files} files, {bytes} bytes checked and put into {}",
            self.data.display()
        ));
        line("start the server on it with `dialtone acs`");
        Ok(ExitCode::SUCCESS)
    }
}
