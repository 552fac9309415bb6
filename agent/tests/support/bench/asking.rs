//! What a test does with the device of a bench: asks it something, changes it by hand, calls it.

use super::{Bench, CALLER, CALLER_PASSWORD};
use crate::support::requests;
use agent::device::Input;
use agent::device::io::{ConnectionRequest, ConnectionRequestAnswer, DatagramIn, DatagramPort};
use agent::device::orders::{LocalOrder, LocalRefusal, Order};
use agent::ivr::{Key, Spoken};
use cwmp::http::{Authorizer, Challenge};
use cwmp::rpc::Status;
use cwmp::{AcsRequest, CpeResponse, Fault};
use data_model::{ParameterList, Secret};

impl Bench {
    /// Asks the device something in a session of its own. Sessions nobody has looked at are forgotten.
    #[track_caller]
    pub fn ask(&mut self, request: impl Into<AcsRequest>) -> Result<CpeResponse, Fault> {
        self.advance(4);
        self.sessions();
        self.acs.calls(request);
        self.call_device();
        let session = self.session();
        session.succeeds();
        session.answer().clone()
    }

    /// Asks several things in one session.
    #[track_caller]
    pub fn ask_all(&mut self, requests: Vec<AcsRequest>) -> Vec<Result<CpeResponse, Fault>> {
        self.advance(4);
        self.sessions();
        for request in requests {
            self.acs.calls(request);
        }
        self.call_device();
        let session = self.session();
        session.succeeds();
        session.answers
    }

    /// The value of a parameter, asked for.
    #[track_caller]
    pub fn get(&mut self, name: &str) -> String {
        let values = self.get_all(&[name]).expect("the parameter is there");
        let value = values.get(name);
        value
            .unwrap_or_else(|| panic!("no value of {name}"))
            .to_owned()
    }

    /// Values of parameters and partial paths, asked for.
    #[track_caller]
    pub fn get_all(&mut self, names: &[&str]) -> Result<ParameterList, Fault> {
        match self.ask(requests::get(names))? {
            CpeResponse::GetParameterValuesResponse(response) => Ok(response.parameter_list),
            other => panic!("{}", other.name()),
        }
    }

    /// Sets values, all as strings.
    #[track_caller]
    pub fn set(&mut self, values: &[(&str, &str)], key: &str) -> Result<Status, Fault> {
        match self.ask(requests::set(values, key))? {
            CpeResponse::SetParameterValuesResponse(response) => Ok(response.status),
            other => panic!("{}", other.name()),
        }
    }

    /// Adds an instance and gives its number.
    #[track_caller]
    pub fn add(&mut self, table: &str) -> u32 {
        match self.ask(requests::add(table, "added")) {
            Ok(CpeResponse::AddObjectResponse(response)) => response.instance_number,
            other => panic!("{other:?}"),
        }
    }

    // ---- people, hardware, callers

    /// Something other than the ACS changes a parameter.
    pub fn changes(&mut self, name: &str, value: &str) {
        self.happens(Input::LocalChange {
            name: name.into(),
            value: value.into(),
        });
    }

    /// Every file that is on its way is there at this moment.
    pub fn files_arrive(&mut self) {
        for (_, input) in std::mem::take(&mut self.coming) {
            self.happens(input);
        }
    }

    /// A person at the device orders something; the answer, if there is one.
    pub fn orders(&mut self, order: Order) -> Option<Result<(), LocalRefusal>> {
        let number = self.answered.len() as u64 + 1;
        self.input(Input::LocalOrder(Box::new(LocalOrder { number, order })));
        self.settle();
        let answer = self.answered.iter().find(|answer| answer.number == number);
        answer.map(|answer| answer.outcome.clone())
    }

    /// The telephone of a line is taken off the hook, or put back on it.
    pub fn hook(&mut self, line: u32, state: &str) {
        let root = self.device().core().product().root;
        let name = format!("{root}X_CISCO_ATA.Status.Line.{line}.Hook_State");
        self.changes(&name, state);
        self.settle();
    }

    /// Keys are pressed on the telephone of line 1, five in a second; a comma is a pause of a second. Gives what was
    /// spoken meanwhile.
    pub fn presses(&mut self, keys: &str) -> Vec<Spoken> {
        self.presses_on(1, keys)
    }

    /// As [`Bench::presses`], on another line.
    pub fn presses_on(&mut self, line: u32, keys: &str) -> Vec<Spoken> {
        self.settle();
        self.spoken.clear();
        for sign in keys.chars() {
            match Key::of(sign) {
                Some(key) => {
                    self.now = self.now.plus_ms(200);
                    self.happens(Input::Key(line, key));
                    self.settle();
                }
                None => self.advance(1),
            }
        }
        let spoken = std::mem::take(&mut self.spoken).into_iter();
        spoken
            .filter(|(it, _)| *it == line)
            .map(|(_, said)| said)
            .collect()
    }

    /// Takes the telephone of line 1 off the hook, presses keys and hangs up. Gives what was spoken.
    pub fn phones_in(&mut self, keys: &str) -> Vec<Spoken> {
        self.hook(1, "Off");
        let spoken = self.presses(keys);
        self.hook(1, "On");
        spoken
    }

    /// Anything else happens to the device.
    pub fn input(&mut self, input: Input) {
        self.happens(input);
    }

    /// A datagram arrives at a port of the device.
    pub fn receives(&mut self, port: DatagramPort, bytes: Vec<u8>) {
        let from = ([198, 51, 100, 1], 3478).into();
        self.happens(Input::Datagram(DatagramIn { port, from, bytes }));
    }

    /// One HTTP request at the listener of the device; gives the answer.
    #[track_caller]
    pub fn calls(
        &mut self,
        method: &str,
        target: &str,
        authorization: Option<String>,
    ) -> ConnectionRequestAnswer {
        self.settle();
        let number = self.calls.len() as u64 + 1;
        self.happens(Input::ConnectionRequest(ConnectionRequest {
            number,
            method: method.into(),
            target: target.into(),
            authorization,
        }));
        // The answer leaves before anything else (TR-069 3.2.2.2).
        assert!(self.step(), "the caller gets no answer");
        let answer = self.calls.last().cloned();
        let answer = answer.unwrap_or_else(|| panic!("no answer: {}", self.trace()));
        assert_eq!(answer.number, number, "the answer is for this call");
        answer
    }

    /// The path of the connection request URL.
    pub fn call_path(&mut self) -> String {
        let url = self.device().core().facts.connection_request_url();
        let (_, path) = url.rsplit_once('/').unwrap_or_default();
        format!("/{path}")
    }

    /// Calls the device with these credentials: challenge, answer; gives the last status.
    pub fn calls_as(&mut self, username: &str, password: &str) -> u16 {
        let path = self.call_path();
        let challenge = self.calls("GET", &path, None);
        if challenge.status != 401 {
            return challenge.status;
        }
        let mut authorizer = Authorizer::new(username, Secret::new(password));
        let headers = challenge.www_authenticate.iter().map(String::as_str);
        let answered = authorizer.challenge(headers, Challenge::DigestOnly);
        answered.expect("the device challenges with digest");
        let authorization = authorizer.header("GET", &path, "0123456789abcdef");
        self.calls("GET", &path, authorization).status
    }

    /// A connection request as it should be; the device takes it.
    #[track_caller]
    pub fn call_device(&mut self) {
        assert_eq!(
            self.calls_as(CALLER, CALLER_PASSWORD),
            200,
            "{}",
            self.trace()
        );
    }
}
