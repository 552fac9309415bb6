//! Comparisons with a device that refuses, has no room, and breaks off.
//!
//! Long because the device they are played with stands beside them.

use super::*;
use crate::provisioning::desired::{DesiredObject, wanted_value, wanting};
use cwmp::rpc::{
    AddObjectResponse, DeleteObjectResponse, GetParameterValuesResponse,
    SetParameterValuesResponse, Status,
};
use data_model::{ParameterList, XsdType};

/// A device that answers honestly.
#[derive(Default)]
struct Model {
    values: BTreeMap<String, (XsdType, String)>,
    /// Values it refuses, by name.
    refuses: BTreeMap<String, String>,
    /// Names it does not have.
    lacks: Vec<String>,
    /// Whether it says which values it refuses.
    names_them: bool,
    /// Rows its tables have room for.
    room: usize,
    next_row: u32,
    calls: Vec<&'static str>,
}

fn fault(code: FaultCode) -> AnswerFault {
    AnswerFault::Fault(code.into())
}

impl Model {
    fn new(values: &[(&str, XsdType, &str)]) -> Model {
        let value = |(name, ty, value): &(&str, XsdType, &str)| {
            ((*name).to_owned(), (*ty, (*value).to_owned()))
        };
        Model {
            values: values.iter().map(value).collect(),
            names_them: true,
            room: 10,
            next_row: 5,
            ..Model::default()
        }
    }

    fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = self
            .values
            .keys()
            .filter_map(|name| name.strip_prefix("Device.T."))
            .filter_map(|name| name.split('.').next().map(str::to_owned))
            .collect();
        rows.dedup();
        rows
    }

    fn row(&self, row: u32) -> (&str, &str) {
        let value = |name| self.values[&format!("Device.T.{row}.{name}")].1.as_str();
        (value("Name"), value("Value"))
    }

    fn answer(&mut self, step: &Step) -> Result<CpeResponse, AnswerFault> {
        match step {
            Step::Read(names) => self.read(names),
            Step::Write(changes) => self.write(changes),
            Step::Add(_) => {
                self.calls.push("add");
                if self.rows().len() >= self.room {
                    return Err(fault(FaultCode::RESOURCES_EXCEEDED));
                }
                let instance_number = self.next_row;
                self.next_row += 1;
                for name in ["Name", "Value"] {
                    let name = format!("Device.T.{instance_number}.{name}");
                    self.values.insert(name, (XsdType::String, String::new()));
                }
                let response = AddObjectResponse {
                    instance_number,
                    status: Status::Applied,
                };
                Ok(CpeResponse::AddObjectResponse(response))
            }
            Step::Delete(deletion) => {
                self.calls.push("delete");
                self.values
                    .retain(|name, _| !name.starts_with(&deletion.row));
                let response = DeleteObjectResponse {
                    status: Status::Applied,
                };
                Ok(CpeResponse::DeleteObjectResponse(response))
            }
        }
    }

    fn read(&mut self, names: &[String]) -> Result<CpeResponse, AnswerFault> {
        self.calls.push("read");
        if names.iter().any(|name| self.lacks.contains(name)) {
            return Err(fault(FaultCode::INVALID_PARAMETER_NAME));
        }
        let mut list = ParameterList::new();
        for asked in names {
            let partial = asked.ends_with('.');
            let fits = |name: &str| name == asked || partial && name.starts_with(asked.as_str());
            for (name, (ty, value)) in self.values.iter().filter(|(name, _)| fits(name)) {
                let secret = name.ends_with("Password");
                list.push(name, *ty, if secret { "" } else { value });
            }
        }
        let response = GetParameterValuesResponse {
            parameter_list: list,
        };
        Ok(CpeResponse::GetParameterValuesResponse(response))
    }

    fn write(&mut self, changes: &[Change]) -> Result<CpeResponse, AnswerFault> {
        self.calls.push("write");
        let bad = |change: &&Change| self.refuses.get(&change.name) == Some(&change.to);
        let refused: Vec<ParameterFault> = changes
            .iter()
            .filter(bad)
            .map(|change| ParameterFault {
                parameter_name: change.name.clone(),
                fault_code: FaultCode::INVALID_PARAMETER_VALUE,
                fault_string: "no".into(),
            })
            .collect();
        if !refused.is_empty() {
            let mut fault: Fault = FaultCode::INVALID_ARGUMENTS.into();
            if self.names_them {
                fault.parameters = refused;
            }
            return Err(AnswerFault::Fault(fault));
        }
        for change in changes {
            let value = (change.ty, change.to.clone());
            self.values.insert(change.name.clone(), value);
        }
        let response = SetParameterValuesResponse {
            status: Status::Applied,
        };
        Ok(CpeResponse::SetParameterValuesResponse(response))
    }
}

