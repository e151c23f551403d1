//! Fractions: `# ?/?`, `# ??/??`, `?/?`, `# ?/16`.
//!
//! The denominator is the one with no more digits than places that comes closest, or the one that is written.
//! Where a whole part has a place and nothing else is left, the fraction is blank. Numerators stand right and
//! denominators left in places of `?`.

use super::{
    super::{Decimal, Direction},
    code::{Section, Token},
};

/// Whether there are digits on both sides of a slash.
pub(super) fn is_fraction(tokens: &[Token], slash: usize) -> bool {
    let above = tokens[..slash].iter().rev().find(|token| !is_space(token));
    let below = tokens[slash + 1..].iter().find(|token| !is_space(token));
    matches!(above, Some(Token::Digit(_))) && matches!(below, Some(Token::Digit(_)))
}

fn is_space(token: &Token) -> bool {
    matches!(token, Token::Literal(text) if text.trim().is_empty())
}

/// The places of a part: digits only.
fn places(tokens: &[Token]) -> Vec<char> {
    let place = |token: &Token| match token {
        Token::Digit(place) => Some(*place),
        _ => None,
    };
    tokens.iter().filter_map(place).collect()
}

/// Appends a number that is not negative, and says whether anything but zeros was shown.
pub(super) fn push(out: &mut String, section: &Section, number: Decimal) -> bool {
    let tokens = section.tokens.as_slice();
    let digit = |token: &Token| matches!(token, Token::Digit(_));
    let slash = tokens.iter().position(|token| *token == Token::Slash).unwrap_or(tokens.len());
    // From the right: spaces, the numerator, what parts it from the whole.
    let above_end = tokens[..slash].iter().rposition(digit).map_or(slash, |last| last + 1);
    let above = tokens[..above_end].iter().rposition(|token| !digit(token)).map_or(0, |at| at + 1);
    let below = tokens[slash..].iter().position(digit).map_or(tokens.len(), |at| slash + at);
    let below_end = tokens[below..]
        .iter()
        .position(|token| !digit(token))
        .map_or(tokens.len(), |at| below + at);
    let whole_end = tokens[..above].iter().rposition(digit).map_or(0, |last| last + 1);
    let mixed = whole_end > 0;

    let percents = tokens.iter().filter(|token| **token == Token::Percent).count();
    let number = number.shift(2 * i32::try_from(percents).unwrap_or(0));
    let floor = number.rounded(0, Direction::Down).to_f64();
    let value = number.to_f64();
    let part = if mixed { value - floor } else { value };
    let below_places = places(&tokens[below..below_end]);
    let (mut numerator, denominator) = match fixed(&below_places) {
        Some(denominator) => ((part * denominator + 0.5).floor(), denominator),
        None => {
            closest(part, 10_f64.powi(i32::try_from(below_places.len().min(7)).unwrap_or(7)) - 1.0)
        }
    };
    let mut whole = floor;
    if mixed && numerator >= denominator {
        whole += 1.0;
        numerator = 0.0;
    }
    if mixed {
        let digits = Decimal::new(whole).whole_digits().to_string();
        let shown = if digits.is_empty() && numerator == 0.0 { "0" } else { &digits };
        push_right(out, &tokens[..whole_end], shown);
        for token in &tokens[whole_end..above] {
            token.push_literal(out);
        }
    } else {
        for token in &tokens[..above] {
            token.push_literal(out);
        }
    }
    let blank = mixed && numerator == 0.0;
    let start = out.len();
    let digits = Decimal::new(numerator).whole_digits().to_string();
    push_right(out, &tokens[above..above_end], if digits.is_empty() { "0" } else { &digits });
    for token in &tokens[above_end..below] {
        token.push_literal(out);
    }
    let digits = Decimal::new(denominator).whole_digits().to_string();
    push_left(out, &below_places, &digits);
    if blank {
        let width = out.len() - start;
        out.truncate(start);
        out.extend(std::iter::repeat_n(' ', width));
    }
    for token in &tokens[below_end..] {
        token.push_literal(out);
    }
    whole != 0.0 || numerator != 0.0
}

/// A denominator that is written: digits of which one is not zero.
fn fixed(places: &[char]) -> Option<f64> {
    let text: String = places.iter().collect();
    text.parse::<f64>().ok().filter(|denominator| *denominator > 0.0)
}

/// The fraction that comes closest to a number with a denominator that is not greater; the smaller denominator of
/// two that come as close.
fn closest(number: f64, greatest: f64) -> (f64, f64) {
    // Continued fraction, and what lies between its last two steps.
    let (mut before, mut last) = ((0.0, 1.0), (1.0, 0.0));
    let mut rest = number;
    loop {
        let term = rest.floor();
        let next = (term * last.0 + before.0, term * last.1 + before.1);
        if next.1 > greatest {
            let steps = ((greatest - before.1) / last.1).floor();
            let between = (before.0 + steps * last.0, before.1 + steps * last.1);
            let off = |fraction: (f64, f64)| (fraction.0 / fraction.1 - number).abs();
            return if between.1 > 0.0 && off(between) < off(last) { between } else { last };
        }
        (before, last) = (last, next);
        let left = rest - term;
        // What is left is noise of the double.
        if left < 1e-9 || (last.0 / last.1 - number).abs() <= number * 1e-15 {
            return last;
        }
        rest = 1.0 / left;
    }
}

/// Appends digits to the right in their places.
fn push_right(out: &mut String, part: &[Token], digits: &str) {
    let mut left = part.iter().filter(|token| matches!(token, Token::Digit(_))).count();
    let mut rest = digits;
    for token in part {
        let Token::Digit(place) = token else {
            token.push_literal(out);
            continue;
        };
        if rest.len() >= left {
            let (here, after) = rest.split_at(rest.len() - left + 1);
            out.push_str(here);
            rest = after;
        } else if *place == '?' {
            out.push(' ');
        } else if *place == '0' {
            out.push('0');
        }
        left -= 1;
    }
}

/// Appends digits to the left in their places.
fn push_left(out: &mut String, places: &[char], digits: &str) {
    if fixed(places).is_some() {
        out.extend(places);
        return;
    }
    let missing = places.len().saturating_sub(digits.len());
    let zeros = places.iter().take(missing).take_while(|place| **place == '0').count();
    out.extend(std::iter::repeat_n('0', zeros));
    out.push_str(digits);
    let spaces = places[places.len() - (missing - zeros)..].iter().filter(|place| **place == '?');
    out.extend(spaces.map(|_| ' '));
}
