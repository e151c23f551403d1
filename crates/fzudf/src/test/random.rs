//! Random arguments for a function, from the types of its parameters.

use super::case::Case;
use arrow_array::cast::AsArray;
use std::sync::Arc;
use udf_abi::{
    DType, ErrorCode,
    manifest::{Param, Shape},
};
use udf_backends::native::{Cell, column_of};
use udf_columnar::{AnyValue, Argument, Column, Error, Signature};

/// What the values are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Such as people have in their columns: no nulls, no errors, small whole numbers.
    Plain,
    /// Likewise, with nulls and errors among them.
    Gaps,
    /// The ends of every type, what is not finite, odd texts; nulls and errors too.
    Extreme,
}

impl Flavour {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Gaps, Self::Extreme];

    /// Whether the values are such as people have in their columns.
    pub(crate) fn is_ordinary(self) -> bool {
        self != Self::Extreme
    }
}

/// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", 2014):
/// a seed gives the same cases in every release, whatever becomes of random number crates.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// At least 0 and less than 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// At least 0 and less than `below`, which is not 0.
    fn below(&mut self, below: usize) -> usize {
        ((self.unit() * below as f64) as usize).min(below.saturating_sub(1))
    }

    fn chance(&mut self, of: f64) -> bool {
        self.unit() < of
    }

    fn pick<'t, T>(&mut self, from: &'t [T], otherwise: &'t T) -> &'t T {
        from.get(self.below(from.len())).unwrap_or(otherwise)
    }
}

/// Arguments for a call of a function, with columns of about this many rows.
pub(crate) fn case(
    random: &mut Random,
    signature: &Signature,
    rows: usize,
    flavour: Flavour,
) -> Result<Case, Error> {
    let function = signature.function();
    let given = match (function.max_args, flavour) {
        (Some(max), Flavour::Plain) => max as usize,
        (Some(max), _) => {
            let least = function.min_args as usize;
            least + random.below((max as usize).saturating_sub(least) + 1)
        }
        (None, _) => function.params.len().max(function.min_args as usize) + random.below(3),
    };
    let elementwise = signature.is_elementwise();
    let mut arguments = Vec::with_capacity(given);
    for index in 0..given {
        let param = signature.param(index)?;
        let may_lack = param.optional && flavour != Flavour::Plain;
        let argument = if may_lack && random.chance(0.1) {
            Argument::Omitted
        } else if elementwise {
            // The first one is a column, so that there are rows.
            match index > 0 && random.chance(0.2) {
                true => Argument::Scalar(column(random, param.dtype.0, 1, flavour)?),
                false => Argument::Column(column(random, param.dtype.0, rows, flavour)?),
            }
        } else {
            whole(random, param, rows, flavour)?
        };
        arguments.push(argument);
    }
    Ok(Case::new(arguments, elementwise.then_some(rows)))
}

/// An argument of a function that sees whole columns.
fn whole(
    random: &mut Random,
    param: &Param,
    rows: usize,
    flavour: Flavour,
) -> Result<Argument, Error> {
    let dtype = param.dtype.0;
    // Functions that want columns of equal length are as common as those that do not.
    let rows = match flavour == Flavour::Extreme && random.chance(0.3) {
        true => random.below(rows + 1),
        false => rows,
    };
    Ok(match param.shape {
        Shape::Scalar => Argument::Scalar(column(random, dtype, 1, flavour)?),
        Shape::Column => Argument::Column(column(random, dtype, rows, flavour)?),
        Shape::Range => {
            let columns = match flavour {
                Flavour::Extreme => random.below(5),
                _ => 1 + random.below(3),
            };
            let columns = (0..columns).map(|_| column(random, dtype, rows, flavour));
            Argument::Range(columns.collect::<Result<_, _>>()?)
        }
    })
}

/// A column of random values.
pub(crate) fn column(
    random: &mut Random,
    dtype: DType,
    rows: usize,
    flavour: Flavour,
) -> Result<Column, Error> {
    let gaps = flavour != Flavour::Plain;
    let has_nulls = gaps && random.chance(0.6);
    // An error in a typed range is the result of the whole call: not in most of them.
    let has_errors = gaps && !matches!(dtype, DType::Any | DType::Error) && random.chance(0.2);
    let domain = Domain::of(random);
    let cells: Vec<Cell> = (0..rows)
        .map(|_| {
            if has_nulls && random.chance(0.15) {
                Cell::Null
            } else if has_errors && random.chance(0.05) {
                Cell::Error(error(random), random.chance(0.5).then(|| "random".to_owned()))
            } else {
                cell(random, dtype, flavour, domain)
            }
        })
        .collect();
    let column = column_of(dtype, &cells)?;
    match dtype == DType::Timestamp && random.chance(0.3) {
        true => utc(&column),
        false => Ok(column),
    }
}

