//! Reports of devices in the shape of their profiles: what they say, and where that differs from what is desired.

use super::desired::Desired;
use super::flat_profile::{self, LeftOut};
use crate::limits::REPORT_FINDINGS;
use crate::redact::is_secret;
use crate::store::{Observed, Report, ReportedValue};
use data_model::provisioning::profile::{
    EmptyElements, Entry, Policy, Strictness, Vocabulary, read,
};
use data_model::schema::{Address, Secrecy, Source};
use data_model::{DeviceType, ParameterList, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A report says what is: an element without a text is an empty value.
const POLICY: Policy = Policy {
    strictness: Strictness::Lenient,
    empty: EmptyElements::Clear,
};

/// Reads a report. The lines say what is wrong with it, without its values.
///
/// # Errors
/// If it is no profile.
pub fn read_report(
    ty: &DeviceType,
    bytes: &[u8],
    now: Timestamp,
) -> Result<(Report, Observed), String> {
    let document = read(bytes, POLICY).map_err(|finding| finding.to_string())?;
    let schema = &ty.schema;
    let vocabulary = Vocabulary::of(schema);
    let mut report = Report {
        at: Some(now),
        ..Report::default()
    };
    let mut seen: BTreeMap<Address, String> = BTreeMap::new();
    // Of several elements for one parameter the last one counts.
    for entry in &document.entries {
        match taken(ty, &vocabulary, entry) {
            Taken::Nothing => {}
            Taken::Secret => report.secrets += 1,
            Taken::Odd(what) => {
                if report.ignored.len() < REPORT_FINDINGS {
                    report.ignored.push(format!("<{}>: {what}", entry.element));
                }
            }
            Taken::Value(address, value) => {
                let reported = ReportedValue {
                    element: entry.element.clone(),
                    value: value.clone(),
                    at: now,
                };
                report.values.insert(schema.path(&address), reported);
                seen.insert(address, value);
            }
        }
    }
    let observed = Observed {
        values: observed(ty, &seen),
        ..Observed::default()
    };
    Ok((report, observed))
}

/// What is taken of an element.
enum Taken {
    /// It says nothing, or nothing anybody may keep.
    Nothing,
    /// A secret, which no device should send; it is not kept.
    Secret,
    /// It cannot be understood.
    Odd(String),
    /// A value, as the type of its parameter writes it.
    Value(Address, String),
}

fn taken(ty: &DeviceType, vocabulary: &Vocabulary, entry: &Entry) -> Taken {
    let schema = &ty.schema;
    let known = vocabulary.parameter(&entry.element).or_else(|| {
        let meant = vocabulary.meant_by(&entry.element)?;
        vocabulary.parameter(meant)
    });
    let parameter = known.and_then(|address| Some((address, schema.parameter(address.node)?)));
    let Some((address, parameter)) = parameter else {
        return match vocabulary.is_section(&entry.element) {
            true => Taken::Nothing,
            false => Taken::Odd("the device type has no such parameter".into()),
        };
    };
    match parameter.secret {
        Secrecy::Secret if entry.text.is_empty() => return Taken::Nothing,
        Secrecy::Secret => return Taken::Secret,
        // What looks like a secret by its name (`Private_IP`) is not kept either, as everywhere else.
        Secrecy::Open if is_secret(&schema.path(&address)) => return Taken::Nothing,
        Secrecy::Open => {}
    }
    let value = match &parameter.xml {
        Some(binding) => binding.value_of(&entry.text, &parameter.ty),
        None => Cow::Borrowed(entry.text.as_str()),
    };
    match parameter.ty.check(&value) {
        Ok(value) => Taken::Value(address, value.into_owned()),
        Err(broken) => Taken::Odd(format!("the value {broken}")),
    }
}

/// The observed state of what was reported, under every name it has.
fn observed(ty: &DeviceType, seen: &BTreeMap<Address, String>) -> ParameterList {
    let schema = &ty.schema;
    let mut values = ParameterList::new();
    for (address, parameter) in schema.factory_parameters() {
        let value = match &parameter.source {
            Source::View(view) => seen
                .get(&schema.storage(&address))
                .map(|stored| view.read(&address.instances, stored).into_owned()),
            Source::Stored | Source::Computed(_) => seen.get(&address).cloned(),
        };
        let name = schema.path(&address);
        if let Some(value) = value.filter(|_| !is_secret(&name)) {
            values.push(&name, parameter.ty.xsd(), &value);
        }
    }
    values
}

/// Where a device is not as it should be, by its reports.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// Values that are others.
    pub different: Vec<Different>,
    /// Desired values the device has not reported.
    pub not_reported: Vec<String>,
    /// Desired secrets; no report says them.
    pub secrets: usize,
    /// How many values agree.
    pub equal: usize,
    /// Desired values a profile cannot bring.
    pub left_out: Vec<LeftOut>,
}

