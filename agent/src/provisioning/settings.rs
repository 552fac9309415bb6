//! Where the parameters of provisioning lie in a device's model.

use data_model::schema::Address;

/// A parameter of provisioning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
#[expect(missing_docs, reason = "each is called what its parameter is called")]
pub enum Setting {
    ProvisionEnable,
    ResyncOnReset,
    ResyncRandomDelay,
    ResyncAt,
    ResyncAtRandomDelay,
    ResyncPeriodic,
    ResyncErrorRetryDelay,
    ForcedResyncDelay,
    ResyncFromSip,
    ResyncAfterUpgradeAttempt,
    ResyncTrigger1,
    ResyncTrigger2,
    ResyncFailsOnFnf,
    ProfileRule,
    ProfileRuleB,
    ProfileRuleC,
    ProfileRuleD,
    DhcpOptionToUse,
    TransportProtocol,
    LogResyncRequestMsg,
    LogResyncSuccessMsg,
    LogResyncFailureMsg,
    ReportRule,
    UpgradeEnable,
    UpgradeErrorRetryDelay,
    UpgradeRule,
    LogUpgradeRequestMsg,
    LogUpgradeSuccessMsg,
    LogUpgradeFailureMsg,
}

/// The rules of a resync, in their order.
pub const PROFILE_RULES: [Setting; 4] = [
    Setting::ProfileRule,
    Setting::ProfileRuleB,
    Setting::ProfileRuleC,
    Setting::ProfileRuleD,
];

/// Below the root of the model.
const FOLDER: &str = "X_CISCO_ATA.Provisioning.";

/// Names, in the order of [`Setting`].
const NAMES: [&str; 29] = [
    "Provision_Enable",
    "Resync_On_Reset",
    "Resync_Random_Delay",
    "Resync_At__HHmm_",
    "Resync_At_Random_Delay",
    "Resync_Periodic",
    "Resync_Error_Retry_Delay",
    "Forced_Resync_Delay",
    "Resync_From_SIP",
    "Resync_After_Upgrade_Attempt",
    "Resync_Trigger_1",
    "Resync_Trigger_2",
    "Resync_Fails_On_FNF",
    "Profile_Rule",
    "Profile_Rule_B",
    "Profile_Rule_C",
    "Profile_Rule_D",
    "DHCP_Option_To_Use",
    "Transport_Protocol",
    "Log_Resync_Request_Msg",
    "Log_Resync_Success_Msg",
    "Log_Resync_Failure_Msg",
    "Report_Rule",
    "Upgrade_Enable",
    "Upgrade_Error_Retry_Delay",
    "Upgrade_Rule",
    "Log_Upgrade_Request_Msg",
    "Log_Upgrade_Success_Msg",
    "Log_Upgrade_Failure_Msg",
];

impl Setting {
    /// Its parameter's name.
    pub const fn name(self) -> &'static str {
        NAMES[self as usize]
    }
}

/// Where they all lie.
#[derive(Debug)]
pub struct Settings([Address; NAMES.len()]);

impl Settings {
    /// Finds them below the root of a model; `None` if it lacks one.
    pub fn find(maybe: impl Fn(&str) -> Option<Address>) -> Option<Box<Settings>> {
        let found = NAMES.map(|name| maybe(&format!("{FOLDER}{name}")));
        let addresses: Option<Vec<Address>> = found.into_iter().collect();
        Some(Box::new(Settings(addresses?.try_into().ok()?)))
    }

    /// Where one lies.
    pub fn address(&self, setting: Setting) -> Address {
        self.0[setting as usize]
    }
}
