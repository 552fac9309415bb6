//! A second reader of CWMP messages, written from the schemas with yaserde and sharing nothing with the `cwmp` crate.
//!
//! It exists so that two readers can be held against each other: what both understand in the same way is
//! probably right. It is slow and strict: prefixes must be declared, arguments must be unqualified, and elements
//! the schemas call mandatory must be there. The only liberties it takes are those without which no device could
//! be read at all: any CWMP namespace, a value without `xsi:type`, a struct without its `<Value>`.
//!
//! Fields are named as the elements on the wire, so that one name serves the reader, the JSON and whoever
//! compares them with the schema.

mod attributes;
mod device_methods;
mod envelope;
mod faults;
mod inform;
mod objects;
mod options;
mod parameter_names;
mod parameter_values;
mod schedule_download;
mod software_modules;
mod text;
mod transfer_complete;
mod transfers;

pub use envelope::read;
