//! A scenario: what a fleet does, as a file says it.
//!
//! Every share is a part of one: 0.25 is a quarter of the devices. Times of the file are in seconds.

mod check;
pub mod library;

use data_model::OperatorError;
use serde::{Deserialize, Serialize};

/// What a fleet does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name for people.
    pub title: String,
    /// What happens in it, and what one learns from it.
    pub about: String,
    /// What the devices are; their shares are relative to each other.
    #[serde(default = "one_ata192")]
    pub devices: Vec<Kind>,
    /// How they come.
    #[serde(default)]
    pub arrival: Arrival,
    /// When it ends.
    #[serde(default)]
    pub end: End,
    /// Their periodic Informs.
    #[serde(default)]
    pub informs: Informs,
    /// The power goes, and comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
    /// What people change at the devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// Telephone lines over a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// Lines that are not as good as the loopback of this machine; what no share takes is perfect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineQuality>,
    /// Upgrades that fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrades: Option<Upgrades>,
    /// Devices that only UDP reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat: Option<Nat>,
    /// Peers that are no devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostile: Option<Hostile>,
}

/// One kind of device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// The device type, such as `ata192`.
    #[serde(rename = "type")]
    pub device_type: String,
    /// The firmware it comes with; that of the device type if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How many there are of it, relative to the others.
    #[serde(default = "one")]
    pub share: f64,
}

/// How devices come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Arrival {
    /// In which manner.
    pub pattern: Pattern,
    /// From the first to the last.
    pub over_secs: f64,
    /// For `rolling`: regions that come one after the other.
    pub regions: u32,
}

/// In which manner devices come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// As many in each second.
    Steady,
    /// More in each second than in the one before.
    Ramp,
    /// Most at the beginning, as after a blackout: half of them in the first fifth of the time.
    Storm,
    /// One region after the other, each at once.
    Rolling,
}

/// When a scenario ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct End {
    /// What ends it.
    pub when: EndsWhen,
    /// For `time`: after so long. For `drained`: at the latest after so long.
    pub secs: u64,
}

/// What ends a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndsWhen {
    /// Time.
    Time,
    /// Every device that is on has told the ACS of its boot, and no other is to come.
    Drained,
}

/// Periodic Informs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Informs {
    /// Between two of a device; its own phase is drawn.
    pub interval_secs: u32,
}

/// The power goes from some devices, and comes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// When it goes.
    pub at_secs: f64,
    /// When the first have it back, from then on.
    pub off_secs: f64,
    /// Within this time from then on the others have it back.
    pub back_over_secs: f64,
    /// From how many.
    #[serde(default = "one")]
    pub share: f64,
    /// In so many regions, one after the other: a rolling restart.
    #[serde(default = "one_region")]
    pub regions: u32,
    /// Between two regions.
    #[serde(default)]
    pub apart_secs: f64,
}

/// What people change at the devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Changes of one device in an hour, on average.
    pub per_hour: f64,
    /// The parameter, below the root of the tree.
    #[serde(default = "provisioning_code")]
    pub parameter: String,
}

/// Telephone lines over a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Day {
    /// How long an hour of it takes.
    pub hour_secs: f64,
    /// The hour it begins with.
    pub from_hour: u32,
    /// Calls of one device on a whole day, most of them in the morning and in the early evening.
    pub calls: f64,
    /// How long a call takes, of the day's time.
    pub call_secs: f64,
    /// Devices whose lines register.
    pub registered: f64,
    /// Registrations one device loses on a whole day, on average.
    pub lost_registrations: f64,
    /// How long one is lost, of the day's time.
    pub lost_secs: f64,
}

/// Lines of one quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineQuality {
    /// How many devices have it.
    pub share: f64,
    /// There and back, drawn for each exchange from this to the other.
    #[serde(default)]
    pub delay_ms: [u32; 2],
    /// Exchanges of which the request or the answer does not arrive.
    #[serde(default)]
    pub lost: f64,
    /// How long a device waits for what has been lost.
    #[serde(default = "thirty")]
    pub lost_secs: f64,
}

