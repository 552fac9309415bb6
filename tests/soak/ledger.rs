//! What the device owes its ACS and what it may say, by TR-069 A6, Table 8, kept from the outside: from what happened
//! to the device and from what it sent.
//!
//! Something is acknowledged for certain when the device goes on in the session after the response that confirms it.
//! Until then it may come again; afterwards it may not. What is owed and misses the next Inform was lost.
//!
//! Long because every rule of the table is kept here.

mod reports;

use cwmp::rpc::Inform;
use cwmp::{Event, EventCode};
use data_model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The parameter people change by hand.
pub const BY_HAND: &str = "Device.DeviceInfo.ProvisioningCode";
/// Orders of ScheduleInform a device keeps.
const ORDERS: usize = agent::limits::SCHEDULED_INFORMS;
const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";

/// One event that may be due.
#[derive(Debug, Clone, Copy, Default)]
struct Claim {
    /// When it last happened, in the order of everything.
    happened: u64,
    /// The next Inform must tell it.
    owed: bool,
    /// An Inform may tell it.
    allowed: bool,
}

/// What a request that promises a report is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// A file to the device.
    #[default]
    Download,
    /// A file from the device.
    Upload,
    /// A software module.
    Module,
}

/// One Download, Upload or ChangeDUState: all promise a report.
#[derive(Debug, Clone, Copy, Default)]
struct Transfer {
    way: Way,
    delay_secs: u64,
    /// It may not begin before.
    earliest: Timestamp,
    /// It may not begin after; none if it may wait for its turn, or nobody knows.
    latest: Option<Timestamp>,
    accepted: bool,
    refused: bool,
    waived: bool,
    acknowledged: bool,
    /// A file that the device can use has reached it, or its file has reached the server.
    usable: bool,
    /// The response to its report has reached the device.
    answered: bool,
}

/// One ScheduleInform.
#[derive(Debug, Clone, Copy, Default)]
struct Order {
    /// Its time has not come before this.
    earliest: Timestamp,
    /// Its time has come after this; none before the device has answered it.
    latest: Option<Timestamp>,
    refused: bool,
    waived: bool,
    /// The InformResponse to an Inform that told it has reached the device.
    answered: bool,
    acknowledged: bool,
}

/// What the response that has just been sent confirms, if it arrives.
#[derive(Debug, Clone)]
enum Ack {
    Inform(Box<Told>),
    Report(String),
}

/// What an Inform has told.
#[derive(Debug, Clone)]
struct Told {
    at: u64,
    url: String,
    events: Vec<Event>,
    version: String,
}

/// The books of one run.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What was found to be wrong.
    pub violations: Vec<String>,
    /// The time.
    pub now: Timestamp,
    order: u64,
    boot: Claim,
    change: Claim,
    call: Claim,
    reboots: BTreeMap<String, Claim>,
    transfers: BTreeMap<String, Transfer>,
    orders: BTreeMap<String, Order>,
    /// The ACS that has taken note of a BOOTSTRAP, and those that may have.
    bootstrapped: Option<String>,
    perhaps_bootstrapped: BTreeSet<String>,
    moved: bool,
    told: Option<Told>,
    pending: Option<Ack>,
    acknowledged_version: String,
    last_url: String,
    by_hand: Option<String>,
    /// Inform.RetryCount, if no power cut has made it uncertain.
    retry_count: Option<u32>,
}

