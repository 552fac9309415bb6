//! The library: files are described, listed, and kept as long as somebody needs them.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_file_comes_back_as_it_was_described,
    files_are_listed_newest_first,
    two_files_cannot_have_one_key,
    a_file_nobody_has_heard_of_is_none,
    a_file_nobody_needs_can_go,
    the_bytes_of_a_file_can_go_with_the_last_one_that_has_them,
    a_file_an_unfinished_task_needs_stays,
    a_file_an_unfinished_campaign_needs_stays,
    a_file_of_an_aborted_campaign_stays_while_a_device_still_fetches_it,
}

async fn put(store: &dyn Store, number: u64) -> FileRecord {
    let file = image(id(number));
    store.file_put(&ANN, file.clone()).await.unwrap();
    file
}

async fn a_file_comes_back_as_it_was_described(store: &dyn Store) {
    let file = FileRecord {
        name: "../'; --\u{1F600}".into(),
        product_class: String::new(),
        version: String::new(),
        bytes: 1 << 40,
        ..image(id(1))
    };
    store.file_put(&ANN, file.clone()).await.unwrap();
    assert_eq!(store.file_find(id(1)).await.unwrap(), Some(file));
}

async fn files_are_listed_newest_first(store: &dyn Store) {
    assert_eq!(store.file_list().await.unwrap(), []);
    let mut files = Vec::new();
    for number in [2, 3, 1] {
        files.push(put(store, number).await);
    }
    files.sort_by_key(|file| std::cmp::Reverse(file.id));
    assert_eq!(store.file_list().await.unwrap(), files);
}

async fn two_files_cannot_have_one_key(store: &dyn Store) {
    let first = put(store, 1).await;
    let mut second = image(id(1));
    second.name = "other".into();
    assert!(conflicts(&store.file_put(&ANN, second).await));
    assert_eq!(store.file_list().await.unwrap(), [first]);
}

async fn a_file_nobody_has_heard_of_is_none(store: &dyn Store) {
    assert_eq!(store.file_find(id(1)).await.unwrap(), None);
    let deleted = store.file_delete(&ANN, id(1), START).await;
    assert_eq!(deleted.unwrap(), None);
    assert_eq!(trail(store).await, []);
}

async fn a_file_nobody_needs_can_go(store: &dyn Store) {
    put(store, 1).await;
    let other = put(store, 2).await;
    assert_eq!(delete(store).await.unwrap(), Some(()));
    assert_eq!(store.file_list().await.unwrap(), [other]);
    assert_eq!(delete(store).await.unwrap(), None);
}

async fn delete(store: &dyn Store) -> Result<Option<()>> {
    let deleted = store.file_delete(&ANN, id(1), at(99)).await?;
    Ok(deleted.map(|_| ()))
}

async fn the_bytes_of_a_file_can_go_with_the_last_one_that_has_them(store: &dyn Store) {
    put(store, 1).await;
    let same = put(store, 2).await;
    let other = FileRecord {
        sha256: "cd".repeat(32),
        ..image(id(3))
    };
    store.file_put(&ANN, other.clone()).await.unwrap();
    for (file, unused) in [
        (id(1), None),
        (id(2), Some(same.sha256)),
        (id(3), Some(other.sha256)),
    ] {
        let deleted = store.file_delete(&ANN, file, at(1)).await.unwrap();
        assert_eq!(deleted.unwrap().bytes_unused, unused);
    }
}

async fn a_file_an_unfinished_task_needs_stays(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, 1).await;
    queue(store, download(id(10), device, id(1))).await;
    assert!(conflicts(&delete(store).await), "queued");
    claim(store, device, at(1)).await;
    assert!(conflicts(&delete(store).await), "running");
    finish(store, id(10), retry(at(9)), at(2)).await;
    assert!(conflicts(&delete(store).await), "to be tried again");
    transferring(store, device, at(10)).await;
    assert!(conflicts(&delete(store).await), "under way");
    assert!(store.file_find(id(1)).await.unwrap().is_some());
    transferred(store, id(10), at(11)).await;
    assert_eq!(delete(store).await.unwrap(), Some(()));
}

async fn a_file_an_unfinished_campaign_needs_stays(store: &dyn Store) {
    for (number, end) in [(10, CampaignState::Aborted), (11, CampaignState::Done)] {
        put(store, 1).await;
        let mut campaign = new_campaign(id(number), 1);
        campaign.file = id(1);
        store
            .campaign_create(&ANN, campaign, Consent::ANY)
            .await
            .unwrap();
        assert!(conflicts(&delete(store).await), "running");
        decide(store, id(number), CampaignState::Paused).await;
        assert!(conflicts(&delete(store).await), "paused");
        if end == CampaignState::Aborted {
            decide(store, id(number), end).await;
        } else {
            decide(store, id(number), CampaignState::Running).await;
            advance(store, id(number), at(1)).await;
        }
        assert_eq!(campaign_state(store, id(number)).await, end);
        assert_eq!(delete(store).await.unwrap(), Some(()));
    }
}

async fn a_file_of_an_aborted_campaign_stays_while_a_device_still_fetches_it(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, 1).await;
    let mut campaign = new_campaign(id(10), 1);
    campaign.file = id(1);
    store
        .campaign_create(&ANN, campaign, Consent::ANY)
        .await
        .unwrap();
    advance(store, id(10), at(1)).await;
    let task = transferring(store, device, at(2)).await;
    decide(store, id(10), CampaignState::Aborted).await;
    assert!(conflicts(&delete(store).await));
    transferred(store, task, at(3)).await;
    assert_eq!(delete(store).await.unwrap(), Some(()));
}
