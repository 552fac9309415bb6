//! Where the server's time and randomness come from; nothing else reads a clock or makes up numbers.

use crate::store::Id;
use data_model::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The present moment. Only for records and for what peers are told; timers use the runtime's monotonic clock.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// 64 bits nobody can guess.
pub fn random() -> u64 {
    rand::random()
}

/// Bytes nobody can guess.
pub fn random_bytes<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    rand::fill(&mut bytes[..]);
    bytes
}

/// A password of 128 random bits (case C08), in letters and digits that no form and no device misreads.
pub fn random_password() -> String {
    data_model::firmware::hex(&random_bytes::<16>())
}

/// A key for a new record.
pub fn new_id() -> Id {
    Id::new(now(), random())
}
