//! Columns against single cells: the same values.

use super::{Environment, Outcome, Reader, Strip, evaluate};
use crate::{
    address::{Cell, Rect, SheetId},
    cells::{CellRef, Cells, NumberKind},
    formula::Template,
    functions::{Functions, Sessions},
};
use formualizer_common::{DateSystem, ExcelErrorKind};
use formualizer_functions::ErrorCode;
use std::{fmt::Write, ops::Range};

const SHEET: SheetId = SheetId(1);

/// One sheet in memory.
struct Memory {
    columns: Vec<Cells>,
    environment: Environment,
    functions: Functions,
    sessions: Sessions,
    pending: Option<Rect>,
}

impl Memory {
    fn new(columns: Vec<Cells>) -> Self {
        let environment = Environment {
            dates: DateSystem::Excel1900,
            platform: Default::default(),
            seed: 1,
            epoch: 1,
            now_us: 1_700_000_000_000_000,
            cancel: udf_columnar::CancelToken::new(),
            threads: 1,
            place: 0,
            indexes: Default::default(),
            keeps_unknown: false,
            iteration: None,
        };
        Self {
            columns,
            environment,
            functions: Default::default(),
            sessions: Default::default(),
            pending: None,
        }
    }
}

impl Reader for Memory {
    fn cell(&self, _: SheetId, cell: Cell) -> CellRef<'_> {
        self.columns.get(cell.col as usize).map_or(CellRef::Blank, |c| c.get(cell.row as usize))
    }

    fn cells(&self, _: SheetId, col: u32, rows: Range<u32>) -> Cells {
        let blank = Cells::Blank(rows.len());
        let Some(column) = self.columns.get(col as usize) else { return blank };
        let start = (rows.start as usize).min(column.len());
        let end = (rows.end as usize).clamp(start, column.len());
        let inside = column.slice(start, end - start);
        match inside.len() == rows.len() {
            true => inside,
            false => Cells::concat(&[inside.clone(), Cells::Blank(rows.len() - inside.len())]),
        }
    }

    fn used(&self, _: SheetId) -> (u32, u32) {
        let rows = self.columns.iter().map(Cells::len).max().unwrap_or(0);
        (rows as u32, self.columns.len() as u32)
    }

    fn used_rows(&self, _: SheetId, cols: Range<u32>) -> u32 {
        cols.filter_map(|col| self.columns.get(col as usize)).map(Cells::len).max().unwrap_or(0)
            as u32
    }

    fn spill(&self, _: SheetId, _: Cell) -> Result<Rect, ErrorCode> {
        Err(ErrorCode::Ref)
    }

    fn sheet(&self, name: &str) -> Option<SheetId> {
        name.eq_ignore_ascii_case("Data").then_some(SHEET)
    }

    fn sheet_name(&self, _: SheetId) -> Option<&str> {
        Some("Data")
    }

    fn sheet_index(&self, _: SheetId) -> Option<usize> {
        Some(0)
    }

    fn sheet_count(&self) -> usize {
        1
    }

    fn hidden(&self, _: SheetId) -> Option<&crate::book::Hidden> {
        None
    }

    fn calling(&self, _: SheetId, _: &Rect, _: &[&str]) -> Vec<Rect> {
        Vec::new()
    }

    fn named_reference(
        &self,
        text: &str,
        _: bool,
        sheet: SheetId,
        _: Cell,
    ) -> Option<Vec<(SheetId, Rect)>> {
        crate::address::parse_range(text).ok().map(|rect| vec![(sheet, rect)])
    }

    fn formula_text(&self, _: SheetId, _: Cell) -> Option<String> {
        None
    }

    fn pending(&self, _: SheetId, rect: &Rect) -> Option<Rect> {
        self.pending.and_then(|pending| pending.intersection(rect))
    }

    fn environment(&self) -> &Environment {
        &self.environment
    }

    fn functions(&self) -> &Functions {
        &self.functions
    }

    fn sessions(&self) -> &Sessions {
        &self.sessions
    }
}

