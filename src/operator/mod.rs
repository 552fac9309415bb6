//! What an operator does with a running server, over its API; one file for each noun.
//!
//! Every command shows a table for people, or with `--json` what the API answered for programs. Exit codes tell why
//! something was not done, so that scripts need not read words: see [`exit_code`].

mod account;
mod audit;
mod binding;
mod campaign;
mod campaign_order;
mod device;
mod device_tasks;
mod diagnostic;
mod file;
mod group;
mod line;
mod operation;
mod profile;
mod quarantine;
mod query;
mod show;
mod sign_in;
mod task;
mod token_file;
mod trace;
mod user;
mod wait;
mod webhook;

pub use account::AccountCommand;
pub use audit::AuditCommand;
pub use binding::BindingCommand;
pub use campaign::CampaignCommand;
pub use device::DeviceCommand;
pub use diagnostic::DiagnosticCommand;
pub use file::FileCommand;
pub use group::GroupCommand;
pub use line::LineCommand;
pub use operation::OperationCommand;
pub use profile::ProfileVerb;
pub use quarantine::QuarantineCommand;
pub use query::QueryCommand;
pub use sign_in::{SignInCommand, SignOutCommand};
pub use task::TaskCommand;
pub use user::UserCommand;
pub use webhook::WebhookCommand;

use crate::client::{Client, Failure};
use clap::Args;
use data_model::{OperatorError, Secret};
use http::StatusCode;
use std::path::PathBuf;
use std::process::ExitCode;
use token_file::TokenFile;

/// Which server is asked, as whom, and how its answers are shown.
#[derive(Debug, Clone, Args)]
pub struct ServerOptions {
    /// The server's API, such as `https://acs.example.net:3000`; the one that was signed in at if absent.
    #[arg(long, global = true, env = "DIALTONE_SERVER", value_name = "URL")]
    pub server: Option<String>,
    /// Certificates of authorities to trust, in PEM; those of the public web if absent.
    #[arg(long, global = true, env = "DIALTONE_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// The file `dialtone sign-in` keeps the token in; `~/.config/dialtone/token.toml` if absent.
    #[arg(long, global = true, env = "DIALTONE_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Show what the API answered, as JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// Where a server is looked for that nobody has named.
const USUAL_SERVER: &str = "http://127.0.0.1:3000";
/// The variable of the environment a token may stand in.
const TOKEN: &str = "DIALTONE_TOKEN";

impl ServerOptions {
    /// A client that has a token: from the environment, else from the file.
    pub fn client(&self) -> Result<Client, Failure> {
        if let Some(token) = std::env::var(TOKEN).ok().filter(|token| !token.is_empty()) {
            let url = self.server.as_deref().unwrap_or(USUAL_SERVER);
            return Ok(Client::new(
                url,
                self.ca_file.as_deref(),
                Secret::new(token),
            )?);
        }
        let path = token_file::path(self.token_file.as_deref())?;
        let Some(known) = TokenFile::read(&path)? else {
            return Err(Failure {
                status: Some(StatusCode::UNAUTHORIZED),
                error: OperatorError::new(
                    "nobody is signed in",
                    format!("{TOKEN} is not set, and there is no {}", path.display()),
                    "run `dialtone sign-in`",
                ),
            });
        };
        let ca_file = self.ca_file.as_deref().or(known.ca_file.as_deref());
        let client = Client::new(&known.server, ca_file, known.token)?;
        match &self.server {
            // A token is for the server that gave it; no other one must see it.
            Some(other)
                if Client::new(other, ca_file, Secret::default())?.url() != client.url() =>
            {
                Err(Failure {
                    status: Some(StatusCode::UNAUTHORIZED),
                    error: OperatorError::new(
                        format!("nobody is signed in at {other}"),
                        format!("the token in {} is for {}", path.display(), client.url()),
                        "run `dialtone sign-in` with this server, or use another --token-file",
                    ),
                })
            }
            Some(_) | None => Ok(client),
        }
    }
}

impl From<OperatorError> for Failure {
    fn from(error: OperatorError) -> Failure {
        Failure {
            status: None,
            error,
        }
    }
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// As it should.
    Well,
    /// What was waited for has failed, or is not over yet.
    Badly,
}

/// What a command gives.
pub type Outcome = Result<Ended, Failure>;

/// Ends a command: prints its error, and tells by the status why it was not carried out.
pub fn exit_code(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Badly) => ExitCode::from(6),
        Err(failure) => {
            crate::output::error(&failure.error);
            ExitCode::from(match failure.status {
                None => 3,
                Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => 4,
                Some(StatusCode::NOT_FOUND) => 5,
                Some(_) => 1,
            })
        }
    }
}

/// `NAME=VALUE`, in two.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".into()),
    }
}

/// What cannot be undone is done only with `--yes`.
fn sure(yes: bool, what: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    Err(Failure {
        status: Some(StatusCode::PRECONDITION_REQUIRED),
        error: OperatorError::new(
            format!("{what} cannot be undone"),
            "--yes is not given",
            "give --yes if that is what you want",
        ),
    })
}
