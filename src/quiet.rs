//! Keeps a log readable and a disk free when the same thing goes wrong thousands of times a minute (case H12): of each
//! place in the program so many lines are let through in a while, and then one says how many were left out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::{Event, Level, Metadata};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Filter};

/// Lines of one place in the program in one while.
const LINES: u32 = 50;
/// A while.
const WHILE: Duration = Duration::from_secs(10);

/// The filter.
pub struct Quiet {
    json: bool,
    places: Mutex<HashMap<tracing::callsite::Identifier, Place>>,
}

struct Place {
    since: Instant,
    lines: u32,
}

impl Quiet {
    /// A filter for a log of this kind.
    pub fn new(json: bool) -> Quiet {
        Quiet {
            json,
            places: Mutex::default(),
        }
    }

    /// Whether a further line of a place is written, and how many of the while before were not.
    fn admits(&self, place: tracing::callsite::Identifier, now: Instant) -> (bool, u32) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(place).or_insert(Place {
            since: now,
            lines: 0,
        });
        let mut left_out = 0;
        if now.duration_since(place.since) >= WHILE {
            left_out = place.lines.saturating_sub(LINES);
            *place = Place {
                since: now,
                lines: 0,
            };
        }
        place.lines = place.lines.saturating_add(1);
        (place.lines <= LINES, left_out)
    }
}

impl Filter<Registry> for Quiet {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, Registry>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, Registry>) -> bool {
        let metadata = event.metadata();
        // Whoever asks for debug lines wants all of them.
        if *metadata.level() >= Level::DEBUG {
            return true;
        }
        let (admitted, left_out) = self.admits(metadata.callsite(), Instant::now());
        if left_out > 0 {
            let target = metadata.target();
            crate::output::note(match self.json {
                true => format!(r#"{{"level":"WARN","target":"{target}","left_out":{left_out}}}"#),
                false => {
                    format!("{left_out} more lines like the next one ({target}) were left out")
                }
            });
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers H12.
    #[test]
    fn the_same_line_is_written_so_often_and_then_counted() {
        let (quiet, now) = (Quiet::new(false), Instant::now());
        let place = || tracing::callsite::Identifier(tracing_callsite());
        let written = (0..1_000).filter(|_| quiet.admits(place(), now).0).count();
        assert_eq!(written, LINES as usize);
        assert_eq!(quiet.admits(place(), now + WHILE), (true, 1_000 - LINES));
        assert_eq!(quiet.admits(place(), now + WHILE), (true, 0));
    }

    /// Some place in the program.
    fn tracing_callsite() -> &'static dyn tracing::Callsite {
        static PLACE: Somewhere = Somewhere;
        &PLACE
    }

    struct Somewhere;

    impl tracing::Callsite for Somewhere {
        fn set_interest(&self, _: tracing::subscriber::Interest) {}

        fn metadata(&self) -> &Metadata<'_> {
            unreachable!("nobody asks what it is")
        }
    }
}
