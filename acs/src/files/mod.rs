//! The library of files: bytes in a folder under their hash, descriptions in the store, links that are signed and end.

pub mod device_files;
pub mod http;
pub mod image;
pub mod profiles;
pub mod rate;
pub mod sealed;
mod sweep;
pub mod tickets;

use crate::app::App;
use crate::clock;
use crate::config::Config;
use crate::limits::{FILE_BYTES, TICKET_MS};
use crate::live::Live;
use crate::sessions::LiveSession;
use crate::store::{Actor, FileRecord, Id, Store, StoreError};
use bytes::Bytes;
use data_model::OperatorError;
use data_model::firmware::hex;
use data_model::signing::VerifyingKey;
use image::Inspector;
use rate::Rates;
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use tickets::Tickets;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Mutex;

/// The files.
#[derive(Debug)]
pub struct Library {
    folder: PathBuf,
    /// Where files of devices lie.
    of_devices: PathBuf,
    /// Signs links.
    pub tickets: Tickets,
    /// What downloads of campaigns may send.
    pub rates: Rates,
    /// Whose signatures of images are good.
    firmware_keys: Live<Vec<VerifyingKey>>,
    /// Whoever puts bytes in their place, or takes them away, with what describes them.
    bytes: Mutex<()>,
}

/// What is said about a file that comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its name, for people.
    pub name: String,
    /// What it is to a device.
    pub file_type: String,
    /// The product class it is for; empty for any.
    pub product_class: String,
    /// The version a device reports when it runs this image.
    pub version: String,
    /// The version a device must run to be able to take it; empty for any.
    pub minimum_version: String,
    /// The hash its bytes must have, in hexadecimal; empty if nobody has said.
    pub sha256: String,
    /// Whether it is taken although nobody vouches for it.
    pub unverified: Unverified,
}

