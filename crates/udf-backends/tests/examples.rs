//! The examples of every committed plugin's manifest, run on every engine.
//!
//! Values are read and compared as docs/manifest.md, "Examples", says.
#![cfg(any(feature = "wasmtime", feature = "wasmi"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Int64Array, StringArray, UInt8Array, UInt64Array,
    cast::AsArray, types::Float32Type, types::Float64Type, types::TimestampMicrosecondType,
};
use arrow_cast::{CastOptions, cast_with_options};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use udf_abi::{
    DType, ErrorCode,
    manifest::{Example, Function, FunctionKind, Param, Shape},
};
use udf_columnar::{
    AnyValue, Argument, Call, Column, Error, ErrorKind, Limits, Output, RowErrors, SessionOptions,
    UdfModule, WasmUdfRuntime, arrow_type,
};

fn runtimes() -> Vec<Arc<dyn WasmUdfRuntime>> {
    // Debug builds of the engine and a shared machine: no example is about these deadlines.
    let minute = std::time::Duration::from_secs(60);
    let limits = Limits::builder().batch_deadline(minute).call_deadline(minute).build().unwrap();
    let runtime = |name| udf_backends::runtime_by_name(name, limits.clone()).ok();
    let runtimes: Vec<_> = ["wasmtime", "wasmi"].into_iter().filter_map(runtime).collect();
    assert!(!runtimes.is_empty(), "no engine is compiled in");
    runtimes
}

/// Name and bytes of each committed plugin with the columnar codec.
fn plugins() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    files.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// One value in the form of its type; nothing where it has another form.
fn cell(dtype: DType, value: &Value) -> Option<ArrayRef> {
    let value = untagged(dtype, value);
    Some(match dtype {
        DType::Bool => Arc::new(BooleanArray::from(vec![value.as_bool()?])),
        DType::Utf8 => Arc::new(StringArray::from(vec![value.as_str()?])),
        DType::Binary => {
            let digits = value.as_str().filter(|text| text.len().is_multiple_of(2))?;
            let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
            let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
            Arc::new(BinaryArray::from(vec![bytes?.as_slice()]))
        }
        DType::F32 | DType::F64 => {
            let number = arrow_array::Float64Array::from(vec![number(value)?]);
            cast(Arc::new(number), dtype)?
        }
        DType::Duration => {
            let micros = (value.as_f64()? * 1e6).round() as i64;
            cast(Arc::new(Int64Array::from(vec![micros])), dtype)?
        }
        DType::Date32 | DType::Time64 => {
            cast(Arc::new(StringArray::from(vec![value.as_str()?])), dtype)?
        }
        // Named zones are parsed by an optional feature of Arrow: read without, then said to be UTC.
        DType::Timestamp => {
            let text = value.as_str()?;
            let (text, zone) = text.strip_suffix('Z').map_or((text, None), |t| (t, Some("UTC")));
            let instant = cast(Arc::new(StringArray::from(vec![text])), dtype)?;
            let instant = instant.as_primitive::<TimestampMicrosecondType>().clone();
            Arc::new(instant.with_timezone_opt(zone))
        }
        _ => match (value.as_i64(), value.as_u64()) {
            (Some(whole), _) => cast(Arc::new(Int64Array::from(vec![whole])), dtype)?,
            (_, whole) => cast(Arc::new(UInt64Array::from(vec![whole?])), dtype)?,
        },
    })
}

fn cast(array: ArrayRef, dtype: DType) -> Option<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(&array, &arrow_type(dtype, false), &options).ok()
}

fn number(value: &Value) -> Option<f64> {
    match value["number"].as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}

/// `{ "date": … }` of a date, and the like, without its tag.
fn untagged(dtype: DType, value: &Value) -> &Value {
    let tag = match dtype {
        DType::Date32 => "date",
        DType::Timestamp => "datetime",
        DType::Time64 => "time",
        DType::Duration => "duration",
        _ => return value,
    };
    value.get(tag).unwrap_or(value)
}

/// A cell of an `any` column: dates and times through the columns that hold them.
fn any(value: &Value) -> Option<AnyValue> {
    let through = |dtype: DType| {
        let column = Column::try_new(cell(dtype, value)?).ok()?.into_any().ok()?;
        column.to_any()?.pop()
    };
    match value {
        Value::Null => Some(AnyValue::Blank),
        Value::Bool(value) => Some(AnyValue::Logical(*value)),
        Value::String(text) => Some(AnyValue::Text(text.clone())),
        Value::Object(map) => match map.keys().next()?.as_str() {
            "date" => through(DType::Date32),
            "datetime" => through(DType::Timestamp),
            "time" => through(DType::Time64),
            "duration" => through(DType::Duration),
            "error" => Some(AnyValue::Error(error(value)?.0)),
            _ => number(value).map(AnyValue::Number),
        },
        _ => number(value).map(AnyValue::Number),
    }
}

