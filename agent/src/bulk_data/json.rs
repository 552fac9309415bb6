//! Reports as JSON (TR-069 N.3.5).

use super::report::{Report, ReportValue, TimestampForm};
use data_model::XsdType;

/// How a profile wants its JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonForm {
    /// What stands in what.
    pub layout: JsonLayout,
    /// The form of CollectionTime.
    pub timestamp: TimestampForm,
}

/// TR-181 JSONEncoding.ReportFormat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonLayout {
    /// Objects in objects, as in the data model.
    ObjectHierarchy,
    /// One member for each parameter, under its whole name.
    NameValuePair,
}

impl JsonLayout {
    /// The layout a parameter names.
    pub fn of(word: &str) -> JsonLayout {
        match word {
            "NameValuePair" => JsonLayout::NameValuePair,
            _ => JsonLayout::ObjectHierarchy,
        }
    }

    /// Its name in BBF-Report-Format.
    pub const fn as_str(self) -> &'static str {
        match self {
            JsonLayout::ObjectHierarchy => "ObjectHierarchy",
            JsonLayout::NameValuePair => "NameValuePair",
        }
    }
}

/// Encodes reports, the oldest first.
pub fn encode(reports: &[Report], form: JsonForm) -> String {
    let mut text = String::from("{\"Report\":[");
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        tree(report, form).write(&mut text);
    }
    text.push_str("]}");
    text
}

/// A member of an object. Objects keep the order their members came in.
enum Member {
    /// Text that is JSON already.
    Value(String),
    Object(Vec<(String, Member)>),
}

fn tree(report: &Report, form: JsonForm) -> Member {
    let mut members = Vec::new();
    if let Some(time) = form.timestamp.text(report.at) {
        let time = match form.timestamp {
            TimestampForm::Iso8601 => quoted(&time),
            TimestampForm::UnixEpoch | TimestampForm::None => time,
        };
        members.push(("CollectionTime".to_owned(), Member::Value(time)));
    }
    for value in &report.values {
        match form.layout {
            JsonLayout::ObjectHierarchy => insert(&mut members, &value.name, native(value)),
            JsonLayout::NameValuePair => insert_here(&mut members, &value.name, native(value)),
        }
    }
    Member::Object(members)
}

/// Puts a value where its name leads. Where a node of the name is a value already, the rest of the name stays whole:
/// no member may be an object and a value.
fn insert(members: &mut Vec<(String, Member)>, name: &str, value: String) {
    let Some((head, rest)) = name.split_once('.') else {
        return insert_here(members, name, value);
    };
    // Neighbours in the tree come one after the other, so the place is most often the last one.
    let known = members.iter().rposition(|(key, _)| key == head);
    match known {
        None => {
            let mut inside = Vec::new();
            insert(&mut inside, rest, value);
            members.push((head.to_owned(), Member::Object(inside)));
        }
        Some(place) => match &mut members[place].1 {
            Member::Object(inside) => insert(inside, rest, value),
            Member::Value(_) => insert_here(members, name, value),
        },
    }
}

/// A name stands once in an object: the first value of it counts.
fn insert_here(members: &mut Vec<(String, Member)>, name: &str, value: String) {
    if !members.iter().rev().any(|(key, _)| key == name) {
        members.push((name.to_owned(), Member::Value(value)));
    }
}

/// TR-069 N.3.5: numbers and booleans are those of JSON, all else is text.
fn native(value: &ReportValue) -> String {
    match value.ty {
        XsdType::Int | XsdType::UnsignedInt | XsdType::Long | XsdType::UnsignedLong => {
            match value.text.parse::<i128>() {
                Ok(number) => number.to_string(),
                Err(_) => quoted(&value.text),
            }
        }
        XsdType::Boolean => match &*value.text {
            "1" | "true" => "true".into(),
            "0" | "false" => "false".into(),
            other => quoted(other),
        },
        XsdType::String | XsdType::DateTime | XsdType::Base64 | XsdType::HexBinary => {
            quoted(&value.text)
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Member {
    fn write(&self, text: &mut String) {
        match self {
            Member::Value(value) => text.push_str(value),
            Member::Object(members) => {
                text.push('{');
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    text.push_str(&quoted(name));
                    text.push(':');
                    member.write(text);
                }
                text.push('}');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_model::Timestamp;
    use data_model::timestamp::Moment;

    fn report(values: &[(&str, XsdType, &str)]) -> Report {
        let values = values.iter().map(|(name, ty, text)| ReportValue {
            name: (*name).into(),
            ty: *ty,
            text: (*text).into(),
        });
        Report {
            number: 1,
            at: Moment::At(Timestamp::from_secs(1_772_439_300)),
            values: values.collect(),
        }
    }

    const VALUES: &[(&str, XsdType, &str)] = &[
        ("Device.LAN.Stats.Sent", XsdType::UnsignedLong, "25248"),
        ("Device.Time.Enable", XsdType::Boolean, "1"),
        ("Device.LAN.DHCPOption.1.Value", XsdType::Base64, "QUJD"),
        ("Device.LAN.DHCPOption.2.Tag", XsdType::Int, "-4"),
        ("Device.Time.Now", XsdType::DateTime, "2026-03-02T08:15:00Z"),
        ("Device.LAN.Hosts", XsdType::String, "a\"b,7"),
    ];

    /// Covers B-04.
    #[test]
    fn objects_stand_in_objects_and_values_have_their_own_types() {
        let form = JsonForm {
            layout: JsonLayout::ObjectHierarchy,
            timestamp: TimestampForm::UnixEpoch,
        };
        let text = encode(&[report(VALUES)], form);
        assert_eq!(
            text,
            "{\"Report\":[{\"CollectionTime\":1772439300000,\"Device\":{\"LAN\":{\"Stats\":{\"Sent\":25248},\
             \"DHCPOption\":{\"1\":{\"Value\":\"QUJD\"},\"2\":{\"Tag\":-4}},\"Hosts\":\"a\\\"b,7\"},\
             \"Time\":{\"Enable\":true,\"Now\":\"2026-03-02T08:15:00Z\"}}}]}"
        );
    }

    /// Covers B-04, B-06.
    #[test]
    fn pairs_stand_side_by_side_and_reports_one_after_the_other() {
        let form = JsonForm {
            layout: JsonLayout::NameValuePair,
            timestamp: TimestampForm::Iso8601,
        };
        let text = encode(&[report(&VALUES[..1]), report(&VALUES[1..2])], form);
        assert_eq!(
            text,
            "{\"Report\":[{\"CollectionTime\":\"2026-03-02T08:15:00Z\",\"Device.LAN.Stats.Sent\":25248},\
             {\"CollectionTime\":\"2026-03-02T08:15:00Z\",\"Device.Time.Enable\":true}]}"
        );
    }

    /// Covers B-04.
    #[test]
    fn names_that_get_in_each_others_way_still_make_a_json_object() {
        let form = JsonForm {
            layout: JsonLayout::ObjectHierarchy,
            timestamp: TimestampForm::None,
        };
        let values = [
            ("A", XsdType::Int, "1"),
            ("A.B", XsdType::Int, "2"),
            ("A.B", XsdType::Int, "3"),
            ("C.D", XsdType::Int, "4"),
            ("C", XsdType::Int, "5"),
        ];
        let text = encode(&[report(&values)], form);
        assert_eq!(text, "{\"Report\":[{\"A\":1,\"A.B\":2,\"C\":{\"D\":4}}]}");
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
