//! Every limit of the server in one place, each with its reason.
//!
//! Long because there is one list of them.

mod bulk;
mod notes;
mod overload;

pub use bulk::*;
pub use notes::*;
pub use overload::*;

use std::time::Duration;

/// Time for the head of an HTTP request to arrive (case H01).
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Time for the body of a request to arrive whole (case H05): a megabyte at 2 Mbit/s has room.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Time for a response to be taken by the device (case H06).
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(60);

/// Bytes of a request's head: no device needs more than a digest and a cookie.
pub const HEAD_BYTES: usize = 16 * 1024;

/// Time between two messages of a device after which its session is over, unless it asks for more (TR-069 3.7.2.4).
pub const SESSION_IDLE: Duration = Duration::from_secs(30);

/// The longest time between two messages a device may ask for with SessionTimeout.
pub const SESSION_IDLE_MAX: Duration = Duration::from_secs(300);

/// Time one session may take as a whole (case C16).
pub const SESSION_TOTAL: Duration = Duration::from_secs(15 * 60);

/// Sessions open at one time, unless `overload.sessions` says otherwise; beyond it new ones get 503 before any XML is
/// read.
pub const SESSIONS: u32 = 20_000;

/// The largest number it may say: each session has a connection, commonly.
pub const SESSIONS_MOST: u32 = 1_000_000;

/// Connections open at one time on the CWMP port.
pub const CONNECTIONS: usize = 40_000;

/// TLS handshakes one address, or one /64, may begin each second: at 0.17 ms of a core with certificates of devices, a
/// flood of them takes 3 % of one, and a NAT with 60,000 devices that come every five minutes needs no more.
pub const HANDSHAKES_PER_SECOND: u32 = 200;

/// Handshakes an address may begin at once after a pause: the devices behind a NAT, or of a site, all come when power
/// returns. Together with the rate 17,000 get through in the first minute, the others when they try again.
pub const HANDSHAKES_AT_ONCE: u32 = 5_000;

/// Addresses whose handshakes are counted at one time, at most 100 bytes each.
pub const HANDSHAKE_NETWORKS: usize = 65_536;

/// RPCs we call in one session; what is left waits for the next one.
pub const RPCS_PER_SESSION: u32 = 512;

/// Parameter names in one GetParameterValues of ours; old devices have small buffers.
pub const NAMES_PER_CALL: usize = 256;

/// Values in one SetParameterValues of ours.
pub const VALUES_PER_CALL: usize = 256;

/// How often a task is tried before a fault that may pass is taken for final.
pub const TASK_ATTEMPTS: u32 = 5;

/// Values of one task or profile.
pub const TASK_VALUES: usize = 2_000;

/// Characters of a template, of a value it yields, and of a variable.
pub const VALUE_CHARS: usize = 32_768;

/// Milliseconds a download may stay without its TransferComplete before it is asked for again.
pub const TRANSFER_MS: u64 = 60 * 60 * 1000;

/// Milliseconds a device may take to report its new version after its TransferComplete.
pub const VERIFY_MS: u64 = 30 * 60 * 1000;

/// Milliseconds a campaign waits for a device that is its turn: one that does not come within a day must not hold the
/// place of others for ever.
pub const CAMPAIGN_WAIT_MS: u64 = 24 * 60 * 60 * 1000;

/// Milliseconds a change may wait for the restart of its device (Status 1): whoever asked for it has long forgotten it,
/// and devices that nobody restarts for a month may never be restarted.
pub const REBOOT_WAIT_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// Connection requests under way at one time (case C09).
pub const CALLS: usize = 1024;

/// Time for a device to answer a connection request.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// Milliseconds between two calls of a device that does not come (TR-069 3.2.2.1 gives it 30 seconds).
pub const CALL_PAUSE_MS: u64 = 30_000;

/// Milliseconds until a device that could not be reached is called again; doubled with each failure.
pub const CALL_RETRY_MS: u64 = 2_000;

/// The longest of these waits.
pub const CALL_PAUSE_MAX_MS: u64 = 10 * 60 * 1000;

/// Bytes of a JSON body of the API.
pub const API_BODY_BYTES: usize = 2 * 1024 * 1024;

/// How long such a body may take: the largest one, over a line of 20 kB/s. An import of 16 MiB takes one of 140 kB/s.
pub const API_BODY_TIME: Duration = Duration::from_secs(120);

/// Bytes of an answer that is kept for an `Idempotency-Key`; a longer one is a list or a document, and changes nothing.
pub const KEPT_ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// Bytes of a file of the library.
pub const FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Elements of one page of a list.
pub const PAGE: usize = 1_000;

