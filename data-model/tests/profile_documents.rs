//! The profile document: what is written reads back, and what the sources leave open goes by its policy.

use data_model::catalogue;
use data_model::provisioning::profile::{
    EmptyElements, Entry, Line, Policy, Strictness, Style, Vocabulary, assess, read, write,
};
use data_model::schema::UserAccess;
use proptest::prelude::*;

fn entries(inner: &str) -> Vec<Entry> {
    let text = format!("<flat-profile>{inner}</flat-profile>");
    let document = read(text.as_bytes(), Policy::default());
    document.expect("a profile").entries
}

fn value(inner: &str, element: &str, empty: EmptyElements) -> Option<String> {
    let policy = Policy {
        empty,
        ..Policy::default()
    };
    let text = format!("<flat-profile>{inner}</flat-profile>");
    let document = read(text.as_bytes(), policy).expect("a profile");
    let ata = catalogue::device_type("ata192").expect("a device type");
    let found = assess(&document, &Vocabulary::of(&ata.schema), &ata.schema, policy);
    let change = found
        .changes
        .iter()
        .find(|change| change.element == element);
    change.and_then(|change| change.value.clone())
}

/// Covers M06, X11.
#[test]
fn text_is_what_the_guide_says_it_is() {
    for (inner, text) in [
        ("<a>  two\r\n lines </a>", "two  lines"),
        ("<a>&amp;&lt;&gt;&apos;&quot;&#65;&#x42;</a>", "&<>'\"AB"),
        ("<a>x<!-- no -->y<![CDATA[<z>]]></a>", "xy<z>"),
        // What XML has no place for is left out, however it came.
        ("<a>x\u{1}\u{ffff}y\u{fffe}</a>", "xy"),
        ("<a/>", ""),
        ("<a />", ""),
        ("<a></a>", ""),
    ] {
        assert_eq!(entries(inner)[0].text, text, "{inner}");
    }
    let found = entries(
        "\n  <router-configuration><WAN_Interface><Status ua=\"ro\">1</Status></WAN_Interface></router-configuration>",
    );
    assert_eq!(
        found[0].element,
        "router-configuration/WAN_Interface/Status"
    );
    assert_eq!(found[0].user_access, Some(UserAccess::ReadOnly));
    assert_eq!((found[0].position.line, found[0].position.column), (2, 40));
}

/// Covers X09.
#[test]
fn single_bytes_are_windows_1252_unless_the_file_says_latin_1() {
    let read_as = |declaration: &str| {
        let head = format!("<?xml version=\"1.0\"{declaration}?><flat-profile><a>");
        let bytes = [head.as_bytes(), b"\x80\x84\xfc\x9f", b"</a></flat-profile>"].concat();
        read(&bytes, Policy::default()).expect("a profile").entries[0]
            .text
            .clone()
    };
    assert_eq!(read_as(" encoding=\"windows-1252\""), "€„üŸ");
    assert_eq!(read_as(""), "€„üŸ", "no editor writes control characters");
    assert_eq!(read_as(" encoding='ISO-8859-1'"), "\u{80}\u{84}ü\u{9f}");
}

/// Covers M06.
#[test]
fn the_known_mistakes_of_published_profiles_are_mended_with_a_warning_and_refused_by_the_strict() {
    for (inner, element, text) in [
        (
            "<MediaSec_Request_1_ ua=\"na\">No</MediaSec_Request>",
            "MediaSec_Request_1_",
            "No",
        ),
        (
            "<Survivability_Proxy_1_ ua=\"na\"><Survivability_Proxy_1_>",
            "Survivability_Proxy_1_",
            "",
        ),
        ("<X_1_ ua=\"na\">30<X_1_>", "X_1_", "30"),
        ("<a ua=na>AT&T</a>", "a", "AT&T"),
    ] {
        let text_of = format!("<flat-profile>{inner}<b>1</b></flat-profile>");
        let document = read(text_of.as_bytes(), Policy::default()).unwrap();
        assert!(!document.warnings.is_empty(), "{inner}");
        assert_eq!(
            (&*document.entries[0].element, &*document.entries[0].text),
            (element, text)
        );
        assert_eq!(document.entries[1].element, "b", "{inner}");
        let strict = Policy {
            strictness: Strictness::Strict,
            ..Policy::default()
        };
        assert!(read(text_of.as_bytes(), strict).is_err(), "{inner}");
    }
}

