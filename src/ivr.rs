//! `dialtone agent ivr`: a person types the keys of a telephone at a simulated device, and reads what it would speak.

use crate::output::line;
use agent::daemon::AgentConfig;
use agent::device::boot::resets;
use agent::device::io::{HttpFailure, Restart, TransferOutcome};
use agent::device::{Device, DeviceConfig, Input, Output, Saved};
use agent::ivr::Key;
use agent::shell::clock::Clock;
use agent::shell::journal::Journal;
use data_model::{OperatorError, Timestamp};
use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Milliseconds from key to key of those typed in one go: two stars are a wish to cancel.
const KEY_MS: u64 = 200;
/// Milliseconds of a comma: two stars around it are two dots.
const PAUSE_MS: u64 = 1_000;

/// The voice menu, without a telephone.
#[derive(Debug, clap::Args)]
pub struct IvrOptions {
    /// What the device is: ata191, ata192 or spa122.
    #[arg(long = "type", default_value = "ata192")]
    device_type: String,
    /// Its serial number.
    #[arg(long, default_value = "IVR0000001")]
    serial_number: String,
    /// The folder its state is kept in; without it, it forgets everything with the process.
    #[arg(long)]
    state: Option<PathBuf>,
    /// A value the installer put in, as NAME=VALUE with the parameter's full name.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Press these keys, hang up and end; the status is 1 if something was refused. A comma is a pause of a second.
    #[arg(long, value_name = "KEYS")]
    digits: Option<String>,
}

