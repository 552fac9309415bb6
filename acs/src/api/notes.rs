//! Notes of a device: list, write, delete.

use super::answers::{Created, Done};
use super::auth::{HelpDesk, Viewer};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::permissions::Permission;
use crate::clock;
use crate::limits::NOTE_CHARS;
use crate::store::{Id, Note};
use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/notes",
            get_with(list, says("Lists notes of a device, newest first."))
                .post_with(add, says("Writes a note down.")),
        )
        .api_route(
            "/devices/{device}/notes/{note}",
            delete_with(
                delete,
                says("Deletes a note of one's own; anybody's takes `operate`."),
            ),
        )
}

/// GET /devices/{device}/notes
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<Note>>> {
    let device = find(&app, &who, &device?).await?;
    let page = query?.page()?;
    let notes = app.store.note_list(device.id, page).await?;
    Ok(Json(Listed::new(notes, page.limit, |note| note.id)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// What is to be known of the device, in 1 to 2,000 characters.
    text: String,
}

/// What a note may say.
fn checked(text: &str) -> Answer<String> {
    let text = text.trim().replace("\r\n", "\n");
    let chars = text.chars().count();
    if chars == 0 {
        let fix = "send `text` with what others should know of the device";
        return Err(ApiError::bad("the note says nothing", fix));
    }
    if chars > NOTE_CHARS {
        let why = format!("the note has {chars} characters, and {NOTE_CHARS} are the most");
        let fix = "say it in fewer words, or in several notes";
        return Err(ApiError::bad(why, fix));
    }
    Ok(text)
}

/// POST /devices/{device}/notes
pub async fn add(
    State(app): State<Arc<App>>,
    HelpDesk(who): HelpDesk,
    device: Argument,
    body: Result<Json<NewNote>, JsonRejection>,
) -> Answer<Created<Note>> {
    let device = find(&app, &who, &device?).await?;
    let Json(body) = body?;
    let at = clock::now();
    let note = Note {
        id: Id::new(at, clock::random()),
        device: device.id,
        at,
        by: who.name().to_owned(),
        text: checked(&body.text)?,
    };
    let added = app.store.note_add(&who, note.clone()).await?;
    added.ok_or_else(|| ApiError::not_found("device"))?;
    let noun = format!("devices/{}/notes", device.id);
    Ok(Created::at(&noun, note.id, note))
}

/// DELETE /devices/{device}/notes/{note}
pub async fn delete(
    State(app): State<Arc<App>>,
    HelpDesk(who): HelpDesk,
    which: Result<Path<(String, String)>, PathRejection>,
) -> Answer<Done> {
    let Path((device, note)) = which?;
    let device = find(&app, &who, &device).await?;
    let not_found = || ApiError::not_found("note of this device");
    let id: Id = note.parse().map_err(|_| not_found())?;
    let note = app.store.note_find(device.id, id).await?;
    let note = note.ok_or_else(not_found)?;
    // Who wrote a note never changes, so this holds until it is gone.
    if note.by != who.name() && !who.may(Permission::Operate) {
        let why = format!(
            "{} wrote this note: to delete what others wrote takes `operate`",
            note.by
        );
        return Err(ApiError::forbidden(why));
    }
    let now = clock::now();
    let deleted = app.store.note_delete(&who, device.id, id, now).await?;
    deleted.map(|()| Done).ok_or_else(not_found)
}
