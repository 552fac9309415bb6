//! UUIDs of deployment units: how they are written, and the one that follows from vendor and name (TR-181, TR-069
//! Annex H).

use sha1::{Digest as _, Sha1};

/// The name space of domain names (RFC 4122 appendix C): vendors are named by theirs.
const DOMAIN_NAMES: [u8; 16] = [
    0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
];

/// Whether a text is written like a UUID: 8, 4, 4, 4 and 12 hexadecimal digits (`DeploymentUnitUUID` of the schema).
pub fn is_uuid(text: &str) -> bool {
    let mut groups = text.split('-');
    let lengths = [8, 4, 4, 4, 12];
    let fits = lengths.into_iter().all(|length| {
        groups.next().is_some_and(|group| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    });
    fits && groups.next().is_none()
}

/// The UUID of what a vendor calls by a name: version 5 of RFC 4122, of the name in front of the vendor's domain.
pub fn of_name(name: &str, vendor: &str) -> String {
    version_5(&format!("{name}.{vendor}"))
}

fn version_5(domain_name: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(DOMAIN_NAMES);
    hash.update(domain_name.as_bytes());
    let hash = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = crate::firmware::hex(&bytes);
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    groups.map(|group| &digits[group]).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_uuid_of_version_5_that_everybody_else_computes() {
        // A known pair of name and UUID, published with other implementations of RFC 4122.
        assert_eq!(
            version_5("www.opentofu.org"),
            "df1e675d-b743-5f6c-9952-6311d0f141df"
        );
        let uuid = of_name("call-blocker", "example.net");
        assert_eq!(uuid, version_5("call-blocker.example.net"));
        assert!(is_uuid(&uuid));
        assert_ne!(uuid, of_name("call-blocker", "example.org"));
    }

    #[test]
    fn uuids_are_told_from_other_texts() {
        assert!(is_uuid("DF1E675D-b743-5f6c-9952-6311d0f141df"));
        let bad = [
            "",
            "df1e675d-b743-5f6c-9952-6311d0f141d",
            "df1e675db7435f6c99526311d0f141df",
            "df1e675d-b743-5f6c-9952-6311d0f141df-",
            "{df1e675d-b743-5f6c-9952-6311d0f141df}",
            "gf1e675d-b743-5f6c-9952-6311d0f141df",
        ];
        for text in bad {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