/// The same timestamps as instants.
fn utc(column: &Column) -> Result<Column, Error> {
    let array = column.array().as_primitive::<arrow_array::types::TimestampMicrosecondType>();
    let instants = Column::try_new(Arc::new(array.clone().with_timezone("UTC")))?;
    match column.errors() {
        Some(errors) => instants.with_errors(errors.clone()),
        None => Ok(instants),
    }
}

/// Where the numbers of a column lie: the same for all rows, as in real columns.
#[derive(Clone, Copy)]
enum Domain {
    Fraction,
    Price,
    Signed,
    Whole,
}

impl Domain {
    fn of(random: &mut Random) -> Self {
        *random.pick(&[Self::Fraction, Self::Price, Self::Signed, Self::Whole], &Self::Whole)
    }

    fn number(self, random: &mut Random) -> f64 {
        match self {
            Self::Fraction => random.unit(),
            Self::Price => 200.0 * random.unit(),
            Self::Signed => 2_000.0 * random.unit() - 1_000.0,
            Self::Whole => (20.0 * random.unit()).floor(),
        }
    }
}

fn cell(random: &mut Random, dtype: DType, flavour: Flavour, domain: Domain) -> Cell {
    let extreme = flavour == Flavour::Extreme && random.chance(0.4);
    let signed = |random: &mut Random, least: i64, most: i64| match extreme {
        true => Cell::Int(match random.below(4) {
            0 => least,
            1 => most,
            2 => -1,
            _ => (random.bits() as i64).clamp(least, most),
        }),
        // Small: many functions take a number of times or of rows.
        false => Cell::Int(random.below(20) as i64),
    };
    let unsigned = |random: &mut Random, most: u64| match extreme {
        true => Cell::Uint(match random.below(3) {
            0 => 0,
            1 => most,
            _ => random.bits().min(most),
        }),
        false => Cell::Uint(random.below(20) as u64),
    };
    match dtype {
        DType::Null => Cell::Null,
        DType::Bool => Cell::Bool(random.chance(0.5)),
        DType::I8 => signed(random, i8::MIN.into(), i8::MAX.into()),
        DType::I16 => signed(random, i16::MIN.into(), i16::MAX.into()),
        DType::I32 => signed(random, i32::MIN.into(), i32::MAX.into()),
        DType::I64 => signed(random, i64::MIN, i64::MAX),
        DType::U8 => unsigned(random, u8::MAX.into()),
        DType::U16 => unsigned(random, u16::MAX.into()),
        DType::U32 => unsigned(random, u32::MAX.into()),
        DType::U64 => unsigned(random, u64::MAX),
        DType::F32 | DType::F64 => Cell::Number(number(random, extreme, domain)),
        DType::Utf8 => Cell::Text(text(random, extreme)),
        DType::Binary => {
            let len = if extreme { random.below(200) } else { random.below(12) };
            Cell::Bytes((0..len).map(|_| random.bits() as u8).collect())
        }
        DType::Date32 => match extreme {
            true => Cell::Int((*random.pick(DAYS, &0)).into()),
            // 1990 to 2044.
            false => Cell::Int(7_305 + random.below(20_000) as i64),
        },
        DType::Time64 => match extreme {
            true => Cell::Int(*random.pick(&[0, 1, MICROS_PER_DAY - 1], &0)),
            false => Cell::Int((random.unit() * MICROS_PER_DAY as f64) as i64),
        },
        DType::Timestamp => match extreme {
            true => Cell::Int(*random.pick(INSTANTS, &0)),
            false => Cell::Int((random.unit() * 1.7e15) as i64),
        },
        DType::Duration => match extreme {
            true => Cell::Int(*random.pick(INSTANTS, &0)),
            false => Cell::Int((random.unit() * 1e10) as i64 - 1_000_000_000),
        },
        DType::Error => Cell::Uint(u64::from(error(random).code())),
        DType::Any => Cell::Any(any(random, flavour, extreme, domain)),
    }
}

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Days around the epoch, leap days, and the ends.
const DAYS: &[i32] = &[0, -1, 1, 59, 60, 11_016, -25_567, 2_932_896, i32::MIN, i32::MAX];
const INSTANTS: &[i64] = &[0, -1, 1, MICROS_PER_DAY, -MICROS_PER_DAY, i64::MIN, i64::MAX];

