//! The deepest formulas, on threads of any size.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use formualizer_workbook::{Value, Workbook};
use std::thread;

/// KiB of stack: what a virtual machine gives, musl, a careful program, macOS, Windows, the standard library, a main thread.
const STACKS: [usize; 7] = [64, 128, 256, 512, 1024, 2048, 8192];

fn on_thread<R: Send>(kib: usize, run: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(kib << 10).spawn_scoped(scope, run);
        thread.unwrap().join().unwrap()
    })
}

/// What formulas nest, around what is inside.
const NESTINGS: [(&str, &str); 9] = [
    ("(", ")"),
    ("-", ""),
    ("A1+", ""),
    ("1+(", ")"),
    ("SUM(A1,", ")"),
    ("IF(TRUE,", ",0)"),
    ("IFERROR(", ",A1)"),
    ("LEN(A1&", ")"),
    ("CHOOSE(1,A1*", ")"),
];

/// The deepest formula of this nesting that a workbook takes.
fn deepest((open, close): (&str, &str)) -> String {
    let nested = |depth: usize| format!("={}A1{}", open.repeat(depth), close.repeat(depth));
    let mut book = book();
    let takes = |book: &mut Workbook, depth| book.set_formula("S", "B1", &nested(depth)).is_ok();
    let depth = (1..=4000).rev().find(|depth| takes(&mut book, *depth)).unwrap();
    // What the parser takes, at two of its frames per level.
    assert!(depth >= 30, "{open} nests {depth} times");
    nested(depth)
}

fn book() -> Workbook {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    book.set_value("S", "A1", 2.0).unwrap();
    book
}

/// Everything that walks a formula's tree; what the cell shows in the end.
fn live(formula: &str) -> Value {
    let mut book = book();
    book.set_formula("S", "B1", formula).unwrap();
    book.set_formulas("S", "C1:D40", formula).unwrap();
    book.define_name("deep", formula).unwrap();
    book.set_formula("S", "E1", "=deep+1").unwrap();
    book.recalculate().unwrap();
    book.rename_sheet("S", "T").unwrap();
    book.insert_rows("T", 1, 1).unwrap();
    book.copy_range("T", "B2", "T", "G3").unwrap();
    book.move_range("T", "G3", "T", "G9").unwrap();
    book.fill_down("T", "B2:B9").unwrap();
    book.undo();
    book.recalculate().unwrap();
    // Parentheses around a value are none of the formula's.
    let shown = book.formula("T", "B2").unwrap().unwrap();
    assert!(shown.len() > 64 || formula.contains("((("), "{shown}");
    assert_eq!(book.names().len(), 1);
    let value = book.value("T", "B2").unwrap();
    book.add_sheet("U").unwrap();
    book.set_formula("U", "A1", "=T!B2").unwrap();
    book.delete_sheet("T").unwrap();
    book.recalculate().unwrap();
    value
}

#[test]
fn the_deepest_formulas_live_on_threads_of_any_size() {
    for nesting in NESTINGS {
        let formula = deepest(nesting);
        let wanted = on_thread(64 * 1024, || live(&formula));
        for kib in STACKS {
            eprintln!("{nesting:?} on {kib} KiB");
            assert_eq!(on_thread(kib, || live(&formula)), wanted);
        }
    }
}

#[cfg(feature = "files")]
#[test]
fn the_deepest_formulas_are_saved_and_loaded_on_threads_of_any_size() {
    for nesting in NESTINGS {
        let formula = deepest(nesting);
        for kib in STACKS {
            eprintln!("{nesting:?} on {kib} KiB");
            on_thread(kib, || {
                let mut book = book();
                book.set_formula("S", "B1", &formula).unwrap();
                book.recalculate().unwrap();
                let bytes = book.to_xlsx(&Default::default()).unwrap();
                let mut back = Workbook::from_bytes(bytes, &Default::default()).unwrap();
                back.recalculate().unwrap();
                let (formula, value) = (book.formula("S", "B1"), book.value("S", "B1"));
                assert_eq!(back.formula("S", "B1").unwrap(), formula.unwrap());
                assert_eq!(back.value("S", "B1").unwrap(), value.unwrap());
            });
        }
    }
}

#[test]
fn formulas_that_are_too_deep_are_refused_on_threads_of_any_size() {
    for (open, close) in NESTINGS {
        let depth = 8000 / (open.len() + close.len());
        let formula = format!("={}A1{}", open.repeat(depth), close.repeat(depth));
        for kib in STACKS {
            let refused =
                on_thread(kib, || book().set_formula("S", "B1", &formula).map(|()| live(&formula)));
            // What has no end of its own is a chain, which may be taken at any length.
            assert!(refused.is_err() || close.is_empty(), "{open} {depth} times on {kib} KiB");
        }
    }
}
