//! Files that devices send: taken by a signed link of one task, kept under their key, as many as the operator wants.

use super::sealed::{Opened, Sealer, fresh_key};
use super::{FileError, FnMutBody, Kept, Library, write};
use crate::app::App;
use crate::clock;
use crate::limits::DEVICE_FILE_BYTES;
use crate::sessions::LiveSession;
use crate::store::{DeviceFile, FilePurpose, Id, Task};
use std::path::PathBuf;

impl Library {
    /// Where the device of a session sends the file of a task.
    pub fn upload_link(&self, app: &App, task: Id, session: &LiveSession) -> String {
        let ticket = self.ticket(task, session);
        let base = self.base(app, session);
        format!("{base}/uploads/{task}/{ticket}")
    }

    /// Where the device of a session gets a file back that it has sent.
    pub fn device_file_link(&self, app: &App, file: &DeviceFile, session: &LiveSession) -> String {
        let ticket = self.ticket(file.id, session);
        let base = self.base(app, session);
        format!("{base}/device-files/{}/{ticket}", file.id)
    }

    /// Where the bytes of a device's file lie.
    pub fn device_file_path(&self, file: Id) -> PathBuf {
        self.of_devices.join(file.to_string())
    }

    /// Takes the file of a task in: its bytes are on stable storage before it is described. `None` if nobody has asked
    /// for it.
    ///
    /// # Errors
    /// If it is too large, broken, or cannot be kept.
    pub async fn take_from_device(
        &self,
        app: &App,
        task: &Task,
        mut body: impl FnMutBody,
    ) -> Result<Option<DeviceFile>, FileError> {
        let Some((file_type, purpose)) = task.kind.upload() else {
            return Ok(None);
        };
        let id = clock::new_id();
        let path = self.device_file_path(id);
        let key = fresh_key();
        let sealer = Sealer::new(&key)?;
        let written = write(&path, &mut body, Kept::Sealed(sealer), DEVICE_FILE_BYTES).await;
        let (bytes, sha256) = match written {
            Ok(written) => written,
            Err(error) => {
                self.drop_device_file(id).await;
                return Err(error);
            }
        };
        let folder = tokio::fs::File::open(&self.of_devices).await?;
        folder.sync_all().await?;
        let file = DeviceFile {
            id,
            device: task.device,
            task: task.id,
            purpose,
            file_type,
            bytes,
            sha256,
            created: clock::now(),
            key: Some(key),
        };
        let keep = kept(app, purpose);
        let gone = app.store.device_file_put(file.clone(), keep).await?;
        let Some(gone) = gone else {
            self.drop_device_file(id).await;
            return Ok(None);
        };
        for old in gone {
            self.drop_device_file(old.id).await;
        }
        Ok(Some(file))
    }

    /// The content of a device's file.
    ///
    /// # Errors
    /// If it cannot be read, or is damaged.
    pub async fn device_file_content(&self, file: &DeviceFile) -> std::io::Result<Vec<u8>> {
        let path = self.device_file_path(file.id);
        match &file.key {
            Some(key) => Opened::new(&path, key).await?.read().await,
            None => tokio::fs::read(path).await,
        }
    }

    /// Removes the bytes of a file that is described no longer.
    pub async fn drop_device_file(&self, file: Id) {
        if let Err(error) = tokio::fs::remove_file(self.device_file_path(file)).await {
            tracing::warn!(%error, %file, "the bytes of a deleted file stay in the folder of device files");
        }
    }
}

/// How many files of a purpose are kept of each device.
fn kept(app: &App, purpose: FilePurpose) -> usize {
    let config = &app.live().device_files;
    match purpose {
        FilePurpose::Backup => config.backups,
        FilePurpose::Log => config.logs,
        FilePurpose::Upload => config.uploads,
    }
}
