//! Versions of the protocol: namespaces on the wire, version headers, and what each version allows.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A CWMP protocol version (TR-069 A6, Table 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum CwmpVersion {
    /// Amendment 1.
    #[serde(rename = "1.0")]
    V1_0,
    /// Amendment 2.
    #[serde(rename = "1.1")]
    V1_1,
    /// Amendment 3.
    #[serde(rename = "1.2")]
    V1_2,
    /// Amendment 4.
    #[serde(rename = "1.3")]
    V1_3,
    /// Amendments 5 and 6.
    #[serde(rename = "1.4")]
    V1_4,
}

impl CwmpVersion {
    /// Every version, oldest first.
    pub const ALL: [CwmpVersion; 5] = [
        CwmpVersion::V1_0,
        CwmpVersion::V1_1,
        CwmpVersion::V1_2,
        CwmpVersion::V1_3,
        CwmpVersion::V1_4,
    ];

    /// As it stands in SupportedCWMPVersions and UseCWMPVersion.
    pub const fn as_str(self) -> &'static str {
        match self {
            CwmpVersion::V1_0 => "1.0",
            CwmpVersion::V1_1 => "1.1",
            CwmpVersion::V1_2 => "1.2",
            CwmpVersion::V1_3 => "1.3",
            CwmpVersion::V1_4 => "1.4",
        }
    }

    /// The namespace messages of this version are written in (TR-069 A6, Table 89).
    pub const fn namespace(self) -> Namespace {
        match self {
            CwmpVersion::V1_0 => Namespace::Cwmp10,
            CwmpVersion::V1_1 => Namespace::Cwmp11,
            CwmpVersion::V1_2 | CwmpVersion::V1_3 | CwmpVersion::V1_4 => Namespace::Cwmp12,
        }
    }

    /// The list for a SupportedCWMPVersions header.
    pub fn supported_list() -> String {
        let names: Vec<&str> = CwmpVersion::ALL
            .iter()
            .map(|version| version.as_str())
            .collect();
        names.join(",")
    }

    /// The newest version that both we and a SupportedCWMPVersions list know (TR-069 3.7.2.1).
    pub fn newest_common(list: &str) -> Option<CwmpVersion> {
        list.split(',')
            .filter_map(|name| name.trim().parse().ok())
            .max()
    }
}

impl FromStr for CwmpVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<CwmpVersion, UnknownVersion> {
        let known = CwmpVersion::ALL
            .into_iter()
            .find(|version| version.as_str() == text);
        known.ok_or(UnknownVersion)
    }
}

impl fmt::Display for CwmpVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A version name that is not one of [`CwmpVersion::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CWMP version (1.0 to 1.4)")]
pub struct UnknownVersion;

/// The `cwmp` namespace of a message. The last two were never published by the Broadband Forum but are
/// met in the field (spec W-02); they are echoed to whoever uses them and never chosen by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Namespace {
    /// `urn:dslforum-org:cwmp-1-0`
    #[default]
    #[serde(rename = "cwmp-1-0")]
    Cwmp10,
    /// `urn:dslforum-org:cwmp-1-1`
    #[serde(rename = "cwmp-1-1")]
    Cwmp11,
    /// `urn:dslforum-org:cwmp-1-2`, also of versions 1.3 and 1.4
    #[serde(rename = "cwmp-1-2")]
    Cwmp12,
    /// `urn:dslforum-org:cwmp-1-3`, unofficial
    #[serde(rename = "cwmp-1-3")]
    Cwmp13,
    /// `urn:dslforum-org:cwmp-1-4`, unofficial
    #[serde(rename = "cwmp-1-4")]
    Cwmp14,
}

impl Namespace {
    /// What every CWMP namespace begins with.
    pub const PREFIX: &'static str = "urn:dslforum-org:cwmp-";

    /// Every namespace.
    pub const ALL: [Namespace; 5] = [
        Namespace::Cwmp10,
        Namespace::Cwmp11,
        Namespace::Cwmp12,
        Namespace::Cwmp13,
        Namespace::Cwmp14,
    ];

    /// The namespace name.
    pub const fn uri(self) -> &'static str {
        match self {
            Namespace::Cwmp10 => "urn:dslforum-org:cwmp-1-0",
            Namespace::Cwmp11 => "urn:dslforum-org:cwmp-1-1",
            Namespace::Cwmp12 => "urn:dslforum-org:cwmp-1-2",
            Namespace::Cwmp13 => "urn:dslforum-org:cwmp-1-3",
            Namespace::Cwmp14 => "urn:dslforum-org:cwmp-1-4",
        }
    }

    /// The namespace of this name, if it is one of ours.
    pub fn from_uri(uri: &str) -> Option<Namespace> {
        Namespace::ALL
            .into_iter()
            .find(|namespace| namespace.uri() == uri)
    }

    /// The version a peer speaks that sends this namespace and no version header (TR-069 A6, Tables 6 and 9).
    /// `session_timeout` tells whether its Inform had a SessionTimeout header, which is new in 1.3.
    pub const fn implied_version(self, session_timeout: bool) -> CwmpVersion {
        match self {
            Namespace::Cwmp10 => CwmpVersion::V1_0,
            Namespace::Cwmp11 => CwmpVersion::V1_1,
            Namespace::Cwmp12 if session_timeout => CwmpVersion::V1_3,
            Namespace::Cwmp12 => CwmpVersion::V1_2,
            Namespace::Cwmp13 | Namespace::Cwmp14 => CwmpVersion::V1_4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers V-07, V-08.
    #[test]
    fn the_newest_common_version_is_chosen() {
        assert_eq!(
            CwmpVersion::newest_common("1.0, 1.2 ,1.4"),
            Some(CwmpVersion::V1_4)
        );
        assert_eq!(
            CwmpVersion::newest_common("1.0,1.1"),
            Some(CwmpVersion::V1_1)
        );
        assert_eq!(CwmpVersion::newest_common("2.0"), None);
        assert_eq!(CwmpVersion::newest_common(""), None);
    }

    /// Covers V-04, V-09, W-01, W-02.
    #[test]
    fn the_namespace_implies_the_version() {
        for (uri, session_timeout, version) in [
            ("urn:dslforum-org:cwmp-1-0", false, CwmpVersion::V1_0),
            ("urn:dslforum-org:cwmp-1-1", false, CwmpVersion::V1_1),
            ("urn:dslforum-org:cwmp-1-2", false, CwmpVersion::V1_2),
            ("urn:dslforum-org:cwmp-1-2", true, CwmpVersion::V1_3),
            ("urn:dslforum-org:cwmp-1-3", false, CwmpVersion::V1_4),
            ("urn:dslforum-org:cwmp-1-4", false, CwmpVersion::V1_4),
        ] {
            let namespace = Namespace::from_uri(uri).unwrap();
            assert_eq!(namespace.implied_version(session_timeout), version);
        }
        assert_eq!(Namespace::from_uri("urn:dslforum-org:cwmp-9-9"), None);
    }
}
