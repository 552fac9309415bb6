//! The seam to the telephone ports (TR-104 PhyInterface.Tests): hardware that only a platform knows.

use std::collections::HashMap;
use std::fmt::Debug;

/// Telephone ports, by device and by number from 1.
pub trait PhonePorts: Debug + Send + Sync {
    /// Whether a telephone is connected; `None` if the port cannot tell.
    fn phone_connected(&self, device: usize, port: u32) -> Option<bool>;
}

/// Ports of simulated hardware, which show what they are told to.
#[derive(Debug, Clone, Default)]
pub struct ScriptedPorts {
    told: HashMap<(usize, u32), Option<bool>>,
}

impl ScriptedPorts {
    /// A telephone at every port.
    pub fn all_connected() -> ScriptedPorts {
        ScriptedPorts::default()
    }

    /// One port of one device shows something else.
    #[must_use]
    pub fn but(mut self, device: usize, port: u32, connected: Option<bool>) -> ScriptedPorts {
        self.told.insert((device, port), connected);
        self
    }
}

impl PhonePorts for ScriptedPorts {
    fn phone_connected(&self, device: usize, port: u32) -> Option<bool> {
        self.told
            .get(&(device, port))
            .copied()
            .unwrap_or(Some(true))
    }
}
