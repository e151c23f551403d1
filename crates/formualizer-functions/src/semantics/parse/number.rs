//! Numbers: signs, currency, thousands, percent, exponents, fractions.
//!
//! - A sign or a currency sign comes first, in either order; a number in parentheses is negative. The dollar sign
//!   and the euro sign are known, before or after the number (stored: `VALUE("23€")`).
//! - Each comma has three digits behind it: `1,234` is a number, `12,34` is none (stored).
//! - A percent sign stands before or after the number, and divides by 100.
//! - A fraction needs its whole part: `1 1/2` is 1.5, `0 3/4` is 0.75, while `1/2` is a date.
//! - As many digits as there are count; Excel reads no more than fifteen, which makes no difference to what it shows.

use super::scan::Scan;

const CURRENCY: [char; 2] = ['$', '€'];

pub(super) fn parse(text: &str) -> Option<f64> {
    let mut scan = Scan::new(text);
    let mut signs = Signs::default();
    signs.before(&mut scan)?;
    let magnitude = magnitude(&mut scan, &signs)?;
    signs.after(&mut scan)?;
    let n = if signs.percent { magnitude / 100.0 } else { magnitude };
    let n = if signs.minus || signs.parenthesis { -n } else { n };
    // No text is negative zero.
    (scan.is_done() && n.is_finite()).then_some(n + 0.0)
}

/// What stands around the digits, each at most once.
#[derive(Default)]
struct Signs {
    sign: bool,
    minus: bool,
    parenthesis: bool,
    currency: bool,
    percent: bool,
}

impl Signs {
    fn before(&mut self, scan: &mut Scan<'_>) -> Option<()> {
        loop {
            let seen = if let Some(sign) = scan.take_any(&['+', '-']) {
                self.minus = sign == '-';
                std::mem::replace(&mut self.sign, true)
            } else if scan.take_any(&CURRENCY).is_some() {
                std::mem::replace(&mut self.currency, true)
            } else if scan.take('%') {
                std::mem::replace(&mut self.percent, true)
            } else if scan.take('(') {
                std::mem::replace(&mut self.parenthesis, true)
            } else {
                break;
            };
            if seen {
                return None;
            }
            scan.spaces();
        }
        let both = self.sign && self.parenthesis || self.currency && self.percent;
        (!both).then_some(())
    }

    fn after(&mut self, scan: &mut Scan<'_>) -> Option<()> {
        let mut closed = !self.parenthesis;
        loop {
            scan.spaces();
            let seen = if scan.take_any(&CURRENCY).is_some() {
                std::mem::replace(&mut self.currency, true) || self.percent
            } else if scan.take('%') {
                std::mem::replace(&mut self.percent, true) || self.currency
            } else if scan.take(')') {
                std::mem::replace(&mut closed, true)
            } else {
                break;
            };
            if seen {
                return None;
            }
        }
        closed.then_some(())
    }
}

/// Digits with commas and a point, an exponent, or a whole number and a fraction.
fn magnitude(scan: &mut Scan<'_>, signs: &Signs) -> Option<f64> {
    let start = *scan;
    let mut digits = scan.digits().len();
    let whole = digits > 0;
    while whole && scan.take(',') {
        if scan.digits().len() != 3 {
            return None;
        }
    }
    if whole && !signs.percent && scan.rest().starts_with(' ') {
        let mut ahead = *scan;
        ahead.spaces();
        if let Some(part) = fraction(&mut ahead) {
            let whole = value(start.until(scan))?;
            *scan = ahead;
            return Some(whole + part);
        }
    }
    if scan.take('.') {
        digits += scan.digits().len();
    }
    if digits == 0 {
        return None;
    }
    if scan.take_any(&['e', 'E']).is_some() {
        scan.take_any(&['+', '-']);
        if scan.digits().is_empty() {
            return None;
        }
    }
    value(start.until(scan))
}

/// The number of digits, which may have commas, a point and an exponent.
fn value(text: &str) -> Option<f64> {
    if text.contains(',') { text.replace(',', "").parse().ok() } else { text.parse().ok() }
}

/// `1/2`, after a whole number and a space.
fn fraction(scan: &mut Scan<'_>) -> Option<f64> {
    let above = scan.digits();
    if !scan.take('/') {
        return None;
    }
    let below = scan.digits();
    let (above, below) = (above.parse::<u32>().ok()?, below.parse::<u32>().ok()?);
    (below != 0).then(|| f64::from(above) / f64::from(below))
}
