//! What belongs to the devices of a scope: lines, accounts, and shares of campaigns.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_campaign_of_a_scope_takes_no_device_of_others,
    a_scope_sees_its_share_of_a_campaign_and_none_without,
    lines_and_accounts_are_found_by_the_scope_of_their_device,
    a_draft_can_be_edited_until_it_is_started,
    an_edit_is_in_the_trail_with_what_was_before,
    a_campaign_over_parameters_takes_the_devices_that_report_them,
    a_campaign_of_many_devices_begins_as_one,
}

fn north() -> Scope {
    Scope::of_tags(vec!["north".into()])
}

/// So many devices, every other one in the north; the others are in the south.
async fn two_sides(store: &dyn Store, number: usize) -> (Vec<Id>, Vec<Id>) {
    let mut sides = (Vec::new(), Vec::new());
    for (place, device) in fleet(store, number).await.into_iter().enumerate() {
        let (side, tag) = match place % 2 {
            0 => (&mut sides.0, "north"),
            _ => (&mut sides.1, "south"),
        };
        let tags = store.device_set_tags(&ANN, device, vec![tag.into()], START);
        tags.await.unwrap();
        side.push(device);
    }
    sides
}

fn restricted(to: Scope) -> Campaign {
    Campaign {
        scope: to,
        ..new_campaign(id(1), 100)
    }
}

async fn taken(store: &dyn Store, scope: &Scope) -> Vec<Id> {
    let devices = store.campaign_devices_within(id(1), scope, None, ALL).await;
    devices.unwrap().iter().map(|it| it.device).collect()
}

/// Covers A12.
async fn a_campaign_of_a_scope_takes_no_device_of_others(store: &dyn Store) {
    let (ours, _) = two_sides(store, 6).await;
    let estimate = store.campaign_estimate(restricted(north()), START).await;
    assert_eq!(estimate.unwrap().matched, 3);
    let created = store.campaign_create(&ANN, restricted(north()), Consent::ANY);
    assert_eq!(created.await.unwrap().scope, north());
    assert_eq!(look(store, id(1)).await.0.scope, north());
    assert_eq!(taken(store, &Scope::default()).await, ours);
}

/// Covers A12.
async fn a_scope_sees_its_share_of_a_campaign_and_none_without(store: &dyn Store) {
    let (ours, theirs) = two_sides(store, 6).await;
    campaign(store, id(1), 1).await;
    let (_, counts) = store
        .campaign_within(id(1), &north())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(counts.pending, 3);
    assert_eq!(taken(store, &north()).await, ours);
    let report = store.campaign_report_within(id(1), &north()).await;
    assert_eq!(report.unwrap().unwrap().counts.pending, 3);
    let both = north().and(&Scope::of_tags(vec!["gold".into()]));
    assert_eq!(store.campaign_within(id(1), &both).await.unwrap(), None);
    assert_eq!(store.campaigns_within(&both).await.unwrap(), []);
    let report = store.campaign_report_within(id(1), &both).await;
    assert_eq!(report.unwrap(), None);
    let gold = vec!["north".into(), "gold".into()];
    store
        .device_set_tags(&ANN, ours[0], gold, START)
        .await
        .unwrap();
    assert_eq!(store.campaigns_within(&both).await.unwrap().len(), 1);
    let fleet = store.campaign_list().await.unwrap();
    assert_eq!(fleet[0].1.pending as usize, ours.len() + theirs.len());
    // What is restricted to a scope is there for it also without a device.
    let empty = Campaign {
        id: id(2),
        state: CampaignState::Draft,
        started: None,
        ..restricted(both.clone())
    };
    let created = store.campaign_create(&ANN, empty, Consent::ANY).await;
    created.unwrap();
    assert!(store.campaign_within(id(2), &both).await.unwrap().is_some());
    assert!(
        store
            .campaign_within(id(2), &north())
            .await
            .unwrap()
            .is_some()
    );
    let south = Scope::of_tags(vec!["south".into()]);
    assert_eq!(store.campaign_within(id(2), &south).await.unwrap(), None);
}

/// Covers A12.
async fn lines_and_accounts_are_found_by_the_scope_of_their_device(store: &dyn Store) {
    let (ours, theirs) = two_sides(store, 2).await;
    for (account, number, device) in [
        ("ours", "100", Some(ours[0])),
        ("theirs", "200", Some(theirs[0])),
        ("nobodys", "300", None),
    ] {
        let kept = Account {
            account: account.into(),
            name: String::new(),
            notes: String::new(),
            variables: Default::default(),
            lines: vec![Line {
                port: 1,
                number: number.into(),
                user: number.into(),
                password: data_model::Secret::new("secret".to_owned()),
                display_name: String::new(),
                proxy: String::new(),
                options: Default::default(),
                enabled: true,
            }],
        };
        let change = AccountChange {
            account: kept,
            revision: None,
        };
        store.account_put(&ANN, change, START).await.unwrap();
        if let Some(device) = device {
            let bound = store.account_bind(&ANN, Account::key(account), device, START);
            bound.await.unwrap();
        }
    }
    for (scope, expected) in [(Scope::default(), 3), (north(), 1)] {
        let filter = LineFilter {
            scope: scope.clone(),
            ..LineFilter::default()
        };
        let lines = store.line_list(&filter, ALL).await.unwrap();
        assert_eq!(lines.len(), expected);
        let filter = AccountFilter {
            scope,
            ..AccountFilter::default()
        };
        let accounts = store.account_list(&filter, ALL).await.unwrap();
        assert_eq!(accounts.len(), expected);
        assert!(
            expected > 1 || (lines[0].account == "ours" && accounts[0].account.account == "ours")
        );
    }
    let filter = LineFilter {
        scope: north(),
        number: Some("200".into()),
        ..LineFilter::default()
    };
    assert_eq!(store.line_list(&filter, ALL).await.unwrap(), []);
}

