//! Columns go into a frame and come out of it as they were.
//!
//! Any array of any dtype, with nulls, errors, and any offset and length, is written to a frame at
//! any address, read back as if a guest had answered its input, and compared bit for bit. On the way
//! the frame is held against what `docs/abi.md` promises a guest ("Inputs").
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float32Array, Float64Array, NullArray,
    PrimitiveArray, StringArray, UInt8Array, cast::AsArray, types as t,
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use proptest::{prelude::*, sample::Index};
use serde_json::json;
use std::{ops::Range, sync::Arc};
use udf_abi::{
    Arg, ArgKind, CallHeader, Column as Descriptor, DType, ErrorCode, Physical, ResultHeader,
    exports::pack, frame::COLUMN_UTC, manifest::Manifest,
};
use udf_backends::internal::{Expected, GuestMemory};
use udf_columnar::{
    AnyValue, Argument, BoundCall, Column, RowErrors, Signature,
    internal::{
        collect,
        frame::{CallContext, FrameAddress, FrameArgs, OutputSpec},
    },
};

/// What memory holds before the frame is written: nothing may be taken for zero by chance.
const GARBAGE: u8 = 0xAA;
const TEXTS: [&str; 8] = ["", "a", "é", "日本", "😀", "\0", "longer than sixteen bytes", "#VALUE!"];

#[derive(Clone, Debug)]
struct Row {
    /// Bits of a value; null rows have some too.
    word: u64,
    null: bool,
    error: Option<ErrorCode>,
}

#[derive(Clone, Debug)]
struct Source {
    dtype: DType,
    utc: bool,
    nulls: bool,
    errors: bool,
    rows: Vec<Row>,
}

impl Source {
    fn column(&self) -> Column {
        if self.dtype == DType::Any {
            return Column::from_any(&self.rows.iter().map(cell).collect::<Vec<_>>()).unwrap();
        }
        let column = if self.dtype == DType::Error {
            let codes = self.rows.iter().map(|row| code(row.word).code()).collect::<Vec<_>>();
            Column::try_new_errors(UInt8Array::new(codes.into(), self.null_buffer())).unwrap()
        } else {
            Column::try_new(self.array()).unwrap()
        };
        assert_eq!(column.dtype(), self.dtype);
        if !self.errors {
            return column;
        }
        let codes: Vec<u8> =
            self.rows.iter().map(|row| row.error.map_or(0, ErrorCode::code)).collect();
        column.with_errors(RowErrors::try_new(codes.into(), None).unwrap()).unwrap()
    }

    fn null_buffer(&self) -> Option<NullBuffer> {
        self.nulls.then(|| self.rows.iter().map(|row| !row.null).collect::<Vec<_>>().into())
    }

    fn array(&self) -> ArrayRef {
        let nulls = self.null_buffer();
        let words = self.rows.iter().map(|row| row.word);
        macro_rules! primitive {
            ($type:ty, $convert:expr) => {
                PrimitiveArray::<$type>::new(words.map($convert).collect(), nulls)
            };
        }
        match self.dtype {
            DType::Null => Arc::new(NullArray::new(self.rows.len())),
            DType::Bool => {
                let bits = words.map(|w| w % 2 == 1).collect::<BooleanBuffer>();
                Arc::new(BooleanArray::new(bits, nulls))
            }
            DType::I8 => Arc::new(primitive!(t::Int8Type, |w| w as i8)),
            DType::I16 => Arc::new(primitive!(t::Int16Type, |w| w as i16)),
            DType::I32 => Arc::new(primitive!(t::Int32Type, |w| w as i32)),
            DType::I64 => Arc::new(primitive!(t::Int64Type, |w| w as i64)),
            DType::U8 => Arc::new(primitive!(t::UInt8Type, |w| w as u8)),
            DType::U16 => Arc::new(primitive!(t::UInt16Type, |w| w as u16)),
            DType::U32 => Arc::new(primitive!(t::UInt32Type, |w| w as u32)),
            DType::U64 => Arc::new(primitive!(t::UInt64Type, |w| w)),
            DType::F32 => Arc::new(primitive!(t::Float32Type, |w| f32::from_bits(w as u32))),
            DType::F64 => Arc::new(primitive!(t::Float64Type, f64::from_bits)),
            DType::Utf8 => {
                let (offsets, data, _) =
                    StringArray::from_iter_values(words.map(text)).into_parts();
                Arc::new(StringArray::new(offsets, data, nulls))
            }
            DType::Binary => {
                let bytes = words.map(|w| w.to_le_bytes()[..(w % 9) as usize].to_vec());
                let (offsets, data, _) = BinaryArray::from_iter_values(bytes).into_parts();
                Arc::new(BinaryArray::new(offsets, data, nulls))
            }
            DType::Date32 => Arc::new(primitive!(t::Date32Type, |w| w as i32)),
            DType::Time64 => Arc::new(primitive!(t::Time64MicrosecondType, |w| w as i64)),
            DType::Duration => Arc::new(primitive!(t::DurationMicrosecondType, |w| w as i64)),
            DType::Timestamp => Arc::new(
                primitive!(t::TimestampMicrosecondType, |w| w as i64)
                    .with_timezone_opt(self.utc.then_some("UTC")),
            ),
            DType::Error | DType::Any => unreachable!("made by `column`"),
        }
    }
}

