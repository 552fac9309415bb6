//! Limits of what the port for devices may take from the machine (promise P6).

use std::time::Duration;

/// Time between two looks at how the work goes: some commits of a fast disk, one or two of a slow one.
pub const LOOK: Duration = Duration::from_millis(100);

/// Requests of devices that are worked on at one time at the least, however long they take: fewer would not fill the
/// commits of the store, and a slow disk would be taken for a crowd.
pub const PLACES_LEAST: u32 = 32;

/// Requests of devices that are worked on at one time to begin with: a tenth of a second of a common machine.
pub const PLACES_FIRST: u32 = 256;

/// Devices that are told to come back for each session that is served: each takes a fifth of the work of a session, so
/// all of them together a twentieth of what the server does. Connections beyond them wait in the queue of the system, and
/// those it has no room for are tried again by their own side.
pub const REFUSALS_PER_SESSION: f64 = 0.25;

/// The same in a second at the least: while nobody is served somebody should hear of it.
pub const REFUSALS_PER_SECOND_LEAST: f64 = 10.0;

/// And at the most: more hear it in time.
pub const REFUSALS_PER_SECOND: f64 = 5_000.0;

/// Seconds of these that are saved up in a pause: the beginning of a crowd hears when to come, and a small one whole.
pub const REFUSALS_SAVED_SECS: f64 = 4.0;

/// Readers of the store that sessions and walks leave to people and the other jobs, of those there are.
pub const READERS_KEPT: usize = 1;

/// What a TLS handshake is in refusals: ten times the work of turning somebody away.
pub const HANDSHAKE_REFUSALS: u32 = 10;

/// Time after which a connection that waits to be taken is thought about again, if no place has become free.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(5);

/// The shortest time, in the middle, a device is told to wait: a crowd of a moment is over by then.
pub const RETRY_SECS: u64 = 10;

/// Sessions in a second that are reckoned with until some have been counted: any machine does as many.
pub const SESSIONS_PER_SECOND: f64 = 500.0;

/// Bytes of messages of devices in memory at one time: 32 of the largest, or ten thousand large Informs.
pub const BODIES_BYTES: usize = 256 * 1024 * 1024;

/// Of these, bytes that are kept for messages of ordinary size: large ones must not lock out the others.
pub const BODIES_KEPT_BYTES: usize = BODIES_BYTES / 4;

/// Bytes of a message of ordinary size: eight times an Inform of an analog telephone adapter.
pub const ORDINARY_BODY_BYTES: usize = 64 * 1024;

/// Time for the rest of a message nobody reads to arrive, before its connection is closed.
pub const UNREAD_TIMEOUT: Duration = Duration::from_secs(2);
