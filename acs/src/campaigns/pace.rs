//! How long a campaign would take: by its bandwidth, by how many devices go at one time, and by its windows.

use super::calendar::{FrozenDays, Touch, touch};
use crate::store::{CampaignEstimate, CampaignPlan};
use crate::zone::Zone;
use data_model::Timestamp;

/// Seconds one download of one device is taken for: the transfer, the restart, and the report of what it runs.
const DOWNLOAD_SECS: u64 = 300;
/// Openings and closings looked at: some two years of nights.
const CHANGES: usize = 1_500;

/// Seconds of work a campaign has, without its windows.
pub fn work_secs(estimate: &CampaignEstimate, plan: &CampaignPlan, concurrency: u32) -> u64 {
    let by_devices = (estimate.downloads * DOWNLOAD_SECS).div_ceil(u64::from(concurrency.max(1)));
    match plan.bytes_per_sec {
        0 => by_devices,
        rate => by_devices.max(estimate.bytes.div_ceil(rate)),
    }
}

/// When so much work is done if it begins at this moment and goes on only while devices of this time zone may be
/// touched; `None` if that is not to be seen.
pub fn ends(
    work_secs: u64,
    plan: &CampaignPlan,
    frozen: &[FrozenDays],
    zone: &Zone,
    now: Timestamp,
) -> Option<Timestamp> {
    let (mut at, mut left) = (now, work_secs);
    for _ in 0..CHANGES {
        match touch(plan.windows.as_ref(), frozen, zone, at) {
            Touch::NotBefore(opens, _) if opens > at => at = opens,
            Touch::NotBefore(..) => return None,
            Touch::Now(None) => return Some(at.plus_secs(left)),
            Touch::Now(Some(until)) => {
                let open = until.since_ms(at) / 1000;
                if left <= open {
                    return Some(at.plus_secs(left));
                }
                left -= open;
                at = until;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::Windows;
    use data_model::DateTime;

    fn at(text: &str) -> Timestamp {
        DateTime::from_text(text).instant().unwrap()
    }

    #[test]
    fn work_is_bounded_by_places_and_by_bandwidth() {
        let estimate = CampaignEstimate {
            downloads: 1_000,
            bytes: 8_000_000_000,
            ..CampaignEstimate::default()
        };
        let mut plan = CampaignPlan::default();
        assert_eq!(work_secs(&estimate, &plan, 100), 3_000);
        plan.bytes_per_sec = 1_000_000;
        assert_eq!(work_secs(&estimate, &plan, 100), 8_000);
        assert_eq!(work_secs(&CampaignEstimate::default(), &plan, 0), 0);
    }

    #[test]
    fn work_goes_on_only_while_windows_are_open() {
        let plan = CampaignPlan {
            windows: Some(Windows::parse("01:00-05:00").unwrap()),
            ..CampaignPlan::default()
        };
        let begin = at("2026-11-26T12:00:00Z");
        let ends = |hours: u64| ends(hours * 3600, &plan, &[], &Zone::UTC, begin);
        assert_eq!(ends(3), Some(at("2026-11-27T04:00:00Z")));
        assert_eq!(ends(5), Some(at("2026-11-28T02:00:00Z")));
        let always = super::ends(7200, &CampaignPlan::default(), &[], &Zone::UTC, begin);
        assert_eq!(always, Some(at("2026-11-26T14:00:00Z")));
        assert_eq!(ends(1_000_000), None);
    }
}
