//! What happens by the clock besides the periodic Inform: ordered Informs, heartbeats, reboots
//! (TR-069 A.4.1.2, Annex O; TR-181 ManagementServer.ScheduleReboot and DelayReboot).

use super::Device;
use super::core::Core;
use super::io::{Restart, SectionKind};
use crate::inform::Periodic;
use cwmp::{CwmpVersion, Event, EventCode};
use data_model::{DateTime, Timestamp};

/// Timers that few devices have.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    heartbeat: Option<Heartbeat>,
    reboot: Option<Reboot>,
    /// When passive lightweight notifications are due, by which settings.
    light_trigger: Option<(Periodic, Timestamp)>,
}

/// The heartbeat while it is switched on.
#[derive(Debug)]
struct Heartbeat {
    settings: Periodic,
    /// The next beat.
    due: Timestamp,
    state: Beat,
}

/// How far the last beat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beat {
    /// Told, or there was none.
    Told,
    /// To be told as soon as nothing stands in its way.
    Waiting,
    /// The session that told it has failed: it is tried again at this time.
    Failed(Timestamp),
}

/// Restarts that are ordered for a time.
#[derive(Debug, Default, Clone, Copy)]
struct Reboot {
    /// The value of ScheduleReboot that was last looked at.
    schedule: Option<Timestamp>,
    /// When it is due; `None` for a time that had gone by when it was set.
    scheduled: Option<Timestamp>,
    /// When DelayReboot is over.
    delayed: Option<Timestamp>,
}

impl Device {
    /// When the clock next has something to do.
    pub(super) fn clock_due(&self) -> Option<Timestamp> {
        let scheduled = self.core.meta.scheduled.next_due();
        let alarms = self.alarms.as_deref();
        let beat = alarms.and_then(|alarms| Some(alarms.heartbeat.as_ref()?.due));
        let reboot = alarms.and_then(|alarms| alarms.reboot?.due());
        // Without anything to tell nobody need wake up.
        let light = alarms
            .and_then(|alarms| alarms.light_trigger)
            .filter(|_| self.core.changes.has_light())
            .map(|(_, due)| due);
        let candidates = [scheduled, beat, reboot, light, self.heartbeat_due()];
        candidates.into_iter().flatten().min()
    }

    /// Does what the clock wants outside a session. Whether the device has restarted by it.
    pub(super) fn by_clock(&mut self) -> bool {
        let now = self.now();
        let keys = self.core.meta.scheduled.take_due(now);
        if !keys.is_empty() {
            self.core.events.push(Event::new(EventCode::Scheduled));
            for key in keys {
                let event = Event::with_key(EventCode::MScheduleInform, key);
                self.core.events.push(event);
            }
            self.tell();
            self.persist(&[SectionKind::Meta, SectionKind::Events]);
        }
        if let Some(alarms) = self.alarms.as_deref_mut() {
            if let Some(heartbeat) = &mut alarms.heartbeat
                && heartbeat.due <= now
            {
                heartbeat.due = heartbeat.settings.next(heartbeat.due, now);
                // TR-069 Annex O: one that is being retried takes no second one along.
                if heartbeat.state == Beat::Told {
                    heartbeat.state = Beat::Waiting;
                }
            }
            let reboot = alarms.reboot.and_then(|reboot| reboot.due());
            if reboot.is_some_and(|due| due <= now) {
                self.stop(Restart::Reboot);
                return true;
            }
        }
        false
    }

    /// When a heartbeat is to be told, if one waits. It gives way to the retries of other sessions.
    pub(super) fn heartbeat_due(&self) -> Option<Timestamp> {
        let heartbeat = self.alarms.as_deref()?.heartbeat.as_ref()?;
        let due = match heartbeat.state {
            Beat::Told => return None,
            Beat::Waiting => Timestamp::from_millis(0),
            Beat::Failed(retry_at) => retry_at,
        };
        let others_retry = self.core.retry_count() > 0 && !self.heartbeat_failed();
        let may = self.core.may_inform()
            && !self.is_provisioning()
            && !others_retry
            // The event came with 1.4, and BOOTSTRAP is what an ACS hears first.
            && self.offer == CwmpVersion::V1_4
            && !self.core.events.contains(&EventCode::Bootstrap);
        may.then_some(due)
    }

    /// Whether the session that failed last was one of a heartbeat that waits for its retry.
    pub(super) fn heartbeat_failed(&self) -> bool {
        let alarms = self.alarms.as_deref();
        let heartbeat = alarms.and_then(|alarms| alarms.heartbeat.as_ref());
        self.last_failed_was_heartbeat
            && heartbeat.is_some_and(|heartbeat| matches!(heartbeat.state, Beat::Failed(_)))
    }

    /// A heartbeat has been told, or its session has failed and is tried again at a time. Beats that came in the
    /// meantime are dropped.
    pub(super) fn heartbeat_over(&mut self, retry_at: Option<Timestamp>) {
        let now = self.now();
        let alarms = self.alarms.as_deref_mut();
        if let Some(heartbeat) = alarms.and_then(|alarms| alarms.heartbeat.as_mut()) {
            heartbeat.state = retry_at.map_or(Beat::Told, Beat::Failed);
            if heartbeat.due <= now {
                heartbeat.due = heartbeat.settings.next(heartbeat.due, now);
            }
        }
    }

