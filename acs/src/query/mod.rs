//! The fleet query language: one readable expression that says which devices are meant, for search, selectors and
//! exports.
//!
//! `product_class = "ATA192" and tag = "beta" and param("Device.DeviceInfo.UpTime") > 3600`
//!
//! [`catalogue`] lists what can be asked for; [`lexer`] and [`parser`] read a text into an [`ast`], [`mod@print`] writes it
//! back; [`eval`] decides for one device, [`sql`] writes it for a database; [`compare`], [`pattern`] and [`glob`] hold
//! the rules both keep to; [`complete`] says what may follow. Nothing in here reads a store or a clock.

pub mod ast;
pub mod catalogue;
pub mod compare;
pub mod complete;
mod error;
pub mod eval;
pub mod glob;
mod lexer;
mod parser;
pub mod pattern;
mod print;
#[cfg(test)]
pub(crate) mod random_texts;
pub mod sql;
mod text;
mod values;

pub use error::{Expected, QueryError};
pub use text::Query;
