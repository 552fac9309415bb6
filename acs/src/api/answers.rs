//! Answers that say with their type which status they have, so that the OpenAPI document knows it too.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, Response as Described};
use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Display;

/// 201: it exists, and where.
#[derive(Debug)]
pub struct Created<T> {
    record: T,
    location: String,
}

impl<T> Created<T> {
    /// A record of a noun with this key: `tasks` and `0123456789abcdef`.
    pub fn at(noun: &str, key: impl Display, record: T) -> Created<T> {
        let location = format!("/api/v1/{noun}/{key}");
        Created { record, location }
    }
}

/// 202 with nothing to say.
#[derive(Debug)]
pub struct Begun;

/// 204: done, with nothing to say.
#[derive(Debug)]
pub struct Done;

/// 200 with a tar archive.
#[derive(Debug)]
pub struct Archive(pub Body);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let location = [(LOCATION, self.location)];
        (StatusCode::CREATED, location, Json(self.record)).into_response()
    }
}

impl IntoResponse for Begun {
    fn into_response(self) -> Response {
        StatusCode::ACCEPTED.into_response()
    }
}

impl IntoResponse for Archive {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, TAR)], self.0).into_response()
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// The type of a tar archive.
const TAR: &str = "application/x-tar";

type Responses = Vec<(Option<u16>, Described)>;

fn with_body<T: JsonSchema>(
    status: u16,
    ctx: &mut GenContext,
    operation: &mut Operation,
) -> Responses {
    let body = Json::<T>::operation_response(ctx, operation);
    body.map(|body| (Some(status), body)).into_iter().collect()
}

fn without_body(status: u16, description: &str) -> Responses {
    let described = Described {
        description: description.into(),
        ..Described::default()
    };
    vec![(Some(status), described)]
}

impl<T: JsonSchema> OperationOutput for Created<T> {
    type Inner = T;

    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Responses {
        with_body::<T>(201, ctx, operation)
    }
}

impl OperationOutput for Archive {
    type Inner = ();

    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Responses {
        let described = Described {
            description: "A tar archive.".into(),
            content: [(TAR.to_owned(), MediaType::default())]
                .into_iter()
                .collect(),
            ..Described::default()
        };
        vec![(Some(200), described)]
    }
}

impl OperationOutput for Begun {
    type Inner = ();

    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Responses {
        without_body(202, "It has begun.")
    }
}

impl OperationOutput for Done {
    type Inner = ();

    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Responses {
        without_body(204, "Done.")
    }
}
