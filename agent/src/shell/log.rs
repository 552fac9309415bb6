//! The log of the small program: one line an event on standard error, as much as `DIALTONE_LOG` asks for.
//!
//! A subscriber with filters by expression and colours would be a third of the program; whoever runs a device reads its
//! log by syslog or journald, which have both.

use crate::shell::Clock;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes events to standard error.
#[derive(Debug)]
pub struct Log {
    level: LevelFilter,
    clock: Clock,
}

impl Log {
    /// A log of what `DIALTONE_LOG` asks for, `info` without it.
    pub fn from_env() -> Log {
        let wanted = std::env::var("DIALTONE_LOG").unwrap_or_default();
        Log {
            level: level(&wanted),
            clock: Clock::system(),
        }
    }

    /// From here on every event of the process comes here.
    pub fn start(self) {
        // Only fails if there is a log already, which is as good.
        let _ = tracing::subscriber::set_global_default(self);
    }
}

/// The level of a text: a word such as `debug`, or the most talkative of a list such as `agent=debug,hyper=info`.
fn level(wanted: &str) -> LevelFilter {
    let levels = wanted.split(',').filter_map(|item| {
        let word = item.rsplit('=').next()?.trim();
        (!word.is_empty()).then(|| word.parse().ok()).flatten()
    });
    levels.max().unwrap_or(LevelFilter::INFO)
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut line = Line(String::with_capacity(128));
        let _ = write!(
            line.0,
            "{} {} {}:",
            self.clock.now().to_xsd(),
            metadata.level(),
            metadata.target()
        );
        event.record(&mut line);
        line.0.push('\n');
        // A log that cannot be written must not stop a device.
        let _ = std::io::stderr().write_all(line.0.as_bytes());
    }

    // Events are told without the spans they happen in.

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// One line: the message, and `name=value` for every other field.
struct Line(String);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_a_word_or_the_most_talkative_of_a_list() {
        for (wanted, expected) in [
            ("", LevelFilter::INFO),
            ("nonsense", LevelFilter::INFO),
            ("warn", LevelFilter::WARN),
            ("off", LevelFilter::OFF),
            ("agent=debug,hyper=info", LevelFilter::DEBUG),
        ] {
            assert_eq!(level(wanted), expected, "{wanted}");
        }
    }
}
