//! Reading a form: `application/x-www-form-urlencoded`, as browsers send it (WHATWG URL 5.1).

use super::limits::FORM_FIELDS;

/// The fields of a form, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form; `None` if it is none: too many fields, a broken escape, no UTF-8.
    pub fn read(body: &[u8]) -> Option<Form> {
        let mut fields = Vec::new();
        for field in body.split(|byte| *byte == b'&').filter(|it| !it.is_empty()) {
            if fields.len() == FORM_FIELDS {
                return None;
            }
            let equals = field.iter().position(|byte| *byte == b'=');
            let (name, value) = match equals {
                Some(at) => (&field[..at], &field[at + 1..]),
                None => (field, &[][..]),
            };
            fields.push((unescape(name)?, unescape(value)?));
        }
        Some(Form(fields))
    }

    /// The value of a field, without blanks around it; empty if it is not there. Of several the first counts.
    pub fn get(&self, name: &str) -> &str {
        self.exactly(name).trim()
    }

    /// Whether there is such a field.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The value of a field as it was typed.
    pub fn exactly(&self, name: &str) -> &str {
        let field = self.0.iter().find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value)
    }
}

/// A text without the escapes of a form.
pub fn unescape(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(*rest.next()?).to_digit(16)?;
                let low = char::from(*rest.next()?).to_digit(16)?;
                (high * 16 + low) as u8
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let form =
            Form::read(b"url=http%3A%2F%2Fa.b%2F%3Fx%3D1&name=+a+%C3%A4+&empty=&flag").unwrap();
        assert_eq!(form.get("url"), "http://a.b/?x=1");
        assert_eq!(form.get("name"), "a \u{e4}");
        assert_eq!(form.exactly("name"), " a \u{e4} ");
        assert_eq!(
            (form.get("empty"), form.get("flag"), form.get("other")),
            ("", "", "")
        );
    }

    /// Covers M07.
    #[test]
    fn what_is_no_form_is_not_guessed_at() {
        for body in ["a=%", "a=%4", "a=%zz", "%f=1", "a=%ff", "a=%c3%28"] {
            assert_eq!(Form::read(body.as_bytes()), None, "{body}");
        }
        assert_eq!(Form::read("a=1&".repeat(FORM_FIELDS + 1).as_bytes()), None);
        assert!(Form::read("a=1&".repeat(FORM_FIELDS).as_bytes()).is_some());
    }
}
