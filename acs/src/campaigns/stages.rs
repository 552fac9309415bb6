//! Stages: which device belongs to which, and what a campaign does next.

use crate::store::{CampaignPlan, CampaignStage};

/// How far each stage goes among so many devices; the last one takes all of them.
pub fn bounds(stages: &[CampaignStage], devices: u64) -> Vec<u64> {
    let mut bounds: Vec<u64> = Vec::new();
    for stage in stages {
        let bound = match stage {
            CampaignStage::Count(count) => u64::from(*count),
            // Rounded up: one percent of ten devices is one device, not none.
            CampaignStage::Percent(percent) => (devices * u64::from(*percent)).div_ceil(100),
        };
        let before = bounds.last().copied().unwrap_or(0);
        bounds.push(bound.clamp(before, devices.max(before)));
    }
    match bounds.last_mut() {
        Some(last) => *last = devices.max(*last),
        None => bounds.push(devices),
    }
    bounds
}

/// The stage of the device at this place. Devices stand in the order of their keys, which are hashes of who they are,
/// so that a canary is no neighbour of another one, and the same devices go first when it is asked again.
pub fn stage_of(place: u64, bounds: &[u64]) -> u32 {
    let stage = bounds.iter().take_while(|bound| **bound <= place).count();
    u32::try_from(stage.min(bounds.len().saturating_sub(1))).unwrap_or(u32::MAX)
}

/// How the devices of a stage stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Not started.
    pub pending: u64,
    /// Being upgraded or verified.
    pub under_way: u64,
    /// Succeeded.
    pub done: u64,
    /// Failed.
    pub failed: u64,
}

impl Standing {
    /// All that take part.
    pub fn total(&self) -> u64 {
        self.pending + self.under_way + self.done + self.failed
    }

    fn is_over(&self) -> bool {
        self.pending + self.under_way == 0
    }
}

/// What a decision depends on.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// How it goes about it.
    pub plan: &'a CampaignPlan,
    /// Devices under way at one time.
    pub concurrency: u32,
    /// Failures at which it pauses; zero for never.
    pub failure_limit: u32,
    /// The open stage.
    pub stage: u32,
    /// How each stage stands.
    pub stages: &'a [Standing],
    /// Failures a person has seen and let it go on after.
    pub forgiven: u64,
    /// Those of them that are of the open stage.
    pub forgiven_in_stage: u64,
    /// A person has let it go on although this stage fell short.
    pub waived: Option<u32>,
    /// The devices that have ended last, since a person let it go on: how many failed.
    pub failed_of_last: u64,
}

/// What a campaign does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Every device has ended.
    Done,
    /// It stops for a reason until a person says otherwise.
    Pause(String),
    /// It opens this stage.
    Open(u32),
    /// It starts at most so many devices of the open stages.
    Start(u64),
}

/// Decides what a campaign does next.
pub fn decide(now: &Situation<'_>) -> Move {
    let all = now
        .stages
        .iter()
        .fold(Standing::default(), |sum, one| Standing {
            pending: sum.pending + one.pending,
            under_way: sum.under_way + one.under_way,
            done: sum.done + one.done,
            failed: sum.failed + one.failed,
        });
    if all.is_over() {
        return Move::Done;
    }
    let open = now
        .stages
        .get(now.stage as usize)
        .copied()
        .unwrap_or_default();
    if let Some(reason) = trouble(now, &all, &open) {
        return Move::Pause(reason);
    }
    let last = u32::try_from(now.stages.len().saturating_sub(1)).unwrap_or(u32::MAX);
    if now.stage < last {
        let needed = u64::from(now.plan.success_percent);
        if open.done * 100 >= open.total() * needed || now.waived == Some(now.stage) {
            return Move::Open(now.stage + 1);
        }
        if open.is_over() {
            return Move::Pause(format!(
                "stage {} has ended with {} of {} devices done, less than {needed} %",
                now.stage + 1,
                open.done,
                open.total()
            ));
        }
    }
    Move::Start(u64::from(now.concurrency).saturating_sub(all.under_way))
}

