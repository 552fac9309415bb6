//! Signing in and out: for a token, or for a session of a browser; who one is; and one's own password.

use super::answers::Done;
use super::auth::AnySignedIn;
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::users::hash;
use super::visitor::{Visitor, is_of_our_pages};
use crate::app::App;
use crate::auth::permissions::{self, Permission};
use crate::auth::{self, Person, TooOften, passwords, tokens};
use crate::clock;
use crate::limits::TOKEN_MS;
use crate::store::{PasswordUse, Role, Token, TokenKind, User};
use aide::OperationOutput;
use aide::axum::ApiRouter;
use aide::axum::routing::{post_with, put_with};
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Described};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use data_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The cookie of a browser's session.
pub const COOKIE: &str = "dialtone-session";

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/sign-in",
            post_with(sign_in, says("Gives a token for a name and a password.")),
        )
        .api_route(
            "/session",
            post_with(
                begin,
                says("Signs a browser in: gives a session in a cookie."),
            )
            .get_with(who_am_i, says("Says who asks, and what they may do."))
            .delete_with(end, says("Signs out: the token, or the session, ends.")),
        )
        .api_route(
            "/password",
            put_with(
                change_password,
                says("Changes the password of whoever asks."),
            ),
        )
}

/// A name and a password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    user: String,
    password: String,
}

/// A token and what it is good for.
#[derive(Serialize, JsonSchema)]
pub struct SignedIn {
    token: String,
    user: String,
    role: Role,
    expires: Timestamp,
    /// The password was good for this one time: the token is good for nothing but to choose another one.
    must_change_password: bool,
}

/// POST /sign-in
pub async fn sign_in(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    body: Result<Json<SignIn>, JsonRejection>,
) -> Answer<Json<SignedIn>> {
    let Json(body) = body?;
    let user = prove(&app, visitor, &body.user, body.password).await?;
    let (secret, token) = tokens::issue(&app, &user, TokenKind::SignIn, visitor.address).await?;
    Ok(Json(SignedIn {
        token: secret.reveal().to_owned(),
        user: user.name,
        role: user.role,
        expires: token.expires,
        must_change_password: token.password == PasswordUse::OneTime,
    }))
}

/// The user, if this is the password.
async fn prove(app: &App, visitor: Visitor, name: &str, password: String) -> Answer<User> {
    let _place = app.sign_ins.place().await;
    let now = clock::now();
    let tried = app.sign_ins.may_try(name, visitor.address, now);
    tried.map_err(|too_often| match too_often {
        TooOften::User => ApiError::too_often("too many failed sign-ins of this user"),
        TooOften::Network => ApiError::too_often("too many failed sign-ins from your address"),
    })?;
    let user = app.store.user_find(name).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let right = passwords::verify(Secret::new(password), hash).await;
    match user {
        Some(user) if right => {
            app.sign_ins.succeeded(name, visitor.address);
            Ok(user)
        }
        user => {
            app.sign_ins.failed(name, visitor.address, now);
            // People type their password where the name belongs: only names of users are written down.
            let name = user.map_or("somebody unknown".into(), |user| user.name);
            auth::refused(app, visitor.address, "sign-in.refused", name).await?;
            Err(ApiError::wrong_password())
        }
    }
}

/// Who asks, and what they may do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WhoAmI {
    user: String,
    role: Role,
    permissions: Vec<Permission>,
    /// Lists of tags, of each of which a device must carry one; none for the whole fleet.
    scope: Vec<Vec<String>>,
    /// The name of the token, if a program asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    expires: Timestamp,
    /// The password is good for nothing but to choose another one.
    must_change_password: bool,
    /// What a browser sends as `X-CSRF-Token` with every request that changes something.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf: Option<String>,
}

impl WhoAmI {
    fn of(token: &Token, csrf: Option<String>) -> WhoAmI {
        WhoAmI {
            user: token.user.clone(),
            role: token.role,
            permissions: permissions::of(token.role).to_vec(),
            scope: token.scope.lists().to_vec(),
            token: (token.kind == TokenKind::Api).then(|| token.name.clone()),
            expires: token.expires,
            must_change_password: token.password == PasswordUse::OneTime,
            csrf,
        }
    }
}

/// An answer that sets the session's cookie, or takes it away.
#[derive(Debug)]
pub struct WithCookie<T>(String, T);

impl<T: IntoResponse> IntoResponse for WithCookie<T> {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        if let Ok(cookie) = HeaderValue::from_str(&self.0) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

impl<T: OperationOutput> OperationOutput for WithCookie<T> {
    type Inner = T::Inner;

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, Described)> {
        T::inferred_responses(ctx, operation)
    }
}

/// A cookie no script reads and no other site's page sends (case A13).
fn cookie(value: &str, secs: u64, visitor: Visitor) -> String {
    let secure = if visitor.tls { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; Max-Age={secs}; HttpOnly; SameSite=Strict{secure}")
}

/// POST /session
pub async fn begin(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Result<Json<SignIn>, JsonRejection>,
) -> Answer<WithCookie<Json<WhoAmI>>> {
    if !is_of_our_pages(&headers) {
        return Err(ApiError::foreign_page());
    }
    let Json(body) = body?;
    let user = prove(&app, visitor, &body.user, body.password).await?;
    let (secret, token) = tokens::issue(&app, &user, TokenKind::Session, visitor.address).await?;
    let csrf = Some(tokens::csrf(secret.reveal()));
    let cookie = cookie(secret.reveal(), TOKEN_MS / 1000, visitor);
    Ok(WithCookie(cookie, Json(WhoAmI::of(&token, csrf))))
}

/// GET /session
pub async fn who_am_i(AnySignedIn(who): AnySignedIn) -> Answer<Json<WhoAmI>> {
    let csrf = who.csrf().map(str::to_owned);
    Ok(Json(WhoAmI::of(who.token(), csrf)))
}

/// DELETE /session
pub async fn end(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    AnySignedIn(who): AnySignedIn,
) -> Answer<WithCookie<Done>> {
    // Somebody else may just have ended it; it has ended.
    app.store
        .sign_out(&who, &who.token().hash, clock::now())
        .await?;
    Ok(WithCookie(cookie("", 0, visitor), Done))
}

/// A change of one's own password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    old: String,
    new: String,
}

/// PUT /password: of whoever asks; every token of theirs ends.
pub async fn change_password(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    AnySignedIn(who): AnySignedIn,
    body: Result<Json<PasswordRequest>, JsonRejection>,
) -> Answer<Done> {
    let Json(body) = body?;
    must_be_a_person(&who)?;
    if body.old == body.new {
        let why = "the password would be the one it was";
        return Err(ApiError::bad(why, "choose another one"));
    }
    let user = prove(&app, visitor, who.name(), body.old.clone()).await?;
    let new = hash(body.new).await?;
    app.store
        .password_change(&who, &user.name, &user.password_hash, &new, clock::now())
        .await?;
    auth::forget_first_password(&app, &Secret::new(body.old));
    Ok(Done)
}

/// Whoever has signed in, and no program: what a program's token may do must not outlive it.
pub(super) fn must_be_a_person(who: &Person) -> Answer<()> {
    match who.token().kind {
        TokenKind::SignIn | TokenKind::Session => Ok(()),
        TokenKind::Api => Err(ApiError::forbidden(
            "this takes somebody who has signed in, and no token of a program",
        )),
    }
}