/// A formula as it stands in row 1 of a column.
fn template(formula: &str, col: u32) -> Template {
    let ast = formualizer_parse::parser::parse(formula).unwrap();
    Template {
        key: String::new(),
        origin: Cell::new(0, col),
        sheet: SHEET,
        arrays: crate::formula::Arrays::Spill,
        source: ast.clone().into(),
        lowered: ast.into(),
        areas: Vec::new(),
        functions: Vec::new(),
        mentions: Vec::new(),
        volatile: false,
        dynamic: false,
        holds: Rect { top: 0, left: 0, bottom: crate::MAX_ROWS - 1, right: crate::MAX_COLS - 1 },
        program: Default::default(),
    }
}

fn strip(col: u32, rows: Range<u32>) -> Strip {
    Strip { sheet: SHEET, col, rows }
}

fn rows_of(memory: &Memory, formula: &str, rows: Range<u32>) -> Cells {
    match evaluate(memory, &template(formula, 9), &strip(9, rows)) {
        Outcome::Rows(cells) => cells,
        other => panic!("{formula} gives {other:?}"),
    }
}

/// What a formula gives for one row alone.
fn alone(memory: &Memory, formula: &str, row: u32) -> Outcome {
    evaluate(memory, &template(formula, 9), &strip(9, row..row + 1))
}

/// Whether two cells are equal, apart from the messages of errors and what numbers show as.
fn alike(a: CellRef<'_>, b: CellRef<'_>) -> bool {
    match (a, b) {
        (CellRef::Error(a, _), CellRef::Error(b, _)) => a == b,
        (CellRef::Number(a, _), CellRef::Number(b, _)) => a == b,
        (a, b) => a == b,
    }
}

/// Numbers from a seed, the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

const NUMBERS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.5,
    -2.5,
    0.1,
    1e-9,
    3.0,
    10.0,
    12_345.678_9,
    -7.0,
    1e300,
    -1e300,
    1e-300,
    0.5,
    1.005,
    2.675,
    100.0,
    9_007_199_254_740_992.0,
    1e15,
    123_456_789_012_345.6,
];

fn any_cell(random: &mut Random) -> CellRef<'static> {
    let texts = [
        "",
        "5",
        " 7.5 ",
        "-3",
        "abc",
        "ABC",
        "TRUE",
        "50%",
        "1e3",
        "2024-01-15",
        "naïve ÄÖ",
        "  a   b ",
        "0",
        "x,y",
        "12:30",
    ];
    let errors =
        [ExcelErrorKind::Div, ExcelErrorKind::Na, ExcelErrorKind::Value, ExcelErrorKind::Ref];
    match random.below(10) {
        0 | 1 => CellRef::Blank,
        2..=4 => CellRef::number(random.of(NUMBERS)),
        5 | 6 => CellRef::Text(random.of(&texts)),
        7 => CellRef::Logical(random.below(2) == 0),
        8 => CellRef::Number(45_000.0 + random.below(1000) as f64, NumberKind::Date),
        _ => CellRef::Error(random.of(&errors), None),
    }
}

/// A: numbers; B: numbers and blanks; C: anything; D: texts; E: logical values; F: anything; G: small numbers.
fn columns(random: &mut Random, rows: usize) -> Vec<Cells> {
    let number = |random: &mut Random| CellRef::number(random.of(NUMBERS));
    vec![
        Cells::of((0..rows).map(|_| number(random))),
        Cells::of((0..rows).map(|_| match random.below(3) {
            0 => CellRef::Blank,
            _ => number(random),
        })),
        Cells::of((0..rows).map(|_| any_cell(random))),
        Cells::of(
            (0..rows).map(|_| CellRef::Text(random.of(&["", "a", "B", "b", "3", "x y", "é"]))),
        ),
        Cells::of((0..rows).map(|_| CellRef::Logical(random.below(2) == 0))),
        Cells::of((0..rows).map(|_| any_cell(random))),
        Cells::of((0..rows).map(|_| CellRef::number(random.below(5) as f64 - 1.0))),
    ]
}

/// A part of a generated formula: text, and references that follow the row.
enum Part {
    Text(String),
    Cell(char, u32),
    Range { from: char, to: char, top: Option<u32>, height: u32 },
}

