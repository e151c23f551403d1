//! Order and equality of values, as the operators `=`, `<` and their like see them.
//!
//! - Numbers come before texts, texts before logical values (Microsoft, "Sort data in a range or table"; stored
//!   values). A blank is the other's zero: 0, the empty text, `FALSE`. An error is the result.
//! - Numbers are compared at fifteen digits: `0.1+0.2=0.3` holds. Lookups compare the doubles themselves, which
//!   [`order_exactly`] is for; so do criteria.
//! - Texts are equal but for case. They are ordered by letters first, so that `é` stands between `e` and `f`,
//!   with punctuation before symbols, symbols before digits, digits before letters; accents decide between texts
//!   that are the same otherwise. Chinese characters in common use are ordered by their reading, as Chinese editions of Excel do:
//!   their workbooks are those that sort by them.

use super::{Decimal, Scalar, fold, han};
use std::cmp::Ordering;
use udf_abi::ErrorCode;

/// The order of two values for an operator.
///
/// # Errors
///
/// The first operand's error, or the second's.
pub fn order(a: Scalar<'_>, b: Scalar<'_>) -> Result<Ordering, ErrorCode> {
    order_by(a, b, numbers)
}

/// The order of two values for a lookup, which sees every bit of a number.
///
/// # Errors
///
/// The first operand's error, or the second's.
pub fn order_exactly(a: Scalar<'_>, b: Scalar<'_>) -> Result<Ordering, ErrorCode> {
    order_by(a, b, exact_numbers)
}

/// Whether two values are equal for an operator.
///
/// # Errors
///
/// The first operand's error, or the second's.
pub fn equal(a: Scalar<'_>, b: Scalar<'_>) -> Result<bool, ErrorCode> {
    match (a, b) {
        (Scalar::Text(a), Scalar::Text(b)) => Ok(fold::eq(a, b)),
        _ => order(a, b).map(Ordering::is_eq),
    }
}

fn order_by(
    a: Scalar<'_>,
    b: Scalar<'_>,
    numbers: fn(f64, f64) -> Ordering,
) -> Result<Ordering, ErrorCode> {
    if let Scalar::Error(error) = a {
        return Err(error);
    }
    if let Scalar::Error(error) = b {
        return Err(error);
    }
    Ok(match (filled(a, b), filled(b, a)) {
        (Scalar::Number(a), Scalar::Number(b)) => numbers(a, b),
        (Scalar::Text(a), Scalar::Text(b)) => texts(a, b),
        (Scalar::Logical(a), Scalar::Logical(b)) => a.cmp(&b),
        (a, b) => rank(a).cmp(&rank(b)),
    })
}

/// A blank as the zero of what it is compared with.
fn filled<'a>(value: Scalar<'a>, other: Scalar<'_>) -> Scalar<'a> {
    match (value, other) {
        (Scalar::Blank, Scalar::Text(_)) => Scalar::Text(""),
        (Scalar::Blank, Scalar::Logical(_)) => Scalar::Logical(false),
        (Scalar::Blank, _) => Scalar::Number(0.0),
        _ => value,
    }
}

fn rank(value: Scalar<'_>) -> u8 {
    match value {
        Scalar::Blank | Scalar::Number(_) => 0,
        Scalar::Text(_) => 1,
        Scalar::Logical(_) => 2,
        Scalar::Error(_) => 3,
    }
}

/// The order of two numbers at fifteen digits.
#[must_use]
pub fn numbers(a: f64, b: f64) -> Ordering {
    // Further apart than a unit of the fifteenth digit: the doubles decide.
    let apart = (a - b).abs() > a.abs().max(b.abs()) * 1.1e-14;
    if apart || a == b { exact_numbers(a, b) } else { Decimal::new(a).cmp(&Decimal::new(b)) }
}

