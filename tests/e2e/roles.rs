//! The golden table of roles: every operation of the API, asked by everybody, and what each is told.
//!
//! `golden/roles.txt` is what was looked at and found right; `UPDATE=1 cargo test --test e2e roles` writes it anew, to be
//! read like code. Operations come from the OpenAPI document, so none can be forgotten.

use crate::world::World;
use crate::world::rest::Rest;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

const PASSWORD: &str = "a good password";
const COLUMNS: [&str; 8] = [
    "nobody",
    "viewer",
    "help_desk",
    "operator",
    "admin",
    "auditor",
    "part",
    "one-time",
];

/// Everybody who asks: one of each role, an administrator with a part of the fleet, and one who must choose a password.
async fn everybody(world: &World) -> Vec<Rest> {
    let address = world.server.api_address;
    let mut people = vec![Rest::with_token(address, "")];
    for column in &COLUMNS[1..] {
        let user = match *column {
            "part" => json!({ "role": "admin", "password": PASSWORD, "scope": ["north"] }),
            "one-time" => {
                json!({ "role": "admin", "password": PASSWORD, "must_change_password": true })
            }
            role => json!({ "role": role, "password": PASSWORD }),
        };
        let path = format!("/users/role-{column}");
        world.api.put(&path, user).await.expect("a user");
        let rest = Rest::sign_in(address, &format!("role-{column}"), PASSWORD).await;
        people.push(rest.expect("a good password"));
    }
    people
}

/// An address with something in the place of each argument that is not there: whoever is let in finds nothing.
fn filled(path: &str) -> String {
    let mut filled = String::new();
    for (number, piece) in path.trim_start_matches("/api/v1").split('{').enumerate() {
        match piece.split_once('}') {
            Some((_, rest)) if number > 0 => {
                filled.push_str("0000000000000000");
                filled.push_str(rest);
            }
            Some(_) | None => filled.push_str(piece),
        }
    }
    filled
}

/// What somebody is told: `-` for who is not known, `no` for who may not, `yes` for who is let in, whatever is found.
fn word(status: u16) -> &'static str {
    match status {
        401 => "-",
        403 => "no",
        0 => "silent",
        500.. => "broken",
        _ => "yes",
    }
}

/// Somebody of a kind, with a token nobody else uses.
async fn one_more(world: &World, column: &str) -> Rest {
    let address = world.server.api_address;
    match column {
        "nobody" => Rest::with_token(address, ""),
        _ => {
            let rest = Rest::sign_in(address, &format!("role-{column}"), PASSWORD).await;
            rest.expect("a good password")
        }
    }
}

/// The status of the head of an answer that need not end.
async fn begins(rest: &Rest, path: &str) -> u16 {
    let mut stream = TcpStream::connect(rest.address()).await.expect("the API");
    let authorization = match rest.token() {
        "" => String::new(),
        token => format!("Authorization: Bearer {token}\r\n"),
    };
    let request = format!("GET /api/v1{path} HTTP/1.1\r\nHost: api\r\n{authorization}\r\n");
    let sent = stream.write_all(request.as_bytes()).await;
    sent.expect("the API reads");
    let mut lines = BufReader::new(stream).lines();
    let line = lines.next_line().await.ok().flatten().unwrap_or_default();
    let status = line.split(' ').nth(1);
    status.and_then(|status| status.parse().ok()).unwrap_or(0)
}

async fn status(rest: &Rest, method: &str, path: &str) -> u16 {
    if path.ends_with("/events/stream") {
        return begins(rest, path).await;
    }
    // What no operation takes: whoever is let in changes nothing.
    let body = match method {
        "GET" => &b""[..],
        _ => b"\"nothing an operation takes\"",
    };
    let answer = rest.exchange(method, path, "", body).await;
    answer.map_or(0, |answer| answer.status)
}

/// Covers A11, A14.
#[tokio::test(flavor = "multi_thread")]
async fn every_operation_lets_in_whom_the_golden_table_says_and_nobody_else() {
    let world = World::start().await;
    let people = everybody(&world).await;
    let document = world.api.get("/openapi.json").await.expect("the document");
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            operations.push((path.clone(), method.to_uppercase(), operation.clone()));
        }
    }
    operations.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
    let mut table = format!("{:<6} {:<52} {:<16}", "", "", "takes");
    for column in COLUMNS {
        let _ = write!(table, " {column:<9}");
    }
    table = format!("{}\n", table.trim_end());
    for (path, method, operation) in operations {
        let permission = operation["x-permission"].as_str().unwrap_or("nothing");
        let mut row = format!("{method:<6} {path:<52} {permission:<16}");
        let ends = path == "/api/v1/session" && method == "DELETE";
        for (rest, column) in people.iter().zip(COLUMNS) {
            let asked = filled(&path);
            let first = match ends {
                // It ends what it is asked with, so that is somebody else's of the same kind.
                true => status(&one_more(&world, column).await, &method, &asked).await,
                false => status(rest, &method, &asked).await,
            };
            if [401, 403].contains(&first) {
                // Asking again and again changes nobody's mind.
                let again = (0..20).map(|_| status(rest, &method, &asked));
                let again = futures_util::future::join_all(again).await;
                assert!(
                    again.iter().all(|status| *status == first),
                    "{method} {path}: {again:?}"
                );
            }
            let _ = write!(row, " {:<9}", word(first));
        }
        let _ = writeln!(table, "{}", row.trim_end());
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/golden/roles.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(golden.parent().expect("a folder")).expect("a folder");
        std::fs::write(&golden, &table).expect("the table");
    }
    let kept = std::fs::read_to_string(&golden).unwrap_or_default();
    let different: Vec<&str> = table.lines().filter(|row| !kept.contains(row)).collect();
    assert!(
        kept == table,
        "the table of roles has changed; if that is right: UPDATE=1 cargo test --test e2e roles\n{}",
        different.join("\n")
    );
    assert!(
        !table.contains("broken") && !table.contains("silent"),
        "{table}"
    );
    let users = world.api.get("/users").await.expect("users");
    assert_eq!(
        users.as_array().map(Vec::len),
        Some(COLUMNS.len()),
        "nobody was made or removed"
    );
}

/// Covers A11.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_denied_is_denied_a_thousand_times() {
    let world = World::start().await;
    let people = everybody(&world).await;
    let viewer = &people[1];
    for _ in 0..20 {
        let asked = (0..50).map(|_| status(viewer, "DELETE", "/users/admin"));
        let statuses: Vec<u16> = futures_util::future::join_all(asked).await;
        assert!(statuses.iter().all(|status| *status == 403), "{statuses:?}");
    }
    let still: Value = world.api.get("/users").await.expect("users");
    assert!(still.to_string().contains("\"admin\""));
}
