//! What the Interpreter of formualizer-eval sees of the workbook.
//!
//! References are read from our columns in place (see [`super::sheets`]). A read of a rectangle that is still to
//! be calculated is remembered here, since a formula may swallow the error that the read gives.

use super::{
    Environment, Reader, Strip,
    call::{self, Input},
    sheets::Sheets,
};
use crate::{
    address::{Area, Cell, MAX_COLS, MAX_ROWS, Rect, SheetId},
    cells::{NumberKind, Table},
    formula::function_key,
    functions::{Bound, Kind},
};
use arrow_array::BooleanArray;
use formualizer_common::{DateSystem, ExcelError, ExcelErrorKind, LiteralValue};
use formualizer_eval::{
    CellRef, Coord,
    engine::{VisibilityMaskMode, range_view::RangeView},
    format::FormatId,
    function::Function,
    function_registry,
    timezone::{ClockProvider, FixedClock, TimeZoneSpec},
    traits::{
        ArgumentHandle, CalcValue, EvaluationContext, FunctionContext, FunctionProvider,
        NamedRangeResolver, Range, RangeResolver, ReferenceInfo, ReferenceResolver, Resolver,
        SourceResolver, TableResolver, VolatileLevel,
    },
};
use formualizer_parse::parser::{ReferenceType, TableReference};
use std::{
    borrow::Cow,
    sync::{
        Arc, Mutex, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The name that an adapter of a bound function asks the context for to have its call made. No formula can
/// write it.
const CALL: &str = "\u{1}call";

/// Evaluation of one formula over one strip.
pub(crate) struct Context<'r> {
    pub(crate) reader: &'r dyn Reader,
    sheets: Sheets,
    clock: FixedClock,
    /// What the planner knows that the formula reads.
    known: Vec<(SheetId, Rect)>,
    deferred: Mutex<Option<(SheetId, Rect)>>,
    call: Arc<Mutex<Option<Pending>>>,
    /// The strip, and how many volatile calls were made for it.
    place: u64,
    volatile_calls: AtomicU64,
}

/// A call of a bound function on its way from the adapter to the context, and its result on the way back.
#[derive(Debug)]
enum Pending {
    Call(Arc<Bound>, Vec<Input>),
    Done(Table),
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number whose every bit depends on every bit of another (the finaliser of SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

fn fail(kind: ExcelErrorKind) -> ExcelError {
    ExcelError::new(kind)
}

/// Registers the built-in functions, once in a process.
pub(crate) fn load() {
    static LOADED: Once = Once::new();
    LOADED.call_once(formualizer_eval::builtins::load_builtins);
}

impl<'r> Context<'r> {
    pub(crate) fn new(reader: &'r dyn Reader, areas: &[Area], strip: &Strip) -> Self {
        let rect = strip.rect();
        let now = chrono::DateTime::from_timestamp_micros(reader.environment().now_us);
        Self {
            reader,
            sheets: Sheets::default(),
            clock: FixedClock::new(now.unwrap_or_default(), TimeZoneSpec::Utc),
            known: areas.iter().filter_map(|area| Some((area.sheet, area.over(&rect)?))).collect(),
            deferred: Mutex::new(None),
            call: Arc::default(),
            place: [strip.sheet.0, strip.col, strip.rows.start]
                .into_iter()
                .fold(0, |place, part| mixed(place ^ u64::from(part))),
            volatile_calls: AtomicU64::new(0),
        }
    }

    /// What a call of a function finds. Volatile calls have a place of their own, which depends on the cells that they
    /// are made for and not on which thread comes first.
    pub(crate) fn environment(&self, bound: &Bound) -> Cow<'r, Environment> {
        let environment = self.reader.environment();
        if !bound.volatile() {
            return Cow::Borrowed(environment);
        }
        let call = self.volatile_calls.fetch_add(1, Ordering::Relaxed);
        // Far from the end of the numbers: rows are added.
        let place = mixed(self.place ^ call) >> 8;
        Cow::Owned(Environment { place, ..environment.clone() })
    }

    /// The first rectangle that was read although it is still to be calculated.
    pub(crate) fn deferred(&self) -> Option<(SheetId, Rect)> {
        *lock(&self.deferred)
    }

    fn sheet(&self, name: Option<&str>) -> Result<SheetId, ExcelError> {
        name.and_then(|name| self.reader.sheet(name)).ok_or_else(|| fail(ExcelErrorKind::Ref))
    }

    /// Looks whether a rectangle may be read.
    fn touch(&self, sheet: SheetId, rect: &Rect) -> Result<(), ExcelError> {
        if self.known.iter().any(|(known, area)| *known == sheet && area.covers(rect)) {
            return Ok(());
        }
        match self.reader.pending(sheet, rect) {
            None => Ok(()),
            Some(part) => {
                lock(&self.deferred).get_or_insert((sheet, part));
                Err(fail(ExcelErrorKind::Circ))
            }
        }
    }

    /// The cells of a reference; rows and columns that are left open end at the last used ones.
    fn rect(
        &self,
        reference: &ReferenceType,
        current: &str,
    ) -> Result<(SheetId, Option<Rect>), ExcelError> {
        match reference {
            ReferenceType::Cell { sheet, row, col, .. } => {
                let sheet = self.sheet(Some(sheet.as_deref().unwrap_or(current)))?;
                let cell = cell(*row, *col)?;
                Ok((sheet, Some(cell.into())))
            }
            ReferenceType::Range { sheet, start_row, start_col, end_row, end_col, .. } => {
                let sheet = self.sheet(Some(sheet.as_deref().unwrap_or(current)))?;
                let first = cell(start_row.unwrap_or(1), start_col.unwrap_or(1))?;
                let (rows, cols) = self.reader.used(sheet);
                let last = cell(end_row.unwrap_or(rows.max(1)), end_col.unwrap_or(cols.max(1)))?;
                let open = end_row.is_none() && last.row < first.row
                    || end_col.is_none() && last.col < first.col;
                Ok((sheet, (!open).then(|| Rect::between(first, last))))
            }
            ReferenceType::NamedRange(_) => Err(fail(ExcelErrorKind::Name)),
            _ => Err(fail(ExcelErrorKind::Ref)),
        }
    }

    /// Makes the call that an adapter has left.
    fn make_call(&self) -> ExcelError {
        let pending = lock(&self.call).take();
        if let Some(Pending::Call(bound, inputs)) = pending {
            let table = call::single(self, &bound, inputs);
            *lock(&self.call) = Some(Pending::Done(table));
        }
        fail(ExcelErrorKind::NImpl)
    }
}

/// A cell of the Interpreter, whose rows and columns count from 1.
fn cell(row: u32, col: u32) -> Result<Cell, ExcelError> {
    let from_one = |n: u32, max: u32| n.checked_sub(1).filter(|n| *n < max);
    match (from_one(row, MAX_ROWS), from_one(col, MAX_COLS)) {
        (Some(row), Some(col)) => Ok(Cell::new(row, col)),
        _ => Err(fail(ExcelErrorKind::Ref)),
    }
}

/// The display format of a number, in the Interpreter's words.
pub(crate) fn format_of(kind: NumberKind) -> Option<FormatId> {
    match kind {
        NumberKind::Number => None,
        NumberKind::Date => Some(FormatId::DATE),
        NumberKind::DateTime => Some(FormatId::DATETIME),
        NumberKind::Time => Some(FormatId::TIME),
        NumberKind::Duration => Some(FormatId::DURATION),
    }
}

/// The other way round; formats that are not of dates or times are numbers.
pub(crate) fn kind_of(format: Option<FormatId>) -> NumberKind {
    match format {
        Some(FormatId::DATE) => NumberKind::Date,
        Some(FormatId::DATETIME) => NumberKind::DateTime,
        Some(FormatId::TIME) => NumberKind::Time,
        Some(FormatId::DURATION) => NumberKind::Duration,
        _ => NumberKind::Number,
    }
}

/// The Interpreter's name of a cell.
pub(crate) fn cell_ref(sheet: SheetId, cell: Cell) -> CellRef {
    let id = u16::try_from(sheet.0).unwrap_or(u16::MAX);
    CellRef::new(id, Coord::new(cell.row, cell.col, true, true))
}

impl ReferenceResolver for Context<'_> {
    fn resolve_cell_reference(
        &self,
        sheet: Option<&str>,
        row: u32,
        col: u32,
    ) -> Result<LiteralValue, ExcelError> {
        let sheet = self.sheet(sheet)?;
        let cell = cell(row, col)?;
        self.touch(sheet, &cell.into())?;
        Ok(self.reader.cell(sheet, cell).plain())
    }
}

impl RangeResolver for Context<'_> {
    fn resolve_range_reference(
        &self,
        _sheet: Option<&str>,
        _start_row: Option<u32>,
        _start_col: Option<u32>,
        _end_row: Option<u32>,
        _end_col: Option<u32>,
    ) -> Result<Box<dyn Range>, ExcelError> {
        // Every range goes through `resolve_range_view`.
        Err(fail(ExcelErrorKind::NImpl))
    }
}

