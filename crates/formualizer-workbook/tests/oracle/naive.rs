//! What a workbook holds, found without any plan: formulas are tried again and again until nothing more can be found out.

use super::formulas::{Area, At, Formula};
use std::collections::{BTreeMap, BTreeSet};

/// What a cell is given.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Number(i32),
    Formula(Formula),
}

pub(crate) type Contents = BTreeMap<At, Content>;

/// The value of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Blank,
    Number(f64),
    Error(&'static str),
}

type Table = Vec<Vec<Value>>;

/// What a formula gave.
#[derive(Clone, Debug)]
struct Done {
    value: Value,
    /// What it fills.
    array: Option<(Area, Table)>,
}

/// Waits are for a value, or for what an array could do.
type Waits = BTreeSet<(At, bool)>;

#[derive(Clone)]
struct Search<'a> {
    contents: &'a Contents,
    done: BTreeMap<At, Done>,
    assumed: BTreeSet<(At, At)>,
    confirmed: BTreeSet<(At, At)>,
    relied: BTreeMap<At, Vec<(At, Area)>>,
}

/// One evaluation.
struct Try<'s, 'a> {
    search: &'s Search<'a>,
    at: At,
    waits: Waits,
    relied: Vec<(At, Area)>,
}

/// Something is not known yet.
struct Unknown;

/// Every value, and what arrays fill by the cells of their formulas.
pub(crate) fn solve(contents: &Contents) -> (BTreeMap<At, Value>, BTreeMap<At, Area>) {
    let mut search = Search {
        contents,
        done: BTreeMap::new(),
        assumed: BTreeSet::new(),
        confirmed: BTreeSet::new(),
        relied: BTreeMap::new(),
    };
    let all: Vec<At> = search.formulas().map(|(at, _)| at).collect();
    search.run(&all);
    search.everything()
}

