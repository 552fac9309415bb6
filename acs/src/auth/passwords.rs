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
        let is_its = is_made_from(checked_against(hash.as_deref()), &password);
        is_its && hash.is_some()
    };
    tokio::task::spawn_blocking(job).await.unwrap_or(false)
}

/// Whether a hash is made from a password: the slow part, whoever is asked for.
fn is_made_from(hash: &str, password: &Secret) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    #[cfg(test)]
    tests::note(password, &hash);
    let verified = Argon2::default().verify_password(password.reveal().as_bytes(), &hash);
    verified.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// What was worked on: the password, and what the work takes.
    static WORK: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

    /// The function, its version, memory, passes and lanes, and the lengths of the salt and of what comes out.
    pub(super) fn note(password: &Secret, hash: &PasswordHash) {
        let salt = hash.salt.map(|salt| salt.as_ref().len());
        let output = hash.hash.map(|output| output.as_bytes().len());
        let (algorithm, version) = (&hash.algorithm, hash.version);
        let work = format!(
            "{algorithm} {version:?} {} {salt:?} {output:?}",
            hash.params
        );
        WORK.lock()
            .unwrap()
            .push((password.reveal().to_owned(), work));
    }

    /// The work a check of this password has taken, each time that it was done.
    fn work_on(password: &str) -> Vec<String> {
        let all = WORK.lock().unwrap();
        let known = all.iter().filter(|(known, _)| known == password);
        known.map(|(_, work)| work.clone()).collect()
    }

    /// It is done once, and is the same to the byte.
    ///
    /// Covers A06.
    #[tokio::test]
    async fn a_name_nobody_has_costs_the_work_of_a_wrong_password() {
        let known = hash(Secret::new("correct horse")).await.unwrap();
        assert!(!verify(Secret::new("wrong, of somebody"), Some(known)).await);
        assert!(!verify(Secret::new("wrong, of nobody"), None).await);
        let known = work_on("wrong, of somebody");
        assert_eq!(known.len(), 1);
        assert!(
            known[0].contains("m=") && !known[0].contains("None"),
            "{known:?}"
        );
        assert_eq!(work_on("wrong, of nobody"), known);
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
