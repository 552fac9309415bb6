//! The vendor's own provisioning, as far as it is pure: rules that say where a profile comes from, and what they are
//! made of.
//!
//! [`rule`] is the language of `Profile_Rule`, `Upgrade_Rule`, `Report_Rule` and `Resync_Trigger`; [`macros`] are the
//! `$NAMES` in it, [`version`] and [`url`] what it compares and yields; [`delays`] are the lists of waits between two
//! tries, [`domains`] which servers may be asked, [`profile`] is the document itself, and [`encryption`] is how it travels.

pub mod delays;
pub mod domains;
pub mod encryption;
pub mod macros;
pub mod profile;
pub mod rule;
pub mod url;
pub mod version;

pub use delays::Delays;
pub use macros::Macros;
pub use rule::Rule;
pub use url::ProfileUrl;
pub use version::Version;