/// Milliseconds a download link is good for: a device may begin an hour late (TR-069 A.3.2.8).
pub const TICKET_MS: u64 = 4 * 60 * 60 * 1000;

/// Contacts that are kept of a device: some days of an hourly resync, and a device in trouble tells enough in fewer.
pub const CONTACTS: usize = 50;

/// Minutes a window for the first contact may be open: it lets whoever knows the path have a profile.
pub const WINDOW_MINUTES: std::ops::RangeInclusive<u64> = 1..=7 * 24 * 60;

/// Milliseconds in which a device that was told its rule may ask again: the answer may have been lost on the way, and
/// devices try again every few minutes.
pub const ACTIVATION_REPEAT_MS: u64 = 10 * 60 * 1000;

/// Characters of a customer's number: short ones could be found by trying.
pub const CUSTOMER_CHARS: std::ops::RangeInclusive<usize> = 10..=64;

/// Variables of one binding.
pub const BINDING_VARIABLES: usize = 256;

/// Bytes of a report as it travels; one of an ATA with everything in it has 100 kB.
pub const REPORT_BYTES: usize = 1024 * 1024;

/// What is kept of the things in a report nobody understands: enough to see what is wrong.
pub const REPORT_FINDINGS: usize = 50;

/// Ended tasks of each device that are kept whatever their age: they say what was last done to it.
pub const TASKS_KEPT: usize = 20;

/// Milliseconds after which a device that does not come is late: an ATA from the factory comes once a day.
pub const OVERDUE_MS: u64 = 25 * 60 * 60 * 1000;

/// Bodies of one traced session; the numbers of files in a recording have three digits at most.
pub const TRACE_BODIES: usize = 254;

/// Bytes of the bodies of one traced session: the first refresh of a large tree has a tenth of it.
pub const TRACE_BYTES: usize = 8 * 1024 * 1024;

/// Traced sessions that wait to be written; one more is left out. They are held in memory.
pub const TRACE_WAITING: usize = 64;

/// Minutes a trace may be on: what is looked for is found within a week, and nobody forgets to switch it off.
pub const TRACE_MINUTES: u64 = 7 * 24 * 60;

/// Characters of a person's password: fewer can be guessed, more only cost time to hash.
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=256;

/// TFTP transfers at one time: each has a socket, and a process commonly has some thousand.
pub const TFTP_TRANSFERS: usize = 1_024;

/// TFTP transfers of one address, or one /64: a whole office comes from one when its power returns.
pub const TFTP_PER_NETWORK: usize = 256;

/// TFTP transfers of one address, or one /64, that has not yet answered on them (case F02): each sends it three packets
/// within seven seconds, and the address may be somebody's who asked for nothing. Real devices answer at once.
pub const TFTP_UNPROVED_PER_NETWORK: usize = 64;

/// Files that are written by TFTP at one time: each may fill [`TFTP_REPORT_BYTES`] of memory.
pub const TFTP_WRITES: usize = 64;

/// Bytes of a file that is read by TFTP: the images of analog telephone adapters have a third of it.
pub const TFTP_FILE_BYTES: usize = 32 * 1024 * 1024;

/// Bytes of all files under way by TFTP: they are held in memory.
pub const TFTP_BYTES: usize = 256 * 1024 * 1024;

/// Bytes of a file that is written by TFTP: a report of every parameter has a fifth of it.
pub const TFTP_REPORT_BYTES: usize = 512 * 1024;

/// Time to find a file, or to keep one; devices ask again meanwhile, and give up after half a minute.
pub const TFTP_ANSWER: Duration = Duration::from_secs(10);

/// Strangers to a TFTP transfer that are told so; more is somebody who tries ports.
pub const TFTP_STRANGERS: u32 = 8;

/// Time TFTP transfers have to end when the server stops; a profile takes less than a second.
pub const TFTP_GRACE: Duration = Duration::from_secs(10);

// ---- subscribers and admission ---------------------------------------------------------------------------

/// Telephone ports of a device: an adapter has 2, the gateways of small offices up to 24.
pub const LINE_PORTS: std::ops::RangeInclusive<u16> = 1..=24;

/// Characters of an account, a number, a SIP user and the other names of a subscriber: no SIP server takes longer ones.
pub const SUBSCRIBER_CHARS: usize = 128;

/// Characters of a SIP password, as much as an adapter keeps.
pub const LINE_PASSWORD_CHARS: usize = 128;