/// What is bad enough to stop.
fn trouble(now: &Situation<'_>, all: &Standing, open: &Standing) -> Option<String> {
    let failed = all.failed.saturating_sub(now.forgiven);
    if now.failure_limit > 0 && failed >= u64::from(now.failure_limit) {
        return Some(format!(
            "{failed} devices have failed, the limit is {}",
            now.failure_limit
        ));
    }
    let limit = u64::from(now.plan.error_percent);
    let failed = open.failed.saturating_sub(now.forgiven_in_stage);
    if limit > 0 && failed > 0 && failed * 100 >= open.total() * limit {
        return Some(format!(
            "{failed} of {} devices of stage {} have failed, the limit is {limit} %",
            open.total(),
            now.stage + 1
        ));
    }
    let recent = now.plan.recent_failures?;
    (recent.failures > 0 && now.failed_of_last >= u64::from(recent.failures)).then(|| {
        format!(
            "{} of the last {} devices have failed, the limit is {}",
            now.failed_of_last, recent.of, recent.failures
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RecentFailures;

    #[test]
    fn stages_grow_by_count_or_share_and_the_last_one_takes_everybody() {
        let canary = [
            CampaignStage::Count(5),
            CampaignStage::Percent(10),
            CampaignStage::Percent(100),
        ];
        assert_eq!(bounds(&canary, 1_000), [5, 100, 1_000]);
        assert_eq!(bounds(&canary, 20), [5, 5, 20], "the second stage is empty");
        assert_eq!(bounds(&canary, 3), [3, 3, 3]);
        assert_eq!(bounds(&canary, 0), [0, 0, 0]);
        assert_eq!(bounds(&[], 7), [7]);
        assert_eq!(bounds(&[CampaignStage::Percent(1)], 10), [10]);
        let bounds = bounds(&canary, 1_000);
        for (place, stage) in [
            (0, 0),
            (4, 0),
            (5, 1),
            (99, 1),
            (100, 2),
            (999, 2),
            (5_000, 2),
        ] {
            assert_eq!(stage_of(place, &bounds), stage, "{place}");
        }
    }

    fn standing(pending: u64, under_way: u64, done: u64, failed: u64) -> Standing {
        Standing {
            pending,
            under_way,
            done,
            failed,
        }
    }

    fn situation<'a>(plan: &'a CampaignPlan, stage: u32, stages: &'a [Standing]) -> Situation<'a> {
        Situation {
            plan,
            concurrency: 10,
            failure_limit: 0,
            stage,
            stages,
            forgiven: 0,
            forgiven_in_stage: 0,
            waived: None,
            failed_of_last: 0,
        }
    }

    #[test]
    fn the_next_stage_opens_when_the_one_before_has_succeeded_often_enough() {
        let plan = CampaignPlan {
            success_percent: 80,
            ..CampaignPlan::default()
        };
        let rest = standing(95, 0, 0, 0);
        let ask = |first| decide(&situation(&plan, 0, &[first, rest]));
        assert_eq!(ask(standing(0, 2, 3, 0)), Move::Start(8));
        assert_eq!(
            ask(standing(0, 1, 4, 0)),
            Move::Open(1),
            "it need not be over"
        );
        assert_eq!(ask(standing(0, 0, 4, 1)), Move::Open(1));
        let Move::Pause(why) = ask(standing(0, 0, 3, 2)) else {
            panic!("too few have succeeded")
        };
        assert!(
            why.contains("stage 1") && why.contains("3 of 5") && why.contains("80 %"),
            "{why}"
        );
        assert_eq!(ask(standing(0, 0, 0, 0)), Move::Open(1), "an empty stage");
        let stages = [standing(0, 0, 3, 2), rest];
        let waived = Situation {
            waived: Some(0),
            ..situation(&plan, 0, &stages)
        };
        assert_eq!(decide(&waived), Move::Open(1));
    }

    #[test]
    fn failures_pause_by_number_by_share_and_among_the_last() {
        let plan = CampaignPlan::default();
        let stages = [standing(10, 0, 7, 3)];
        let limited = |failure_limit, forgiven| {
            let now = Situation {
                failure_limit,
                forgiven,
                ..situation(&plan, 0, &stages)
            };
            decide(&now)
        };
        assert!(matches!(limited(3, 0), Move::Pause(_)));
        assert_eq!(limited(4, 0), Move::Start(10));
        assert_eq!(limited(3, 1), Move::Start(10), "one is forgiven");
        let plan = CampaignPlan {
            error_percent: 15,
            ..CampaignPlan::default()
        };
        assert!(matches!(
            decide(&situation(&plan, 0, &stages)),
            Move::Pause(_)
        ));
        let forgiven = Situation {
            forgiven_in_stage: 1,
            ..situation(&plan, 0, &stages)
        };
        assert_eq!(decide(&forgiven), Move::Start(10));
        let recent_failures = Some(RecentFailures { failures: 2, of: 4 });
        let plan = CampaignPlan {
            recent_failures,
            ..CampaignPlan::default()
        };
        let recent = |failed_of_last| {
            decide(&Situation {
                failed_of_last,
                ..situation(&plan, 0, &stages)
            })
        };
        assert_eq!(recent(1), Move::Start(10));
        assert!(matches!(recent(2), Move::Pause(_)));
    }

    #[test]
    fn no_more_start_than_may_be_under_way_and_nothing_is_left_at_the_end() {
        let plan = CampaignPlan::default();
        let ask = |stages: &[Standing]| decide(&situation(&plan, 0, stages));
        assert_eq!(ask(&[standing(50, 9, 0, 0)]), Move::Start(1));
        assert_eq!(ask(&[standing(50, 11, 0, 0)]), Move::Start(0));
        assert_eq!(ask(&[standing(0, 0, 1, 9)]), Move::Done);
        assert_eq!(ask(&[]), Move::Done);
    }
}
