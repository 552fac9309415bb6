//! Values that look sealed, and records whose secrets do not open: neither is in the way of anything else.

use super::Place;
use crate::store::contract::support::*;
use crate::store::{
    Group, NewRevision, Profile, ProfileStore as _, ProfileValue, Publish, Store as _, StoreError,
    SubscriberStore as _,
};
use std::collections::BTreeMap;

/// A text anybody may write.
const LOOKS_SEALED: &str = "sealed:hello";

fn revision(name: &str, value: &str) -> NewRevision {
    NewRevision {
        profile: Profile {
            name: name.into(),
            values: vec![ProfileValue {
                name: "~.X.Password".into(),
                value: value.into(),
            }],
            ..Profile::default()
        },
        comment: String::new(),
        publish: Publish::AtOnce,
    }
}

/// Covers U07, P13.
#[tokio::test]
async fn a_value_that_looks_sealed_comes_back_as_it_was_written() {
    let place = Place::new();
    let store = place.open();
    let device = device(&store, "A").await;
    let written = store.profile_write(&ANN, revision("p", LOOKS_SEALED), START);
    written.await.unwrap();
    let names = ["greeting", "x.password"];
    let pairs = names.map(|name| (name.to_owned(), LOOKS_SEALED.to_owned()));
    let group = Group {
        name: "g".into(),
        tag: "west".into(),
        precedence: 0,
        variables: BTreeMap::from(pairs.clone()),
    };
    store.group_put(&ANN, group.clone(), START).await.unwrap();
    let set = store.device_set_variables(&ANN, device, pairs.to_vec(), START);
    set.await.unwrap();
    store.close().await;
    drop(store);
    let store = place.open();
    let (_, in_force) = store.profiles_in_force().await.unwrap();
    let published = in_force[0].published.as_ref().unwrap();
    assert_eq!(published.profile.values[0].value, LOOKS_SEALED);
    assert_eq!(store.group_list().await.unwrap(), [group]);
    assert_eq!(own_variables(&store, device).await, pairs);
}

/// Covers P13.
#[tokio::test]
async fn a_profile_whose_secret_does_not_open_is_left_out_and_the_others_are_in_force() {
    let place = Place::new();
    let store = place.open();
    for name in ["a", "b", "c"] {
        let written = store.profile_write(&ANN, revision(name, "opensesame"), START);
        written.await.unwrap();
    }
    store.close().await;
    drop(store);
    let database = place.database();
    let damaged = revision("b", LOOKS_SEALED).profile;
    let sql = "UPDATE profile_revision SET content = ?1 WHERE profile = 'b'";
    let content = serde_json::to_string(&damaged).unwrap();
    database.execute(sql, [content]).unwrap();
    drop(database);
    let store = place.open();
    let (_, in_force) = store.profiles_in_force().await.unwrap();
    let names = in_force
        .iter()
        .map(|it| &*it.published.as_ref().unwrap().profile.name);
    assert_eq!(names.collect::<Vec<_>>(), ["a", "c"]);
    let itself = store.profile_revision("b", 1).await;
    assert!(
        matches!(itself, Err(StoreError::Corrupt { .. })),
        "{itself:?}"
    );
}
