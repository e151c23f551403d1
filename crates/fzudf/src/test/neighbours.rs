//! Calls of a module's functions that are made before those of another one: what one function leaves behind must
//! not matter to the next.

use super::{
    case::Case,
    outcome::Made,
    random::{self, Flavour, Random},
};
use std::{sync::Arc, time::Duration};
use udf_columnar::{ErrorKind, SessionOptions, Signature, UdfModule};

/// Most functions that are called before another one.
const MOST: usize = 16;
/// A function that takes longer over a few rows is left out.
const PATIENCE: Duration = Duration::from_millis(100);
/// Rows of a call.
const ROWS: usize = 3;

/// A call of each of the first functions that answer one soon.
pub(super) fn of(module: &Arc<dyn UdfModule>, seed: u64) -> Vec<Made> {
    let mut random = Random::new(seed);
    let functions = module.manifest().functions.iter();
    let made = functions.filter_map(|function| {
        let signature = module.signature(&function.name).ok()?;
        let case = random::case(&mut random, &signature, ROWS, Flavour::Plain).ok()?;
        answers(module, &signature, &case).then_some((signature, case))
    });
    made.take(MOST).collect()
}

fn answers(module: &Arc<dyn UdfModule>, signature: &Arc<Signature>, case: &Case) -> bool {
    let options = SessionOptions::default().threads(1).deadline(Some(PATIENCE));
    match module.open(options).call(signature, case.call()) {
        Ok(_) => true,
        // It has run all the same, and the instance serves on.
        Err(error) => matches!(error.kind(), ErrorKind::Function(_)),
    }
}

/// All of them but those of this function.
pub(super) fn without(made: &[Made], signature: &Signature) -> Vec<Made> {
    made.iter().filter(|(other, _)| other.name() != signature.name()).cloned().collect()
}
