//! Any text as a rule: reading and evaluating it never panics, and what is printed reads back as the same rule.
#![no_main]

use data_model::provisioning::macros::Macros;
use data_model::provisioning::rule::Rule;
use libfuzzer_sys::fuzz_target;
use std::borrow::Cow;

/// Every macro has a value that would be harmful if it were read as a part of the rule.
struct Hostile;

impl Macros for Hostile {
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "NONE" => None,
            "PRVTMR" => Some("600".into()),
            "SWVER" => Some("11-3-2MPP0102-233".into()),
            _ => Some("\" | http://evil/$MA ) ! [--key x".into()),
        }
    }
}

fuzz_target!(|text: &str| {
    let Ok(rule) = text.parse::<Rule>() else {
        return;
    };
    let printed = rule.to_string();
    let again = printed.parse::<Rule>();
    assert_eq!(again.as_ref(), Ok(&rule), "{printed}");
    let _ = rule.evaluate(&Hostile);
});
