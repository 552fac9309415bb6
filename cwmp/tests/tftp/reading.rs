//! Files that are read: by our own client over a line that loses packets, in windows, and by peers that mean no good.

use super::{Dice, agreed, blocks, content, left_alone, said};
use cwmp::side::tftp::client::{Get, Step};
use cwmp::side::tftp::packet::{Packet, Wish, ack, error};
use cwmp::side::tftp::request::{Agreed, Request};
use cwmp::side::tftp::sending::Sending;
use cwmp::side::tftp::transfer::{End, Transfer};

/// Fetches a file with our client over a line that loses one packet in so many; the file, and the packets of the server.
fn fetched(file: &[u8], lose_one_in: u64, dice: &mut Dice) -> (Vec<u8>, usize) {
    let (mut get, request) = Get::begin("x").expect("a good name");
    let Some(Packet::Request(Wish::Read, rest)) = Packet::read(&request) else {
        panic!("no request to read");
    };
    let request = Request::read(Wish::Read, rest).expect("nothing is wrong with it");
    let mut now = 0;
    let mut server = Sending::begin(&request.agreed, file, now);
    let (mut got, mut sent) = (Vec::new(), 0);
    let (mut say, mut repeat) = (Vec::new(), None);
    for _ in 0..100_000 {
        let packets = said(&mut server);
        sent += packets.len();
        if packets.is_empty() && say.is_empty() {
            now += 1_000;
            server.wake(now);
            say.extend(repeat.clone());
        }
        for packet in packets {
            if dice.roll(lose_one_in) == 0 {
                continue;
            }
            match get
                .receive(&packet, &mut got)
                .expect("nothing is wrong with it")
            {
                Step::Send(answer) => {
                    repeat = Some(answer.clone());
                    say.push(answer);
                }
                // The last acknowledgement is heard, or nobody would know.
                Step::Last(answer) => {
                    server.receive(&answer, now);
                    assert_eq!(server.end(), Some(&End::Complete));
                    return (got, sent);
                }
                Step::Ignore | Step::Done => {}
            }
        }
        for answer in say.drain(..) {
            if dice.roll(lose_one_in) != 0 {
                server.receive(&answer, now);
            }
        }
        assert_eq!(server.end(), None);
    }
    panic!("it does not end");
}

/// Covers T-11.
#[test]
fn our_client_gets_every_byte_whatever_is_lost() {
    let mut dice = Dice(7);
    for bytes in [0, 1, 1_427, 1_428, 1_429, 60_000, 1_000_000] {
        let file = content(bytes);
        let (got, sent) = fetched(&file, u64::MAX, &mut dice);
        assert_eq!((got == file, sent), (true, bytes / 1_428 + 2), "{bytes}");
    }
    for round in 0..200 {
        let file = content(60_000 + round);
        assert!(fetched(&file, 20, &mut dice).0 == file, "{round}");
    }
}

/// Covers T-11.
#[test]
fn block_numbers_begin_again_in_a_long_file() {
    let file = content(70_000 * 8);
    let mut sending = Sending::begin(&agreed(&["blksize", "8"]), &file, 0);
    let mut got = Vec::new();
    sending.receive(&ack(0), 0);
    while sending.end().is_none() {
        for packet in said(&mut sending) {
            got.extend_from_slice(&packet[4..]);
            sending.receive(&packet_ack(&packet), 0);
        }
    }
    assert_eq!((sending.end(), got == file), (Some(&End::Complete), true));
}

fn packet_ack(data: &[u8]) -> Vec<u8> {
    ack(u16::from_be_bytes([data[2], data[3]]))
}

/// RFC 1123, 4.2.3.1.
#[test]
fn a_copy_of_an_acknowledgement_doubles_no_block() {
    let file = content(5_000);
    let mut sending = Sending::begin(&Agreed::default(), &file, 0);
    assert_eq!(blocks(&said(&mut sending)), [1]);
    for block in 1..=9 {
        sending.receive(&ack(block), 0);
        sending.receive(&ack(block), 0);
        assert_eq!(blocks(&said(&mut sending)), [block + 1]);
        sending.receive(&ack(block), 0);
        sending.receive(&ack(block - 1), 0);
        sending.receive(&ack(block + 7), 0);
        assert_eq!(blocks(&said(&mut sending)), [0_u16; 0]);
    }
    sending.receive(&ack(10), 0);
    assert_eq!(sending.end(), Some(&End::Complete));
}