/// What of a comparison outlives it.
#[derive(Debug, Default)]
struct Kept {
    refusals: Vec<Refusal>,
    addings: Vec<Adding>,
}

fn begin(desired: &Desired, kept: &Kept) -> Comparison {
    Comparison::begin(Start {
        desired: desired.clone(),
        refusals: kept.refusals.clone(),
        addings: kept.addings.clone(),
        ..Start::default()
    })
}

/// Plays a comparison; `None` if it broke off behind so many calls.
fn play(desired: &Desired, model: &mut Model, kept: &mut Kept, most: usize) -> Option<Left> {
    let mut comparison = begin(desired, kept);
    for _ in 0..most {
        let step = match comparison.advance() {
            Next::Over(left) => return Some(left),
            Next::Call(step) => step,
        };
        if let Step::Add(adding) = &step {
            kept.addings.retain(|known| !is_same(known, adding));
            kept.addings.push(adding.clone());
        }
        let answer = model.answer(&step);
        match comparison.answered(step, answer, Timestamp::default()) {
            Meaning::GoesOn => {}
            Meaning::Refused(refused) => kept.refusals.extend(refused),
            Meaning::Later(fault) | Meaning::Failed(fault) => panic!("{fault:?}"),
        }
    }
    None
}

fn settled(desired: &Desired, model: &mut Model, kept: &mut Kept) -> Left {
    play(desired, model, kept, 100).expect("it comes to an end")
}

fn row(name: &str, value: &str, exclusive: bool) -> DesiredObject {
    DesiredObject {
        table: "Device.T.".into(),
        key: BTreeMap::from([("Name".to_owned(), name.to_owned())]),
        values: BTreeMap::from([("Value".to_owned(), wanted_value(value))]),
        exclusive,
        profile: "p".into(),
        revision: 1,
    }
}

fn rows(objects: &[DesiredObject]) -> Desired {
    Desired {
        objects: objects.to_vec(),
        ..Desired::default()
    }
}

#[test]
fn what_is_carried_out_leaves_nothing_to_do_and_writes_only_what_differs() {
    let mut model = Model::new(&[
        ("Device.Same", XsdType::Boolean, "true"),
        ("Device.Number", XsdType::UnsignedInt, "5"),
        ("Device.Password", XsdType::String, "old"),
    ]);
    model.refuses.insert("Device.Same".into(), "1".into());
    let desired = wanting(&[
        ("Device.Same", "1"),
        ("Device.Number", "007"),
        ("Device.Password", "secret"),
    ]);
    let mut kept = Kept::default();
    assert_eq!(settled(&desired, &mut model, &mut kept), Left::default());
    assert_eq!(model.calls, ["read", "write"]);
    assert_eq!(model.values["Device.Number"].1, "7");
    assert_eq!(model.values["Device.Password"].1, "secret");
    assert_eq!(
        settled(&Desired::default(), &mut model, &mut kept),
        Left::default()
    );
    assert_eq!(model.calls.len(), 2, "nothing desired takes no call");
}

#[test]
fn trouble_that_may_pass_ends_a_comparison_for_a_while_only() {
    let desired = wanting(&[("Device.A", "1")]);
    let mut model = Model::new(&[("Device.A", XsdType::String, "0")]);
    let mut refused_at = |calls: usize, answer: AnswerFault| {
        let mut comparison = begin(&desired, &Kept::default());
        for _ in 0..calls {
            let Next::Call(step) = comparison.advance() else {
                panic!("it is over")
            };
            let answer = model.answer(&step);
            model.values.get_mut("Device.A").unwrap().1 = "0".into();
            let meaning = comparison.answered(step, answer, Timestamp::default());
            assert_eq!(meaning, Meaning::GoesOn);
        }
        let Next::Call(step) = comparison.advance() else {
            panic!("it is over")
        };
        comparison.answered(step, Err(answer), Timestamp::default())
    };
    for calls in [0, 1] {
        for code in [9001, 9002, 9004, 9555] {
            let meaning = refused_at(calls, fault(FaultCode::new(code)));
            let Meaning::Later(fault) = meaning else {
                panic!("{code}: {meaning:?}")
            };
            assert_eq!(fault.code, code);
        }
        let garbled = refused_at(calls, AnswerFault::Unusable("no list".into()));
        assert!(matches!(garbled, Meaning::Later(_)), "{garbled:?}");
        let unknown = refused_at(calls, fault(FaultCode::METHOD_NOT_SUPPORTED));
        assert!(matches!(unknown, Meaning::Failed(_)), "{unknown:?}");
    }
}

