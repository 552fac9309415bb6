//! Answers that say with their type which status they have, so that the OpenAPI document knows it too.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Described};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// 201: it exists.
#[derive(Debug)]
pub struct Created<T>(pub T);

/// 202 with nothing to say.
#[derive(Debug)]
pub struct Begun;

/// 204: done, with nothing to say.
#[derive(Debug)]
pub struct Done;

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

impl IntoResponse for Begun {
    fn into_response(self) -> Response {
        StatusCode::ACCEPTED.into_response()
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

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