fn text(word: u64) -> &'static str {
    TEXTS[(word % 8) as usize]
}

fn code(word: u64) -> ErrorCode {
    ErrorCode::ALL[(word % ErrorCode::ALL.len() as u64) as usize]
}

fn cell(row: &Row) -> AnyValue {
    let number = f64::from_bits(row.word);
    match (row.null, row.error, row.word % 7) {
        (true, ..) => AnyValue::Blank,
        (_, Some(code), _) => AnyValue::Error(code),
        (.., 0) => AnyValue::Logical(row.word & 8 == 0),
        (.., 1) => AnyValue::Text(text(row.word >> 8).into()),
        (.., 2) => AnyValue::Date(number),
        (.., 3) => AnyValue::DateTime(number),
        (.., 4) => AnyValue::Time(number),
        (.., 5) => AnyValue::Duration(number),
        _ => AnyValue::Number(number),
    }
}

fn row() -> impl Strategy<Value = Row> {
    let special =
        [0, 1, f64::NAN.to_bits(), (-0.0f64).to_bits(), f64::INFINITY.to_bits(), u64::MAX];
    let word = prop_oneof![any::<u64>(), prop::sample::select(special.to_vec())];
    let error = prop::option::weighted(0.2, prop::sample::select(ErrorCode::ALL.to_vec()));
    (word, prop::bool::weighted(0.3), error).prop_map(|(word, null, error)| Row {
        word,
        null,
        error,
    })
}

fn source(rows: usize) -> impl Strategy<Value = Source> {
    let dtype = prop::sample::select(DType::ALL.to_vec());
    (dtype, any::<[bool; 3]>(), prop::collection::vec(row(), rows))
        .prop_map(|(dtype, [utc, nulls, errors], rows)| Source { dtype, utc, nulls, errors, rows })
}

/// A run of rows.
fn run(start: Index, end: Index, rows: usize) -> Range<usize> {
    let (a, b) = (start.index(rows + 1), end.index(rows + 1));
    a.min(b)..a.max(b)
}

fn signature(dtypes: &[DType]) -> Signature {
    let params: Vec<_> = dtypes
        .iter()
        .enumerate()
        .map(|(n, dtype)| json!({ "name": format!("p{n}"), "type": dtype.name() }))
        .collect();
    let manifest = json!({
        "schema": "formualizer.udf.module/v1",
        "module": { "id": "round", "version": "1", "abi": 1, "codec": 2 },
        "functions": [{
            "id": 1, "name": "F", "export": "f", "kind": "elementwise", "returns": "f64",
            "min_args": dtypes.len(), "max_args": dtypes.len(), "params": params
        }]
    });
    let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap().manifest;
    Signature::try_new(manifest.functions[0].clone()).unwrap()
}

/// Linear memory with a frame in it.
struct Written {
    memory: Vec<u8>,
    address: FrameAddress,
}

impl Written {
    fn new(args: &FrameArgs<'_>, rows: Range<usize>, base: u32) -> Self {
        let outputs = [OutputSpec { dtype: DType::F64, rows: rows.len(), data_bytes: 0 }];
        let frame = args.plan(rows, &outputs).unwrap();
        let (start, len) = (base as usize, frame.len() as usize);
        let mut memory = vec![GARBAGE; start + len + 64];
        let context = CallContext::default();
        let address = frame.write(&mut &mut memory[start..start + len], base, &context).unwrap();
        Self { memory, address }
    }

