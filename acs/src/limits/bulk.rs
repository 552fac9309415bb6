//! Limits of bulk operations.

/// Devices of one bulk operation: the largest fleet this server is made for (case U06).
pub const OPERATION_DEVICES: usize = 200_000;

/// Devices of one bulk operation that are named one by one.
pub const OPERATION_NAMED: usize = 10_000;

/// Bulk operations that have not ended: who has more of them has lost sight of what the fleet is being told.
pub const OPERATIONS_OPEN: u64 = 32;

/// Seconds a device may take to come for a bulk operation unless somebody says otherwise: a day has seen every device
/// that is switched on at all.
pub const OPERATION_EXPIRES_SECS: u32 = 24 * 3600;

/// The longest of these waits.
pub const OPERATION_EXPIRES_SECS_MAX: u32 = 30 * 24 * 3600;

/// Devices of one bulk operation under way at one time; zero stands for no limit.
pub const OPERATION_CONCURRENCY_MAX: u32 = 10_000;

/// Tags one bulk operation gives or takes.
pub const OPERATION_TAGS: usize = 32;

/// Reasons of one bulk operation that are told, the most frequent ones.
pub const OPERATION_REASONS: usize = 50;

/// Characters of one of these reasons.
pub const OPERATION_REASON_CHARS: usize = 256;
