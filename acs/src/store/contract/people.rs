//! People: users, and the tokens they sign in for. Long because each way to change somebody meanwhile is a case.

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
    a_change_of_a_password_under_way_brings_nobody_back,
    a_sign_in_under_way_gives_no_token_to_whoever_is_changed_or_removed,
    a_change_of_a_user_changes_nothing_that_it_does_not_say,
    whoever_is_changed_meanwhile_changes_nobody,
    the_trail_says_that_a_password_was_set_and_who_was_removed,
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

/// The password of every [`user`].
pub(super) fn proof() -> Proof {
    Proof::Password(user("", Role::Viewer).password_hash)
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
        store.token_put(&ANN, token, proof(), START).await.unwrap();
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
        role: Role::Admin,
        scope: Scope::default(),
        password: PasswordUse::Full,
        address: "192.0.2.7".into(),
        created: START,
        expires: at(expires),
    }
}

async fn a_token_is_found_by_its_hash_until_it_ends(store: &dyn Store) {
    put(store, "ann", Role::Admin).await;
    let token = token(1, 100);
    store
        .token_put(&ANN, token.clone(), proof(), START)
        .await
        .unwrap();
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
    put(store, "ann", Role::Admin).await;
    store
        .token_put(&ANN, token(1, 100), proof(), START)
        .await
        .unwrap();
    let mut almost = [1; 32];
    almost[31] = 0;
    for hash in [[0; 32], [255; 32], almost] {
        assert_eq!(store.token_find(&hash, START).await.unwrap(), None);
    }
}

