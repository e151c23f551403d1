//! Frames written by hand after docs/abi.md, and results read back: a host in a nutshell, sharing
//! no code with the real one.
#![expect(unsafe_code, reason = "native calls of generated functions trust the frame below")]

use formualizer_udf_sdk::__private::{Function, call_native};
use udf_abi::{
    Arg, ArgKind, CallHeader, Column, DType, ErrorCode, Physical, ResultHeader,
    frame::{CALL_VOLATILE, MAGIC, STATUS_ERROR},
    unpack,
};

/// Values of a column, with room for nulls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    /// Any type of a fixed width, each value as its little endian bytes.
    Fixed(DType, Vec<Option<Vec<u8>>>),
    Bool(Vec<Option<bool>>),
    Text(Vec<Option<&'static str>>),
    /// Tag, number, text, error.
    Any(Vec<(u8, f64, &'static str, u8)>),
}

pub(crate) fn f64s(values: impl IntoIterator<Item = Option<f64>>) -> Data {
    let bytes = |x: f64| x.to_le_bytes().to_vec();
    Data::Fixed(DType::F64, values.into_iter().map(|x| x.map(bytes)).collect())
}

pub(crate) fn i64s(values: impl IntoIterator<Item = Option<i64>>) -> Data {
    let bytes = |x: i64| x.to_le_bytes().to_vec();
    Data::Fixed(DType::I64, values.into_iter().map(|x| x.map(bytes)).collect())
}

#[derive(Clone, Debug)]
pub(crate) enum Given {
    Omitted,
    Scalar(Data),
    Column(Data),
    Range(Vec<Data>),
}

/// What of a call may vary.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Room for text in the prepared column.
    pub(crate) data_cap: usize,
    pub(crate) row_offset: u64,
    pub(crate) volatile: Option<(u64, i64)>,
    /// Bytes that a later version has appended to arguments and columns.
    pub(crate) stride_extra: usize,
}

/// One value of a result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Error(ErrorCode, String),
    Bytes(Vec<u8>),
    Bool(bool),
    Text(String),
    Any(u8, f64, String),
}

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Columns(Vec<Vec<Cell>>),
    Failure(ErrorCode, String),
}

impl Data {
    fn len(&self) -> usize {
        match self {
            Self::Fixed(_, rows) => rows.len(),
            Self::Bool(rows) => rows.len(),
            Self::Text(rows) => rows.len(),
            Self::Any(rows) => rows.len(),
        }
    }
}

struct Writer {
    base: u32,
    bytes: Vec<u8>,
}

