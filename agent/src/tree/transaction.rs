//! Changes of values, all or none: check every one, then commit them together.

use super::{Computed, Tree};
use crate::limits::VALUE_BYTES;
use cwmp::{FaultCode, ParameterFault};
use data_model::XsdType;
use data_model::schema::{
    Access, Address, Applies, Broken, Instances, NodeId, NodeKind, Source, UserAccess, View,
    computed,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A set of changes under examination. Nothing is changed before [`Tree::commit`].
///
/// The order in which values are asked for has no meaning (TR-069 A.3.2.1): they are put where they are stored only
/// when all are known, the stored parameters first and then their other names, in the order of the tree.
pub struct Transaction<'t> {
    tree: &'t Tree,
    computed: &'t dyn Computed,
    /// New texts of stored parameters.
    changes: BTreeMap<Address, String>,
    /// What was asked for and fits its type.
    asked: BTreeMap<Address, Asked>,
    user_access: Vec<(Address, UserAccess)>,
    names: BTreeSet<String>,
    refused: Vec<ParameterFault>,
}

/// One value that was asked for.
struct Asked {
    name: String,
    /// In its canonical text.
    value: String,
}

/// Changes that have passed every check.
#[derive(Debug)]
pub struct Checked {
    pub(super) changes: Vec<(Address, String)>,
    /// What the user account may do from then on.
    pub(super) user_access: Vec<(Address, UserAccess)>,
    /// Whether some of them take effect only after a restart.
    pub applies: Applies,
}

impl Checked {
    /// The new texts of stored parameters.
    pub fn changes(&self) -> impl Iterator<Item = (&Address, &str)> {
        let changes = self.changes.iter();
        changes.map(|(address, value)| (address, value.as_str()))
    }

    /// The new text of a stored parameter, if it gets one.
    pub fn get(&self, address: &Address) -> Option<&str> {
        let mut changes = self.changes();
        changes
            .find(|(changed, _)| *changed == address)
            .map(|(_, value)| value)
    }
}

/// Why one value is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The fault code of the parameter.
    pub code: FaultCode,
    /// The reason in words.
    pub why: String,
}

impl Refusal {
    fn new(code: FaultCode, why: impl Into<String>) -> Refusal {
        Refusal {
            code,
            why: why.into(),
        }
    }
}

impl From<Broken> for Refusal {
    fn from(broken: Broken) -> Refusal {
        let code = match &broken {
            Broken::Type(_) => FaultCode::INVALID_PARAMETER_TYPE,
            Broken::Value(_) => FaultCode::INVALID_PARAMETER_VALUE,
        };
        Refusal::new(code, broken.to_string())
    }
}