impl NamedRangeResolver for Context<'_> {
    fn resolve_named_range_reference(
        &self,
        _name: &str,
    ) -> Result<Vec<Vec<LiteralValue>>, ExcelError> {
        Err(fail(ExcelErrorKind::Name))
    }
}

impl TableResolver for Context<'_> {
    fn resolve_table_reference(
        &self,
        _reference: &TableReference,
    ) -> Result<Box<dyn formualizer_eval::traits::Table>, ExcelError> {
        Err(fail(ExcelErrorKind::Ref))
    }
}

impl SourceResolver for Context<'_> {}

impl Resolver for Context<'_> {}

impl FunctionProvider for Context<'_> {
    fn get_function(&self, ns: &str, name: &str) -> Option<Arc<dyn Function>> {
        let key = function_key(name);
        match self.reader.functions().get(&key) {
            Some(bound) => {
                Some(Arc::new(Adapter { bound: Arc::clone(bound), call: Arc::clone(&self.call) }))
            }
            None => function_registry::get(ns, &key),
        }
    }
}

impl EvaluationContext for Context<'_> {
    fn resolve_range_view<'c>(
        &'c self,
        reference: &ReferenceType,
        current: &str,
    ) -> Result<RangeView<'c>, ExcelError> {
        if matches!(reference, ReferenceType::NamedRange(name) if name == CALL) {
            return Err(self.make_call());
        }
        let (sheet, rect) = self.rect(reference, current)?;
        match rect {
            Some(rect) => {
                self.touch(sheet, &rect)?;
                Ok(self.sheets.view(self.reader, sheet, &rect))
            }
            None => {
                let blank = vec![vec![LiteralValue::Empty]];
                Ok(RangeView::from_owned_rows(blank, self.date_system()))
            }
        }
    }

    fn resolve_cell_reference_value(
        &self,
        sheet: Option<&str>,
        row: u32,
        col: u32,
        current: &str,
    ) -> Result<LiteralValue, ExcelError> {
        self.resolve_cell_reference(Some(sheet.unwrap_or(current)), row, col)
    }

    fn resolve_cell_format(
        &self,
        sheet: Option<&str>,
        row: u32,
        col: u32,
        current: &str,
    ) -> Option<FormatId> {
        let sheet = self.sheet(Some(sheet.unwrap_or(current))).ok()?;
        match self.reader.cell(sheet, cell(row, col).ok()?) {
            crate::cells::CellRef::Number(_, kind) => format_of(kind),
            _ => None,
        }
    }

    fn workbook_sheet_count(&self) -> Option<usize> {
        Some(self.reader.sheet_count())
    }

    fn sheet_index_by_name(&self, sheet: &str) -> Option<usize> {
        Some(self.reader.sheet_index(self.reader.sheet(sheet)?)? + 1)
    }

    fn inspect_reference(
        &self,
        reference: &ReferenceType,
        current: &str,
    ) -> Result<Option<ReferenceInfo>, ExcelError> {
        let (sheet, rect) = self.rect(reference, current)?;
        Ok(Some(ReferenceInfo {
            first_sheet_index: self.reader.sheet_index(sheet).map(|index| index + 1),
            sheet_count: Some(1),
            first_cell: rect.map(|rect| cell_ref(sheet, rect.top_left())),
        }))
    }

    fn formula_text_at_cell(&self, at: CellRef) -> Result<Option<String>, ExcelError> {
        let cell = Cell::new(at.coord.row(), at.coord.col());
        Ok(self.reader.formula_text(SheetId(at.sheet_id.into()), cell))
    }

    fn resolve_spill_reference(
        &self,
        anchor: &ReferenceType,
        current: &str,
    ) -> Result<ReferenceType, ExcelError> {
        let (sheet, rect) = self.rect(anchor, current)?;
        let anchor = rect.ok_or_else(|| fail(ExcelErrorKind::Ref))?;
        self.touch(sheet, &anchor)?;
        let spill = self.reader.spill(sheet, anchor.top_left());
        let rect = spill.ok_or_else(|| fail(ExcelErrorKind::Ref))?;
        self.touch(sheet, &rect)?;
        Ok(ReferenceType::Range {
            sheet: self.reader.sheet_name(sheet).map(str::to_owned),
            start_row: Some(rect.top + 1),
            start_col: Some(rect.left + 1),
            end_row: Some(rect.bottom + 1),
            end_col: Some(rect.right + 1),
            start_row_abs: true,
            start_col_abs: true,
            end_row_abs: true,
            end_col_abs: true,
        })
    }

    fn build_row_visibility_mask(
        &self,
        view: &RangeView<'_>,
        mode: VisibilityMaskMode,
    ) -> Option<Arc<BooleanArray>> {
        let hidden = self.reader.hidden(self.reader.sheet(view.sheet_name())?)?;
        let (manual, filtered) = match mode {
            VisibilityMaskMode::IncludeAll => (false, false),
            VisibilityMaskMode::ExcludeManualHidden => (true, false),
            VisibilityMaskMode::ExcludeFilterHidden => (false, true),
            VisibilityMaskMode::ExcludeManualOrFilterHidden => (true, true),
        };
        let start = u32::try_from(view.start_row()).ok()?;
        let end = start.checked_add(u32::try_from(view.dims().0).ok()?)?;
        let mut shown = vec![true; view.dims().0];
        for rows in [(manual, &hidden.manual), (filtered, &hidden.filtered)]
            .into_iter()
            .filter_map(|(counts, rows)| counts.then_some(rows))
        {
            for part in rows.within(&(start..end)).iter() {
                shown[(part.start - start) as usize..(part.end - start) as usize].fill(false);
            }
        }
        Some(Arc::new(BooleanArray::from(shown)))
    }

    fn nested_subtotal_cells(
        &self,
        view: &RangeView<'_>,
        include_aggregate: bool,
    ) -> Option<Vec<(usize, usize, usize)>> {
        let sheet = self.reader.sheet(view.sheet_name())?;
        let (rows, cols) = view.dims();
        let at = |n: usize| u32::try_from(n).ok();
        let first = Cell::new(at(view.start_row())?, at(view.start_col())?);
        let rect = Rect::sized(first, rows, cols)?;
        let functions: &[&str] =
            if include_aggregate { &["SUBTOTAL", "AGGREGATE"] } else { &["SUBTOTAL"] };
        let parts = self.reader.calling(sheet, &rect, functions);
        let mut found: Vec<_> = parts
            .iter()
            .filter_map(|part| part.intersection(&rect))
            .flat_map(|part| {
                let span = (part.top - rect.top) as usize..=(part.bottom - rect.top) as usize;
                part.cols().map(move |col| ((col - rect.left) as usize, *span.start(), *span.end()))
            })
            .collect();
        found.sort_unstable();
        Some(found)
    }

    fn clock(&self) -> &dyn ClockProvider {
        &self.clock
    }

    fn volatile_level(&self) -> VolatileLevel {
        VolatileLevel::OnRecalc
    }

    fn workbook_seed(&self) -> u64 {
        self.reader.environment().seed
    }

    fn recalc_epoch(&self) -> u64 {
        self.reader.environment().epoch
    }

    fn used_rows_for_columns(&self, sheet: &str, first: u32, last: u32) -> Option<(u32, u32)> {
        let sheet = self.reader.sheet(sheet)?;
        let cols = first.saturating_sub(1)..last.min(MAX_COLS);
        Some(self.reader.used_rows(sheet, cols)).filter(|rows| *rows > 0).map(|rows| (1, rows))
    }

    fn used_cols_for_rows(&self, sheet: &str, _first: u32, _last: u32) -> Option<(u32, u32)> {
        let (_, cols) = self.reader.used(self.reader.sheet(sheet)?);
        (cols > 0).then_some((1, cols))
    }

    fn sheet_bounds(&self, _sheet: &str) -> Option<(u32, u32)> {
        Some((MAX_ROWS, MAX_COLS))
    }

    fn date_system(&self) -> DateSystem {
        self.reader.environment().dates
    }
}

