//! Any bytes as a profile: reading never panics, and what was read reads the same when it is written again.
#![no_main]

use data_model::catalogue;
use data_model::provisioning::profile::{
    Line, Policy, Strictness, Style, Vocabulary, assess, read, write,
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static KNOWN: LazyLock<Vocabulary> = LazyLock::new(|| {
    let ata = catalogue::device_type("ata192").expect("a device type of this build");
    Vocabulary::of(&ata.schema)
});

fuzz_target!(|bytes: &[u8]| {
    let strict = Policy {
        strictness: Strictness::Strict,
        ..Policy::default()
    };
    let Ok(document) = read(bytes, Policy::default()) else {
        assert!(
            read(bytes, strict).is_err(),
            "the strict take nothing the lenient refuse"
        );
        return;
    };
    if let Ok(strictly) = read(bytes, strict) {
        assert_eq!(strictly.entries, document.entries);
    }
    let ata = catalogue::device_type("ata192").expect("a device type of this build");
    let found = assess(&document, &KNOWN, &ata.schema, Policy::default());
    let lines: Vec<Line<'_>> = found
        .changes
        .iter()
        .filter_map(|change| {
            let binding = ata.schema.parameter(change.address.node)?.xml.as_ref()?;
            Some(Line {
                element: binding.element_at(&change.address.instances),
                user_access: change.user_access,
                text: binding.text_of(change.value.as_ref()?).to_owned().into(),
                heading: None,
            })
        })
        .collect();
    let again = read(write(&lines, Style::Plain).as_bytes(), strict).expect("it is well-formed");
    assert_eq!(again.entries.len(), lines.len());
    for line in &lines {
        let same = again
            .entries
            .iter()
            .find(|entry| entry.element == line.element);
        let same = same.expect("what was written is there");
        assert_eq!(
            (&*same.text, same.user_access),
            (&*line.text, line.user_access)
        );
    }
});
