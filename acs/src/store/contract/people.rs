//! People: users, and the tokens they sign in for.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_user_comes_back_as_it_was_put,
    putting_a_user_again_changes_it,
    users_are_listed_by_name,
    a_user_nobody_has_heard_of_is_none,
    a_user_can_be_removed,
    there_is_always_an_administrator_left,
    whoever_is_changed_or_removed_has_to_sign_in_again,
    a_token_is_found_by_its_hash_until_it_ends,
    a_token_nobody_has_heard_of_is_none,
    tokens_of_one_user_stand_side_by_side,
    whoever_has_a_part_of_the_fleet_keeps_it_and_is_no_last_administrator,
}

/// A user of the whole fleet.
pub(super) fn user(name: &str, role: Role) -> User {
    User {
        name: name.into(),
        role,
        scope: Scope::default(),
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into(),
        password: PasswordUse::Full,
    }
}

async fn put(store: &dyn Store, name: &str, role: Role) -> User {
    let put = user(name, role);
    store.user_put(&ANN, put.clone(), START).await.unwrap();
    put
}

async fn a_user_comes_back_as_it_was_put(store: &dyn Store) {
    for (name, role) in [
        ("ann", Role::Admin),
        ("Ann", Role::Operator),
        ("'; --\u{1F600}", Role::Viewer),
    ] {
        let user = put(store, name, role).await;
        assert_eq!(store.user_find(name).await.unwrap(), Some(user));
    }
    assert_eq!(store.user_count().await.unwrap(), 3);
}

async fn putting_a_user_again_changes_it(store: &dyn Store) {
    put(store, "ann", Role::Admin).await;
    put(store, "bob", Role::Viewer).await;
    let changed = User {
        password_hash: "else".into(),
        ..user("bob", Role::Admin)
    };
    store.user_put(&ANN, changed.clone(), START).await.unwrap();
    assert_eq!(store.user_find("bob").await.unwrap(), Some(changed));
    assert_eq!(store.user_count().await.unwrap(), 2);
}

async fn users_are_listed_by_name(store: &dyn Store) {
    assert_eq!(store.user_list().await.unwrap(), []);
    let mut users = Vec::new();
    for name in ["b", "c", "a"] {
        users.push(put(store, name, Role::Admin).await);
    }
    users.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(store.user_list().await.unwrap(), users);
}

async fn a_user_nobody_has_heard_of_is_none(store: &dyn Store) {
    assert_eq!(store.user_count().await.unwrap(), 0, "nobody comes with it");
    for name in ["", "admin", "root", "%"] {
        assert_eq!(store.user_find(name).await.unwrap(), None, "`{name}`");
        let deleted = store.user_delete(&ANN, name, START).await;
        assert_eq!(deleted.unwrap(), None, "`{name}`");
    }
}

async fn a_user_can_be_removed(store: &dyn Store) {
    let ann = put(store, "ann", Role::Admin).await;
    put(store, "bob", Role::Operator).await;
    let deleted = store.user_delete(&ANN, "bob", START).await;
    assert_eq!(deleted.unwrap(), Some(()));
    assert_eq!(store.user_list().await.unwrap(), [ann]);
}

async fn there_is_always_an_administrator_left(store: &dyn Store) {
    let useless = user("bob", Role::Operator);
    assert!(conflicts(&store.user_put(&ANN, useless, START).await));
    assert_eq!(store.user_count().await.unwrap(), 0);
    let ann = put(store, "ann", Role::Admin).await;
    let bob = put(store, "bob", Role::Operator).await;
    let lesser = user("ann", Role::Viewer);
    assert!(conflicts(
        &store.user_put(&ANN, lesser.clone(), START).await
    ));
    assert!(conflicts(&store.user_delete(&ANN, "ann", START).await));
    assert_eq!(store.user_list().await.unwrap(), [ann, bob]);
    put(store, "bob", Role::Admin).await;
    store.user_put(&ANN, lesser, START).await.unwrap();
    assert!(conflicts(&store.user_delete(&ANN, "bob", START).await));
    let deleted = store.user_delete(&ANN, "ann", START).await;
    assert_eq!(deleted.unwrap(), Some(()));
}