#[test]
fn long_lists_are_split() {
    let names: Vec<String> = (0..600)
        .map(|number| format!("Device.P{number:03}"))
        .collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let mut model = Model::new(&[]);
    settled(&wanting(&pairs), &mut model, &mut Kept::default());
    assert_eq!(
        model.calls,
        ["read", "read", "read", "write", "write", "write"]
    );
}

/// Covers P13.
#[test]
fn a_refused_value_is_left_out_remembered_and_the_rest_is_applied() {
    for names_them in [true, false] {
        let mut model = Model::new(&[]);
        for number in 0..9 {
            let name = format!("Device.V{number}");
            model.values.insert(name, (XsdType::String, String::new()));
        }
        model.names_them = names_them;
        model.refuses.insert("Device.V3".into(), "x".into());
        model.refuses.insert("Device.V7".into(), "x".into());
        let names: Vec<String> = (0..9).map(|number| format!("Device.V{number}")).collect();
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        let desired = wanting(&pairs);
        let mut kept = Kept::default();
        let left = settled(&desired, &mut model, &mut kept);
        let parameters = left.fault.expect("it is told").parameters;
        let names: Vec<&str> = parameters.iter().map(|it| &*it.parameter_name).collect();
        assert_eq!(names, ["Device.V3", "Device.V7"]);
        assert_eq!(
            model
                .values
                .values()
                .filter(|(_, value)| value == "x")
                .count(),
            7
        );
        // The next comparison does not try it again, and tells it all the same.
        model.calls.clear();
        let left = settled(&desired, &mut model, &mut kept);
        assert!(left.fault.is_some());
        assert_eq!(model.calls, ["read"]);
        // Another value is tried; that the first one was refused is of no use any more.
        let other = wanting(&[("Device.V3", "y")]);
        let comparison = begin(&other, &kept);
        assert!(comparison.has_stale_refusals(&Left::default()));
        assert!(!begin(&desired, &kept).has_stale_refusals(&left));
        assert_eq!(settled(&other, &mut model, &mut kept).fault, None);
        assert_eq!(model.values["Device.V3"].1, "y");
    }
}

#[test]
fn another_firmware_is_asked_again() {
    let mut model = Model::new(&[("Device.V", XsdType::String, "")]);
    model.refuses.insert("Device.V".into(), "x".into());
    let desired = wanting(&[("Device.V", "x")]);
    let mut kept = Kept::default();
    settled(&desired, &mut model, &mut kept);
    let mut comparison = Comparison::begin(Start {
        desired,
        refusals: kept.refusals,
        software_version: "2".into(),
        ..Start::default()
    });
    assert!(matches!(comparison.advance(), Next::Call(_)));
}

#[test]
fn a_name_the_device_lacks_is_found_among_many() {
    let mut model = Model::new(&[]);
    let names: Vec<String> = (0..20)
        .map(|number| format!("Device.V{number:02}"))
        .collect();
    for name in &names {
        model
            .values
            .insert(name.clone(), (XsdType::String, String::new()));
    }
    model.lacks = vec!["Device.V13".into()];
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let left = settled(&wanting(&pairs), &mut model, &mut Kept::default());
    let fault = left.fault.expect("it is told");
    assert_eq!(fault.parameters[0].parameter_name, "Device.V13");
    assert_eq!(
        fault.parameters[0].fault_code,
        FaultCode::INVALID_PARAMETER_NAME
    );
    assert_eq!(
        model
            .values
            .values()
            .filter(|(_, value)| value == "x")
            .count(),
        19
    );
}

#[test]
fn rows_are_made_changed_and_removed_by_their_key() {
    let mut model = Model::new(&[
        ("Device.T.1.Name", XsdType::String, "keep"),
        ("Device.T.1.Value", XsdType::String, "old"),
        ("Device.T.2.Name", XsdType::String, "stranger"),
        ("Device.T.2.Value", XsdType::String, "s"),
    ]);
    let polite = rows(&[row("keep", "new", false), row("made", "m", false)]);
    let mut kept = Kept::default();
    assert_eq!(settled(&polite, &mut model, &mut kept), Left::default());
    assert_eq!(model.rows(), ["1", "2", "5"]);
    assert_eq!(model.row(1), ("keep", "new"));
    assert_eq!(model.row(5), ("made", "m"));
    model.calls.clear();
    settled(&polite, &mut model, &mut kept);
    assert_eq!(model.calls, ["read"], "there is nothing left to do");
    let exclusive = rows(&[row("made", "m", true)]);
    settled(&exclusive, &mut model, &mut kept);
    assert_eq!(model.rows(), ["5"]);
}

