//! Every limit of the device in one place, each with its reason.

/// Transfers waiting or under way (TR-069 A.3.2.8 asks for at least 3).
pub const TRANSFERS: usize = 8;

/// Seconds a transfer may take as a whole; a slow line needs 20 minutes for the largest image.
pub const TRANSFER_SECS: u64 = 60 * 60;

/// Seconds after its time in which a transfer must begin (TR-069 Table 33, DelaySeconds).
pub const TRANSFER_LATENESS_SECS: u64 = 60 * 60;

/// How often a transfer that a power cut broke off is begun again before it is reported as failed.
pub const TRANSFER_ATTEMPTS: u8 = 3;

/// Bytes of the largest file taken; firmware images of this class have 16 MB.
pub const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Seconds without an HTTP response after which a session has failed (TR-069 3.4.2: at least 30).
pub const RESPONSE_SECS: u64 = 30;

/// Milliseconds one session may take, so that an ACS that never ends it does not hold the device for ever.
pub const SESSION_MS: u64 = 15 * 60 * 1000;

/// Accepted connection requests in [`CONNECTION_REQUEST_WINDOW_SECS`] (TR-069 3.2.2.1 recommends a limit).
pub const CONNECTION_REQUESTS: u32 = 20;

/// The time the limit above counts in.
pub const CONNECTION_REQUEST_WINDOW_SECS: u64 = 60;

/// Boots of a new image without a confirmation after which the old one comes back.
pub const TRIAL_BOOTS: u8 = 3;

/// Milliseconds after which a new image that has not reached its ACS is confirmed all the same: the ACS being
/// away is no fault of the image.
pub const TRIAL_UPTIME_MS: u64 = 10 * 60 * 1000;

/// Instances a table takes when its model names no limit.
pub const TABLE_INSTANCES: u32 = 64;

/// Parameters with changed attributes that are kept.
pub const ATTRIBUTES: usize = 4096;

/// Bytes of one parameter's value; the longest in the models has 32,768 characters.
pub const VALUE_BYTES: usize = 64 * 1024;

/// Values of one SetParameterValues; the whole tree has 1,500.
pub const SET_VALUES: usize = 10_000;

/// Milliseconds between two restarts that were asked for in sessions, so that a flood of Reboot calls wears out
/// nothing.
pub const RESTART_PAUSE_MS: u64 = 1_000;

/// Failed sessions at an ACS the last ACS sent the device to, after which it goes back to that one; by the factory's
/// retry settings that takes between one and a half and three hours.
pub const NEW_ACS_FAILURES: u32 = 10;

/// 401s to one POST that are answered: the first, and two of servers that say that only the nonce was too old.
pub const CHALLENGES: u8 = 3;

/// Seconds between two looks at a NAT binding if the ACS sets no maximum: a binding that lasts longer costs nothing.
pub const STUN_KEEP_ALIVE_SECS: u32 = 30 * 60;

/// Seconds between two looks for a NAT while there is none: how long one that has come goes unnoticed.
pub const STUN_NO_NAT_SECS: u32 = 5 * 60;

/// Announcements of one binding after the other, after which the next waits for the keep-alive: a NAT that gives every
/// request a binding of its own must not make us send for ever.
pub const STUN_CHANGES_IN_A_ROW: u8 = 3;

/// Bytes of one datagram that is read at all: the longest is a UDP connection request.
pub const DATAGRAM_BYTES: usize = cwmp::limits::UDP_CONNECTION_REQUEST_BYTES;

/// Seconds after which a port that could not be had is asked for again.
pub const PORT_RETRY_SECS: u64 = 10;

/// Seconds for an XMPP connection to come about: several servers may have to be tried.
pub const XMPP_CONNECT_SECS: u64 = 60;

/// Seconds for each answer of an XMPP server until the connection stands.
pub const XMPP_STEP_SECS: u64 = 30;

/// Rounds of a password's hash an XMPP server may ask for; usual are 4,096 to 10,000, and each costs a device time.
pub const SCRAM_ITERATIONS: u32 = 100_000;

/// Seconds between two signs of life on an XMPP connection if the device may choose (RFC 6120 4.6.4).
pub const XMPP_KEEP_ALIVE_SECS: u32 = 300;

/// XMPP servers of one connection that are tried.
pub const XMPP_SERVERS: usize = 16;

/// Seconds the session of a boot waits for the XMPP connection; a server nearby needs one.
pub const XMPP_BOOT_WAIT_SECS: u64 = 5;
