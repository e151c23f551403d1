//! Functions of Excel that are not calculated: the stored value is kept.
//!
//! They ask cubes, pivot tables, services, programs or models that are not at hand.

use crate::record::{Kernel, Record, value};

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "CUBEKPIMEMBER",
        &[
            value("connection"),
            value("kpi_name"),
            value("kpi_property"),
            value("caption").optional(),
        ],
        Kernel::Kept,
        "A key performance indicator of a cube.",
    )
    .taking_errors(),
    Record::new(
        "CUBEMEMBER",
        &[value("connection"), value("member_expression"), value("caption").optional()],
        Kernel::Kept,
        "A member of a cube.",
    )
    .taking_errors(),
    Record::new(
        "CUBEMEMBERPROPERTY",
        &[value("connection"), value("member_expression"), value("property")],
        Kernel::Kept,
        "A property of a member of a cube.",
    )
    .taking_errors(),
    Record::new(
        "CUBERANKEDMEMBER",
        &[value("connection"), value("set_expression"), value("rank"), value("caption").optional()],
        Kernel::Kept,
        "A member of a set by its rank.",
    )
    .taking_errors(),
    Record::new(
        "CUBESET",
        &[
            value("connection"),
            value("set_expression"),
            value("caption").optional(),
            value("sort_order").optional(),
            value("sort_by").optional(),
        ],
        Kernel::Kept,
        "A set of members of a cube.",
    )
    .taking_errors(),
    Record::new("CUBESETCOUNT", &[value("set")], Kernel::Kept, "How many members a set has.")
        .taking_errors(),
    Record::new(
        "CUBEVALUE",
        &[value("connection"), value("member_expression1").optional()],
        Kernel::Kept,
        "A value of a cube.",
    )
    .taking_errors()
    .repeating(1),
    Record::new(
        "GETPIVOTDATA",
        &[
            value("data_field"),
            value("pivot_table"),
            value("field1").optional(),
            value("item1").optional(),
        ],
        Kernel::Kept,
        "A value of a pivot table.",
    )
    .taking_errors()
    .repeating(2),
    Record::new(
        "RTD",
        &[value("prog_id"), value("server"), value("topic1"), value("topic2").optional()],
        Kernel::Kept,
        "A value from a program, as it changes.",
    )
    .taking_errors()
    .repeating(1),
    Record::new("WEBSERVICE", &[value("url")], Kernel::Kept, "What a web service answers.")
        .taking_errors()
        .future(),
    Record::new(
        "STOCKHISTORY",
        &[
            value("stock"),
            value("start_date"),
            value("end_date").optional(),
            value("interval").optional(),
            value("headers").optional(),
            value("property0").optional(),
        ],
        Kernel::Kept,
        "Prices of a stock over time.",
    )
    .taking_errors()
    .repeating(1)
    .future(),
    Record::new(
        "IMAGE",
        &[
            value("source"),
            value("alt_text").optional(),
            value("sizing").optional(),
            value("height").optional(),
            value("width").optional(),
        ],
        Kernel::Kept,
        "A picture from the web.",
    )
    .taking_errors()
    .future(),
    Record::new(
        "TRANSLATE",
        &[value("text"), value("source_language").optional(), value("target_language").optional()],
        Kernel::Kept,
        "A text in another language.",
    )
    .taking_errors()
    .future(),
    Record::new("DETECTLANGUAGE", &[value("text")], Kernel::Kept, "The language of a text.")
        .taking_errors()
        .future(),
    Record::new(
        "CALL",
        &[value("register_id"), value("argument1").optional()],
        Kernel::Kept,
        "What a function of a program library gives.",
    )
    .taking_errors()
    .repeating(1),
    Record::new(
        "REGISTER.ID",
        &[value("module_text"), value("procedure"), value("type_text").optional()],
        Kernel::Kept,
        "The number of a function of a program library.",
    )
    .taking_errors(),
    Record::new(
        "SQL.REQUEST",
        &[
            value("connection_string"),
            value("output_ref").optional(),
            value("driver_prompt").optional(),
            value("query_text").optional(),
            value("col_names_logical").optional(),
        ],
        Kernel::Kept,
        "What a database answers.",
    )
    .taking_errors(),
    Record::new(
        "COPILOT",
        &[value("prompt1"), value("context1").optional()],
        Kernel::Kept,
        "What a language model answers.",
    )
    .taking_errors()
    .repeating(1)
    .future(),
    Record::new(
        "PY",
        &[value("python_code"), value("return_type"), value("argument1").optional()],
        Kernel::Kept,
        "What a program in Python gives.",
    )
    .taking_errors()
    .repeating(1)
    .worksheet(),
];
