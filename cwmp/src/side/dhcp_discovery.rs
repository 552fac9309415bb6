//! What DHCP says of the ACS: how a device asks, and what it makes of the answers (TR-069 3.1, Table 2).

use crate::limits::{DISCOVERY_OPTION_BYTES, DISCOVERY_URL_CHARS};

/// The enterprise number of the Broadband Forum, which stands in options 124, 125, 16 and 17.
pub const ENTERPRISE_NUMBER: u32 = 3561;

/// The vendor class by which a device asks for its ACS.
pub const VENDOR_CLASS: &str = "dslforum.org";

/// The vendor options of DHCPv4 that may name the ACS; a device asks for one of them, not for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Requested {
    /// It has asked for none.
    #[default]
    Neither,
    /// Option 43.
    Option43,
    /// Option 125.
    Option125,
}

/// The answers of the DHCP servers, as their options came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Which option of DHCPv4 the device has asked for.
    pub requested: Requested,
    /// DHCPv4 option 43, vendor-specific information.
    pub option_43: Option<Vec<u8>>,
    /// DHCPv4 option 125, vendor-identifying vendor-specific information.
    pub option_125: Option<Vec<u8>>,
    /// DHCPv6 option 17, vendor-specific information.
    pub v6_option_17: Option<Vec<u8>>,
}

/// What DHCP offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// ManagementServer.URL; never empty.
    pub url: String,
    /// DeviceInfo.ProvisioningCode.
    pub provisioning_code: Option<String>,
    /// ManagementServer.CWMPRetryMinimumWaitInterval, in seconds.
    pub retry_minimum_secs: Option<u16>,
    /// ManagementServer.CWMPRetryIntervalMultiplier, in thousandths.
    pub retry_multiplier: Option<u16>,
}

/// Numbers of the sub-options: URL, provisioning code, minimum wait, multiplier.
struct Codes([u16; 4]);

/// In option 43 and in DHCPv6 option 17.
const PLAIN: Codes = Codes([1, 2, 3, 4]);
/// In option 125.
const IDENTIFYING: Codes = Codes([11, 12, 13, 14]);

/// How long codes and lengths are.
#[derive(Clone, Copy)]
enum Width {
    /// One octet each: DHCPv4.
    One,
    /// Two octets each: DHCPv6.
    Two,
}

impl Answers {
    /// What they offer, if they name an ACS. DHCPv6 goes before DHCPv4, and of the two options of DHCPv4 the one that
    /// was asked for, else option 43 (TR-069 3.1).
    pub fn offer(&self) -> Option<Offer> {
        let v6 = self.v6_option_17.as_deref().and_then(from_v6_option_17);
        let of_43 = || self.option_43.as_deref().and_then(from_option_43);
        let of_125 = || self.option_125.as_deref().and_then(from_option_125);
        v6.or_else(|| match self.requested {
            Requested::Neither | Requested::Option43 => of_43().or_else(of_125),
            Requested::Option125 => of_125().or_else(of_43),
        })
    }
}

/// DHCPv4 option 43. A server that puts the bare URL there is understood.
fn from_option_43(bytes: &[u8]) -> Option<Offer> {
    if bytes.starts_with(b"http://") || bytes.starts_with(b"https://") {
        let url = text(bytes)?;
        return Offer::of(vec![(1, url.as_bytes())], &PLAIN);
    }
    Offer::of(items(bytes, Width::One)?, &PLAIN)
}

/// DHCPv4 option 125 (RFC 3925): for each enterprise its number, a length and its sub-options.
fn from_option_125(bytes: &[u8]) -> Option<Offer> {
    let mut rest = (bytes.len() <= DISCOVERY_OPTION_BYTES).then_some(bytes)?;
    while let Some((enterprise, behind)) = rest.split_first_chunk::<4>() {
        let (length, behind) = behind.split_first()?;
        let (data, behind) = behind.split_at_checked(usize::from(*length))?;
        if u32::from_be_bytes(*enterprise) == ENTERPRISE_NUMBER {
            return Offer::of(items(data, Width::One)?, &IDENTIFYING);
        }
        rest = behind;
    }
    None
}

/// DHCPv6 option 17 (RFC 8415): the enterprise number and its sub-options.
fn from_v6_option_17(bytes: &[u8]) -> Option<Offer> {
    let (enterprise, data) = bytes.split_first_chunk::<4>()?;
    if u32::from_be_bytes(*enterprise) != ENTERPRISE_NUMBER {
        return None;
    }
    Offer::of(items(data, Width::Two)?, &PLAIN)
}

