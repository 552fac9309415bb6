//! Everything a device is, apart from sessions and timers: what RPCs read and change.

use super::facts::{Facts, Identity};
use super::io::{Coding, Restart};
use super::meta::{Access, Meta};
use super::product::Product;
use super::{EventQueue, Slots, Transfers, Tree};
use crate::diagnostics::Diagnostics;
use crate::firmware::ImageHeader;
use crate::inform::{Changes, Periodic, Scheduled};
use crate::modules::Modules;
use crate::provisioning::remembered::Remembered;
use crate::tree::InstanceMode;
use core::net::IpAddr;
use cwmp::{CwmpVersion, DeviceId, Fault, FaultCode};
use data_model::schema::Address;
use std::sync::Arc;

/// The state of a device.
#[derive(Debug)]
pub struct Core {
    /// Its parameters.
    pub tree: Tree,
    /// What computed parameters are made of.
    pub facts: Facts,
    /// Undelivered events.
    pub events: EventQueue,
    /// Undelivered changes of values.
    pub changes: Changes,
    /// Transfers.
    pub transfers: Transfers,
    /// Changes of software modules.
    pub modules: Modules,
    /// The firmware slots.
    pub firmware: Slots,
    /// Diagnostic tests.
    pub(crate) diagnostics: Diagnostics,
    /// The restart that was asked for; it happens when the session is over (TR-069 3.7.1.4).
    pub restart: Option<Restart>,
    /// Sessions that have failed since the boot; the wait table starts anew with each (TR-069 3.2.1.1).
    pub failures_since_boot: u32,
    /// The version of the open session, or of the last one.
    pub version: CwmpVersion,
    /// The ACS cannot unpack what HTTPCompression asks for (TR-069 3.4.7); until that is set again.
    pub(super) packing_refused: bool,
    /// DelayReboot has been set; its seconds count from the end of the session.
    pub(super) delay_reboot_set: bool,
    /// Where files may go, and how much of the log is kept.
    pub files: super::FilePolicy,
    /// How the ACS of the open session was reached.
    pub(super) session_access: Option<Box<Access>>,
    /// A file of the vendor's own provisioning is on its way.
    pub(super) provisioning_moves: bool,
    pub(super) meta: Meta,
}

impl Core {
    /// The firmware version its ACS was last told; empty for none.
    pub fn version_told(&self) -> &str {
        &self.meta.reported_version
    }

    /// The device's product.
    pub fn product(&self) -> &Arc<Product> {
        &self.facts.product
    }

    /// The device's identity.
    pub fn identity(&self) -> &Identity {
        &self.facts.identity
    }

    /// Who the device says it is.
    pub fn device_id(&self) -> DeviceId {
        let ty = &self.product().ty;
        DeviceId {
            manufacturer: ty.manufacturer.to_string(),
            oui: ty.oui.to_string(),
            product_class: ty.product_class.to_string(),
            serial_number: self.facts.identity.serial_number.to_string(),
        }
    }

    /// A parameter's value, secrets included.
    pub fn value(&self, address: &Address) -> String {
        self.tree.value(address, &self.facts).into_owned()
    }

    /// A parameter's value by its full name.
    pub fn value_of(&self, name: &str) -> Option<String> {
        let address = self.tree.find(name)?;
        self.tree
            .device_type()
            .schema
            .node(address.node)
            .parameter()?;
        Some(self.value(&address))
    }

    /// How instances are written in names the device chooses (TR-181 InstanceMode).
    pub(crate) fn instance_mode(&self) -> InstanceMode {
        let at = self.product().known.instance_mode.as_ref();
        match at.is_some_and(|at| self.tree.value(at, &self.facts) == "InstanceAlias") {
            true => InstanceMode::Alias,
            false => InstanceMode::Number,
        }
    }

    /// The name of an address as the device writes it.
    pub(crate) fn name(&self, address: &Address) -> String {
        self.tree.name(address, self.instance_mode())
    }

    /// Whether SetParameterValues adds instances it names by unknown aliases.
    pub(crate) fn creates_instances(&self) -> bool {
        let at = self.product().known.auto_create.as_ref();
        at.is_some_and(|at| self.value(at) == "1")
    }

    /// Adds a line to the device's log; without secrets.
    pub(crate) fn note(&mut self, line: &str) {
        self.facts.log.add(self.facts.now, line);
    }

    fn number(&self, address: Option<&Address>) -> Option<u32> {
        self.value(address?).parse().ok()
    }

    /// ManagementServer.URL
    pub(crate) fn acs_url(&self) -> String {
        self.value(&self.product().known.url)
    }

    /// The address the ACS was reached at, if its name has several.
    pub(crate) fn acs_address(&self) -> Option<IpAddr> {
        let reached = self.meta.reached.as_ref()?;
        let uri: http::Uri = self.acs_url().parse().ok()?;
        (uri.host() == Some(&reached.host)).then_some(reached.address)
    }

    /// The ACS and our credentials there, as they are set.
    pub(super) fn access(&self) -> Access {
        let known = &self.product().known;
        Access {
            url: self.value(&known.url),
            username: self.value(&known.username),
            password: self.value(&known.password),
        }
    }

    /// Our user at the ACS: without a set one the device itself (TR-069 3.4.4).
    pub(super) fn username(&self, access: &Access) -> String {
        if access.username.is_empty() {
            self.device_id().username()
        } else {
            access.username.clone()
        }
    }

