//! HTTP as the device uses it: authentication, cookies, redirects, empty messages.

use crate::support::requests::get;
use crate::support::{ACS_URL, Bench, DEVICE_PASSWORD, Reaction, Session, Setup, header};
use agent::device::exchange::Downgrade;
use agent::device::io::HttpRequest;

const USER: &str = "00562B-ATA192-FCH26480QXA";
const OTHER: &str = "http://second.example.net:7547/acs";
const TLS_URL: &str = "https://acs.example.net/cwmp";

fn over_tls(downgrade: Downgrade) -> Bench {
    let setup = Setup {
        url: TLS_URL.into(),
        downgrade,
        ..Setup::of("ata192")
    };
    setup.bench()
}

fn authorization(post: &HttpRequest) -> &str {
    header(post, "Authorization").unwrap_or_default()
}

/// Each POST by the beginning of its URL and its message.
fn route(session: &Session) -> Vec<String> {
    let messages = session.messages();
    let posts = session.posts.iter().zip(&messages);
    posts
        .map(|(post, message)| {
            let host = post.url.split('/').nth(2).unwrap_or_default();
            let host = host.split('.').next().unwrap_or_default();
            format!("{host} {message}").trim_end().to_owned()
        })
        .collect()
}

/// Covers, P-01.
#[test]
fn digest_is_answered_once_and_then_sent_with_every_request() {
    let mut bench = Bench::new("ata192");
    bench.acs().demands_digest(USER, DEVICE_PASSWORD);
    bench.acs().calls(get(&["Device.DeviceInfo.UpTime"]));
    let session = bench.session();
    session.succeeds();
    let expected = ["Inform", "Inform", "", "GetParameterValuesResponse"];
    assert_eq!(session.messages(), expected);
    let counts: Vec<bool> = session
        .posts
        .iter()
        .zip(["", "nc=00000001", "nc=00000002", "nc=00000003"])
        .map(|(post, count)| authorization(post).contains(count))
        .collect();
    assert_eq!(counts, [true; 4]);
    assert_eq!(authorization(&session.posts[0]), "");
}

///
#[test]
fn the_strongest_digest_is_answered() {
    let mut bench = Bench::new("ata192");
    bench.acs().demands_digest(USER, DEVICE_PASSWORD);
    let session = bench.session();
    session.succeeds();
    assert!(authorization(&session.posts[1]).contains("algorithm=SHA-256"));
}

/// Covers P-14, M13.
#[test]
fn a_second_401_ends_the_session() {
    let mut bench = Bench::new("ata192");
    bench.acs().demands_digest(USER, "another password");
    let failed = bench.session();
    failed.fails("does not accept");
    assert_eq!(failed.posts.len(), 2);
    let retried = bench.session();
    assert!(retried.began.since_ms(failed.ended) >= 5_000);
}

///
#[test]
fn a_nonce_that_grew_too_old_in_the_session_is_replaced() {
    let mut bench = Bench::new("ata192");
    for stale in ["stale=true", "stale=\"true\"", "stale=TRUE", "Stale = true"] {
        let challenge = |nonce: &str, more: &str| {
            let text = format!("Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\"{more}");
            Reaction::Challenge(vec![text])
        };
        bench.acs().reacts(challenge("first", ""));
        bench
            .acs()
            .reacts(challenge("second", &format!(", {stale}")));
        let session = bench.session();
        session.succeeds();
        assert!(
            authorization(&session.posts[2]).contains("second"),
            "{stale}"
        );
        bench.call_device();
    }
}

/// Covers M13.
#[test]
fn an_acs_that_calls_every_nonce_too_old_is_given_up() {
    let mut bench = Bench::new("ata192");
    for _ in 0..100 {
        let text = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", stale=true";
        bench.acs().reacts(Reaction::Challenge(vec![text.into()]));
    }
    let failed = bench.session();
    failed.fails("does not accept");
    assert!(failed.posts.len() <= 5, "{} requests", failed.posts.len());
}

