//! What goes on beside the session: [`lightweight`] notifications by UDP (TR-069 Annex M).

pub mod lightweight;
