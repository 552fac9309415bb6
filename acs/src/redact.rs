//! Which parameters hold secrets: by the models we know, and by their names for all others.

use data_model::catalogue;
use data_model::schema::Secrecy;

/// What stands in place of a secret that is shown to somebody.
pub const MASK: &str = "***";

/// Whether a parameter's value must not be shown, kept or logged.
///
/// A name is secret if any device type we know says so, or if it looks like one: a value that is shown by mistake
/// cannot be taken back.
pub fn is_secret(name: &str) -> bool {
    looks_secret(name) || is_secret_in_models(name)
}

/// By the last node of the name.
fn looks_secret(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    const SIGNS: [&str; 9] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "private",
        "presharedkey",
        "community",
        "gpp_s",
        "credential",
    ];
    SIGNS.iter().any(|sign| last.contains(sign))
}

fn is_secret_in_models(name: &str) -> bool {
    catalogue::names().iter().any(|ty| {
        let Some(ty) = catalogue::device_type(ty) else {
            return false;
        };
        let Some(address) = ty.schema.lookup(name) else {
            return false;
        };
        let parameter = ty.schema.node(address.node).parameter();
        parameter.is_some_and(|parameter| parameter.secret == Secrecy::Secret)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers M06, U07.
    #[test]
    fn secrets_of_known_and_unknown_models_are_told() {
        for name in [
            "Device.ManagementServer.Password",
            "Device.ManagementServer.ConnectionRequestPassword",
            "Device.X_CISCO_ATA.Line.1.Password",
            "Device.X_CISCO_ATA.Provisioning.GPP_SA",
            "Device.X_CISCO_ATA.Router.SNMP.Get_Community",
            "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.PreSharedKey.1.PreSharedKey",
            "Device.WiFi.AccessPoint.1.Security.KeyPassphrase",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "Device.DeviceInfo.SoftwareVersion",
            "Device.ManagementServer.ParameterKey",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