    fn read<T: bytemuck::Pod>(&self, at: u32) -> T {
        let at = at as usize;
        bytemuck::pod_read_unaligned(&self.memory[at..at + size_of::<T>()])
    }

    fn header(&self) -> CallHeader {
        self.read(self.address.base)
    }

    fn descriptors(&self) -> Vec<Descriptor> {
        let header = self.header();
        let at = |n| header.columns + n * header.column_stride;
        (0..header.column_count).map(|n| self.read(at(n))).collect()
    }

    /// The bytes of a buffer; what follows up to the next multiple of 16 is zero.
    fn buffer(&self, at: u32, len: usize) -> &[u8] {
        if at == 0 {
            assert_eq!(len, 0, "an absent buffer");
            return &[];
        }
        assert!(at.is_multiple_of(16));
        let (start, end) = (at as usize, at as usize + len);
        let padding = &self.memory[end..end.next_multiple_of(16)];
        assert!(padding.iter().all(|byte| *byte == 0), "padding at {end:#x}");
        &self.memory[start..end]
    }

    /// Makes the input columns the result.
    fn answer_the_input(&mut self) -> u64 {
        let header = self.header();
        let result = ResultHeader {
            rows: header.rows,
            columns: header.columns,
            column_count: header.column_count,
            value_columns: header.column_count,
            ..ResultHeader::default()
        };
        let at = self.address.result as usize;
        self.memory[at..at + 64].copy_from_slice(bytemuck::bytes_of(&result));
        pack(self.address.result, 64)
    }
}

/// What the contract says of an input column, beyond its values.
fn assert_keeps_promises(written: &Written, descriptor: &Descriptor, column: &Column) {
    let rows = column.len();
    let dtype = column.dtype();
    let valid = |row: usize| match dtype {
        DType::Null => false,
        DType::Any => true,
        _ => column.array().is_valid(row),
    };
    let nulls = (0..rows).filter(|row| !valid(*row)).count();
    let errors = column.errors().map_or(0, RowErrors::count);
    assert_eq!((descriptor.dtype, descriptor.len as usize), (dtype.id(), rows));
    assert_eq!(descriptor.null_count as usize, nulls, "null_count is exact");
    assert_eq!(descriptor.error_count as usize, errors, "error_count is exact");
    assert_eq!(descriptor.errors == 0, errors == 0);
    assert_eq!(descriptor.validity == 0, nulls == 0 || dtype == DType::Null);
    assert_eq!(
        (descriptor.values_cap, descriptor.data_cap, descriptor.error_text, descriptor.aux),
        (0, 0, 0, 0)
    );
    let bit = |bits: &[u8], row: usize| bits[row / 8] >> (row % 8) & 1 == 1;
    let assert_clean_tail = |bits: &[u8]| {
        assert!((rows..bits.len() * 8).all(|row| !bit(bits, row)), "bits behind the last row");
    };
    if descriptor.validity != 0 {
        let bits = written.buffer(descriptor.validity, rows.div_ceil(8));
        assert!((0..rows).all(|row| bit(bits, row) == valid(row)));
        assert_clean_tail(bits);
    }
    if descriptor.errors != 0 {
        let codes = written.buffer(descriptor.errors, rows);
        assert_eq!(codes, column.errors().unwrap().codes());
    }
    match dtype.physical() {
        Physical::None => assert_eq!(descriptor.values, 0),
        Physical::Bits => {
            let bits = written.buffer(descriptor.values, rows.div_ceil(8));
            assert!((0..rows).all(|row| valid(row) || !bit(bits, row)), "null rows are zero");
            assert_clean_tail(bits);
        }
        Physical::Fixed(width) => {
            let width = width as usize;
            let values = written.buffer(descriptor.values, rows * width);
            let data = column.array().to_data();
            let source = &data.buffers()[0].as_slice()[data.offset() * width..];
            for row in 0..rows {
                let span = row * width..(row + 1) * width;
                if valid(row) {
                    assert_eq!(values[span.clone()], source[span], "row {row}, bit for bit");
                } else {
                    assert!(values[span].iter().all(|byte| *byte == 0), "null row {row}");
                }
            }
        }
        Physical::Bytes | Physical::Any => {
            let offsets = written.buffer(descriptor.offsets, (rows + 1) * 4);
            let offset =
                |n: usize| i32::from_le_bytes(offsets[n * 4..n * 4 + 4].try_into().unwrap());
            assert_eq!((offset(0), offset(rows)), (0, descriptor.data_len as i32));
            assert!((0..rows).all(|row| valid(row) || offset(row) == offset(row + 1)));
            written.buffer(descriptor.data, descriptor.data_len as usize);
            if dtype == DType::Any {
                written.buffer(descriptor.values, rows * 8);
                written.buffer(descriptor.tags, rows);
            }
        }
    }
}

