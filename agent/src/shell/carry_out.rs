//! How the loop carries out what a device wants: each output is one call here, and its answer an event of the loop.

use super::handle::Event;
use super::http::{Answered, post};
use super::runner::Runner;
use super::surroundings::{Fate, Line, Lost};
use super::transfers::carry_out;
use super::{datagram, diagnostics};
use crate::bulk_data::ReportJob;
use crate::device::Output;
use crate::device::io::{HttpFailure, HttpRequest, SessionSummary, TransferJob, TransferWork};
use crate::diagnostics::{EchoConfig, EchoCounters, TestJob};
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// How long a device is without power that was cut off in a transfer.
const BACK_AFTER: Duration = Duration::from_secs(5);

impl Runner {
    /// Carries one output out.
    pub(super) fn carry_out(&mut self, device: usize, output: Output) {
        match output {
            Output::Persist(sections) => {
                if let Some(journal) = &self.journal {
                    self.places[device].persisting = true;
                    journal.append(device as u32, sections);
                }
            }
            Output::Http(request) => self.exchange(device, request),
            Output::CloseConnection => {
                let place = &mut self.places[device];
                place.epoch = place.epoch.wrapping_add(1);
                place.connection = None;
                if let Some(exchange) = place.exchange.take() {
                    exchange.abort();
                }
            }
            Output::StartTransfer(job) => self.transfer(device, job),
            Output::StopTransfer(number) => {
                let running = &mut self.places[device].transfer;
                if let Some((_, task)) = running.take_if(|(running, _)| *running == number) {
                    task.abort();
                }
            }
            Output::PostReport(job) => self.report(device, *job),
            Output::StartTest(job) => self.start_test(device, *job),
            Output::CancelTest(number) => self.cancel_test(device, number),
            Output::Echo(asked) => self.echo(device, asked.map(|asked| *asked)),
            Output::AnswerConnectionRequest(answer) => {
                if let Some(caller) = self.calls.remove(&answer.number) {
                    // A caller that has hung up misses nothing.
                    let _ = caller.send(answer);
                }
            }
            Output::AnswerLocalOrder(answer) => self.answer_order(answer),
            Output::Speak(line, said) => {
                // No sound comes out of this machine; a device that has one puts it here.
                tracing::debug!(device, line, ?said, "spoken");
            }
            Output::SendNotification(notification) => {
                let source = self.network.source;
                tokio::spawn(datagram::send(source, notification));
            }
            Output::Discover => self.machine.discover(),
            Output::SessionOver(summary) => {
                self.count(device, &summary);
                if let Some(recorder) = &mut self.places[device].recorder {
                    recorder.over(&summary);
                }
            }
            Output::Listener(state) => self.set_listener(device, state),
            Output::OpenPort(port) => self.open_port(device, port),
            Output::ClosePort(port) => self.close_port(device, port),
            Output::SendDatagram(datagram) => self.send_datagram(device, datagram),
            Output::Stream(order) => self.order_stream(device, order),
            Output::Restart(restart) => self.restart(device, restart),
        }
    }

    fn transfer(&mut self, device: usize, job: TransferJob) {
        let (mut config, events) = (self.transfers.clone(), self.events.clone());
        let number = job.number;
        let mut made_up = None;
        if let Some(around) = &self.surroundings {
            config.network.source = around.source(device);
            let image = matches!(job.work, TransferWork::Image(..));
            match around.transfer(device, image) {
                Fate::AsIs => {}
                Fate::Slow { bytes_per_sec } => config.bytes_per_sec = Some(bytes_per_sec),
                Fate::Ends(after, outcome) => made_up = Some((after, outcome)),
                Fate::PowerCut {
                    after,
                    bytes_per_sec,
                } => {
                    config.bytes_per_sec = Some(bytes_per_sec);
                    self.cut_power_later(device, after, Some(BACK_AFTER));
                }
            }
        }
        let task = tokio::spawn(async move {
            let outcome = match made_up {
                Some((after, outcome)) => {
                    tokio::time::sleep(after).await;
                    outcome
                }
                None => carry_out(&config, job).await,
            };
            let _ = events.send(Event::Transfer {
                device,
                number,
                outcome,
            });
        });
        self.places[device].transfer = Some((number, task.abort_handle()));
    }

