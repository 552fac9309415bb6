//! Small named values of the server itself, and whether the store takes writes.

use super::support::*;
use crate::store::*;
use futures_util::future::join_all;

super::cases! {
    store:
    a_setting_nobody_has_set_is_none,
    a_setting_is_set_once,
    of_many_who_set_a_setting_at_once_all_get_the_same,
    a_setting_may_hold_any_bytes,
    checking_whether_writing_works_changes_nothing,
}

async fn a_setting_nobody_has_set_is_none(store: &dyn Store) {
    for name in ["", "key", "%"] {
        assert_eq!(store.setting(name).await.unwrap(), None);
    }
}

async fn a_setting_is_set_once(store: &dyn Store) {
    for value in ["first", "second"] {
        let kept = store.setting_or_insert("key", value.into()).await;
        assert_eq!(kept.unwrap(), b"first");
    }
    let other = store.setting_or_insert("KEY", "other".into()).await;
    assert_eq!(other.unwrap(), b"other");
    assert_eq!(store.setting("key").await.unwrap(), Some(b"first".into()));
}

async fn of_many_who_set_a_setting_at_once_all_get_the_same(store: &dyn Store) {
    let all = (0..20u8).map(|number| store.setting_or_insert("key", vec![number]));
    let kept: Vec<_> = join_all(all)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(kept.iter().all(|value| *value == kept[0]), "{kept:?}");
    assert_eq!(store.setting("key").await.unwrap(), Some(kept[0].clone()));
}

async fn a_setting_may_hold_any_bytes(store: &dyn Store) {
    let every: Vec<u8> = (0..=255).collect();
    for (name, value) in [
        ("every", every),
        ("none", vec![]),
        ("long", vec![7; 100_000]),
    ] {
        let kept = store.setting_or_insert(name, value.clone()).await;
        assert_eq!(kept.unwrap(), value);
        assert_eq!(store.setting(name).await.unwrap(), Some(value));
    }
}

async fn checking_whether_writing_works_changes_nothing(store: &dyn Store) {
    device(store, "A").await;
    let before = found(store, key("A")).await;
    for _ in 0..3 {
        store.check().await.unwrap();
    }
    assert_eq!(found(store, key("A")).await, before);
    assert_eq!(trail(store).await, []);
}
