//! Rows or columns as JSON (RFC 8259), objects in the order in which they are written.

use super::{Columns, Written, check_cells, refused, text::number, value_text};
use crate::{
    Error, Value,
    address::{MAX_COLS, MAX_ROWS},
    cells::{Builder, CellRef, NumberKind},
    files::{ImportOptions, MAX_TEXT},
};
use rustc_hash::FxHashMap;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// A value, its objects in order.
#[derive(Clone, Debug, PartialEq)]
enum Json {
    Null,
    Logical(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Logical(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "what would change is kept as a text")]
    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        match value.unsigned_abs() > EXACT {
            true => Ok(Json::Text(value.to_string())),
            false => Ok(Json::Number(value as f64)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "what would change is kept as a text")]
    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        match value > EXACT {
            true => Ok(Json::Text(value.to_string())),
            false => Ok(Json::Number(value as f64)),
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Json::Object(object))
    }
}

/// The largest integer up to which doubles hold every one.
const EXACT: u64 = 1 << 53;

/// Collects rows whose columns come as they are met.
#[derive(Default)]
struct Table {
    names: Vec<String>,
    places: FxHashMap<String, usize>,
    columns: Vec<Builder>,
    lengths: Vec<usize>,
    rows: usize,
}

impl Table {
    fn column(&mut self, name: &str, options: &ImportOptions) -> Result<usize, Error> {
        if let Some(at) = self.places.get(name) {
            return Ok(*at);
        }
        if self.columns.len() >= MAX_COLS as usize {
            return Err(refused(format!(
                "there are more than {MAX_COLS} columns, which no sheet holds"
            )));
        }
        let at = self.columns.len();
        // Now, since a column that comes late is blank down to its first value.
        check_cells(self.rows, at + 1, options)?;
        self.places.insert(name.to_owned(), at);
        self.names.push(name.to_owned());
        self.columns.push(Builder::default());
        self.lengths.push(0);
        Ok(at)
    }

    fn push(&mut self, at: usize, row: usize, value: &Json) -> Result<(), Error> {
        let (Some(column), Some(len)) = (self.columns.get_mut(at), self.lengths.get_mut(at)) else {
            return Ok(());
        };
        if *len > row {
            let name = self.names.get(at).map_or("", String::as_str);
            return Err(refused(format!("row {}: {name:?} is there twice", row + 1)));
        }
        (*len..row).for_each(|_| column.push(CellRef::Blank));
        *len = row + 1;
        let text;
        column.push(match value {
            Json::Null => CellRef::Blank,
            Json::Logical(b) => CellRef::Logical(*b),
            Json::Number(n) => CellRef::Number(*n, NumberKind::Number),
            Json::Text(known) => {
                if known.len() > MAX_TEXT && known.encode_utf16().count() > MAX_TEXT {
                    let what = format!("row {}: a text of more than {MAX_TEXT} characters, which no cell holds", row + 1);
                    return Err(refused(what));
                }
                CellRef::Text(known)
            }
            nested => {
                text = written(nested);
                if text.len() > MAX_TEXT {
                    let what = format!("row {}: a nested value of more than {MAX_TEXT} characters, which no cell holds", row + 1);
                    return Err(refused(what));
                }
                CellRef::Text(&text)
            }
        });
        Ok(())
    }

    fn row(&mut self, value: &Json, options: &ImportOptions) -> Result<(), Error> {
        let row = self.rows;
        if row >= MAX_ROWS as usize {
            return Err(refused(format!(
                "there are more than {MAX_ROWS} rows, which no sheet holds"
            )));
        }
        match value {
            Json::Object(entries) => {
                for (name, value) in entries {
                    let at = self.column(name, options)?;
                    self.push(at, row, value)?;
                }
            }
            Json::List(items) => {
                for (at, value) in items.iter().enumerate() {
                    let at = self.column(&format!("column {}", at + 1), options)?;
                    self.push(at, row, value)?;
                }
            }
            _ => {
                let what = format!("row {} is neither an object nor an array", row + 1);
                return Err(refused(what));
            }
        }
        self.rows += 1;
        check_cells(self.rows, self.columns.len(), options)
    }

    fn finish(mut self, options: &ImportOptions) -> Columns {
        for (column, len) in self.columns.iter_mut().zip(&self.lengths) {
            (*len..self.rows).for_each(|_| column.push(CellRef::Blank));
        }
        let names = if options.headers { self.names } else { Vec::new() };
        Columns { names, cells: self.columns.into_iter().map(Builder::finish).collect() }
    }
}

pub(super) fn read(bytes: &[u8], lines: bool, options: &ImportOptions) -> Result<Columns, Error> {
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let broken = |e: serde_json::Error| refused(format!("the file is no JSON: {e}")).with_source(e);
    let mut table = Table::default();
    if lines {
        for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Json>() {
            table.row(&value.map_err(broken)?, options)?;
        }
        return Ok(table.finish(options));
    }
    match serde_json::from_slice::<Json>(bytes).map_err(broken)? {
        Json::List(rows) => rows.iter().try_for_each(|row| table.row(row, options))?,
        Json::Object(entries) if entries.iter().all(|(_, v)| matches!(v, Json::List(_))) => {
            for (name, values) in &entries {
                let Json::List(values) = values else { continue };
                if values.len() > MAX_ROWS as usize {
                    return Err(refused(format!(
                        "{name:?} has more than {MAX_ROWS} rows, which no sheet holds"
                    )));
                }
                let at = table.column(name, options)?;
                for (row, value) in values.iter().enumerate() {
                    table.push(at, row, value)?;
                }
                table.rows = table.rows.max(values.len());
                check_cells(table.rows, table.columns.len(), options)?;
            }
        }
        row @ Json::Object(_) => table.row(&row, options)?,
        _ => {
            return Err(refused(
                "the file is JSON, but neither rows nor columns: an array or an object",
            ));
        }
    }
    Ok(table.finish(options))
}

/// A text as JSON has it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn written(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Logical(b) => b.to_string(),
        Json::Number(n) => number(*n),
        Json::Text(text) => quoted(text),
        Json::List(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(","))
        }
        Json::Object(entries) => {
            let entry =
                |(name, value): &(String, Json)| format!("{}:{}", quoted(name), written(value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

pub(super) fn write(columns: &Written<'_>, lines: bool) -> Vec<u8> {
    let names: Vec<String> = columns.names.iter().map(|name| quoted(name)).collect();
    let mut out = String::new();
    let (start, between, end) = if lines { ("", "\n", "\n") } else { ("[", ",\n", "]\n") };
    out.push_str(start);
    for row in 0..columns.rows() {
        if row > 0 {
            out.push_str(between);
        }
        out.push('{');
        for (col, name) in names.iter().enumerate() {
            if col > 0 {
                out.push(',');
            }
            out.push_str(name);
            out.push(':');
            out.push_str(&json_of(&columns.value(row, col)));
        }
        out.push('}');
    }
    if !lines || columns.rows() > 0 {
        out.push_str(end);
    }
    out.into_bytes()
}

fn json_of(value: &Value) -> String {
    match value {
        Value::Empty | Value::Pending => "null".to_owned(),
        Value::Boolean(b) => b.to_string(),
        Value::Number(n) => number(*n).replace("E+", "e"),
        Value::Int(n) => n.to_string(),
        other => quoted(&value_text(other)),
    }
}
