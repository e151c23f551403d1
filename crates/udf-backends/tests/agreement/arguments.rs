//! Random arguments of a signature: ordinary values, the ends of every type, nulls and errors.

use crate::random::Random;
use arrow_array::{Array, TimestampMicrosecondArray, cast::AsArray, types};
use std::sync::Arc;
use udf_abi::{DType, ErrorCode, manifest::Shape};
use udf_backends::native::{Cell, column_of};
use udf_columnar::{AnyValue, Argument, Call, Column, Signature};

const MOST_ROWS: usize = 40;
const MOST_VARIADIC: usize = 5;

/// Functions with a parameter that asks for as much as it says: what they are given instead of a
/// number that would keep the test busy, or end where engines differ.
const TAMED: [(&str, &[i64]); 5] = [
    // Compiled and interpreted frames are of different size; up to 5 000 and without end is alike.
    ("RECURSE", &[-1, 0, 1, 7, 20, 100, 4_999, i64::MAX]),
    ("GROW", &[-1, 0, 1, 3, 7, 20, 9_000, i64::MAX]),
    ("REPEAT", &[-1, 0, 1, 2, 50, 200, i64::MIN, i64::MAX]),
    ("SEQ", &[-1, 0, 1, 2, 100, i64::MAX]),
    ("TABLE", &[-1, 0, 1, 2, 30, i64::MAX]),
];

const TEXTS: [&str; 16] = [
    "",
    "a",
    "abc",
    "Title Case here",
    "  spaces  between ",
    "größe",
    "日本語テキスト",
    "🦀🎉",
    "e\u{301}a\u{308}",
    "\u{200d}\u{fe0f}",
    "0",
    "-1.5e10",
    "TRUE",
    "a\0b",
    "line\nline\ttab",
    "İıſK",
];

/// Makes the arguments of one call.
pub(crate) struct Generator<'g> {
    random: &'g mut Random,
    signature: &'g Signature,
    tame: Option<&'static [i64]>,
}

impl<'g> Generator<'g> {
    pub(crate) fn new(random: &'g mut Random, signature: &'g Signature) -> Self {
        let tame = TAMED.iter().find(|(name, _)| *name == signature.name()).map(|(_, of)| *of);
        Self { random, signature, tame }
    }

    pub(crate) fn call(mut self) -> Call {
        // Few rows more often than many.
        let rows = self.random.below(MOST_ROWS + 1).min(self.random.below(MOST_ROWS + 1));
        let arguments = (0..self.count()).map(|index| self.argument(index, rows)).collect();
        let mut call = Call::new(arguments).row_offset(self.random.next() >> 40);
        let columns = call.arguments.iter().any(|a| matches!(a, Argument::Column(_)));
        if self.signature.is_elementwise() && !columns && self.random.one_in(2) {
            call = call.rows(rows);
        }
        call
    }

    /// How many arguments: those that must be, some of those that may, at times too many.
    fn count(&mut self) -> usize {
        let function = self.signature.function();
        let least = function.min_args as usize;
        let most = match function.max_args {
            Some(most) => most as usize,
            None => least.max(function.params.len()) + MOST_VARIADIC,
        };
        if self.random.one_in(200) {
            return self.random.below(most + 2);
        }
        least + self.random.below(most.saturating_sub(least) + 1)
    }

    fn argument(&mut self, index: usize, rows: usize) -> Argument {
        let Ok(param) = self.signature.param(index).cloned() else {
            return Argument::Scalar(self.column(DType::F64, 1));
        };
        if param.optional && self.random.one_in(5) {
            return Argument::Omitted;
        }
        let dtype = match self.random.one_in(100) {
            true => self.random.pick(&DType::ALL),
            false => param.dtype.0,
        };
        match param.shape {
            Shape::Scalar if !self.signature.is_elementwise() || self.random.one_in(4) => {
                Argument::Scalar(self.column(dtype, 1))
            }
            Shape::Scalar => Argument::Column(self.column(dtype, rows)),
            Shape::Column => Argument::Column(self.column(dtype, rows)),
            Shape::Range => {
                let columns = 1 + self.random.below(3);
                Argument::Range((0..columns).map(|_| self.column(dtype, rows)).collect())
            }
        }
    }

    fn column(&mut self, dtype: DType, rows: usize) -> Column {
        // A column either has no nulls or errors, or some.
        let (nulls, errors) = (self.random.one_in(2), self.random.one_in(4));
        let cells: Vec<Cell> = (0..rows)
            .map(|_| {
                if nulls && self.random.one_in(6) {
                    Cell::Null
                } else if errors && self.random.one_in(6) {
                    let code = self.random.pick(&ErrorCode::ALL);
                    let message = self.random.one_in(2).then(|| self.text());
                    Cell::Error(code, message.filter(|text| !text.is_empty()))
                } else {
                    self.cell(dtype)
                }
            })
            .collect();
        let column = column_of(dtype, &cells).unwrap();
        if dtype == DType::Timestamp && self.random.one_in(2) {
            return in_utc(&column);
        }
        column
    }

