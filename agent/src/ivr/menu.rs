//! The state machine of the menu.

use super::Key;
use super::codes::{self, Action, Mode, Part, Setting};
use super::limits::{CANCEL_MS, ENTRY_KEYS, IDLE_MS};
use super::spoken::{Reset, Spoken, Wrong};
use crate::device::Core;
use crate::tree::Transaction;
use data_model::{Secret, Timestamp, XsdType};

/// The password of the menu, below the root object.
const PASSWORD: &str = "X_CISCO_ATA.System.IVR_Admin_Passwd";
/// Whether the factory reset is forbidden, below the root object.
const PROTECT: &str = "X_CISCO_ATA.Regional.Protect_IVR_FactoryReset";

/// An open menu.
#[derive(Debug)]
pub struct Menu {
    state: State,
    /// What was typed since the last pound key, dots for stars.
    entry: Secret,
    /// When the last key of the entry was pressed, if it was a star.
    star: Option<Timestamp>,
    /// When the last key was pressed.
    touched: Timestamp,
}

/// What the menu waits for.
#[derive(Debug)]
enum State {
    Password,
    Option,
    Value(&'static Setting),
    /// A value was typed: what is stored of it.
    Keep(&'static Setting, String),
    Confirm(Reset),
}

/// What is to happen to the device.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Stay,
    /// The menu is over.
    End,
    /// The right password was typed.
    Unlocked,
    /// A wrong password was typed.
    WrongPassword,
    /// A parameter is to be set; the menu is told how that went: [`Menu::saved`].
    Save {
        /// Its full name.
        name: String,
        /// Its whole value.
        value: String,
    },
    /// The device is to be restarted.
    Reboot,
    /// The device is to be reset.
    Reset(Reset),
}

/// How saving went.
#[derive(Debug, PartialEq, Eq)]
pub enum Saving {
    /// The value is kept.
    Done,
    /// Not at this moment; the value waits to be saved again.
    Busy,
    /// Not at all.
    Refused(String),
}

impl Menu {
    /// Opens the menu.
    pub fn open(core: &Core, now: Timestamp, said: &mut Vec<Spoken>) -> Menu {
        let mut menu = Menu {
            state: State::Option,
            entry: Secret::default(),
            star: None,
            touched: now,
        };
        match value(core, PASSWORD) {
            Some(password) if !password.is_empty() => {
                menu.state = State::Password;
                said.push(Spoken::Password);
            }
            Some(_) | None => said.push(Spoken::Menu),
        }
        menu
    }

    /// When the menu ends if no key is pressed.
    pub fn deadline(&self) -> Timestamp {
        self.touched.plus_ms(IDLE_MS)
    }

    /// A key is pressed.
    pub fn key(&mut self, key: Key, core: &Core, now: Timestamp, said: &mut Vec<Spoken>) -> Step {
        self.touched = now;
        match &self.state {
            State::Keep(setting, stored) => {
                let (setting, stored) = (*setting, stored.clone());
                self.keep(key, setting, &stored, core, said)
            }
            State::Confirm(reset) => self.confirm(key, *reset, said),
            State::Password | State::Option | State::Value(_) => self.typed(key, core, now, said),
        }
    }

    /// How it went to save what was typed.
    pub fn saved(&mut self, saving: Saving, said: &mut Vec<Spoken>) {
        let State::Keep(setting, _) = &self.state else {
            return;
        };
        let what = setting.what;
        said.push(match saving {
            Saving::Done => Spoken::Saved(what),
            Saving::Busy => return said.push(Spoken::Wrong(Wrong::Busy)),
            Saving::Refused(why) => Spoken::Wrong(Wrong::Refused { what, why }),
        });
        self.state = State::Option;
    }

    /// How a reset of the user's settings went.
    pub fn reset(&mut self, saving: &Saving, said: &mut Vec<Spoken>) {
        said.push(match saving {
            Saving::Done => Spoken::UserResetDone,
            Saving::Busy | Saving::Refused(_) => return said.push(Spoken::Wrong(Wrong::Busy)),
        });
        self.state = State::Option;
    }

