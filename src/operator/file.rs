//! `dialtone file`: the library of images and files.

use super::{Ended, Outcome, ServerOptions, show, sure};
use crate::address::{query, segment};
use crate::output::line;
use clap::{Args, Subcommand};
use data_model::OperatorError;
use std::path::PathBuf;

/// Files of the library.
#[derive(Debug, Args)]
pub struct FileCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List all files, the newest first.
    List,
    /// Show the description of one.
    Show {
        /// The file's id.
        file: String,
    },
    /// Take a file in.
    Upload {
        /// The file.
        path: PathBuf,
        /// Its name in the library; that of the file if absent.
        #[arg(long)]
        name: Option<String>,
        /// The product class it is for.
        #[arg(long)]
        product_class: Option<String>,
        /// The version a device reports that runs it.
        #[arg(long)]
        version: Option<String>,
        /// The FileType of the Download; `1 Firmware Upgrade Image` if absent.
        #[arg(long)]
        file_type: Option<String>,
    },
    /// Remove a file.
    Remove {
        /// The file's id.
        file: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

const COLUMNS: [show::Column; 6] = [
    ("FILE", "id"),
    ("NAME", "name"),
    ("PRODUCT", "product_class"),
    ("VERSION", "version"),
    ("BYTES", "bytes"),
    ("CREATED", "created"),
];

impl FileCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let json = self.server.json;
        match self.verb {
            Verb::List => show::list(client.all("/files").await?, &COLUMNS, json),
            Verb::Show { file } => {
                let file = client.get(&format!("/files/{}", segment(&file))).await?;
                show::record(&file, json);
            }
            Verb::Upload {
                path,
                name,
                product_class,
                version,
                file_type,
            } => {
                let bytes = std::fs::read(&path).map_err(|error| {
                    let what = format!("cannot read {}", path.display());
                    OperatorError::new(what, error, "give a file that can be read")
                })?;
                let own = path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                let arguments = query(&[
                    ("name", name.or(own)),
                    ("product_class", product_class),
                    ("version", version),
                    ("file_type", file_type),
                ]);
                let file = client.upload(&format!("/files{arguments}"), bytes).await?;
                show::record(&file, json);
            }
            Verb::Remove { file, yes } => {
                sure(yes, "removing a file")?;
                client.delete(&format!("/files/{}", segment(&file))).await?;
                line(format!("file {file} is removed"));
            }
        }
        Ok(Ended::Well)
    }
}