/// The array with the NaNs that every result has.
fn canonical(column: &Column) -> ArrayRef {
    let array = column.array();
    match column.dtype() {
        DType::F64 => {
            let canonical = |x: f64| if x.is_nan() { f64::NAN } else { x };
            let array: Float64Array = array.as_primitive::<t::Float64Type>().unary(canonical);
            Arc::new(array)
        }
        DType::F32 => {
            let canonical = |x: f32| if x.is_nan() { f32::NAN } else { x };
            let array: Float32Array = array.as_primitive::<t::Float32Type>().unary(canonical);
            Arc::new(array)
        }
        _ => array.clone(),
    }
}

fn assert_same(found: &Column, wanted: &Column) {
    assert_eq!(found.dtype(), wanted.dtype());
    match (found.to_any(), wanted.to_any()) {
        // NaN is not equal to itself; its name is.
        (Some(found), Some(wanted)) => assert_eq!(format!("{found:?}"), format!("{wanted:?}")),
        _ => assert_eq!(found.array().as_ref(), canonical(wanted).as_ref()),
    }
    let errors = |column: &Column| -> Vec<_> {
        (0..column.len()).map(|row| column.error(row).map(|(code, _)| code)).collect()
    };
    assert_eq!(errors(found), errors(wanted));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_columns_come_out_of_a_frame_as_they_went_in(
        sources in (0usize..90).prop_flat_map(|rows| prop::collection::vec(source(rows), 1..4)),
        slice in any::<(Index, Index)>(),
        batch in any::<(Index, Index)>(),
        base in 1u32..300,
    ) {
        let slice = run(slice.0, slice.1, sources[0].rows.len());
        let batch = run(batch.0, batch.1, slice.len());
        let columns: Vec<Column> =
            sources.iter().map(|s| s.column().slice(slice.start, slice.len())).collect();
        let dtypes: Vec<DType> = columns.iter().map(Column::dtype).collect();
        let arguments = columns.iter().cloned().map(Argument::Column).collect();
        let bound = BoundCall::try_new(&signature(&dtypes), arguments, None).unwrap();
        let args = FrameArgs::of(&bound, true);
        let mut written = Written::new(&args, batch.clone(), base * 16);

        let header = written.header();
        prop_assert_eq!(header.rows as usize, batch.len());
        for n in 0..header.arg_count {
            let arg: Arg = written.read(header.args + n * header.arg_stride);
            prop_assert_eq!(arg.kind, ArgKind::Column as u32);
            prop_assert_eq!((arg.first_column, arg.columns, arg.rows), (n, 1, header.rows));
        }
        let wanted: Vec<Column> =
            columns.iter().map(|c| c.slice(batch.start, batch.len())).collect();
        let descriptors = written.descriptors();
        prop_assert_eq!(descriptors.len(), wanted.len());
        for (descriptor, column) in descriptors.iter().zip(&wanted) {
            assert_keeps_promises(&written, descriptor, column);
        }
        for (descriptor, source) in descriptors.iter().zip(&sources) {
            let utc = source.utc && source.dtype == DType::Timestamp;
            prop_assert_eq!(descriptor.flags, if utc { COLUMN_UTC } else { 0 });
        }
        let FrameAddress { base, len, .. } = written.address;
        let (before, rest) = written.memory.split_at(base as usize);
        let after = &rest[len as usize..];
        prop_assert!(before.iter().chain(after).all(|byte| *byte == GARBAGE), "outside the frame");

        let answer = written.answer_the_input();
        let expected = Expected {
            dtypes: &dtypes,
            columns: Some(dtypes.len()),
            rows: Some(batch.len()),
            budget: 1 << 20,
            message_bytes: 100,
        };
        let result = GuestMemory::new(&written.memory)
            .result(answer, &written.address, &expected)
            .unwrap();
        for (view, wanted) in result.columns.iter().zip(&wanted) {
            assert_same(&collect::column(view).unwrap().column, wanted);
        }
    }
}
