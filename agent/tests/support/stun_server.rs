//! A small STUN server, as bytes in and bytes out: for the bench and for real sockets.

use cwmp::side::stun::{Class, ErrorCode, Integrity, Message, Proof};
use data_model::Secret;
use std::net::SocketAddr;

/// The STUNUsername the server knows.
pub const STUN_USER: &str = "cpe-01";
/// Its password.
pub const STUN_PASSWORD: &str = "stun-secret";

/// From whom the server wants a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// From nobody.
    Nothing,
    /// From those that announce another binding (TR-069 G.2.2.2).
    Announcements,
    /// From everybody.
    Everything,
}

/// What the server does.
#[derive(Debug, Clone)]
pub struct StunServer {
    /// It does not answer.
    pub silent: bool,
    /// From whom it wants a signature.
    pub demand: Demand,
    /// It signs its answers with this; otherwise with the right password.
    pub signs_with: &'static str,
    /// The one form of signature it knows; otherwise both.
    pub form: Option<Integrity>,
    /// It answers where RESPONSE-ADDRESS says.
    pub knows_response_address: bool,
    /// It says this of every address, if anything.
    pub claims: Option<SocketAddr>,
    /// Signed announcements it has taken: the user, and where from.
    pub announced: Vec<(String, SocketAddr)>,
}

impl Default for StunServer {
    fn default() -> StunServer {
        StunServer {
            silent: false,
            demand: Demand::Nothing,
            signs_with: STUN_PASSWORD,
            form: None,
            knows_response_address: true,
            claims: None,
            announced: Vec::new(),
        }
    }
}

impl StunServer {
    /// Where the answer goes, and what it is.
    pub fn answer(&mut self, from: SocketAddr, bytes: &[u8]) -> Option<(SocketAddr, Vec<u8>)> {
        if self.silent {
            return None;
        }
        let received = Message::read(bytes).ok()?;
        let request = &received.message;
        let refusal = |number| Message::refusal(request.transaction, number, "no").write(None);
        let wanted = match self.demand {
            Demand::Nothing => false,
            Demand::Announcements => request.binding_change,
            Demand::Everything => true,
        };
        let password = Secret::new(STUN_PASSWORD);
        let proof = received.proof(&password);
        if wanted && proof == Proof::Missing {
            return Some((from, refusal(ErrorCode::UNAUTHORIZED)));
        }
        let form = self.form.unwrap_or(Integrity::Padded);
        // The request as it would be if it were signed in the one form that is known.
        let known = self.form.is_none() || request.write(Some((&password, form))) == bytes;
        let user = request.username.clone().unwrap_or_default();
        if proof == Proof::Bad || (wanted && (!known || user != STUN_USER)) {
            return Some((from, refusal(ErrorCode::INTEGRITY_CHECK_FAILURE)));
        }
        let to = request
            .response_address
            .filter(|_| self.knows_response_address);
        if request.binding_change {
            self.announced.push((user, from));
        }
        let response = Message {
            mapped_address: Some(self.claims.unwrap_or(from)),
            ..Message::new(Class::Response, request.transaction)
        };
        let signature = Secret::new(self.signs_with);
        let signature = (proof == Proof::Good).then_some((&signature, form));
        Some((to.unwrap_or(from), response.write(signature)))
    }
}
