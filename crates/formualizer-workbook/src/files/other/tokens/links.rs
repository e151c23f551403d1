//! Sheets and names that tokens give by their number.

use super::{Layout, Reading, Unread};
use crate::address::{quote_sheet, quote_sheets};
use encoding_rs::Encoding;

/// What a workbook's formulas refer to.
#[derive(Debug, Default)]
pub(in super::super) struct Links {
    /// Every sheet of the workbook, those without cells among them.
    pub(in super::super) sheets: Vec<String>,
    pub(in super::super) names: Vec<LinkedName>,
    pub(in super::super) books: Vec<LinkedBook>,
    /// Book, first and last sheet: a sheet that is gone is -1, a place without a sheet -2.
    pub(in super::super) places: Vec<(u32, i32, i32)>,
    /// How texts of one byte a character are encoded.
    pub(in super::super) encoding: Option<&'static Encoding>,
}

/// A name of the workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct LinkedName {
    pub(in super::super) name: String,
    /// The place of the sheet that it belongs to.
    pub(in super::super) sheet: Option<usize>,
}

/// What a place is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum LinkedBook {
    /// The workbook itself.
    Own,
    /// Functions beside those that tokens number, with their names.
    Functions(Vec<String>),
    External,
}

/// The sheets of a reference.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// As they are typed, without `!`.
    Sheets(String),
    /// They were deleted.
    Gone,
    /// They are those of another workbook.
    External,
}

impl Links {
    /// The sheets that a link leads to.
    pub(super) fn place(&self, link: u16) -> Result<Place, Unread> {
        let (book, first, last) = *self.places.get(usize::from(link)).ok_or(Unread::Damaged)?;
        let book = usize::try_from(book).ok().and_then(|book| self.books.get(book));
        match book {
            Some(LinkedBook::Own) => Ok(self.sheets(first, last)),
            Some(LinkedBook::External) => Ok(Place::External),
            Some(LinkedBook::Functions(_)) | None => Err(Unread::Damaged),
        }
    }

    pub(super) fn sheets(&self, first: i32, last: i32) -> Place {
        let name = |at: i32| usize::try_from(at).ok().and_then(|at| self.sheets.get(at));
        match (name(first), name(last)) {
            (Some(first), Some(last)) if first == last => {
                Place::Sheets(quote_sheet(first).into_owned())
            }
            (Some(first), Some(last)) => Place::Sheets(quote_sheets(first, last)),
            _ => Place::Gone,
        }
    }

    /// A text of one byte a character.
    pub(in super::super) fn decoded(&self, bytes: &[u8]) -> String {
        let encoding = self.encoding.unwrap_or(encoding_rs::WINDOWS_1252);
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }

    /// A name of the workbook by its number, which counts from 1.
    fn name(&self, number: u32) -> Result<String, Unread> {
        let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let name = at.and_then(|at| self.names.get(at)).ok_or(Unread::Damaged)?;
        Ok(name.name.clone())
    }
}

impl Reading<'_> {
    pub(super) fn name(&mut self) -> Result<(), Unread> {
        let number = match self.layout {
            Layout::Biff5 => {
                let number = self.tokens.u16()?;
                self.tokens.take(12)?;
                number.into()
            }
            Layout::Biff8 | Layout::Biff12 => self.tokens.u32()?,
        };
        let name = self.links.name(number)?;
        self.operands.atom(name)
    }

    /// A name of another workbook, of functions, or of this workbook by a link.
    pub(super) fn name_elsewhere(&mut self) -> Result<(), Unread> {
        let (book, number) = match self.layout {
            Layout::Biff5 => {
                let own = self.tokens.u16()? >= 0x8000;
                self.tokens.take(8)?;
                let number = self.tokens.u16()?;
                self.tokens.take(12)?;
                (own.then_some(&LinkedBook::Own), number.into())
            }
            Layout::Biff8 | Layout::Biff12 => {
                let link = usize::from(self.tokens.u16()?);
                let number = self.tokens.u32()?;
                let (book, ..) = self.links.places.get(link).ok_or(Unread::Damaged)?;
                let book = usize::try_from(*book).ok().and_then(|book| self.links.books.get(book));
                (Some(book.ok_or(Unread::Damaged)?), number)
            }
        };
        let name = match book {
            None | Some(LinkedBook::External) => return Err(Unread::External),
            Some(LinkedBook::Own) => {
                let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
                let name = at.and_then(|at| self.links.names.get(at)).ok_or(Unread::Damaged)?;
                match name.sheet.and_then(|sheet| self.links.sheets.get(sheet)) {
                    Some(sheet) => format!("{}!{}", quote_sheet(sheet), name.name),
                    None => name.name.clone(),
                }
            }
            Some(LinkedBook::Functions(names)) => {
                let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
                at.and_then(|at| names.get(at)).ok_or(Unread::Damaged)?.clone()
            }
        };
        self.operands.atom(name)
    }
}
