//! What the store keeps: plain structs, without behaviour beyond their own consistency.

mod activation;
mod admission;
mod campaign_plan;
mod campaigns;
mod devices;
mod events;
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
pub use campaign_plan::*;
pub use campaigns::*;
pub use devices::*;
pub use events::*;
pub use ids::*;
pub use observed::*;
pub use people::*;
pub use profiles::*;
pub use provisioning::*;
pub use report::*;
pub use subscribers::*;
pub use tasks::*;
pub use variables::*;
