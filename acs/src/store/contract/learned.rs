//! What is kept of devices beside their values: how they want to be asked, their files, their history, their old names.

use super::support::*;
use crate::store::*;
use data_model::Secret;

super::cases! {
    store:
    what_was_learned_is_kept_for_the_device_and_its_model,
    another_firmware_is_learned_anew,
    what_was_learned_can_be_forgotten,
    a_file_of_a_device_is_kept_and_the_oldest_go,
    a_file_that_comes_twice_for_one_task_is_kept_once,
    a_file_nobody_has_asked_for_is_not_kept,
    an_upload_is_done_when_its_file_is_here,
    changes_of_chosen_parameters_are_kept_in_order,
    no_secret_gets_into_the_history,
    a_device_under_another_identity_takes_over_what_was_its,
    a_device_is_not_merged_with_itself_or_nobody,
    values_have_the_time_they_were_seen,
    names_that_are_not_listed_any_more_are_forgotten,
    a_branch_that_could_not_be_looked_at_stays,
}

async fn learn(store: &dyn Store, device: Id, learned: Learned, secs: u64) {
    let number = 10_000 + secs;
    queue(store, new_task(id(number), device, TaskKind::Discover)).await;
    claim(store, device, at(secs)).await;
    let observed = Observed {
        learned: Some(Box::new(learned)),
        ..Observed::default()
    };
    let finished = store.task_finish(id(number), done(), observed, at(secs));
    finished.await.unwrap();
}

fn small_pieces() -> Learned {
    Learned {
        batch: Some(32),
        too_large: vec![String::new()],
        unreadable: vec!["Device.Ghost".into()],
        avoided: vec![Avoided {
            path: "Device.X.".into(),
            until: at(100),
        }],
        ..Learned::default()
    }
}

async fn what_was_learned_is_kept_for_the_device_and_its_model(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    assert_eq!(store.learned(one).await.unwrap().batch, None);
    learn(store, one, small_pieces(), 1).await;
    let known = store.learned(one).await.unwrap();
    assert_eq!((known.batch, known.avoided.len()), (Some(32), 1));
    let of_model = store.learned(other).await.unwrap();
    assert_eq!(of_model.batch, Some(32));
    assert!(
        of_model.avoided.is_empty() && of_model.unreadable.is_empty(),
        "that is the one's"
    );
    assert_eq!(
        store.learned(key("NOBODY")).await.unwrap(),
        Learned::default()
    );
}

async fn another_firmware_is_learned_anew(store: &dyn Store) {
    let device = device(store, "A").await;
    learn(store, device, small_pieces(), 1).await;
    reports(store, device, NEW, at(2)).await;
    let known = store.learned(device).await.unwrap();
    assert_eq!((known.batch, known.software_version.as_str()), (None, NEW));
}

async fn what_was_learned_can_be_forgotten(store: &dyn Store) {
    let device = device(store, "A").await;
    learn(store, device, small_pieces(), 1).await;
    store
        .learned_forget(&ANN, device, at(2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(store.learned(device).await.unwrap().batch, None);
    let nobody = store.learned_forget(&ANN, key("NOBODY"), at(2)).await;
    assert_eq!(nobody.unwrap(), None);
}

fn file(number: u64, device: Id, task: Id) -> DeviceFile {
    DeviceFile {
        id: id(number),
        device,
        task,
        purpose: FilePurpose::Backup,
        file_type: "1 Vendor Configuration File".into(),
        bytes: 5,
        sha256: "ab".repeat(32),
        created: at(number),
        key: Some(Secret::new("of the file")),
    }
}

async fn backup(store: &dyn Store, number: u64, device: Id) -> Id {
    let kind = TaskKind::BackupConfiguration { instance: None };
    queue(store, new_task(id(number), device, kind)).await.id
}

async fn a_file_of_a_device_is_kept_and_the_oldest_go(store: &dyn Store) {
    let device = device(store, "A").await;
    for number in 1..=4 {
        let task = backup(store, number, device).await;
        let gone = store.device_file_put(file(100 + number, device, task), 3);
        let gone = gone.await.unwrap().unwrap();
        let gone: Vec<Id> = gone.into_iter().map(|file| file.id).collect();
        let due = if number == 4 { vec![id(101)] } else { vec![] };
        assert_eq!(gone, due);
    }
    let files = store.device_file_list(device, None).await.unwrap();
    let ids: Vec<Id> = files.iter().map(|file| file.id).collect();
    assert_eq!(ids, [104, 103, 102].map(id));
    let logs = store.device_file_list(device, Some(FilePurpose::Log)).await;
    assert_eq!(logs.unwrap(), []);
    let deleted = store
        .device_file_delete(&ANN, id(103), at(9))
        .await
        .unwrap();
    assert_eq!(deleted.unwrap().id, id(103));
    assert_eq!(store.device_file_find(id(103)).await.unwrap(), None);
}

async fn a_file_that_comes_twice_for_one_task_is_kept_once(store: &dyn Store) {
    let device = device(store, "A").await;
    let task = backup(store, 1, device).await;
    for number in [101, 102] {
        let kept = store.device_file_put(file(number, device, task), 3).await;
        kept.unwrap().unwrap();
    }
    let files = store.device_file_list(device, None).await.unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].id, id(102));
}

