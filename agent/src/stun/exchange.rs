//! One binding request: its octets, its retransmissions, and what of an answer belongs to it (RFC 3489 9.3).

use super::Settings;
use crate::device::io::DatagramPort;
use crate::random::Random;
use cwmp::side::stun::{Class, Integrity, Message, Proof, Received, TransactionId};
use data_model::Timestamp;
use std::net::SocketAddr;

/// The wait behind each transmission, in milliseconds: 100, doubled up to 1600, nine transmissions in all.
const WAITS_MS: [u64; 9] = [100, 200, 400, 800, 1600, 1600, 1600, 1600, 1600];

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To learn the binding, and to keep it. If it follows a probe nobody answered, the seconds that probe tried.
    KeepAlive { probed_secs: Option<u32> },
    /// To tell the server at once that the binding is another one.
    Change,
    /// To see whether the binding has lasted so many seconds: sent from another port, answered to the binding.
    Probe { secs: u32 },
}

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) purpose: Purpose,
    transaction: TransactionId,
    /// How it is signed; not at all before the server wants it.
    pub(super) signed: Option<Integrity>,
    /// It has been signed anew in the other form.
    pub(super) second_form: bool,
    bytes: Vec<u8>,
    sent: usize,
    pub(super) due: Timestamp,
}

impl Exchange {
    /// A request that is to leave at once.
    pub(super) fn new(
        purpose: Purpose,
        settings: &Settings,
        binding: Option<SocketAddr>,
        signed: Option<Integrity>,
        random: &mut Random,
        now: Timestamp,
    ) -> Exchange {
        let mut transaction = TransactionId::default();
        for chunk in transaction.chunks_mut(8) {
            chunk.copy_from_slice(&random.next().to_be_bytes());
        }
        let mut request = Message::new(Class::Request, transaction);
        match purpose {
            // TR-069 G.2.1.3: the mark in every request from the port that takes calls, and in no other.
            Purpose::KeepAlive { .. } => request.connection_request_binding = true,
            Purpose::Change => {
                request.connection_request_binding = true;
                request.binding_change = true;
            }
            Purpose::Probe { .. } => request.response_address = binding,
        }
        if !settings.username.is_empty() && (request.connection_request_binding || signed.is_some())
        {
            request.username = Some(settings.username.clone());
        }
        let bytes = request.write(signed.map(|form| (&settings.password, form)));
        Exchange {
            purpose,
            transaction,
            signed,
            second_form: false,
            bytes,
            sent: 0,
            due: now,
        }
    }

    /// The port it leaves from.
    pub(super) fn port(&self) -> DatagramPort {
        match self.purpose {
            Purpose::KeepAlive { .. } | Purpose::Change => DatagramPort::ConnectionRequest,
            Purpose::Probe { .. } => DatagramPort::BindingSearch,
        }
    }

    /// The next transmission, if one is due; `None` if there has been the last one.
    pub(super) fn transmit(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        let wait = WAITS_MS.get(self.sent)?;
        self.sent += 1;
        self.due = now.plus_ms(*wait);
        Some(self.bytes.clone())
    }

    /// Whether an answer is to this request, and from somebody who may answer it.
    pub(super) fn is_answered_by(&self, answer: &Received, settings: &Settings) -> bool {
        let message = &answer.message;
        if message.transaction != self.transaction || !answer.not_understood.is_empty() {
            return false;
        }
        match message.class {
            Class::Request => false,
            // RFC 3489 9.3.1: a refusal of the signature cannot be signed with it.
            Class::ErrorResponse => message.error.is_some(),
            Class::Response => {
                let proved = answer.proof(&settings.password) == Proof::Good;
                message.mapped_address.is_some() && (self.signed.is_none() || proved)
            }
        }
    }
}
