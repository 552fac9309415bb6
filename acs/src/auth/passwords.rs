//! Passwords of people: argon2, on a thread of its own, because it is slow on purpose.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use data_model::Secret;
use std::sync::LazyLock;

/// Why a password cannot be hashed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct HashError(String);

/// The hash of a password, in PHC form with its own salt.
///
/// # Errors
/// If the library refuses the password, or the thread ends.
pub async fn hash(password: Secret) -> Result<String, HashError> {
    let job = move || {
        let hash = Argon2::default().hash_password(password.reveal().as_bytes());
        hash.map(|hash| hash.to_string())
            .map_err(|error| HashError(error.to_string()))
    };
    tokio::task::spawn_blocking(job)
        .await
        .map_err(|error| HashError(error.to_string()))?
}

/// The hash passwords of users are checked against that there are not: nobody knows its password.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| {
    let password = crate::clock::random_password();
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.ok().map(|hash| hash.to_string())
});

/// The hash a password is checked against: the user's, or for nobody's another one that takes as long.
fn checked_against(hash: Option<&str>) -> &str {
    // Made at the first check, whoever that is for.
    let nobody = NOBODY.as_deref().unwrap_or_default();
    hash.unwrap_or(nobody)
}

/// Whether a password belongs to a hash. Without a hash the same is done with another one, so that the time it takes
/// tells nobody which users exist (case A06).
pub async fn verify(password: Secret, hash: Option<String>) -> bool {
    let job = move || {
        let is_known = hash.is_some();
        let Ok(hash) = PasswordHash::new(checked_against(hash.as_deref())) else {
            return false;
        };
        let verified = Argon2::default().verify_password(password.reveal().as_bytes(), &hash);
        verified.is_ok() && is_known
    };
    tokio::task::spawn_blocking(job).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The work is the same to the byte: the function, its version, memory, passes and lanes, and the lengths of the salt
    /// and of what comes out.
    ///
    /// Covers A06.
    #[tokio::test]
    async fn a_name_nobody_has_costs_the_work_of_a_wrong_password() {
        let known = hash(Secret::new("correct horse")).await.unwrap();
        let work = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            let salt = hash.salt.map(|salt| salt.as_ref().len());
            let output = hash.hash.map(|output| output.as_bytes().len());
            let parameters = hash.params.to_string();
            assert!(salt.is_some() && output.is_some() && !parameters.is_empty());
            (
                hash.algorithm.to_string(),
                hash.version,
                parameters,
                salt,
                output,
            )
        };
        assert_eq!(
            work(checked_against(Some(&known))),
            work(checked_against(None))
        );
        assert_ne!(checked_against(Some(&known)), checked_against(None));
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let hash = hash(Secret::new("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify(Secret::new("correct horse"), Some(hash.clone())).await);
        assert!(!verify(Secret::new("wrong horse"), Some(hash)).await);
        assert!(!verify(Secret::new("correct horse"), None).await);
        assert!(!verify(Secret::new("x"), Some("no hash".into())).await);
    }
}
