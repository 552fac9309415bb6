//! The only place where an error becomes a status: one shape for all, `{"error", "why", "fix"}`.

use crate::store::StoreError;
use aide::OperationOutput;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// Why a request is not carried out.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    body: Body,
}

/// What every refusal says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub struct Body {
    /// What is wrong.
    error: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    why: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    fix: String,
}

/// What a handler gives.
pub type Answer<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: StatusCode, error: &str, why: impl ToString, fix: &str) -> ApiError {
        let body = Body {
            error: error.into(),
            why: why.to_string(),
            fix: fix.into(),
        };
        ApiError { status, body }
    }

    /// 400: the request says something that cannot be.
    pub fn bad(why: impl ToString, fix: &str) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "bad request", why, fix)
    }

    /// 500: a mistake of ours, in this one request.
    pub fn mistake() -> ApiError {
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "a mistake of the server",
            "this request has met a case nobody had thought of",
            "look whether it has changed what it was to; report it with the line of the log, which says where it happened",
        )
    }

    /// 401: nobody knows who asks.
    pub fn unauthenticated() -> ApiError {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "authentication is required",
            "there is no valid token, neither as bearer nor in the cookie of a session",
            "POST name and password to /api/v1/sign-in and send the token as `Authorization: Bearer`",
        )
    }

    /// 401: wrong name or password.
    pub fn wrong_password() -> ApiError {
        let why = "the name or the password is wrong";
        ApiError::new(StatusCode::UNAUTHORIZED, "sign-in refused", why, "")
    }

    /// 403: the role does not allow it.
    pub fn forbidden(why: impl ToString) -> ApiError {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "not allowed",
            why,
            "ask an administrator for the role",
        )
    }

    /// 403: the password is good for nothing but to choose another one.
    pub fn password_first() -> ApiError {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "choose a password first",
            "the password you signed in with is good for one thing: to choose another one",
            "PUT `old` and `new` to /api/v1/password, then sign in with the new one",
        )
    }

    /// 403: a page of another site makes a browser ask this.
    pub fn foreign_page() -> ApiError {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "not allowed",
            "a page of another site asks for this (`Origin`, `Sec-Fetch-Site`)",
            "use the pages of this server; a proxy in front must pass `Host` on, or set `X-Forwarded-Host` and stand in \
             `proxies.trusted`",
        )
    }

    /// 403: a browser's session changes something without proof that one of our pages wants it.
    pub fn without_csrf() -> ApiError {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "not allowed",
            "a session in a cookie needs `X-CSRF-Token` with every request that changes something",
            "send `csrf` of GET /api/v1/session; programs use a bearer token instead",
        )
    }

    /// 403: it concerns more than the devices this person has.
    pub fn beyond_scope() -> ApiError {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "not allowed",
            "this concerns the whole fleet, and you have a part of it",
            "ask an administrator whose scope is the whole fleet",
        )
    }

    /// 404.
    pub fn not_found(what: &str) -> ApiError {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "not found",
            format!("there is no such {what}"),
            "",
        )
    }

    /// 412: it is not any more what whoever asks has seen.
    pub fn changed() -> ApiError {
        ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            "changed meanwhile",
            "what is there does not have the tag of `If-Match`",
            "read it again, and decide anew",
        )
    }

    /// 408: it has not come in time.
    pub fn too_slow(why: impl ToString) -> ApiError {
        let fix = "send it again, over a better line";
        ApiError::new(StatusCode::REQUEST_TIMEOUT, "too slow", why, fix)
    }

    /// 413.
    pub fn too_large(why: impl ToString) -> ApiError {
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too large", why, "")
    }

    /// 429.
    pub fn too_often(why: impl ToString) -> ApiError {
        ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too often",
            why,
            "wait a minute",
        )
    }

    /// 507: the disk is full, or cannot be written.
    pub fn no_storage(why: impl ToString) -> ApiError {
        let fix = "free space in the data folder";
        ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "cannot be kept", why, fix)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match &error {
            StoreError::Conflict(why) => ApiError::new(StatusCode::CONFLICT, "conflict", why, ""),
            StoreError::Unavailable(_) => {
                let fix = "look at the server's log and its free disk space, then try again";
                ApiError::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "not available",
                    &error,
                    fix,
                )
            }
            StoreError::Corrupt { .. } => {
                tracing::error!(%error, "corrupt record");
                let fix = "run `dialtone doctor` on the server";
                ApiError::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "corrupt record",
                    &error,
                    fix,
                )
            }
        }
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> ApiError {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(rejection.body_text()),
            _ => ApiError::bad(
                rejection.body_text(),
                "send JSON as docs/API.md describes it",
            ),
        }
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> ApiError {
        ApiError::bad(
            rejection.body_text(),
            "see docs/API.md for the arguments of this address",
        )
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> ApiError {
        ApiError::bad(rejection.body_text(), "an id has 16 hexadecimal digits")
    }
}

/// Every operation can be refused, in the same form (`openapi::finish`).
impl OperationOutput for ApiError {
    type Inner = ApiError;
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let unauthenticated = self.status == StatusCode::UNAUTHORIZED;
        let mut response = (self.status, Json(self.body)).into_response();
        if unauthenticated {
            let scheme = HeaderValue::from_static("Bearer realm=\"dialtone\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// For every address that is none.
pub async fn not_found() -> ApiError {
    ApiError::not_found("address")
}

/// For every method an address does not have.
pub async fn no_such_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method not allowed",
        "this address does not take this method",
        "see docs/API.md, or the `Allow` header",
    )
}
