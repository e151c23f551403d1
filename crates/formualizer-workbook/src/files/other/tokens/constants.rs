//! Constants, and what stands between tokens ([MS-XLS] 2.5.198.89, 2.5.198.32, 2.5.198.1 and those around them).

use super::{Layout, Reading, Unread, operands::Hold};
use std::fmt::Write;

impl Reading<'_> {
    pub(super) fn constant(&mut self, token: u8) -> Result<(), Unread> {
        match token {
            0x17 => {
                let text = match self.layout {
                    Layout::Biff5 => {
                        let len = usize::from(self.tokens.u8()?);
                        self.links.decoded(self.tokens.take(len)?)
                    }
                    Layout::Biff8 => {
                        let len = usize::from(self.tokens.u8()?);
                        self.tokens.flagged(len)?
                    }
                    Layout::Biff12 => {
                        let len = usize::from(self.tokens.u16()?);
                        self.tokens.wide(len)?
                    }
                };
                self.operands.atom(quoted(&text))
            }
            // References to tables are the only ones of this kind that Excel still writes.
            0x18 => Err(match self.tokens.u8()? {
                0x19 => Unread::Structured,
                _ => Unread::Damaged,
            }),
            0x19 => self.attribute(),
            0x1C => {
                let error = error(self.tokens.u8()?)?;
                self.operands.atom(error.to_owned())
            }
            0x1D => {
                let text = logical(self.tokens.u8()?);
                self.operands.atom(text.to_owned())
            }
            0x1E => {
                let number = self.tokens.u16()?;
                self.operands.atom(number.to_string())
            }
            0x1F => {
                let n = self.tokens.f64()?;
                let hold = if n < 0.0 { Hold::Sign } else { Hold::Atom };
                self.operands.push(number(n)?, hold)
            }
            _ => Err(Unread::Damaged),
        }
    }

    /// What programs leave for their own calculation, and SUM of one argument.
    fn attribute(&mut self) -> Result<(), Unread> {
        let kind = self.tokens.u8()?;
        let data = self.tokens.u16()?;
        match kind {
            // The places behind the branches of CHOOSE.
            0x04 => self.tokens.take(2 * (usize::from(data) + 1)).map(|_| ()),
            0x10 => {
                let argument = self.operands.pop()?;
                self.operands.atom(format!("SUM({})", argument.held(Hold::Intersection)))
            }
            _ => Ok(()),
        }
    }

    /// A constant array, whose values stand behind the tokens.
    pub(super) fn array(&mut self) -> Result<(), Unread> {
        let (unused, rows, cols) = match self.layout {
            Layout::Biff5 | Layout::Biff8 => {
                let (cols, rows) = (u32::from(self.extra.u8()?), u32::from(self.extra.u16()?));
                match self.layout {
                    // Without one less; 256 has no byte of its own.
                    Layout::Biff5 => (7, rows, if cols == 0 { 256 } else { cols }),
                    _ => (7, rows + 1, cols + 1),
                }
            }
            Layout::Biff12 => (14, self.extra.u32()?, self.extra.u32()?),
        };
        self.tokens.take(unused)?;
        if rows == 0 || cols == 0 {
            return Err(Unread::Damaged);
        }
        let mut text = String::from("{");
        for row in 0..rows {
            for col in 0..cols {
                match (row, col) {
                    (0, 0) => {}
                    (_, 0) => text.push(';'),
                    _ => text.push(','),
                }
                let value = self.item()?;
                text.push_str(&value);
            }
        }
        text.push('}');
        self.operands.atom(text)
    }

    fn item(&mut self) -> Result<String, Unread> {
        let layout = self.layout;
        let kind = match (layout, self.extra.u8()?) {
            (Layout::Biff12, 0x00) => 0x01,
            (Layout::Biff12, 0x01) => 0x02,
            (Layout::Biff12, 0x02) => 0x04,
            (Layout::Biff12, 0x04) => 0x10,
            (Layout::Biff12, _) => return Err(Unread::Damaged),
            (_, kind) => kind,
        };
        // What is shorter than a number has the room of one in `.xls`.
        let rest = |new: usize| if layout == Layout::Biff12 { new } else { 7 };
        match kind {
            // A blank, which no array that is typed has.
            0x00 => self.extra.take(8).map(|_| "\"\"".to_owned()),
            0x01 => number(self.extra.f64()?),
            0x02 => {
                let text = match layout {
                    Layout::Biff5 => {
                        let len = usize::from(self.extra.u8()?);
                        self.links.decoded(self.extra.take(len)?)
                    }
                    Layout::Biff8 => {
                        let len = usize::from(self.extra.u16()?);
                        self.extra.flagged(len)?
                    }
                    Layout::Biff12 => {
                        let len = usize::from(self.extra.u16()?);
                        self.extra.wide(len)?
                    }
                };
                Ok(quoted(&text))
            }
            0x04 => {
                let value = logical(self.extra.u8()?);
                self.extra.take(rest(0)).map(|_| value.to_owned())
            }
            0x10 => {
                let value = error(self.extra.u8()?)?;
                self.extra.take(rest(3)).map(|_| value.to_owned())
            }
            _ => Err(Unread::Damaged),
        }
    }
}

/// The shortest digits that are this number again.
fn number(n: f64) -> Result<String, Unread> {
    if !n.is_finite() {
        return Err(Unread::Damaged);
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match n.abs() {
        0.0 => write!(text, "0"),
        size if !(1e-5..1e15).contains(&size) => write!(text, "{n:E}"),
        _ => write!(text, "{n}"),
    };
    Ok(text)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn logical(byte: u8) -> &'static str {
    if byte == 0 { "FALSE" } else { "TRUE" }
}

/// An error by its number ([MS-XLS] 2.5.10).
pub(in super::super) fn error(number: u8) -> Result<&'static str, Unread> {
    Ok(match number {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        // Loading, and what came after these files.
        0x2B => "#GETTING_DATA",
        _ => return Err(Unread::Damaged),
    })
}
