//! Types of columns in Arrow and Parquet.

use super::*;
use arrow_array::{
    ArrayRef, Decimal128Array, Int64Array, ListArray, RecordBatch, StringArray,
    cast::AsArray,
    types::{Float64Type, Int32Type},
};
use arrow_ipc::{
    CompressionType,
    reader::FileReader,
    writer::{FileWriter, IpcWriteOptions, StreamWriter},
};
use arrow_schema::{DataType, TimeUnit};
use std::{io::Cursor, sync::Arc};

fn batch_of(bytes: &[u8]) -> RecordBatch {
    FileReader::try_new(Cursor::new(bytes), None).unwrap().next().unwrap().unwrap()
}

pub(super) fn ipc(batch: &RecordBatch, options: IpcWriteOptions) -> Vec<u8> {
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

pub(super) fn stream(batch: &RecordBatch, options: IpcWriteOptions) -> Vec<u8> {
    let mut writer =
        StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

pub(super) fn packed(with: CompressionType) -> IpcWriteOptions {
    IpcWriteOptions::default().try_with_compression(Some(with)).unwrap()
}

pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap()
}

#[test]
fn each_kind_has_its_type_and_several_kinds_are_texts() {
    let day = date("2024-01-31");
    let at = instant("2024-01-31T06:00:00");
    let time = Value::Time("06:00:00".parse().unwrap());
    let rows = vec![
        ["n", "b", "t", "d", "dt", "both", "time", "mixed", "none"].map(text).to_vec(),
        vec![
            Value::Number(1.0),
            Value::Boolean(true),
            text("x"),
            day.clone(),
            at.clone(),
            day.clone(),
            time,
            Value::Number(0.5),
            Value::Empty,
        ],
        vec![
            Value::Empty,
            Value::Empty,
            Value::Empty,
            Value::Empty,
            Value::Empty,
            at,
            Value::Empty,
            day,
            Value::Empty,
        ],
    ];
    let batch = batch_of(&exported(&rows, DataFormat::Arrow, &ExportOptions::default()));
    let types: Vec<DataType> =
        batch.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    let instant = DataType::Timestamp(TimeUnit::Microsecond, None);
    assert_eq!(
        types,
        [
            DataType::Float64,
            DataType::Boolean,
            DataType::Utf8,
            DataType::Date32,
            instant.clone(),
            instant,
            DataType::Time64(TimeUnit::Microsecond),
            DataType::Utf8,
            DataType::Utf8,
        ]
    );
    let mixed: Vec<_> = batch.column(7).as_string::<i32>().iter().flatten().collect();
    assert_eq!(mixed, ["0.5", "2024-01-31"]);
    assert_eq!(batch.column(0).null_count(), 1);
    assert_eq!(batch.column(8).null_count(), 2);
}

#[test]
fn every_column_has_a_name_of_its_own() {
    let header = ["price", "", "price", "column 2", "price 2"];
    let mut rows =
        vec![header.map(|name| if name.is_empty() { Value::Empty } else { text(name) }).to_vec()];
    rows.push(vec![Value::Number(1.0); 5]);
    let batch = batch_of(&exported(&rows, DataFormat::Arrow, &ExportOptions::default()));
    let schema = batch.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["price", "column 2", "price 2", "column 2 2", "price 2 2"]);
}

#[test]
fn files_and_streams_packed_or_not_are_read() {
    let batch = batch(vec![
        ("n", Arc::new(Int64Array::from(vec![Some(1), None, Some(3)])) as ArrayRef),
        ("t", Arc::new(StringArray::from(vec!["a".repeat(500), String::new(), "c".into()]))),
    ]);
    for options in [
        IpcWriteOptions::default(),
        packed(CompressionType::LZ4_FRAME),
        packed(CompressionType::ZSTD),
    ] {
        for bytes in [ipc(&batch, options.clone()), stream(&batch, options.clone())] {
            let rows = imported(DataFormat::Arrow, &bytes, &ImportOptions::default());
            assert_eq!(rows[0], [text("n"), text("t")]);
            assert_eq!(rows[1], [Value::Number(1.0), text(&"a".repeat(500))]);
            assert_eq!(rows[2][0], Value::Empty);
            let bare =
                imported(DataFormat::Arrow, &bytes, &ImportOptions::default().headers(false));
            assert_eq!(bare, rows[1..]);
        }
    }
}

#[test]
fn batches_are_put_one_below_the_other() {
    let one = batch(vec![("n", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef)]);
    let mut writer = StreamWriter::try_new(Vec::new(), &one.schema()).unwrap();
    (0..3).for_each(|_| writer.write(&one).unwrap());
    let bytes = writer.into_inner().unwrap();
    let rows = imported(DataFormat::Arrow, &bytes, &ImportOptions::default().headers(false));
    assert_eq!(rows.len(), 6);
    assert_eq!(rows[5], [Value::Number(2.0)]);
}

#[test]
fn decimals_are_numbers_and_what_no_cell_holds_is_refused_by_name() {
    let decimal = Decimal128Array::from(vec![12_345]).with_precision_and_scale(9, 2).unwrap();
    let bytes =
        ipc(&batch(vec![("price", Arc::new(decimal) as ArrayRef)]), IpcWriteOptions::default());
    let rows = imported(DataFormat::Arrow, &bytes, &ImportOptions::default());
    assert_eq!(rows[1], [Value::Number(123.45)]);

    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)])]);
    let bytes = ipc(&batch(vec![("tags", Arc::new(list) as ArrayRef)]), IpcWriteOptions::default());
    let refused = refusal(DataFormat::Arrow, &bytes);
    assert!(refused.contains("\"tags\"") && refused.contains("List"), "{refused}");
    let long = batch(vec![("id", Arc::new(Int64Array::from(vec![1, i64::MAX])) as ArrayRef)]);
    let refused = refusal(DataFormat::Arrow, &ipc(&long, IpcWriteOptions::default()));
    assert!(refused.contains("\"id\"") && refused.contains("row 1"), "{refused}");
}

#[test]
fn values_of_formulas_are_exported() {
    let mut book = with(&[vec![text("n")], vec![Value::Number(2.0)], vec![Value::Number(3.0)]]);
    book.set_value("S", "B1", "square").unwrap();
    book.set_formula("S", "B2", "=A2*A2").unwrap();
    book.fill_down("S", "B2:B3").unwrap();
    book.recalculate().unwrap();
    let bytes =
        book.export_bytes("S", "A:B", DataFormat::Arrow, &ExportOptions::default()).unwrap();
    assert_eq!(batch_of(&bytes).column(1).as_primitive::<Float64Type>().values(), &[4.0, 9.0]);
}
