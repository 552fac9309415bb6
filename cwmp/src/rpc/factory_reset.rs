//! FactoryReset: forget everything once the session is over (TR-069 A.4.1.6).

use super::message_without_arguments;

message_without_arguments! {
    /// The request.
    FactoryReset
}

message_without_arguments! {
    /// The device will reset itself.
    FactoryResetResponse
}
