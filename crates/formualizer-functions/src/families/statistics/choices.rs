//! In how many ways some of many things can be put in order: `PERMUT`, `PERMUTATIONA`.

use crate::{
    ErrorCode, Record,
    call::Result,
    record::{Kernel, value},
};

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "PERMUT",
        &[value("number"), value("number_chosen")],
        Kernel::OfTwo(permutations, 0.0),
        "In how many orders some of many things can be chosen.",
    ),
    Record::new(
        "PERMUTATIONA",
        &[value("number"), value("number_chosen")],
        Kernel::OfTwo(permutations_again, 0.0),
        "In how many orders some of many things can be chosen, each as often as one likes.",
    )
    .future(),
];

/// n!/(n-k)!, without fractions of the arguments (Microsoft, "PERMUT function").
fn permutations(number: f64, chosen: f64) -> Result<f64> {
    let (number, chosen) = (number.trunc(), chosen.trunc());
    if number <= 0.0 || chosen < 0.0 || number < chosen {
        return Err(ErrorCode::Num);
    }
    // 171 factors, the last of them at least 1, pass the largest number.
    if chosen > 170.0 {
        return Err(ErrorCode::Num);
    }
    let (mut product, mut taken) = (1.0, 0.0);
    while taken < chosen {
        product *= number - taken;
        taken += 1.0;
    }
    Ok(product)
}

/// n^k, without fractions of the arguments (Microsoft, "PERMUTATIONA function").
fn permutations_again(number: f64, chosen: f64) -> Result<f64> {
    let (number, chosen) = (number.trunc(), chosen.trunc());
    if number < 0.0 || chosen < 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(number.powf(chosen))
}
