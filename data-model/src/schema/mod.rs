//! The schema of a device's tree: which objects, tables and parameters exist and what holds for each.
//!
//! A schema is made from models, text files with one line for each parameter
//! (`data-model/models`, whose README describes the format), and never changes afterwards.
//! In reading order:
//!
//! * [`node`]: what is known about an object, a table, a parameter;
//! * [`address`]: one place in a tree, a node and the instance numbers on the way to it;
//! * [`tree`]: the schema itself: lookup by path, children, factory values;
//! * [`parameter_type`], [`number`], [`syntax`], `dialing`, `packed` and `tone`: which texts a parameter takes;
//! * [`view`], [`conversion`] and `server_address`: second names of a value that is stored elsewhere;
//! * [`xml_binding`]: the name of a value in the vendor's configuration profile;
//! * [`computed`]: the values a device works out at run time, by name;
//! * [`text`], [`type_text`] and [`conversion_text`], then [`builder`] and `joining`: from the lines of
//!   a model to a schema.

pub mod address;
pub mod builder;
#[cfg(test)]
mod checked;
pub mod computed;
pub mod conversion;
pub mod conversion_text;
mod dialing;
pub mod flaw;
mod joining;
pub mod node;
pub mod number;
mod packed;
pub mod parameter_type;
mod server_address;
pub mod syntax;
pub mod text;
mod tone;
pub mod tree;
pub mod type_text;
pub mod view;
pub mod xml_binding;

pub use address::{Address, Instances};
pub use builder::{Model, SchemaBuilder};
pub use conversion::Conversion;
pub use node::{
    Access, Applies, Node, NodeId, NodeKind, NotificationRule, Parameter, Secrecy, Source, Table,
};
pub use parameter_type::{Broken, ParameterType};
pub use tree::Schema;
pub use view::{InstanceNumber, View};
pub use xml_binding::{TextStyle, UserAccess, XmlBinding, XmlDocument};