impl Ledger {
    /// Notes what is wrong.
    pub fn wrong(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    fn next(&mut self) -> u64 {
        self.order += 1;
        self.order
    }

    fn happens(&mut self) -> Claim {
        Claim {
            happened: self.next(),
            owed: true,
            allowed: true,
        }
    }

    // ---- what happens to the device

    /// It boots; `reset` if that may have wiped out everything, `cut` if it was not asked to.
    pub fn booted(&mut self, reset: crate::belief::Reset, cut: bool) {
        use crate::belief::Reset;
        self.session_cut_off();
        self.boot = self.happens();
        self.change.owed = false;
        self.call = Claim::default();
        self.by_hand = None;
        if cut {
            self.retry_count = None;
        }
        match reset {
            Reset::No => return,
            Reset::Maybe => self.perhaps_bootstrapped.extend(self.bootstrapped.take()),
            Reset::Certain => {
                self.perhaps_bootstrapped.clear();
                self.bootstrapped = None;
            }
        }
        self.retry_count = None;
        self.waive();
    }

    /// A connection request was accepted.
    pub fn called(&mut self) {
        self.call = self.happens();
    }

    /// Somebody has changed a parameter whose changes are told at once.
    pub fn changed_by_hand(&mut self, value: &str) {
        self.change = self.happens();
        self.by_hand = Some(value.to_owned());
    }

    /// The ACS sends a Reboot; it may be carried out from here on.
    pub fn reboot_sent(&mut self, key: &str) {
        let mut claim = self.happens();
        claim.owed = false;
        self.reboots.insert(key.to_owned(), claim);
    }

    /// The device has answered it.
    pub fn reboot_promised(&mut self, key: &str) {
        let claim = self.happens();
        self.reboots.insert(key.to_owned(), claim);
    }

    /// The ACS sends a Download or an Upload, to be carried out after so many seconds.
    pub fn transfer_sent(&mut self, key: &str, way: Way, delay_secs: u32) {
        let delay_secs = u64::from(delay_secs);
        let transfer = Transfer {
            way,
            delay_secs,
            earliest: self.now.plus_secs(delay_secs),
            ..Transfer::default()
        };
        self.transfers.insert(key.to_owned(), transfer);
    }

    /// The device begins to move the file.
    pub fn transfer_begins(&mut self, key: &str) {
        let now = self.now;
        let Some(transfer) = self.transfers.get(key) else {
            return self.wrong(format!("{key} begins, which nobody has asked for"));
        };
        if now < transfer.earliest {
            self.wrong(format!("{key} begins, whose time has not come"));
        } else if transfer.latest.is_some_and(|latest| now > latest) {
            self.wrong(format!("{key} begins, whose hour has gone by"));
        }
    }

    /// The ACS sends a ScheduleInform.
    pub fn order_sent(&mut self, key: &str, delay_secs: u32) {
        let order = Order {
            earliest: self.now.plus_secs(delay_secs.into()),
            ..Order::default()
        };
        self.orders.insert(key.to_owned(), order);
    }

    /// The device has answered it.
    pub fn order_answered(&mut self, key: &str, delay_secs: u32, accepted: bool) {
        let waiting = self.orders.values();
        let waiting = waiting.filter(|order| !order.refused && !order.acknowledged);
        if !accepted && waiting.count() <= ORDERS {
            self.wrong(format!("{key} was refused though there is room"));
        }
        let now = self.now;
        let order = self.orders.entry(key.to_owned()).or_default();
        order.refused = !accepted;
        order.latest = accepted.then(|| now.plus_secs(delay_secs.into()));
    }

    /// The device has answered it.
    pub fn transfer_answered(&mut self, key: &str, accepted: bool) {
        let transfer = self.transfers.entry(key.to_owned()).or_default();
        transfer.accepted = accepted;
        // TR-069 Table 33: within one hour, or not at all.
        let latest = self.now.plus_secs(transfer.delay_secs + 3_600);
        transfer.latest = (accepted && transfer.delay_secs > 0).then_some(latest);
        transfer.refused = !accepted;
    }

    /// A file for a Download has arrived, of a kind the device can use, or that of an Upload at its server.
    pub fn file_arrived(&mut self, key: &str) {
        self.transfers.entry(key.to_owned()).or_default().usable = true;
    }

    /// A BOOTSTRAP discards everything that was not delivered before it.
    fn waive(&mut self) {
        self.change.owed = false;
        self.call.owed = false;
        self.reboots
            .values_mut()
            .for_each(|claim| claim.owed = false);
        self.orders
            .values_mut()
            .for_each(|order| order.waived = true);
        self.transfers
            .values_mut()
            .for_each(|transfer| transfer.waived = true);
    }

    // ---- what the device sends

    /// The device goes on in its session, so what the last response confirmed is delivered.
    pub fn goes_on(&mut self) {
        match self.pending.take() {
            None => {}
            Some(Ack::Report(key)) => {
                self.transfers.entry(key).or_default().acknowledged = true;
            }
            Some(Ack::Inform(told)) => self.delivered(*told),
        }
    }

    fn delivered(&mut self, told: Told) {
        for event in &told.events {
            let claim = match event.event_code {
                EventCode::Boot => &mut self.boot,
                EventCode::ValueChange => &mut self.change,
                EventCode::MReboot => {
                    let key = event.command_key.as_str().to_owned();
                    self.reboots.entry(key).or_default()
                }
                EventCode::MScheduleInform => {
                    let key = event.command_key.as_str().to_owned();
                    self.orders.entry(key).or_default().acknowledged = true;
                    continue;
                }
                EventCode::Bootstrap => {
                    self.bootstrapped = Some(told.url.clone());
                    self.perhaps_bootstrapped.clear();
                    self.moved = false;
                    continue;
                }
                _ => continue,
            };
            if claim.happened <= told.at {
                claim.owed = false;
                claim.allowed = false;
            }
        }
        self.acknowledged_version = told.version;
    }

    /// It opens a session at this URL.
    pub fn informs(&mut self, inform: &Inform, url: &str) {
        let told = Told {
            at: self.next(),
            url: url.to_owned(),
            events: inform.event.clone(),
            version: inform
                .parameter_list
                .get(VERSION)
                .unwrap_or_default()
                .to_owned(),
        };
        self.check_bootstrap(inform.has_event(&EventCode::Bootstrap), url);
        if inform.has_event(&EventCode::Bootstrap) {
            self.waive();
        }
        self.check_owed(inform);
        for event in &inform.event {
            self.check_allowed(event, &told, url);
        }
        self.check_together(inform);
        if let Some(expected) = self.retry_count
            && expected != inform.retry_count
        {
            self.wrong(format!(
                "RetryCount is {}, not {expected}",
                inform.retry_count
            ));
        }
        self.retry_count = Some(inform.retry_count);
        // TR-069 Table 8: never tried twice.
        self.call = Claim::default();
        self.last_url = url.to_owned();
        self.told = Some(told);
    }

    fn check_bootstrap(&mut self, has: bool, url: &str) {
        let known = self.bootstrapped.as_deref() == Some(url);
        let perhaps = self.perhaps_bootstrapped.contains(url);
        if has && known && !perhaps && !self.moved {
            self.wrong(format!("0 BOOTSTRAP once more to {url}"));
        }
        if !has && !known && !perhaps {
            self.wrong(format!("no 0 BOOTSTRAP to {url}"));
        }
        if !has && perhaps {
            self.bootstrapped = Some(url.to_owned());
            self.perhaps_bootstrapped.clear();
        }
        self.moved |= !known;
    }

    fn check_owed(&mut self, inform: &Inform) {
        let singles = [
            (self.boot, EventCode::Boot),
            (self.change, EventCode::ValueChange),
            (self.call, EventCode::ConnectionRequest),
        ];
        for (claim, code) in singles {
            if claim.owed && !inform.has_event(&code) {
                self.wrong(format!("{code} is lost"));
            }
        }
        let lost: Vec<String> = self
            .reboots
            .iter()
            .filter(|(key, claim)| claim.owed && !has_key(inform, &EventCode::MReboot, key))
            .map(|(key, _)| format!("M Reboot {key} is lost"))
            .collect();
        self.violations.extend(lost);
        let now = self.now;
        let lost: Vec<String> = self
            .orders
            .iter()
            .filter(|(_, order)| order.latest.is_some_and(|latest| latest < now))
            .filter(|(_, order)| !order.waived && !order.answered && !order.acknowledged)
            .filter(|(key, _)| !has_key(inform, &EventCode::MScheduleInform, key))
            .map(|(key, _)| format!("M ScheduleInform {key} is lost"))
            .collect();
        self.violations.extend(lost);
        let shown = inform.parameter_list.get(BY_HAND);
        if self.change.owed && shown != self.by_hand.as_deref() {
            self.wrong(format!(
                "{BY_HAND} is told as {shown:?}, not as {:?}",
                self.by_hand
            ));
        }
    }

    fn check_allowed(&mut self, event: &Event, told: &Told, url: &str) {
        let key = event.command_key.as_str();
        let allowed = match event.event_code {
            EventCode::Boot => self.boot.allowed,
            EventCode::ConnectionRequest => self.call.allowed,
            EventCode::ValueChange => {
                let other_version = told.version != self.acknowledged_version;
                self.change.allowed || other_version || url != self.last_url
            }
            EventCode::MReboot => self.reboots.get(key).is_some_and(|claim| claim.allowed),
            EventCode::MDownload => self.may_report(key, Way::Download),
            EventCode::MUpload => self.may_report(key, Way::Upload),
            EventCode::MChangeDuState => self.may_report(key, Way::Module),
            EventCode::MScheduleInform => self.is_due(key),
            EventCode::Bootstrap
            | EventCode::Periodic
            | EventCode::Scheduled
            | EventCode::TransferComplete
            | EventCode::DuStateChangeComplete => true,
            _ => false,
        };
        if !allowed {
            self.wrong(format!(
                "{} {key} is told, but nothing of the kind is due",
                event.event_code
            ));
        }
    }

    fn may_report(&self, key: &str, way: Way) -> bool {
        let transfer = self.transfers.get(key);
        transfer.is_some_and(|transfer| {
            let due = transfer.way == way && transfer.earliest <= self.now;
            due && !transfer.refused && !transfer.acknowledged
        })
    }

    fn is_due(&self, key: &str) -> bool {
        let order = self.orders.get(key);
        order.is_some_and(|order| {
            order.earliest <= self.now && !order.refused && !order.acknowledged
        })
    }

    /// TR-069 3.7.1.5: events of one cause come together, single ones once.
    fn check_together(&mut self, inform: &Inform) {
        let has = |code: &EventCode| inform.has_event(code);
        if has(&EventCode::MReboot) && !has(&EventCode::Boot) {
            self.wrong("M Reboot without 1 BOOT");
        }
        let transfer = has(&EventCode::MDownload) || has(&EventCode::MUpload);
        if transfer != has(&EventCode::TransferComplete) {
            self.wrong("one of 7 TRANSFER COMPLETE and M Download or M Upload without the other");
        }
        if has(&EventCode::Scheduled) != has(&EventCode::MScheduleInform) {
            self.wrong("one of 3 SCHEDULED and M ScheduleInform without the other");
        }
        if has(&EventCode::MChangeDuState) != has(&EventCode::DuStateChangeComplete) {
            self.wrong("one of 11 DU STATE CHANGE COMPLETE and M ChangeDUState without the other");
        }
        let mut seen = BTreeSet::new();
        for event in &inform.event {
            let named = format!("{} {}", event.event_code, event.command_key.as_str());
            if !seen.insert(named.clone()) {
                self.wrong(format!("{named} twice in one Inform"));
            }
        }
    }

    // ---- what the ACS answers

    /// The ACS has answered the Inform of this session with an InformResponse.
    pub fn inform_answered(&mut self) {
        self.pending = self.told.clone().map(|told| Ack::Inform(Box::new(told)));
    }

    /// The ACS has answered a report.
    pub fn report_answered(&mut self, key: &str) {
        self.pending = Some(Ack::Report(key.to_owned()));
    }

    /// What the ACS has answered was spoiled on the way.
    pub fn answer_spoiled(&mut self) {
        self.pending = None;
    }

    /// The answer has reached the device: what it confirms need not be told again, though it may, as long as the device
    /// has not shown that it has taken note.
    pub fn answer_arrives(&mut self) {
        match &self.pending {
            None => {}
            Some(Ack::Report(key)) => {
                self.transfers.entry(key.clone()).or_default().answered = true;
            }
            Some(Ack::Inform(told)) => {
                for event in &told.events {
                    let claim = match event.event_code {
                        EventCode::Boot => &mut self.boot,
                        EventCode::ValueChange => &mut self.change,
                        EventCode::MReboot => {
                            let key = event.command_key.as_str().to_owned();
                            self.reboots.entry(key).or_default()
                        }
                        EventCode::MScheduleInform => {
                            let key = event.command_key.as_str().to_owned();
                            self.orders.entry(key).or_default().answered = true;
                            continue;
                        }
                        _ => continue,
                    };
                    claim.owed &= claim.happened > told.at;
                }
            }
        }
    }

    /// The session is over, as the device sees it.
    pub fn session_over(&mut self, failed: bool) {
        self.session_cut_off();
        self.retry_count = self.retry_count.map(|count| match failed {
            true => count + 1,
            false => 0,
        });
    }

    /// The session is over; whether its last response arrived is not known.
    fn session_cut_off(&mut self) {
        if let Some(Ack::Inform(told)) = self.pending.take()
            && told
                .events
                .iter()
                .any(|event| event.event_code == EventCode::Bootstrap)
        {
            self.perhaps_bootstrapped.insert(told.url);
        }
        self.told = None;
    }

    /// When everything has had its time: nothing is owed any more.
    pub fn close(&mut self) {
        let owed: Vec<String> = self
            .transfers
            .iter()
            .filter(|(_, transfer)| transfer.accepted && !transfer.waived && !transfer.answered)
            .map(|(key, _)| format!("the end of {key} was never reported"))
            .collect();
        self.violations.extend(owed);
        let told: Vec<String> = self
            .orders
            .iter()
            .filter(|(_, order)| order.latest.is_some() && !order.waived && !order.answered)
            .map(|(key, _)| format!("M ScheduleInform {key} was never told"))
            .collect();
        self.violations.extend(told);
        let reboots = self.reboots.iter().filter(|(_, claim)| claim.owed);
        let lost: Vec<String> = reboots
            .map(|(key, _)| format!("M Reboot {key} is lost"))
            .collect();
        self.violations.extend(lost);
        let singles = [
            (self.boot, EventCode::Boot),
            (self.change, EventCode::ValueChange),
            (self.call, EventCode::ConnectionRequest),
        ];
        for (claim, code) in singles {
            if claim.owed {
                self.wrong(format!("{code} was never told"));
            }
        }
    }
}

fn has_key(inform: &Inform, code: &EventCode, key: &str) -> bool {
    let same = |event: &Event| event.event_code == *code && event.command_key.as_str() == key;
    inform.event.iter().any(same)
}
