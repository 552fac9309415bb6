//! Limits of what people write down about devices.

/// Characters of one note: what was said in a call has some hundreds; a whole log belongs elsewhere.
pub const NOTE_CHARS: usize = 2_000;

/// Notes of one device: a call every week for four years. All of them together are at most 400,000 characters, no more
/// than the values of a large device.
pub const NOTES_PER_DEVICE: u64 = 200;
