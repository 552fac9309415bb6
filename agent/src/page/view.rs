//! What the page shows of a device, taken from it at one moment. The device's own parameters say who may come in.

use super::access::Role;
use super::limits::{LOG_LINES_SHOWN, SESSIONS_SHOWN};
use super::remote::{self, Remote};
use super::tabs::{self, Section, Tab};
use crate::device::{Core, Device, password};
use crate::limits::PAGE_PASSWORD_CHARS;
use data_model::Secret;
use data_model::schema::Address;
use std::net::Ipv4Addr;

/// Who may come in. Looked at for every caller, so it costs little.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Whether there is a page at all (`Web_Utility_Access_HTTP` and `_HTTPS`).
    pub open: bool,
    /// The administrator's account, if it can be used.
    pub admin: Option<Account>,
    /// The user's account, if it can be used.
    pub user: Option<Account>,
    /// The full name of the parameter that holds the administrator's password.
    pub password_parameter: String,
    /// Who may ask from far away.
    pub remote: Remote,
}

/// What is shown to those who have come in.
#[derive(Debug, Clone)]
pub struct View {
    /// The device's own root object, with its dot.
    pub root: &'static str,
    /// What is known of the device, by label.
    pub product: Vec<(&'static str, String)>,
    /// Its addresses and memory.
    pub system: Vec<(&'static str, String)>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its ACS.
    pub acs: Acs,
    /// Its last sessions, the youngest first: when, and what was logged of each.
    pub sessions: Vec<(String, String)>,
    /// The youngest lines of its log.
    pub log: String,
    /// The tabs this visitor may see.
    pub tabs: Vec<&'static Tab>,
    /// The sections of the tab that is asked for.
    pub sections: Vec<Section>,
}

/// An account that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// What is kept of its password.
    pub password: Secret,
    /// Whose password it is.
    pub standing: Standing,
}

/// Whose password an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// One that somebody has chosen for this device.
    Own,
    /// The one in every manual: it is to be replaced before anything else.
    FromTheFactory,
}

/// A telephone line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number.
    pub number: usize,
    /// Its user at the SIP server.
    pub user: String,
    /// `On` for on-hook.
    pub hook: String,
    /// Its registration.
    pub registration: String,
    /// When it was registered last.
    pub registered_at: String,
    /// Whether a message waits.
    pub message_waiting: bool,
}

/// The ACS of a device.
#[derive(Debug, Clone, Default)]
pub struct Acs {
    /// Its URL as it is set.
    pub url: String,
    /// Our user there; empty for our identity.
    pub username: String,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether CWMP is switched on.
    pub enabled: bool,
    /// Whether a session is open.
    pub in_session: bool,
    /// Where connection requests are taken: `host:port`.
    pub called_at: String,
    /// Seconds between two periodic Informs, if they are on.
    pub period_secs: Option<String>,
}

/// The parameters that decide who may come in, below the root.
const ACCESS: &str = "X_CISCO_ATA.Router.";

impl Accounts {
    /// The accounts of a device.
    pub fn of(device: &Device) -> Accounts {
        let core = device.core();
        let root = core.product().root;
        let is_on = |name: &str| {
            let value = core.value_of(&format!("{root}{name}"));
            value.is_none_or(|value| value == "1")
        };
        let admin_may = is_on("X_CISCO_ATA.System.Enable_Web_Admin_Access")
            && is_on("X_CISCO_ATA.Router.Web_Management.Admin_Access");
        Accounts {
            open: is_on("X_CISCO_ATA.Router.Web_Management.Web_Utility_Access_HTTP")
                || is_on("X_CISCO_ATA.Router.Web_Management.Web_Utility_Access_HTTPS"),
            admin: account(core, "Web_Login_Admin").filter(|_| admin_may),
            user: account(core, "Web_Login_Guest"),
            password_parameter: format!("{root}{ACCESS}Web_Login_Admin_Password"),
            remote: remote(core),
        }
    }
}

impl View {
    /// How a device stands, for one of the two accounts, with one of the tabs.
    pub fn of(device: &Device, role: Role, tab: Option<&'static Tab>) -> View {
        let core = device.core();
        View {
            root: core.product().root,
            product: product(core),
            system: system(core),
            lines: (1..).map_while(|number| line(core, number)).collect(),
            acs: acs(device),
            sessions: sessions(core),
            log: latest(core.facts.log.text(), LOG_LINES_SHOWN).to_owned(),
            tabs: tabs::visible(core, role),
            sections: tab.map_or(Vec::new(), |tab| tabs::sections(core, role, tab)),
        }
    }
}

/// An account that somebody can use: with a password of its own, or with the factory's, to replace it.
fn account(core: &Core, which: &str) -> Option<Account> {
    let root = core.product().root;
    let name = core.value_of(&format!("{root}{ACCESS}{which}_Name"))?;
    let at = core.tree.find(&format!("{root}{ACCESS}{which}_Password"))?;
    let password = core.value(&at);
    let from_the_factory = password == *core.product().ty.schema.factory_value(&at);
    let own = password::is_hashed(&password)
        || password != name && PAGE_PASSWORD_CHARS.contains(&password.chars().count());
    let usable = !name.is_empty() && (own || from_the_factory) && !password.is_empty();
    usable.then(|| Account {
        name,
        password: Secret::new(password),
        standing: match from_the_factory {
            true => Standing::FromTheFactory,
            false => Standing::Own,
        },
    })
}

