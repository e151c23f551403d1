//! Which rows are found, by indexes: groups of equal cells, combined over the columns whose criteria ask for equal
//! ones; within them numbers in order for a criterion with `<` or `>`; a look at what is left for the other criteria.

use super::{
    Wanted,
    asked::{Asked, Class},
    scan,
};
use crate::{
    call::{Context, Result},
    cells::Cells,
    indexes::{
        combined::{Combined, groups_of},
        groups::{Groups, narrow, wide},
        ordered::{Ordered, Running},
        totals::{Total, Totals},
    },
    semantics::{Question, Scalar},
};
use arrow_array::Float64Array;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Criteria that only a look at each cell answers are kept as columns of 0 and 1 where they are asked again: so many.
const MOST_FLAGS: usize = 8;
/// Answers that are kept where they took a look at many cells.
const MOST_ANSWERS: usize = 1 << 16;
/// Rows to look at from which on an answer is kept.
const MANY: usize = 64;
/// Combinations of groups that are looked up one by one.
const MOST_COMBINATIONS: usize = 256;

/// A column of each range of a call, and what is known of them.
#[derive(Debug)]
pub(super) struct Part<'a> {
    criteria: Vec<Cells>,
    values: Option<Cells>,
    rows: usize,
    wanted: Wanted,
    context: Context<'a>,
    indexed: bool,
    first: OnceLock<(Key, Arc<Plan>)>,
    plans: Mutex<FxHashMap<Key, Arc<Plan>>>,
    /// For each criterion, the texts that it was.
    flags: Mutex<Flags>,
    /// For each criterion the first that is about the same column.
    alike: Vec<usize>,
    answers: Mutex<FxHashMap<Vec<u8>, Total>>,
    /// The total of all rows.
    all: OnceLock<Total>,
}

/// A criterion that was asked: its number among them, and its column of 0 and 1 once it was asked again.
#[derive(Debug)]
struct Flag {
    number: usize,
    cells: Option<Cells>,
}

#[derive(Debug, Default)]
struct Flags {
    count: usize,
    of_criterion: FxHashMap<usize, FxHashMap<Box<str>, Flag>>,
}

impl Flags {
    fn cells(&self, number: usize) -> Option<Cells> {
        let mut all = self.of_criterion.values().flat_map(FxHashMap::values);
        all.find(|flag| flag.number == number).and_then(|flag| flag.cells.clone())
    }
}

/// Which columns a plan is for: those of equal cells, each a criterion's or a flag's, and the one in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    equal: Vec<Source>,
    order: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    Criterion(usize),
    Flag(usize),
}

/// The indexes for some columns.
#[derive(Debug)]
struct Plan {
    columns: Vec<Cells>,
    combined: Arc<Combined>,
    order: Option<(Cells, Arc<Ordered>)>,
    totals: OnceLock<Arc<Totals>>,
    running: OnceLock<Arc<Running>>,
}

/// The groups that a criterion asks for.
#[derive(Clone, Copy)]
struct Ids<'g> {
    one: Option<u32>,
    other: Option<u32>,
    more: &'g [u32],
}

impl Ids<'_> {
    fn len(self) -> usize {
        usize::from(self.one.is_some()) + usize::from(self.other.is_some()) + self.more.len()
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        self.one.into_iter().chain(self.other).chain(self.more.iter().copied())
    }
}

/// The groups of a column that a criterion of equality asks for.
fn ids<'g>(groups: &'g Groups, asked: &Asked<'_>, context: Context<'_>) -> Ids<'g> {
    let one = |value| Ids { one: groups.find(value), other: None, more: &[] };
    match asked.question() {
        Question::Number(n) => {
            Ids { more: groups.reading(n, context.rules), ..one(Scalar::Number(n)) }
        }
        Question::Text(text) => one(Scalar::Text(text)),
        Question::Logical(b) => one(Scalar::Logical(b)),
        Question::Error(code) => one(Scalar::Error(code)),
        Question::Blank => one(Scalar::Blank),
        Question::BlankOrEmpty => {
            Ids { other: groups.find(Scalar::Text("")), ..one(Scalar::Blank) }
        }
        Question::NumberOrder { .. } | Question::Other => Ids { one: None, other: None, more: &[] },
    }
}

