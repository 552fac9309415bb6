//! What an operator does at night, with the command line alone.

use crate::world::process::DIALTONE;
use crate::world::rest::ADMIN_PASSWORD;
use crate::world::{FACTORY_VERSION, NEW_VERSION, World, eventually};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;
use tokio::process::Command;

/// Somebody at a shell: the program, with a home of their own.
pub struct Shell<'w> {
    pub world: &'w World,
}

impl Shell<'_> {
    async fn run(&self, words: &str) -> Output {
        let words: Vec<&str> = words.split(' ').collect();
        self.run_words(&words, &[]).await
    }

    pub async fn run_words(&self, words: &[&str], environment: &[(&str, &str)]) -> Output {
        let folder = self.world.folder.path();
        let mut command = Command::new(DIALTONE);
        command
            .args(words)
            .current_dir(folder)
            .env("HOME", folder.join("home"))
            .env_remove("XDG_CONFIG_HOME")
            .envs(environment.iter().copied())
            .kill_on_drop(true);
        let output = tokio::time::timeout(crate::world::patience() * 2, command.output()).await;
        output.expect("it ends by itself").expect("it starts")
    }

    /// What a command prints that must succeed.
    pub async fn good(&self, words: &str) -> String {
        let output = self.run(words).await;
        let (text, error) = (stdout(&output), stderr(&output));
        assert!(output.status.success(), "{words}: {text}{error}");
        text
    }

    /// The same as JSON.
    pub async fn json(&self, words: &str) -> Value {
        let text = self.good(&format!("{words} --json")).await;
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{words}: {why}: {text}"))
    }

    /// What a command says that must fail with this status.
    pub async fn bad(&self, words: &str, code: i32) -> String {
        let output = self.run(words).await;
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{words}: {error}");
        assert!(!error.contains("panicked"), "{error}");
        format!("{}{error}", stdout(&output))
    }

    pub async fn sign_in(&self) {
        let url = format!("http://{}", self.world.server.api_address);
        let words = format!("sign-in --server {url} --password-file password");
        let file = self.world.folder.path().join("password");
        std::fs::write(file, ADMIN_PASSWORD).expect("a file");
        let text = self.good(&words).await;
        assert!(text.contains("as admin (admin)"), "{text}");
    }
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_a_sign_in_is_for_its_owner_and_its_server_alone() {
    let world = World::start().await;
    let shell = Shell { world: &world };
    let said = shell.bad("device list", 4).await;
    assert!(said.contains("dialtone sign-in"), "{said}");
    shell.sign_in().await;
    shell.good("device list").await;
    let file = world.folder.path().join("home/.config/dialtone/token.toml");
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    let metadata = std::fs::metadata(&file).expect("the token is kept");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    let said = shell
        .bad("device list --server http://127.0.0.1:1", 4)
        .await;
    assert!(said.contains("not") || said.contains("nobody"), "{said}");
    std::fs::set_permissions(&file, mode(0o644)).expect("it is ours");
    let said = shell.bad("device list", 3).await;
    assert!(said.contains("0644"), "{said}");
    std::fs::set_permissions(&file, mode(0o600)).expect("it is ours");
    let wrong = "sign-in --user admin --password-file acs/dialtone.lock --server";
    let url = format!("http://{}", world.server.api_address);
    std::fs::write(world.folder.path().join("wrong"), "wrong password").expect("a file");
    let wrong = wrong.replace("acs/dialtone.lock", "wrong");
    shell.bad(&format!("{wrong} {url}"), 4).await;
    shell.bad(&format!("{wrong} http://127.0.0.1:1"), 3).await;
    let kept = std::fs::read_to_string(&file).expect("it is ours");
    shell.good("sign-out").await;
    shell.bad("device list", 4).await;
    // A copy of the file is good for nothing either.
    std::fs::write(&file, kept).expect("it is ours");
    std::fs::set_permissions(&file, mode(0o600)).expect("it is ours");
    shell.bad("device list", 4).await;
    // A program has its token from the environment.
    let body = serde_json::json!({ "user": "admin", "password": ADMIN_PASSWORD });
    let answer = world.api.post("/sign-in", body).await.expect("a token");
    let token = answer["token"].as_str().expect("text");
    let words = ["device", "list"];
    let environment = [("DIALTONE_TOKEN", token), ("DIALTONE_SERVER", &url)];
    let output = shell.run_words(&words, &environment).await;
    assert!(output.status.success(), "{}", stderr(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_found_looked_at_and_configured_from_a_shell() {
    let world = World::start().await;
    let shell = Shell { world: &world };
    shell.sign_in().await;
    let phone = world.phone("SHELL1").await;
    let device = phone.identity.as_str();
    let listed = shell.good("device list --contains shell").await;
    assert!(
        listed.contains("DEVICE") && listed.contains(device),
        "{listed}"
    );
    assert!(listed.contains(FACTORY_VERSION), "{listed}");
    let none = shell.json("device list --tag nobody").await;
    assert_eq!(none, serde_json::json!([]));
    let shown = shell.good(&format!("device show {device}")).await;
    assert!(
        shown.contains("last_inform") && shown.contains("T"),
        "{shown}"
    );
    let code = "Device.DeviceInfo.ProvisioningCode";
    shell
        .good(&format!("device set {device} {code}=night"))
        .await;
    let read = shell.good(&format!("device get {device} {code}")).await;
    assert!(read.contains("night"), "{read}");
    let known = shell
        .json(&format!("device parameters {device} --prefix {code}"))
        .await;
    assert_eq!(known["parameters"][0]["value"], "night");
    // A refusal is told with every reason, and by the status.
    let said = shell
        .bad(&format!("device set {device} Device.Nope=1"), 6)
        .await;
    assert!(
        said.contains("9005") && said.contains("Device.Nope"),
        "{said}"
    );
    let tags = format!("device tags {device}");
    shell
        .good(&format!("{tags} --add night --add office"))
        .await;
    assert_eq!(
        shell.good(&format!("{tags} --remove office")).await,
        "night\n"
    );
    let tasks = shell.json(&format!("task list {device}")).await;
    assert_eq!(tasks.as_array().map(Vec::len), Some(3), "{tasks}");
    assert_eq!(
        shell.good(&format!("device call {device}")).await,
        "accepted\n"
    );
    let said = shell.bad("device show 00562B-ATA192-NOBODY", 5).await;
    assert!(said.contains("no such device"), "{said}");
    // What cannot be undone wants to be asked for twice.
    let said = shell.bad(&format!("device forget {device}"), 1).await;
    assert!(said.contains("--yes"), "{said}");
    shell.good(&format!("device forget {device} --yes")).await;
    shell.bad(&format!("device show {device}"), 5).await;
    let audit = shell.good("audit list").await;
    assert!(
        audit.contains("device.delete") && audit.contains("user:admin"),
        "{audit}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_for_a_device_that_is_away_is_watched_and_withdrawn() {
    let world = World::start().await;
    let shell = Shell { world: &world };
    shell.sign_in().await;
    let register = "device register --oui 00562B --product-class ATA192 --serial-number AWAY";
    shell.good(register).await;
    let device = "00562B-ATA192-AWAY";
    let task = shell
        .json(&format!("device reboot {device} --no-wait"))
        .await;
    let task = task["id"].as_str().expect("an id");
    let said = shell
        .bad(&format!("task watch {task} --timeout-secs 1"), 6)
        .await;
    assert!(
        said.contains("queued") && said.contains("has not come"),
        "{said}"
    );
    shell.good(&format!("task cancel {task}")).await;
    let said = shell.bad(&format!("task watch {task}"), 6).await;
    assert!(said.contains("cancelled"), "{said}");
    let said = shell.bad(&format!("task cancel {task}"), 1).await;
    assert!(said.contains("409"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_run_from_a_shell() {
    let world = World::start().await;
    let shell = Shell { world: &world };
    shell.sign_in().await;
    let phone = world.phone("SHELL2").await;
    let image = world.image("ATA192", NEW_VERSION);
    std::fs::write(world.folder.path().join("new.fw"), image).expect("a file");
    let upload = format!("file upload new.fw --product-class ATA192 --version {NEW_VERSION}");
    let file = shell.json(&upload).await;
    let file = file["id"].as_str().expect("an id");
    assert!(shell.good("file list").await.contains("new.fw"));
    let campaign = shell
        .json(&format!("campaign start {file} --name night"))
        .await;
    let id = campaign["id"].as_str().expect("an id");
    let told = shell.good(&format!("campaign watch {id}")).await;
    assert!(told.contains("1 done"), "{told}");
    let devices = shell
        .json(&format!("campaign devices {id} --step done"))
        .await;
    assert_eq!(devices.as_array().map(Vec::len), Some(1), "{devices}");
    eventually("the device runs it", || async {
        let device = world.device(&phone).await;
        (device["software_version"] == NEW_VERSION).then_some(())
    })
    .await;
    let said = shell.bad(&format!("campaign abort {id} --yes"), 1).await;
    assert!(said.contains("conflict (409)"), "{said}");
    shell.good("campaign list").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_bindings_and_users_are_kept_from_a_shell() {
    let world = World::start().await;
    let shell = Shell { world: &world };
    shell.sign_in().await;
    let folder = world.folder.path();
    let profile =
        r#"{"values": [{"name": "~.ManagementServer.PeriodicInformInterval", "value": "600"}]}"#;
    std::fs::write(folder.join("interval.json"), profile).expect("a file");
    shell.good("profile put interval interval.json").await;
    assert!(shell.good("profile list").await.contains("interval"));
    let shown = shell.json("profile show interval").await;
    assert_eq!(shown["name"], "interval");
    shell.bad("profile remove interval", 1).await;
    shell.good("profile remove interval --yes").await;
    shell.bad("profile show interval", 5).await;
    let binding = "binding put serial FCH1 --account 4711 --set line1.number=15550100";
    shell.good(binding).await;
    assert!(shell.good("binding list").await.contains("4711"));
    std::fs::write(folder.join("olga"), "a good password\n").expect("a file");
    shell
        .good("user put olga --role viewer --password-file olga")
        .await;
    assert!(shell.good("user list").await.contains("olga"));
    let url = format!("http://{}", world.server.api_address);
    let sign_in = format!("sign-in --user olga --password-file olga --server {url}");
    shell.good(&sign_in).await;
    let said = shell.bad("user list", 4).await;
    assert!(said.contains("403"), "{said}");
}