fn remote(core: &Core) -> Remote {
    let root = core.product().root;
    let value = |name: &str| {
        let value = core.value_of(&format!("{root}{ACCESS}Web_Management.{name}"));
        value.unwrap_or_default()
    };
    // A list nobody can read lists nobody.
    let listed = remote::range(&value("Allowed_Remote_IP_Address"));
    Remote {
        allowed: value("Web_Remote_Management") == "1" && value("Remote_Web_Utility_Access") != "1",
        only: match value("Allowed_Remote_IP_Type").as_str() {
            "0" => Some(listed.unwrap_or((Ipv4Addr::UNSPECIFIED, 0))),
            _ => None,
        },
        upgrade: value("Web_Remote_Upgrade") == "1",
    }
}

fn product(core: &Core) -> Vec<(&'static str, String)> {
    let root = core.product().root;
    let value = |name: &str| core.value_of(&format!("{root}{name}")).unwrap_or_default();
    let mac = core.identity().mac.map(|octet| format!("{octet:02X}"));
    vec![
        ("Product", value("DeviceInfo.ModelName")),
        ("Serial number", value("DeviceInfo.SerialNumber")),
        ("MAC address", mac.join(":")),
        ("Software version", value("DeviceInfo.SoftwareVersion")),
        ("Hardware version", value("DeviceInfo.HardwareVersion")),
        ("Up for", elapsed(core.facts.up_time_secs())),
    ]
}

fn system(core: &Core) -> Vec<(&'static str, String)> {
    let root = core.product().root;
    let value = |name: &str| core.value_of(&format!("{root}{name}"));
    let rows = [
        ("Address", value("LAN.IPAddress")),
        ("Subnet mask", value("LAN.SubnetMask")),
        ("Default gateway", value("LAN.DefaultGateway")),
        ("DNS servers", value("LAN.DNSServers")),
        (
            "External address",
            value("X_CISCO_ATA.Status.System.External_IP"),
        ),
        ("Free memory (kB)", value("DeviceInfo.MemoryStatus.Free")),
        ("Clock (UTC)", Some(core.facts.now.to_xsd())),
    ];
    let there = rows
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)));
    there.collect()
}

fn line(core: &Core, number: usize) -> Option<Line> {
    let root = core.product().root;
    let status = format!("{root}X_CISCO_ATA.Status.Line.{number}.");
    let of_status = |name: &str| core.value_of(&format!("{status}{name}"));
    Some(Line {
        number,
        user: core
            .value_of(&format!("{root}X_CISCO_ATA.Line.{number}.User_ID"))
            .unwrap_or_default(),
        hook: of_status("Hook_State")?,
        registration: of_status("Registration_State")?,
        registered_at: of_status("Last_Registration_At").unwrap_or_default(),
        message_waiting: of_status("Message_Waiting").as_deref() == Some("1"),
    })
}

fn acs(device: &Device) -> Acs {
    let core = device.core();
    let known = &core.product().known;
    let is = |at: Option<&Address>, wanted: &str| at.is_some_and(|at| core.value(at) == wanted);
    let periodic = is(Some(&known.periodic_enable), "1");
    Acs {
        url: core.value(&known.url),
        username: core.value(&known.username),
        has_password: !core.value(&known.password).is_empty(),
        enabled: !is(known.enable_cwmp.as_ref(), "0"),
        in_session: device.in_session(),
        called_at: core.facts.authority.to_string(),
        period_secs: periodic.then(|| core.value(&known.periodic_interval)),
    }
}

/// The log has a line for each session that is over.
fn sessions(core: &Core) -> Vec<(String, String)> {
    let lines = core.facts.log.text().lines().rev();
    let of_sessions = lines.filter_map(|line| {
        let (at, told) = line.split_once(' ')?;
        let told = told.strip_prefix("session: ")?;
        Some((at.to_owned(), told.to_owned()))
    });
    of_sessions.take(SESSIONS_SHOWN).collect()
}

/// The last lines of a text.
fn latest(text: &str, lines: usize) -> &str {
    let starts = text.trim_end().rmatch_indices('\n');
    let start = starts.map(|(at, _)| at + 1).nth(lines.saturating_sub(1));
    &text[start.unwrap_or(0)..]
}

/// `3 days, 04:05:06`.
fn elapsed(secs: u64) -> String {
    let time = format!(
        "{:02}:{:02}:{:02}",
        secs / 3600 % 24,
        secs / 60 % 60,
        secs % 60
    );
    match secs / 86_400 {
        0 => time,
        1 => format!("1 day, {time}"),
        days => format!("{days} days, {time}"),
    }
}

/// A URL as it may be shown: without a user and a password in it, and without its query, which may hold a permission.
pub fn without_credentials(url: &str) -> String {
    let shown = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = shown.split_once("://") else {
        return shown.to_owned();
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_of_a_url_is_shown() {
        for (url, shown) in [
            (
                "https://u:p@acs.example.net:7547/a?token=x#y",
                "https://acs.example.net:7547/a",
            ),
            ("http://acs.example.net", "http://acs.example.net"),
            ("http://a@b@c/d@e", "http://c/d@e"),
            ("", ""),
            ("acs", "acs"),
        ] {
            assert_eq!(without_credentials(url), shown);
        }
    }

    #[test]
    fn the_last_lines_are_whole() {
        assert_eq!(latest("a\nb\nc\n", 2), "b\nc\n");
        assert_eq!(latest("a\nb\n", 2), "a\nb\n");
        assert_eq!(latest("", 2), "");
    }
}