/// Covers M06.
#[test]
fn what_an_empty_element_means_is_a_policy() {
    use EmptyElements::{Clear, ClearUnlessOfUser, ClearUnlessSecret, Factory, Keep};
    let some = |text: &str| Some(text.to_owned());
    for (inner, element, policy, expected) in [
        ("<Proxy_1_/>", "Proxy_1_", ClearUnlessOfUser, some("")),
        ("<Proxy_1_ ua=\"rw\"/>", "Proxy_1_", ClearUnlessOfUser, None),
        ("<Password_1_/>", "Password_1_", ClearUnlessOfUser, None),
        ("<Password_1_/>", "Password_1_", ClearUnlessSecret, None),
        (
            "<Proxy_1_ ua=\"rw\"/>",
            "Proxy_1_",
            ClearUnlessSecret,
            some(""),
        ),
        (
            "<Line_Enable_1_/>",
            "Line_Enable_1_",
            ClearUnlessOfUser,
            None,
        ),
        ("<Password_1_ ua=\"rw\"/>", "Password_1_", Clear, some("")),
        (
            "<NAT_Keep_Alive_Msg_1_/>",
            "NAT_Keep_Alive_Msg_1_",
            Factory,
            some("$NOTIFY"),
        ),
        (
            "<NAT_Keep_Alive_Msg_1_>\"\"</NAT_Keep_Alive_Msg_1_>",
            "NAT_Keep_Alive_Msg_1_",
            Factory,
            some(""),
        ),
        ("<Proxy_1_/>", "Proxy_1_", Keep, None),
    ] {
        assert_eq!(
            value(inner, element, policy),
            expected,
            "{inner} {policy:?}"
        );
    }
}

/// Covers M06.
#[test]
fn the_factory_profile_of_every_device_reads_back_without_a_finding() {
    for name in catalogue::names() {
        let ty = catalogue::device_type(name).unwrap();
        let known = Vocabulary::of(&ty.schema);
        let mut lines = Vec::new();
        for (element, address) in known.elements() {
            let parameter = ty.schema.parameter(address.node).unwrap();
            let binding = parameter.xml.as_ref().unwrap();
            let value = ty.schema.factory_shown(address).into_owned();
            lines.push(Line {
                element: element.into(),
                user_access: Some(binding.user_access),
                text: binding.text_of(&value).to_owned().into(),
                heading: Some("Device - all of it".into()),
            });
        }
        for style in [Style::Plain, Style::Commented] {
            let text = write(&lines, style);
            let document = read(text.as_bytes(), Policy::default()).unwrap();
            assert_eq!(document.warnings, [], "{name}");
            assert_eq!(document.entries.len(), lines.len());
            let found = assess(&document, &known, &ty.schema, Policy::default());
            assert_eq!(found.errors().count(), 0, "{:?}", found.findings);
        }
    }
}

proptest! {
    /// Covers M06, X16, X17.
    #[test]
    fn what_is_written_reads_back(
        values in proptest::collection::vec(("[A-Za-z][A-Za-z0-9_.-]{0,9}", "[ -~äöü€]{0,30}", 0u8..4), 0..20),
    ) {
        let lines: Vec<Line<'_>> = values.iter().enumerate().map(|(index, (name, text, access))| Line {
            element: format!("e{index}{name}").into(),
            user_access: [None, Some(UserAccess::None), Some(UserAccess::ReadOnly), Some(UserAccess::ReadWrite)][usize::from(*access)],
            text: text.trim().to_owned().into(),
            heading: Some(text.into()),
        }).collect();
        let text = write(&lines, Style::Commented);
        let document = read(text.as_bytes(), Policy { strictness: Strictness::Strict, ..Policy::default() }).unwrap();
        prop_assert_eq!(document.entries.len(), lines.len());
        for (entry, line) in document.entries.iter().zip(&lines) {
            prop_assert_eq!(&entry.element, &line.element);
            prop_assert_eq!(&entry.text, &line.text);
            prop_assert_eq!(entry.user_access, line.user_access);
        }
    }

    /// Covers X16, X17.
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[<>/a-c&;#=\"! \\[\\]-]{0,80}") {
        let _ = read(&bytes, Policy::default());
        let _ = read(text.as_bytes(), Policy::default());
        let _ = read(format!("<flat-profile>{text}</flat-profile>").as_bytes(), Policy::default());
    }
}
