//! The parameter tree of one device: its type's schema, shared by all, and what differs on this one.
//!
//! Long because everything that looks at a tree begins here.

mod alias;
mod attributes;
mod by_device;
mod instances;
mod overlay;
mod transaction;
mod volatile;

pub use alias::{Found, InstanceMode, Wildcards};
pub use attributes::{Attributes, Notification};
pub use instances::{AddRefused, TableInstances};
pub use overlay::Overlay;
pub use transaction::{Checked, Refusal, Transaction};

use data_model::device_type::DeviceType;
use data_model::schema::{
    Address, Instances, NodeId, NodeKind, Parameter, Source, Table, UserAccess, computed,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values that the device works out when they are asked for: uptime, addresses, versions.
pub trait Computed {
    /// The value of the computed parameter at an address, by the name the model gives it. `tree` is there for those
    /// that depend on how the device is set up.
    fn value<'a>(&'a self, name: &str, address: &Address, tree: &'a Tree) -> Cow<'a, str>;
}

/// The tree of one device.
#[derive(Debug, Clone)]
pub struct Tree {
    ty: Arc<DeviceType>,
    /// What the installer put in: it counts as the factory's.
    installed: Overlay,
    values: Overlay,
    /// What the hardware has last said of values the device would otherwise work out itself; gone with the boot.
    reported: Overlay,
    instances: TableInstances,
    attributes: Attributes,
    volatile: Option<Box<volatile::Volatile>>,
}

/// What [`Tree::walk`] comes by.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// A plain object.
    Object,
    /// A table, without its instances.
    Table(&'a Table),
    /// One instance of a table.
    Instance(&'a Table),
    /// A parameter.
    Parameter(&'a Parameter),
}

impl Tree {
    /// A tree as it comes from the factory.
    pub fn new(ty: Arc<DeviceType>) -> Tree {
        Tree {
            ty,
            installed: Overlay::default(),
            values: Overlay::default(),
            reported: Overlay::default(),
            instances: TableInstances::default(),
            attributes: Attributes::default(),
            volatile: None,
        }
    }

    /// The type of the device.
    pub fn device_type(&self) -> &Arc<DeviceType> {
        &self.ty
    }

    /// Notification levels and access lists.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// Notification levels and access lists, to change them.
    pub fn attributes_mut(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    /// Finds what a path names, if it exists on this device: a parameter, or with a dot at its end an object,
    /// a table or an instance. The empty path is the root.
    pub fn find(&self, path: &str) -> Option<Address> {
        if path.is_empty() {
            return Some(Address {
                node: self.ty.schema.root(),
                instances: Instances::default(),
            });
        }
        let address = self.ty.schema.lookup(path)?;
        let parameter = matches!(
            self.ty.schema.node(address.node).kind,
            NodeKind::Parameter(_)
        );
        // TR-069 A.3.2.2: an object's name ends with a dot, a parameter's does not.
        (parameter != path.ends_with('.') && self.exists(&address)).then_some(address)
    }

    /// Whether every table instance on the way to an address exists.
    pub fn exists(&self, address: &Address) -> bool {
        let schema = &self.ty.schema;
        let mut node = Some(address.node);
        let numbers = address.instances.as_slice();
        while let Some(id) = node {
            let current = schema.node(id);
            if let NodeKind::Table(table) = &current.kind {
                let depth = usize::from(current.instance_depth);
                if let Some(number) = numbers.get(depth - 1) {
                    let above = Address {
                        node: id,
                        instances: address.instances.truncated(depth - 1),
                    };
                    let there = match self.volatile_rows(&above) {
                        Some(rows) => (1..=rows).contains(number),
                        None => self.instances.contains(table, &above, *number),
                    };
                    if !there {
                        return false;
                    }
                }
            }
            node = current.parent;
        }
        true
    }

    /// The numbers of a table's instances, in order.
    pub fn instances_of(&self, table: &Table, address: &Address) -> Cow<'_, [u32]> {
        match self.volatile_rows(address) {
            Some(rows) => Cow::Owned((1..=rows).collect()),
            None => self.instances.numbers(table, address),
        }
    }

    /// The value of a parameter: what was set, else what the factory gave, through the view if it is one.
    pub fn value<'a>(&'a self, address: &Address, computed: &'a dyn Computed) -> Cow<'a, str> {
        match &self.parameter(address).source {
            Source::Stored => Cow::Borrowed(self.stored(address)),
            Source::Computed(name) => self.computed(name, address, computed),
            Source::View(view) => {
                let target = view.target_address(&address.instances);
                let stored = self.value(&target, computed);
                Cow::Owned(view.read(&address.instances, &stored).into_owned())
            }
        }
    }

    fn computed<'a>(
        &'a self,
        name: &str,
        address: &Address,
        computed: &'a dyn Computed,
    ) -> Cow<'a, str> {
        if let Some(reported) = self.reported.get(address) {
            return Cow::Borrowed(reported);
        }
        match name {
            computed::TRIGGER => Cow::Borrowed("0"),
            computed::ENTRIES => {
                let count = self.count(address.node, &address.instances);
                Cow::Owned(count.unwrap_or(0).to_string())
            }
            other => computed.value(other, address, self),
        }
    }

    /// The stored text of a parameter that is no view.
    fn stored(&self, address: &Address) -> &str {
        self.volatile_value(address)
            .unwrap_or_else(|| self.stored_text(address))
    }

    /// The text of a stored parameter nobody has changed: the installer's, else the factory's.
    fn baseline(&self, address: &Address) -> &str {
        self.installed
            .get(address)
            .unwrap_or_else(|| self.ty.factory_value(address))
    }

    /// Everything set so far was put in by the installer: it is what a device goes back to.
    pub fn seal_installed(&mut self) {
        self.installed = std::mem::take(&mut self.values);
    }

    /// The number of instances, if the parameter counts those of a table beside it.
    fn count(&self, node: NodeId, instances: &Instances) -> Option<usize> {
        let schema = &self.ty.schema;
        let siblings = schema.children(schema.node(node).parent?);
        siblings
            .iter()
            .find_map(|sibling| match &schema.node(*sibling).kind {
                NodeKind::Table(table) if table.count == Some(node) => {
                    let address = Address {
                        node: *sibling,
                        instances: *instances,
                    };
                    Some(self.instances_of(table, &address).len())
                }
                NodeKind::Table(_) | NodeKind::Object | NodeKind::Parameter(_) => None,
            })
    }

    /// What the user account of the device may do with a parameter.
    pub fn user_access(&self, address: &Address) -> UserAccess {
        self.attributes
            .user_access(address, self.parameter(address))
    }

    /// The definition of a parameter.
    pub fn parameter(&self, address: &Address) -> &Parameter {
        match &self.ty.schema.node(address.node).kind {
            NodeKind::Parameter(parameter) => parameter,
            NodeKind::Object | NodeKind::Table(_) => {
                unreachable!("callers have looked at the kind of the node")
            }
        }
    }

    /// What stands at an address.
    pub fn item(&self, address: &Address) -> Item<'_> {
        let node = self.ty.schema.node(address.node);
        match &node.kind {
            NodeKind::Object => Item::Object,
            NodeKind::Parameter(parameter) => Item::Parameter(parameter),
            NodeKind::Table(table) => {
                if address.instances.len() < usize::from(node.instance_depth) {
                    Item::Table(table)
                } else {
                    Item::Instance(table)
                }
            }
        }
    }

    /// What lies directly below an address, in the order of the model.
    pub fn children(&self, address: &Address) -> Vec<Address> {
        let below = |instances: Instances| {
            let children = self.ty.schema.children(address.node);
            children.iter().map(move |node| Address {
                node: *node,
                instances,
            })
        };
        match self.item(address) {
            Item::Parameter(_) => Vec::new(),
            Item::Object | Item::Instance(_) => below(address.instances).collect(),
            Item::Table(table) => self
                .instances_of(table, address)
                .iter()
                .filter_map(|number| address.instances.push(*number))
                .map(|instances| Address {
                    node: address.node,
                    instances,
                })
                .collect(),
        }
    }

    /// Visits an address and everything below it, parents first.
    pub fn walk(&self, address: &Address, visit: &mut dyn FnMut(&Address, Item<'_>)) {
        visit(address, self.item(address));
        for child in self.children(address) {
            self.walk(&child, visit);
        }
    }

    /// Sets what the device itself decides, whatever the model says about writing.
    pub fn set_by_device(&mut self, address: &Address, value: &str) {
        self.store(address, value);
    }

    /// Keeps what the hardware says of a computed parameter until the next boot.
    pub fn report(&mut self, address: &Address, value: &str) {
        self.reported.set(address, value);
    }

    /// Carries out checked changes.
    pub fn commit(&mut self, checked: Checked) -> Vec<Address> {
        for (address, value) in &checked.changes {
            self.store(address, value);
        }
        for (address, level) in &checked.user_access {
            let factory = self.parameter(address).xml.as_ref();
            let factory = factory.map_or(UserAccess::None, |xml| xml.user_access);
            self.attributes.set_user_access(address, factory, *level);
        }
        checked
            .changes
            .into_iter()
            .map(|(address, _)| address)
            .collect()
    }

    /// Puts a stored parameter back to what the installer or the factory gave.
    pub fn put_back(&mut self, address: &Address) {
        self.values.remove(address);
    }

    /// Keeps only what differs from the installer's and the factory's values.
    fn store(&mut self, address: &Address, value: &str) {
        if self.baseline(address) == value {
            self.values.remove(address);
        } else {
            self.values.set(address, value);
        }
    }

    /// Adds an instance to a table. The device gives it an alias of its own (TR-069 3.6.1).
    ///
    /// # Errors
    /// If the table is full.
    pub fn add_instance(&mut self, address: &Address) -> Result<u32, AddRefused> {
        let ty = Arc::clone(&self.ty);
        let NodeKind::Table(table) = &ty.schema.node(address.node).kind else {
            return Err(AddRefused::NoTable);
        };
        let number = self.instances.add(table, address)?;
        self.set_alias(address, number, &format!("cpe-{number}"));
        Ok(number)
    }

    /// Names an instance, if its table has aliases.
    pub fn set_alias(&mut self, table: &Address, number: u32, alias: &str) {
        let node = self.ty.schema.alias_of(table.node);
        if let (Some(node), Some(instances)) = (node, table.instances.push(number)) {
            self.store(&Address { node, instances }, alias);
        }
    }

    /// Removes an instance with everything in it.
    pub fn delete_instance(&mut self, address: &Address) {
        let schema = &self.ty.schema;
        let NodeKind::Table(table) = &schema.node(address.node).kind else {
            return;
        };
        let numbers = address.instances.as_slice();
        let Some(number) = address.instances.last() else {
            return;
        };
        let above = address.instances.truncated(numbers.len() - 1);
        let table_address = Address {
            node: address.node,
            instances: above,
        };
        self.instances.remove(table, &table_address, number);
        let below = |other: &Address| {
            other.instances.as_slice().starts_with(numbers)
                && is_below(&self.ty, other.node, address.node)
        };
        self.values.retain(|other| !below(other));
        self.reported.retain(|other| !below(other));
        self.instances.retain(|other| !below(other));
        self.attributes.retain(|other| !below(other));
    }

    /// Bytes this takes beside the struct itself and what all devices of the type share.
    pub fn heap_bytes(&self) -> usize {
        // A node of a map has room for eleven entries; changed attributes and tables are rare.
        const MAP_ENTRY_BYTES: usize = 96;
        self.values.bytes()
            + (self.attributes.len() + self.instances.changed_tables()) * MAP_ENTRY_BYTES
            + self
                .volatile
                .as_ref()
                .map_or(0, |volatile| volatile.bytes())
    }

    /// Everything that differs from the factory, by name, for keeping.
    pub fn saved(&self) -> SavedTree {
        let schema = &self.ty.schema;
        SavedTree {
            values: self
                .values
                .iter()
                .map(|(address, value)| (schema.path(&address), value.to_owned()))
                .collect(),
            tables: self.instances.saved(schema),
            attributes: self.attributes.saved(schema),
        }
    }

    /// Takes back what [`Tree::saved`] gave. What does not fit the model, which may be another one by now, is left
    /// out.
    pub fn restore(&mut self, saved: &SavedTree) {
        let ty = Arc::clone(&self.ty);
        self.instances.restore(&ty.schema, &saved.tables);
        self.attributes.restore(&ty.schema, &saved.attributes);
        for (path, value) in &saved.values {
            let Some(address) = ty.schema.lookup(path) else {
                continue;
            };
            let parameter = ty.schema.parameter(address.node);
            if parameter.is_some_and(|parameter| parameter.ty.check_held(value).is_ok()) {
                self.values.set(&address, value);
            }
        }
    }
}

/// What is kept of a tree: names and texts, so that it survives a change of the model.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct SavedTree {
    /// Values by full name.
    pub values: BTreeMap<String, String>,
    /// Instances by table.
    pub tables: BTreeMap<String, instances::SavedTable>,
    /// Attributes by full name.
    pub attributes: BTreeMap<String, attributes::SavedAttribute>,
}

/// Whether a node lies below another one.
fn is_below(ty: &DeviceType, node: NodeId, above: NodeId) -> bool {
    let mut current = Some(node);
    while let Some(id) = current {
        if id == above {
            return true;
        }
        current = ty.schema.node(id).parent;
    }
    false
}
