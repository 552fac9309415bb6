//! People and programs: passwords, tokens, and what each role may do.

pub mod passwords;
pub mod permissions;
mod person;
pub mod sign_ins;
pub mod tokens;

pub use person::Person;
pub use sign_ins::SignIns;

use crate::app::App;
use crate::clock;
use crate::store::{Actor, PasswordUse, Role, Scope, User};
use data_model::{OperatorError, Secret};
use std::path::PathBuf;

/// The name of the first user.
pub const FIRST_USER: &str = "admin";

/// The first user's password, if it has just been made up.
#[derive(Debug, Clone)]
pub struct FirstPassword {
    /// The password.
    pub password: Secret,
    /// The file it is also kept in, readable by nobody else.
    pub file: PathBuf,
}

/// On a fresh store, makes the first user with a password nobody can guess: nothing can be managed with a password
/// that is written in a manual (case A08).
///
/// # Errors
/// If it cannot be kept.
pub async fn first_user(app: &App) -> Result<Option<FirstPassword>, OperatorError> {
    let trouble = |error: &dyn std::fmt::Display| {
        OperatorError::new(
            "cannot make the first user",
            error,
            "check the data folder, then start again",
        )
    };
    if app
        .store
        .user_count()
        .await
        .map_err(|error| trouble(&error))?
        > 0
    {
        return Ok(None);
    }
    let password = Secret::new(clock::random_password());
    let file = app.config.data.join("admin-password");
    write_private(&file, password.reveal()).map_err(|error| trouble(&error))?;
    let hash = passwords::hash(password.clone())
        .await
        .map_err(|error| trouble(&error))?;
    let user = User {
        name: FIRST_USER.into(),
        role: Role::Admin,
        scope: Scope::default(),
        password_hash: hash,
        password: PasswordUse::Full,
    };
    app.store
        .user_put(&Actor::Console, user, clock::now())
        .await
        .map_err(|error| trouble(&error))?;
    Ok(Some(FirstPassword { password, file }))
}

fn write_private(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}
