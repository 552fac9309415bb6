//! Tokens of the API: 256 random bits; only their hash is kept.

use crate::app::App;
use crate::clock;
use crate::limits::TOKEN_MS;
use crate::store::{Actor, Proof, Result, Token, TokenKind, User};
use data_model::Secret;
use data_model::firmware::{hex, unhex};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// What every token begins with, so that a leaked one is recognised.
const PREFIX: &str = "dt_";

/// Makes a token for a user who has signed in.
///
/// # Errors
/// If it cannot be kept.
pub async fn issue(
    app: &App,
    user: &User,
    kind: TokenKind,
    from: IpAddr,
) -> Result<(Secret, Token)> {
    let now = clock::now();
    let (secret, hash) = make();
    let token = Token {
        id: clock::new_id(),
        hash,
        kind,
        name: String::new(),
        user: user.name.clone(),
        role: user.role,
        scope: user.scope.clone(),
        password: user.password,
        address: from.to_string(),
        created: now,
        expires: now.plus_ms(TOKEN_MS),
    };
    let actor = Actor::User(user.name.clone());
    let proof = Proof::Password(user.password_hash.clone());
    app.store
        .token_put(&actor, token.clone(), proof, now)
        .await?;
    Ok((secret, token))
}

/// A token nobody can guess, and what is kept of it.
pub fn make() -> (Secret, [u8; 32]) {
    let bytes = clock::random_bytes::<32>();
    let secret = Secret::new(format!("{PREFIX}{}", hex(&bytes)));
    (secret, Sha256::digest(bytes).into())
}

/// Whose token this is, if it is one and has not ended.
///
/// # Errors
/// If the store cannot be read.
pub async fn find(app: &App, text: &str) -> Result<Option<Token>> {
    let bytes = text.strip_prefix(PREFIX).and_then(unhex::<32>);
    let Some(bytes) = bytes else { return Ok(None) };
    app.store
        .token_find(&Sha256::digest(bytes).into(), clock::now())
        .await
}

/// What every changing request that shows this token in a cookie must send with it: a page of another site can neither
/// read nor guess it (case A13).
pub fn csrf(token: &str) -> String {
    let mut hash = Sha256::new();
    hash.update("csrf ");
    hash.update(token);
    hex(&hash.finalize())
}
