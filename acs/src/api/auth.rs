//! Who asks: the token of a request, as an argument of every handler that needs one.
//!
//! Each permission has an extractor. It lets through whoever has the permission, if the address is open to the person's
//! scope; what the handler then finds through `devices::find` is in that scope.

use super::error::ApiError;
use super::openapi::takes;
use crate::app::App;
use crate::auth::permissions::{self, Access, Permission};
use crate::auth::{Person, tokens};
use crate::store::{PasswordUse, TokenKind};
use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;

/// Makes the extractor of a permission.
macro_rules! extractors {
    ($($(#[$doc:meta])* $name:ident: $permission:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Person);

        impl FromRequestParts<Arc<App>> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<$name, ApiError> {
                with(Permission::$permission, parts, app).await.map($name)
            }
        }

        impl OperationInput for $name {
            fn operation_input(_: &mut GenContext, operation: &mut Operation) {
                takes(Permission::$permission.word(), operation);
            }
        }
    )*};
}

extractors! {
    /// Somebody who may look.
    Viewer: See;
    /// Somebody who may help with devices.
    HelpDesk: Help;
    /// Somebody who may change devices and what they are given.
    Operator: Operate;
    /// Somebody who may change people and settings.
    Admin: Administer;
    /// Somebody who may read the audit trail.
    Auditor: Audit;
    /// Somebody who may see secrets.
    Revealer: Reveal;
}

/// Anybody who has signed in, also with a password that is good for nothing but to choose another one.
#[derive(Debug, Clone)]
pub struct AnySignedIn(pub Person);

impl FromRequestParts<Arc<App>> for AnySignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<AnySignedIn, ApiError> {
        person(parts, app).await.map(AnySignedIn)
    }
}

impl OperationInput for AnySignedIn {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        takes("to be signed in", operation);
    }
}

/// Whoever asks, if there is this permission and the address is open to the person's scope.
async fn with(permission: Permission, parts: &Parts, app: &App) -> Result<Person, ApiError> {
    let person = person(parts, app).await?;
    match person.token().password {
        PasswordUse::Full => {}
        PasswordUse::OneTime => return Err(ApiError::password_first()),
    }
    person.must(permission)?;
    if !person.scope().is_fleet() {
        let route = parts.extensions.get::<MatchedPath>();
        let route = route.and_then(|route| route.as_str().strip_prefix("/api/v1"));
        let open = permissions::is_open_to_part_of_the_fleet(access(parts), route.unwrap_or("/"));
        if !open {
            return Err(ApiError::beyond_scope());
        }
    }
    Ok(person)
}

impl Person {
    /// For what depends on more than the address.
    ///
    /// # Errors
    /// If this person may not do it.
    pub(super) fn must(&self, permission: Permission) -> Result<(), ApiError> {
        if self.may(permission) {
            return Ok(());
        }
        let role = self.role().word();
        let why = format!("this takes `{}`, which {role} has not", permission.word());
        Err(ApiError::forbidden(why))
    }
}

/// Whoever asks.
async fn person(parts: &Parts, app: &App) -> Result<Person, ApiError> {
    let token = bearer(parts).ok_or_else(ApiError::unauthenticated)?;
    let found = tokens::find(app, token).await?;
    let person = match found {
        Some(token) if token.kind != TokenKind::Session => Person::of(token),
        Some(_) | None => return Err(ApiError::unauthenticated()),
    };
    Ok(person)
}

/// Whether a request reads or changes something (RFC 9110 9.2.1).
fn access(parts: &Parts) -> Access {
    if parts.method.is_safe() {
        Access::Read
    } else {
        Access::Change
    }
}

/// A token in the URL would end in logs and Referer headers (case A09), so only the header counts.
fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
