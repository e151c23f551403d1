//! Digits: `0` shows a zero where there is no digit, `?` a space, `#` nothing.
//!
//! The first digit of the whole part shows all that have no place of their own; literals between digits stay
//! between them, which makes masks such as `(###) ###-####`. Percent signs multiply by 100 each, commas behind
//! the last digit divide by 1000 each, both exactly. With an exponent the whole part's digits say what the
//! exponent is a multiple of.

use super::{
    super::{Decimal, Digits, Direction},
    code::{Section, Token},
};

/// Appends a number that is not negative, and says whether anything but zeros was shown, or there was nothing to
/// show digits with.
pub(super) fn push(out: &mut String, section: &Section, number: Decimal) -> bool {
    let tokens = section.tokens.as_slice();
    let layout = &section.layout;
    let number = number.shift(layout.powers);
    let (mantissa, exponent) = match layout.exponent {
        Some(_) => scientific(number, layout.whole, layout.places),
        None => (number.rounded(layout.places, Direction::Nearest), 0),
    };
    let end = layout.exponent.unwrap_or(tokens.len());
    let point = layout.point.unwrap_or(end);
    push_whole(out, &tokens[..point], &mantissa.whole_digits(), layout.thousands);
    if layout.point.is_some() {
        out.push('.');
        let places = usize::try_from(layout.places).unwrap_or(0);
        push_places(out, &tokens[point + 1..end], &mantissa.fraction_digits(places));
    }
    if let Some(Token::Exponent(plus)) = layout.exponent.map(|at| &tokens[at]) {
        out.push('E');
        if exponent < 0 {
            out.push('-');
        } else if *plus {
            out.push('+');
        }
        let digits = match exponent {
            0 => Digits::default(),
            _ => Digits::of(exponent.unsigned_abs().into()),
        };
        push_whole(out, &tokens[end + 1..], &digits, false);
    }
    !mantissa.is_zero() || !layout.digits
}

/// Where the parts are and what they do to the number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layout {
    point: Option<usize>,
    exponent: Option<usize>,
    /// Digits before the point.
    whole: i32,
    /// Digits behind it.
    places: i32,
    thousands: bool,
    /// The power of ten that the number is multiplied with.
    powers: i32,
    /// Whether there is a place for a digit.
    digits: bool,
}

impl Layout {
    pub(super) fn of(tokens: &[Token]) -> Self {
        let find = |test: fn(&Token) -> bool| tokens.iter().position(test);
        let exponent = find(|token| matches!(token, Token::Exponent(_)));
        let end = exponent.unwrap_or(tokens.len());
        let point = find(|token| *token == Token::Point).filter(|at| *at < end);
        let count = |part: &[Token]| {
            let digits = part.iter().filter(|token| matches!(token, Token::Digit(_))).count();
            i32::try_from(digits).unwrap_or(i32::MAX)
        };
        let whole = &tokens[..point.unwrap_or(end)];
        let behind = point.map_or(&[][..], |point| &tokens[point + 1..end]);
        let percents = tokens.iter().filter(|token| **token == Token::Percent).count();
        let scales = scales(whole) + scales(behind);
        let powers =
            2 * i64::try_from(percents).unwrap_or(0) - 3 * i64::try_from(scales).unwrap_or(0);
        Self {
            point,
            exponent,
            whole: count(whole),
            places: count(behind),
            thousands: is_grouped(whole),
            powers: i32::try_from(powers).unwrap_or(0),
            digits: find(|token| matches!(token, Token::Digit(_))).is_some(),
        }
    }
}

/// How many commas stand behind the last digit of a part.
fn scales(part: &[Token]) -> usize {
    let last = part.iter().rposition(|token| matches!(token, Token::Digit(_)));
    last.map_or(0, |last| part[last..].iter().filter(|token| **token == Token::Comma).count())
}

/// Whether a comma has a digit on both sides.
fn is_grouped(whole: &[Token]) -> bool {
    whole.windows(2).any(|pair| matches!(pair, [Token::Comma, Token::Digit(_)]))
}

/// Mantissa and exponent, with as many digits before the point as the format has, or fewer.
fn scientific(number: Decimal, whole: i32, places: i32) -> (Decimal, i32) {
    if number.is_zero() {
        return (number, 0);
    }
    let step = whole.max(1);
    let split = |first: i32| {
        let exponent = if whole == 0 { first + 1 } else { first.div_euclid(step) * step };
        (number.shift(-exponent).rounded(places, Direction::Nearest), exponent)
    };
    let (mantissa, exponent) = split(number.exponent());
    // Rounding may give a digit more.
    if mantissa.exponent() + exponent > number.exponent() {
        let (_, carried) = split(number.exponent() + 1);
        return (mantissa.shift(exponent - carried), carried);
    }
    (mantissa, exponent)
}

/// Appends the digits before the point, or of the exponent, in their places.
fn push_whole(out: &mut String, part: &[Token], digits: &[u8], thousands: bool) {
    let places = part.iter().filter(|token| matches!(token, Token::Digit(_))).count();
    let mut left = places;
    let mut rest = digits;
    let group = |out: &mut String, left: usize, with: char| {
        if thousands && left > 0 && left.is_multiple_of(3) {
            out.push(with);
        }
    };
    if places == 0 {
        out.extend(digits.iter().copied().map(char::from));
    }
    let mut started = false;
    for token in part {
        let Token::Digit(place) = token else {
            token.push_literal(out);
            continue;
        };
        if rest.len() >= left {
            // The first place takes what has none.
            let here = rest.len() - left + 1;
            for (at, digit) in rest[..here].iter().enumerate() {
                out.push(char::from(*digit));
                group(out, rest.len() - at - 1, ',');
            }
            rest = &rest[here..];
            started = true;
        } else {
            match place {
                '#' if !started => {}
                '?' if !started => {
                    out.push(' ');
                    group(out, left - 1, ' ');
                }
                '#' | '0' | '?' => {
                    out.push('0');
                    group(out, left - 1, ',');
                    started = true;
                }
                digit => {
                    out.push(*digit);
                    group(out, left - 1, ',');
                }
            }
        }
        left -= 1;
    }
}

/// Appends the digits behind the point in their places.
fn push_places(out: &mut String, part: &[Token], digits: &[u8]) {
    // Behind the last digit that is not zero, the places decide.
    let shown = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    let mut at = 0;
    for token in part {
        let Token::Digit(place) = token else {
            token.push_literal(out);
            continue;
        };
        let digit = digits.get(at).copied().map_or('0', char::from);
        match place {
            _ if at < shown => out.push(digit),
            '#' => {}
            '?' => out.push(' '),
            _ => out.push(digit),
        }
        at += 1;
    }
}
