//! Reading a form that brings a file: `multipart/form-data` (RFC 7578), fields first, the file last, piece by piece.

use super::limits::MULTIPART_BYTES;

/// A form as it comes in.
#[derive(Debug)]
pub struct Multipart {
    /// The line that divides the parts, with the line break in front of it.
    divider: Vec<u8>,
    /// What was not passed on yet.
    held: Vec<u8>,
    fields: Vec<(String, String)>,
    in_file: bool,
}

/// It is no such form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form with the file cannot be read")]
pub struct Broken;

impl Multipart {
    /// A form of this `Content-Type`; `None` if it is none.
    pub fn of(content_type: &str) -> Option<Multipart> {
        let (_, boundary) = content_type.split_once("boundary=")?;
        let boundary = boundary.split(';').next()?.trim().trim_matches('"');
        // RFC 2046 5.1.1.
        let usable = (1..=70).contains(&boundary.len()) && boundary.is_ascii();
        usable.then(|| Multipart {
            divider: format!("\r\n--{boundary}").into_bytes(),
            // The first divider has no line in front of it.
            held: b"\r\n".to_vec(),
            fields: Vec::new(),
            in_file: false,
        })
    }

    /// Takes the next bytes; gives those of the file among them.
    ///
    /// # Errors
    /// If it is no such form.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Broken> {
        self.held.extend_from_slice(bytes);
        while !self.in_file && self.part()? {}
        if !self.in_file {
            return match self.held.len() > MULTIPART_BYTES {
                true => Err(Broken),
                false => Ok(Vec::new()),
            };
        }
        // The last divider may be among the last bytes, with `--` and a line break behind it.
        let end = self.held.len().saturating_sub(self.divider.len() + 4);
        Ok(self.held.drain(..end).collect())
    }

    /// The fields in front of the file, once it has begun.
    pub fn field(&self, name: &str) -> Option<&str> {
        if !self.in_file {
            return None;
        }
        let field = self.fields.iter().find(|(known, _)| known == name);
        Some(field.map_or("", |(_, value)| value))
    }

    /// The form is complete: the last bytes of the file.
    ///
    /// # Errors
    /// If it is cut off, or there was no file in it.
    pub fn finish(mut self) -> Result<Vec<u8>, Broken> {
        let end = self.held.len().saturating_sub(self.divider.len() + 4);
        let at = find(&self.held[end..], &self.divider).ok_or(Broken)? + end;
        let behind = &self.held[at + self.divider.len()..];
        if !self.in_file || !matches!(behind, b"--" | b"--\r\n") {
            return Err(Broken);
        }
        self.held.truncate(at);
        Ok(self.held)
    }

    /// Reads a part as far as it is a field, or the head of the file; whether there was a whole one.
    fn part(&mut self) -> Result<bool, Broken> {
        let start = self.divider.len() + 2;
        if self.held.len() < start {
            return Ok(false);
        }
        if !self.held.starts_with(&self.divider) || &self.held[start - 2..start] != b"\r\n" {
            return Err(Broken);
        }
        let Some(head_end) = find(&self.held[start..], b"\r\n\r\n").map(|at| at + start) else {
            return Ok(false);
        };
        let head = String::from_utf8_lossy(&self.held[start..head_end]).into_owned();
        let body = head_end + 4;
        if head.contains("; filename=") {
            self.held.drain(..body);
            self.in_file = true;
            return Ok(true);
        }
        let Some(end) = find(&self.held[body..], &self.divider).map(|at| at + body) else {
            return Ok(false);
        };
        let name = head
            .split_once("; name=\"")
            .and_then(|(_, it)| it.split('"').next());
        let value = String::from_utf8_lossy(&self.held[body..end]).into_owned();
        self.fields.push((name.ok_or(Broken)?.to_owned(), value));
        self.held.drain(..end);
        Ok(true)
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"xYz\"";

    fn form(file: &str) -> String {
        format!(
            "--xYz\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nabc\r\n--xYz\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a.img\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{file}\r\n--xYz--\r\n"
        )
    }

    /// Every way to cut the bytes into pieces of one length gives the same file.
    #[test]
    fn a_file_comes_out_as_it_was_put_in() {
        for file in ["", "x", "\r\n--xY\r\n--xYz\r\nstill the file", "\r\n\r\n"] {
            let whole = form(file);
            for piece in 1..=whole.len() {
                let mut reader = Multipart::of(TYPE).unwrap();
                let mut got = Vec::new();
                for bytes in whole.as_bytes().chunks(piece) {
                    got.extend(reader.take(bytes).unwrap());
                }
                assert_eq!(reader.field("token"), Some("abc"));
                got.extend(reader.finish().unwrap());
                assert_eq!(got, file.as_bytes(), "{file:?} by {piece}");
            }
        }
    }

    /// Covers M07.
    #[test]
    fn what_is_cut_off_or_no_form_is_refused() {
        assert!(Multipart::of("multipart/form-data").is_none());
        let whole = form("some bytes of a file");
        for end in 0..whole.len() - 2 {
            let mut reader = Multipart::of(TYPE).unwrap();
            let taken = reader.take(&whole.as_bytes()[..end]);
            assert!(taken.is_err() || reader.finish().is_err(), "{end}");
        }
        let mut reader = Multipart::of(TYPE).unwrap();
        assert!(reader.take(b"--other\r\n").is_err());
        let mut reader = Multipart::of(TYPE).unwrap();
        let endless = format!("--xYz\r\n{}", "x".repeat(MULTIPART_BYTES));
        assert!(reader.take(endless.as_bytes()).is_err());
    }
}
