//! The options of the menu: a code is a line.

use super::value::Kind;

/// What an option does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Tells a setting.
    Check(&'static Setting),
    /// Sets a setting.
    Set(&'static Setting),
    /// Ends the menu.
    Exit,
    /// Restarts the device.
    Reboot,
    /// Resets everything.
    FactoryReset,
    /// Resets what users may change.
    UserReset,
}

/// A setting of the menu. Names are counted from the root object of the model.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// What a person calls it.
    pub what: &'static str,
    /// Where it is read from: the first of these that has a value, else where it is stored.
    pub shown: &'static [&'static str],
    /// Where it is stored; empty if it is only told.
    pub stored: &'static str,
    /// Which part of the stored text it is.
    pub part: Part,
    /// What it takes.
    pub kind: Kind,
    /// The mode it holds in.
    pub mode: Mode,
    /// The product class that alone has it; empty for all whose model does.
    pub only: &'static str,
}

/// A part of a stored text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A field of a tuple with colons: its index.
    Field(usize),
}

/// When a setting can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Always.
    Any,
    /// While the parameter of this name has this value: static addressing.
    Static(&'static str, &'static str),
}

const ROUTER_TYPE: &str = "X_CISCO_ATA.Router.WAN_Interface.WAN_Connection_Type";
const ROUTER_TYPE_6: &str = "X_CISCO_ATA.Router.WAN_IP6_Setting.WAN_IP6_Connection_Type";
const STATIC_NET: &str = "X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET";
const STATIC: Mode = Mode::Static(ROUTER_TYPE, "st");
const STATIC_6: Mode = Mode::Static(ROUTER_TYPE_6, "1");

const PLAIN: Setting = Setting {
    what: "",
    shown: &[],
    stored: "",
    part: Part::Whole,
    kind: Kind::Text,
    mode: Mode::Any,
    only: "",
};

const TRANSPORT: Kind = Kind::Choice(&[
    ("0", "UDP", "UDP"),
    ("1", "TCP", "TCP"),
    ("2", "TLS", "TLS"),
]);

const ADDRESSING: Setting = Setting {
    what: "Internet addressing",
    stored: ROUTER_TYPE,
    kind: Kind::Choice(&[
        ("0", "dh", "DHCP"),
        ("1", "st", "static"),
        ("2", "pp", "P P P o E"),
    ]),
    ..PLAIN
};
const STACK_MODE: Setting = Setting {
    what: "stack mode",
    stored: "X_CISCO_ATA.Router.WAN_Basic_Setting.WAN_Stack_Mode",
    kind: Kind::Choice(&[
        ("0", "0", "IPv4 only"),
        ("1", "1", "IPv6 only"),
        ("2", "2", "IPv4 and IPv6"),
    ]),
    ..PLAIN
};
const ADDRESS: Setting = Setting {
    what: "WAN address",
    shown: &[
        "LAN.IPAddress",
        "WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.ExternalIPAddress",
    ],
    stored: STATIC_NET,
    part: Part::Field(0),
    kind: Kind::Ipv4,
    mode: STATIC,
    ..PLAIN
};
const MASK: Setting = Setting {
    what: "network mask",
    shown: &[
        "LAN.SubnetMask",
        "WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.SubnetMask",
    ],
    stored: STATIC_NET,
    part: Part::Field(1),
    kind: Kind::Mask,
    mode: STATIC,
    ..PLAIN
};
const GATEWAY: Setting = Setting {
    what: "gateway",
    shown: &[
        "LAN.DefaultGateway",
        "WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.DefaultGateway",
    ],
    stored: STATIC_NET,
    part: Part::Field(2),
    kind: Kind::Ipv4,
    mode: STATIC,
    ..PLAIN
};
const DNS: Setting = Setting {
    what: "primary DNS server",
    shown: &[
        "LAN.DNSServers",
        "WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.DNSServers",
    ],
    stored: "X_CISCO_ATA.Router.Internet_Option.DNS",
    part: Part::Field(0),
    kind: Kind::Ipv4,
    mode: STATIC,
    ..PLAIN
};
const MAC: Setting = Setting {
    what: "MAC address",
    shown: &["X_CISCO_ATA.Status.Product.MAC_Address"],
    ..PLAIN
};
const FIRMWARE: Setting = Setting {
    what: "firmware version",
    shown: &["DeviceInfo.SoftwareVersion"],
    ..PLAIN
};
const WEB_PORT: Setting = Setting {
    what: "WAN port of the web page",
    shown: &["X_CISCO_ATA.Router.Web_Management.Remote_Management_Port"],
    ..PLAIN
};
const LAN_ADDRESS: Setting = Setting {
    what: "LAN address",
    shown: &["X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.Local_IP"],
    only: "ATA192",
    ..PLAIN
};
const ADDRESSING_6: Setting = Setting {
    what: "IPv6 addressing",
    stored: ROUTER_TYPE_6,
    kind: Kind::Choice(&[
        ("0", "0", "DHCP"),
        ("1", "1", "static"),
        ("2", "2", "P P P o E"),
    ]),
    ..PLAIN
};
const AUTO_CONFIGURATION: Setting = Setting {
    what: "IPv6 auto-configuration",
    stored: "X_CISCO_ATA.Router.WAN_IP6_Setting.WAN_IP6_Allow_AutoConfig",
    kind: Kind::Choice(&[("0", "0", "off"), ("1", "1", "on")]),
    ..PLAIN
};
const ADDRESS_6: Setting = Setting {
    what: "IPv6 address",
    stored: "X_CISCO_ATA.Router.WAN_IP6_Setting.WAN_Static_IP6_Address",
    kind: Kind::Ipv6,
    mode: STATIC_6,
    ..PLAIN
};
const PREFIX_LENGTH: Setting = Setting {
    what: "IPv6 prefix length",
    stored: "X_CISCO_ATA.Router.WAN_IP6_Setting.WAN_Static_IP6_Prefix_Length",
    kind: Kind::PrefixLength,
    mode: STATIC_6,
    ..PLAIN
};
const GATEWAY_6: Setting = Setting {
    what: "IPv6 gateway",
    stored: "X_CISCO_ATA.Router.WAN_IP6_Setting.WAN_Static_IP6_Gatway",
    kind: Kind::Ipv6,
    mode: STATIC_6,
    ..PLAIN
};
const DNS_6: Setting = Setting {
    what: "IPv6 DNS server",
    stored: "X_CISCO_ATA.Router.Internet_Option.DNS6",
    kind: Kind::Ipv6,
    ..PLAIN
};
const TRANSPORT_1: Setting = Setting {
    what: "SIP transport of line 1",
    stored: "X_CISCO_ATA.Line.1.SIP_Transport",
    kind: TRANSPORT,
    ..PLAIN
};
const TRANSPORT_2: Setting = Setting {
    what: "SIP transport of line 2",
    stored: "X_CISCO_ATA.Line.2.SIP_Transport",
    kind: TRANSPORT,
    ..PLAIN
};

