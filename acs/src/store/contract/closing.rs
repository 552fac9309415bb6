//! The end of a store: what is under way is finished, and everything later is refused.

use super::Place;
use super::people::{proof, token, user};
use super::support::*;
use crate::store::*;
use cwmp::{CommandKey, EventCode};
use data_model::Secret;
use futures_util::FutureExt as _;
use futures_util::future::join_all;

super::cases! {
    place:
    a_closed_store_refuses_every_question,
    a_closed_store_refuses_every_change_of_devices_and_tasks,
    a_closed_store_refuses_every_other_change,
    a_store_can_be_closed_twice,
    what_was_under_way_when_the_store_closed_is_there_or_was_refused,
    a_call_whose_caller_has_gone_is_there_or_not_but_never_half,
    questions_under_way_when_the_store_closes_are_answered_or_refused,
}

type Refusals = Vec<(&'static str, Result<()>)>;

fn all_refused(calls: Refusals) {
    for (name, result) in calls {
        let refused = matches!(result, Err(StoreError::Unavailable(_)));
        assert!(refused, "{name}: {result:?}");
    }
}

async fn a_closed_store_refuses_every_question(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let given = credentials(device, "first");
    store.credentials_put(&ANN, given, START).await.unwrap();
    // Known by heart before it is closed.
    assert!(store.credentials_find(device).await.unwrap().is_some());
    store.close().await;
    let filter = DeviceFilter::default();
    let page = Page {
        after: None,
        limit: 1,
    };
    all_refused(vec![
        ("find", store.device_find(device).await.map(drop)),
        ("list", store.device_list(&filter, ALL).await.map(drop)),
        ("count", store.device_count(&filter).await.map(drop)),
        ("variables", store.device_variables(device).await.map(drop)),
        ("snapshot", store.snapshot(device).await.map(drop)),
        ("task", store.task_find(id(1)).await.map(drop)),
        ("tasks", store.task_list(device, ALL).await.map(drop)),
        ("call", store.devices_to_call(at(1), 1).await.map(drop)),
        ("compare", store.devices_to_compare(ALL).await.map(drop)),
        ("profiles", store.profiles().await.map(drop)),
        ("file", store.file_find(id(1)).await.map(drop)),
        ("files", store.file_list().await.map(drop)),
        ("campaign", store.campaign_find(id(1)).await.map(drop)),
        ("campaigns", store.campaign_list().await.map(drop)),
        (
            "devices",
            store.campaign_devices(id(1), ALL).await.map(drop),
        ),
        (
            "credentials",
            store.credentials_find(device).await.map(drop),
        ),
        ("user", store.user_find("ann").await.map(drop)),
        ("users", store.user_count().await.map(drop)),
        ("all users", store.user_list().await.map(drop)),
        ("token", store.token_find(&[1; 32], START).await.map(drop)),
        ("audit", store.audit_list(page).await.map(drop)),
        ("setting", store.setting("key").await.map(drop)),
    ]);
}

async fn a_closed_store_refuses_every_change_of_devices_and_tasks(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    store.close().await;
    let (now, identity) = (at(1), identity("B"));
    let informed = inform("A", now, &[EventCode::Periodic]);
    let nothing = Observed::default;
    let fault = TaskFault::ours("no");
    let task = reboot(id(1), device);
    let key = CommandKey::from_peer("key");
    let register = store.device_register(&ANN, &identity, None, now);
    let tags = store.device_set_tags(&ANN, device, vec![], now);
    let variables = store.device_set_variables(&ANN, device, vec![], now);
    let agreed = store.provisioning_agreed(device, agreement(1, 0, ""), nothing(), now);
    let failed = store.provisioning_failed(device, 1, fault, now);
    let finish = store.task_finish(id(1), done(), nothing(), now);
    let transfer = store.transfer_complete(device, &key, None, now);
    let lost = store.task_requeue_lost_transfers(now, now);
    all_refused(vec![
        ("inform", store.record_inform(informed).await.map(drop)),
        ("register", register.await.map(drop)),
        (
            "delete",
            store.device_delete(&ANN, device, now).await.map(drop),
        ),
        ("tags", tags.await.map(drop)),
        ("variables", variables.await.map(drop)),
        ("merge", store.snapshot_merge(device, nothing(), now).await),
        ("agreed", agreed.await),
        ("failed", failed.await),
        ("create", store.task_create(&ANN, task, now).await.map(drop)),
        ("claim", store.task_claim_next(device, now).await.map(drop)),
        ("finish", finish.await),
        ("transfer", transfer.await.map(drop)),
        (
            "cancel",
            store.task_cancel(&ANN, id(1), now).await.map(drop),
        ),
        ("expire", store.task_expire(now).await.map(drop)),
        ("lost", lost.await.map(drop)),
    ]);
}

async fn a_closed_store_refuses_every_other_change(place: &dyn Place) {
    let store = place.open().await;
    store.close().await;
    let (now, device) = (at(1), key("A"));
    let profile = Profile {
        name: "voice".into(),
        revision: 0,
        selector: Selector::default(),
        precedence: 0,
        values: vec![],
        ..Profile::default()
    };
    let user = user("bob", Role::Viewer);
    let token = Token {
        user: "bob".into(),
        role: Role::Viewer,
        expires: now,
        ..token(1, 0)
    };
    let new = NewCredentials {
        verifier: Some(verifier("new")),
        connection_request_username: String::new(),
        connection_request_password: Secret::default(),
    };
    let put = store.credentials_put(&ANN, credentials(device, "x"), now);
    let create = store.campaign_create(&ANN, new_campaign(id(1), 1), Consent::ANY);
    let paused = CampaignState::Paused;
    let decide = store.campaign_set_state(&ANN, id(1), paused, now);
    let expire = store.campaign_expire_verifying(now, now);
    let setting = store.setting_or_insert("key", vec![]);
    all_refused(vec![
        (
            "profile",
            store.profile_put(&ANN, profile, now).await.map(drop),
        ),
        (
            "no profile",
            store.profile_delete(&ANN, "x", now).await.map(drop),
        ),
        ("file", store.file_put(&ANN, image(id(1))).await),
        (
            "no file",
            store.file_delete(&ANN, id(1), now).await.map(drop),
        ),
        ("campaign", create.await.map(drop)),
        (
            "advance",
            store.campaign_advance(id(1), vec![], now).await.map(drop),
        ),
        ("decide", decide.await.map(drop)),
        ("expire", expire.await.map(drop)),
        ("credentials", put.await),
        ("prepare", store.credentials_prepare(device, new, now).await),
        ("confirm", store.credentials_confirm(device, now).await),
        ("user", store.user_put(&ANN, user, now).await),
        (
            "no user",
            store.user_delete(&ANN, "bob", now).await.map(drop),
        ),
        ("token", store.token_put(&ANN, token, proof(), now).await),
        ("check", store.check().await),
        ("setting", setting.await.map(drop)),
    ]);
}

async fn a_store_can_be_closed_twice(place: &dyn Place) {
    let store = place.open().await;
    let (first, second) = (store.close(), store.close());
    tokio::join!(first, second);
    store.close().await;
    assert!(store.check().await.is_err());
    drop(store);
    place.open().await.check().await.unwrap();
}

/// Covers P1, P12.
async fn what_was_under_way_when_the_store_closed_is_there_or_was_refused(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let mut acknowledged = Vec::new();
    for round in 0..4 {
        let creating = (0..100).map(|number| {
            let task = reboot(id(round * 1_000 + number), device);
            store.task_create(&ANN, task, START)
        });
        let creating = join_all(creating);
        if round < 3 {
            acknowledged.extend(creating.await);
        } else {
            let (last, ()) = tokio::join!(creating, store.close());
            acknowledged.extend(last);
        }
    }
    drop(store);
    let store = place.open().await;
    let kept = store.task_list(device, ALL).await.unwrap();
    let mut number_kept = 0;
    for created in &acknowledged {
        match created {
            Ok(task) => {
                let task = task.as_ref().expect("the device is there");
                assert!(kept.contains(task), "{task:?} was acknowledged");
                number_kept += 1;
            }
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_))),
        }
    }
    assert_eq!(kept.len(), number_kept, "nothing refused is there");
    store.close().await;
}

/// Covers P1.
async fn a_call_whose_caller_has_gone_is_there_or_not_but_never_half(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    for number in 0..2_000 {
        let task = reboot(id(number), device);
        // Asked once, and not waited for.
        let _ = store.task_create(&ANN, task, START).now_or_never();
    }
    drop(store);
    let store = place.open().await;
    let kept = store.task_list(device, ALL).await.unwrap();
    let lines = trail(store.as_ref()).await;
    assert_eq!(kept.len(), lines.len(), "each with its line in the trail");
    queue(store.as_ref(), reboot(id(5_000), device)).await;
    let later = store.task_list(device, ALL).await.unwrap();
    assert_eq!(
        later.len(),
        kept.len() + 1,
        "nothing came after it was opened"
    );
    store.close().await;
}

async fn questions_under_way_when_the_store_closes_are_answered_or_refused(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let asking = join_all((0..100).map(|_| store.device_find(device)));
    let (answers, ()) = tokio::join!(asking, store.close());
    for answer in answers {
        match answer {
            Ok(found) => assert!(found.is_some()),
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_))),
        }
    }
    assert!(store.device_find(device).await.is_err());
}
