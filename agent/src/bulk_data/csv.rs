//! Reports as CSV (TR-069 N.3.4, RFC 4180).

use super::report::{Report, TimestampForm};
use data_model::XsdType;
use std::collections::HashMap;

/// How a profile wants its CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvForm {
    /// Between two fields.
    pub field_separator: String,
    /// Behind every row.
    pub row_separator: String,
    /// In front of a quote inside quotes.
    pub escape: String,
    /// What a row is.
    pub layout: CsvLayout,
    /// The form of the first column, if there is one.
    pub timestamp: TimestampForm,
}

/// TR-181 CSVEncoding.ReportFormat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvLayout {
    /// One row for each parameter of each report.
    ParameterPerRow,
    /// One row for each report.
    ParameterPerColumn,
}

impl CsvLayout {
    /// The layout a parameter names.
    pub fn of(word: &str) -> CsvLayout {
        match word {
            "ParameterPerRow" => CsvLayout::ParameterPerRow,
            _ => CsvLayout::ParameterPerColumn,
        }
    }

    /// Its name in BBF-Report-Format.
    pub const fn as_str(self) -> &'static str {
        match self {
            CsvLayout::ParameterPerRow => "ParameterPerRow",
            CsvLayout::ParameterPerColumn => "ParameterPerColumn",
        }
    }
}

/// A separator as it was set: characters that do not travel well are written as references.
pub fn separator(text: &str) -> String {
    text.replace("&#13;", "\r")
        .replace("&#10;", "\n")
        .replace("&#9;", "\t")
}

/// Encodes reports, the oldest first, under one header line.
pub fn encode(reports: &[Report], form: &CsvForm) -> String {
    let mut table = Table {
        form,
        text: String::new(),
    };
    match form.layout {
        CsvLayout::ParameterPerRow => table.parameter_per_row(reports),
        CsvLayout::ParameterPerColumn => table.parameter_per_column(reports),
    }
    table.text
}

struct Table<'f> {
    form: &'f CsvForm,
    text: String,
}

impl Table<'_> {
    fn parameter_per_row(&mut self, reports: &[Report]) {
        let title = self.timestamp_title();
        self.row(title, ["ParameterName", "ParameterValue", "ParameterType"]);
        for report in reports {
            let timestamp = self.form.timestamp.text(report.at);
            for value in &report.values {
                let fields = [&*value.name, &*value.text, base_type(value.ty)];
                self.row(timestamp.as_deref(), fields);
            }
        }
    }

    /// Reports of one profile differ in their columns where instances have come and gone: a column of any of them is
    /// a column of all.
    fn parameter_per_column(&mut self, reports: &[Report]) {
        let mut columns: Vec<&str> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for value in reports.iter().flat_map(|report| &report.values) {
            places.entry(&value.name).or_insert_with(|| {
                columns.push(&value.name);
                columns.len() - 1
            });
        }
        let title = self.timestamp_title();
        self.row(title, columns.iter().copied());
        for report in reports {
            let mut fields = vec![""; columns.len()];
            for value in &report.values {
                if let Some(place) = places.get(&*value.name) {
                    fields[*place] = &value.text;
                }
            }
            let timestamp = self.form.timestamp.text(report.at);
            self.row(timestamp.as_deref(), fields);
        }
    }

    fn timestamp_title(&self) -> Option<&'static str> {
        (self.form.timestamp != TimestampForm::None).then_some("ReportTimestamp")
    }

    fn row<'v>(&mut self, timestamp: Option<&str>, fields: impl IntoIterator<Item = &'v str>) {
        let mut first = true;
        if let Some(timestamp) = timestamp {
            self.field(timestamp);
            first = false;
        }
        for field in fields {
            if !first {
                self.text.push_str(&self.form.field_separator);
            }
            self.field(field);
            first = false;
        }
        self.text.push_str(&self.form.row_separator);
    }

    /// RFC 4180: in quotes if it holds anything that means something.
    fn field(&mut self, text: &str) {
        let form = self.form;
        let escape = match form.escape.as_str() {
            "" => "\"",
            escape => escape,
        };
        let holds = |part: &str| !part.is_empty() && text.contains(part);
        let quoted = text.contains(['"', '\r', '\n'])
            || holds(&form.field_separator)
            || holds(&form.row_separator)
            || holds(escape);
        if !quoted {
            self.text.push_str(text);
            return;
        }
        let text = match escape {
            "\"" => text.to_owned(),
            escape => text.replace(escape, &escape.repeat(2)),
        };
        self.text.push('"');
        self.text
            .push_str(&text.replace('"', &format!("{escape}\"")));
        self.text.push('"');
    }
}