struct Formula(Vec<Part>);

impl Formula {
    fn at(&self, row: u32) -> String {
        let mut out = String::from("=");
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Cell(col, down) => write!(out, "{col}{}", row + down + 1).unwrap(),
                Part::Range { from, to, top: Some(top), height } => {
                    write!(out, "{from}${}:{to}{}", top + 1, row + height + 1).unwrap();
                }
                Part::Range { from, to, top: None, height } => {
                    write!(out, "{from}{}:{to}{}", row + 1, row + height + 1).unwrap();
                }
            }
        }
        out
    }

    fn text(&mut self, text: &str) {
        self.0.push(Part::Text(text.to_owned()));
    }

    fn generate(random: &mut Random, depth: usize) -> Self {
        let mut formula = Self(Vec::new());
        formula.any(random, depth);
        formula
    }

    fn call(&mut self, random: &mut Random, depth: usize, name: &str, arguments: usize) {
        self.text(name);
        self.text("(");
        for index in 0..arguments {
            if index > 0 {
                self.text(",");
            }
            self.any(random, depth);
        }
        self.text(")");
    }

    fn range(&mut self, random: &mut Random) {
        let (from, to) =
            random.of(&[('A', 'A'), ('B', 'B'), ('A', 'B'), ('C', 'C'), ('G', 'G'), ('D', 'F')]);
        match random.below(5) {
            0 => self.text(&format!("{from}$3:{to}$20")),
            1 => self.text(&format!("{from}:{to}")),
            2 | 3 => {
                self.0.push(Part::Range { from, to, top: Some(0), height: random.below(3) as u32 });
            }
            _ => self.0.push(Part::Range { from, to, top: None, height: random.below(4) as u32 }),
        }
    }

    fn any(&mut self, random: &mut Random, depth: usize) {
        if depth == 0 || random.below(8) == 0 {
            return self.leaf(random);
        }
        let depth = depth - 1;
        match random.below(17) {
            0..=3 => {
                self.text("(");
                self.any(random, depth);
                self.text(random.of(&["+", "-", "*", "/", "^", "&", "+", "-", "*"]));
                self.any(random, depth);
                self.text(")");
            }
            4 => {
                self.text("(");
                self.any(random, depth);
                self.text(random.of(&["=", "<>", "<", ">", "<=", ">="]));
                self.any(random, depth);
                self.text(")");
            }
            5 => {
                self.text(random.of(&["(-", "(+"]));
                self.any(random, depth);
                self.text(random.of(&["%)", ")"]));
            }
            6 | 7 => {
                let (name, count) = random.of(&[("IF", 3), ("IF", 2), ("IFERROR", 2), ("IFNA", 2)]);
                self.call(random, depth, name, count);
            }
            8 => {
                let (name, count) =
                    random.of(&[("AND", 2), ("OR", 2), ("XOR", 3), ("NOT", 1), ("AND", 1)]);
                self.call(random, depth, name, count);
            }
            9 => {
                let names =
                    ["ISBLANK", "ISNUMBER", "ISTEXT", "ISERROR", "ISERR", "ISNA", "ISLOGICAL"];
                let name = random.of(&names);
                self.call(random, depth, name, 1);
            }
            10 | 11 => {
                let functions = [
                    ("ABS", 1),
                    ("SIGN", 1),
                    ("INT", 1),
                    ("TRUNC", 1),
                    ("TRUNC", 2),
                    ("ROUND", 2),
                    ("ROUNDUP", 2),
                    ("ROUNDDOWN", 2),
                    ("MOD", 2),
                    ("SQRT", 1),
                    ("EXP", 1),
                    ("LN", 1),
                    ("LOG", 1),
                    ("LOG", 2),
                    ("LOG10", 1),
                    ("POWER", 2),
                ];
                let (name, count) = random.of(&functions);
                self.call(random, depth, name, count);
            }
            12 => {
                let functions = [
                    ("LEN", 1),
                    ("LEFT", 1),
                    ("LEFT", 2),
                    ("RIGHT", 2),
                    ("MID", 3),
                    ("UPPER", 1),
                    ("LOWER", 1),
                    ("TRIM", 1),
                    ("CONCATENATE", 2),
                    ("CONCAT", 3),
                ];
                let (name, count) = random.of(&functions);
                self.call(random, depth, name, count);
            }
            16 => {
                let lookup = random.below(2) == 0;
                self.text(if lookup { "VLOOKUP(" } else { "MATCH(" });
                self.any(random, depth);
                let tables = [",A$1:C$40,2,FALSE)", ",C:F,3,0)", ",$F$2:$G$90,1,FALSE)"];
                let columns = [",C$1:C$60,0)", ",$D:$D,0)", ",$B$5:$B$1000,0)"];
                self.text(random.of(if lookup { &tables } else { &columns }));
            }
            13 => {
                // No kernels: the Interpreter takes them, with vectors for some arguments.
                let functions =
                    [("SUBSTITUTE", 3), ("EXACT", 2), ("N", 1), ("QUOTIENT", 2), ("REPT", 2)];
                let (name, count) = random.of(&functions);
                self.call(random, depth, name, count);
            }
            _ => {
                let name = random.of(&["SUM", "AVERAGE", "COUNT", "COUNTA", "MIN", "MAX"]);
                if random.below(2) == 0 {
                    self.text(name);
                    self.text("(");
                    self.range(random);
                    if random.below(3) == 0 {
                        self.text(",");
                        self.any(random, depth);
                    }
                    self.text(")");
                } else {
                    let count = 1 + random.below(3);
                    self.call(random, depth, name, count);
                }
            }
        }
    }

    fn leaf(&mut self, random: &mut Random) {
        match random.below(10) {
            0..=5 => {
                let col = random.of(&['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']);
                self.0.push(Part::Cell(col, random.below(8).saturating_sub(5) as u32));
            }
            6 => self.text(random.of(&["$C$2", "$A$1", "$F$5", "$H$1"])),
            7 | 8 => self.text(random.of(&["0", "1", "2", "-1", "2.5", "100", "1E+200", "0.1"])),
            _ => self
                .text(random.of(&["\"abc\"", "\"\"", "\"4\"", "TRUE", "FALSE", "#N/A", "#DIV/0!"])),
        }
    }
}

