//! Somebody who looks at the fleet while devices come, and changes something after each look; how long both take.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(20);
const PASSWORD: &str = "chosen by the benchmark";

/// Signs in with the one-time password; gives a token.
pub fn sign_in(api: SocketAddr, one_time: &str) -> String {
    let sign_in = |password: &str| {
        let body = serde_json::json!({ "user": "admin", "password": password }).to_string();
        let answer = ask(&mut connect(api), "POST", "/api/v1/sign-in", "", &body);
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        answer["token"].as_str().expect("a token").to_owned()
    };
    let token = sign_in(one_time);
    let body = serde_json::json!({ "old": one_time, "new": PASSWORD }).to_string();
    ask(&mut connect(api), "PUT", "/api/v1/password", &token, &body);
    sign_in(PASSWORD)
}

/// Somebody who looks and changes something, until told that it is enough.
pub struct Person {
    over: Arc<AtomicBool>,
    waits: JoinHandle<Waits>,
}

/// Milliseconds of each answer.
#[derive(Default)]
struct Waits {
    looks: Vec<f64>,
    changes: Vec<f64>,
}

impl Person {
    /// Begins to look at the list, and to change the tags of this device.
    pub fn begin(api: SocketAddr, token: &str, device: &str) -> Person {
        let over = Arc::new(AtomicBool::new(false));
        let (stop, token) = (Arc::clone(&over), token.to_owned());
        let tags = format!("/api/v1/devices/{device}/tags");
        let waits = std::thread::spawn(move || {
            let mut waits = Waits::default();
            let mut stream = connect(api);
            let mut timed = |method, path: &str, body: &str| {
                let begun = Instant::now();
                ask(&mut stream, method, path, &token, body);
                let took = begun.elapsed();
                std::thread::sleep(PAUSE);
                took.as_secs_f64() * 1000.0
            };
            while !stop.load(Ordering::Relaxed) {
                waits
                    .looks
                    .push(timed("GET", "/api/v1/devices?limit=20", ""));
                let body = format!("[\"seen-{}\"]", waits.changes.len());
                waits.changes.push(timed("PUT", &tags, &body));
            }
            waits
        });
        Person { over, waits }
    }

    /// The milliseconds within which 19 of 20 looks were answered, and 19 of 20 changes.
    pub fn end(self) -> [f64; 2] {
        self.over.store(true, Ordering::Relaxed);
        let waits = self.waits.join().expect("people are answered");
        [waits.looks, waits.changes].map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() * 19 / 20]
        })
    }
}

fn connect(api: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(api).expect("it listens");
    stream.set_nodelay(true).expect("a TCP stream");
    stream
}

/// One request; anything but a success is a mistake in the benchmark.
fn ask(stream: &mut TcpStream, method: &str, path: &str, token: &str, body: &str) -> String {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 16 * 1024];
        let read = stream.read(&mut piece).expect("it answers");
        assert!(read > 0, "it closed before it answered");
        bytes.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, rest)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        assert!(head.starts_with("HTTP/1.1 2"), "{head}");
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let right = name.eq_ignore_ascii_case("content-length");
            right.then(|| value.trim().parse::<usize>().ok())?
        });
        if rest.len() >= length.unwrap_or(0) {
            return rest.to_owned();
        }
    }
}
