//! The nodes of a schema: what is known about an object, a table and a parameter.

use super::parameter_type::ParameterType;
use super::view::View;
use super::xml_binding::XmlBinding;

/// The place of a node in its schema; means nothing in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u16);

impl NodeId {
    /// The node's number, counted from the root in the order of declaration.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The node with a number that [`NodeId::index`] gave, for those who keep numbers.
    pub const fn from_index(index: u16) -> NodeId {
        NodeId(index)
    }
}

/// An object, a table or a parameter.
#[derive(Debug)]
pub struct Node {
    /// The last name of its path.
    pub name: Box<str>,
    /// The object it stands in; `None` for the root.
    pub parent: Option<NodeId>,
    /// How many instance numbers an address of it carries.
    pub instance_depth: u8,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Debug)]
pub enum NodeKind {
    /// An object that is there once.
    Object,
    /// An object of which there are several instances.
    Table(Table),
    /// A value.
    Parameter(Box<Parameter>),
}

impl Node {
    /// The parameter, if it is one.
    pub fn parameter(&self) -> Option<&Parameter> {
        match &self.kind {
            NodeKind::Parameter(parameter) => Some(parameter),
            NodeKind::Object | NodeKind::Table(_) => None,
        }
    }

    /// The table, if it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.kind {
            NodeKind::Table(table) => Some(table),
            NodeKind::Object | NodeKind::Parameter(_) => None,
        }
    }
}

/// What holds for a table.
#[derive(Debug)]
pub struct Table {
    /// Whether AddObject and DeleteObject work on it.
    pub access: Access,
    /// How many instances there may be at a time.
    pub max: u32,
    /// The instances 1 to this number exist from the factory.
    pub initial: u32,
    /// The parameter of its parent that tells how many instances there are.
    pub count: Option<NodeId>,
}

/// What holds for a parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Whether SetParameterValues may name it.
    pub access: Access,
    /// Which texts it takes.
    pub ty: ParameterType,
    /// Its value from the factory, unless an instance or a product has another; empty for views and
    /// computed parameters.
    pub default: Box<str>,
    /// Where its value is.
    pub source: Source,
    /// Where a write goes if the parameter is computed and still writable: an address that is
    /// read from the interface and configured elsewhere.
    pub writes: Option<View>,
    /// Whether its value may be shown.
    pub secret: Secrecy,
    /// When a change of it takes effect.
    pub applies: Applies,
    /// What may be done with its notification attribute.
    pub notification: NotificationRule,
    /// Whether every Inform carries it.
    pub forced_inform: bool,
    /// Its element in the vendor's documents.
    pub xml: Option<XmlBinding>,
}

/// Whether the ACS may change a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only the device itself.
    ReadOnly,
    /// The ACS as well.
    ReadWrite,
}

/// Where the value of a parameter is.
#[derive(Debug)]
pub enum Source {
    /// In the device's storage under this parameter.
    Stored,
    /// Worked out at run time; one of the names of [`super::computed`].
    Computed(Box<str>),
    /// Under another parameter, shown here in another form.
    View(View),
}

/// Whether a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// Yes.
    Open,
    /// It reads back as the empty string and is never logged (spec R-24).
    Secret,
}

/// When a change takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// As soon as it is stored.
    AtOnce,
    /// With the next start of the device; SetParameterValues answers with status 1.
    AfterReboot,
}

/// What may be done with a parameter's notification attribute (TR-069 A.3.2.4, spec N-01, N-04, N-05).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationRule {
    /// Any level; off from the factory.
    Free,
    /// The device may refuse active notification with fault 9009.
    CanDeny,
    /// Always active, whatever the attribute says.
    ForcedActive,
    /// Any level; active from the factory.
    DefaultActive,
}
