//! What is dialled, and what answers: star codes, patterns of numbers and of response codes, dial plans.

use super::flaw::Flaw;
use super::syntax::is_printable;

/// Brackets inside one another in a dial plan.
const DIAL_PLAN_DEPTH: usize = 16;

pub(super) fn is_star_code(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"*#".contains(&byte))
}

/// Three digits, any of which may be `?`; `*` stands for the rest of them.
pub(super) fn is_responses(text: &str) -> bool {
    text.split(',').map(str::trim).all(|code| {
        let (digits, open) = match code.strip_suffix('*') {
            Some(digits) => (digits, true),
            None => (code, false),
        };
        let letters = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'?');
        letters && (!open && digits.len() == 3 || open && (1..3).contains(&digits.len()))
    })
}

/// `%xx` stands for a character that means something else in a template.
pub(super) fn is_phone_pattern(text: &str) -> bool {
    let mut parts = text.split('%');
    parts.next();
    let escaped = |part: &str| {
        let digits = part.as_bytes().get(..2).unwrap_or_default();
        digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit)
    };
    is_printable(text) && parts.all(escaped)
}

/// Brackets in brackets, sets and replacements closed in their order.
pub(super) fn is_dial_plan(text: &str) -> bool {
    dial_plan(text).is_ok()
}

/// The same, with the place of the mistake.
pub(super) fn dial_plan(whole: &str) -> Result<(), Flaw> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let text = whole.trim();
    let start = whole.len() - whole.trim_start().len();
    let wrong = |at: usize, why| Err(Flaw::at(whole, start + at, why));
    if text.is_empty() {
        return wrong(0, "the plan is empty");
    }
    for (at, letter) in text.char_indices() {
        if letter.is_control() {
            return wrong(at, "this character cannot be dialled or seen");
        }
        match (letter, open.last().map(|(bracket, _)| *bracket)) {
            // A set holds characters only.
            (_, Some('[')) if letter != ']' => {
                if matches!(letter, '[' | '(' | ')' | '<' | '>' | '|') {
                    return wrong(at, "a set in [] holds characters only, or its ] is missing");
                }
            }
            ('(' | '[' | '<', _) => open.push((letter, at)),
            (')', Some('(')) | (']', Some('[')) | ('>', Some('<')) => {
                open.pop();
                if open.is_empty() && at + 1 < text.len() {
                    return wrong(at + 1, "the plan has ended before");
                }
            }
            (')' | ']' | '>', _) => return wrong(at, "this bracket closes none that is open"),
            (_, None) => return wrong(at, "a plan begins with a bracket"),
            (_, Some(_)) => {}
        }
        if open.len() > DIAL_PLAN_DEPTH {
            return wrong(at, "there are too many brackets in one another");
        }
    }
    match open.last() {
        Some((_, at)) => wrong(*at, "this bracket is never closed"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::checked::holds;
    use super::*;

    /// Covers M06.
    #[test]
    fn dial_plans_are_checked_bracket_by_bracket() {
        holds(
            is_dial_plan,
            &[
                "(*xx|[3469]11|0|00|1xxx[2-9]xxxxxxS0|xxx.)",
                "(<9:>xx.|<:1212>[2-9]xxxxxx|P5<:1000>)",
                "((1|2)xx)",
            ],
            &[
                "", "xx", "([2-9)", "(x])", "(<9:x)", "(x)y)", "(x)(y)", "([(])", "(x",
            ],
        );
    }

    #[test]
    fn a_mistake_in_a_dial_plan_is_found_where_it_is() {
        let place = |text| dial_plan(text).map_err(|flaw| (flaw.character, flaw.why));
        assert_eq!(place("(xx|9,xx.)"), Ok(()));
        assert_eq!(
            place(" (xx|[2-9xx)"),
            Err((12, "a set in [] holds characters only, or its ] is missing"))
        );
        assert_eq!(place("(xx"), Err((1, "this bracket is never closed")));
        assert_eq!(place("(xx))"), Err((5, "the plan has ended before")));
        assert_eq!(
            place("(xx>)"),
            Err((4, "this bracket closes none that is open"))
        );
        assert_eq!(place("xx"), Err((1, "a plan begins with a bracket")));
    }

    /// Covers M06.
    #[test]
    fn numbers_and_codes_are_checked() {
        holds(
            is_star_code,
            &["*69", "#99", "*0172632"],
            &["", "*6a", "* 9"],
        );
        holds(
            is_responses,
            &["404, 5*, 61?", "40*"],
            &["4xx", "40", "*", "404*", "404,", "4044"],
        );
        holds(
            is_phone_pattern,
            &["1408*", "1408???1234", "%2a69"],
            &["%2", "%g0", "50%"],
        );
    }
}
