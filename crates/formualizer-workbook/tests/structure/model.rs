//! A workbook as a map of cells, each with a formula of its own.

use formualizer_workbook::{MAX_COLS, MAX_ROWS, Value};
use std::collections::BTreeMap;

/// A corner of a reference, from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    pub row: u32,
    pub col: u32,
    pub row_fixed: bool,
    pub col_fixed: bool,
}

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(String),
    Cell {
        sheet: Option<usize>,
        a: Spot,
    },
    Range {
        sheet: Option<usize>,
        a: Spot,
        b: Spot,
    },
    Columns {
        sheet: Option<usize>,
        a: (u32, bool),
        b: (u32, bool),
    },
    Rows {
        sheet: Option<usize>,
        a: (u32, bool),
        b: (u32, bool),
    },
    Spill {
        sheet: Option<usize>,
        a: Spot,
    },
    /// A cell of several sheets, whose place no edit of one of them changes.
    Fixed(Spot),
    Lost,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Number(f64),
    Value(Value),
    Formula(Vec<Part>),
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub cells: BTreeMap<(usize, u32, u32), Content>,
    pub name: Option<Part>,
}

pub type Rect = (u32, u32, u32, u32);

const NAMES: [&str; 2] = ["S", "T"];

fn letters(col: u32) -> String {
    let mut col = col + 1;
    let mut text = String::new();
    while col > 0 {
        text.insert(0, char::from(b'A' + u8::try_from((col - 1) % 26).unwrap()));
        col = (col - 1) / 26;
    }
    text
}

pub fn parse_cell(text: &str) -> (u32, u32) {
    let split = text.find(|c: char| c.is_ascii_digit()).unwrap();
    let col = text[..split].bytes().fold(0, |col, b| col * 26 + u32::from(b - b'A') + 1);
    (text[split..].parse::<u32>().unwrap() - 1, col - 1)
}

impl Model {
    /// The formula as text with `=`.
    pub fn text(&self, parts: &[Part]) -> String {
        let dollar = |fixed: bool| if fixed { "$" } else { "" };
        let sheet =
            |sheet: &Option<usize>| sheet.map_or(String::new(), |s| format!("{}!", NAMES[s]));
        let spot = |a: &Spot| {
            format!("{}{}{}{}", dollar(a.col_fixed), letters(a.col), dollar(a.row_fixed), a.row + 1)
        };
        let col = |(col, fixed): &(u32, bool)| format!("{}{}", dollar(*fixed), letters(*col));
        let row = |(row, fixed): &(u32, bool)| format!("{}{}", dollar(*fixed), row + 1);
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Cell { sheet: s, a } => format!("{}{}", sheet(s), spot(a)),
            Part::Range { sheet: s, a, b } => format!("{}{}:{}", sheet(s), spot(a), spot(b)),
            Part::Columns { sheet: s, a, b } => format!("{}{}:{}", sheet(s), col(a), col(b)),
            Part::Rows { sheet: s, a, b } => format!("{}{}:{}", sheet(s), row(a), row(b)),
            Part::Spill { sheet: s, a } => format!("{}{}#", sheet(s), spot(a)),
            Part::Fixed(a) => format!("S:T!{}", spot(a)),
            Part::Lost => "#REF!".to_owned(),
        };
        format!("={}", parts.iter().map(part).collect::<String>())
    }

    pub fn lines(&mut self, sheet: usize, rows: bool, at: u32, count: u32, deleted: bool) {
        let line = Lines { at, count, deleted, max: if rows { MAX_ROWS } else { MAX_COLS } };
        let cells = std::mem::take(&mut self.cells);
        for ((home, row, col), content) in cells {
            let (mut new_row, mut new_col) = (Some(row), Some(col));
            if home == sheet {
                *(if rows { &mut new_row } else { &mut new_col }) =
                    line.one(if rows { row } else { col });
            }
            let (Some(row), Some(col)) = (new_row, new_col) else { continue };
            let content = rewritten(content, &mut |part| line.part(part, home, sheet, rows));
            self.cells.insert((home, row, col), content);
        }
        if let Some(name) = &mut self.name {
            *name = line.part(name.clone(), 0, sheet, rows);
        }
    }

    pub fn moved(&mut self, sheet: usize, from: Rect, to_sheet: usize, to: (u32, u32)) {
        let by = (i64::from(to.0) - i64::from(from.0), i64::from(to.1) - i64::from(from.1));
        let moving = Moving { sheet, from, to_sheet, by };
        let cells = std::mem::take(&mut self.cells);
        for ((home, row, col), content) in cells {
            let taken = home == sheet && inside(&from, row, col);
            if !taken && home == to_sheet && inside(&moving.to(), row, col) {
                continue;
            }
            let new_home = if taken { to_sheet } else { home };
            let content = rewritten(content, &mut |part| moving.part(part, home, new_home));
            let cell = match taken {
                true => (new_home, plus(row, by.0), plus(col, by.1)),
                false => (home, row, col),
            };
            self.cells.insert(cell, content);
        }
        if let Some(name) = &mut self.name {
            *name = moving.part(name.clone(), 0, 0);
        }
    }

    pub fn copied(
        &mut self,
        sheet: usize,
        from: Rect,
        to_sheet: usize,
        to: (u32, u32),
        filled_cells: Vec<((u32, u32), Value)>,
    ) {
        let by = (i64::from(to.0) - i64::from(from.0), i64::from(to.1) - i64::from(from.1));
        let mut taken: Vec<((u32, u32), Content)> = self
            .cells
            .iter()
            .filter(|((home, row, col), _)| *home == sheet && inside(&from, *row, *col))
            .map(|((_, row, col), content)| ((*row, *col), content.clone()))
            .collect();
        taken.extend(filled_cells.into_iter().map(|(cell, value)| (cell, Content::Value(value))));
        let target = (to.0, to.1, to.0 + from.2 - from.0, to.1 + from.3 - from.1);
        self.clear(to_sheet, target);
        for ((row, col), content) in taken {
            let content = match content {
                Content::Formula(parts) => Content::Formula(filled(&parts, by.0, by.1)),
                content => content,
            };
            self.cells.insert((to_sheet, plus(row, by.0), plus(col, by.1)), content);
        }
    }

    pub fn clear(&mut self, sheet: usize, rect: Rect) {
        self.cells.retain(|(home, row, col), _| *home != sheet || !inside(&rect, *row, *col));
    }
}

