//! Makes the Parquet files of `testdata/` from the CSV files that `testdata/README.md` names.
//!
//! ```text
//! cargo run --release -p fzudf --example make_testdata -- stocks  stocks.csv  testdata/stocks.parquet
//! cargo run --release -p fzudf --example make_testdata -- flights flights.csv testdata/flights.parquet
//! ```
//!
//! `options ROWS TO.parquet` makes a file of any size, with the columns `spot`, `strike` and `years`
//! that BS_CALL takes: the same rows every time. It is not committed.
#![forbid(unsafe_code)]

use arrow_array::{
    Array, ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, cast::AsArray,
    types::Date32Type,
};
use arrow_cast::parse::Parser;
use arrow_csv::{ReaderBuilder, reader::Format};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::concat::concat_batches;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use regex::Regex;
use std::{error::Error, fs::File, sync::Arc};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, from, to] = args.as_slice() else {
        return Err(
            "make_testdata stocks|flights FROM.csv TO.parquet, or options ROWS TO.parquet".into()
        );
    };
    if what == "options" {
        return options(from.parse()?, to);
    }
    let batch = match what.as_str() {
        "stocks" => stocks(&read(from, &[])?)?,
        "flights" => flights(&read(from, &["NA"])?)?,
        other => return Err(format!("{other}: give stocks, flights or options").into()),
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(19)?))
        .set_max_row_group_row_count(Some(1 << 20))
        .set_data_page_row_count_limit(100_000)
        .set_created_by("formualizer-udf make_testdata".into())
        .build();
    let mut writer = ArrowWriter::try_new(File::create(to)?, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    println!("{to}: {} rows, {} bytes", batch.num_rows(), std::fs::metadata(to)?.len());
    Ok(())
}

/// The whole file, every column as text.
fn read(path: &str, nulls: &[&str]) -> Result<RecordBatch, Box<dyn Error>> {
    let (schema, _) =
        Format::default().with_header(true).infer_schema(File::open(path)?, Some(1))?;
    let fields: Vec<Field> =
        schema.fields().iter().map(|f| Field::new(f.name(), DataType::Utf8, true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let nulls = Regex::new(&format!("^({})?$", nulls.join("|")))?;
    let reader = ReaderBuilder::new(schema.clone())
        .with_header(true)
        .with_null_regex(nulls)
        .build(File::open(path)?)?;
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>()?;
    Ok(concat_batches(&schema, &batches)?)
}

fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray, Box<dyn Error>> {
    let column = batch.column_by_name(name).ok_or_else(|| format!("no column {name}"))?;
    Ok(column.as_string())
}

fn stocks(csv: &RecordBatch) -> Result<RecordBatch, Box<dyn Error>> {
    let dates = texts(csv, "date")?.iter().map(|text| month_day_year(text?));
    let dates: Date32Array = dates.collect();
    if dates.null_count() > 0 {
        return Err("a date is not like `Jan 1 2000`".into());
    }
    let price = arrow_cast::cast(texts(csv, "price")?, &DataType::Float64)?;
    let symbol: ArrayRef = Arc::new(texts(csv, "symbol")?.clone());
    Ok(RecordBatch::try_from_iter([
        ("symbol", symbol),
        ("date", Arc::new(dates)),
        ("price", price),
    ])?)
}

/// `Jan 1 2000` as days since 1970-01-01.
fn month_day_year(text: &str) -> Option<i32> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = text.split(' ');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    Date32Type::parse(&format!("{year}-{month:02}-{day:0>2}"))
}

fn flights(csv: &RecordBatch) -> Result<RecordBatch, Box<dyn Error>> {
    let part = |name| texts(csv, name);
    let (years, months, days) = (part("year")?, part("month")?, part("day")?);
    let dates = years.iter().zip(months).zip(days).map(|((year, month), day)| {
        Date32Type::parse(&format!("{}-{:0>2}-{:0>2}", year?, month?, day?))
    });
    let mut columns: Vec<(&str, ArrayRef)> =
        vec![("date", Arc::new(dates.collect::<Date32Array>()))];
    for name in ["carrier", "origin", "dest"] {
        columns.push((name, Arc::new(part(name)?.clone())));
    }
    for name in ["dep_delay", "arr_delay", "air_time", "distance"] {
        columns.push((name, arrow_cast::cast(part(name)?, &DataType::Int32)?));
    }
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// Rows of a batch of made-up options.
const OPTIONS_BATCH: u64 = 1 << 17;

fn options(rows: u64, to: &str) -> Result<(), Box<dyn Error>> {
    let batch = |start: u64, end: u64| {
        let column = |salt: u64, low: f64, high: f64| {
            let values = (start..end).map(|row| low + (high - low) * uniform(row * 3 + salt));
            Arc::new(Float64Array::from_iter_values(values)) as ArrayRef
        };
        RecordBatch::try_from_iter([
            ("spot", column(0, 50.0, 150.0)),
            ("strike", column(1, 50.0, 150.0)),
            ("years", column(2, 0.05, 3.0)),
        ])
    };
    let mut writer = ArrowWriter::try_new(File::create(to)?, batch(0, 0)?.schema(), None)?;
    for start in (0..rows).step_by(OPTIONS_BATCH as usize) {
        writer.write(&batch(start, rows.min(start + OPTIONS_BATCH))?)?;
    }
    writer.close()?;
    println!("{to}: {rows} rows, {} bytes", std::fs::metadata(to)?.len());
    Ok(())
}

/// 0 to 1, equally distributed: SplitMix64 of Steele, Lea and Flood (2014).
fn uniform(index: u64) -> f64 {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}
