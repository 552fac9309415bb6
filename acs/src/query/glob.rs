//! Wildcards and contained texts, in time that grows with the product of both lengths at most (case U02).

/// Whether `*` (any text) and `?` (one character) of a pattern make it the text; letters of ASCII in either case.
///
/// Only the last star is ever gone back to: an earlier one would find nothing that it does not.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut rest, mut left) = (pattern.chars(), text.chars());
    // Where to go on when the text does not fit: behind the last star, one character later.
    let mut again: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let before = rest.clone();
        match (rest.next(), left.clone().next()) {
            (Some('*'), _) => again = Some((rest.clone(), left.clone())),
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == '?' || wanted.eq_ignore_ascii_case(&found) => {
                left.next();
            }
            (_, _) => {
                rest = before;
                let Some((behind, mut later)) = again.take() else {
                    return false;
                };
                if later.next().is_none() {
                    return false;
                }
                rest.clone_from(&behind);
                left.clone_from(&later);
                again = Some((behind, later));
            }
        }
    }
}

/// Whether a text contains another; letters of ASCII in either case.
pub fn contains(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let Some((first, rest)) = wanted.split_first() else {
        return true;
    };
    let Some(last) = text.len().checked_sub(wanted.len()) else {
        return false;
    };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    // The first byte by itself: most places end there, and 200,000 texts are looked through for one search.
    (0..=last).any(|at| {
        (text[at] == lower || text[at] == upper)
            && text[at + 1..at + wanted.len()].eq_ignore_ascii_case(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers U02.
    #[test]
    fn wildcards_match_what_they_should_and_fast() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("*", "anything", true),
            ("?", "", false),
            ("?", "ü", true),
            ("ata*", "ATA192", true),
            ("*192", "ATA192", true),
            ("a*9?", "ATA192", true),
            ("a*9", "ATA192", false),
            ("*a*b*c", "xxaxxbxxbc", true),
            ("*a*b*c", "xxaxxbxxbcx", false),
            ("11-?-*", "11-3-2MPP", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        // Fifty wildcards against a long text without the last letter: quadratic at most.
        let pattern = "*a".repeat(50) + "b";
        let text = "a".repeat(30_000);
        let before = std::time::Instant::now();
        assert!(!matches(&pattern, &text));
        assert!(before.elapsed().as_secs() < 5);
    }

    #[test]
    fn contained_texts_are_found_in_either_case() {
        assert!(contains("00562B-ATA192", "ata"));
        assert!(contains("x", ""));
        assert!(!contains("ata", "ata1"));
        assert!(!contains("%", "_"));
    }
}