fn rewritten(content: Content, part: &mut dyn FnMut(Part) -> Part) -> Content {
    match content {
        Content::Formula(parts) => Content::Formula(parts.into_iter().map(part).collect()),
        content => content,
    }
}

/// A formula as it is when it is filled some rows down and columns along.
pub fn filled(parts: &[Part], rows: i64, cols: i64) -> Vec<Part> {
    let line = |at: u32, fixed: bool, by: i64, max: u32| {
        let to = if fixed { i64::from(at) } else { i64::from(at) + by };
        u32::try_from(to).ok().filter(|to| *to < max)
    };
    let spot = |a: &Spot| {
        let row = line(a.row, a.row_fixed, rows, MAX_ROWS)?;
        let col = line(a.col, a.col_fixed, cols, MAX_COLS)?;
        Some(Spot { row, col, ..*a })
    };
    let part = |part: &Part| {
        Some(match part {
            Part::Cell { sheet, a } => Part::Cell { sheet: *sheet, a: spot(a)? },
            Part::Range { sheet, a, b } => Part::Range { sheet: *sheet, a: spot(a)?, b: spot(b)? },
            Part::Spill { sheet, a } => Part::Spill { sheet: *sheet, a: spot(a)? },
            Part::Columns { sheet, a, b } => Part::Columns {
                sheet: *sheet,
                a: (line(a.0, a.1, cols, MAX_COLS)?, a.1),
                b: (line(b.0, b.1, cols, MAX_COLS)?, b.1),
            },
            Part::Rows { sheet, a, b } => Part::Rows {
                sheet: *sheet,
                a: (line(a.0, a.1, rows, MAX_ROWS)?, a.1),
                b: (line(b.0, b.1, rows, MAX_ROWS)?, b.1),
            },
            Part::Fixed(a) => Part::Fixed(spot(a)?),
            Part::Text(_) | Part::Lost => part.clone(),
        })
    };
    parts.iter().map(|p| part(p).unwrap_or(Part::Lost)).collect()
}

fn plus(at: u32, by: i64) -> u32 {
    u32::try_from(i64::from(at) + by).unwrap()
}

fn inside((top, left, bottom, right): &Rect, row: u32, col: u32) -> bool {
    (*top..=*bottom).contains(&row) && (*left..=*right).contains(&col)
}

/// Inserted or deleted rows or columns.
struct Lines {
    at: u32,
    count: u32,
    deleted: bool,
    max: u32,
}

impl Lines {
    fn one(&self, at: u32) -> Option<u32> {
        match self.deleted {
            _ if at < self.at => Some(at),
            true => (at >= self.at + self.count).then(|| at - self.count),
            false => Some(at + self.count).filter(|at| *at < self.max),
        }
    }

    fn two(&self, a: u32, b: u32) -> Option<(u32, u32)> {
        let (low, high) = (a.min(b), a.max(b));
        // Line by line: what is left of the old ones, and what was inserted between them.
        let left: Vec<u32> = (low..=high).filter_map(|at| self.one(at)).collect();
        let ends = (*left.first()?, *left.last()?);
        Some(if a <= b { ends } else { (ends.1, ends.0) })
    }