impl Writer {
    /// Appends at a multiple of 16 and answers the address.
    fn put(&mut self, bytes: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(16), 0);
        let at = self.base + self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(16), 0);
        at
    }

    /// Room of unspecified content.
    fn room(&mut self, len: usize) -> u32 {
        self.put(&vec![0xA5; len])
    }

    fn bits(&mut self, bits: &[bool]) -> u32 {
        let mut bytes = vec![0u8; bits.len().div_ceil(8)];
        bits.iter().enumerate().for_each(|(i, bit)| bytes[i / 8] |= u8::from(*bit) << (i % 8));
        self.put(&bytes)
    }

    fn texts(&mut self, column: &mut Column, texts: &[&str]) {
        let (mut offsets, mut data) = (vec![0i32], String::new());
        for text in texts {
            data.push_str(text);
            offsets.push(data.len() as i32);
        }
        column.offsets = self.put(bytemuck::cast_slice(&offsets));
        column.data = self.put(data.as_bytes());
        column.data_len = data.len() as u32;
    }

    fn input(&mut self, data: &Data) -> Column {
        let len = data.len() as u32;
        let mut column = Column { len, ..Column::default() };
        let nulls = |writer: &mut Self, column: &mut Column, valid: Vec<bool>| {
            column.null_count = valid.iter().filter(|valid| !**valid).count() as u32;
            if column.null_count > 0 {
                column.validity = writer.bits(&valid);
            }
        };
        match data {
            Data::Fixed(dtype, rows) => {
                let Physical::Fixed(width) = dtype.physical() else { panic!("{dtype}") };
                column.dtype = dtype.id();
                let zero = vec![0; width as usize];
                let bytes: Vec<u8> =
                    rows.iter().flat_map(|row| row.clone().unwrap_or(zero.clone())).collect();
                column.values = self.put(&bytes);
                nulls(self, &mut column, rows.iter().map(Option::is_some).collect());
            }
            Data::Bool(rows) => {
                column.dtype = DType::Bool.id();
                let bits: Vec<_> = rows.iter().map(|row| row.unwrap_or_default()).collect();
                column.values = self.bits(&bits);
                nulls(self, &mut column, rows.iter().map(Option::is_some).collect());
            }
            Data::Text(rows) => {
                column.dtype = DType::Utf8.id();
                let texts: Vec<_> = rows.iter().map(|row| row.unwrap_or_default()).collect();
                self.texts(&mut column, &texts);
                nulls(self, &mut column, rows.iter().map(Option::is_some).collect());
            }
            Data::Any(rows) => {
                column.dtype = DType::Any.id();
                let tags: Vec<u8> = rows.iter().map(|row| row.0).collect();
                let numbers: Vec<f64> = rows.iter().map(|row| row.1).collect();
                let errors: Vec<u8> = rows.iter().map(|row| row.3).collect();
                column.tags = self.put(&tags);
                column.values = self.put(bytemuck::cast_slice(&numbers));
                let texts: Vec<_> = rows.iter().map(|row| row.2).collect();
                self.texts(&mut column, &texts);
                column.error_count = errors.iter().filter(|code| **code != 0).count() as u32;
                if column.error_count > 0 {
                    column.errors = self.put(&errors);
                }
            }
        }
        column
    }

    fn output(&mut self, dtype: DType, rows: usize, data_cap: usize) -> Column {
        let mut column = Column { dtype: dtype.id(), len: rows as u32, ..Column::default() };
        let values = match dtype.physical() {
            Physical::None | Physical::Bytes => 0,
            Physical::Bits => rows.div_ceil(8),
            Physical::Fixed(width) => width as usize * rows,
            Physical::Any => 8 * rows,
        };
        column.values = self.room(values);
        column.values_cap = values as u32;
        column.validity = self.room(rows.div_ceil(8));
        column.errors = self.room(rows);
        if matches!(dtype.physical(), Physical::Bytes | Physical::Any) {
            column.offsets = self.room(4 * (rows + 1));
            column.data = self.room(data_cap);
            column.data_cap = data_cap as u32;
        }
        if dtype == DType::Any {
            column.tags = self.room(rows);
        }
        column
    }

    fn structs<T: bytemuck::Pod>(&mut self, structs: &[T], extra: usize) -> u32 {
        let mut bytes = Vec::new();
        for one in structs {
            bytes.extend_from_slice(bytemuck::bytes_of(one));
            bytes.extend(std::iter::repeat_n(0, extra));
        }
        self.put(&bytes)
    }
}

/// Calls a function as a host does. `output` is the prepared column's type, none for `array`.
pub(crate) fn call<F: Function>(
    args: &[Given],
    rows: usize,
    output: Option<DType>,
    options: &Options,
) -> Answer {
    let column_stride = size_of::<Column>() + options.stride_extra;
    let write = |base: u32| {
        let mut writer = Writer { base, bytes: vec![0; size_of::<CallHeader>()] };
        let (mut arg_structs, mut columns) = (Vec::new(), Vec::new());
        for given in args {
            let (kind, data): (_, &[Data]) = match given {
                Given::Omitted => (ArgKind::Omitted, &[]),
                Given::Scalar(data) => (ArgKind::Scalar, std::slice::from_ref(data)),
                Given::Column(data) => (ArgKind::Column, std::slice::from_ref(data)),
                Given::Range(columns) => (ArgKind::Range, columns),
            };
            arg_structs.push(Arg {
                kind: kind as u32,
                first_column: columns.len() as u32,
                columns: data.len() as u32,
                rows: data.first().map_or(0, Data::len) as u32,
                ..Arg::default()
            });
            columns.extend(data.iter().map(|data| writer.input(data)));
        }
        let prepared: Vec<_> =
            output.iter().map(|dtype| writer.output(*dtype, rows, options.data_cap)).collect();
        let result = ResultHeader {
            rows: rows as u32,
            columns: writer.structs(&prepared, options.stride_extra),
            column_count: prepared.len() as u32,
            value_columns: prepared.len() as u32,
            ..ResultHeader::default()
        };
        let (seed, now_us) = options.volatile.unwrap_or_default();
        let header = CallHeader {
            magic: MAGIC,
            version: 1,
            flags: if options.volatile.is_some() { CALL_VOLATILE } else { 0 },
            rows: rows as u32,
            row_offset: options.row_offset,
            args: writer.structs(&arg_structs, options.stride_extra),
            arg_count: arg_structs.len() as u32,
            arg_stride: (size_of::<Arg>() + options.stride_extra) as u32,
            columns: writer.structs(&columns, options.stride_extra),
            column_count: columns.len() as u32,
            column_stride: column_stride as u32,
            result: writer.put(bytemuck::bytes_of(&result)),
            seed,
            now_us,
            ..CallHeader::default()
        };
        writer.bytes[..size_of::<CallHeader>()].copy_from_slice(bytemuck::bytes_of(&header));
        (header.result, writer.bytes)
    };
    let mut request = (0, 0, 0);
    // SAFETY: the frame follows docs/abi.md: `Writer` gives every buffer its own range, 16-byte
    // aligned and padded with zeros; texts are `str`s; counts are those of the data.
    let (answer, memory) = unsafe {
        call_native(F::call, |base| {
            let (result, bytes) = write(base);
            request = (base, base + bytes.len() as u32, result);
            bytes
        })
    };
    read_answer(&memory, answer, request, column_stride)
}

