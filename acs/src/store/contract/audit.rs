//! The audit trail: one line for each change somebody made, none for what changed nothing, no secret in any.

use super::people::{proof, token, user};
use super::support::*;
use crate::store::*;
use data_model::{Secret, Timestamp};

super::cases! {
    store:
    every_change_of_a_device_leaves_a_line,
    every_change_of_tasks_and_the_library_leaves_a_line,
    every_change_of_a_campaign_leaves_a_line,
    every_change_of_people_and_credentials_leaves_a_line,
    what_is_refused_or_changes_nothing_leaves_no_line,
    the_trail_is_read_newest_first_page_by_page,
    no_secret_is_in_the_trail,
    every_kind_of_actor_is_told_by_its_name,
}

/// Who did it and when: different for each line.
fn who(number: u64) -> (Actor, Timestamp) {
    (Actor::User(format!("user{number}")), at(number))
}

/// The newest lines, oldest of them first, must be these: number of the actor, action, and part of the subject.
async fn expect(store: &dyn Store, expected: &[(u64, &str, &str)]) {
    let mut lines = trail(store).await;
    lines.reverse();
    let lines = &lines[lines.len().saturating_sub(expected.len())..];
    assert_eq!(lines.len(), expected.len());
    for (line, (number, action, subject)) in lines.iter().zip(expected) {
        let (actor, now) = who(*number);
        assert_eq!(line.action, *action);
        assert_eq!(line.actor, actor.to_string(), "{action}");
        assert_eq!(line.at, now, "{action}");
        assert!(line.subject.contains(subject), "{action}: {}", line.subject);
    }
}

async fn every_change_of_a_device_leaves_a_line(store: &dyn Store) {
    let (device, identity) = (key("A"), identity("A"));
    let (actor, now) = who(1);
    let done = store.device_register(&actor, &identity, None, now).await;
    done.unwrap();
    let (actor, now) = who(2);
    let tags = vec!["west".into(), "beta".into()];
    let done = store.device_set_tags(&actor, device, tags, now).await;
    done.unwrap();
    let (actor, now) = who(3);
    let variables = vec![("line".into(), "1".into())];
    let done = store.device_set_variables(&actor, device, variables, now);
    done.await.unwrap();
    let (actor, now) = who(4);
    store.device_delete(&actor, device, now).await.unwrap();
    let key = device.to_string();
    expect(
        store,
        &[
            (1, "device.register", "00562B-ATA192-A"),
            (2, "device.tags", &key),
            (3, "device.variables", &key),
            (4, "device.delete", "00562B-ATA192-A"),
        ],
    )
    .await;
    assert_eq!(trail(store).await.len(), 4);
}

async fn every_change_of_tasks_and_the_library_leaves_a_line(store: &dyn Store) {
    let device = device(store, "A").await;
    let (actor, now) = who(1);
    let done = store.task_create(&actor, reboot(id(1), device), now).await;
    done.unwrap();
    let (actor, now) = who(2);
    store.task_cancel(&actor, id(1), now).await.unwrap();
    let (actor, now) = who(3);
    let file = FileRecord {
        created: now,
        ..image(id(2))
    };
    store.file_put(&actor, file).await.unwrap();
    let (actor, now) = who(4);
    store.file_delete(&actor, id(2), now).await.unwrap();
    let profile = Profile {
        name: "voice".into(),
        revision: 0,
        selector: Selector::default(),
        precedence: 0,
        values: vec![],
        ..Profile::default()
    };
    let (actor, now) = who(5);
    store.profile_put(&actor, profile, now).await.unwrap();
    let (actor, now) = who(6);
    store.profile_delete(&actor, "voice", now).await.unwrap();
    let (task, file) = (id(1).to_string(), id(2).to_string());
    expect(
        store,
        &[
            (1, "task.create", &task),
            (2, "task.cancel", &task),
            (3, "file.put", &file),
            (4, "file.delete", &file),
            (5, "profile.put", "voice"),
            (6, "profile.delete", "voice"),
        ],
    )
    .await;
    assert_eq!(trail(store).await.len(), 6);
}

