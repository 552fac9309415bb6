//! Events: told of what was committed and of nothing else, in order; and what webhooks get of them.

use super::support::*;
use crate::store::*;
use cwmp::EventCode;
use data_model::Secret;

super::cases! {
    store:
    a_change_and_its_event_are_one_and_what_is_refused_tells_nothing,
    an_inform_tells_of_boots_first_contact_and_another_version_and_a_periodic_one_of_nothing,
    a_task_tells_of_every_state_it_comes_into,
    the_feed_has_what_the_store_has_and_says_when_that_reaches_further_back,
    old_events_go_and_numbers_are_never_used_again,
    a_webhook_gets_what_it_asked_for_from_when_it_was_made,
    a_delivery_that_fails_waits_and_one_given_up_can_be_tried_once_more,
    a_webhook_that_goes_takes_its_deliveries_with_it,
}

async fn kinds(store: &dyn Store) -> Vec<String> {
    let events = store.event_list(0, 1000).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

fn boot(serial_number: &str, version: &str) -> InformRecord {
    says(serial_number, version, EventCode::Boot)
}

fn periodic(serial_number: &str, version: &str) -> InformRecord {
    says(serial_number, version, EventCode::Periodic)
}

fn says(serial_number: &str, version: &str, event: EventCode) -> InformRecord {
    let inform = inform(serial_number, at(1), &[event]);
    saying(inform, VERSION, version)
}

fn hook(id: Id, kinds: &[&str]) -> Webhook {
    Webhook {
        id,
        url: "https://hooks.example.net/".into(),
        kinds: Kinds(kinds.iter().map(|&kind| kind.to_owned()).collect()),
        secret: Secret::new("0123456789abcdef".to_owned()),
        enabled: true,
        created: at(1),
    }
}

async fn a_change_and_its_event_are_one_and_what_is_refused_tells_nothing(store: &dyn Store) {
    let device = device(store, "A").await;
    let before = kinds(store).await.len();
    let tags = vec!["west".to_owned()];
    let done = store.device_set_tags(&ANN, device, tags.clone(), at(2));
    done.await.unwrap();
    let nobody = store.device_set_tags(&ANN, id(9), tags, at(3)).await;
    assert_eq!(nobody.unwrap(), None);
    let events = store.event_list(0, 1000).await.unwrap();
    assert_eq!(events.len(), before + 1);
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), last.at), ("device.tags", at(2)));
    assert_eq!(last.data["actor"], ANN.to_string());
}

async fn an_inform_tells_of_boots_first_contact_and_another_version_and_a_periodic_one_of_nothing(
    store: &dyn Store,
) {
    store.record_inform(boot("A", "1.0")).await.unwrap();
    assert_eq!(kinds(store).await, ["device.first_contact", "device.boot"]);
    store.record_inform(periodic("A", "1.0")).await.unwrap();
    store.record_inform(periodic("A", "1.0")).await.unwrap();
    assert_eq!(kinds(store).await.len(), 2);
    store.record_inform(boot("A", "2.0")).await.unwrap();
    let events = store.event_list(2, 1000).await.unwrap();
    let told: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(told, ["device.version", "device.boot"]);
    assert_eq!(events[0].device, Some(key("A")));
    assert_eq!(events[0].data["from"], "1.0");
    assert_eq!(events[0].data["to"], "2.0");
}

async fn a_task_tells_of_every_state_it_comes_into(store: &dyn Store) {
    let device = device(store, "A").await;
    let before = store.event_ends().await.unwrap().1;
    let task = reboot(id(1), device);
    store.task_create(&ANN, task, at(1)).await.unwrap();
    store.task_claim_next(device, at(2)).await.unwrap().unwrap();
    let done = TaskOutcome::Done(serde_json::json!({}));
    let finished = store.task_finish(id(1), done, Observed::default(), at(3));
    finished.await.unwrap();
    let events = store.event_list(before, 100).await.unwrap();
    let told: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(told, ["task.create", "task.running", "task.done"]);
    assert_eq!(events[2].data["task"], id(1).to_string());
}

async fn the_feed_has_what_the_store_has_and_says_when_that_reaches_further_back(
    store: &dyn Store,
) {
    let newest = store.feed().subscribe();
    for number in 1..=3 {
        store
            .record_inform(boot(&format!("D{number}"), "1.0"))
            .await
            .unwrap();
    }
    let kept = store.event_list(0, 1000).await.unwrap();
    let heard = store.feed().since(0).unwrap();
    assert!(heard.iter().map(|event| event.as_ref()).eq(kept.iter()));
    assert_eq!(*newest.borrow(), kept.last().unwrap().id);
    let behind = store.feed().since(kept[2].id).unwrap();
    assert_eq!(behind.len(), kept.len() - 3);
}

