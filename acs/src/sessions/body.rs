//! The body of a request: whole, in time, within its limit, and unpacked.

use crate::limits::{BODY_TIMEOUT, ORDINARY_BODY_BYTES, UNREAD_TIMEOUT};
use crate::overload::bodies::{Bodies, Share};
use bytes::{Bytes, BytesMut};
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, EXPECT};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use std::io::Read;

/// Why a body cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBody {
    /// Something is wrong with it: an HTTP status with words.
    #[error("{1}")]
    Wrong(u16, String),
    /// Others have the memory.
    #[error("there is no memory for this message")]
    NoMemory,
}

impl BadBody {
    /// The HTTP status that says so.
    pub fn status(&self) -> u16 {
        match self {
            BadBody::Wrong(status, _) => *status,
            BadBody::NoMemory => 503,
        }
    }
}

fn bad(status: u16, why: impl Into<String>) -> BadBody {
    BadBody::Wrong(status, why.into())
}

/// How a body is packed (TR-069 3.4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Not at all.
    Identity,
    /// gzip
    Gzip,
    /// deflate, with or without its zlib head
    Deflate,
}

/// Reads the coding of a request.
///
/// # Errors
/// With 415 for one we do not know, or several at once.
pub fn coding(headers: &HeaderMap) -> Result<Coding, BadBody> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let Some(value) = values.next() else {
        return Ok(Coding::Identity);
    };
    let name = value
        .to_str()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match (name.as_str(), values.next()) {
        ("" | "identity", None) => Ok(Coding::Identity),
        ("gzip" | "x-gzip", None) => Ok(Coding::Gzip),
        ("deflate", None) => Ok(Coding::Deflate),
        _ => Err(bad(415, "the content coding is not gzip or deflate")),
    }
}

/// Reads a body whole. It takes its share of the memory of all bodies as long as the share is held.
///
/// # Errors
/// 413 if it is too large (before it is read if it says so), 408 if it does not arrive, 400 if it breaks off or cannot
/// be unpacked, 503 if others have the memory.
pub async fn read<'b>(
    body: Incoming,
    coding: Coding,
    limit: usize,
    bodies: &'b Bodies,
) -> Result<(Bytes, Share<'b>), BadBody> {
    let too_large = || bad(413, format!("the body has more than {limit} bytes"));
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    let mut share = bodies.share();
    let collected = tokio::time::timeout(BODY_TIMEOUT, collect(body, limit, &mut share)).await;
    let bytes = collected.map_err(|_| {
        let secs = BODY_TIMEOUT.as_secs();
        bad(408, format!("the body did not arrive within {secs} s"))
    })??;
    let unpacked = match coding {
        Coding::Identity => return Ok((bytes, share)),
        Coding::Gzip => unpack(GzDecoder::new(&bytes[..]), limit),
        // Half of the world sends deflate with the zlib head the standard asks for, half without.
        Coding::Deflate if bytes.first().is_some_and(|byte| byte & 0x0f == 8) => {
            unpack(ZlibDecoder::new(&bytes[..]), limit)
        }
        Coding::Deflate => unpack(DeflateDecoder::new(&bytes[..]), limit),
    }?;
    match share.grow(unpacked.len()) {
        true => Ok((unpacked, share)),
        false => Err(BadBody::NoMemory),
    }
}

/// The pieces of a body as they arrive; one that comes in one piece is not copied.
async fn collect(
    mut body: Incoming,
    limit: usize,
    share: &mut Share<'_>,
) -> Result<Bytes, BadBody> {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| bad(400, format!("the body broke off: {error}")))?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if first.len() + all.len() + piece.len() > limit {
            return Err(bad(413, format!("the body has more than {limit} bytes")));
        }
        if !share.grow(piece.len()) {
            return Err(BadBody::NoMemory);
        }
        if first.is_empty() && all.is_empty() {
            first = piece;
            continue;
        }
        all.extend_from_slice(&std::mem::take(&mut first));
        all.extend_from_slice(&piece);
    }
    match all.is_empty() {
        true => Ok(first),
        false => Ok(all.freeze()),
    }
}

/// Lets the rest of a body that nobody wants arrive, so that closing the connection does not take the answer with it
/// (RFC 9112 9.6). Nothing of it is kept, and a large one, or one that is still to be sent, is not waited for.
pub async fn discard(headers: &HeaderMap, mut body: Incoming) {
    let ordinary = |bytes: u64| bytes <= ORDINARY_BODY_BYTES as u64;
    if headers.contains_key(EXPECT) || !body.size_hint().upper().is_some_and(ordinary) {
        return;
    }
    let rest = async { while let Some(Ok(_)) = body.frame().await {} };
    // Whoever is slower loses the answer.
    let _ = tokio::time::timeout(UNREAD_TIMEOUT, rest).await;
}

/// Unpacks no more than the limit: what is small on the line may be large here (case H09).
fn unpack(packed: impl Read, limit: usize) -> Result<Bytes, BadBody> {
    let mut bytes = Vec::new();
    packed
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| bad(400, format!("the body cannot be unpacked: {error}")))?;
    if bytes.len() > limit {
        return Err(bad(
            413,
            format!("the unpacked body has more than {limit} bytes"),
        ));
    }
    Ok(Bytes::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write as _;

    /// Covers H-20.
    #[test]
    fn each_packing_is_undone() {
        let text = b"<x/>".repeat(100);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&text).unwrap();
        assert_eq!(
            unpack(GzDecoder::new(&gzip.finish().unwrap()[..]), 1000).unwrap(),
            text
        );
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(&text).unwrap();
        assert_eq!(
            unpack(ZlibDecoder::new(&zlib.finish().unwrap()[..]), 1000).unwrap(),
            text
        );
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
        raw.write_all(&text).unwrap();
        assert_eq!(
            unpack(DeflateDecoder::new(&raw.finish().unwrap()[..]), 1000).unwrap(),
            text
        );
    }

    /// Covers H09, H10.
    #[test]
    fn bombs_and_broken_packages_are_refused() {
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![b' '; 16 * 1024 * 1024]).unwrap();
        let bomb = bomb.finish().unwrap();
        let status = |result: Result<Bytes, BadBody>| result.unwrap_err().status();
        assert_eq!(status(unpack(GzDecoder::new(&bomb[..]), 1024)), 413);
        let truncated = &bomb[..bomb.len() / 2];
        let unpacked = unpack(GzDecoder::new(truncated), 64 << 20);
        assert_eq!(status(unpacked), 400);
        let mut wrong = bomb.clone();
        let crc = wrong.len() - 8;
        wrong[crc] ^= 1;
        assert_eq!(status(unpack(GzDecoder::new(&wrong[..]), 64 << 20)), 400);
    }

    /// Covers H-21, H10.
    #[test]
    fn unknown_codings_are_refused_with_415() {
        let headers = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, value.parse().unwrap());
            }
            headers
        };
        assert_eq!(coding(&headers(&["GZIP"])), Ok(Coding::Gzip));
        assert_eq!(coding(&headers(&[])), Ok(Coding::Identity));
        for values in [
            &["br"][..],
            &["gzip, gzip"],
            &["gzip", "gzip"],
            &["compress"],
        ] {
            let refused = coding(&headers(values)).unwrap_err();
            assert_eq!(refused.status(), 415, "{values:?}");
        }
    }
}