    fn start_test(&mut self, device: usize, job: TestJob) {
        let reporter = self.test_reporter(device);
        let tests = self.places[device].tests.get_or_insert_default();
        tests.start(&self.diagnostics, &self.network, reporter, job);
    }

    fn cancel_test(&mut self, device: usize, number: u32) {
        if let Some(tests) = &mut self.places[device].tests {
            tests.cancel(number);
        }
    }

    fn echo(&mut self, device: usize, asked: Option<(EchoConfig, EchoCounters)>) {
        let reporter = self.test_reporter(device);
        let tests = self.places[device].tests.get_or_insert_default();
        tests.echo(&self.diagnostics, reporter, asked);
    }

    fn test_reporter(&self, device: usize) -> diagnostics::Reporter {
        let events = self.events.clone();
        diagnostics::Reporter { device, events }
    }

    fn exchange(&mut self, device: usize, request: HttpRequest) {
        let now = self.clock.now();
        let place = &mut self.places[device];
        if let Some(recorder) = &mut place.recorder {
            recorder.request(&request, now);
        }
        let epoch = place.epoch;
        let port = place.port;
        let connection = place.connection.take();
        let (mut network, events) = (self.network.clone(), self.events.clone());
        let around = self.surroundings.clone();
        if let Some(around) = &around {
            network.source = around.source(device);
        }
        let task = tokio::spawn(async move {
            let (result, connection) = match around {
                None => post(&network, port, connection, request).await,
                Some(around) => {
                    let line = around.line(device);
                    let begun = Instant::now();
                    let answered = over(line, post(&network, port, connection, request)).await;
                    around.exchanged(device, begun.elapsed(), &answered.0);
                    answered
                }
            };
            let _ = events.send(Event::Http {
                device,
                epoch,
                result,
                connection,
            });
        });
        place.exchange = Some(task.abort_handle());
    }

    fn report(&mut self, device: usize, job: ReportJob) {
        let (reporter, events) = (self.reporter.clone(), self.events.clone());
        let number = job.number;
        let task = tokio::spawn(async move {
            let outcome = reporter.post(job).await;
            let _ = events.send(Event::Report {
                device,
                number,
                outcome,
            });
        });
        let reports = &mut self.places[device].reports;
        reports.retain(|task| !task.is_finished());
        reports.push(task.abort_handle());
    }

    fn count(&self, device: usize, summary: &SessionSummary) {
        if let Some(around) = &self.surroundings {
            around.session_over(device, summary);
        }
        match &summary.failure {
            None => {
                self.counters.sessions.fetch_add(1, Relaxed);
                tracing::debug!(device, duration_ms = summary.duration_ms, "session ended");
            }
            Some(why) => {
                self.counters.failed_sessions.fetch_add(1, Relaxed);
                if self.places.len() == 1 {
                    // Whoever runs one device looks here first; the retry schedule keeps it from being often.
                    tracing::warn!(why, "session failed");
                    return;
                }
                tracing::debug!(
                    device,
                    why,
                    duration_ms = summary.duration_ms,
                    "session failed"
                );
            }
        }
    }
}

/// An exchange over a line that is slow, or loses something of it.
async fn over(line: Line, exchange: impl Future<Output = Answered>) -> Answered {
    some(line.there).await;
    let answered = match line.lost {
        Lost::Request => None,
        Lost::Nothing => Some(exchange.await),
        Lost::Answer => {
            drop(exchange.await);
            None
        }
    };
    some(line.back).await;
    let lost = || {
        let why = HttpFailure::Broken("nothing came over the line".into());
        (Err(why), None)
    };
    answered.unwrap_or_else(lost)
}

/// Lets time go by, if there is any.
async fn some(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
