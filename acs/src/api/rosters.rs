//! Lists of subscribers and devices as files: import with a rehearsal, and export.

use super::auth::{Operator, Revealer, Viewer};
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::clock;
use crate::limits::IMPORT_BYTES;
use crate::rosters::subscribers::{self, Reveal};
use crate::rosters::{Format, Read, devices};
use crate::store::{
    AccountFilter, Actor, Id, ImportedDevice, ImportedRow, KeptAccount, Page, Rehearsal, RowOutcome,
};
use aide::OperationOutput;
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Described};
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Accounts that are read at a time for an export.
const AT_A_TIME: usize = 500;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/subscribers/import",
            post_with(
                import_subscribers,
                says("Imports accounts with their lines, all of them or none."),
            ),
        )
        .api_route(
            "/subscribers/export",
            get_with(
                export,
                says("Exports accounts with their lines, without their secrets."),
            ),
        )
        .api_route(
            "/subscribers/export-with-secrets",
            get_with(
                export_with_secrets,
                says("Exports accounts with their lines and passwords."),
            ),
        )
        .api_route(
            "/devices/import",
            post_with(
                import_devices,
                says("Registers devices before they come, all of them or none."),
            ),
        )
        .layer(DefaultBodyLimit::max(IMPORT_BYTES))
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum FormatWord {
    Csv,
    Json,
}

/// How an import is to be taken.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ImportQuery {
    /// Whether it only says what would become of each row.
    dry_run: bool,
    /// How the body is written; by its Content-Type if absent.
    format: Option<FormatWord>,
}

impl ImportQuery {
    fn format(&self, headers: &HeaderMap) -> Answer<Format> {
        let said = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let said = said.and_then(|text| text.split(';').next()).map(str::trim);
        match (self.format, said) {
            (Some(FormatWord::Csv), _) | (None, Some("text/csv")) => Ok(Format::Csv),
            (Some(FormatWord::Json), _) | (None, Some("application/json")) => Ok(Format::Json),
            (None, _) => Err(ApiError::bad(
                "nobody knows how the list is written",
                "send it as text/csv or application/json, or say format=csv or format=json",
            )),
        }
    }

    fn rehearsal(&self) -> Rehearsal {
        match self.dry_run {
            true => Rehearsal::Dry,
            false => Rehearsal::Real,
        }
    }
}

/// What becomes of an import.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportReport {
    /// Whether anything was changed: never in a dry run, and never if there is an error in a row.
    applied: bool,
    /// Whether only the report was wanted.
    dry_run: bool,
    /// Rows that make something.
    create: usize,
    /// Rows that change something.
    update: usize,
    /// Rows that are so already.
    unchanged: usize,
    /// Rows that cannot be.
    error: usize,
    /// Every row, in the order of the file.
    rows: Vec<RowReport>,
}

/// A row of an import.
#[derive(Debug, Serialize, JsonSchema)]
struct RowReport {
    /// Where it stands in the file, from 1; that of its first row for an account of several.
    row: u64,
    /// The account or the device.
    subject: String,
    /// What becomes of it.
    outcome: RowOutcome,
    /// Why it cannot be.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    why: String,
}

/// The report of an import: 422 if it was to be carried out and was not.
#[derive(Debug)]
pub struct Reported(ImportReport);

impl IntoResponse for Reported {
    fn into_response(self) -> Response {
        let status = match self.0.applied || self.0.dry_run {
            true => StatusCode::OK,
            false => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, Json(self.0)).into_response()
    }
}

impl OperationOutput for Reported {
    type Inner = ImportReport;

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, Described)> {
        let body = Json::<ImportReport>::operation_response(ctx, operation);
        let both = body.map(|body| [(Some(200), body.clone()), (Some(422), body)]);
        both.into_iter().flatten().collect()
    }
}

fn report(mut rows: Vec<ImportedRow>, rehearsal: Rehearsal) -> Reported {
    rows.sort_by_key(|row| row.row);
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let error = count(RowOutcome::Error);
    let report = ImportReport {
        applied: rehearsal == Rehearsal::Real && error == 0,
        dry_run: rehearsal == Rehearsal::Dry,
        create: count(RowOutcome::Create),
        update: count(RowOutcome::Update),
        unchanged: count(RowOutcome::Unchanged),
        error,
        rows: Vec::new(),
    };
    let rows = rows.into_iter().map(|row| RowReport {
        row: row.row,
        subject: row.subject,
        outcome: row.outcome,
        why: row.why,
    });
    Reported(ImportReport {
        rows: rows.collect(),
        ..report
    })
}

/// With a row that cannot be read the others are only rehearsed.
fn carefully<T>(read: &Read<T>, rehearsal: Rehearsal) -> Rehearsal {
    match read.wrong.is_empty() {
        true => rehearsal,
        false => Rehearsal::Dry,
    }
}

fn unreadable(why: String) -> ApiError {
    ApiError::bad(why, "send a list as docs/API.md describes it")
}

