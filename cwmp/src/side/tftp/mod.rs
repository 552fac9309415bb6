//! TFTP as packets and as states, without sockets and clocks (RFC 1350, 2347, 2348, 2349, 7440).
//!
//! [`packet`] is what both sides read and write; [`client`] asks: a device that fetches a file or puts one.

pub mod client;
pub mod packet;
