//! Factorials, combinations, divisors and multiples.
//!
//! Counts lose their fractions before anything is asked of them. The functions that came with the Analysis
//! ToolPak (`GCD`, `LCM`, `MULTINOMIAL`, `FACTDOUBLE`) take texts that are numbers also from cells, and no logical
//! values.

use crate::{
    call::{Argument, Call, Output, Result, number},
    record::{Kernel, Parameter, Record, array, value},
    semantics::{Scalar, round::round_down},
};
use udf_abi::ErrorCode;

const NUMBERS: &[Parameter] = &[array("number1"), array("number2").optional()];
const CHOICE: &[Parameter] = &[value("number"), value("number_chosen")];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "COMBIN",
        CHOICE,
        Kernel::OfTwo(combin, 0.0),
        "How many choices there are of some things among others.",
    ),
    Record::new(
        "COMBINA",
        CHOICE,
        Kernel::OfTwo(combina, 0.0),
        "How many choices there are where things may be chosen again.",
    )
    .future(),
    Record::new("FACT", &[value("number")], Kernel::OfOne(fact), "The factorial of a number."),
    Record::new(
        "FACTDOUBLE",
        &[value("number")],
        Kernel::OfRow(fact_double),
        "The product of every second number down to 1 or 2.",
    ),
    Record::new("GCD", NUMBERS, Kernel::OfRow(gcd), "The greatest common divisor.").repeating(1),
    Record::new("LCM", NUMBERS, Kernel::OfRow(lcm), "The least common multiple.").repeating(1),
    Record::new(
        "MULTINOMIAL",
        NUMBERS,
        Kernel::OfRow(multinomial),
        "The factorial of a sum over the product of the factorials.",
    )
    .repeating(1),
];

/// 2^53, which `GCD` and `LCM` do not reach (Microsoft's pages of both).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number without its fraction, which is not negative.
fn count(number: f64) -> Result<f64> {
    let count = round_down(number, 0);
    if count < 0.0 { Err(ErrorCode::Num) } else { Ok(count) }
}

/// The numbers of all arguments: texts are read, logical values refused. A blank cell is 0 in a range of several
/// cells and passed over alone; `#VALUE!` where no number is left (stored: of a blank A1 and 5 in B1 `LCM(A1,B1)` is
/// 5, `LCM(A1:B1)` is 0, `LCM(A1)` is `#VALUE!`).
fn toolpak_numbers(call: &Call<'_>, first: usize) -> Result<Vec<f64>> {
    let mut numbers = Vec::new();
    let one = |value: Scalar<'_>| match value {
        Scalar::Logical(_) => Err(ErrorCode::Value),
        value => number(value, call.rules()),
    };
    for index in first..call.len() {
        match call.argument(index) {
            Argument::Array(table) if table.as_single().is_none() => {
                for cell in table.iter() {
                    numbers.push(one(cell.scalar())?);
                }
                numbers.extend((table.blank_tail() > 0).then_some(0.0));
            }
            Argument::Empty => return Err(ErrorCode::Na),
            _ => match call.scalar(index) {
                Scalar::Blank => {}
                value => numbers.push(one(value)?),
            },
        }
    }
    if numbers.is_empty() { Err(ErrorCode::Value) } else { Ok(numbers) }
}

/// Counts for `GCD` and the like, which are exact.
fn counts(call: &Call<'_>) -> Result<Vec<f64>> {
    let mut counts = toolpak_numbers(call, 0)?;
    for n in &mut counts {
        // Negative numbers are refused before they lose their fraction (stored: GCD(-0.00037) is #NUM!).
        if *n < 0.0 || *n >= EXACT {
            return Err(ErrorCode::Num);
        }
        *n = round_down(*n, 0);
    }
    Ok(counts)
}

/// The binomial coefficient of whole numbers; infinite where it is too large.
fn binomial(n: f64, k: f64) -> f64 {
    let k = k.min(n - k);
    let (mut result, mut i) = (1.0, 1.0);
    // It at least doubles with each factor until it is infinite or the last is reached.
    while i <= k && f64::is_finite(result) {
        let product = result * (n - k + i);
        result = if product.is_finite() { product / i } else { result / i * (n - k + i) };
        // Every partial product is a whole number.
        if result < EXACT {
            result = result.round();
        }
        i += 1.0;
    }
    result
}

fn combin(number: f64, chosen: f64) -> Result<f64> {
    let (n, k) = (count(number)?, count(chosen)?);
    if k > n { Err(ErrorCode::Num) } else { Ok(binomial(n, k)) }
}

fn combina(number: f64, chosen: f64) -> Result<f64> {
    let (n, k) = (count(number)?, count(chosen)?);
    if k == 0.0 {
        return Ok(1.0);
    }
    if n == 0.0 { Err(ErrorCode::Num) } else { Ok(binomial(n + k - 1.0, k)) }
}

/// The factorials that doubles hold, each the nearest double.
const FACTORIALS: [f64; 171] = {
    let mut factorials = [1.0; 171];
    let mut product = Product::ONE;
    let mut n = 1;
    while n < 171 {
        product = product.times(n as u64);
        factorials[n] = product.value();
        n += 1;
    }
    factorials
};

/// A product of small whole numbers with more than a hundred bits: a number times a power of two.
#[derive(Clone, Copy)]
struct Product {
    digits: u128,
    power: u32,
}

impl Product {
    const ONE: Self = Self { digits: 1, power: 0 };

    /// Times a number below 2^9. The last of more than a hundred bits is lost each time, no more.
    const fn times(self, factor: u64) -> Self {
        let (mut digits, mut power) = (self.digits * factor as u128, self.power);
        while digits >> 118 > 0 {
            digits >>= 1;
            power += 1;
        }
        Self { digits, power }
    }

    /// The double next to it.
    const fn value(self) -> f64 {
        // The conversion rounds to the nearest; doubling is exact.
        let mut value = self.digits as f64;
        let mut power = self.power;
        while power > 0 {
            value *= 2.0;
            power -= 1;
        }
        value
    }
}

fn fact(number: f64) -> Result<f64> {
    FACTORIALS.get(count(number)? as usize).copied().ok_or(ErrorCode::Num)
}

fn fact_double(call: &Call<'_>) -> Result<Output> {
    let mut n = count(call.required_number(0)?)?;
    // The next one is too large for a double.
    if n > 300.0 {
        return Err(ErrorCode::Num);
    }
    let mut product = Product::ONE;
    while n > 1.0 {
        product = product.times(n as u64);
        n -= 2.0;
    }
    Ok(product.value().into())
}

/// Euclid's greatest common divisor of counts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts are whole, not negative, and below 2^53"
)]
fn divisor(a: f64, b: f64) -> f64 {
    let (mut a, mut b) = (a as u64, b as u64);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a as f64
}

fn gcd(call: &Call<'_>) -> Result<Output> {
    Ok(counts(call)?.into_iter().fold(0.0, divisor).into())
}

fn lcm(call: &Call<'_>) -> Result<Output> {
    let mut counts = counts(call)?.into_iter();
    let mut multiple = counts.next().unwrap_or(0.0);
    for n in counts {
        if n == 0.0 || multiple == 0.0 {
            multiple = 0.0;
        } else {
            multiple = multiple / divisor(multiple, n) * n;
        }
        if multiple >= EXACT {
            return Err(ErrorCode::Num);
        }
    }
    Ok(multiple.into())
}

fn multinomial(call: &Call<'_>) -> Result<Output> {
    let (mut total, mut result) = (0.0, 1.0);
    for n in counts(call)? {
        total += n;
        result *= binomial(total, n);
    }
    Ok(result.into())
}
