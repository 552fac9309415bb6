//! Which of two firmware versions is the older one, as vendors count: `11-3-2MPP0102-233`, `1.4.1(SR5)`, `2.0-rc1`.

use std::cmp::Ordering;

/// Words for what comes before the release they stand behind.
const BEFORE: [&str; 5] = ["alpha", "beta", "dev", "pre", "rc"];

/// Compares two versions: runs of digits as numbers, words as words without regard to case; what stands between them
/// does not count, so that `11.3.2` and `11-3-2` are one version. Of two that begin alike the longer one is newer,
/// unless it goes on with a word such as `rc`.
pub fn compare(one: &str, other: &str) -> Ordering {
    let (mut ones, mut others) = (parts(one), parts(other));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return Ordering::Equal,
            (Some(more), None) => return more.rank().cmp(&Rank::End),
            (None, Some(more)) => return Rank::End.cmp(&more.rank()),
            (Some(a), Some(b)) => match a.compare(&b) {
                Ordering::Equal => {}
                different => return different,
            },
        }
    }
}

/// Whether one version is older than another.
pub fn is_older(version: &str, than: &str) -> bool {
    compare(version, than) == Ordering::Less
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    /// Digits without their leading zeros: of any length, so that no number is too large.
    Number(&'a str),
    Word(&'a str),
}

/// What two parts at one place are compared by first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// `rc`: before the release.
    Before,
    /// The version ends here.
    End,
    /// A variant of the release, `2.0MPP1`.
    Variant,
    /// A further release, `2.0.1`.
    Further,
    /// A service release, `1.4.1(SR5)`, which follows the numbered ones.
    Service,
}

impl Part<'_> {
    fn rank(&self) -> Rank {
        match self {
            Part::Number(_) => Rank::Further,
            Part::Word(word) if is_one_of(&BEFORE, word) => Rank::Before,
            Part::Word(word) if is_one_of(&["sr"], word) => Rank::Service,
            Part::Word(_) => Rank::Variant,
        }
    }

    fn compare(&self, other: &Part<'_>) -> Ordering {
        match (self, other) {
            (Part::Number(a), Part::Number(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Part::Word(a), Part::Word(b)) => {
                let words = || a.to_lowercase().cmp(&b.to_lowercase());
                self.rank().cmp(&other.rank()).then_with(words)
            }
            (Part::Number(_), Part::Word(_)) | (Part::Word(_), Part::Number(_)) => {
                self.rank().cmp(&other.rank())
            }
        }
    }
}

fn is_one_of(list: &[&str], word: &str) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// The numbers and words of a version.
fn parts(version: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = version;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let first = rest.chars().next()?;
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| !c.is_alphanumeric() || c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        rest = tail;
        Some(match digits {
            true => Part::Number(part.trim_start_matches('0')),
            false => Part::Word(part),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_every_vendor_stand_in_their_order() {
        for list in [
            // Cisco ATA 191/192, with the words of its release notes.
            &[
                "11-1-0MPP0401-002",
                "11-2-1MPP0102-119",
                "11-3-1MPP0001-100",
                "11-3-2MPP0102-233",
                "11-3-2MPP0102-300",
                "11-3-3MPP0001-001",
                "11-10-0",
            ][..],
            &["1.2.1(004)", "1.4.1(002)", "1.4.1(SR5)", "1.4.2"],
            &[
                "2.0-alpha2",
                "2.0-beta1",
                "2.0-rc1",
                "2.0-rc10",
                "2.0",
                "2.0-p1",
                "2.0.1",
            ],
            &["9", "10", "10.0.1", "18446744073709551616000"],
            &["v1.9", "v1.10"],
        ] {
            for (at, one) in list.iter().enumerate() {
                for (behind, other) in list.iter().enumerate() {
                    assert_eq!(compare(one, other), at.cmp(&behind), "{one} {other}");
                }
            }
        }
    }

    #[test]
    fn what_stands_between_numbers_does_not_count() {
        for (one, other) in [("11.3.2", "11-3-2"), ("1.02", "1.2"), ("1.0-RC1", "1.0rc1")] {
            assert_eq!(compare(one, other), Ordering::Equal, "{one} {other}");
        }
        assert_eq!(compare("", ""), Ordering::Equal);
        assert!(is_older("", "1"));
    }

    #[test]
    fn any_texts_have_one_order() {
        let odd = [
            "", "-", "é1", "1é", "rc", "1rc", "0", "00", "1.", "..1", "日本", "1日",
        ];
        for one in odd {
            for other in odd {
                assert_eq!(
                    compare(one, other),
                    compare(other, one).reverse(),
                    "{one} {other}"
                );
                for third in odd {
                    if compare(one, other).is_le() && compare(other, third).is_le() {
                        assert!(compare(one, third).is_le(), "{one} {other} {third}");
                    }
                }
            }
        }
    }
}
