//! How a CSV file separates values, and which sign its decimals stand behind: asked for, or found where there is no doubt.

use super::refused;
use crate::{Error, files::ImportOptions};
use csv::{ReaderBuilder, StringRecord};

/// Lines that are looked at.
const LOOKED_AT: usize = 1000;

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Whether decimals stand behind a comma, and points group digits.
    pub(super) comma: bool,
    /// Bytes in front that say what the delimiter is.
    pub(super) skipped: usize,
}

impl Dialect {
    /// The dialect of a text. `usual` separates values unless something else is asked for or found.
    ///
    /// # Errors
    /// Where what is asked for is no delimiter or sign of decimals.
    pub(super) fn of(text: &str, usual: u8, options: &ImportOptions) -> Result<Self, Error> {
        if let Some(sign) = options.delimiter
            && (!sign.is_ascii()
                || sign.is_ascii_alphanumeric()
                || matches!(sign, '"' | '\n' | '\r'))
        {
            return Err(refused(format!(
                "{sign:?} is no delimiter of a file: choose another sign"
            )));
        }
        if let Some(sign) = options.decimal.filter(|sign| !matches!(sign, '.' | ',')) {
            return Err(refused(format!("{sign:?} is no sign of decimals: choose '.' or ','")));
        }
        let (named, skipped) = named(text).map_or((None, 0), |(sign, len)| (Some(sign), len));
        let text = text.get(skipped..).unwrap_or_default();
        let asked = options.delimiter.and_then(|sign| u8::try_from(sign).ok());
        let delimiter = asked.or(named).unwrap_or_else(|| match usual {
            b',' if is_split_by_semicolons(text) => b';',
            usual => usual,
        });
        let comma = match options.decimal {
            Some(sign) => sign == ',',
            // Semicolons are what programs write where commas are those of decimals.
            None => delimiter == b';' && has_decimal_commas(text, delimiter),
        };
        Ok(Self { delimiter, comma, skipped })
    }
}

/// The delimiter that a first line `sep=;` names, as Excel writes it, and the bytes of the line.
fn named(text: &str) -> Option<(u8, usize)> {
    let line = text.split('\n').next()?;
    let sign = line.trim_end_matches('\r').strip_prefix("sep=")?;
    let [sign] = sign.as_bytes() else { return None };
    Some((*sign, (line.len() + 1).min(text.len())))
}

fn records(text: &str, delimiter: u8) -> impl Iterator<Item = StringRecord> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    let mut record = StringRecord::new();
    while records.len() < LOOKED_AT && reader.read_record(&mut record).unwrap_or(false) {
        records.push(record.clone());
    }
    records.into_iter()
}

/// Whether all lines, of which there are several, have as many values, and more than one.
fn is_split_by(text: &str, delimiter: u8) -> bool {
    let mut widths = records(text, delimiter).map(|record| record.len());
    match (widths.next(), widths.next()) {
        (Some(first), Some(second)) if first > 1 && first == second => {
            widths.all(|width| width == first)
        }
        _ => false,
    }
}

/// Whether semicolons separate the values of every line, and commas do not, or are those of decimals.
fn is_split_by_semicolons(text: &str) -> bool {
    if !text.contains(';') || !is_split_by(text, b';') {
        return false;
    }
    if !is_split_by(text, b',') {
        return true;
    }
    records(text, b';').all(|record| {
        record.iter().all(|field| !field.contains(',') || decimal(field.trim()).is_some())
    })
}

/// Whether commas stand in front of decimals: some number says so without a doubt, and none speaks against it.
fn has_decimal_commas(text: &str, delimiter: u8) -> bool {
    let mut certain = false;
    for record in records(text, delimiter) {
        for field in record.iter().map(str::trim) {
            let number = |text: &str| text.parse::<f64>().is_ok();
            if field.contains(',') {
                match decimal(field) {
                    // `1,234` may be a number without decimals.
                    Some(decimals) => certain |= decimals != 3 || field.contains('.'),
                    None => {
                        let grouped = field.replace(',', "");
                        if field.contains('.') && number(&grouped) {
                            return false;
                        }
                    }
                }
            } else if field.contains('.') && number(field) && plain(field).is_none() {
                return false;
            }
        }
    }
    certain
}

