//! What of the formats of cells matters for values: which numbers show dates and times (ECMA-376, part 1, 18.8.30).

use super::xml::{Piece, Xml};
use crate::{Error, cells::NumberKind};
use rustc_hash::FxHashMap;

/// What the numbers of each cell format show as, by the index that cells give.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    kinds: Vec<NumberKind>,
}

impl Styles {
    /// Reads the part.
    ///
    /// # Errors
    /// Where it is broken.
    pub(crate) fn read(xml: Xml<'_>) -> Result<Self, Error> {
        let mut pieces = xml.pieces();
        let mut codes: FxHashMap<u32, NumberKind> = FxHashMap::default();
        let mut kinds = Vec::new();
        let mut of_cells = false;
        loop {
            match pieces.next()? {
                Piece::Eof => return Ok(Self { kinds }),
                Piece::Start(tag) => match (tag.level, tag.name) {
                    // Differential formats have some of the same numbers, deeper.
                    (3, "numFmt") => {
                        if let (Some(id), Some(code)) =
                            (tag.number("numFmtId"), tag.get("formatCode"))
                        {
                            codes.insert(id, kind_of_code(&code));
                        }
                    }
                    (2, "cellXfs") => of_cells = !tag.empty,
                    (3, "xf") if of_cells => {
                        let id = tag.number("numFmtId").unwrap_or(0);
                        let known = codes.get(&id).copied();
                        kinds.push(known.unwrap_or_else(|| kind_of_built_in(id)));
                    }
                    _ => {}
                },
                Piece::End("cellXfs", 2) => of_cells = false,
                _ => {}
            }
        }
    }

    /// What a number in a cell of this format shows as.
    pub(crate) fn kind(&self, style: Option<u32>) -> NumberKind {
        let known = self.kinds.get(style.unwrap_or(0) as usize);
        known.copied().unwrap_or_default()
    }

    /// How many cell formats there are.
    pub(crate) fn len(&self) -> usize {
        self.kinds.len()
    }
}

/// The formats that files do not write out; 27 to 36 and 50 to 58 are dates of East Asian locales.
pub(crate) fn kind_of_built_in(id: u32) -> NumberKind {
    match id {
        14..=17 | 27..=31 | 36 | 50..=54 | 57..=58 => NumberKind::Date,
        18..=21 | 32..=35 | 45 | 47 | 55..=56 => NumberKind::Time,
        22 => NumberKind::DateTime,
        46 => NumberKind::Duration,
        _ => NumberKind::Number,
    }
}

/// What a number format shows, by the letters of its first section.
pub(crate) fn kind_of_code(code: &str) -> NumberKind {
    let mut date = false;
    let mut time = false;
    let mut months_or_minutes = false;
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let elapsed = !inside.is_empty()
                    && inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'));
                if elapsed {
                    return NumberKind::Duration;
                }
            }
            ';' => break,
            'y' | 'Y' | 'd' | 'D' => date = true,
            'h' | 'H' | 's' | 'S' => time = true,
            'm' | 'M' => months_or_minutes = true,
            // General; years of eras are a `g` as well.
            'G' | 'g' if chars.as_str().to_ascii_lowercase().starts_with("eneral") => {
                return NumberKind::Number;
            }
            _ => {}
        }
    }
    match (date, time) {
        (true, true) => NumberKind::DateTime,
        (true, false) => NumberKind::Date,
        (false, true) => NumberKind::Time,
        (false, false) if months_or_minutes => NumberKind::Date,
        (false, false) => NumberKind::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_formats_tell_dates_and_times_from_numbers() {
        let expected = [
            ("General", NumberKind::Number),
            ("0.00", NumberKind::Number),
            ("#,##0.00 \"days\"", NumberKind::Number),
            ("[Red]0;[Blue]-0", NumberKind::Number),
            ("0.0E+00", NumberKind::Number),
            ("yyyy-mm-dd", NumberKind::Date),
            ("[$-409]d-mmm-yy;@", NumberKind::Date),
            ("mmm", NumberKind::Date),
            ("[$-411]ggge\"年\"m\"月\"d\"日\"", NumberKind::Date),
            ("[Red]General", NumberKind::Number),
            ("h:mm AM/PM", NumberKind::Time),
            ("mm:ss.0", NumberKind::Time),
            ("dd/mm/yyyy\\ hh:mm", NumberKind::DateTime),
            ("[h]:mm:ss", NumberKind::Duration),
            ("_-* #,##0.00\\ \"d\"_-", NumberKind::Number),
        ];
        for (code, kind) in expected {
            assert_eq!(kind_of_code(code), kind, "{code}");
        }
    }
}
