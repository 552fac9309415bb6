//! Passwords of people: argon2, on a thread of its own, because it is slow on purpose.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use data_model::Secret;

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

/// Whether a password belongs to a hash. Without a hash it takes as long, so that nobody learns which users exist.
pub async fn verify(password: Secret, hash: Option<String>) -> bool {
    let job = move || {
        let known = hash
            .as_deref()
            .and_then(|hash| PasswordHash::new(hash).ok());
        match known {
            Some(hash) => Argon2::default()
                .verify_password(password.reveal().as_bytes(), &hash)
                .is_ok(),
            None => {
                let _ = Argon2::default().hash_password(password.reveal().as_bytes());
                false
            }
        }
    };
    tokio::task::spawn_blocking(job).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

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
