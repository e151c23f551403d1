//! A file's columns and its rows, a batch at a time.

use super::{
    Chunks, Format,
    ndjson::{self, Lines, NdjsonReader},
};
use crate::exit::Failure;
use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_csv::reader;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};
use regex::Regex;
use std::{
    fs::File,
    io::{BufReader, Cursor, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Bytes of a batch in memory, about.
const BATCH_BYTES: usize = 32 << 20;
/// Fewest and most rows of a batch whatever their width.
const BATCH_ROWS: std::ops::RangeInclusive<usize> = 1_024..=131_072;
/// Bytes that a text is taken to have where nothing better is known.
const TEXT_BYTES: usize = 48;

/// The first bytes of an Arrow file; a stream has none of its own.
const FILE_MAGIC: [u8; 6] = *b"ARROW1";

/// How files are read that do not tell the types of their columns.
#[derive(Clone, Debug)]
pub(crate) struct InferOptions {
    /// Texts that stand for "no value" in CSV.
    pub(crate) csv_nulls: Vec<String>,
    /// Rows that column types are found out from; 0 for all.
    pub(crate) infer_rows: usize,
}

/// An opened file of rows.
pub(crate) struct Input {
    path: PathBuf,
    format: Option<Format>,
    schema: SchemaRef,
    /// Number of rows, where the file tells.
    rows: Option<u64>,
    /// Bytes of a row in memory, about.
    row_bytes: usize,
    source: Source,
}

type Reader = Box<dyn Read>;
type ArrowBatches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>;

enum Source {
    Parquet(Box<ParquetRecordBatchReaderBuilder<File>>),
    ArrowFile(File),
    /// Opened again when it is read: the projection is only known then.
    ArrowStream(Reader),
    Csv {
        reader: Reader,
        format: reader::Format,
    },
    Ndjson(Reader),
    /// One row without columns, for calls that have nothing but values.
    OneRow,
}

impl Input {
    /// One row without columns.
    pub(crate) fn one_row() -> Self {
        Self {
            path: PathBuf::from("no input"),
            format: None,
            schema: Arc::new(Schema::empty()),
            rows: Some(1),
            row_bytes: 1,
            source: Source::OneRow,
        }
    }

    pub(crate) fn open(
        path: &Path,
        format: Format,
        options: &InferOptions,
    ) -> Result<Self, Failure> {
        let broken = |error: &dyn std::fmt::Display| {
            Failure::io(path.display(), error)
                .hint(format!("it is read as {format}; if it is not, give --input-format"))
        };
        let missing = |e| Failure::io(path.display(), e).hint("give --input a file that exists");
        let metadata = std::fs::metadata(path).map_err(missing)?;
        if metadata.is_dir() {
            return Err(Failure::io(path.display(), "is a folder").hint("give --input a file"));
        }
        let file = File::open(path).map_err(missing)?;
        let (schema, rows, source) = match format {
            Format::Parquet => {
                let builder =
                    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| broken(&e))?;
                let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).ok();
                (builder.schema().clone(), rows, Source::Parquet(Box::new(builder)))
            }
            Format::Arrow | Format::ArrowStream => open_arrow(file).map_err(|e| broken(&e))?,
            Format::Csv => open_csv(file, metadata.is_file(), options).map_err(|e| broken(&e))?,
            Format::Ndjson => {
                open_ndjson(file, metadata.is_file(), options).map_err(|e| broken(&e))?
            }
        };
        let row_bytes = match &source {
            Source::Parquet(builder) => parquet_row_bytes(builder, &schema),
            _ => schema.fields().iter().map(|f| value_bytes(f.data_type())).sum(),
        };
        Ok(Self { path: path.to_owned(), format: Some(format), schema, rows, row_bytes, source })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn format(&self) -> Option<Format> {
        self.format
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Number of rows, where the file tells.
    pub(crate) fn rows(&self) -> Option<u64> {
        self.rows
    }

    /// Reads a column of a CSV or JSON file as text, whatever it looks like.
    pub(crate) fn read_as_text(&mut self, column: usize) {
        if !self.format.is_some_and(Format::is_inferred) {
            return;
        }
        let fields: Vec<Field> = self
            .schema
            .fields()
            .iter()
            .enumerate()
            .map(|(index, field)| match index == column {
                true => field.as_ref().clone().with_data_type(DataType::Utf8),
                false => field.as_ref().clone(),
            })
            .collect();
        self.schema = Arc::new(Schema::new(fields));
    }

    /// The rows of these columns (all where absent, in ascending order otherwise), in batches of
    /// a size that suits them, or of `batch_rows` if that is more.
    pub(crate) fn read(
        self,
        columns: Option<&[usize]>,
        batch_rows: Option<usize>,
    ) -> Result<Chunks, Failure> {
        let fitting = BATCH_BYTES / self.row_bytes.max(1);
        let mut rows = fitting.clamp(*BATCH_ROWS.start(), *BATCH_ROWS.end());
        if let Some(wanted) = batch_rows {
            // Smaller ones are cut from these, so that what is written does not depend on them.
            rows = rows.max(wanted);
        }
        let projection = columns.map(<[usize]>::to_vec);
        let schema = match columns {
            Some(columns) => self.schema.project(columns).map(Arc::new),
            None => Ok(self.schema.clone()),
        };
        let batches =
            schema.and_then(|s| Ok((self.source.batches(&self.schema, projection, rows)?, s)));
        let path = self.path;
        match batches {
            Ok((batches, schema)) => Ok(Chunks::new(batches, schema, rows, path)),
            Err(error) => Err(Failure::io(path.display(), error)),
        }
    }
}

impl Source {
    fn batches(
        self,
        schema: &SchemaRef,
        projection: Option<Vec<usize>>,
        rows: usize,
    ) -> Result<ArrowBatches, ArrowError> {
        Ok(match self {
            Self::Parquet(mut builder) => {
                if let Some(columns) = projection {
                    let mask = ProjectionMask::roots(builder.parquet_schema(), columns);
                    *builder = builder.with_projection(mask);
                }
                Box::new(builder.with_batch_size(rows).build()?)
            }
            Self::ArrowFile(file) => Box::new(FileReader::try_new_buffered(file, projection)?),
            Self::ArrowStream(reader) => {
                Box::new(StreamReader::try_new_buffered(reader, projection)?)
            }
            Self::Csv { reader, format } => {
                let mut builder = reader::ReaderBuilder::new(schema.clone())
                    .with_format(format)
                    .with_batch_size(rows);
                if let Some(columns) = projection {
                    builder = builder.with_projection(columns);
                }
                Box::new(builder.build(reader)?)
            }
            Self::Ndjson(reader) => {
                let reader = BufReader::with_capacity(1 << 18, reader);
                let lines = Lines::new(reader);
                Box::new(NdjsonReader::try_new(lines, schema, projection.as_deref(), rows)?)
            }
            Self::OneRow => {
                let options = RecordBatchOptions::new().with_row_count(Some(1));
                let batch = RecordBatch::try_new_with_options(schema.clone(), vec![], &options);
                Box::new(std::iter::once(batch))
            }
        })
    }
}

type Opened = (SchemaRef, Option<u64>, Source);

fn open_arrow(mut file: File) -> Result<Opened, ArrowError> {
    let begin = head(&mut file)?;
    if begin == FILE_MAGIC {
        file.seek(SeekFrom::Start(0))?;
        let schema = FileReader::try_new_buffered(file.try_clone()?, None)?.schema();
        return Ok((schema, None, Source::ArrowFile(file)));
    }
    let (schema, reader) = open_stream(Cursor::new(begin).chain(file))?;
    Ok((schema, None, Source::ArrowStream(reader)))
}

/// What tells the two Arrow formats apart; less of a file that has less.
fn head(file: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(FILE_MAGIC.len() as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// A stream's schema, and the stream from its beginning. It may be a pipe: what was read is kept and read once more.
fn open_stream(stream: impl Read + 'static) -> Result<(SchemaRef, Reader), ArrowError> {
    let mut recorder = Recorder { inner: stream, record: Vec::new() };
    let schema = StreamReader::try_new(&mut recorder, None)?.schema();
    let reader = Cursor::new(recorder.record).chain(recorder.inner);
    Ok((schema, Box::new(reader)))
}

fn open_csv(mut file: File, seekable: bool, options: &InferOptions) -> Result<Opened, ArrowError> {
    let mut format = reader::Format::default().with_header(true);
    if !options.csv_nulls.is_empty() {
        let texts: Vec<_> = options.csv_nulls.iter().map(|text| regex::escape(text)).collect();
        let pattern = format!("^(?:{})?$", texts.join("|"));
        let nulls = Regex::new(&pattern).map_err(|e| ArrowError::CsvError(e.to_string()))?;
        format = format.with_null_regex(nulls);
    }
    let most = (options.infer_rows > 0).then_some(options.infer_rows);
    let (schema, seen, reader): (_, _, Reader) = if seekable {
        let (schema, seen) = format.infer_schema(BufReader::new(&file), most)?;
        file.seek(SeekFrom::Start(0))?;
        (schema, seen, Box::new(BufReader::with_capacity(1 << 18, file)))
    } else {
        let mut recorder = Recorder { inner: file, record: Vec::new() };
        let (schema, seen) = format.infer_schema(&mut recorder, most)?;
        let reader = Cursor::new(recorder.record).chain(recorder.inner);
        (schema, seen, Box::new(BufReader::with_capacity(1 << 18, reader)))
    };
    let (schema, rows) = settled(&schema, seen, most);
    Ok((schema, rows, Source::Csv { reader, format }))
}

fn open_ndjson(
    mut file: File,
    seekable: bool,
    options: &InferOptions,
) -> Result<Opened, ArrowError> {
    let most = (options.infer_rows > 0).then_some(options.infer_rows);
    let (schema, seen, reader): (_, _, Reader) = if seekable {
        let (schema, seen) = ndjson::infer(&mut Lines::new(BufReader::new(&file)), most)?;
        file.seek(SeekFrom::Start(0))?;
        (schema, seen, Box::new(file))
    } else {
        let mut recorder = Recorder { inner: file, record: Vec::new() };
        let lines = &mut Lines::new(BufReader::new(&mut recorder));
        let (schema, seen) = ndjson::infer(lines, most)?;
        let reader = Cursor::new(recorder.record).chain(recorder.inner);
        (schema, seen, Box::new(reader))
    };
    let (schema, rows) = settled(&schema, seen, most);
    Ok((schema, rows, Source::Ndjson(reader)))
}

/// The columns that `seen` of at most `most` rows have shown, and the number of rows if these were
/// all of them.
fn settled(schema: &Schema, seen: usize, most: Option<usize>) -> (SchemaRef, Option<u64>) {
    let all_seen = most.is_none_or(|most| seen < most);
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            // A column without a value so far may have any later on.
            DataType::Null if !all_seen => field.as_ref().clone().with_data_type(DataType::Utf8),
            _ => field.as_ref().clone(),
        })
        .collect();
    (Arc::new(Schema::new(fields)), all_seen.then_some(seen as u64))
}

/// Keeps what was read through it.
struct Recorder<R> {
    inner: R,
    record: Vec<u8>,
}

impl<R: Read> Read for Recorder<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.record.extend_from_slice(&buf[..read]);
        Ok(read)
    }
}

