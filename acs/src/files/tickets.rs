//! Tickets: links to files that are signed, made for one device, and end by themselves (case F04).

use crate::store::Id;
use data_model::Timestamp;
use data_model::firmware::{hex, unhex};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq as _;

/// Signs and checks tickets.
pub struct Tickets {
    key: Vec<u8>,
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tickets(***)")
    }
}

/// What a good ticket says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// The device it was made for.
    pub device: Id,
}

impl Tickets {
    /// Tickets signed with a key.
    pub fn new(key: Vec<u8>) -> Tickets {
        Tickets { key }
    }

    /// A ticket for a file, for a device, good until a time: `device-expiry-signature`.
    pub fn issue(&self, file: Id, device: Id, expires: Timestamp) -> String {
        let expires = expires.as_secs();
        let signature = self.sign(file, device, expires);
        format!("{device}-{expires:x}-{}", hex(&signature))
    }

    /// Checks a ticket.
    pub fn check(&self, ticket: &str, file: Id, now: Timestamp) -> Option<Ticket> {
        let mut parts = ticket.splitn(3, '-');
        let device: Id = parts.next()?.parse().ok()?;
        let expires = i64::from_str_radix(parts.next()?, 16).ok()?;
        let signature: [u8; 16] = unhex(parts.next()?)?;
        let genuine: bool = self.sign(file, device, expires).ct_eq(&signature).into();
        (genuine && now.as_secs() <= expires).then_some(Ticket { device })
    }

    fn sign(&self, file: Id, device: Id, expires: i64) -> [u8; 16] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(&file.to_i64().to_be_bytes());
        mac.update(&device.to_i64().to_be_bytes());
        mac.update(&expires.to_be_bytes());
        let full = mac.finalize().into_bytes();
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    /// Covers F04.
    #[test]
    fn a_ticket_opens_one_file_for_a_while() {
        let tickets = Tickets::new(vec![1; 32]);
        let (file, device) = (Id::new(NOW, 1), Id::of_identity("x"));
        let ticket = tickets.issue(file, device, NOW.plus_secs(60));
        assert_eq!(tickets.check(&ticket, file, NOW), Some(Ticket { device }));
        assert_eq!(tickets.check(&ticket, file, NOW.plus_secs(61)), None);
        assert_eq!(tickets.check(&ticket, Id::new(NOW, 2), NOW), None);
        assert_eq!(Tickets::new(vec![2; 32]).check(&ticket, file, NOW), None);
    }

    /// Covers F04.
    #[test]
    fn no_changed_ticket_opens_anything() {
        let tickets = Tickets::new(vec![1; 32]);
        let (file, device) = (Id::new(NOW, 1), Id::of_identity("x"));
        let ticket = tickets.issue(file, device, NOW.plus_secs(60));
        for at in 0..ticket.len() {
            let mut changed = ticket.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(tickets.check(&changed, file, NOW), None, "{changed}");
        }
        for nonsense in ["", "-", "--", "a-b-c", "../../etc/passwd"] {
            assert_eq!(tickets.check(nonsense, file, NOW), None);
        }
    }
}
