//! What the store keeps: plain structs, without behaviour beyond their own consistency.

mod activation;
mod admission;
mod calls;
mod campaigns;
mod devices;
mod diagnostics;
mod events;
mod health;
mod ids;
mod observed;
mod people;
mod profiles;
mod provisioning;
mod report;
mod subscribers;
mod tasks;
pub mod values;
mod variables;

pub use activation::*;
pub use admission::*;
pub use calls::*;
pub use campaigns::*;
pub use devices::*;
pub use diagnostics::*;
pub use events::*;
pub use health::*;
pub use ids::*;
pub use observed::*;
pub use people::*;
pub use profiles::*;
pub use provisioning::*;
pub use report::*;
pub use subscribers::*;
pub use tasks::*;
pub use variables::*;
