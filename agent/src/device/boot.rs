//! What a boot makes of what was kept, and what is kept for the next one.

use super::core::Core;
use super::facts::{CLOCK_FLOOR, Facts};
use super::io::SectionKind;
use super::log::DeviceLog;
use super::meta::Meta;
use super::{BootedInto, DeviceConfig, EventQueue, Random, Saved, Slots, Tree, password};
use crate::firmware::SlotName;
use crate::inform::Changes;
use crate::tree::{SavedTree, Transaction};
use cwmp::{Event, EventCode};
use data_model::schema::Address;
use data_model::{Timestamp, XsdType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

impl Core {
    /// Puts a device together from its set-up and what was persisted.
    pub(super) fn restore(
        config: DeviceConfig,
        saved: &Saved,
        random: &mut Random,
        now: Timestamp,
    ) -> Core {
        let mut meta: Meta = read(saved, SectionKind::Meta);
        let reset;
        let saved = if meta.reset_at_boot {
            reset = after_factory_reset(saved, &mut meta);
            &reset
        } else {
            saved
        };
        if meta.boots == 0 {
            meta.first_use = now;
            meta.connection_request_path = random.next();
        }
        meta.boots += 1;
        // TR-069 A.4.1.2: kept over a reboot only where there is absolute time.
        meta.scheduled
            .retain(|due| due >= CLOCK_FLOOR && now >= CLOCK_FLOOR);
        let firmware: Slots = read(saved, SectionKind::Firmware);
        let mut tree = Tree::new(Arc::clone(&config.product.ty));
        let facts = Facts {
            product: config.product,
            identity: config.identity,
            software_version: firmware.version.as_str().into(),
            parameter_key: meta.parameter_key.clone(),
            authority: config.authority,
            udp: None,
            xmpp: None,
            connection_request_path: meta.connection_request_path,
            hardware: None,
            booted: now,
            first_use: meta.first_use,
            now,
            log: DeviceLog::new(config.files.log_bytes),
            health: Default::default(),
            registered: 0,
        };
        install(&mut tree, &facts, &config.installed);
        let saved_tree: SavedTree = read(saved, SectionKind::Tree);
        tree.restore(&saved_tree);
        let in_clear = passwords_in_clear(&saved_tree, &tree);
        let mut core = Core {
            tree,
            facts,
            events: EventQueue::restore(read(saved, SectionKind::Events)),
            changes: Changes::default(),
            transfers: read(saved, SectionKind::Transfers),
            modules: read(saved, SectionKind::Modules),
            firmware,
            diagnostics: Default::default(),
            restart: None,
            failures_since_boot: 0,
            version: config.newest_version,
            packing_refused: false,
            delay_reboot_set: false,
            session_access: None,
            files: config.files,
            provisioning_moves: false,
            meta,
        };
        core.hash_passwords(&in_clear);
        core
    }

    /// Notes what a boot means: events, the fate of transfers, another version, another address.
    pub(super) fn booted(&mut self, into: BootedInto) {
        self.forget_delayed_reboot();
        // The boot itself may have chosen the other slot.
        self.facts.software_version = self.firmware.version.as_str().into();
        let version = self.facts.software_version().to_owned();
        self.note(&format!("boot, firmware {version}"));
        self.transfers.booted(into, self.facts.now);
        self.modules.booted();
        self.events.push(Event::new(EventCode::Boot));
        self.diagnostics_booted();
        self.check_bootstrap();
        // What the ACS was told last, and what is true: the difference is a change like any other.
        let version: Box<str> = self.firmware.version.as_str().into();
        let authority = Arc::clone(&self.facts.authority);
        if !self.meta.reported_version.is_empty() {
            self.facts.software_version = self.meta.reported_version.clone();
            self.facts.authority = Arc::from(&*self.meta.reported_authority);
        }
        self.observing(|core| {
            core.facts.software_version = version;
            core.facts.authority = authority;
            core.start_units();
        });
    }

    /// BOOTSTRAP is due while no ACS at the present URL has taken note of one; it discards every other event, with
    /// the changes and transfers they tell of (TR-069 Table 8). Gives what is to be kept of that.
    pub(super) fn check_bootstrap(&mut self) -> &'static [SectionKind] {
        let url = self.value(&self.product().known.url);
        if url.is_empty()
            || *url == *self.meta.bootstrapped_url
            || self.events.contains(&EventCode::Bootstrap)
        {
            return &[];
        }
        let boot = self.events.contains(&EventCode::Boot);
        self.events.push(Event::new(EventCode::Bootstrap));
        self.changes.discard();
        // TR-069 3.6.1: an ACS that begins anew knows no aliases yet.
        if let Some(at) = self.product().known.instance_mode {
            self.tree.set_by_device(&at, "InstanceNumber");
        }
        self.transfers.discard_ended();
        self.modules.discard_ended();
        if boot {
            self.events.push(Event::new(EventCode::Boot));
        }
        &[
            SectionKind::Events,
            SectionKind::Transfers,
            SectionKind::Modules,
            SectionKind::Tree,
        ]
    }

    /// A part of the state, for keeping.
    pub(super) fn saved(&self, kind: SectionKind) -> Vec<u8> {
        match kind {
            SectionKind::Tree => write(&self.tree.saved()),
            SectionKind::Meta => write(&self.meta),
            SectionKind::Events => write(&self.events.saved()),
            SectionKind::Transfers => write(&self.transfers),
            SectionKind::Firmware => write(&self.firmware),
            SectionKind::Modules => write(&self.modules),
        }
    }
}

