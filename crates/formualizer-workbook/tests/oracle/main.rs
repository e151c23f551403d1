//! What a workbook holds depends on its contents alone: after every edit it is what a new workbook with the same contents
//! holds, and what a naive evaluator ([`naive`]) makes of them.
//!
//! `FZ_ORACLE_SEQUENCES` is the number of random sequences, `FZ_ORACLE_SEED` where they begin, `FZ_ORACLE_ARRAYS` the number of arrays
//! of which every arrangement is tried.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "few rows, columns and small numbers"
)]

mod formulas;
mod naive;

use formualizer_workbook::{Value, Workbook};
use formulas::{Area, At, Formula, SHEETS};
use naive::{Content, Contents, solve};

/// Rows and columns in which edits are made.
const ROWS: u32 = 5;
const COLS: u32 = 5;

fn new_book() -> Workbook {
    let mut book = Workbook::new();
    SHEETS.iter().for_each(|sheet| book.add_sheet(sheet).unwrap());
    book
}

fn put(book: &mut Workbook, at: At, content: Option<&Content>) {
    let (sheet, cell) = (SHEETS[at.0], (at.1 + 1, at.2 + 1));
    match content {
        None => book.set_value(sheet, cell, Value::Empty).unwrap(),
        Some(Content::Number(n)) => book.set_value(sheet, cell, *n).unwrap(),
        Some(Content::Formula(formula)) => {
            book.set_formula(sheet, cell, &format!("={}", formula.text())).unwrap();
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Error(error) => error.kind.to_string(),
        other => other.to_string(),
    }
}

/// Every value, with the array that a formula's cell fills.
fn held(book: &Workbook) -> Vec<(At, String, Option<String>)> {
    let mut cells = Vec::new();
    for (sheet, name) in SHEETS.iter().enumerate() {
        for (row, col) in (0..ROWS + 3).flat_map(|row| (0..COLS + 3).map(move |col| (row, col))) {
            let at = (row + 1, col + 1);
            let value = shown(&book.value(name, at).unwrap());
            let array = match book.formula(name, at).unwrap() {
                Some(_) => book.spill_range(name, at).unwrap(),
                None => None,
            };
            cells.push(((sheet, row, col), value, array));
        }
    }
    cells
}

/// The same as the oracle has it.
fn expected(contents: &Contents) -> Vec<(At, String, Option<String>)> {
    let (values, arrays) = solve(contents);
    let mut cells = Vec::new();
    for sheet in 0..SHEETS.len() {
        for (row, col) in (0..ROWS + 3).flat_map(|row| (0..COLS + 3).map(move |col| (row, col))) {
            let at = (sheet, row, col);
            let value = match values.get(&at) {
                None | Some(naive::Value::Blank) => String::new(),
                Some(naive::Value::Number(n)) => Value::Number(*n).to_string(),
                Some(naive::Value::Error(error)) => (*error).to_owned(),
            };
            let array = arrays.get(&at).map(|area: &Area| {
                let letter = |col: u32| char::from(b'A' + col as u8);
                let first = format!("{}{}", letter(area.left), area.top + 1);
                format!("{first}:{}{}", letter(area.right), area.bottom + 1)
            });
            cells.push((at, value, array));
        }
    }
    cells
}

/// Numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u32 % n
    }

    fn at(&mut self) -> At {
        let sheet = usize::from(self.below(4) == 0);
        (sheet, self.below(ROWS), self.below(COLS))
    }

    fn area(&mut self) -> Area {
        let (sheet, row, col) = self.at();
        let (bottom, right) = (row + self.below(4), col + self.below(3));
        Area { sheet, top: row, left: col, bottom, right }
    }

    fn number(&mut self) -> i32 {
        self.below(7) as i32 - 1
    }

    /// A formula of one value.
    fn one(&mut self, depth: u32) -> Formula {
        let kind = if depth == 0 { self.below(3) } else { self.below(12) };
        match kind {
            0 => Formula::Number(self.number()),
            1 | 2 => Formula::Cell(self.at()),
            3 => Formula::Sum(vec![Formula::Range(self.area())]),
            4 => Formula::Sum(vec![Formula::Array(self.at()), Formula::Cell(self.at())]),
            5 => Formula::CountA(self.area()),
            6 => Formula::Add(self.boxed(depth), self.boxed(depth)),
            7 => Formula::If(self.boxed(depth), 1, self.boxed(depth), self.boxed(depth)),
            8 => Formula::IfFails(self.boxed(depth), self.boxed(depth), self.boxed(depth)),
            9 => Formula::IfError(self.boxed(depth), self.number()),
            10 => match self.below(4) {
                0 => Formula::Indirect(0, self.below(COLS), self.boxed(0)),
                1 => Formula::Offset(self.at(), self.boxed(0)),
                2 => Formula::Asks(self.at()),
                _ => Formula::Row(self.at()),
            },
            _ => Formula::Sum(vec![self.one(0), Formula::Range(self.area())]),
        }
    }

    fn boxed(&mut self, depth: u32) -> Box<Formula> {
        Box::new(self.one(depth.saturating_sub(1)))
    }

    fn formula(&mut self) -> Formula {
        match self.below(10) {
            0..4 => self.one(2),
            4 | 5 => Formula::Sequence(self.boxed(2), self.boxed(1)),
            6 => Formula::Range(self.area()),
            7 => {
                let array = Box::new(Formula::Sequence(self.boxed(1), self.boxed(0)));
                let (condition, other) = (self.boxed(2), self.boxed(1));
                match self.below(3) {
                    0 => Formula::If(condition, 1, array, other),
                    1 => Formula::IfFails(condition, array, other),
                    _ => Formula::IfFails(condition, other, array),
                }
            }
            8 => Formula::Add(
                Box::new(Formula::Sequence(self.boxed(1), self.boxed(0))),
                self.boxed(1),
            ),
            _ => Formula::Array(self.at()),
        }
    }

    fn content(&mut self) -> Option<Content> {
        match self.below(10) {
            0 | 1 => None,
            2..5 => Some(Content::Number(self.number())),
            _ => Some(Content::Formula(self.formula())),
        }
    }
}

