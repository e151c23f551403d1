//! One pass over a module's sections: what is in it, and how much.

use super::{
    invalid, references,
    work::{self, FunctionWork, ModuleWork, Signatures},
};
use std::{collections::HashMap, ops::Range, sync::Arc};
use udf_abi::{
    DType,
    exports::{MANIFEST_SECTION, MAX_PARAMS},
};
use udf_columnar::{Error, ErrorKind, Limits};
use wasmparser::{
    BinaryReaderError, CompositeInnerType, ConstExpr, DataKind, ElementItems, ElementKind,
    Encoding, ExternalKind, FuncType, KnownCustom, MemoryType, Name, Parser, Payload, TableInit,
    TypeRef, ValType,
};

/// Most locals of one function: what compilers produce is far below, and engines are slow beyond.
const MAX_LOCALS: u32 = 50_000;
/// Largest body of one function, in bytes.
const MAX_BODY_BYTES: usize = 4 << 20;
/// Most exports. Each is described, and a module may be nothing but exports.
const MAX_EXPORTS: u32 = 50_000;
/// Most parameters or results that a signature is described with.
const MAX_DESCRIBED: usize = 16;
/// Most data and element segments.
const MAX_SEGMENTS: u32 = 100_000;
/// Most characters of a function's name in a message.
const MAX_SHOWN_NAME: usize = 100;
/// Most globals.
const MAX_GLOBALS: u32 = 100_000;
/// Most instructions of a constant expression, its end not counted. Engines evaluate them
/// recursively: one of 300 000 overflows the stack of the thread that loads it.
const MAX_CONSTANT: usize = 100;

/// One export.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportInfo {
    /// Its name.
    pub name: String,
    /// `(i32, i32) -> i64` for a function, otherwise `memory`, `table`, `global i32`, ….
    pub signature: String,
    /// The signature of a function of numbers with exactly one result, and at most 255 parameters.
    pub numbers: Option<Arc<NumberSignature>>,
}

/// A function of numbers, as the typed bridge calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberSignature {
    /// `i32`, `i64`, `f32` or `f64` for each parameter.
    pub params: Vec<DType>,
    /// The one result, likewise.
    pub result: DType,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportInfo {
    /// The module part of its name.
    pub module: String,
    /// The name part.
    pub name: String,
}

pub(super) struct Scan<'m> {
    pub(super) exports: Vec<ExportInfo>,
    pub(super) imports: Vec<ImportInfo>,
    pub(super) manifests: Vec<&'m [u8]>,
    pub(super) memory: Option<MemoryType>,
    pub(super) functions: u32,
    pub(super) code_bytes: usize,
    pub(super) data_bytes: usize,
    /// Where the contents of the memory section stand.
    pub(super) memory_section: Option<Range<usize>>,
    /// Most elements that its table declares, if it does.
    pub(super) table_max: Option<u64>,
    pub(super) work: ModuleWork,
}

pub(super) fn scan<'m>(bytes: &'m [u8], limits: &Limits) -> Result<Scan<'m>, Error> {
    if !bytes.starts_with(b"\0asm") {
        return Err(super::section::not_a_module());
    }
    let mut sections = Sections { module: bytes, ..Sections::default() };
    let mut scan = Scan {
        exports: Vec::new(),
        imports: Vec::new(),
        manifests: Vec::new(),
        memory: None,
        functions: 0,
        code_bytes: 0,
        data_bytes: 0,
        memory_section: None,
        table_max: None,
        work: ModuleWork::default(),
    };
    for payload in Parser::new(0).parse_all(bytes) {
        section(payload.map_err(not_wasm)?, &mut scan, &mut sections, limits).map_err(
            |e| match e {
                Refusal::Malformed(e) => not_wasm(e),
                Refusal::Contract(e) => e,
            },
        )?;
    }
    refuse_imports(&scan.imports)?;
    Ok(scan)
}

/// Index spaces that later sections refer to.
#[derive(Default)]
struct Sections<'m> {
    /// The whole module.
    module: &'m [u8],
    types: Vec<Option<FuncType>>,
    functions: Vec<u32>,
    globals: Vec<ValType>,
    /// By index of the type, as exports ask for them.
    numbers: HashMap<u32, Option<Arc<NumberSignature>>>,
    /// Exported functions, and where among the exports each is first.
    exported: HashMap<u32, usize>,
    /// Index of the next function body's function; imported functions come first.
    next_body: usize,
    /// The function that makes the most work so far.
    costliest: Option<(usize, FunctionWork)>,
}

/// Why a pass over the module ends.
pub(super) enum Refusal {
    Malformed(BinaryReaderError),
    Contract(Error),
}

