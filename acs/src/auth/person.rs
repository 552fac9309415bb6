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

    /// Whether what a user has begun with many devices is any of this person's business: whoever has a part of the
    /// fleet sees nothing of others. A token may have less of the fleet than the person it belongs to, and has nothing
    /// to do with what that person does elsewhere.
    pub fn sees_work(&self, owner: &str, of: &Scope) -> bool {
        let scope = self.scope();
        scope.is_fleet() || (owner == self.name() && of.is_within(scope))
    }

    /// The user whose work alone this person may see any of, if that is so.
    pub fn only_own_work(&self) -> Option<String> {
        (!self.scope().is_fleet()).then(|| self.name().to_owned())
    }
}

impl Deref for Person {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}
