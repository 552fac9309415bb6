//! Notification levels and access lists of parameters (TR-069 A.3.2.4, A.3.2.5), and the user access of profiles.

use crate::inform::Urgency;
use data_model::schema::{Address, NotificationRule, Parameter, Schema, UserAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// How a change of a parameter reaches the ACS: in a session, by a lightweight notification (since CWMP 1.4), or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Notification {
    /// 0: not at all.
    Off,
    /// 1: with the next Inform.
    Passive,
    /// 2: at once, in a session of its own.
    Active,
    /// 3: with the next datagram.
    PassiveLight,
    /// 4: with the next Inform and the next datagram.
    PassiveAndPassiveLight,
    /// 5: at once, by datagram.
    ActiveLight,
    /// 6: at once by datagram, and with the next Inform.
    PassiveAndActiveLight,
}

impl Notification {
    /// Every level, in the order of their numbers.
    const ALL: [Notification; 7] = [
        Notification::Off,
        Notification::Passive,
        Notification::Active,
        Notification::PassiveLight,
        Notification::PassiveAndPassiveLight,
        Notification::ActiveLight,
        Notification::PassiveAndActiveLight,
    ];

    /// How soon a session tells it, if one does.
    pub fn by_session(self) -> Option<Urgency> {
        match self {
            Notification::Active => Some(Urgency::Active),
            Notification::Passive
            | Notification::PassiveAndPassiveLight
            | Notification::PassiveAndActiveLight => Some(Urgency::Passive),
            Notification::Off | Notification::PassiveLight | Notification::ActiveLight => None,
        }
    }

    /// How soon a datagram tells it, if one does.
    pub fn by_datagram(self) -> Option<Urgency> {
        match self {
            Notification::ActiveLight | Notification::PassiveAndActiveLight => {
                Some(Urgency::Active)
            }
            Notification::PassiveLight | Notification::PassiveAndPassiveLight => {
                Some(Urgency::Passive)
            }
            Notification::Off | Notification::Passive | Notification::Active => None,
        }
    }

    /// Whether it may be refused for a parameter that may deny active notification (TR-069 Table 25).
    pub fn is_active(self) -> bool {
        let by = [self.by_session(), self.by_datagram()];
        by.contains(&Some(Urgency::Active))
    }

    /// The level as an ACS knows it whose version has no lightweight notification.
    pub fn before_1_4(self) -> Notification {
        match self.by_session() {
            Some(Urgency::Active) => Notification::Active,
            Some(Urgency::Passive) => Notification::Passive,
            None => Notification::Off,
        }
    }
}

impl From<Notification> for u8 {
    fn from(notification: Notification) -> u8 {
        notification as u8
    }
}

impl TryFrom<u8> for Notification {
    type Error = &'static str;

    fn try_from(level: u8) -> Result<Notification, &'static str> {
        let known = Notification::ALL.get(usize::from(level));
        known.copied().ok_or("notification levels end at 6")
    }
}

/// The attributes that differ from their defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    #[expect(
        clippy::box_collection,
        reason = "one word instead of three in each of thousands of devices"
    )]
    changed: Option<Box<BTreeMap<Address, SavedAttribute>>>,
}

/// The changed attributes of one parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedAttribute {
    /// The level that was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
    /// The access list that was set: whether subscribers may write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<bool>,
    /// What a profile has said the user account may do: its attribute `ua`.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_ua",
        deserialize_with = "read_ua"
    )]
    pub ua: Option<UserAccess>,
}

fn write_ua<S: Serializer>(ua: &Option<UserAccess>, to: S) -> Result<S::Ok, S::Error> {
    ua.map(UserAccess::as_str).serialize(to)
}

/// A word of a later version is no reason to forget the rest of the journal.
fn read_ua<'d, D: Deserializer<'d>>(from: D) -> Result<Option<UserAccess>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.as_deref().and_then(UserAccess::parse))
}

