//! What CWMP needs of HTTP besides carrying bytes: Basic and Digest for both roles, and cookies.
//!
//! Pure like the rest: the caller passes the time, and random numbers where one is needed.

pub mod basic;
pub mod client;
pub mod cookies;
pub mod digest;
mod header;

pub use client::{Authorizer, Challenge};
pub use cookies::CookieJar;
pub use digest::{DigestServer, Verifier};
pub use header::{Credentials, parse_authorization};