fn draft() -> Campaign {
    Campaign {
        state: CampaignState::Draft,
        started: None,
        ..new_campaign(id(1), 10)
    }
}

fn changed() -> Campaign {
    Campaign {
        name: "autumn".into(),
        concurrency: 3,
        selector: Selector {
            tags: vec!["north".into()],
            ..Selector::default()
        },
        ..draft()
    }
}

async fn a_draft_can_be_edited_until_it_is_started(store: &dyn Store) {
    let (ours, _) = two_sides(store, 4).await;
    let edit = |campaign, now| store.campaign_edit(&ANN, campaign, at(now));
    assert_eq!(edit(changed(), 1).await.unwrap(), None, "there is none yet");
    let scoped = Campaign {
        scope: Scope::of_tags(vec!["north".into(), "south".into()]),
        ..draft()
    };
    let created = store
        .campaign_create(&ANN, scoped.clone(), Consent::ANY)
        .await;
    created.unwrap();
    assert_eq!(edit(changed(), 2).await.unwrap(), Some(()));
    let expected = Campaign {
        scope: scoped.scope,
        ..changed()
    };
    assert_eq!(look(store, id(1)).await.0, expected, "whose it is stays");
    let started = store.campaign_start(&ANN, id(1), Consent::ANY, at(3)).await;
    started.unwrap();
    assert_eq!(taken(store, &Scope::default()).await, ours);
    let late = edit(draft(), 4).await;
    let Err(StoreError::Conflict(why)) = late else {
        panic!("{late:?}")
    };
    assert!(
        why.contains("was started") && why.contains("make another"),
        "{why}"
    );
    decide(store, id(1), CampaignState::Aborted).await;
    assert!(conflicts(&edit(draft(), 5).await));
    let back = Campaign {
        id: id(2),
        rollback_of: Some(id(1)),
        ..draft()
    };
    store
        .campaign_create(&ANN, back.clone(), Consent::ANY)
        .await
        .unwrap();
    assert!(conflicts(&edit(back, 6).await));
}

async fn an_edit_is_in_the_trail_with_what_was_before(store: &dyn Store) {
    store
        .campaign_create(&ANN, draft(), Consent::ANY)
        .await
        .unwrap();
    let edited = store.campaign_edit(&ANN, changed(), at(2)).await;
    edited.unwrap();
    let trail = trail(store).await;
    let line = trail.iter().find(|line| line.action == "campaign.edit");
    let line = line.expect("a line");
    assert_eq!(line.actor, "user:ann");
    let (before, after) = (line.before.as_deref(), line.after.as_deref());
    assert!(
        before.is_some_and(|text| text.contains("spring")),
        "{line:?}"
    );
    assert!(
        after.is_some_and(|text| text.contains("autumn")),
        "{line:?}"
    );
}

async fn a_campaign_over_parameters_takes_the_devices_that_report_them(store: &dyn Store) {
    let devices = fleet(store, 6).await;
    for (number, device) in devices.iter().enumerate() {
        let seen = observed(&[("Device.X.Mode", &(number % 3).to_string())]);
        store.snapshot_merge(*device, seen, at(1)).await.unwrap();
    }
    let asking = Campaign {
        selector: Selector {
            query: Some("Device.X.Mode = 1".parse().unwrap()),
            ..Selector::default()
        },
        ..draft()
    };
    let estimate = store.campaign_estimate(asking.clone(), at(2)).await;
    assert_eq!(estimate.unwrap().devices, 2);
    store
        .campaign_create(&ANN, asking, Consent::ANY)
        .await
        .unwrap();
    let started = store.campaign_start(&ANN, id(1), Consent::ANY, at(3)).await;
    started.unwrap();
    assert_eq!(
        taken(store, &Scope::default()).await,
        [devices[1], devices[4]]
    );
}

/// More devices than are written in one transaction: nothing of it happens before the last of them is there.
async fn a_campaign_of_many_devices_begins_as_one(store: &dyn Store) {
    let number = crate::limits::CAMPAIGN_DEVICES_AT_ONCE * 2 + 7;
    let devices = fleet(store, number).await;
    let consent = Consent {
        above: 10,
        devices: None,
    };
    let refused = store
        .campaign_create(&ANN, new_campaign(id(1), 1), consent)
        .await;
    assert!(conflicts(&refused));
    assert_eq!(store.campaign_list().await.unwrap(), []);
    let created = store.campaign_create(&ANN, new_campaign(id(1), 1), Consent::ANY);
    assert_eq!(created.await.unwrap(), new_campaign(id(1), 1));
    let (kept, counts) = look(store, id(1)).await;
    assert_eq!(kept, new_campaign(id(1), 1));
    assert_eq!(counts.pending, number as u64);
    let second = Campaign {
        id: id(2),
        ..draft()
    };
    store
        .campaign_create(&ANN, second, Consent::ANY)
        .await
        .unwrap();
    // Two people start one draft: one of them does, and no device is in it twice.
    let starts = || store.campaign_start(&ANN, id(2), Consent::ANY, at(9));
    let (one, other) = tokio::join!(starts(), starts());
    assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    assert!(conflicts(&one) || conflicts(&other), "{one:?} {other:?}");
    let (kept, counts) = look(store, id(2)).await;
    assert_eq!(
        (kept.state, kept.started),
        (CampaignState::Running, Some(at(9)))
    );
    assert_eq!(counts.pending, devices.len() as u64);
    let trail = trail(store).await;
    let started = trail.iter().filter(|line| line.action == "campaign.start");
    assert_eq!(started.count(), 1);
}
