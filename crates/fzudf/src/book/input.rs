//! What `--data` and `--set` put into cells.

use super::{
    args::InputArgs,
    place::{Place, split_assignment},
    problems, value,
};
use crate::exit::Failure;
use formualizer_workbook::{ImportOptions, Workbook};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// The values of a workbook's cells before anything is calculated.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    data: Vec<(String, PathBuf)>,
    set: Vec<(String, String)>,
    options: ImportOptions,
}

impl Inputs {
    /// Reads the options; nothing is looked up yet.
    pub(crate) fn of(args: &InputArgs) -> Result<Self, Failure> {
        let cut = |option: &str, text: &String, what: &str| match split_assignment(text) {
            Some((cell, rest)) if !cell.trim().is_empty() => Ok((cell.to_owned(), rest.to_owned())),
            _ => {
                Err(Failure::usage(format!("{option} {text}: there is no cell with `=` behind it"))
                    .hint(format!("write {option} {what}")))
            }
        };
        let set = args.set.iter().map(|text| cut("--set", text, "Sheet1!B2=0.05"));
        let data = args.data.iter().map(|text| {
            let (cell, file) = cut("--data", text, "Sheet1!A1=rows.parquet")?;
            match file.is_empty() {
                true => Err(Failure::usage(format!("--data {text}: there is no file behind `=`"))),
                false => Ok((cell, PathBuf::from(file))),
            }
        });
        Ok(Self {
            data: data.collect::<Result<_, _>>()?,
            set: set.collect::<Result<_, _>>()?,
            options: ImportOptions::default()
                .headers(!args.no_headers)
                .delimiter(args.csv_delimiter)
                .decimal(args.csv_decimal),
        })
    }

    /// The files that are read.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.data.iter().map(|(_, file)| file.as_path())
    }

    /// Puts the rows of files into sheets, and then single values, which may be among them. Tells what it put where.
    pub(crate) fn apply(&self, book: &mut Workbook) -> Result<Json, Failure> {
        let mut data = Vec::new();
        for (cell, file) in &self.data {
            let option = format!("--data {cell}={}", file.display());
            let place = one_cell(cell, book).map_err(|failure| failure.context(&option))?;
            let report = book
                .import(&place.sheet, place.first, file, &self.options)
                .map_err(|error| problems::failure(error).context(&option))?;
            data.push(json!({
                "file": file.display().to_string(),
                "cell": place.to_string(),
                "rows": report.rows,
                "columns": report.columns,
            }));
        }
        let mut set = Vec::new();
        for (cell, text) in &self.set {
            let place = set_one(cell, text, book)
                .map_err(|failure| failure.context(format_args!("--set {cell}={text}")))?;
            set.push(json!({ "cell": place.to_string(), "value": text }));
        }
        Ok(json!({ "data": data, "set": set }))
    }
}

fn set_one(cell: &str, text: &str, book: &mut Workbook) -> Result<Place, Failure> {
    if text.trim_start().starts_with('=') && text.trim().len() > 1 {
        let place = Place::find(cell, book)?;
        book.set_formulas(&place.sheet, (place.first, place.last), text.trim())
            .map_err(problems::failure)?;
        return Ok(place);
    }
    let place = one_cell(cell, book)?;
    book.set_value(&place.sheet, place.first, value::typed(text)).map_err(problems::failure)?;
    Ok(place)
}

fn one_cell(text: &str, book: &Workbook) -> Result<Place, Failure> {
    let place = Place::find(text, book)?;
    match place.is_cell() {
        true => Ok(place),
        false => Err(Failure::usage(format!("`{text}` is {} cells", cells(&place)))
            .hint("name one cell; only a formula fills a range")),
    }
}

fn cells(place: &Place) -> u64 {
    u64::from(place.height()) * u64::from(place.width())
}
