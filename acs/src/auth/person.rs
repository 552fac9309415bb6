//! Whoever asks: a person, or a program with a token of a person's.

use super::permissions::{self, Permission};
use crate::store::{Actor, Device, Role, Scope, Token, TokenKind};
use std::ops::Deref;

/// Somebody who has shown a token. Stands for its [`Actor`] where one is needed.
#[derive(Debug, Clone)]
pub struct Person {
    token: Token,
    actor: Actor,
    csrf: Option<String>,
}

impl Person {
    /// Whose token this is.
    pub fn of(token: Token) -> Person {
        // A user's name has no slash.
        let actor = match token.kind {
            TokenKind::SignIn | TokenKind::Session => token.user.clone(),
            TokenKind::Api => format!("{}/{}", token.user, token.name),
        };
        Person {
            token,
            actor: Actor::User(actor),
            csrf: None,
        }
    }

    /// Somebody whose browser has shown the token; its pages send `csrf` with what changes something.
    pub fn in_a_browser(token: Token, csrf: String) -> Person {
        Person {
            csrf: Some(csrf),
            ..Person::of(token)
        }
    }

    /// What pages of the session send with what changes something; `None` outside of one.
    pub fn csrf(&self) -> Option<&str> {
        self.csrf.as_deref()
    }

    /// The user's name.
    #[expect(
        clippy::misnamed_getters,
        reason = "a token has a name of its own, beside that of its user"
    )]
    pub fn name(&self) -> &str {
        &self.token.user
    }

    /// What the person may do, as a role.
    pub fn role(&self) -> Role {
        self.token.role
    }

    /// On which devices.
    pub fn scope(&self) -> &Scope {
        &self.token.scope
    }

    /// What was shown.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Whether this person may do something.
    pub fn may(&self, permission: Permission) -> bool {
        permissions::allows(self.role(), permission)
    }

    /// Whether a device is any of this person's business (case A12).
    pub fn sees(&self, device: &Device) -> bool {
        self.scope().admits(&device.tags)
    }
}

impl Deref for Person {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}