/// Covers M13.
#[test]
fn challenges_nobody_can_answer_end_the_session() {
    let endless = format!(
        "Digest realm=\"r\", nonce=\"{}\", qop=\"auth\"",
        "n".repeat(1 << 20)
    );
    for challenges in [
        vec![],
        vec!["Negotiate".to_owned()],
        vec!["Digest".to_owned()],
        vec!["Digest nonce=\"".to_owned()],
        vec!["Basic realm=\"r\"".to_owned()],
        vec!["Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf\"".to_owned()],
        vec![endless],
    ] {
        let mut bench = Bench::new("ata192");
        bench.acs().reacts(Reaction::Challenge(challenges.clone()));
        let failed = bench.session();
        failed.fails("");
        assert_eq!(failed.posts.len(), 1, "{challenges:?}");
        for post in &failed.posts {
            assert!(!authorization(post).starts_with("Basic"));
        }
    }
}

///
#[test]
fn over_tls_basic_goes_out_without_being_asked_for() {
    let mut bench = over_tls(Downgrade::Refused);
    bench.acs().demands_basic(USER, DEVICE_PASSWORD);
    let session = bench.session();
    session.succeeds();
    assert_eq!(session.messages(), ["Inform", ""]);
    assert!(
        session
            .posts
            .iter()
            .all(|post| authorization(post).starts_with("Basic "))
    );
}

///
#[test]
fn over_tls_a_digest_challenge_is_answered_as_well() {
    let mut bench = over_tls(Downgrade::Refused);
    bench.acs().demands_digest(USER, DEVICE_PASSWORD);
    let session = bench.session();
    session.succeeds();
    assert_eq!(session.messages(), ["Inform", "Inform", ""]);
}