async fn whoever_is_changed_or_removed_has_to_sign_in_again(store: &dyn Store) {
    let found = |byte: u8| async move {
        let found = store.token_find(&[byte; 32], at(1)).await;
        found.unwrap().is_some()
    };
    for name in ["ann", "bob", "eve"] {
        put(store, name, Role::Admin).await;
    }
    for (byte, name) in [(1, "ann"), (2, "bob"), (3, "eve")] {
        let token = Token {
            user: name.into(),
            ..token(byte, 100)
        };
        store.token_put(&ANN, token, START).await.unwrap();
        assert!(found(byte).await);
    }
    put(store, "bob", Role::Viewer).await;
    store.user_delete(&ANN, "eve", START).await.unwrap();
    assert!(found(1).await, "nothing has happened to her");
    assert!(!found(2).await && !found(3).await);
    // What is refused ends nothing.
    let lesser = user("ann", Role::Viewer);
    assert!(conflicts(&store.user_put(&ANN, lesser, START).await));
    assert!(found(1).await);
}

/// A token of Ann's.
pub(super) fn token(byte: u8, expires: u64) -> Token {
    Token {
        id: id(byte.into()),
        hash: [byte; 32],
        kind: TokenKind::SignIn,
        name: String::new(),
        user: "ann".into(),
        role: Role::Operator,
        scope: Scope::default(),
        password: PasswordUse::Full,
        created: START,
        expires: at(expires),
    }
}

async fn a_token_is_found_by_its_hash_until_it_ends(store: &dyn Store) {
    let token = token(1, 100);
    store.token_put(&ANN, token.clone(), START).await.unwrap();
    for (secs, expected) in [
        (0, true),
        (99, true),
        (100, false),
        (101, false),
        (50, true),
    ] {
        let found = store.token_find(&[1; 32], at(secs)).await.unwrap();
        assert_eq!(found, expected.then(|| token.clone()), "{secs}");
    }
}

async fn a_token_nobody_has_heard_of_is_none(store: &dyn Store) {
    store.token_put(&ANN, token(1, 100), START).await.unwrap();
    let mut almost = [1; 32];
    almost[31] = 0;
    for hash in [[0; 32], [255; 32], almost] {
        assert_eq!(store.token_find(&hash, START).await.unwrap(), None);
    }
}

async fn tokens_of_one_user_stand_side_by_side(store: &dyn Store) {
    for (byte, expires) in [(1, 10), (2, 200), (3, 300)] {
        store
            .token_put(&ANN, token(byte, expires), at(u64::from(byte) * 50))
            .await
            .unwrap();
    }
    let found = |byte: u8| async move { store.token_find(&[byte; 32], at(150)).await };
    assert_eq!(found(1).await.unwrap(), None, "it has ended");
    assert_eq!(found(2).await.unwrap(), Some(token(2, 200)));
    assert_eq!(found(3).await.unwrap(), Some(token(3, 300)));
}

/// Covers A12.
async fn whoever_has_a_part_of_the_fleet_keeps_it_and_is_no_last_administrator(store: &dyn Store) {
    let west = Scope::of_tags(vec!["west".into(), "a'b".into()]);
    let scoped = User {
        scope: west.clone(),
        password: PasswordUse::OneTime,
        ..user("ann", Role::Admin)
    };
    let refused = store.user_put(&ANN, scoped.clone(), START).await;
    assert!(conflicts(&refused), "nobody could change people");
    put(store, "bob", Role::Admin).await;
    store.user_put(&ANN, scoped.clone(), START).await.unwrap();
    assert_eq!(store.user_find("ann").await.unwrap(), Some(scoped));
    let scoped = Token {
        scope: west.and(&Scope::of_tags(vec!["beta".into()])),
        password: PasswordUse::OneTime,
        kind: TokenKind::Api,
        name: "ci".into(),
        ..token(1, 100)
    };
    store.token_put(&ANN, scoped.clone(), START).await.unwrap();
    let found = store.token_find(&[1; 32], START).await.unwrap();
    assert_eq!(found, Some(scoped));
}
