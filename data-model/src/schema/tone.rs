//! The ATA's scripts for tones and cadences: which frequencies sound, how long, and how often.

use super::number::parse_decimal;

/// Up to six of `hertz@level`.
pub(super) fn is_frequencies(text: &str) -> bool {
    let frequency = |part: &str| {
        part.split_once('@').is_some_and(|(hertz, level)| {
            let whole = hertz.bytes().all(|byte| byte.is_ascii_digit());
            whole && hertz.parse::<u32>().is_ok() && has_decimals(level, 1)
        })
    };
    text.split(',').count() <= 6 && text.split(',').map(str::trim).all(frequency)
}

/// One or two sections of `duration(on/off,...)`.
pub(super) fn is_cadence(text: &str) -> bool {
    sections(text, |segment| {
        segment
            .split_once('/')
            .is_some_and(|(on, off)| is_duration(on) && is_duration(off))
    })
}

/// Frequencies, then one or two sections of `duration(on/off/which,...)`.
pub(super) fn is_tone(text: &str) -> bool {
    let Some((frequencies, cadence)) = text.split_once(';') else {
        return false;
    };
    let sounding = frequencies.split(',').count();
    let one_of_them = |number: &str| {
        let number = number.trim().parse::<usize>();
        number.is_ok_and(|number| number <= sounding)
    };
    let segment = |segment: &str| {
        let parts: Vec<&str> = segment.split('/').map(str::trim).collect();
        match parts[..] {
            [on, off] => is_duration(on) && is_duration(off),
            [on, off, which] => {
                is_duration(on) && is_duration(off) && which.split('+').all(one_of_them)
            }
            _ => false,
        }
    };
    is_frequencies(frequencies) && sections(cadence, segment)
}

fn sections(text: &str, segment: impl Fn(&str) -> bool) -> bool {
    let section = |part: &str| {
        let body = part
            .trim()
            .strip_suffix(')')
            .and_then(|part| part.split_once('('));
        body.is_some_and(|(duration, segments)| {
            is_duration(duration)
                && segments.split(',').count() <= 6
                && segments.split(',').map(str::trim).all(&segment)
        })
    };
    text.split(';').count() <= 2 && text.split(';').all(section)
}

fn is_duration(text: &str) -> bool {
    let text = text.trim();
    text == "*" || (!text.starts_with(['-', '+']) && has_decimals(text, 3))
}

/// Whether it is a number with no more decimals than these.
fn has_decimals(text: &str, most: usize) -> bool {
    let text = text.trim();
    let decimals = text
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    decimals <= most && parse_decimal(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::checked::holds;
    use super::*;

    #[test]
    fn tones_and_cadences_are_checked() {
        holds(
            is_tone,
            &[
                "350@-19,440@-19;10(*/0/1+2)",
                "350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)",
                "985@-16,1428@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)",
            ],
            &[
                "",
                "350@-19",
                "350@-19;",
                "350;10(*/0/1)",
                "350@-19;10(*/0/1+)",
                "350@-19;10(*)",
                "350@-19,440@-19;10(*/0/1+3)",
                "350@-19.25;10(*/0/1)",
                "350.5@-19;10(*/0/1)",
            ],
        );
        holds(
            is_cadence,
            &[
                "60(2/4)",
                "30(.1/.1, .1/9.7)",
                "*(.3/9.7)",
                "2.3(.3/2)",
                "1(.5/.5);*(2/4)",
            ],
            &[
                "",
                "60",
                "60(2)",
                "60(2/4",
                "60(2/4/1)",
                "60(-2/4)",
                "1(1/1);1(1/1);1(1/1)",
                "60(.2505/1)",
                "60(1/1,1/1,1/1,1/1,1/1,1/1,1/1)",
            ],
        );
        holds(is_frequencies, &["440@-10"], &["", "440", "x@-10", "440@x"]);
    }
}