/// Codes with their contents; `None` if a length leads over the end, since then nothing can be believed.
fn items(mut bytes: &[u8], width: Width) -> Option<Vec<(u16, &[u8])>> {
    if bytes.len() > DISCOVERY_OPTION_BYTES {
        return None;
    }
    let mut found = Vec::new();
    while let Some(first) = bytes.first() {
        // RFC 2132: octets that fill up, and one that ends the list.
        match (width, *first) {
            (Width::One, 0) => {
                bytes = &bytes[1..];
                continue;
            }
            (Width::One, 255) => break,
            (Width::One | Width::Two, _) => {}
        }
        let (code, length, behind) = match width {
            Width::One => {
                let ([code, length], behind) = bytes.split_first_chunk::<2>()?;
                (u16::from(*code), u16::from(*length), behind)
            }
            Width::Two => {
                let (head, behind) = bytes.split_first_chunk::<4>()?;
                let [c0, c1, l0, l1] = *head;
                (
                    u16::from_be_bytes([c0, c1]),
                    u16::from_be_bytes([l0, l1]),
                    behind,
                )
            }
        };
        let (data, behind) = behind.split_at_checked(usize::from(length))?;
        found.push((code, data));
        bytes = behind;
    }
    Some(found)
}

impl Offer {
    /// What sub-options say; the first of each counts, and one without a usable value is as good as absent.
    fn of(items: Vec<(u16, &[u8])>, codes: &Codes) -> Option<Offer> {
        let find = |place: usize| {
            let code = codes.0[place];
            let (_, data) = items.iter().find(|(other, _)| *other == code)?;
            text(data).filter(|text| !text.is_empty())
        };
        let url = find(0).filter(|url| url.chars().count() <= DISCOVERY_URL_CHARS)?;
        Some(Offer {
            url: url.to_owned(),
            provisioning_code: find(1)
                .filter(|code| code.chars().count() <= 64)
                .map(str::to_owned),
            retry_minimum_secs: find(2)
                .and_then(|secs| secs.parse().ok())
                .filter(|secs| *secs >= 1),
            retry_multiplier: find(3)
                .and_then(|factor| factor.parse().ok())
                .filter(|factor| *factor >= 1000),
        })
    }
}

/// A value as text; some servers end it with a null octet against the rule.
fn text(data: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(data).ok()?;
    let text = text.trim_end_matches('\0');
    (!text.chars().any(char::is_control)).then_some(text)
}

/// The content of DHCPv4 option 60 of a device that looks for its ACS.
pub fn option_60() -> &'static [u8] {
    VENDOR_CLASS.as_bytes()
}

/// The content of DHCPv4 option 124 (RFC 3925) of a device that looks for its ACS.
pub fn option_124() -> Vec<u8> {
    let mut bytes = ENTERPRISE_NUMBER.to_be_bytes().to_vec();
    bytes.push(VENDOR_CLASS.len() as u8);
    bytes.extend_from_slice(VENDOR_CLASS.as_bytes());
    bytes
}

/// The content of DHCPv6 option 16 (RFC 8415) of a device that looks for its ACS.
pub fn v6_option_16() -> Vec<u8> {
    let mut bytes = ENTERPRISE_NUMBER.to_be_bytes().to_vec();
    bytes.extend_from_slice(&(VENDOR_CLASS.len() as u16).to_be_bytes());
    bytes.extend_from_slice(VENDOR_CLASS.as_bytes());
    bytes
}

impl Requested {
    /// The code to add to DHCPv4 option 55, the list of what is asked for.
    pub fn code(self) -> Option<u8> {
        match self {
            Requested::Neither => None,
            Requested::Option43 => Some(43),
            Requested::Option125 => Some(125),
        }
    }
}

