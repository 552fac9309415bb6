//! What is old goes, in small steps, and nothing that is still needed.

use super::support::*;
use crate::limits::TASKS_KEPT;
use crate::store::*;
use data_model::Secret;

super::cases! {
    store:
    ended_tasks_go_but_for_the_last_ones_of_each_device,
    measurements_that_have_ended_go_and_those_under_way_stay,
    events_go_by_age_and_take_what_could_not_be_told_with_them,
}

async fn ended_tasks_go_but_for_the_last_ones_of_each_device(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    let many = TASKS_KEPT as u64 + 30;
    for number in 0..many {
        queue(store, reboot(id(number), one)).await;
        if number > 0 {
            let cancelled = store.task_cancel(&ANN, id(number), at(1)).await;
            cancelled.unwrap().unwrap();
        }
    }
    queue(store, reboot(id(1_000), other)).await;
    store.task_cancel(&ANN, id(1_000), at(1)).await.unwrap();
    let young = store.remove_old(Old::Tasks, at(1), 1_000).await.unwrap();
    assert_eq!(young, 0, "they ended a moment ago");
    let first = store.remove_old(Old::Tasks, at(2), 10).await.unwrap();
    let second = store.remove_old(Old::Tasks, at(2), 1_000).await.unwrap();
    assert_eq!((first, second), (10, 19), "one that is queued stays");
    assert_eq!(store.remove_old(Old::Tasks, at(2), 1_000).await.unwrap(), 0);
    let left = store.task_list(one, ALL).await.unwrap();
    assert_eq!(left.len(), TASKS_KEPT + 1);
    assert_eq!(left.last().map(|task| task.id), Some(id(0)));
    assert_eq!(store.task_list(other, ALL).await.unwrap().len(), 1);
}

async fn measurements_that_have_ended_go_and_those_under_way_stay(store: &dyn Store) {
    let device = device(store, "A").await;
    let mut ended = Vec::new();
    for number in 1..=3 {
        let kind = TaskKind::RunDiagnostic {
            diagnostic: Diagnostic::IpPing(PingArguments {
                host: format!("host-{number}"),
                ..PingArguments::default()
            }),
            limit_secs: 60,
        };
        let task = queue(store, new_task(id(number), device, kind)).await;
        if number < 3 {
            store.task_cancel(&ANN, task.id, at(number)).await.unwrap();
            ended.push(task.id);
        }
    }
    let remove = |before, most| store.remove_old(Old::Diagnostics, at(before), most);
    assert_eq!(remove(1, 10).await.unwrap(), 0, "they ended a moment ago");
    assert_eq!(remove(9, 1).await.unwrap(), 1, "a step at a time");
    assert!(
        store.diagnostic_find(ended[0]).await.unwrap().is_none(),
        "the oldest first"
    );
    assert_eq!(remove(9, 10).await.unwrap(), 1);
    assert_eq!(store.diagnostic_list(device, ALL).await.unwrap().len(), 1);
}

async fn events_go_by_age_and_take_what_could_not_be_told_with_them(store: &dyn Store) {
    let webhook = Webhook {
        id: id(5),
        url: "https://hooks.example.net/".into(),
        kinds: Kinds(Vec::new()),
        secret: Secret::new("0123456789abcdef"),
        enabled: true,
        created: at(1),
    };
    store.webhook_put(&ANN, webhook, at(1)).await.unwrap();
    device(store, "A").await;
    while store.webhook_collect(id(5), at(2)).await.unwrap() > 0 {}
    let deliveries = store
        .delivery_list(
            id(5),
            Page {
                after: None,
                limit: 100,
            },
        )
        .await
        .unwrap();
    assert!(deliveries.len() >= 2, "{deliveries:?}");
    let given_up = &deliveries[0];
    store
        .delivery_failed(given_up.id, "no".into(), None)
        .await
        .unwrap();
    let remove = |kind| store.remove_old(kind, at(100), 100);
    assert_eq!(
        store
            .remove_old(Old::DeadLetters, at(0), 100)
            .await
            .unwrap(),
        0,
        "it is young"
    );
    assert!(remove(Old::Events).await.unwrap() >= 2);
    assert_eq!(remove(Old::DeadLetters).await.unwrap(), 1);
    let left = store
        .delivery_list(
            id(5),
            Page {
                after: None,
                limit: 100,
            },
        )
        .await
        .unwrap();
    assert_eq!(
        left.len(),
        deliveries.len() - 1,
        "what is still to be told stays"
    );
}
