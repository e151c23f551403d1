//! Random formulas: text and trees give one another at every cell.

use super::*;
use crate::formula::{
    move_references,
    shift::{area, each_node, shift},
};
use formualizer_parse::{ASTNodeType, parser::ReferenceType};
use proptest::prelude::*;

const ROWS: u32 = crate::address::MAX_ROWS;
const COLS: u32 = crate::address::MAX_COLS;

fn corner() -> impl Strategy<Value = String> {
    let dollar = prop_oneof![Just(""), Just("$")];
    (0u32..40, 0u32..40, dollar.clone(), dollar).prop_map(|(row, col, a, b)| {
        format!("{a}{}{b}{}", crate::address::column_letters(col), row + 1)
    })
}

fn operand() -> impl Strategy<Value = String> {
    let sheet = prop_oneof![
        3 => Just(""),
        1 => Just("Sheet3!"),
        1 => Just("'My sheet'!"),
        1 => Just("Nowhere!")
    ];
    prop_oneof![
        (sheet.clone(), corner()).prop_map(|(sheet, cell)| format!("{sheet}{cell}")),
        (sheet, corner(), corner()).prop_map(|(sheet, a, b)| format!("{sheet}{a}:{b}")),
        (0u32..1000).prop_map(|n| n.to_string()),
        any::<f64>()
            .prop_filter("finite", |n| n.is_finite())
            .prop_map(|n| format!("{:E}", n.abs()))
            .prop_map(|n| if n.contains("E-") { n } else { n.replace('E', "E+") }),
        "[a-z \"é🙂]{0,6}".prop_map(|text| format!("\"{}\"", text.replace('"', "\"\""))),
        prop::sample::select(vec![
            "TRUE",
            "#N/A",
            "rate",
            "Data",
            "left",
            "'My sheet'!rate",
            "nope",
            "A:C",
            "$2:3",
            "B3:B",
            "Sales[Net]",
            "Sales[[Net]:[Tax]]",
            "Sales[#Totals]",
            "Sales[@Net]",
            "[@Tax]",
            "A1#",
            "Sales[[#Headers],[Net + Tax]]",
            "Sales[@[It''s '['#1']]]",
            "Sheet1:Sheet3!A1:$B$2",
            "{1,2;3,\"x\"}",
            "RAND()",
            "SUM((A1,$B2),1)",
            "INDEX(A1:B9,1):INDEX($A$1:B9,2)",
            "SUM(A1:C3 B$1:D9)",
            "all",
        ])
        .prop_map(str::to_owned),
    ]
}

fn formula() -> impl Strategy<Value = String> {
    operand().prop_recursive(5, 40, 4, |inner| {
        let op = prop::sample::select(vec![
            "+", "-", "*", "/", "^", "&", "=", "<>", "<", ">", "<=", ">=", " + ", "  *  ",
        ]);
        let name =
            prop::sample::select(vec!["SUM", "if", "IFERROR", "my_udf", "_xlfn.CONCAT", "double"]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("{a}{op}{b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("-{a}")),
            inner.clone().prop_map(|a| format!("({a})%")),
            inner.clone().prop_map(|a| format!("LET(rate,{a},rate+1)")),
            inner.clone().prop_map(|a| format!("LAMBDA(p,q,p*{a})(1,A1:B$2)")),
            (name, prop::collection::vec(prop_oneof![4 => inner, 1 => Just(String::new())], 0..4))
                .prop_map(|(name, args)| format!("{name}({})", args.join(","))),
        ]
    })
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        4 => (0u32..60, 0u32..60),
        1 => (0..ROWS, 0..COLS),
        1 => (ROWS - 3..ROWS, COLS - 3..COLS)
    ]
    .prop_map(|(row, col)| Cell::new(row, col))
}

/// Sources and keys are the same where nothing was pushed off the sheet.
fn lost(text: &str) -> bool {
    text.contains("#REF!")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn text_at_any_cell_compiles_to_the_same_formula(text in formula(), at in cell(), to in cell()) {
        let book = book();
        let template = compile(&text, SheetId(0), at, &book)
            .map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        let shown = template.text_at(to, &book);
        let again = compile(&shown, SheetId(0), to, &book)
            .map_err(|e| TestCaseError::fail(format!("{text} -> {shown}: {e}")))?;
        prop_assert_eq!(again.text_at(to, &book), shown.clone());
        if lost(&shown) {
            return Ok(());
        }
        prop_assert_eq!(again.text_at(at, &book), template.text_at(at, &book), "{}", shown);
        if template.holds.contains(to) {
            prop_assert_eq!(&again.key, &template.key);
            // A relative name may go around the sheet's edge, which a filled formula does not.
            if !shown.contains("left") {
                prop_assert_eq!(again.ast_at(to), template.ast_at(to), "{}", shown);
            }
        }
    }

    #[test]
    fn a_clone_can_be_moved_anywhere_and_back(text in formula(), at in cell(), cells in prop::collection::vec(cell(), 1..5)) {
        let book = book();
        let Ok(template) = compile(&text, SheetId(0), at, &book) else { return Ok(()) };
        let mut target = template.ast_at(at);
        for cell in cells {
            move_references(&template.lowered, &mut target, template.origin, cell);
            prop_assert_eq!(&target, &template.ast_at(cell));
        }
        move_references(&template.lowered, &mut target, template.origin, at);
        prop_assert_eq!(target, template.ast_at(at));
    }

    #[test]
    fn a_tree_shifted_forth_and_back_is_the_same(text in formula(), rows in 0i64..1000, cols in 0i64..1000) {
        let Ok(source) = parse::parse(&text) else { return Ok(()) };
        let mut moved = source.clone();
        shift(&mut moved, rows, cols);
        shift(&mut moved, -rows, -cols);
        prop_assert_eq!(moved, source);
    }

    #[test]
    fn areas_cover_the_references_at_every_cell(text in formula(), at in cell(), to in cell()) {
        let book = book();
        let Ok(template) = compile(&text, SheetId(0), at, &book) else { return Ok(()) };
        if template.dynamic {
            return Ok(());
        }
        let mut ast = template.ast_at(to);
        let mut missing = Vec::new();
        each_node(&mut ast, &mut |node| {
            let ASTNodeType::Reference { reference, .. } = node else { return };
            let (ReferenceType::Cell { sheet: Some(sheet), .. }
            | ReferenceType::Range { sheet: Some(sheet), .. }) = &*reference
            else {
                return;
            };
            let sheet = book.sheet(sheet).unwrap();
            let wanted = area(reference, sheet, to).and_then(|found| found.at(to)).unwrap();
            let found = template.areas.iter().any(|a| a.sheet == sheet && a.at(to) == Some(wanted));
            if !found {
                missing.push(wanted.to_string());
            }
        });
        prop_assert!(missing.is_empty(), "{} lacks {:?}", text, missing);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[=A-C1-3$:!'\"(){}\\[\\],;#@%^&*+<> .\\\\🙂é\0-]{0,40}", at in cell(), to in cell()) {
        let book = book();
        if let Ok(template) = compile(&text, SheetId(0), at, &book) {
            let _ = (template.ast_at(to), template.text_at(to, &book));
        }
    }
}
