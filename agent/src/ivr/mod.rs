//! The voice menu of a telephone at the device: keys go in, what is spoken comes out.
//!
//! [`menu`] is the state machine, [`codes`] its options as a table, [`value`] what may be typed, [`spoken`] what is
//! said. It reads the device and changes nothing: what is to happen to the device is a [`menu::Step`], which
//! [`crate::device`] carries out.

pub mod codes;
pub mod key;
pub mod limits;
pub mod menu;
pub mod spoken;
pub mod value;

pub use key::Key;
pub use spoken::Spoken;
