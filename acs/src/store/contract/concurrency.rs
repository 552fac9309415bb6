//! Many at once: each caller gets its own answer, sees what it has done, and is in nobody's way.

use super::Place;
use super::support::*;
use crate::store::*;
use cwmp::EventCode;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::sync::Arc;

super::cases! {
    place:
    many_who_write_at_once_each_get_their_own_answer,
    an_error_of_one_call_undoes_nothing_of_the_others,
    whoever_has_an_answer_reads_what_it_has_written,
    many_informs_of_one_device_are_all_counted,
    many_first_informs_make_one_device,
    a_key_for_one_task_makes_one_task_however_many_use_it_at_once,
    a_question_nobody_waits_for_is_in_nobodys_way,
    what_was_seen_never_goes_back,
    counts_of_a_campaign_add_up_at_every_moment,
}

/// Runs this many at once, on threads of their own, and waits for all.
async fn at_once<F>(count: u64, work: impl Fn(u64) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let running: Vec<_> = (0..count)
        .map(|number| tokio::spawn(work(number)))
        .collect();
    for result in join_all(running).await {
        result.expect("no case panics");
    }
}

async fn many_who_write_at_once_each_get_their_own_answer(place: &dyn Place) {
    let store = place.open().await;
    let devices = Arc::new(fleet(store.as_ref(), 8).await);
    at_once(16, |writer| {
        let (store, devices) = (Arc::clone(&store), Arc::clone(&devices));
        async move {
            for number in 0..50 {
                let device = devices[((writer + number) % 8) as usize];
                let task = id(writer * 1_000 + number);
                let created = queue(store.as_ref(), reboot(task, device)).await;
                assert_eq!((created.id, created.device), (task, device));
            }
        }
    })
    .await;
    let mut count = 0;
    for device in devices.iter() {
        count += store.task_list(*device, ALL).await.unwrap().len();
    }
    assert_eq!(count, 16 * 50);
    assert_eq!(trail(store.as_ref()).await.len(), 16 * 50);
    store.close().await;
}

async fn an_error_of_one_call_undoes_nothing_of_the_others(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let other = self::device(store.as_ref(), "B").await;
    queue(store.as_ref(), reboot(id(0), other)).await;
    // Every second one asks for a key that is taken.
    let calls = (1..201u64).map(|number| {
        let task = if number % 2 == 0 { number } else { 0 };
        store.task_create(&ANN, reboot(id(task), device), START)
    });
    let results = join_all(calls).await;
    for (number, result) in (1..201u64).zip(&results) {
        match number % 2 {
            0 => assert!(matches!(result, Ok(Some(task)) if task.id == id(number))),
            _ => assert!(conflicts(result), "{number}"),
        }
    }
    let kept = store.task_list(device, ALL).await.unwrap();
    assert_eq!(kept.len(), 100);
    assert_eq!(task(store.as_ref(), id(0)).await.device, other);
    assert_eq!(trail(store.as_ref()).await.len(), 101);
    store.close().await;
}

async fn whoever_has_an_answer_reads_what_it_has_written(place: &dyn Place) {
    let store = place.open().await;
    at_once(8, |writer| {
        let store = Arc::clone(&store);
        async move {
            let store = store.as_ref();
            let serial_number = format!("S{writer}");
            for round in 1..30 {
                comes(store, &serial_number, at(round)).await;
                let device = found(store, key(&serial_number)).await;
                assert_eq!((device.informs, device.last_inform), (round, at(round)));
                let name = format!("Device.{round}");
                let shown = observed(&[(name.as_str(), "1")]);
                let merged = store.snapshot_merge(device.id, shown, at(round));
                merged.await.unwrap();
                assert!(seen(store, device.id, &name).await.is_some());
            }
        }
    })
    .await;
    store.close().await;
}

async fn many_informs_of_one_device_are_all_counted(place: &dyn Place) {
    let store = place.open().await;
    let id = device(store.as_ref(), "A").await;
    at_once(8, |writer| {
        let store = Arc::clone(&store);
        async move {
            for round in 0..25 {
                let event = match round % 5 {
                    0 => EventCode::Boot,
                    _ => EventCode::Periodic,
                };
                let inform = inform("A", at(writer * 25 + round), &[event]);
                store.record_inform(inform).await.unwrap();
            }
        }
    })
    .await;
    assert_eq!(found(store.as_ref(), id).await.informs, 1 + 8 * 25);
    store.close().await;
}

