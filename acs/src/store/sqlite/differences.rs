//! The values of a device as what differs from those of a sample: devices of one shape have most of them in common.
//!
//! First pairs of numbers behind their length: how many values are as the sample has them, and what one is that is not:
//! the length of what is its own, and whether it begins as the sample's does (then how many bytes, in a third number)
//! and goes on in digits. Then the texts of what is their own, one behind the other. All of it is packed, behind its
//! length; digits stand behind that as numbers, for nothing packs them better.

use super::packing::{pack_small, read_number, read_text, unpack_small, write_number, write_text};

/// Bytes that a value must have in common with the sample's at its beginning to be told by them.
const COMMON: usize = 3;
/// Digits that fit into one number.
const DIGITS: usize = 38;

/// What differs from a sample, place by place.
#[derive(Debug, Clone)]
pub(super) struct Differences<'a> {
    pairs: &'a [u8],
    texts: &'a [u8],
    digits: &'a [u8],
    /// The place behind the last one.
    next: usize,
}

/// A value that is not as the sample has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own<'a> {
    /// Bytes it begins with as the sample's does.
    common: usize,
    rest: Rest<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rest<'a> {
    Text(&'a str),
    /// A number with so many digits.
    Digits(u128, usize),
}

impl Own<'_> {
    /// The value, where the sample has this one.
    pub fn value(&self, usual: &str) -> Result<String, Broken> {
        let common = usual.get(..self.common).ok_or(Broken)?;
        Ok(match self.rest {
            Rest::Text(text) => [common, text].concat(),
            Rest::Digits(number, length) => format!("{common}{number:0length$}"),
        })
    }
}

/// It is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// Bytes of a number with so many digits.
fn bytes_of(digits: usize) -> usize {
    // The logarithm of ten to the base of two, rounded up.
    (digits * 3322).div_ceil(8000)
}

/// Bytes two texts begin with alike, if they are worth telling.
fn common(one: &str, other: &str) -> usize {
    let alike = one.bytes().zip(other.bytes());
    let mut alike = alike.take_while(|(one, other)| one == other).count();
    while !one.is_char_boundary(alike) {
        alike -= 1;
    }
    if alike < COMMON { 0 } else { alike }
}

/// Packs values, of which those that the sample has at the same places are left out.
pub(super) fn pack<'v>(values: impl Iterator<Item = &'v str>, mut sample: &[u8]) -> Vec<u8> {
    let (mut pairs, mut texts, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    let mut same = 0;
    for value in values {
        let usual = read_text(&mut sample);
        if usual == Some(value) {
            same += 1;
            continue;
        }
        let common = usual.map_or(0, |usual| common(value, usual));
        let rest = &value[common..];
        let digits =
            (1..=DIGITS).contains(&rest.len()) && rest.bytes().all(|it| it.is_ascii_digit());
        let number: Option<u128> = rest.parse().ok().filter(|_| digits);
        write_number(std::mem::take(&mut same), &mut pairs);
        let flags = u64::from(common > 0) << 1 | u64::from(number.is_some());
        write_number((rest.len() as u64) << 2 | flags, &mut pairs);
        if common > 0 {
            write_number(common as u64, &mut pairs);
        }
        match number {
            Some(number) => {
                numbers.extend_from_slice(&number.to_le_bytes()[..bytes_of(rest.len())]);
            }
            None => texts.extend_from_slice(rest.as_bytes()),
        }
    }
    let mut bytes = Vec::with_capacity(pairs.len() + texts.len() + 2);
    write_number(pairs.len() as u64, &mut bytes);
    bytes.extend_from_slice(&pairs);
    bytes.extend_from_slice(&texts);
    let small = pack_small(&bytes);
    let mut packed = Vec::with_capacity(small.len() + numbers.len() + 2);
    write_number(small.len() as u64, &mut packed);
    packed.extend_from_slice(&small);
    packed.extend_from_slice(&numbers);
    packed
}

impl<'a> Differences<'a> {
    /// What [`pack`] has packed, unpacked into a buffer; nothing if it is not.
    pub fn unpack(mut packed: &'a [u8], buffer: &'a mut Vec<u8>) -> Option<Differences<'a>> {
        let length = usize::try_from(read_number(&mut packed)?).ok()?;
        let (small, digits) = packed.split_at_checked(length)?;
        let mut bytes = unpack_small(small, buffer)?;
        let length = usize::try_from(read_number(&mut bytes)?).ok()?;
        let (pairs, texts) = bytes.split_at_checked(length)?;
        Some(Differences {
            pairs,
            texts,
            digits,
            next: 0,
        })
    }

    /// The next place where the device has a value of its own, with what is its own. Nothing behind the last.
    ///
    /// # Errors
    /// If it is not what [`pack`] packs.
    pub fn next(&mut self) -> Result<Option<(usize, Own<'a>)>, Broken> {
        if self.pairs.is_empty() {
            return Ok(None);
        }
        let mut number = || {
            let number = read_number(&mut self.pairs).ok_or(Broken)?;
            usize::try_from(number).map_err(|_| Broken)
        };
        let (same, head) = (number()?, number()?);
        let common = if head & 2 == 0 { 0 } else { number()? };
        let length = head >> 2;
        let place = self.next.checked_add(same).ok_or(Broken)?;
        self.next = place.checked_add(1).ok_or(Broken)?;
        let rest = if head & 1 == 0 {
            let split = self.texts.split_at_checked(length);
            let (text, behind) = split.ok_or(Broken)?;
            self.texts = behind;
            Rest::Text(std::str::from_utf8(text).map_err(|_| Broken)?)
        } else {
            if length > DIGITS {
                return Err(Broken);
            }
            let split = self.digits.split_at_checked(bytes_of(length));
            let (number, behind) = split.ok_or(Broken)?;
            self.digits = behind;
            let mut bytes = [0; 16];
            bytes[..number.len()].copy_from_slice(number);
            Rest::Digits(u128::from_le_bytes(bytes), length)
        };
        Ok(Some((place, Own { common, rest })))
    }
}

