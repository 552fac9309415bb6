//! Notes of devices: kept, listed, removed, and where they go with their device.

use super::support::*;
use crate::limits::NOTES_PER_DEVICE;
use crate::store::*;

super::cases! { store:
    notes_are_listed_the_newest_first_in_pages,
    a_note_belongs_to_one_device,
    a_note_leaves_lines_without_what_it_says,
    a_device_has_a_limited_number_of_notes,
    notes_go_with_a_deleted_device,
    notes_move_to_the_other_identity_of_a_device,
    notes_of_a_unit_stay_with_it_when_it_is_replaced,
}

const TEXT: &str = "Crackles on line 1.\nCalled back: it is the cable.";

fn note(number: u64, device: Id) -> Note {
    Note {
        id: id(number),
        device,
        at: at(number),
        by: "ann".into(),
        text: TEXT.into(),
    }
}

async fn write(store: &dyn Store, note: Note) {
    let written = store.note_add(&ANN, note).await;
    assert_eq!(written.unwrap(), Some(()));
}

async fn notes(store: &dyn Store, device: Id) -> Vec<Note> {
    store.note_list(device, ALL).await.unwrap()
}

async fn notes_are_listed_the_newest_first_in_pages(store: &dyn Store) {
    let device = device(store, "A").await;
    assert_eq!(notes(store, device).await, []);
    for number in [1, 3, 2] {
        write(store, note(number, device)).await;
    }
    let [first, second, third] = [1, 2, 3].map(|number| note(number, device));
    let all = [third.clone(), second.clone(), first.clone()];
    assert_eq!(notes(store, device).await, all);
    let mut page = Page {
        after: None,
        limit: 2,
    };
    let begins = store.note_list(device, page).await.unwrap();
    assert_eq!(begins, [third, second]);
    page.after = begins.last().map(|note| note.id);
    assert_eq!(store.note_list(device, page).await.unwrap(), [first]);
}

async fn a_note_belongs_to_one_device(store: &dyn Store) {
    let (device, other) = (device(store, "A").await, device(store, "B").await);
    write(store, note(1, device)).await;
    assert_eq!(notes(store, other).await, []);
    assert_eq!(store.note_find(other, id(1)).await.unwrap(), None);
    let deleted = store.note_delete(&ANN, other, id(1), at(2)).await;
    assert_eq!(deleted.unwrap(), None);
    let found = store.note_find(device, id(1)).await.unwrap();
    assert_eq!(found, Some(note(1, device)));
    let of_nobody = store.note_add(&ANN, note(2, key("NOBODY"))).await;
    assert_eq!(of_nobody.unwrap(), None);
    assert_eq!(notes(store, key("NOBODY")).await, []);
    let deleted = store.note_delete(&ANN, device, id(1), at(2)).await;
    assert_eq!(deleted.unwrap(), Some(()));
    assert_eq!(notes(store, device).await, []);
    let again = store.note_delete(&ANN, device, id(1), at(3)).await;
    assert_eq!(again.unwrap(), None);
}

async fn a_note_leaves_lines_without_what_it_says(store: &dyn Store) {
    let device = device(store, "A").await;
    write(store, note(1, device)).await;
    let deleted = store.note_delete(&ANN, device, id(1), at(5)).await;
    deleted.unwrap().unwrap();
    let nothing = store.note_delete(&ANN, device, id(1), at(6)).await;
    assert_eq!(nothing.unwrap(), None);
    let trail = trail(store).await;
    let lines = trail.iter().map(|line| {
        assert_eq!(line.actor, ANN.to_string());
        (line.action.as_str(), line.at, line.subject.clone())
    });
    let subject = format!("{device} {}", id(1));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            ("device.note-delete", at(5), subject.clone()),
            ("device.note", at(1), subject),
        ]
    );
    let events = store.event_list(0, 1000).await.unwrap();
    let told = events.iter().filter(|event| event.kind == "device.note");
    assert_eq!(told.count(), 1);
    assert!(!format!("{trail:?} {events:?}").contains("Crackles"));
}

async fn a_device_has_a_limited_number_of_notes(store: &dyn Store) {
    let (device, other) = (device(store, "A").await, device(store, "B").await);
    for number in 0..NOTES_PER_DEVICE {
        write(store, note(number, device)).await;
    }
    let one_more = || note(NOTES_PER_DEVICE, device);
    let refused = store.note_add(&ANN, one_more()).await;
    assert!(conflicts(&refused), "{refused:?}");
    write(store, note(1_000, other)).await;
    let deleted = store.note_delete(&ANN, device, id(0), at(1)).await;
    deleted.unwrap().unwrap();
    write(store, one_more()).await;
    let there = notes(store, device).await.len() as u64;
    assert_eq!(there, NOTES_PER_DEVICE);
}

async fn notes_go_with_a_deleted_device(store: &dyn Store) {
    let (device, other) = (device(store, "A").await, device(store, "B").await);
    write(store, note(1, device)).await;
    write(store, note(2, other)).await;
    let deleted = store.device_delete(&ANN, device, at(3)).await;
    deleted.unwrap().unwrap();
    comes(store, "A", at(4)).await;
    assert_eq!(notes(store, device).await, []);
    assert_eq!(store.note_find(device, id(1)).await.unwrap(), None);
    assert_eq!(notes(store, other).await, [note(2, other)]);
}

async fn notes_move_to_the_other_identity_of_a_device(store: &dyn Store) {
    let (old, new) = (device(store, "OLD").await, device(store, "NEW").await);
    write(store, note(1, old)).await;
    write(store, note(2, new)).await;
    let merged = store.device_merge(&ANN, old, new, at(3)).await;
    merged.unwrap().unwrap();
    assert_eq!(notes(store, new).await, [note(2, new), note(1, new)]);
}

async fn notes_of_a_unit_stay_with_it_when_it_is_replaced(store: &dyn Store) {
    let old = device(store, "OLD").await;
    write(store, note(1, old)).await;
    let replacement = Replacement {
        identity: identity("NEW"),
        credentials: None,
    };
    let swapped = store.device_swap(&ANN, old, replacement, at(2)).await;
    let new = swapped.unwrap().unwrap().id;
    assert_eq!(notes(store, new).await, []);
    assert_eq!(notes(store, old).await, [note(1, old)]);
}
