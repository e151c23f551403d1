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
    /// Transactions that are going on, one within the other.
    depth: u32,
    /// Whether there was an edit in the innermost of them.
    edited: bool,
}

/// A workbook between two edits.
#[derive(Debug)]
pub(super) struct State {
    book: Book,
    plugins: WasmPluginManager,
}

impl History {
    /// Begins a transaction; whether there had been edits in the one around it.
    pub(super) fn enter(&mut self) -> bool {
        self.depth += 1;
        std::mem::take(&mut self.edited)
    }

    /// Ends a transaction whose edits were taken back.
    pub(super) fn leave(&mut self, edited_before: bool) {
        self.depth = self.depth.saturating_sub(1);
        self.edited = edited_before;
    }

    /// Ends a transaction whose edits stay; whether they are a step of their own that can be taken back.
    pub(super) fn leave_done(&mut self, edited_before: bool) -> bool {
        let edited = self.edited;
        self.leave(edited || edited_before);
        edited && !self.is_within()
    }

    /// Whether a transaction is going on.
    pub(super) fn is_within(&self) -> bool {
        self.depth > 0
    }

    /// Keeps what was before an edit.
    pub(super) fn push(&mut self, before: State) {
        self.edited = false;
        if self.limit == 0 {
            return;
        }
        self.future.clear();
        self.past.push_back(before);
        if self.past.len() > self.limit {
            self.past.pop_front();
        }
    }
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
        if self.history.is_within() {
            return false;
        }
        let Some(before) = self.history.past.pop_back() else { return false };
        let now = self.come_back_to(before);
        self.history.future.push(now);
        true
    }

    /// Does again what [`undo`](Self::undo) took back; `false` where there is nothing, or there was an edit
    /// since.
    pub fn redo(&mut self) -> bool {
        if self.history.is_within() {
            return false;
        }
        let Some(after) = self.history.future.pop() else { return false };
        let now = self.come_back_to(after);
        self.history.past.push_back(now);
        true
    }

    /// Called before every edit, once it is clear that it succeeds.
    pub(super) fn remember(&mut self) {
        if self.history.is_within() {
            self.history.edited = true;
            return;
        }
        if self.history.limit > 0 {
            let now = self.state();
            self.history.push(now);
        }
    }

    /// What the workbook is now.
    pub(super) fn state(&self) -> State {
        State { book: self.book.remembered(), plugins: self.plugins.clone() }
    }

    pub(super) fn come_back_to(&mut self, state: State) -> State {
        let book = std::mem::replace(&mut self.book, state.book).remembered();
        self.book.wake();
        State { book, plugins: std::mem::replace(&mut self.plugins, state.plugins) }
    }
}
