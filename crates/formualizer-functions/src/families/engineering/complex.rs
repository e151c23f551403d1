//! Functions of complex numbers, which are texts.
//!
//! Powers, roots and logarithms go by size and angle, as Excel's do: `IMPOWER("2+3i",3)` is
//! `-46+9.00000000000001i` on Microsoft's page. The formulas of the others are those of Abramowitz and Stegun, 4.3
//! and 4.5.

use super::inumber::{Complex, Unit, parse};
use crate::{
    call::{Argument, Call, Output, Result},
    families::math::trigonometry::angle,
    record::{Kernel, Parameter, Record, array, value},
    semantics::Scalar,
};
use std::f64::consts::{LN_2, LN_10};
use udf_abi::ErrorCode;

const INUMBER: &[Parameter] = &[value("inumber")];
const TWO: &[Parameter] = &[value("inumber1"), value("inumber2")];
const MANY: &[Parameter] = &[array("inumber1"), array("inumber2").optional()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "COMPLEX",
        &[value("real_num"), value("i_num"), value("suffix").optional()],
        Kernel::OfRow(complex),
        "The text of a complex number of two parts.",
    ),
    Record::new(
        "IMABS",
        INUMBER,
        Kernel::OfRow(|call| Ok(inumber(call, 0)?.0.size().into())),
        "The absolute value of a complex number.",
    ),
    Record::new(
        "IMAGINARY",
        INUMBER,
        Kernel::OfRow(|call| Ok(inumber(call, 0)?.0.im.into())),
        "The imaginary part of a complex number.",
    ),
    Record::new("IMARGUMENT", INUMBER, Kernel::OfRow(argument), "The angle of a complex number."),
    Record::new(
        "IMCONJUGATE",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| Ok(Complex { re: z.re, im: -z.im }))),
        "A complex number with its imaginary part negated.",
    ),
    Record::new(
        "IMCOS",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, cos)),
        "The cosine of a complex number.",
    ),
    Record::new(
        "IMCOSH",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, cosh)),
        "The hyperbolic cosine of a complex number.",
    )
    .future(),
    Record::new(
        "IMCOT",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| cos(z)?.over(sin(z)?))),
        "The cotangent of a complex number.",
    )
    .future(),
    Record::new(
        "IMCSC",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| Complex::ONE.over(sin(z)?))),
        "The cosecant of a complex number.",
    )
    .future(),
    Record::new(
        "IMCSCH",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| Complex::ONE.over(sinh(z)?))),
        "The hyperbolic cosecant of a complex number.",
    )
    .future(),
    Record::new(
        "IMDIV",
        TWO,
        Kernel::OfRow(|call| of_two(call, Complex::over)),
        "The quotient of two complex numbers.",
    ),
    Record::new(
        "IMEXP",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, exp)),
        "e raised to a complex number.",
    ),
    Record::new(
        "IMLN",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, ln)),
        "The natural logarithm of a complex number.",
    ),
    Record::new(
        "IMLOG10",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| Ok(ln(z)?.scaled(1.0 / LN_10)))),
        "The logarithm to the base 10 of a complex number.",
    ),
    Record::new(
        "IMLOG2",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| Ok(ln(z)?.scaled(1.0 / LN_2)))),
        "The logarithm to the base 2 of a complex number.",
    ),
    Record::new(
        "IMPOWER",
        &[value("inumber"), value("number")],
        Kernel::OfRow(power),
        "A complex number raised to a power.",
    ),
    Record::new(
        "IMPRODUCT",
        MANY,
        Kernel::OfRow(|call| of_many(call, Complex::times)),
        "The product of complex numbers.",
    )
    .repeating(1),
    Record::new(
        "IMREAL",
        INUMBER,
        Kernel::OfRow(|call| Ok(inumber(call, 0)?.0.re.into())),
        "The real part of a complex number.",
    ),
    Record::new(
        "IMSEC",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| Complex::ONE.over(cos(z)?))),
        "The secant of a complex number.",
    )
    .future(),
    Record::new(
        "IMSECH",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| Complex::ONE.over(cosh(z)?))),
        "The hyperbolic secant of a complex number.",
    )
    .future(),
    Record::new(
        "IMSIN",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, sin)),
        "The sine of a complex number.",
    ),
    Record::new(
        "IMSINH",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, sinh)),
        "The hyperbolic sine of a complex number.",
    )
    .future(),
    Record::new(
        "IMSQRT",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| Ok(raised(z, 0.5)))),
        "The square root of a complex number.",
    ),
    Record::new(
        "IMSUB",
        TWO,
        Kernel::OfRow(|call| of_two(call, |a, b| Ok(a.subtract(b)))),
        "The difference of two complex numbers.",
    ),
    Record::new(
        "IMSUM",
        MANY,
        Kernel::OfRow(|call| of_many(call, Complex::add)),
        "The sum of complex numbers.",
    )
    .repeating(1),
    Record::new(
        "IMTAN",
        INUMBER,
        Kernel::OfRow(|call| of_one(call, |z| sin(z)?.over(cos(z)?))),
        "The tangent of a complex number.",
    )
    .future(),
];

