//! Workbooks from files.

use super::Workbook;
use crate::{
    Error, ErrorKind,
    address::{Cell, Rect},
    book::Book,
    cells::CellRef,
    files::{LoadOptions, Warnings, other, xlsx},
    functions::is_builtin,
};
use std::{fs::File, io::Read, path::Path, sync::Arc};

impl Workbook {
    /// Loads a workbook from a file: `.xlsx` and `.xlsm`, and `.xls`, `.xlsb` and `.ods` with the feature `other-spreadsheets`, told by
    /// their content. The values that the file stores for formulas
    /// are there at once; [`recalculate`](Self::recalculate) brings them up to date.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where the file cannot be read, [`File`](ErrorKind::File) where its content is broken, not supported or beyond
    /// the limits: with the part, the cell and the place. Nothing is half loaded.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path, &LoadOptions::default())
    }

    /// The same, as the options say.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Self, Error> {
        let path = path.as_ref();
        let named = |error: Error| {
            Error::new(error.kind(), format!("{}: {error}", path.display())).with_source(error)
        };
        let bytes = read_file(path, options.limits.file_bytes).map_err(named)?;
        let bytes: Arc<[u8]> = bytes.into();
        let loaded = match other::kind_of(&bytes, &options.limits) {
            other::Kind::Xlsx => xlsx::load::load(bytes, options),
            kind => other::load(bytes, kind, options).and_then(without_misread_formulas),
        };
        loaded.map(Self::loaded).map_err(named)
    }

    /// Loads a workbook from the bytes of an `.xlsx` file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_xlsx(bytes: impl Into<Arc<[u8]>>, options: &LoadOptions) -> Result<Self, Error> {
        xlsx::load::load(bytes.into(), options).map(Self::loaded)
    }

    fn loaded((book, warnings): (Book, Warnings)) -> Self {
        Self { book, load_warnings: warnings.into_lines(), ..Self::new() }
    }

    /// What the file says that was not taken over, with the cells; at most about a hundred. Empty where the workbook was not loaded.
    #[must_use]
    pub fn load_warnings(&self) -> &[String] {
        &self.load_warnings
    }
}

/// Formulas of binary formats are put together from codes, of which the reader gets some wrong, and of array formulas it does not tell that they are. A
/// formula that does not give the value that the file stores for it is left out, and its value kept.
fn without_misread_formulas(
    (mut book, mut warnings): (Book, Warnings),
) -> Result<(Book, Warnings), Error> {
    let mut trial = Workbook::loaded((book.clone(), Warnings::default()));
    trial.recalculate()?;
    let mut misread = Vec::new();
    for (_, region) in book.regions.iter() {
        let template = &region.template;
        let grids = (book.sheets.get(&region.sheet), trial.book.sheets.get(&region.sheet));
        let (Some(stored), Some(calculated)) = grids else { continue };
        let unknown = |name: &String| !is_builtin(name);
        if template.volatile || template.functions.iter().any(unknown) {
            continue;
        }
        for col in region.rect.cols() {
            let cells = region.rect.rows().map(|row| Cell::new(row, col));
            let mut differs =
                cells.filter(|cell| !is_near(stored.grid.get(*cell), calculated.grid.get(*cell)));
            if differs.next().is_some() {
                misread.push((region.sheet, Rect { left: col, right: col, ..region.rect }));
            }
        }
    }
    misread.sort_unstable_by_key(|(sheet, rect)| (*sheet, rect.top_left()));
    for (id, rect) in misread {
        let Some(sheet) = book.sheets.get(&id) else { continue };
        let name = sheet.name.clone();
        let values = sheet.grid.cells(rect.left, rect.rows());
        let formula = book
            .region_at(id, rect.top_left())
            .map(|(_, region)| region.template.text_at(rect.top_left(), &book));
        warnings.add(format!(
            "{name}!{rect}: its value is kept, since the formula as it was read, {}, does not give it",
            crate::address::shown(&formula.unwrap_or_default())
        ));
        book.put_cells(id, &rect, values);
    }
    Ok((book, warnings))
}

/// Whether a calculated value is the stored one, as far as programs agree in the last digits.
fn is_near(stored: CellRef<'_>, calculated: CellRef<'_>) -> bool {
    match (stored, calculated) {
        (CellRef::Number(a, _), CellRef::Number(b, _)) => {
            (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
        }
        (CellRef::Error(..), CellRef::Error(..)) => true,
        (CellRef::Text(text), CellRef::Blank) | (CellRef::Blank, CellRef::Text(text)) => {
            text.is_empty()
        }
        (a, b) => a == b,
    }
}

/// The bytes of a file, which may not be more than `limit`.
pub(super) fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let failed = |e: std::io::Error| Error::new(ErrorKind::Io, e.to_string()).with_source(e);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?;
    if size.is_dir() {
        return Err(Error::new(ErrorKind::Io, "a folder, not a file"));
    }
    let too_large = || {
        Error::new(
            ErrorKind::File,
            format!("the file is larger than the limit file_bytes, {limit}"),
        )
    };
    if size.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size.len()).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > limit {
        true => Err(too_large()),
        false => Ok(bytes),
    }
}
