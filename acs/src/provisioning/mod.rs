//! Profiles applied as a pure difference: observed values against desired ones give the fewest RPCs that make them
//! agree, session by session, until none are left.
//!
//! Nothing in here reads a store or a clock. [`selector`] and [`in_force`] decide which revisions of profiles a device
//! gets, [`desired`] puts their values together with its variables, [`plan`] finds where that differs from what is
//! [`known`] of the device, [`comparison`] does so step by step with a device; [`names`] knows the names of one value,
//! [`evidence`] is what selectors ask for beyond a device's record, [`circles`] finds profiles that would decide about
//! each other; [`subscriber`] says what templates see of an account, [`line_status`] how a line is registered,
//! [`flat_profile`] writes them as the vendor's document; [`request_path`] and [`user_agent`] say who asks for it.

pub mod circles;
pub mod comparison;
pub mod desired;
pub mod evidence;
pub mod explain;
pub mod flat_profile;
pub mod in_force;
pub mod known;
pub mod line_status;
pub mod names;
pub mod plan;
pub mod problems;
pub mod reported;
pub mod request_path;
pub mod selector;
pub mod subscriber;
pub mod template;
pub mod user_agent;

pub use desired::Desired;
pub use plan::Step;
pub use problems::DesiredError;