async fn every_change_of_a_campaign_leaves_a_line(store: &dyn Store) {
    let (actor, now) = who(1);
    let campaign = Campaign {
        created: now,
        ..new_campaign(id(7), 1)
    };
    store
        .campaign_create(&actor, campaign, Consent::ANY)
        .await
        .unwrap();
    for (number, state) in [
        (2, CampaignState::Paused),
        (3, CampaignState::Running),
        (4, CampaignState::Aborted),
    ] {
        let (actor, now) = who(number);
        let decided = store.campaign_set_state(&actor, id(7), state, now).await;
        decided.unwrap();
    }
    let key = id(7).to_string();
    expect(
        store,
        &[
            (1, "campaign.create", &key),
            (2, "campaign.pause", &key),
            (3, "campaign.resume", &key),
            (4, "campaign.abort", &key),
        ],
    )
    .await;
    assert_eq!(trail(store).await.len(), 4);
}

async fn every_change_of_people_and_credentials_leaves_a_line(store: &dyn Store) {
    let device = device(store, "A").await;
    let (actor, now) = who(1);
    let bob = user("bob", Role::Admin);
    store.user_put(&actor, bob, now).await.unwrap();
    let (actor, now) = who(2);
    let token = Token {
        user: "bob".into(),
        expires: at(100),
        ..token(1, 0)
    };
    store.token_put(&actor, token, proof(), now).await.unwrap();
    let (actor, now) = who(3);
    let given = credentials(device, "first");
    store.credentials_put(&actor, given, now).await.unwrap();
    let other = user("eve", Role::Viewer);
    let (actor, now) = who(4);
    store.user_put(&actor, other, now).await.unwrap();
    let (actor, now) = who(5);
    store.user_delete(&actor, "eve", now).await.unwrap();
    let key = device.to_string();
    expect(
        store,
        &[
            (1, "user.put", "bob"),
            (2, "sign-in", "bob"),
            (3, "credentials.put", &key),
            (4, "user.put", "eve"),
            (5, "user.delete", "eve"),
        ],
    )
    .await;
    assert_eq!(trail(store).await.len(), 5);
}

async fn what_is_refused_or_changes_nothing_leaves_no_line(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    campaign(store, id(2), 1).await;
    store.file_put(&ANN, image(campaign_file())).await.unwrap();
    let before = trail(store).await;

    let known = identity("A");
    let refused = store.device_register(&ANN, &known, None, at(2)).await;
    assert!(conflicts(&refused));
    let refused = store.task_create(&ANN, reboot(id(1), device), at(2));
    assert!(conflicts(&refused.await));
    assert!(conflicts(&store.task_cancel(&ANN, id(1), at(2)).await));
    let refused = store.campaign_create(&ANN, new_campaign(id(2), 1), Consent::ANY);
    assert!(conflicts(&refused.await));
    let file = campaign_file();
    assert!(conflicts(&store.file_put(&ANN, image(file)).await));
    assert!(conflicts(&store.file_delete(&ANN, file, at(2)).await));
    store.credentials_confirm(device, at(2)).await.unwrap();
    let nobody = store.user_delete(&ANN, "nobody", at(2)).await;
    assert_eq!(nobody.unwrap(), None);
    let useless = user("bob", Role::Viewer);
    assert!(conflicts(&store.user_put(&ANN, useless, at(2)).await));
    store.snapshot(device).await.unwrap();
    comes(store, "A", at(3)).await;
    store.check().await.unwrap();
    assert_eq!(trail(store).await, before);
}