impl Attributes {
    /// How changes of a parameter are notified: what the model forces, else what was set, else its default.
    pub fn notification(&self, address: &Address, parameter: &Parameter) -> Notification {
        match parameter.notification {
            NotificationRule::ForcedActive => Notification::Active,
            NotificationRule::DefaultActive => self.set(address).unwrap_or(Notification::Active),
            NotificationRule::Free | NotificationRule::CanDeny => {
                self.set(address).unwrap_or(Notification::Off)
            }
        }
    }

    /// Who besides the ACS may write a parameter.
    pub fn access_list(&self, address: &Address) -> Vec<String> {
        let saved = self
            .changed
            .as_ref()
            .and_then(|changed| changed.get(address));
        match saved.and_then(|saved| saved.subscriber) {
            Some(false) => Vec::new(),
            Some(true) | None => vec!["Subscriber".to_owned()],
        }
    }

    /// Whether subscribers may write a parameter.
    pub fn subscriber_may_write(&self, address: &Address) -> bool {
        !self.access_list(address).is_empty()
    }

    /// What the user account of the device may do with a parameter: what a profile has said, else the factory's level.
    pub fn user_access(&self, address: &Address, parameter: &Parameter) -> UserAccess {
        let changed = self.changed.as_ref();
        let said = changed.and_then(|changed| changed.get(address)?.ua);
        let factory = parameter.xml.as_ref().map(|xml| xml.user_access);
        said.or(factory).unwrap_or(UserAccess::None)
    }

    /// A profile says what the user account may do; the factory's own level takes no room.
    pub(super) fn set_user_access(
        &mut self,
        address: &Address,
        factory: UserAccess,
        ua: UserAccess,
    ) {
        let known = self.changed.as_ref();
        let is_new = known.is_none_or(|changed| !changed.contains_key(address));
        if is_new && ua == factory {
            return;
        }
        let changed = self.changed.get_or_insert_default();
        let entry = changed.entry(*address).or_default();
        entry.ua = (ua != factory).then_some(ua);
        if *entry == SavedAttribute::default() {
            changed.remove(address);
        }
    }

    /// The parameters whose notification level was set.
    pub fn notified(&self) -> impl Iterator<Item = Address> {
        let changed = self.changed.iter().flat_map(|changed| changed.iter());
        changed.filter_map(|(address, saved)| saved.notification.map(|_| *address))
    }

    /// The parameters that have changed attributes.
    pub fn addresses(&self) -> impl Iterator<Item = Address> {
        self.changed
            .iter()
            .flat_map(|changed| changed.keys().copied())
    }

    /// How many parameters have changed attributes.
    pub fn len(&self) -> usize {
        self.changed.as_ref().map_or(0, |changed| changed.len())
    }

    /// Whether no parameter has changed attributes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets the level of a parameter.
    pub fn set_notification(&mut self, address: &Address, level: Notification) {
        let changed = self.changed.get_or_insert_default();
        changed.entry(*address).or_default().notification = Some(level);
    }

    /// Sets the access list of a parameter. Entities other than `Subscriber` are ignored (TR-069 A.3.2.4).
    pub fn set_access_list(&mut self, address: &Address, list: &[String]) {
        let subscriber = list.iter().any(|entity| entity == "Subscriber");
        let changed = self.changed.get_or_insert_default();
        changed.entry(*address).or_default().subscriber = Some(subscriber);
    }

    fn set(&self, address: &Address) -> Option<Notification> {
        self.changed.as_ref()?.get(address)?.notification
    }

    /// Forgets the attributes at addresses that do not pass.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Address) -> bool) {
        if let Some(changed) = &mut self.changed {
            changed.retain(|address, _| keep(address));
        }
    }

    pub(super) fn saved(&self, schema: &Schema) -> BTreeMap<String, SavedAttribute> {
        let changed = self.changed.iter().flat_map(|changed| changed.iter());
        changed
            .map(|(address, saved)| (schema.path(address), saved.clone()))
            .collect()
    }

    pub(super) fn restore(&mut self, schema: &Schema, saved: &BTreeMap<String, SavedAttribute>) {
        for (path, attribute) in saved {
            let address = schema.lookup(path);
            if let Some(address) = address.filter(|at| schema.parameter(at.node).is_some()) {
                self.changed
                    .get_or_insert_default()
                    .insert(address, attribute.clone());
            }
        }
    }
}
