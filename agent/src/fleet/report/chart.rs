//! Charts over time as SVG, which needs no script.

use std::fmt::Write as _;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 24.0;
const TOP: f64 = 10.0;

/// One line of a chart.
pub(super) struct Line<'l> {
    pub(super) name: &'l str,
    /// A colour of the page's style.
    pub(super) class: &'l str,
    pub(super) values: Vec<f64>,
}

/// A chart of lines over the same moments, in seconds.
pub(super) fn chart(title: &str, unit: &str, at_secs: &[f64], lines: &[Line<'_>]) -> String {
    let most = lines.iter().flat_map(|line| &line.values).copied();
    let top = nice(most.fold(0.0, f64::max));
    let last = at_secs.last().copied().unwrap_or(1.0).max(1.0);
    let x = |secs: f64| LEFT + (WIDTH - LEFT - 8.0) * secs / last;
    let y = |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value / top);
    let mut svg = format!(
        "<figure><figcaption>{title}{}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{title}\">\n",
        legend(lines)
    );
    for step in 0..=4 {
        let value = top * f64::from(step) / 4.0;
        let at = y(value);
        // Writing to a text cannot fail.
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}{unit}</text>",
            WIDTH - 8.0,
            LEFT - 6.0,
            at + 4.0,
            number(value)
        );
    }
    for step in 0..=6 {
        let secs = last * f64::from(step) / 6.0;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            x(secs),
            HEIGHT - 6.0,
            clock(secs)
        );
    }
    for line in lines {
        let mut points = String::new();
        for (secs, value) in at_secs.iter().zip(&line.values) {
            let _ = write!(points, "{:.1},{:.1} ", x(*secs), y(*value));
        }
        let _ = writeln!(
            svg,
            "<polyline class=\"{}\" points=\"{}\"/>",
            line.class,
            points.trim_end()
        );
    }
    svg.push_str("</svg></figure>\n");
    svg
}

fn legend(lines: &[Line<'_>]) -> String {
    if lines.len() < 2 {
        return String::new();
    }
    let entries = lines
        .iter()
        .map(|line| format!(" <span class=\"key {}\">{}</span>", line.class, line.name));
    entries.collect()
}

/// The next number above that looks well on an axis.
fn nice(most: f64) -> f64 {
    if most <= 0.0 {
        return 1.0;
    }
    let magnitude = 10f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 4.0, 5.0, 8.0, 10.0];
    let above = steps.iter().find(|step| **step * magnitude >= most);
    above.copied().unwrap_or(10.0) * magnitude
}

/// A number as short as it can be read.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000_000.0 => format!("{:.1}M", value / 1_000_000.0),
        size if size >= 10_000.0 => format!("{:.0}k", value / 1_000.0),
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.1}"),
    }
}

fn clock(secs: f64) -> String {
    let secs = secs.round() as u64;
    match secs {
        0..3600 => format!("{}:{:02}", secs / 60, secs % 60),
        _ => format!("{}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_above_everything() {
        for (most, top) in [
            (0.0, 1.0),
            (3.0, 4.0),
            (41.0, 50.0),
            (999.0, 1000.0),
            (0.3, 0.4),
        ] {
            assert!((nice(most) - top).abs() < 1e-9, "{most}: {}", nice(most));
        }
    }

    #[test]
    fn a_chart_has_a_line_for_each_of_its_lines() {
        let line = |name, class| Line {
            name,
            class,
            values: vec![1.0, 2.0],
        };
        let svg = chart(
            "Sessions",
            "",
            &[1.0, 2.0],
            &[line("a", "one"), line("b", "two")],
        );
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains("0:02"));
    }
}
