//! Backups through the running server: one archive, as it is made.

use super::answers::Archive;
use super::auth::Admin;
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::{backup, clock};
use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use futures_util::stream;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/backup",
        post_with(make, says("Gives everything of the server as one archive.")),
    )
}

/// Pieces on their way: the disk is faster than most lines.
const PIECES: usize = 16;
/// Bytes of a piece.
const PIECE: usize = 256 * 1024;

/// POST /backup
pub async fn make(State(app): State<Arc<App>>, Admin(actor): Admin) -> Answer<Archive> {
    let Ok(place) = Arc::clone(&app.backups).try_acquire_owned() else {
        return Err(ApiError::too_often("another backup is under way"));
    };
    let copy = Copy(app.config.data.join(format!("backup-{}", clock::new_id())));
    let now = clock::now();
    app.store.copy_to(&actor, copy.0.clone(), now).await?;
    let (sender, receiver) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let mut pieces = Pieces(sender.clone());
        let buffered = io::BufWriter::with_capacity(PIECE, &mut pieces);
        match backup::write(&app.config.data, &copy.0, now, buffered) {
            Ok(manifest) => {
                let sum = manifest.sum();
                tracing::info!(files = sum.files, bytes = sum.bytes, "backup made");
                tokio::runtime::Handle::current().block_on(note(&app));
            }
            Err(error) => {
                tracing::warn!(%error, "a backup broke off");
                // The answer breaks off as well, so that nobody takes it for a whole one.
                let _ = sender.blocking_send(Err(error));
            }
        }
        drop(place);
    });
    let pieces = stream::unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    });
    Ok(Archive(Body::from_stream(pieces)))
}

async fn note(app: &App) {
    if let Err(error) = app.store.backup_ended(clock::now()).await {
        tracing::warn!(%error, "the time of the backup cannot be kept");
    }
}

/// A copy of the store; it goes when the backup is over, however that ends.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes into the answer.
struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::other("whoever asked has gone away");
        let piece = Bytes::copy_from_slice(bytes);
        self.0.blocking_send(Ok(piece)).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
