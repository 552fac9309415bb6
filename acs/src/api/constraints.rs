//! What is known of the values a parameter takes: choices, ranges and lengths of the models of this build.

use data_model::DeviceType;
use data_model::schema::node::Applies;
use data_model::schema::number::{Decimal, Number};
use data_model::schema::parameter_type::{Choice, Enumeration};
use data_model::schema::{ParameterType, Schema};
use schemars::JsonSchema;
use serde::Serialize;

/// Which values a parameter of a known model takes. What is absent is no condition.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(default)]
pub struct Constraints {
    /// The words it may be; beside numbers of a range, if there are both.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<ShownChoice>,
    /// The ranges a number lies in one of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ranges: Vec<ShownRange>,
    /// Its longest length, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_chars: Option<u32>,
    /// Its longest length before it is encoded, in octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_octets: Option<u32>,
    /// What it is written as, in words: `a dial plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<&'static str>,
    /// It is a list with commas, and the rest is said of each item.
    #[serde(skip_serializing_if = "is_false")]
    list: bool,
    /// It may be empty as well.
    #[serde(skip_serializing_if = "is_false")]
    empty: bool,
    /// A change takes effect with the next start of the device.
    #[serde(skip_serializing_if = "is_false")]
    after_reboot: bool,
}

/// A word that may be written.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct ShownChoice {
    value: String,
    /// What the word means, where it is a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

/// Both ends belong to it; without one it is that of the type.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct ShownRange {
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What is known of a parameter; nothing of one the model does not know, or lets be anything of its type.
pub fn of(ty: &DeviceType, name: &str) -> Option<Constraints> {
    in_schema(&ty.schema, name)
}

fn in_schema(schema: &Schema, name: &str) -> Option<Constraints> {
    let address = schema.lookup(name)?;
    let parameter = schema.parameter(address.node)?;
    let mut shown = Constraints {
        after_reboot: parameter.applies == Applies::AfterReboot,
        ..Constraints::default()
    };
    shown.take(&parameter.ty);
    (shown != Constraints::default()).then_some(shown)
}

impl Constraints {
    fn take(&mut self, ty: &ParameterType) {
        match ty {
            ParameterType::String { max_chars } => self.max_chars = *max_chars,
            ParameterType::Number(number) => self.take_number(number),
            ParameterType::Decimal(decimal) => self.take_decimal(*decimal),
            ParameterType::Boolean | ParameterType::DateTime => {}
            ParameterType::Base64 { max_octets } | ParameterType::HexBinary { max_octets } => {
                self.max_octets = *max_octets;
            }
            ParameterType::Enum(enumeration) => self.take_words(enumeration),
            ParameterType::List { item, max_chars } => {
                self.take(item);
                self.list = true;
                self.max_chars = *max_chars;
            }
            ParameterType::Syntax {
                syntax,
                empty,
                max_chars,
            } => {
                self.form = Some(syntax.what);
                self.empty = *empty;
                self.max_chars = *max_chars;
            }
        }
    }

    fn take_number(&mut self, number: &Number) {
        // Numbers of JSON are those of a browser: limits beyond 2^53 are those of the type to it.
        let limit = |limit: Option<i64>| {
            let limit = limit.filter(|limit| limit.unsigned_abs() <= 1 << 53);
            #[expect(clippy::cast_precision_loss, reason = "it is below 2^53")]
            limit.map(|limit| limit as f64)
        };
        let ranges = number.ranges.iter().map(|range| ShownRange {
            min: limit(range.min),
            max: limit(range.max),
        });
        self.ranges = ranges.collect();
        let words = number.words.iter().map(|word| ShownChoice {
            value: word.to_string(),
            label: None,
        });
        self.choices = words.collect();
        self.empty = number.empty;
    }

    fn take_decimal(&mut self, decimal: Decimal) {
        let range = decimal.range.map(|(min, max)| ShownRange {
            min: Some(min),
            max: Some(max),
        });
        self.ranges = range.into_iter().collect();
        self.form = Some("a number with at most three decimals");
        self.empty = decimal.empty;
    }

    fn take_words(&mut self, enumeration: &Enumeration) {
        let written = enumeration.choices.iter().filter(|choice| choice.writable);
        self.choices = written.map(shown_choice).collect();
        self.empty = enumeration.empty;
    }
}

fn shown_choice(choice: &Choice) -> ShownChoice {
    ShownChoice {
        value: choice.value.to_string(),
        label: choice.label.as_deref().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_model::catalogue;
    use serde_json::{Value, json};

    fn known(name: &str) -> Value {
        let ty = catalogue::device_type("ata192").expect("a model of this build");
        json!(of(&ty, name))
    }

    ///
    #[test]
    fn what_a_model_says_of_a_parameter_is_shown() {
        let interval = known("Device.ManagementServer.PeriodicInformInterval");
        assert_eq!(interval["ranges"][0]["min"], json!(1.0), "{interval}");
        let flag = known("Device.ManagementServer.PeriodicInformEnable");
        assert_eq!(flag, Value::Null);
        assert_eq!(known("Device.X_EXAMPLE_Nothing"), Value::Null);
    }

    #[test]
    fn words_that_are_only_shown_are_no_choice() {
        let state = known("Device.LAN.IPPingDiagnostics.DiagnosticsState");
        let choices = state["choices"].as_array().expect("choices");
        let words: Vec<&Value> = choices.iter().map(|choice| &choice["value"]).collect();
        assert!(words.contains(&&json!("Requested")), "{state}");
        assert!(!words.contains(&&json!("Complete")), "{state}");
    }
}
