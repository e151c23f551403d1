//! A file's lines, with their numbers.

use super::on_line;
use arrow_schema::ArrowError;
use std::io::{BufRead, Read as _};

/// Longest line: a file without line breaks must not end up in memory.
const MAX_LINE: u64 = 64 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Lines that hold something.
pub(crate) struct Lines<R> {
    reader: R,
    /// Number of the line that was read last, from 1.
    number: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, number: 0, line: Vec::new() }
    }

    /// The next line that is not blank, and its number.
    pub(super) fn read(&mut self) -> Result<Option<(u64, &[u8])>, ArrowError> {
        loop {
            self.line.clear();
            let read = self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.line)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if read as u64 == MAX_LINE && self.line.last() != Some(&b'\n') {
                let what = format!("is longer than {MAX_LINE} bytes: one object stands on a line");
                return Err(on_line(self.number, what));
            }
            if self.number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
                self.line.drain(..BYTE_ORDER_MARK.len());
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some((self.number, self.line.trim_ascii())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, MAX_LINE};
    use crate::table::interrupted::Interrupted;
    use std::io::{BufReader, Read};

    fn all(text: &[u8]) -> Vec<(u64, String)> {
        let mut lines = Lines::new(text);
        let mut all = Vec::new();
        while let Some((number, line)) = lines.read().unwrap() {
            all.push((number, String::from_utf8(line.to_vec()).unwrap()));
        }
        all
    }

    #[test]
    fn blank_lines_count_but_are_left_out() {
        assert_eq!(all(b""), []);
        assert_eq!(all(b"\n \r\n\t"), []);
        let lines = [(1, "{}".to_owned()), (4, "{\"a\":1}".to_owned())];
        assert_eq!(all(b"\xef\xbb\xbf{}\r\n\n  \n {\"a\":1}"), lines);
    }

    #[test]
    fn lines_are_read_through_interruptions() {
        let mut lines = Lines::new(BufReader::new(Interrupted::new("{}\n\n{\"a\":1}")));
        assert_eq!(lines.read().unwrap(), Some((1, &b"{}"[..])));
        assert_eq!(lines.read().unwrap(), Some((3, &b"{\"a\":1}"[..])));
        assert_eq!(lines.read().unwrap(), None);
    }

    #[test]
    fn a_line_without_an_end_is_refused() {
        let endless = std::io::repeat(b' ').take(MAX_LINE * 2);
        let error = Lines::new(BufReader::new(endless)).read().unwrap_err();
        assert!(error.to_string().contains("line 1: is longer than"), "{error}");
    }
}