#[test]
fn columns_give_what_each_row_gives_alone() {
    let seed = std::env::var("EVAL_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut random = Random(seed.unwrap_or(0x9e37_79b9_7f4a_7c15));
    let (formulas, rows) = (2_200, 100);
    let mut cells = 0;
    let mut different = Vec::new();
    for number in 0..formulas {
        let memory = Memory::new(columns(&mut random, rows));
        let formula = Formula::generate(&mut random, 1 + number % 5);
        let text = formula.at(0);
        let result = rows_of(&memory, &text, 0..rows as u32);
        assert_eq!(result.len(), rows, "{text}");
        for row in 0..rows as u32 {
            let Outcome::Rows(expected) = alone(&memory, &text, row) else {
                panic!("{text} gives an array in row {row}")
            };
            let expected = expected.get(0);
            cells += 1;
            if !alike(result.get(row as usize), expected) {
                different.push(format!(
                    "{text} in row {row}: {:?} instead of {expected:?}",
                    result.get(row as usize)
                ));
                break;
            }
        }
    }
    assert!(
        different.is_empty(),
        "{} formulas differ, such as\n{}",
        different.len(),
        different.iter().take(12).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(cells >= 200_000);
}

/// What a formula in J1 gives.
fn one(memory: &Memory, formula: &str) -> Outcome {
    evaluate(memory, &template(formula, 9), &strip(9, 0..1))
}

fn numbers(count: u32) -> Memory {
    Memory::new(vec![Cells::of((0..count).map(|n| CellRef::number(f64::from(n))))])
}

#[test]
fn a_reference_that_leaves_the_sheet_is_an_error_in_that_row_only() {
    let memory = numbers(4);
    // Written for row 3, so that it refers to the row before the sheet in row 1.
    let mut template = template("=A2*2", 9);
    template.origin = Cell::new(2, 9);
    let Outcome::Rows(cells) = evaluate(&memory, &template, &strip(9, 0..4)) else { panic!() };
    assert_eq!(cells.get(0), CellRef::Error(ExcelErrorKind::Ref, None));
    assert_eq!(cells.get(3), CellRef::number(4.0));
}

#[test]
fn an_array_in_one_cell_spills_and_in_several_asks_for_each() {
    let memory = numbers(4);
    let Outcome::Array(table) = one(&memory, "=A1:A3") else { panic!() };
    assert_eq!((table.height(), table.width()), (3, 1));
    let Outcome::Array(table) = one(&memory, "=(A1:A3+0)*2") else { panic!() };
    assert_eq!(table.get(2, 0), CellRef::number(4.0));
    let Outcome::Array(table) = one(&memory, "={1,2}") else { panic!() };
    assert_eq!(table.width(), 2);
    let outcome = evaluate(&memory, &template("=A1:A3", 9), &strip(9, 0..4));
    assert!(matches!(outcome, Outcome::Split), "{outcome:?}");
}

#[test]
fn running_and_fixed_sums_are_those_of_the_rows() {
    let memory = numbers(100);
    let cells = rows_of(&memory, "=SUM(A$1:A1)", 0..100);
    assert_eq!(cells.get(99), CellRef::number(4950.0));
    let cells = rows_of(&memory, "=A1/SUM(A$1:A$100)", 0..100);
    assert_eq!(cells.get(99), CellRef::number(99.0 / 4950.0));
    let cells = rows_of(&memory, "=SUM(A1:A3)", 0..100);
    assert_eq!(cells.get(99), CellRef::number(99.0));
}

#[test]
fn lookups_read_the_columns() {
    let many = numbers(100_000);
    let cells = rows_of(&many, "=MATCH(A1+1,A$1:A$100000,0)", 0..100_000);
    assert_eq!(cells.get(99_998), CellRef::number(100_000.0));
    let memory = numbers(50);
    let cells = rows_of(&memory, "=VLOOKUP(A1+1,A$1:A$50,1,FALSE)", 0..50);
    assert_eq!(cells.get(10), CellRef::number(11.0));
    assert_eq!(cells.get(49), CellRef::Error(ExcelErrorKind::Na, None));
    let cells = rows_of(&memory, "=INDEX(A:A,ROW())", 0..3);
    assert_eq!(cells.get(2), CellRef::number(2.0));
}

#[test]
fn a_read_of_what_is_not_calculated_is_deferred_whatever_the_formula_makes_of_it() {
    let mut memory = numbers(4);
    memory.pending = Some(Rect { top: 2, left: 0, bottom: 3, right: 0 });
    let outcome = one(&memory, "=IFERROR(INDIRECT(\"A3\"),0)");
    let Outcome::Deferred(sheet, rect) = outcome else { panic!("{outcome:?}") };
    assert_eq!((sheet, rect), (SHEET, Rect::from(Cell::new(2, 0))));
    assert!(matches!(one(&memory, "=INDIRECT(\"A1\")"), Outcome::Rows(_)));
}

#[test]
fn a_date_that_is_moved_by_a_number_stays_a_date() {
    let dates =
        Cells::of((0..3).map(|n| CellRef::Number(45_000.0 + f64::from(n), NumberKind::Date)));
    let memory = Memory::new(vec![dates]);
    let date = CellRef::Number(45_001.0, NumberKind::Date);
    assert_eq!(rows_of(&memory, "=A1+1", 0..3).get(0), date);
    assert_eq!(rows_of(&memory, "=IF(TRUE,CHOOSE(1,A1+1))", 0..3).get(0), date);
    assert_eq!(rows_of(&memory, "=A2-A1", 0..2).get(0), CellRef::number(1.0));
}

#[test]
fn a_formula_that_is_nested_too_deep_is_an_error() {
    let memory = numbers(1);
    let mut deep = template("=1", 9);
    for _ in 0..300 {
        let expr = Box::new((*deep.lowered).clone());
        let op = formualizer_parse::UnaryOperator::Minus;
        let node = formualizer_parse::ASTNodeType::UnaryOp { op, expr };
        *deep.lowered = formualizer_parse::ASTNode::new(node, None);
    }
    let Outcome::Rows(cells) = evaluate(&memory, &deep, &strip(9, 0..1)) else { panic!() };
    assert!(matches!(cells.get(0), CellRef::Error(ExcelErrorKind::Value, Some(_))));
    // A long chain is not deep.
    let sum = format!("=1{}", "+1".repeat(200));
    let Outcome::Rows(cells) = one(&memory, &sum) else { panic!() };
    assert_eq!(cells.get(0), CellRef::number(201.0));
}

#[test]
fn a_cancelled_evaluation_ends() {
    let memory = numbers(1000);
    memory.environment.cancel.cancel();
    let cells = rows_of(&memory, "=SUBSTITUTE(A1,\"1\",\"2\")", 0..1000);
    assert_eq!(cells.get(5), CellRef::Error(ExcelErrorKind::Cancelled, None));
}

#[test]
fn arithmetic_over_a_column_of_numbers_is_one_array() {
    let memory = numbers(1_000_000);
    let cells = rows_of(&memory, "=A1*A1+1", 0..1_000_000);
    assert_eq!(cells.get(1000), CellRef::number(1_000_001.0));
    assert!(matches!(cells, Cells::Numbers(..)));
}

#[test]
fn ranges_that_grow_with_the_rows_give_what_each_row_gives_alone() {
    let mut random = Random(77);
    let memory = Memory::new(columns(&mut random, 40));
    for formula in [
        "=COUNTIF(D$1:D$R,D$R)",
        "=COUNTIF(C$1:C$R,C$R)",
        "=COUNTIF(G$1:G$R,\">0\")",
        "=COUNTIF(D$1:D$R,\"<>a\")",
        "=SUMIF(D$1:D$R,D$R,G$1:G$R)",
        "=SUMIFS(G$1:G$R,D$1:D$R,D$R,E$1:E$R,TRUE)",
        "=IF(COUNTIF(D$1:D$R,D$R)=1,MAXIFS(G$1:G$R,D$1:D$R,D$R),-1)",
        "=COUNTIFS(D$1:D$R,D$R,G$1:G$R,\"<\"&G$R)",
        "=COUNTIF(D$1:D$R,\"\")",
    ] {
        let formula = &formula.replace("$R", "1");
        let cells = rows_of(&memory, formula, 0..60);
        for row in 0..60 {
            let one = match alone(&memory, formula, row) {
                Outcome::Rows(cells) => cells,
                other => panic!("{formula} gives {other:?}"),
            };
            let (got, wanted) = (cells.get(row as usize), one.get(0));
            assert!(alike(got, wanted), "{formula} row {row}: {got:?} and not {wanted:?}");
        }
    }
}

#[test]
fn ranges_that_move_with_the_rows_give_what_each_row_gives_alone() {
    let mut random = Random(78);
    let memory = Memory::new(columns(&mut random, 40));
    for formula in [
        "=MEDIAN(A1:B1)",
        "=STDEV(A1:C3)",
        "=PRODUCT(A1,B1)",
        "=SUMSQ(A1,B2,2)",
        "=GCD(G3,12)",
        "=CONCAT(D1,\"!\",C1:F1)",
        "=TEXTJOIN(D1,TRUE,D1:D4)",
        "=NPV(0.05,A1,B1:C1)",
        "=AND(A1>1,E1:E2)",
        "=IF(E1,MEDIAN(G1:G5),PRODUCT(G1,G$3:G$5))",
        "=MEDIAN(A1,B1:B2,G$1:G$4)",
    ] {
        let cells = rows_of(&memory, formula, 0..60);
        for row in 0..60 {
            let one = match alone(&memory, formula, row) {
                Outcome::Rows(cells) => cells,
                other => panic!("{formula} gives {other:?}"),
            };
            let (got, wanted) = (cells.get(row as usize), one.get(0));
            assert!(alike(got, wanted), "{formula} row {row}: {got:?} and not {wanted:?}");
        }
    }
}
