//! Which parameter of a device's tree says how a line is registered, and what its words mean.

use crate::store::Registration;

/// The telephone port a parameter speaks of, and the registration its value means; `None` for every other parameter.
pub fn read(name: &str, value: &str) -> Option<(u16, Registration)> {
    let (object, leaf) = name.rsplit_once('.')?;
    match leaf {
        "Status" => Some((standard_port(object)?, standard(value)?)),
        // The analog telephone adapters of Cisco, and what Sipura and Linksys made before.
        "Registration_State" => Some((vendor_port(object)?, vendor(value)?)),
        _ => None,
    }
}

/// TR-104 issue 1, in the trees of TR-098 and TR-181: `VoiceService.{i}.VoiceProfile.{i}.Line.{i}`; issue 2:
/// `VoiceService.{i}.SIP.Client.{i}`. A device has one line of the first profile for each port, or one profile for each.
fn standard_port(object: &str) -> Option<u16> {
    let (_, below) = object.split_once(".Services.VoiceService.")?;
    let parts: Vec<&str> = below.split('.').collect();
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    match parts[..] {
        ["1", "VoiceProfile", "1", "Line", line] => number(line),
        ["1", "VoiceProfile", profile, "Line", "1"] => number(profile),
        ["1", "SIP", "Client", client] => number(client),
        _ => None,
    }
}

fn vendor_port(object: &str) -> Option<u16> {
    let (before, port) = object.rsplit_once('.')?;
    let line = before.ends_with(".Line");
    port.parse().ok().filter(|port| line && *port > 0)
}

/// TR-104 section 2.4: the values of `Status`.
fn standard(value: &str) -> Option<Registration> {
    Some(match value.trim() {
        "Up" => Registration::Registered,
        "Initializing" | "Registering" => Registration::Registering,
        "Unregistering" | "Quiescent" | "Testing" => Registration::NotRegistered,
        "Disabled" => Registration::Disabled,
        error if error.starts_with("Error") => Registration::Error,
        _ => return None,
    })
}

fn vendor(value: &str) -> Option<Registration> {
    let word = value.trim().to_ascii_lowercase();
    Some(match word.as_str() {
        "registered" | "online" => Registration::Registered,
        "registering" => Registration::Registering,
        "not registered" | "offline" => Registration::NotRegistered,
        failed if failed.starts_with("fail") || failed.starts_with("can't") => Registration::Error,
        "" | "disabled" => Registration::Disabled,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_every_tree_are_told() {
        use Registration::{Disabled, Error, NotRegistered, Registered, Registering};
        for (name, value, expected) in [
            (
                "Device.Services.VoiceService.1.VoiceProfile.1.Line.2.Status",
                "Up",
                (2, Registered),
            ),
            (
                "InternetGatewayDevice.Services.VoiceService.1.VoiceProfile.1.Line.1.Status",
                "Registering",
                (1, Registering),
            ),
            (
                "InternetGatewayDevice.Services.VoiceService.1.VoiceProfile.2.Line.1.Status",
                "Disabled",
                (2, Disabled),
            ),
            (
                "Device.Services.VoiceService.1.SIP.Client.3.Status",
                "Error_Registration",
                (3, Error),
            ),
            (
                "Device.X_CISCO_ATA.Status.Line.1.Registration_State",
                "Registered",
                (1, Registered),
            ),
            (
                "Device.X_CISCO_ATA.Status.Line.2.Registration_State",
                "Not Registered",
                (2, NotRegistered),
            ),
        ] {
            assert_eq!(read(name, value), Some(expected), "{name}");
        }
    }

    #[test]
    fn nothing_else_is_taken_for_a_line() {
        for (name, value) in [
            ("Device.Ethernet.Interface.1.Status", "Up"),
            (
                "Device.Services.VoiceService.1.VoiceProfile.1.Line.0.Status",
                "Up",
            ),
            (
                "Device.Services.VoiceService.1.VoiceProfile.2.Line.2.Status",
                "Up",
            ),
            (
                "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status",
                "Sideways",
            ),
            ("Device.X.Registration_State", "Registered"),
            ("Status", "Up"),
            ("", ""),
        ] {
            assert_eq!(read(name, value), None, "{name}");
        }
    }
}