/// A bound function as the Interpreter calls it. It must not borrow, so the context makes the call for it.
struct Adapter {
    bound: Arc<Bound>,
    call: Arc<Mutex<Option<Pending>>>,
}

impl Adapter {
    fn input(&self, index: usize, argument: &ArgumentHandle<'_, '_>, dates: DateSystem) -> Input {
        if argument.is_omitted() {
            return Input::Omitted;
        }
        let table = |value: LiteralValue| match value {
            LiteralValue::Array(rows) => match Table::from_rows(&rows, dates) {
                Some(table) => Input::Range(table),
                None => Input::One(LiteralValue::Error(fail(ExcelErrorKind::Calc))),
            },
            other => Input::One(other),
        };
        // A range of one cell is a range to a parameter that takes ranges.
        let whole = self.bound.takes_range(index) || self.bound.kind() == Kind::Callback;
        match argument.value() {
            Ok(CalcValue::Range(view)) if whole && view.dims() == (1, 1) => {
                let one = crate::cells::CellRef::of(&view.get_cell(0, 0), dates).map(Table::single);
                one.map_or(Input::Omitted, Input::Range)
            }
            Ok(value) => {
                let (value, format) = match value {
                    CalcValue::AnnotatedScalar(value, format) => (value, Some(format)),
                    other => (other.into_literal(), None),
                };
                table(match (value, kind_of(format)) {
                    (LiteralValue::Number(n), kind) if kind != NumberKind::Number => {
                        crate::cells::CellRef::Number(n, kind).value(dates)
                    }
                    (value, _) => value,
                })
            }
            Err(error) => Input::One(LiteralValue::Error(error)),
        }
    }
}

