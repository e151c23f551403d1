//! Workbooks whose formulas are recalculated a column at a time.
#![forbid(unsafe_code)]

mod address;
mod book;
mod error;
mod eval;
#[cfg(feature = "files")]
mod files;
mod formula;
mod functions;
mod recalc;
mod state;
mod storage;
mod workbook;

use formualizer_functions::cells;

pub use address::{MAX_COLS, MAX_ROWS};
pub use error::{Error, ErrorKind};
#[cfg(feature = "files")]
pub use files::{
    DataFormat, ExportOptions, FileLimits, ImportOptions, LoadOptions, SaveOptions, value_text,
};
pub use formualizer_common::{DateSystem, ExcelError, ExcelErrorKind, LiteralValue as Value};
pub use functions::{
    BatchArgument, BatchArguments, BatchOutput, BindPolicy, CustomFnHandler, CustomFnInfo,
    CustomFnOptions, FunctionDetails, FunctionOrigin, OverridePolicy, ParameterDetails,
    WasmFunctionInfo, WasmFunctionSpec, WasmModuleInfo, WasmPluginManager,
};
pub use recalc::{Iteration, Progress, RecalcReport};
pub use udf_columnar::{CancelToken, Limits, Log, WasmUdfRuntime};
pub use workbook::{
    ErrorCell, ErrorSummary, ErrorsOfKind, FormulaCheck, IntoCell, IntoColumn, IntoRange,
    IntoValue, RecalcOptions, SheetRange, Snapshot, TableOptions, UnknownFunction, Workbook,
    builtin_functions,
};
#[cfg(feature = "files")]
pub use workbook::{ImportReport, SaveReport};

/// The tutorial, whose code is run.
#[cfg(all(doctest, any(feature = "wasmtime", feature = "wasmi")))]
#[doc = include_str!("../../../docs/hosting-rust.md")]
struct HostingRust;
