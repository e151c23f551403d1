//! Rows to a file that appears when it is complete, or to stdout.

use super::Format;
use crate::exit::{Exit, Failure, printable};
use arrow_array::RecordBatch;
use arrow_csv::Writer as CsvWriter;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_json::{LineDelimitedWriter as NdjsonWriter, WriterBuilder as NdjsonBuilder};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::{
    arrow::ArrowWriter, basic::Compression, errors::ParquetError,
    file::properties::WriterProperties,
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::NamedTempFile;

/// A Parquet row group, encoded: it is in memory until it is complete.
const ROW_GROUP_BYTES: usize = 32 << 20;
/// Rows of a Parquet row group at most.
const ROW_GROUP_ROWS: usize = 1 << 20;
/// Rows that a terminal shows.
const PREVIEW_ROWS: usize = 20;

/// Where rows go.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// Stdout, in full.
    Stdout,
    /// Stdout, the first rows: somebody is looking.
    Terminal,
    /// A file.
    File(PathBuf),
}

/// Rows on their way out.
pub(crate) struct Output {
    place: Place,
    format: Format,
    writer: Option<Writer>,
    /// What the writer has no place for: rows of a preview behind the first ones.
    hidden_rows: u64,
    broken_pipe: Arc<AtomicBool>,
}

enum Place {
    Stdout,
    Terminal(usize),
    /// Written beside, and renamed when it is complete.
    Beside {
        temporary: NamedTempFile,
        target: PathBuf,
    },
    /// A pipe or a device: written as it is.
    Direct(PathBuf),
}

enum Writer {
    Parquet(Box<ArrowWriter<Sink>>),
    Arrow(Box<FileWriter<Sink>>),
    ArrowStream(Box<StreamWriter<Sink>>),
    Csv(Box<CsvWriter<Sink>>),
    Ndjson(Box<NdjsonWriter<Sink>>),
    CsvPreview(Box<CsvWriter<Vec<u8>>>),
    NdjsonPreview(Box<NdjsonWriter<Vec<u8>>>),
}

impl Output {
    /// Opens the target. Nothing is to be seen of a file until [`finish`](Self::finish).
    pub(crate) fn create(target: Target, format: Format) -> Result<Self, Failure> {
        let place = match target {
            Target::Stdout => Place::Stdout,
            Target::Terminal => Place::Terminal(0),
            Target::File(path) => open(&path).map_err(|error| {
                Failure::io(format_args!("{} cannot be written", path.display()), error)
                    .hint("give --out a file in a folder that exists and may be written to")
            })?,
        };
        Ok(Self { place, format, writer: None, hidden_rows: 0, broken_pipe: Arc::default() })
    }

    /// Writes rows; the first batch, which may have none, decides on the columns.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let batch = match self.format {
            Format::Arrow | Format::ArrowStream => {
                &without_dictionaries(batch).map_err(|e| Failure::io("the output", e))?
            }
            _ => batch,
        };
        let mut shown = None;
        if let Place::Terminal(rows) = &mut self.place {
            let take = batch.num_rows().min(PREVIEW_ROWS - *rows);
            *rows += take;
            self.hidden_rows += (batch.num_rows() - take) as u64;
            if take == 0 && *rows > 0 {
                return Ok(());
            }
            shown = Some(batch.slice(0, take));
        }
        let batch = shown.as_ref().unwrap_or(batch);
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.start(batch.schema())?,
        };
        let written = match &mut writer {
            Writer::Parquet(w) => w.write(batch).map_err(Problem::from),
            Writer::Arrow(w) => w.write(batch).map_err(Problem::from),
            Writer::ArrowStream(w) => w.write(batch).map_err(Problem::from),
            Writer::Csv(w) => w.write(batch).map_err(Problem::from),
            Writer::Ndjson(w) => w.write(batch).map_err(Problem::from),
            Writer::CsvPreview(w) => w.write(batch).map_err(Problem::from),
            Writer::NdjsonPreview(w) => w.write(batch).map_err(Problem::from),
        };
        self.writer = Some(writer);
        written.map_err(|problem| self.failure(&problem))
    }

    /// Completes the output. Gives the number of rows that were not shown.
    pub(crate) fn finish(mut self) -> Result<u64, Failure> {
        let flushed = match self.writer.take() {
            None => Ok(()),
            Some(Writer::CsvPreview(w)) => show(&w.into_inner()),
            Some(Writer::NdjsonPreview(w)) => show(&w.into_inner()),
            Some(Writer::Parquet(w)) => w.into_inner().map_err(Problem::from).and_then(flush),
            Some(Writer::Arrow(w)) => w.into_inner().map_err(Problem::from).and_then(flush),
            Some(Writer::ArrowStream(w)) => w.into_inner().map_err(Problem::from).and_then(flush),
            Some(Writer::Csv(w)) => flush(w.into_inner()),
            Some(Writer::Ndjson(w)) => flush(w.into_inner()),
        };
        flushed.map_err(|problem| self.failure(&problem))?;
        let Place::Beside { temporary, target } = self.place else {
            return Ok(self.hidden_rows);
        };
        persist(temporary, &target).map_err(|error| {
            Failure::io(format_args!("{} cannot be written", target.display()), error)
                .hint("nothing of it was left behind; is the disk full?")
        })?;
        Ok(self.hidden_rows)
    }

    fn start(&self, schema: SchemaRef) -> Result<Writer, Failure> {
        if self.format == Format::Csv
            && let Some(field) = schema.fields().iter().find(|f| f.data_type().is_nested())
        {
            return Err(Failure::usage(format!(
                "column `{}` is of type {}, which CSV has no place for",
                field.name(),
                field.data_type()
            ))
            .hint("write to a .parquet or .arrow file with --out"));
        }
        if let Place::Terminal(_) = self.place {
            return Ok(match self.format {
                Format::Ndjson => Writer::NdjsonPreview(Box::new(ndjson(Vec::new()))),
                _ => Writer::CsvPreview(Box::new(CsvWriter::new(Vec::new()))),
            });
        }
        let sink = self.sink().map_err(|e| self.failure(&e.into()))?;
        let writer = match self.format {
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
                    .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
                    .build();
                ArrowWriter::try_new(sink, schema, Some(properties))
                    .map(|w| Writer::Parquet(Box::new(w)))
                    .map_err(Problem::from)
            }
            Format::Arrow => FileWriter::try_new(sink, &schema)
                .map(|w| Writer::Arrow(Box::new(w)))
                .map_err(Problem::from),
            Format::ArrowStream => StreamWriter::try_new(sink, &schema)
                .map(|w| Writer::ArrowStream(Box::new(w)))
                .map_err(Problem::from),
            Format::Csv => Ok(Writer::Csv(Box::new(CsvWriter::new(sink)))),
            Format::Ndjson => Ok(Writer::Ndjson(Box::new(ndjson(sink)))),
        };
        writer.map_err(|problem| self.failure(&problem))
    }

    fn sink(&self) -> io::Result<Sink> {
        let inner: Box<dyn Write + Send> = match &self.place {
            Place::Stdout | Place::Terminal(_) => Box::new(io::stdout()),
            Place::Beside { temporary, .. } => Box::new(temporary.as_file().try_clone()?),
            Place::Direct(path) => Box::new(OpenOptions::new().write(true).open(path)?),
        };
        let inner = BufWriter::with_capacity(1 << 16, inner);
        Ok(Sink { inner, broken_pipe: self.broken_pipe.clone() })
    }

    fn failure(&self, problem: &Problem) -> Failure {
        if self.broken_pipe.load(Ordering::Relaxed) {
            return Failure::new(Exit::Quiet, "broken pipe");
        }
        let place = match &self.place {
            Place::Stdout | Place::Terminal(_) => "stdout".into(),
            Place::Beside { target: path, .. } | Place::Direct(path) => path.display().to_string(),
        };
        Failure::io(format_args!("{place} cannot be written"), &problem.0).hint(
            "nothing of it was left behind; is the disk full, or the type of a column unusual?",
        )
    }
}

