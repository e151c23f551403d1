//! The lines of `formulas.txt`.

use crate::{Entry, ROWS, data::column_of, letters};
use std::collections::BTreeSet;

/// A formula of the file and where it stands.
#[derive(Clone, Debug)]
pub struct Line {
    /// The formula as the file has it, with placeholders, without `[]`.
    pub template: String,
    /// It stands once and may spill.
    pub array: bool,
    /// Row and column, from 1, of its first cell.
    at: (u32, u32),
}

/// Rows and columns that an array formula may fill.
const ROOM: (u32, u32) = (30, 8);

/// The lines of the file, each with its place.
///
/// # Errors
/// Where a line has an unknown placeholder.
pub fn read(file: &str) -> Result<Vec<Line>, String> {
    let (mut lines, mut arrays, mut filled) = (Vec::new(), 0, 0);
    for (number, line) in (1..).zip(file.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (array, template) = match line.strip_prefix("[]") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let at = if array {
            arrays += 1;
            let at: u32 = arrays - 1;
            (1 + at / 10 * (ROOM.0 + 2), 1 + at % 10 * (ROOM.1 + 1))
        } else {
            filled += 1;
            (2, filled)
        };
        let line = Line { template: template.to_owned(), array, at };
        line.text(0).map_err(|letter| format!("line {number}: no input is called {{{letter}}}"))?;
        lines.push(line);
    }
    Ok(lines)
}

impl Line {
    /// The sheet that it stands in.
    #[must_use]
    pub fn sheet(&self) -> &'static str {
        if self.array { "Arrays" } else { "Filled" }
    }

    /// The cells with the formula.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let rows = if self.array { 1 } else { ROWS };
        (0..rows)
            .filter_map(|row| {
                let text = self.text(row).ok()?;
                Some(Entry::formula(self.sheet(), self.at.0 + row, self.at.1, text))
            })
            .collect()
    }

    /// First and last row and column, from 1, of what is compared.
    #[must_use]
    pub fn block(&self) -> ((u32, u32), (u32, u32)) {
        let (rows, cols) = if self.array { ROOM } else { (ROWS, 1) };
        (self.at, (self.at.0 + rows - 1, self.at.1 + cols - 1))
    }

    /// The formula in the row, from 0.
    ///
    /// # Errors
    /// The letter of a placeholder that there is not.
    pub fn text(&self, row: u32) -> Result<String, char> {
        let last = ROWS + 1;
        let (mut out, mut rest) = (String::new(), self.template.as_str());
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            let inside: Vec<char> = rest[open..].chars().take(3).collect();
            match inside[..] {
                ['{', '^', '}'] => {
                    out.push_str(&format!("{}{}", letters(self.at.1), self.at.0 + row - 1));
                    rest = &rest[open + 3..];
                }
                ['{', '_', '}'] => {
                    out.push_str(&(row + 2).to_string());
                    rest = &rest[open + 3..];
                }
                ['{', letter, '}'] if letter.is_ascii_alphabetic() => {
                    let col = letters(column_of(letter).ok_or(letter)?);
                    if letter.is_ascii_lowercase() {
                        out.push_str(&format!("Data!{col}{}", row + 2));
                    } else {
                        out.push_str(&format!("Data!${col}$2:${col}${last}"));
                    }
                    rest = &rest[open + 3..];
                }
                _ => {
                    // An array constant.
                    out.push('{');
                    rest = &rest[open + 1..];
                }
            }
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// The names that a formula calls.
#[must_use]
pub fn functions_of(formula: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut name = String::new();
    let mut quoted = false;
    for c in formula.chars() {
        if quoted && c != '"' {
            continue;
        }
        match c {
            '"' => {
                quoted = !quoted;
                name.clear();
            }
            '(' if name.starts_with(|c: char| c.is_ascii_uppercase()) => {
                names.insert(std::mem::take(&mut name));
            }
            'A'..='Z' | '0'..='9' | '.' => name.push(c),
            _ => name.clear(),
        }
    }
    names
}
