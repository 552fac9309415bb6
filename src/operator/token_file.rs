//! The file a token is kept in between two commands: whose it is, nobody else reads.

use data_model::{OperatorError, Secret, configuration};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// What is kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenFile {
    /// The server that gave it.
    pub server: String,
    /// The authorities that server is trusted by.
    pub ca_file: Option<PathBuf>,
    /// The token.
    #[serde(deserialize_with = "configuration::secret")]
    pub token: Secret,
}

#[derive(Serialize)]
struct Written<'a> {
    server: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<&'a Path>,
    token: &'a str,
}

/// Where the file is.
pub fn path(given: Option<&Path>) -> Result<PathBuf, OperatorError> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    let folder = |name: &str| {
        let folder = std::env::var_os(name).map(PathBuf::from);
        folder.filter(|folder| folder.is_absolute())
    };
    let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    let config = config.ok_or_else(|| {
        OperatorError::new(
            "there is no place for a token",
            "neither HOME nor XDG_CONFIG_HOME is set",
            "give --token-file, or set DIALTONE_TOKEN",
        )
    })?;
    Ok(config.join("dialtone").join("token.toml"))
}

impl TokenFile {
    /// Reads the file; `None` if there is none.
    pub fn read(path: &Path) -> Result<Option<TokenFile>, OperatorError> {
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(path, &error, "check its permissions")),
        };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let why = format!("others may read it (mode {mode:04o})");
            let fix = "run chmod 600 on it, and sign in anew: somebody may know the token";
            return Err(unusable(path, &why, fix));
        }
        configuration::parse(path.display(), std::fs::read_to_string(path)).map(Some)
    }

    /// Writes the file, for its owner alone, in place of one that was there.
    pub fn write(&self, path: &Path) -> Result<(), OperatorError> {
        let trouble = |error: std::io::Error| unusable(path, &error, "give another --token-file");
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            let mut builder = std::fs::DirBuilder::new();
            builder
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(trouble)?;
        }
        let written = Written {
            server: &self.server,
            ca_file: self.ca_file.as_deref(),
            token: self.token.reveal(),
        };
        let text =
            toml::to_string(&written).map_err(|error| trouble(std::io::Error::other(error)))?;
        // Under another name until it is whole: a file that was there may be open to others.
        let unfinished = path.with_extension("unfinished");
        let _ = std::fs::remove_file(&unfinished);
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unfinished)
            .map_err(trouble)?;
        file.write_all(text.as_bytes()).map_err(trouble)?;
        std::fs::rename(&unfinished, path).map_err(trouble)
    }
}

fn unusable(path: &Path, why: &dyn Display, fix: &str) -> OperatorError {
    let what = format!("cannot use the token file {}", path.display());
    OperatorError::new(what, why, fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("token.toml");
        assert!(TokenFile::read(&path).unwrap().is_none());
        let token = TokenFile {
            server: "https://acs.example.net:3000".into(),
            ca_file: None,
            token: Secret::new("dt_hidden"),
        };
        token.write(&path).unwrap();
        let known = TokenFile::read(&path).unwrap().unwrap();
        assert_eq!(known.token.reveal(), "dt_hidden");
        assert_eq!(known.server, token.server);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = TokenFile::read(&path).unwrap_err();
        assert!(refused.why.contains("0640"), "{refused}");
        token.write(&path).unwrap();
        assert!(TokenFile::read(&path).unwrap().is_some());
    }
}