async fn many_first_informs_make_one_device(place: &dyn Place) {
    let store = place.open().await;
    let informs = (0..20).map(|_| comes(store.as_ref(), "A", START));
    let outcomes = join_all(informs).await;
    let first = outcomes
        .iter()
        .filter(|outcome| outcome.first_contact)
        .count();
    assert_eq!(first, 1);
    let all = DeviceFilter::default();
    assert_eq!(store.device_count(&all).await.unwrap(), 1);
    assert_eq!(found(store.as_ref(), key("A")).await.informs, 20);
    store.close().await;
}

/// Covers P2.
async fn a_key_for_one_task_makes_one_task_however_many_use_it_at_once(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let calls = (1..21).map(|number| {
        let task = NewTask {
            idempotency_key: Some("k".into()),
            ..reboot(id(number), device)
        };
        queue(store.as_ref(), task)
    });
    let tasks = join_all(calls).await;
    assert!(tasks.iter().all(|task| *task == tasks[0]));
    assert_eq!(store.task_list(device, ALL).await.unwrap().len(), 1);
    store.close().await;
}

/// A caller whose client hangs up is dropped in the middle of its question.
async fn a_question_nobody_waits_for_is_in_nobodys_way(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let mut whole = Observed::default();
    for number in 0..5_000 {
        whole.values.push_str(&format!("Device.{number}"), "1");
    }
    store.snapshot_merge(device, whole, START).await.unwrap();
    for round in 0..50 {
        for _ in 0..10 {
            // Asked once, and not waited for.
            let _ = store.snapshot(device).now_or_never();
        }
        let found = store.device_find(device).await;
        assert!(matches!(found, Ok(Some(_))), "{round}: {found:?}");
    }
    store.close().await;
}

/// An Inform and an answer tell two parameters that only ever grow, in turn; nobody may see one of them shrink.
async fn what_was_seen_never_goes_back(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let write = async {
        for round in 1..150u64 {
            let value = round.to_string();
            let said = inform("A", at(round), &[EventCode::ValueChange]);
            let said = saying(said, "Device.Informed", &value);
            store.record_inform(said).await.unwrap();
            let shown = observed(&[("Device.Read", value.as_str())]);
            let merged = store.snapshot_merge(device, shown, at(round)).await;
            merged.unwrap();
        }
    };
    let done = std::sync::atomic::AtomicBool::new(false);
    let read = async {
        let (mut informed, mut answered) = (0, 0);
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let snapshot = store.snapshot(device).await.unwrap();
            let number = |name| {
                let value = snapshot.values.get(name);
                value.map_or(0u64, |value| value.parse().unwrap())
            };
            let now = (number("Device.Informed"), number("Device.Read"));
            assert!(now.0 >= informed && now.1 >= answered, "{now:?}");
            (informed, answered) = now;
        }
    };
    let write = async {
        write.await;
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    tokio::join!(write, read);
    store.close().await;
}

async fn counts_of_a_campaign_add_up_at_every_moment(place: &dyn Place) {
    let store = place.open().await;
    fleet(store.as_ref(), 12).await;
    campaign(store.as_ref(), id(1), 2).await;
    let done = std::sync::atomic::AtomicBool::new(false);
    let work = async {
        let store = store.as_ref();
        for round in 1..100 {
            for device in advance(store, id(1), at(round * 10)).await {
                let task = transferring(store, device, at(round * 10 + 1)).await;
                reports(store, device, NEW, at(round * 10 + 2)).await;
                transferred(store, task, at(round * 10 + 3)).await;
            }
            if campaign_state(store, id(1)).await == CampaignState::Done {
                break;
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(campaign_state(store, id(1)).await, CampaignState::Done);
    };
    let watch = async {
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let (campaign, counts) = look(store.as_ref(), id(1)).await;
            let under_way = counts.upgrading + counts.verifying;
            assert_eq!(counts.pending + under_way + counts.done, 12, "{counts:?}");
            assert!(under_way <= 2, "{counts:?}");
            let over = campaign.state == CampaignState::Done;
            assert!(!over || counts.done == 12, "{campaign:?} {counts:?}");
        }
    };
    tokio::join!(work, watch);
    store.close().await;
}