/// RFC 7440, section 4.
#[test]
fn a_window_goes_out_at_once_and_again_from_where_something_is_missing() {
    let file = content(512 * 10);
    let mut sending = Sending::begin(&agreed(&["windowsize", "4"]), &file, 0);
    assert_eq!(said(&mut sending), [b"\0\x06windowsize\x004\0".to_vec()]);
    sending.receive(&ack(0), 0);
    assert_eq!(blocks(&said(&mut sending)), [1, 2, 3, 4]);
    sending.receive(&ack(2), 0);
    assert_eq!(blocks(&said(&mut sending)), [3, 4, 5, 6]);
    // Late, or never sent.
    for number in [0, 1, 2, 7, 9, 60_000] {
        sending.receive(&ack(number), 0);
    }
    assert_eq!(blocks(&said(&mut sending)), [0_u16; 0]);
    sending.wake(1_000);
    assert_eq!(blocks(&said(&mut sending)), [3, 4, 5, 6]);
    sending.receive(&ack(6), 1_000);
    assert_eq!(blocks(&said(&mut sending)), [7, 8, 9, 10]);
    sending.receive(&ack(10), 1_000);
    assert_eq!(blocks(&said(&mut sending)), [11]);
    sending.receive(&ack(11), 1_000);
    assert_eq!(sending.end(), Some(&End::Complete));
}

/// Covers F02.
#[test]
fn who_never_answers_gets_three_small_packets() {
    let file = content(1_000_000);
    for options in [
        &[][..],
        &["blksize", "65464", "windowsize", "65535", "tsize", "0"],
        &["timeout", "10"],
    ] {
        let mut sending = Sending::begin(&agreed(options), &file, 0);
        let (packets, end, after_ms) = left_alone(&mut sending);
        assert_eq!((packets.len(), end), (3, End::Unproved), "{options:?}");
        assert!(packets.iter().all(|packet| packet.len() <= 516));
        assert!(after_ms <= 30_000, "{after_ms}");
    }
}

/// Covers F07.
#[test]
fn silent_and_slow_readers_lose_their_place() {
    let file = content(60_000);
    let mut silent = Sending::begin(&Agreed::default(), &file, 0);
    assert_eq!(blocks(&said(&mut silent)), [1]);
    silent.receive(&ack(1), 0);
    let (packets, end, _) = left_alone(&mut silent);
    assert_eq!((blocks(&packets), end), (vec![2; 6], End::Silent));

    let mut slow = Sending::begin(&Agreed::default(), &file, 0);
    let mut now = 0;
    let mut last = said(&mut slow);
    while slow.end().is_none() {
        now += 990;
        slow.wake(now);
        for packet in std::mem::take(&mut last) {
            slow.receive(&packet_ack(&packet), now);
        }
        last = said(&mut slow);
    }
    assert_eq!(slow.end(), Some(&End::Slow));
    assert!(now < 80_000);
    assert_eq!(last, [error(0, "the transfer takes too long")]);
}

/// Covers F02.
#[test]
fn an_error_of_the_peer_ends_and_is_answered_by_nothing() {
    let file = content(60_000);
    let mut sending = Sending::begin(&agreed(&["tsize", "0"]), &file, 0);
    let _ = said(&mut sending);
    for other in [&b""[..], b"\0", b"\0\x04", b"\0\x09\0\0", b"\0\x03\0\x01x"] {
        sending.receive(other, 0);
        assert_eq!((said(&mut sending).len(), sending.end()), (0, None));
    }
    sending.receive(&error(8, "no"), 0);
    assert_eq!(sending.end(), Some(&End::ByPeer(8, "no".into())));
    sending.receive(&ack(0), 0);
    assert_eq!(said(&mut sending).len(), 0);
}
