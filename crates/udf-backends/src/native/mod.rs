//! Plain Rust functions behind the seam: the fake for unit tests and the oracle for the engines.
//!
//! A [`NativeRuntime`] knows functions by module id and function name. It loads a `.wasm` file
//! like any engine, reads its manifest, and runs its own functions in the place of the module's
//! code. Rows go one by one through [`NativeFunction::rowwise`], without frames and without guest
//! memory, so that a mistake in those shows as a difference.

mod function;

pub(crate) use function::cells_into_part;
pub use function::{Cell, NativeCall, NativeError, NativeFunction, Row, column_of};

use crate::{
    dispatch::{Answer, Instance, Job},
    guest::Until,
    module::inspect_hashed,
    pool::Factory,
    session::LoadedModule,
    store::Store,
};
use std::{
    collections::HashMap,
    fmt,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use udf_abi::manifest::normalise_name;
use udf_columnar::{Error, ErrorKind, Lane, Limits, LoadOptions, UdfModule, WasmUdfRuntime};

type Functions = HashMap<String, Arc<NativeFunction>>;

/// Runs Rust functions in the place of a module's code.
///
/// ```
/// use udf_backends::{NativeRuntime, native::{Cell, NativeFunction}};
/// use udf_columnar::Limits;
///
/// let runtime = NativeRuntime::new(Limits::default()).with(
///     "conformance",
///     "GCD",
///     NativeFunction::rowwise(|row| {
///         let (mut a, mut b) = (row.i64(0).unwrap_or(0), row.i64(1).unwrap_or(0));
///         while b != 0 {
///             (a, b) = (b, a % b);
///         }
///         Ok(Cell::Int(a.abs()))
///     }),
/// );
/// ```
pub struct NativeRuntime {
    limits: Limits,
    modules: HashMap<String, Functions>,
    store: Store,
}

impl fmt::Debug for NativeRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeRuntime").field("modules", &self.modules.keys()).finish()
    }
}

impl NativeRuntime {
    /// A runtime that knows no function yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, modules: HashMap::new(), store: Store::default() }
    }

    /// The same runtime with one more function.
    #[must_use]
    pub fn with(mut self, module: &str, name: &str, function: NativeFunction) -> Self {
        let functions = self.modules.entry(module.to_owned()).or_default();
        functions.insert(normalise_name(name), Arc::new(function));
        self
    }
}

impl WasmUdfRuntime for NativeRuntime {
    fn name(&self) -> &'static str {
        "native"
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn load_with(&self, bytes: &[u8], options: &LoadOptions) -> Result<Arc<dyn UdfModule>, Error> {
        let (limits, modules) = (self.limits.clone(), self.modules.clone());
        let compile = move |bytes: &[u8], sha256: [u8; 32]| {
            let info = inspect_hashed(bytes, sha256, &limits)?;
            let id = info.manifest.module.id.clone();
            let functions = modules.get(&id).cloned().ok_or_else(|| {
                Error::new(ErrorKind::Unsupported, format!("no native functions for `{id}`"))
            })?;
            let factory = NativeFactory { functions: Arc::new(functions) };
            LoadedModule::try_new(info, Box::new(factory), &limits)
        };
        Ok(self.store.load(bytes, &self.limits, options, compile)?)
    }
}

struct NativeFactory {
    functions: Arc<Functions>,
}

impl Factory for NativeFactory {
    fn create(&self, _: &Until) -> Result<Box<dyn Instance>, Error> {
        Ok(Box::new(NativeInstance { functions: self.functions.clone() }))
    }

    /// Native functions take columns, however their module would be called.
    fn lane(&self, _: Lane) -> Lane {
        Lane::Columnar
    }
}

struct NativeInstance {
    functions: Arc<Functions>,
}

impl Instance for NativeInstance {
    fn call(
        &mut self,
        job: &Job<'_>,
        range: Range<usize>,
        out: Option<&mut [u8]>,
        _: &Until,
    ) -> Result<Answer, Error> {
        let name = job.signature.name();
        let function = self.functions.get(&normalise_name(name)).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, format!("no native function `{name}`"))
        })?;
        let call = NativeCall::new(job, range);
        // A panic in a native function is what a trap is in a guest.
        let columns = catch_unwind(AssertUnwindSafe(|| function.run(&call)))
            .unwrap_or_else(|panic| Err(NativeError::Trap(panic_text(panic.as_ref()))))
            .map_err(NativeError::into_error)?;
        if !job.signature.is_elementwise() {
            return Ok(Answer::Columns {
                non_finite: columns.iter().any(function::non_finite),
                columns,
            });
        }
        match <[_; 1]>::try_from(columns) {
            Ok([column]) => Ok(Answer::Part(function::part(column, out)?)),
            Err(_) => {
                Err(Error::new(ErrorKind::Internal, "an elementwise function gives one column"))
            }
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("panicked")
        .to_owned()
}
