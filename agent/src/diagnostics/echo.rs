//! The UDP echo service of TR-143 (UDPEchoConfig): what is asked of it, what it counts, and what it answers.

use super::description::child;
use super::findings::Micros;
use super::report::date_time;
use crate::device::Core;
use core::net::IpAddr;
use data_model::schema::{Address, Instances, NodeId, NodeKind, Schema};

/// How the service is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EchoConfig {
    /// The only address that is answered; nobody is while there is none, since an echo to anybody is a weapon.
    pub source: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// Whether the header of UDP Echo Plus is filled in.
    pub plus: bool,
}

/// What the service has counted since it was enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EchoCounters {
    /// Requests.
    pub packets_received: u32,
    /// Answers.
    pub packets_responded: u32,
    /// Bytes of requests, UDP headers included.
    pub bytes_received: u32,
    /// Bytes of answers, UDP headers included.
    pub bytes_responded: u32,
    /// The first request.
    pub first: Micros,
    /// The last one.
    pub last: Micros,
}

/// Bytes of the header of a UDP datagram.
const UDP_HEADER_BYTES: u32 = 8;
/// Bytes of the header of UDP Echo Plus: five numbers (TR-143 A.1.4).
pub const PLUS_BYTES: usize = 20;

impl EchoCounters {
    /// A request of so many bytes was received.
    pub fn received(&mut self, bytes: usize, now: Micros) {
        self.packets_received = self.packets_received.wrapping_add(1);
        self.bytes_received = self
            .bytes_received
            .wrapping_add(bytes as u32 + UDP_HEADER_BYTES);
        if self.first == Micros::default() {
            self.first = now;
        }
        self.last = now;
    }

    /// An answer of so many bytes was sent.
    pub fn responded(&mut self, bytes: usize) {
        self.packets_responded = self.packets_responded.wrapping_add(1);
        self.bytes_responded = self
            .bytes_responded
            .wrapping_add(bytes as u32 + UDP_HEADER_BYTES);
    }
}

/// What UDP Echo Plus adds to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlusFields {
    /// Number of this answer.
    pub sequence: u32,
    /// When the request came, in microseconds of a counter that wraps.
    pub received_us: u32,
    /// When the answer leaves, by the same counter.
    pub replied_us: u32,
    /// Requests that could not be answered.
    pub failures: u32,
}

impl PlusFields {
    /// Reads the fields of an answer; zeros if it is too short for them.
    pub fn read(packet: &[u8]) -> PlusFields {
        let field = |place: usize| {
            let bytes = packet.get(place..place + 4);
            bytes.map_or(0, |bytes| {
                bytes
                    .iter()
                    .fold(0, |sum, byte| (sum << 8) | u32::from(*byte))
            })
        };
        PlusFields {
            sequence: field(4),
            received_us: field(8),
            replied_us: field(12),
            failures: field(16),
        }
    }

    /// Writes the fields into an answer: the first number and what is behind the header stay as they came. A packet
    /// without the header is plain echo (TR-143 A.1.5).
    pub fn write(&self, packet: &mut [u8]) {
        if packet.len() < PLUS_BYTES {
            return;
        }
        let fields = [
            self.sequence,
            self.received_us,
            self.replied_us,
            self.failures,
        ];
        for (place, field) in packet[4..PLUS_BYTES].chunks_exact_mut(4).zip(fields) {
            place.copy_from_slice(&field.to_be_bytes());
        }
    }
}

/// The UDPEchoConfig object of a device type.
pub fn find_object(schema: &Schema) -> Option<NodeId> {
    let mut nodes = schema.nodes();
    let found = nodes
        .find(|(_, node)| matches!(node.kind, NodeKind::Object) && &*node.name == "UDPEchoConfig");
    found.map(|(object, _)| object)
}

impl Core {
    /// What is asked of the echo service; `None` while it is switched off.
    pub(crate) fn echo_config(&self) -> Option<EchoConfig> {
        let object = self.product().echo?;
        let text = |name: &str| Some(self.value(&self.echo_parameter(object, name)?));
        if text("Enable")? != "1" {
            return None;
        }
        Some(EchoConfig {
            source: text("SourceIPAddress")?.parse().ok(),
            port: text("UDPPort")?.parse().ok()?,
            plus: text("EchoPlusEnabled")? == "1",
        })
    }

    /// The counters of the service, into their parameters. They are forgotten by a boot.
    pub(crate) fn set_echo_counters(&mut self, counters: &EchoCounters) {
        let Some(object) = self.product().echo else {
            return;
        };
        let values = [
            ("PacketsReceived", counters.packets_received.to_string()),
            ("PacketsResponded", counters.packets_responded.to_string()),
            ("BytesReceived", counters.bytes_received.to_string()),
            ("BytesResponded", counters.bytes_responded.to_string()),
            ("TimeFirstPacketReceived", date_time(counters.first)),
            ("TimeLastPacketReceived", date_time(counters.last)),
        ];
        for (name, value) in values {
            if let Some(address) = self.echo_parameter(object, name) {
                self.tree.set_until_boot(&address, &value);
            }
        }
    }

    fn echo_parameter(&self, object: NodeId, name: &str) -> Option<Address> {
        let node = child(&self.product().ty.schema, object, name)?;
        Some(Address {
            node,
            instances: Instances::NONE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echo_plus_fills_in_its_four_fields_and_nothing_else() {
        let fields = PlusFields {
            sequence: 7,
            received_us: 0x0102_0304,
            replied_us: 0x0102_0310,
            failures: 2,
        };
        let mut packet: Vec<u8> = (0..24).collect();
        fields.write(&mut packet);
        assert_eq!(packet[..4], [0, 1, 2, 3]);
        assert_eq!(
            packet[4..20],
            [0, 0, 0, 7, 1, 2, 3, 4, 1, 2, 3, 16, 0, 0, 0, 2]
        );
        assert_eq!(packet[20..], [20, 21, 22, 23]);
        assert_eq!(PlusFields::read(&packet), fields);
        let mut short = [9; 15];
        fields.write(&mut short);
        assert_eq!(short, [9; 15]);
        assert_eq!(PlusFields::read(&short).replied_us, 0);
    }
}
