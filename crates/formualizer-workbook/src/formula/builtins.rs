//! What the functions of formualizer-eval are known for.

use formualizer_eval::{builtins::load_builtins, function::FnCaps, function_registry};

/// What matters of a built-in before it is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    /// Another value at every recalculation.
    pub(crate) volatile: bool,
    /// Cells that only evaluating it tells.
    pub(crate) dynamic: bool,
}

/// The traits of a built-in by its key; `None` of what is none.
pub(crate) fn traits(key: &str) -> Option<Traits> {
    load_builtins();
    let known = function_registry::get("", key).map(|function| {
        let caps = function.caps();
        let dynamic = caps.contains(FnCaps::DYNAMIC_DEPENDENCY);
        Traits { volatile: caps.contains(FnCaps::VOLATILE) || dynamic, dynamic }
    });
    // Excel calls these volatile whether or not they are implemented, or say so.
    match key {
        "RAND" | "RANDBETWEEN" | "RANDARRAY" | "NOW" | "TODAY" | "INFO" | "CELL" => {
            Some(Traits { volatile: true, dynamic: false })
        }
        "INDIRECT" | "OFFSET" => Some(Traits { volatile: true, dynamic: true }),
        "LET" | "LAMBDA" => Some(known.unwrap_or_default()),
        _ => known,
    }
}
