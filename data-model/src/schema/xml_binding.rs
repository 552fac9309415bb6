//! The name and text of a value in the vendor's XML documents.

use super::address::Instances;
use super::parameter_type::ParameterType;
use crate::value::XsdType;
use std::borrow::Cow;

/// Where a value stands in a document of the vendor, and how it is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlBinding {
    /// Which document.
    pub document: XmlDocument,
    /// The path of the element below the document's root, with `{n}` for the n-th instance number of
    /// the parameter: `Proxy_{1}_`, `router-configuration/SNMP/TRAP_Port`.
    pub element: Box<str>,
    /// How a boolean is written.
    pub text: TextStyle,
    /// What the user account of the device may do with it from the factory.
    pub user_access: UserAccess,
}

/// A document of the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XmlDocument {
    /// The configuration profile, below `flat-profile`.
    Profile,
    /// The status page `status.xml`.
    Status,
}

/// How a boolean is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextStyle {
    /// It is no boolean: the text stands as it is.
    Plain,
    /// `Yes` and `No`, the habit of the voice half.
    YesNo,
    /// `1` and `0`, the habit of the router half.
    ZeroOne,
}

/// What the user account may do: the attribute `ua`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserAccess {
    /// `na`: not even see it.
    None,
    /// `ro`: see it.
    ReadOnly,
    /// `rw`: change it.
    ReadWrite,
}

impl UserAccess {
    /// The word of the attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            UserAccess::None => "na",
            UserAccess::ReadOnly => "ro",
            UserAccess::ReadWrite => "rw",
        }
    }

    /// The level a word stands for.
    pub fn parse(word: &str) -> Option<UserAccess> {
        let all = [
            UserAccess::None,
            UserAccess::ReadOnly,
            UserAccess::ReadWrite,
        ];
        all.into_iter().find(|level| level.as_str() == word)
    }
}

impl XmlBinding {
    /// The path of the element for the parameter at the instances `own`.
    pub fn element_at(&self, own: &Instances) -> Cow<'_, str> {
        expand(&self.element, own)
    }

    /// A value as the document writes it.
    pub fn text_of<'a>(&self, value: &'a str) -> &'a str {
        match (self.text, value) {
            (TextStyle::YesNo, "1") => "Yes",
            (TextStyle::YesNo, "0") => "No",
            (TextStyle::Plain | TextStyle::YesNo | TextStyle::ZeroOne, _) => value,
        }
    }

    /// A text of the document as a value of the type, still to be checked: both habits of writing a
    /// boolean are taken in both halves, and hexadecimal for numbers.
    pub fn value_of<'a>(&self, text: &'a str, ty: &ParameterType) -> Cow<'a, str> {
        match self.text {
            TextStyle::YesNo | TextStyle::ZeroOne => match text {
                "Yes" | "yes" | "Enable" | "enable" => Cow::Borrowed("1"),
                "No" | "no" | "Disable" | "disable" => Cow::Borrowed("0"),
                _ => Cow::Borrowed(text),
            },
            TextStyle::Plain => hexadecimal(text, ty).map_or(Cow::Borrowed(text), Cow::Owned),
        }
    }
}

/// `{n}` replaced by the n-th of the instance numbers.
pub(super) fn expand<'a>(template: &'a str, own: &Instances) -> Cow<'a, str> {
    if !template.contains('{') {
        return Cow::Borrowed(template);
    }
    let mut text = template.to_owned();
    for (index, number) in own.as_slice().iter().enumerate() {
        text = text.replace(&format!("{{{}}}", index + 1), &number.to_string());
    }
    Cow::Owned(text)
}

fn hexadecimal(text: &str, ty: &ParameterType) -> Option<String> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))?;
    let number = match ty {
        ParameterType::Number(number) => number,
        ParameterType::String { .. }
        | ParameterType::Decimal(_)
        | ParameterType::Boolean
        | ParameterType::DateTime
        | ParameterType::Base64 { .. }
        | ParameterType::HexBinary { .. }
        | ParameterType::Enum(_)
        | ParameterType::List { .. }
        | ParameterType::Syntax { .. } => return None,
    };
    match number.ty {
        XsdType::Int | XsdType::UnsignedInt | XsdType::Long | XsdType::UnsignedLong => {
            // A sign is no digit, though the reader of numbers takes it.
            u64::from_str_radix(digits, 16)
                .ok()
                .filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
                .map(|value| value.to_string())
        }
        XsdType::String
        | XsdType::Boolean
        | XsdType::DateTime
        | XsdType::Base64
        | XsdType::HexBinary => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::type_text::parse_type;

    fn binding(element: &str, text: TextStyle) -> XmlBinding {
        XmlBinding {
            document: XmlDocument::Profile,
            element: element.into(),
            text,
            user_access: UserAccess::None,
        }
    }

    #[test]
    fn elements_carry_the_instance_numbers() {
        let call = binding("Call_{2}_State_{1}_", TextStyle::Plain);
        let own = Instances::from_slice(&[1, 2]);
        assert_eq!(call.element_at(&own), "Call_2_State_1_");
    }

    #[test]
    fn booleans_follow_the_habit_of_their_half_and_are_read_in_both() {
        let boolean = parse_type("boolean").unwrap();
        let voice = binding("Register_{1}_", TextStyle::YesNo);
        let router = binding("router-configuration/Bonjour_Enable", TextStyle::ZeroOne);
        assert_eq!(voice.text_of("1"), "Yes");
        assert_eq!(router.text_of("1"), "1");
        for text in ["Yes", "yes", "Enable", "enable", "1"] {
            assert_eq!(voice.value_of(text, &boolean), "1", "{text}");
            assert_eq!(router.value_of(text, &boolean), "1", "{text}");
        }
        assert_eq!(voice.value_of("maybe", &boolean), "maybe");
    }

    #[test]
    fn numbers_may_be_hexadecimal() {
        let plain = binding("SIP_CoS_Value_{1}_", TextStyle::Plain);
        assert_eq!(
            plain.value_of("0x10", &parse_type("unsignedInt").unwrap()),
            "16"
        );
        assert_eq!(
            plain.value_of("0x68", &parse_type("hexbyte").unwrap()),
            "0x68"
        );
    }
}