/// What a writer of any format answers.
struct Problem(String);

impl From<arrow_schema::ArrowError> for Problem {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self(error.to_string())
    }
}

impl From<ParquetError> for Problem {
    fn from(error: ParquetError) -> Self {
        Self(error.to_string())
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Every row has every key, so that a reader that looks at the first rows knows them all.
fn ndjson<W: Write>(target: W) -> NdjsonWriter<W> {
    NdjsonBuilder::new().with_explicit_nulls(true).build(target)
}

/// Prints the rows that a terminal shows.
fn show(text: &[u8]) -> Result<(), Problem> {
    let text = printable(&String::from_utf8_lossy(text));
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

fn flush(mut sink: Sink) -> Result<(), Problem> {
    Ok(sink.flush()?)
}

/// A file or stdout, buffered; remembers that nobody reads any more.
struct Sink {
    inner: BufWriter<Box<dyn Write + Send>>,
    broken_pipe: Arc<AtomicBool>,
}

impl Sink {
    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            self.broken_pipe.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl Write for Sink {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buf);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner.flush();
        self.note(flushed)
    }
}

fn open(path: &Path) -> io::Result<Place> {
    // The file that a link points to is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let present = fs::metadata(&target).ok();
    if let Some(metadata) = &present {
        if metadata.is_dir() {
            return Err(io::Error::other("it is a folder"));
        }
        if !metadata.is_file() {
            return Ok(Place::Direct(target));
        }
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".fzudf-").suffix(".tmp");
    let permissions = match present {
        Some(metadata) => Some(metadata.permissions()),
        None => default_permissions(),
    };
    if let Some(permissions) = &permissions {
        builder.permissions(permissions.clone());
    }
    let temporary = builder.tempfile_in(folder(&target))?;
    Ok(Place::Beside { temporary, target })
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Those of a file that a program creates without further thought.
#[cfg(unix)]
fn default_permissions() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn default_permissions() -> Option<fs::Permissions> {
    None
}

/// The rename is the last step: what stands under the name is complete at any time.
fn persist(temporary: NamedTempFile, target: &Path) -> io::Result<()> {
    temporary.as_file().sync_all()?;
    temporary.persist(target).map_err(|e| e.error)?;
    // So that the name survives a power failure as well; not every system can do that.
    if let Ok(folder) = File::open(folder(target)) {
        let _unsupported = folder.sync_all();
    }
    Ok(())
}

/// The same rows with dictionaries written out: an Arrow file may hold one dictionary per column,
/// batches of other files bring their own.
fn without_dictionaries(batch: &RecordBatch) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let schema = batch.schema();
    if !schema.fields().iter().any(|f| matches!(f.data_type(), DataType::Dictionary(..))) {
        return Ok(batch.clone());
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        match field.data_type() {
            DataType::Dictionary(_, values) => {
                fields.push(field.as_ref().clone().with_data_type(values.as_ref().clone()));
                columns.push(arrow_cast::cast(column, values)?);
            }
            _ => {
                fields.push(field.as_ref().clone());
                columns.push(column.clone());
            }
        }
    }
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    RecordBatch::try_new(Arc::new(schema), columns)
}
