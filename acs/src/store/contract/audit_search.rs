//! The audit trail as it is searched, and what its lines say of a change.

use super::people::user;
use super::support::*;
use crate::store::*;

super::cases! {
    store:
    the_trail_is_searched_by_who_what_and_when,
    a_change_says_what_was_there_before_and_after,
}

async fn the_trail_is_searched_by_who_what_and_when(store: &dyn Store) {
    for (number, actor, action) in [
        (1, "ann", "device.tags"),
        (2, "ann/ci", "device.delete"),
        (3, "anna", "device.tags"),
        (4, "bob", "deviceless"),
    ] {
        let actor = Actor::User(actor.into());
        let subject = format!("subject {number}%");
        let noted = store.audit_note(&actor, action, subject, at(number));
        noted.await.unwrap();
    }
    let none = AuditFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let by_actor = |actor: &str| AuditFilter {
        actor: text(actor),
        ..none()
    };
    let by_action = |action: &str| AuditFilter {
        action: text(action),
        ..none()
    };
    let by_subject = |subject: &str| AuditFilter {
        subject: text(subject),
        ..none()
    };
    for (filter, expected) in [
        (none(), &[4, 3, 2, 1][..]),
        (by_actor("user:ann"), &[2, 1]),
        (by_action("device.*"), &[3, 2, 1]),
        (by_action("device"), &[]),
        (by_subject("t 3"), &[3]),
        (by_subject("%"), &[4, 3, 2, 1]),
        (
            AuditFilter {
                since: Some(at(2)),
                until: Some(at(4)),
                ..none()
            },
            &[3, 2],
        ),
        (by_actor("' OR 1=1 --"), &[]),
    ] {
        let page = Page {
            after: None,
            limit: 10,
        };
        let lines = store.audit_find(&filter, page).await.unwrap();
        let numbers: Vec<u64> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, expected, "{filter:?}");
    }
    let page = Page {
        after: Some(3),
        limit: 1,
    };
    let lines = store.audit_find(&none(), page).await.unwrap();
    assert_eq!(lines[0].number, 2);
}

async fn a_change_says_what_was_there_before_and_after(store: &dyn Store) {
    let device = device(store, "A").await;
    for tags in [&["west"][..], &["east", "beta"]] {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let set = store.device_set_tags(&ANN, device, tags, at(1)).await;
        set.unwrap();
    }
    for role in [Role::Admin, Role::Viewer] {
        store
            .user_put(&ANN, user("eve", Role::Admin), at(2))
            .await
            .unwrap();
        store
            .user_put(&ANN, user("bob", role), at(2))
            .await
            .unwrap();
    }
    let values = list(&[
        ("Device.ManagementServer.Password", "hidden"),
        ("Device.A", "1"),
    ]);
    let set = TaskKind::SetParameterValues { values };
    queue(store, new_task(id(1), device, set)).await;
    let lines = trail(store).await;
    let change = |action: &str| {
        let line = lines.iter().find(|line| line.action == action).unwrap();
        (line.before.as_deref(), line.after.as_deref())
    };
    assert_eq!(change("device.tags"), (Some("west"), Some("beta,east")));
    let roles = (Some("admin, whole fleet"), Some("viewer, whole fleet"));
    assert_eq!(change("user.put"), roles);
    let names = "Device.ManagementServer.Password, Device.A";
    assert_eq!(change("task.create"), (None, Some(names)));
    assert!(!format!("{lines:?}").contains("hidden"));
}