type Edits = Vec<(At, Option<Content>)>;

/// The first cell that is another one than it should be, after any of the edits.
fn difference(edits: &Edits) -> Option<String> {
    let mut book = new_book();
    let mut contents = Contents::new();
    for (step, (at, content)) in edits.iter().enumerate() {
        put(&mut book, *at, content.as_ref());
        match content {
            Some(content) => contents.insert(*at, content.clone()),
            None => contents.remove(at),
        };
        let report = book.recalculate().unwrap();
        if report.rounds > 1 {
            return Some(format!("{} rounds after edit {step}", report.rounds));
        }
        let (ours, right) = (held(&book), expected(&contents));
        if let Some((ours, right)) = ours.iter().zip(&right).find(|(ours, right)| ours != right) {
            return Some(format!("after edit {step} {ours:?}, should be {right:?}"));
        }
        if step + 1 == edits.len() || step % 4 == 3 {
            let mut new = new_book();
            contents.iter().for_each(|(at, content)| put(&mut new, *at, Some(content)));
            new.recalculate().unwrap();
            let new = held(&new);
            if let Some((new, right)) = new.iter().zip(&right).find(|(new, right)| new != right) {
                return Some(format!("new with edit {step} {new:?}, should be {right:?}"));
            }
        }
    }
    None
}

/// Leaves out edits as long as there is a difference.
fn smallest(mut edits: Edits) -> Edits {
    let mut at = 0;
    while at < edits.len() {
        let mut fewer = edits.clone();
        fewer.remove(at);
        match difference(&fewer) {
            Some(_) => (edits, at) = (fewer, 0),
            None => at += 1,
        }
    }
    edits
}

