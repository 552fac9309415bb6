//! The values of a device as what differs from those of a sample: devices of one shape have most of them in common.
//!
//! First the length of the pairs, then the pairs: how many values are as the sample has them, and the length of one that
//! is not. Then the texts of those, one behind the other. All numbers have seven bits to a byte, and all of it is packed
//! once more.

use super::packing::{read_number, read_text, write_number, write_text};

/// What differs from a sample, place by place.
#[derive(Debug, Clone)]
pub(super) struct Differences<'a> {
    pairs: &'a [u8],
    texts: &'a [u8],
    /// The place behind the last one.
    next: usize,
}

/// The values, of which those that the sample has at the same places are left out.
pub(super) fn write<'v>(values: impl Iterator<Item = &'v str>, mut sample: &[u8]) -> Vec<u8> {
    let (mut pairs, mut texts, mut same) = (Vec::new(), Vec::new(), 0);
    for value in values {
        if read_text(&mut sample) == Some(value) {
            same += 1;
            continue;
        }
        write_number(same, &mut pairs);
        write_number(value.len() as u64, &mut pairs);
        texts.extend_from_slice(value.as_bytes());
        same = 0;
    }
    let mut bytes = Vec::with_capacity(pairs.len() + texts.len() + 2);
    write_number(pairs.len() as u64, &mut bytes);
    bytes.extend_from_slice(&pairs);
    bytes.extend_from_slice(&texts);
    bytes
}

impl<'a> Differences<'a> {
    /// What [`write`] has written.
    pub fn read(mut bytes: &'a [u8]) -> Option<Differences<'a>> {
        let length = usize::try_from(read_number(&mut bytes)?).ok()?;
        let (pairs, texts) = bytes.split_at_checked(length)?;
        Some(Differences {
            pairs,
            texts,
            next: 0,
        })
    }

    /// The next place where the device has a value of its own, with the value. Nothing behind the last.
    ///
    /// # Errors
    /// If it is not what [`write`] writes.
    pub fn next(&mut self) -> Result<Option<(usize, &'a str)>, Broken> {
        if self.pairs.is_empty() {
            return Ok(None);
        }
        let same = read_number(&mut self.pairs).ok_or(Broken)?;
        let length = read_number(&mut self.pairs).ok_or(Broken)?;
        let [same, length] = [same, length].map(|number| usize::try_from(number).ok());
        let place = same.and_then(|same| self.next.checked_add(same));
        let place = place.ok_or(Broken)?;
        let split = length.and_then(|length| self.texts.split_at_checked(length));
        let (text, rest) = split.ok_or(Broken)?;
        (self.texts, self.next) = (rest, place.checked_add(1).ok_or(Broken)?);
        let text = std::str::from_utf8(text).map_err(|_| Broken)?;
        Ok(Some((place, text)))
    }
}

/// It is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

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

    fn back<'a>(written: &'a [u8], sample: &[&'a str], number: usize) -> Option<Vec<&'a str>> {
        let mut differences = Differences::read(written)?;
        let mut all: Vec<&str> = (0..number)
            .map(|place| sample.get(place).copied().unwrap_or(""))
            .collect();
        while let Some((place, value)) = differences.next().ok()? {
            *all.get_mut(place)? = value;
        }
        Some(all)
    }

    #[test]
    fn values_come_back_whatever_the_sample_has() {
        let sample = ["a", "", "same", "é", "b"];
        for device in [
            &["a", "", "same", "é", "b"][..],
            &["x", "y", "z", "ü", ""],
            &["a", "other", "same", "é", ""],
            &["", "", "", "", ""],
        ] {
            let written = write(device.iter().copied(), &values(sample.iter().copied()));
            assert_eq!(back(&written, &sample, 5).as_deref(), Some(device));
        }
        let same = write(sample.iter().copied(), &values(sample.iter().copied()));
        assert_eq!(same, [0], "what is the same costs nothing");
    }

    /// Covers P13.
    #[test]
    fn what_was_not_written_here_is_refused_and_not_believed() {
        let written = write(["abc", "def"].into_iter(), &values(["x", "y"].into_iter()));
        for end in 0..written.len() {
            assert_eq!(back(&written[..end], &["x", "y"], 2), None, "{end}");
        }
        for bytes in [&[][..], &[9, 1], &[2, 0, 4, b'a'], &[2, 0, 1, 0xff]] {
            assert_eq!(back(bytes, &["x"], 1), None, "{bytes:?}");
        }
    }
}
