//! Tasks against a device that is a script: what each question is, and what comes of each answer.
//!
//! Long because each kind of task has its own script.

use super::*;
use crate::limits::{NAMES_PER_CALL, VALUES_PER_CALL};
use crate::store::{Id, TaskState};
use cwmp::rpc::*;
use data_model::XsdType;
use serde_json::json;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

fn task(kind: TaskKind) -> Task {
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
        attempts: 1,
        result: None,
        fault: None,
        campaign: None,
    }
}

fn ground() -> Ground {
    Ground {
        root: "Device.",
        ..Ground::default()
    }
}

fn begun(kind: TaskKind) -> (Running, AcsRequest) {
    begin(task(kind), Certainty::Fresh, ground())
}

fn begin(task: Task, certainty: Certainty, ground: Ground) -> (Running, AcsRequest) {
    let key = ParameterKey::new("kept").unwrap();
    let (running, next) = Running::begin(task, certainty, key, ground, NOW);
    (running, request(next))
}

fn request(next: Next) -> AcsRequest {
    match next {
        Next::Call(request) | Next::Note(_, request) => *request,
        Next::Outcome(outcome, _) => panic!("{outcome:?}"),
    }
}

fn outcome(next: Next) -> (TaskOutcome, Observed) {
    match next {
        Next::Outcome(outcome, observed) => (outcome, observed),
        Next::Call(request) | Next::Note(_, request) => panic!("{request:?}"),
    }
}

fn fault(code: FaultCode) -> Result<CpeResponse, AnswerFault> {
    Err(AnswerFault::Fault(code.into()))
}

fn values(count: usize) -> ParameterList {
    let mut list = ParameterList::new();
    for number in 0..count {
        list.push(&format!("Device.P{number}"), XsdType::String, "x");
    }
    list
}

fn written(status: Status) -> Result<CpeResponse, AnswerFault> {
    Ok(SetParameterValuesResponse { status }.into())
}

fn listed(names: &[&str]) -> Result<CpeResponse, AnswerFault> {
    let info = |name: &&str| ParameterInfo {
        name: (*name).to_owned(),
        writable: true,
    };
    let parameter_list = names.iter().map(info).collect();
    Ok(GetParameterNamesResponse { parameter_list }.into())
}

#[test]
fn long_writes_go_in_several_calls_and_keep_the_parameter_key() {
    let (mut running, first) = begun(TaskKind::SetParameterValues {
        values: values(300),
    });
    let AcsRequest::SetParameterValues(first) = first else {
        panic!("no SetParameterValues");
    };
    assert_eq!(first.parameter_list.len(), VALUES_PER_CALL);
    assert_eq!(first.parameter_key.as_str(), "kept");
    let next = running.answered(written(Status::Applied), NOW);
    let AcsRequest::SetParameterValues(second) = request(next) else {
        panic!("no SetParameterValues");
    };
    assert_eq!(second.parameter_list.len(), 300 - VALUES_PER_CALL);
    let (outcome, observed) = outcome(running.answered(written(Status::Applied), NOW));
    assert!(matches!(outcome, TaskOutcome::Done(_)));
    assert_eq!(observed.values.len(), 300);
}

///
#[test]
fn what_is_committed_and_not_applied_waits_for_the_boot() {
    let (mut running, _) = begun(TaskKind::SetParameterValues {
        values: values(300),
    });
    request(running.answered(written(Status::Committed), NOW));
    let (outcome, _) = outcome(running.answered(written(Status::Applied), NOW));
    assert_eq!(
        outcome,
        TaskOutcome::WaitingForReboot(json!({ "status": 1 })),
        "one part of it is enough"
    );
}

fn adding(values: ParameterList) -> TaskKind {
    TaskKind::AddObject {
        object: "Device.T.".into(),
        values,
    }
}

fn added(instance_number: u32) -> Result<CpeResponse, AnswerFault> {
    let status = Status::Applied;
    Ok(AddObjectResponse {
        instance_number,
        status,
    }
    .into())
}

#[test]
fn a_new_instance_gets_its_values_by_its_number() {
    let mut relative = ParameterList::new();
    relative.push_str("Name", "x");
    let (mut running, first) = begun(adding(relative));
    assert!(
        matches!(first, AcsRequest::GetParameterNames(_)),
        "{first:?}"
    );
    let next = running.answered(listed(&["Device.T.1.", "Device.T.2."]), NOW);
    let Next::Note(note, add) = next else {
        panic!("{next:?}")
    };
    assert_eq!(note, json!({ "before": [1, 2] }));
    assert!(matches!(*add, AcsRequest::AddObject(_)));
    let next = running.answered(added(7), NOW);
    let Next::Note(note, set) = next else {
        panic!("{next:?}")
    };
    assert_eq!(note, json!({ "instance": 7 }));
    let AcsRequest::SetParameterValues(set) = *set else {
        panic!("no SetParameterValues");
    };
    assert_eq!(set.parameter_list.get("Device.T.7.Name"), Some("x"));
    let (outcome, _) = outcome(running.answered(written(Status::Applied), NOW));
    assert_eq!(outcome, TaskOutcome::Done(json!({ "instance": 7 })));
}

