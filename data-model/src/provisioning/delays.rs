//! Lists of waits, as in `Resync_Error_Retry_Delay`: `1800+300,3600+600,7200+900`.

use std::fmt;

/// Elements of a list; the longest documented one has 12.
const ELEMENTS: usize = 64;

/// Waits between tries; the last one repeats for ever.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delays(Vec<Delay>);

/// One wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// Seconds at least.
    pub secs: u32,
    /// Up to so many more, by chance.
    pub random_secs: u32,
}

/// Why a text is no list of waits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{element}` is no wait: {why}")]
pub struct BadDelay {
    /// The element.
    pub element: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Delays {
    /// Reads a list; an empty text is an empty list.
    ///
    /// # Errors
    /// Names the first element that is none.
    pub fn parse(text: &str) -> Result<Delays, BadDelay> {
        if text.trim().is_empty() {
            return Ok(Delays::default());
        }
        let elements: Vec<&str> = text.split(',').collect();
        let bad = |element: &str, why| BadDelay {
            element: element.trim().chars().take(40).collect(),
            why,
        };
        if elements.len() > ELEMENTS {
            return Err(bad(text, "the list has more than 64 elements"));
        }
        let delays = elements.into_iter().map(|element| {
            let (secs, random) = match element.split_once('+') {
                Some((secs, random)) => (secs, Some(random)),
                None => (element, None),
            };
            let number = |text: &str| text.trim().parse::<u32>();
            let secs =
                number(secs).map_err(|_| bad(element, "it begins with no number of seconds"))?;
            let random = random.map_or(Ok(0), number);
            let random_secs =
                random.map_err(|_| bad(element, "no number of seconds follows the `+`"))?;
            Ok(Delay { secs, random_secs })
        });
        delays.collect::<Result<_, _>>().map(Delays)
    }

    /// The wait before the try with this number, counted from 0; `None` if the list is empty.
    pub fn before(&self, number: usize) -> Option<Delay> {
        self.0.get(number).or(self.0.last()).copied()
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, delay) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{}", delay.secs)?;
            if delay.random_secs > 0 {
                write!(f, "+{}", delay.random_secs)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_wait_of_a_list_repeats() {
        let delays = Delays::parse("1800+300, 3600+600,7200").unwrap();
        let wait = |number| {
            delays
                .before(number)
                .map(|delay| (delay.secs, delay.random_secs))
        };
        assert_eq!(wait(0), Some((1800, 300)));
        assert_eq!(wait(1), Some((3600, 600)));
        assert_eq!(wait(2), Some((7200, 0)));
        assert_eq!(wait(99), Some((7200, 0)));
        assert_eq!(delays.to_string(), "1800+300,3600+600,7200");
        assert_eq!(Delays::parse("").unwrap().before(0), None);
    }

    #[test]
    fn the_element_that_is_wrong_is_named() {
        for (text, element) in [("60,x", "x"), ("60+", "60+"), ("60,,60", ""), ("-1", "-1")] {
            assert_eq!(Delays::parse(text).unwrap_err().element, element, "{text}");
        }
    }
}
