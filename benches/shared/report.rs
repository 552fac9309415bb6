//! Rounds, medians and ranges: how every benchmark here is measured and printed.

/// Rounds of each measurement; an odd number, so that the median is a measured figure.
pub const ROUNDS: usize = 9;

/// Figures of several rounds.
#[derive(Debug, Clone)]
pub struct Figures(Vec<f64>);

impl Figures {
    /// Takes one figure a round.
    pub fn new(mut figures: Vec<f64>) -> Figures {
        figures.sort_by(f64::total_cmp);
        Figures(figures)
    }

    /// The figure in the middle.
    pub fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// The smallest and the largest.
    pub fn range(&self) -> (f64, f64) {
        let first = self.0.first().copied().unwrap_or(f64::NAN);
        (first, self.0.last().copied().unwrap_or(f64::NAN))
    }

    /// One line: the name, the median, the range.
    pub fn print(&self, name: &str, unit: &str, digits: usize) {
        let (low, high) = self.range();
        let median = self.median();
        println!("{name:<58} {median:>11.digits$} {unit:<12} ({low:.digits$} to {high:.digits$})");
    }
}