/// The session broke after the device had added the instance and before it could say so.
/// Covers P2.
#[test]
fn an_instance_that_was_added_in_a_broken_session_is_not_added_twice() {
    let again = |progress| Ground {
        progress: Some(progress),
        ..ground()
    };
    let uncertain = |progress| {
        let task = task(adding(ParameterList::new()));
        begin(task, Certainty::Uncertain, again(progress)).0
    };
    let mut running = uncertain(json!({ "before": [1, 2] }));
    let next = running.answered(listed(&["Device.T.1.", "Device.T.2.", "Device.T.3."]), NOW);
    assert_eq!(outcome(next).0, TaskOutcome::Done(json!({ "instance": 3 })));
    let mut running = uncertain(json!({ "before": [1, 2] }));
    let next = running.answered(listed(&["Device.T.1.", "Device.T.2."]), NOW);
    assert!(
        matches!(request(next), AcsRequest::AddObject(_)),
        "it has not been added"
    );
    let mut relative = ParameterList::new();
    relative.push_str("Name", "x");
    let known = again(json!({ "instance": 9 }));
    let (_, fill) = begin(task(adding(relative)), Certainty::Uncertain, known);
    let AcsRequest::SetParameterValues(fill) = fill else {
        panic!("{fill:?}")
    };
    assert_eq!(fill.parameter_list.get("Device.T.9.Name"), Some("x"));
}

/// Covers P2.
#[test]
fn nothing_is_added_while_nobody_can_tell_whether_it_was_added_before() {
    let again = |attempts, progress| {
        let mut relative = ParameterList::new();
        relative.push_str("Name", "x");
        let task = Task {
            attempts,
            ..task(adding(relative))
        };
        let ground = Ground {
            progress: Some(progress),
            ..ground()
        };
        begin(task, Certainty::Uncertain, ground).0
    };
    let at_last = crate::limits::TASK_ATTEMPTS;
    let busy = || fault(FaultCode::INTERNAL_ERROR);
    let garbled = || Err(AnswerFault::Unusable("no list".into()));
    for answer in [busy(), garbled()] {
        let mut running = again(2, json!({ "before": [1] }));
        let (ended, _) = outcome(running.answered(answer, NOW));
        assert!(matches!(ended, TaskOutcome::TakeUp { .. }), "{ended:?}");
    }
    for answer in [busy(), garbled()] {
        let mut running = again(at_last, json!({ "before": [1] }));
        let (ended, _) = outcome(running.answered(answer, NOW));
        assert!(matches!(ended, TaskOutcome::Failed(_)), "{ended:?}");
    }
    // The instance is there, and is filled later.
    let (ended, _) = outcome(again(2, json!({ "instance": 7 })).answered(busy(), NOW));
    let TaskOutcome::TakeUp { fault: why, .. } = ended else {
        panic!("{ended:?}")
    };
    assert!(why.text.contains("instance 7"), "{}", why.text);
    let (ended, _) = outcome(again(at_last, json!({ "instance": 7 })).answered(busy(), NOW));
    assert!(matches!(ended, TaskOutcome::Failed(_)), "{ended:?}");
    // A device that refuses to add has not added: the next attempt begins anew.
    let mut running = again(2, json!({ "before": [1] }));
    let next = running.answered(listed(&["Device.T.1."]), NOW);
    assert!(matches!(request(next), AcsRequest::AddObject(_)));
    let (ended, _) = outcome(running.answered(busy(), NOW));
    assert!(matches!(ended, TaskOutcome::Retry { .. }), "{ended:?}");
}

/// Covers C14.
#[test]
fn an_instance_without_a_number_is_no_instance() {
    let (mut running, _) = begun(adding(values(1)));
    request(running.answered(listed(&[]), NOW));
    let (outcome, _) = outcome(running.answered(added(0), NOW));
    assert!(matches!(outcome, TaskOutcome::Failed(_)), "{outcome:?}");
}

