//! Every limit of the device in one place, each with its reason.

/// Transfers waiting or under way (TR-069 A.3.2.8 asks for at least 3).
pub const TRANSFERS: usize = 8;

/// Seconds a transfer may take as a whole; a slow line needs 20 minutes for the largest image.
pub const TRANSFER_SECS: u64 = 60 * 60;

/// Seconds after its time in which a transfer must begin (TR-069 Table 33, DelaySeconds).
pub const TRANSFER_LATENESS_SECS: u64 = 60 * 60;

/// How often a transfer that a power cut broke off is begun again before it is reported as failed.
pub const TRANSFER_ATTEMPTS: u8 = 3;

/// Calls of ScheduleInform that wait (TR-069 A.4.1.2 asks for at least 3).
pub const SCHEDULED_INFORMS: usize = 16;

/// Seconds ScheduleInform may reach ahead: ten years, longer than a device of this class serves.
pub const SCHEDULE_SECS: u32 = 10 * 365 * 24 * 3600;

/// Bytes of the parameters in one lightweight notification: a datagram that is not taken apart on any usual path.
pub const NOTIFICATION_BYTES: usize = 1000;

/// Parameters that ManagementServer.InformParameter adds to one Inform; its patterns may match whole tables.
pub const INFORM_PARAMETERS: usize = 256;
/// Bytes of a URL, a name or a password in a request for a transfer; the schema has 256 characters, links that carry
/// their own permission are longer.
pub const TRANSFER_TEXT_BYTES: usize = 2048;

/// Characters of the text of a fault that is reported of a transfer (TR-069 A.3.3.2).
pub const FAULT_TEXT_CHARS: usize = 256;

/// Autonomous transfers waiting, under way or unreported; the oldest report goes first.
pub const AUTONOMOUS_TRANSFERS: usize = 8;

/// Changes of software modules that wait, are under way or unreported.
pub const MODULE_CHANGES: usize = 8;

/// The same of those nobody at the ACS has asked for; the oldest report goes first.
pub const AUTONOMOUS_MODULE_CHANGES: usize = 8;

/// Operations on software modules that wait (TR-069 A.4.1.10 asks for at least 16 in one call).
pub const MODULE_OPERATIONS: usize = 16;

/// Seconds after which what is left of a ChangeDUState is given up, so that its end is told (TR-069 A.4.1.10).
pub const MODULE_CHANGE_SECS: u64 = 24 * 3600;

/// Bytes of the URL of a package (TR-181 DeploymentUnit.URL).
pub const MODULE_URL_BYTES: usize = 1024;

/// Retries in one time window when the ACS leaves their number to the device (TR-069 A.4.1.8).
pub const SCHEDULED_RETRIES: u32 = 3;

/// Seconds between two tries in one time window: a file server that restarts is back by then.
pub const SCHEDULED_RETRY_SECS: u64 = 60;

/// How often one download goes on after it broke off; a line that breaks more often does not carry an image.
pub const TRANSFER_RESUMES: u32 = 8;

/// Milliseconds before it goes on.
pub const TRANSFER_RESUME_MS: u64 = 500;

/// Milliseconds before a TFTP datagram is sent again; each further wait is twice as long.
pub const TFTP_FIRST_WAIT_MS: u64 = 1_000;

/// Datagrams that may get no answer, one after the other: about half a minute.
pub const TFTP_TRIES: u32 = 5;

/// Bytes of the largest configuration file taken; one of the whole ATA tree has 60 kB.
pub const CONFIGURATION_BYTES: u64 = 512 * 1024;

/// Bad values of a configuration file that are named in its fault; the text has 256 characters (TR-069 A.3.3.2).
pub const NAMED_BAD_VALUES: usize = 3;

/// Bytes of the log of a device that runs alone; its model says so as well (VendorLogFile.1.MaximumSize).
pub const LOG_BYTES: usize = 200 * 1024;

/// Bytes of the log of one device among thousands in a process: three lines or four.
pub const FLEET_LOG_BYTES: usize = 256;

/// Bytes of DeviceInfo.DeviceLog (TR-181).
pub const DEVICE_LOG_BYTES: usize = 32_768;

/// Bytes of one line of the log.
pub const LOG_LINE_BYTES: usize = 256;

