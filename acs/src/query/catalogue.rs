//! What a query can ask of every device: one entry an attribute, with where a database keeps it.

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Whole numbers.
    Number,
    /// Moments.
    Time,
    /// One of these words.
    Words(&'static [&'static str]),
    /// What a device says: texts that may also be read as numbers, versions, truth values and moments.
    Any,
}

/// Where a database keeps an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// An expression over the device's row `d`, with no index.
    Device(&'static str),
    /// A column of the device's row that has an index.
    Indexed(&'static str),
    /// Such a column with few different values, in however large a fleet.
    IndexedFew(&'static str),
    /// A column of the narrow row `s` that every Inform changes.
    Seen(&'static str),
    /// Rows of a table, each value once for a device: what to read from, and the columns. The value has an index.
    Rows {
        /// `FROM` this.
        from: &'static str,
        /// The column that holds the device.
        device: &'static str,
        /// The column that holds the value.
        value: &'static str,
    },
    /// The same, where a device may have a value several times.
    Repeated {
        /// `FROM` this.
        from: &'static str,
        /// The column that holds the device.
        device: &'static str,
        /// The column that holds the value.
        value: &'static str,
    },
}

/// Who knows an attribute of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Whoever has the device's record.
    ByRecord,
    /// Only the store.
    ByStore,
}

/// One attribute.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name in queries.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Where a database keeps it.
    pub source: Source,
    /// Who knows it.
    pub known: Known,
    /// What it is, for people.
    pub about: &'static str,
}

/// How a device stands to the profiles.
pub const PROFILE_STATES: &[&str] = &["agreed", "pending", "failed"];

/// How lines are registered.
pub const LINE_STATES: &[&str] = &[
    "registered",
    "registering",
    "not_registered",
    "error",
    "disabled",
];

/// Where a device is in a campaign.
pub const CAMPAIGN_STEPS: &[&str] = &[
    "pending",
    "upgrading",
    "verifying",
    "done",
    "failed",
    "skipped",
    "excluded",
];

const fn text(name: &'static str, source: Source, about: &'static str) -> Attribute {
    Attribute {
        name,
        kind: Kind::Text,
        source,
        known: Known::ByRecord,
        about,
    }
}

const fn time(name: &'static str, source: Source, about: &'static str) -> Attribute {
    Attribute {
        name,
        kind: Kind::Time,
        source,
        known: Known::ByRecord,
        about,
    }
}

/// What belongs to a device by other tables.
const fn linked(name: &'static str, from: &'static str, about: &'static str) -> Attribute {
    Attribute {
        name,
        kind: Kind::Text,
        source: Source::Repeated {
            from,
            device: "device",
            value: "value",
        },
        known: Known::ByStore,
        about,
    }
}

/// All attributes, in the order they are offered.
pub static ATTRIBUTES: &[Attribute] = &[
    text(
        "identity",
        Source::Indexed("identity"),
        "OUI-ProductClass-SerialNumber",
    ),
    text(
        "serial_number",
        Source::Indexed("serial_number"),
        "its serial number",
    ),
    text(
        "product_class",
        Source::IndexedFew("product_class"),
        "its product class",
    ),
    text("oui", Source::Device("d.oui"), "its manufacturer's OUI"),
    text(
        "manufacturer",
        Source::Device("d.manufacturer"),
        "its manufacturer",
    ),
    text(
        "software_version",
        Source::IndexedFew("software_version"),
        "the firmware of its last Inform",
    ),
    text(
        "hardware_version",
        Source::Device("d.hardware_version"),
        "the hardware of its last Inform",
    ),
    text(
        "tag",
        Source::Rows {
            from: "tag",
            device: "device",
            value: "tag",
        },
        "a label people gave it",
    ),
    text(
        "address",
        Source::Device("d.address"),
        "where its last session came from",
    ),
    text(
        "root",
        Source::Device("d.root"),
        "the root of its tree, `Device.` or `InternetGatewayDevice.`",
    ),
    text(
        "cwmp_version",
        Source::Device("d.cwmp_version"),
        "the protocol version of its last session",
    ),
    text(
        "parameter_key",
        Source::Device("d.parameter_key"),
        "the ParameterKey of its last Inform",
    ),
    time(
        "last_inform",
        Source::Seen("s.last_inform"),
        "when its last Inform came",
    ),
    time(
        "first_seen",
        Source::Device("d.first_seen"),
        "when it was first heard of",
    ),
    time(
        "last_boot",
        Source::Device("d.last_boot"),
        "when it last reported 1 BOOT",
    ),
    time(
        "last_bootstrap",
        Source::Device("d.last_bootstrap"),
        "when it last reported 0 BOOTSTRAP",
    ),
    Attribute {
        name: "informs",
        kind: Kind::Number,
        source: Source::Seen("s.informs"),
        known: Known::ByRecord,
        about: "how many Informs it has sent",
    },
    linked(
        "account",
        "(SELECT h.device AS device, a.account AS value FROM account a JOIN held h ON h.account = a.id)",
        "the account whose lines it has",
    ),
    linked(
        "line.number",
        "(SELECT h.device AS device, l.number AS value FROM line l JOIN held h ON h.account = l.account)",
        "the number of one of its lines",
    ),
    linked(
        "line.user",
        "(SELECT h.device AS device, l.user AS value FROM line l JOIN held h ON h.account = l.account)",
        "the user id one of its lines registers with",
    ),
    Attribute {
        name: "line.state",
        kind: Kind::Words(LINE_STATES),
        source: Source::Repeated {
            from: "line_state",
            device: "device",
            value: "state",
        },
        known: Known::ByStore,
        about: "the registration of one of its lines as last reported",
    },
    Attribute {
        name: "profile.state",
        kind: Kind::Words(PROFILE_STATES),
        // The stamp of the profiles is a setting of eight bytes, 1 before the first profile.
        source: Source::Device(
            "CASE coalesce((SELECT hex(value) FROM setting WHERE name = 'profile-stamp'), '0000000000000001')
             WHEN printf('%016X', d.profile_stamp) THEN 'agreed'
             WHEN printf('%016X', d.profile_failed_stamp) THEN 'failed' ELSE 'pending' END",
        ),
        known: Known::ByStore,
        about: "how it stands to the profiles: agreed, pending or failed",
    },
];

/// The attribute of this name.
pub fn find(name: &str) -> Option<&'static Attribute> {
    ATTRIBUTES.iter().find(|attribute| attribute.name == name)
}
