//! What waits, and what is under way.

use super::policy::Policies;
use crate::configuration_file::Marks;
use crate::limits::DHCP_SERVERS;
use data_model::provisioning::profile::Aliases;
use data_model::provisioning::url::FullUrl;
use data_model::{Secret, Timestamp};
use std::collections::BTreeMap;

/// Why a resync is made; what is first goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A person at the device, or its page.
    Person,
    /// A SIP NOTIFY with `Event: resync`.
    SipNotify,
    /// The device was switched on or reset.
    Reset,
    /// An upgrade was tried, well or not.
    AfterUpgrade,
    /// The last resync has failed.
    Retry,
    /// The period, or the time of day.
    Periodic,
    /// A trigger has come to hold.
    Trigger,
}

impl Reason {
    /// `$PRVST`
    pub const fn status(self) -> &'static str {
        match self {
            Reason::Person | Reason::SipNotify => "-1",
            Reason::Reset | Reason::AfterUpgrade => "0",
            Reason::Periodic | Reason::Trigger => "1",
            Reason::Retry => "2",
        }
    }

    /// For the device's log.
    pub const fn words(self) -> &'static str {
        match self {
            Reason::Person => "a person asks for it",
            Reason::SipNotify => "a SIP NOTIFY asks for it",
            Reason::Reset => "the device was reset",
            Reason::AfterUpgrade => "an upgrade was tried",
            Reason::Retry => "the last one failed",
            Reason::Periodic => "its time has come",
            Reason::Trigger => "a trigger holds",
        }
    }

    /// Whether somebody outside has asked for it: no trigger holds it back.
    pub const fn is_explicit(self) -> bool {
        matches!(self, Reason::Person | Reason::SipNotify)
    }
}

/// What somebody wants of provisioning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A resync, as `/admin/resync` does it: by a rule of its own, or else by the device's.
    Resync(Option<String>),
    /// A SIP NOTIFY with `Event: resync`; `Resync_From_SIP` decides.
    SipResync,
    /// A SIP NOTIFY with `Event: report`, authenticated.
    SipReport,
    /// DHCP has named these servers: the number of the option, and what it says.
    Servers(Vec<(u8, String)>),
    /// Another choice where the guides contradict each other.
    Policies(Policies),
}

/// What is under way.
#[derive(Debug)]
pub struct Run {
    /// What it is.
    pub work: Work,
    /// The transfer that is under way for it.
    pub job: u32,
    /// Where from, or where to.
    pub url: FullUrl,
    /// When the transfer began.
    pub started: Timestamp,
    /// When it is given up.
    pub deadline: Timestamp,
}

/// What a transfer is for.
#[derive(Debug)]
pub enum Work {
    /// A profile.
    Profile {
        /// The rules it belongs to.
        resync: Resync,
        /// What it is encrypted with.
        key: Option<Secret>,
        /// What its elements stand for.
        aliases: Aliases,
    },
    /// An image; with the text of its rule.
    Upgrade(String),
    /// A report.
    Report(Report),
    /// Authorities; with the text of `Custom_CA_URL`.
    CustomCa(String),
    /// The rule of the activation server.
    Activation,
}

/// A report that is under way.
#[derive(Debug)]
pub struct Report {
    /// The rule behind its own, counted from zero.
    pub next: usize,
    /// What the configuration was when it was written, if it tells of that.
    pub marks: Option<Marks>,
}

/// Authorities of `Custom_CA_URL` that are not there yet.
#[derive(Debug)]
pub struct WantedCa {
    /// The text of the parameter.
    pub url: String,
    /// When they are fetched; `None` while they are on their way, and if they are not tried again.
    pub at: Option<Timestamp>,
    /// Tries that have failed.
    pub failures: usize,
}

/// One way through the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resync {
    /// Why.
    pub reason: Reason,
    /// The only rule, if a person has named one.
    pub only: Option<String>,
    /// Rules that are done.
    pub done: usize,
    /// A value was changed that wants a restart.
    pub restarts: bool,
}

