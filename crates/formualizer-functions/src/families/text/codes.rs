//! Characters and their numbers.
//!
//! `CHAR` and `CODE` go by the code page of western Windows, 1252 (the Unicode Consortium's table CP1252 and
//! Windows' for the five that it leaves out), or by Mac OS Roman (the Consortium's table ROMAN) in workbooks that Excel for the
//! Macintosh saved; `UNICHAR` and `UNICODE` by Unicode.

use crate::{
    call::{Call, Output, Platform, Result},
    record::{Kernel, Record, value},
};
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("CHAR", &[value("number")], Kernel::OfText(char_of), "The character of a number from 1 to 255 in the western code page of Windows, or of the Macintosh where the workbook is from."),
    Record::new("CODE", &[value("text")], Kernel::OfRow(code), "The number of a text's first character in that code page.")
        .differing("Characters that the code page does not have are 63, also where Windows takes one that looks alike."),
    Record::new("UNICHAR", &[value("number")], Kernel::OfText(unichar), "The character of a number in Unicode.").future(),
    Record::new("UNICODE", &[value("text")], Kernel::OfRow(unicode), "The number of a text's first character in Unicode.").future(),
];

/// The characters 128 to 159.
const WESTERN: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2C6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
];

/// The characters 128 to 255 of Mac OS Roman.
const ROMAN: &str = "\
ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü\
†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ\
‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

fn char_of(call: &Call<'_>, out: &mut String) -> Result<()> {
    let number = call.number(0)?.trunc();
    if !(1.0..256.0).contains(&number) {
        return Err(ErrorCode::Value);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to fit")]
    let number = number as u8;
    let high =
        number.checked_sub(128).map(usize::from).and_then(|at| match call.context().platform {
            Platform::Windows => WESTERN.get(at).copied(),
            Platform::Macintosh => ROMAN.chars().nth(at),
        });
    out.push(high.unwrap_or(char::from(number)));
    Ok(())
}

fn code(call: &Call<'_>) -> Result<Output> {
    let text = call.text(0)?;
    let first = text.chars().next().ok_or(ErrorCode::Value)?;
    let number = match call.context().platform {
        _ if first.is_ascii() => Some(u32::from(first)),
        Platform::Windows => {
            let high = WESTERN.iter().zip(128..).find(|(c, _)| **c == first);
            high.map(|(_, number)| number).or(Some(u32::from(first)).filter(|n| *n < 256))
        }
        Platform::Macintosh => ROMAN.chars().zip(128..).find(|(c, _)| *c == first).map(|(_, n)| n),
    };
    Ok(f64::from(number.unwrap_or(u32::from('?'))).into())
}

fn unichar(call: &Call<'_>, out: &mut String) -> Result<()> {
    let number = call.number(0)?.trunc();
    if !(1.0..=1_114_111.0).contains(&number) {
        return Err(ErrorCode::Value);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to fit")]
    let number = number as u32;
    // Halves of pairs, and what no text in a file can hold.
    let held = !matches!(number, 0xFFFE | 0xFFFF);
    out.push(char::from_u32(number).filter(|_| held).ok_or(ErrorCode::Na)?);
    Ok(())
}

fn unicode(call: &Call<'_>) -> Result<Output> {
    let text = call.text(0)?;
    let first = text.chars().next().ok_or(ErrorCode::Value)?;
    Ok(f64::from(u32::from(first)).into())
}
