//! What the store keeps: plain structs, without behaviour beyond their own consistency.

mod activation;
mod campaigns;
mod devices;
mod figures;
mod ids;
mod observed;
mod people;
mod profiles;
mod provisioning;
mod report;
mod tasks;
mod trace;
pub mod values;

pub use activation::*;
pub use campaigns::*;
pub use devices::*;
pub use figures::*;
pub use ids::*;
pub use observed::*;
pub use people::*;
pub use profiles::*;
pub use provisioning::*;
pub use report::*;
pub use tasks::*;
pub use trace::*;