    /// A key of an entry.
    fn typed(&mut self, key: Key, core: &Core, now: Timestamp, said: &mut Vec<Spoken>) -> Step {
        let star = self.star.take();
        if key == Key::POUND {
            let entry = std::mem::take(&mut self.entry);
            return self.entered(entry.reveal(), core, said);
        }
        if key == Key::STAR && star.is_some_and(|star| now.since_ms(star) <= CANCEL_MS) {
            self.entry = Secret::default();
            self.cancel(said);
            return Step::Stay;
        }
        if self.entry.reveal().len() >= ENTRY_KEYS {
            self.entry = Secret::default();
            said.push(Spoken::Wrong(Wrong::TooLong));
            self.ask_again(said);
            return Step::Stay;
        }
        let sign = match key == Key::STAR {
            true => '.',
            false => key.sign(),
        };
        self.star = (key == Key::STAR).then_some(now);
        let entry = std::mem::take(&mut self.entry);
        self.entry = Secret::new(format!("{}{sign}", entry.reveal()));
        Step::Stay
    }

    fn cancel(&mut self, said: &mut Vec<Spoken>) {
        said.push(Spoken::Cancelled);
        match self.state {
            State::Password => said.push(Spoken::Password),
            State::Option | State::Value(_) | State::Keep(..) | State::Confirm(_) => {
                self.state = State::Option;
            }
        }
    }

    fn ask_again(&self, said: &mut Vec<Spoken>) {
        said.push(match &self.state {
            State::Password => Spoken::Password,
            State::Value(setting) => Spoken::Enter {
                what: setting.what,
                how: setting.kind.how(),
            },
            State::Option | State::Keep(..) | State::Confirm(_) => Spoken::Menu,
        });
    }

    /// An entry is complete.
    fn entered(&mut self, entry: &str, core: &Core, said: &mut Vec<Spoken>) -> Step {
        match self.state {
            State::Password => return self.password(entry, core, said),
            State::Option => return self.option(entry, core, said),
            State::Value(setting) => self.value(entry, setting, core, said),
            State::Keep(..) | State::Confirm(_) => {}
        }
        Step::Stay
    }

    fn password(&mut self, entry: &str, core: &Core, said: &mut Vec<Spoken>) -> Step {
        let right = value(core, PASSWORD).unwrap_or_default();
        if Secret::new(entry) != Secret::new(right) {
            said.push(Spoken::Wrong(Wrong::Password));
            return Step::WrongPassword;
        }
        self.state = State::Option;
        said.push(Spoken::Menu);
        Step::Unlocked
    }

    fn option(&mut self, code: &str, core: &Core, said: &mut Vec<Spoken>) -> Step {
        // A pound key behind a single key is how some people end everything.
        if code.is_empty() {
            return Step::Stay;
        }
        let Some(action) = codes::find(code) else {
            said.push(Spoken::Wrong(Wrong::Option(code.to_owned())));
            return Step::Stay;
        };
        match action {
            Action::Check(setting) => said.push(told(setting, core)),
            Action::Set(setting) => match may_be_set(setting, core) {
                Err(wrong) => said.push(Spoken::Wrong(wrong)),
                Ok(()) => {
                    self.state = State::Value(setting);
                    self.ask_again(said);
                }
            },
            Action::Exit => {
                said.push(Spoken::Goodbye);
                return Step::End;
            }
            Action::Reboot => {
                said.push(Spoken::Restarting);
                return Step::Reboot;
            }
            Action::FactoryReset if value(core, PROTECT).as_deref() == Some("1") => {
                said.push(Spoken::Wrong(Wrong::Protected));
            }
            Action::FactoryReset => self.ask_to_confirm(Reset::Factory, said),
            Action::UserReset => self.ask_to_confirm(Reset::User, said),
        }
        Step::Stay
    }

    fn ask_to_confirm(&mut self, reset: Reset, said: &mut Vec<Spoken>) {
        self.state = State::Confirm(reset);
        said.push(Spoken::Confirm(reset));
    }

    fn value(
        &mut self,
        entry: &str,
        setting: &'static Setting,
        core: &Core,
        said: &mut Vec<Spoken>,
    ) {
        let what = setting.what;
        let Some(stored) = setting.kind.read(entry) else {
            let why = setting.kind.how();
            return said.push(Spoken::Wrong(Wrong::Value { what, why }));
        };
        let (name, whole) = whole(setting, &stored, core);
        let mut transaction = Transaction::new(&core.tree, &core.facts);
        transaction.set(&name, XsdType::String, &whole);
        if let Err(faults) = transaction.check() {
            let faults = faults.into_iter().map(|fault| fault.fault_string);
            let why = faults.collect::<Vec<String>>().join("; ");
            return said.push(Spoken::Wrong(Wrong::Refused { what, why }));
        }
        said.push(Spoken::Entered(setting.kind.speak(&stored)));
        self.state = State::Keep(setting, stored);
    }