fn body(body: Result<Bytes, BytesRejection>) -> Answer<Bytes> {
    body.map_err(|_| ApiError::too_large(format!("a list has at most {IMPORT_BYTES} bytes")))
}

/// POST /subscribers/import
async fn import_subscribers(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    query: Result<Query<ImportQuery>, QueryRejection>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer<Reported> {
    let Query(query) = query?;
    let rehearsal = query.rehearsal();
    let read = subscribers::read(&body(bytes)?, query.format(&headers)?).map_err(unreadable)?;
    let careful = carefully(&read, rehearsal);
    let Read { rows, wrong } = read;
    let imported = app
        .store
        .accounts_import(&actor, rows, careful, clock::now());
    let mut all = imported.await?;
    all.extend(wrong);
    app.desire_changed();
    Ok(report(all, rehearsal))
}

/// POST /devices/import
async fn import_devices(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    query: Result<Query<ImportQuery>, QueryRejection>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer<Reported> {
    let Query(query) = query?;
    let rehearsal = query.rehearsal();
    let read = devices::read(&body(bytes)?, query.format(&headers)?).map_err(unreadable)?;
    let careful = carefully(&read, rehearsal);
    let Read { rows, wrong } = read;
    let rows = rows.into_iter().map(|(row, entry)| {
        let identity = entry.identity();
        let credentials = super::devices::credentials(&app, &identity, entry.password, None);
        ImportedDevice {
            row,
            identity,
            credentials,
            tags: entry.tags,
            variables: entry.variables,
            account: entry.account,
        }
    });
    let rows = rows.collect();
    let imported = app
        .store
        .devices_import(&actor, rows, careful, clock::now());
    let mut all = imported.await?;
    all.extend(wrong);
    app.desire_changed();
    Ok(report(all, rehearsal))
}

/// How an export is to be written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExportQuery {
    /// `csv` if absent.
    format: Option<FormatWord>,
}

/// GET /subscribers/export
async fn export(
    State(app): State<Arc<App>>,
    Viewer(actor): Viewer,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Answer<Response> {
    send(app, &actor, query?.0, Reveal::No).await
}

/// GET /subscribers/export-with-secrets
async fn export_with_secrets(
    State(app): State<Arc<App>>,
    Revealer(actor): Revealer,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Answer<Response> {
    send(app, &actor, query?.0, Reveal::Yes).await
}

async fn send(
    app: Arc<App>,
    actor: &Actor,
    query: ExportQuery,
    reveal: Reveal,
) -> Answer<Response> {
    let noted = match reveal {
        Reveal::Yes => "with secrets",
        Reveal::No => "without secrets",
    };
    // Before the first byte leaves.
    app.store.export_note(actor, noted, clock::now()).await?;
    let format = query.format.unwrap_or(FormatWord::Csv);
    let (media, name) = match format {
        FormatWord::Csv => ("text/csv; charset=utf-8", "subscribers.csv"),
        FormatWord::Json => ("application/json; charset=utf-8", "subscribers.json"),
    };
    let pages = Pages {
        app,
        format,
        reveal,
        next: Next::Head,
    };
    let body = Body::from_stream(stream::try_unfold(pages, Pages::next));
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, media.to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, body).into_response())
}

/// An export, a page at a time: it may be larger than the memory that is free.
struct Pages {
    app: Arc<App>,
    format: FormatWord,
    reveal: Reveal,
    next: Next,
}

enum Next {
    Head,
    Behind(Option<Id>),
    End,
}

impl Pages {
    async fn next(mut self) -> crate::store::Result<Option<(Bytes, Pages)>> {
        let text = match self.next {
            Next::End => return Ok(None),
            Next::Head => {
                self.next = Next::Behind(None);
                match self.format {
                    FormatWord::Csv => subscribers::head(),
                    FormatWord::Json => "[".to_owned(),
                }
            }
            Next::Behind(after) => {
                let page = Page {
                    after,
                    limit: AT_A_TIME,
                };
                let filter = AccountFilter::default();
                let accounts = self.app.store.account_list(&filter, page).await?;
                self.next = match accounts.last() {
                    Some(last) if accounts.len() == AT_A_TIME => {
                        Next::Behind(Some(last.account.id()))
                    }
                    Some(_) | None => Next::End,
                };
                self.write(&accounts, after.is_none())
            }
        };
        Ok(Some((Bytes::from(text), self)))
    }

    fn write(&self, accounts: &[KeptAccount], first: bool) -> String {
        let accounts = accounts.iter().map(|kept| &kept.account);
        match self.format {
            FormatWord::Csv => accounts
                .map(|account| subscribers::rows(account, self.reveal))
                .collect(),
            FormatWord::Json => {
                let objects = accounts.map(|account| subscribers::object(account, self.reveal));
                let objects = objects.collect::<Vec<_>>().join(",\n");
                let comma = if first || objects.is_empty() {
                    ""
                } else {
                    ",\n"
                };
                let end = if matches!(self.next, Next::End) {
                    "]\n"
                } else {
                    ""
                };
                format!("{comma}{objects}{end}")
            }
        }
    }
}
