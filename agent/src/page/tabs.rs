//! The tabs of the page, made from the parameter table: which parameters stand where, and what a visitor may do there.

use super::access::Role;
use crate::device::Core;
use crate::tree::Item;
use data_model::schema::{Access, Address, Applies, Parameter, ParameterType, Secrecy, UserAccess};
use sha2::{Digest as _, Sha256};

/// A tab: a page with fields.
#[derive(Debug, PartialEq, Eq)]
pub struct Tab {
    /// Its path.
    pub path: &'static str,
    /// The tab it stands below.
    pub group: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Objects, with a dot at the end, and parameters below the vendor's folder.
    holds: &'static [&'static str],
}

/// A group of fields.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its full name.
    pub parameter: String,
    /// Its name in the form.
    pub key: String,
    /// What a person reads.
    pub label: String,
    /// Its value; of a secret only whether there is one.
    pub value: Shown,
    /// How it is filled in.
    pub widget: Widget,
    /// Which values it takes, in words.
    pub hint: String,
    /// Whether this visitor may change it.
    pub editable: bool,
    /// When a change takes effect.
    pub applies: Applies,
}

/// What is shown of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The value.
    Value(String),
    /// A secret is set.
    SecretSet,
    /// None is set.
    SecretUnset,
}

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Widget {
    /// One of these: value and name.
    Choice(Vec<(String, String)>),
    /// A number between two limits.
    Number(Option<i64>, Option<i64>),
    /// A text of at most so many characters.
    Text(Option<u32>),
    /// A text that is never shown.
    Password,
}

const VENDOR: &str = "X_CISCO_ATA.";

const fn tab(
    path: &'static str,
    group: &'static str,
    name: &'static str,
    holds: &'static [&'static str],
) -> Tab {
    Tab {
        path,
        group,
        name,
        holds,
    }
}

/// The path of the tab whose sections are the lines themselves.
const QUICK: &str = "/quick";

/// Every tab, in the order of the menu.
pub const TABS: &[Tab] = &[
    tab(
        QUICK,
        "Quick Setup",
        "Quick Setup",
        &[
            "Line.1.Proxy",
            "Line.1.Display_Name",
            "Line.1.User_ID",
            "Line.1.Password",
            "Line.1.Dial_Plan",
            "Line.2.Proxy",
            "Line.2.Display_Name",
            "Line.2.User_ID",
            "Line.2.Password",
            "Line.2.Dial_Plan",
        ],
    ),
    tab(
        "/network/basic",
        "Network Setup",
        "Basic Setup",
        &[
            "Router.Router_Mode",
            "Router.WAN_Basic_Setting.",
            "Router.WAN_Interface.",
            "Router.WAN_IP6_Setting.",
            "Router.Internet_Option.",
            "Router.DHCP_Server_Pool.Rule.",
            "Router.LAN_IP6_Setting.",
            "Router.Time_Setup.",
        ],
    ),
    tab(
        "/network/advanced",
        "Network Setup",
        "Advanced Settings",
        &[
            "Router.PHY_Port_Setting.",
            "Router.MAC_Address_Clone.",
            "Router.VPN_Passthrough.",
            "Router.WAN_VLAN_Setting.",
            "Router.CLDP_Setting.",
            "Router.Monitor_WAN_Port_Only",
        ],
    ),
    tab(
        "/network/application",
        "Network Setup",
        "Application",
        &[
            "Router.QoS_Bandwidth_Control.WAN.",
            "Router.Single_Port_Forwarding.",
            "Router.Port_Range_Forwarding.",
            "Router.Software_DMZ.",
            "Router.HTTP_Proxy.",
        ],
    ),
    tab("/voice/information", "Voice", "Information", &["Status."]),
    tab("/voice/system", "Voice", "System", &["System."]),
    tab("/voice/sip", "Voice", "SIP", &["SIP."]),
    tab(
        "/voice/provisioning",
        "Voice",
        "Provisioning",
        &["Provisioning."],
    ),
    tab("/voice/regional", "Voice", "Regional", &["Regional."]),
    tab("/voice/line1", "Voice", "Line 1", &["Line.1."]),
    tab("/voice/line2", "Voice", "Line 2", &["Line.2."]),
    tab("/voice/user1", "Voice", "User 1", &["User.1."]),
    tab("/voice/user2", "Voice", "User 2", &["User.2."]),
    tab(
        "/admin/management",
        "Administration",
        "Management",
        &[
            "Router.Web_Management.",
            "Router.Web_Login_Admin_Name",
            "Router.Web_Login_Admin_Password",
            "Router.Web_Login_Guest_Name",
            "Router.Web_Login_Guest_Password",
            "Router.TR_069.",
            "Router.SNMP.",
            "Router.SSH.",
            "Router.Bonjour_Enable",
            "Router.Reset_Button_Enable",
        ],
    ),
    tab(
        "/admin/log-settings",
        "Administration",
        "Log settings",
        &["Router.Log_Configuration."],
    ),
];

