//! Tokens of the API: 256 random bits; only their hash is kept.

use crate::app::App;
use crate::clock;
use crate::limits::TOKEN_MS;
use crate::store::{Actor, Result, Role, Token};
use data_model::firmware::{hex, unhex};
use data_model::{Secret, Timestamp};
use sha2::{Digest as _, Sha256};

/// What every token begins with, so that a leaked one is recognised.
const PREFIX: &str = "dt_";

/// Makes a token for a user.
///
/// # Errors
/// If it cannot be kept.
pub async fn issue(app: &App, user: &str, role: Role) -> Result<(Secret, Timestamp)> {
    let bytes = clock::random_bytes::<32>();
    let now = clock::now();
    let expires = now.plus_ms(TOKEN_MS);
    let token = Token {
        hash: Sha256::digest(bytes).into(),
        user: user.to_owned(),
        role,
        expires,
    };
    app.store
        .token_put(&Actor::User(user.to_owned()), token, now)
        .await?;
    Ok((Secret::new(format!("{PREFIX}{}", hex(&bytes))), expires))
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