async fn old_events_go_and_numbers_are_never_used_again(store: &dyn Store) {
    for number in 1..=10 {
        let inform = boot(&format!("D{number}"), "1.0");
        store.record_inform(inform).await.unwrap();
    }
    let (_, newest) = store.event_ends().await.unwrap();
    assert_eq!(store.event_prune(5).await.unwrap(), newest - 5);
    assert_eq!(store.event_ends().await.unwrap(), (newest - 4, newest));
    store.event_prune(0).await.unwrap();
    assert_eq!(store.event_ends().await.unwrap(), (0, 0));
    store.record_inform(boot("E", "1.0")).await.unwrap();
    let events = store.event_list(0, 10).await.unwrap();
    assert_eq!(events[0].id, newest + 1);
}

async fn a_webhook_gets_what_it_asked_for_from_when_it_was_made(store: &dyn Store) {
    store.record_inform(boot("A", "1.0")).await.unwrap();
    let webhook = hook(id(1), &["device.boot", "task.*"]);
    store.webhook_put(&ANN, webhook, at(1)).await.unwrap();
    store.record_inform(boot("B", "1.0")).await.unwrap();
    while store.webhook_collect(id(1), at(5)).await.unwrap() > 0 {}
    let due = store.delivery_due(at(5), 10).await.unwrap();
    assert_eq!(due.len(), 1);
    let event: Event = serde_json::from_str(&due[0].body).unwrap();
    assert_eq!(event.kind, "device.boot");
    assert_eq!(event.device, Some(key("B")));
    assert_eq!(event.id, due[0].event);
    store.delivery_arrived(due[0].id).await.unwrap();
    assert_eq!(store.webhook_collect(id(1), at(6)).await.unwrap(), 0);
    assert!(store.delivery_due(at(6), 10).await.unwrap().is_empty());
}

async fn a_delivery_that_fails_waits_and_one_given_up_can_be_tried_once_more(store: &dyn Store) {
    let made = store.webhook_put(&ANN, hook(id(1), &["device.boot"]), at(1));
    made.await.unwrap();
    store.record_inform(boot("A", "1.0")).await.unwrap();
    while store.webhook_collect(id(1), at(5)).await.unwrap() > 0 {}
    let due = store.delivery_due(at(5), 10).await.unwrap();
    let number = due[0].id;
    let failed = store.delivery_failed(number, "refused".into(), Some(at(9)));
    failed.await.unwrap();
    assert!(store.delivery_due(at(8), 10).await.unwrap().is_empty());
    assert_eq!(store.delivery_due(at(9), 10).await.unwrap()[0].attempts, 1);
    let failed = store.delivery_failed(number, "refused again".into(), None);
    failed.await.unwrap();
    assert!(store.delivery_due(at(99), 10).await.unwrap().is_empty());
    let page = Page {
        after: None,
        limit: 10,
    };
    let kept = store.delivery_list(id(1), page).await.unwrap();
    assert_eq!(kept[0].why.as_deref(), Some("refused again"));
    let again = store.delivery_retry(&ANN, id(1), at(100)).await;
    assert_eq!(again.unwrap(), 1);
    assert_eq!(store.delivery_due(at(100), 10).await.unwrap()[0].id, number);
}

async fn a_webhook_that_goes_takes_its_deliveries_with_it(store: &dyn Store) {
    let made = store.webhook_put(&ANN, hook(id(1), &[]), at(1));
    made.await.unwrap();
    store.record_inform(boot("A", "1.0")).await.unwrap();
    while store.webhook_collect(id(1), at(5)).await.unwrap() > 0 {}
    assert!(!store.delivery_due(at(5), 10).await.unwrap().is_empty());
    let gone = store.webhook_delete(&ANN, id(1), at(6)).await;
    assert_eq!(gone.unwrap(), Some(()));
    assert!(store.delivery_due(at(5), 10).await.unwrap().is_empty());
    assert!(store.webhook_list().await.unwrap().is_empty());
    let gone = store.webhook_delete(&ANN, id(1), at(7)).await;
    assert_eq!(gone.unwrap(), None);
}
