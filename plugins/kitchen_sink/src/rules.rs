//! `Option`, defaults, variadic parameters, volatile functions, hints, panics.

use formualizer_udf_sdk::{Context, DateTimeUtc, ErrorCode, UdfError, fz_udf};

/// A price with a discount taken off. The rate's default stands where it is left out, and in rows
/// where it is null.
#[fz_udf(thread_safe, examples = [
    (200) => 180,
    (200, 0.5) => 100,
    ([200, 100, null], [0.25, null, 0.25]) => [150, 90, null],
])]
pub fn discount(
    /// The price before it.
    price: f64,
    /// The part taken off: 0.1 for 10 %.
    #[default = 0.1]
    rate: f64,
) -> f64 {
    price * (1.0 - rate)
}

/// The number, or 0 where there is none. An `Option` sees null.
#[fz_udf(examples = [([1, null]) => [1, 0], () => 0])]
pub fn or_zero(
    /// The number.
    x: Option<f64>,
) -> f64 {
    x.unwrap_or(0.0)
}

/// Texts as one, with another one between them; those that are null are passed over.
#[fz_udf(examples = [
    (", ", "a", "b", "c") => "a, b, c",
    ("-", ["a", null], [null, "b"], "é") => ["a-é", "b-é"],
    ("-") => "",
])]
pub fn join_all(
    /// What stands between two texts.
    separator: &str,
    /// The texts.
    #[variadic]
    texts: &[Option<&str>],
) -> String {
    texts.iter().flatten().copied().collect::<Vec<_>>().join(separator)
}

/// The largest of one or more numbers. A row in which one is null has none.
#[fz_udf(examples = [(3) => 3, (1, 5, 2) => 5, ([1, 2], [null, 3]) => [null, 3]])]
pub fn largest(
    /// The numbers.
    #[variadic(min = 1)]
    numbers: &[f64],
) -> f64 {
    numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// The number that a text spells. `#VALUE!`, with the reason, where it spells none; `#N/A` where
/// it is empty; nothing where it is a dash.
#[fz_udf(examples = [
    (" 2.5 ") => 2.5,
    (["1", "-", "x", "", null]) => [
        1, null, error("#VALUE!", "`x` is no number"), error("#N/A", ""), null,
    ],
])]
pub fn parse_number(
    /// The text.
    text: &str,
) -> Result<Option<f64>, UdfError> {
    match text.trim() {
        "" => Err(ErrorCode::Na.into()),
        "-" => Ok(None),
        text => text.parse().map(Some).map_err(|_| format!("`{text}` is no number").into()),
    }
}

/// A number of pips, as a die shows them: another one in each row and each call.
#[fz_udf(volatile, examples = [(1) => 1])]
pub fn roll(
    context: Context,
    /// Sides of the die.
    #[default = 6]
    sides: u32,
) -> Result<u32, UdfError> {
    if sides == 0 {
        return Err(UdfError::num("a die has sides"));
    }
    Ok((context.random(0) * f64::from(sides)) as u32 + 1)
}

/// The instant of the call.
#[fz_udf(kind = "reduce", volatile, aliases = ["CLOCK.NOW"], examples = [() => "1970-01-01T00:00:00Z"])]
pub fn clock_now(context: Context) -> DateTimeUtc {
    DateTimeUtc { micros: context.now_us() }
}

/// About the square root of a number: three steps of Newton's method. Not deterministic: a later
/// version may take another number of steps.
#[fz_udf(deterministic = false, total, examples = [(1) => 1, (null) => null])]
pub fn rough_root(
    /// The number.
    x: f64,
) -> f64 {
    let step = |guess: f64| 0.5 * (guess + x / guess);
    step(step(step(1.0_f64.max(0.5 * x))))
}

/// Steps until 1 is reached, halving even numbers and taking 3n + 1 of odd ones. May take long:
/// hosts are told what a call needs.
#[fz_udf(hints(memory = 4_194_304, deadline_ms = 500), examples = [
    (27) => 111,
    ([1, 2, 3, 0]) => [0, 1, 7, error("#NUM!")],
])]
pub fn collatz(
    /// A number of 1 or more.
    n: u64,
) -> Result<u32, UdfError> {
    if n == 0 {
        return Err(UdfError::num("0 never reaches 1"));
    }
    let (mut n, mut steps) = (n, 0);
    while n != 1 {
        let next = if n.is_multiple_of(2) {
            Some(n / 2)
        } else {
            n.checked_mul(3).and_then(|m| m.checked_add(1))
        };
        n = next.ok_or_else(|| UdfError::num(format!("after {steps} steps, {n} is too large")))?;
        steps += 1;
    }
    Ok(steps)
}

/// The letter at a place, from 1.
///
/// # Panics
/// Where there is no such place. Only that row fails, with the message; it is slow, and an `Err` is
/// better.
#[fz_udf(examples = [("abc", 2) => "b", ("añb", 2) => "ñ"])]
pub fn nth_letter(
    /// The text.
    text: &str,
    /// The place.
    place: u32,
) -> String {
    let index = (place as usize).wrapping_sub(1);
    match text.chars().nth(index) {
        Some(letter) => letter.into(),
        None => panic!("{text} has no letter {place}"),
    }
}

/// a / b of whole numbers, rounded towards 0. It panics where `b` is 0; rows that are null are not
/// evaluated, though their slots hold 0.
#[fz_udf(name = "KITCHEN.RATIO", examples = [
    (7, 2) => 3,
    ([7, 8, 9], [2, null, -2]) => [3, null, -4],
])]
pub fn plain_ratio(
    /// The number above.
    a: i64,
    /// The number below.
    b: i64,
) -> i64 {
    a.wrapping_div(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_called_with_all_of_their_parameters() {
        assert_eq!(discount(200.0, 0.1), 180.0);
        assert_eq!(join_all("-", &[Some("a"), None, Some("b")]), "a-b");
        assert_eq!(largest(&[]), f64::NEG_INFINITY);
        assert_eq!(parse_number("x"), Err(UdfError::value("`x` is no number")));
        assert!((rough_root(2.0) - 2.0_f64.sqrt()).abs() < 1e-5);
        assert_eq!(collatz(27), Ok(111));
        assert!(collatz(u64::MAX).unwrap_err().message().starts_with("after 0 steps"));
    }

    #[test]
    fn dice_show_every_side() {
        let mut seen = [0; 6];
        for row in 0..600 {
            let pips = roll(Context::new(1, 0, row), 6).unwrap();
            seen[pips as usize - 1] += 1;
        }
        assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
        assert!(roll(Context::new(1, 0, 0), 0).is_err());
        assert_eq!(clock_now(Context::new(0, 5, 0)), DateTimeUtc { micros: 5 });
    }

    #[test]
    #[should_panic(expected = "abc has no letter 0")]
    fn a_place_that_is_not_there_panics() {
        nth_letter("abc", 0);
    }
}
