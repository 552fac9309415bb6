//! What a device says of its telephone lines: whether they are registered, and why not.

use super::Device;
use super::facts::{Facts, sibling};
use crate::tree::Tree;
use data_model::provisioning::domains;
use data_model::schema::{Address, Instances};
use std::borrow::Cow;

impl Device {
    /// The telephone side says which lines are registered; what the ACS wants to know of it is a change of a value like
    /// any other.
    pub(super) fn lines_registered(&mut self, registered: u8) {
        if self.core.facts.registered == registered {
            return;
        }
        let told = self.core.changes.has_active();
        self.core
            .observing(|core| core.facts.registered = registered);
        self.tell_changes(told);
    }
}

impl Facts {
    /// TR-104 Line.Status. Whether a registration succeeded only the telephone side can tell.
    pub(super) fn line_status(&self, address: &Address, tree: &Tree) -> &'static str {
        let value = |name| {
            let address = sibling(tree, address, name)?;
            Some(tree.value(&address, self))
        };
        match (value("Enable"), value("DirectoryNumber")) {
            (Some(enable), _) if enable != "Enabled" => "Disabled",
            (_, _) if self.refused_proxy(address, tree).is_some() => "Error",
            (_, Some(number)) if !number.is_empty() && self.is_registered(address) => "Up",
            (_, Some(number)) if !number.is_empty() => "Registering",
            (_, _) => "Initializing",
        }
    }

    pub(super) fn registration(&self, address: &Address, tree: &Tree) -> Cow<'static, str> {
        match self.refused_proxy(address, tree) {
            Some(proxy) => {
                let why = format!("Failed: {proxy} is not in Restricted_Access_Domains");
                Cow::Owned(why)
            }
            None if self.is_registered(address) => Cow::Borrowed("Registered"),
            None => Cow::Borrowed("Not Registered"),
        }
    }

    fn is_registered(&self, address: &Address) -> bool {
        let line = line_of(address).and_then(|line| line.checked_sub(1));
        line.is_some_and(|line| line < 8 && self.registered & 1 << line != 0)
    }

    /// The proxy of a line, if `Restricted_Access_Domains` keeps the line from registering there.
    fn refused_proxy(&self, address: &Address, tree: &Tree) -> Option<String> {
        let at = self.product.known.registrars.as_ref()?;
        let line = Address {
            node: at.proxy,
            instances: Instances::default().push(line_of(address)?)?,
        };
        let (domains, proxy) = (tree.value(&at.domains, self), tree.value(&line, self));
        // Servers to fall back to stand behind bars, what is known about one behind colons.
        let mut servers = proxy.split('|').map(str::trim).filter(|it| !it.is_empty());
        let first = servers.clone().next()?;
        let outside = !servers.any(|server| domains::allows(&domains, server_of(server)));
        outside.then(|| server_of(first).to_owned())
    }
}

/// The server in an entry such as `proxy.example.net:5060:p=1`.
fn server_of(entry: &str) -> &str {
    let end = entry.find(":p=").or_else(|| entry.find(":w="));
    entry.get(..end.unwrap_or(entry.len())).unwrap_or_default()
}

/// The number of the line something is of. A profile of TR-104 stands for a line; its own lines are counted below it.
fn line_of(address: &Address) -> Option<u32> {
    let numbers = address.instances.as_slice();
    numbers.get(1).or(numbers.first()).copied()
}

#[cfg(test)]
mod tests {
    use crate::device::exchange::Downgrade;
    use crate::device::{Device, DeviceConfig, FilePolicy, Identity, Input, Product, Saved};
    use cwmp::CwmpVersion;
    use data_model::Timestamp;

    #[test]
    fn a_line_says_what_the_telephone_side_says_of_it() {
        let config = DeviceConfig {
            product: Product::load("ata192").expect("a product of ours"),
            identity: Identity {
                serial_number: "LINES".into(),
                mac: [0; 6],
            },
            installed: [].into(),
            authority: "".into(),
            downgrade: Downgrade::Refused,
            newest_version: CwmpVersion::V1_4,
            seed: 1,
            files: FilePolicy::default(),
        };
        let now = Timestamp::from_millis(1_800_000_000_000);
        let mut device = Device::boot(config, &Saved::new(), now);
        let states = |device: &Device| {
            [1, 2].map(|line| {
                let name = format!("Device.X_CISCO_ATA.Status.Line.{line}.Registration_State");
                device.core().value_of(&name)
            })
        };
        let (up, down) = (
            Some("Registered".to_owned()),
            Some("Not Registered".to_owned()),
        );
        assert_eq!(states(&device), [down.clone(), down.clone()]);
        device.handle(Input::Registered(0b10), now);
        assert_eq!(states(&device), [down.clone(), up]);
        device.handle(Input::Registered(0), now);
        assert_eq!(states(&device), [down.clone(), down]);
    }
}