fn number(random: &mut Random, extreme: bool, domain: Domain) -> f64 {
    const SPECIAL: &[f64] = &[
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        f64::EPSILON,
        9_007_199_254_740_993.0,
        -1e300,
        1e-300,
        0.1,
    ];
    match (extreme, random.chance(0.8)) {
        (false, _) => domain.number(random),
        (true, true) => *random.pick(SPECIAL, &0.0),
        // Any bits at all; a NaN's payload is nobody's business.
        (true, false) => {
            let number = f64::from_bits(random.bits());
            if number.is_nan() { f64::NAN } else { number }
        }
    }
}

fn text(random: &mut Random, extreme: bool) -> String {
    const WORDS: &[&str] =
        &["alpha", "Beta", "gamma", "x", "42", "Öl", "naïve", "EUR", "2024-01-31", "π"];
    const ODD: &[&str] = &[
        "",
        " ",
        "\u{0}",
        "\n\t\"\\",
        "e\u{301}\u{327}",
        "👩\u{200d}👩\u{200d}👧",
        "\u{202e}abc",
        "\u{feff}",
        "\u{10ffff}",
        "ß",
        "İ",
        "ﬃ",
        "日本語",
        "=1+1",
        "#N/A",
        "-0",
        "1e999",
    ];
    if !extreme {
        let count = 1 + random.below(3);
        let words: Vec<&str> = (0..count).map(|_| *random.pick(WORDS, &"x")).collect();
        return words.join(" ");
    }
    let odd = *random.pick(ODD, &"");
    match random.below(4) {
        0 => odd.repeat(random.below(300)),
        1 => format!("{}{odd}", *random.pick(WORDS, &"x")),
        _ => odd.to_owned(),
    }
}

fn error(random: &mut Random) -> ErrorCode {
    *random.pick(&ErrorCode::ALL, &ErrorCode::Value)
}

fn any(random: &mut Random, flavour: Flavour, extreme: bool, domain: Domain) -> AnyValue {
    let kinds = if flavour == Flavour::Plain { 7 } else { 9 };
    match random.below(kinds) {
        0 | 1 => AnyValue::Number(number(random, extreme, domain)),
        2 => AnyValue::Text(text(random, extreme)),
        3 => AnyValue::Logical(random.chance(0.5)),
        4 => AnyValue::Date((random.unit() * 60_000.0).floor()),
        5 => AnyValue::DateTime(random.unit() * 60_000.0),
        6 => match random.chance(0.5) {
            true => AnyValue::Time(random.unit()),
            false => AnyValue::Duration(random.unit() * 10.0 - 5.0),
        },
        7 => AnyValue::Blank,
        _ => AnyValue::Error(error(random)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Flavour, Random, column};
    use crate::test::values::cell;
    use udf_abi::DType;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut random = Random::new(0);
        // The generator's published first values for seed 0.
        assert_eq!(random.bits(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.bits(), 0x6e78_9e6a_a1b9_65f4);
        let mut random = Random::new(7);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&random.unit())));
    }

    #[test]
    fn every_type_has_columns_of_every_flavour() {
        let mut random = Random::new(1);
        for dtype in DType::ALL {
            for flavour in Flavour::ALL {
                for rows in [0, 1, 100] {
                    let column = column(&mut random, dtype, rows, flavour).unwrap();
                    assert_eq!((column.len(), column.dtype()), (rows, dtype));
                    let plain = flavour == Flavour::Plain && dtype != DType::Null;
                    assert!(
                        !plain
                            || (column.errors().is_none() && column.validity().is_none())
                            || dtype == DType::Any
                    );
                }
            }
        }
    }

    #[test]
    fn extremes_do_come_up() {
        let mut random = Random::new(2);
        let mut seen = Vec::new();
        for _ in 0..20 {
            let column = column(&mut random, DType::F64, 200, Flavour::Extreme).unwrap();
            seen.extend((0..column.len()).map(|row| format!("{:?}", cell(&column, row))));
        }
        for wanted in
            ["Number(NaN)", "Number(-0.0)", "Number(inf)", "Number(5e-324)", "Null", "Error("]
        {
            assert!(seen.iter().any(|s| s.starts_with(wanted)), "{wanted}");
        }
    }
}
