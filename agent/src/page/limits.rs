//! Every limit of the page, each with its reason.

/// Bytes of a request's head; a browser sends less than 2 kB, a long Authorization header included.
pub const HEAD_BYTES: usize = 8 * 1024;

/// Bytes of a form: five fields of the longest values there are, every byte of them escaped.
pub const FORM_BYTES: usize = 8 * 1024;

/// Fields of a form; the largest has seven.
pub const FORM_FIELDS: usize = 16;

/// Connections open at one time: a browser opens six.
pub const CONNECTIONS: usize = 16;

/// Seconds for the head of a request to arrive.
pub const HEAD_SECS: u64 = 10;

/// Seconds for a form to arrive.
pub const FORM_SECS: u64 = 10;

/// Seconds one connection may stay, whatever it does.
pub const CONNECTION_SECS: u64 = 60;

/// Seconds for the device to answer; a slow flash needs some for what is to be kept.
pub const ANSWER_SECS: u64 = 10;

/// Wrong passwords for one account from one address, one after the other, before it has to wait.
pub const FAILURES: u32 = 5;

/// Seconds it waits, and after which failures are forgotten. Five guesses a minute take longer than a device lives.
pub const FAILURE_SECS: u64 = 60;

/// Callers whose failures are remembered: addresses, with the account they try.
pub const FAILING_CALLERS: usize = 64;

/// Characters of the shortest password that opens the page, and of the longest (the vendor's own rule).
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=127;

/// Hours a form may lie open before it is sent.
pub const TOKEN_HOURS: i64 = 2;

/// Sessions with the ACS shown on the status page.
pub const SESSIONS_SHOWN: usize = 10;

/// Lines of the log shown.
pub const LOG_LINES_SHOWN: usize = 500;
