//! Nobody is upgraded twice, whatever comes in whatever order: calls of the store at random against a device model.

use super::support::*;
use crate::store::*;
use data_model::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

super::cases! {
    store:
    no_order_of_calls_upgrades_a_device_twice,
}

/// Devices of one run.
const DEVICES: usize = 3;
/// Devices under way at one time in a campaign.
const CONCURRENCY: u32 = 2;
/// What the library has, each version but the first needing the one before.
const VERSIONS: [&str; 3] = ["1.0", "1.5", NEW];

#[derive(Debug, Clone)]
enum Act {
    Advance(usize),
    /// A device takes its next task; how the attempt ends.
    Session(usize, Ending),
    /// A device runs its newest image and reports it.
    Restart(usize),
    /// A device reports what it runs.
    Periodic(usize),
    /// A device reports the end of a download it has accepted, perhaps of an old one, with a fault or without.
    Transfer(usize, usize, bool),
    RequeueLost,
    Expire,
    GiveUpSilent,
    Decide(usize, CampaignState),
}

#[derive(Debug, Clone, Copy)]
enum Ending {
    Accepted,
    Refused,
    Later,
    Broken,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let device = 0..DEVICES;
    let ending = prop_oneof![
        4 => Just(Ending::Accepted),
        1 => Just(Ending::Refused),
        1 => Just(Ending::Later),
        1 => Just(Ending::Broken),
    ];
    let state = prop_oneof![
        3 => Just(CampaignState::Running),
        2 => Just(CampaignState::Paused),
        1 => Just(CampaignState::Aborted),
    ];
    let act = prop_oneof![
        6 => (0..2usize).prop_map(Act::Advance),
        6 => (device.clone(), ending).prop_map(|(device, ending)| Act::Session(device, ending)),
        4 => device.clone().prop_map(Act::Restart),
        2 => device.clone().prop_map(Act::Periodic),
        4 => (device, 0..4usize, proptest::bool::weighted(0.2))
            .prop_map(|(device, back, fault)| Act::Transfer(device, back, fault)),
        2 => Just(Act::RequeueLost),
        1 => Just(Act::Expire),
        1 => Just(Act::GiveUpSilent),
        2 => (0..2usize, state).prop_map(|(campaign, state)| Act::Decide(campaign, state)),
    ];
    vec(act, 1..60)
}

/// What a device has done.
#[derive(Debug, Default, Clone)]
struct Model {
    key: Option<Id>,
    /// Its place among the versions.
    runs: usize,
    /// The image it would run after a restart.
    holds: Option<usize>,
    /// Downloads it has accepted.
    accepted: Vec<Id>,
    /// How often each image was sent to it since somebody had reason to think that it had not got it, by version.
    sent: BTreeMap<usize, u32>,
}

struct Run<'a> {
    store: &'a dyn Store,
    base: u64,
    files: [Id; 3],
    campaigns: [Id; 2],
    devices: Vec<Model>,
    clock: u64,
}