async fn tokens_of_one_user_stand_side_by_side(store: &dyn Store) {
    put(store, "ann", Role::Admin).await;
    for (byte, expires) in [(1, 10), (2, 200), (3, 300)] {
        store
            .token_put(
                &ANN,
                token(byte, expires),
                proof(),
                at(u64::from(byte) * 50),
            )
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
    let signed_in = Token {
        scope: west.clone(),
        password: PasswordUse::OneTime,
        ..token(2, 100)
    };
    let by = Proof::Token(signed_in.hash);
    store
        .token_put(&ANN, signed_in, proof(), START)
        .await
        .unwrap();
    let scoped = Token {
        scope: west.and(&Scope::of_tags(vec!["beta".into()])),
        password: PasswordUse::OneTime,
        kind: TokenKind::Api,
        name: "ci".into(),
        ..token(1, 100)
    };
    store
        .token_put(&ANN, scoped.clone(), by, START)
        .await
        .unwrap();
    let found = store.token_find(&[1; 32], START).await.unwrap();
    assert_eq!(found, Some(scoped));
}

/// Covers A11.
async fn a_change_of_a_password_under_way_brings_nobody_back(store: &dyn Store) {
    put(store, "ann", Role::Admin).await;
    let bob = put(store, "bob", Role::Admin).await;
    let old = bob.password_hash.clone();
    put(store, "bob", Role::Viewer).await;
    let changed = store.password_change(&ANN, "bob", &old, "new", at(1)).await;
    changed.unwrap();
    let kept = store.user_find("bob").await.unwrap().unwrap();
    assert_eq!((kept.role, &*kept.password_hash), (Role::Viewer, "new"));
    let late = store
        .password_change(&ANN, "bob", &old, "other", at(2))
        .await;
    assert!(conflicts(&late), "it is not the password any more");
    store.user_delete(&ANN, "bob", at(3)).await.unwrap();
    let late = store
        .password_change(&ANN, "bob", "new", "other", at(4))
        .await;
    assert!(conflicts(&late));
    assert_eq!(store.user_find("bob").await.unwrap(), None);
}

/// Covers A11.
async fn a_sign_in_under_way_gives_no_token_to_whoever_is_changed_or_removed(store: &dyn Store) {
    for name in ["ann", "bob"] {
        put(store, name, Role::Admin).await;
    }
    store
        .token_put(&ANN, token(1, 100), proof(), START)
        .await
        .unwrap();
    let program = Token {
        kind: TokenKind::Api,
        name: "ci".into(),
        ..token(3, 100)
    };
    let by = Proof::Token([1; 32]);
    // Each is asked for by somebody who was an administrator with this password a moment ago.
    let try_both = async |why: &str| {
        let late = store.token_put(&ANN, token(2, 100), proof(), at(1)).await;
        assert!(conflicts(&late), "{why}");
        let late = store
            .token_put(&ANN, program.clone(), by.clone(), at(1))
            .await;
        assert!(conflicts(&late), "{why}");
        for byte in [2, 3] {
            assert_eq!(store.token_find(&[byte; 32], at(1)).await.unwrap(), None);
        }
    };
    put(store, "ann", Role::Viewer).await;
    try_both("a viewer gets no token of an administrator").await;
    let other = User {
        password_hash: "else".into(),
        ..user("ann", Role::Admin)
    };
    store.user_put(&ANN, other, START).await.unwrap();
    try_both("the password is another one").await;
    store.user_delete(&ANN, "ann", START).await.unwrap();
    try_both("nobody gets a token of nobody").await;
}

/// Somebody who asks for changes of users, with this token.
async fn asker(store: &dyn Store) -> [u8; 32] {
    put(store, "ann", Role::Admin).await;
    let token = token(1, 100);
    let hash = token.hash;
    store.token_put(&ANN, token, proof(), START).await.unwrap();
    hash
}

fn change(name: &str, role: Role) -> UserChange {
    UserChange {
        name: name.into(),
        role,
        scope: None,
        password: None,
    }
}

async fn a_change_of_a_user_changes_nothing_that_it_does_not_say(store: &dyn Store) {
    let by = asker(store).await;
    let absent = store
        .user_change(&ANN, by, change("bob", Role::Viewer), at(1))
        .await;
    assert_eq!(absent.unwrap(), None, "there is no password");
    let new = UserChange {
        password: Some(("first".into(), PasswordUse::OneTime)),
        ..change("bob", Role::Viewer)
    };
    let made = store
        .user_change(&ANN, by, new, at(1))
        .await
        .unwrap()
        .unwrap();
    assert!(made.scope.is_fleet() && made.password == PasswordUse::OneTime);
    store
        .password_change(&ANN, "bob", "first", "own", at(2))
        .await
        .unwrap();
    let west = Scope::of_tags(vec!["west".into()]);
    let scoped = UserChange {
        scope: Some(west.clone()),
        ..change("bob", Role::Operator)
    };
    store.user_change(&ANN, by, scoped, at(3)).await.unwrap();
    let changed = store
        .user_change(&ANN, by, change("bob", Role::Admin), at(4))
        .await;
    let expected = User {
        name: "bob".into(),
        role: Role::Admin,
        scope: west,
        password_hash: "own".into(),
        password: PasswordUse::Full,
    };
    assert_eq!(changed.unwrap(), Some(expected.clone()));
    assert_eq!(store.user_find("bob").await.unwrap(), Some(expected));
}

/// Covers A11.
async fn whoever_is_changed_meanwhile_changes_nobody(store: &dyn Store) {
    let by = asker(store).await;
    put(store, "bob", Role::Admin).await;
    put(store, "ann", Role::Viewer).await;
    let again = store
        .user_change(&ANN, by, change("ann", Role::Admin), at(1))
        .await;
    assert!(conflicts(&again), "she would be an administrator again");
    let kept = store.user_find("ann").await.unwrap().unwrap();
    assert_eq!(kept.role, Role::Viewer);
}

async fn the_trail_says_that_a_password_was_set_and_who_was_removed(store: &dyn Store) {
    let by = asker(store).await;
    put(store, "bob", Role::Viewer).await;
    let set = UserChange {
        password: Some(("new".into(), PasswordUse::Full)),
        ..change("bob", Role::Viewer)
    };
    store.user_change(&ANN, by, set, at(1)).await.unwrap();
    store.user_delete(&ANN, "bob", at(2)).await.unwrap();
    let page = Page {
        after: None,
        limit: 2,
    };
    let lines = store.audit_list(page).await.unwrap();
    let viewer = "viewer, whole fleet";
    assert_eq!(
        (lines[0].before.as_deref(), lines[0].after.as_deref()),
        (Some(viewer), None)
    );
    let set = format!("{viewer}, another password");
    assert_eq!(lines[1].after.as_deref(), Some(&*set));
    assert!(
        !format!("{lines:?}").contains("argon2"),
        "no hash is written down"
    );
}
