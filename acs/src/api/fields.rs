//! What is shown of each device where somebody chooses: attributes by their name in queries, parameters by their path.

use super::error::{Answer, ApiError};
use crate::app::App;
use crate::limits::FIELDS;
use crate::provisioning::evidence::Evidence;
use crate::provisioning::selector::DeviceView;
use crate::query::catalogue::{self, ATTRIBUTES, Attribute, Known, Source};
use crate::query::compare::{Scalar, number};
use crate::query::eval::View as _;
use crate::query::pattern::Pattern;
use crate::redact::{is_secret, without_tokens};
use crate::store::{ChosenValues, Device, Id};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// One chosen field.
#[derive(Debug, Clone)]
enum Field {
    Id,
    Attribute(&'static Attribute),
    Parameter(Pattern),
}

/// The chosen fields, in order.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    list: Vec<Field>,
}

/// A value of an attribute.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A number, or a time in milliseconds since 1970.
    Number(i64),
    /// Several values.
    List(Vec<String>),
    /// There is none.
    Nothing,
}

/// A device with what was chosen of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row {
    /// Its key.
    id: Id,
    #[serde(flatten)]
    attributes: BTreeMap<&'static str, Cell>,
    /// Parameters by name; secrets are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<BTreeMap<String, String>>,
}

impl Fields {
    /// Reads `identity,tag,param:Device.DeviceInfo.UpTime`.
    ///
    /// # Errors
    /// If there is no such field, or it holds a secret.
    pub fn parse(text: &str) -> Answer<Fields> {
        let list: Answer<Vec<Field>> = text.split(',').take(FIELDS + 1).map(one).collect();
        let list = list?;
        if list.len() > FIELDS {
            let why = format!("`fields` has more than {FIELDS} entries");
            return Err(ApiError::bad(why, "choose fewer"));
        }
        Ok(Fields { list })
    }

    /// The parameters among them.
    pub fn patterns(&self) -> Vec<Pattern> {
        let list = self.list.iter().filter_map(|field| match field {
            Field::Parameter(pattern) => Some(pattern.clone()),
            Field::Id | Field::Attribute(_) => None,
        });
        list.collect()
    }

    /// Rows of devices.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn rows(&self, app: &App, devices: &[Device]) -> Answer<Vec<Row>> {
        let values = self.values(app, devices).await?;
        let wanted = !self.patterns().is_empty();
        let asked = self.asked();
        let rows = devices.iter().zip(values).map(|(device, values)| Row {
            id: device.id,
            attributes: self
                .list
                .iter()
                .filter_map(|field| match field {
                    Field::Attribute(attribute) => {
                        Some((attribute.name, cell(device, attribute, &values, &asked)))
                    }
                    Field::Id | Field::Parameter(_) => None,
                })
                .collect(),
            parameters: wanted.then(|| values.values.into_iter().collect()),
        });
        Ok(rows.collect())
    }

    /// The first line of a table.
    pub fn head(&self) -> String {
        line(self.list.iter().map(|field| match field {
            Field::Id => "id".to_owned(),
            Field::Attribute(attribute) => attribute.name.to_owned(),
            Field::Parameter(pattern) => pattern.to_string(),
        }))
    }

    /// Lines of a table.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn lines(&self, app: &App, devices: &[Device]) -> Answer<String> {
        let values = self.values(app, devices).await?;
        let asked = self.asked();
        let mut text = String::new();
        for (device, values) in devices.iter().zip(values) {
            text.push_str(&line(self.list.iter().map(|field| match field {
                Field::Id => device.id.to_string(),
                Field::Attribute(attribute) => {
                    plain(attribute, cell(device, attribute, &values, &asked))
                }
                Field::Parameter(pattern) => meant(pattern, &values),
            })));
        }
        Ok(text)
    }

    /// The attributes among them that only the store knows.
    fn asked(&self) -> Vec<&'static Attribute> {
        let list = self.list.iter().filter_map(|field| match field {
            Field::Attribute(attribute) if attribute.known == Known::ByStore => Some(*attribute),
            Field::Id | Field::Attribute(_) | Field::Parameter(_) => None,
        });
        list.collect()
    }

    async fn values(&self, app: &App, devices: &[Device]) -> Answer<Vec<ChosenValues>> {
        let keys: Vec<Id> = devices.iter().map(|device| device.id).collect();
        let (patterns, asked) = (self.patterns(), self.asked());
        if patterns.is_empty() && asked.is_empty() {
            let nothing = |device| ChosenValues {
                device,
                values: Vec::new(),
                attributes: Vec::new(),
            };
            return Ok(keys.into_iter().map(nothing).collect());
        }
        Ok(app.store.device_values(keys, patterns, asked).await?)
    }
}