/// Bytes of a row in memory: fixed widths as they are, texts as long as the file's are.
fn parquet_row_bytes(builder: &ParquetRecordBatchReaderBuilder<File>, schema: &Schema) -> usize {
    let metadata = builder.metadata();
    let groups = metadata.row_groups();
    let bytes: i64 =
        groups.iter().map(parquet::file::metadata::RowGroupMetaData::total_byte_size).sum();
    let rows = metadata.file_metadata().num_rows().max(1);
    let encoded = usize::try_from(bytes / rows).unwrap_or(0);
    let fixed: usize = schema.fields().iter().map(|f| value_bytes(f.data_type())).sum();
    fixed.max(encoded)
}

fn value_bytes(data_type: &DataType) -> usize {
    data_type.primitive_width().unwrap_or(match data_type {
        DataType::Null | DataType::Boolean => 1,
        _ => TEXT_BYTES,
    })
}

#[cfg(test)]
mod tests {
    use super::{FILE_MAGIC, head, open_stream};
    use crate::table::interrupted::Interrupted;
    use arrow_array::{Float64Array, RecordBatch, cast::AsArray, types::Float64Type};
    use arrow_ipc::{reader::StreamReader, writer::StreamWriter};
    use std::{io::Cursor, sync::Arc};

    #[test]
    fn what_an_arrow_file_begins_with_is_read_through_interruptions() {
        assert_eq!(head(&mut Interrupted::new("ARROW1\0\0…")).unwrap(), FILE_MAGIC);
        assert_eq!(head(&mut Interrupted::new("ARR")).unwrap(), b"ARR");
        assert_eq!(head(&mut Interrupted::new("")).unwrap(), b"");
    }

    #[test]
    fn a_stream_is_read_twice_through_interruptions() {
        let values = Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0]));
        let batch = RecordBatch::try_from_iter([("x", values as _)]).unwrap();
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        let bytes = writer.into_inner().unwrap();
        let mut file = Interrupted::new(bytes);
        let begin = head(&mut file).unwrap();
        let stream = std::io::Read::chain(Cursor::new(begin), file);
        let (schema, again) = open_stream(stream).unwrap();
        assert_eq!(schema, batch.schema());
        let batches: Vec<_> = StreamReader::try_new(again, None).unwrap().collect();
        let batch = batches[0].as_ref().unwrap();
        assert_eq!(batch.column(0).as_primitive::<Float64Type>().values(), &[1.0, 2.0, 3.0]);
    }
}