fn exact_numbers(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// The order of two texts.
#[must_use]
pub fn texts(a: &str, b: &str) -> Ordering {
    let keys = |text: &'_ str| text.chars().map(fold::fold_char).map(key).collect::<Vec<_>>();
    if a.is_ascii() && b.is_ascii() {
        let keys = |text: &'_ str| -> Vec<u8> {
            text.bytes().map(|byte| ASCII[usize::from(byte)]).collect()
        };
        return match (a.len(), b.len()) {
            (..=32, ..=32) => {
                let rank = |byte: u8| ASCII[usize::from(byte)];
                a.bytes().map(rank).cmp(b.bytes().map(rank))
            }
            _ => keys(a).cmp(&keys(b)),
        };
    }
    let (a, b) = (keys(a), keys(b));
    let letters = |keys: &[(u32, u32)]| keys.iter().map(|(letter, _)| *letter).collect::<Vec<_>>();
    letters(&a).cmp(&letters(&b)).then_with(|| a.cmp(&b))
}

/// Adds bytes to `key` that are in the order of [`texts`]: keys made once serve where many texts are sorted.
pub fn text_key(text: &str, key: &mut Vec<u8>) {
    if text.is_ascii() {
        key.extend(text.bytes().map(|byte| ASCII[usize::from(byte)] + 1));
        key.push(0);
        return;
    }
    let folded = || text.chars().map(fold::fold_char);
    for c in folded() {
        let (letter, _) = self::key(c);
        match u8::try_from(letter) {
            Ok(letter) => key.push(letter + 1),
            Err(_) => {
                key.push(u8::MAX);
                key.extend_from_slice(&letter.to_be_bytes());
            }
        }
    }
    key.push(0);
    // Between texts of the same letters accents decide; one without any comes first.
    for c in folded() {
        key.extend_from_slice(&(c as u32 + 1).to_be_bytes());
    }
}

/// Where a text stands by its first letters: texts with different ones are ordered as these are, and texts with the
/// same ones by [`texts`].
#[must_use]
pub fn leading(text: &str) -> u64 {
    let mut bytes = [0; 8];
    for (byte, c) in bytes.iter_mut().zip(text.chars()) {
        let (letter, _) = key(fold::fold_char(c));
        // One more, so that the end of a text comes before every letter; what lies beyond is all alike, so that
        // what follows it does not decide.
        match u8::try_from(letter + 1) {
            Ok(letter) => *byte = letter,
            Err(_) => {
                *byte = u8::MAX;
                break;
            }
        }
    }
    u64::from_be_bytes(bytes)
}

/// Punctuation and symbols in the order in which texts are sorted, before digits and letters.
const SYMBOLS: &[u8] = b" '-_,;:!?.\"()[]{}@*/\\&#%`^+<=>|~$";

/// Where each ASCII character stands, without its case.
const ASCII: [u8; 128] = {
    let mut ranks = [0; 128];
    let mut at = 0;
    while at < 32 {
        ranks[at] = at as u8;
        at += 1;
    }
    ranks[127] = 32;
    at = 0;
    while at < SYMBOLS.len() {
        ranks[SYMBOLS[at] as usize] = 33 + at as u8;
        at += 1;
    }
    at = 0;
    while at < 10 {
        ranks[b'0' as usize + at] = 70 + at as u8;
        at += 1;
    }
    at = 0;
    while at < 26 {
        ranks[b'a' as usize + at] = 80 + at as u8;
        ranks[b'A' as usize + at] = 80 + at as u8;
        at += 1;
    }
    ranks
};

/// Where a folded letter stands: by its letter without accents, then by itself.
fn key(c: char) -> (u32, u32) {
    let base = base(c);
    let letter = match ASCII.get(base as usize) {
        Some(rank) => u32::from(*rank),
        // Symbols beyond ASCII stand between its own and the digits; other alphabets and scripts come last.
        None if base.is_alphanumeric() => 0x1_0000 + han::place(base),
        None => 69,
    };
    (letter, c as u32)
}

/// A small letter of Latin-1 or Latin Extended-A without its accent.
fn base(c: char) -> char {
    match c {
        'à'..='æ' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ð' | 'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'İ' => 'i',
        'ĵ' => 'j',
        'ķ' | 'ĸ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŉ' | 'ŋ' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'œ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ß' | 'ś' | 'ŝ' | 'ş' | 'š' | 'ſ' => 's',
        'ţ' | 'ť' | 'ŧ' | 'þ' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => c,
    }
}