impl From<BinaryReaderError> for Refusal {
    fn from(error: BinaryReaderError) -> Self {
        Self::Malformed(error)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Contract(error)
    }
}

fn section<'m>(
    payload: Payload<'m>,
    scan: &mut Scan<'m>,
    sections: &mut Sections<'m>,
    limits: &Limits,
) -> Result<(), Refusal> {
    match payload {
        Payload::Version { encoding: Encoding::Component, .. } => Err(component().into()),
        Payload::TypeSection(reader) => {
            for group in reader {
                for ty in group?.into_types() {
                    sections.types.push(match ty.composite_type.inner {
                        CompositeInnerType::Func(ty) => {
                            let types = ty.params().iter().chain(ty.results());
                            types.copied().try_for_each(references::check)?;
                            scan.work.add_signature(&ty);
                            Some(ty)
                        }
                        _ => None,
                    });
                }
                check_work(scan, sections, limits)?;
            }
            Ok(())
        }
        Payload::ImportSection(reader) => {
            for import in reader.into_imports() {
                let import = import?;
                if let TypeRef::Func(ty) = import.ty {
                    sections.next_body += 1;
                    sections.functions.push(ty);
                }
                scan.imports.push(ImportInfo {
                    module: import.module.to_owned(),
                    name: import.name.to_owned(),
                });
            }
            Ok(())
        }
        Payload::FunctionSection(reader) => {
            check_count("functions", reader.count(), limits.module_functions)?;
            scan.functions = reader.count();
            for ty in reader {
                sections.functions.push(ty?);
            }
            Ok(())
        }
        Payload::TableSection(reader) => {
            check_count("tables", reader.count(), 1)?;
            for table in reader {
                let table = table?;
                if let TableInit::Expr(expression) = &table.init {
                    check_constant(expression)?;
                }
                references::check_reference(table.ty.element_type)?;
                scan.table_max = table.ty.maximum;
                let initial = table.ty.initial;
                if initial > limits.table_elements {
                    return Err(invalid(format!(
                        "the module's table starts with {initial} elements, the limit is {}",
                        limits.table_elements
                    ))
                    .into());
                }
            }
            Ok(())
        }
        Payload::MemorySection(reader) => {
            check_count("memories", reader.count(), 1)?;
            scan.memory_section = Some(reader.range());
            for memory in reader {
                let memory = memory?;
                if memory.memory64 {
                    return Err(unsupported("the module uses the WebAssembly feature memory64, which the contract does not admit: build for wasm32").into());
                }
                if memory.shared {
                    return Err(unsupported("the module uses the WebAssembly feature threads (a shared memory), which the contract does not admit: build without `+atomics`").into());
                }
                scan.memory = Some(memory);
            }
            Ok(())
        }
        Payload::GlobalSection(reader) => {
            check_count("globals", reader.count(), MAX_GLOBALS)?;
            scan.work.add_globals(reader.range().len());
            for global in reader {
                let global = global?;
                check_constant(&global.init_expr)?;
                references::check(global.ty.content_type)?;
                sections.globals.push(global.ty.content_type);
            }
            Ok(())
        }
        Payload::ExportSection(reader) => {
            check_count("exports", reader.count(), MAX_EXPORTS)?;
            for (at, export) in reader.into_iter().enumerate() {
                let export = export?;
                if export.kind == ExternalKind::Func {
                    sections.exported.entry(export.index).or_insert(at);
                }
                let signature = sections.describe(export.kind, export.index);
                let numbers = match export.kind {
                    ExternalKind::Func => sections.numbers(export.index),
                    _ => None,
                };
                let name = export.name.to_owned();
                scan.exports.push(ExportInfo { name, signature, numbers });
            }
            scan.work.add_entrances(sections.exported.len() as u64);
            Ok(())
        }
        Payload::StartSection { .. } => Err(invalid(
            "the module has a start function, which would run unasked and outside of the limits: export it as `_initialize` instead, of type () and called once per instance (AssemblyScript: `--exportStart _initialize`), or build a library (cdylib), not a program",
        )
        .into()),
        Payload::ElementSection(reader) => {
            check_count("element segments", reader.count(), MAX_SEGMENTS)?;
            let mut elements = 0u64;
            for segment in reader {
                let segment = segment?;
                if let ElementKind::Active { offset_expr, .. } = &segment.kind {
                    check_constant(offset_expr)?;
                }
                match segment.items {
                    ElementItems::Functions(functions) => elements += u64::from(functions.count()),
                    ElementItems::Expressions(ty, expressions) => {
                        references::check_reference(ty)?;
                        elements += u64::from(expressions.count());
                        for expression in expressions {
                            check_constant(&expression?)?;
                        }
                    }
                }
            }
            // A function stands in a table once or often, it is entered by one way.
            scan.work.add_entrances(elements.min(sections.functions.len() as u64));
            Ok(())
        }
        Payload::DataSection(reader) => {
            scan.data_bytes = reader.range().len();
            check_count("data segments", reader.count(), MAX_SEGMENTS)?;
            for segment in reader {
                if let DataKind::Active { offset_expr, .. } = &segment?.kind {
                    check_constant(offset_expr)?;
                }
            }
            Ok(())
        }
        Payload::CodeSectionStart { range, .. } => {
            scan.code_bytes = range.len();
            Ok(())
        }
        Payload::CodeSectionEntry(body) => {
            if body.range().len() > MAX_BODY_BYTES {
                return Err(invalid(format!(
                    "a function's body has {} bytes, at most {MAX_BODY_BYTES} are taken: split it",
                    body.range().len()
                ))
                .into());
            }
            let mut locals = 0u32;
            for run in body.get_locals_reader()? {
                let (count, ty) = run?;
                references::check(ty)?;
                locals = locals.saturating_add(count);
            }
            check_count("locals in one function", locals, MAX_LOCALS)?;
            let (function, params) = sections.next_function();
            let signatures = Signatures { types: &sections.types, functions: &sections.functions };
            let locals = locals.saturating_add(params);
            let most = limits.compile.function_work;
            let work = work::of_function(&body, function, locals, &signatures, most)?;
            scan.work.add_function(&work);
            if sections.costliest.is_none_or(|(_, most)| most.plain() < work.plain()) {
                sections.costliest = Some((function, work));
            }
            if work.plain() > most {
                return Err(invalid(format!(
                    "{} makes at least {} units of compile work, the limit is {most}: it has {}",
                    sections.label(function, &scan.exports),
                    work.plain(),
                    mend(&work)
                ))
                .into());
            }
            check_work(scan, sections, limits)
        }
        Payload::CustomSection(section) => {
            if section.name() == MANIFEST_SECTION {
                scan.manifests.push(section.data());
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

impl Sections<'_> {
    /// Index of the function whose body comes next, and number of its parameters: they are locals
    /// too.
    fn next_function(&mut self) -> (usize, u32) {
        let index = self.next_body;
        self.next_body += 1;
        (index, self.function_type(index).map_or(0, |ty| ty.params().len() as u32))
    }

    /// The name that a person knows a function by.
    fn label(&self, function: usize, exports: &[ExportInfo]) -> String {
        let index = u32::try_from(function).unwrap_or(u32::MAX);
        let export = self.exported.get(&index).and_then(|at| exports.get(*at));
        let name = export
            .map(|export| format!(" (export `{}`)", readable(&export.name)))
            .or_else(|| debug_name(self.module, index).map(|name| format!(" (`{name}`)")));
        format!("function {function}{}", name.unwrap_or_default())
    }

    fn function_type(&self, index: usize) -> Option<&FuncType> {
        self.types.get(*self.functions.get(index)? as usize)?.as_ref()
    }

    /// The signature of a function of numbers.
    fn numbers(&mut self, function: u32) -> Option<Arc<NumberSignature>> {
        let index = *self.functions.get(function as usize)?;
        let ty = self.types.get(index as usize)?.as_ref()?;
        self.numbers.entry(index).or_insert_with(|| number_signature(ty).map(Arc::new)).clone()
    }

    fn describe(&self, kind: ExternalKind, index: u32) -> String {
        let index = index as usize;
        match kind {
            ExternalKind::Func | ExternalKind::FuncExact => {
                self.function_type(index).map_or("function".into(), describe_function)
            }
            ExternalKind::Memory => "memory".into(),
            ExternalKind::Table => "table".into(),
            ExternalKind::Global => {
                self.globals.get(index).map_or("global".into(), |ty| format!("global {ty}"))
            }
            ExternalKind::Tag => "tag".into(),
        }
    }
}

fn number_signature(ty: &FuncType) -> Option<NumberSignature> {
    let [result] = ty.results() else { return None };
    if ty.params().len() > MAX_PARAMS {
        return None;
    }
    let params = ty.params().iter().map(|param| number(*param)).collect::<Option<_>>()?;
    Some(NumberSignature { params, result: number(*result)? })
}

fn number(ty: ValType) -> Option<DType> {
    match ty {
        ValType::I32 => Some(DType::I32),
        ValType::I64 => Some(DType::I64),
        ValType::F32 => Some(DType::F32),
        ValType::F64 => Some(DType::F64),
        ValType::V128 | ValType::Ref(_) => None,
    }
}

fn describe_function(ty: &FuncType) -> String {
    let list = |types: &[ValType]| {
        let mut names: Vec<_> = types.iter().take(MAX_DESCRIBED).map(ToString::to_string).collect();
        if types.len() > MAX_DESCRIBED {
            names.push(format!("and {} more", types.len() - MAX_DESCRIBED));
        }
        names.join(", ")
    };
    match ty.results() {
        [] => format!("({})", list(ty.params())),
        [one] => format!("({}) -> {one}", list(ty.params())),
        more => format!("({}) -> ({})", list(ty.params()), list(more)),
    }
}

/// Refuses a module that makes too much work as a whole.
fn check_work(scan: &Scan<'_>, sections: &Sections<'_>, limits: &Limits) -> Result<(), Refusal> {
    let most = limits.compile.module_work;
    if scan.work.plain <= most {
        return Ok(());
    }
    let start = format!("the module makes more than {most} units of compile work, the limit");
    let message = match &sections.costliest {
        None => {
            format!("{start}, by its signatures alone: declare fewer, or with fewer parameters")
        }
        Some((function, work)) => format!(
            "{start}; most of it is {}, {} units: it has {}",
            sections.label(*function, &scan.exports),
            work.plain(),
            mend(work)
        ),
    };
    Err(invalid(message).into())
}

fn mend(work: &FunctionWork) -> String {
    let (reason, mend) = work.reason();
    format!("{reason}; {mend}, or raise the limit")
}

fn check_constant(expression: &ConstExpr<'_>) -> Result<(), Refusal> {
    let mut operators = expression.get_operators_reader();
    for _ in 0..=MAX_CONSTANT {
        if operators.eof() {
            return Ok(());
        }
        operators.read()?;
    }
    if operators.eof() {
        return Ok(());
    }
    Err(invalid(format!(
        "a constant expression of the module has more than {MAX_CONSTANT} instructions: write its value"
    ))
    .into())
}

/// A name of the module as a message may show it.
fn readable(name: &str) -> String {
    name.chars().take(MAX_SHOWN_NAME).flat_map(char::escape_debug).collect()
}

/// What the module's `name` section calls a function.
fn debug_name(module: &[u8], function: u32) -> Option<String> {
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CustomSection(section) = payload.ok()? else { continue };
        let KnownCustom::Name(names) = section.as_known() else { continue };
        for part in names {
            let Name::Function(functions) = part.ok()? else { continue };
            for naming in functions {
                let naming = naming.ok()?;
                if naming.index == function {
                    return Some(readable(naming.name));
                }
            }
        }
    }
    None
}

fn check_count(what: &str, found: u32, limit: u32) -> Result<(), Refusal> {
    if found > limit {
        return Err(invalid(format!("the module has {found} {what}, the limit is {limit}")).into());
    }
    Ok(())
}

fn refuse_imports(imports: &[ImportInfo]) -> Result<(), Error> {
    if imports.is_empty() {
        return Ok(());
    }
    let from = |prefix: &str| imports.iter().any(|i| i.module.starts_with(prefix));
    let is = |name: &str| imports.iter().any(|i| i.module == "env" && i.name == name);
    let mend = if from("wasi") {
        "it was built for WASI: build for wasm32-unknown-unknown (Rust), --target=wasm32 (clang), \
         wasm32-freestanding (Zig) or wasm-unknown (TinyGo)"
    } else if from("__wbindgen") {
        "it was built with wasm-bindgen: leave that crate and its dependents out"
    } else if is("abort") {
        "AssemblyScript calls the host to fail: compile with `--use abort=`, which traps instead"
    } else if from("gojs") || is("runtime.ticks") {
        "it was built for a browser: build with TinyGo for the target wasm-unknown"
    } else {
        "a plugin cannot call its host: remove what needs them"
    };
    let mut details: Vec<String> =
        imports.iter().take(20).map(|i| format!("{}.{}", i.module, i.name)).collect();
    if imports.len() > details.len() {
        details.push(format!("and {} more", imports.len() - details.len()));
    }
    Err(invalid(format!("the module imports {} items; {mend}", imports.len()))
        .with_details(details))
}

pub(super) fn not_wasm(error: BinaryReaderError) -> Error {
    let message =
        format!("not a WebAssembly module: {} at byte {}", error.message(), error.offset());
    invalid(message).with_source(error)
}

pub(super) fn component() -> Error {
    unsupported(
        "this is a WebAssembly component: build a core module (in Rust: target wasm32-unknown-unknown)",
    )
}

fn unsupported(message: &str) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}
