//! The vendor configuration file: the device's tree as the `<flat-profile>` document its maker's devices read and write.
//!
//! [`write()`] makes it for an Upload, [`read()`] takes one over that came by a Download; what one writes the other reads.

mod read;
mod write;

pub use read::read;
pub use write::write;
