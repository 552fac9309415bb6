//! Requests with a key: carried out once, whatever happens in between.

use super::support::*;
use crate::store::requests::{Begun, Keyed};
use crate::store::*;

super::cases! {
    store:
    a_request_is_first_once_and_then_has_its_answer,
    a_key_stands_for_one_request,
    what_has_changed_nothing_may_be_tried_again_and_an_answer_stays,
    old_requests_are_forgotten,
}

const FIRST: Keyed = Keyed {
    key: [1; 32],
    asked: [7; 32],
};

async fn a_request_is_first_once_and_then_has_its_answer(store: &dyn Store) {
    let begun = store.request_begin(FIRST, at(1)).await;
    assert_eq!(begun.unwrap(), Begun::First);
    let begun = store.request_begin(FIRST, at(2)).await;
    assert_eq!(begun.unwrap(), Begun::UnderWay);
    let body = b"{}".to_vec();
    store.request_end(FIRST, 201, body.clone()).await.unwrap();
    let begun = store.request_begin(FIRST, at(3)).await;
    assert_eq!(begun.unwrap(), Begun::Answered { status: 201, body });
}

async fn a_key_stands_for_one_request(store: &dyn Store) {
    store.request_begin(FIRST, at(1)).await.unwrap();
    let other = Keyed {
        asked: [8; 32],
        ..FIRST
    };
    let begun = store.request_begin(other, at(2)).await;
    assert_eq!(begun.unwrap(), Begun::Different);
}

async fn what_has_changed_nothing_may_be_tried_again_and_an_answer_stays(store: &dyn Store) {
    store.request_begin(FIRST, at(1)).await.unwrap();
    store.request_forget(FIRST).await.unwrap();
    let begun = store.request_begin(FIRST, at(2)).await;
    assert_eq!(begun.unwrap(), Begun::First);
    store.request_end(FIRST, 200, Vec::new()).await.unwrap();
    store.request_forget(FIRST).await.unwrap();
    let begun = store.request_begin(FIRST, at(3)).await.unwrap();
    assert!(matches!(begun, Begun::Answered { status: 200, .. }));
}

async fn old_requests_are_forgotten(store: &dyn Store) {
    store.request_begin(FIRST, at(1)).await.unwrap();
    let old = Old::Requests;
    assert_eq!(store.remove_old(old, at(1), 10).await.unwrap(), 0);
    assert_eq!(store.remove_old(old, at(2), 10).await.unwrap(), 1);
    let begun = store.request_begin(FIRST, at(3)).await;
    assert_eq!(begun.unwrap(), Begun::First);
}
