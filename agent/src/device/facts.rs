//! Values the device works out when they are asked for.

use super::hardware::Hardware;
use super::health::Health;
use super::log::DeviceLog;
use super::product::Product;
use super::xmpp_calls::XmppFacts;
use crate::modules::{running, units};
use crate::tree::{Computed, Tree};
use crate::xmpp::client::Secured;
use data_model::schema::{Address, computed};
use data_model::{DateTime, Timestamp};
use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

/// Memory of the simulated hardware: what devices of this class have.
const MEMORY_TOTAL_KB: u32 = 65_536;
/// How much of it is free.
const MEMORY_FREE_KB: u32 = 32_768;

/// A clock that shows less was never set: no firmware of ours is older.
pub const CLOCK_FLOOR: Timestamp = Timestamp::from_secs(1_704_067_200);

/// What the hardware may tell at any time. Until it has, the answers are those of a simulated device.
const REPORTED: [&str; 15] = [
    computed::AGENT_RESIDENT_MEMORY,
    computed::DEVICE_STATUS,
    computed::DEVICE_LOG,
    computed::MEMORY_TOTAL,
    computed::MEMORY_FREE,
    computed::CPU_USAGE,
    computed::TIME_STATUS,
    computed::LOCAL_IP,
    computed::SUBNET_MASK,
    computed::DEFAULT_GATEWAY,
    computed::DNS_SERVERS,
    computed::EXTERNAL_IP,
    computed::DHCP_OPTION_VALUE,
    computed::LINE_STATUS,
    computed::REGISTRATION_STATE,
];

/// Who a device is; comes with the hardware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The serial number.
    pub serial_number: Box<str>,
    /// The address of its network interface.
    pub mac: [u8; 6],
}

/// Where a device takes calls by UDP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UdpFacts {
    /// Its own address.
    pub local: SocketAddr,
    /// `host:port` without a NAT in between.
    pub authority: Box<str>,
    /// The address a STUN server has seen.
    pub mapped: Option<SocketAddr>,
}

impl UdpFacts {
    fn is_behind_nat(&self) -> bool {
        self.mapped.is_some_and(|mapped| mapped != self.local)
    }
}

/// All that computed parameters are made of.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What the device is.
    pub product: Arc<Product>,
    /// Which one it is.
    pub identity: Identity,
    /// The firmware version that runs; empty for the one from the factory.
    pub software_version: Box<str>,
    /// ManagementServer.ParameterKey.
    pub parameter_key: Box<str>,
    /// `host:port` of the connection request listener; empty while there is none.
    pub authority: Arc<str>,
    /// Where calls by UDP are taken; `None` while no port is open.
    pub udp: Option<Box<UdpFacts>>,
    /// The connection calls over XMPP come on; `None` without one.
    pub xmpp: Option<Box<XmppFacts>>,
    /// The secret part of the connection request URL.
    pub connection_request_path: u64,
    /// What the hardware says of itself; `None` for simulated hardware.
    pub hardware: Option<Box<Hardware>>,
    /// When this boot was.
    pub booted: Timestamp,
    /// When the device was first switched on.
    pub first_use: Timestamp,
    /// The present moment, as of the last input.
    pub now: Timestamp,
    /// What has happened since the boot.
    pub log: DeviceLog,
    /// How its sessions went since the boot.
    pub health: Health,
    /// Which lines the telephone side has registered: the lowest bit is line 1.
    pub registered: u8,
}

impl Facts {
    /// The firmware version that runs.
    pub fn software_version(&self) -> &str {
        if self.software_version.is_empty() {
            &self.product.ty.firmware_version
        } else {
            &self.software_version
        }
    }

    /// The URL for connection requests; empty while nothing listens.
    pub fn connection_request_url(&self) -> String {
        if self.authority.is_empty() {
            return String::new();
        }
        format!(
            "http://{}/{:016x}",
            self.authority, self.connection_request_path
        )
    }

    /// `host:port` for calls by UDP: as the STUN server sees it, if one does (TR-069 G.2.1.3); empty while no port is
    /// open.
    pub fn udp_connection_request_address(&self) -> String {
        let Some(udp) = &self.udp else {
            return String::new();
        };
        match udp.mapped {
            Some(mapped) if udp.is_behind_nat() => mapped.to_string(),
            Some(_) | None => udp.authority.to_string(),
        }
    }

    /// Seconds since the boot.
    pub fn up_time_secs(&self) -> u64 {
        match &self.hardware {
            Some(hardware) => self.now.since_ms(hardware.started) / 1000,
            None => self.now.since_ms(self.booted) / 1000,
        }
    }

    /// Whether the clock was ever set.
    pub fn knows_the_time(&self) -> bool {
        self.now >= CLOCK_FLOOR
    }

