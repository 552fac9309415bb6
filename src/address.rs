//! Addresses of the API: names that may hold anything, and arguments that may be left out.

/// A text as one part of an address.
pub fn segment(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// Arguments of an address, those that are given.
pub fn query(arguments: &[(&str, Option<String>)]) -> String {
    let given = arguments
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", segment(value.as_deref()?))));
    let given: Vec<String> = given.collect();
    match given.is_empty() {
        true => String::new(),
        false => format!("?{}", given.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_addresses_are_escaped() {
        assert_eq!(segment("00562B-A%2DB/../x"), "00562B-A%252DB%2F..%2Fx");
        let arguments = [("a", Some("b c".to_owned())), ("d", None)];
        assert_eq!(query(&arguments), "?a=b%20c");
        assert_eq!(query(&[("d", None)]), "");
    }
}