fn check(edits: Edits) {
    if difference(&edits).is_some() {
        let edits = smallest(edits);
        let shown = edits.iter().map(|(at, content)| {
            let content = match content {
                None => "nothing".to_owned(),
                Some(Content::Number(n)) => n.to_string(),
                Some(Content::Formula(formula)) => format!("={}", formula.text()),
            };
            format!("{} {content}", formulas::cell(*at))
        });
        let shown: Vec<String> = shown.collect();
        panic!("{}\n{}", difference(&edits).unwrap_or_default(), shown.join("\n"));
    }
}

fn number_of(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Splits random sequences among threads.
fn random_sequences(
    edits: u32,
    sequences: u64,
    make: impl Fn(&mut Random) -> (At, Option<Content>) + Sync,
) {
    let seed = number_of("FZ_ORACLE_SEED", 1);
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let make = &make;
            scope.spawn(move || {
                for sequence in (thread..sequences).step_by(threads as usize) {
                    let mut random =
                        Random((seed + sequence).wrapping_mul(0x2545_F491_4F6C_DD1D) | 1);
                    (0..8).for_each(|_| {
                        random.below(2);
                    });
                    let count = 2 + random.below(edits);
                    check((0..count).map(|_| make(&mut random)).collect());
                }
            });
        }
    });
}

#[test]
fn after_every_edit_of_a_random_sequence_the_values_are_those_of_the_contents() {
    let sequences = number_of("FZ_ORACLE_SEQUENCES", 14_000);
    random_sequences(14, sequences, |random| (random.at(), random.content()));
}

#[test]
fn so_they_are_where_circles_come_and_go() {
    let sequences = number_of("FZ_ORACLE_SEQUENCES", 14_000) / 7;
    random_sequences(40, sequences, |random| {
        let near = |random: &mut Random| (0, random.below(3), random.below(3));
        let cell = |random: &mut Random| Box::new(Formula::Cell(near(random)));
        let area = |random: &mut Random| {
            let (sheet, top, left) = near(random);
            let (bottom, right) = (top + random.below(3 - top), left + random.below(3 - left));
            Area { sheet, top, left, bottom, right }
        };
        let at = near(random);
        let formula = match random.below(12) {
            0 => return (at, None),
            1 | 2 => return (at, Some(Content::Number(random.number()))),
            3 => *cell(random),
            4 | 5 => Formula::CountA(area(random)),
            6 => Formula::Sum(vec![Formula::Range(area(random))]),
            7 => Formula::Add(cell(random), cell(random)),
            8 => Formula::If(cell(random), 1, cell(random), cell(random)),
            9 => Formula::IfError(cell(random), random.number()),
            10 => {
                let number = Box::new(Formula::Number(random.number()));
                Formula::IfFails(cell(random), number, cell(random))
            }
            _ => Formula::Range(area(random)),
        };
        (at, Some(Content::Formula(formula)))
    });
}

#[test]
fn so_they_are_where_few_cells_are_crowded_with_arrays() {
    let sequences = number_of("FZ_ORACLE_SEQUENCES", 14_000) / 2;
    random_sequences(10, sequences, |random| {
        let at = (0, random.below(3), random.below(3));
        let near = |random: &mut Random| (0, random.below(4), random.below(4));
        let content = match random.below(8) {
            0 => None,
            1 => Some(Content::Number(random.number())),
            2 => Some(Content::Formula(Formula::Cell(near(random)))),
            3 => Some(Content::Formula(Formula::Array(near(random)))),
            kind => {
                let size = |random: &mut Random| {
                    let at = near(random);
                    Box::new(match random.below(4) {
                        0 => Formula::Cell(at),
                        1 => Formula::Sum(vec![Formula::Array(at)]),
                        2 => Formula::IfFails(
                            Box::new(Formula::Cell(at)),
                            Box::new(Formula::Number(random.number())),
                            Box::new(Formula::Number(random.number())),
                        ),
                        _ => Formula::Number(random.number()),
                    })
                };
                let array = Formula::Sequence(size(random), size(random));
                Some(Content::Formula(match kind {
                    4 => Formula::IfFails(size(random), Box::new(array), size(random)),
                    5 => Formula::If(size(random), 1, size(random), Box::new(array)),
                    _ => array,
                }))
            }
        };
        (at, content)
    });
}

