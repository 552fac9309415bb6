//! Every limit of the page, each with its reason.

/// Bytes of a request's head; a browser sends less than 2 kB, a long Authorization header included.
pub const HEAD_BYTES: usize = 8 * 1024;

/// Bytes of a form: the largest tab has 130 fields, most of them short; tones and dial plans have a hundred characters.
pub const FORM_BYTES: usize = 64 * 1024;

/// Fields of a form: those of the largest tab, twice for what is said about secrets.
pub const FORM_FIELDS: usize = 300;

/// Bytes around a file in a form that brings one: the boundary, the names, the token.
pub const MULTIPART_BYTES: usize = 4 * 1024;

/// Sessions at one time; of more the one that has rested longest ends. A household has fewer browsers.
pub const SESSIONS: usize = 16;

/// Seconds without a request after which a session ends.
pub const SESSION_IDLE_SECS: u64 = 30 * 60;

/// Seconds after which it ends in any case: a working day.
pub const SESSION_SECS: u64 = 12 * 3600;

/// Seconds for a file to arrive: the largest image over a slow wireless network.
pub const FILE_SECS: u64 = 20 * 60;

/// Pieces of an image that wait for the flash; the sender waits in turn.
pub const IMAGE_PIECES: usize = 4;

/// Connections open at one time: a browser opens six.
pub const CONNECTIONS: usize = 16;

/// Seconds for the head of a request to arrive.
pub const HEAD_SECS: u64 = 10;

/// Seconds for a form to arrive.
pub const FORM_SECS: u64 = 10;

/// Seconds one connection may stay, whatever it does, but for bringing a file.
pub const CONNECTION_SECS: u64 = 60;

/// Seconds for the device to answer; a slow flash needs some for what is to be kept.
pub const ANSWER_SECS: u64 = 10;

/// Wrong passwords for one account from one address, one after the other, before it has to wait.
pub const FAILURES: u32 = 5;

/// Seconds it waits, and after which failures are forgotten. Five guesses a minute take longer than a device lives.
pub const FAILURE_SECS: u64 = 60;

/// Callers whose failures are remembered: addresses, with the account they try.
pub const FAILING_CALLERS: usize = 64;

/// Hours a form may lie open before it is sent.
pub const TOKEN_HOURS: i64 = 2;

/// Sessions with the ACS shown on the status page.
pub const SESSIONS_SHOWN: usize = 10;

/// Lines of the log shown.
pub const LOG_LINES_SHOWN: usize = 500;