async fn the_trail_is_read_newest_first_page_by_page(store: &dyn Store) {
    let device = device(store, "A").await;
    for number in 0..10 {
        queue(store, reboot(id(number), device)).await;
    }
    let whole = trail(store).await;
    assert_eq!(whole.len(), 10);
    assert!(whole.windows(2).all(|pair| pair[0].number > pair[1].number));
    let newest = id(9).to_string();
    assert!(whole[0].subject.contains(&newest));
    let mut read: Vec<AuditEntry> = Vec::new();
    loop {
        let page = Page {
            after: read.last().map(|line| line.number),
            limit: 3,
        };
        let lines = store.audit_list(page).await.unwrap();
        assert!(lines.len() <= 3);
        if lines.is_empty() {
            break;
        }
        read.extend(lines);
        assert!(read.len() <= whole.len(), "pages overlap");
    }
    assert_eq!(read, whole);
    for (after, limit) in [(Some(0), 10), (None, 0)] {
        let page = Page { after, limit };
        assert_eq!(store.audit_list(page).await.unwrap(), []);
    }
    let beyond = Page {
        after: Some(u64::MAX),
        limit: 1,
    };
    assert_eq!(store.audit_list(beyond).await.unwrap(), whole[..1]);
}

/// Covers U07.
async fn no_secret_is_in_the_trail(store: &dyn Store) {
    const CANARY: &str = "canary-4711";
    let identity = identity("A");
    let given = Some(credentials(key("A"), CANARY));
    let registered = store.device_register(&ANN, &identity, given, START).await;
    let device = registered.unwrap().id;
    let variables = vec![("password".into(), CANARY.into())];
    let set = store.device_set_variables(&ANN, device, variables, START);
    set.await.unwrap();
    let values = list(&[("Device.ManagementServer.Password", CANARY)]);
    let kind = TaskKind::SetParameterValues { values };
    queue(store, new_task(id(1), device, kind)).await;
    let new = NewCredentials {
        verifier: Some(verifier(CANARY)),
        connection_request_username: CANARY.into(),
        connection_request_password: Secret::new(CANARY),
    };
    let prepared = store.credentials_prepare(device, new, START).await;
    prepared.unwrap();
    store.credentials_confirm(device, START).await.unwrap();
    let bob = user("bob", Role::Admin);
    store.user_put(&ANN, bob, START).await.unwrap();
    let profile = Profile {
        name: "voice".into(),
        revision: 0,
        selector: Selector::default(),
        precedence: 0,
        values: vec![ProfileValue {
            name: "Device.ManagementServer.Password".into(),
            value: CANARY.into(),
        }],
        ..Profile::default()
    };
    store.profile_put(&ANN, profile, START).await.unwrap();
    let trail = trail(store).await;
    assert_eq!(trail.len(), 6);
    for line in trail {
        let text = format!("{line:?}");
        assert!(!text.contains(CANARY), "{text}");
    }
}

async fn every_kind_of_actor_is_told_by_its_name(store: &dyn Store) {
    let device = device(store, "A").await;
    let actors = [
        (Actor::User("ann".into()), "user:ann".to_owned()),
        (Actor::Device(device), format!("device:{device}")),
        (Actor::Job("expire"), "job:expire".to_owned()),
        (Actor::Console, "console".to_owned()),
    ];
    for (number, (actor, name)) in (0..).zip(actors) {
        let task = reboot(id(number), device);
        let created = store.task_create(&actor, task, START).await;
        assert_eq!(created.unwrap().unwrap().created_by, name);
        assert_eq!(trail(store).await[0].actor, name);
    }
    let new = NewCredentials {
        verifier: Some(verifier("new")),
        connection_request_username: String::new(),
        connection_request_password: Secret::default(),
    };
    let prepared = store.credentials_prepare(device, new, at(1)).await;
    prepared.unwrap();
    store.credentials_confirm(device, at(2)).await.unwrap();
    let confirmed = trail(store).await.remove(0);
    assert_eq!(confirmed.action, "credentials.confirm");
    assert_eq!(confirmed.actor, format!("device:{device}"));
    campaign(store, id(50), 1).await;
    advance(store, id(50), at(3)).await;
    let started = trail(store).await.remove(0);
    assert_eq!(started.action, "task.create");
    assert_eq!(started.actor, "job:campaigns");
}