impl<'t> Transaction<'t> {
    /// No changes yet.
    pub fn new(tree: &'t Tree, computed: &'t dyn Computed) -> Transaction<'t> {
        Transaction {
            tree,
            computed,
            changes: BTreeMap::new(),
            asked: BTreeMap::new(),
            user_access: Vec::new(),
            names: BTreeSet::new(),
            refused: Vec::new(),
        }
    }

    /// Adds a change the ACS asks for; what is wrong with it is noted.
    pub fn set(&mut self, name: &str, ty: XsdType, value: &str) {
        if let Err(refusal) = self.try_set(name, ty, value) {
            self.refuse(name, refusal);
        }
    }

    /// A profile says what the user account may do with a parameter (its attribute `ua`).
    pub fn set_user_access(&mut self, address: Address, level: UserAccess) {
        self.user_access.push((address, level));
    }

    /// Ends the examination.
    ///
    /// # Errors
    /// Every refused parameter with its own reason (TR-069 A.3.2.1).
    pub fn check(mut self) -> Result<Checked, Vec<ParameterFault>> {
        self.write_all();
        self.check_contradictions();
        self.check_aliases();
        if !self.refused.is_empty() {
            return Err(self.refused);
        }
        let restarts = self.changes.iter().any(|(address, value)| {
            self.tree.parameter(address).applies == Applies::AfterReboot
                && self.tree.stored(address) != value
        });
        Ok(Checked {
            changes: self.changes.into_iter().collect(),
            user_access: self.user_access,
            applies: match restarts {
                true => Applies::AfterReboot,
                false => Applies::AtOnce,
            },
        })
    }

    fn refuse(&mut self, name: &str, refusal: Refusal) {
        let fault = ParameterFault::new(name, refusal.code, refusal.why);
        self.refused.push(fault);
    }

    fn try_set(&mut self, name: &str, ty: XsdType, value: &str) -> Result<(), Refusal> {
        if !self.names.insert(name.to_owned()) {
            let why = "the parameter is named twice";
            return Err(Refusal::new(FaultCode::INVALID_ARGUMENTS, why));
        }
        let address = self.find(name)?;
        let parameter = self.tree.parameter(&address);
        if parameter.access == Access::ReadOnly {
            return Err(Refusal::new(
                FaultCode::NOT_WRITABLE,
                "the parameter cannot be written",
            ));
        }
        if value.len() > VALUE_BYTES {
            return Err(Refusal::new(
                FaultCode::INVALID_PARAMETER_VALUE,
                "the value is too long",
            ));
        }
        if !fits(ty, parameter.ty.xsd()) {
            let why = format!("{ty} is not {}", parameter.ty.xsd());
            return Err(Refusal::new(FaultCode::INVALID_PARAMETER_TYPE, why));
        }
        let asked = Asked {
            name: name.to_owned(),
            value: parameter.ty.check(value)?.into_owned(),
        };
        if self.asked.insert(address, asked).is_some() {
            let why = "the parameter is named twice, by number and by alias";
            return Err(Refusal::new(FaultCode::INVALID_ARGUMENTS, why));
        }
        Ok(())
    }

    /// Puts every value where it is stored. One that another value has to be there for is tried again behind it.
    fn write_all(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        let stored = |address: &Address| {
            let source = &self.tree.parameter(address).source;
            matches!(source, Source::Stored)
        };
        let (mut waiting, others): (Vec<_>, Vec<_>) =
            asked.iter().partition(|(address, _)| stored(address));
        waiting.extend(others);
        loop {
            let before = waiting.len();
            let mut refused = Vec::new();
            for (address, asked) in waiting {
                if let Err(refusal) = self.write(address, &asked.value) {
                    refused.push((address, asked, refusal));
                }
            }
            if refused.is_empty() || refused.len() == before {
                for (_, asked, refusal) in refused {
                    self.refuse(&asked.name, refusal);
                }
                break;
            }
            waiting = refused
                .into_iter()
                .map(|(address, asked, _)| (address, asked))
                .collect();
        }
        self.asked = asked;
    }

    fn find(&self, name: &str) -> Result<Address, Refusal> {
        let unknown = || {
            Refusal::new(
                FaultCode::INVALID_PARAMETER_NAME,
                "there is no such parameter",
            )
        };
        let address = self.tree.resolve(name).ok_or_else(unknown)?;
        match self.tree.device_type().schema.node(address.node).kind {
            NodeKind::Parameter(_) => Ok(address),
            NodeKind::Object | NodeKind::Table(_) => Err(unknown()),
        }
    }

    /// Puts a checked text where it is stored, through views.
    fn write(&mut self, address: &Address, value: &str) -> Result<(), Refusal> {
        let parameter = self.tree.parameter(address);
        match &parameter.source {
            Source::Stored => {
                self.changes.insert(*address, value.to_owned());
                Ok(())
            }
            Source::Computed(name) => match &parameter.writes {
                Some(view) => self.write_through(view, &address.instances, value),
                // Setting a trigger asks the device to act; it reads as false again at once.
                None if &**name == computed::TRIGGER => Ok(()),
                None => {
                    let why = "the device works this value out itself";
                    Err(Refusal::new(FaultCode::NOT_WRITABLE, why))
                }
            },
            Source::View(view) => self.write_through(view, &address.instances, value),
        }
    }

    /// Puts a checked text of a view where it is stored, in the form it has there.
    fn write_through(&mut self, view: &View, own: &Instances, value: &str) -> Result<(), Refusal> {
        let target = view.target_address(own);
        let before = self.value(&target).into_owned();
        let stored = view.write(own, value, &before)?;
        let target_parameter = self.tree.parameter(&target);
        // The other name's rules hold for this one too, but its caller knows values, not types, of it.
        let stored = target_parameter.ty.check(&stored).map_err(|broken| {
            Refusal::new(FaultCode::INVALID_PARAMETER_VALUE, broken.to_string())
        })?;
        let stored = stored.into_owned();
        self.write(&target, &stored)
    }

    /// The value a parameter will have; of one that is read in one place and written in another, what is written.
    fn value(&self, address: &Address) -> Cow<'_, str> {
        let parameter = self.tree.parameter(address);
        match (&parameter.source, &parameter.writes) {
            (Source::Stored, _) => match self.changes.get(address) {
                Some(change) => Cow::Borrowed(change),
                None => self.tree.value(address, self.computed),
            },
            (Source::Computed(_), None) => self.tree.value(address, self.computed),
            (Source::View(view), _) | (Source::Computed(_), Some(view)) => {
                let stored = self
                    .value(&view.target_address(&address.instances))
                    .into_owned();
                Cow::Owned(view.read(&address.instances, &stored).into_owned())
            }
        }
    }

    /// Two names of one value may both be set, but not to different things: the order has no meaning.
    fn check_contradictions(&mut self) {
        let mut contradicted = Vec::new();
        for (address, asked) in &self.asked {
            let value = self.value(address);
            let parameter = self.tree.parameter(address);
            let same = parameter
                .ty
                .check(&value)
                .is_ok_and(|value| value == asked.value);
            // A view may only be able to keep part of what it is given; a value that reads back changed though
            // no other name was set is the conversion's business.
            if !same && self.others_set(address) {
                contradicted.push(asked.name.clone());
            }
        }
        for name in contradicted {
            let why = "another name of the same value is set to something else";
            self.refuse(&name, Refusal::new(FaultCode::INVALID_PARAMETER_VALUE, why));
        }
    }

    /// Aliases are unlike within a table, and those of the device are not for others to give (TR-069 3.6.1).
    fn check_aliases(&mut self) {
        let schema = &self.tree.device_type().schema;
        let mut bad = Vec::new();
        for (address, asked) in &self.asked {
            let table = schema.node(address.node).parent;
            let Some(table) = table.filter(|table| schema.alias_of(*table) == Some(address.node))
            else {
                continue;
            };
            let alias = asked.value.as_str();
            let kept = self.tree.value(address, self.computed) == alias;
            let taken = self.siblings(table, address).any(|sibling| {
                sibling.instances != address.instances && self.value(&sibling) == alias
            });
            let why = match alias {
                "" => "an alias is never empty",
                _ if taken => "another instance has this alias",
                _ if !kept && alias.starts_with("cpe-") => "aliases with cpe- are the device's",
                _ => continue,
            };
            bad.push((asked.name.clone(), why));
        }
        for (name, why) in bad {
            self.refuse(&name, Refusal::new(FaultCode::INVALID_PARAMETER_VALUE, why));
        }
    }

    /// The same parameter in every instance of its table.
    fn siblings(&self, table: NodeId, address: &Address) -> impl Iterator<Item = Address> {
        let above = address.instances.len().saturating_sub(1);
        let table = Address {
            node: table,
            instances: address.instances.truncated(above),
        };
        let node = address.node;
        let instances = self.tree.children(&table).into_iter();
        instances.map(move |instance| Address {
            node,
            instances: instance.instances,
        })
    }

    /// Whether another name was asked for that is stored in the same place.
    fn others_set(&self, address: &Address) -> bool {
        let place = self.place(address);
        let mut others = self.asked.keys();
        others.any(|other| other != address && self.place(other) == place)
    }

    fn place(&self, address: &Address) -> Address {
        let parameter = self.tree.parameter(address);
        match (&parameter.source, &parameter.writes) {
            (Source::View(view), _) | (Source::Computed(_), Some(view)) => {
                self.place(&view.target_address(&address.instances))
            }
            (Source::Stored | Source::Computed(_), _) => *address,
        }
    }
}

/// Whether a value of one type may be given to a parameter of another: many ACSs send everything as a string, and
/// numbers of another width or sign (spec F.6); the text decides then.
fn fits(given: XsdType, wanted: XsdType) -> bool {
    let number = |ty| {
        matches!(
            ty,
            XsdType::Int | XsdType::UnsignedInt | XsdType::Long | XsdType::UnsignedLong
        )
    };
    given == wanted || given == XsdType::String || (number(given) && number(wanted))
}
