//! What is told of a function before it is called: for formula bars and documents.

use super::{
    bound::{Bound, Target},
    registry::Functions,
};
use crate::formula::function_key;
use formualizer_functions::record::Mode;
use udf_abi::manifest::{Function, Param, Shape};

/// Where a function comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FunctionOrigin {
    /// It is built in.
    Builtin,
    /// A module in WebAssembly.
    Plugin,
    /// A function of the program.
    Callback,
}

/// What is known of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionDetails {
    /// The name in formulas, in upper case.
    pub name: String,
    /// Where it comes from.
    pub origin: FunctionOrigin,
    /// The id of the plugin.
    pub module_id: Option<String>,
    /// What it does, as the manifest says; empty where nothing is said.
    pub description: String,
    /// How it is called, such as `NPV(rate, value, [more, …])`.
    pub signature: String,
    /// The parameters, as far as they are known; the last may stand for several.
    pub params: Vec<ParameterDetails>,
    /// Fewest arguments.
    pub min_args: usize,
    /// Most arguments; `None` for any number.
    pub max_args: Option<usize>,
    /// Whether it is called again at every recalculation, like `NOW`.
    pub volatile: bool,
}

/// What is known of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParameterDetails {
    /// The name; that of a built-in's is its place.
    pub name: String,
    /// The manifest's type, such as `f64`; empty for built-ins.
    pub type_name: String,
    /// What it stands for; empty where nothing is said.
    pub description: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it takes all further arguments.
    pub variadic: bool,
    /// Whether it takes a whole range rather than a value.
    pub range: bool,
}

/// The function that a name in a formula means: a bound one before a built-in.
pub(crate) fn details(name: &str, functions: &Functions) -> Option<FunctionDetails> {
    let key = function_key(name);
    match functions.get(&key) {
        Some(bound) => Some(bound.details()),
        None => builtin(&key),
    }
}

impl Bound {
    fn details(&self) -> FunctionDetails {
        let (info, options) = (&self.info, &self.info.options);
        let (origin, entry) = match &self.target {
            Target::Callback(_) => (FunctionOrigin::Callback, None),
            Target::Plugin(plugin) => (FunctionOrigin::Plugin, Some(plugin.entry())),
            Target::Disabled(_) => (FunctionOrigin::Plugin, None),
        };
        let params = match entry {
            Some(Function { params, .. }) => params.iter().map(parameter).collect(),
            None => places(options.min_args, options.max_args),
        };
        let mut description = entry.map(|entry| entry.description.clone()).unwrap_or_default();
        if let Target::Disabled(why) = &self.target {
            description.clone_from(why);
        }
        FunctionDetails {
            name: info.name.clone(),
            origin,
            module_id: info.module_id.clone(),
            description,
            signature: signature(&info.name, &params),
            params,
            min_args: options.min_args,
            max_args: options.max_args,
            volatile: options.volatile,
        }
    }
}

fn parameter(param: &Param) -> ParameterDetails {
    ParameterDetails {
        name: param.name.clone(),
        type_name: param.dtype.0.name().to_owned(),
        description: param.description.clone(),
        optional: param.optional,
        variadic: param.variadic,
        range: param.shape != Shape::Scalar,
    }
}

fn builtin(key: &str) -> Option<FunctionDetails> {
    let record = formualizer_functions::find(key)?;
    let repeats_from = record.parameters.len() - record.repeats.min(record.parameters.len());
    let params: Vec<ParameterDetails> = record
        .parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| ParameterDetails {
            name: parameter.name.to_owned(),
            type_name: String::new(),
            description: String::new(),
            optional: parameter.optional,
            variadic: record.repeats > 0 && index >= repeats_from,
            range: matches!(parameter.mode, Mode::Array | Mode::Range | Mode::Reference),
        })
        .collect();
    Some(FunctionDetails {
        name: record.name.to_owned(),
        origin: FunctionOrigin::Builtin,
        module_id: None,
        description: record.about.to_owned(),
        signature: signature(key, &params),
        params,
        min_args: record.fewest(),
        max_args: (record.repeats == 0).then(|| record.most()),
        volatile: record.depends.volatile,
    })
}

/// Parameters of which only the number is known.
fn places(least: usize, most: Option<usize>) -> Vec<ParameterDetails> {
    /// More than these are one that stands for several.
    const LISTED: usize = 32;
    let listed = most.unwrap_or(least + 1).min(least.max(1) + LISTED);
    let place = |at: usize| ParameterDetails {
        name: format!("argument{}", at + 1),
        type_name: String::new(),
        description: String::new(),
        optional: at >= least,
        variadic: at + 1 == listed && most.is_none_or(|most| most > listed),
        range: false,
    };
    (0..listed).map(place).collect()
}

fn signature(name: &str, params: &[ParameterDetails]) -> String {
    let shown = params.iter().map(|param| match (param.optional, param.variadic) {
        (_, true) => format!("[{}, …]", param.name),
        (true, false) => format!("[{}]", param.name),
        (false, false) => param.name.clone(),
    });
    format!("{name}({})", shown.collect::<Vec<_>>().join(", "))
}
