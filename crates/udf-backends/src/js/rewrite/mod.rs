//! A module made interruptible and bounded on an engine that has neither fuel nor epochs nor limits of its own: a page's.
//!
//! ```text
//! function entry, loop head   $fuel -= work until the next such place; below zero: $refuel, which asks the host for the time
//! memory.fill, table.copy, …  the same for what the count on the stack stands for
//! memory.grow, table.grow     asks the host first, and tells it what the engine refused
//! call_indirect               the element is noted: what is not there is told apart from what is of another type
//! i32.trunc_f64_s, …          a NaN is told apart from a number out of range
//! memory                      its maximum is what the limits allow
//! constant expressions        what they compute, computed
//! ```
//!
//! What a module computes stays as it was. Imports come before a module's own functions, so that all indices of functions move;
//! helpers, the counter and their types stand behind what is there. Custom sections go: the host has read them.

mod body;
mod constant;
mod helpers;
#[cfg(test)]
mod tests;

use helpers::Helpers;
use std::convert::Infallible;
use udf_abi::exports::PAGE_BYTES;
use udf_columnar::{Error, ErrorKind};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, ExportSection, FunctionSection,
    GlobalSection, ImportSection, MemorySection, Module, TableSection, TypeSection,
    reencode::{self, Reencode, utils},
};
use wasmparser::{Parser, Payload};

/// The module that the imports are of.
pub(super) const IMPORTS: &str = "fz";

type Encoded<T> = Result<T, reencode::Error<Infallible>>;

/// The module, interruptible and within this many bytes of memory. It must be valid, of the contract's features, and import nothing.
///
/// # Errors
/// [`Internal`](ErrorKind::Internal) where it is not.
pub(super) fn rewrite(bytes: &[u8], memory_bytes: u64) -> Result<Vec<u8>, Error> {
    let mut rewriter = Rewriter::new(memory_bytes / PAGE_BYTES);
    rewriter.read(bytes).map_err(|error| {
        Error::new(ErrorKind::Internal, format!("the module cannot be made interruptible: {error}"))
            .with_source(error)
    })?;
    Ok(rewriter.finish())
}

struct Rewriter {
    most_pages: u64,
    /// None before the code.
    helpers: Option<Helpers>,
    sections: Sections,
    /// Parameters of each type, and the type of each function.
    params: Vec<u32>,
    types: Vec<u32>,
    /// Functions that were written again.
    written: usize,
}

/// The sections of the new module.
#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data_count: Option<DataCountSection>,
    code: CodeSection,
    data: DataSection,
}

impl Rewriter {
    fn new(most_pages: u64) -> Self {
        Self {
            most_pages,
            helpers: None,
            sections: Sections::default(),
            params: Vec::new(),
            types: Vec::new(),
            written: 0,
        }
    }

    /// Reads the module into the new sections. Whatever a function body refers to stands before the code.
    fn read(&mut self, bytes: &[u8]) -> Encoded<()> {
        for payload in Parser::new(0).parse_all(bytes) {
            let mut new = std::mem::take(&mut self.sections);
            match payload? {
                Payload::TypeSection(section) => {
                    for ty in section.clone().into_iter_err_on_gc_types() {
                        self.params.push(ty?.params().len() as u32);
                    }
                    self.parse_type_section(&mut new.types, section)?;
                }
                Payload::FunctionSection(section) => {
                    self.types = section.clone().into_iter().collect::<Result<_, _>>()?;
                    self.parse_function_section(&mut new.functions, section)?;
                }
                Payload::TableSection(section) => {
                    self.parse_table_section(&mut new.tables, section)?;
                }
                Payload::MemorySection(section) => {
                    self.parse_memory_section(&mut new.memories, section)?;
                }
                Payload::GlobalSection(section) => {
                    self.parse_global_section(&mut new.globals, section)?;
                }
                Payload::ExportSection(section) => {
                    self.parse_export_section(&mut new.exports, section)?;
                }
                Payload::ElementSection(section) => {
                    self.parse_element_section(&mut new.elements, section)?;
                }
                Payload::DataCountSection { count, .. } => {
                    new.data_count = Some(DataCountSection { count });
                }
                Payload::CodeSectionStart { .. } => self.helpers = Some(Helpers::declare(&mut new)),
                Payload::CodeSectionEntry(function) => {
                    self.parse_function_body(&mut new.code, function)?;
                }
                Payload::DataSection(section) => self.parse_data_section(&mut new.data, section)?,
                _ => {}
            }
            self.sections = new;
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<u8> {
        let new = &mut self.sections;
        let helpers = self.helpers.unwrap_or_else(|| Helpers::declare(new));
        helpers.define(&mut new.code);
        let mut module = Module::new();
        module.section(&new.types);
        module.section(&new.imports);
        module.section(&new.functions);
        module.section(&new.tables);
        module.section(&new.memories);
        module.section(&new.globals);
        module.section(&new.exports);
        module.section(&new.elements);
        if let Some(count) = &new.data_count {
            module.section(count);
        }
        module.section(&new.code);
        module.section(&new.data);
        module.finish()
    }
}

impl Reencode for Rewriter {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Encoded<u32> {
        Ok(function + helpers::IMPORTED)
    }

    fn const_expr(
        &mut self,
        expression: wasmparser::ConstExpr<'_>,
    ) -> Encoded<wasm_encoder::ConstExpr> {
        match constant::computed(&expression)? {
            Some(constant) => Ok(constant),
            None => utils::const_expr(self, expression),
        }
    }

    fn memory_type(&mut self, memory: wasmparser::MemoryType) -> Encoded<wasm_encoder::MemoryType> {
        let mut memory = utils::memory_type(self, memory);
        let most = self.most_pages.max(memory.minimum);
        memory.maximum = Some(memory.maximum.map_or(most, |own| own.min(most)));
        Ok(memory)
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        function: wasmparser::FunctionBody<'_>,
    ) -> Encoded<()> {
        let ty = self.types.get(self.written).copied().unwrap_or_default();
        let params = self.params.get(ty as usize).copied().unwrap_or_default();
        self.written += 1;
        body::rewrite(self, code, &function, params)
    }
}