#[test]
fn an_instance_that_is_gone_after_a_broken_session_was_deleted_by_it() {
    let kind = || TaskKind::DeleteObject {
        object: "Device.T.3.".into(),
    };
    let (mut running, _) = begin(task(kind()), Certainty::Uncertain, ground());
    let next = running.answered(fault(FaultCode::INVALID_PARAMETER_NAME), NOW);
    let (ended, observed) = outcome(next);
    assert!(matches!(ended, TaskOutcome::Done(_)));
    assert_eq!(observed.complete_below, ["Device.T.3."]);
    let (mut running, _) = begun(kind());
    let next = running.answered(fault(FaultCode::INVALID_PARAMETER_NAME), NOW);
    assert!(
        matches!(request(next), AcsRequest::GetParameterNames(_)),
        "nobody has deleted it"
    );
}

#[test]
fn every_refused_parameter_is_kept_with_its_own_reason() {
    let (mut running, _) = begun(TaskKind::SetParameterValues { values: values(2) });
    let refused = vec![
        cwmp::ParameterFault::new("Device.P0", FaultCode::NOT_WRITABLE, "no"),
        cwmp::ParameterFault::new("Device.P1", FaultCode::INVALID_PARAMETER_VALUE, "no"),
    ];
    let fault = AnswerFault::Fault(Fault::of_parameters(refused));
    let (outcome, observed) = outcome(running.answered(Err(fault), NOW));
    let TaskOutcome::Failed(fault) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((fault.code, fault.parameters.len()), (9003, 2));
    assert!(observed.values.is_empty());
}

/// What the fault table calls "names are read anew".
#[test]
fn an_unknown_name_has_the_names_around_it_read_anew() {
    let mut list = ParameterList::new();
    list.push_str("Device.A.B.Gone", "x");
    list.push_str("Device.A.B.There", "x");
    let (mut running, _) = begun(TaskKind::SetParameterValues { values: list });
    let refused = vec![cwmp::ParameterFault::new(
        "Device.A.B.Gone",
        FaultCode::INVALID_PARAMETER_NAME,
        "no",
    )];
    let refused = AnswerFault::Fault(Fault::of_parameters(refused));
    let AcsRequest::GetParameterNames(names) = request(running.answered(Err(refused), NOW)) else {
        panic!("no GetParameterNames");
    };
    assert_eq!(names.parameter_path, "Device.A.B.");
    let (outcome, observed) = outcome(running.answered(listed(&["Device.A.B.There"]), NOW));
    assert!(matches!(outcome, TaskOutcome::Failed(fault) if fault.parameters.len() == 1));
    assert_eq!(observed.listed_below, ["Device.A.B."]);
    assert_eq!(observed.writable, [("Device.A.B.There".to_owned(), true)]);
}

#[test]
fn trouble_that_may_pass_is_tried_again_and_what_a_device_lacks_is_said() {
    let (mut running, _) = begun(TaskKind::Reboot);
    let (ended, _) = outcome(running.answered(fault(FaultCode::RESOURCES_EXCEEDED), NOW));
    assert!(matches!(ended, TaskOutcome::Retry { .. }));
    let (mut running, _) = begun(TaskKind::GetAllQueuedTransfers);
    let (ended, observed) = outcome(running.answered(fault(FaultCode::METHOD_NOT_SUPPORTED), NOW));
    let TaskOutcome::Failed(fault) = ended else {
        panic!("{ended:?}")
    };
    assert_eq!(fault.code, 9000);
    assert!(fault.text.contains("does not support"), "{}", fault.text);
    assert_eq!(observed.learned.unwrap().lacks, ["GetAllQueuedTransfers"]);
}

/// Covers C13.
#[test]
fn values_nobody_has_asked_for_are_not_taken() {
    let names = vec!["Device.A".to_owned(), "Device.T.".to_owned()];
    let (mut running, _) = begun(TaskKind::GetParameterValues { names });
    let mut list = ParameterList::new();
    for name in ["Device.A", "Device.AB", "Device.T.1.X", "Device.Other"] {
        list.push_str(name, "x");
    }
    let answer = GetParameterValuesResponse {
        parameter_list: list,
    };
    let (_, observed) = outcome(running.answered(Ok(answer.into()), NOW));
    let kept: Vec<&str> = observed.values.iter().map(|one| one.name).collect();
    assert_eq!(kept, ["Device.A", "Device.T.1.X"]);
}

fn source() -> Source {
    Source {
        file_type: "1 Firmware Upgrade Image".into(),
        bytes: 5,
        url: "http://files/x".into(),
    }
}

fn download() -> Task {
    task(TaskKind::Download {
        file: Id::new(NOW, 1),
        target_file_name: String::new(),
    })
}

fn with_source() -> Ground {
    Ground {
        source: Some(source()),
        ..ground()
    }
}

