//! Walks through the trees of scripted devices, each with habits of its own.
//!
//! Long because every habit is tried on one and the same script.

use crate::limits::{AVOID_SECS, REFUSALS_IN_A_ROW, WALK_SESSIONS};
use crate::store::{
    Branches, Certainty, Id, Learned, Observed, Task, TaskKind, TaskOutcome, TaskState,
};
use crate::tasks::{Ground, Next, Running};
use cwmp::rpc::*;
use cwmp::session::acs::AnswerFault;
use cwmp::{AcsRequest, CpeResponse, FaultCode, ParameterKey};
use data_model::{ParameterList, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// A device that is asked for its tree.
struct Script {
    tree: BTreeMap<String, String>,
    /// Whether it lists names below an empty path.
    lists_root: bool,
    /// Names it lists in one answer.
    names: usize,
    /// Values it gives in one answer.
    values: usize,
    /// Whether it takes partial paths for values.
    branches: bool,
    /// Names it lists and refuses to read.
    ghosts: Vec<String>,
    /// Names it refuses to read, with all others in the question (fault 9002).
    sore: Vec<String>,
    /// A branch whose values make it restart.
    deadly: Option<String>,
    calls: usize,
}

impl Script {
    fn of(names: usize) -> Script {
        let mut tree = BTreeMap::new();
        for number in 0..names {
            let object = number / 10;
            tree.insert(format!("Device.O{object}.P{number}"), number.to_string());
        }
        Script {
            tree,
            lists_root: true,
            names: usize::MAX,
            values: usize::MAX,
            branches: true,
            ghosts: Vec::new(),
            sore: Vec::new(),
            deadly: None,
            calls: 0,
        }
    }

    /// What it answers; `None` if it restarts instead.
    fn answer(&mut self, request: &AcsRequest) -> Option<Result<CpeResponse, AnswerFault>> {
        self.calls += 1;
        Some(match request {
            AcsRequest::GetRPCMethods(_) => Ok(GetRPCMethodsResponse {
                method_list: vec!["GetParameterNames".into()],
            }
            .into()),
            AcsRequest::GetParameterNames(request) => self.list(request),
            AcsRequest::GetParameterValues(request) => return self.read(request),
            other => panic!("{other:?}"),
        })
    }

    fn list(&self, request: &GetParameterNames) -> Result<CpeResponse, AnswerFault> {
        let path = request.parameter_path.as_str();
        if path.is_empty() && !self.lists_root {
            return refused(FaultCode::INVALID_PARAMETER_NAME);
        }
        let mut names: BTreeMap<String, ()> = BTreeMap::new();
        for name in self.tree.keys().chain(&self.ghosts) {
            let Some(rest) = name.strip_prefix(path) else {
                continue;
            };
            match rest.split_once('.') {
                Some((node, _)) if request.next_level => {
                    names.insert(format!("{path}{node}."), ());
                }
                _ => {
                    names.insert(name.clone(), ());
                }
            }
        }
        if names.is_empty() {
            return refused(FaultCode::INVALID_PARAMETER_NAME);
        }
        if names.len() > self.names {
            return refused(FaultCode::RESOURCES_EXCEEDED);
        }
        let info = |name: String| ParameterInfo {
            name,
            writable: false,
        };
        let parameter_list = names.into_keys().map(info).collect();
        Ok(GetParameterNamesResponse { parameter_list }.into())
    }

    fn read(&self, request: &GetParameterValues) -> Option<Result<CpeResponse, AnswerFault>> {
        let mut list = ParameterList::new();
        for asked in &request.parameter_names {
            let branch = asked.is_empty() || asked.ends_with('.');
            if branch && !self.branches {
                return Some(refused(FaultCode::INVALID_ARGUMENTS));
            }
            let mut found = false;
            for (name, value) in &self.tree {
                if name == asked || (branch && name.starts_with(asked)) {
                    found = true;
                    if self
                        .deadly
                        .as_ref()
                        .is_some_and(|deadly| name.starts_with(deadly))
                    {
                        return None;
                    }
                    list.push_str(name, value);
                }
            }
            if !found {
                return Some(refused(FaultCode::INVALID_PARAMETER_NAME));
            }
        }
        if list
            .iter()
            .any(|one| self.sore.iter().any(|sore| sore == one.name))
        {
            return Some(refused(FaultCode::INTERNAL_ERROR));
        }
        if list.len() > self.values {
            return Some(refused(FaultCode::INTERNAL_ERROR));
        }
        let parameter_list = list;
        Some(Ok(GetParameterValuesResponse { parameter_list }.into()))
    }
}

fn refused(code: FaultCode) -> Result<CpeResponse, AnswerFault> {
    Err(AnswerFault::Fault(code.into()))
}

fn task(kind: TaskKind, attempts: u32) -> Task {
    Task {
        id: Id::new(NOW, 7),
        device: Id::of_identity("x"),
        kind,
        state: TaskState::Running,
        created_by: "user:test".into(),
        created: NOW,
        updated: NOW,
        expires: None,
        not_before: None,
        priority: 0,
        attempts,
        result: None,
        fault: None,
        campaign: None,
    }
}

/// How a session went.
enum Session {
    /// The walk has ended.
    Ended(TaskOutcome, Box<Observed>),
    /// The device restarted after this was noted.
    Broken(Value),
}

fn session(script: &mut Script, kind: TaskKind, attempts: u32, ground: Ground) -> Session {
    let key = ParameterKey::default();
    let certainty = match ground.progress {
        Some(_) => Certainty::Uncertain,
        None => Certainty::Fresh,
    };
    let (mut running, mut next) = Running::begin(task(kind, attempts), certainty, key, ground, NOW);
    let mut noted = Value::Null;
    loop {
        let request = match next {
            Next::Outcome(outcome, observed) => return Session::Ended(outcome, Box::new(observed)),
            Next::Note(note, request) => {
                noted = note;
                request
            }
            Next::Call(request) => request,
        };
        match script.answer(&request) {
            Some(answer) => next = running.answered(answer, NOW),
            None => return Session::Broken(noted),
        }
        assert!(script.calls < 5_000, "the walk does not end");
    }
}

fn walk(script: &mut Script, learned: Learned) -> (TaskOutcome, Observed) {
    let path = String::new();
    let kind = TaskKind::Refresh {
        path,
        older_than_secs: None,
    };
    let ground = Ground {
        root: "Device.",
        learned,
        ..Ground::default()
    };
    match session(script, kind, 1, ground) {
        Session::Ended(outcome, observed) => (outcome, *observed),
        Session::Broken(_) => panic!("the device restarted"),
    }
}

fn result(outcome: &TaskOutcome) -> &Value {
    match outcome {
        TaskOutcome::Done(result) => result,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_device_that_can_is_read_in_two_questions() {
    let mut script = Script::of(500);
    let (outcome, observed) = walk(&mut script, Learned::default());
    assert_eq!(result(&outcome)["count"], 500);
    assert_eq!(script.calls, 2);
    assert_eq!(observed.complete_below, [""]);
    assert_eq!(observed.writable.len(), 500);
}

/// Covers W-20.
#[test]
fn a_root_that_is_refused_is_asked_for_by_its_name() {
    let mut script = Script::of(50);
    script.lists_root = false;
    let (outcome, observed) = walk(&mut script, Learned::default());
    assert_eq!(result(&outcome)["count"], 50);
    assert_eq!(observed.complete_below, [""]);
}

#[test]
fn names_come_level_by_level_and_values_in_pieces_the_device_can_answer() {
    let mut script = Script::of(500);
    script.names = 60;
    script.values = 20;
    let (outcome, observed) = walk(&mut script, Learned::default());
    assert_eq!(result(&outcome)["count"], 500);
    let learned = *observed.learned.unwrap();
    assert!(
        learned.batch.is_some_and(|batch| (8..=20).contains(&batch)),
        "{learned:?}"
    );
    let first = script.calls;
    script.calls = 0;
    let (outcome, _) = walk(&mut script, learned);
    assert_eq!(result(&outcome)["count"], 500);
    assert!(
        script.calls < first,
        "{} after {first}: what was learned counts",
        script.calls
    );
}

#[test]
fn a_device_that_takes_no_partial_paths_is_asked_by_name() {
    let mut script = Script::of(300);
    script.branches = false;
    let (outcome, observed) = walk(&mut script, Learned::default());
    assert_eq!(result(&outcome)["count"], 300);
    assert_eq!(observed.learned.unwrap().branches, Branches::ByName);
}

#[test]
fn a_name_that_is_listed_and_not_there_is_left_out_and_said() {
    let mut script = Script::of(100);
    script.branches = false;
    script.ghosts = vec!["Device.O3.Ghost".into()];
    let (outcome, observed) = walk(&mut script, Learned::default());
    let result = result(&outcome);
    assert_eq!(result["count"], 100);
    assert_eq!(result["skipped"][0]["path"], "Device.O3.Ghost");
    assert_eq!(result["skipped"][0]["code"], 9005);
    let learned = *observed.learned.unwrap();
    assert_eq!(learned.unreadable, ["Device.O3.Ghost"]);
    let before = script.calls;
    let (_, _) = walk(&mut script, learned);
    assert!(
        script.calls - before <= 3,
        "the next walk does not ask for it"
    );
}

#[test]
fn a_device_that_refuses_everything_is_given_up_soon() {
    let mut script = Script::of(500);
    script.branches = false;
    script.values = 0;
    let (outcome, _) = walk(&mut script, Learned::default());
    assert!(matches!(outcome, TaskOutcome::Retry { .. }), "{outcome:?}");
    assert!(
        script.calls < 20 + 2 * REFUSALS_IN_A_ROW,
        "{}",
        script.calls
    );
}

#[test]
fn one_name_that_is_refused_costs_a_few_questions_and_nothing_afterwards() {
    let mut script = Script::of(2_000);
    script.branches = false;
    script.sore = vec!["Device.O77.P777".into()];
    let (outcome, observed) = walk(&mut script, Learned::default());
    assert_eq!(result(&outcome)["count"], 1_999);
    assert_eq!(result(&outcome)["skipped"][0]["code"], 9002);
    assert!(script.calls < 40, "{}", script.calls);
    let learned = *observed.learned.unwrap();
    assert_eq!(
        (learned.batch, learned.alone.len()),
        (None, 1),
        "{learned:?}"
    );
    // It is asked for once more by itself, and then it is known.
    script.calls = 0;
    let (outcome, observed) = walk(&mut script, learned);
    assert_eq!(result(&outcome)["count"], 1_999);
    assert!(script.calls < 15, "{}", script.calls);
    let learned = *observed.learned.unwrap();
    assert_eq!(learned.unreadable, script.sore);
    assert!(learned.alone.is_empty() && learned.batch.is_none());
}

#[test]
fn a_name_that_was_refused_for_a_while_is_read_again() {
    let mut script = Script::of(500);
    script.branches = false;
    script.sore = vec!["Device.O7.P77".into()];
    let (_, observed) = walk(&mut script, Learned::default());
    script.sore.clear();
    let (outcome, observed) = walk(&mut script, *observed.learned.unwrap());
    assert_eq!(result(&outcome)["count"], 500);
    let learned = *observed.learned.unwrap();
    assert!(learned.alone.is_empty() && learned.unreadable.is_empty());
}

#[test]
fn refused_names_among_too_many_are_told_from_too_many() {
    let mut script = Script::of(700);
    script.branches = false;
    script.values = 20;
    script.sore = vec!["Device.O0.P3".into(), "Device.O50.P500".into()];
    let (outcome, observed) = walk(&mut script, Learned::default());
    assert_eq!(result(&outcome)["count"], 698);
    let learned = *observed.learned.unwrap();
    assert!(
        learned.batch.is_some_and(|batch| (8..=20).contains(&batch)),
        "{learned:?}"
    );
    assert_eq!(learned.alone.len(), 2);
}

#[test]
fn a_device_that_was_asked_one_by_one_is_asked_for_more_again() {
    let mut script = Script::of(2_000);
    script.branches = false;
    let spoiled = Learned {
        batch: Some(1),
        branches: Branches::ByName,
        ..Learned::default()
    };
    let (outcome, observed) = walk(&mut script, spoiled);
    assert_eq!(result(&outcome)["count"], 2_000);
    assert!(script.calls < 80, "{}", script.calls);
    let learned = *observed.learned.unwrap();
    assert!(
        learned.batch.is_none_or(|batch| batch >= 128),
        "{learned:?}"
    );
}

#[test]
fn what_made_a_device_restart_is_not_tried_again() {
    let mut script = Script::of(2_000);
    script.branches = false;
    let learned = Learned {
        batch: Some(16),
        too_many: Some(64),
        branches: Branches::ByName,
        ..Learned::default()
    };
    let (outcome, observed) = walk(&mut script, learned);
    assert_eq!(result(&outcome)["count"], 2_000);
    assert_eq!(observed.learned.unwrap().batch, Some(32));
}

#[test]
fn a_branch_that_is_not_there_is_forgotten() {
    let mut script = Script::of(20);
    let kind = TaskKind::Refresh {
        path: "Device.Gone.".into(),
        older_than_secs: None,
    };
    let ground = Ground {
        root: "Device.",
        ..Ground::default()
    };
    let Session::Ended(outcome, observed) = session(&mut script, kind, 1, ground) else {
        panic!("the device restarted");
    };
    assert!(matches!(outcome, TaskOutcome::Failed(fault) if fault.code == 9005));
    assert_eq!(observed.complete_below, ["Device.Gone."]);
    assert_eq!(script.calls, 1);
}

/// What the store and the sessions do around a walk: keep notes, take it up again, keep what was learned.
fn until_it_ends(script: &mut Script) -> (TaskOutcome, Observed, u32) {
    let mut ground = Ground {
        root: "Device.",
        ..Ground::default()
    };
    for attempts in 1..=WALK_SESSIONS + 1 {
        match session(script, TaskKind::Discover, attempts, ground.clone()) {
            Session::Ended(outcome, observed) => return (outcome, *observed, attempts),
            Session::Broken(note) => {
                ground.progress = Some(note);
                ground.restarted = true;
            }
        }
    }
    panic!("the walk does not end")
}

/// A question that makes a device restart is not put to it over and over.
#[test]
fn a_branch_that_makes_the_device_restart_is_left_alone_for_a_day() {
    let mut script = Script::of(600);
    script.deadly = Some("Device.O7.".into());
    let (outcome, observed, sessions) = until_it_ends(&mut script);
    assert!(sessions <= WALK_SESSIONS + 1, "{sessions} sessions");
    assert!(
        result(&outcome)["count"].as_u64() >= Some(580),
        "{outcome:?}"
    );
    let avoided = observed.learned.unwrap().avoided;
    assert!(
        avoided
            .iter()
            .any(|avoided| avoided.path.starts_with("Device.O7.")),
        "{avoided:?}"
    );
}

#[test]
fn what_is_left_alone_is_said_and_asked_again_the_next_day() {
    let mut script = Script::of(100);
    script.deadly = Some("Device.O7.".into());
    let until = NOW.plus_secs(AVOID_SECS);
    let learned = |until| Learned {
        avoided: vec![crate::store::Avoided {
            path: "Device.O7.".into(),
            until,
        }],
        ..Learned::default()
    };
    let (outcome, observed) = walk(&mut script, learned(until));
    let result = result(&outcome);
    assert_eq!(result["count"], 90);
    assert!(
        result["avoided"].to_string().contains("Device.O7."),
        "{result}"
    );
    assert!(
        observed
            .except_below
            .iter()
            .all(|path| path.starts_with("Device.O7."))
    );
    assert!(
        !observed.except_below.is_empty(),
        "what is known of it stays"
    );
    script.deadly = None;
    let (outcome, _) = walk(&mut script, learned(NOW));
    assert_eq!(self::result(&outcome)["count"], 100);
}
