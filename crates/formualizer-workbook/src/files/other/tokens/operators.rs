//! Signs between operands ([MS-XLS] 2.5.198.26 and those that follow).

use super::{
    Unread,
    operands::{Hold, Operands},
};

/// A sign between the last two operands.
pub(super) fn between(token: u8, operands: &mut Operands) -> Result<(), Unread> {
    let (sign, hold) = match token {
        0x03 => ("+", Hold::Sum),
        0x04 => ("-", Hold::Sum),
        0x05 => ("*", Hold::Product),
        0x06 => ("/", Hold::Product),
        0x07 => ("^", Hold::Power),
        0x08 => ("&", Hold::Join),
        0x09 => ("<", Hold::Comparison),
        0x0A => ("<=", Hold::Comparison),
        0x0B => ("=", Hold::Comparison),
        0x0C => (">=", Hold::Comparison),
        0x0D => (">", Hold::Comparison),
        0x0E => ("<>", Hold::Comparison),
        0x0F => (" ", Hold::Intersection),
        0x10 => (",", Hold::Union),
        0x11 => (":", Hold::Range),
        _ => return Err(Unread::Damaged),
    };
    let right = operands.pop()?;
    let left = operands.pop()?;
    if left.text.is_empty() || right.text.is_empty() {
        return Err(Unread::Damaged);
    }
    // Equal signs are taken from the left.
    let right = match right.hold <= hold {
        true => format!("({})", right.text),
        false => right.text,
    };
    let mut text = left.held(hold);
    text.push_str(sign);
    text.push_str(&right);
    operands.push(text, hold)
}

/// A sign in front of the last operand or behind it, or brackets around it.
pub(super) fn around(token: u8, operands: &mut Operands) -> Result<(), Unread> {
    let operand = operands.pop()?;
    if operand.text.is_empty() {
        return Err(Unread::Damaged);
    }
    match token {
        0x12 => operands.push(format!("+{}", operand.held(Hold::Sign)), Hold::Sign),
        0x13 => operands.push(format!("-{}", operand.held(Hold::Sign)), Hold::Sign),
        0x14 => operands.push(operand.held(Hold::Percent) + "%", Hold::Percent),
        0x15 => operands.atom(format!("({})", operand.text)),
        _ => Err(Unread::Damaged),
    }
}