fn one(text: &str) -> Answer<Field> {
    let text = text.trim();
    if text == "id" {
        return Ok(Field::Id);
    }
    if let Some(path) = text.strip_prefix("param:") {
        if is_secret(path) {
            let why = format!("`{path}` holds a secret, and those are not shown");
            return Err(ApiError::bad(why, "leave it out"));
        }
        let fix = "write param:Device.DeviceInfo.UpTime; `*` stands for any instance";
        let pattern = Pattern::parse(path).map_err(|why| ApiError::bad(why, fix))?;
        return Ok(Field::Parameter(pattern));
    }
    catalogue::find(text).map(Field::Attribute).ok_or_else(|| {
        let names: Vec<&str> = ATTRIBUTES.iter().map(|known| known.name).collect();
        let shown: String = text.chars().take(64).collect();
        ApiError::bad(
            format!("there is no field `{shown}`"),
            &format!("use id, param:PATH, {}", names.join(", ")),
        )
    })
}

/// A device's value of an attribute.
fn cell(
    device: &Device,
    attribute: &'static Attribute,
    chosen: &ChosenValues,
    asked: &[&'static Attribute],
) -> Cell {
    if attribute.known == Known::ByStore {
        let at = asked.iter().position(|known| *known == attribute);
        let values = at
            .and_then(|at| chosen.attributes.get(at))
            .cloned()
            .unwrap_or_default();
        return match (attribute.source, values.as_slice()) {
            (Source::Rows { .. } | Source::Repeated { .. }, _) => Cell::List(values),
            (_, [value]) => Cell::Text(value.clone()),
            (_, _) => Cell::Nothing,
        };
    }
    let view = DeviceView {
        device,
        variables: &[],
        evidence: &Evidence::default(),
        now: Timestamp::default(),
    };
    let mut cells = Vec::new();
    view.attribute(attribute, &mut |found| {
        cells.push(match found {
            Scalar::Text(text) => Cell::Text(text.to_owned()),
            Scalar::Number(number) | Scalar::Time(number) => Cell::Number(number),
        });
        false
    });
    if attribute.name == "tag" {
        return Cell::List(device.tags.clone());
    }
    cells.pop().unwrap_or(Cell::Nothing)
}

/// A cell as it stands in a table.
fn plain(attribute: &Attribute, cell: Cell) -> String {
    match cell {
        Cell::Text(text) => text,
        Cell::Number(0) if attribute.kind == catalogue::Kind::Time => String::new(),
        Cell::Number(ms) if attribute.kind == catalogue::Kind::Time => {
            Timestamp::from_millis(ms).to_xsd()
        }
        Cell::Number(number) => number.to_string(),
        Cell::List(list) => list.join("; "),
        Cell::Nothing => String::new(),
    }
}

fn meant(pattern: &Pattern, values: &ChosenValues) -> String {
    let meant = values
        .values
        .iter()
        .filter(|(name, _)| pattern.matches(name));
    let meant: Vec<&str> = meant.map(|(_, value)| value.as_str()).collect();
    without_tokens(&meant.join("; ")).into_owned()
}

/// A line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && number(&cell).is_none();
        let guard = if formula { "'" } else { "" };
        if cell.contains(['"', ',', '\n', '\r']) || cell.starts_with(' ') {
            text.push_str(&format!("\"{guard}{}\"", cell.replace('"', "\"\"")));
        } else {
            text.push_str(guard);
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers U03.
    #[test]
    fn no_cell_breaks_a_table_or_becomes_a_formula() {
        let cells = [
            "a,b",
            "say \"x\"",
            "=1+1",
            "-5",
            "@SUM(A1)",
            "-x",
            "line\nbreak",
            "",
        ];
        let written = line(cells.iter().map(|cell| (*cell).to_owned()));
        let expected = "\"a,b\",\"say \"\"x\"\"\",'=1+1,-5,'@SUM(A1),'-x,\"line\nbreak\",\r\n";
        assert_eq!(written, expected);
    }

    #[test]
    fn fields_are_attributes_and_parameters_and_no_secrets() {
        let fields = Fields::parse("id,identity, tag,param:Device.Line.*.Status").unwrap();
        assert_eq!(fields.patterns().len(), 1);
        for wrong in [
            "",
            "password",
            "param:Device",
            "param:Device.ManagementServer.Password",
        ] {
            assert!(Fields::parse(wrong).is_err(), "{wrong}");
        }
    }
}
