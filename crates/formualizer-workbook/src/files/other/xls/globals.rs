//! What stands in front of the sheets: their list, names, links, formats and shared texts ([MS-XLS] 2.1.7.20.3).

use super::{
    super::{
        FoundName, refused,
        tokens::{
            self, Formula, Layout, LinkedBook, LinkedName, Links, Standing, Unread, bytes::Bytes,
        },
    },
    records::{BEGIN, END, Record, Records},
    texts,
};
use crate::{
    Error,
    address::Cell,
    cells::NumberKind,
    files::{
        FileLimits,
        xlsx::styles::{kind_of_built_in, kind_of_code},
    },
};
use encoding_rs::Encoding;
use formualizer_common::DateSystem;
use rustc_hash::FxHashMap;

/// A sheet of the list.
pub(super) struct Listed {
    pub(super) name: String,
    /// Where its records begin.
    pub(super) start: u32,
    pub(super) has_cells: bool,
}

/// A name with what it stands for.
struct Name<'a> {
    formula: Formula<'a>,
    /// A command or function of a macro sheet.
    of_macros: bool,
}

/// What the sheets of a workbook refer to.
pub(super) struct Globals<'a> {
    pub(super) layout: Layout,
    pub(super) dates: DateSystem,
    pub(super) sheets: Vec<Listed>,
    pub(super) texts: Vec<String>,
    pub(super) links: Links,
    names: Vec<Name<'a>>,
    /// Formats of numbers by their index.
    codes: FxHashMap<u16, NumberKind>,
    /// The format of numbers of each cell format.
    formats: Vec<u16>,
}

impl<'a> Globals<'a> {
    /// Reads the records of a stream up to the first sheet.
    ///
    /// # Errors
    /// Where they are damaged, encrypted or beyond the limits.
    pub(super) fn read(stream: &'a [u8], limits: &FileLimits) -> Result<Self, Error> {
        let damaged = |what: &str| refused(format!("the file is damaged: {what}"));
        let mut records = Records::new(stream);
        let begin = records.next().filter(|record| record.number == BEGIN);
        let version = begin.and_then(|record| Bytes::new(record.data).u16().ok());
        let layout = match version {
            Some(0x0600) => Layout::Biff8,
            Some(0x0500) => Layout::Biff5,
            Some(0x0400 | 0x0300 | 0x0200) => return Err(refused(crate::files::kind::ANCIENT)),
            _ => return Err(damaged("its workbook does not begin as one")),
        };
        let mut globals = Self {
            layout,
            dates: DateSystem::Excel1900,
            sheets: Vec::new(),
            texts: Vec::new(),
            links: Links::default(),
            names: Vec::new(),
            codes: FxHashMap::default(),
            formats: Vec::new(),
        };
        let mut named = Vec::new();
        while let Some(record) = records.next() {
            match record.number {
                END => break,
                0x002F => return Err(refused(crate::files::kind::LOCKED)),
                // Names are encoded as the workbook says, wherever it does.
                0x0018 => named.push(record.data),
                0x0017 if layout == Layout::Biff8 => {
                    let more = records.continued();
                    globals
                        .places(&[&[record.data][..], &more].concat().concat())
                        .map_err(|_| damaged("the list of sheets that formulas name"))?;
                }
                0x00FC => {
                    globals.texts = texts::table(record.data, records.continued())
                        .map_err(|_| damaged("the table of shared texts"))?;
                    if globals.texts.len() as u64 > limits.cells {
                        return Err(refused(format!(
                            "there are more shared texts than the limit cells, {}",
                            limits.cells
                        )));
                    }
                }
                _ => globals.record(record).map_err(|_| {
                    damaged(&format!("a record of its workbook ({:#06X})", record.number))
                })?,
            }
        }
        if globals.sheets.len() > limits.parts {
            return Err(refused(format!(
                "the file has {} sheets, the limit parts is {}",
                globals.sheets.len(),
                limits.parts
            )));
        }
        for data in named {
            globals.name(data).map_err(|_| damaged("a name"))?;
        }
        globals.links.sheets = globals.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        Ok(globals)
    }