/// Wherever a session breaks off, with or without its last answer, the next one finishes and no row is made twice.
#[test]
fn a_row_that_was_made_and_not_filled_is_found_again() {
    let desired = rows(&[row("a", "1", false), row("b", "2", false)]);
    for breaks_behind in 0..10 {
        for lost in [false, true] {
            let mut model = Model::new(&[
                ("Device.T.1.Name", XsdType::String, ""),
                ("Device.T.1.Value", XsdType::String, ""),
            ]);
            let mut kept = Kept::default();
            let over = play(&desired, &mut model, &mut kept, breaks_behind);
            if over.is_none() && lost {
                // One more request arrives; its answer does not, and nobody has noted more than that it was to leave.
                let mut comparison = begin(&desired, &kept);
                if let Next::Call(step) = comparison.advance() {
                    drop(model.answer(&step));
                }
            }
            settled(&desired, &mut model, &mut kept);
            let filled: Vec<(&str, &str)> = model.rows()[1..]
                .iter()
                .map(|row| model.row(row.parse().unwrap()))
                .collect();
            let mut sorted = filled.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [("a", "1"), ("b", "2")], "{breaks_behind} {lost}");
            assert_eq!(model.row(1), ("", ""), "a row of somebody else's stays");
        }
    }
}

#[test]
fn an_answer_to_add_object_that_is_lost_makes_no_second_row() {
    let desired = rows(&[row("a", "1", false)]);
    let mut model = Model::new(&[]);
    let mut kept = Kept::default();
    let mut comparison = begin(&desired, &kept);
    loop {
        let Next::Call(step) = comparison.advance() else {
            panic!("it is not over")
        };
        let answer = model.answer(&step);
        if let Step::Add(adding) = &step {
            kept.addings.push(adding.clone());
            break;
        }
        comparison.answered(step, answer, Timestamp::default());
    }
    settled(&desired, &mut model, &mut kept);
    assert_eq!(model.rows(), ["5"]);
    assert_eq!(model.row(5), ("a", "1"));
    assert_eq!(model.calls.iter().filter(|call| **call == "add").count(), 1);
}

#[test]
fn a_full_table_is_emptied_of_strangers_first() {
    let mut model = Model::new(&[
        ("Device.T.1.Name", XsdType::String, "stranger"),
        ("Device.T.1.Value", XsdType::String, "s"),
    ]);
    model.room = 1;
    let left = settled(
        &rows(&[row("mine", "m", true)]),
        &mut model,
        &mut Kept::default(),
    );
    assert_eq!(left, Left::default());
    assert_eq!(model.rows(), ["5"]);
    let crowded = rows(&[row("mine", "m", true), row("more", "x", true)]);
    let left = settled(&crowded, &mut model, &mut Kept::default());
    let fault = left.fault.expect("there is no room");
    assert_eq!(fault.parameters[0].parameter_name, "Device.T.{Name=more}");
    assert_eq!(model.rows(), ["5"]);
}

#[test]
fn a_row_whose_key_is_refused_does_not_stay() {
    let mut model = Model::new(&[]);
    model.refuses.insert("Device.T.5.Name".into(), "bad".into());
    let desired = rows(&[row("bad", "x", false)]);
    let mut kept = Kept::default();
    let left = settled(&desired, &mut model, &mut kept);
    assert!(left.fault.is_some());
    assert_eq!(model.rows(), Vec::<String>::new());
    model.calls.clear();
    settled(&desired, &mut model, &mut kept);
    assert_eq!(model.calls, ["read"], "it is not made again");
}

#[test]
fn what_waits_for_its_window_is_not_written_and_the_rest_is() {
    let mut model = Model::new(&[
        ("Device.A", XsdType::String, ""),
        ("Device.B", XsdType::String, ""),
        ("Device.T.1.Name", XsdType::String, "stranger"),
        ("Device.T.1.Value", XsdType::String, "s"),
    ]);
    let mut desired = wanting(&[("Device.A", "x"), ("Device.B", "x")]);
    desired.values.get_mut("Device.B").unwrap().profile = "other".into();
    desired.objects = vec![row("a", "1", true)];
    let mut comparison = Comparison::begin(Start {
        desired,
        held: ["p".to_owned()].into(),
        ..Start::default()
    });
    let left = loop {
        match comparison.advance() {
            Next::Over(left) => break left,
            Next::Call(step) => {
                let answer = model.answer(&step);
                comparison.answered(step, answer, Timestamp::default());
            }
        }
    };
    assert_eq!(left.held, ["p"]);
    assert_eq!(model.values["Device.A"].1, "");
    assert_eq!(model.values["Device.B"].1, "x");
    assert_eq!(model.rows(), ["1"]);
}
