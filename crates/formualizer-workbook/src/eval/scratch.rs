use super::*;
use crate::Value;
use formualizer_eval::{engine::range_view::RangeView, function_registry, interpreter::Interpreter, timezone::{ClockProvider, FixedClock, TimeZoneSpec}, traits::*};
use formualizer_parse::parser::{ReferenceType, TableReference, ASTNode, ASTNodeType};
use formualizer_common::{ExcelError, ExcelErrorKind};
use std::sync::{Arc, Mutex};
pub(super) struct Ctx<'r> { pub r: &'r dyn Reader, pub areas: Vec<(SheetId, Rect)>, pub latch: Mutex<Option<(SheetId, Rect)>>, pub clock: FixedClock }
fn e(k: ExcelErrorKind) -> ExcelError { ExcelError::new(k) }
impl ReferenceResolver for Ctx<'_> { fn resolve_cell_reference(&self, _: Option<&str>, _: u32, _: u32) -> Result<Value, ExcelError> { Err(e(ExcelErrorKind::Ref)) } }
impl RangeResolver for Ctx<'_> { fn resolve_range_reference(&self, _: Option<&str>, _: Option<u32>, _: Option<u32>, _: Option<u32>, _: Option<u32>) -> Result<Box<dyn formualizer_eval::traits::Range>, ExcelError> { Err(e(ExcelErrorKind::Ref)) } }
impl NamedRangeResolver for Ctx<'_> { fn resolve_named_range_reference(&self, _: &str) -> Result<Vec<Vec<Value>>, ExcelError> { Err(e(ExcelErrorKind::Name)) } }
impl TableResolver for Ctx<'_> { fn resolve_table_reference(&self, _: &TableReference) -> Result<Box<dyn Table_>, ExcelError> { Err(e(ExcelErrorKind::Name)) } }
use formualizer_eval::traits::Table as Table_;
impl SourceResolver for Ctx<'_> {}
impl Resolver for Ctx<'_> {}
impl FunctionProvider for Ctx<'_> { fn get_function(&self, ns: &str, name: &str) -> Option<Arc<dyn formualizer_eval::traits::Function>> { function_registry::get(ns, name) } }
impl EvaluationContext for Ctx<'_> {
    fn resolve_range_view<'c>(&'c self, reference: &ReferenceType, current: &str) -> Result<RangeView<'c>, ExcelError> {
        let (sheet, top, left, bottom, right) = match reference {
            ReferenceType::Cell { sheet, row, col, .. } => (sheet, row-1, col-1, row-1, col-1),
            ReferenceType::Range { sheet, start_row, start_col, end_row, end_col, .. } => {
                let id = self.r.sheet(sheet.as_deref().unwrap_or(current)).ok_or_else(|| e(ExcelErrorKind::Ref))?;
                let (ur, uc) = self.r.used(id);
                (sheet, start_row.unwrap_or(1)-1, start_col.unwrap_or(1)-1, end_row.unwrap_or(ur.max(1))-1, end_col.unwrap_or(uc.max(1))-1)
            }
            _ => return Err(e(ExcelErrorKind::Name)),
        };
        let id = self.r.sheet(sheet.as_deref().unwrap_or(current)).ok_or_else(|| e(ExcelErrorKind::Ref))?;
        let rect = Rect { top, left, bottom, right };
        if !self.areas.iter().any(|(s, a)| *s == id && a.covers(&rect)) {
            if let Some(p) = self.r.pending(id, &rect) { self.latch.lock().unwrap().get_or_insert((id, p)); }
        }
        let rows: Vec<Vec<Value>> = rect.rows().map(|row| rect.cols().map(|col| self.r.cell(id, Cell::new(row, col)).plain()).collect()).collect();
        Ok(RangeView::from_owned_rows(rows, DateSystem::Excel1900))
    }
    fn clock(&self) -> &dyn ClockProvider { &self.clock }
    fn timezone(&self) -> &TimeZoneSpec { self.clock.timezone() }
    fn workbook_seed(&self) -> u64 { self.r.environment().seed }
    fn recalc_epoch(&self) -> u64 { self.r.environment().epoch }
    fn volatile_level(&self) -> VolatileLevel { VolatileLevel::Always }
    fn resolve_spill_reference(&self, a: &ReferenceType, current: &str) -> Result<ReferenceType, ExcelError> {
        let ReferenceType::Cell { sheet, row, col, .. } = a else { return Err(e(ExcelErrorKind::Ref)) };
        let id = self.r.sheet(sheet.as_deref().unwrap_or(current)).ok_or_else(|| e(ExcelErrorKind::Ref))?;
        let r = self.r.spill(id, Cell::new(row-1, col-1)).ok_or_else(|| e(ExcelErrorKind::Ref))?;
        Ok(ReferenceType::range(sheet.clone(), Some(r.top+1), Some(r.left+1), Some(r.bottom+1), Some(r.right+1)))
    }
}
pub(super) fn one(r: &dyn Reader, t: &Template, sheet: SheetId, cell: Cell) -> Outcome {
    formualizer_eval::builtins::load_builtins();
    let ast: ASTNode = t.ast_at(cell);
    if let ASTNodeType::Literal(v) = &ast.node_type { return Outcome::Rows(Cells::of([CellRef::of(v, DateSystem::Excel1900).unwrap()])); }
    let us = r.environment().now_us;
    let clock = FixedClock::new(chrono::DateTime::from_timestamp_micros(us).unwrap(), TimeZoneSpec::Utc);
    let ctx = Ctx { r, areas: t.areas.iter().filter_map(|a| Some((a.sheet, a.at(cell)?))).collect(), latch: Mutex::new(None), clock };
    let name = r.sheet_name(sheet).unwrap_or_default().to_owned();
    let i = Interpreter::new_with_cell(&ctx, &name, formualizer_eval::CellRef::new_absolute(sheet.0 as _, cell.row, cell.col));
    let v = match i.evaluate_ast(&ast) { Ok(v) => v.into_literal(), Err(e) => Value::Error(e) };
    drop(i);
    if let Some((s, rect)) = *ctx.latch.lock().unwrap() { return Outcome::Deferred(s, rect); }
    match v {
        Value::Array(rows) => match crate::cells::Table::from_rows(&rows, r.environment().dates) { Some(t) if t.as_single().is_some() => Outcome::Rows(t.columns()[0].clone()), Some(t) => Outcome::Array(t), None => Outcome::Rows(Cells::Blank(1)) },
        Value::Empty => Outcome::Rows(Cells::number(0.0, 1)),
        v => Outcome::Rows(Cells::of([CellRef::of(&v, r.environment().dates).unwrap()])),
    }
}
