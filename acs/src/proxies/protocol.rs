//! The PROXY protocol, versions 1 and 2: what a proxy says at the head of a connection of whom it comes from.

use crate::limits::PROXY_HEADER_BYTES;
use ppp::{v1, v2};
use std::net::IpAddr;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What version 2 begins with; no HTTP and no TLS does.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// What version 1 begins with.
const WORD: &[u8] = b"PROXY ";
/// The longest line of version 1.
const LINE: usize = 107;

/// Why a connection of a proxy cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum NoHeader {
    /// The connection broke.
    #[error("the connection ended within the header")]
    Ended(#[from] std::io::Error),
    /// It is none.
    #[error("the connection does not begin with a header of the PROXY protocol that can be read")]
    Unreadable,
}

/// Reads the header and not a byte more. `None` if the proxy speaks for itself, as for its health checks.
///
/// # Errors
/// If there is none, or none that can be read.
pub async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Option<IpAddr>, NoHeader> {
    let mut header = vec![0; SIGNATURE.len()];
    stream.read_exact(&mut header).await?;
    if header == SIGNATURE {
        return second(stream, header).await;
    }
    if !header.starts_with(WORD) {
        return Err(NoHeader::Unreadable);
    }
    while !header.ends_with(b"\r\n") {
        if header.len() >= LINE {
            return Err(NoHeader::Unreadable);
        }
        header.push(stream.read_u8().await?);
    }
    let header = v1::Header::try_from(header.as_slice()).map_err(|_| NoHeader::Unreadable)?;
    Ok(match header.addresses {
        v1::Addresses::Tcp4(pair) => Some(pair.source_address.into()),
        v1::Addresses::Tcp6(pair) => Some(pair.source_address.into()),
        v1::Addresses::Unknown => None,
    })
}

async fn second<S: AsyncRead + Unpin>(
    stream: &mut S,
    mut header: Vec<u8>,
) -> Result<Option<IpAddr>, NoHeader> {
    let mut rest = [0; 4];
    stream.read_exact(&mut rest).await?;
    header.extend(rest);
    let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
    if length > PROXY_HEADER_BYTES {
        return Err(NoHeader::Unreadable);
    }
    let begin = header.len();
    header.resize(begin + length, 0);
    stream.read_exact(&mut header[begin..]).await?;
    let header = v2::Header::try_from(header.as_slice()).map_err(|_| NoHeader::Unreadable)?;
    Ok(match (header.command, header.addresses) {
        (v2::Command::Local, _) => None,
        (v2::Command::Proxy, v2::Addresses::IPv4(pair)) => Some(pair.source_address.into()),
        (v2::Command::Proxy, v2::Addresses::IPv6(pair)) => Some(pair.source_address.into()),
        (v2::Command::Proxy, v2::Addresses::Unspecified | v2::Addresses::Unix(_)) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(header: &[u8]) -> (Option<Option<String>>, Vec<u8>) {
        let mut stream = header;
        let told = read(&mut stream).await.ok();
        let told = told.map(|address| address.map(|address| address.to_string()));
        (told, stream.to_vec())
    }

    fn of_version_two(command: u8, family: u8, addresses: &[u8], beside: &[u8]) -> Vec<u8> {
        let mut header = SIGNATURE.to_vec();
        header.extend([0x20 | command, family]);
        header.extend(
            u16::try_from(addresses.len() + beside.len())
                .unwrap()
                .to_be_bytes(),
        );
        header.extend(addresses);
        header.extend(beside);
        header.extend(b"POST");
        header
    }

    #[tokio::test]
    async fn both_versions_are_read_and_not_a_byte_more() {
        let four = [192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x34, 0x1d, 0x7b];
        let mut six = [0; 36];
        six[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        six[15] = 1;
        for (header, address) in [
            (
                b"PROXY TCP4 192.0.2.1 10.0.0.1 4660 7547\r\nPOST".to_vec(),
                Some("192.0.2.1"),
            ),
            (
                b"PROXY TCP6 2001:db8::1 ::1 4660 7547\r\nPOST".to_vec(),
                Some("2001:db8::1"),
            ),
            (b"PROXY UNKNOWN\r\nPOST".to_vec(), None),
            (b"PROXY UNKNOWN ff ff 1 2\r\nPOST".to_vec(), None),
            (of_version_two(1, 0x11, &four, &[]), Some("192.0.2.1")),
            // A note beside it, of a kind nobody knows.
            (
                of_version_two(1, 0x11, &four, &[0xe0, 0, 2, 1, 2]),
                Some("192.0.2.1"),
            ),
            (of_version_two(1, 0x21, &six, &[]), Some("2001:db8::1")),
            (of_version_two(0, 0, &[], &[]), None),
            (of_version_two(1, 0, &[], &[]), None),
        ] {
            let (told, rest) = told(&header).await;
            assert_eq!(told, Some(address.map(str::to_owned)), "{header:?}");
            assert_eq!(rest, b"POST", "{header:?}");
        }
    }

    /// Covers H12.
    #[tokio::test]
    async fn what_is_no_header_is_refused_within_a_few_bytes() {
        let mut long = b"PROXY TCP4 ".to_vec();
        long.resize(500, b'1');
        let mut huge = SIGNATURE.to_vec();
        huge.extend([0x21, 0x11, 0xff, 0xff]);
        huge.resize(70_000, 0);
        for header in [
            b"POST / HTTP/1.1\r\n\r\n".to_vec(),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00".to_vec(),
            b"PROXY TCP4 192.0.2.1\r\n".to_vec(),
            b"PROXY TCP4 300.0.2.1 10.0.0.1 1 2\r\n".to_vec(),
            b"PROXY".to_vec(),
            long,
            huge,
            of_version_two(1, 0x11, &[192, 0, 2, 1], &[]),
            of_version_two(7, 0x11, &[0; 12], &[]),
            Vec::new(),
        ] {
            assert_eq!(told(&header).await.0, None, "{header:?}");
        }
    }
}
