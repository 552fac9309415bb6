//! The audit trail under the hands of somebody who can write to the database: whatever they do is found and named.

use super::Place;
use crate::store::audit_chain::Head;
use crate::store::contract::support::*;
use crate::store::sqlite::{SqliteStore, check_audit_trail};
use crate::store::*;
use data_model::Timestamp;

/// A trail of ten lines, closed; gives its head.
async fn ten_lines(place: &Place) -> Head {
    let store = place.open();
    for number in 0..10 {
        let subject = format!("subject {number}");
        let noted = store.audit_note(&ANN, "export", subject, at(number));
        noted.await.unwrap();
    }
    let check = store.audit_check(None).await.unwrap();
    assert_eq!((check.intact, check.lines, check.first), (true, 10, 1));
    store.close().await;
    Head::from_text(&check.head).unwrap()
}

/// What is found after somebody has run these statements: the line and the reason.
async fn found_after(sql: &str) -> (u64, String) {
    let place = Place::new();
    ten_lines(&place).await;
    place.database().execute_batch(sql).unwrap();
    let check = check_audit_trail(&place.path(), None).unwrap();
    assert!(!check.intact, "{sql}");
    let trouble = check.trouble.unwrap();
    (trouble.number, trouble.why)
}

#[tokio::test]
async fn a_line_that_was_changed_is_found_and_named() {
    for change in [
        "actor = 'user:mallory'",
        "action = 'nothing'",
        "subject = 'subject 5'",
        "at = at + 1",
        "before = ''",
        "after = 'x'",
        "hash = NULL",
        "hash = zeroblob(32)",
        "hash = (SELECT hash FROM audit WHERE number = 3)",
    ] {
        let (number, why) =
            found_after(&format!("UPDATE audit SET {change} WHERE number = 4")).await;
        assert_eq!(number, 4, "{change}");
        assert!(why.contains("not what was written"), "{change}: {why}");
    }
}

#[tokio::test]
async fn lines_that_were_taken_out_are_found_and_named() {
    let (number, why) = found_after("DELETE FROM audit WHERE number IN (4, 5)").await;
    assert_eq!(number, 4);
    assert_eq!(why, "lines 4 to 5 are missing");
    let (number, why) = found_after("DELETE FROM audit WHERE number = 1").await;
    assert_eq!((number, why.as_str()), (1, "lines 1 to 1 are missing"));
    let (number, why) = found_after("DELETE FROM audit WHERE number > 7").await;
    assert_eq!(number, 8);
    assert_eq!(why, "lines 8 to 10 are missing at the end");
    let (number, _) = found_after("DELETE FROM audit").await;
    assert_eq!(number, 1);
    // The next ones moved up.
    let moved =
        "DELETE FROM audit WHERE number = 4; UPDATE audit SET number = number - 1 WHERE number > 4";
    assert_eq!(found_after(moved).await.0, 4);
    let swapped = "UPDATE audit SET number = 99 WHERE number = 4; UPDATE audit SET number = 4 WHERE number = 5;
                   UPDATE audit SET number = 5 WHERE number = 99";
    assert_eq!(found_after(swapped).await.0, 4);
}

#[tokio::test]
async fn lines_that_were_put_in_are_found_and_keep_nobody_from_working() {
    let place = Place::new();
    ten_lines(&place).await;
    let line = "INSERT INTO audit (number, at, actor, action, subject) VALUES (11, 0, 'user:eve', 'x', 'y')";
    place.database().execute_batch(line).unwrap();
    let store = place.open();
    let noted = store.audit_note(&ANN, "export", "after it".into(), at(11));
    noted.await.unwrap();
    let check = store.audit_check(None).await.unwrap();
    assert_eq!(check.trouble.unwrap().number, 11);
    store.close().await;
}

#[tokio::test]
async fn an_end_that_was_cut_off_stays_found_after_further_lines() {
    let place = Place::new();
    ten_lines(&place).await;
    let cut = "DELETE FROM audit WHERE number > 8";
    place.database().execute_batch(cut).unwrap();
    let store = place.open();
    let noted = store.audit_note(&ANN, "export", "later".into(), at(11));
    noted.await.unwrap();
    let check = store.audit_check(None).await.unwrap();
    assert_eq!(check.trouble.unwrap().why, "lines 9 to 10 are missing");
    store.close().await;
}