async fn a_file_nobody_has_asked_for_is_not_kept(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    let task = backup(store, 1, one).await;
    let foreign = store.device_file_put(file(101, other, task), 3).await;
    assert_eq!(foreign.unwrap(), None);
    let unknown = store.device_file_put(file(101, one, id(77)), 3).await;
    assert_eq!(unknown.unwrap(), None);
}

async fn an_upload_is_done_when_its_file_is_here(store: &dyn Store) {
    let device = device(store, "A").await;
    for (number, comes) in [(1, true), (2, false)] {
        let task = backup(store, number, device).await;
        transferring(store, device, at(number)).await;
        if comes {
            let kept = store.device_file_put(file(100 + number, device, task), 3);
            kept.await.unwrap().unwrap();
        }
        transferred(store, task, at(number)).await;
        let ended = self::task(store, task).await;
        let due = if comes {
            TaskState::Done
        } else {
            TaskState::Failed
        };
        assert_eq!(ended.state, due, "{:?}", ended.fault);
        if comes {
            assert_eq!(ended.result.unwrap()["file"], id(101).to_string());
        }
    }
}

async fn see(store: &dyn Store, device: Id, values: &[(&str, &str)], secs: u64) {
    let shown = observed(values);
    store.snapshot_merge(device, shown, at(secs)).await.unwrap();
}

async fn past(store: &dyn Store, device: Id, name: Option<&str>) -> Vec<(String, String)> {
    let page = Page {
        after: None,
        limit: 100,
    };
    let entries = store.history(device, name, page).await.unwrap();
    let pairs = entries.into_iter().map(|entry| (entry.name, entry.value));
    pairs.collect()
}

async fn changes_of_chosen_parameters_are_kept_in_order(store: &dyn Store) {
    let patterns = vec![
        "Device.Status".to_owned(),
        "*.DeviceInfo.SoftwareVersion".into(),
    ];
    store.history_watch(patterns).await;
    let device = device(store, "A").await;
    see(
        store,
        device,
        &[("Device.Status", "up"), ("Device.Else", "1")],
        1,
    )
    .await;
    see(
        store,
        device,
        &[("Device.Status", "up"), ("Device.Else", "2")],
        2,
    )
    .await;
    see(store, device, &[("Device.Status", "down")], 3).await;
    reports(store, device, NEW, at(4)).await;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let versions = past(store, device, Some(VERSION)).await;
    assert_eq!(versions, [pair(VERSION, NEW), pair(VERSION, "1.0")]);
    let status = past(store, device, Some("Device.Status")).await;
    assert_eq!(
        status,
        [pair("Device.Status", "down"), pair("Device.Status", "up")]
    );
    assert_eq!(past(store, device, None).await.len(), 4);
}

/// Covers U07.
async fn no_secret_gets_into_the_history(store: &dyn Store) {
    store.history_watch(vec!["Device.".into()]).await;
    let device = device(store, "A").await;
    see(
        store,
        device,
        &[("Device.ManagementServer.Password", "hunter2")],
        1,
    )
    .await;
    let all = past(store, device, None).await;
    assert!(!format!("{all:?}").contains("hunter2"), "{all:?}");
}