impl<'a> Part<'a> {
    pub(super) fn new(
        criteria: Vec<Cells>,
        values: Option<Cells>,
        rows: usize,
        wanted: Wanted,
        context: Context<'a>,
        asking: usize,
    ) -> Self {
        let indexed = criteria.first().is_some_and(|cells| context.indexes.worth(cells, asking));
        let alike = |index: usize| {
            let same = |other: &usize| match (criteria.get(index), criteria.get(*other)) {
                (Some(a), Some(b)) => a.is_same_memory(b),
                _ => false,
            };
            (0..index).find(same).unwrap_or(index)
        };
        let alike = (0..criteria.len()).map(alike).collect();
        Self {
            alike,
            criteria,
            values,
            rows,
            wanted,
            context,
            indexed,
            first: OnceLock::new(),
            plans: Mutex::default(),
            flags: Mutex::default(),
            answers: Mutex::default(),
            all: OnceLock::new(),
        }
    }

    /// What is found, or the first error in it.
    pub(super) fn checked(&self, asked: &[Asked<'_>]) -> Result<Total> {
        let total = self.find(asked);
        self.check(&total)?;
        Ok(total)
    }

    /// The first error in what was found.
    pub(super) fn check(&self, total: &Total) -> Result<()> {
        self.values.as_ref().map_or(Ok(()), |values| total.checked(values))
    }

    /// What is found. Without values its count is that of the rows.
    pub(super) fn find(&self, asked: &[Asked<'_>]) -> Total {
        if self.indexed { self.look_up(asked) } else { self.scan(asked) }
    }

    /// What a look at every cell finds.
    pub(super) fn scan(&self, asked: &[Asked<'_>]) -> Total {
        let found = scan::rows(&self.criteria, asked, self.rows);
        self.total(found.into_iter())
    }

    fn total(&self, rows: impl Iterator<Item = u32>) -> Total {
        match &self.values {
            Some(values) => Total::of_rows(values, rows),
            None => Total { count: narrow(rows.count()), ..Total::default() },
        }
    }

    /// What indexes find.
    pub(super) fn look_up(&self, asked: &[Asked<'_>]) -> Total {
        if let ([asked], [cells]) = (asked, self.criteria.as_slice())
            && let Some(total) = self.one(asked, cells)
        {
            return total;
        }
        let mut key = Key { equal: Vec::with_capacity(asked.len()), order: None };
        // Criteria by which the order is narrowed, and those that each row is held against.
        let (mut bounds, mut rest) = (Vec::new(), Vec::new());
        for (index, one) in asked.iter().enumerate() {
            match one.class() {
                Class::Equal => key.equal.push(Source::Criterion(index)),
                Class::Order(bound) if key.order.is_none_or(|other| self.same(other, index)) => {
                    key.order = Some(key.order.unwrap_or(index));
                    bounds.push(bound);
                }
                _ => match self.flag(index, one) {
                    Some(number) => key.equal.push(Source::Flag(number)),
                    None => rest.push((index, one)),
                },
            }
        }
        let plan = self.plan(&key);
        let mut groups = Vec::with_capacity(key.equal.len());
        let mut combinations = 1_usize;
        for (source, groups_of_column) in key.equal.iter().zip(plan.combined.columns()) {
            let ids = match source {
                Source::Criterion(index) => match asked.get(*index) {
                    Some(asked) => ids(groups_of_column, asked, self.context),
                    None => continue,
                },
                Source::Flag(_) => {
                    Ids { one: groups_of_column.find(Scalar::Number(1.0)), other: None, more: &[] }
                }
            };
            combinations = combinations.saturating_mul(ids.len());
            groups.push(ids);
        }
        if combinations == 0 {
            return Total::default();
        }
        if combinations > MOST_COMBINATIONS {
            return self.scan(asked);
        }
        let mut total = Total::default();
        let mut chosen = Vec::with_capacity(groups.len());
        let found = Found { part: self, plan: &plan, bounds: &bounds, rest: &rest, asked };
        found.each(&groups, &mut chosen, &mut total);
        total
    }

    /// A single criterion of equality, without detours; or that of inequality, where what is left out is known.
    fn one(&self, asked: &Asked<'_>, cells: &Cells) -> Option<Total> {
        let class = asked.class();
        if !matches!(class, Class::Equal | Class::Unequal) {
            return None;
        }
        let (key, plan) = self.first.get_or_init(|| {
            let key = Key { equal: vec![Source::Criterion(0)], order: None };
            let plan = Plan::of(vec![cells.clone()], None, self.rows, self.context);
            (key, Arc::new(plan))
        });
        if key.order.is_some() || key.equal.as_slice() != [Source::Criterion(0)] {
            return None;
        }
        let groups = plan.combined.columns().first()?;
        let mut total = Total::default();
        for group in ids(groups, asked, self.context).iter() {
            total.merge(&plan.total(self, group));
        }
        if class == Class::Equal {
            return Some(total);
        }
        match self.wanted {
            Wanted::Count => {
                total.count = narrow(self.rows).saturating_sub(total.count);
                Some(total)
            }
            Wanted::Sum | Wanted::Average => {
                let all = self.all.get_or_init(|| self.total(0..narrow(self.rows)));
                let known = all.error == u32::MAX && all.sum.is_finite();
                known.then(|| Total {
                    sum: all.sum.without(total.sum),
                    count: all.count.saturating_sub(total.count),
                    ..Total::default()
                })
            }
            Wanted::Greatest | Wanted::Least => None,
        }
    }

    fn same(&self, a: usize, b: usize) -> bool {
        self.alike.get(a) == self.alike.get(b)
    }

    /// The number of the column of 0 and 1 of a criterion, from the second time on that it is asked.
    fn flag(&self, index: usize, asked: &Asked<'_>) -> Option<usize> {
        let Asked::Criterion(text, criterion) = asked else { return None };
        let mut flags = self.flags.lock().unwrap_or_else(PoisonError::into_inner);
        let Flags { count, of_criterion } = &mut *flags;
        let known = of_criterion.entry(index).or_default();
        let Some(flag) = known.get_mut(*text) else {
            if *count < MOST_FLAGS {
                known.insert(Box::from(*text), Flag { number: *count, cells: None });
                *count += 1;
            }
            return None;
        };
        if flag.cells.is_some() {
            return Some(flag.number);
        }
        let cells = self.criteria.get(index)?;
        let is = |cell: Scalar<'_>| f64::from(u8::from(criterion.matches(cell)));
        let groups = groups_of(cells, self.context.indexes);
        let of_group: Vec<f64> = groups.each().map(is).collect();
        let of_row = groups.partition().of_row().iter();
        let numbers: Vec<f64> =
            of_row.map(|group| of_group.get(wide(*group)).copied().unwrap_or(0.0)).collect();
        let kind = crate::cells::NumberKind::Number;
        let cells = Cells::Numbers(kind, Float64Array::from(numbers));
        flag.cells = Some(cells);
        Some(flag.number)
    }

    fn plan(&self, key: &Key) -> Arc<Plan> {
        if let Some((other, plan)) = self.first.get()
            && other == key
        {
            return Arc::clone(plan);
        }
        let make = || {
            let flags = self.flags.lock().unwrap_or_else(PoisonError::into_inner);
            let column = |source: &Source| match source {
                Source::Criterion(index) => self.criteria.get(*index).cloned(),
                Source::Flag(number) => flags.cells(*number),
            };
            let columns = key.equal.iter().filter_map(column).collect();
            drop(flags);
            let order = key.order.and_then(|index| self.criteria.get(index).cloned());
            Arc::new(Plan::of(columns, order, self.rows, self.context))
        };
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(key) {
            return Arc::clone(plan);
        }
        let plan = make();
        if plans.is_empty() && self.first.set((key.clone(), Arc::clone(&plan))).is_ok() {
            return plan;
        }
        plans.insert(key.clone(), Arc::clone(&plan));
        plan
    }
}

impl Plan {
    fn of(columns: Vec<Cells>, order: Option<Cells>, rows: usize, context: Context<'_>) -> Self {
        let combined = Combined::of(&columns, rows, context.indexes);
        let order = order.map(|cells| {
            let ordered = Ordered::of(&combined, &columns, &cells, context.indexes);
            (cells, ordered)
        });
        Self { columns, combined, order, totals: OnceLock::new(), running: OnceLock::new() }
    }

    /// The total of all rows of a combination.
    fn total(&self, part: &Part<'_>, group: u32) -> Total {
        match &part.values {
            None => Total { count: self.combined.partition().size(group), ..Total::default() },
            Some(values) => {
                let indexes = part.context.indexes;
                let make = || Totals::of(&self.combined, &self.columns, values, indexes);
                self.totals.get_or_init(make).get(group)
            }
        }
    }
}

/// The rows of one question.
struct Found<'p, 'a> {
    part: &'p Part<'a>,
    plan: &'p Plan,
    bounds: &'p [(bool, bool, f64)],
    rest: &'p [(usize, &'p Asked<'p>)],
    asked: &'p [Asked<'p>],
}

impl Found<'_, '_> {
    /// Adds every combination of one group of each column.
    fn each(&self, groups: &[Ids<'_>], chosen: &mut Vec<u32>, total: &mut Total) {
        let Some((first, others)) = groups.split_first() else {
            if let Some(group) = self.plan.combined.find(chosen) {
                total.merge(&self.of_group(group));
            }
            return;
        };
        for group in first.iter() {
            chosen.push(group);
            self.each(others, chosen, total);
            chosen.pop();
        }
    }

    fn of_group(&self, group: u32) -> Total {
        let (part, plan) = (self.part, self.plan);
        let Some((cells, ordered)) = &plan.order else {
            if self.rest.is_empty() {
                return plan.total(part, group);
            }
            return self.of_rows(group, plan.combined.partition().members(group));
        };
        let whole = ordered.group(group);
        let stretch = self
            .bounds
            .iter()
            .fold(whole.clone(), |stretch, bound| ordered.narrowed(stretch, *bound));
        if !self.rest.is_empty() {
            return self.of_rows(group, ordered.rows(stretch));
        }
        let Some(values) = &part.values else {
            return Total { count: narrow(stretch.len()), ..Total::default() };
        };
        let make = || Running::of(ordered, &plan.columns, cells, values, part.context.indexes);
        let running = plan.running.get_or_init(make);
        let extremes = matches!(part.wanted, Wanted::Greatest | Wanted::Least);
        match running.total(ordered, &whole, &stretch, extremes) {
            Some(total) => total,
            None => part.total(ordered.rows(stretch).iter().copied()),
        }
    }

    /// Those of some rows that meet the rest of the criteria.
    fn of_rows(&self, group: u32, rows: &[u32]) -> Total {
        let meets = |row: &u32| {
            self.rest.iter().all(|(index, asked)| {
                let cells = self.part.criteria.get(*index);
                cells.is_some_and(|cells| asked.matches(cells.get(wide(*row)).scalar()))
            })
        };
        let look = || self.part.total(rows.iter().copied().filter(meets));
        if rows.len() < MANY {
            return look();
        }
        let key = self.key(group);
        let answers = || self.part.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(total) = answers().get(&key) {
            return *total;
        }
        let total = look();
        let mut answers = answers();
        if answers.len() >= MOST_ANSWERS {
            answers.clear();
        }
        answers.insert(key, total);
        total
    }

    /// What an answer depends on besides the columns.
    fn key(&self, group: u32) -> Vec<u8> {
        let mut key = group.to_le_bytes().to_vec();
        for asked in self.asked {
            match asked {
                Asked::Equal(Scalar::Text(text), _) | Asked::Criterion(text, _) => {
                    key.push(0);
                    key.extend_from_slice(text.as_bytes());
                }
                Asked::Equal(Scalar::Number(n), _) => {
                    key.push(1);
                    key.extend_from_slice(&n.to_le_bytes());
                }
                Asked::Equal(Scalar::Logical(b), _) => key.extend([2, u8::from(*b)]),
                Asked::Equal(Scalar::Error(code), _) => {
                    key.push(3);
                    key.extend_from_slice(code.text().as_bytes());
                }
                Asked::Equal(Scalar::Blank, _) => key.push(4),
                Asked::Before(row) => {
                    key.push(5);
                    key.extend_from_slice(&row.to_le_bytes());
                }
            }
            key.push(u8::MAX);
        }
        key
    }
}
