//! Regions: rectangles of cells with the same formula.

use crate::{
    address::{Cell, Rect, SheetId},
    formula::Template,
};
use std::sync::Arc;

/// A region of the book; given again once the region is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RegionId(pub(crate) u32);

/// Cells with the same formula.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) sheet: SheetId,
    pub(crate) rect: Rect,
    pub(crate) template: Arc<Template>,
    /// What the array result of a single cell fills, that cell included.
    pub(crate) spill: Option<Rect>,
    /// What it would fill if nothing stood in the way.
    pub(crate) blocked: Option<Rect>,
    /// Whether it gave an array although its formula was not known to.
    pub(crate) spreads: bool,
}

impl Region {
    pub(crate) fn new(sheet: SheetId, rect: Rect, template: Arc<Template>) -> Self {
        Self { sheet, rect, template, spill: None, blocked: None, spreads: false }
    }

    pub(crate) fn is_single(&self) -> bool {
        self.rect.cells() == 1
    }

    /// Whether it may go on over a rectangle above or below it that gets a formula: it is the same one, of the same columns, and
    /// no array.
    pub(crate) fn goes_on_over(&self, rect: &Rect, template: &Arc<Template>) -> bool {
        Arc::ptr_eq(&self.template, template)
            && (self.rect.left, self.rect.right) == (rect.left, rect.right)
            && self.spill.is_none()
            && self.blocked.is_none()
    }

    pub(crate) fn anchor(&self) -> Cell {
        self.rect.top_left()
    }
}

/// Every region of a book.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regions {
    slots: Vec<Option<Region>>,
    free: Vec<RegionId>,
}

impl Regions {
    pub(crate) fn insert(&mut self, region: Region) -> RegionId {
        if let Some(id) = self.free.pop() {
            self.slots[id.0 as usize] = Some(region);
            return id;
        }
        #[expect(clippy::cast_possible_truncation, reason = "memory ends long before 2^32 regions")]
        let id = RegionId(self.slots.len() as u32);
        self.slots.push(Some(region));
        id
    }

    pub(crate) fn remove(&mut self, id: RegionId) -> Option<Region> {
        let region = self.slots.get_mut(id.0 as usize)?.take()?;
        self.free.push(id);
        Some(region)
    }

    pub(crate) fn get(&self, id: RegionId) -> Option<&Region> {
        self.slots.get(id.0 as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: RegionId) -> Option<&mut Region> {
        self.slots.get_mut(id.0 as usize)?.as_mut()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (RegionId, &Region)> {
        #[expect(clippy::cast_possible_truncation, reason = "ids are u32")]
        let id = |at: usize| RegionId(at as u32);
        self.slots.iter().enumerate().filter_map(move |(at, slot)| Some((id(at), slot.as_ref()?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