struct Memory<'a> {
    bytes: &'a [u8],
    /// Where a result may lie: in the request, or in the block that was answered.
    allowed: [(u32, u32); 2],
}

impl<'a> Memory<'a> {
    fn slice(&self, at: u32, len: usize) -> &'a [u8] {
        let end = u64::from(at) + len as u64;
        let inside = |(start, stop): &(u32, u32)| at >= *start && end <= u64::from(*stop);
        assert!(len == 0 || self.allowed.iter().any(inside), "{at} + {len} is nowhere");
        if len == 0 { &[] } else { &self.bytes[at as usize..end as usize] }
    }

    fn get<T: bytemuck::Pod>(&self, at: u32) -> T {
        bytemuck::pod_read_unaligned(self.slice(at, size_of::<T>()))
    }

    fn text(&self, column: &Column, row: usize) -> String {
        let start: i32 = self.get(column.offsets + 4 * row as u32);
        let end: i32 = self.get(column.offsets + 4 * (row as u32 + 1));
        assert!(start >= 0 && start <= end && end as u32 <= column.data_len);
        let bytes = self.slice(column.data + start as u32, (end - start) as usize);
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn bit(&self, bitmap: u32, row: usize) -> bool {
        self.get::<u8>(bitmap + row as u32 / 8) >> (row % 8) & 1 == 1
    }

    fn cell(&self, column: &Column, messages: Option<&Column>, row: usize) -> Cell {
        let dtype = DType::from_id(column.dtype).unwrap();
        if column.error_count > 0 {
            let code: u8 = self.get(column.errors + row as u32);
            if code != 0 {
                let message = messages.map_or(String::new(), |column| self.text(column, row));
                return Cell::Error(ErrorCode::from_code(code).unwrap(), message);
            }
        }
        if column.null_count > 0 && !self.bit(column.validity, row) {
            return Cell::Null;
        }
        match dtype.physical() {
            Physical::None => Cell::Null,
            Physical::Bits => Cell::Bool(self.bit(column.values, row)),
            Physical::Fixed(width) => {
                let at = column.values + width * row as u32;
                Cell::Bytes(self.slice(at, width as usize).to_vec())
            }
            Physical::Bytes => Cell::Text(self.text(column, row)),
            Physical::Any => Cell::Any(
                self.get(column.tags + row as u32),
                self.get(column.values + 8 * row as u32),
                self.text(column, row),
            ),
        }
    }
}

fn read_answer(
    bytes: &[u8],
    answer: u64,
    (start, end, result): (u32, u32, u32),
    stride: usize,
) -> Answer {
    let (ptr, len) = unpack(answer);
    assert!(ptr.is_multiple_of(16) && len >= 64, "{ptr} {len}");
    if ptr == result {
        assert_eq!(len, 64);
    }
    let memory = Memory { bytes, allowed: [(start, end), (ptr, ptr + len)] };
    let header: ResultHeader = memory.get(ptr);
    if header.status == STATUS_ERROR {
        let code = ErrorCode::from_code(header.error_kind as u8).unwrap();
        let message = memory.slice(header.message, header.message_len as usize);
        return Answer::Failure(code, String::from_utf8(message.to_vec()).unwrap());
    }
    let column = |index: u32| memory.get::<Column>(header.columns + index * stride as u32);
    let columns = (0..header.value_columns).map(|index| {
        let head = column(index);
        assert_eq!(head.len, header.rows);
        let messages = (head.error_text > 0).then(|| column(head.error_text - 1));
        (0..header.rows as usize).map(|row| memory.cell(&head, messages.as_ref(), row)).collect()
    });
    Answer::Columns(columns.collect())
}