/// Lets a person speak with a device.
pub fn run(options: &IvrOptions) -> Result<ExitCode, OperatorError> {
    let mut desk = Desk::new(options)?;
    match &options.digits {
        Some(keys) => {
            desk.presses(keys)?;
            desk.hangs_up()?;
        }
        None => desk.listens()?,
    }
    Ok(match desk.refused && options.digits.is_some() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// A device on a desk, with one telephone and no network.
struct Desk {
    config: DeviceConfig,
    device: Device,
    saved: Saved,
    journal: Option<(Journal, Receiver<std::io::Result<()>>)>,
    clock: Clock,
    now: Timestamp,
    hook: &'static str,
    /// The device was reset: what it has forgotten is to go from the file as well.
    forgets: bool,
    refused: bool,
}

impl Desk {
    fn new(options: &IvrOptions) -> Result<Desk, OperatorError> {
        let mut agent = AgentConfig {
            device_type: options.device_type.clone(),
            serial_number: options.serial_number.clone(),
            ..AgentConfig::default()
        };
        for text in &options.set {
            let (name, value) = text.split_once('=').ok_or_else(|| {
                OperatorError::new(
                    "a value cannot be set",
                    format!("`{text}` has no `=`"),
                    "give --set NAME=VALUE with the full name of a parameter",
                )
            })?;
            agent.parameters.insert(name.to_owned(), value.to_owned());
        }
        let config = agent.device()?;
        let mut saved = Saved::new();
        let journal = match &options.state {
            None => None,
            Some(folder) => {
                let (done, kept) = channel();
                let done = Box::new(move |_, outcome| {
                    // The desk that waits for it may be gone.
                    let _ = done.send(outcome);
                });
                let (journal, mut devices) = Journal::open(&folder.join("device.journal"), done)?;
                saved = devices.remove(&0).unwrap_or_default();
                Some((journal, kept))
            }
        };
        let clock = Clock::system();
        let now = clock.now();
        let mut desk = Desk {
            device: Device::boot(config.clone(), &saved, now),
            config,
            saved,
            journal,
            clock,
            now,
            hook: "On",
            forgets: false,
            refused: false,
        };
        desk.settles()?;
        Ok(desk)
    }

    /// Keys come line by line, until there are no more.
    fn listens(&mut self) -> Result<(), OperatorError> {
        line("Type keys (0-9 * # A-D) and Enter: **** opens the menu.");
        line("A comma waits a second, h hangs up, q or the end of the input ends.");
        let (typed, lines) = channel();
        std::thread::spawn(move || {
            for text in std::io::stdin().lock().lines().map_while(Result::ok) {
                if typed.send(text).is_err() {
                    return;
                }
            }
        });
        loop {
            self.wakes(self.clock.now())?;
            let due = self.device.deadline().map(|due| due.since_ms(self.now));
            // Keys that were typed in one go have put the time ahead of the clock, by seconds at most.
            let wait_ms = due.unwrap_or(PAUSE_MS).clamp(KEY_MS, PAUSE_MS);
            match lines.recv_timeout(Duration::from_millis(wait_ms)) {
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.hangs_up(),
                Ok(text) => match text.trim() {
                    "q" => return self.hangs_up(),
                    "h" => self.hangs_up()?,
                    keys => {
                        if let Err(error) = self.presses(keys) {
                            line(error);
                        }
                    }
                },
            }
        }
    }

    fn presses(&mut self, keys: &str) -> Result<(), OperatorError> {
        let unknown = keys.chars().find(|it| *it != ',' && Key::of(*it).is_none());
        if let Some(unknown) = unknown {
            return Err(OperatorError::new(
                "the keys cannot be pressed",
                format!("a telephone has no key `{unknown}`"),
                "use 0 to 9, *, # and A to D, and a comma for a pause of a second",
            ));
        }
        for sign in keys.chars() {
            match Key::of(sign) {
                None => self.wakes(self.now.plus_ms(PAUSE_MS))?,
                Some(key) => {
                    self.puts_hook("Off")?;
                    self.wakes(self.now.plus_ms(KEY_MS))?;
                    self.happens(Input::Key(1, key))?;
                }
            }
        }
        Ok(())
    }

    fn hangs_up(&mut self) -> Result<(), OperatorError> {
        self.puts_hook("On")
    }

    fn puts_hook(&mut self, hook: &'static str) -> Result<(), OperatorError> {
        if self.hook == hook {
            return Ok(());
        }
        self.hook = hook;
        let root = self.config.product.root;
        self.happens(Input::LocalChange {
            name: format!("{root}X_CISCO_ATA.Status.Line.1.Hook_State"),
            value: hook.into(),
        })
    }

    fn wakes(&mut self, at: Timestamp) -> Result<(), OperatorError> {
        self.now = self.now.max(at);
        self.happens(Input::Wake)
    }

    fn happens(&mut self, input: Input) -> Result<(), OperatorError> {
        self.device.handle(input, self.now);
        self.settles()
    }

    /// Carries out what the device wants.
    fn settles(&mut self) -> Result<(), OperatorError> {
        while let Some(output) = self.device.poll() {
            match output {
                Output::Persist(sections) => {
                    if let Some((journal, kept)) = &self.journal {
                        journal.append(0, sections.clone());
                        kept_or_error(kept)?;
                        if std::mem::take(&mut self.forgets) {
                            journal.write_anew();
                        }
                    }
                    let sections = sections.into_iter();
                    self.saved
                        .extend(sections.map(|section| (section.kind, section.bytes)));
                }
                Output::Speak(_, said) => {
                    for said in said {
                        self.refused |= said.is_wrong();
                        line(said);
                    }
                }
                Output::Restart(Restart::Reboot | Restart::PowerCut) => {
                    line("(the device restarts; the telephone is on the hook)");
                    self.hook = "On";
                    self.forgets = resets(&self.saved);
                    self.now = self.now.plus_secs(1);
                    self.device = Device::boot(self.config.clone(), &self.saved, self.now);
                }
                Output::Http(_) => {
                    let why = HttpFailure::Connect("this device has no network".into());
                    self.device.handle(Input::HttpFailed(why), self.now);
                }
                Output::StartTransfer(job) => {
                    // As a gateway says it when it reaches nobody.
                    let ended = Input::TransferEnded(job.number, TransferOutcome::Answered(503));
                    self.device.handle(ended, self.now);
                }
                Output::CloseConnection
                | Output::StopTransfer(_)
                | Output::PostReport(_)
                | Output::StartTest(_)
                | Output::CancelTest(_)
                | Output::Echo(_)
                | Output::AnswerConnectionRequest(_)
                | Output::AnswerLocalOrder(_)
                | Output::SendNotification(_)
                | Output::Listener(_)
                | Output::OpenPort(_)
                | Output::ClosePort(_)
                | Output::SendDatagram(_)
                | Output::Stream(_)
                | Output::Discover
                | Output::SessionOver(_) => {}
            }
        }
        Ok(())
    }
}

fn kept_or_error(kept: &Receiver<std::io::Result<()>>) -> Result<(), OperatorError> {
    let gone = || std::io::Error::other("the journal has stopped");
    let outcome = kept.recv().unwrap_or_else(|_| Err(gone()));
    outcome.map_err(|error| {
        OperatorError::new(
            "the state of the device cannot be kept",
            error,
            "check the permissions and the free space of the folder --state names",
        )
    })
}
