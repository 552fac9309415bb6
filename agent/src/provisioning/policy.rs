//! Where the guides contradict each other: one named choice each, with what a device does unless told otherwise.

use serde::Deserialize;

/// What `Forced_Resync_Delay` means for a resync that is due during a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForcedResync {
    /// The longest a resync waits for the end of a call (guide of the 8831); the name of the parameter says the same.
    #[default]
    WaitsAtMost,
    /// How long every line has to rest after a call before the resync begins (provisioning guide of the ATA).
    LinesRestFor,
}

/// What `Resync_Error_Retry_Delay = 0` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZeroRetry {
    /// A resync that has failed is not tried again (provisioning guide); empty means the same.
    #[default]
    Never,
    /// It is tried again at once (administration guide), which is a second later.
    AtOnce,
}

/// What `Resync_Trigger_1` and `Resync_Trigger_2` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Triggers {
    /// A periodic resync that is due waits until one of them holds (text of the provisioning guide).
    #[default]
    Gate,
    /// A resync begins when one of them comes to hold (parameter table of the same guide).
    Start,
    /// Every resync but one a person or a SIP NOTIFY asks for waits until one of them holds (guides of the telephones).
    GateAll,
}

/// The choices of one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policies {
    /// `Forced_Resync_Delay`
    pub forced_resync: ForcedResync,
    /// `Resync_Error_Retry_Delay`
    pub zero_retry: ZeroRetry,
    /// `Resync_Trigger_*`
    pub triggers: Triggers,
}
