//! The vendor configuration file: the device's tree as the `<flat-profile>` document its maker's devices read and write.
//!
//! [`write()`] makes it for an Upload, [`read()`] takes one over that came by a Download; what one writes the other reads.
//! [`status()`] is the other document of these devices, and only ever written.

mod read;
mod status;
mod write;

pub use read::read;
pub use status::status;
pub use write::{Marks, write, write_changed};
