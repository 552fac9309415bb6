//! How far the demo is: bars on a terminal, lines elsewhere.

use crate::output::line;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;

/// How the devices stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Known to the server.
    pub enrolled: usize,
    /// In agreement with their profile.
    pub provisioned: usize,
    /// On the new version.
    pub upgraded: usize,
}

/// Shows it.
pub enum Progress {
    /// Bars.
    Bars {
        /// One for each stage.
        bars: [ProgressBar; 3],
    },
    /// A line when something has changed.
    Lines {
        /// What was shown last.
        last: Option<Standing>,
        /// How many devices there are.
        all: usize,
    },
}

impl Progress {
    /// Begins.
    pub fn start(all: usize) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress::Lines { last: None, all };
        }
        let style = ProgressStyle::with_template("{prefix:12} {bar:40} {pos}/{len} {elapsed}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let together = MultiProgress::new();
        let bars = ["enrolled", "provisioned", "upgraded"].map(|name| {
            let bar = together.add(ProgressBar::new(all as u64));
            bar.set_style(style.clone());
            bar.set_prefix(name);
            bar
        });
        Progress::Bars { bars }
    }

    /// Shows where things are.
    pub fn show(&mut self, standing: Standing) {
        match self {
            Progress::Bars { bars } => {
                let counts = [standing.enrolled, standing.provisioned, standing.upgraded];
                for (bar, count) in bars.iter().zip(counts) {
                    bar.set_position(count as u64);
                }
            }
            Progress::Lines { last, all } => {
                if *last != Some(standing) {
                    line(format!(
                        "enrolled {}/{all}, provisioned {}/{all}, upgraded {}/{all}",
                        standing.enrolled, standing.provisioned, standing.upgraded
                    ));
                    *last = Some(standing);
                }
            }
        }
    }

    /// Ends.
    pub fn end(&self) {
        match self {
            Progress::Bars { bars } => bars.iter().for_each(ProgressBar::abandon),
            Progress::Lines { .. } => {}
        }
    }
}
