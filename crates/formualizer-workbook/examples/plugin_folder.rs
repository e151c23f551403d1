//! A folder of plugins: what each offers, and what was bound.
//!
//! `cargo run -p formualizer-workbook --example plugin_folder`
//!
//! Arguments: the folder (this repository's `plugins`).

use formualizer_workbook::{BindPolicy, Error, OverridePolicy, Workbook};
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let folder = std::env::args().nth(1).map_or_else(own, PathBuf::from);
    run(&folder)?;
    Ok(())
}

/// How many names were bound.
pub(crate) fn run(folder: &Path) -> Result<usize, Error> {
    let mut book = Workbook::new();
    book.add_sheet("Sheet1")?;

    // Files are loaded in the order of their names, all of them or none. Two plugins may have functions of one name,
    // and built-ins stay what they are.
    let policy = BindPolicy { builtins: OverridePolicy::Skip, bindings: OverridePolicy::Skip };
    for module in book.register_wasm_modules_dir(folder, policy)? {
        println!("{} {}, {} bytes", module.module_id, module.version, module.size);
        for warning in &module.warnings {
            println!("  warning: {warning}");
        }
    }

    // What stands in `bound_as` can be called in formulas.
    for module in book.list_wasm_modules() {
        for function in &module.functions {
            let names = match function.bound_as.as_slice() {
                [] => "not bound".to_owned(),
                names => names.join(", "),
            };
            println!("{}.{}: {names}", module.module_id, function.name);
        }
    }

    book.set_formula("Sheet1", "A1", "=SLUGIFY(\"Crème Brûlée\")")?;
    book.set_formula("Sheet1", "A2", "=NOT_A_FUNCTION(1)")?;
    book.recalculate()?;
    println!("A1 is {}", book.value("Sheet1", "A1")?);
    println!("A2 is {}", book.value("Sheet1", "A2")?);
    Ok(book.list_custom_functions().len())
}
