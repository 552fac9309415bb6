//! Which parameter of a device's tree says how a line is registered, and what its words mean.

use crate::store::Registration;

/// What a parameter says of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// The telephone port.
    pub port: u16,
    /// The registration its value means.
    pub state: Registration,
    /// Of two parameters that speak of the same port the one with the smaller number is believed: a device may have its
    /// own words beside those of the standard, and they do not always agree.
    pub rank: u8,
}

/// What a parameter says of a line; `None` for every other parameter.
pub fn read(name: &str, value: &str) -> Option<Said> {
    let (object, leaf) = name.rsplit_once('.')?;
    let (port, rank, state) = match leaf {
        "Status" => {
            let (port, rank) = standard_port(object)?;
            (port, rank, standard(value)?)
        }
        // The analog telephone adapters of Cisco, and what Sipura and Linksys made before.
        "Registration_State" => (vendor_port(object)?, 3, vendor(value)?),
        _ => return None,
    };
    Some(Said { port, state, rank })
}

/// TR-104 issue 1, in the trees of TR-098 and TR-181: `VoiceService.{i}.VoiceProfile.{i}.Line.{i}`; issue 2:
/// `VoiceService.{i}.SIP.Client.{i}`. A device has one line of the first profile for each port, or one profile for each.
fn standard_port(object: &str) -> Option<(u16, u8)> {
    let (_, below) = object.split_once(".Services.VoiceService.")?;
    let parts: Vec<&str> = below.split('.').collect();
    let (number, rank) = match parts[..] {
        ["1", "VoiceProfile", "1", "Line", line] => (line, 0),
        ["1", "VoiceProfile", profile, "Line", "1"] => (profile, 1),
        ["1", "SIP", "Client", client] => (client, 2),
        _ => return None,
    };
    let port = number.parse().ok().filter(|port| *port > 0)?;
    Some((port, rank))
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
            let said = read(name, value).map(|said| (said.port, said.state));
            assert_eq!(said, Some(expected), "{name}");
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