    /// Puts the settings of all this into force, as far as they are others than before.
    pub(super) fn arm_alarms(&mut self) {
        self.arm_heartbeat();
        self.arm_scheduled_reboot();
        self.arm_light_trigger();
    }

    fn arm_light_trigger(&mut self) {
        let settings = self.core.light_trigger();
        let current = self
            .alarms
            .as_deref()
            .and_then(|alarms| alarms.light_trigger);
        if settings == current.map(|(settings, _)| settings) {
            return;
        }
        let now = self.now();
        let random = &mut self.random;
        let trigger = settings.map(|settings| (settings, settings.first(random, now)));
        self.alarms.get_or_insert_default().light_trigger = trigger;
        self.forget_empty_alarms();
    }

    /// Whether the moment for passive lightweight notifications has come; it comes again an interval later.
    pub(super) fn light_trigger_is_over(&mut self) -> bool {
        let now = self.now();
        let alarms = self.alarms.as_deref_mut();
        match alarms.and_then(|alarms| alarms.light_trigger.as_mut()) {
            Some((settings, due)) if *due <= now => {
                *due = settings.next(*due, now);
                true
            }
            Some(_) | None => false,
        }
    }

    fn arm_heartbeat(&mut self) {
        let settings = self.core.heartbeat();
        let alarms = self.alarms.as_deref();
        let current = alarms.and_then(|alarms| Some(alarms.heartbeat.as_ref()?.settings));
        if settings == current {
            return;
        }
        let now = self.now();
        let random = &mut self.random;
        let heartbeat = settings.map(|settings| Heartbeat {
            settings,
            due: settings.first(random, now),
            state: Beat::Told,
        });
        self.alarms.get_or_insert_default().heartbeat = heartbeat;
        self.forget_empty_alarms();
    }

    /// TR-181 ScheduleReboot: a time that lies in the past when it is set does nothing; one that comes in a session
    /// waits for its end.
    pub(super) fn arm_scheduled_reboot(&mut self) {
        let schedule = self.core.scheduled_reboot();
        let alarms = self.alarms.as_deref();
        let current = alarms.and_then(|alarms| alarms.reboot);
        if schedule == current.and_then(|reboot| reboot.schedule) {
            return;
        }
        let now = self.now();
        self.alarms.get_or_insert_default().reboot = Some(Reboot {
            schedule,
            scheduled: schedule.filter(|at| *at > now),
            delayed: current.and_then(|reboot| reboot.delayed),
        });
        self.forget_empty_alarms();
    }

    /// TR-181 DelayReboot: the seconds count from the end of the session that set them.
    pub(super) fn start_delayed_reboot(&mut self) {
        if !std::mem::take(&mut self.core.delay_reboot_set) {
            return;
        }
        let now = self.now();
        let delayed = self
            .core
            .reboot_delay_secs()
            .map(|secs| now.plus_secs(secs));
        let alarms = self.alarms.get_or_insert_default();
        alarms.reboot.get_or_insert_default().delayed = delayed;
        self.forget_empty_alarms();
    }

    fn forget_empty_alarms(&mut self) {
        if let Some(alarms) = self.alarms.as_deref_mut() {
            let idle = |reboot: &Reboot| reboot.schedule.is_none() && reboot.due().is_none();
            alarms.reboot = alarms.reboot.filter(|reboot| !idle(reboot));
            if alarms.heartbeat.is_none()
                && alarms.reboot.is_none()
                && alarms.light_trigger.is_none()
            {
                self.alarms = None;
            }
        }
    }
}

impl Reboot {
    fn due(&self) -> Option<Timestamp> {
        self.scheduled.into_iter().chain(self.delayed).min()
    }
}

impl Core {
    /// The settings of the heartbeat; `None` while it is switched off.
    fn heartbeat(&self) -> Option<Periodic> {
        let known = self.product().known.heartbeat.as_ref()?;
        if self.value(&known.enable) != "1" {
            return None;
        }
        let interval_secs = self.value(&known.interval).parse().ok()?;
        let phase = DateTime::from_text(self.value(&known.time)).instant();
        Some(Periodic::new(interval_secs, phase))
    }

    fn scheduled_reboot(&self) -> Option<Timestamp> {
        let at = self.product().known.schedule_reboot.as_ref()?;
        DateTime::from_text(self.value(at)).instant()
    }

    /// DelayReboot; `None` for -1.
    fn reboot_delay_secs(&self) -> Option<u64> {
        let at = self.product().known.delay_reboot.as_ref()?;
        self.value(at).parse().ok()
    }

    /// TR-181 DelayReboot: every reboot sets it back.
    pub(super) fn forget_delayed_reboot(&mut self) {
        if let Some(at) = self.product().known.delay_reboot {
            self.tree.set_by_device(&at, "-1");
        }
    }
}
