//! Protocols beside CWMP that a device and its servers speak, as packets and states without sockets.
//!
//! [`dhcp_discovery`] is how a device finds its ACS, [`lightweight`] are notifications by UDP (TR-069 Annex M), [`tftp`]
//! moves files where nothing better is spoken. The rest is how a device behind a NAT can be called (Annexes G and K):
//! [`stun`] reads and writes the binding requests and responses it learns its outer address by,
//! [`udp_connection_request`] the signed datagram that calls it there, [`xmpp`] what calls it over XMPP, where
//! [`scram`] proves a password without telling it. STUN and the
//! signed datagram arrive at one port and are told apart by their first octet ([`Kind::of`]).

pub mod dhcp_discovery;
pub mod lightweight;
pub mod scram;
pub mod stun;
mod stun_integrity;
pub mod tftp;
pub mod udp_connection_request;
pub mod xmpp;

/// What a datagram at the connection request port is (TR-069 G.2.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A STUN message: the first two bits are zero, and the types in use begin with 0 or 1.
    Stun,
    /// HTTP: it begins with a letter.
    ConnectionRequest,
}

impl Kind {
    /// Tells by the first octet; `None` for what is neither.
    pub fn of(datagram: &[u8]) -> Option<Kind> {
        match datagram.first()? {
            0 | 1 => Some(Kind::Stun),
            first if first.is_ascii_alphabetic() => Some(Kind::ConnectionRequest),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers U-13.
    #[test]
    fn the_first_octet_tells_stun_from_http() {
        assert_eq!(Kind::of(&[0, 1]), Some(Kind::Stun));
        assert_eq!(Kind::of(&[1, 0x11]), Some(Kind::Stun));
        assert_eq!(Kind::of(b"GET "), Some(Kind::ConnectionRequest));
        for other in [&b""[..], b" GET", b"2", b"\x80", b"\xff", b"\r\n"] {
            assert_eq!(Kind::of(other), None, "{other:?}");
        }
    }
}
