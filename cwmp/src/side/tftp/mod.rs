//! TFTP as packets and as states, without sockets and clocks (RFC 1350, 2347, 2348, 2349, 7440).
//!
//! [`packet`] is what both sides read and write; [`client`] asks: a device that fetches a file or puts one. A server's
//! side is [`request`], which checks what is asked for, and the two transfers it may lead to: [`sending`] a file that
//! is read and [`receiving`] one that is written, both a [`transfer`] to whoever has the socket.
//!
//! One mode is served, octet: what is moved is compressed or encrypted as often as not, and a turned line end breaks it.

pub mod client;
pub mod packet;
pub mod receiving;
pub mod request;
pub mod sending;
pub mod transfer;
