//! The log of a device: lines of text in memory, the oldest go first. It holds no secrets: names, never values; hosts,
//! never whole URLs.

use crate::limits::{DEVICE_LOG_BYTES, LOG_LINE_BYTES};
use data_model::Timestamp;

/// What has happened since the boot.
#[derive(Debug, Clone, Default)]
pub struct DeviceLog {
    text: String,
    /// Bytes of text that are kept.
    limit: usize,
}

impl DeviceLog {
    /// An empty log of at most so many bytes.
    pub fn new(limit: usize) -> DeviceLog {
        DeviceLog {
            text: String::new(),
            limit,
        }
    }

    /// Adds a line; control characters in it become blanks, so that it stays one line.
    pub fn add(&mut self, now: Timestamp, line: &str) {
        let mut entry = now.to_xsd();
        entry.push(' ');
        let clean = line.chars().map(|c| if c.is_control() { ' ' } else { c });
        for c in clean {
            if entry.len() + c.len_utf8() >= LOG_LINE_BYTES {
                break;
            }
            entry.push(c);
        }
        entry.push('\n');
        if entry.len() > self.limit {
            return;
        }
        let excess = (self.text.len() + entry.len()).saturating_sub(self.limit);
        if excess > 0 {
            // Several lines at a time, as moving the rest costs more than adding one.
            let room = excess.max(self.limit / 8).min(self.text.len());
            let end = self.line_start_from(room);
            self.text.drain(..end);
        }
        let room = self.text.capacity() - self.text.len();
        if room < entry.len() {
            // Never more than the limit: a fleet has thousands of these.
            let wanted = (self.text.len() + entry.len()).next_multiple_of(LOG_LINE_BYTES);
            self.text
                .reserve_exact(wanted.min(self.limit) - self.text.len());
        }
        self.text.push_str(&entry);
    }

    /// Every line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The youngest lines, as many as DeviceInfo.DeviceLog takes.
    pub fn latest(&self) -> &str {
        let from = self.text.len().saturating_sub(DEVICE_LOG_BYTES);
        &self.text[self.line_start_from(from)..]
    }

    /// Bytes this takes beside the struct itself.
    pub fn heap_bytes(&self) -> usize {
        self.text.capacity()
    }

    /// The first start of a line at this place or behind it.
    fn line_start_from(&self, place: usize) -> usize {
        if place == 0 {
            return 0;
        }
        let before = self.text.as_bytes().get(place - 1..).unwrap_or_default();
        let newline = before.iter().position(|byte| *byte == b'\n');
        newline.map_or(self.text.len(), |newline| place + newline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    #[test]
    fn the_oldest_lines_go_first_and_whole() {
        let mut log = DeviceLog::new(400);
        for number in 0..100 {
            log.add(NOW, &format!("line \u{e4}{number}"));
            assert!(log.text().len() <= 400);
        }
        assert!(log.text().ends_with("line \u{e4}99\n"));
        assert!(
            log.text()
                .lines()
                .all(|line| line.starts_with("2027-01-15T08:00:00Z line "))
        );
        assert!(log.text().lines().count() > 5);
    }

    /// Covers M07.
    #[test]
    fn a_line_stays_one_line_whatever_is_put_into_it() {
        let mut log = DeviceLog::new(10_000);
        log.add(NOW, &format!("a\r\nforged {}", "\u{1F600}".repeat(1000)));
        assert_eq!(log.text().lines().count(), 1);
        assert!(log.text().len() <= LOG_LINE_BYTES);
    }

    #[test]
    fn device_log_shows_what_a_parameter_takes() {
        let mut log = DeviceLog::new(100_000);
        for number in 0..2_000 {
            log.add(NOW, &format!("line {number}"));
        }
        assert!(log.latest().len() <= DEVICE_LOG_BYTES);
        assert!(log.latest().len() > DEVICE_LOG_BYTES - 100);
        assert!(log.latest().starts_with("2027"));
    }
}