/// The base type of TR-106, without its prefix.
fn base_type(ty: XsdType) -> &'static str {
    let name = ty.as_str();
    name.strip_prefix("xsd:").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk_data::report::ReportValue;
    use data_model::Timestamp;
    use data_model::timestamp::Moment;

    fn report(secs: i64, values: &[(&str, XsdType, &str)]) -> Report {
        let values = values.iter().map(|(name, ty, text)| ReportValue {
            name: (*name).into(),
            ty: *ty,
            text: (*text).into(),
        });
        Report {
            number: 1,
            at: Moment::At(Timestamp::from_secs(secs)),
            values: values.collect(),
        }
    }

    fn form(layout: CsvLayout) -> CsvForm {
        CsvForm {
            field_separator: ",".into(),
            row_separator: separator("&#13;&#10;"),
            escape: "\"".into(),
            layout,
            timestamp: TimestampForm::UnixEpoch,
        }
    }

    /// Covers B-03.
    #[test]
    fn a_row_gives_time_name_value_and_base_type() {
        let report = report(
            1_772_439_300,
            &[
                ("Device.DeviceInfo.UpTime", XsdType::UnsignedInt, "300"),
                ("Device.Time.Enable", XsdType::Boolean, "1"),
                ("Name", XsdType::String, "a \"b\", c"),
            ],
        );
        let text = encode(&[report], &form(CsvLayout::ParameterPerRow));
        assert_eq!(
            text,
            "ReportTimestamp,ParameterName,ParameterValue,ParameterType\r\n\
             1772439300000,Device.DeviceInfo.UpTime,300,unsignedInt\r\n\
             1772439300000,Device.Time.Enable,1,boolean\r\n\
             1772439300000,Name,\"a \"\"b\"\", c\",string\r\n"
        );
    }

    /// Covers B-03, B-06.
    #[test]
    fn columns_that_only_some_reports_have_are_empty_in_the_others() {
        let reports = [
            report(1, &[("A", XsdType::Int, "1"), ("B.1", XsdType::Int, "2")]),
            report(2, &[("A", XsdType::Int, "3"), ("B.2", XsdType::Int, "4")]),
        ];
        let text = encode(&reports, &form(CsvLayout::ParameterPerColumn));
        assert_eq!(
            text,
            "ReportTimestamp,A,B.1,B.2\r\n1000,1,2,\r\n2000,3,,4\r\n"
        );
    }

    /// Covers B-03.
    #[test]
    fn separators_escapes_and_timestamps_are_those_of_the_profile() {
        let own = CsvForm {
            field_separator: ";".into(),
            row_separator: separator("&#10;"),
            escape: "\\".into(),
            layout: CsvLayout::ParameterPerColumn,
            timestamp: TimestampForm::None,
        };
        let values = [
            ("A", XsdType::String, "x,y"),
            ("B", XsdType::String, "p;q"),
            ("C", XsdType::String, "1\\2\"3"),
        ];
        let text = encode(&[report(1, &values)], &own);
        assert_eq!(text, "A;B;C\nx,y;\"p;q\";\"1\\\\2\\\"3\"\n");
    }
}
