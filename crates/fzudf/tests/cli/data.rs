//! Files of rows for the tests, and the runs over them.

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_ipc::{
    reader::{FileReader, StreamReader},
    writer::{FileWriter, StreamWriter},
};
use arrow_select::concat::concat_batches;
use parquet::arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder};
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};
use tempfile::TempDir;

/// A committed file of the repository.
pub(crate) fn repository(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join(path).to_str().unwrap().to_owned()
}

pub(crate) fn conformance() -> String {
    repository("plugins/conformance.wasm")
}

pub(crate) fn finance() -> String {
    repository("plugins/finance.wasm")
}

/// A module of so many functions that compilers take a while for.
pub(crate) fn heavy(folder: &Folder, functions: usize) -> String {
    let step = "local.get 0 if local.get 2 i32.const 1 i32.add local.set 3 end ".repeat(60);
    let locals = "i32 ".repeat(30);
    let many = format!("(func (param i32 i32) (local {locals}) {step})").repeat(functions);
    let text =
        format!("(module (func (export \"f\") (param i32) (result i32) local.get 0) {many})");
    let module = folder.path("heavy.wasm");
    std::fs::write(&module, wat::parse_str(text).unwrap()).unwrap();
    module.display().to_string()
}

pub(crate) fn fzudf() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fzudf"));
    // What is compiled stays among what the tests write, and saves time in all of them.
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/module-cache");
    command.env("NO_COLOR", "1").env("FZUDF_CACHE_DIR", cache);
    command
}

/// What a run of the command gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }

    /// The run ended with this code and said all of this.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, said: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}", self.err);
        for text in said {
            assert!(self.err.contains(text), "no `{text}` in:\n{}", self.err);
        }
        self
    }
}

/// A folder of its own for a test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// `fzudf call` of the conformance plugin in this folder.
    pub(crate) fn call(&self, args: &[&str]) -> Run {
        self.run(&[&["call", &conformance()], args].concat())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(fzudf().current_dir(self.0.path()).args(args).output().unwrap())
    }

    /// Writes batches in the format that the name tells.
    pub(crate) fn write(&self, name: &str, batches: &[RecordBatch]) {
        let file = File::create(self.path(name)).unwrap();
        let schema = batches[0].schema();
        match Path::new(name).extension().unwrap().to_str().unwrap() {
            "parquet" => {
                let mut writer = ArrowWriter::try_new(file, schema, None).unwrap();
                batches.iter().for_each(|b| writer.write(b).unwrap());
                writer.close().unwrap();
            }
            "arrow" => {
                let mut writer = FileWriter::try_new(file, &schema).unwrap();
                batches.iter().for_each(|b| writer.write(b).unwrap());
                writer.finish().unwrap();
            }
            "arrows" => {
                let mut writer = StreamWriter::try_new(file, &schema).unwrap();
                batches.iter().for_each(|b| writer.write(b).unwrap());
                writer.finish().unwrap();
            }
            _ => {
                let mut writer = arrow_csv::Writer::new(file);
                batches.iter().for_each(|b| writer.write(b).unwrap());
            }
        }
    }

    pub(crate) fn write_text(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> RecordBatch {
        read(&self.path(name))
    }
}

/// All rows of a file.
pub(crate) fn read(path: &Path) -> RecordBatch {
    let file = File::open(path).unwrap();
    let reader: Box<dyn RecordBatchReader> = match path.extension().unwrap().to_str().unwrap() {
        "parquet" => {
            Box::new(ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap())
        }
        "arrow" => Box::new(FileReader::try_new(file, None).unwrap()),
        "arrows" => Box::new(StreamReader::try_new(file, None).unwrap()),
        _ => {
            let format = arrow_csv::reader::Format::default().with_header(true);
            let (schema, _) = format.infer_schema(File::open(path).unwrap(), None).unwrap();
            let builder = arrow_csv::ReaderBuilder::new(Arc::new(schema)).with_format(format);
            Box::new(builder.build(file).unwrap())
        }
    };
    let schema = reader.schema();
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().unwrap();
    concat_batches(&schema, &batches).unwrap()
}

pub(crate) fn table<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

pub(crate) fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}
