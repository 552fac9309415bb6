//! `dialtone sign-in` and `sign-out`: where the token of all other commands comes from and goes to.

use super::token_file::{self, TokenFile};
use super::{Ended, Outcome, ServerOptions, USUAL_SERVER};
use crate::client::Client;
use crate::output::{line, note};
use clap::Args;
use data_model::{OperatorError, Secret};
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

/// Sign in.
#[derive(Debug, Args)]
pub struct SignInCommand {
    /// The server.
    #[command(flatten)]
    pub server: ServerOptions,
    /// Who signs in.
    #[arg(long, default_value = "admin")]
    pub user: String,
    /// A file with the password, such as `admin-password` of the data folder; asked for if absent, and without a
    /// terminal read from standard input.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// Sign out.
#[derive(Debug, Args)]
pub struct SignOutCommand {
    /// The server.
    #[command(flatten)]
    pub server: ServerOptions,
}

impl SignInCommand {
    /// Signs in and keeps the token.
    pub async fn run(self) -> Outcome {
        let path = token_file::path(self.server.token_file.as_deref())?;
        let url = self.server.server.as_deref().unwrap_or(USUAL_SERVER);
        let ca_file = self.server.ca_file.as_deref();
        let client = Client::new(url, ca_file, Secret::default())?;
        let password = password(self.password_file.as_deref(), &self.user)?;
        let answer = client.token(&self.user, &password).await?;
        // Found from any folder later on.
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let token = TokenFile {
            server: client.url(),
            ca_file: ca_file.map(absolute),
            token: Secret::new(answer["token"].as_str().unwrap_or_default()),
        };
        token.write(&path)?;
        let role = answer["role"].as_str().unwrap_or("?");
        line(format!(
            "signed in at {} as {} ({role}); the token is in {}",
            token.server,
            self.user,
            path.display()
        ));
        Ok(Ended::Well)
    }
}

impl SignOutCommand {
    /// Ends the token at the server, and forgets it.
    pub async fn run(self) -> Outcome {
        let path = token_file::path(self.server.token_file.as_deref())?;
        if let Ok(Some(kept)) = TokenFile::read(&path) {
            let client = Client::new(&kept.server, kept.ca_file.as_deref(), kept.token);
            let ended = match client {
                Ok(client) => client.delete("/session").await.map_err(OperatorError::from),
                Err(error) => Err(error),
            };
            // It is forgotten here all the same; it ends by itself within a day.
            if let Err(why) = ended {
                note(format!("the server has not ended the token: {why}"));
            }
        }
        match std::fs::remove_file(&path) {
            Ok(()) => line("signed out"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                line("nobody was signed in")
            }
            Err(error) => {
                let what = format!("cannot remove {}", path.display());
                return Err(OperatorError::new(what, error, "remove it by hand").into());
            }
        }
        Ok(Ended::Well)
    }
}

/// A password: of a file, or typed.
pub fn password(file: Option<&Path>, user: &str) -> Result<Secret, OperatorError> {
    let read = match file {
        Some(path) => std::fs::read_to_string(path),
        None => typed(user),
    };
    let text = read.map_err(|error| {
        OperatorError::new(
            "cannot read the password",
            error,
            "give a readable --password-file, or type it",
        )
    })?;
    let password = text.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        let fix = "give --password-file a file that is not empty, or type it";
        return Err(OperatorError::new(
            "there is no password",
            "it is empty",
            fix,
        ));
    }
    Ok(Secret::new(password))
}

/// One line of standard input, which is not shown on a terminal.
fn typed(user: &str) -> std::io::Result<String> {
    let input = std::io::stdin();
    let mut text = String::new();
    if !input.is_terminal() {
        input.lock().read_line(&mut text)?;
        return Ok(text);
    }
    let mut error = std::io::stderr();
    write!(error, "password of {user}: ")?;
    error.flush()?;
    let before = tcgetattr(&input)?;
    let mut hidden = before.clone();
    hidden.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&input, SetArg::TCSAFLUSH, &hidden)?;
    let read = input.lock().read_line(&mut text);
    tcsetattr(&input, SetArg::TCSAFLUSH, &before)?;
    writeln!(error)?;
    read.map(|_| text)
}