fn queued(key: &str) -> Result<CpeResponse, AnswerFault> {
    let transfer = TransferDescription {
        command_key: cwmp::CommandKey::from_peer(key),
        ..TransferDescription::default()
    };
    let transfer_list = vec![transfer];
    Ok(GetAllQueuedTransfersResponse { transfer_list }.into())
}

/// Covers P2.
#[test]
fn a_transfer_of_doubtful_fate_is_asked_for_before_it_is_sent_again() {
    let doubtful = || begin(download(), Certainty::Uncertain, with_source());
    let (mut running, first) = doubtful();
    assert!(
        matches!(first, AcsRequest::GetAllQueuedTransfers(_)),
        "{first:?}"
    );
    let key = running.task.command_key().to_string();
    let (ended, _) = outcome(running.answered(queued(&key), NOW));
    assert_eq!(ended, TaskOutcome::WaitingForTransfer);
    let (mut running, _) = doubtful();
    let next = running.answered(queued("another"), NOW);
    assert!(
        matches!(request(next), AcsRequest::Download(_)),
        "the device never had it"
    );
    let (mut running, _) = doubtful();
    let next = running.answered(fault(FaultCode::METHOD_NOT_SUPPORTED), NOW);
    assert!(matches!(request(next), AcsRequest::GetQueuedTransfers(_)));
    let (ended, observed) = outcome(running.answered(fault(FaultCode::METHOD_NOT_SUPPORTED), NOW));
    assert_eq!(ended, TaskOutcome::WaitingForTransfer, "nobody can tell");
    // Nobody wants it any more: it is asked for, and stays here.
    for certainty in [Certainty::Uncertain, Certainty::Fresh] {
        let ground = Ground {
            only_ask: true,
            ..with_source()
        };
        let (mut running, first) = begin(download(), certainty, ground);
        assert!(matches!(first, AcsRequest::GetAllQueuedTransfers(_)));
        let (ended, _) = outcome(running.answered(queued("another"), NOW));
        assert!(matches!(ended, TaskOutcome::NotThere(_)), "{ended:?}");
    }
    // It is not asked again what it does not know.
    let learned = *observed.learned.unwrap();
    let ground = Ground {
        learned,
        ..with_source()
    };
    let key = ParameterKey::default();
    let (_, next) = Running::begin(download(), Certainty::Uncertain, key, ground, NOW);
    assert_eq!(outcome(next).0, TaskOutcome::WaitingForTransfer);
}

/// A device that is busy with the very download says so to every question.
/// Covers P2.
#[test]
fn a_fault_on_the_question_is_no_word_that_the_device_has_nothing() {
    let silent = || Task {
        attempts: 2,
        fault: Some(TaskFault::ours("no TransferComplete")),
        ..download()
    };
    let asked = [
        (download(), Certainty::Uncertain),
        (silent(), Certainty::Fresh),
    ];
    for (task, certainty) in asked {
        let garbled = Err(AnswerFault::Unusable("no list".into()));
        let busy = [9001, 9002, 9004, 9003].map(|code| fault(FaultCode::new(code)));
        for answer in busy.into_iter().chain([garbled]) {
            let (mut running, first) = begin(task.clone(), certainty, with_source());
            assert!(
                matches!(first, AcsRequest::GetAllQueuedTransfers(_)),
                "{first:?}"
            );
            let (ended, _) = outcome(running.answered(answer, NOW));
            assert_eq!(ended, TaskOutcome::WaitingForTransfer);
        }
    }
}

#[test]
fn an_upload_says_what_is_wanted_and_where_it_goes() {
    let ground = Ground {
        destination: "http://files/uploads/x".into(),
        ..ground()
    };
    let kind = TaskKind::BackupConfiguration { instance: Some(2) };
    let (mut running, first) = begin(task(kind), Certainty::Fresh, ground);
    let AcsRequest::Upload(upload) = first else {
        panic!("{first:?}")
    };
    assert_eq!(upload.file_type, "3 Vendor Configuration File 2");
    assert_eq!(upload.url, "http://files/uploads/x");
    let accepted = UploadResponse {
        status: Status::Committed,
        ..UploadResponse::default()
    };
    let (ended, _) = outcome(running.answered(Ok(accepted.into()), NOW));
    assert_eq!(ended, TaskOutcome::WaitingForTransfer);
}

#[test]
fn names_are_read_in_calls_of_a_bounded_size() {
    let names = (0..600).map(|number| format!("Device.P{number}")).collect();
    let (_, first) = begun(TaskKind::GetParameterValues { names });
    let AcsRequest::GetParameterValues(first) = first else {
        panic!("{first:?}")
    };
    assert_eq!(first.parameter_names.len(), NAMES_PER_CALL);
}
