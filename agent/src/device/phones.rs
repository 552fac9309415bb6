//! The telephones at the device, as far as they speak with its menu, and its reset button.

use super::io::{Restart, SectionKind};
use super::orders::LocalRefusal;
use super::{Device, Output};
use crate::ivr::Key;
use crate::ivr::limits::{CLOSED_MS, WRONG_PASSWORDS};
use crate::ivr::menu::{Menu, Saving, Step};
use crate::ivr::spoken::{Reset, Spoken, Wrong};
use data_model::Timestamp;
use data_model::schema::Applies;

/// Telephones that are off the hook and have been dialled on.
#[derive(Debug, Default)]
pub(super) struct Phones {
    /// By number of the line.
    handsets: Vec<(u32, Handset)>,
    /// Something was set that holds after a restart.
    restart: bool,
    /// Wrong passwords since the last right one.
    wrong: u8,
    /// The menu stays closed until then.
    closed_until: Timestamp,
}

/// One telephone.
#[derive(Debug)]
enum Handset {
    /// So many stars were dialled, and nothing else.
    Stars(u8),
    /// A number is dialled; what follows belongs to it.
    Dials,
    /// The menu is open.
    Menu(Box<Menu>),
}

/// How the reset button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// A restart is wanted.
    Short,
    /// A factory reset is wanted.
    Long,
}

/// From when on a press of the reset button is a long one; the guides differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonTiming {
    /// From ten seconds on (hardware chapter of the administration guide).
    #[default]
    TenSeconds,
    /// From five seconds on (the description of `Reset_Button_Enable`).
    FiveSeconds,
}

impl Press {
    /// What a press of so many milliseconds is.
    pub const fn of(held_ms: u64, timing: ButtonTiming) -> Press {
        let long_ms = match timing {
            ButtonTiming::TenSeconds => 10_000,
            ButtonTiming::FiveSeconds => 5_000,
        };
        if held_ms >= long_ms {
            Press::Long
        } else {
            Press::Short
        }
    }
}

impl Device {
    /// The reset button was pressed; `Reset_Button_Enable` may have switched it off.
    pub(super) fn reset_button(&mut self, press: Press) {
        let name = format!(
            "{}X_CISCO_ATA.Router.Reset_Button_Enable",
            self.core.product().root
        );
        if self.core.value_of(&name).as_deref() == Some("0") {
            return self.core.note("the reset button was pressed and is off");
        }
        match press {
            Press::Short => self.restart_by_person(),
            Press::Long => self.local_factory_reset(),
        }
    }

    /// A key was pressed at a telephone. On the hook there are no keys.
    pub(super) fn key_pressed(&mut self, line: u32, key: Key) {
        if !self.is_off_hook(line) {
            return;
        }
        let now = self.now();
        let mut phones = self.phones.take().unwrap_or_default();
        let at = phones.handsets.iter().position(|(it, _)| *it == line);
        let handset = match at {
            Some(at) => phones.handsets.swap_remove(at).1,
            None => Handset::Stars(0),
        };
        let mut said = Vec::new();
        let handset = match handset {
            Handset::Stars(3) if key == Key::STAR && phones.closed_until > now => {
                said.push(Spoken::Wrong(Wrong::Closed));
                Handset::Stars(0)
            }
            Handset::Stars(3) if key == Key::STAR => {
                Handset::Menu(Box::new(Menu::open(&self.core, now, &mut said)))
            }
            Handset::Stars(stars) if key == Key::STAR => Handset::Stars(stars + 1),
            Handset::Stars(_) | Handset::Dials => Handset::Dials,
            Handset::Menu(mut menu) => {
                let step = menu.key(key, &self.core, now, &mut said);
                self.menu_steps(step, menu, &mut phones, line, &mut said)
            }
        };
        phones.handsets.push((line, handset));
        self.phones = Some(phones);
        self.tell_caller(line, said);
    }

