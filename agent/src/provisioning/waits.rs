//! When a resync is due: random delays, a time of day, lists of waits.

use crate::limits::{RESYNC_AT_RANDOM_SECS, RESYNC_RANDOM_DELAY_SECS, RESYNC_WAIT_SECS};
use crate::random::Random;
use data_model::Timestamp;
use data_model::provisioning::Delays;

const DAY_SECS: i64 = 24 * 3600;

/// `Resync_Random_Delay`: up to so many times 20 seconds after power-up.
pub fn after_reset(setting: &str, random: &mut Random) -> u64 {
    let units: u64 = setting.trim().parse().unwrap_or(0);
    let most = units.saturating_mul(20).min(RESYNC_RANDOM_DELAY_SECS);
    random.below(most + u64::from(most > 0))
}

/// `Resync_At`: the next time the clock shows these four digits, and up to `Resync_At_Random_Delay` later. `None` for
/// what is no time of day.
pub fn at(hhmm: &str, delay: &str, random: &mut Random, now: Timestamp) -> Option<Timestamp> {
    let digits = hhmm.len() == 4 && hhmm.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = hhmm.split_at_checked(2).filter(|_| digits)?;
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let since_midnight = now.as_secs().rem_euclid(DAY_SECS);
    // The moment itself belongs to the day that has begun with it.
    let wait = (hours * 3600 + minutes * 60 - since_midnight - 1).rem_euclid(DAY_SECS) + 1;
    let next = now.as_secs() + wait;
    // Whole minutes, (v + 30) / 60 rounded up; less than 600 counts as 600.
    let secs: u64 = delay.trim().parse().unwrap_or(0);
    let secs = secs.clamp(600, RESYNC_AT_RANDOM_SECS);
    let minutes = (secs + 30).div_ceil(60);
    Some(Timestamp::from_secs(next).plus_secs(random.below(minutes * 60 + 1)))
}

/// The wait with this number, counted from zero, of a list such as `Resync_Periodic`; `None` if the list is empty, no
/// list, or says 0.
pub fn listed(list: &str, number: usize, random: &mut Random) -> Option<u64> {
    let delay = Delays::parse(list).ok()?.before(number)?;
    if delay.secs == 0 && delay.random_secs == 0 {
        return None;
    }
    let secs = u64::from(delay.secs) + random.below(u64::from(delay.random_secs) + 1);
    Some(secs.clamp(1, RESYNC_WAIT_SECS))
}
