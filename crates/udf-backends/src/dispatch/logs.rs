//! The logs of a call's batches, which end in any order.

use std::{collections::BTreeMap, sync::Mutex, sync::PoisonError};
use udf_columnar::{KEPT_LOG_BYTES, KEPT_LOG_LINES, Log};

/// Logs by the first row that they come from. Whatever order they arrive in, what is kept is what
/// comes first in the order of rows; what cannot be among that is let go at once.
#[derive(Default)]
pub(super) struct Logs(Mutex<Parts>);

#[derive(Default)]
struct Parts {
    logs: BTreeMap<usize, Log>,
    lines: usize,
    bytes: usize,
    skipped: u64,
}

impl Logs {
    /// Takes in the log of the rows from `start` on, if there is one.
    pub(super) fn insert(&self, start: usize, log: Option<Log>) {
        let Some(log) = log else { return };
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = &mut *guard;
        parts.lines += log.lines().len();
        parts.bytes += log.bytes();
        parts.logs.entry(start).or_default().append(log);
        while let Some(last) = parts.logs.last_entry() {
            let lines = parts.lines - last.get().lines().len();
            let bytes = parts.bytes - last.get().bytes();
            if lines < KEPT_LOG_LINES && bytes < KEPT_LOG_BYTES {
                break;
            }
            let log = last.remove();
            parts.skipped += log.lines().len() as u64 + log.more();
            (parts.lines, parts.bytes) = (lines, bytes);
        }
    }

    /// All of it in the order of rows.
    pub(super) fn finish(self) -> Log {
        let parts = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut all = Log::default();
        parts.logs.into_values().for_each(|log| all.append(log));
        all.skip(parts.skipped);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(name: usize, lines: usize) -> Option<Log> {
        Some(Log::new(&vec![format!("batch {name}"); lines].join("\n"), 0))
    }

    #[test]
    fn what_comes_first_in_the_order_of_rows_is_kept_whatever_arrives_first() {
        let batches = 50;
        let orders: [Vec<usize>; 3] = [
            (0..batches).collect(),
            (0..batches).rev().collect(),
            (0..batches).map(|index| index * 7 % batches).collect(),
        ];
        let logs = orders.map(|order| {
            let logs = Logs::default();
            order.into_iter().for_each(|start| logs.insert(start, log(start, 30)));
            assert!(logs.0.lock().unwrap().logs.len() <= 34, "more is held than can be kept");
            logs.finish()
        });
        assert_eq!(logs[0], logs[1]);
        assert_eq!(logs[0], logs[2]);
        assert_eq!(logs[0].lines().len(), KEPT_LOG_LINES);
        assert_eq!(logs[0].more(), 30 * 50 - KEPT_LOG_LINES as u64);
        assert_eq!(logs[0].lines()[999], "batch 33");
    }

    #[test]
    fn a_batch_without_lines_is_none() {
        let logs = Logs::default();
        logs.insert(0, None);
        assert!(logs.finish().is_empty());
    }
}