/// What is done with an arrangement: cells and the numbers of their contents.
type Visit<'a> = dyn Fn(&[(At, u32)]) + Sync + 'a;

/// Calls `each` for all ways of giving some cells one of several contents each.
fn each_arrangement(count: u32, kinds: u32, cells: &[At], each: &Visit<'_>) {
    fn go(left: u32, kinds: u32, cells: &[At], so_far: &mut Vec<(At, u32)>, each: &Visit<'_>) {
        if left == 0 {
            return each(so_far);
        }
        for (index, at) in cells.iter().enumerate() {
            for kind in 0..kinds {
                so_far.push((*at, kind));
                go(left - 1, kinds, &cells[index + 1..], so_far, each);
                so_far.pop();
            }
        }
    }
    std::thread::scope(|scope| {
        for (index, at) in cells.iter().enumerate() {
            for kind in 0..kinds {
                let (rest, first) = (&cells[index + 1..], vec![(*at, kind)]);
                scope.spawn(move || go(count - 1, kinds, rest, &mut first.clone(), each));
            }
        }
    });
}

/// `SEQUENCE` of a fixed size.
fn array(rows: i32, cols: i32) -> Content {
    let size = |n: i32| Box::new(Formula::Number(n - 1));
    Content::Formula(Formula::Sequence(size(rows), size(cols)))
}

#[test]
fn every_arrangement_of_arrays_is_the_same_from_the_last_to_the_first_and_after_each_went() {
    let count = number_of("FZ_ORACLE_ARRAYS", 2) as u32;
    let cells: Vec<At> = Area { sheet: 0, top: 0, left: 0, bottom: 4, right: 4 }.cells().collect();
    each_arrangement(count, 4, &cells, &|arrangement| {
        let content = |kind: u32| match kind {
            0 => array(3, 1),
            1 => array(1, 3),
            2 => array(2, 2),
            _ => Content::Number(7),
        };
        let set = arrangement.iter().rev().map(|(at, kind)| (*at, Some(content(*kind))));
        let gone = arrangement.iter().map(|(at, _)| (*at, None));
        check(set.chain(gone).collect());
    });
}

#[test]
fn two_arrays_whose_sizes_hang_on_each_other_are_the_same_in_any_order() {
    let cells: Vec<At> = Area { sheet: 0, top: 0, left: 0, bottom: 2, right: 2 }.cells().collect();
    each_arrangement(2, 8, &cells, &|arrangement| {
        let other = |at: At| arrangement.iter().map(|(at, _)| *at).find(|other| *other != at);
        let content = |at: At, kind: u32| {
            let other = other(at).unwrap_or(at);
            let one = || Box::new(Formula::Number(1));
            let array = || {
                Box::new(match kind % 2 {
                    0 => Formula::Sequence(
                        Box::new(Formula::Number(2)),
                        Box::new(Formula::Number(0)),
                    ),
                    _ => Formula::Sequence(
                        Box::new(Formula::Number(0)),
                        Box::new(Formula::Number(2)),
                    ),
                })
            };
            let below = Box::new(Formula::Cell((0, other.1 + 1, other.2)));
            Content::Formula(match kind / 2 {
                0 => *array(),
                1 => Formula::IfFails(Box::new(Formula::Cell(other)), array(), one()),
                2 => Formula::IfFails(
                    Box::new(Formula::Sum(vec![Formula::Array(other)])),
                    one(),
                    array(),
                ),
                _ => Formula::If(below, 0, one(), array()),
            })
        };
        let set = |at: &At, kind: &u32| (*at, Some(content(*at, *kind)));
        let forth = arrangement.iter().map(|(at, kind)| set(at, kind));
        let back = arrangement.iter().rev().map(|(at, kind)| set(at, kind));
        let third = ((0, 2, 2), Some(Content::Number(1)));
        let gone = ((0, 2, 2), None);
        check(forth.chain(back).chain([third, gone]).collect());
    });
}