async fn a_device_under_another_identity_takes_over_what_was_its(store: &dyn Store) {
    let (old, new) = (device(store, "OLD").await, device(store, "NEW").await);
    let tags = vec!["office".to_owned()];
    store.device_set_tags(&ANN, old, tags, at(1)).await.unwrap();
    let variables = |value: &str| vec![("number".to_owned(), value.to_owned())];
    store
        .device_set_variables(&ANN, old, variables("1"), at(1))
        .await
        .unwrap();
    queue(store, reboot(id(1), old)).await;
    let task = backup(store, 2, old).await;
    store
        .device_file_put(file(101, old, task), 3)
        .await
        .unwrap();
    store
        .device_merge(&ANN, old, new, at(5))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(store.device_find(old).await.unwrap(), None);
    let device = found(store, new).await;
    assert_eq!(device.tags, ["office"]);
    assert_eq!(own_variables(store, new).await, variables("1"));
    assert_eq!(self::task(store, id(1)).await.device, new);
    assert_eq!(store.device_file_list(new, None).await.unwrap().len(), 1);
    assert!(comes(store, "NEW", at(6)).await.tasks_due);
    assert!(
        trail(store)
            .await
            .iter()
            .any(|line| line.action == "device.merge")
    );
}

async fn a_device_is_not_merged_with_itself_or_nobody(store: &dyn Store) {
    let device = device(store, "A").await;
    assert!(conflicts(
        &store.device_merge(&ANN, device, device, at(1)).await
    ));
    for (from, into) in [(key("NOBODY"), device), (device, key("NOBODY"))] {
        assert_eq!(
            store.device_merge(&ANN, from, into, at(1)).await.unwrap(),
            None
        );
    }
    found(store, device).await;
}

async fn seen_at(store: &dyn Store, device: Id, name: &str) -> Option<Timestamp> {
    let snapshot = store.snapshot(device).await.unwrap();
    let place = snapshot.values.iter().position(|one| one.name == name)?;
    Some(snapshot.seen[place])
}

async fn values_have_the_time_they_were_seen(store: &dyn Store) {
    let device = device(store, "A").await;
    see(store, device, &[("Device.A", "1"), ("Device.B", "1")], 10).await;
    see(store, device, &[("Device.B", "1")], 20).await;
    assert_eq!(seen_at(store, device, "Device.A").await, Some(at(10)));
    assert_eq!(seen_at(store, device, "Device.B").await, Some(at(20)));
    let snapshot = store.snapshot(device).await.unwrap();
    assert_eq!(snapshot.at, Some(at(10)), "nothing has changed since");
    reports(store, device, NEW, at(30)).await;
    assert_eq!(seen_at(store, device, VERSION).await, Some(at(30)));
    assert_eq!(seen_at(store, device, "Device.A").await, Some(at(10)));
}

async fn names_that_are_not_listed_any_more_are_forgotten(store: &dyn Store) {
    let device = device(store, "A").await;
    see(
        store,
        device,
        &[
            ("Device.T.1.X", "1"),
            ("Device.T.2.X", "2"),
            ("Device.U", "3"),
        ],
        1,
    )
    .await;
    let listed = Observed {
        writable: vec![("Device.T.2.X".into(), true)],
        listed_below: vec!["Device.T.".into()],
        ..Observed::default()
    };
    store.snapshot_merge(device, listed, at(2)).await.unwrap();
    assert_eq!(seen(store, device, "Device.T.1.X").await, None);
    assert_eq!(
        seen(store, device, "Device.T.2.X").await.as_deref(),
        Some("2")
    );
    assert_eq!(seen(store, device, "Device.U").await.as_deref(), Some("3"));
}

async fn a_branch_that_could_not_be_looked_at_stays(store: &dyn Store) {
    let device = device(store, "A").await;
    see(
        store,
        device,
        &[("Device.A.X", "1"), ("Device.B.X", "2")],
        1,
    )
    .await;
    let walked = Observed {
        complete_below: vec!["Device.".into()],
        except_below: vec!["Device.B.".into()],
        ..Observed::default()
    };
    store.snapshot_merge(device, walked, at(2)).await.unwrap();
    assert_eq!(seen(store, device, "Device.A.X").await, None);
    assert_eq!(
        seen(store, device, "Device.B.X").await.as_deref(),
        Some("2")
    );
}
