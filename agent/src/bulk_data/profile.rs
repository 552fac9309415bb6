//! What the ACS has set for one profile (TR-181 BulkData.Profile.{i}.).

use super::collect::Wanted;
use super::csv::{CsvForm, CsvLayout, separator};
use super::json::{JsonForm, JsonLayout};
use super::report::TimestampForm;
use crate::device::Core;
use crate::inform::Periodic;
use crate::limits::REPORTS_KEPT;
use crate::tree::Item;
use data_model::DateTime;

/// One instance of the table of profiles, or an object in one.
pub(super) struct Settings<'c> {
    core: &'c Core,
    /// Its path, with the dot at its end.
    path: String,
}

/// TR-181 Profile.{i}.EncodingType.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Csv,
    Json,
}

/// The profiles that report, by instance number: those that are enabled and know where to.
pub(super) fn enabled(core: &Core) -> Vec<u32> {
    let known = core.product().known.bulk_data.as_ref();
    if known.is_none_or(|enable| core.value(enable) != "1") {
        return Vec::new();
    }
    let table = format!("{}BulkData.Profile.", core.product().root);
    let mut numbers = instances(core, &table);
    numbers.retain(|number| {
        let profile = Settings::of(core, *number);
        let url = profile.text("HTTP.URL");
        profile.flag("Enable") && crate::device::exchange::absolute(&url).is_some()
    });
    numbers
}

impl<'c> Settings<'c> {
    /// Those of the profile with this instance number.
    pub(super) fn of(core: &'c Core, number: u32) -> Settings<'c> {
        let root = core.product().root;
        Settings {
            core,
            path: format!("{root}BulkData.Profile.{number}."),
        }
    }

    /// The value of a parameter by its name below the profile.
    pub(super) fn text(&self, name: &str) -> String {
        let value = self.core.value_of(&format!("{}{name}", self.path));
        value.unwrap_or_default()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name) == "1"
    }

    fn number(&self, name: &str, otherwise: u32) -> u32 {
        self.text(name).parse().unwrap_or(otherwise)
    }

    /// When its intervals end. A device that does not know the time chooses the phase itself.
    pub(super) fn schedule(&self) -> Periodic {
        let root = self.core.product().root;
        let least = self
            .core
            .value_of(&format!("{root}BulkData.MinReportingInterval"));
        let least = least.and_then(|least| least.parse().ok()).unwrap_or(1);
        let interval_secs = self.number("ReportingInterval", 86_400).max(least);
        let reference = DateTime::from_text(self.text("TimeReference")).instant();
        let phase = reference.filter(|_| self.core.facts.knows_the_time());
        Periodic::new(interval_secs, phase)
    }

    pub(super) fn encoding(&self) -> Encoding {
        match self.text("EncodingType").as_str() {
            "CSV" => Encoding::Csv,
            _ => Encoding::Json,
        }
    }

    pub(super) fn csv(&self) -> CsvForm {
        CsvForm {
            field_separator: separator(&self.text("CSVEncoding.FieldSeparator")),
            row_separator: separator(&self.text("CSVEncoding.RowSeparator")),
            escape: self.text("CSVEncoding.EscapeCharacter"),
            layout: CsvLayout::of(&self.text("CSVEncoding.ReportFormat")),
            timestamp: TimestampForm::of(&self.text("CSVEncoding.RowTimestamp")),
        }
    }

    pub(super) fn json(&self) -> JsonForm {
        JsonForm {
            layout: JsonLayout::of(&self.text("JSONEncoding.ReportFormat")),
            timestamp: TimestampForm::of(&self.text("JSONEncoding.ReportTimestamp")),
        }
    }

    /// How many reports that failed are kept for the next interval; -1 asks for as many as there is room for.
    pub(super) fn retained(&self) -> usize {
        let asked = self.text("NumberOfRetainedFailedReports").parse::<i32>();
        match asked {
            Ok(number) => usize::try_from(number).map_or(REPORTS_KEPT, |n| n.min(REPORTS_KEPT)),
            Err(_) => 0,
        }
    }

    /// Minimum wait and multiplier of the retry table, if reports are retried.
    pub(super) fn retry(&self) -> Option<(u32, u32)> {
        self.flag("HTTP.RetryEnable").then(|| {
            (
                self.number("HTTP.RetryMinimumWaitInterval", 5),
                self.number("HTTP.RetryIntervalMultiplier", 2000),
            )
        })
    }

    /// The rows of its table of parameters.
    pub(super) fn parameters(&self) -> Vec<Wanted> {
        self.rows("Parameter.")
    }

    /// What its URL is to carry beside the identity of the device.
    pub(super) fn uri_parameters(&self) -> Vec<Wanted> {
        self.rows("HTTP.RequestURIParameter.")
    }

    fn rows(&self, table: &str) -> Vec<Wanted> {
        let numbers = instances(self.core, &format!("{}{table}", self.path));
        let row = |number: u32| Wanted {
            name: self.text(&format!("{table}{number}.Name")),
            reference: self.text(&format!("{table}{number}.Reference")),
        };
        numbers.into_iter().map(row).collect()
    }
}

/// The instances of a table by its path; none if there is no such table.
pub(super) fn instances(core: &Core, table: &str) -> Vec<u32> {
    let Some(address) = core.tree.find(table) else {
        return Vec::new();
    };
    match core.tree.item(&address) {
        Item::Table(table) => core.tree.instances_of(table, &address).into_owned(),
        Item::Object | Item::Instance(_) | Item::Parameter(_) => Vec::new(),
    }
}
