//! Lines of a device in what it says of its parameters: which are registered, and which have a call.

use data_model::ParameterList;

/// What a parameter says of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Whether it is registered (TR-104 Line.Status, SIP.Client.Status).
    Registration,
    /// Whether it has a call (TR-104 Line.CallState, CallControl.Line.CallStatus).
    Call,
}

/// What a parameter says of a line, by its name; `None` if it says nothing.
pub fn says(name: &str) -> Option<Says> {
    if !name.contains(".VoiceService.") {
        return None;
    }
    let mut from_end = name.rsplit('.');
    let (leaf, number, table) = (from_end.next()?, from_end.next()?, from_end.next()?);
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match (table, leaf) {
        // TR-104 version 1, and its version 2.
        ("Line", "Status") if name.contains(".VoiceProfile.") => Some(Says::Registration),
        ("Client", "Status") if name.contains(".SIP.") => Some(Says::Registration),
        ("Line", "CallState" | "CallStatus") => Some(Says::Call),
        _ => None,
    }
}

/// The names among these that say something of a line.
pub fn names(values: &ParameterList) -> Vec<String> {
    let names = values.iter().map(|parameter| parameter.name);
    names
        .filter(|name| says(name).is_some())
        .map(str::to_owned)
        .collect()
}

/// The parameters of lines that are registered.
pub fn registered(values: &ParameterList) -> Vec<String> {
    let up = values.iter().filter(|parameter| {
        says(parameter.name) == Some(Says::Registration) && is_up(parameter.value)
    });
    up.map(|parameter| parameter.name.to_owned()).collect()
}

fn is_up(status: &str) -> bool {
    matches!(status, "Up" | "Registered")
}

/// A line that has a call, in words; `None` if there is none.
pub fn busy(values: &ParameterList) -> Option<String> {
    let found = values.iter().find(|parameter| {
        says(parameter.name) == Some(Says::Call)
            && !matches!(parameter.value, "Idle" | "" | "Disconnected" | "Disabled")
    });
    found.map(|parameter| format!("{} is {}", parameter.name, parameter.value))
}

/// The first of these lines that is not registered (again), in words; `None` if all are.
pub fn missing(before: &[String], values: &ParameterList) -> Option<String> {
    before.iter().find_map(|name| match values.get(name) {
        Some(status) if is_up(status) => None,
        Some(status) => Some(format!("{name} is {status}")),
        None => Some(format!("{name} is gone")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(pairs: &[(&str, &str)]) -> ParameterList {
        let mut list = ParameterList::new();
        for (name, value) in pairs {
            list.push_str(name, value);
        }
        list
    }

    const LINE: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line";

    #[test]
    fn lines_of_both_models_are_found_and_nothing_else() {
        for (name, expected) in [
            (format!("{LINE}.1.Status"), Some(Says::Registration)),
            (format!("{LINE}.12.CallState"), Some(Says::Call)),
            (
                "InternetGatewayDevice.Services.VoiceService.1.VoiceProfile.1.Line.2.Status".into(),
                Some(Says::Registration),
            ),
            (
                "Device.Services.VoiceService.1.SIP.Client.1.Status".into(),
                Some(Says::Registration),
            ),
            (
                "Device.Services.VoiceService.1.CallControl.Line.1.CallStatus".into(),
                Some(Says::Call),
            ),
            (format!("{LINE}.1.Session.1.Status"), None),
            (format!("{LINE}.x.Status"), None),
            ("Device.DSL.Line.1.Status".into(), None),
            (String::new(), None),
        ] {
            assert_eq!(says(&name), expected, "{name}");
        }
    }

    #[test]
    fn a_call_on_any_line_is_a_call() {
        let (one, two) = (format!("{LINE}.1.CallState"), format!("{LINE}.2.CallState"));
        assert_eq!(busy(&list(&[(&one, "Idle"), (&two, "")])), None);
        let words = busy(&list(&[(&one, "Idle"), (&two, "Ringing")])).unwrap();
        assert!(words.contains("Line.2.CallState is Ringing"), "{words}");
    }

    #[test]
    fn every_line_that_was_registered_must_be_registered_again() {
        let (one, two) = (format!("{LINE}.1.Status"), format!("{LINE}.2.Status"));
        let before = registered(&list(&[(&one, "Up"), (&two, "Disabled")]));
        assert_eq!(before, [one.as_str()]);
        assert_eq!(
            missing(&before, &list(&[(&one, "Up"), (&two, "Error")])),
            None
        );
        let words = missing(&before, &list(&[(&one, "Registering")])).unwrap();
        assert!(words.ends_with("Line.1.Status is Registering"), "{words}");
        assert!(missing(&before, &list(&[])).unwrap().ends_with("is gone"));
        assert_eq!(missing(&[], &list(&[])), None);
    }
}
