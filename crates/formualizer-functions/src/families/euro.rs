//! The currencies that became the euro.
//!
//! Rates and rules: Council Regulations (EC) 2866/98, 1478/2000, 1086/2006, 1134/2007, 1135/2007, 694/2008, 671/2010,
//! 870/2013, 851/2014 and (EU) 2022/1208; Microsoft, "EUROCONVERT function". One currency becomes another by way of the
//! euro.

use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Record, value},
    semantics::{Decimal, round},
};
use udf_abi::ErrorCode;

pub(super) const RECORDS: &[Record] = &[Record::new(
    "EUROCONVERT",
    &[
        value("number"),
        value("source"),
        value("target"),
        value("full_precision").optional(),
        value("triangulation_precision").optional(),
    ],
    Kernel::OfRow(euroconvert),
    "A sum of a currency that became the euro in another.",
)
.differing("The currencies that became the euro after 2007 are known, too.")];

/// Currency, units to one euro, decimals of a result.
const RATES: [(&str, f64, i32); 22] = [
    ("EUR", 1.0, 2),
    ("BEF", 40.3399, 0),
    ("LUF", 40.3399, 0),
    ("DEM", 1.95583, 2),
    ("ESP", 166.386, 0),
    ("FRF", 6.55957, 2),
    ("IEP", 0.787_564, 2),
    ("ITL", 1936.27, 0),
    ("NLG", 2.20371, 2),
    ("ATS", 13.7603, 2),
    ("PTE", 200.482, 0),
    ("FIM", 5.94573, 2),
    ("GRD", 340.750, 0),
    ("SIT", 239.640, 2),
    ("CYP", 0.585_274, 2),
    ("MTL", 0.429_300, 2),
    ("SKK", 30.1260, 2),
    ("EEK", 15.6466, 2),
    ("LVL", 0.702_804, 2),
    ("LTL", 3.45280, 2),
    ("HRK", 7.53450, 2),
    ("BGN", 1.95583, 2),
];

fn rate(name: &str) -> Result<(f64, i32)> {
    let known = RATES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    known.map(|(_, rate, decimals)| (*rate, *decimals)).ok_or(ErrorCode::Value)
}

fn euroconvert(call: &Call<'_>) -> Result<Output> {
    let number = call.number(0)?;
    let (source, _) = rate(&call.text(1)?)?;
    let (target, decimals) = rate(&call.text(2)?)?;
    let full = call.logical_or(3, false)?;
    let mut euros = number / source;
    if !call.is_missing(4) {
        let digits = call.integer(4)?;
        let digits = u32::try_from(digits).ok().filter(|n| *n >= 3).ok_or(ErrorCode::Value)?;
        if target != 1.0 && source != 1.0 {
            euros = Decimal::new(euros).significant(digits).to_f64();
        }
    }
    if call.text(1)?.eq_ignore_ascii_case(&call.text(2)?) {
        return Ok(number.into());
    }
    let result = euros * target;
    Ok(if full { result } else { round::round(result, decimals) }.into())
}
