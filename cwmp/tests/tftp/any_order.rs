//! Any packets in any order at any time: nothing panics, every transfer ends, and nobody is sent more than is due.

use super::said;
use cwmp::side::tftp::packet::{Packet, ack, data, error};
use cwmp::side::tftp::receiving::Receiving;
use cwmp::side::tftp::request::{Agreed, Request};
use cwmp::side::tftp::sending::Sending;
use cwmp::side::tftp::transfer::Transfer;
use proptest::prelude::*;

/// What may happen to a transfer.
#[derive(Debug, Clone)]
enum News {
    Ack(u16),
    Data(u16, usize),
    Bytes(Vec<u8>),
    Error(u16),
    /// So many milliseconds go by.
    Time(u64),
    /// Whoever keeps the file has done so.
    Kept,
}

fn news() -> impl Strategy<Value = News> {
    let number = prop_oneof![0u16..12, any::<u16>()];
    prop_oneof![
        4 => number.clone().prop_map(News::Ack),
        4 => (number.clone(), prop_oneof![Just(8usize), 0usize..20]).prop_map(|(n, b)| News::Data(n, b)),
        1 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(News::Bytes),
        1 => (0u16..40).prop_map(News::Error),
        2 => (0u64..3_000).prop_map(News::Time),
        1 => Just(News::Kept),
    ]
}

fn options() -> impl Strategy<Value = Agreed> {
    let block = proptest::option::of(Just(8usize));
    let window = proptest::option::of(1u16..=16);
    let wait = proptest::option::of(1u64..=10);
    (block, window, wait).prop_map(|(block_bytes, window, wait_s)| Agreed {
        block_bytes,
        wait_s,
        total_bytes: None,
        window,
    })
}

/// Lets all of it happen, then time go by until the end; gives how many packets went out.
fn lived<T: Transfer>(transfer: &mut T, all: Vec<News>, kept: impl Fn(&mut T, u64)) -> usize {
    let mut now = 0;
    let mut sent = said(transfer).len();
    for one in all {
        let datagram = match one {
            News::Ack(number) => ack(number),
            News::Data(number, bytes) => data(number, &vec![1; bytes]),
            News::Bytes(bytes) => bytes,
            News::Error(code) => error(code % 10, "enough"),
            News::Time(ms) => {
                now += ms;
                transfer.wake(now);
                Vec::new()
            }
            News::Kept => {
                kept(transfer, now);
                Vec::new()
            }
        };
        transfer.receive(&datagram, now);
        sent += said(transfer).len();
    }
    for _ in 0..100 {
        if transfer.end().is_some() {
            return sent;
        }
        kept(transfer, now);
        now = transfer.deadline().unwrap_or(now).max(now);
        transfer.wake(now);
        sent += said(transfer).len();
    }
    panic!("it never ends");
}

proptest! {
    #[test]
    fn a_file_that_is_read_comes_to_an_end(
        agreed in options(), bytes in 0usize..200, all in proptest::collection::vec(news(), 0..60),
    ) {
        let file = vec![3; bytes];
        let packets = lived(&mut Sending::begin(&agreed, &file, 0), all, |_, _| {});
        // Each block at most once for each of its acknowledgements and repetitions, in windows of sixteen.
        prop_assert!(packets <= 16 * (60 + 8));
    }

    #[test]
    fn a_file_that_is_written_comes_to_an_end(
        agreed in options(), most in 0usize..200, all in proptest::collection::vec(news(), 0..60),
    ) {
        let mut receiving = Receiving::begin(&agreed, most, 0).unwrap();
        let packets = lived(&mut receiving, all, |receiving, now| {
            if let Some(file) = receiving.take() {
                assert!(file.len() <= most);
                receiving.kept(now);
            }
        });
        // One answer for each datagram at most, and repetitions.
        prop_assert!(packets <= 60 + 8);
    }

    #[test]
    fn no_bytes_make_the_readers_stumble(datagram in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Some(Packet::Request(wish, rest)) = Packet::read(&datagram) {
            let _ = Request::read(wish, rest);
        }
    }

    #[test]
    fn a_name_that_is_taken_stays_below_its_top(name in "[./\\\\a-c\u{0}-\u{2}%]{0,20}") {
        let rest = format!("{name}\0octet\0");
        if let Ok(request) = Request::read(cwmp::side::tftp::packet::Wish::Read, rest.as_bytes()) {
            let parts = request.name.split('/');
            for part in parts {
                prop_assert!(!part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0']));
            }
        }
    }
}