/// All values, each behind its length, as a sample has them.
pub(super) fn values<'v>(values: impl Iterator<Item = &'v str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        write_text(value, &mut bytes);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(packed: &[u8], sample: &[&str], number: usize) -> Option<Vec<String>> {
        let mut buffer = Vec::new();
        let mut differences = Differences::unpack(packed, &mut buffer)?;
        let usual = |place: usize| sample.get(place).copied().unwrap_or("");
        let mut all: Vec<String> = (0..number).map(|place| usual(place).to_owned()).collect();
        while let Some((place, own)) = differences.next().ok()? {
            *all.get_mut(place)? = own.value(usual(place)).ok()?;
        }
        Some(all)
    }

    #[test]
    fn values_come_back_whatever_the_sample_has() {
        let sample = ["a", "", "15551234567", "éé1", "user1", "x"];
        let nines = "9".repeat(DIGITS);
        let many = "9".repeat(DIGITS + 1);
        for device in [
            &["a", "", "15551234567", "éé1", "user1", "x"][..],
            &["x", "y", "15550000007", "éè1", "user", "user2"],
            &[
                "18446744073709551616",
                "007",
                "155",
                "ééé",
                "user0012",
                "+1",
            ],
            &["", "", "", "", "", ""],
            &[&nines, &many, "0", "00", "useré", "10.0.0.1"],
        ] {
            let packed = pack(device.iter().copied(), &values(sample.iter().copied()));
            assert_eq!(back(&packed, &sample, 6).unwrap(), device);
        }
        for length in 1..=DIGITS {
            let digits = "9".repeat(length);
            let packed = pack([digits.as_str()].into_iter(), &values(["x"].into_iter()));
            assert_eq!(back(&packed, &["x"], 1).unwrap(), [digits]);
        }
        let same = pack(sample.iter().copied(), &values(sample.iter().copied()));
        assert!(same.len() <= 3, "what is the same costs nothing: {same:?}");
    }

    /// Covers P13.
    #[test]
    fn what_was_not_packed_here_is_refused_and_not_believed() {
        let own = ["abc", "12345678", "common7"];
        let sample = ["x", "y", "common8"];
        let packed = pack(own.into_iter(), &values(sample.into_iter()));
        for end in 0..packed.len() {
            assert_eq!(back(&packed[..end], &sample, 3), None, "{end}");
        }
        assert_eq!(back(&packed, &["x", "y", "c"], 3), None, "another sample");
        for bytes in [
            &[][..],
            &[4, 0, 9, 1, 1],
            &[5, 0, 3, 0, 16, b'a'],
            &[5, 0, 2, 0, 4, 0xff],
            &[4, 0, 2, 0, 0xff],
            &[5, 0, 3, 0, 0xff, 0x7f],
        ] {
            assert_eq!(back(bytes, &["x"], 1), None, "{bytes:?}");
        }
    }
}
