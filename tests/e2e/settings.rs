//! The settings of a server: checked as a whole, shown, and read again while sessions are open.

use crate::command_line::{dialtone, text};
use crate::world::by_hand::Hand;
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use crate::world::rest::ADMIN_PASSWORD;
use crate::world::{Authority, FACTORY_SECRET, eventually};
use serde_json::json;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_of_the_settings_is_told_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = "data = 'd'\n[cwmp]\nlisen = '127.0.0.1:1'\n[enrolement]\nmode = 'open'\n\
               [files]\npublic_url = 5\n";
    std::fs::write(folder.path().join("bad.toml"), bad).expect("a file");
    let contradicting = "[enrolment]\nmode = 'shared-secret'\n[trace]\nsessions = 1000\n\
                         [api.tls]\ncertificate_file = 'none.pem'\nkey_file = 'none.key'\n";
    std::fs::write(folder.path().join("contradicting.toml"), contradicting).expect("a file");
    for (file, words) in [
        ("bad.toml", ["`listen` is", "`enrolment` is", "public_url"]),
        (
            "contradicting.toml",
            ["enrolment.secret", "trace.sessions", "none.key"],
        ),
    ] {
        for more in ["--check", "--api-listen=127.0.0.1:0"] {
            let output = dialtone(&["acs", "--config", file, more], folder.path()).await;
            assert!(!output.status.success());
            for word in words {
                assert!(text(&output).contains(word), "{word}: {}", text(&output));
            }
        }
    }
    assert!(
        !folder.path().join("dialtone-data").exists(),
        "nothing was begun"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_in_force_are_shown_without_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("acs.toml"), "[trace]\nall = true\n").expect("a file");
    let mut command = Command::new(DIALTONE);
    command
        .args([
            "acs",
            "--config",
            "acs.toml",
            "--print-config",
            "--cwmp-listen",
            "127.0.0.1:4711",
        ])
        .current_dir(folder.path())
        .env("DIALTONE_ACS_ENROLMENT__SECRET", "hidden-secret")
        .env("DIALTONE_ACS_ENROLMENT__MODE", "shared-secret");
    let output = command.output().await.expect("it runs");
    let shown = text(&output);
    for line in [
        "cwmp.listen = 127.0.0.1:4711",
        "enrolment.mode = \"shared-secret\"",
        "enrolment.secret = ***",
        "trace.all = true",
        "trace.sessions = 20",
    ] {
        assert!(shown.lines().any(|known| known == line), "{line}: {shown}");
    }
    assert!(!shown.contains("hidden-secret"));
}

/// The settings beside a data folder, with a change.
fn change(data: &Path, from: &str, to: &str) {
    let file = data.with_extension("toml");
    let text = std::fs::read_to_string(&file).expect("the settings");
    assert!(text.contains(from), "{text}");
    std::fs::write(file, text.replace(from, to)).expect("a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_read_again_without_ending_a_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ports) = (folder.path().join("data"), Ports::free());
    let settings = "[trace]\nall = false\n[profiles]\n";
    let server = AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, settings).await;
    let api = server.sign_in(&data).await;
    let mut hand = Hand::with_password(server.cwmp, "OPEN", FACTORY_SECRET);
    hand.open().await;
    change(&data, "all = false", "all = true");
    let moved = format!("listen = '{}'", ports.files);
    change(&data, &moved, "listen = '127.0.0.1:1'");
    change(
        &data,
        &format!("secret = '{FACTORY_SECRET}'"),
        "secret = 'another one'",
    );
    let reloaded = api
        .post("/reload", json!(null))
        .await
        .expect("good settings");
    assert_eq!(
        reloaded["applied"],
        json!(["enrolment.secret", "trace.all"])
    );
    assert_eq!(reloaded["needs_restart"], json!(["files.listen"]));
    // The session goes on, and what was changed holds from here on.
    assert_eq!(hand.post("").await.status, 204);
    let mut other = Hand::with_password(server.cwmp, "OTHER", FACTORY_SECRET);
    assert_eq!(other.post(other.inform(Vec::new())).await.status, 401);
    let mut other = Hand::with_password(server.cwmp, "OTHER", "another one");
    other.open().await;
    // A bad file changes nothing, and says why.
    change(&data, "all = true", "all = 'perhaps'");
    let refused = api
        .post("/reload", json!(null))
        .await
        .expect_err("no settings");
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("all"), "{refused}");
    let device = api.get(&format!("{}/trace", other.path())).await;
    assert_eq!(device.expect("a device")["all"], true);
    // The same by a signal, which is how a service manager asks.
    change(&data, "all = 'perhaps'", "all = false");
    server.signal("HUP").await;
    let path = format!("{}/trace", other.path());
    eventually("the trace is off", || async {
        let state = api.get(&path).await.ok()?;
        (state["all"] == false).then_some(())
    })
    .await;
    server.stop().await;
}

