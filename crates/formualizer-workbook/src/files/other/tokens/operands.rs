//! Texts that are put together, and how tightly each holds together.

use super::Unread;

/// Bytes of a formula's text at most: 8 192 characters, and some room for what is written longer than it was typed.
const LONGEST: usize = 1 << 16;

/// How tightly a text holds together: what is looser gets brackets where it becomes part of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hold {
    Comparison,
    Join,
    Sum,
    Product,
    Power,
    Percent,
    Sign,
    Union,
    Intersection,
    Range,
    Atom,
}

/// A text that is to be part of another one.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) text: String,
    pub(super) hold: Hold,
}

impl Operand {
    /// The text, in brackets where it does not hold together so tightly.
    pub(super) fn held(self, by: Hold) -> String {
        match self.hold < by {
            true => format!("({})", self.text),
            false => self.text,
        }
    }
}

/// The texts that are not yet part of another one.
#[derive(Debug, Default)]
pub(super) struct Operands {
    stack: Vec<Operand>,
    bytes: usize,
}

impl Operands {
    pub(super) fn push(&mut self, text: String, hold: Hold) -> Result<(), Unread> {
        self.bytes += text.len();
        if self.bytes > LONGEST {
            return Err(Unread::TooLong);
        }
        self.stack.push(Operand { text, hold });
        Ok(())
    }

    pub(super) fn atom(&mut self, text: String) -> Result<(), Unread> {
        self.push(text, Hold::Atom)
    }

    pub(super) fn pop(&mut self) -> Result<Operand, Unread> {
        let operand = self.stack.pop().ok_or(Unread::Damaged)?;
        self.bytes -= operand.text.len();
        Ok(operand)
    }

    /// The last ones, in the order in which they came.
    pub(super) fn pop_many(&mut self, count: usize) -> Result<Vec<Operand>, Unread> {
        let start = self.stack.len().checked_sub(count).ok_or(Unread::Damaged)?;
        let popped = self.stack.split_off(start);
        self.bytes -= popped.iter().map(|operand| operand.text.len()).sum::<usize>();
        Ok(popped)
    }

    /// The text that is the whole formula.
    pub(super) fn finish(mut self) -> Result<String, Unread> {
        match (self.stack.pop(), self.stack.is_empty()) {
            (Some(operand), true) if !operand.text.is_empty() => Ok(operand.text),
            _ => Err(Unread::Damaged),
        }
    }
}