fn error(value: &Value) -> Option<(ErrorCode, Option<&str>)> {
    Some((ErrorCode::from_text(value["error"].as_str()?)?, value["message"].as_str()))
}

/// A column of values. Timestamps are instants where one of them says so.
fn column(dtype: DType, values: &[Value]) -> Column {
    let misfit = |value: &Value| -> ! { panic!("{value} is no {dtype}") };
    if dtype == DType::Any {
        let cells = values.iter().map(|value| any(value).unwrap_or_else(|| misfit(value)));
        return Column::from_any(&cells.collect::<Vec<_>>()).unwrap();
    }
    if dtype == DType::Error {
        let code = |value: &Value| error(value).map(|(code, _)| code.code());
        return Column::try_new_errors(values.iter().map(code).collect::<UInt8Array>()).unwrap();
    }
    let utc = values.iter().any(|value| value.as_str().is_some_and(|text| text.ends_with('Z')));
    let null = arrow_array::new_null_array(&arrow_type(dtype, utc), 1);
    let cells: Vec<ArrayRef> = values
        .iter()
        .map(|value| match value.is_null() || error(value).is_some() {
            true => null.clone(),
            false => cell(dtype, value).unwrap_or_else(|| misfit(value)),
        })
        .collect();
    let cells: Vec<&dyn Array> = cells.iter().map(AsRef::as_ref).collect();
    let array = match cells.as_slice() {
        [] => null.slice(0, 0),
        cells => arrow_select::concat::concat(cells).unwrap(),
    };
    let column = Column::try_new(array).unwrap();
    if values.iter().all(|value| error(value).is_none()) {
        return column;
    }
    let codes: Vec<u8> =
        values.iter().map(|v| error(v).map_or(0, |(code, _)| code.code())).collect();
    column.with_errors(RowErrors::try_new(codes.into(), None).unwrap()).unwrap()
}

fn argument(function: &Function, param: &Param, value: &Value) -> Argument {
    let dtype = param.dtype.0;
    let one = || column(dtype, std::slice::from_ref(value));
    match (param.shape, value) {
        (Shape::Scalar, Value::Array(values)) if function.kind == FunctionKind::Elementwise => {
            Argument::Column(column(dtype, values))
        }
        (Shape::Scalar, _) => Argument::Scalar(one()),
        (_, Value::Null) if param.optional => Argument::Omitted,
        (Shape::Column, Value::Array(values)) => Argument::Column(column(dtype, values)),
        (Shape::Column, _) => Argument::Column(one()),
        (Shape::Range, Value::Array(rows)) => {
            let cells = |row: &Value, at: usize| match row {
                Value::Array(cells) => cells[at].clone(),
                cell => cell.clone(),
            };
            let width = rows.first().map_or(0, |row| row.as_array().map_or(1, Vec::len));
            let of = |at: usize| rows.iter().map(|row| cells(row, at)).collect::<Vec<_>>();
            Argument::Range((0..width).map(|at| column(dtype, &of(at))).collect())
        }
        (Shape::Range, _) => Argument::Range(vec![one()]),
    }
}

fn run(module: &dyn UdfModule, function: &Function, example: &Example) -> Result<Output, Error> {
    let signature = module.signature(&function.name)?;
    let argument = |(index, value)| argument(function, function.param_of(index).unwrap(), value);
    let arguments = example.args.iter().enumerate().map(argument).collect();
    let mut session = module.open(SessionOptions::default().threads(1));
    session.call(&signature, Call::new(arguments))
}

