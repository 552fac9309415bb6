//! The time windows of a ScheduleDownload: when it may begin, be tried again and be applied (TR-069 A.4.1.8).

use crate::limits::{SCHEDULED_RETRIES, SCHEDULED_RETRY_SECS};
use cwmp::rpc::TimeWindow;
use cwmp::{Fault, FaultCode};
use data_model::Timestamp;
use serde::{Deserialize, Serialize};

/// One or two windows in the order of time, and the retries that were used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    list: Vec<Window>,
    /// The window the retries were counted in.
    counted_in: usize,
    retries: u32,
}

/// One window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    start: Timestamp,
    /// The first moment that is not in it.
    end: Timestamp,
    mode: WindowMode,
    max_retries: i32,
}

/// How free the device is within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowMode {
    /// `1 At Any Time`: whatever it interrupts. This device does not wait for a better moment.
    AtAnyTime,
    /// `2 Immediately`: with the start of the window.
    Immediately,
    /// `3 When Idle`: only while nobody is on the phone.
    WhenIdle,
}

impl Windows {
    /// The windows of a request that arrives now.
    ///
    /// # Errors
    /// With fault 9003 unless there are one or two that do not overlap, each in a mode this device has.
    pub fn of(request: &[TimeWindow], now: Timestamp) -> Result<Windows, Fault> {
        let refused = |why: &str| Fault::new(FaultCode::INVALID_ARGUMENTS, why);
        if !(1..=2).contains(&request.len()) {
            return Err(refused("a scheduled download has one or two time windows"));
        }
        let mut list = Vec::with_capacity(request.len());
        for window in request {
            if window.window_end <= window.window_start {
                return Err(refused("a time window ends before it starts"));
            }
            if window.max_retries < -1 {
                return Err(refused("MaxRetries is -1 or more"));
            }
            list.push(Window {
                start: now.plus_secs(u64::from(window.window_start)),
                end: now.plus_secs(u64::from(window.window_end)),
                mode: mode(&window.window_mode)?,
                max_retries: window.max_retries,
            });
        }
        list.sort_by_key(|window| window.start);
        if list.windows(2).any(|pair| pair[1].start < pair[0].end) {
            return Err(refused("the time windows overlap"));
        }
        Ok(Windows {
            list,
            counted_in: 0,
            retries: 0,
        })
    }

    /// The window that is open.
    pub fn open(&self, now: Timestamp) -> Option<&Window> {
        let is_open = |window: &&Window| window.start <= now && now < window.end;
        self.list.iter().find(is_open)
    }

    /// When the next window starts, or the one that is open has started; `None` when all are over.
    pub fn next_start(&self, now: Timestamp) -> Option<Timestamp> {
        let window = self.list.iter().find(|window| now < window.end);
        window.map(|window| window.start)
    }

    /// A transfer has failed for a reason that may pass: when to try again, `None` if no more.
    pub fn failed(&mut self, now: Timestamp) -> Option<Timestamp> {
        let place = self.list.iter().position(|window| now < window.end)?;
        let window = self.list[place].clone();
        if now < window.start {
            return Some(window.start);
        }
        if self.counted_in != place {
            (self.counted_in, self.retries) = (place, 0);
        }
        let again = now.plus_secs(SCHEDULED_RETRY_SECS);
        if self.retries < window.retries() && again < window.end {
            self.retries += 1;
            return Some(again);
        }
        self.list.get(place + 1).map(|next| next.start)
    }
}

impl Window {
    /// The first moment that is not in it.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether something may be done that a call would suffer from.
    pub fn allows(&self, idle: bool) -> bool {
        match self.mode {
            WindowMode::AtAnyTime | WindowMode::Immediately => true,
            WindowMode::WhenIdle => idle,
        }
    }

    /// TR-069 A.4.1.8: -1 leaves it to the device.
    fn retries(&self) -> u32 {
        u32::try_from(self.max_retries).unwrap_or(SCHEDULED_RETRIES)
    }
}

fn mode(text: &str) -> Result<WindowMode, Fault> {
    match text.trim().split(' ').next() {
        Some("1") => Ok(WindowMode::AtAnyTime),
        Some("2") => Ok(WindowMode::Immediately),
        Some("3") => Ok(WindowMode::WhenIdle),
        // `4 Confirmation Needed` is optional; an analog telephone adapter has nobody to ask.
        Some(_) | None => {
            let why = format!("this device has no window mode `{}`", text.trim());
            Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn window(window_start: u32, window_end: u32, max_retries: i32) -> TimeWindow {
        TimeWindow {
            window_start,
            window_end,
            window_mode: "1 At Any Time".into(),
            user_message: String::new(),
            max_retries,
        }
    }

    /// Covers T-17.
    #[test]
    fn windows_that_make_no_sense_are_refused() {
        let mode = |mode: &str| TimeWindow {
            window_mode: mode.into(),
            ..window(0, 60, 0)
        };
        let cases = [
            vec![],
            vec![window(60, 60, 0)],
            vec![window(60, 10, 0)],
            vec![window(0, 60, -2)],
            vec![window(0, 60, 0), window(59, 90, 0)],
            vec![window(30, 60, 0), window(0, 31, 0)],
            vec![window(0, 1, 0), window(1, 2, 0), window(2, 3, 0)],
            vec![mode("4 Confirmation Needed")],
            vec![mode("5 Whenever")],
            vec![mode("")],
        ];
        for case in cases {
            let fault = Windows::of(&case, NOW).unwrap_err();
            assert_eq!(fault.code, FaultCode::INVALID_ARGUMENTS, "{case:?}");
        }
        assert!(Windows::of(&[window(60, 90, 0), window(0, 60, 0)], NOW).is_ok());
    }

    /// Covers T-17.
    #[test]
    fn retries_are_counted_in_each_window_and_stay_within_it() {
        let list = [window(0, 1_000, 1), window(5_000, 5_100, 0)];
        let mut windows = Windows::of(&list, NOW).unwrap();
        let second = Some(NOW.plus_secs(5_000));
        assert_eq!(
            windows.failed(NOW.plus_secs(10)),
            Some(NOW.plus_secs(10 + SCHEDULED_RETRY_SECS))
        );
        assert_eq!(windows.failed(NOW.plus_secs(100)), second);
        assert_eq!(windows.failed(NOW.plus_secs(2_000)), second);
        assert_eq!(windows.failed(NOW.plus_secs(5_001)), None);
        assert_eq!(windows.failed(NOW.plus_secs(9_000)), None);

        // Too late in the first window for another try, though one is left.
        let mut windows = Windows::of(&list, NOW).unwrap();
        assert_eq!(windows.failed(NOW.plus_secs(999)), second);
    }
}
