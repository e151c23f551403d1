//! The directives of one file, on one engine.

use crate::{
    probe::{self, Probe, Probed, probed},
    value,
};
use arrow_array::{
    Array, ArrayRef, Float32Array, Float64Array, Int32Array, Int64Array, cast::AsArray, types,
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    fmt,
    rc::Rc,
    sync::Arc,
};
use udf_abi::DType;
use udf_backends::inspect;
use udf_columnar::{
    Argument, Call, Column, Error, ErrorKind, Session, SessionOptions, UdfModule, WasmUdfRuntime,
};
use wasmparser::{Validator, WasmFeatures};
use wast::{
    QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastRet, lexer::Lexer,
    parser::ParseBuffer,
};

/// What scripts came to.
#[derive(Default)]
pub(crate) struct Report {
    /// How many directives of each kind hold.
    pub(crate) held: BTreeMap<&'static str, usize>,
    /// How many were left out, by reason.
    pub(crate) skipped: BTreeMap<String, usize>,
    /// What does not hold.
    pub(crate) faults: Vec<String>,
}

impl Report {
    pub(crate) fn add(&mut self, other: Self) {
        for (kind, count) in other.held {
            *self.held.entry(kind).or_default() += count;
        }
        for (reason, count) in other.skipped {
            *self.skipped.entry(reason).or_default() += count;
        }
        self.faults.extend(other.faults);
    }

    fn skip(&mut self, reason: impl Into<String>) {
        *self.skipped.entry(reason.into()).or_default() += 1;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "held")?;
        for (kind, count) in &self.held {
            writeln!(f, "{count:>9} {kind}")?;
        }
        writeln!(f, "skipped")?;
        for (reason, count) in &self.skipped {
            writeln!(f, "{count:>9} {reason}")?;
        }
        write!(f, "{} faults", self.faults.len())
    }
}

/// Why a directive is not held: it is wrong, or it was left out.
enum Not {
    Held(String),
    Tried(String),
}

fn wrong<T>(what: impl Into<String>) -> Result<T, Not> {
    Err(Not::Held(what.into()))
}

fn leave<T>(why: impl Into<String>) -> Result<T, Not> {
    Err(Not::Tried(why.into()))
}

/// Runs a script on an engine.
pub(crate) fn run(engine: &dyn WasmUdfRuntime, name: &str, text: &str) -> Report {
    let mut report = Report::default();
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer);
    let script = match &buffer {
        Ok(buffer) => wast::parser::parse::<Wast<'_>>(buffer).ok(),
        Err(_) => None,
    };
    let Some(script) = script else {
        report.skip("file: the text is of another version of the format");
        return report;
    };
    let mut state = State {
        engine,
        current: Err("no module".into()),
        named: HashMap::new(),
        registered: Vec::new(),
    };
    for directive in script.directives {
        let (line, _) = directive.span().linecol_in(text);
        let kind = kind(&directive);
        match state.directive(directive) {
            Ok(()) => *report.held.entry(kind).or_default() += 1,
            Err(Not::Tried(why)) => report.skip(format!("{kind}: {why}")),
            Err(Not::Held(what)) => {
                report.faults.push(format!(
                    "{name}:{}: {kind} on {}: {what}",
                    line + 1,
                    engine.name()
                ));
            }
        }
    }
    report
}

fn kind(directive: &WastDirective<'_>) -> &'static str {
    match directive {
        WastDirective::Module(_) | WastDirective::ModuleDefinition(_) => "module",
        WastDirective::AssertMalformed { .. } => "assert_malformed",
        WastDirective::AssertInvalid { .. } => "assert_invalid",
        WastDirective::Invoke(_) => "invoke",
        WastDirective::AssertTrap { .. } => "assert_trap",
        WastDirective::AssertReturn { .. } => "assert_return",
        WastDirective::AssertExhaustion { .. } => "assert_exhaustion",
        _ => "other",
    }
}

/// A module's instance, or why there is none.
type Instance = Result<Rc<RefCell<Live>>, String>;

struct State<'e> {
    engine: &'e dyn WasmUdfRuntime,
    current: Instance,
    named: HashMap<String, Instance>,
    /// Instances that other modules may import from.
    registered: Vec<Rc<RefCell<Live>>>,
}

