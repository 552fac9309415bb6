//! How things are packed: texts behind their lengths, types and access as bytes, times as runs, all of it by zstd, and
//! what all devices have words in common for, against those words.

use super::rows::corrupt;
use crate::store::Result;
use data_model::XsdType;
use std::cell::RefCell;
use std::sync::LazyLock;
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CCtx, DCtx};

/// zstd's level: more costs time on every write and saves little on texts this small.
pub(super) const LEVEL: i32 = 3;
/// Bytes of the names, and of the values, of one unpacked snapshot; the largest model seen has 40,000 parameters.
pub(super) const BYTES: usize = 64 * 1024 * 1024;

/// Appends a number, seven bits to a byte.
pub(super) fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front.
pub(super) fn read_number(bytes: &mut &[u8]) -> Option<u64> {
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

// ---- small things ----------------------------------------------------------------------------------------

/// What every frame of zstd begins with; it is left out where bytes count.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// What stands in front of something small: how it was packed.
const AS_IT_IS: u8 = 0;
const BY_ITSELF: u8 = 1;
const AGAINST_WORDS: u8 = 2;

/// Words that stand in what is kept of every device. The bytes are part of the format: other words need another number
/// in front.
static WORDS: &[u8] = include_bytes!("words.txt");
static PACKING_WORDS: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(WORDS, LEVEL));
static UNPACKING_WORDS: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(WORDS));

thread_local! {
    /// What zstd works in; making one costs more than packing something small.
    static CONTEXTS: RefCell<(CCtx<'static>, DCtx<'static>)> =
        RefCell::new((CCtx::create(), DCtx::create()));
}

/// Packs something small that is not like anything else.
pub(super) fn pack_small(bytes: &[u8]) -> Vec<u8> {
    pack_with(bytes, BY_ITSELF, |context, frame| {
        context.compress(frame, bytes, LEVEL)
    })
}

/// Packs something small in words all devices have in common.
pub(super) fn pack_words(bytes: &[u8]) -> Vec<u8> {
    pack_with(bytes, AGAINST_WORDS, |context, frame| {
        context.compress_using_cdict(frame, bytes, PACKING_WORDS.as_cdict())
    })
}

fn pack_with(
    bytes: &[u8],
    how: u8,
    pack: impl FnOnce(&mut CCtx<'static>, &mut Vec<u8>) -> zstd::zstd_safe::SafeResult,
) -> Vec<u8> {
    let mut frame = Vec::with_capacity(zstd::zstd_safe::compress_bound(bytes.len()));
    let packed = CONTEXTS.with_borrow_mut(|(context, _)| pack(context, &mut frame));
    let (how, rest) = match frame.strip_prefix(&MAGIC) {
        Some(rest) if packed.is_ok() && rest.len() < bytes.len() => (how, rest),
        // Nothing is too odd to be kept.
        Some(_) | None => (AS_IT_IS, bytes),
    };
    let mut packed = Vec::with_capacity(rest.len() + 1);
    packed.push(how);
    packed.extend_from_slice(rest);
    packed
}

/// Unpacks something small into a buffer, whose bytes it gives back; nothing if it is not what was packed.
pub(super) fn unpack_small<'b>(packed: &[u8], buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
    buffer.clear();
    let (how, rest) = packed.split_first()?;
    if *how == AS_IT_IS {
        buffer.extend_from_slice(rest);
        return Some(buffer);
    }
    let frame = [&MAGIC, rest].concat();
    let length = zstd::zstd_safe::get_frame_content_size(&frame).ok()??;
    buffer.reserve(
        usize::try_from(length)
            .ok()
            .filter(|length| *length <= BYTES)?,
    );
    let unpacked = CONTEXTS.with_borrow_mut(|(_, context)| match *how {
        BY_ITSELF => context.decompress(buffer, &frame).ok(),
        AGAINST_WORDS => context
            .decompress_using_ddict(buffer, &frame, UNPACKING_WORDS.as_ddict())
            .ok(),
        _ => None,
    });
    unpacked.map(|_| buffer.as_slice())
}

/// A text that [`pack_words`] has packed.
pub(super) fn unpack_text(packed: &[u8]) -> Option<String> {
    let mut buffer = Vec::new();
    unpack_small(packed, &mut buffer)?;
    String::from_utf8(buffer).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_things_come_back_and_what_was_not_packed_does_not() {
        let mut buffer = Vec::new();
        let line = r#"{"lines":{"Device.Services.VoiceService.1.VoiceProfile.1.Line.1":{"status":"Up","was_up":true}}}"#;
        let noise: Vec<u8> = (0..=255).collect();
        for bytes in [&[][..], b"a", line.as_bytes(), &noise] {
            for packed in [pack_small(bytes), pack_words(bytes)] {
                assert_eq!(unpack_small(&packed, &mut buffer), Some(bytes));
                assert!(packed.len() <= bytes.len() + 1);
            }
        }
        assert!(pack_words(line.as_bytes()).len() < line.len() / 3);
        for packed in [&[][..], &[9, 1, 2], &[1], &[1, 0xff, 0xff], &[2, 0x20]] {
            assert_eq!(unpack_small(packed, &mut buffer), None, "{packed:?}");
        }
    }

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
