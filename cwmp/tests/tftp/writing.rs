//! Files that are written: kept before the last acknowledgement, bounded, and whole whatever is lost.

use super::{Dice, agreed, content, left_alone, said};
use cwmp::side::tftp::client::{Put, Step};
use cwmp::side::tftp::packet::{self, Packet, Wish, ack, data};
use cwmp::side::tftp::receiving::Receiving;
use cwmp::side::tftp::request::{Agreed, Request};
use cwmp::side::tftp::transfer::{End, Transfer};

/// Puts a file with our client over a line that loses one packet in so many; the file as it was kept.
fn put(file: &[u8], lose_one_in: u64, dice: &mut Dice) -> Vec<u8> {
    let (mut put, mut say) = Put::begin("report.xml", file).expect("nothing is wrong with it");
    let Some(Packet::Request(Wish::Write, rest)) = Packet::read(&say) else {
        panic!("no request to write");
    };
    let request = Request::read(Wish::Write, rest).expect("nothing is wrong with it");
    let mut now = 0;
    let mut server =
        Receiving::begin(&request.agreed, file.len(), now).expect("nothing is wrong with it");
    let mut kept = None;
    for _ in 0..100_000 {
        let packets = said(&mut server);
        if packets.is_empty() {
            now += 1_000;
            server.wake(now);
            if dice.roll(lose_one_in) != 0 {
                server.receive(&say, now);
            }
        }
        for packet in packets {
            if dice.roll(lose_one_in) == 0 {
                continue;
            }
            match put.receive(&packet).expect("nothing is wrong with it") {
                Step::Send(answer) | Step::Last(answer) => {
                    say = answer;
                    if dice.roll(lose_one_in) != 0 {
                        server.receive(&say, now);
                    }
                }
                Step::Done => return kept.expect("it is kept before it is acknowledged"),
                Step::Ignore => {}
            }
        }
        if let Some(content) = server.take() {
            kept = Some(content);
            server.kept(now);
        }
        assert!(matches!(server.end(), None | Some(End::Complete)));
    }
    panic!("it does not end");
}

/// Covers T-11.
#[test]
fn what_our_client_puts_is_kept_whole_whatever_is_lost() {
    let mut dice = Dice(11);
    for bytes in [0, 1, 1_427, 1_428, 1_429, 60_000, 1_000_000] {
        let file = content(bytes);
        assert!(put(&file, u64::MAX, &mut dice) == file, "{bytes}");
    }
    for round in 0..200 {
        let file = content(30_000 + round);
        assert!(put(&file, 20, &mut dice) == file, "{round}");
    }
}

/// Covers P8.
#[test]
fn the_last_block_is_acknowledged_when_the_file_is_kept_and_not_before() {
    let mut receiving = Receiving::begin(&Agreed::default(), 1_000, 0).unwrap();
    assert_eq!(said(&mut receiving), [ack(0)]);
    receiving.receive(&data(1, b"all"), 0);
    receiving.receive(&data(1, b"all"), 500);
    assert_eq!(
        (said(&mut receiving).len(), receiving.deadline()),
        (0, None)
    );
    assert_eq!(receiving.take(), Some(b"all".to_vec()));
    receiving.kept(900);
    assert_eq!(said(&mut receiving), [ack(1)]);
    // It was lost, and the block comes again: a bounded number of times.
    for _ in 0..20 {
        receiving.receive(&data(1, b"all"), 1_000);
    }
    assert_eq!(said(&mut receiving).len(), 1);
    assert_eq!(left_alone(&mut receiving).1, End::Complete);

    let mut refused = Receiving::begin(&Agreed::default(), 1_000, 0).unwrap();
    let _ = said(&mut refused);
    refused.receive(&data(1, b"all"), 0);
    let why = cwmp::side::tftp::request::Refused {
        code: packet::ACCESS,
        text: "no report of a known device",
    };
    refused.refuse(&why);
    assert_eq!(said(&mut refused), [why.packet()]);
    assert_eq!(refused.end(), Some(&End::Refused(why)));
}

/// Covers F02, F05.
#[test]
fn more_than_there_is_room_for_is_refused_before_or_while_it_comes() {
    let full = Receiving::begin(&agreed(&["tsize", "1001"]), 1_000, 0).unwrap_err();
    assert_eq!(full.code, packet::FULL);
    let mut liar = Receiving::begin(&agreed(&["tsize", "10"]), 1_000, 0).unwrap();
    assert_eq!(said(&mut liar), [b"\0\x06tsize\x0010\0".to_vec()]);
    liar.receive(&data(1, &[0; 512]), 0);
    assert_eq!(said(&mut liar), [ack(1)]);
    liar.receive(&data(2, &[0; 512]), 0);
    assert!(matches!(liar.end(), Some(End::Refused(why)) if why.code == packet::FULL));
    assert_eq!(said(&mut liar).len(), 1);
    assert_eq!(liar.take(), None);

    let mut long = Receiving::begin(&Agreed::default(), 10_000, 0).unwrap();
    let _ = said(&mut long);
    long.receive(&data(1, &[0; 513]), 0);
    assert!(matches!(long.end(), Some(End::Refused(why)) if why.code == packet::ILLEGAL));
}

/// RFC 7440, section 4.
#[test]
fn a_window_is_acknowledged_whole_and_a_gap_in_it_once() {
    let full = [9; 512];
    let mut receiving = Receiving::begin(&agreed(&["windowsize", "4"]), 10_000, 0).unwrap();
    let _ = said(&mut receiving);
    for (block, answer) in [
        (1, None),
        (3, Some(1)),
        (4, None),
        (2, None),
        (3, None),
        (4, None),
        (5, Some(5)),
        (5, Some(5)),
        (4, None),
        (40_000, None),
        (6, None),
    ] {
        receiving.receive(&data(block, &full), 0);
        let expected: Vec<_> = answer.map(ack).into_iter().collect();
        assert_eq!(said(&mut receiving), expected, "{block}");
    }
    // The rest of the window is lost: what has come is told.
    receiving.wake(1_000);
    assert_eq!(said(&mut receiving), [ack(6)]);
    receiving.receive(&data(7, b"end"), 1_000);
    assert_eq!(receiving.take().map(|file| file.len()), Some(6 * 512 + 3));
}

/// Covers F02.
#[test]
fn who_asks_to_write_and_never_does_gets_three_packets() {
    for options in [&[][..], &["blksize", "1024", "windowsize", "8"]] {
        let mut receiving = Receiving::begin(&agreed(options), 1_000, 0).unwrap();
        let (packets, end, _) = left_alone(&mut receiving);
        assert_eq!((packets.len(), end), (3, End::Unproved));
    }
    let mut silent = Receiving::begin(&Agreed::default(), 1_000, 0).unwrap();
    let _ = said(&mut silent);
    silent.receive(&data(1, &[0; 512]), 0);
    let (packets, end, _) = left_alone(&mut silent);
    assert_eq!((packets, end), (vec![ack(1); 6], End::Silent));
}
