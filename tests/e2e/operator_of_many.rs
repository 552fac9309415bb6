//! Subscribers, selections and many devices, with the command line alone.

use crate::operator::{Shell, stderr, stdout};
use crate::world::World;
use serde_json::json;

/// Covers U06.
#[tokio::test(flavor = "multi_thread")]
async fn many_devices_are_restarted_from_a_shell_by_whoever_has_typed_their_number() {
    let world = World::start_with(|config, _| config.campaigns.confirm_above = 1).await;
    let shell = Shell { world: &world };
    shell.sign_in().await;
    for serial_number in ["MANY1", "MANY2"] {
        let phone = world.phone(serial_number).await;
        world.enrolled(&phone).await;
    }
    let start = "operation start reboot --query product_class=\"ATA192\"";
    let seen = shell.json(&start.replace("start", "estimate")).await;
    assert_eq!(
        (&seen["devices"], &seen["confirm"]),
        (&json!(2), &json!(true))
    );
    let refused = shell.bad(start, 1).await;
    assert!(refused.contains("2 devices"), "{refused}");
    shell.bad(&format!("{start} --confirm 3"), 1).await;
    let begun = shell
        .json(&format!("{start} --confirm 2 --name night"))
        .await;
    let id = begun["id"].as_str().expect("an id");
    let watched = shell
        .good(&format!("operation watch {id} --timeout-secs 60"))
        .await;
    assert!(watched.contains("done: 2 done"), "{watched}");
    let devices = shell
        .json(&format!("operation devices {id} --step done"))
        .await;
    assert_eq!(devices.as_array().map(Vec::len), Some(2));
    let listed = shell.good("operation list").await;
    assert!(
        listed.contains("night") && listed.contains("reboot"),
        "{listed}"
    );
    let shown = shell.good(&format!("operation show {id}")).await;
    assert!(shown.contains("counts.done"), "{shown}");
    shell.bad(&format!("operation cancel {id}"), 1).await;
    shell.bad("operation show 0000000000000000", 5).await;
    // What does not come to an end is given up.
    let away = "device register --oui 00562B --serial-number GONE --product-class ATA192";
    shell.good(away).await;
    let waits = "operation start --device 00562B-ATA192-GONE refresh Device.";
    let waits = shell.json(waits).await;
    let id = waits["id"].as_str().expect("an id");
    shell
        .bad(&format!("operation watch {id} --timeout-secs 1"), 6)
        .await;
    shell.good(&format!("operation pause {id}")).await;
    shell.good(&format!("operation resume {id}")).await;
    shell.good(&format!("operation cancel {id}")).await;
    let watched = shell
        .bad(&format!("operation watch {id} --timeout-secs 60"), 6)
        .await;
    assert!(watched.contains("cancelled: 1 cancelled"), "{watched}");
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_searched_counted_exported_and_measured_from_a_shell() {
    let world = World::start().await;
    let shell = Shell { world: &world };
    shell.sign_in().await;
    let phone = world.phone("ASKED1").await;
    world.enrolled(&phone).await;
    let device = phone.identity.as_str();
    shell
        .good(&format!("device tags {device} --add office"))
        .await;
    let found = shell.good("query run tag=\"office\"").await;
    assert!(found.contains(device), "{found}");
    let chosen = shell
        .good("query run tag=\"office\" --fields serial_number,tag")
        .await;
    assert!(
        chosen.contains("ASKED1") && chosen.contains("office"),
        "{chosen}"
    );
    assert_eq!(shell.good("query count tag=\"office\"").await.trim(), "1");
    assert_eq!(shell.good("query count tag=\"nobody\"").await.trim(), "0");
    let wrong = shell.bad("query count color=1", 1).await;
    assert!(wrong.contains("color"), "{wrong}");
    let groups = shell.good("query groups --by product_class").await;
    assert!(groups.contains("ATA192"), "{groups}");
    shell
        .good("query keep offices tag=\"office\" --shared")
        .await;
    assert_eq!(shell.good("query count --kept offices").await.trim(), "1");
    assert!(shell.good("query list").await.contains("offices"));
    assert!(shell.good("query show offices").await.contains("office"));
    shell
        .good("query export --kept offices --to devices.csv")
        .await;
    let file = world.folder.path().join("devices.csv");
    let table = std::fs::read_to_string(file).expect("a file");
    assert!(table.contains(device), "{table}");
    shell.bad("query remove offices", 1).await;
    shell.good("query remove offices --yes").await;
    let ping = "ping 127.0.0.1 --repetitions 1";
    let measured = shell
        .good(&format!("diagnostic run --device {device} {ping}"))
        .await;
    assert!(measured.contains("Complete"), "{measured}");
    let listed = shell.good(&format!("diagnostic list {device}")).await;
    assert!(listed.contains("ip_ping"), "{listed}");
    let many = shell
        .good(&format!("diagnostic run --query tag=\"office\" {ping}"))
        .await;
    assert!(many.contains("done"), "{many}");
    let runs = shell.json("diagnostic runs").await;
    let run = runs[0]["id"].as_str().expect("an id");
    let results = shell.good(&format!("diagnostic results {run}")).await;
    assert!(results.contains("Complete"), "{results}");
    shell.good(&format!("diagnostic cancel {run}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_groups_and_devices_kept_apart_are_looked_after_from_a_shell() {
    let world = World::start().await;
    let shell = Shell { world: &world };
    shell.sign_in().await;
    let away = "device register --oui 00562B --product-class ATA192 --serial-number";
    shell.good(&format!("{away} SUB1")).await;
    let device = "00562B-ATA192-SUB1";
    shell
        .good("account put 4711 --name Ann --set plan=gold")
        .await;
    std::fs::write(world.folder.path().join("sip"), "sip-secret").expect("a file");
    let line = "line put 4711 1 --number +15550100 --user u100 --password-file sip --proxy sip.example.net";
    let put = shell.good(line).await;
    assert!(
        put.contains("+15550100") && !put.contains("sip-secret"),
        "{put}"
    );
    // A change of one field leaves the others, lines and their passwords among them.
    let put = shell.json("account put 4711 --notes called").await;
    assert_eq!(
        (&put["name"], &put["variables"]["plan"]),
        (&json!("Ann"), &json!("gold"))
    );
    assert_eq!(put["lines"][0]["password"], "***");
    shell.good(&format!("account bind 4711 {device}")).await;
    let found = shell.good(&format!("line list --device {device}")).await;
    assert!(found.contains("u100") && found.contains("4711"), "{found}");
    let found = shell.good(&format!("account list --device {device}")).await;
    assert!(found.contains("Ann"), "{found}");
    assert!(shell.good("account show 4711").await.contains("called"));
    shell.good("account activation-code 4711").await;
    shell.bad("account unbind 4711", 1).await;
    shell.good("account unbind 4711 --yes").await;
    shell.good("line remove 4711 1 --yes").await;
    shell.good("account remove 4711 --yes").await;
    shell.bad("account show 4711", 5).await;
    shell
        .good("group put north --tag north --set ntp=ntp.example.net")
        .await;
    assert!(shell.good("group list").await.contains("north"));
    assert!(
        shell
            .good("group show north")
            .await
            .contains("ntp.example.net")
    );
    shell.good("group remove north --yes").await;
    shell
        .good(&format!("quarantine put {device} --why stolen"))
        .await;
    assert!(shell.good("quarantine list").await.contains("stolen"));
    shell.good(&format!("quarantine admit {device}")).await;
    shell.bad(&format!("quarantine admit {device}"), 5).await;
    let swap = format!("quarantine swap {device} --serial-number SUB2");
    shell.bad(&swap, 1).await;
    shell.good(&format!("{swap} --yes")).await;
    assert!(shell.good("quarantine list").await.contains("replaced"));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_and_backups_are_made_from_a_shell() {
    let world = World::start().await;
    let shell = Shell { world: &world };
    shell.sign_in().await;
    let words = "webhook create https://hooks.example.net/x --kind task.failed --kind campaign.*";
    let made = shell.json(words).await;
    assert!(
        made["secret"]
            .as_str()
            .is_some_and(|secret| !secret.is_empty())
    );
    let id = made["id"].as_str().expect("an id");
    let listed = shell.good("webhook list").await;
    assert!(listed.contains("campaign.*"), "{listed}");
    let disabled = shell.json(&format!("webhook disable {id}")).await;
    assert_eq!(
        (&disabled["enabled"], &disabled["kinds"]),
        (&json!(false), &made["kinds"])
    );
    let enabled = shell.json(&format!("webhook enable {id}")).await;
    assert_eq!(enabled["enabled"], true);
    assert!(
        shell
            .good(&format!("webhook show {id}"))
            .await
            .contains("hooks.example.net")
    );
    shell.good(&format!("webhook deliveries {id}")).await;
    shell.good(&format!("webhook retry {id}")).await;
    shell.bad(&format!("webhook remove {id}"), 1).await;
    shell.good(&format!("webhook remove {id} --yes")).await;
    shell.bad(&format!("webhook show {id}"), 5).await;
    let output = shell
        .run_words(&["backup", "--to", "backup.tar"], &[])
        .await;
    assert!(
        output.status.success(),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    let archive = world.folder.path().join("backup.tar");
    assert!(archive.metadata().expect("a file").len() > 1_000);
}