/// Every option (administration guide of the ATA 191/192).
pub const CODES: [(&str, Action); 36] = [
    ("100", Action::Check(&ADDRESSING)),
    ("101", Action::Set(&ADDRESSING)),
    ("102", Action::Check(&STACK_MODE)),
    ("103", Action::Set(&STACK_MODE)),
    ("110", Action::Check(&ADDRESS)),
    ("111", Action::Set(&ADDRESS)),
    ("120", Action::Check(&MASK)),
    ("121", Action::Set(&MASK)),
    ("130", Action::Check(&GATEWAY)),
    ("131", Action::Set(&GATEWAY)),
    ("140", Action::Check(&MAC)),
    ("150", Action::Check(&FIRMWARE)),
    ("160", Action::Check(&DNS)),
    ("161", Action::Set(&DNS)),
    ("170", Action::Check(&WEB_PORT)),
    ("210", Action::Check(&LAN_ADDRESS)),
    ("600", Action::Check(&ADDRESSING_6)),
    ("601", Action::Set(&ADDRESSING_6)),
    // The guide has these two the other way round than all others.
    ("606", Action::Set(&AUTO_CONFIGURATION)),
    ("607", Action::Check(&AUTO_CONFIGURATION)),
    ("610", Action::Check(&ADDRESS_6)),
    ("611", Action::Set(&ADDRESS_6)),
    ("620", Action::Check(&PREFIX_LENGTH)),
    ("621", Action::Set(&PREFIX_LENGTH)),
    ("630", Action::Check(&GATEWAY_6)),
    ("631", Action::Set(&GATEWAY_6)),
    ("660", Action::Check(&DNS_6)),
    ("661", Action::Set(&DNS_6)),
    ("1910", Action::Check(&TRANSPORT_1)),
    ("1911", Action::Set(&TRANSPORT_1)),
    ("1920", Action::Check(&TRANSPORT_2)),
    ("1921", Action::Set(&TRANSPORT_2)),
    ("3948", Action::Exit),
    ("732668", Action::Reboot),
    ("73738", Action::FactoryReset),
    ("877778", Action::UserReset),
];

/// The option of a code.
pub fn find(code: &str) -> Option<Action> {
    let found = CODES.iter().find(|(digits, _)| *digits == code);
    found.map(|(_, action)| *action)
}