    /// Whether CWMP is switched on and an ACS is known.
    pub(super) fn may_inform(&self) -> bool {
        let known = &self.product().known;
        let enabled = known
            .enable_cwmp
            .as_ref()
            .is_none_or(|address| self.value(address) != "0");
        enabled && !self.value(&known.url).is_empty()
    }

    /// CWMPRetryMinimumWaitInterval and CWMPRetryIntervalMultiplier.
    pub(super) fn retry_settings(&self) -> (u32, u32) {
        let known = &self.product().known;
        let minimum = self.number(known.retry_minimum.as_ref()).unwrap_or(5);
        let multiplier = self.number(known.retry_multiplier.as_ref()).unwrap_or(2000);
        (minimum, multiplier)
    }

    pub(super) fn throttle_secs(&self) -> u64 {
        self.number(self.product().known.throttle.as_ref())
            .unwrap_or(0)
            .into()
    }

    /// The settings of the periodic Inform; `None` while it is switched off.
    pub(super) fn periodic(&self) -> Option<Periodic> {
        let known = &self.product().known;
        if self.value(&known.periodic_enable) != "1" {
            return None;
        }
        let interval_secs = self.number(Some(&known.periodic_interval))?;
        let phase = data_model::DateTime::from_text(self.value(&known.periodic_time)).instant();
        Some(Periodic::new(interval_secs, phase))
    }

    /// Whether an image may be run on this device.
    ///
    /// # Errors
    /// With the fault the transfer is to be reported with.
    pub(super) fn accept_image(&self, header: &ImageHeader) -> Result<(), Fault> {
        let product_class = &self.product().ty.product_class;
        if header.product != **product_class {
            let why = format!(
                "the image is for {}, this is {product_class}",
                header.product
            );
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        self.accept_version(&header.version)
    }

    /// Whether this version is new enough (`Downgrade_Rev_Limit`).
    pub(super) fn accept_version(&self, version: &str) -> Result<(), Fault> {
        let limit = self
            .product()
            .known
            .downgrade_limit
            .as_ref()
            .map(|address| self.value(address));
        let limit = limit.unwrap_or_default();
        if !limit.is_empty() && data_model::firmware::is_older(version, &limit) {
            let why = format!("{version} is older than Downgrade_Rev_Limit {limit}");
            return Err(Fault::new(FaultCode::FILE_CORRUPTED, why));
        }
        Ok(())
    }

    /// How bodies are packed for the ACS.
    pub(super) fn coding(&self) -> Coding {
        let at = self.product().known.http_compression.as_ref();
        let chosen = at.map(|at| self.tree.value(at, &self.facts));
        match chosen.as_deref() {
            _ if self.packing_refused => Coding::Identity,
            Some("GZIP") => Coding::Gzip,
            Some("Deflate") => Coding::Deflate,
            Some(_) | None => Coding::Identity,
        }
    }

    /// The ACS has answered 415.
    pub(super) fn stop_packing(&mut self) {
        self.packing_refused = true;
    }

    /// Sets ManagementServer.ParameterKey.
    pub(crate) fn set_parameter_key(&mut self, key: &cwmp::ParameterKey) {
        self.meta.parameter_key = key.as_str().into();
        self.facts.parameter_key = key.as_str().into();
    }

    /// The next boot begins from the factory's state.
    pub(crate) fn reset_at_boot(&mut self) {
        self.meta.reset_at_boot = true;
    }

    /// Informs the ACS has ordered for later.
    pub(crate) fn scheduled_mut(&mut self) -> &mut Scheduled {
        &mut self.meta.scheduled
    }

    /// The ACS at a URL has taken note of our BOOTSTRAP.
    pub(super) fn bootstrapped(&mut self, url: &str) {
        let first = self.meta.bootstrapped_url.is_empty();
        if let Some(discovered) = self.meta.discovered.as_mut().filter(|_| first) {
            discovered.was_first_to_work = discovered.url == url;
        }
        self.meta.bootstrapped_url = url.into();
        self.meta.last_access = None;
    }

    /// The ACS has been told the version that runs, and where the device is.
    pub(super) fn reported(&mut self) {
        self.meta.reported_version = self.facts.software_version().into();
        self.meta.reported_authority = (*self.facts.authority).into();
    }

    /// What provisioning remembers.
    pub(crate) fn remembered(&self) -> Option<&Remembered> {
        self.meta.provisioning.as_deref()
    }

    /// The same, to be changed.
    pub(super) fn remembered_mut(&mut self) -> &mut Remembered {
        self.meta.provisioning.get_or_insert_default()
    }

    /// Whether the next boot begins from the factory's state.
    pub fn resets_at_boot(&self) -> bool {
        self.meta.reset_at_boot
    }

    /// Inform.RetryCount.
    pub(crate) fn retry_count(&self) -> u32 {
        self.meta.retry_count
    }

    pub(super) fn count_failure(&mut self) {
        self.meta.retry_count = self.meta.retry_count.saturating_add(1);
        self.failures_since_boot = self.failures_since_boot.saturating_add(1);
    }

    pub(super) fn count_success(&mut self) {
        self.meta.retry_count = 0;
        self.failures_since_boot = 0;
    }

    /// How often the device was booted.
    pub(crate) fn boots(&self) -> u64 {
        self.meta.boots
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.diagnostics.heap_bytes()
            + self.modules.heap_bytes()
            + self.tree.heap_bytes()
            + self.facts.identity.serial_number.len()
            + self.events.heap_bytes()
            + self.meta.scheduled.heap_bytes()
            + self.facts.log.heap_bytes()
    }
}
