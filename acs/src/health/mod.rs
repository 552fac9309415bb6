//! How devices stand, pure: [`notice`] takes facts out of what comes in, [`rules`] concludes from them.
//!
//! The store keeps facts in the transaction of what they came in with; the job `look_after_health` has them looked at
//! when they have changed, or when time alone may change something, and keeps the conclusion.

pub mod notice;
pub mod rules;

pub use rules::Thresholds;
