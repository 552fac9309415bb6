//! Which device a path asks for: patterns such as `/$MA.cfg`, read backwards.

/// What a path says of the device that asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Its MAC address, twelve hexadecimal digits in small letters.
    pub mac: Option<String>,
    /// Its serial number.
    pub serial_number: Option<String>,
}

/// Bytes of a path; no rule of a device yields a longer one.
const PATH_BYTES: usize = 255;
/// Macros of one pattern.
const MACROS: usize = 4;

/// A macro a path may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Macro {
    /// `$MA`, `$MAU`: twelve hexadecimal digits.
    Mac,
    /// `$MAC`: with colons.
    MacWithColons,
    /// `$SN`.
    SerialNumber,
    /// `$PN`, `$PSN`: any product.
    Product,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Macro(Macro),
}

/// A pattern of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern(Vec<Piece>);

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If it does not begin with a slash, or holds a macro nobody can read backwards.
    pub fn parse(text: &str) -> Result<PathPattern, String> {
        if !text.starts_with('/') || text.len() > PATH_BYTES {
            return Err("a path begins with `/` and has at most 255 characters".into());
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('$') {
            pieces.push(Piece::Text(before.to_owned()));
            let known = [
                ("MAC", Macro::MacWithColons),
                ("MAU", Macro::Mac),
                ("MA", Macro::Mac),
                ("SN", Macro::SerialNumber),
                ("PSN", Macro::Product),
                ("PN", Macro::Product),
            ];
            let found = known
                .iter()
                .find_map(|(name, found)| Some((*found, behind.strip_prefix(name)?)));
            let (found, behind) =
                found.ok_or("a path may hold $MA, $MAU, $MAC, $SN, $PN and $PSN")?;
            pieces.push(Piece::Macro(found));
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        if pieces.len() > 2 * MACROS + 1 {
            return Err(format!("a path holds at most {MACROS} macros"));
        }
        Ok(PathPattern(pieces))
    }

    /// What a path says, if it is one of this pattern.
    pub fn read(&self, path: &str) -> Option<Asked> {
        if path.len() > PATH_BYTES || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let mut asked = Asked::default();
        read(&self.0, path, &mut asked).then_some(asked)
    }

    /// The path for a device, if the pattern needs nothing but what is known of it.
    pub fn write(&self, product: &str, serial_number: &str, mac: Option<&str>) -> Option<String> {
        let mut path = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => path.push_str(text),
                Piece::Macro(Macro::Mac) => path.push_str(mac?),
                Piece::Macro(Macro::MacWithColons) => {
                    let mac = mac?;
                    let pairs: Vec<&str> = (0..6)
                        .filter_map(|at| mac.get(2 * at..2 * at + 2))
                        .collect();
                    path.push_str(&pairs.join(":"));
                }
                Piece::Macro(Macro::SerialNumber) => path.push_str(serial_number),
                Piece::Macro(Macro::Product) => path.push_str(product),
            }
        }
        Some(path)
    }
}

fn read(pieces: &[Piece], path: &str, asked: &mut Asked) -> bool {
    let Some((piece, further)) = pieces.split_first() else {
        return path.is_empty();
    };
    let (found, lengths) = match piece {
        Piece::Text(text) => {
            return path
                .strip_prefix(text.as_str())
                .is_some_and(|rest| read(further, rest, asked));
        }
        Piece::Macro(Macro::Mac) => (Macro::Mac, 12..=12),
        Piece::Macro(Macro::MacWithColons) => (Macro::MacWithColons, 17..=17),
        Piece::Macro(found) => {
            let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            let longest = path.bytes().take_while(|byte| legal(*byte)).count();
            (*found, 1..=longest.min(64))
        }
    };
    for length in lengths.rev() {
        let Some((value, rest)) = path.split_at_checked(length) else {
            continue;
        };
        if !take(found, value, asked) {
            continue;
        }
        if read(further, rest, asked) {
            return true;
        }
    }
    false
}

fn take(found: Macro, value: &str, asked: &mut Asked) -> bool {
    match found {
        Macro::Mac | Macro::MacWithColons => match mac(value) {
            None => return false,
            Some(mac) => asked.mac = Some(mac),
        },
        Macro::SerialNumber => asked.serial_number = Some(value.to_owned()),
        Macro::Product => {}
    }
    true
}

/// A MAC address as twelve digits in small letters, however it is written.
pub fn mac(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ':' | '-' | '.'))
        .collect();
    let good = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    good.then(|| digits.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pattern: &str, path: &str) -> Option<(Option<String>, Option<String>)> {
        let asked = PathPattern::parse(pattern).unwrap().read(path)?;
        Some((asked.mac, asked.serial_number))
    }

    #[test]
    fn a_path_says_which_device_asks() {
        let mac = Some("000e08aabbcc".to_owned());
        for (pattern, path, mac, serial) in [
            ("/$MA.cfg", "/000e08aabbcc.cfg", mac.clone(), None),
            ("/$MAU.cfg", "/000E08AABBCC.cfg", mac.clone(), None),
            ("/x/$MAC/p.xml", "/x/00:0e:08:aa:bb:cc/p.xml", mac, None),
            ("/$PN-$SN.cfg", "/ATA192-MPP-FCH1.cfg", None, Some("FCH1")),
            ("/ata$PSN.cfg", "/ata192.cfg", None, None),
        ] {
            let serial = serial.map(str::to_owned);
            assert_eq!(asked(pattern, path), Some((mac, serial)), "{pattern}");
        }
    }

    /// Covers F01.
    #[test]
    fn nothing_else_is_a_path_of_a_pattern() {
        for path in [
            "/000e08aabbc.cfg",
            "/000e08aabbcg.cfg",
            "/000e08aabbcc.cfgx",
            "/../000e08aabbcc.cfg",
            "/%2e%2e/000e08aabbcc.cfg",
            "/..\\000e08aabbcc.cfg",
            "000e08aabbcc.cfg",
            "/000e08aabbcc.cfg\0",
            "",
        ] {
            assert_eq!(asked("/$MA.cfg", path), None, "{path:?}");
        }
        assert_eq!(asked("/$SN.cfg", "/../../etc/passwd.cfg"), None);
        assert_eq!(
            asked("/$SN.cfg", &format!("/{}.cfg", "A".repeat(300))),
            None
        );
    }

    #[test]
    fn patterns_nobody_could_read_are_refused() {
        for bad in ["", "$MA.cfg", "/$NOBODY.cfg", "/$", "/$SN$SN$SN$SN$SN"] {
            assert!(PathPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
