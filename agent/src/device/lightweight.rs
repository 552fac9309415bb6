//! Lightweight notifications: which changes go out by datagram, and when (TR-069 Annex M).

use super::Device;
use super::core::Core;
use super::io::{NotificationOut, Output};
use crate::inform::Periodic;
use crate::limits::NOTIFICATION_BYTES;
use cwmp::side::lightweight::{DEFAULT_PORT, LightweightNotification};
use data_model::schema::Address;
use data_model::{DateTime, ParameterList, Secret};
use http::Uri;

impl Device {
    /// Sends what waits for a datagram, if a change wants to be told at once or the time for the others has come.
    pub(super) fn notify_lightly(&mut self) {
        let triggered = self.light_trigger_is_over();
        if !self.core.changes.wants_datagram() && !triggered {
            return;
        }
        if !self.core.may_inform() || !self.core.notifies_lightly() {
            return;
        }
        let addresses = self.core.changes.take_for_datagram();
        let Some(to) = self.core.light_receiver().filter(|_| !addresses.is_empty()) else {
            return;
        };
        let access = self.core.access();
        let username = self.core.username(&access);
        let password = Secret::new(access.password);
        for parameters in parts(&self.core, &addresses) {
            let cnonce = format!("{:016x}", self.random.next());
            let notification = LightweightNotification {
                timestamp_secs: self.now().as_millis() / 1000,
                username: &username,
                cnonce: &cnonce,
                device_id: &self.core.device_id(),
                parameters: &parameters,
            };
            let bytes = notification.datagram(&to, &password);
            let to = to.clone();
            self.outputs
                .push_back(Output::SendNotification(NotificationOut { to, bytes }));
        }
    }
}

/// The parameters in portions that fit into one datagram each.
fn parts(core: &Core, addresses: &[Address]) -> Vec<ParameterList> {
    let mut parts = Vec::new();
    let (mut current, mut bytes) = (ParameterList::new(), 0);
    for address in addresses {
        let mut one = ParameterList::new();
        crate::rpc::push_parameter(core, address, &mut one);
        let Some(parameter) = one.iter().next() else {
            continue;
        };
        // Tags and escapes come on top; a value that fills a datagram alone goes alone.
        let size = parameter.name.len() + parameter.value.len() + 96;
        if bytes + size > NOTIFICATION_BYTES && bytes > 0 {
            parts.push(std::mem::take(&mut current));
            bytes = 0;
        }
        current.push(parameter.name, parameter.ty, parameter.value);
        bytes += size;
    }
    if bytes > 0 {
        parts.push(current);
    }
    parts
}

impl Core {
    /// Whether the device has lightweight notifications at all.
    pub(crate) fn supports_lightweight(&self) -> bool {
        self.product().known.lightweight.is_some()
    }

    /// Whether they are switched on.
    pub(super) fn notifies_lightly(&self) -> bool {
        let known = self.product().known.lightweight.as_ref();
        known.is_some_and(|known| {
            let used = self.value(&known.protocols_used);
            used.split(',').any(|protocol| protocol.trim() == "UDP")
        })
    }

    /// `host:port` they go to: as it is set, else the host of the ACS.
    fn light_receiver(&self) -> Option<String> {
        let known = self.product().known.lightweight.as_ref()?;
        let set = self.value(&known.host);
        let host = match set.is_empty() {
            false => set,
            true => {
                let url: Uri = self.value(&self.product().known.url).parse().ok()?;
                url.host()?.to_owned()
            }
        };
        let port: u16 = self.value(&known.port).parse().unwrap_or(DEFAULT_PORT);
        let host = match host.contains(':') && !host.starts_with('[') {
            true => format!("[{host}]"),
            false => host,
        };
        Some(format!("{host}:{port}"))
    }

    /// When passive lightweight notifications are sent that no active one takes along; `None` for never.
    pub(super) fn light_trigger(&self) -> Option<Periodic> {
        let known = self.product().known.lightweight.as_ref()?;
        let interval_secs: u32 = self.value(&known.trigger_interval).parse().ok()?;
        let phase = DateTime::from_text(self.value(&known.trigger_time)).instant();
        (interval_secs > 0 && self.notifies_lightly()).then(|| Periodic::new(interval_secs, phase))
    }
}
