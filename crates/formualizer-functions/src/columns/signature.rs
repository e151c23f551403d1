//! What a function takes, in the words of a plugin's manifest: hosts show and bind both alike.

use super::Function;
use crate::record::{Mode, Parameter, Record};
use udf_abi::{
    DType,
    manifest::{self, FunctionKind, Hints, Param, Return, TypeName},
};
use udf_columnar::{Error, Signature};

/// What stands for the groups of parameters that repeat.
const MORE: &str = "more";

impl Function {
    /// What the function takes, for people and for keyword arguments. A parameter that repeats is variadic; where
    /// several repeat in turn, a variadic parameter behind them stands for the groups that follow. The kind is that of
    /// a call in which columns are all arguments.
    ///
    /// # Errors
    ///
    /// None that a caller could mend: [`Signature::try_new`] takes all functions of the table.
    pub fn signature(&self) -> Result<Signature, Error> {
        let record = self.record;
        let mut params: Vec<Param> =
            record.parameters.iter().map(|of| self.param(of, of.name.to_owned())).collect();
        match (record.repeats, &record.last) {
            (0, None) => {}
            (1, None) => {
                if let Some(last) = params.last_mut() {
                    // One of them may be required: it stands on its own then.
                    match last.optional {
                        true => (last.variadic, last.optional) = (true, false),
                        false => params.push(more()),
                    }
                }
            }
            (0, Some(last)) => params.push(self.param(last, last.name.to_owned())),
            _ => params.push(more()),
        }
        self.with(params)
    }

    /// What a call with so many arguments takes: a parameter for each of them.
    ///
    /// # Errors
    ///
    /// [`Arity`](udf_columnar::ErrorKind::Arity) where the function does not take as many.
    pub fn signature_of(&self, count: usize) -> Result<Signature, Error> {
        let record = self.record;
        self.signature()?.check_arity(count)?;
        let params = (0..count)
            .filter_map(|index| {
                let parameter = record.parameter_among(index, count)?;
                Some(self.param(parameter, name_of(record, parameter, index)))
            })
            .collect();
        self.with(params)
    }

    /// What the function wants of the argument at an index of so many.
    pub(super) fn mode(&self, index: usize, count: usize) -> Option<Mode> {
        self.evaluated.parameter_among(index, count).map(|parameter| parameter.mode)
    }

    fn param(&self, of: &Parameter, name: String) -> Param {
        let shape = match of.mode {
            Mode::Array | Mode::Range | Mode::Reference if !self.record.by_rows => {
                manifest::Shape::Range
            }
            _ => manifest::Shape::Scalar,
        };
        let optional = of.optional || of.skippable;
        Param { shape, optional, ..Param::scalar(name, DType::Any) }
    }

    fn kind(&self) -> FunctionKind {
        let record = self.record;
        let takes_arrays = |of: &Parameter| {
            matches!(of.mode, Mode::Array | Mode::Range | Mode::Reference | Mode::Lambda)
        };
        match (record.gives_arrays, record.by_rows) {
            (true, _) => FunctionKind::Array,
            (_, true) => FunctionKind::Elementwise,
            _ if record.parameters.iter().any(takes_arrays) => FunctionKind::Reduce,
            _ => FunctionKind::Elementwise,
        }
    }

    fn with(&self, params: Vec<Param>) -> Result<Signature, Error> {
        let record = self.record;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Signature::try_new(manifest::Function {
            id: 0,
            name: record.name.to_owned(),
            aliases: Vec::new(),
            export: String::new(),
            kind: self.kind(),
            min_args: count(record.fewest()),
            max_args: Some(count(record.most())),
            volatile: record.depends.volatile,
            deterministic: !record.depends.volatile,
            thread_safe: true,
            params,
            returns: Return::One(TypeName(DType::Any)),
            description: record.about.to_owned(),
            examples: Vec::new(),
            hints: Hints::default(),
            unknown: Default::default(),
        })
    }
}

fn more() -> Param {
    Param { variadic: true, ..Param::scalar(MORE.to_owned(), DType::Any) }
}

/// The name of the parameter for the argument at an index: those that repeat are numbered on.
fn name_of(record: &Record, parameter: &Parameter, index: usize) -> String {
    let beyond = match record.last.as_ref() {
        Some(last) if last == parameter => None,
        _ => index.checked_sub(record.parameters.len()),
    };
    let Some(beyond) = beyond.filter(|_| record.repeats > 0) else {
        return parameter.name.to_owned();
    };
    let stem = parameter.name.trim_end_matches(|c: char| c.is_ascii_digit());
    let first: usize = parameter.name[stem.len()..].parse().unwrap_or(1);
    format!("{stem}{}", first + beyond / record.repeats + 1)
}