/// The command line over TLS, with an authority of one's own; the certificate is replaced while the server runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_replaced_without_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let (data, ports) = (path.join("data"), Ports::free());
    let show = |authority: &Authority| {
        let (certificate, key) = authority.certificate("localhost");
        std::fs::copy(certificate, path.join("api.pem")).expect("a file");
        std::fs::copy(key, path.join("api.key")).expect("a file");
    };
    show(&Authority::new(path, "first"));
    let (certificate, key) = (path.join("api.pem"), path.join("api.key"));
    let settings = format!(
        "[api.tls]\ncertificate_file = '{}'\nkey_file = '{}'\n",
        certificate.display(),
        key.display()
    );
    let server = AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, &settings).await;
    let url = format!("https://localhost:{}", server.api.port());
    let sign_in = async |ca: &str| {
        let words = format!(
            "sign-in --server {url} --ca-file {ca} --password-file password --token-file token"
        );
        let words: Vec<&str> = words.split(' ').collect();
        dialtone(&words, path).await
    };
    choose_password(path, &url).await;
    let output = sign_in("first/ca.pem").await;
    assert!(output.status.success(), "{}", text(&output));
    let list = ["device", "list", "--token-file", "token"];
    assert!(dialtone(&list, path).await.status.success());
    show(&Authority::new(path, "second"));
    server.signal("HUP").await;
    eventually("the other certificate is shown", || async {
        sign_in("second/ca.pem")
            .await
            .status
            .success()
            .then_some(())
    })
    .await;
    let output = sign_in("first/ca.pem").await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
}

/// Every line of a session says whose it is.
#[tokio::test(flavor = "multi_thread")]
async fn lines_of_the_log_carry_session_device_and_task() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ports) = (folder.path().join("data"), Ports::free());
    let log = folder.path().join("log");
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        r#"DIALTONE_LOG=debug exec "$0" --log-format json "$@" 2>"$LOG""#,
        DIALTONE,
    ]);
    shell.env("LOG", &log).stderr(Stdio::null());
    let server = AcsProcess::start_by(shell, &data, &ports, "").await;
    let api = server.sign_in(&data).await;
    let mut hand = Hand::with_password(server.cwmp, "LOGGED", FACTORY_SECRET);
    hand.open().await;
    hand.post("").await;
    hand.cookie = None;
    let task = api
        .post(
            &format!("{}/tasks", hand.path()),
            json!({ "kind": "reboot" }),
        )
        .await;
    let task = task.expect("a task")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    hand.open().await;
    hand.post("").await;
    server.stop().await;
    let log = std::fs::read_to_string(log).expect("a log");
    let lines = log.lines().map(|line| -> serde_json::Value {
        serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"))
    });
    let lines: Vec<serde_json::Value> = lines.collect();
    let within = lines.iter().filter(|line| {
        let target = line["target"].as_str();
        target.is_some_and(|target| target.starts_with("acs::sessions"))
    });
    let mut seen = 0;
    for line in within {
        assert_eq!(line["span"]["device"], hand.identity.username(), "{line}");
        assert!(line["span"]["session"].is_string(), "{line}");
        seen += 1;
    }
    assert!(seen >= 3, "{log}");
    // The Inform belongs to its session, also before that is open.
    let of = |message: &str| {
        let line = lines
            .iter()
            .find(|line| line["fields"]["message"] == message);
        line.unwrap_or_else(|| panic!("`{message}` is not in {log}"))["span"]["session"].clone()
    };
    assert!(of("first contact").is_string());
    assert_eq!(of("first contact"), of("session ended"));
    let begun = lines
        .iter()
        .filter(|line| line["fields"]["message"] == "task begun")
        .find(|line| line["fields"]["task"] == task);
    let begun = begun.expect("the task is in the log");
    assert_eq!(begun["span"]["device"], hand.identity.username(), "{begun}");
    assert_eq!(begun["span"]["task"], task, "{begun}");
    assert_eq!(
        begun["span"]["session"].as_str().map(str::len),
        Some(8),
        "{begun}"
    );
    assert!(!log.contains(FACTORY_SECRET));
}

/// A server that runs holds its store and its ports; that is no trouble.
#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_at_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ports) = (folder.path().join("data"), Ports::free());
    let server = AcsProcess::start(&data, &ports).await;
    let doctor = ["doctor", "--config", "data.toml"];
    let output = dialtone(&doctor, folder.path()).await;
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("is ready") && said.contains("is whole"),
        "{said}"
    );
    // A device, and no backup.
    let api = server.sign_in(&data).await;
    let device = json!({ "oui": "00562B", "serial_number": "SICK" });
    api.post("/devices", device).await.expect("a device");
    let said = text(&dialtone(&doctor, folder.path()).await);
    assert!(said.contains("dialtone acs backup"), "{said}");
    server.stop().await;
    let said = text(&dialtone(&doctor, folder.path()).await);
    assert!(
        said.contains("not running") && said.contains("is free"),
        "{said}"
    );
}

/// Chooses a password in place of the one-time one, with curl, and leaves it in the file `password`.
async fn choose_password(folder: &Path, url: &str) {
    let one_time = std::fs::read_to_string(folder.join("data/admin-password"));
    let one_time = one_time.expect("the first password");
    let one_time = one_time.trim();
    let ask = async |method: &str, path: &str, token: &str, body: serde_json::Value| {
        let output = Command::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--cacert",
                "first/ca.pem",
                "-X",
                method,
            ])
            .args(["-H", "Content-Type: application/json"])
            .args(["-H", &format!("Authorization: Bearer {token}")])
            .args(["-d", &body.to_string(), &format!("{url}/api/v1{path}")])
            .current_dir(folder)
            .output()
            .await
            .expect("curl is installed by tests/run");
        assert!(output.status.success(), "{}", text(&output));
        output.stdout
    };
    let body = json!({ "user": "admin", "password": one_time });
    let answer = ask("POST", "/sign-in", "", body).await;
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
    let token = answer["token"].as_str().expect("a token");
    let body = json!({ "old": one_time, "new": ADMIN_PASSWORD });
    ask("PUT", "/password", token, body).await;
    std::fs::write(folder.join("password"), ADMIN_PASSWORD).expect("a file");
}