/// Characters of the notes of an account: a page.
pub const NOTES_CHARS: usize = 4_000;

/// Variables of an account or a group, and options of a line: each is text in every comparison of a device.
pub const SUBSCRIBER_VARIABLES: usize = 256;

/// Groups: each is looked at for every device that has its tag.
pub const GROUPS: usize = 1_000;

/// Digits of an activation code: few enough to be typed on a telephone, and too many to be found by trying.
pub const ACTIVATION_CODE_DIGITS: usize = 12;

/// Wrong numbers of customers and activation codes from one address, or one /64, in a minute: an office whose devices
/// all come at once has fewer, and somebody who tries needs centuries to hit a code.
pub const GUESSES: u32 = 30;

/// Addresses whose wrong numbers are counted at one time; invented ones push each other out.
pub const GUESSERS: usize = 10_000;

/// Minutes an activation code may be good for: until the parcel has come and been opened.
pub const ACTIVATION_CODE_MINUTES: std::ops::RangeInclusive<u64> = 1..=30 * 24 * 60;

/// Minutes an activation code is good for if nobody says otherwise.
pub const ACTIVATION_CODE_DEFAULT: u64 = 3 * 24 * 60;

/// Rows of one import: it is one transaction, and devices wait for it.
pub const IMPORT_ROWS: usize = 10_000;

/// Bytes of one import: so many rows of a kilobyte and more.
pub const IMPORT_BYTES: usize = 16 * 1024 * 1024;

/// Devices nobody knows that are kept apart: beyond them somebody invents devices, and they are refused.
pub const STRANGERS: u64 = 10_000;

/// Rules of admission: each is looked at for every stranger.
pub const ADMISSION_RULES: usize = 256;

/// Milliseconds the admission hook may be given to answer: the device waits for its InformResponse meanwhile, and most
/// give up after 30 seconds.
pub const HOOK_MS: std::ops::RangeInclusive<u64> = 100..=10_000;

/// Bytes of an answer of the admission hook (case U05).
pub const HOOK_BYTES: usize = 16 * 1024;

/// Questions to the admission hook under way at one time; who comes beyond them gets the fall-back.
pub const HOOK_CALLS: usize = 64;
// ---- profiles --------------------------------------------------------------------------------------------

/// Revisions that are kept of a profile: years of daily changes.
pub const PROFILE_REVISIONS: u64 = 1_000;

/// Characters of what a person says about a revision: a commit message, not a manual.
pub const COMMENT_CHARS: usize = 1_000;

/// Rows one profile desires: the largest tables of access devices have some hundred.
pub const PROFILE_OBJECTS: usize = 500;

/// Parameters that make the key of a row.
pub const KEY_PARAMETERS: usize = 8;

/// Stages of one publication: more than anybody waits for.
pub const STAGES: usize = 20;

/// Different reasons that are told of why a profile cannot be applied: the frequent ones are what has to be mended.
pub const FAILURE_REASONS: usize = 20;

/// Devices a preview looks at: each takes its whole observed state, about a millisecond.
pub const PREVIEW_DEVICES: usize = 20_000;

/// Time of a preview: whoever waits for it gives up later.
pub const PREVIEW_TIME: Duration = Duration::from_secs(20);

/// Devices that are named as examples of something.
pub const EXAMPLES: usize = 5;

/// Devices that are looked at for contradictions of profiles: examples are wanted, not all of them.
pub const CONFLICT_DEVICES: usize = 20_000;

/// Tasks that are looked through for the one that last set a value: a device in trouble has some dozens.
pub const WHY_TASKS: usize = 500;
// ---- campaigns -------------------------------------------------------------------------------------------

/// Windows a device may let pass before a campaign gives it up: a week of nights.
pub const CAMPAIGN_WINDOWS: u64 = 7;

/// Devices whose time zone is looked up in one step of a campaign: each takes reading what is known of it.
pub const CAMPAIGN_ZONES: usize = 256;

/// Stages of a campaign: more are no stages but a rate, and for that there is `concurrency`.
pub const CAMPAIGN_STAGES: usize = 20;

/// Milliseconds after which a device in a call is asked again.
pub const BUSY_PAUSE_MS: u64 = 15_000;

/// Milliseconds after which lines that are not registered yet are looked at again.
pub const LINES_PAUSE_MS: u64 = 10_000;

/// Minutes a campaign may wait for the end of a call, or for lines to register.
pub const CAMPAIGN_MINUTES: std::ops::RangeInclusive<u32> = 1..=24 * 60;

