//! Datagrams of a TFTP peer: reading them never panics, what is asked for stays below the top, and every transfer ends.
//!
//! The input is a row of datagrams, each behind one byte for its length and one for the tenths of a second before it.
#![no_main]

use cwmp::side::tftp::packet::Packet;
use cwmp::side::tftp::receiving::Receiving;
use cwmp::side::tftp::request::{Agreed, Request};
use cwmp::side::tftp::sending::Sending;
use cwmp::side::tftp::transfer::Transfer;
use libfuzzer_sys::fuzz_target;

/// Bytes of a file on either side.
const FILE_BYTES: usize = 700;

fuzz_target!(|input: &[u8]| {
    let datagrams = rows(input);
    let Some(((_, first), rest)) = datagrams.split_first() else {
        return;
    };
    let Some(Packet::Request(wish, behind)) = Packet::read(first) else {
        return;
    };
    let Ok(request) = Request::read(wish, behind) else {
        return;
    };
    for part in request.name.split('/') {
        assert!(!matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']));
    }
    let agreed: &Agreed = &request.agreed;
    let file = vec![7; FILE_BYTES];
    live(&mut Sending::begin(agreed, &file, 0), rest, |_, _| {});
    if let Ok(mut receiving) = Receiving::begin(agreed, FILE_BYTES, 0) {
        live(&mut receiving, rest, |receiving, now| {
            if let Some(file) = receiving.take() {
                assert!(file.len() <= FILE_BYTES);
                receiving.kept(now);
            }
        });
    }
});

fn rows(mut input: &[u8]) -> Vec<(u64, &[u8])> {
    let mut rows = Vec::new();
    while let [length, wait, rest @ ..] = input {
        let (datagram, behind) = rest.split_at(usize::from(*length).min(rest.len()));
        rows.push((u64::from(*wait) * 100, datagram));
        input = behind;
    }
    rows
}

fn live<T: Transfer>(transfer: &mut T, datagrams: &[(u64, &[u8])], kept: impl Fn(&mut T, u64)) {
    let mut now = 0;
    for (wait, datagram) in datagrams {
        now += wait;
        if transfer.deadline().is_some_and(|deadline| deadline <= now) {
            transfer.wake(now);
        }
        transfer.receive(datagram, now);
        while transfer.next_packet().is_some() {}
        kept(transfer, now);
    }
    for _ in 0..100 {
        if transfer.end().is_some() {
            return;
        }
        kept(transfer, now);
        now = transfer.deadline().unwrap_or(now).max(now);
        transfer.wake(now);
        while transfer.next_packet().is_some() {}
    }
    panic!("the transfer never ends");
}