impl<'a> Run<'a> {
    async fn begin(store: &'a dyn Store, run: u64) -> Run<'a> {
        let base = 10_000 + run * 1_000;
        let files = [id(1), id(2), id(3)];
        let mut devices = Vec::new();
        let mut serials = Vec::new();
        for number in 0..DEVICES {
            let serial = format!("R{run}D{number}");
            devices.push(Model {
                key: Some(device(store, &serial).await),
                ..Model::default()
            });
            serials.push(serial);
        }
        let campaigns = [id(base), id(base + 1)];
        for campaign in campaigns {
            let mut campaign = new_campaign(campaign, CONCURRENCY);
            campaign.file = files[2];
            campaign.selector.serial_number.clone_from(&serials);
            let created = store.campaign_create(&ANN, campaign, Consent::ANY);
            created.await.unwrap();
        }
        Run {
            store,
            base,
            files,
            campaigns,
            devices,
            clock: 10,
        }
    }

    fn now(&mut self) -> Timestamp {
        self.clock += 1;
        at(self.clock)
    }

    async fn act(&mut self, act: &Act) {
        let now = self.now();
        match *act {
            Act::Advance(campaign) => {
                let base = self.base + self.clock * 10;
                let keys = (0..4).map(|key| Id::new(now, base + key)).collect();
                let advanced = self
                    .store
                    .campaign_advance(self.campaigns[campaign], keys, now);
                advanced.await.unwrap();
            }
            Act::Session(device, ending) => self.session(device, ending).await,
            Act::Restart(device) => {
                let model = &mut self.devices[device];
                model.runs = model.holds.take().unwrap_or(model.runs);
                self.informs(device, now).await;
            }
            Act::Periodic(device) => self.informs(device, now).await,
            Act::Transfer(device, back, fault) => {
                let accepted = self.devices[device].accepted.iter().rev().nth(back);
                let Some(task) = accepted.copied() else {
                    return;
                };
                let key = task_key(self.store, task).await;
                let fault = fault.then(|| TaskFault::ours("broken"));
                let failed = fault.is_some();
                let complete = self.store.transfer_complete(
                    self.devices[device].key.unwrap(),
                    &key,
                    fault,
                    now,
                );
                let matched = complete.await.unwrap();
                if failed && matches!(matched, TransferMatch::Ended(_)) {
                    self.devices[device].sent.clear();
                }
            }
            Act::RequeueLost => {
                self.store
                    .task_requeue_lost_transfers(now, now)
                    .await
                    .unwrap();
                self.nobody_has_got_anything();
            }
            Act::Expire => {
                self.store.task_expire(now).await.unwrap();
            }
            Act::GiveUpSilent => {
                self.store
                    .campaign_expire_verifying(now, now)
                    .await
                    .unwrap();
                self.nobody_has_got_anything();
            }
            Act::Decide(campaign, state) => {
                // What has ended is not decided again.
                let campaign = self.campaigns[campaign];
                let _ = self
                    .store
                    .campaign_set_state(&ANN, campaign, state, now)
                    .await;
            }
        }
    }

    /// The time for what is under way has run out: it may be sent again.
    fn nobody_has_got_anything(&mut self) {
        for model in &mut self.devices {
            model.sent.clear();
        }
    }

    async fn informs(&self, device: usize, now: Timestamp) {
        let model = &self.devices[device];
        reports(self.store, model.key.unwrap(), VERSIONS[model.runs], now).await;
    }

    /// A session: the device says what it runs, and takes what is due.
    async fn session(&mut self, device: usize, ending: Ending) {
        let now = self.now();
        self.informs(device, now).await;
        let key = self.devices[device].key.unwrap();
        let Some(claimed) = self.store.task_claim_next(key, now).await.unwrap() else {
            return;
        };
        let task = claimed.task;
        let TaskKind::Download { file, .. } = task.kind else {
            panic!("nothing else was asked of it: {task:?}")
        };
        if claimed.certainty == Certainty::Uncertain {
            // As sessions do: the device may have got it.
            finish(self.store, task.id, TaskOutcome::WaitingForTransfer, now).await;
            return;
        }
        let model = &mut self.devices[device];
        let version = self.files.iter().position(|known| *known == file).unwrap();
        assert!(
            version > model.runs,
            "an image it runs or has left behind: {task:?} {model:?}"
        );
        let sent = model.sent.entry(version).or_default();
        *sent += 1;
        assert!(*sent <= 1, "it gets an image twice: {task:?} {model:?}");
        if matches!(ending, Ending::Refused | Ending::Later) {
            model.sent.remove(&version);
        }
        match ending {
            Ending::Accepted => {
                model.holds = Some(version);
                model.accepted.push(task.id);
                finish(self.store, task.id, TaskOutcome::WaitingForTransfer, now).await;
            }
            Ending::Refused => finish(self.store, task.id, failed(), now).await,
            Ending::Later => finish(self.store, task.id, retry(now), now).await,
            Ending::Broken => model.accepted.push(task.id),
        }
    }

    async fn check(&self) {
        for campaign in self.campaigns {
            let (_, counts) = look(self.store, campaign).await;
            let under_way = counts.upgrading + counts.verifying;
            assert!(under_way <= u64::from(CONCURRENCY), "{counts:?}");
        }
        for model in &self.devices {
            let tasks = self.store.task_list(model.key.unwrap(), ALL).await.unwrap();
            let open = tasks.iter().filter(|task| !task.state.is_final());
            let queued = open.filter(|task| task.state == TaskState::Queued);
            assert!(queued.count() <= 1, "two campaigns send: {tasks:?}");
            for campaign in self.campaigns {
                let of_campaign = tasks.iter().filter(|task| task.campaign == Some(campaign));
                let open: Vec<&Task> = of_campaign.filter(|task| !task.state.is_final()).collect();
                assert!(open.len() <= 1, "two downloads at one time: {open:?}");
                let entry = in_campaign(self.store, campaign, model.key.unwrap()).await;
                let queued = open.iter().any(|task| task.state == TaskState::Queued);
                let settled = matches!(
                    entry.step,
                    CampaignStep::Done | CampaignStep::Skipped | CampaignStep::Excluded
                );
                assert!(
                    !(settled && queued),
                    "it is settled and is to get more: {open:?}"
                );
            }
        }
    }
}

async fn task_key(store: &dyn Store, id: Id) -> cwmp::CommandKey {
    task(store, id).await.command_key()
}

/// Covers P2.
async fn no_order_of_calls_upgrades_a_device_twice(store: &dyn Store) {
    for (file, (version, minimum_version)) in
        [id(1), id(2), id(3)]
            .into_iter()
            .zip([("1.0", ""), ("1.5", "1.0"), (NEW, "1.5")])
    {
        let file = FileRecord {
            version: version.into(),
            minimum_version: minimum_version.into(),
            ..image(file)
        };
        store.file_put(&ANN, file).await.unwrap();
    }
    let runs = AtomicU64::new(0);
    let here = tokio::runtime::Handle::current();
    let config = Config {
        cases: 48,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&acts(), |acts| {
            let number = runs.fetch_add(1, Ordering::Relaxed);
            here.block_on(async {
                let mut run = Run::begin(store, number).await;
                for act in &acts {
                    run.act(act).await;
                    run.check().await;
                }
            });
            Ok::<(), TestCaseError>(())
        })
    });
    outcome.unwrap();
}
