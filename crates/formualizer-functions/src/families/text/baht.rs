//! Numbers in Thai words, as sums of money.
//!
//! Numbers are read in groups of six digits, each followed by ล้าน (million). A one in the last place is เอ็ด
//! where something stands before it, two tens are ยี่สิบ, one ten is สิบ (the rules of the Royal Society of
//! Thailand, which `BAHTTEXT` follows). Sums are rounded to the satang; a whole sum ends with ถ้วน.

use crate::{
    call::{Call, Result},
    record::{Kernel, Record, value},
    semantics::{Decimal, Direction},
};

pub(in crate::families) const RECORDS: &[Record] = &[Record::new(
    "BAHTTEXT",
    &[value("number")],
    Kernel::OfText(bahttext),
    "A number in Thai words, as a sum in baht.",
)];

const DIGITS: [&str; 10] = ["ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"];
const POWERS: [&str; 6] = ["", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน"];
const MILLION: &str = "ล้าน";

fn bahttext(call: &Call<'_>, out: &mut String) -> Result<()> {
    let decimal = Decimal::new(call.number(0)?).rounded(2, Direction::Nearest);
    let (baht, satang) =
        (decimal.whole_digits().to_string(), decimal.fraction_digits(2).to_string());
    let whole = satang == "00";
    if decimal.is_negative() {
        out.push_str("ลบ");
    }
    if !baht.is_empty() || whole {
        push(out, if baht.is_empty() { "0" } else { &baht });
        out.push_str("บาท");
    }
    if whole {
        out.push_str("ถ้วน");
    } else {
        push(out, &satang);
        out.push_str("สตางค์");
    }
    Ok(())
}

/// Appends the words for digits.
fn push(out: &mut String, digits: &str) {
    if digits.bytes().all(|digit| digit == b'0') {
        out.push_str(DIGITS[0]);
        return;
    }
    let mut begun = false;
    for (at, digit) in digits.bytes().enumerate() {
        let left = digits.len() - 1 - at;
        let power = left % POWERS.len();
        match (digit, power) {
            (b'0', _) => {}
            (b'1', 0) if begun => out.push_str("เอ็ด"),
            (b'1', 1) => {}
            (b'2', 1) => out.push_str("ยี่"),
            _ => out
                .push_str(DIGITS.get(usize::from(digit.wrapping_sub(b'0'))).copied().unwrap_or("")),
        }
        if digit != b'0' {
            begun = true;
            out.push_str(POWERS.get(power).copied().unwrap_or(""));
        }
        if power == 0 && left > 0 {
            out.push_str(MILLION);
        }
    }
}