    fn record(&mut self, record: Record<'a>) -> Result<(), Unread> {
        let mut bytes = Bytes::new(record.data);
        match record.number {
            0x0022 if bytes.u16()? != 0 => self.dates = DateSystem::Excel1904,
            0x0042 => self.links.encoding = encoding(bytes.u16()?),
            0x0085 => {
                let start = bytes.u32()?;
                let kind = bytes.u16()? >> 8;
                let name = texts::short(&mut bytes, self.layout, &self.links)?;
                self.sheets.push(Listed { name, start, has_cells: kind == 0 });
            }
            0x041E => {
                let index = bytes.u16()?;
                let code = match self.layout {
                    Layout::Biff5 => texts::short(&mut bytes, self.layout, &self.links)?,
                    _ => texts::long(&mut bytes, self.layout, &self.links)?,
                };
                self.codes.insert(index, kind_of_code(&code));
            }
            0x00E0 => {
                bytes.u16()?;
                self.formats.push(bytes.u16()?);
            }
            0x01AE => {
                bytes.u16()?;
                self.links.books.push(match bytes.u16()? {
                    0x0401 => LinkedBook::Own,
                    0x3A01 => LinkedBook::Functions(Vec::new()),
                    _ => LinkedBook::External,
                });
            }
            0x0023 => {
                if let Some(LinkedBook::Functions(names)) = self.links.books.last_mut() {
                    bytes.take(6)?;
                    let len = usize::from(bytes.u8()?);
                    names.push(bytes.flagged(len)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The list of books and sheets that tokens give by its lines.
    fn places(&mut self, data: &[u8]) -> Result<(), Unread> {
        let mut bytes = Bytes::new(data);
        for _ in 0..bytes.u16()? {
            let book = bytes.u16()?.into();
            let sheet = |number: u16| i32::from(number.cast_signed());
            self.links.places.push((book, sheet(bytes.u16()?), sheet(bytes.u16()?)));
        }
        Ok(())
    }

    fn name(&mut self, data: &'a [u8]) -> Result<(), Unread> {
        let mut bytes = Bytes::new(data);
        let flags = bytes.u16()?;
        bytes.u8()?;
        let chars = usize::from(bytes.u8()?);
        let len = usize::from(bytes.u16()?);
        // In Excel 5.0 the list of sheets, which is that of the workbook, comes first.
        bytes.u16()?;
        let sheet = usize::from(bytes.u16()?).checked_sub(1);
        bytes.take(4)?;
        let name = match self.layout {
            Layout::Biff5 => self.links.decoded(bytes.take(chars)?),
            _ => bytes.flagged(chars)?,
        };
        let name = match flags & 0x20 {
            0 => name,
            _ => built_in(&name),
        };
        let formula = Formula { tokens: bytes.take(len)?, extra: bytes.rest() };
        self.links.names.push(LinkedName { name, sheet });
        self.names.push(Name { formula, of_macros: flags & 0x0E != 0 });
        Ok(())
    }

    /// What numbers of a cell format show as.
    pub(super) fn kind(&self, format: u16) -> NumberKind {
        let Some(index) = self.formats.get(usize::from(format)) else { return NumberKind::Number };
        let known = self.codes.get(index).copied();
        known.unwrap_or_else(|| kind_of_built_in((*index).into()))
    }

    /// The names, for the sheets at these places.
    pub(super) fn names(&self, places: &[Option<usize>]) -> Vec<FoundName> {
        let mut found = Vec::new();
        let base = Cell::new(0, 0);
        for (name, linked) in self.names.iter().zip(&self.links.names) {
            if name.of_macros || linked.name.to_lowercase().starts_with(crate::formula::OWN_NAMES) {
                continue;
            }
            let sheet = match linked.sheet {
                None => None,
                Some(sheet) => match places.get(sheet).copied().flatten() {
                    Some(place) => Some(place),
                    None => continue,
                },
            };
            let text =
                tokens::text(name.formula, self.layout, Standing::Anywhere, base, &self.links);
            found.push(FoundName { name: linked.name.clone(), sheet, text: text.ok(), base });
        }
        found
    }
}

/// A name that spreadsheet programs keep for themselves ([MS-XLS] 2.4.150).
fn built_in(code: &str) -> String {
    let known = [
        "Consolidate_Area",
        "Auto_Open",
        "Auto_Close",
        "Extract",
        "Database",
        "Criteria",
        "Print_Area",
        "Print_Titles",
        "Recorder",
        "Data_Form",
        "Auto_Activate",
        "Auto_Deactivate",
        "Sheet_Title",
        "_FilterDatabase",
    ];
    let name = code.chars().next().and_then(|code| known.get(code as usize));
    format!("_xlnm.{}", name.copied().unwrap_or("Unknown"))
}

/// How texts are encoded, by the number that Windows has for it.
fn encoding(page: u16) -> Option<&'static Encoding> {
    Some(match page {
        874 => encoding_rs::WINDOWS_874,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        10_000 | 0x8000 => encoding_rs::MACINTOSH,
        10_007 => encoding_rs::X_MAC_CYRILLIC,
        _ => return None,
    })
}
