//! The ATA's scripts for tones and cadences: which frequencies sound, how long, and how often.

use super::flaw::Flaw;
use super::number::parse_decimal;

const FREQUENCY: &str = "a frequency is hertz@level such as 350@-19";
const DURATION: &str = "a duration is seconds with at most three decimals, or *";
const SECTION: &str = "a section is duration(on/off,...) such as 10(.5/.5)";

/// Up to six of `hertz@level`.
pub(super) fn is_frequencies(text: &str) -> bool {
    frequencies(text, text).is_ok()
}

/// One or two sections of `duration(on/off,...)`.
pub(super) fn is_cadence(text: &str) -> bool {
    cadence(text).is_ok()
}

/// Frequencies, then one or two sections of `duration(on/off/which,...)`.
pub(super) fn is_tone(text: &str) -> bool {
    tone(text).is_ok()
}

/// What [`is_frequencies`] says, with the place of the mistake in the whole of a script.
pub(super) fn frequencies(whole: &str, text: &str) -> Result<(), Flaw> {
    if let Some(seventh) = text.split(',').nth(6) {
        return Err(Flaw::in_part(
            whole,
            seventh,
            "there are at most six frequencies",
        ));
    }
    for part in text.split(',').map(str::trim) {
        let is_one = part.split_once('@').is_some_and(|(hertz, level)| {
            let digits = hertz.bytes().all(|byte| byte.is_ascii_digit());
            digits && hertz.parse::<u32>().is_ok() && has_decimals(level, 1)
        });
        if !is_one {
            return Err(Flaw::in_part(whole, part, FREQUENCY));
        }
    }
    Ok(())
}

/// What [`is_cadence`] says, with the place of the mistake.
pub(super) fn cadence(text: &str) -> Result<(), Flaw> {
    sections(text, text, |segment| {
        let Some((on, off)) = segment.split_once('/') else {
            return Err(Flaw::in_part(
                text,
                segment,
                "a segment is on/off in seconds",
            ));
        };
        duration(text, on)?;
        duration(text, off)
    })
}

/// What [`is_tone`] says, with the place of the mistake.
pub(super) fn tone(text: &str) -> Result<(), Flaw> {
    let Some((sounds, cadence)) = text.split_once(';') else {
        let why = "a tone is its frequencies, a semicolon, and its sections";
        return Err(Flaw::at(text, text.len(), why));
    };
    frequencies(text, sounds)?;
    let sounding = sounds.split(',').count();
    let one_of_them = |number: &str| {
        let number = number.trim().parse::<usize>();
        number.is_ok_and(|number| number <= sounding)
    };
    sections(text, cadence, |segment| {
        let parts: Vec<&str> = segment.split('/').map(str::trim).collect();
        let (on, off, which) = match parts[..] {
            [on, off] => (on, off, None),
            [on, off, which] => (on, off, Some(which)),
            _ => {
                let why = "a segment is on/off or on/off/frequencies";
                return Err(Flaw::in_part(text, segment, why));
            }
        };
        duration(text, on)?;
        duration(text, off)?;
        match which {
            Some(which) if !which.split('+').all(one_of_them) => {
                let why = "frequencies are named by their numbers, such as 1+2";
                Err(Flaw::in_part(text, which, why))
            }
            Some(_) | None => Ok(()),
        }
    })
}

fn sections(
    whole: &str,
    text: &str,
    segment: impl Fn(&str) -> Result<(), Flaw>,
) -> Result<(), Flaw> {
    if let Some(third) = text.split(';').nth(2) {
        return Err(Flaw::in_part(
            whole,
            third,
            "there are at most two sections",
        ));
    }
    for part in text.split(';').map(str::trim) {
        let body = part.strip_suffix(')').and_then(|part| part.split_once('('));
        let Some((length, segments)) = body else {
            return Err(Flaw::in_part(whole, part, SECTION));
        };
        duration(whole, length)?;
        if let Some(seventh) = segments.split(',').nth(6) {
            return Err(Flaw::in_part(
                whole,
                seventh,
                "there are at most six segments",
            ));
        }
        segments.split(',').map(str::trim).try_for_each(&segment)?;
    }
    Ok(())
}

fn duration(whole: &str, text: &str) -> Result<(), Flaw> {
    let trimmed = text.trim();
    let is_one = trimmed == "*" || (!trimmed.starts_with(['-', '+']) && has_decimals(trimmed, 3));
    match is_one {
        true => Ok(()),
        false => Err(Flaw::in_part(whole, text, DURATION)),
    }
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
        let place = |text| tone(text).map_err(|flaw| flaw.character);
        assert_eq!(place("350@-19,440@-19;10(*/0/1+3)"), Err(24));
        assert_eq!(place("350@-19,440;10(*/0/1)"), Err(9));
        assert_eq!(place("350@-19"), Err(8));
        let place = |text| cadence(text).map_err(|flaw| flaw.character);
        assert_eq!(place("60(2/4,x/1)"), Err(8));
        assert_eq!(place("1(1/1);2(1/1);3(1/1)"), Err(15));
        holds(is_frequencies, &["440@-10"], &["", "440", "x@-10", "440@x"]);
    }
}
