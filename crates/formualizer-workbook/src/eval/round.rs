//! Rounding as spreadsheets do it: of the fifteen digits that a number shows, not of its binary value.

/// Which way to round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// To the nearest; halves away from zero.
    Nearest,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// 1, 10, … as far as doubles hold them exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// `number` with so many digits after the point; `None` where its fifteen digits are not certain.
pub(crate) fn rounded(number: f64, digits: i32, mode: Mode) -> Option<f64> {
    if number == 0.0 || !number.is_finite() {
        return Some(number);
    }
    let magnitude = match quick(number.abs(), digits, mode) {
        Some(magnitude) => magnitude,
        None => by_digits(number.abs(), digits, mode)?,
    };
    Some(magnitude.copysign(number))
}

/// Where the scaled number is so far from a boundary that its binary value decides.
fn quick(magnitude: f64, digits: i32, mode: Mode) -> Option<f64> {
    let power = *POWERS.get(digits.unsigned_abs() as usize)?;
    let scaled = if digits >= 0 { magnitude * power } else { magnitude / power };
    if scaled >= 1e12 {
        return None;
    }
    let whole = scaled.floor();
    let fraction = scaled - whole;
    let margin = scaled * 4e-14;
    let near = |boundary: f64| (fraction - boundary).abs() <= margin;
    let result = match mode {
        Mode::Nearest if near(0.5) => return None,
        Mode::Nearest => whole + f64::from(u8::from(fraction > 0.5)),
        _ if fraction == 0.0 && digits == 0 => whole,
        _ if near(0.0) || near(1.0) => return None,
        Mode::Down => whole,
        Mode::Up => whole + 1.0,
    };
    Some(if digits >= 0 { result / power } else { result * power })
}

/// From the decimal digits themselves.
fn by_digits(magnitude: f64, digits: i32, mode: Mode) -> Option<f64> {
    // More digits than any double has, to see a number that lies exactly between two of fifteen digits.
    let long = format!("{magnitude:.50e}");
    let (mantissa, exponent) = long.split_once('e')?;
    let tail = mantissa.get(16..)?;
    if tail.starts_with('5') && tail[1..].bytes().all(|digit| digit == b'0') {
        return None;
    }
    let text = format!("{magnitude:.14e}");
    let (mantissa, shown) = text.split_once('e').unwrap_or((mantissa, exponent));
    let exponent: i64 = shown.parse().ok()?;
    let coefficient: u64 = mantissa.replace('.', "").parse().ok()?;
    // magnitude = coefficient × 10^last, to be kept down to 10^unit
    let (last, unit) = (exponent - 14, -i64::from(digits));
    if last >= unit {
        return format!("{coefficient}e{last}").parse().ok();
    }
    let (kept, up) = match u32::try_from(unit - last) {
        Ok(dropped @ 1..=15) => {
            let step = 10_u64.pow(dropped);
            let rest = coefficient % step;
            let up = match mode {
                Mode::Nearest => rest * 2 >= step,
                Mode::Down => false,
                Mode::Up => rest > 0,
            };
            (coefficient / step, up)
        }
        _ => (0, mode == Mode::Up),
    };
    format!("{}e{unit}", kept + u64::from(up)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_those_of_the_shown_digits() {
        let nearest = |number, digits| rounded(number, digits, Mode::Nearest).unwrap();
        assert_eq!(nearest(2.5, 0), 3.0);
        assert_eq!(nearest(-2.5, 0), -3.0);
        assert_eq!(nearest(1.005, 2), 1.01);
        assert_eq!(nearest(2.675, 2), 2.68);
        assert_eq!(nearest(1234.0, -2), 1200.0);
        assert_eq!(nearest(1e300, 2), 1e300);
        assert_eq!(nearest(0.4, 0), 0.0);
    }

    #[test]
    fn up_and_down_go_by_the_sign() {
        assert_eq!(rounded(-1.21, 1, Mode::Up), Some(-1.3));
        assert_eq!(rounded(-1.29, 1, Mode::Down), Some(-1.2));
        assert_eq!(rounded(1.1, 1, Mode::Up), Some(1.1));
        assert_eq!(rounded(1.1, i32::MAX, Mode::Up), Some(1.1));
        assert_eq!(rounded(1.1, i32::MIN + 1, Mode::Down), Some(0.0));
    }
}
