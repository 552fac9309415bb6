//! The program as people use it.

use crate::world::process::DIALTONE;
use crate::world::{FACTORY_SECRET, World, eventually};
use std::path::Path;
use std::process::{Output, Stdio};
use tokio::process::Command;

pub async fn dialtone(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(DIALTONE);
    command
        .args(arguments)
        .current_dir(folder)
        .kill_on_drop(true);
    let output = tokio::time::timeout(crate::world::patience() * 3, command.output()).await;
    output.expect("it ends by itself").expect("it starts")
}

pub fn text(output: &Output) -> String {
    let (out, error) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(error)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_explains_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in [
        "demo",
        "acs",
        "agent",
        "fleet",
        "firmware",
        "package",
        "profile",
        "doctor",
        "sign-in",
        "sign-out",
        "device",
        "task",
        "campaign",
        "file",
        "binding",
        "user",
        "audit",
        "account",
        "line",
        "group",
        "query",
        "diagnostic",
        "operation",
        "quarantine",
        "webhook",
        "backup",
    ] {
        let output = dialtone(&[command, "--help"], folder.path()).await;
        let text = text(&output);
        assert!(
            output.status.success() && text.contains("Usage:"),
            "{command}: {text}"
        );
    }
    let output = dialtone(&["dance"], folder.path()).await;
    assert!(!output.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_with_what_to_do_about_them() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("acs.toml"),
        "[cwmp]\nlisten = 'everywhere'\n",
    )
    .expect("a file");
    std::fs::write(folder.path().join("agent.toml"), "device_type = 'ata999'\n").expect("a file");
    for (arguments, words) in [
        (&["acs", "--config", "acs.toml"][..], ["acs.toml", "listen"]),
        (
            &["acs", "--config", "missing.toml"],
            ["missing.toml", "No such file"],
        ),
        (
            &["agent", "--config", "agent.toml", "--serial-number", "X"],
            ["ata999", "ata192"],
        ),
        (
            &["agent", "--device-type", "ata192"],
            ["serial_number", "--serial-number"],
        ),
        (
            &["firmware", "inspect", "acs.toml"],
            ["not a firmware container", "begin"],
        ),
        (
            &["package", "inspect", "acs.toml"],
            ["not a package", "begin"],
        ),
    ] {
        let output = dialtone(arguments, folder.path()).await;
        let text = text(&output);
        assert!(!output.status.success(), "{arguments:?}: {text}");
        for word in words {
            assert!(
                text.contains(word),
                "{arguments:?}: `{word}` is missing in: {text}"
            );
        }
        assert!(!text.contains("panicked"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_signed_and_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("image"), vec![1; 5000]).expect("a file");
    let made = dialtone(&["firmware", "keygen", "--key", "key"], folder.path()).await;
    let key = text(&made)
        .lines()
        .find_map(|line| line.strip_prefix("public key:").map(str::to_owned));
    let key = key.expect("the public key is printed");
    let pack = "firmware pack --product ATA192 --image-version 2.0 image --output";
    let run = async |arguments: &str, more: &[&str]| {
        let words: Vec<&str> = arguments.split(' ').chain(more.iter().copied()).collect();
        dialtone(&words, folder.path()).await
    };
    let inspect =
        async |name: &str| run("firmware inspect --firmware-key", &[key.trim(), name]).await;
    // Where the key lies and where images are built may be two places, or one.
    let packed = run(pack, &["packed"]).await;
    assert!(
        text(&packed).contains("not signed yet"),
        "{}",
        text(&packed)
    );
    let seen = inspect("packed").await;
    assert!(!seen.status.success(), "{}", text(&seen));
    assert!(text(&seen).contains("not signed"), "{}", text(&seen));
    let signed = run("firmware sign --key key packed --output signed", &[]).await;
    assert!(signed.status.success(), "{}", text(&signed));
    let at_once = run(pack, &["at-once", "--key", "key"]).await;
    assert!(at_once.status.success(), "{}", text(&at_once));
    for name in ["signed", "at-once"] {
        let seen = inspect(name).await;
        let said = text(&seen);
        assert!(
            seen.status.success() && said.contains("version=2.0"),
            "{said}"
        );
    }
    let mut broken = std::fs::read(folder.path().join("packed")).expect("it is there");
    broken.pop();
    std::fs::write(folder.path().join("broken"), broken).expect("a file");
    let refused = run("firmware sign --key key broken --output never", &[]).await;
    assert!(!refused.status.success());
    assert!(text(&refused).contains("not the one its header tells of"));
    assert!(!folder.path().join("never").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_a_sound_folder_from_a_broken_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("good.toml"), "data = 'data'\n").expect("a file");
    std::fs::write(
        folder.path().join("bad.toml"),
        "data = 'data'\n[enrolment]\nmode = 'shared-secret'\n[files]\npublic_url = 'files'\n",
    )
    .expect("a file");
    let good = dialtone(&["doctor", "--config", "good.toml"], folder.path()).await;
    assert!(good.status.success(), "{}", text(&good));
    let bad = dialtone(&["doctor", "--config", "bad.toml"], folder.path()).await;
    assert!(!bad.status.success());
    for word in ["enrolment.secret", "public_url"] {
        assert!(text(&bad).contains(word), "{}", text(&bad));
    }
}

/// A real session is written down, and a fresh device of the same build lives through it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_session_is_replayed_without_a_network() {
    let world = World::start().await;
    let folder = world.folder.path();
    let (url, secret) = (world.server.acs_url(), FACTORY_SECRET);
    let mut agent = Command::new(DIALTONE);
    agent
        .args(["agent", "record", "recorded", "--serial-number", "REC1"])
        .args(["--acs-url", &url, "--password", secret, "--state", "state"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .kill_on_drop(true);
    let mut agent = agent.spawn().expect("the program starts");
    let session = folder.join("recorded/0001");
    eventually("a session is recorded", || async {
        session.join("story.toml").exists().then_some(())
    })
    .await;
    agent.kill().await.expect("it runs");
    let written: String = std::fs::read_dir(&session)
        .expect("it is there")
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"))
        .collect();
    assert!(written.contains("0 BOOTSTRAP") && !written.contains(secret));
    let output = dialtone(&["agent", "replay", "recorded/0001"], folder).await;
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("the device answers as it did"));
    let output = dialtone(&["agent", "replay", "."], folder).await;
    assert!(!output.status.success());
    assert!(text(&output).contains("story.toml"), "{}", text(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_explained_step_by_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = "($SWVER lt 11-3-3MPP0200-001)? [--key $SA] http://p.example.net/$MA.img | http://p.example.net/done";
    let arguments = [
        "profile",
        "explain-rule",
        rule,
        "--mac",
        "00562BAABBCC",
        "--set",
        "SA=hidden key",
    ];
    let output = dialtone(&arguments, folder.path()).await;
    let explained = text(&output);
    assert!(output.status.success(), "{explained}");
    for line in [
        "alternative 1: $SWVER lt 11-3-3MPP0200-001 holds",
        "fetches http://p.example.net/00562baabbcc.img",
        "decrypts it with the key of the rule",
    ] {
        assert!(
            explained.contains(line),
            "`{line}` is missing in: {explained}"
        );
    }
    assert!(!explained.contains("hidden key"), "{explained}");
    let output = dialtone(
        &["profile", "explain-rule", "($SWVER lt)? /x"],
        folder.path(),
    )
    .await;
    assert!(!output.status.success());
    assert!(text(&output).contains("column 11"), "{}", text(&output));
}

async fn openssl(arguments: &[&str], folder: &Path) {
    let mut command = Command::new("openssl");
    command
        .args(["enc", "-aes-256-cbc", "-md", "md5"])
        .args(arguments)
        .current_dir(folder);
    let output = command.output().await.expect("tests/run installs openssl");
    assert!(output.status.success(), "{}", text(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_and_we_read_each_other_s_profiles() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let profile = "<flat-profile><User_ID_1_>4711</User_ID_1_></flat-profile>\n".repeat(100);
    std::fs::write(at("profile.xml"), &profile).expect("a file");
    std::fs::write(at("key"), "SecretPhrase1234\n").expect("a file");

    openssl(
        &[
            "-k",
            "SecretPhrase1234",
            "-in",
            "profile.xml",
            "-out",
            "theirs",
        ],
        folder.path(),
    )
    .await;
    let decrypt = [
        "profile",
        "decrypt",
        "--key-file",
        "key",
        "theirs",
        "--output",
        "from-theirs",
    ];
    let output = dialtone(&decrypt, folder.path()).await;
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(
        std::fs::read_to_string(at("from-theirs")).expect("a profile"),
        profile
    );

    let encrypt = [
        "profile",
        "encrypt",
        "--plain",
        "--key-file",
        "key",
        "profile.xml",
        "--output",
        "ours",
    ];
    let output = dialtone(&encrypt, folder.path()).await;
    assert!(output.status.success(), "{}", text(&output));
    openssl(
        &[
            "-d",
            "-k",
            "SecretPhrase1234",
            "-in",
            "ours",
            "-out",
            "from-ours",
        ],
        folder.path(),
    )
    .await;
    assert_eq!(
        std::fs::read_to_string(at("from-ours")).expect("a profile"),
        profile
    );

    a_wrong_key_opens_nothing(folder.path(), &profile).await;
}

/// `theirs` is an encrypted profile.
async fn a_wrong_key_opens_nothing(folder: &Path, profile: &str) {
    let wrong = [
        "profile", "decrypt", "--key", "wrong", "theirs", "--output", "nothing",
    ];
    let output = dialtone(&wrong, folder).await;
    // One wrong key in 256 leaves padding that could be; what comes out is noise.
    let opened = std::fs::read(folder.join("nothing")).unwrap_or_default();
    assert!(!output.status.success() || opened != profile.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_signed_and_looked_at_and_are_no_images() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("module"), vec![1; 5000]).expect("a file");
    let made = dialtone(&["firmware", "keygen", "--key", "key"], folder.path()).await;
    let made = text(&made);
    let mut lines = made.lines();
    let key = lines.find_map(|line| line.strip_prefix("public key:"));
    let key = key.expect("the public key is printed").trim();
    let sign = |name: &'static str| {
        let arguments = [
            &["package", "sign", "--key", "key", "--name", name],
            &["--vendor", "example.net", "--module-version", "1.2.0"][..],
            &["module", "--output", "signed"],
        ];
        arguments.concat()
    };
    let signed = dialtone(&sign("call-blocker"), folder.path()).await;
    assert!(signed.status.success(), "{}", text(&signed));
    let inspect = ["package", "inspect", "signed", "--firmware-key", key];
    let looked_at = dialtone(&inspect, folder.path()).await;
    assert!(looked_at.status.success(), "{}", text(&looked_at));
    for words in ["name=call-blocker", "version=1.2.0", "are good", "UUID "] {
        let text = text(&looked_at);
        assert!(text.contains(words), "`{words}` is missing in: {text}");
    }
    let uuid = |output: &Output| {
        text(output)
            .split("UUID ")
            .nth(1)
            .map(|it| it[..36].to_owned())
    };
    assert_eq!(uuid(&signed), uuid(&looked_at));
    let as_image = ["firmware", "inspect", "signed", "--firmware-key", key];
    let as_image = dialtone(&as_image, folder.path()).await;
    assert!(!as_image.status.success(), "{}", text(&as_image));
    let refused = dialtone(&sign("two words"), folder.path()).await;
    assert!(!refused.status.success(), "{}", text(&refused));
    let mut bytes = std::fs::read(folder.path().join("signed")).expect("the package");
    *bytes.last_mut().expect("it is not empty") ^= 1;
    std::fs::write(folder.path().join("signed"), bytes).expect("a file");
    let looked_at = dialtone(&inspect, folder.path()).await;
    assert!(!looked_at.status.success() && text(&looked_at).contains("NOT the signed one"));
}
