//! Files that hold secrets: who else may read them, and whether the keys are those of this store.

use crate::output::line;
use acs::config::Config;
use acs::provisioning_server::{FINGERPRINT, keys};
use acs::store::sqlite::checks;
use acs::{secrets, tls};
use data_model::OperatorError;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// What nobody else may: others nothing, and a group no writing. A group may read, as that of a service does what root
/// owns.
const OTHERS: u32 = 0o027;

/// Files nobody else should read, with the settings that name them.
fn private_files(config: &Config, settings: Option<&Path>) -> Vec<(&'static str, PathBuf)> {
    let data = &config.data;
    let sealed = config.secrets.key_file.clone();
    let mut files = vec![
        (
            "the key of the secrets",
            sealed.unwrap_or_else(|| data.join(secrets::FILE)),
        ),
        ("the key of the profiles", data.join(keys::FILE)),
        ("the store", data.join("dialtone.db")),
        ("the first password", data.join("admin-password")),
    ];
    for (_, tls) in tls::listeners(config) {
        files.extend(tls.map(|tls| ("a key of TLS", tls.key_file.clone())));
    }
    let password = config.xmpp.password_file.clone();
    files.extend(password.map(|file| ("the password of XMPP", file)));
    let token = config.admission.hook.as_ref();
    let holds =
        !config.enrolment.secret.is_empty() || token.is_some_and(|hook| !hook.token.is_empty());
    if let Some(file) = settings.filter(|_| holds) {
        files.push(("the settings, which hold a secret,", file.to_owned()));
    }
    files
}

/// Whether others may read what is nobody's business.
pub fn permissions(config: &Config, settings: Option<&Path>) -> Vec<OperatorError> {
    let mut problems = Vec::new();
    let mut looked_at = 0;
    for (what, path) in private_files(config, settings) {
        // What is not there yet is made with good permissions, and what cannot be looked at is told of elsewhere.
        let Ok(metadata) = std::fs::metadata(&path) else {
            continue;
        };
        looked_at += 1;
        let mode = metadata.permissions().mode();
        // In a folder of its own nobody gets at it.
        let folder = path.parent().filter(|_| path.starts_with(&config.data));
        let closed = folder.and_then(|folder| std::fs::metadata(folder).ok());
        let closed = closed.is_some_and(|folder| folder.permissions().mode() & OTHERS == 0);
        if mode & OTHERS != 0 && !closed {
            problems.push(OperatorError::new(
                format!("others may read {what} in {}", path.display()),
                format!("its permissions are {:o}", mode & 0o777),
                format!(
                    "run `chmod 600 {}`; `chmod 640` and the group of the service if root owns it",
                    path.display()
                ),
            ));
        }
    }
    line(format!(
        "private files: {looked_at} looked at, {} open to others",
        problems.len()
    ));
    problems
}

/// Whether the keys open what is in the store.
pub fn keys(config: &Config) -> Vec<OperatorError> {
    let database = config.data.join("dialtone.db");
    if !database.exists() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    problems.extend(of_secrets(config, &database).err());
    problems.extend(of_profiles(config, &database).err());
    if problems.is_empty() {
        line("keys:          fit the store");
    }
    problems
}

fn of_secrets(config: &Config, database: &Path) -> Result<(), OperatorError> {
    let file = config.secrets.key_file.clone();
    let file = file.unwrap_or_else(|| config.data.join(secrets::FILE));
    let fix = "put back the key file the store was used with; it is in the backup, or where `secrets.key_file` was copied to";
    let trouble = |why: &dyn std::fmt::Display| {
        OperatorError::new("no secret in the store could be read", why, fix)
    };
    // Asked for before it is opened: opening makes one where there is none.
    if !file.exists() && std::env::var_os(secrets::VARIABLE).is_none() {
        return Err(trouble(&format!("there is no {}", file.display())));
    }
    let secrets = config.secrets.open(&config.data)?;
    match checks::fits(database, &secrets) {
        Ok(true) => Ok(()),
        Ok(false) => Err(trouble(&format!(
            "{} is the key of another store",
            file.display()
        ))),
        Err(why) => Err(trouble(&why)),
    }
}

fn of_profiles(config: &Config, database: &Path) -> Result<(), OperatorError> {
    let file = config.data.join(keys::FILE);
    let trouble = |why: &dyn std::fmt::Display| {
        let what = "no key of a device's profiles could be read";
        OperatorError::new(
            what,
            why,
            "put back the file from the backup the store is from",
        )
    };
    let kept = checks::setting(database, FINGERPRINT).map_err(|why| trouble(&why))?;
    let Some(kept) = kept else {
        return Ok(());
    };
    if !file.exists() {
        return Err(trouble(&format!("there is no {}", file.display())));
    }
    let master = keys::MasterKey::open(&config.data)?;
    if master.fingerprint().as_slice() != kept {
        return Err(trouble(&format!(
            "{} is the key of another store",
            file.display()
        )));
    }
    Ok(())
}
