//! Tokens for programs: each with a name, an end, and at most what its owner may do.

use super::answers::{Created, Done};
use super::auth::Viewer;
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::sign_in::must_be_a_person;
use super::users::scope;
use crate::app::App;
use crate::auth::permissions::{self, Permission};
use crate::auth::tokens;
use crate::clock;
use crate::limits::API_TOKEN_SECS;
use crate::provisioning::template;
use crate::store::{Id, PasswordUse, Proof, Role, Token, TokenKind};
use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/tokens",
            get_with(list, says("Lists tokens of programs."))
                .post_with(create, says("Makes a token for a program.")),
        )
        .api_route("/tokens/{token}", delete_with(end, says("Ends a token.")))
}

/// A token as it is shown; itself it is shown once, when it is made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownToken {
    id: Id,
    name: String,
    user: String,
    role: Role,
    /// Lists of tags, of each of which a device must carry one; none for the whole fleet.
    scope: Vec<Vec<String>>,
    created: Timestamp,
    expires: Timestamp,
    /// What the program shows; only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl From<Token> for ShownToken {
    fn from(token: Token) -> ShownToken {
        ShownToken {
            id: token.id,
            name: token.name,
            user: token.user,
            role: token.role,
            scope: token.scope.lists().to_vec(),
            created: token.created,
            expires: token.expires,
            token: None,
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TokensQuery {
    /// Whose; one's own without it. Those of others take `administer`.
    user: Option<String>,
}

/// GET /tokens
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<TokensQuery>, QueryRejection>,
) -> Answer<Json<Vec<ShownToken>>> {
    let Query(query) = query?;
    let user = query.user.as_deref().unwrap_or(who.name());
    if user != who.name() {
        who.must_for_all(Permission::Administer)?;
    }
    let tokens = app.store.token_list(user, clock::now()).await?;
    Ok(Json(tokens.into_iter().map(ShownToken::from).collect()))
}

/// A token that is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is for; stands in the audit trail.
    name: String,
    /// What it may do; at most what its owner may, and all of that without it.
    #[serde(default)]
    role: Option<Role>,
    /// Tags of which a device must carry one, beside what limits its owner; every device its owner has without it.
    #[serde(default)]
    scope: Option<Vec<String>>,
    /// Seconds until it ends.
    expires_secs: u64,
}

/// POST /tokens
pub async fn create(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    body: Result<Json<TokenRequest>, JsonRejection>,
) -> Answer<Created<ShownToken>> {
    let Json(body) = body?;
    must_be_a_person(&who)?;
    template::check_name(&body.name).map_err(|error| {
        ApiError::bad(
            error,
            "name it with letters, digits, dots, dashes and underscores",
        )
    })?;
    if !API_TOKEN_SECS.contains(&body.expires_secs) {
        let (least, most) = (API_TOKEN_SECS.start(), API_TOKEN_SECS.end());
        let why = format!("a token is good for {least} to {most} seconds");
        return Err(ApiError::bad(why, "give another `expires_secs`"));
    }
    let role = body.role.unwrap_or(who.role());
    if !permissions::is_at_most(role, who.role()) {
        let (asked, own) = (role.word(), who.role().word());
        let why = format!("a token may do what its owner may: {own} is not {asked}");
        return Err(ApiError::forbidden(why));
    }
    let now = clock::now();
    let (secret, hash) = tokens::make();
    let token = Token {
        id: clock::new_id(),
        hash,
        kind: TokenKind::Api,
        name: body.name,
        user: who.name().to_owned(),
        role,
        scope: who.scope().and(&scope(body.scope)?),
        password: PasswordUse::Full,
        address: String::new(),
        created: now,
        expires: now.plus_secs(body.expires_secs),
    };
    let proof = Proof::Token(who.token().hash);
    app.store.token_put(&who, token.clone(), proof, now).await?;
    let id = token.id;
    let shown = ShownToken {
        token: Some(secret.reveal().to_owned()),
        ..token.into()
    };
    Ok(Created::at("tokens", id, shown))
}

/// DELETE /tokens/{token}
pub async fn end(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    token: Argument,
) -> Answer<Done> {
    let missing = || ApiError::not_found("token");
    let id: Id = token?.parse().map_err(|_| missing())?;
    let owner = match who.must_for_all(Permission::Administer) {
        Ok(()) => None,
        Err(_) => Some(who.name()),
    };
    let ended = app.store.token_end(&who, id, owner, clock::now()).await?;
    ended.map(|()| Done).ok_or_else(missing)
}
