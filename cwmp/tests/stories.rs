//! Each story of the fixtures played by both machines: one side is ours, the other reads its lines from the files.

use cwmp::message::{AcsRequest, AcsResponse, Body, CpeRequest, FromAcs, FromCpe};
use cwmp::session::acs::{Reply, Turn};
use cwmp::session::cpe::{CpeConfig, Delivery, Free, Post, Step};
use cwmp::session::{AcsSession, CpeSession, RequestIds};
use cwmp::{CwmpVersion, Envelope, Fault, envelope};
use soap_fixtures::{Entry, Side, Story, stories};

/// What a side of ours has put on the wire; empty for an empty body.
type Wire = String;

fn read<M: Body>(story: &Story, entry: &Entry) -> Envelope<M> {
    envelope::read::<M>(&entry.bytes)
        .unwrap_or_else(|why| panic!("{} {}: {why}", story.name, entry.number))
}

/// Both empty, or the same body; and the same ID if this message echoes one.
fn same<M: Body + PartialEq + std::fmt::Debug>(
    story: &Story,
    entry: &Entry,
    ours: &str,
    echoes: bool,
) {
    let place = format!("{} {}", story.name, entry.number);
    if entry.message.is_none() {
        assert_eq!(ours, "", "{place}: nothing was due");
        return;
    }
    let due = read::<M>(story, entry);
    let ours = envelope::read::<M>(ours.as_bytes());
    let ours = ours.unwrap_or_else(|why| panic!("{place}: our own message: {why}"));
    assert_eq!(ours.body, due.body, "{place}");
    assert_eq!(ours.namespace, due.namespace, "{place}");
    if echoes {
        assert_eq!(ours.header.id, due.header.id, "{place}: the ID is echoed");
    }
}

// ---- our ACS against the devices of the files

/// What the ACS of the story says next: the lines of the play.
enum Line {
    Request(AcsRequest),
    Response(AcsResponse),
    Fault(Fault),
    Nothing,
}

fn acs_line(story: &Story, entry: &Entry) -> Line {
    if entry.message.is_none() {
        return Line::Nothing;
    }
    match read::<FromAcs>(story, entry).body {
        FromAcs::Request(request) => Line::Request(request),
        FromAcs::Response(response) => Line::Response(response),
        FromAcs::Fault(body) => Line::Fault(body.fault),
    }
}

/// Says the line if the turn gives the right to; the right to say anything else does not exist.
fn speak(place: &str, turn: Turn, line: Line) -> (Option<AcsSession>, Reply) {
    match (turn, line) {
        (Turn::Informed(turn), Line::Response(AcsResponse::InformResponse(_))) => {
            open(turn.accept())
        }
        (Turn::Called(turn), Line::Response(response)) => open(turn.respond(response)),
        (Turn::Called(turn), Line::Fault(fault)) => open(turn.fault(fault)),
        (Turn::Ready(turn), Line::Request(request)) => open(turn.call(request)),
        (Turn::Ready(turn), Line::Nothing) => (None, turn.finish()),
        (Turn::Answered(turn), Line::Request(request)) => open(turn.ready.call(request)),
        (Turn::Answered(turn), Line::Nothing) => (None, turn.ready.finish()),
        (turn, _) => panic!("{place}: the line of the story cannot be said after {turn:?}"),
    }
}

fn open((session, reply): (AcsSession, Reply)) -> (Option<AcsSession>, Reply) {
    (Some(session), reply)
}

fn play_acs(story: &Story) {
    let mut session = None;
    for pair in story.entries.chunks(2) {
        let [asked, answered] = pair else {
            panic!("{}: an HTTP request without its response", story.name)
        };
        let place = format!("{} {}", story.name, asked.number);
        if asked.opens_session {
            session = Some(AcsSession::new(RequestIds::starting_at(1)));
        }
        let current = session
            .take()
            .unwrap_or_else(|| panic!("{place}: the session is over"));
        let turn = current
            .post(&asked.bytes)
            .unwrap_or_else(|why| panic!("{place}: {why}"));
        let echoes = matches!(turn, Turn::Informed(_) | Turn::Called(_));
        let (next, reply) = speak(&place, turn, acs_line(story, answered));
        session = next;
        let ours: Wire = reply.body.unwrap_or_default();
        same::<FromAcs>(story, answered, &ours, echoes);
    }
    assert!(
        session.is_none(),
        "{}: the session was not ended",
        story.name
    );
}

