//! `dialtone user`: people who may use the API.

use super::sign_in::password;
use super::{Ended, Outcome, ServerOptions, show, sure};
use crate::address::segment;
use crate::output::line;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// People.
#[derive(Debug, Args)]
pub struct UserCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List everybody.
    List,
    /// Make a user, or change one; every token the user had ends.
    Put {
        /// The name to sign in with.
        name: String,
        /// What the user may do, such as viewer, operator or admin.
        #[arg(long)]
        role: String,
        /// A file with the password.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Leave the password of a user that is there as it is.
        #[arg(long, conflicts_with = "password_file")]
        keep_password: bool,
    },
    /// Remove a user with every token.
    Remove {
        /// The name.
        name: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
    /// Change one's own password; every token of one's own ends.
    Password {
        /// A file with the old password.
        #[arg(long, value_name = "FILE")]
        old_file: Option<PathBuf>,
        /// A file with the password to come.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
}

impl UserCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        match self.verb {
            Verb::List => {
                let users = client.all("/users").await?;
                show::list(users, &[("USER", "name"), ("ROLE", "role")], as_json);
            }
            Verb::Put {
                name,
                role,
                password_file,
                keep_password,
            } => {
                let mut body = json!({ "role": role });
                if !keep_password {
                    let password = password(password_file.as_deref(), &name)?;
                    body["password"] = password.reveal().into();
                }
                let path = format!("/users/{}", segment(&name));
                show::record(&client.put(&path, body).await?, as_json);
            }
            Verb::Remove { name, yes } => {
                sure(yes, "removing a user")?;
                client.delete(&format!("/users/{}", segment(&name))).await?;
                line(format!("{name} is removed"));
            }
            Verb::Password {
                old_file,
                password_file,
            } => {
                let old = password(old_file.as_deref(), "yours, as it is")?;
                let new = password(password_file.as_deref(), "yours, as it shall be")?;
                let body = json!({ "old": old.reveal(), "new": new.reveal() });
                client.put("/password", body).await?;
                line("the password is changed; sign in anew");
            }
        }
        Ok(Ended::Well)
    }
}