/// A value that is another one.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Different {
    /// The parameter behind the element.
    pub name: String,
    /// The element.
    pub element: String,
    /// What it should be.
    pub desired: String,
    /// What the device says.
    pub reported: String,
    /// When it said so.
    pub at: Timestamp,
}

/// Holds what was reported against what is desired.
pub fn differences(ty: &DeviceType, desired: &Desired, report: &Report) -> Difference {
    let (wanted, left_out) = flat_profile::wanted(ty, desired);
    let elements = flat_profile::elements(ty);
    let mut found = Difference {
        left_out,
        ..Difference::default()
    };
    for (element, wanted) in wanted {
        let Some(address) = elements.get(&element) else {
            continue;
        };
        let name = ty.schema.path(address);
        if wanted.secrecy == Secrecy::Secret || is_secret(&name) {
            found.secrets += 1;
            continue;
        }
        match report.values.get(&name) {
            None => found.not_reported.push(name),
            Some(reported) if reported.value == wanted.value => found.equal += 1,
            Some(reported) => found.different.push(Different {
                name,
                element,
                desired: wanted.value,
                reported: reported.value.clone(),
                at: reported.at,
            }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::desired::wanting;
    use super::*;
    use std::sync::Arc;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn ata() -> Arc<DeviceType> {
        flat_profile::device_type("ATA192").expect("a product of this build")
    }

    fn report(elements: &str) -> (Report, Observed) {
        let document = format!("<flat-profile>{elements}</flat-profile>");
        read_report(&ata(), document.as_bytes(), NOW).expect("a profile")
    }

    /// Covers M06.
    #[test]
    fn a_report_is_read_leniently_and_no_secret_of_it_is_kept() {
        let (report, observed) = report(
            "<User_ID_1_ ua=\"na\">15550100</User_ID_1_><Password_1_>opensesame</Password_1_>\
             <GPP_SA>thekey</GPP_SA><Line_Enable_1_>Yes</Line_Enable_1_><Proxy_1_></Proxy_1_>\
             <No_Such_Thing>x</No_Such_Thing><Line_Enable_2_>perhaps</Line_Enable_2_>",
        );
        assert_eq!(report.secrets, 2);
        let text = format!("{report:?} {observed:?}");
        for secret in ["opensesame", "thekey"] {
            assert!(!text.contains(secret), "{text}");
        }
        let value = |name: &str| report.values.get(name).map(|value| value.value.as_str());
        assert_eq!(value("Device.X_CISCO_ATA.Line.1.User_ID"), Some("15550100"));
        assert_eq!(value("Device.X_CISCO_ATA.Line.1.Line_Enable"), Some("1"));
        assert_eq!(value("Device.X_CISCO_ATA.Line.1.Proxy"), Some(""));
        assert_eq!(value("Device.X_CISCO_ATA.Line.2.Line_Enable"), None);
        assert_eq!(report.ignored.len(), 2, "{:?}", report.ignored);
        let second = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber";
        assert_eq!(observed.values.get(second), Some("15550100"));
    }

    #[test]
    fn only_what_differs_is_a_difference() {
        let (report, _) =
            report("<User_ID_1_>15550100</User_ID_1_><Line_Enable_1_>No</Line_Enable_1_>");
        let desired = wanting(&[
            (
                "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber",
                "15550100",
            ),
            ("Device.X_CISCO_ATA.Line.1.Line_Enable", "true"),
            ("Device.X_CISCO_ATA.Line.1.Proxy", "sip.example.net"),
            ("Device.X_CISCO_ATA.Line.1.Password", "opensesame"),
        ]);
        let found = differences(&ata(), &desired, &report);
        assert_eq!((found.equal, found.secrets), (1, 1), "{found:?}");
        assert_eq!(found.not_reported, ["Device.X_CISCO_ATA.Line.1.Proxy"]);
        let [different] = &found.different[..] else {
            panic!("{found:?}");
        };
        assert_eq!(different.element, "Line_Enable_1_");
        assert_eq!(
            (different.desired.as_str(), different.reported.as_str()),
            ("1", "0")
        );
    }

    #[test]
    fn what_is_no_profile_is_refused_without_a_panic() {
        for bytes in [
            &b""[..],
            b"\0\0\0",
            b"<html>no</html>",
            b"<flat-profile><a>",
            b"Salted__",
            b"\xff\xfe<",
        ] {
            assert!(read_report(&ata(), bytes, NOW).is_err(), "{bytes:?}");
        }
    }
}