impl Function for Adapter {
    fn name(&self) -> &'static str {
        "bound function"
    }

    fn variadic(&self) -> bool {
        true
    }

    fn eval<'b>(
        &self,
        args: &[ArgumentHandle<'_, 'b>],
        ctx: &dyn FunctionContext<'b>,
    ) -> Result<CalcValue<'b>, ExcelError> {
        if let Some(refusal) = self.bound.refuses(args.len()) {
            return Ok(CalcValue::Scalar(refusal));
        }
        let dates = ctx.date_system();
        let inputs = args.iter().enumerate().map(|(i, arg)| self.input(i, arg, dates)).collect();
        *lock(&self.call) = Some(Pending::Call(Arc::clone(&self.bound), inputs));
        let name = ReferenceType::NamedRange(CALL.to_owned());
        let answer = ctx.resolve_range_view(&name, ctx.current_sheet());
        match (lock(&self.call).take(), answer) {
            (Some(Pending::Done(table)), _) => Ok(match table.as_single() {
                Some(crate::cells::CellRef::Number(n, kind)) => {
                    CalcValue::Scalar(LiteralValue::Number(n)).with_format(format_of(kind))
                }
                Some(cell) => CalcValue::Scalar(cell.plain()),
                None => {
                    CalcValue::Range(RangeView::from_owned_rows(table.to_rows(dates, true), dates))
                }
            }),
            (_, Err(error)) => Err(error),
            (_, Ok(_)) => Err(fail(ExcelErrorKind::NImpl)),
        }
    }
}