    /// Carries out what the menu wants of the device. What is said of it stands behind what is kept of it.
    fn menu_steps(
        &mut self,
        step: Step,
        mut menu: Box<Menu>,
        phones: &mut Phones,
        line: u32,
        said: &mut Vec<Spoken>,
    ) -> Handset {
        match step {
            Step::Stay => {}
            Step::Unlocked => phones.wrong = 0,
            Step::End => return Handset::Stars(0),
            Step::WrongPassword => {
                phones.wrong = phones.wrong.saturating_add(1);
                if phones.wrong < WRONG_PASSWORDS {
                    said.push(Spoken::Password);
                } else {
                    phones.wrong = 0;
                    phones.closed_until = self.now().plus_ms(CLOSED_MS);
                    said.push(Spoken::Wrong(Wrong::Closed));
                    self.core.note("the menu was closed after wrong passwords");
                    return Handset::Stars(0);
                }
            }
            Step::Save { name, value } => {
                let restarts = self.core.needs_restart(&name, &value);
                let saving = match self.order_changes(&[(name, value)]) {
                    Ok(()) => Saving::Done,
                    Err(LocalRefusal::InSession) => Saving::Busy,
                    Err(refusal) => Saving::Refused(reasons(refusal)),
                };
                phones.restart |= saving == Saving::Done && restarts == Applies::AfterReboot;
                menu.saved(saving, said);
            }
            Step::Reboot => {
                self.tell_caller(line, std::mem::take(said));
                self.restart_by_person();
            }
            Step::Reset(Reset::Factory) => {
                self.core.reset_at_boot();
                self.persist(&[SectionKind::Meta]);
                self.tell_caller(line, std::mem::take(said));
                self.stop(Restart::Reboot);
            }
            Step::Reset(Reset::User) => {
                let saving = match self.user_reset() {
                    Ok(()) => Saving::Done,
                    Err(refusal) => match refusal {
                        LocalRefusal::InSession | LocalRefusal::NoAcs => Saving::Busy,
                        LocalRefusal::Values(_)
                        | LocalRefusal::SwitchedOff(_)
                        | LocalRefusal::Unusable(_) => Saving::Refused(reasons(refusal)),
                    },
                };
                phones.restart |= saving == Saving::Done;
                menu.reset(&saving, said);
            }
        }
        Handset::Menu(menu)
    }

    /// Ends menus that were hung up on or left alone, and restarts the device if what was set wants it.
    pub(super) fn tend_phones(&mut self) {
        let Some(mut phones) = self.phones.take() else {
            return;
        };
        phones.handsets.retain(|(line, _)| self.is_off_hook(*line));
        let now = self.now();
        for (line, handset) in &mut phones.handsets {
            let ends = matches!(handset, Handset::Menu(menu) if menu.deadline() <= now);
            if ends {
                *handset = Handset::Stars(0);
                self.tell_caller(*line, vec![Spoken::TimedOut]);
            }
        }
        if phones.handsets.is_empty() && phones.restart && self.core.is_idle() {
            phones.restart = false;
            if self.session.is_some() {
                // TR-069 3.7.1.4: the session comes to its end first.
                self.core.restart.get_or_insert(Restart::Reboot);
            } else {
                self.restart_by_person();
            }
        }
        let rests = phones.handsets.is_empty() && !phones.restart && phones.closed_until <= now;
        if !rests || phones.wrong > 0 {
            self.phones = Some(phones);
        }
    }

    /// When the first menu ends if no key is pressed.
    pub(super) fn phones_due(&self) -> Option<Timestamp> {
        let handsets = self.phones.as_deref()?.handsets.iter();
        let menus = handsets.filter_map(|(_, handset)| match handset {
            Handset::Menu(menu) => Some(menu.deadline()),
            Handset::Stars(_) | Handset::Dials => None,
        });
        menus.min()
    }

    fn restart_by_person(&mut self) {
        self.persist(&SectionKind::ALL);
        self.stop(Restart::Reboot);
    }

    fn tell_caller(&mut self, line: u32, said: Vec<Spoken>) {
        if !said.is_empty() {
            self.outputs.push_back(Output::Speak(line, said));
        }
    }

    fn is_off_hook(&self, line: u32) -> bool {
        let root = self.core.product().root;
        let name = format!("{root}X_CISCO_ATA.Status.Line.{line}.Hook_State");
        self.core.value_of(&name).as_deref() == Some("Off")
    }
}

fn reasons(refusal: LocalRefusal) -> String {
    match refusal {
        LocalRefusal::Values(refused) => {
            let reasons: Vec<String> = refused.into_iter().map(|(_, why)| why).collect();
            reasons.join("; ")
        }
        LocalRefusal::InSession | LocalRefusal::NoAcs => "try again in a moment".into(),
        LocalRefusal::SwitchedOff(setting) => format!("{setting} forbids it"),
        LocalRefusal::Unusable(why) => why,
    }
}
