//! Waiting for conditions, with a deadline.

use std::time::Duration;

/// How long anything may take before a test fails. It is for slow machines; good ones are asked every few milliseconds.
pub fn patience() -> Duration {
    Duration::from_secs(60)
}

/// Asks again and again until there is an answer.
///
/// # Panics
/// If there is none in time; `what` says what was waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let mut beat = tokio::time::interval(Duration::from_millis(10));
    let asking = async {
        loop {
            beat.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    match tokio::time::timeout(patience(), asking).await {
        Ok(answer) => answer,
        Err(_) => panic!(
            "in {} s it did not happen that {what}",
            patience().as_secs()
        ),
    }
}

/// How often something is tried: as often as the short run of a test does, or as `DIALTONE_RUNS` says for a long one
/// (`tests/long`).
pub fn runs(short: u64) -> u64 {
    let asked = std::env::var("DIALTONE_RUNS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(short)
}

/// A line with what a test has counted; `cargo test -- --nocapture` shows it.
pub fn counted(text: impl std::fmt::Display) {
    use std::io::Write as _;
    // A reader that has gone away misses nothing.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
