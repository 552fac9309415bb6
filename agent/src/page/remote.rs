//! Requests from beyond the device's own network: whether they are taken at all (`Web_Remote_Management`).

use std::net::{IpAddr, Ipv4Addr};

/// What the device's parameters say of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    /// `Web_Remote_Management`, and plain HTTP for it (`Remote_Web_Utility_Access`): the page has no TLS of its own.
    pub allowed: bool,
    /// `Allowed_Remote_IP_Address`, unless any is allowed: the first address, and the last octet of the last one.
    pub only: Option<(Ipv4Addr, u8)>,
    /// `Web_Remote_Upgrade`: firmware may come from there.
    pub upgrade: bool,
}

impl Remote {
    /// Whether a caller may ask anything.
    pub fn admits(&self, from: IpAddr) -> bool {
        if is_local(from) {
            return true;
        }
        let listed = match (self.only, from.to_canonical()) {
            (None, _) => true,
            (Some((first, last)), IpAddr::V4(from)) => {
                let (first, from) = (first.octets(), from.octets());
                // A range without an end is one address.
                let last = last.max(first[3]);
                from[..3] == first[..3] && (first[3]..=last).contains(&from[3])
            }
            (Some(_), IpAddr::V6(_)) => false,
        };
        self.allowed && listed
    }

    /// Whether a caller may bring firmware.
    pub fn admits_firmware(&self, from: IpAddr) -> bool {
        is_local(from) || self.upgrade
    }
}

/// The text of `Allowed_Remote_IP_Address`: an address and the last octet of the range, with a blank between.
pub fn range(text: &str) -> Option<(Ipv4Addr, u8)> {
    let (first, last) = text.trim().split_once(' ').unwrap_or((text.trim(), "0"));
    Some((first.parse().ok()?, last.trim().parse().ok()?))
}

/// Whether an address is of this machine or of a network that no router carries to others (RFC 1918, 3927, 4193, 4291).
pub fn is_local(from: IpAddr) -> bool {
    match from.to_canonical() {
        IpAddr::V4(at) => at.is_loopback() || at.is_private() || at.is_link_local(),
        IpAddr::V6(at) => at.is_loopback() || at.is_unique_local() || at.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers D-13.
    #[test]
    fn who_is_far_away_needs_leave() {
        let at = |text: &str| -> IpAddr { text.parse().unwrap() };
        let mut remote = Remote {
            allowed: false,
            only: None,
            upgrade: false,
        };
        for near in [
            "127.0.0.1",
            "192.168.15.9",
            "10.1.1.1",
            "169.254.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
        ] {
            assert!(remote.admits(at(near)), "{near}");
            assert!(remote.admits_firmware(at(near)));
        }
        for far in ["198.51.100.7", "2001:db8::1", "::ffff:198.51.100.7"] {
            assert!(!remote.admits(at(far)), "{far}");
        }
        remote.allowed = true;
        assert!(remote.admits(at("198.51.100.7")) && !remote.admits_firmware(at("198.51.100.7")));
        remote.only = range("198.51.100.5 9");
        for (far, admitted) in [
            ("198.51.100.4", false),
            ("198.51.100.5", true),
            ("198.51.100.9", true),
            ("198.51.100.10", false),
            ("198.51.101.6", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(remote.admits(at(far)), admitted, "{far}");
        }
        remote.only = range("198.51.100.5 0");
        assert!(remote.admits(at("198.51.100.5")) && !remote.admits(at("198.51.100.6")));
    }
}
