//! The device's XMPP client, as far as connection requests need it (TR-069 Annex K).
//!
//! [`client`] is the machine: the stream, TLS, authentication, the resource, and when to connect again. Pure: what the machine wants comes out as [`Ask`]; the stream's
//! news and time go in.

pub mod client;

pub use client::Client;

use cwmp::side::xmpp::Question;
use data_model::Secret;

/// The port of a server when nothing else is said (RFC 6120 14.7).
pub const XMPP_CLIENT_PORT: u16 = 5222;

/// What the ACS has set of the connection that calls come over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The instance of XMPP.Connection.
    pub instance: u32,
    /// Username
    pub username: String,
    /// Password
    pub password: Secret,
    /// Domain
    pub domain: String,
    /// Resource; empty leaves it to the server.
    pub resource: String,
    /// Where its server is.
    pub servers: Servers,
    /// UseTLS
    pub tls: UseTls,
    /// Seconds between two signs of life; `None` for none.
    pub keep_alive_secs: Option<u32>,
    /// When to try again.
    pub retry: Retry,
}

/// Where the server of a domain is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Servers {
    /// Where the SRV records of this domain say (RFC 6120 3.2.1).
    OfDomain(String),
    /// At these hosts and ports, in the order they are tried in.
    Hosts(Vec<(String, u16)>),
}

/// Whether TLS is negotiated with a server that does not demand it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseTls {
    /// It is, and without it there is no connection.
    Always,
    /// Only if the server demands it.
    IfDemanded,
}

/// The waits between two attempts to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// ServerRetryInitialInterval
    pub initial_secs: u32,
    /// ServerRetryIntervalMultiplier, in thousandths.
    pub multiplier: u32,
    /// ServerRetryMaxInterval
    pub maximum_secs: u32,
}

impl Retry {
    /// The longest wait before the attempt with this number, from 1.
    pub fn longest_ms(&self, attempt: u32) -> u64 {
        let ratio = f64::from(self.multiplier.max(1000)) / 1000.0;
        let secs =
            f64::from(self.initial_secs) * ratio.powi(attempt.saturating_sub(1).min(64) as i32);
        (secs.min(f64::from(self.maximum_secs)) * 1000.0) as u64
    }

    /// Whether the wait has reached its maximum, which is then taken as it is.
    pub fn is_longest(&self, attempt: u32) -> bool {
        self.longest_ms(attempt) == u64::from(self.maximum_secs) * 1000
    }
}

/// How the connection stands, in the words of XMPP.Connection.{i}.Status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Somebody tries to connect.
    Connecting,
    /// Calls can come.
    Enabled,
    /// No server answers.
    ServerNotPresent,
    /// The server does not offer what is set.
    Misconfigured,
    /// The server does not take the user or the password.
    AuthenticationFailure,
}

impl Status {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Connecting => "Connecting",
            Status::Enabled => "Enabled",
            Status::ServerNotPresent => "ServerNotPresent",
            Status::Misconfigured => "Error_Misconfigured",
            Status::AuthenticationFailure => "Error_AuthenticationFailure",
        }
    }
}

/// What the machine wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Ask {
    /// Connect to the first of these that can be reached.
    Open(Servers),
    /// Go on over TLS, with a server of this name.
    Secure(String),
    /// Send this.
    Send(Secret),
    /// Close the connection.
    Close,
    /// Decide about a question and answer it.
    Decide(Question),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers K-03.
    #[test]
    fn the_default_settings_wait_as_the_data_model_says() {
        let retry = Retry {
            initial_secs: 60,
            multiplier: 2000,
            maximum_secs: 30_720,
        };
        let minutes = [
            1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512, 512, 512, 512,
        ];
        for (attempt, minutes) in (1..).zip(minutes) {
            assert_eq!(retry.longest_ms(attempt), minutes * 60_000, "{attempt}");
            assert_eq!(retry.is_longest(attempt), minutes == 512);
        }
        assert_eq!(retry.longest_ms(u32::MAX), 512 * 60_000);
    }
}
