//! Control flow, names and references: the evaluator's own.
//!
//! The records say what the evaluator may do with each argument before it looks at the function: evaluate it
//! ([`Mode::Value`]), evaluate it when asked ([`Mode::Lazy`]), leave its cells unread ([`Mode::Reference`]).
//! `ROWS` and `COLUMNS` also take arrays that expressions give, `SHEET` the name of a sheet, `ISREF` anything. Sources: Microsoft's page of each function.

use crate::record::{Kernel, Mode, Parameter, Record, array, value};

const fn lazy(name: &'static str) -> Parameter {
    value(name).of(Mode::Lazy)
}

const fn reference(name: &'static str) -> Parameter {
    value(name).of(Mode::Reference)
}

const fn name(name: &'static str) -> Parameter {
    value(name).of(Mode::Name)
}

const fn of(name: &'static str, parameters: &'static [Parameter], about: &'static str) -> Record {
    Record::new(name, parameters, Kernel::Evaluator, about)
}

pub(super) const RECORDS: &[Record] = &[
    of(
        "IF",
        &[value("logical_test"), lazy("value_if_true"), lazy("value_if_false").optional()],
        "One value where a test holds, another where it does not.",
    ),
    of(
        "IFERROR",
        &[value("value"), lazy("value_if_error")],
        "A value, or another where it is an error.",
    )
    .taking_errors(),
    of("IFNA", &[value("value"), lazy("value_if_na")], "A value, or another where it is #N/A.")
        .taking_errors()
        .future(),
    of(
        "IFS",
        &[
            value("logical_test1"),
            lazy("value_if_true1"),
            lazy("logical_test2").optional(),
            lazy("value_if_true2").optional(),
        ],
        "The value behind the first test that holds.",
    )
    .repeating(2)
    .future(),
    of(
        "SWITCH",
        &[
            value("expression"),
            lazy("value1"),
            lazy("result1"),
            lazy("default_or_value2").optional(),
            lazy("result2").optional(),
        ],
        "The result behind the first value that an expression equals, or a default.",
    )
    .repeating(2)
    .future(),
    of(
        "CHOOSE",
        &[value("index_num"), lazy("value1"), lazy("value2").optional()],
        "The value at a position of a list.",
    )
    .repeating(1),
    of(
        "LET",
        &[name("name1"), lazy("name_value1")],
        "A calculation in which names stand for values.",
    )
    .repeating(2)
    .ending(lazy("calculation"))
    .future(),
    of("LAMBDA", &[name("parameter1").optional()], "A function of its own.")
        .repeating(1)
        .ending(lazy("calculation"))
        .future(),
    of("ISOMITTED", &[lazy("argument")], "Whether an argument of a LAMBDA has been left out.")
        .future(),
    of("ROW", &[reference("reference").optional()], "The row numbers of a reference.").spreading(),
    of("COLUMN", &[reference("reference").optional()], "The column numbers of a reference.")
        .spreading(),
    of("ROWS", &[reference("array")], "How many rows a reference or array has."),
    of("COLUMNS", &[reference("array")], "How many columns a reference or array has."),
    of("AREAS", &[reference("reference")], "How many areas a reference has."),
    of("SHEET", &[reference("value").optional()], "The number of a sheet.").structural().future(),
    of("SHEETS", &[reference("reference").optional()], "How many sheets there are.")
        .structural()
        .future(),
    of("ISREF", &[reference("value")], "Whether a value is a reference."),
    of("ISFORMULA", &[reference("reference")], "Whether a cell holds a formula.")
        .spreading()
        .structural()
        .future(),
    of("FORMULATEXT", &[reference("reference")], "The formula of a cell as text.")
        .spreading()
        .structural()
        .future(),
    of(
        "CELL",
        &[value("info_type"), reference("reference").optional()],
        "Something about a cell: its address, its contents, its format.",
    )
    .volatile()
    .structural(),
    of("INFO", &[value("type_text")], "Something about the program that calculates.").volatile(),
    of(
        "OFFSET",
        &[
            reference("reference"),
            value("rows"),
            value("cols"),
            value("height").skippable(),
            value("width").skippable(),
        ],
        "A reference moved by rows and columns.",
    )
    .spreading()
    .dynamic(),
    of(
        "INDIRECT",
        &[value("ref_text"), value("a1").optional()],
        "The reference that a text gives.",
    )
    .spreading()
    .dynamic(),
    of(
        "SUBTOTAL",
        &[
            value("function_num"),
            value("ref1").of(Mode::Range),
            value("ref2").of(Mode::Range).optional(),
        ],
        "A total of cells that leaves out other subtotals and, where asked, hidden rows.",
    )
    .repeating(1),
    of(
        "AGGREGATE",
        &[value("function_num"), value("options"), array("ref1"), array("ref2_or_k").optional()],
        "A total of cells that leaves out errors, hidden rows or other totals where asked.",
    )
    .repeating(1)
    .of_arrays()
    .future(),
    of("ANCHORARRAY", &[reference("reference")], "The array that spills from a cell.")
        .spreading()
        .future(),
    of(
        "SINGLE",
        &[lazy("value")],
        "The one cell of a range in the row or column of the formula, or the first of an array.",
    )
    .future(),
];