/// Parameters of lines that are kept of a device: the largest gateways with one session have some dozens of lines.
pub const CAMPAIGN_LINES: usize = 128;

/// Entries of the freeze calendar: it is looked through whenever a campaign moves on.
pub const FREEZES: usize = 200;

/// Reasons a report names, the most frequent ones.
pub const REPORT_REASONS: usize = 100;

/// Bytes of a file that are sent in one piece when its campaign has a limit: so much comes in one burst.
pub const RATE_PIECE_BYTES: u64 = 16 * 1024;

// ---- tasks and discovery -----------------------------------------------------------------------------------

/// Questions of one walk through a tree: below the RPCs of a session, so that what was read is kept at its end.
pub const WALK_CALLS: u32 = RPCS_PER_SESSION - 32;

/// Sessions a device may break off in one walk: each one asks for less, and after these nothing smaller is left.
pub const WALK_SESSIONS: u32 = 8;

/// Names one walk takes in; the largest tree seen has 40,000, and a device can make them up without end (case C14).
pub const WALK_NAMES: usize = 100_000;

/// Names up to which a branch is first asked for whole: some 100 bytes each, a few hundred kilobytes of XML.
pub const WHOLE_BRANCH_NAMES: usize = 4_000;

/// Single names refused one after the other before a walk ends: a device that refuses everything is not asked for all.
pub const REFUSALS_IN_A_ROW: usize = 16;

/// Questions answered in a row before more names are asked for at once: what was too much once may not be any more.
pub const ANSWERS_IN_A_ROW: u32 = 8;

/// Devices of a model that must agree on how they want to be asked before it holds for all of them.
pub const MODEL_AGREE: usize = 3;

/// Devices of a model whose habits are kept for that, those that have taught something last.
pub const MODEL_VOTES: usize = 8;

/// The smallest number of names a model is asked for at once: below that each device finds out by itself.
pub const MODEL_BATCH: usize = 16;

/// Paths remembered of one device for each thing learned of it: more is a device that refuses at random.
pub const LEARNED_PATHS: usize = 256;

/// Seconds a branch is left alone that has made the device restart: a day, in which somebody may look.
pub const AVOID_SECS: u64 = 24 * 60 * 60;

/// Instances of one table that are remembered while one is added.
pub const TABLE_INSTANCES: usize = 10_000;

/// Branches whose names are read anew after one refused call.
pub const REDISCOVERED_BRANCHES: usize = 4;

/// Bytes of a file a device sends: a log or a configuration; larger ones are none.
pub const DEVICE_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Files of one purpose kept of a device if the configuration does not say: a month of daily ones.
pub const DEVICE_FILES: usize = 30;

/// Values of chosen parameters kept of one device: a few changes a day of a few of them, for some months.
pub const HISTORY_ENTRIES: usize = 1_000;

/// Parameters, or patterns of them, whose history is kept.
pub const HISTORY_PATTERNS: usize = 100;

/// Priorities of tasks people queue; those below zero wait until nothing else is to do.
pub const TASK_PRIORITIES: std::ops::RangeInclusive<i32> = -100..=100;

/// The priority of a discovery nobody has asked for.
pub const DISCOVERY_PRIORITY: i32 = -10;

/// Operations of one ChangeDUState.
pub const TASK_OPERATIONS: usize = 32;

/// Time windows of one ScheduleDownload (TR-069 A.4.1.8).
pub const DOWNLOAD_WINDOWS: usize = 2;

/// Bytes of the result a task keeps; what is longer is in the observed state, or is cut short with a word about it.
pub const TASK_RESULT_BYTES: usize = 1024 * 1024;

/// Groups of faults in one answer.
pub const FAULT_GROUPS: usize = 200;

/// Milliseconds back for which faults are grouped unless more is asked for: a week.
pub const FAULTS_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// Events in memory: at 1,000 in a second whoever follows them may be four seconds late before the store is read.
pub const EVENTS_IN_MEMORY: usize = 4_096;

/// Events that are read, or handed on, in one piece.
pub const EVENTS_PER_READ: usize = 256;

/// Events that are kept: some days of a large fleet, and a few hundred bytes each.
pub const EVENTS: u64 = 200_000;

/// People and programs that follow events at one time (case U08).
pub const FOLLOWERS: usize = 1_000;

/// Webhooks: each event is a request to every one of them.
pub const WEBHOOKS: usize = 32;

