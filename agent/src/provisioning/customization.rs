//! How far a device is on its way to a provider: the customization state machine of the provisioning guide.

use serde::{Deserialize, Serialize};

/// Where a device is that left its factory for nobody in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Customization {
    /// Fresh from the factory, or reset.
    #[default]
    Open,
    /// Somebody else provisions it: the activation server is not asked again until a factory reset.
    Aborted,
    /// DHCP names no server, and the activation server is asked.
    Pending,
    /// The activation server has named a rule, by which nothing came yet.
    CustomPending,
    /// What that rule leads to was taken over.
    Acquired,
    /// The activation server knows no provider for this device.
    Unavailable,
}

/// What moves it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// DHCP has named a server.
    ServerNamed,
    /// The activation server is asked.
    Asked,
    /// It has named a rule.
    Redirected,
    /// It knows no provider.
    NobodyKnown,
    /// A resync has succeeded.
    Resynced,
}

impl Customization {
    /// The state behind a step. Aborted and Acquired are left by a factory reset only.
    pub const fn after(self, step: Step) -> Customization {
        use Customization::{Aborted, Acquired, CustomPending, Open, Pending, Unavailable};
        match (self, step) {
            (Aborted | Acquired, _) => self,
            (_, Step::ServerNamed) => Aborted,
            (Open | Pending, Step::Asked) => Pending,
            (Pending, Step::Redirected) => CustomPending,
            (Pending, Step::NobodyKnown) => Unavailable,
            (CustomPending, Step::Resynced) => Acquired,
            // By a rule that is not the activation server's: somebody has provisioned the device by hand.
            (Open | Pending | Unavailable, Step::Resynced) => Aborted,
            (CustomPending | Unavailable, Step::Asked)
            | (Open | CustomPending | Unavailable, Step::Redirected | Step::NobodyKnown) => self,
        }
    }

    /// Whether the activation server may be asked.
    pub const fn asks(self) -> bool {
        matches!(self, Customization::Open | Customization::Pending)
    }

    /// As the device shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Customization::Open => "Open",
            Customization::Aborted => "Aborted",
            Customization::Pending => "Pending",
            Customization::CustomPending => "Custom Pending",
            Customization::Acquired => "Acquired",
            Customization::Unavailable => "Unavailable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Customization::{Aborted, Acquired, CustomPending, Open, Pending, Unavailable};
    use super::Step::{Asked, NobodyKnown, Redirected, Resynced, ServerNamed};

    /// Section 5.2: the table of states. Covers M-01.
    #[test]
    fn each_step_leads_from_each_state_where_the_guide_says() {
        let steps = [ServerNamed, Asked, Redirected, NobodyKnown, Resynced];
        for (state, behind) in [
            (Open, [Aborted, Pending, Open, Open, Aborted]),
            (Aborted, [Aborted; 5]),
            (
                Pending,
                [Aborted, Pending, CustomPending, Unavailable, Aborted],
            ),
            (
                CustomPending,
                [
                    Aborted,
                    CustomPending,
                    CustomPending,
                    CustomPending,
                    Acquired,
                ],
            ),
            (Acquired, [Acquired; 5]),
            (
                Unavailable,
                [Aborted, Unavailable, Unavailable, Unavailable, Aborted],
            ),
        ] {
            assert_eq!(steps.map(|step| state.after(step)), behind, "{state:?}");
        }
    }
}
