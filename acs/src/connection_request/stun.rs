//! Our STUN server: tells devices their outer address, and is the port UDP connection requests leave from (TR-069 G.2.2).
//!
//! It asks nobody who they are. Where a device can be called is taken from its UDPConnectionRequestAddress, which comes
//! in a session of its own (TR-069 G.2.2.2, active notification), not from what arrives here.

use crate::limits::STUN_DATAGRAM_BYTES;
use cwmp::side::stun::{Class, ErrorCode, Message};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::UdpSocket;
use tokio::sync::watch;

/// CHANGE-REQUEST, in UNKNOWN-ATTRIBUTES.
const CHANGE_REQUEST: u16 = 0x0003;

/// Answers until the server winds down.
pub async fn serve(socket: Arc<UdpSocket>, mut stopped: watch::Receiver<bool>) {
    let local = socket.local_addr().ok();
    let mut buffer = [0; STUN_DATAGRAM_BYTES + 1];
    loop {
        let received = tokio::select! {
            received = socket.recv_from(&mut buffer) => received,
            _ = stopped.changed() => return,
        };
        let (length, from) = match received {
            Ok(received) => received,
            Err(error) => {
                // On Linux the refusal of an earlier datagram by somebody else comes out here.
                tracing::debug!(%error, "STUN port");
                continue;
            }
        };
        if let Some((to, answer)) = answer(&buffer[..length], from, local)
            && let Err(error) = socket.send_to(&answer, to).await
        {
            tracing::debug!(%error, %to, "a binding response cannot be sent");
        }
    }
}

/// The answer to a datagram, and where it goes. What is no binding request gets none.
fn answer(
    bytes: &[u8],
    from: SocketAddr,
    local: Option<SocketAddr>,
) -> Option<(SocketAddr, Vec<u8>)> {
    let received = Message::read(bytes).ok()?;
    let request = &received.message;
    if request.class != Class::Request {
        return None;
    }
    let from = SocketAddr::new(from.ip().to_canonical(), from.port());
    let mut unknown = received.not_understood.clone();
    if request.change_request != 0 {
        // We have one address and one port.
        unknown.push(CHANGE_REQUEST);
    }
    if !unknown.is_empty() {
        let refusal = Message {
            unknown_attributes: unknown,
            ..Message::refusal(
                request.transaction,
                ErrorCode::UNKNOWN_ATTRIBUTE,
                "Unknown Attribute",
            )
        };
        return Some((from, refusal.write(None)));
    }
    // TR-069 G.2.1.2: how devices find out how long a binding lives. Only to another port of the same address: we must
    // not be made to send to anybody else.
    let to = match request.response_address {
        Some(to) if to.ip().to_canonical() == from.ip() && to.port() != 0 => to,
        Some(_) => return None,
        None => from,
    };
    let response = Message {
        mapped_address: Some(from),
        source_address: local.filter(|local| !local.ip().is_unspecified()),
        ..Message::new(Class::Response, request.transaction)
    };
    Some((to, response.write(None)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device() -> SocketAddr {
        "198.51.100.7:40001".parse().unwrap()
    }

    fn request() -> Message {
        Message::new(Class::Request, [7; 16])
    }

    fn answered(request: &Message) -> Option<(SocketAddr, Message)> {
        let (to, bytes) = answer(&request.write(None), device(), None)?;
        Some((to, Message::read(&bytes).unwrap().message))
    }

    /// Covers U-02, U-03.
    #[test]
    fn a_device_is_told_where_its_request_came_from() {
        let mut announcing = request();
        announcing.connection_request_binding = true;
        announcing.binding_change = true;
        announcing.username = Some("device".into());
        for request in [request(), announcing] {
            let (to, response) = answered(&request).unwrap();
            assert_eq!(to, device());
            assert_eq!(
                (response.class, response.transaction),
                (Class::Response, [7; 16])
            );
            assert_eq!(response.mapped_address, Some(device()));
        }
    }

    /// Covers U-07.
    #[test]
    fn a_response_goes_to_another_port_of_the_device_but_to_nobody_else() {
        let to = |address: &str| {
            let mut request = request();
            request.response_address = Some(address.parse().unwrap());
            answered(&request).map(|(to, _)| to.to_string())
        };
        assert_eq!(
            to("198.51.100.7:40002").as_deref(),
            Some("198.51.100.7:40002")
        );
        for elsewhere in ["203.0.113.9:40001", "127.0.0.1:7547", "198.51.100.7:0"] {
            assert_eq!(to(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn what_we_cannot_do_is_refused_and_what_is_no_request_is_not_answered() {
        let mut request = request();
        request.change_request = 6;
        let (_, refusal) = answered(&request).unwrap();
        let error = refusal.error.unwrap();
        assert_eq!(error.number, ErrorCode::UNKNOWN_ATTRIBUTE);
        assert!(refusal.unknown_attributes.contains(&CHANGE_REQUEST));
        for class in [Class::Response, Class::ErrorResponse] {
            let message = Message::new(class, [7; 16]);
            assert!(answer(&message.write(None), device(), None).is_none());
        }
        let long = vec![0; STUN_DATAGRAM_BYTES + 1];
        for bytes in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", &[0; 19], &long] {
            assert!(answer(bytes, device(), None).is_none());
        }
    }

    /// An answer is not much larger than its question, so that nobody gains from forging where it came from.
    #[test]
    fn nothing_is_amplified() {
        let small = request().write(None);
        let (_, bytes) = answer(&small, device(), Some(device())).unwrap();
        assert!(bytes.len() <= 4 * small.len(), "{}", bytes.len());
    }
}
