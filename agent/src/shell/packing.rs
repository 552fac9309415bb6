//! Bodies packed for the line and unpacked again, within a limit (TR-069 3.4.7).

use crate::device::io::Coding;
use crate::device::io::HttpFailure;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use std::io::{Read, Write as _};

/// The codings a response may have, for `Accept-Encoding`.
pub const ACCEPTED: &str = "gzip, deflate";

/// Packs a body. `Deflate` is the zlib format, as HTTP defines it.
pub fn pack(body: &str, coding: Coding) -> Bytes {
    let whole = || Bytes::from(body.to_owned());
    let packed = match coding {
        Coding::Identity => return whole(),
        Coding::Gzip => {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer
                .write_all(body.as_bytes())
                .and_then(|()| packer.finish())
        }
        Coding::Deflate => {
            let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
            packer
                .write_all(body.as_bytes())
                .and_then(|()| packer.finish())
        }
    };
    Bytes::from(packed.expect("writing to memory does not fail"))
}

/// Unpacks a body by its `Content-Encoding` headers, into no more than `limit` bytes.
///
/// # Errors
/// If it is too large, broken, or packed in a way nobody asked for.
pub fn unpack(body: Bytes, codings: &[String], limit: usize) -> Result<Vec<u8>, HttpFailure> {
    let codings = codings.iter().flat_map(|header| header.split(','));
    let codings: Vec<String> = codings
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect();
    // A 204 may name a coding too, and has nothing to unpack.
    let coding = match codings.as_slice() {
        _ if body.is_empty() => return Ok(Vec::new()),
        [] => return Ok(body.to_vec()),
        [coding] => coding.as_str(),
        _ => return Err(broken("it is packed more than once")),
    };
    match coding {
        "gzip" | "x-gzip" => within(GzDecoder::new(&body[..]), limit),
        // Half of the world sends deflate with the zlib head the standard asks for, half without.
        "deflate" if body[0] & 0x0f == 8 => within(ZlibDecoder::new(&body[..]), limit),
        "deflate" => within(DeflateDecoder::new(&body[..]), limit),
        _ => Err(broken("its coding was not offered")),
    }
}

/// Reads no more than the limit: what is small on the line may be large in memory.
fn within(packed: impl Read, limit: usize) -> Result<Vec<u8>, HttpFailure> {
    let mut bytes = Vec::new();
    packed
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| broken(&error.to_string()))?;
    if bytes.len() > limit {
        return Err(HttpFailure::TooLarge(limit));
    }
    Ok(bytes)
}

fn broken(why: &str) -> HttpFailure {
    HttpFailure::Broken(format!("the body cannot be unpacked: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(coding: &str) -> Vec<String> {
        vec![coding.to_owned()]
    }

    /// Covers H-20.
    #[test]
    fn what_is_packed_can_be_unpacked() {
        let text = "<x/>".repeat(100);
        for (coding, name) in [
            (Coding::Gzip, "gzip"),
            (Coding::Gzip, "X-GZIP"),
            (Coding::Deflate, "deflate"),
            (Coding::Identity, "identity"),
        ] {
            let packed = pack(&text, coding);
            assert_eq!(packed.len() < 100, coding != Coding::Identity);
            let unpacked = unpack(packed, &headers(name), text.len());
            assert_eq!(unpacked.unwrap(), text.as_bytes(), "{name}");
        }
        assert_eq!(unpack(Bytes::new(), &headers("gzip"), 1).unwrap(), b"");
    }

    /// Covers H09, H10.
    #[test]
    fn bombs_and_broken_packages_are_not_unpacked() {
        let bomb = pack(&" ".repeat(4 << 20), Coding::Gzip);
        let refused = unpack(bomb.clone(), &headers("gzip"), 1024);
        assert_eq!(refused, Err(HttpFailure::TooLarge(1024)));
        let truncated = bomb.slice(..bomb.len() / 2);
        for (body, coding) in [
            (truncated, "gzip"),
            (bomb.clone(), "deflate"),
            (bomb.clone(), "br"),
            (bomb, "gzip, gzip"),
        ] {
            let refused = unpack(body, &headers(coding), 8 << 20);
            assert!(matches!(refused, Err(HttpFailure::Broken(_))), "{coding}");
        }
    }
}