impl State<'_> {
    fn directive(&mut self, directive: WastDirective<'_>) -> Result<(), Not> {
        match directive {
            WastDirective::Module(module) => {
                let name = module.name().map(|id| id.name().to_owned());
                let instance = self.instantiate(module);
                if instance.is_err() {
                    self.share();
                }
                self.current = match &instance {
                    Ok(live) => Ok(live.clone()),
                    Err(_) => Err("its module was left out".into()),
                };
                if let Some(name) = name {
                    self.named.insert(name, self.current.clone());
                }
                instance.map(drop)
            }
            WastDirective::ModuleDefinition(mut module) => match module.encode() {
                Ok(bytes) => judge(self.engine, &bytes),
                Err(_) => leave("the text is of another version of the format"),
            },
            WastDirective::ModuleInstance { .. } => {
                self.share();
                self.current = Err("its module was left out".into());
                leave("instances of definitions are not made")
            }
            WastDirective::Register { module, .. } => {
                self.registered.extend(self.live(module).ok());
                leave("of linking, threads, exceptions or custom sections")
            }
            WastDirective::AssertMalformed { module, message, .. }
            | WastDirective::AssertInvalid { module, message, .. } => {
                refused(self.engine, module, message)
            }
            WastDirective::Invoke(invoke) => self.call(&invoke)?.map(drop).or_else(unexpected),
            WastDirective::AssertReturn { exec, results, .. } => self.returns(exec, &results),
            WastDirective::AssertTrap { exec, message, .. } => {
                let found = match exec {
                    WastExecute::Invoke(invoke) => self.call(&invoke)?,
                    WastExecute::Wat(module) => {
                        self.share();
                        let live = self.instantiate(QuoteWat::Wat(module))?;
                        live.borrow_mut().start().map(|()| Vec::new())
                    }
                    WastExecute::Get { .. } => return leave("a global does not trap"),
                };
                match found {
                    Err(error) if error.kind() == ErrorKind::Trap => Ok(()),
                    Err(error) => wrong(format!("{message} is wanted: {error}")),
                    Ok(found) => wrong(format!("{message} is wanted, it answers {found:x?}")),
                }
            }
            WastDirective::AssertExhaustion { call, .. } => match self.call(&call)? {
                Err(error) if error.kind() == ErrorKind::StackExhausted => Ok(()),
                Err(error) => wrong(error.to_string()),
                Ok(found) => wrong(format!("it answers {found:x?}")),
            },
            _ => {
                self.share();
                leave("of linking, threads, exceptions or custom sections")
            }
        }
    }

    /// A module that is left out may change what it imports.
    fn share(&mut self) {
        for live in self.registered.drain(..) {
            live.borrow_mut().is_shared = true;
        }
    }

    fn instantiate(&self, mut module: QuoteWat<'_>) -> Instantiated {
        let Ok(bytes) = module.encode() else {
            return leave("the text is of another version of the format");
        };
        judge(self.engine, &bytes)?;
        Live::new(self.engine, &bytes).map(|live| Rc::new(RefCell::new(live)))
    }

    fn live(&self, module: Option<wast::token::Id<'_>>) -> Result<Rc<RefCell<Live>>, Not> {
        let instance = match module {
            Some(id) => self.named.get(id.name()),
            None => Some(&self.current),
        };
        match instance {
            Some(Ok(live)) if live.borrow().is_shared => {
                leave("a module that was left out shares its state")
            }
            Some(Ok(live)) => Ok(live.clone()),
            Some(Err(why)) => leave(why.clone()),
            None => leave("its module was left out"),
        }
    }

    /// Calls an export: the pieces of its results, or how it failed.
    fn call(&self, invoke: &WastInvoke<'_>) -> Result<Result<Vec<u64>, Error>, Not> {
        let live = self.live(invoke.module)?;
        let mut live = live.borrow_mut();
        let Some(probe) = live.probed.functions.get(invoke.name).cloned() else {
            return leave("the export has references that are none to functions");
        };
        let mut arguments = Vec::new();
        for (argument, ty) in invoke.args.iter().zip(&probe.params) {
            match value::argument(argument, *ty) {
                Some(pieces) => arguments.extend(pieces),
                None => return leave("an argument is a reference to something"),
            }
        }
        Ok(live.call(&probe, &arguments))
    }

    fn returns(&self, exec: WastExecute<'_>, results: &[WastRet<'_>]) -> Result<(), Not> {
        let mut wanted = Vec::new();
        for result in results {
            match value::expected(result) {
                Some(pieces) => wanted.extend(pieces),
                None => return leave("a result is a reference to something, or one of several"),
            }
        }
        let found = match exec {
            WastExecute::Invoke(invoke) => self.call(&invoke)?,
            WastExecute::Get { module, global, .. } => {
                let live = self.live(module)?;
                let mut live = live.borrow_mut();
                let Some(probe) = live.probed.globals.get(global).cloned() else {
                    return leave("the global has another type");
                };
                live.call(&probe, &[])
            }
            WastExecute::Wat(_) => return leave("a module returns nothing"),
        };
        let found = found.or_else(unexpected)?;
        let holds = found.len() == wanted.len()
            && wanted.iter().zip(&found).all(|(wanted, found)| wanted.admits(*found));
        if holds { Ok(()) } else { wrong(format!("{wanted:x?} is wanted, it answers {found:x?}")) }
    }
}

/// A module's instance, or why the directive is not held.
type Instantiated = Result<Rc<RefCell<Live>>, Not>;

fn unexpected<T>(error: Error) -> Result<T, Not> {
    wrong(format!("it fails: {error}"))
}

