//! Roman numerals, and numbers written in any base.

use crate::{
    call::{Call, Output, Result, text, whole},
    record::{Kernel, Record, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "ARABIC",
        &[value("text")],
        Kernel::OfRow(arabic),
        "The number of a Roman numeral.",
    )
    .future(),
    Record::new(
        "BASE",
        &[value("number"), value("radix"), value("min_length").optional()],
        Kernel::OfText(base),
        "A number written in a base, as text.",
    )
    .future(),
    Record::new(
        "DECIMAL",
        &[value("text"), value("radix")],
        Kernel::OfRow(decimal),
        "The number of a text that is written in a base.",
    )
    .future(),
    Record::new(
        "ROMAN",
        &[value("number"), value("form").optional()],
        Kernel::OfText(roman),
        "The Roman numeral of a number.",
    ),
];

/// The most characters that `ARABIC`, `BASE` and `DECIMAL` read or write.
const MOST_CHARACTERS: usize = 255;

/// Signs of Roman numerals from the largest, and the first form that has them. Each form subtracts from signs
/// that are further away than the form before allows (Microsoft's page of `ROMAN`: 499 is CDXCIX, LDVLIV, XDIX,
/// VDIV, ID).
const SIGNS: [(u32, &str, i64); 23] = [
    (1000, "M", 0),
    (999, "IM", 4),
    (995, "VM", 3),
    (990, "XM", 2),
    (950, "LM", 1),
    (900, "CM", 0),
    (500, "D", 0),
    (499, "ID", 4),
    (495, "VD", 3),
    (490, "XD", 2),
    (450, "LD", 1),
    (400, "CD", 0),
    (100, "C", 0),
    (99, "IC", 2),
    (95, "VC", 1),
    (90, "XC", 0),
    (50, "L", 0),
    (49, "IL", 2),
    (45, "VL", 1),
    (40, "XL", 0),
    (10, "X", 0),
    (9, "IX", 0),
    (5, "V", 0),
];

fn roman(call: &Call<'_>, out: &mut String) -> Result<()> {
    let number = call.number(0)?.trunc();
    let form = match call.scalar(1) {
        Scalar::Logical(true) => 0,
        Scalar::Logical(false) => 4,
        _ => call.integer_or(1, 0)?,
    };
    if !(0.0..=3999.0).contains(&number) || !(0..=4).contains(&form) {
        return Err(ErrorCode::Value);
    }
    let mut rest = number as u32;
    for (size, sign, _) in SIGNS.into_iter().filter(|(.., first)| *first <= form) {
        while rest >= size {
            out.push_str(sign);
            rest -= size;
        }
    }
    out.push_str(["", "I", "II", "III", "IV"].get(rest as usize).unwrap_or(&""));
    Ok(())
}

/// Signs before larger ones are subtracted, others added.
fn arabic(call: &Call<'_>) -> Result<Output> {
    let text = call.text(0)?;
    if text.len() > MOST_CHARACTERS {
        return Err(ErrorCode::Value);
    }
    let text = text.trim_matches(' ');
    let (negative, signs) = match text.strip_prefix('-') {
        Some(signs) => (true, signs),
        None => (false, text),
    };
    let (mut total, mut largest) = (0, 0);
    for sign in signs.bytes().rev() {
        let size = match sign.to_ascii_uppercase() {
            b'I' => 1,
            b'V' => 5,
            b'X' => 10,
            b'L' => 50,
            b'C' => 100,
            b'D' => 500,
            b'M' => 1000,
            _ => return Err(ErrorCode::Value),
        };
        if size < largest {
            total -= size;
        } else {
            total += size;
            largest = size;
        }
    }
    Ok(f64::from(if negative { -total } else { total }).into())
}

/// A radix from 2 to 36.
fn radix(call: &Call<'_>) -> Result<u32> {
    match call.integer(1)? {
        radix @ 2..=36 => u32::try_from(radix).map_err(|_| ErrorCode::Num),
        _ => Err(ErrorCode::Num),
    }
}

/// How many digits a number has in a base.
pub(in crate::families) fn count_of_digits(number: u64, radix: u32) -> usize {
    number.checked_ilog(u64::from(radix)).map_or(1, |last| last as usize + 1)
}

/// Appends a number written in a base with digits from 0 to Z, with zeros before it where it is shorter than asked.
pub(in crate::families) fn push_written(
    out: &mut String,
    mut number: u64,
    radix: u32,
    length: usize,
) {
    let mut digits = ['0'; 64];
    let count = count_of_digits(number, radix);
    for place in digits.iter_mut().take(count).rev() {
        let digit = u32::try_from(number % u64::from(radix)).unwrap_or(0);
        *place = char::from_digit(digit, radix).unwrap_or('0').to_ascii_uppercase();
        number /= u64::from(radix);
    }
    out.extend(std::iter::repeat_n('0', length.saturating_sub(count)));
    out.extend(digits.iter().take(count));
}

fn base(call: &Call<'_>, out: &mut String) -> Result<()> {
    let number = u64::try_from(whole(call.number(0)?)?).map_err(|_| ErrorCode::Num)?;
    let radix = radix(call)?;
    let length = usize::try_from(call.integer_or(2, 0)?).map_err(|_| ErrorCode::Num)?;
    if number >= 1 << 53 || length > MOST_CHARACTERS {
        return Err(ErrorCode::Num);
    }
    push_written(out, number, radix, length);
    Ok(())
}

fn decimal(call: &Call<'_>) -> Result<Output> {
    let text = text(call.scalar(0))?;
    let radix = radix(call)?;
    if text.len() > MOST_CHARACTERS {
        return Err(ErrorCode::Value);
    }
    let mut digits = text.trim_start_matches(' ');
    // Hexadecimal numbers may begin with 0x and end with h, binary ones end with b.
    if radix == 16 {
        digits =
            ["0x", "0X", "x", "X"].iter().find_map(|p| digits.strip_prefix(p)).unwrap_or(digits);
        digits = digits.strip_suffix(['h', 'H']).unwrap_or(digits);
    } else if radix == 2 {
        digits = digits.strip_suffix(['b', 'B']).unwrap_or(digits);
    }
    let mut number = 0.0;
    for digit in digits.chars() {
        let digit = digit.to_digit(radix).ok_or(ErrorCode::Num)?;
        number = number * f64::from(radix) + f64::from(digit);
    }
    Ok(number.into())
}
