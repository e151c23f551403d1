//! Arguments of the measured calls: random columns, or what the user says.

use crate::{
    call::literal,
    exit::Failure,
    test::random::{self, Flavour, Random},
};
use arrow_array::{Float32Array, Float64Array, Int64Array};
use std::sync::Arc;
use udf_abi::{
    DType,
    manifest::{Param, Shape},
};
use udf_columnar::{Argument, Call, Column, Signature, coerce};

/// How the arguments come about, in their order.
pub(super) struct Plan {
    sources: Vec<Source>,
}

enum Source {
    Value(Column),
    Between(f64, f64),
    Random,
}

impl Plan {
    pub(super) fn parse(signature: &Signature, args: &[String]) -> Result<Self, Failure> {
        let function = signature.function();
        let least = function.params.iter().filter(|p| !p.variadic).count();
        let count = args.len().max(least).max(function.min_args as usize);
        signature.check_arity(count)?;
        let mut sources = Vec::with_capacity(count);
        for index in 0..count {
            let param = signature.param(index)?;
            let source = match args.get(index) {
                None => Source::Random,
                Some(text) => source(param, text)
                    .map_err(|failure| failure.context(format_args!("--arg {text}")))?,
            };
            sources.push(source);
        }
        Ok(Self { sources })
    }

    /// A call over this many rows.
    pub(super) fn case(
        &self,
        signature: &Signature,
        rows: usize,
        seed: u64,
    ) -> Result<Call, Failure> {
        let mut random = Random::new(seed);
        let mut arguments = Vec::with_capacity(self.sources.len());
        for (index, source) in self.sources.iter().enumerate() {
            let param = signature.param(index)?;
            let one = param.shape == Shape::Scalar && !signature.is_elementwise();
            let rows = if one { 1 } else { rows };
            let column = match source {
                Source::Value(value) => {
                    arguments.push(Argument::Scalar(value.clone()));
                    continue;
                }
                Source::Between(least, most) => between(&mut random, param, rows, *least, *most)?,
                Source::Random => random::column(&mut random, param.dtype.0, rows, Flavour::Plain)?,
            };
            arguments.push(match (param.shape, one) {
                (_, true) => Argument::Scalar(column),
                (Shape::Range, _) => Argument::Range(vec![column]),
                _ => Argument::Column(column),
            });
        }
        let call = Call::new(arguments);
        Ok(if signature.is_elementwise() { call.rows(rows) } else { call })
    }
}

fn source(param: &Param, text: &str) -> Result<Source, Failure> {
    if let Some(value) = text.strip_prefix('=') {
        return literal::parse(value, param).map(Source::Value);
    }
    if text == "random" {
        return Ok(Source::Random);
    }
    let wrong = || {
        Failure::usage(format!("`{text}` is no argument for `{}`", param.name))
            .hint("give `=` and a value, two numbers as in 50..150, or `random`")
    };
    let (least, most) = text.split_once("..").ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let (Some(least), Some(most)) = (number(least), number(most)) else { return Err(wrong()) };
    let is_number = !matches!(
        param.dtype.0,
        DType::Null | DType::Bool | DType::Utf8 | DType::Binary | DType::Error
    );
    if !is_number || least > most {
        let why = match is_number {
            true => format!("{least} is more than {most}"),
            false => format!("`{}` takes {}", param.name, param.dtype.0),
        };
        return Err(
            Failure::usage(format!("{text}: {why}")).hint("the smaller number stands first")
        );
    }
    Ok(Source::Between(least, most))
}

/// Numbers between two, in the parameter's type.
fn between(
    random: &mut Random,
    param: &Param,
    rows: usize,
    least: f64,
    most: f64,
) -> Result<Column, Failure> {
    let mut number = || least + (most - least) * random.unit();
    let dtype = param.dtype.0;
    let column = match dtype {
        DType::F64 | DType::Any => {
            Column::try_new(Arc::new(Float64Array::from_iter_values((0..rows).map(|_| number()))))
        }
        DType::F32 => Column::try_new(Arc::new(Float32Array::from_iter_values(
            (0..rows).map(|_| number() as f32),
        ))),
        _ => {
            let whole = (0..rows).map(|_| number().floor() as i64);
            Column::try_new(Arc::new(Int64Array::from_iter_values(whole)))
        }
    }?;
    match dtype {
        // Days and microseconds are whole numbers underneath.
        DType::Date32 | DType::Time64 | DType::Timestamp | DType::Duration => {
            let array = column.array();
            let to = match dtype {
                DType::Date32 => {
                    arrow_cast::cast(array, &arrow_schema::DataType::Int32).and_then(|days| {
                        arrow_cast::cast(&days, &udf_columnar::arrow_type(dtype, false))
                    })
                }
                _ => arrow_cast::cast(array, &udf_columnar::arrow_type(dtype, false)),
            };
            let array = to.map_err(|e| Failure::usage(format!("`{}`: {e}", param.name)))?;
            Ok(Column::try_new(array)?)
        }
        _ => Ok(coerce(column, dtype)?),
    }
}