/// The complex number that a value stands for, and its unit.
fn number_of(value: Scalar<'_>) -> Result<(Complex, Option<Unit>)> {
    match value {
        Scalar::Blank => Ok((Complex { re: 0.0, im: 0.0 }, None)),
        Scalar::Number(re) => Ok((Complex { re, im: 0.0 }, None)),
        Scalar::Text(text) => parse(text),
        Scalar::Logical(_) => Err(ErrorCode::Value),
        Scalar::Error(code) => Err(code),
    }
}

fn inumber(call: &Call<'_>, index: usize) -> Result<(Complex, Option<Unit>)> {
    match call.argument(index) {
        Argument::Empty => Err(ErrorCode::Na),
        _ => number_of(call.scalar(index)),
    }
}

fn of_one(call: &Call<'_>, function: impl Fn(Complex) -> Result<Complex>) -> Result<Output> {
    let (z, unit) = inumber(call, 0)?;
    Ok(function(z)?.show(unit)?.into())
}

fn of_two(
    call: &Call<'_>,
    function: impl Fn(Complex, Complex) -> Result<Complex>,
) -> Result<Output> {
    let ((a, unit_a), (b, unit_b)) = (inumber(call, 0)?, inumber(call, 1)?);
    let unit = Unit::both(unit_a, unit_b)?;
    Ok(function(a, b)?.show(unit)?.into())
}

/// Blank cells are passed over.
fn of_many(call: &Call<'_>, step: impl Fn(Complex, Complex) -> Complex) -> Result<Output> {
    let (mut result, mut unit) = (None, None);
    let mut one = |value: Scalar<'_>| -> Result<()> {
        let (z, unit_of_z) = number_of(value)?;
        unit = Unit::both(unit, unit_of_z)?;
        result = Some(result.map_or(z, |result| step(result, z)));
        Ok(())
    };
    for index in 0..call.len() {
        match call.argument(index) {
            Argument::Array(table) => {
                let filled = table.iter().map(|cell| cell.scalar()).filter(|v| *v != Scalar::Blank);
                filled.into_iter().try_for_each(&mut one)?;
            }
            Argument::Empty => return Err(ErrorCode::Na),
            _ => one(call.scalar(index))?,
        }
    }
    Ok(result.unwrap_or(Complex { re: 0.0, im: 0.0 }).show(unit)?.into())
}

fn complex(call: &Call<'_>) -> Result<Output> {
    let z = Complex { re: call.required_number(0)?, im: call.required_number(1)? };
    let unit = match &*call.text_or(2, "i")? {
        "" | "i" => Unit::I,
        "j" => Unit::J,
        _ => return Err(ErrorCode::Value),
    };
    Ok(z.show(Some(unit))?.into())
}

fn argument(call: &Call<'_>) -> Result<Output> {
    let (z, _) = inumber(call, 0)?;
    if z.is_zero() { Err(ErrorCode::Div) } else { Ok(z.angle().into()) }
}

fn sin(z: Complex) -> Result<Complex> {
    let a = angle(z.re)?;
    Ok(Complex { re: libm::sin(a) * libm::cosh(z.im), im: libm::cos(a) * libm::sinh(z.im) })
}

fn cos(z: Complex) -> Result<Complex> {
    let a = angle(z.re)?;
    Ok(Complex { re: libm::cos(a) * libm::cosh(z.im), im: -libm::sin(a) * libm::sinh(z.im) })
}

fn sinh(z: Complex) -> Result<Complex> {
    let b = angle(z.im)?;
    Ok(Complex { re: libm::sinh(z.re) * libm::cos(b), im: libm::cosh(z.re) * libm::sin(b) })
}

fn cosh(z: Complex) -> Result<Complex> {
    let b = angle(z.im)?;
    Ok(Complex { re: libm::cosh(z.re) * libm::cos(b), im: libm::sinh(z.re) * libm::sin(b) })
}

fn exp(z: Complex) -> Result<Complex> {
    Ok(Complex::of_polar(libm::exp(z.re), angle(z.im)?))
}

fn ln(z: Complex) -> Result<Complex> {
    if z.is_zero() {
        return Err(ErrorCode::Num);
    }
    Ok(Complex { re: libm::log(z.size()), im: z.angle() })
}

/// A power by size and angle.
fn raised(z: Complex, power: f64) -> Complex {
    if z.is_zero() {
        return z;
    }
    Complex::of_polar(libm::pow(z.size(), power), z.angle() * power)
}

fn power(call: &Call<'_>) -> Result<Output> {
    let (z, unit) = inumber(call, 0)?;
    let power = call.required_number(1)?;
    if z.is_zero() && power <= 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(raised(z, power).show(unit)?.into())
}
