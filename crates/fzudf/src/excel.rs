//! Excel's functions where a plugin's file is given: what stands for them, and which there are.

use crate::exit::{Exit, Failure};
use formualizer_functions::columns::Function;
use serde_json::{Value, json};
use std::{fmt::Write as _, path::Path};
use udf_columnar::ErrorKind;

/// What stands for them.
const NAME: &str = "excel";

/// Whether Excel's functions are meant and no file: one of that name is `./excel`.
pub(crate) fn is_meant(file: &Path) -> bool {
    file == Path::new(NAME)
}

/// The function of a name.
///
/// # Errors
/// With near names, or why it cannot be called alone.
pub(crate) fn find(name: &str) -> Result<Function, Failure> {
    Function::find(name).map_err(|error| {
        let failure = Failure::new(Exit::Usage, error.to_string());
        match error.kind() {
            ErrorKind::UnknownFunction => {
                failure.hint("`fzudf inspect excel` lists the functions of Excel")
            }
            _ => failure.hint("`fzudf eval` calculates formulas, over data of files too"),
        }
    })
}

/// All of them in the order of their names: a line each, with the parameters and what they give.
pub(crate) fn as_text() -> Result<String, Failure> {
    let mut text = String::new();
    for (function, call) in all()? {
        // A String takes everything.
        let _infallible = writeln!(text, "{call}\n    {}", function.record().about);
    }
    Ok(text)
}

/// The same as JSON.
pub(crate) fn as_json() -> Result<Value, Failure> {
    let entry = |(function, call): (Function, String)| {
        let record = function.record();
        json!({ "name": record.name, "signature": call, "description": record.about, "differs": record.differs })
    };
    Ok(json!({ "functions": all()?.into_iter().map(entry).collect::<Vec<_>>() }))
}

fn all() -> Result<Vec<(Function, String)>, Failure> {
    let mut functions: Vec<Function> = Function::all().collect();
    functions.sort_unstable_by_key(Function::name);
    let call = |function: Function| {
        let signature = function.signature()?;
        let params = signature.function().params.iter().map(|param| match param {
            param if param.variadic => format!("{}…", param.name),
            param if param.optional => format!("[{}]", param.name),
            param => param.name.clone(),
        });
        let params = params.collect::<Vec<_>>().join(", ");
        Ok((function, format!("{}({params})", function.name())))
    };
    functions.into_iter().map(call).collect()
}