/// The slot a device is to boot from, by what was kept of it.
pub fn active_slot(saved: &Saved) -> SlotName {
    let slots: Slots = read(saved, SectionKind::Firmware);
    slots.active
}

/// What a device has kept that left the factory with this firmware.
pub fn came_with(version: &str) -> Saved {
    let slots = Slots {
        version: version.to_owned(),
        ..Slots::default()
    };
    Saved::from([(SectionKind::Firmware, write(&slots))])
}

/// Whether the next boot from what was kept begins from the factory's state.
pub fn resets(saved: &Saved) -> bool {
    let meta: Meta = read(saved, SectionKind::Meta);
    meta.reset_at_boot
}

/// The image on trial could not be put to work: the next boot leaves it for the old one.
pub fn give_up_trial(saved: &mut Saved) {
    let mut slots: Slots = read(saved, SectionKind::Firmware);
    slots.give_up_trial();
    saved.insert(SectionKind::Firmware, write(&slots));
}

/// What a factory reset leaves: the firmware, and what the hardware knows.
fn after_factory_reset(saved: &Saved, meta: &mut Meta) -> Saved {
    *meta = Meta {
        connection_request_path: meta.connection_request_path,
        boots: meta.boots,
        first_use: meta.first_use,
        ..Meta::default()
    };
    let firmware = saved.get(&SectionKind::Firmware);
    firmware
        .map(|bytes| (SectionKind::Firmware, bytes.clone()))
        .into_iter()
        .collect()
}

/// Values the installer put in count as the factory's.
fn install(tree: &mut Tree, facts: &Facts, installed: &[(String, String)]) {
    for (name, value) in installed {
        let mut transaction = Transaction::new(tree, facts);
        transaction.set(name, XsdType::String, value);
        match transaction.check() {
            Ok(checked) => {
                tree.commit(checked);
            }
            Err(refused) => {
                let why = refused
                    .first()
                    .map(|fault| fault.fault_string.clone())
                    .unwrap_or_default();
                tracing::warn!(parameter = %name, why, "an installed value is not usable");
            }
        }
    }
    tree.seal_installed();
}

/// Passwords of the page that an agent without hashes has kept as they were set.
fn passwords_in_clear(saved: &SavedTree, tree: &Tree) -> Vec<Address> {
    let passwords = saved.values.iter().filter(|(name, value)| {
        name.contains(".Web_Login_") && name.ends_with("_Password") && !password::is_hashed(value)
    });
    passwords.filter_map(|(name, _)| tree.find(name)).collect()
}

fn read<T: DeserializeOwned + Default>(saved: &Saved, kind: SectionKind) -> T {
    let Some(bytes) = saved.get(&kind) else {
        return T::default();
    };
    serde_json::from_slice(bytes).unwrap_or_else(|error| {
        // The journal's checksum was right, so this is a record of another build; starting without it is
        // better than not starting.
        tracing::error!(section = ?kind, %error, "a persisted section cannot be read and is left out");
        T::default()
    })
}

fn write<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("our own state has only string keys")
}
