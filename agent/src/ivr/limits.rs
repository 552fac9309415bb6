//! Every limit of the voice menu, each with its reason.

/// Milliseconds within which two stars are a wish to cancel, and no two dots (administration guide).
pub const CANCEL_MS: u64 = 500;

/// Milliseconds without a key after which the menu ends (administration guide).
pub const IDLE_MS: u64 = 60_000;

/// Keys of one entry: an IPv6 address as sixteen decimal octets has 63.
pub const ENTRY_KEYS: usize = 63;

/// Wrong passwords after which the menu stays closed for a while: fingers slip, but rarely three times.
pub const WRONG_PASSWORDS: u8 = 3;

/// Milliseconds it stays closed: whoever tries every password of four digits is busy for two days.
pub const CLOSED_MS: u64 = 60_000;
