//! One report: the values of a profile at one moment, before any encoding.

use data_model::timestamp::Moment;
use data_model::{Timestamp, XsdType};

/// The values of a profile at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Tells the reports of a profile apart; later ones are greater.
    pub number: u64,
    /// When it was collected; counted from the boot if the device does not know the time.
    pub at: Moment,
    /// The values, in the order of the profile.
    pub values: Vec<ReportValue>,
}

/// One value under the name it has in the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportValue {
    /// Its name.
    pub name: Box<str>,
    /// Its base type.
    pub ty: XsdType,
    /// Its text on the wire.
    pub text: Box<str>,
}

impl Report {
    /// Bytes it takes while it is kept.
    pub fn bytes(&self) -> usize {
        let values = self.values.iter().map(ReportValue::bytes);
        size_of::<Report>() + values.sum::<usize>()
    }
}

impl ReportValue {
    /// Bytes it takes while it is kept.
    pub fn bytes(&self) -> usize {
        size_of::<ReportValue>() + self.name.len() + self.text.len()
    }
}

/// In which form the moment of collection stands in a report (TR-181 RowTimestamp, ReportTimestamp).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampForm {
    /// Milliseconds since 1970, or since the boot.
    UnixEpoch,
    /// As `xsd:dateTime`.
    Iso8601,
    /// Not at all.
    None,
}

impl TimestampForm {
    /// The form a parameter names.
    pub fn of(word: &str) -> TimestampForm {
        match word {
            "ISO-8601" => TimestampForm::Iso8601,
            "None" => TimestampForm::None,
            _ => TimestampForm::UnixEpoch,
        }
    }

    /// The text of a moment, if it is wanted.
    pub fn text(self, at: Moment) -> Option<String> {
        match self {
            TimestampForm::UnixEpoch => Some(epoch_ms(at).to_string()),
            TimestampForm::Iso8601 => Some(iso(at)),
            TimestampForm::None => None,
        }
    }
}

fn epoch_ms(at: Moment) -> i64 {
    match at {
        Moment::At(at) => at.as_millis(),
        Moment::SinceBoot(ms) => i64::try_from(ms).unwrap_or(i64::MAX),
        Moment::Unknown | Moment::Infinite => 0,
    }
}

/// TR-069 Table 12: a device that does not know the time counts from the year 1, without a zone.
fn iso(at: Moment) -> String {
    const YEAR_ONE: Timestamp = Timestamp::from_secs(-62_135_596_800);
    match at {
        Moment::At(at) => at.to_xsd(),
        Moment::SinceBoot(ms) => YEAR_ONE.plus_ms(ms).to_xsd().replace('Z', ""),
        Moment::Unknown | Moment::Infinite => data_model::DateTime::UNKNOWN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers B-03, B-04.
    #[test]
    fn a_device_that_does_not_know_the_time_counts_from_its_boot() {
        let known = Moment::At(Timestamp::from_millis(1_772_439_300_250));
        let unknown = Moment::SinceBoot(205_500);
        let text = |form: TimestampForm, at| form.text(at).unwrap_or_default();
        assert_eq!(text(TimestampForm::UnixEpoch, known), "1772439300250");
        assert_eq!(text(TimestampForm::UnixEpoch, unknown), "205500");
        assert_eq!(text(TimestampForm::Iso8601, known), "2026-03-02T08:15:00Z");
        assert_eq!(text(TimestampForm::Iso8601, unknown), "0001-01-01T00:03:25");
        assert_eq!(TimestampForm::None.text(known), None);
    }
}