/// Whether a file is taken that nobody vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unverified {
    /// It is not.
    Refused,
    /// The operator wants it all the same.
    Taken,
}

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is too large.
    #[error("the file has more than {0} bytes")]
    TooLarge(u64),
    /// It is not what it is said to be.
    #[error("{0}")]
    Unfit(String),
    /// It did not arrive whole.
    #[error("the file did not arrive whole: {0}")]
    Broken(String),
    /// The disk does not take it.
    #[error("the file cannot be written: {0}")]
    Disk(#[from] std::io::Error),
    /// The store does not take its description.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Library {
    /// Opens the library in the data folder.
    ///
    /// # Errors
    /// If the folder cannot be made or the signing key cannot be had.
    pub async fn open(config: &Config, store: &dyn Store) -> Result<Library, OperatorError> {
        let folder = config.data.join("files");
        let of_devices = config.data.join("device-files");
        for folder in [&folder, &of_devices] {
            std::fs::create_dir_all(folder).map_err(|error| {
                OperatorError::new(
                    format!("cannot make the folder {}", folder.display()),
                    error,
                    "check the permissions of the data folder, or set `data` to another one",
                )
            })?;
        }
        sweep::sweep(config, store).await;
        let fresh = clock::random_bytes::<32>().to_vec();
        // Kept, so that links stay good over a restart: a device may be in the middle of a download.
        let key = store
            .setting_or_insert("file-ticket-key", fresh)
            .await
            .map_err(|error| {
                OperatorError::new(
                    "cannot read the key of download links",
                    error,
                    "run `dialtone doctor`",
                )
            })?;
        Ok(Library {
            folder,
            of_devices,
            tickets: Tickets::new(key),
            rates: Rates::default(),
            bytes: Mutex::default(),
            firmware_keys: Live::new(config.campaigns.keys()),
        })
    }

    /// Goes on by settings that were read again, which have been checked.
    pub fn follow(&self, config: &Config) {
        self.firmware_keys.put(config.campaigns.keys());
    }

    /// Where the bytes of a file lie.
    pub fn path(&self, file: &FileRecord) -> PathBuf {
        self.folder.join(&file.sha256)
    }

    /// Takes a file in: its bytes are on stable storage before it is described.
    ///
    /// # Errors
    /// If it is too large, broken, or cannot be kept.
    pub async fn take(
        &self,
        store: &dyn Store,
        actor: &Actor,
        new: NewFile,
        mut body: impl FnMutBody,
    ) -> Result<FileRecord, FileError> {
        let partial = self
            .folder
            .join(format!("partial-{:016x}", clock::random()));
        let mut inspector = Inspector::new(&self.firmware_keys.get());
        let written = write(
            &partial,
            &mut body,
            Kept::Inspected(&mut inspector),
            FILE_BYTES,
        )
        .await;
        let judged = written.and_then(|(bytes, sha256)| {
            let judged = inspector.judge(&new, &sha256).map_err(FileError::Unfit)?;
            Ok((bytes, sha256, judged))
        });
        let (bytes, sha256, judged) = match judged {
            Ok(judged) => judged,
            Err(error) => {
                // What cannot be removed is only disk space.
                let _ = tokio::fs::remove_file(&partial).await;
                return Err(error);
            }
        };
        // Whoever forgets a file of the same content must not take the bytes of this one along.
        let _bytes = self.bytes.lock().await;
        tokio::fs::rename(&partial, self.folder.join(&sha256)).await?;
        tokio::fs::File::open(&self.folder)
            .await?
            .sync_all()
            .await?;
        let record = FileRecord {
            id: clock::new_id(),
            name: new.name,
            file_type: new.file_type,
            product_class: judged.product_class,
            version: judged.version,
            bytes,
            sha256,
            created: clock::now(),
            minimum_version: new.minimum_version,
            verification: judged.verification,
        };
        store.file_put(actor, record.clone()).await?;
        Ok(record)
    }

    /// Forgets a file, and removes its bytes if no other description needs them. `None` if there is none.
    ///
    /// # Errors
    /// If the store does not take it.
    pub async fn forget(
        &self,
        store: &dyn Store,
        actor: &Actor,
        file: Id,
    ) -> Result<Option<()>, StoreError> {
        let _bytes = self.bytes.lock().await;
        let Some(deleted) = store.file_delete(actor, file, clock::now()).await? else {
            return Ok(None);
        };
        if let Some(sha256) = deleted.bytes_unused
            && let Err(error) = tokio::fs::remove_file(self.folder.join(sha256)).await
        {
            tracing::warn!(%error, "the bytes of a deleted file stay in the file folder");
        }
        Ok(Some(()))
    }

    /// The link of a file for the device of a session.
    pub fn link(&self, app: &App, file: &FileRecord, session: &LiveSession) -> String {
        let ticket = self.ticket(file.id, session);
        let base = self.base(app, session);
        format!("{base}/files/{}/{ticket}", file.id)
    }

    /// The link of the profile for the device of a session.
    pub fn profile_link(&self, app: &App, session: &LiveSession) -> String {
        let ticket = self.ticket(profiles::ticket_id(), session);
        let base = self.base(app, session);
        format!("{base}/profiles/{ticket}")
    }

    fn ticket(&self, file: Id, session: &LiveSession) -> String {
        let expires = clock::now().plus_ms(TICKET_MS);
        self.tickets.issue(file, session.device, expires)
    }

    fn base(&self, app: &App, session: &LiveSession) -> String {
        match &app.live().files.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => self.base_url(app, session.host.as_deref()),
        }
    }

    /// Without a configured URL: the host the device called us by, with the port of the file server.
    fn base_url(&self, app: &App, host: Option<&str>) -> String {
        let scheme = if app.config.files.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let address = app
            .files_address
            .get()
            .copied()
            .unwrap_or(app.config.files.listen);
        let host = match host.and_then(|host| host.parse::<::http::uri::Authority>().ok()) {
            Some(authority) => authority.host().to_owned(),
            None => match address.ip() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            },
        };
        format!("{scheme}://{host}:{}", address.port())
    }
}

/// Gives the pieces of a body one after the other.
pub trait FnMutBody: Send {
    /// The next piece, `None` at the end.
    fn next(&mut self) -> impl Future<Output = Option<Result<Bytes, String>>> + Send;
}

/// How a file is kept.
enum Kept<'a> {
    /// As it comes, under the eyes of an inspector.
    Inspected(&'a mut Inspector),
    /// Sealed.
    Sealed(&'a mut sealed::Sealer),
}

async fn write(
    path: &Path,
    body: &mut impl FnMutBody,
    mut kept: Kept<'_>,
    most: u64,
) -> Result<(u64, String), FileError> {
    let mut file = tokio::fs::File::create(path).await?;
    let mut hash = Sha256::new();
    let mut bytes = 0u64;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(FileError::Broken)?;
        bytes += piece.len() as u64;
        if bytes > most {
            return Err(FileError::TooLarge(most));
        }
        hash.update(&piece);
        match &mut kept {
            Kept::Inspected(inspector) => {
                inspector.take(&piece);
                file.write_all(&piece).await?;
            }
            Kept::Sealed(sealer) => file.write_all(&sealer.take(&piece)).await?,
        }
    }
    if let Kept::Sealed(sealer) = &mut kept {
        file.write_all(&sealer.end()).await?;
    }
    file.sync_all().await?;
    Ok((bytes, hex(&hash.finalize())))
}