/// Time for a webhook to answer (case U05).
pub const DELIVERY_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a delivery is tried; with [`DELIVERY_RETRY_MS`] doubled each time the last attempt is half a day later.
pub const DELIVERY_ATTEMPTS: u32 = 12;

/// Milliseconds until a delivery that failed is tried again; doubled with each failure.
pub const DELIVERY_RETRY_MS: u64 = 10_000;

/// Bytes of a webhook's answer; nothing of it is used.
pub const DELIVERY_ANSWER_BYTES: usize = 64 * 1024;

// ---- calls and health ------------------------------------------------------------------------------------

/// Copies of one UDP connection request (TR-069 G.2.2.3: several, all alike).
pub const UDP_CALL_COPIES: usize = 3;

/// Time between two of them: what loses one must not lose the next.
pub const UDP_CALL_GAP: Duration = Duration::from_millis(150);

/// Time for a device to come after a UDP connection request; nothing else tells that it has heard it.
pub const UDP_CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of a datagram at the STUN port; a binding request with everything in it has 120.
pub const STUN_DATAGRAM_BYTES: usize = 1500;

/// Time for a device to answer a connection request over XMPP.
pub const XMPP_CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Requests over XMPP that wait for their answer.
pub const XMPP_CALLS: usize = 1024;

/// Time to sign in to the XMPP server.
pub const XMPP_SIGN_IN_TIMEOUT: Duration = Duration::from_secs(30);

/// Time between two signs of life on the XMPP connection (RFC 6120 4.6.4).
pub const XMPP_KEEP_ALIVE: Duration = Duration::from_secs(60);

/// The longest time between two attempts to connect to the XMPP server.
pub const XMPP_RETRY_MAX: Duration = Duration::from_secs(60);

/// Calls that are kept of a device: enough to see which way works and which does not.
pub const CALLS_KEPT: usize = 20;

/// Lines whose state is kept of a device; the largest gateway with telephone ports has 24.
pub const HEALTH_LINES: usize = 64;

/// Restarts that are kept of a device: twice as many as make a loop.
pub const HEALTH_BOOTS: usize = 16;

/// Devices looked at in one run of the job that watches over their health.
pub const HEALTH_BATCH: usize = 500;

// ---- diagnostics -----------------------------------------------------------------------------------------

/// Seconds a measurement may take unless somebody says otherwise: the longest usual one, a trace of 30 hops that do not
/// answer, takes 90.
pub const DIAGNOSTIC_LIMIT_SECS: u32 = 180;

/// Seconds a measurement may be given at most: who measures longer measures something else.
pub const DIAGNOSTIC_LIMIT_SECS_MAX: u32 = 3600;

/// Seconds a device may take to come for a measurement: longer than it, and the answer belongs to another question.
pub const DIAGNOSTIC_EXPIRES_SECS: u32 = 3600;

/// The longest of these waits.
pub const DIAGNOSTIC_EXPIRES_SECS_MAX: u32 = 7 * 24 * 3600;

/// Packets of one measurement.
pub const DIAGNOSTIC_REPETITIONS: std::ops::RangeInclusive<u32> = 1..=1_000;

/// Bytes of one packet (TR-181: 1 to 65535).
pub const DIAGNOSTIC_BLOCK_BYTES: std::ops::RangeInclusive<u32> = 1..=65_535;

/// Bytes of one upload: a minute of 100 Mbit/s has 750 MB, and nobody needs more to know a line.
pub const DIAGNOSTIC_UPLOAD_BYTES: std::ops::RangeInclusive<u32> = 1..=1_000_000_000;

/// Characters of a URL for a measurement (TR-181: 256).
pub const DIAGNOSTIC_URL_CHARS: usize = 256;

/// Values of a result that are kept; TR-181 has 20 to an object.
pub const DIAGNOSTIC_VALUES: usize = 64;

/// Rows of a result that are kept: hops go to 64, packets of a UDP echo further.
pub const DIAGNOSTIC_ROWS: usize = 128;

/// Measurements that are kept of a device: a daily one for half a year.
pub const DIAGNOSTICS_KEPT: usize = 200;

/// Devices of one run at one time: each is a call and two sessions.
pub const DIAGNOSTIC_CONCURRENCY: std::ops::RangeInclusive<u32> = 1..=1_000;

/// Devices of one run that are named one by one.
pub const DIAGNOSTIC_DEVICES: usize = 10_000;

/// Characters of an Idempotency-Key: a UUID has 36.
pub const IDEMPOTENCY_KEY_CHARS: usize = 128;