    fn part(&self, part: Part, home: usize, edited: usize, rows: bool) -> Part {
        let here = |sheet: &Option<usize>| sheet.unwrap_or(home) == edited;
        let with = |spot: Spot, at: u32| match rows {
            true => Spot { row: at, ..spot },
            false => Spot { col: at, ..spot },
        };
        let of = |spot: &Spot| if rows { spot.row } else { spot.col };
        let new = match &part {
            Part::Cell { sheet, a } if here(sheet) => {
                self.one(of(a)).map(|at| Part::Cell { sheet: *sheet, a: with(*a, at) })
            }
            Part::Spill { sheet, a } if here(sheet) => {
                self.one(of(a)).map(|at| Part::Spill { sheet: *sheet, a: with(*a, at) })
            }
            Part::Range { sheet, a, b } if here(sheet) => self
                .two(of(a), of(b))
                .map(|(x, y)| Part::Range { sheet: *sheet, a: with(*a, x), b: with(*b, y) }),
            Part::Rows { sheet, a, b } if here(sheet) && rows => self
                .two(a.0, b.0)
                .map(|(x, y)| Part::Rows { sheet: *sheet, a: (x, a.1), b: (y, b.1) }),
            Part::Columns { sheet, a, b } if here(sheet) && !rows => self
                .two(a.0, b.0)
                .map(|(x, y)| Part::Columns { sheet: *sheet, a: (x, a.1), b: (y, b.1) }),
            _ => Some(part.clone()),
        };
        new.unwrap_or(Part::Lost)
    }
}

/// A rectangle on its way.
struct Moving {
    sheet: usize,
    from: Rect,
    to_sheet: usize,
    by: (i64, i64),
}

impl Moving {
    fn to(&self) -> Rect {
        let (top, left, bottom, right) = self.from;
        (
            plus(top, self.by.0),
            plus(left, self.by.1),
            plus(bottom, self.by.0),
            plus(right, self.by.1),
        )
    }

    fn part(&self, part: Part, home: usize, new_home: usize) -> Part {
        let (sheet, a, b) = match &part {
            Part::Cell { sheet, a } | Part::Spill { sheet, a } => (*sheet, *a, *a),
            Part::Range { sheet, a, b } => (*sheet, *a, *b),
            Part::Rows { sheet, .. } | Part::Columns { sheet, .. } => {
                // Whole rows and columns are never moved here, but may have to name their sheet.
                let named = sheet.or((home != new_home).then_some(home));
                return match part {
                    Part::Rows { a, b, .. } => Part::Rows { sheet: named, a, b },
                    Part::Columns { a, b, .. } => Part::Columns { sheet: named, a, b },
                    part => part,
                };
            }
            _ => return part,
        };
        let on = sheet.unwrap_or(home);
        let (top, bottom) = (a.row.min(b.row), a.row.max(b.row));
        let (left, right) = (a.col.min(b.col), a.col.max(b.col));
        let cells = || (top..=bottom).flat_map(|row| (left..=right).map(move |col| (row, col)));
        let takes = |(row, col): (u32, u32)| on == self.sheet && inside(&self.from, row, col);
        let covers = |(row, col): (u32, u32)| on == self.to_sheet && inside(&self.to(), row, col);
        let mut is_on = on;
        let (mut first, mut last) = ((top, left), (bottom, right));
        if cells().all(takes) {
            is_on = self.to_sheet;
            first = (plus(top, self.by.0), plus(left, self.by.1));
            last = (plus(bottom, self.by.0), plus(right, self.by.1));
        } else if self.sheet == self.to_sheet
            && self.by.1 == 0
            && self.by.0 > 0
            && (left..=right).all(|col| takes((bottom, col)))
        {
            last.0 = plus(bottom, self.by.0);
        } else if self.sheet == self.to_sheet
            && self.by.1 == 0
            && self.by.0 < 0
            && (left..=right).all(|col| takes((top, col)))
        {
            first.0 = plus(top, self.by.0);
        } else if self.sheet == self.to_sheet
            && self.by.0 == 0
            && self.by.1 > 0
            && (top..=bottom).all(|row| takes((row, right)))
        {
            last.1 = plus(right, self.by.1);
        } else if self.sheet == self.to_sheet
            && self.by.0 == 0
            && self.by.1 < 0
            && (top..=bottom).all(|row| takes((row, left)))
        {
            first.1 = plus(left, self.by.1);
        } else if cells().all(covers) && !cells().any(takes) {
            return Part::Lost;
        }
        let named = match sheet {
            Some(_) => Some(is_on),
            None => (is_on != new_home).then_some(is_on),
        };
        let ends =
            |x: u32, y: u32, low: u32, high: u32| if x <= y { (low, high) } else { (high, low) };
        let (row_a, row_b) = ends(a.row, b.row, first.0, last.0);
        let (col_a, col_b) = ends(a.col, b.col, first.1, last.1);
        let (a, b) = (Spot { row: row_a, col: col_a, ..a }, Spot { row: row_b, col: col_b, ..b });
        match part {
            Part::Cell { .. } => Part::Cell { sheet: named, a },
            Part::Spill { .. } => Part::Spill { sheet: named, a },
            _ => Part::Range { sheet: named, a, b },
        }
    }
}
