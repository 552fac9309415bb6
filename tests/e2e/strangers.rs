//! Devices nobody has registered, where the policy asks for that: they are told to prove who they are, and not a row is
//! written about them.

use crate::world::World;
use crate::world::by_hand::Hand;
use acs::config::EnrolmentMode;
use cwmp::{Event, EventCode};
use std::collections::BTreeMap;
use std::path::Path;

/// The rows of every table.
fn rows(data: &Path) -> BTreeMap<String, i64> {
    let database = rusqlite::Connection::open(data.join("dialtone.db")).expect("a database");
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut statement = database.prepare(sql).expect("a statement of ours");
    let names = statement.query_map([], |row| row.get::<_, String>(0));
    let names: Vec<String> = names
        .expect("names")
        .map(|name| name.expect("a name"))
        .collect();
    let count = |name: &String| {
        let sql = format!("SELECT count(*) FROM \"{name}\"");
        database
            .query_row(&sql, [], |row| row.get(0))
            .expect("a count")
    };
    names
        .iter()
        .map(|name| (name.clone(), count(name)))
        .collect()
}

/// Covers A07.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_gets_401_and_leaves_no_row_where_devices_are_registered_first() {
    let world = World::start_with(|config, _| {
        config.enrolment.mode = EnrolmentMode::PreRegistered;
        config.cwmp.basic_without_tls = true;
    })
    .await;
    let mut known = Hand::registered(&world, "KNOWN").await;
    known.open().await;
    known.post("").await;
    let data = world.folder.path().join("acs");
    let before = rows(&data);
    assert!(before["device"] == 1 && before.len() > 20, "{before:?}");
    let digest = |nonce: &str| {
        format!(
            "Digest username=\"00562B-ATA192-STRANGER\", realm=\"dialtone\", nonce=\"{nonce}\", uri=\"/\", \
             response=\"{}\", qop=auth, nc=00000001, cnonce=\"x\"",
            "0".repeat(32)
        )
    };
    let mut hand = Hand::unregistered(&world, "STRANGER");
    let basic = hand.authorization.clone();
    for number in 0..100 {
        let serial = format!("STRANGER{}", number % 7);
        hand.identity.serial_number = serial;
        hand.cookie = None;
        hand.authorization = match number % 4 {
            0 => String::new(),
            1 => basic.clone(),
            2 => digest("forged"),
            _ => "Bearer x".into(),
        };
        if number % 10 == 0 {
            hand.hang_up();
        }
        let inform = hand.inform(vec![Event::new(EventCode::Bootstrap)]);
        let answer = hand.post(inform).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
        assert!(answer.header("www-authenticate").is_some());
        assert!(answer.header("set-cookie").is_none(), "no session");
        let answer = hand.post("").await;
        assert_eq!(answer.status, 401, "{}", answer.text());
    }
    assert_eq!(rows(&data), before);
    // Those that are known come in as ever.
    known.cookie = None;
    known.open().await;
}