    fn cell(&mut self, dtype: DType) -> Cell {
        match dtype {
            DType::Null => Cell::Null,
            DType::Bool => Cell::Bool(self.random.one_in(2)),
            DType::F32 => {
                let bits = self.random.next() as u32;
                let wild = self.random.one_in(4);
                Cell::Number(if wild { f64::from(f32::from_bits(bits)) } else { self.number() })
            }
            DType::F64 => Cell::Number(self.number()),
            DType::Utf8 => Cell::Text(self.text()),
            DType::Binary => {
                let len = self.random.below(20);
                Cell::Bytes((0..len).map(|_| self.random.next() as u8).collect())
            }
            DType::Error => Cell::Uint(self.random.pick(&ErrorCode::ALL).code().into()),
            DType::Any => Cell::Any(self.any()),
            DType::U64 if self.random.one_in(4) => Cell::Uint(u64::MAX - self.random.next() % 3),
            _ => Cell::Int(self.integer(dtype)),
        }
    }

    fn integer(&mut self, dtype: DType) -> i64 {
        if let Some(tame) = self.tame {
            return self.random.pick(tame);
        }
        let (least, most): (i64, i64) = match dtype {
            DType::I8 => (i8::MIN.into(), i8::MAX.into()),
            DType::I16 => (i16::MIN.into(), i16::MAX.into()),
            DType::I32 | DType::Date32 => (i32::MIN.into(), i32::MAX.into()),
            DType::U8 => (0, u8::MAX.into()),
            DType::U16 => (0, u16::MAX.into()),
            DType::U32 => (0, u32::MAX.into()),
            DType::U64 => (0, i64::MAX),
            DType::Time64 => (0, 86_399_999_999),
            _ => (i64::MIN, i64::MAX),
        };
        match self.random.below(10) {
            0 => least,
            1 => most,
            2 => 0,
            3 => self.random.next().cast_signed() >> self.random.below(63),
            4 => 86_400_000_000 * (self.random.below(40_000) as i64 - 20_000),
            _ => self.random.below(200) as i64 - if least < 0 { 100 } else { 0 },
        }
        .clamp(least, most)
    }

    fn number(&mut self) -> f64 {
        const ODD: [f64; 14] = [
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
            0.1,
        ];
        match self.random.below(10) {
            0 => self.random.pick(&ODD),
            1 => f64::from_bits(self.random.next()),
            2 => self.random.below(1_000) as f64,
            3 => -(self.random.below(1_000) as f64) / 8.0,
            // The range of prices, rates, angles.
            4 => self.random.next() as f64 / u64::MAX as f64,
            _ => (self.random.next() as f64 / u64::MAX as f64 - 0.3) * 200.0,
        }
    }

    fn text(&mut self) -> String {
        match self.random.below(8) {
            0 => self.random.pick(&TEXTS).repeat(1 + self.random.below(30)),
            1 => (0..3).map(|_| self.random.pick(&TEXTS)).collect(),
            2 => (0..self.random.below(12))
                .filter_map(|_| char::from_u32(self.random.next() as u32 % 0x11_0000))
                .collect(),
            _ => self.random.pick(&TEXTS).to_owned(),
        }
    }

    fn any(&mut self) -> AnyValue {
        match self.random.below(11) {
            0 => AnyValue::Blank,
            1 => AnyValue::Logical(self.random.one_in(2)),
            2 | 3 => AnyValue::Text(self.text()),
            4 => AnyValue::Error(self.random.pick(&ErrorCode::ALL)),
            5 => AnyValue::Date(self.random.below(60_000) as f64),
            6 => AnyValue::DateTime(self.number()),
            7 => AnyValue::Time(self.number()),
            8 => AnyValue::Duration(self.number()),
            _ => AnyValue::Number(self.number()),
        }
    }
}

/// The same timestamps as instants.
fn in_utc(column: &Column) -> Column {
    let array = column.array().as_primitive::<types::TimestampMicrosecondType>();
    let values = TimestampMicrosecondArray::new(array.values().clone(), array.nulls().cloned());
    let instants = Column::try_new(Arc::new(values.with_timezone("UTC"))).unwrap();
    match column.errors() {
        Some(errors) => instants.with_errors(errors.clone()).unwrap(),
        None => instants,
    }
}