    /// Whether the hardware may tell the value of this name ([`crate::tree::Tree::report`]).
    pub fn is_reported(name: &str) -> bool {
        REPORTED.contains(&name)
    }

    /// The host part of [`Facts::authority`], if it is an IPv4 address.
    fn ipv4(&self) -> &str {
        let host = self.authority.rsplit_once(':').map_or("", |(host, _)| host);
        let octets = host.split('.');
        let is_ipv4 =
            octets.clone().count() == 4 && octets.clone().all(|octet| octet.parse::<u8>().is_ok());
        if is_ipv4 { host } else { "" }
    }

    fn mac(&self, separator: &str) -> String {
        let octets: Vec<String> = self
            .identity
            .mac
            .iter()
            .map(|octet| format!("{octet:02X}"))
            .collect();
        octets.join(separator)
    }

    /// As the status page writes it: `4/20/2017 14:17:55`.
    fn status_time(&self) -> String {
        let text = self.now.to_xsd();
        let (date, time) = text.split_once('T').unwrap_or_default();
        let number = |range| date.get(range).unwrap_or("").trim_start_matches('0');
        let (year, month, day) = (number(0..4), number(5..7), number(8..10));
        format!("{month}/{day}/{year} {}", time.trim_end_matches('Z'))
    }

    /// As the status page writes it: `25 days and 18:12:36`, `18:12:36` on the first day.
    fn status_elapsed(&self) -> String {
        let secs = self.up_time_secs();
        let (days, hours, minutes) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60);
        let time = format!("{hours:02}:{minutes:02}:{:02}", secs % 60);
        match days {
            0 => time,
            _ => format!("{days} days and {time}"),
        }
    }

    fn time_status(&self, address: &Address, tree: &Tree) -> &'static str {
        let enabled = sibling(tree, address, "Enable");
        if enabled.is_some_and(|address| tree.value(&address, self) == "0") {
            "Disabled"
        } else if !self.knows_the_time() {
            "Unsynchronized"
        } else {
            "Synchronized"
        }
    }

    /// TR-181 HTTPConnectionRequestEnable: without the listener there is no URL.
    fn url_of_http_calls(&self, address: &Address, tree: &Tree) -> Cow<'_, str> {
        let enabled = sibling(tree, address, "HTTPConnectionRequestEnable");
        if enabled.is_some_and(|address| tree.value(&address, self) == "0") {
            return Cow::Borrowed("");
        }
        Cow::Owned(self.connection_request_url())
    }

    fn xmpp_value<'a>(&'a self, name: &str, address: &Address, tree: &'a Tree) -> Cow<'a, str> {
        let instance = address.instances.last();
        let ours = self
            .xmpp
            .as_deref()
            .filter(|ours| Some(ours.instance) == instance);
        let enabled = || {
            let enable = sibling(tree, address, "Enable");
            enable.is_some_and(|enable| tree.value(&enable, self) == "1")
        };
        match (name, ours) {
            (computed::XMPP_JABBER_ID, Some(ours)) => Cow::Borrowed(&ours.jabber_id),
            (computed::XMPP_STATUS, Some(ours)) => Cow::Borrowed(ours.status),
            // Nothing uses it.
            (computed::XMPP_STATUS, None) if enabled() => Cow::Borrowed("Dormant"),
            (computed::XMPP_STATUS, None) => Cow::Borrowed("Disabled"),
            (computed::XMPP_LAST_CHANGE, Some(ours)) => Cow::Owned(ours.since.to_xsd()),
            (computed::XMPP_LAST_CHANGE, None) => Cow::Borrowed(DateTime::UNKNOWN),
            (computed::XMPP_TLS, ours) => {
                let secured = ours.is_some_and(|ours| ours.secured == Secured::Yes);
                Cow::Borrowed(if secured { "1" } else { "0" })
            }
            (_, _) => Cow::Borrowed(""),
        }
    }

    fn modules(&self, name: &str, tree: &Tree) -> Cow<'static, str> {
        Cow::Owned(match name {
            computed::MODULE_DISK_FREE => units::disk_free(tree, self).to_string(),
            _ => running::active_units(tree, self),
        })
    }

    /// What the interface got is not known to a simulated device; what was set for it is, if it is used.
    fn configured<'a>(&'a self, address: &Address, tree: &'a Tree) -> Cow<'a, str> {
        let is_static = sibling(tree, address, "AddressingType")
            .is_some_and(|address| tree.value(&address, self) == "Static");
        match &tree.parameter(address).writes {
            Some(view) if is_static => {
                let stored = tree.value(&view.target_address(&address.instances), self);
                Cow::Owned(view.read(&address.instances, &stored).into_owned())
            }
            Some(_) | None => Cow::Borrowed(""),
        }
    }
}