/// The result's columns as the example states them.
fn wanted(function: &Function, example: &Example, found: &Output) -> Vec<Column> {
    let dtypes = function.returns.dtypes();
    if function.kind != FunctionKind::Array {
        let values = match &example.result {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        return vec![column(dtypes[0], values)];
    }
    let Value::Array(rows) = &example.result else { panic!("a list of rows is wanted") };
    let of = |at: usize| {
        let cell = |row: &Value| match row {
            Value::Array(cells) => cells[at].clone(),
            cell => cell.clone(),
        };
        rows.iter().map(cell).collect::<Vec<_>>()
    };
    let width = match rows.first() {
        Some(Value::Array(cells)) => cells.len(),
        Some(_) => 1,
        None => found.columns.len(),
    };
    (0..width).map(|at| column(*dtypes.get(at).unwrap_or(&dtypes[0]), &of(at))).collect()
}

fn near(wanted: f64, found: f64, relative: f64, absolute: f64) -> bool {
    (wanted.is_nan() && found.is_nan())
        || wanted == found
        || (wanted - found).abs() <= relative * wanted.abs() + absolute
}

fn same_row(wanted: &Column, found: &Column, row: usize) -> bool {
    if wanted.error(row).map(|e| e.0) != found.error(row).map(|e| e.0) {
        return false;
    }
    if let (Some(a), Some(b)) = (wanted.to_any(), found.to_any()) {
        return match (&a[row], &b[row]) {
            (AnyValue::Number(a), AnyValue::Number(b)) => near(*a, *b, 1e-9, 1e-12),
            (a, b) => a == b,
        };
    }
    let (a, b) = (wanted.array(), found.array());
    if a.is_null(row) || b.is_null(row) {
        return a.is_null(row) == b.is_null(row);
    }
    match wanted.dtype() {
        DType::F64 => {
            let value = |array: &ArrayRef| array.as_primitive::<Float64Type>().value(row);
            near(value(a), value(b), 1e-9, 1e-12)
        }
        DType::F32 => {
            let value = |array: &ArrayRef| array.as_primitive::<Float32Type>().value(row).into();
            near(value(a), value(b), 1e-5, 1e-6)
        }
        _ => a.slice(row, 1) == b.slice(row, 1),
    }
}

/// Every message that the example states is the one that was found.
fn check_messages(place: &str, stated: &Value, found: &Column, row: usize) {
    if let Some((_, Some(message))) = error(stated) {
        let found = found.error(row).and_then(|(_, message)| message).unwrap_or_default();
        assert_eq!(message, found, "{place}");
    }
}

fn check(place: &str, function: &Function, example: &Example, found: Result<Output, Error>) {
    let found = match (found, error(&example.result)) {
        (Err(failure), Some((code, message))) if function.kind != FunctionKind::Elementwise => {
            let text = failure.to_string();
            assert_eq!(failure.kind(), ErrorKind::Function(code), "{place}: {text}");
            assert!(text.contains(message.unwrap_or_default()), "{place}: {text}");
            return;
        }
        (Err(failure), _) => panic!("{place}: {failure}"),
        (Ok(found), _) => found,
    };
    let wanted = wanted(function, example, &found);
    assert_eq!(wanted.len(), found.columns.len(), "{place}: number of columns");
    for (at, (wanted, found)) in wanted.iter().zip(&found.columns).enumerate() {
        let (rows, dtypes) = (wanted.len() == found.len(), wanted.dtype() == found.dtype());
        assert!(rows && dtypes, "{place}, column {at}: {wanted:?} is wanted, found {found:?}");
        for row in 0..wanted.len() {
            let same = same_row(wanted, found, row);
            assert!(same, "{place}, row {row}: {wanted:?} is wanted, found {found:?}");
            let stated = match &example.result {
                Value::Array(rows) => match &rows[row] {
                    Value::Array(cells) => &cells[at],
                    cell => cell,
                },
                value => value,
            };
            check_messages(place, stated, found, row);
        }
    }
}

#[test]
fn every_example_of_every_plugin_holds_on_every_engine() {
    let mut count = 0;
    for runtime in runtimes() {
        for (name, bytes) in plugins() {
            let Ok(module) = runtime.load(&bytes) else { continue };
            for function in &module.manifest().functions {
                for (index, example) in function.examples.iter().enumerate() {
                    let place =
                        format!("{}, {name}, {}, example {index}", runtime.name(), function.name);
                    check(&place, function, example, run(module.as_ref(), function, example));
                    count += 1;
                }
            }
        }
    }
    assert!(count >= 100, "only {count} examples");
}

#[test]
fn every_function_of_the_kitchen_sink_has_an_example() {
    let kitchen_sink = plugins().into_iter().find(|(name, _)| name == "kitchen_sink").unwrap().1;
    let manifest = udf_backends::inspect(&kitchen_sink, &Limits::default()).unwrap().manifest;
    let without = manifest.functions.iter().filter(|function| function.examples.is_empty());
    assert_eq!(without.map(|function| function.name.as_str()).collect::<Vec<_>>(), [""; 0]);
}