/// Bytes of the largest file taken; firmware images of this class have 16 MB.
pub const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Seconds without an HTTP response after which a session has failed (TR-069 3.4.2: at least 30).
pub const RESPONSE_SECS: u64 = 30;

/// Milliseconds one session may take, so that an ACS that never ends it does not hold the device for ever.
pub const SESSION_MS: u64 = 15 * 60 * 1000;

/// The longest an ACS that refuses a session may send a device away for, in seconds: longer, and a wrong answer of a
/// proxy in between would take it out of service.
pub const STAY_AWAY_SECS: u64 = 3600;

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

/// Values of one bulk report (TR-181 MaxNumberOfParameterReferences says the same); the whole tree has 1,500.
pub const REPORT_VALUES: usize = 2048;

/// Bytes of the reports that are kept for one profile, the current one included; four profiles take 2 MB of the 64 MB
/// a device has.
pub const REPORT_BYTES: usize = 512 * 1024;

/// Reports that failed and are kept for one profile: a day of quarter hours.
pub const REPORTS_KEPT: usize = 96;

/// Seconds one attempt to deliver bulk reports may take, redirects and challenges included.
pub const REPORT_SECS: u64 = 120;

/// 401s to one POST that are answered: the first, and two of servers that say that only the nonce was too old.
pub const CHALLENGES: u8 = 3;

/// Seconds an ACS may take no connection before a device that DHCP provisioned asks DHCP again (TR-069 3.1).
pub const UNREACHABLE_SECS: u64 = 300;

/// Bytes of the file a DHCP client's hook leaves behind: two options of one packet, in hexadecimal.
pub const DISCOVERY_FILE_BYTES: usize = 8 * 1024;

/// Processes shown in DeviceInfo.ProcessStatus, those that hold the most memory; an adapter has about 40.
pub const PROCESSES: usize = 64;

/// Entries of `/proc` that are read to find them.
pub const PROCESSES_READ: usize = 4096;

/// Name servers shown; a resolver of libc uses three.
pub const NAME_SERVERS: usize = 4;

/// Seconds after which a machine is looked at again while no session does so.
pub const HARDWARE_SECS: u64 = 60;
/// Sessions recorded into one folder; a day of an ACS under test has fewer.
pub const RECORDED_SESSIONS: usize = 500;

/// Bodies of one recorded session: their numbers are one byte in the format of the fixtures.
pub const RECORDED_ENTRIES: usize = 254;

/// Bytes of one recorded session: the whole tree twice, names and values.
pub const RECORDED_BYTES: usize = 4 * 1024 * 1024;
/// Milliseconds one diagnostic test may take, and so the longest time-out; a slow line needs half an hour for the
/// largest file.
pub const TEST_MS: u32 = 60 * 60 * 1000;

/// Echo requests of one test to one host; more is a load, not a measurement.
pub const TEST_REPETITIONS: u32 = 1000;

/// Echo requests of one test whose results are kept one by one; the model has room for 100.
pub const TEST_PACKETS: u32 = 100;

/// Name lookups of one test; the model keeps a result for each and has room for 32.
pub const TEST_LOOKUPS: u32 = 32;

/// Hosts of one server selection.
pub const TEST_HOSTS: usize = 16;

/// Bytes of the data block of a probe: what fits into an IPv4 datagram behind two headers.
pub const TEST_BLOCK_BYTES: u32 = 65_507;

/// Bytes of a file that is fetched or sent to measure the line: a fast one takes ten seconds for it.
pub const TEST_BYTES: u32 = 1024 * 1024 * 1024;

/// Milliseconds between two probes of a test, so that a fast answer does not make it a flood.
pub const PROBE_PAUSE_MS: u64 = 100;

/// Milliseconds between two reports of the counters of the UDP echo service.
pub const ECHO_REPORT_MS: u64 = 200;
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

/// Seconds between two signs of life on an XMPP connection if the device may choose (RFC 6120 4.6.4).
pub const XMPP_KEEP_ALIVE_SECS: u32 = 300;

/// XMPP servers of one connection that are tried.
pub const XMPP_SERVERS: usize = 16;

/// Seconds the session of a boot waits for the XMPP connection; a server nearby needs one.
pub const XMPP_BOOT_WAIT_SECS: u64 = 5;

/// Seconds a replayed device may begin a session later than the recorded one did: the longest first wait of the retry
/// schedule (TR-069 3.2.1.1), since waits are drawn, and a minute for clocks that were read before or after.
pub const REPLAY_WAIT_SECS: u64 = 70;