/// Upgrades that fail; what no share takes goes well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Upgrades {
    /// The image turns out to be for another product.
    pub wrong_image: f64,
    /// The power goes in the middle of the download, and comes back.
    pub power_cut: f64,
    /// The new image boots, and dies before it reaches its ACS: the device comes back with the old one.
    pub old_version_back: f64,
    /// The device is gone with the restart.
    pub never_back: f64,
    /// The download is slow.
    pub slow: f64,
    /// As slow as this.
    pub slow_bytes_per_sec: u32,
}

/// Devices that only UDP reaches (TR-069 Annex G).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nat {
    /// How many.
    pub share: f64,
    /// The STUN server, if it is not at the host of the ACS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stun_server: Option<String>,
    /// Its port.
    #[serde(default = "stun_port")]
    pub stun_port: u16,
}

/// Peers that are no devices, or bad ones. They come again and again for as long as the scenario runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hostile {
    /// How many at one time.
    pub peers: u32,
    /// What they do, in turn.
    #[serde(default = "all_tricks")]
    pub tricks: Vec<Trick>,
}

/// What a hostile peer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trick {
    /// Connects, and says nothing.
    Silent,
    /// Sends a byte of a header each second.
    SlowHeader,
    /// Announces a body, and sends a byte of it each second.
    SlowBody,
    /// Sends headers without an end.
    HugeHeader,
    /// Announces a body of a gigabyte.
    HugeBody,
    /// Sends XML that is none.
    BadXml,
    /// Sends XML with entities that grow.
    EntityBomb,
    /// Sends an Inform with a wrong password.
    WrongPassword,
    /// Sends an Inform, and goes away without reading the answer.
    HangsUp,
    /// Sends bytes that are no HTTP.
    Garbage,
}

impl Trick {
    /// Every one.
    pub const ALL: [Trick; 10] = [
        Trick::Silent,
        Trick::SlowHeader,
        Trick::SlowBody,
        Trick::HugeHeader,
        Trick::HugeBody,
        Trick::BadXml,
        Trick::EntityBomb,
        Trick::WrongPassword,
        Trick::HangsUp,
        Trick::Garbage,
    ];
}

impl Scenario {
    /// Reads a scenario from the text of its file.
    ///
    /// # Errors
    /// If it cannot be read, or says something that makes no sense.
    pub fn parse(text: &str) -> Result<Scenario, OperatorError> {
        let scenario: Scenario = toml::from_str(text).map_err(|error| {
            OperatorError::new(
                "the scenario cannot be read",
                error,
                "correct the file; `dialtone fleet scenario NAME` prints one to begin with",
            )
        })?;
        scenario.check()?;
        Ok(scenario)
    }
}

impl Default for Arrival {
    fn default() -> Arrival {
        Arrival {
            pattern: Pattern::Steady,
            over_secs: 0.0,
            regions: 4,
        }
    }
}

impl Default for End {
    fn default() -> End {
        End {
            when: EndsWhen::Drained,
            secs: 3600,
        }
    }
}

impl Default for Informs {
    fn default() -> Informs {
        Informs { interval_secs: 300 }
    }
}

impl Default for Day {
    fn default() -> Day {
        Day {
            hour_secs: 60.0,
            from_hour: 8,
            calls: 6.0,
            call_secs: 180.0,
            registered: 0.98,
            lost_registrations: 0.5,
            lost_secs: 600.0,
        }
    }
}

impl Default for Upgrades {
    fn default() -> Upgrades {
        Upgrades {
            wrong_image: 0.0,
            power_cut: 0.0,
            old_version_back: 0.0,
            never_back: 0.0,
            slow: 0.0,
            slow_bytes_per_sec: 16_384,
        }
    }
}

fn one() -> f64 {
    1.0
}

fn one_region() -> u32 {
    1
}

fn thirty() -> f64 {
    30.0
}

fn stun_port() -> u16 {
    3478
}

fn provisioning_code() -> String {
    "DeviceInfo.ProvisioningCode".to_owned()
}

fn all_tricks() -> Vec<Trick> {
    Trick::ALL.to_vec()
}

fn one_ata192() -> Vec<Kind> {
    vec![Kind {
        device_type: "ata192".to_owned(),
        version: None,
        share: 1.0,
    }]
}