/// The decimals of a number such as `-1.234,56`; nothing where it is none.
fn decimal(text: &str) -> Option<usize> {
    let (whole, decimals) = text.split_once(',')?;
    let digits = !decimals.is_empty() && decimals.bytes().all(|b| b.is_ascii_digit());
    (digits && plain(whole).is_some()).then_some(decimals.len())
}

/// A number such as `1.234.567` without its points; nothing where they do not stand between groups of three.
fn plain(text: &str) -> Option<String> {
    let unsigned = text.trim_start_matches(['+', '-']);
    let mut groups = unsigned.split('.');
    let first = groups.next()?;
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let alone = !unsigned.contains('.');
    let fits = digits(first) && (alone || first.len() <= 3);
    let rest = groups.all(|group| group.len() == 3 && digits(group));
    (fits && rest).then(|| text.replace('.', ""))
}

/// A number with decimals behind a comma as it is written with a point; nothing where it is none.
pub(super) fn with_point(text: &str) -> Option<String> {
    let (number, power) = text.split_at(text.find(['e', 'E']).unwrap_or(text.len()));
    match number.split_once(',') {
        Some((whole, decimals)) => {
            decimal(number)?;
            Some(format!("{}.{decimals}{power}", plain(whole)?))
        }
        None => Some(plain(number)? + power),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (char, bool) {
        let dialect = Dialect::of(text, b',', &ImportOptions::default()).unwrap();
        (char::from(dialect.delimiter), dialect.comma)
    }

    #[test]
    fn delimiters_are_found_where_all_lines_agree() {
        for (text, expected) in [
            ("a;b\n1;2\n", (';', false)),
            ("a,b\n1,2\n", (',', false)),
            ("a;b\n1,5;2\n", (';', true)),
            ("1,5;2,5\n3,5;4,25\n", (';', true)),
            // Texts with semicolons, in a file with commas.
            ("name,list\nx,1;2\ny,3;4\n", (',', false)),
            ("name,list\nx,a;b\n", (',', false)),
            ("\"a;b\",c\n1,2\n", (',', false)),
            ("a;b;c\n1;2\n", (',', false)),
            ("just one\n", (',', false)),
            ("one; line\n", (',', false)),
            ("sep=|\na|b\n1,5|2\n", ('|', false)),
            ("", (',', false)),
        ] {
            assert_eq!(of(text), expected, "{text:?}");
        }
    }

    #[test]
    fn decimal_commas_are_found_where_nothing_speaks_against_them() {
        for (text, comma) in [
            ("a;b\n1,5;x\n", true),
            ("a;b\n1.234,567;x\n", true),
            ("a;b\n1,234;x\n", false),
            ("a;b\n1,234;2,5\n", true),
            ("a;b\n1,5;2.5\n", false),
            ("a;b\n1,5;2.500\n", true),
            ("a;b\n1,234.5;2\n", false),
            ("a;b\nx,y;2\n", false),
        ] {
            assert_eq!(of(text), (';', comma), "{text:?}");
        }
    }

    #[test]
    fn numbers_with_commas_are_written_with_points() {
        for (text, expected) in [
            ("1,5", Some("1.5")),
            ("-1.234,56", Some("-1234.56")),
            ("1.234", Some("1234")),
            ("12", Some("12")),
            ("1,5E-3", Some("1.5E-3")),
            ("1.23", None),
            ("1,2,3", None),
            (",5", None),
            ("1,", None),
            ("1.5,2", None),
            ("a,5", None),
        ] {
            assert_eq!(with_point(text).as_deref(), expected, "{text}");
        }
    }
}