impl Computed for Facts {
    fn value<'a>(&'a self, name: &str, address: &Address, tree: &'a Tree) -> Cow<'a, str> {
        let ty = &self.product.ty;
        let row = address.instances.last();
        if let Some(value) = self.hardware.as_ref().and_then(|it| it.value(name, row)) {
            return value;
        }
        if let Some(value) = self.health.value(name) {
            return value;
        }
        match name {
            computed::MANUFACTURER => Cow::Borrowed(&ty.manufacturer),
            computed::OUI => Cow::Borrowed(&ty.oui),
            computed::PRODUCT_CLASS => Cow::Borrowed(&ty.product_class),
            computed::MODEL_NAME => Cow::Borrowed(&ty.model_name),
            computed::SERIAL => Cow::Borrowed(&self.identity.serial_number),
            computed::HARDWARE_VERSION => Cow::Borrowed(&ty.hardware_version),
            computed::SOFTWARE_VERSION => Cow::Borrowed(self.software_version()),
            computed::DEVICE_SUMMARY => Cow::Borrowed(&ty.device_summary),
            computed::DEVICE_STATUS => Cow::Borrowed("Up"),
            computed::UP_TIME => Cow::Owned(self.up_time_secs().to_string()),
            computed::FIRST_USE_DATE => Cow::Owned(self.first_use.to_xsd()),
            computed::DEVICE_LOG => Cow::Borrowed(self.log.latest()),
            computed::MEMORY_TOTAL => Cow::Owned(MEMORY_TOTAL_KB.to_string()),
            computed::MEMORY_FREE => Cow::Owned(MEMORY_FREE_KB.to_string()),
            computed::CPU_USAGE => Cow::Borrowed("0"),
            name if name.starts_with("process_") => Cow::Borrowed(no_process(name)),
            computed::CURRENT_LOCAL_TIME => {
                Cow::Owned(DateTime::local(self.now, 0).as_str().to_owned())
            }
            computed::TIME_STATUS => Cow::Borrowed(self.time_status(address, tree)),
            computed::MAC_ADDRESS => Cow::Owned(self.mac(":")),
            computed::MAC_ADDRESS_PLAIN => Cow::Owned(self.mac("")),
            // Without STUN there is no other address to be known under.
            computed::LOCAL_IP | computed::EXTERNAL_IP => Cow::Borrowed(self.ipv4()),
            computed::SUBNET_MASK | computed::DEFAULT_GATEWAY | computed::DNS_SERVERS => {
                self.configured(address, tree)
            }
            // No DHCP server has sent anything.
            computed::DHCP_OPTION_VALUE => Cow::Borrowed(""),
            computed::PARAMETER_KEY => Cow::Borrowed(&self.parameter_key),
            computed::CONNECTION_REQUEST_URL => self.url_of_http_calls(address, tree),
            computed::UDP_CONNECTION_REQUEST_ADDRESS => {
                Cow::Owned(self.udp_connection_request_address())
            }
            computed::NAT_DETECTED => {
                let nat = self.udp.as_ref().is_some_and(|udp| udp.is_behind_nat());
                Cow::Borrowed(if nat { "1" } else { "0" })
            }
            computed::CONNECTION_REQUEST_JABBER_ID => {
                Cow::Borrowed(self.xmpp.as_ref().map_or("", |xmpp| &xmpp.jabber_id))
            }
            computed::XMPP_JABBER_ID
            | computed::XMPP_STATUS
            | computed::XMPP_LAST_CHANGE
            | computed::XMPP_TLS => self.xmpp_value(name, address, tree),
            computed::LINE_STATUS => Cow::Borrowed(self.line_status(address, tree)),
            computed::REGISTRATION_STATE => self.registration(address, tree),
            computed::MODULE_DISK_FREE | computed::MODULES_ACTIVE => self.modules(name, tree),
            computed::STATUS_TIME => Cow::Owned(self.status_time()),
            computed::STATUS_ELAPSED => Cow::Owned(self.status_elapsed()),
            unknown => {
                // A test asks for every name there is.
                tracing::error!(name = unknown, "a model uses a computed value nobody knows");
                Cow::Borrowed("")
            }
        }
    }
}

/// Only real hardware has processes; a row that has gone meanwhile shows this.
fn no_process(name: &str) -> &'static str {
    match name {
        computed::PROCESS_COMMAND => "",
        computed::PROCESS_STATE => "Sleeping",
        _ => "0",
    }
}

/// The parameter of this name in the same object.
pub(super) fn sibling(tree: &Tree, address: &Address, name: &str) -> Option<Address> {
    let schema = &tree.device_type().schema;
    let siblings = schema.children(schema.node(address.node).parent?);
    let node = siblings
        .iter()
        .find(|sibling| *schema.node(**sibling).name == *name)?;
    schema.node(*node).parameter()?;
    Some(Address {
        node: *node,
        instances: address.instances,
    })
}