/// Moments a replayed device is woken at between two sessions: recorded clocks may lie by millennia.
pub const REPLAY_WAKES: usize = 10_000;

/// Addresses of one host that are tried and remembered: more than the records that fit a DNS answer by UDP are rare.
pub const ADDRESSES: usize = 16;

/// Seconds an address has to take a connection while others of the host are left to be tried, so that one that swallows
/// packets does not use up the 30 of the whole attempt.
pub const ADDRESS_SECS: u64 = 8;

/// Ports that are drawn for the first connection after a boot before the system chooses one: in a fleet many are taken.
pub const PORT_DRAWS: usize = 8;

/// Seconds a resync may wait after a reset: a day; whoever writes more has mistaken the unit.
pub const RESYNC_RANDOM_DELAY_SECS: u64 = 24 * 3600;

/// Seconds `Resync_At_Random_Delay` may spread; the telephones of the same maker have this bound.
pub const RESYNC_AT_RANDOM_SECS: u64 = 65_535;

/// Seconds a wait of the lists of provisioning may have: a year.
pub const RESYNC_WAIT_SECS: u64 = 365 * 24 * 3600;

/// Seconds one file of provisioning may take: the shell gives up before, if it lives.
pub const RESYNC_FETCH_SECS: u64 = TRANSFER_SECS + 60;

/// Seconds between two looks at `Resync_Trigger_1` and `Resync_Trigger_2`: their macros count seconds.
pub const RESYNC_TRIGGER_SECS: u64 = 60;

/// Servers DHCP names for provisioning: one for each option of `DHCP_Option_To_Use` and a few more.
pub const DHCP_SERVERS: usize = 8;

/// Changes that are kept over a restart a profile causes, by name; there are no more parameters than these on an ATA.
pub const KEPT_CHANGES: usize = 2_000;

/// Redirects of one file of provisioning, and tries with credentials (table of result classes: two).
pub const PROVISION_REDIRECTS: u32 = 5;

/// As above.
pub const PROVISION_AUTHENTICATIONS: u32 = 2;

/// Bytes of a SIP NOTIFY: what fits a datagram that is not cut up.
pub const NOTIFY_BYTES: usize = 1500;

/// Headers of one; usual are a dozen.
pub const NOTIFY_HEADERS: usize = 40;

/// Lines of a device that may be addressed by one.
pub const NOTIFY_LINES: usize = 2;

/// Bytes of what an activation server answers: one rule.
pub const ACTIVATION_RULE_BYTES: u64 = 2048;

/// Bytes of the file of `Custom_CA_URL`: several certificates, kept with the device's state.
pub const CUSTOM_CA_BYTES: u64 = 32 * 1024;

/// Certificates of one PEM text that are taken: as above, and chains are shorter.
pub const CUSTOM_CAS: usize = 8;

/// Bytes of a line of `Log_*_Msg`: what fits a datagram for syslog (RFC 3164).
pub const SYSLOG_BYTES: usize = 1024;

/// Rounds of the hash of a page's password: a tenth of a second on the slowest processor of this class, and no more work
/// for whoever guesses than the throttle allows.
pub const PASSWORD_ITERATIONS: u32 = 20_000;

/// Characters of the shortest password that opens the page, and of the longest (the vendor's own rule).
pub const PAGE_PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=127;

/// Devices of one fleet: their serial numbers have eight digits at most, and a machine has so much memory.
pub const FLEET_DEVICES: usize = 10_000_000;

/// Seconds one run of a fleet may take: a week.
pub const FLEET_RUN_SECS: u64 = 7 * 24 * 3600;

/// Kinds of devices in one fleet.
pub const FLEET_KINDS: usize = 64;

/// Regions of a fleet.
pub const FLEET_REGIONS: u32 = 1_000;

/// Hostile peers at one time: more would say more of this machine than of the server.
pub const FLEET_HOSTILE: u32 = 2_000;

/// Changes people make at one device in an hour.
pub const FLEET_CHANGES_PER_HOUR: f64 = 3_600.0;

/// Different reasons of failed sessions that are counted; what comes beyond is counted together.
pub const FLEET_REASONS: usize = 64;

/// Differences between a device and its ACS that a report lists one by one.
pub const FLEET_DIFFERENCES: usize = 1_000;