#[test]
fn configured_credentials_win_over_those_of_the_device() {
    let setup = Setup {
        installed: vec![("ManagementServer.Username", "subscriber-17")],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.acs().demands_digest("subscriber-17", DEVICE_PASSWORD);
    bench.session().succeeds();
}

/// Covers H-13.
#[test]
fn every_cookie_of_the_session_goes_back_and_none_of_the_last() {
    let mut bench = Bench::new("ata192");
    let large = format!("large={}", "x".repeat(512));
    bench.acs().calls(get(&["Device.DeviceInfo.UpTime"]));
    bench.acs().reacts(Reaction::Cookies(vec![
        "a=1; Path=/elsewhere; Secure".into(),
        "b=\"2\"; Domain=example.org".into(),
        large.clone(),
    ]));
    bench
        .acs()
        .reacts(Reaction::Cookies(vec!["a=3; HttpOnly".into()]));
    let session = bench.session();
    session.succeeds();
    let cookies = |index: usize| -> Vec<String> {
        let text: &str = header(&session.posts[index], "Cookie").unwrap_or_default();
        let mut pairs: Vec<String> = text.split("; ").map(str::to_owned).collect();
        pairs.sort();
        pairs
    };
    assert_eq!(cookies(0), [""]);
    assert_eq!(cookies(1), ["a=1", "b=\"2\"", large.as_str()]);
    assert_eq!(cookies(2), ["a=3", "b=\"2\"", large.as_str()]);
    bench.call_device();
    assert_eq!(header(&bench.session().posts[0], "Cookie"), None);
}

/// Covers H-15, H-17, H-18.
#[test]
fn redirects_are_followed_anywhere_in_a_session_and_forgotten_after_it() {
    for status in [301, 302, 307] {
        for at in 0..3 {
            let mut bench = Bench::new("ata192");
            bench.acs().calls(get(&["Device.DeviceInfo.UpTime"]));
            bench
                .acs()
                .lets_pass(at)
                .reacts(Reaction::Redirect(status, OTHER.into()));
            let session = bench.session();
            session.succeeds();
            let mut expected = vec!["acs Inform", "acs", "acs GetParameterValuesResponse"];
            expected.truncate(at + 1);
            for (number, message) in ["Inform", "", "GetParameterValuesResponse"]
                .iter()
                .enumerate()
            {
                if number >= at {
                    expected.push(match *message {
                        "Inform" => "second Inform",
                        "" => "second",
                        _ => "second GetParameterValuesResponse",
                    });
                }
            }
            assert_eq!(route(&session), expected, "{status} at {at}");
            bench.call_device();
            assert_eq!(bench.session().posts[0].url, ACS_URL);
            assert_eq!(bench.knows("Device.ManagementServer.URL"), ACS_URL);
        }
    }
}

/// Covers H-16.
#[test]
fn five_redirects_in_a_row_are_followed_and_a_sixth_is_not() {
    for (hops, passes) in [(5, true), (6, false)] {
        let mut bench = Bench::new("ata192");
        for hop in 0..hops {
            let location = format!("http://hop{hop}.example.net/");
            bench.acs().reacts(Reaction::Redirect(302, location));
        }
        let session = bench.session();
        assert_eq!(
            session.summary.as_ref().unwrap().failure.is_none(),
            passes,
            "{hops}"
        );
    }
    // Five each time, with an answer in between: the count is of consecutive ones.
    let mut bench = Bench::new("ata192");
    for round in 0..2 {
        for hop in 0..5 {
            let location = format!("http://hop{round}{hop}.example.net/");
            bench.acs().reacts(Reaction::Redirect(307, location));
        }
        bench.acs().lets_pass(1);
    }
    bench.session().succeeds();
}

/// Covers H-15, H-11.
#[test]
fn a_redirect_after_a_challenge_may_be_challenged_again() {
    let mut bench = Bench::new("ata192");
    bench.acs().demands_digest(USER, DEVICE_PASSWORD);
    bench
        .acs()
        .lets_pass(1)
        .reacts(Reaction::Redirect(307, OTHER.into()));
    let session = bench.session();
    session.succeeds();
    assert_eq!(
        route(&session),
        [
            "acs Inform",
            "acs Inform",
            "second Inform",
            "second Inform",
            "second"
        ]
    );
    assert_eq!(
        authorization(&session.posts[2]),
        "",
        "another host gets no proof unasked"
    );
}

/// Covers T08, H-17.
#[test]
fn nothing_of_a_tls_session_goes_out_in_clear_by_a_redirect() {
    let mut bench = over_tls(Downgrade::Refused);
    bench.acs().reacts(Reaction::Redirect(302, OTHER.into()));
    let refused = bench.session();
    refused.fails("https to http");
    assert_eq!(refused.posts.len(), 1);

    let mut bench = over_tls(Downgrade::Allowed);
    bench.acs().reacts(Reaction::Redirect(302, OTHER.into()));
    let allowed = bench.session();
    allowed.succeeds();
    assert!(authorization(&allowed.posts[0]).starts_with("Basic "));
    assert_eq!(
        authorization(&allowed.posts[1]),
        "",
        "the password in clear"
    );

    let mut bench = Bench::new("ata192");
    bench.acs().reacts(Reaction::Redirect(302, TLS_URL.into()));
    let upgraded = bench.session();
    upgraded.succeeds();
    assert_eq!(upgraded.posts[1].url, TLS_URL);
}

/// Covers T08, M03.
#[test]
fn redirects_to_nowhere_end_the_session() {
    for location in [
        "",
        "ftp://x/",
        "file:///etc/passwd",
        "http://",
        "acs.example.net",
        "//x/y",
    ] {
        let mut bench = Bench::new("ata192");
        bench.acs().reacts(Reaction::Redirect(302, location.into()));
        let failed = bench.session();
        failed.fails("redirect");
        assert_eq!(failed.posts.len(), 1, "{location}");
    }
}

/// Covers H-18.
#[test]
fn the_cookies_of_the_session_are_sent_to_the_redirected_host() {
    let mut bench = Bench::new("ata192");
    bench
        .acs()
        .lets_pass(1)
        .reacts(Reaction::Redirect(302, OTHER.into()));
    let session = bench.session();
    let second = session.posts.last().unwrap();
    assert_eq!(second.url, OTHER);
    assert!(header(second, "Cookie").unwrap().contains("session=1"));
}

/// Covers H-07, H-06, W-19.
#[test]
fn an_empty_200_and_a_202_are_as_good_as_a_204() {
    for status in [200, 202, 204] {
        let mut bench = Bench::new("ata192");
        bench.acs().lets_pass(1).reacts(Reaction::Status(status));
        bench.session().succeeds();
    }
    let mut bench = Bench::new("ata192");
    bench
        .acs()
        .lets_pass(1)
        .reacts(Reaction::Raw(b" \r\n".to_vec()));
    bench.session().succeeds();
}

/// Covers M12, P-13.
#[test]
fn nothing_at_all_is_no_answer_to_an_inform() {
    let mut bench = Bench::new("ata192");
    bench.acs().reacts(Reaction::Status(204));
    bench.session().fails("where InformResponse is due");
}