/// The settings a timer runs by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing {
    /// `Resync_Periodic`
    pub periodic: String,
    /// `Resync_At__HHmm_`
    pub at: String,
    /// `Resync_At_Random_Delay`
    pub at_delay: String,
}

/// The provisioning of one device, while there is anything to do for it.
#[derive(Debug, Default)]
pub struct Engine {
    /// When a resync is due, by its reason.
    pub due: BTreeMap<Reason, Timestamp>,
    /// The rule a person has named.
    pub asked_rule: Option<String>,
    /// A report is wanted, by the rule with this number.
    pub report: Option<usize>,
    /// What the configuration was at the last boot, resync or report, while a rule asks for what has changed since.
    pub marks: Option<Marks>,
    /// When `Upgrade_Rule` is to be gone by.
    pub upgrade_at: Option<Timestamp>,
    /// Upgrades by the present rule that have failed.
    pub upgrade_failures: usize,
    /// What the last upgrade that failed was for.
    pub upgrade_tried: Option<super::remembered::Upgraded>,
    /// Resyncs that have failed since the last one that succeeded.
    pub failures: usize,
    /// Resyncs that have succeeded since the list of `Resync_Periodic` began.
    pub periods: usize,
    /// The settings the timers run by.
    pub timing: Option<Timing>,
    /// Since when no line has a call, if one had while a resync was due.
    pub idle_since: Option<Timestamp>,
    /// A line had a call when a resync was due.
    pub was_busy: bool,
    /// When the triggers are looked at.
    pub triggers_at: Option<Timestamp>,
    /// One of them held at the last look.
    pub triggered: bool,
    /// The authorities that are wanted.
    pub custom_ca: Option<WantedCa>,
    /// When the activation server is asked.
    pub activation_at: Option<Timestamp>,
    /// It is wanted, and has its time or had it.
    pub activation_armed: bool,
    /// Tries that have failed.
    pub activation_failures: usize,
    /// What is under way.
    pub run: Option<Run>,
    /// Servers DHCP has named.
    servers: Vec<(u8, String)>,
    /// How it goes by the guides.
    pub policies: Policies,
}

impl Engine {
    /// The reason that goes first of those whose time has come.
    pub fn due_now(&self, now: Timestamp) -> Option<Reason> {
        let mut due = self.due.iter();
        due.find(|(_, at)| **at <= now).map(|(reason, _)| *reason)
    }

    /// When the next resync is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.values().min().copied()
    }

    /// Takes what is due: one resync answers every reason there is at its moment.
    pub fn take_due(&mut self, now: Timestamp) {
        self.due.retain(|_, at| *at > now);
    }

    /// DHCP has named these servers.
    pub fn set_servers(&mut self, mut servers: Vec<(u8, String)>) {
        servers.truncate(DHCP_SERVERS);
        self.servers = servers;
    }

    /// The server to use, by the options of `DHCP_Option_To_Use`, the most preferred first.
    pub fn server(&self, options: &str) -> Option<&str> {
        let mut wanted = options
            .split(',')
            .filter_map(|option| option.trim().parse().ok());
        wanted.find_map(|option: u8| {
            let named = |(number, text): &&(u8, String)| *number == option && !text.is_empty();
            self.servers
                .iter()
                .find(named)
                .map(|(_, text)| first_of(text))
        })
    }

    /// Whether there is a server from DHCP.
    pub fn has_servers(&self) -> bool {
        !self.servers.is_empty()
    }

    /// Whether nothing is left to do or to know.
    pub fn is_idle(&self) -> bool {
        self.run.is_none()
            && self.due.is_empty()
            && self.upgrade_at.is_none()
            && self.servers.is_empty()
            && self.policies == Policies::default()
            && self.upgrade_tried.is_none()
            && self.report.is_none()
            && self.marks.is_none()
            && self.custom_ca.is_none()
            && !self.activation_armed
    }
}

/// The first server of a list.
fn first_of(text: &str) -> &str {
    text.split(',').next().unwrap_or_default().trim()
}