/// The code to add to DHCPv6 option 6, the list of what is asked for.
pub const V6_REQUESTED: u16 = 17;

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://acs.example.net:7547/cwmp";

    fn one(code: u8, value: &str) -> Vec<u8> {
        let mut bytes = vec![code, value.len() as u8];
        bytes.extend_from_slice(value.as_bytes());
        bytes
    }

    fn identifying(enterprise: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = enterprise.to_be_bytes().to_vec();
        bytes.push(data.len() as u8);
        bytes.extend_from_slice(data);
        bytes
    }

    fn v6(enterprise: u32, items: &[(u16, &str)]) -> Vec<u8> {
        let mut bytes = enterprise.to_be_bytes().to_vec();
        for (code, value) in items {
            bytes.extend_from_slice(&code.to_be_bytes());
            bytes.extend_from_slice(&(value.len() as u16).to_be_bytes());
            bytes.extend_from_slice(value.as_bytes());
        }
        bytes
    }

    fn url_of(answers: &Answers) -> Option<String> {
        answers.offer().map(|offer| offer.url)
    }

    fn whole() -> Offer {
        Offer {
            url: URL.into(),
            provisioning_code: Some("bronze.7".into()),
            retry_minimum_secs: Some(30),
            retry_multiplier: Some(1500),
        }
    }

    /// Covers D-06.
    #[test]
    fn every_setting_is_read_from_each_option() {
        let list = |first: u8| {
            [
                one(first, URL),
                one(first + 1, "bronze.7"),
                one(first + 2, "30"),
                one(first + 3, "1500"),
            ]
            .concat()
        };
        let by_43 = Answers {
            option_43: Some(list(1)),
            ..Answers::default()
        };
        let by_125 = Answers {
            option_125: Some(identifying(3561, &list(11))),
            ..Answers::default()
        };
        let items = [(1, URL), (2, "bronze.7"), (3, "30"), (4, "1500")];
        let by_17 = Answers {
            v6_option_17: Some(v6(3561, &items)),
            ..Answers::default()
        };
        for answers in [by_43, by_125, by_17] {
            assert_eq!(answers.offer(), Some(whole()), "{answers:?}");
        }
    }

    /// Covers D-06.
    #[test]
    fn a_trailing_null_octet_is_dropped() {
        let answers = Answers {
            option_43: Some([one(1, &format!("{URL}\0")), one(2, "gold\0")].concat()),
            ..Answers::default()
        };
        let offer = answers.offer().expect("there is a URL");
        assert_eq!(offer.url, URL);
        assert_eq!(offer.provisioning_code.as_deref(), Some("gold"));
    }

    /// Covers D-05.
    #[test]
    fn the_option_that_was_asked_for_wins_and_ipv6_goes_before_both() {
        let mut answers = Answers {
            option_43: Some(one(1, "https://of43.example/")),
            option_125: Some(identifying(3561, &one(11, "https://of125.example/"))),
            ..Answers::default()
        };
        let chosen = |answers: &Answers| url_of(answers).unwrap();
        assert_eq!(chosen(&answers), "https://of43.example/");
        answers.requested = Requested::Option43;
        assert_eq!(chosen(&answers), "https://of43.example/");
        answers.requested = Requested::Option125;
        assert_eq!(chosen(&answers), "https://of125.example/");
        answers.v6_option_17 = Some(v6(3561, &[(1, "https://of17.example/")]));
        assert_eq!(chosen(&answers), "https://of17.example/");
    }

    /// Covers D-07.
    #[test]
    fn options_of_other_enterprises_are_passed_over() {
        let other = identifying(9, &one(11, "https://cisco.example/"));
        let mut answers = Answers {
            option_125: Some(other.clone()),
            v6_option_17: Some(v6(872, &[(1, "https://other.example/")])),
            ..Answers::default()
        };
        assert_eq!(answers.offer(), None);
        let ours = identifying(3561, &one(11, URL));
        answers.option_125 = Some([other, ours].concat());
        assert_eq!(url_of(&answers).as_deref(), Some(URL));
    }

    /// Covers D-03, D-04, D-07.
    #[test]
    fn a_device_asks_by_the_name_and_number_of_the_forum() {
        assert_eq!(option_60(), b"dslforum.org");
        assert_eq!(option_124(), b"\x00\x00\x0d\xe9\x0cdslforum.org");
        assert_eq!(v6_option_16(), b"\x00\x00\x0d\xe9\x00\x0cdslforum.org");
        assert_eq!(Requested::Option43.code(), Some(43));
        assert_eq!(Requested::Option125.code(), Some(125));
        assert_eq!(Requested::Neither.code(), None);
        assert_eq!(V6_REQUESTED, 17);
    }

    #[test]
    fn fillers_the_end_mark_and_a_bare_url_in_option_43_are_understood() {
        let padded = [vec![0, 0], one(1, URL), vec![255, 9, 9]].concat();
        for bytes in [padded, URL.as_bytes().to_vec(), format!("{URL}\0").into()] {
            let answers = Answers {
                option_43: Some(bytes),
                ..Answers::default()
            };
            assert_eq!(url_of(&answers).as_deref(), Some(URL));
        }
    }

    #[test]
    fn what_cannot_be_believed_is_no_offer() {
        let long = format!("https://{}/", "a".repeat(300));
        let hostile: [&[u8]; 6] = [
            b"",
            &[1],
            &[1, 200, b'h'],
            &[2, 1, b'x'],
            &[1, 3, 0xff, 0xfe, 0xfd],
            b"\x01\x11https://a\r\nb.net/",
        ];
        for bytes in hostile.into_iter().chain([long.as_bytes()]) {
            let answers = Answers {
                option_43: Some(bytes.to_vec()),
                option_125: Some(bytes.to_vec()),
                v6_option_17: Some(bytes.to_vec()),
                ..Answers::default()
            };
            assert_eq!(answers.offer(), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_retry_setting_out_of_its_range_is_left_out() {
        for (minimum, multiplier) in [("0", "999"), ("65536", "65536"), ("soon", "-1")] {
            let bytes = [one(1, URL), one(3, minimum), one(4, multiplier)].concat();
            let answers = Answers {
                option_43: Some(bytes),
                ..Answers::default()
            };
            let offer = answers.offer().expect("the URL is good");
            assert_eq!(offer.retry_minimum_secs, None, "{minimum}");
            assert_eq!(offer.retry_multiplier, None, "{multiplier}");
        }
    }
}