/// Who can write everything can write a whole trail anew; a head that was noted down elsewhere tells.
#[tokio::test]
async fn a_trail_that_was_written_anew_is_told_by_a_head_that_was_noted_down() {
    let place = Place::new();
    let noted = ten_lines(&place).await;
    let check = check_audit_trail(&place.path(), Some(noted)).unwrap();
    assert!(check.intact, "{check:?}");
    let anew = Place::new();
    let store = anew.open();
    for number in 0..12 {
        let subject = format!("another subject {number}");
        let line = store.audit_note(&ANN, "export", subject, at(number));
        line.await.unwrap();
    }
    store.close().await;
    let check = check_audit_trail(&anew.path(), None).unwrap();
    assert!(check.intact, "it looks well");
    let check = check_audit_trail(&anew.path(), Some(noted)).unwrap();
    let trouble = check.trouble.unwrap();
    assert_eq!(trouble.number, 10);
    assert!(trouble.why.contains("written anew"), "{}", trouble.why);
    // Cut off together with the record of the end.
    let cut = "DELETE FROM audit; DELETE FROM setting WHERE name LIKE 'audit.%'";
    place.database().execute_batch(cut).unwrap();
    place.open().close().await;
    let check = check_audit_trail(&place.path(), Some(noted)).unwrap();
    let why = check.trouble.unwrap().why;
    assert!(why.contains("noted down, is missing"), "{why}");
}

#[tokio::test]
async fn lines_from_before_the_chain_are_taken_into_it() {
    let place = Place::new();
    ten_lines(&place).await;
    // As an older version has left it.
    let older = "UPDATE audit SET hash = NULL; DELETE FROM setting WHERE name LIKE 'audit.%'";
    place.database().execute_batch(older).unwrap();
    let store = place.open();
    let check = store.audit_check(None).await.unwrap();
    assert_eq!((check.intact, check.lines), (true, 10), "{check:?}");
    store.close().await;
    let changed = "UPDATE audit SET subject = 'x' WHERE number = 2";
    place.database().execute_batch(changed).unwrap();
    let check = check_audit_trail(&place.path(), None).unwrap();
    assert_eq!(check.trouble.unwrap().number, 2);
}

/// Cuts what is past its time; says how many lines went.
async fn cut(store: &SqliteStore, before: Timestamp, most: usize, now: Timestamp) -> u64 {
    let past = store.audit_past(before, most).await.unwrap();
    let Some((line, hash)) = past.lines.last() else {
        return 0;
    };
    let upto = Head {
        number: line.number,
        hash: hash.clone().try_into().unwrap(),
    };
    let job = Actor::Job("retention");
    store.audit_cut(&job, upto, "a.jsonl", now).await.unwrap()
}

#[tokio::test]
async fn what_is_past_its_time_goes_and_the_rest_can_be_checked() {
    let place = Place::new();
    let noted = ten_lines(&place).await;
    let store = place.open();
    assert_eq!(cut(&store, at(6), 4, at(20)).await, 4, "so many at most");
    let past = store.audit_past(at(6), 100).await.unwrap();
    assert_eq!((past.behind.number, past.lines.len()), (4, 2));
    let other = Head {
        number: 6,
        hash: [7; 32],
    };
    let job = Actor::Job("retention");
    let refused = store.audit_cut(&job, other, "a.jsonl", at(20)).await;
    refused.expect_err("that is not what was exported");
    assert_eq!(cut(&store, at(6), 100, at(20)).await, 2);
    assert_eq!(
        cut(&store, at(6), 100, at(20)).await,
        0,
        "and leaves no line"
    );
    let check = store.audit_check(Some(noted)).await.unwrap();
    assert_eq!(
        (check.intact, check.lines, check.first),
        (true, 6, 7),
        "{check:?}"
    );
    assert_eq!(cut(&store, at(99), 100, at(100)).await, 6);
    let check = store.audit_check(None).await.unwrap();
    assert_eq!((check.intact, check.lines), (true, 1), "{check:?}");
    store.close().await;
    let cut = "DELETE FROM audit WHERE number = (SELECT min(number) FROM audit)";
    place.database().execute_batch(cut).unwrap();
    let check = check_audit_trail(&place.path(), None).unwrap();
    assert!(!check.intact);
}
