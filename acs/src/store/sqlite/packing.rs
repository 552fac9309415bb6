//! How a snapshot is packed: texts behind their lengths, types and access as bytes, times as runs, all of it by zstd.

use super::rows::corrupt;
use crate::store::Result;
use data_model::XsdType;

/// zstd's level: more costs time on every write and saves little on texts this small.
pub(super) const LEVEL: i32 = 3;
/// Bytes of the names, and of the values, of one unpacked snapshot; the largest model seen has 40,000 parameters.
pub(super) const BYTES: usize = 64 * 1024 * 1024;

/// Appends a number, seven bits to a byte.
fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front.
fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0u64, 0u32);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
        if shift > 56 {
            return None;
        }
    }
}

/// Times of neighbours, as runs: what was seen together costs one.
pub(super) fn write_runs(times: impl Iterator<Item = i64>, bytes: &mut Vec<u8>) {
    let mut run: Option<(u64, i64)> = None;
    for time in times {
        match &mut run {
            Some((count, of)) if *of == time => *count += 1,
            Some((count, of)) => {
                write_number(*count, bytes);
                write_number(u64::try_from(*of).unwrap_or(0), bytes);
                run = Some((1, time));
            }
            None => run = Some((1, time)),
        }
    }
    if let Some((count, of)) = run {
        write_number(count, bytes);
        write_number(u64::try_from(of).unwrap_or(0), bytes);
    }
}

/// The times of this many values; those that are missing are `otherwise`.
pub(super) fn read_runs(mut bytes: &[u8], number: usize, otherwise: i64) -> Vec<i64> {
    let mut times = Vec::with_capacity(number);
    while let (Some(count), Some(of)) = (read_number(&mut bytes), read_number(&mut bytes)) {
        let room = number - times.len();
        let count = usize::try_from(count).unwrap_or(room).min(room);
        let of = i64::try_from(of).unwrap_or(otherwise);
        times.extend(std::iter::repeat_n(of, count));
    }
    times.resize(number, otherwise);
    times
}

/// Appends a text behind its length.
pub(super) fn write_text(text: &str, bytes: &mut Vec<u8>) {
    write_number(text.len() as u64, bytes);
    bytes.extend_from_slice(text.as_bytes());
}

/// Takes a text off the front.
pub(super) fn read_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(read_number(bytes)?).ok()?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok()
}

/// A type as a byte.
pub(super) fn type_code(ty: XsdType) -> u8 {
    let place = XsdType::ALL.iter().position(|known| *known == ty);
    place
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(0)
}

/// Whether a parameter can be written, as a byte.
pub(super) fn access_code(writable: Option<bool>) -> u8 {
    match writable {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    }
}

/// Packs the names or the sample of a shape.
pub(super) fn pack(bytes: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL).map_err(|error| corrupt("shape", "", error))
}

/// What [`pack`] has packed.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::decompress(bytes, BYTES).map_err(|error| corrupt("shape", "", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_as_they_were_and_neighbours_cost_one_run() {
        for times in [vec![], vec![5], vec![5, 5, 5, 7, 7, 5], (0..300).collect()] {
            let mut bytes = Vec::new();
            write_runs(times.iter().copied(), &mut bytes);
            assert_eq!(read_runs(&bytes, times.len(), 9), times);
        }
        let mut bytes = Vec::new();
        write_runs(std::iter::repeat_n(1_800_000_000, 40_000), &mut bytes);
        assert!(bytes.len() < 10, "{}", bytes.len());
        assert_eq!(
            read_runs(&[], 2, 9),
            [9, 9],
            "snapshots of earlier versions"
        );
        assert_eq!(read_runs(&[0xff; 40], 2, 9), [9, 9]);
    }
}