///
#[test]
fn our_acs_can_play_its_part_in_every_story() {
    let mut played = 0;
    for story in stories() {
        // Holding requests is deprecated; our ACS has no way to do it.
        if story.name != "hold-requests" {
            play_acs(&story);
            played += 1;
        }
    }
    assert_eq!(played, 8);
}

// ---- our device against the ACSs of the files

/// Where the device of ours stands between two entries.
enum Device {
    Waiting(CpeSession),
    Over,
}

fn opening(story: &Story, entry: &Entry) -> (CpeSession, Post) {
    let due = read::<FromCpe>(story, entry);
    let FromCpe::Request(CpeRequest::Inform(inform)) = due.body else {
        panic!(
            "{} {}: a session begins with an Inform",
            story.name, entry.number
        )
    };
    let version = match due.header.supported_versions {
        Some(_) => CwmpVersion::V1_4,
        None => due
            .namespace
            .implied_version(due.header.session_timeout.is_some()),
    };
    let config = CpeConfig {
        newest_version: version,
        session_timeout_secs: due.header.session_timeout,
        ids: RequestIds::starting_at(1),
    };
    CpeSession::open(config, inform)
}

/// What the device of the story says next; `None` if it says nothing because the session is over.
fn reply(story: &Story, step: Step, entry: Option<&Entry>) -> Option<(CpeSession, Post)> {
    let Some(entry) = entry else {
        assert!(
            matches!(step, Step::Ended),
            "{}: {step:?} at the end",
            story.name
        );
        return None;
    };
    let place = format!("{} {}", story.name, entry.number);
    match step {
        Step::Free(delivery, free) => {
            delivered(&place, delivery);
            Some(ask(story, free, entry))
        }
        Step::Held(delivery, held) => {
            delivered(&place, delivery);
            Some(held.pass())
        }
        Step::Serve(serving) => Some(match read::<FromCpe>(story, entry).body {
            FromCpe::Response(response) => serving.answer(Ok(response)),
            FromCpe::Fault(body) => serving.answer(Err(body.fault)),
            FromCpe::Request(request) => {
                panic!("{place}: {} where an answer is due", request.name())
            }
        }),
        Step::Send(session, post) => Some((session, post)),
        Step::Ended => {
            assert!(entry.opens_session, "{place}: the session ended too early");
            None
        }
        Step::Failed(why) => panic!("{place}: {why}"),
    }
}

fn delivered(place: &str, delivery: Option<Delivery>) {
    if let Some(Delivery { result: Err(fault) }) = delivery {
        panic!("{place}: {fault}");
    }
}

fn ask(story: &Story, free: Free, entry: &Entry) -> (CpeSession, Post) {
    if entry.message.is_none() {
        return free.pass();
    }
    match read::<FromCpe>(story, entry).body {
        FromCpe::Request(request) => free.request(request),
        other => panic!(
            "{} {}: {other:?} where a request is due",
            story.name, entry.number
        ),
    }
}

fn text(post: Post) -> Wire {
    match post {
        Post::Envelope(text) => text,
        Post::Empty => String::new(),
    }
}

fn play_cpe(story: &Story) {
    let mut device = Device::Over;
    let mut entries = story.entries.iter().peekable();
    while let Some(entry) = entries.next() {
        match entry.from {
            Side::Cpe if entry.opens_session => {
                let (session, post) = opening(story, entry);
                same::<FromCpe>(story, entry, &text(post), false);
                device = Device::Waiting(session);
            }
            // What the device says within a session is compared where it is provoked, below.
            Side::Cpe => {}
            // The connection breaks: the session is dropped with what it was waiting for.
            Side::Acs if entry.lost => device = Device::Over,
            Side::Acs => {
                let Device::Waiting(session) = std::mem::replace(&mut device, Device::Over) else {
                    panic!("{} {}: nobody waits for it", story.name, entry.number)
                };
                let step = session.response(&entry.bytes);
                let serves = matches!(step, Step::Serve(_));
                if let Some((session, post)) = reply(story, step, entries.peek().copied()) {
                    let next = entries.peek().expect("a reply has an entry");
                    same::<FromCpe>(story, next, &text(post), serves);
                    device = Device::Waiting(session);
                }
            }
        }
    }
}

/// Covers P-01, P-02, P-04, P-06, P-08.
#[test]
fn our_device_can_play_its_part_in_every_story() {
    let all = stories();
    assert_eq!(all.len(), 9);
    all.iter().for_each(play_cpe);
}
