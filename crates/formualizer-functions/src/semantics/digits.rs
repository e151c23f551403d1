//! Decimal digits, three at a time from a table, without allocations for those of most numbers.

use std::{fmt, ops::Deref};

/// Digits that are held without an allocation: those of any 64-bit number.
const FEW: usize = 20;

/// `000`, `001`, … `999`, one after the other.
const TRIPLES: [u8; 3_000] = {
    let mut triples = [b'0'; 3_000];
    let mut number = 0;
    while number < 1_000 {
        triples[number * 3] += (number / 100) as u8;
        triples[number * 3 + 1] += (number / 10 % 10) as u8;
        triples[number * 3 + 2] += (number % 10) as u8;
        number += 1;
    }
    triples
};

/// The same as text.
const TRIPLE_TEXT: &str = match std::str::from_utf8(&TRIPLES) {
    Ok(text) => text,
    Err(_) => "",
};

/// Where the last three digits of a number stand in the table.
fn triple(number: u64) -> usize {
    usize::try_from(number % 1_000).unwrap_or(0) * 3
}

/// How many digits a number has; one for zero.
fn count(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |last| last as usize + 1)
}

/// Appends the digits of a number; `0` for zero.
pub(crate) fn push_number(out: &mut String, number: u64) {
    let at = triple(number);
    if number >= 1_000 {
        push_number(out, number / 1_000);
        out.push_str(TRIPLE_TEXT.get(at..at + 3).unwrap_or_default());
    } else {
        out.push_str(TRIPLE_TEXT.get(at + 3 - count(number)..at + 3).unwrap_or_default());
    }
}

/// Appends the digits of a number with zeros before them up to a width.
pub(crate) fn push_padded(out: &mut String, number: u64, width: usize) {
    push_zeros(out, width.saturating_sub(count(number)));
    push_number(out, number);
}

/// Appends so many zeros.
pub(crate) fn push_zeros(out: &mut String, count: usize) {
    match TRIPLE_TEXT.get(..3).filter(|_| count < 3) {
        Some(zeros) => out.push_str(zeros.get(..count).unwrap_or_default()),
        None => out.extend(std::iter::repeat_n('0', count)),
    }
}

/// Digits in the order in which they are written, as bytes of ASCII.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digits {
    few: [u8; FEW],
    len: usize,
    /// All of them, where they are more than few.
    many: Vec<u8>,
}

impl Digits {
    /// The digits of a number; `0` for zero.
    pub(super) fn of(mut number: u64) -> Self {
        let mut digits = Self { len: count(number), ..Self::default() };
        let mut end = digits.len;
        while end > 0 {
            let at = triple(number) + 3;
            let taken = end.min(3);
            let place = digits.few.get_mut(end - taken..end);
            if let (Some(place), Some(source)) = (place, TRIPLES.get(at - taken..at)) {
                place.copy_from_slice(source);
            }
            number /= 1_000;
            end -= taken;
        }
        digits
    }

    /// Adds digits at the end.
    pub(super) fn push(&mut self, digits: &[u8]) {
        if let Some(room) = self.room(digits.len()) {
            room.copy_from_slice(digits);
        } else {
            self.many.extend_from_slice(digits);
        }
    }

    /// Adds so many zeros at the end.
    pub(super) fn push_zeros(&mut self, count: usize) {
        if let Some(room) = self.room(count) {
            room.fill(b'0');
        } else {
            self.many.resize(self.many.len() + count, b'0');
        }
    }

    /// Room for so many more digits; otherwise all that there are become many.
    fn room(&mut self, count: usize) -> Option<&mut [u8]> {
        let (start, end) = (self.len, self.len.saturating_add(count));
        if !self.many.is_empty() || end > FEW {
            if self.many.is_empty() {
                self.many.extend_from_slice(self.few.get(..start)?);
            }
            return None;
        }
        self.len = end;
        self.few.get_mut(start..end)
    }
}

impl Deref for Digits {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        if self.many.is_empty() { self.few.get(..self.len).unwrap_or_default() } else { &self.many }
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_that_the_standard_library_writes() {
        let powers = (0..20).map(|power| 10_u64.pow(power));
        let numbers = powers.flat_map(|power| [power - 1, power, power + 1, power / 3 * 2]);
        for number in numbers.chain([u64::MAX, 12_345_678_901]) {
            let mut out = String::from("-");
            push_number(&mut out, number);
            assert_eq!(out, format!("-{number}"));
            assert_eq!(Digits::of(number).to_string(), number.to_string());
            for width in [0, 1, 2, 5, 25] {
                let mut out = String::new();
                push_padded(&mut out, number, width);
                assert_eq!(out, format!("{number:0width$}"));
            }
        }
    }

    #[test]
    fn many_digits_come_after_few() {
        let mut digits = Digits::of(123);
        digits.push_zeros(16);
        digits.push(b"45");
        digits.push(b"6");
        digits.push_zeros(2);
        assert_eq!(digits.to_string(), "123000000000000000045600");
        let mut none = Digits::default();
        assert!(none.is_empty());
        none.push_zeros(30);
        assert_eq!(none.len(), 30);
    }
}
