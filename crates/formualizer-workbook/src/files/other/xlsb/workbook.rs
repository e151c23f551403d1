//! The part of the workbook: sheets, names, and what formulas refer to ([MS-XLSB] 2.1.7.61).

use super::{
    super::{
        FoundName,
        tokens::{
            self, Formula, Layout, LinkedBook, LinkedName, Links, Standing, Unread, bytes::Bytes,
        },
    },
    records::{Record, Records, optional_text, text},
};
use crate::{Error, address::Cell, recalc::Iteration};
use formualizer_common::DateSystem;

/// A sheet of the list.
pub(super) struct Listed {
    pub(super) name: String,
    /// The relationship that leads to its part.
    pub(super) relation: String,
}

struct Name<'a> {
    formula: Formula<'a>,
    /// A macro, or a function that came after these files.
    of_macros: bool,
}

/// What the part says.
pub(super) struct Workbook<'a> {
    pub(super) dates: DateSystem,
    pub(super) iteration: Option<Iteration>,
    pub(super) sheets: Vec<Listed>,
    pub(super) links: Links,
    names: Vec<Name<'a>>,
}

impl<'a> Workbook<'a> {
    /// Reads the part.
    ///
    /// # Errors
    /// Where it is damaged.
    pub(super) fn read(part: &'a str, bytes: &'a [u8]) -> Result<Self, Error> {
        let mut records = Records::new(part, bytes);
        let mut workbook = Self {
            dates: DateSystem::Excel1900,
            iteration: None,
            sheets: Vec::new(),
            links: Links::default(),
            names: Vec::new(),
        };
        while let Some(record) = records.next()? {
            workbook.record(record).map_err(|_| records.damaged())?;
        }
        workbook.links.sheets = workbook.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        Ok(workbook)
    }

    fn record(&mut self, record: Record<'a>) -> Result<(), Unread> {
        let mut data = record.data;
        match record.number {
            153 if data.u32()? & 1 != 0 => self.dates = DateSystem::Excel1904,
            // How it is calculated: whether it iterates is the third of the flags behind the numbers.
            157 => {
                data.take(8)?;
                let (steps, delta) = (data.u32()?, data.f64()?);
                data.take(4)?;
                if data.u16()? & 4 != 0 {
                    self.iteration = Some(Iteration::of_file(Some(steps), Some(delta)));
                }
            }
            156 => {
                data.take(8)?;
                let relation = optional_text(&mut data)?;
                self.sheets.push(Listed { relation, name: text(&mut data)? });
            }
            39 => self.name(data)?,
            357 | 358 => self.links.books.push(LinkedBook::Own),
            667 => self.links.books.push(LinkedBook::Functions(Vec::new())),
            355 => self.links.books.push(LinkedBook::External),
            362 => {
                for _ in 0..data.u32()? {
                    let (book, first, last) = (data.u32()?, data.u32()?, data.u32()?);
                    let place = (book, first.cast_signed(), last.cast_signed());
                    self.links.places.push(place);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn name(&mut self, mut data: Bytes<'a>) -> Result<(), Unread> {
        let flags = data.u32()?;
        data.u8()?;
        let sheet = match data.u32()? {
            u32::MAX => None,
            sheet => usize::try_from(sheet).ok(),
        };
        let name = text(&mut data)?;
        // Names that programs keep for themselves are written without their prefix.
        let name = match flags & 0x20 {
            0 => name,
            _ => format!("_xlnm.{}", name.trim_start_matches("_xlnm.")),
        };
        let formula = formula(&mut data)?;
        self.links.names.push(LinkedName { name, sheet });
        self.names.push(Name { formula, of_macros: flags & 0x0E != 0 });
        Ok(())
    }

    /// The names, for the sheets at these places.
    pub(super) fn names(&self, places: &[Option<usize>]) -> Vec<FoundName> {
        let base = Cell::new(0, 0);
        let mut found = Vec::new();
        for (name, linked) in self.names.iter().zip(&self.links.names) {
            let lower = linked.name.to_lowercase();
            let own = lower.starts_with(crate::formula::OWN_NAMES) || lower.starts_with("_xlfn.");
            let sheet = match linked.sheet {
                None => Some(None),
                Some(sheet) => places.get(sheet).copied().flatten().map(Some),
            };
            let Some(sheet) = sheet.filter(|_| !name.of_macros && !own) else { continue };
            let text =
                tokens::text(name.formula, Layout::Biff12, Standing::Anywhere, base, &self.links);
            found.push(FoundName { name: linked.name.clone(), sheet, text: text.ok(), base });
        }
        found
    }
}

/// Tokens and what stands behind them, each with their length in front (2.2.2).
pub(super) fn formula<'a>(data: &mut Bytes<'a>) -> Result<Formula<'a>, Unread> {
    let mut piece = || {
        let len = usize::try_from(data.u32()?).map_err(|_| Unread::Damaged)?;
        data.take(len)
    };
    Ok(Formula { tokens: piece()?, extra: piece()? })
}