/// The tab at a path.
pub fn at(path: &str) -> Option<&'static Tab> {
    TABS.iter().find(|tab| tab.path == path)
}

/// The tabs in which a visitor sees anything.
pub fn visible(core: &Core, role: Role) -> Vec<&'static Tab> {
    let seen = |tab: &&Tab| {
        let mut any = false;
        each(core, tab, &mut |address, parameter| {
            any |= level(core, role, address, parameter) != UserAccess::None;
        });
        any
    };
    TABS.iter().filter(seen).collect()
}

/// What a visitor sees in a tab.
pub fn sections(core: &Core, role: Role, tab: &Tab) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    each(core, tab, &mut |address, parameter| {
        let editable = match level(core, role, address, parameter) {
            UserAccess::None => return,
            UserAccess::ReadOnly => false,
            UserAccess::ReadWrite => parameter.access == Access::ReadWrite,
        };
        let title = title(core, tab, address);
        let field = field(core, address, parameter, editable);
        match sections.last_mut().filter(|last| last.title == title) {
            Some(last) => last.fields.push(field),
            None => sections.push(Section {
                title,
                fields: vec![field],
            }),
        }
    });
    sections
}

/// Proves which values somebody was shown who sends a form; of secrets nothing was.
pub fn seen(sections: &[Section]) -> String {
    let mut hash = Sha256::new();
    for field in editable(sections) {
        if let Shown::Value(value) = &field.value {
            for text in [&field.key, value] {
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
        }
    }
    let hash = hash.finalize();
    hash.iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The fields a visitor may change.
pub fn editable(sections: &[Section]) -> impl Iterator<Item = &Field> {
    let fields = sections.iter().flat_map(|section| &section.fields);
    fields.filter(|field| field.editable)
}

/// Every parameter of a tab that the device has.
fn each(core: &Core, tab: &Tab, visit: &mut dyn FnMut(&Address, &Parameter)) {
    for below in tab.holds {
        let name = format!("{}{VENDOR}{below}", core.product().root);
        let Some(start) = core.tree.find(&name) else {
            continue;
        };
        let schema = &core.product().ty.schema;
        core.tree.walk(&start, &mut |address, item| {
            // The URL of the ACS may hold a password; its own page knows how to leave that out.
            let is_acs_url = schema.storage(address) == core.product().known.url;
            if let Item::Parameter(parameter) = item
                && !is_acs_url
            {
                visit(address, parameter);
            }
        });
    }
}

/// PG: `ua` never restricts the administrator.
fn level(core: &Core, role: Role, address: &Address, parameter: &Parameter) -> UserAccess {
    match (role, parameter.access) {
        (Role::Admin, Access::ReadWrite) => UserAccess::ReadWrite,
        (Role::Admin, Access::ReadOnly) => UserAccess::ReadOnly,
        (Role::User, _) => core.tree.user_access(address),
    }
}

/// What the model says, else the object it stands in.
fn title(core: &Core, tab: &Tab, address: &Address) -> String {
    let schema = &core.product().ty.schema;
    let node = schema.node(address.node);
    let object = node.parent.map(|parent| schema.node(parent));
    let number = match address.instances.as_slice() {
        [line, call] => Some(format!("Line {line}, call {call}")),
        [line] if tab.path == QUICK || tab.path == "/voice/information" => {
            Some(format!("Line {line}"))
        }
        _ => None,
    };
    let by_model = schema.section(address.node).map(str::to_owned);
    let by_object = || {
        let name = object.map_or("", |object| &*object.name);
        match name {
            "Router" => "General".to_owned(),
            // It stands for the pool it is the rule of.
            "Rule" => "DHCP server".to_owned(),
            "WAN" => "QoS bandwidth control".to_owned(),
            "Rule1" => "Software DMZ".to_owned(),
            "TR_069" => "TR-069".to_owned(),
            name => name.replace('_', " "),
        }
    };
    number.or(by_model).unwrap_or_else(by_object)
}

fn field(core: &Core, address: &Address, parameter: &Parameter, editable: bool) -> Field {
    let schema = &core.product().ty.schema;
    let parameter_name = schema.path(address);
    let prefix = format!("{}{VENDOR}", core.product().root);
    let key = parameter_name
        .strip_prefix(&prefix)
        .unwrap_or(&parameter_name);
    let storage = schema.storage(address);
    let secret = core.tree.parameter(&storage).secret == Secrecy::Secret;
    let value = core.value(address);
    let (widget, hint) = widget(&parameter.ty);
    let name = &*schema.node(address.node).name;
    Field {
        key: key.to_owned(),
        label: name.replace("__", " ").replace('_', " ").trim().to_owned(),
        widget: if secret { Widget::Password } else { widget },
        value: match (secret, value.is_empty()) {
            (false, _) => Shown::Value(value),
            (true, false) => Shown::SecretSet,
            (true, true) => Shown::SecretUnset,
        },
        hint,
        editable,
        applies: core.tree.parameter(&storage).applies,
        parameter: parameter_name,
    }
}

fn widget(ty: &ParameterType) -> (Widget, String) {
    let text = |max| (Widget::Text(max), String::new());
    match ty {
        ParameterType::Boolean => {
            let choice = |value: &str, name: &str| (value.to_owned(), name.to_owned());
            let choices = vec![choice("1", "yes"), choice("0", "no")];
            (Widget::Choice(choices), String::new())
        }
        ParameterType::Enum(words) => {
            let choices = words.choices.iter().filter(|choice| choice.writable);
            let choices = choices.map(|choice| {
                let name = choice.label.as_ref().unwrap_or(&choice.value);
                (choice.value.to_string(), name.to_string())
            });
            let none = words.empty.then(|| (String::new(), "(none)".to_owned()));
            (
                Widget::Choice(none.into_iter().chain(choices).collect()),
                String::new(),
            )
        }
        ParameterType::Number(number) => {
            let ranges: Vec<String> = number.ranges.iter().map(ToString::to_string).collect();
            let mut hint = ranges.join(" or ");
            for word in &number.words {
                hint = format!("{hint} or {word}");
            }
            let as_text = number.empty || !number.words.is_empty();
            match (&*number.ranges, as_text) {
                ([range], false) => (Widget::Number(range.min, range.max), hint),
                (_, false) => (Widget::Number(None, None), hint),
                (_, true) => (Widget::Text(None), hint),
            }
        }
        ParameterType::Decimal(decimal) => {
            let range = decimal.range.map(|(low, high)| format!("{low} to {high}"));
            (Widget::Text(None), range.unwrap_or_default())
        }
        ParameterType::String { max_chars } => text(*max_chars),
        ParameterType::List { max_chars, .. } => text(*max_chars),
        ParameterType::Syntax {
            syntax, max_chars, ..
        } => (Widget::Text(*max_chars), syntax.what.to_owned()),
        ParameterType::DateTime
        | ParameterType::Base64 { .. }
        | ParameterType::HexBinary { .. } => text(None),
    }
}
