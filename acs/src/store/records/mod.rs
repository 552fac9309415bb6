//! What the store keeps: plain structs, without behaviour beyond their own consistency.

mod activation;
mod campaigns;
mod devices;
mod events;
mod ids;
mod learned;
mod observed;
mod people;
mod profiles;
mod provisioning;
mod report;
mod task_arguments;
mod task_kinds;
mod tasks;
pub mod values;

pub use activation::*;
pub use campaigns::*;
pub use devices::*;
pub use events::*;
pub use ids::*;
pub use learned::*;
pub use observed::*;
pub use people::*;
pub use profiles::*;
pub use provisioning::*;
pub use report::*;
pub use task_arguments::*;
pub use task_kinds::*;
pub use tasks::*;
