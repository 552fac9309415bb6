//! What can be told to be wrong with a bulk operation before it touches any device, and what it does, in words.

use super::error::{Answer, ApiError};
use super::task_checks;
use crate::app::App;
use crate::limits::OPERATION_TAGS;
use crate::provisioning::template;
use crate::store::{BulkAction, OwnAction, TaskKind};

/// What can be told to be wrong with what is done.
pub(super) fn check(action: &BulkAction) -> Answer<()> {
    match action {
        BulkAction::Own(OwnAction::AddTags { tags } | OwnAction::RemoveTags { tags }) => {
            check_tags(tags)
        }
        BulkAction::Own(OwnAction::CancelTasks { task_kind }) => match task_kind {
            None => Ok(()),
            Some(kind) => task_checks::fleet_kind(kind.clone()).map(|_| ()),
        },
        BulkAction::Own(OwnAction::ConnectionRequest) => Ok(()),
        BulkAction::Task(kind) => {
            for_many(kind)?;
            task_checks::check(kind)
        }
    }
}

/// Tasks that name something of one device are for one device, and some have a noun of their own for many.
fn for_many(kind: &TaskKind) -> Answer<()> {
    let (why, fix) = match kind {
        TaskKind::RunDiagnostic { .. } => (
            "measurements of many devices have an address of their own",
            "POST to /api/v1/diagnostics, with the same query in `selector`",
        ),
        TaskKind::RestoreConfiguration { .. } => (
            "a configuration that is restored is that of one device",
            "POST to /api/v1/devices/{device}/tasks for each",
        ),
        TaskKind::CancelTransfer { .. } => (
            "a transfer that is withdrawn is that of one task",
            "use `cancel_tasks` for those that have not begun",
        ),
        _ => return Ok(()),
    };
    Err(ApiError::bad(why, fix))
}

fn check_tags(tags: &[String]) -> Answer<()> {
    if tags.is_empty() || tags.len() > OPERATION_TAGS {
        let why = format!("an operation names 1 to {OPERATION_TAGS} tags");
        return Err(ApiError::bad(why, "split it"));
    }
    for tag in tags {
        template::check_name(tag).map_err(|_| {
            let tag: String = tag.chars().take(64).collect();
            let fix = "use 1 to 64 letters, digits, dots, dashes and underscores";
            ApiError::bad(format!("the tag `{tag}` is not usable"), fix)
        })?;
    }
    Ok(())
}

/// Whether the file it gives is there.
pub(super) async fn known_file(app: &App, action: &BulkAction) -> Answer<()> {
    match action.library_file() {
        Some(file) if app.store.file_find(file).await?.is_none() => {
            Err(ApiError::not_found("file"))
        }
        Some(_) | None => Ok(()),
    }
}

/// What happens to each device.
pub(super) fn does(action: &BulkAction) -> String {
    match action {
        BulkAction::Own(OwnAction::AddTags { tags }) => {
            format!("each gets the tags {}", tags.join(", "))
        }
        BulkAction::Own(OwnAction::RemoveTags { tags }) => {
            format!("each loses the tags {}", tags.join(", "))
        }
        BulkAction::Own(OwnAction::ConnectionRequest) => {
            "each is sent one connection request".into()
        }
        BulkAction::Own(OwnAction::CancelTasks { task_kind }) => match task_kind {
            None => "the tasks of each that have not begun are withdrawn, but for those of campaigns".into(),
            Some(kind) => format!("the {kind} tasks of each that have not begun are withdrawn, but for those of campaigns"),
        },
        BulkAction::Task(TaskKind::FactoryReset) => {
            "each is reset to what it was when it left the factory; calls in progress end, and this cannot be undone".into()
        }
        BulkAction::Task(TaskKind::Reboot) => "each restarts; calls in progress end".into(),
        BulkAction::Task(TaskKind::SetParameterValues { values }) => {
            let names: Vec<&str> = values.iter().take(5).map(|value| value.name).collect();
            let more = match values.len() - names.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("each is written {}{more}", names.join(", "))
        }
        BulkAction::Task(kind) => format!("each gets a task {}", kind.name()),
    }
}
