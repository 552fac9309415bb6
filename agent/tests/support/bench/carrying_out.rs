//! What the world around a device does with what the device wants.

use super::{Bench, is_http};
use crate::support::collector::Taken;
use crate::support::file_server::Plan;
use crate::support::session::Session;
use agent::bulk_data::ReportJob;
use agent::device::io::{Restart, StreamOrder, TransferJob};
use agent::device::{Device, Input, Output};

impl Bench {
    /// Carries one output out.
    pub(super) fn carry_out(&mut self, output: Output) {
        self.trace.push(word(&output));
        match output {
            Output::Persist(_) if std::mem::take(&mut self.storage_fails) => {
                // As the shell does: what waits behind the lost state must not happen.
                while self.device.as_mut().and_then(Device::poll).is_some() {}
                self.happens(Input::StorageFailed);
            }
            Output::Persist(sections) => {
                for section in sections {
                    self.written_bytes += section.bytes.len();
                    self.stable.insert(section.kind, section.bytes);
                }
            }
            Output::Http(request) => {
                self.check_durable();
                let waiting = self.arriving.iter().any(is_http);
                assert!(!waiting, "H-08: two requests at one time");
                self.arriving.extend(self.acs.take(&request, self.now));
            }
            Output::CloseConnection => self.arriving.retain(|input| !is_http(input)),
            Output::StartTransfer(job) => self.transfer(&job),
            Output::PostReport(job) => self.report(*job),
            Output::StopTransfer(number) => {
                let of_it =
                    |input: &Input| matches!(input, Input::TransferEnded(it, _) if *it == number);
                self.coming.retain(|(_, input)| !of_it(input));
                self.files.stopped.push(number);
            }
            Output::StartTest(job) => self.measuring.starts(*job),
            Output::CancelTest(number) => self.measuring.cancels(number),
            Output::Echo(asked) => self.measuring.echo = asked.map(|asked| *asked),
            Output::AnswerConnectionRequest(answer) => self.calls.push(answer),
            Output::AnswerLocalOrder(answer) => {
                self.check_durable();
                self.answered.push(answer);
            }
            Output::Speak(line, said) => {
                self.check_durable();
                self.spoken
                    .extend(said.into_iter().map(|said| (line, said)));
            }
            Output::SendNotification(notification) => self.notifications.push(notification),
            Output::Discover => self.discoveries += 1,
            Output::Listener(listener) => self.listener = listener,
            Output::OpenPort(port) => self.arriving.extend(self.ports.open(port)),
            Output::Stream(order) => self.orders.push(order),
            Output::ClosePort(port) => self.arriving.extend(self.ports.close(port)),
            Output::SendDatagram(datagram) => {
                let answers = self.ports.send(datagram, self.now);
                self.arriving.extend(answers);
            }
            Output::Restart(Restart::Reboot) => {
                self.check_durable();
                self.power_cut();
            }
            Output::Restart(Restart::PowerCut) => self.power_cut(),
            Output::SessionOver(summary) => {
                let mut session = self.acs.hung_up().unwrap_or(Session::new(self.now));
                session.ended = self.now;
                session.summary = Some(summary);
                self.sessions.push_back(session);
            }
        }
    }

    fn transfer(&mut self, job: &TransferJob) {
        if let Plan::Ends(secs, outcome) = self.files.ask(job) {
            self.ends(secs, Input::TransferEnded(job.number, outcome));
        }
    }

    fn report(&mut self, job: ReportJob) {
        let number = job.number;
        if let Taken::Ends(secs, outcome) = self.collector.take(job, self.now) {
            self.ends(secs, Input::ReportEnded(number, outcome));
        }
    }

    /// Something that goes on beside the device ends after so many seconds.
    fn ends(&mut self, secs: u64, ended: Input) {
        match secs {
            0 => self.arriving.push_back(ended),
            _ => self.coming.push((self.now.plus_secs(secs), ended)),
        }
    }

    /// Nothing leaves the device, and no restart begins, before all that it stands on is kept.
    pub(super) fn check_durable(&self) {
        let Some(device) = &self.device else { return };
        for (kind, bytes) in device.saved() {
            let kept = self.stable.get(&kind).cloned().unwrap_or_default();
            let kept = String::from_utf8_lossy(&kept);
            let is = String::from_utf8_lossy(&bytes);
            assert_eq!(kept, is, "{kind:?} is not kept: {}", self.trace());
        }
    }
}

/// An output in the trace.
fn word(output: &Output) -> String {
    match output {
        Output::Persist(sections) => {
            let kinds: Vec<String> = sections
                .iter()
                .map(|section| format!("{:?}", section.kind))
                .collect();
            format!("Persist({})", kinds.join("+"))
        }
        Output::Http(request) => format!("Http({} bytes)", request.body.len()),
        Output::CloseConnection => "Close".into(),
        Output::StartTransfer(job) => format!("Transfer({})", job.number),
        Output::PostReport(job) => format!("Report({})", job.number),
        Output::StopTransfer(number) => format!("Stop({number})"),
        Output::StartTest(job) => format!("Test({})", job.number),
        Output::CancelTest(number) => format!("Cancel({number})"),
        Output::Echo(asked) => format!("Echo({})", asked.is_some()),
        Output::AnswerConnectionRequest(answer) => format!("Answer({})", answer.status),
        Output::AnswerLocalOrder(answer) => format!("Order({})", answer.outcome.is_ok()),
        Output::Speak(line, said) => format!("Speak({line}, {})", said.len()),
        Output::SendNotification(notification) => format!("Notify({})", notification.to),
        Output::Discover => "Discover".into(),
        Output::Listener(listener) => format!("Listener({listener:?})"),
        Output::OpenPort(port) => format!("Open({port:?})"),
        Output::Stream(StreamOrder::Open(_)) => "Stream(Open)".into(),
        Output::Stream(order) => format!("Stream({order:?})"),
        Output::ClosePort(port) => format!("Close({port:?})"),
        Output::SendDatagram(datagram) => format!("Send({:?})", datagram.port),
        Output::Restart(restart) => format!("{restart:?}"),
        Output::SessionOver(summary) => match &summary.failure {
            None => "Over".into(),
            Some(why) => format!("Failed({why})"),
        },
    }
}
