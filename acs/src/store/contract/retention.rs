//! What is old goes, in small steps, and nothing that is still needed.

use super::support::*;
use crate::limits::TASKS_KEPT;
use crate::store::*;

super::cases! {
    store:
    ended_tasks_go_but_for_the_last_ones_of_each_device,
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
