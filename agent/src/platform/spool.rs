//! Requests to the operator's programs as files in a folder; the agent itself starts no process.
//!
//! `NAME.request` is written whole and at once. Whoever acts upon it renames it to `NAME.taken` first, and writes
//! `NAME.failed` if it could not be done (docs/adr/0007-hooks-without-processes.md, `packaging`).

use super::{Asked, Outcome, Request};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The hooks part of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HookSettings {
    /// The folder requests are written to; without one there are no hooks.
    pub folder: Option<PathBuf>,
    /// What the operator's programs do: any of `reboot`, `activate-firmware`, `factory-reset`, `discover`.
    pub serve: Vec<Served>,
}

/// A kind of request that somebody serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Served {
    /// [`Request::Reboot`]
    Reboot,
    /// [`Request::ActivateFirmware`]
    ActivateFirmware,
    /// [`Request::FactoryReset`]
    FactoryReset,
    /// [`Request::Discover`]
    Discover,
}

/// The folder of requests.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
    serve: Vec<Served>,
    /// Where the images of the slots lie.
    images: PathBuf,
}

impl HookSettings {
    /// The folder of requests, if there are hooks.
    pub fn spool(&self, images: &Path) -> Option<Spool> {
        Some(Spool {
            folder: self.folder.clone()?,
            serve: self.serve.clone(),
            images: images.to_owned(),
        })
    }
}

impl Spool {
    /// Writes a request, if somebody serves it.
    pub fn ask(&self, request: &Request) -> Asked {
        let kind = match request {
            Request::Reboot => Served::Reboot,
            Request::ActivateFirmware { .. } => Served::ActivateFirmware,
            Request::FactoryReset => Served::FactoryReset,
            Request::Discover => Served::Discover,
        };
        if !self.serve.contains(&kind) {
            return Asked::Nobody;
        }
        match self.write(request) {
            Ok(()) => Asked::Told(self.path(request, "failed")),
            Err(error) => {
                let folder = self.folder.display();
                tracing::error!(%error, %folder, request = request.name(), "the operator's programs cannot be told");
                Asked::Nobody
            }
        }
    }

    fn write(&self, request: &Request) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        for old in ["taken", "failed"] {
            remove(&self.path(request, old))?;
        }
        let beside = self.folder.join(format!(".{}.partial", request.name()));
        let mut file = File::create(&beside)?;
        file.write_all(self.text(request).as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, self.path(request, "request"))
    }

    /// Lines of `name=value`, as a shell reads them.
    fn text(&self, request: &Request) -> String {
        let mut text = format!("request={}\n", request.name());
        match request {
            Request::Reboot | Request::FactoryReset | Request::Discover => {}
            Request::ActivateFirmware { slot, version } => {
                let slot = slot.as_str();
                let image = self.images.join(format!("slot-{slot}.image"));
                // The version comes out of a signed image, but a shell will read it.
                let version: String = version
                    .chars()
                    .filter(|c| c.is_ascii_alphanumeric() || "._-+()".contains(*c))
                    .collect();
                text += &format!(
                    "slot={slot}\nversion={version}\nimage={}\n",
                    image.display()
                );
            }
        }
        text
    }

    /// Takes back a request that nobody has taken, and says how it went with one that was.
    pub fn withdraw(&self, request: &Request) -> Outcome {
        let untaken = remove(&self.path(request, "request")).unwrap_or(false);
        let failed = remove(&self.path(request, "failed")).unwrap_or(false);
        if untaken {
            tracing::warn!(request = request.name(), "nobody has taken the request");
        }
        match untaken || failed {
            true => Outcome::Failed,
            false => Outcome::Taken,
        }
    }

    fn path(&self, request: &Request, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", request.name()))
    }
}

/// Removes a file; whether there was one.
fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
