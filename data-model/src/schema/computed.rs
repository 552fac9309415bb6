//! The names of values a device works out at run time, as models write them after `= @`.

macro_rules! names {
    ($($(#[doc = $doc:literal])+ $constant:ident = $name:literal;)+) => {
        $($(#[doc = $doc])+ pub const $constant: &str = $name;)+

        /// Every name a model may use.
        pub const ALL: &[&str] = &[$($constant),+];
    };
}

names! {
    /// Name of the maker; from the device type.
    MANUFACTURER = "manufacturer";
    /// The maker's OUI, six hexadecimal digits in capitals; from the device type.
    OUI = "oui";
    /// Product class; from the device type.
    PRODUCT_CLASS = "product_class";
    /// Model name; from the device type.
    MODEL_NAME = "model_name";
    /// Serial number of this unit.
    SERIAL = "serial";
    /// Hardware version; from the device type.
    HARDWARE_VERSION = "hardware_version";
    /// Version of the firmware that runs.
    SOFTWARE_VERSION = "software_version";
    /// Root and services with their versions and profiles (TR-106); from the device type.
    DEVICE_SUMMARY = "device_summary";
    /// `Up`, `Initializing`, `Error` or `Disabled`.
    DEVICE_STATUS = "device_status";
    /// Seconds since the device started.
    UP_TIME = "up_time";
    /// When the device was first used, as `dateTime`.
    FIRST_USE_DATE = "first_use_date";
    /// Version of the agent itself.
    AGENT_VERSION = "agent_version";
    /// Sessions that have ended well since the agent was started.
    AGENT_SESSIONS_SUCCEEDED = "agent_sessions_succeeded";
    /// Sessions that have failed since the agent was started.
    AGENT_SESSIONS_FAILED = "agent_sessions_failed";
    /// When a session has last ended well, as `dateTime`.
    AGENT_LAST_SESSION = "agent_last_session";
    /// Why the last session that failed did.
    AGENT_LAST_FAILURE = "agent_last_failure";
    /// Kilobytes of memory the agent holds.
    AGENT_RESIDENT_MEMORY = "agent_resident_memory";
    /// The device's own log, newest lines last.
    DEVICE_LOG = "device_log";
    /// Memory in kilobytes.
    MEMORY_TOTAL = "memory_total";
    /// Memory that is free, in kilobytes.
    MEMORY_FREE = "memory_free";
    /// Share of the processor in use, in percent.
    CPU_USAGE = "cpu_usage";
    /// Number of the process of this row.
    PROCESS_PID = "process_pid";
    /// Command that has started the process of this row.
    PROCESS_COMMAND = "process_command";
    /// Memory the process of this row holds, in kilobytes.
    PROCESS_SIZE = "process_size";
    /// Priority of the process of this row, 0 the highest.
    PROCESS_PRIORITY = "process_priority";
    /// Processor time the process of this row has used, in milliseconds.
    PROCESS_CPU_TIME = "process_cpu_time";
    /// State of the process of this row, in the words of TR-181.
    PROCESS_STATE = "process_state";
    /// Local time, as `dateTime`.
    CURRENT_LOCAL_TIME = "current_local_time";
    /// State of time synchronisation: `Disabled`, `Unsynchronized`, `Synchronized` or
    /// `Error_FailedToSynchronize`.
    TIME_STATUS = "time_status";
    /// Address of the Ethernet interface, with colons.
    MAC_ADDRESS = "mac_address";
    /// Address of the Ethernet interface, twelve digits without colons.
    MAC_ADDRESS_PLAIN = "mac_address_plain";
    /// IPv4 address of the interface towards the provider.
    LOCAL_IP = "local_ip";
    /// Mask that belongs to the local address.
    SUBNET_MASK = "subnet_mask";
    /// Router the device uses.
    DEFAULT_GATEWAY = "default_gateway";
    /// Name servers the device uses, as comma list.
    DNS_SERVERS = "dns_servers";
    /// IPv4 address as seen from outside a NAT; the local one if there is none.
    EXTERNAL_IP = "external_ip";
    /// What the DHCP server sent for the option of this instance, as base64.
    DHCP_OPTION_VALUE = "dhcp_option_value";
    /// The ParameterKey of TR-069.
    PARAMETER_KEY = "parameter_key";
    /// Where connection requests are taken over HTTP.
    CONNECTION_REQUEST_URL = "connection_request_url";
    /// Where connection requests are taken over UDP (TR-069 Annex G).
    UDP_CONNECTION_REQUEST_ADDRESS = "udp_connection_request_address";
    /// Whether STUN found a NAT in between.
    NAT_DETECTED = "nat_detected";
    /// Address the XMPP server has given this connection.
    XMPP_JABBER_ID = "xmpp_jabber_id";
    /// State of this XMPP connection, in the words of TR-181.
    XMPP_STATUS = "xmpp_status";
    /// Since when that state holds.
    XMPP_LAST_CHANGE = "xmpp_last_change";
    /// Whether this XMPP connection is encrypted.
    XMPP_TLS = "xmpp_tls";
    /// Where connection requests are taken over XMPP (TR-069 Annex K).
    CONNECTION_REQUEST_JABBER_ID = "connection_request_jabber_id";
    /// Kilobytes of this execution environment that no module takes.
    MODULE_DISK_FREE = "module_disk_free";
    /// The execution units that run in this execution environment, as list of paths.
    MODULES_ACTIVE = "modules_active";
    /// How many instances there are in the table whose [`super::Table::count`] this is.
    ENTRIES = "entries";
    /// Reads as false; writing true asks the device to act (`Reset`, `ResetStatistics`).
    TRIGGER = "trigger";
    /// State of the line of this profile, in the words of TR-104 (`Up`, `Registering`, ...).
    LINE_STATUS = "line_status";
    /// State of this line's registration, in the words of the ATA (`Registered`, ...).
    REGISTRATION_STATE = "registration_state";
    /// Local time as the status page writes it, `4/20/2017 14:17:55`.
    STATUS_TIME = "status_time";
    /// Time since start as the status page writes it, `25 days and 18:12:36`.
    STATUS_ELAPSED = "status_elapsed";
}
