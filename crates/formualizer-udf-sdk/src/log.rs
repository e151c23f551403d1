//! Lines for whoever calls the plugin.

use core::fmt;
#[cfg(any(target_arch = "wasm32", test))]
use udf_abi::exports::MAX_LOG_BYTES;

/// Writes a line for whoever calls the plugin: `format!`'s arguments.
///
/// Hosts show the lines of a call beside its result: the command line on stderr, Python through
/// `logging`, workbooks in the report of the recalculation. The lines of one call of the module (a
/// batch of rows) take at most 8 KiB, those of all batches as much as the host says; of the others
/// their number is told. In a test the line goes to stderr.
///
/// It is for finding out what a function does: it is slow, and a loop with it in is not vectorised.
///
/// ```
/// use formualizer_udf_sdk::{fz_log, fz_udf};
///
/// /// The root, by Newton's method.
/// #[fz_udf]
/// fn newton(x: f64) -> f64 {
///     let mut guess = x;
///     while (guess * guess - x).abs() > 1e-9 {
///         guess = (guess + x / guess) / 2.0;
///         fz_log!("{x}: guessed {guess}");
///     }
///     guess
/// }
/// # assert!((newton(2.0) - 2f64.sqrt()).abs() < 1e-9);
/// ```
#[macro_export]
macro_rules! fz_log {
    ($($argument:tt)*) => {
        $crate::__private::log(::core::format_args!($($argument)*))
    };
}

/// Writes a line.
#[cold]
pub fn log(line: fmt::Arguments<'_>) {
    let line = std::fmt::format(line);
    #[cfg(target_arch = "wasm32")]
    crate::raw::log(&line);
    #[cfg(not(target_arch = "wasm32"))]
    {
        #![expect(clippy::print_stderr, reason = "where tests look for it")]
        eprintln!("{line}");
    }
}

/// What the host reads after a call: lines, separated by line feeds, and how many did not fit.
#[cfg(any(target_arch = "wasm32", test))]
#[repr(C, align(16))]
pub(crate) struct Lines {
    len: u32,
    more: u32,
    text: [u8; MAX_LOG_BYTES],
}

#[cfg(any(target_arch = "wasm32", test))]
impl Lines {
    pub(crate) const fn new() -> Self {
        Self { len: 0, more: 0, text: [0; MAX_LOG_BYTES] }
    }

    pub(crate) fn clear(&mut self) {
        (self.len, self.more) = (0, 0);
    }

    /// Appends a line. One that does not fit is counted, and so are all behind it; the first is
    /// cut.
    pub(crate) fn push(&mut self, line: &str) {
        let start = self.len as usize;
        let first = start == 0;
        let room = MAX_LOG_BYTES - start;
        if self.more > 0 || !first && line.len() + 1 > room {
            self.more = self.more.saturating_add(line.lines().count().max(1) as u32);
            return;
        }
        let start = if first { start } else { self.append(start, "\n") };
        let end = self.append(start, &line[..line.floor_char_boundary(MAX_LOG_BYTES - start)]);
        self.len = end as u32;
    }

    fn append(&mut self, start: usize, text: &str) -> usize {
        let end = start + text.len();
        if let Some(room) = self.text.get_mut(start..end) {
            room.copy_from_slice(text.as_bytes());
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &Lines) -> &str {
        core::str::from_utf8(&lines.text[..lines.len as usize]).unwrap_or("not UTF-8")
    }

    #[test]
    fn lines_stand_behind_one_another() {
        let mut lines = Lines::new();
        lines.push("one");
        lines.push("");
        lines.push("three");
        assert_eq!((text(&lines), lines.more), ("one\n\nthree", 0));
        lines.clear();
        lines.push("another call");
        assert_eq!((text(&lines), lines.more), ("another call", 0));
    }

    #[test]
    fn lines_without_room_are_counted_from_the_first_one_on() {
        let mut lines = Lines::new();
        for _ in 0..MAX_LOG_BYTES / 8 {
            lines.push("1234567");
        }
        assert_eq!((lines.len as usize, lines.more), (MAX_LOG_BYTES - 1, 0));
        lines.push("two\nlines");
        lines.push("");
        assert_eq!((lines.len as usize, lines.more), (MAX_LOG_BYTES - 1, 3));
    }

    #[test]
    fn a_first_line_that_is_too_long_is_cut_between_characters() {
        let mut lines = Lines::new();
        lines.push(&"é".repeat(MAX_LOG_BYTES));
        assert_eq!(text(&lines), "é".repeat(MAX_LOG_BYTES / 2));
        let mut lines = Lines::new();
        lines.push(&format!("x{}", "é".repeat(MAX_LOG_BYTES)));
        assert_eq!(lines.len as usize, MAX_LOG_BYTES - 1);
    }
}