// ---- people and trust ------------------------------------------------------------------------------------------

/// Tags of one scope: a person looks after some customers or regions, and every question of theirs asks for all of them.
pub const SCOPE_TAGS: std::ops::RangeInclusive<usize> = 1..=64;

// ---- queries ---------------------------------------------------------------------------------------------

/// Characters of a query (case U02): a list of two hundred serial numbers has fewer.
pub const QUERY_CHARS: usize = 16 * 1024;

/// Conditions of a query (case U02).
pub const QUERY_TERMS: usize = 128;

/// Brackets and `not` inside each other (case U02): nobody reads more, and each takes a bit of the stack.
pub const QUERY_NESTING: usize = 32;

/// Values of all lists of a query.
pub const QUERY_VALUES: usize = 1_000;

/// Parameters that are indexed: each costs some bytes of every device, and a write whenever its value changes.
pub const INDEXED_PARAMETERS: usize = 32;

/// Parameters the selectors of all profiles ask for: each is watched, which costs what an indexed one does.
pub const WATCHED_PARAMETERS: usize = 32;

/// Devices of a campaign that are written in one transaction: some twenty milliseconds of the writer.
pub const CAMPAIGN_DEVICES_AT_ONCE: usize = 1_000;

/// Queries one person keeps.
pub const SAVED_QUERIES: u64 = 200;

/// Fields of one list or export; each parameter among them is looked for in every snapshot.
pub const FIELDS: usize = 64;

/// Devices a list may be asked to pass over: twice the largest fleet that is promised. What is passed over is walked
/// through, and takes eight bytes each while no index helps (case U03).
pub const SKIPPED: usize = 2_000_000;

/// Groups of one count.
pub const COUNTED_GROUPS: usize = 1_000;

/// Devices of one step of an export: what it holds in memory at one time (case U03).
pub const EXPORT_STEP: usize = 500;
/// Milliseconds a token of somebody who has signed in is good for: a working day.
pub const TOKEN_MS: u64 = 12 * 60 * 60 * 1000;

/// Tokens of people who have signed in that are kept of one user; the oldest makes room. A script that signs in each
/// time it runs must not fill the store.
pub const SIGN_IN_TOKENS: u32 = 256;

/// Tokens one user may have for programs: each is a key somebody must look after.
pub const API_TOKENS: u32 = 100;

/// Seconds a token for a program may be good for: whoever needs it looks at it once a year.
pub const API_TOKEN_SECS: std::ops::RangeInclusive<u64> = 60..=366 * 24 * 60 * 60;

/// Failed sign-ins of one user in a minute after which further ones wait.
pub const SIGN_IN_FAILURES: u32 = 10;

/// Failed sign-ins from one address, or one /64, in a minute after which further ones wait; an office may share one.
pub const SIGN_IN_FAILURES_PER_NETWORK: u32 = 50;

/// Passwords checked at one time: each takes 19 MiB and some tens of milliseconds of a core.
pub const SIGN_IN_PLACES: usize = 4;

/// Networks of proxies: each address of a request is held against all of them.
pub const PROXY_NETWORKS: usize = 64;

/// Bytes of addresses and notes of a PROXY header; addresses take 216 at most, and proxies add a few notes.
pub const PROXY_HEADER_BYTES: usize = 2 * 1024;

/// Lines of the audit trail about refused proofs in a minute: whoever guesses must not fill the disk.
pub const REFUSED_LINES: u32 = 60;

// ---- retention -----------------------------------------------------------------------------------------------

/// Lines of the audit trail that go into one file of the archive: some tens of megabytes, which are in memory at once.
pub const AUDIT_FILE_LINES: usize = 50_000;

/// Bytes of one line of such a file: an entry holds what was there before and after a change, each within the limit of
/// a request.
pub const AUDIT_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// Milliseconds of lines that are past their time before a file is made of them, so that a year has some hundred files.
pub const AUDIT_FILE_MS: u64 = 24 * 60 * 60 * 1000;
// ---- comparisons ---------------------------------------------------------------------------------------------

/// Milliseconds before a device is compared with its profiles again that was busy; they double with each time in a row.
pub const COMPARISON_PAUSE_MS: u64 = 60 * 1000;

/// The longest of these pauses: a device with a lasting fault is still asked once a day.
pub const COMPARISON_PAUSE_MAX_MS: u64 = 24 * 60 * 60 * 1000;

/// Comparisons in a row that may break off before people are told: half an hour, in which most trouble passes.
pub const COMPARISONS_QUIET: u32 = 5;