impl Search<'_> {
    fn everything(self) -> (BTreeMap<At, Value>, BTreeMap<At, Area>) {
        let (mut values, mut arrays) = (BTreeMap::new(), BTreeMap::new());
        for (at, content) in self.contents {
            if let Content::Number(n) = content {
                values.insert(*at, Value::Number(f64::from(*n)));
            }
        }
        for (at, done) in self.done {
            values.insert(at, done.value);
            if let Some((area, table)) = done.array {
                values.extend(area.cells().zip(table.into_iter().flatten()));
                arrays.insert(at, area);
            }
        }
        (values, arrays)
    }

    fn formulas(&self) -> impl Iterator<Item = (At, &Formula)> {
        self.contents.iter().filter_map(|(at, content)| match content {
            Content::Formula(formula) => Some((*at, formula)),
            Content::Number(_) => None,
        })
    }

    fn fills(&self, array: At) -> Option<Area> {
        Some(self.done.get(&array)?.array.as_ref()?.0)
    }

    /// Finds out about some cells, and whatever they wait for.
    fn run(&mut self, wanted: &[At]) {
        loop {
            let mut waits: BTreeMap<At, Waits> = BTreeMap::new();
            let mut todo: Vec<At> = wanted.to_vec();
            let mut found = false;
            while let Some(at) = todo.pop() {
                if self.done.contains_key(&at) || waits.contains_key(&at) {
                    continue;
                }
                let Some(Content::Formula(formula)) = self.contents.get(&at) else { continue };
                let mut attempt = Try { search: self, at, waits: Waits::new(), relied: Vec::new() };
                let done = attempt.formula(formula);
                let (attempt_waits, relied) = (attempt.waits, attempt.relied);
                match done {
                    Ok(done) => {
                        found = true;
                        self.done.insert(at, done);
                        self.relied.insert(at, relied);
                    }
                    Err(Unknown) => {
                        todo.extend(attempt_waits.iter().map(|(on, _)| *on));
                        waits.insert(at, attempt_waits);
                    }
                }
            }
            if waits.is_empty() {
                return;
            }
            if !found {
                self.resolve(&waits);
            }
        }
    }

    /// Of cells that wait for each other and for no others: the first that waits for what an array could do takes it that it does
    /// not. Where it does, they are evaluated again with a wait that holds. If none waits so, they are circular.
    fn resolve(&mut self, waits: &BTreeMap<At, Waits>) {
        let reach = |from: At| {
            let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
            while let Some(at) = todo.pop() {
                for (on, _) in &waits[&at] {
                    if seen.insert(*on) {
                        todo.push(*on);
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<At, BTreeSet<At>> =
            waits.keys().map(|at| (*at, reach(*at))).collect();
        // One of the last ones: whoever they reach reaches them.
        let last = |(at, group): &(&At, &BTreeSet<At>)| {
            group.iter().all(|other| reached[other].contains(*at))
        };
        let Some((_, group)) = reached.iter().find(last) else { return };
        let group: Vec<At> = group.iter().copied().collect();
        let could = |at: &At| {
            let own = &waits[at];
            let for_value = |on: At| own.contains(&(on, false));
            let could = own.iter().filter(|(on, could)| *could && !for_value(*on));
            let could: Vec<At> = could.map(|(on, _)| *on).collect();
            (!could.is_empty()).then_some((*at, could))
        };
        let Some((first, could)) = group.iter().find_map(could) else {
            for at in group {
                self.done.insert(at, Done { value: Value::Error("#CIRC!"), array: None });
            }
            return;
        };
        let before = self.clone();
        self.assumed.extend(could.iter().map(|array| (first, *array)));
        self.run(&group);
        let mut wrong = BTreeSet::new();
        for (array, area) in self.relied.get(&first).into_iter().flatten() {
            if could.contains(array) && self.fills(*array).is_some_and(|fills| fills.meets(area)) {
                wrong.insert((first, *array));
            }
        }
        if !wrong.is_empty() {
            *self = before;
            self.confirmed.extend(wrong);
            self.run(&group);
        }
    }

    /// Whether what the formula in a cell gives could fill a part of an area, whatever it is.
    fn has_room_in(&self, array: At, area: &Area) -> bool {
        let free = |to: At| {
            let way = Area { bottom: to.1, right: to.2, ..Area::of(array) };
            to != array && way.cells().all(|at| at == array || !self.contents.contains_key(&at))
        };
        array.0 == area.sheet
            && array.1 <= area.bottom
            && array.2 <= area.right
            && area.cells().any(|to| to.1 >= array.1 && to.2 >= array.2 && free(to))
    }
}

impl Try<'_, '_> {
    fn formula(&mut self, formula: &Formula) -> Result<Done, Unknown> {
        let plain = |value: Value| if value == Value::Blank { Value::Number(0.0) } else { value };
        let mut table = self.table(formula)?;
        table.iter_mut().flatten().for_each(|value| *value = plain(*value));
        let (height, width) = (table.len() as u32, table[0].len() as u32);
        let value = table[0][0];
        if (height, width) == (1, 1) {
            return Ok(Done { value, array: None });
        }
        let (sheet, row, col) = self.at;
        let wanted =
            Area { sheet, top: row, left: col, bottom: row + height - 1, right: col + width - 1 };
        let blocked = Done { value: Value::Error("#SPILL!"), array: None };
        let contents = self.search.contents;
        if wanted.cells().any(|at| at != self.at && contents.contains_key(&at)) {
            return Ok(blocked);
        }
        let waits = self.waits.len();
        self.wait_for_arrays(&wanted, true);
        if self.waits.len() > waits {
            return Err(Unknown);
        }
        let stands = |(at, done): (&At, &Done)| {
            *at < self.at
                && !self.search.assumed.contains(&(self.at, *at))
                && done.array.as_ref().is_some_and(|(fills, _)| fills.meets(&wanted))
        };
        if self.search.done.iter().any(stands) {
            return Ok(blocked);
        }
        Ok(Done { value, array: Some((wanted, table)) })
    }

    fn wait_for_arrays(&mut self, area: &Area, earlier: bool) {
        for (array, formula) in self.search.formulas() {
            if !formula.may_be_array()
                || (earlier && array >= self.at)
                || !self.search.has_room_in(array, area)
            {
                continue;
            }
            if self.search.assumed.contains(&(self.at, array)) {
                self.relied.push((array, *area));
            } else if !self.search.done.contains_key(&array) {
                let could = !self.search.confirmed.contains(&(self.at, array));
                self.waits.insert((array, could));
            }
        }
    }

    /// Whether a part of an area is not known yet.
    fn ask(&mut self, area: &Area) -> Result<(), Unknown> {
        let waits = self.waits.clone();
        for at in area.cells() {
            let formula = matches!(self.search.contents.get(&at), Some(Content::Formula(_)));
            if formula && !self.search.done.contains_key(&at) {
                self.waits.insert((at, false));
            }
        }
        self.wait_for_arrays(area, false);
        let open = |wait: &(At, bool)| area.has(wait.0) || self.search.has_room_in(wait.0, area);
        let unknown = self.waits != waits || waits.iter().any(open);
        if unknown { Err(Unknown) } else { Ok(()) }
    }

    fn value(&self, at: At) -> Value {
        if let Some(Content::Number(n)) = self.search.contents.get(&at) {
            return Value::Number(f64::from(*n));
        }
        if let Some(done) = self.search.done.get(&at) {
            return done.value;
        }
        for (array, done) in &self.search.done {
            if let Some((fills, table)) = &done.array
                && fills.has(at)
                && !self.search.assumed.contains(&(self.at, *array))
            {
                return table[(at.1 - fills.top) as usize][(at.2 - fills.left) as usize];
            }
        }
        Value::Blank
    }

    fn area(&mut self, area: &Area) -> Result<Table, Unknown> {
        self.ask(area)?;
        let value = |row: u32| move |col: u32| (area.sheet, row, col);
        let row = |row| (area.left..=area.right).map(value(row)).map(|at| self.value(at)).collect();
        Ok((area.top..=area.bottom).map(row).collect())
    }

    fn both(&mut self, a: &Formula, b: &Formula) -> Result<(Table, Table), Unknown> {
        let a = self.table(a);
        let b = self.table(b);
        Ok((a?, b?))
    }

    /// A value of no array.
    fn single(&mut self, formula: &Formula) -> Result<Value, Unknown> {
        Ok(self.table(formula)?[0][0])
    }

    fn table(&mut self, formula: &Formula) -> Result<Table, Unknown> {
        let one = |value: Value| vec![vec![value]];
        let number = |n: f64| vec![vec![Value::Number(n)]];
        Ok(match formula {
            Formula::Number(n) => number(f64::from(*n)),
            Formula::Cell(at) => self.area(&Area::of(*at))?,
            Formula::Range(range) => self.area(range)?,
            Formula::Array(at) => match self.search.contents.get(at) {
                Some(Content::Formula(_)) => {
                    self.ask(&Area::of(*at))?;
                    match self.search.done.get(at) {
                        Some(Done { array: Some((_, table)), .. }) => table.clone(),
                        Some(done) => one(done.value),
                        None => return Err(Unknown),
                    }
                }
                _ => {
                    self.ask(&Area::of(*at))?;
                    one(Value::Error("#REF!"))
                }
            },
            Formula::Add(a, b) => {
                let (a, b) = self.both(a, b)?;
                let (height, width) = (a.len().max(b.len()), a[0].len().max(b[0].len()));
                let of = |table: &Table, row: usize, col: usize| {
                    let row = if table.len() == 1 { 0 } else { row };
                    let col = if table[0].len() == 1 { 0 } else { col };
                    let cell = table.get(row).and_then(|row| row.get(col));
                    cell.copied().unwrap_or(Value::Error("#N/A"))
                };
                let sum = |row, col| plus(of(&a, row, col), of(&b, row, col));
                (0..height).map(|row| (0..width).map(|col| sum(row, col)).collect()).collect()
            }
            Formula::If(a, n, b, c) => match as_number(self.single(a)?) {
                Ok(a) if a > f64::from(*n) => self.table(b)?,
                Ok(_) => self.table(c)?,
                Err(error) => one(error),
            },
            Formula::IfFails(a, b, c) => match self.single(a)? {
                Value::Error(_) => self.table(b)?,
                _ => self.table(c)?,
            },
            Formula::IfError(a, n) => match self.single(a)? {
                Value::Error(_) => number(f64::from(*n)),
                value => one(value),
            },
            Formula::Sum(all) => {
                let tables: Vec<Result<Table, Unknown>> =
                    all.iter().map(|formula| self.table(formula)).collect();
                let tables: Vec<Table> = tables.into_iter().collect::<Result<_, _>>()?;
                let mut sum = 0.0;
                for table in tables {
                    for value in table.into_iter().flatten() {
                        match value {
                            Value::Number(n) => sum += n,
                            Value::Error(error) => return Ok(one(Value::Error(error))),
                            Value::Blank => {}
                        }
                    }
                }
                number(sum)
            }
            Formula::CountA(range) => {
                let cells = self.area(range)?.into_iter().flatten();
                number(cells.filter(|value| *value != Value::Blank).count() as f64)
            }
            Formula::Sequence(rows, cols) => {
                let (rows, cols) = self.both(rows, cols)?;
                let size = |table: &Table| as_number(table[0][0]).map(|n| n.rem_euclid(3.0) + 1.0);
                match (size(&rows), size(&cols)) {
                    (Ok(rows), Ok(cols)) => {
                        let cell = |row: u32, col: u32| {
                            Value::Number(f64::from(row) * cols + f64::from(col) + 1.0)
                        };
                        let row = |row| (0..cols as u32).map(|col| cell(row, col)).collect();
                        (0..rows as u32).map(row).collect()
                    }
                    (Err(error), _) | (_, Err(error)) => one(error),
                }
            }
            Formula::Indirect(sheet, col, a) => match as_number(self.single(a)?) {
                Ok(n) => self.area(&Area::of((*sheet, n.rem_euclid(5.0) as u32, *col)))?,
                Err(error) => one(error),
            },
            Formula::Offset(at, a) => match as_number(self.single(a)?) {
                Ok(n) => match u32::try_from(i64::from(at.1) + n.rem_euclid(4.0) as i64 - 2) {
                    Ok(row) => self.area(&Area::of((at.0, row, at.2)))?,
                    Err(_) => one(Value::Error("#REF!")),
                },
                Err(error) => one(error),
            },
            Formula::Asks(at) => {
                let is = matches!(self.search.contents.get(at), Some(Content::Formula(_)));
                number(f64::from(u8::from(is)))
            }
            Formula::Row(at) => number(f64::from(at.1 + 1)),
        })
    }
}

fn as_number(value: Value) -> Result<f64, Value> {
    match value {
        Value::Number(n) => Ok(n),
        Value::Blank => Ok(0.0),
        error @ Value::Error(_) => Err(error),
    }
}

fn plus(a: Value, b: Value) -> Value {
    match (as_number(a), as_number(b)) {
        (Ok(a), Ok(b)) => Value::Number(a + b),
        (Err(error), _) | (_, Err(error)) => error,
    }
}
