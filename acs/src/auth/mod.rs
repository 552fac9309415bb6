//! People and programs: passwords, tokens, and what each role may do.

pub mod passwords;
pub mod permissions;
mod person;
pub mod sign_ins;
pub mod tokens;

pub use person::Person;
pub use sign_ins::{SignIns, TooOften};

use crate::app::App;
use crate::clock;
use crate::store::{Actor, PasswordUse, Role, Scope, User};
use data_model::{OperatorError, Secret};
use std::net::IpAddr;
use std::path::PathBuf;

/// The name of the first user.
pub const FIRST_USER: &str = "admin";

/// The file of the data folder that holds the first user's password until another one is chosen.
const FIRST_PASSWORD_FILE: &str = "admin-password";

/// The first user's password, if it has just been made up.
#[derive(Debug, Clone)]
pub struct FirstPassword {
    /// The password.
    pub password: Secret,
    /// The file it is also kept in, readable by nobody else.
    pub file: PathBuf,
}

/// On a fresh store, makes the first user with a password nobody can guess, which is good for one thing: to choose
/// another one. Nothing can be managed with a password that is written in a manual, or in a file (case A08).
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
    let file = app.config.data.join(FIRST_PASSWORD_FILE);
    write_private(&file, password.reveal()).map_err(|error| trouble(&error))?;
    let hash = passwords::hash(password.clone())
        .await
        .map_err(|error| trouble(&error))?;
    let user = User {
        name: FIRST_USER.into(),
        role: Role::Admin,
        scope: Scope::default(),
        password_hash: hash,
        password: PasswordUse::OneTime,
    };
    app.store
        .user_put(&Actor::Console, user, clock::now())
        .await
        .map_err(|error| trouble(&error))?;
    Ok(Some(FirstPassword { password, file }))
}

/// Somebody has not proved who they say they are: a line in the audit trail, unless there are many of them.
///
/// # Errors
/// If it cannot be kept.
pub async fn refused(
    app: &App,
    from: IpAddr,
    action: &'static str,
    subject: String,
) -> crate::store::Result<()> {
    let now = clock::now();
    let Some(left_out) = app.sign_ins.refusal_line(now) else {
        return Ok(());
    };
    let subject = match left_out {
        0 => subject,
        left_out => format!("{subject} ({left_out} refusals before it are left out)"),
    };
    let stranger = Actor::Stranger(from);
    app.store.audit_note(&stranger, action, subject, now).await
}

/// Another password has been chosen: the file with the first one is of no use, if this is what stands in it.
pub fn forget_first_password(app: &App, old: &Secret) {
    let file = app.config.data.join(FIRST_PASSWORD_FILE);
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    if kept.trim() == old.reveal()
        && let Err(error) = std::fs::remove_file(&file)
    {
        tracing::warn!(%error, "{} cannot be removed; its password is not good any more", file.display());
    }
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
