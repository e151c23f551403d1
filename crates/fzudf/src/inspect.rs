//! `fzudf inspect`: what a plugin is and offers. Nothing of it is compiled or executed.

use crate::{
    cli::InspectArgs,
    excel,
    exit::{Exit, Failure, grouped, line, printable},
    stdout,
    table::read_module,
};
use serde_json::{Value, json};
use std::{
    fmt::{self, Write as _},
    io::Write as _,
};
use udf_abi::{
    exports::PAGE_BYTES,
    manifest::{Function, Param},
};
use udf_backends::ModuleInfo;
use udf_columnar::{CompileLimits, Lane, Limits, OneLine, Signature};

pub(crate) fn run(args: &InspectArgs) -> Result<(), Failure> {
    if excel::is_meant(&args.file) {
        return match args.json {
            true => stdout::print_json(&excel::as_json()?),
            false => stdout::print(&excel::as_text()?),
        };
    }
    let mut limits = Limits::builder().compile_limits(args.work.limits());
    if let Some(bytes) = args.limit_module {
        limits = limits.module_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
    let limits = limits.build()?;
    let bytes = read_module(&args.file, &limits)?;
    let info = udf_backends::inspect(&bytes, &limits)
        .map_err(|error| Failure::from(error).context(args.file.display()))?;
    let file = args.file.display().to_string();
    let text = match args.json {
        true => {
            let json = serde_json::to_string_pretty(&as_json(&file, &info));
            json.map_err(|e| Failure::io("the manifest as JSON", e))? + "\n"
        }
        false => printable(&as_text(&file, &info, &limits.compile)),
    };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Quiet, "broken pipe"))
        }
        Err(e) => Err(Failure::io("stdout", e)),
        Ok(()) => Ok(()),
    }
}

fn as_json(file: &str, info: &ModuleInfo) -> Value {
    let exports: Vec<_> =
        info.exports.iter().map(|e| json!({ "name": e.name, "signature": e.signature })).collect();
    let imports: Vec<_> =
        info.imports.iter().map(|i| json!({ "module": i.module, "name": i.name })).collect();
    let disabled = info.manifest.disabled.iter();
    let disabled: Vec<_> =
        disabled.map(|d| json!({ "name": d.name, "reason": d.reason() })).collect();
    json!({
        "file": file,
        "sha256": info.sha256_hex(),
        "size_bytes": info.size,
        "code_bytes": info.code_bytes,
        "data_bytes": info.data_bytes,
        "defined_functions": info.functions,
        "compile_work": info.compile_work,
        "function_work": info.function_work,
        "optimised_work": info.optimised_work,
        "optimised": info.optimised,
        "memory": {
            "initial_pages": info.memory_pages,
            "maximum_pages": info.memory_max_pages,
            "initial_bytes": info.memory_pages.saturating_mul(PAGE_BYTES),
        },
        "imports": imports,
        "exports": exports,
        "warnings": info.warnings,
        "bare": info.bare,
        "disabled": disabled,
        "manifest": info.manifest,
    })
}

fn as_text(file: &str, info: &ModuleInfo, limits: &CompileLimits) -> String {
    let mut out = String::new();
    // A String takes everything.
    let _infallible = write_text(&mut out, file, info, limits);
    out
}

fn write_text(
    out: &mut String,
    file: &str,
    info: &ModuleInfo,
    limits: &CompileLimits,
) -> fmt::Result {
    let module = &info.manifest.module;
    let mut field = |name: &str, text: &str| writeln!(out, "{name:<9} {}", OneLine(text));
    let named = match info.bare {
        true => "without a manifest: exports of numbers are called by their names".into(),
        false => format!("{} {}", module.id, module.version),
    };
    field("module", &named)?;
    if !module.description.is_empty() {
        field("", &module.description)?;
    }
    field("file", file)?;
    field("sha256", &info.sha256_hex())?;
    field("contract", &format!("abi {}, codec {}", module.abi, codec(module.codec)))?;
    field(
        "size",
        &format!(
            "{} bytes: {} code, {} data; {} functions",
            grouped(info.size as u64),
            grouped(info.code_bytes as u64),
            grouped(info.data_bytes as u64),
            grouped(u64::from(info.functions))
        ),
    )?;
    let maximum = match info.memory_max_pages {
        Some(pages) => format!("at most {} bytes", grouped(pages.saturating_mul(PAGE_BYTES))),
        None => "no maximum of its own".into(),
    };
    let initial = grouped(info.memory_pages.saturating_mul(PAGE_BYTES));
    field("memory", &format!("{initial} bytes, {maximum}"))?;
    let of = |units: u64, limit: u64| format!("{} of {}", grouped(units), grouped(limit));
    field(
        "work",
        &format!(
            "{} units to compile, {} for its largest function, {} to optimise",
            of(info.compile_work, limits.module_work),
            of(info.function_work, limits.function_work),
            of(info.optimised_work, limits.optimised_work)
        ),
    )?;
    if !info.optimised {
        field(
            "",
            "compiled without optimisation, and so slower: --limit-optimised-work takes more",
        )?;
    }
    let imports = info.imports.iter().map(|i| format!("{}.{}", i.module, i.name));
    list("imports", imports, &mut field)?;
    let exports = info.exports.iter().map(|e| format!("{} {}", e.name, e.signature));
    list("exports", exports, &mut field)?;
    for requirement in &module.requires {
        field("requires", requirement)?;
    }
    for warning in &info.warnings {
        field("warning", warning)?;
    }
    for function in &info.manifest.functions {
        out.push('\n');
        write_function(out, info, function)?;
    }
    for function in &info.manifest.disabled {
        write!(out, "\n{}\n", OneLine(&function.reason()))?;
    }
    Ok(())
}

fn write_function(out: &mut String, info: &ModuleInfo, function: &Function) -> fmt::Result {
    let signature = info.signature(function);
    match &signature {
        Ok(signature) => writeln!(out, "{}", OneLine(&signature.to_string()))?,
        Err(error) => writeln!(out, "{}: {error}", OneLine(&function.name))?,
    }
    write!(out, "  {}", function.kind.name())?;
    match signature.as_ref().map(Signature::lane) {
        Ok(Lane::Json) => out.push_str(", called row by row, or once with ranges"),
        Ok(Lane::Typed) => out.push_str(", a bare export called row by row"),
        Ok(Lane::Columnar) | Err(_) => {}
    }
    if function.volatile {
        out.push_str(", volatile");
    }
    if !function.aliases.is_empty() {
        write!(out, "; also {}", OneLine(&function.aliases.join(", ")))?;
    }
    out.push('\n');
    for line in function.description.lines() {
        writeln!(out, "  {}", OneLine(line))?;
    }
    let described: Vec<&Param> =
        function.params.iter().filter(|p| !p.description.is_empty()).collect();
    let described: Vec<_> =
        described.into_iter().map(|p| (line(&p.name), OneLine(&p.description))).collect();
    let width = described.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, description) in described {
        writeln!(out, "    {name:<width$}  {description}")?;
    }
    Ok(())
}

fn codec(codec: u32) -> String {
    match codec {
        0 => "none".into(),
        1 => "1 (JSON)".into(),
        2 => "2 (columnar)".into(),
        other => other.to_string(),
    }
}

/// A line for each item, the first of them with the name.
fn list(
    name: &str,
    items: impl Iterator<Item = String>,
    mut field: impl FnMut(&str, &str) -> fmt::Result,
) -> fmt::Result {
    let mut name = Some(name);
    for item in items {
        field(name.take().unwrap_or_default(), &item)?;
    }
    name.map_or(Ok(()), |name| field(name, "none"))
}
