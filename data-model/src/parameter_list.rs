//! A list of parameter names with typed values, kept in one piece of memory.
//!
//! The lists that go over the wire hold up to thousands of short texts. Keeping them in one buffer
//! makes reading one cost two allocations instead of two for each value.

use crate::value::{TypedValue, ValueError, XsdType, parse};
use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Names with values, in the order they were given (`ParameterValueStruct[]` of TR-069).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ParameterList {
    text: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Where the name ends and the value begins; the name begins where the last value ended.
    name_end: u32,
    value_end: u32,
    ty: XsdType,
}

/// One element of a [`ParameterList`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// The parameter's full name.
    pub name: &'a str,
    /// The type its sender gave it.
    pub ty: XsdType,
    /// The value as text.
    pub value: &'a str,
}

impl<'a> Parameter<'a> {
    /// The value's meaning.
    ///
    /// # Errors
    /// If the text does not fit the type.
    pub fn typed(&self) -> Result<TypedValue<'a>, ValueError> {
        parse(self.ty, self.value)
    }
}

impl ParameterList {
    /// An empty list.
    pub fn new() -> ParameterList {
        ParameterList::default()
    }

    /// An empty list with room for `count` parameters of `text_bytes` together.
    pub fn with_capacity(count: usize, text_bytes: usize) -> ParameterList {
        ParameterList {
            text: String::with_capacity(text_bytes),
            entries: Vec::with_capacity(count),
        }
    }

    /// How many parameters there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Appends a parameter.
    pub fn push(&mut self, name: &str, ty: XsdType, value: &str) {
        self.text.push_str(name);
        let name_end = self.offset();
        self.text.push_str(value);
        self.entries.push(Entry {
            name_end,
            value_end: self.offset(),
            ty,
        });
    }

    /// Appends a string parameter.
    pub fn push_str(&mut self, name: &str, value: &str) {
        self.push(name, XsdType::String, value);
    }

    /// The parameters in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Parameter<'_>> {
        let mut start = 0usize;
        self.entries.iter().map(move |entry| {
            let name = &self.text[start..entry.name_end as usize];
            let value = &self.text[entry.name_end as usize..entry.value_end as usize];
            start = entry.value_end as usize;
            Parameter {
                name,
                ty: entry.ty,
                value,
            }
        })
    }

    /// The value of the first parameter with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|parameter| parameter.name == name)
            .map(|parameter| parameter.value)
    }

    /// The value of the first parameter whose name ends with this text, for names whose root differs
    /// from model to model (`DeviceInfo.SoftwareVersion` below `Device.` or `InternetGatewayDevice.`).
    pub fn get_by_suffix(&self, suffix: &str) -> Option<&str> {
        self.iter()
            .find(|parameter| parameter.name.ends_with(suffix))
            .map(|parameter| parameter.value)
    }

    fn offset(&self) -> u32 {
        // The wire limits a message to a few megabytes; a list that outgrew 4 GiB cannot come from it.
        u32::try_from(self.text.len()).expect("a parameter list stays below 4 GiB")
    }
}

impl fmt::Debug for ParameterList {
    /// Names and types only: a value may be a password, and `{:?}` ends in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|parameter| (parameter.name, parameter.ty)))
            .finish()
    }
}

impl<'a> FromIterator<(&'a str, XsdType, &'a str)> for ParameterList {
    fn from_iter<I: IntoIterator<Item = (&'a str, XsdType, &'a str)>>(items: I) -> ParameterList {
        let mut list = ParameterList::new();
        for (name, ty, value) in items {
            list.push(name, ty, value);
        }
        list
    }
}

/// The shape of one parameter in JSON: `{"Name": …, "Type": "xsd:int", "Value": …}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ParameterJson<'a> {
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
    #[serde(rename = "Type", default)]
    ty: XsdType,
    #[serde(borrow)]
    value: std::borrow::Cow<'a, str>,
}

impl Serialize for ParameterList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.len()))?;
        for Parameter { name, ty, value } in self.iter() {
            seq.serialize_element(&ParameterJson {
                name: name.into(),
                ty,
                value: value.into(),
            })?;
        }
        seq.end()
    }
}

impl<'de> Deserialize<'de> for ParameterList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ParameterList, D::Error> {
        struct ListVisitor;
        impl<'de> Visitor<'de> for ListVisitor {
            type Value = ParameterList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of {Name, Type, Value}")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ParameterList, A::Error> {
                let mut list = ParameterList::new();
                while let Some(item) = seq.next_element::<ParameterJson<'de>>()? {
                    list.push(&item.name, item.ty, &item.value);
                }
                Ok(list)
            }
        }
        deserializer.deserialize_seq(ListVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_pushed_in_order() {
        let mut list = ParameterList::new();
        list.push("Device.A", XsdType::Int, "1");
        list.push("Device.B", XsdType::String, "");
        list.push("Device.C", XsdType::Boolean, "true");
        let names: Vec<_> = list.iter().map(|parameter| parameter.name).collect();
        assert_eq!(names, ["Device.A", "Device.B", "Device.C"]);
        assert_eq!(list.get("Device.B"), Some(""));
        assert_eq!(list.get("Device.D"), None);
        assert_eq!(list.get_by_suffix(".C"), Some("true"));
        assert_eq!(list.iter().next().unwrap().typed(), Ok(TypedValue::Int(1)));
    }
}