    /// A value waits for what is to become of it.
    fn keep(
        &mut self,
        key: Key,
        setting: &'static Setting,
        stored: &str,
        core: &Core,
        said: &mut Vec<Spoken>,
    ) -> Step {
        match key.sign() {
            '1' => {
                let (name, value) = whole(setting, stored, core);
                return Step::Save { name, value };
            }
            '2' => said.push(Spoken::Entered(setting.kind.speak(stored))),
            '3' => {
                self.state = State::Value(setting);
                self.ask_again(said);
            }
            '*' => self.cancel(said),
            '#' => {}
            _ => said.push(Spoken::Wrong(Wrong::Key(
                "1 to save, 2 to review, 3 to enter it again, star to cancel",
            ))),
        }
        Step::Stay
    }

    fn confirm(&mut self, key: Key, reset: Reset, said: &mut Vec<Spoken>) -> Step {
        match key.sign() {
            // One guide ends it with a pound key, the other does not: that key finds the menu's next state.
            '1' => {
                if reset == Reset::Factory {
                    said.push(Spoken::Resetting);
                }
                return Step::Reset(reset);
            }
            '*' => self.cancel(said),
            '#' => {}
            _ => said.push(Spoken::Wrong(Wrong::Key("1 to reset, star to cancel"))),
        }
        Step::Stay
    }
}

/// A parameter below the root object.
fn value(core: &Core, name: &str) -> Option<String> {
    core.value_of(&format!("{}{name}", core.product().root))
}

fn is_available(setting: &Setting, core: &Core) -> bool {
    let product = &core.product().ty.product_class;
    let names = [setting.stored]
        .into_iter()
        .chain(setting.shown.iter().copied());
    (setting.only.is_empty() || *setting.only == **product)
        && names
            .filter(|name| !name.is_empty())
            .any(|name| value(core, name).is_some())
}

/// What a check tells: what is in use, else what is set.
fn told(setting: &Setting, core: &Core) -> Spoken {
    if !is_available(setting, core) {
        return Spoken::Wrong(Wrong::NotAvailable(setting.what));
    }
    let first = |text: String| text.split(',').next().unwrap_or_default().to_owned();
    let shown = setting.shown.iter().find_map(|name| {
        let text = first(value(core, name)?);
        (!text.is_empty()).then_some(text)
    });
    let set = || {
        let text = value(core, setting.stored)?;
        let part = match setting.part {
            Part::Whole => text,
            // What is set for static addresses is nothing while they are not used.
            Part::Field(_) if !holds(setting.mode, core) => return None,
            Part::Field(index) => text.split(':').nth(index)?.to_owned(),
        };
        (!part.is_empty()).then_some(part)
    };
    // What is not set of a tuple is written so.
    match shown.or_else(set).filter(|text| text != "0.0.0.0") {
        Some(stored) => Spoken::Value {
            what: setting.what,
            value: setting.kind.speak(&stored),
        },
        None => Spoken::NoValue(setting.what),
    }
}

fn holds(mode: Mode, core: &Core) -> bool {
    match mode {
        Mode::Any => true,
        Mode::Static(name, wanted) => value(core, name).as_deref() == Some(wanted),
    }
}

fn may_be_set(setting: &Setting, core: &Core) -> Result<(), Wrong> {
    if value(core, setting.stored).is_none() {
        return Err(Wrong::NotAvailable(setting.what));
    }
    match holds(setting.mode, core) {
        true => Ok(()),
        false => Err(Wrong::NotStatic(setting.what)),
    }
}

/// The parameter behind a setting by its full name, and the whole text it is to have.
fn whole(setting: &Setting, part: &str, core: &Core) -> (String, String) {
    let name = format!("{}{}", core.product().root, setting.stored);
    let text = match setting.part {
        Part::Whole => part.to_owned(),
        Part::Field(index) => {
            let before = value(core, setting.stored).unwrap_or_default();
            let mut fields: Vec<&str> = before.split(':').collect();
            let length = fields.len().max(index + 1);
            fields.resize(length, "0.0.0.0");
            fields[index] = part;
            fields.join(":")
        }
    };
    (name, text)
}
