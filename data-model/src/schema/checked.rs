//! What the tests of the notations share.

/// Every text of the first list is one, and none of the second.
#[track_caller]
pub(super) fn holds(check: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(check(text), "{text} was refused");
    }
    for text in bad {
        assert!(!check(text), "{text} was taken");
    }
}
