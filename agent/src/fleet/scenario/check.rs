//! What a scenario may not say.

use super::{EndsWhen, Pattern, Scenario};
use crate::limits::{
    FLEET_CHANGES_PER_HOUR, FLEET_HOSTILE, FLEET_KINDS, FLEET_REGIONS, FLEET_RUN_SECS,
};
use data_model::OperatorError;

impl Scenario {
    /// Checks what the types alone do not.
    ///
    /// # Errors
    /// The first thing that makes no sense, by the name it has in the file.
    pub(super) fn check(&self) -> Result<(), OperatorError> {
        self.check_devices()?;
        time("arrival.over_secs", self.arrival.over_secs)?;
        if self.arrival.pattern == Pattern::Rolling {
            regions("arrival.regions", self.arrival.regions)?;
        }
        if self.end.secs == 0 || self.end.secs > FLEET_RUN_SECS {
            let why = format!("it is {}", self.end.secs);
            return Err(wrong(
                "end.secs",
                &why,
                &format!("from 1 to {FLEET_RUN_SECS}"),
            ));
        }
        if !(1..=86_400 * 7).contains(&self.informs.interval_secs) {
            let why = format!("it is {}", self.informs.interval_secs);
            return Err(wrong("informs.interval_secs", &why, "from 1 to a week"));
        }
        self.check_outage()?;
        self.check_life()?;
        let lines = self.lines.iter().map(|line| line.share);
        together("lines: the shares", lines)?;
        for line in &self.lines {
            share("lines.lost", line.lost)?;
            time("lines.lost_secs", line.lost_secs)?;
            if line.delay_ms[0] > line.delay_ms[1] || line.delay_ms[1] > 60_000 {
                let why = format!("it is {:?}", line.delay_ms);
                return Err(wrong(
                    "lines.delay_ms",
                    &why,
                    "two numbers, the smaller first, up to 60000",
                ));
            }
        }
        if let Some(all) = &self.upgrades {
            let parts = [
                all.wrong_image,
                all.power_cut,
                all.old_version_back,
                all.never_back,
                all.slow,
            ];
            together("upgrades: the shares", parts.into_iter())?;
        }
        if let Some(nat) = &self.nat {
            share("nat.share", nat.share)?;
        }
        if let Some(hostile) = &self.hostile
            && (hostile.peers > FLEET_HOSTILE || hostile.tricks.is_empty())
        {
            let why = format!("{} peers, {} tricks", hostile.peers, hostile.tricks.len());
            let fix = format!("at most {FLEET_HOSTILE} peers, and one trick at least");
            return Err(wrong("hostile", &why, &fix));
        }
        Ok(())
    }

    fn check_devices(&self) -> Result<(), OperatorError> {
        if self.devices.is_empty() || self.devices.len() > FLEET_KINDS {
            let why = format!("there are {}", self.devices.len());
            return Err(wrong("devices", &why, &format!("from 1 to {FLEET_KINDS}")));
        }
        for kind in &self.devices {
            if !(kind.share > 0.0 && kind.share.is_finite()) {
                let why = format!("it is {} for {}", kind.share, kind.device_type);
                return Err(wrong("devices.share", &why, "a number above 0"));
            }
            let version = kind.version.as_deref().unwrap_or("1");
            let fits = (1..=64).contains(&version.len());
            if !fits || !version.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(wrong(
                    "devices.version",
                    "it is no version",
                    "1 to 64 letters, digits and signs",
                ));
            }
        }
        Ok(())
    }

    fn check_outage(&self) -> Result<(), OperatorError> {
        let Some(outage) = &self.outage else {
            return Ok(());
        };
        time("outage.at_secs", outage.at_secs)?;
        time("outage.off_secs", outage.off_secs)?;
        time("outage.back_over_secs", outage.back_over_secs)?;
        time("outage.apart_secs", outage.apart_secs)?;
        share("outage.share", outage.share)?;
        regions("outage.regions", outage.regions)?;
        let regions = f64::from(outage.regions - 1);
        let over =
            outage.at_secs + outage.off_secs + outage.back_over_secs + regions * outage.apart_secs;
        if self.end.when == EndsWhen::Time && over > self.end.secs as f64 {
            let why = format!("the power is back after {over} s, and the end is before that");
            return Err(wrong(
                "outage",
                &why,
                "a later end.secs, or a shorter outage",
            ));
        }
        Ok(())
    }

    fn check_life(&self) -> Result<(), OperatorError> {
        if let Some(changes) = &self.changes {
            number("changes.per_hour", changes.per_hour, FLEET_CHANGES_PER_HOUR)?;
        }
        let Some(day) = &self.day else {
            return Ok(());
        };
        share("day.registered", day.registered)?;
        number("day.hour_secs", day.hour_secs - 1.0, 3_599.0)?;
        number("day.calls", day.calls, 1_000.0)?;
        number("day.lost_registrations", day.lost_registrations, 1_000.0)?;
        number("day.call_secs", day.call_secs, 86_400.0)?;
        number("day.lost_secs", day.lost_secs, 86_400.0)?;
        if day.from_hour > 23 {
            return Err(wrong("day.from_hour", "a day has 24", "from 0 to 23"));
        }
        Ok(())
    }
}

fn wrong(what: &str, why: &str, wanted: &str) -> OperatorError {
    OperatorError::new(
        format!("the scenario's {what} cannot be used"),
        why,
        format!("give it {wanted}"),
    )
}

fn number(what: &str, value: f64, most: f64) -> Result<(), OperatorError> {
    if (0.0..=most).contains(&value) {
        return Ok(());
    }
    let why = format!("it is {value}");
    Err(wrong(what, &why, &format!("a number from 0 to {most}")))
}

fn time(what: &str, secs: f64) -> Result<(), OperatorError> {
    number(what, secs, FLEET_RUN_SECS as f64)
}

fn share(what: &str, value: f64) -> Result<(), OperatorError> {
    number(what, value, 1.0)
}

/// Shares that exclude each other.
fn together(what: &str, shares: impl Iterator<Item = f64>) -> Result<(), OperatorError> {
    let mut sum = 0.0;
    for one in shares {
        share(what, one)?;
        sum += one;
    }
    // Shares are written in decimals, and their sum is not exact.
    share(what, (sum - 1e-9).max(0.0))
}

fn regions(what: &str, value: u32) -> Result<(), OperatorError> {
    if (1..=FLEET_REGIONS).contains(&value) {
        return Ok(());
    }
    let why = format!("it is {value}");
    Err(wrong(what, &why, &format!("from 1 to {FLEET_REGIONS}")))
}
