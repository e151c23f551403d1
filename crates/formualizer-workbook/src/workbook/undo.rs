//! Undo and redo: what the workbook was before each edit. Buffers are shared, so a step costs what it changed and a copy of
//! the list of regions.

use super::Workbook;
use crate::{book::Book, functions::WasmPluginManager};
use std::collections::VecDeque;

/// What was, and what was undone.
#[derive(Debug, Default)]
pub(super) struct History {
    limit: usize,
    past: VecDeque<State>,
    future: Vec<State>,
}

/// A workbook between two edits.
#[derive(Debug)]
struct State {
    book: Book,
    plugins: WasmPluginManager,
}

impl Workbook {
    /// Remembers so many edits from now on; 0, as it is at first, none.
    pub fn set_undo_limit(&mut self, edits: usize) {
        self.history.limit = edits;
        while self.history.past.len() > edits {
            self.history.past.pop_front();
        }
        if edits == 0 {
            self.history.future.clear();
        }
    }

    /// Takes back the last edit: values, formulas, sheets, names, tables and bindings of functions. `false` where
    /// there is none to take back.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.history.past.pop_back() else { return false };
        let now = self.come_back_to(before);
        self.history.future.push(now);
        true
    }

    /// Does again what [`undo`](Self::undo) took back; `false` where there is nothing, or there was an edit
    /// since.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.history.future.pop() else { return false };
        let now = self.come_back_to(after);
        self.history.past.push_back(now);
        true
    }

    /// Called before every edit.
    pub(super) fn remember(&mut self) {
        if self.history.limit == 0 {
            return;
        }
        self.history.future.clear();
        let now = State { book: self.book.remembered(), plugins: self.plugins.clone() };
        self.history.past.push_back(now);
        if self.history.past.len() > self.history.limit {
            self.history.past.pop_front();
        }
    }

    fn come_back_to(&mut self, state: State) -> State {
        let book = std::mem::replace(&mut self.book, state.book).remembered();
        self.book.wake();
        State { book, plugins: std::mem::replace(&mut self.plugins, state.plugins) }
    }
}
