//! The keys of a telephone.

/// A key, by its DTMF sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(char);

impl Key {
    /// The star.
    pub const STAR: Key = Key('*');
    /// The pound key.
    pub const POUND: Key = Key('#');

    /// The key of a sign: a digit, `*`, `#`, or `A` to `D`, which only some telephones have.
    pub fn of(sign: char) -> Option<Key> {
        matches!(sign, '0'..='9' | '*' | '#' | 'A'..='D').then_some(Key(sign))
    }

    /// Its sign.
    pub const fn sign(self) -> char {
        self.0
    }
}
