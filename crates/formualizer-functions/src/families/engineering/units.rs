//! `CONVERT`: numbers from unit to unit.

use super::unit_table::UNITS;
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Record, value},
};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[Record::new(
    "CONVERT",
    &[value("number"), value("from_unit"), value("to_unit")],
    Kernel::OfRow(convert),
    "A number of one unit as one of another.",
)];

/// What units measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Area,
    Distance,
    Energy,
    Force,
    Information,
    Magnetism,
    Mass,
    Power,
    Pressure,
    Speed,
    Temperature,
    Time,
    Volume,
}

/// Which prefixes a unit takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefixes {
    None,
    /// Decimal ones, raised to a power.
    Power(i32),
    /// Decimal and binary ones.
    Binary,
}

/// A unit. The value of `n` of it in the first unit of its kind is `(n + zero) · size`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) size: f64,
    pub(super) zero: f64,
    pub(super) prefixes: Prefixes,
}

const DECIMAL: [(&str, f64); 21] = [
    ("Y", 1e24),
    ("Z", 1e21),
    ("E", 1e18),
    ("P", 1e15),
    ("T", 1e12),
    ("G", 1e9),
    ("M", 1e6),
    ("k", 1e3),
    ("h", 1e2),
    ("da", 1e1),
    ("e", 1e1),
    ("d", 1e-1),
    ("c", 1e-2),
    ("m", 1e-3),
    ("u", 1e-6),
    ("n", 1e-9),
    ("p", 1e-12),
    ("f", 1e-15),
    ("a", 1e-18),
    ("z", 1e-21),
    ("y", 1e-24),
];

/// Prefixes of bits and bytes, with the power of 1024. Microsoft's page writes the smallest `ki`.
const BINARY: [(&str, i32); 9] = [
    ("Yi", 8),
    ("Zi", 7),
    ("Ei", 6),
    ("Pi", 5),
    ("Ti", 4),
    ("Gi", 3),
    ("Mi", 2),
    ("ki", 1),
    ("Ki", 1),
];

/// The unit of a name, in the case that it is written in.
fn named(name: &str) -> Option<&'static Unit> {
    static TABLE: OnceLock<FxHashMap<&'static str, &'static Unit>> = OnceLock::new();
    TABLE.get_or_init(|| UNITS.iter().map(|unit| (unit.name, unit)).collect()).get(name).copied()
}

/// The unit of a name with or without a prefix.
fn find(name: &str) -> Option<Unit> {
    if let Some(unit) = named(name) {
        return Some(*unit);
    }
    let decimal = DECIMAL.iter().find_map(|(prefix, factor)| {
        let unit = named(name.strip_prefix(prefix)?)?;
        match unit.prefixes {
            Prefixes::None => None,
            Prefixes::Power(power) => Some((unit, factor.powi(power))),
            Prefixes::Binary => Some((unit, *factor)),
        }
    });
    let binary = || {
        BINARY.iter().find_map(|(prefix, power)| {
            let unit = named(name.strip_prefix(prefix)?)?;
            (unit.prefixes == Prefixes::Binary).then(|| (unit, 1024_f64.powi(*power)))
        })
    };
    let (unit, factor) = decimal.or_else(binary)?;
    Some(Unit { size: unit.size * factor, ..*unit })
}

fn convert(call: &Call<'_>) -> Result<Output> {
    let number = call.required_number(0)?;
    let (from, to) = (find(&call.text(1)?), find(&call.text(2)?));
    match (from, to) {
        (Some(from), Some(to)) if from.kind == to.kind => {
            if from.zero == 0.0 && to.zero == 0.0 {
                return Ok((number * (from.size / to.size)).into());
            }
            // The zeros are joined first, so that degrees of everyday size do not lose digits to those of kelvins.
            let shift = from.zero * (from.size / to.size) - to.zero;
            Ok((number * from.size / to.size + hundredths(shift)).into())
        }
        _ => Err(ErrorCode::Na),
    }
}

/// A difference of zeros, which are hundredths of degrees, without the noise of its last bits; others as they are.
fn hundredths(shift: f64) -> f64 {
    let near = (shift * 100.0).round() / 100.0;
    if (shift - near).abs() < 1e-11 { near } else { shift }
}
