//! What parameters exist, what values they take and how they are named: pure code and data.
//!
//! In reading order: [`path`] and [`value`] are the vocabulary, [`schema`] is the format the models in
//! `data-model/models` are written in, [`device_type`] puts models together into a product, and
//! [`catalogue`] holds the products this build knows. [`firmware`] is the container their images come in,
//! [`package`] the one of software modules, and [`provisioning`] the language of the vendor's own provisioning.
//! [`host`] reads the names and addresses of hosts, and [`configuration`] understands the programs' configuration files.
//!
//! Nothing here names a socket, a file, a clock or an async runtime: time is a [`Timestamp`]
//! argument, files are bytes.

pub mod catalogue;
pub mod configuration;
mod container;
pub mod device_type;
pub mod firmware;
pub mod host;
pub mod operator_error;
pub mod package;
pub mod parameter_list;
pub mod path;
pub mod provisioning;
pub mod schema;
pub mod secret;
pub mod signing;
pub mod timestamp;
pub mod uuid;
pub mod value;

pub use device_type::DeviceType;
pub use host::Host;
pub use operator_error::OperatorError;
pub use parameter_list::ParameterList;
pub use path::Path;
pub use schema::{Address, Instances, NodeId, Schema};
pub use secret::Secret;
pub use timestamp::{DateTime, Timestamp};
pub use value::{TypedValue, ValueError, XsdType};