/// A valid module must be admitted, or refused for what the contract does not admit.
fn judge(engine: &dyn WasmUdfRuntime, bytes: &[u8]) -> Result<(), Not> {
    let Err(error) = inspect(bytes, engine.limits()) else { return Ok(()) };
    let message = error.message();
    let reasons = [
        ("imports", "it imports something"),
        ("start function", "it has a start function"),
        ("the limit is", "it has more than the limits admit"),
        ("WebAssembly feature", "it uses a feature that the contract does not admit"),
        ("externref", "it has references that are none to functions"),
    ];
    if let Some((_, reason)) = reasons.iter().find(|(phrase, _)| message.contains(phrase)) {
        return leave(*reason);
    }
    if is_no_plugin(&error) {
        return Ok(());
    }
    // The second version of the specification, without what has a name above.
    let second = WasmFeatures::WASM2.union(WasmFeatures::EXTENDED_CONST);
    if Validator::new_with_features(second).validate_all(bytes).is_err() {
        return leave("it uses a feature that the contract does not admit");
    }
    wrong(format!("it is refused: {error}"))
}

/// Whether a module is refused for what a plugin exports besides, which is looked at last.
fn is_no_plugin(error: &Error) -> bool {
    ["what the contract asks for", "no custom section"].iter().any(|p| error.message().contains(p))
}

/// A module that is not valid must be refused.
fn refused(
    engine: &dyn WasmUdfRuntime,
    mut module: QuoteWat<'_>,
    message: &str,
) -> Result<(), Not> {
    if matches!(module, QuoteWat::QuoteModule(..) | QuoteWat::QuoteComponent(..)) {
        return leave("it is about the text format");
    }
    let Ok(bytes) = module.encode() else { return leave("it is about the text format") };
    match inspect(&bytes, engine.limits()) {
        Err(error) if !is_no_plugin(&error) => Ok(()),
        _ => wrong(format!("{message} is wanted: it is taken for valid")),
    }
}

/// An instance, which a trap ends and calls that worked make again.
struct Live {
    probed: Probed,
    module: Arc<dyn UdfModule>,
    session: Box<dyn Session>,
    /// The calls that worked since the instance was made.
    done: Vec<(Probe, Vec<u64>)>,
    /// Whether the instance that they worked on is gone.
    lost: bool,
    /// Whether a module that was left out may have changed what it holds.
    is_shared: bool,
}

impl Live {
    fn new(engine: &dyn WasmUdfRuntime, bytes: &[u8]) -> Result<Self, Not> {
        let probed = probed(bytes);
        let module = match engine.load(&probed.bytes) {
            Ok(module) => module,
            Err(error) => return wrong(format!("it does not load: {error}")),
        };
        let session = module.open(SessionOptions::default().threads(1));
        Ok(Self { probed, module, session, done: Vec::new(), lost: false, is_shared: false })
    }

    /// Makes an instance.
    fn start(&mut self) -> Result<(), Error> {
        self.raw(probe::START, Vec::new()).map(drop)
    }

    /// The pieces of the results of a call.
    fn call(&mut self, probe: &Probe, arguments: &[u64]) -> Result<Vec<u64>, Error> {
        if std::mem::take(&mut self.lost) && self.probed.keeps_state {
            for (probe, arguments) in std::mem::take(&mut self.done) {
                self.once(&probe, &arguments)?;
                self.done.push((probe, arguments));
            }
        }
        let found = self.once(probe, arguments);
        match &found {
            Ok(_) => self.done.push((probe.clone(), arguments.to_vec())),
            Err(_) => self.lost = true,
        }
        found
    }

    fn once(&mut self, probe: &Probe, arguments: &[u64]) -> Result<Vec<u64>, Error> {
        let types = probe.params.iter().flat_map(|ty| ty.numbers());
        let arguments = types.zip(arguments).map(|(ty, bits)| argument(*ty, *bits)).collect();
        self.raw(&probe.name, arguments)?;
        let pieces = probe.results.iter().map(|ty| ty.numbers().len().max(1)).sum();
        (0..pieces).map(|index| self.raw(&probe::piece(index), Vec::new())).collect()
    }

    /// One row of an export of numbers.
    fn raw(&mut self, export: &str, arguments: Vec<Argument>) -> Result<u64, Error> {
        let signature = self.module.signature(export)?;
        let output = self.session.call(&signature, Call::new(arguments).rows(1))?;
        if let Some(failure) = output.failures.first() {
            return Err(Error::new(failure.kind, failure.message.clone()));
        }
        let column = &output.columns[0];
        assert_eq!(column.array().null_count(), 0);
        Ok(match column.dtype() {
            DType::I64 => {
                column.array().as_primitive::<types::Int64Type>().value(0).cast_unsigned()
            }
            _ => 0,
        })
    }
}

fn argument(ty: wasm_encoder::ValType, bits: u64) -> Argument {
    let array: ArrayRef = match ty {
        wasm_encoder::ValType::I32 => Arc::new(Int32Array::from(vec![bits as i32])),
        wasm_encoder::ValType::I64 => Arc::new(Int64Array::from(vec![bits.cast_signed()])),
        wasm_encoder::ValType::F32 => {
            Arc::new(Float32Array::from(vec![f32::from_bits(bits as u32)]))
        }
        _ => Arc::new(Float64Array::from(vec![f64::from_bits(bits)])),
    };
    Argument::Column(Column::try_new(array).unwrap())
}
