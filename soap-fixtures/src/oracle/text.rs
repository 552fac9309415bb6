//! Texts on the wire that stand for something else in JSON: numbers, booleans, lists of strings.

use serde::Serialize;
use std::io::Read;
use xml::reader::XmlEvent;
use yaserde::de::Deserializer;
use yaserde::{Error, YaDeserialize};

/// An integer of any width; blanks around it and a sign are allowed (XML Schema part 2, whiteSpace collapse).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Number(i64);

/// A boolean: 0, 1, true, false, and the capitals met in the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Flag(bool);

/// An array of `<string>`; in JSON an array of texts.
#[derive(Debug, Clone, Default, YaDeserialize, Serialize)]
#[serde(transparent)]
pub struct Strings {
    string: Vec<String>,
}

impl YaDeserialize for Number {
    fn deserialize<R: Read>(reader: &mut Deserializer<R>) -> yaserde::Result<Number> {
        let text = text_of(reader)?;
        let number = text.trim().parse();
        number
            .map(Number)
            .map_err(|_| Error::custom(format!("`{text}` is not an integer")))
    }
}

impl YaDeserialize for Flag {
    fn deserialize<R: Read>(reader: &mut Deserializer<R>) -> yaserde::Result<Flag> {
        let text = text_of(reader)?;
        match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" => Ok(Flag(true)),
            "0" | "false" => Ok(Flag(false)),
            _ => Err(Error::custom(format!("`{text}` is not a boolean"))),
        }
    }
}

/// The text of the element that is next, up to its end, which yaserde's own code takes.
fn text_of<R: Read>(reader: &mut Deserializer<R>) -> yaserde::Result<String> {
    reader.next_event()?;
    let mut text = String::new();
    loop {
        match reader.peek()? {
            XmlEvent::EndElement { .. } => return Ok(text),
            XmlEvent::Characters(more) => text.push_str(more),
            other => return Err(Error::custom(format!("{other:?} inside a text"))),
        }
        reader.next_event()?;
    }
}
