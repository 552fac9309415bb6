//! How long to wait after a failed session (TR-069 A6, 3.2.1.1, Table 3).

use crate::random::Random;

/// The range of the wait before retry number `retry` (from 1), in milliseconds: from `m·(k/1000)^(n-1)` to
/// `m·(k/1000)^n` seconds, growing no further after the tenth.
///
/// `minimum_secs` is CWMPRetryMinimumWaitInterval (m), `multiplier` is CWMPRetryIntervalMultiplier (k).
pub fn wait_range_ms(retry: u32, minimum_secs: u32, multiplier: u32) -> (u64, u64) {
    let exponent = retry.clamp(1, 10);
    let ratio = f64::from(multiplier.clamp(1000, 65_535)) / 1000.0;
    let minimum_ms = f64::from(minimum_secs.clamp(1, 65_535)) * 1000.0;
    let bound = |power: u32| {
        let ms = minimum_ms * ratio.powi(power as i32);
        // The largest settings pass any calendar; a year is as good as for ever.
        const YEAR_MS: f64 = 365.0 * 24.0 * 3600.0 * 1000.0;
        ms.min(YEAR_MS) as u64
    };
    (bound(exponent - 1), bound(exponent))
}

/// A wait out of that range.
pub fn wait_ms(retry: u32, minimum_secs: u32, multiplier: u32, random: &mut Random) -> u64 {
    let (low, high) = wait_range_ms(retry, minimum_secs, multiplier);
    low + random.below(high - low + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers S-07.
    #[test]
    fn default_settings_give_the_table_of_the_standard() {
        let table = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120];
        for retry in 1..=12 {
            let row = (retry as usize).min(10);
            let expected = (table[row - 1] * 1000, table[row] * 1000);
            assert_eq!(wait_range_ms(retry, 5, 2000), expected, "retry {retry}");
        }
    }

    /// Covers S-07.
    #[test]
    fn every_setting_gives_a_range_that_grows_and_a_wait_within_it() {
        let mut random = Random::new(1);
        for minimum in [1, 5, 600, 65_535] {
            for multiplier in [1000, 1001, 2000, 65_535] {
                let mut last = 0;
                for retry in 1..=15 {
                    let (low, high) = wait_range_ms(retry, minimum, multiplier);
                    assert!(low <= high && low >= last, "{minimum} {multiplier} {retry}");
                    last = low;
                    let wait = wait_ms(retry, minimum, multiplier, &mut random);
                    assert!((low..=high).contains(&wait));
                }
            }
        }
    }
}
