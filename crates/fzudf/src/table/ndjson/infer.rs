//! Column types, from the first rows.

use super::{Lines, on_line};
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_cast::parse::Parser;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use regex::Regex;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{collections::HashMap, fmt, io::BufRead};

/// Dates and times of ISO 8601: fraction and zone are the groups.
const ISO: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})?)?$";
const DATE_LEN: usize = 10;

/// The columns of the first `most` rows (of all where absent), in the order in which they come up,
/// and the number of rows.
///
/// # Errors
/// Naming the line that is no object, or the column with nested values.
pub(crate) fn infer<R: BufRead>(
    lines: &mut Lines<R>,
    most: Option<usize>,
) -> Result<(Schema, usize), ArrowError> {
    let iso = Regex::new(ISO).map_err(|e| ArrowError::JsonError(e.to_string()))?;
    let mut columns: Vec<(String, Seen)> = Vec::new();
    let mut indexes: HashMap<String, usize> = HashMap::new();
    let mut rows = 0;
    while most.is_none_or(|most| rows < most) {
        let Some((number, line)) = lines.read()? else { break };
        let row: Row = parse(number, line)?;
        for (name, value) in row.0 {
            let index = match indexes.get(&name) {
                Some(index) => *index,
                None => {
                    indexes.insert(name.clone(), columns.len());
                    columns.push((name, Seen::default()));
                    columns.len() - 1
                }
            };
            let (name, seen) = &mut columns[index];
            seen.add(&value, &iso).map_err(|what| {
                on_line(
                    number,
                    format!(
                        "column `{name}` holds {what}; columns are of plain values: flatten it"
                    ),
                )
            })?;
        }
        rows += 1;
    }
    let fields = columns.iter().map(|(name, seen)| Field::new(name, seen.data_type(), true));
    Ok((Schema::new(fields.collect::<Vec<_>>()), rows))
}

/// Reads a line as JSON.
pub(super) fn parse<'l, T: Deserialize<'l>>(number: u64, line: &'l [u8]) -> Result<T, ArrowError> {
    serde_json::from_slice(line).map_err(|error| {
        let text = error.to_string();
        // The text counts lines itself, and this is always its first.
        let what = text.split(" at line ").next().unwrap_or_default();
        on_line(number, format!("{what} at column {}", error.column()))
    })
}

/// Kinds of values that a column has had.
#[derive(Clone, Debug, Default)]
struct Seen {
    logical: bool,
    negative: bool,
    /// An integer that is not negative; `large` if it is over 2^63 − 1.
    natural: bool,
    large: bool,
    float: bool,
    text: bool,
    date: bool,
    wall_clock: bool,
    instant: bool,
    nanoseconds: bool,
}

impl Seen {
    fn add(&mut self, value: &Value, iso: &Regex) -> Result<(), &'static str> {
        match value {
            Value::Null => {}
            Value::Logical => self.logical = true,
            Value::Integer(value) if *value < 0 => self.negative = true,
            Value::Integer(_) => self.natural = true,
            Value::Large => self.large = true,
            Value::Float => self.float = true,
            Value::Text(text) => self.add_text(text, iso),
            Value::Nested(what) => return Err(what),
        }
        Ok(())
    }

    fn add_text(&mut self, text: &str, iso: &Regex) {
        // Once it is text it stays text.
        if self.text {
            return;
        }
        let Some(groups) = iso.captures(text) else {
            self.text = true;
            return;
        };
        if text.len() == DATE_LEN {
            let exists = Date32Type::parse(text).is_some();
            *(if exists { &mut self.date } else { &mut self.text }) = true;
        } else if TimestampMicrosecondType::parse(text).is_none() {
            self.text = true;
        } else {
            self.nanoseconds |= groups.get(1).is_some_and(|fraction| fraction.len() > 6);
            *(if groups.get(2).is_some() { &mut self.instant } else { &mut self.wall_clock }) =
                true;
        }
    }

    fn data_type(&self) -> DataType {
        let unit = match self.nanoseconds {
            true => TimeUnit::Nanosecond,
            false => TimeUnit::Microsecond,
        };
        let number = self.negative || self.natural || self.large || self.float;
        let kinds = [self.logical, number, self.text, self.date, self.wall_clock, self.instant];
        match kinds {
            [false, false, false, false, false, false] => DataType::Null,
            [true, false, false, false, false, false] => DataType::Boolean,
            [false, true, false, false, false, false] => self.number_type(),
            [false, false, false, true, false, false] => DataType::Date32,
            [false, false, false, false, true, false] => DataType::Timestamp(unit, None),
            [false, false, false, false, false, true] => {
                DataType::Timestamp(unit, Some("UTC".into()))
            }
            // Mixtures keep what stands in the file.
            _ => DataType::Utf8,
        }
    }

    fn number_type(&self) -> DataType {
        match (self.float, self.large, self.negative) {
            (false, false, _) => DataType::Int64,
            (false, true, false) => DataType::UInt64,
            _ => DataType::Float64,
        }
    }
}

/// A line: keys and values, in the order of the file.
struct Row(Vec<(String, Value)>);

enum Value {
    Null,
    Logical,
    Integer(i64),
    /// An integer from 2^63 up.
    Large,
    Float,
    Text(String),
    /// What it is.
    Nested(&'static str),
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, as in {\"column\": 1}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut row = Vec::new();
        while let Some(entry) = map.next_entry()? {
            row.push(entry);
        }
        Ok(Row(row))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Logical)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Large, Value::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Float)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Nested("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Nested("an object"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, infer};
    use arrow_schema::{DataType, TimeUnit};

    fn types(text: &str) -> Vec<(String, DataType)> {
        let (schema, _) = infer(&mut Lines::new(text.as_bytes()), None).unwrap();
        schema.fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect()
    }

    /// The type of a column with these values, one a row.
    fn of(values: &[&str]) -> DataType {
        let text: String = values.iter().map(|value| format!("{{\"x\": {value}}}\n")).collect();
        types(&text).remove(0).1
    }

    #[test]
    fn columns_stand_in_the_order_of_their_first_row() {
        let columns = types("{\"z\": 1, \"a\": 2}\n{\"m\": true, \"z\": 3}\n{}\n");
        let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["z", "a", "m"]);
    }

    #[test]
    fn numbers_are_as_wide_as_they_need_to_be() {
        assert_eq!(of(&["1", "null", "-9223372036854775808"]), DataType::Int64);
        assert_eq!(of(&["1", "1.5"]), DataType::Float64);
        assert_eq!(of(&["1", "1e3"]), DataType::Float64);
        assert_eq!(of(&["1", "9223372036854775808"]), DataType::UInt64);
        assert_eq!(of(&["-1", "9223372036854775808"]), DataType::Float64);
        assert_eq!(of(&["100000000000000000000"]), DataType::Float64);
    }

    #[test]
    fn texts_in_iso_8601_are_dates_and_times() {
        let timestamp = |unit, zone: Option<&str>| DataType::Timestamp(unit, zone.map(Into::into));
        let day = "\"2024-02-29\"";
        let (wall, utc) = ("\"2024-02-29T12:00:00\"", "\"2024-02-29T12:00:00.5Z\"");
        assert_eq!(of(&[day, "null"]), DataType::Date32);
        assert_eq!(of(&[wall]), timestamp(TimeUnit::Microsecond, None));
        assert_eq!(
            of(&[utc, "\"2024-02-29T12:00:00+01:00\""]),
            timestamp(TimeUnit::Microsecond, Some("UTC"))
        );
        assert_eq!(
            of(&["\"2024-02-29 12:00:00.123456789\""]),
            timestamp(TimeUnit::Nanosecond, None)
        );
        for text in ["\"2023-02-29\"", "\"2024-02-29T25:00:00\"", "\"٢٠٢٤-02-29\"", "\"\""] {
            assert_eq!(of(&[text]), DataType::Utf8, "{text}");
        }
        for mixture in [[day, wall], [wall, utc], [day, "1"], ["true", "1"], ["1", "\"1\""]] {
            assert_eq!(of(&mixture), DataType::Utf8, "{mixture:?}");
        }
    }

    #[test]
    fn a_column_without_values_has_no_type_yet() {
        assert_eq!(of(&["null"]), DataType::Null);
        assert_eq!(of(&["null", "true"]), DataType::Boolean);
        assert_eq!(types(""), []);
    }

    #[test]
    fn what_is_no_row_is_named_by_its_line() {
        let refused = |text: &str| {
            let error = infer(&mut Lines::new(text.as_bytes()), None).unwrap_err();
            error.to_string()
        };
        for (text, said) in [
            ("{\"a\": 1}\n\n{\"a\" 2}", "line 3: expected `:` at column 6"),
            ("[1, 2]", "line 1: invalid type: sequence, expected an object"),
            ("7", "line 1: invalid type: integer `7`, expected an object"),
            ("{\"a\": 1} {\"a\": 2}", "line 1: trailing characters"),
            ("{\"a\": 1,\n\"b\": 2}", "line 1: EOF"),
            ("{\"a\": {\"b\": 1}}", "line 1: column `a` holds an object"),
            ("{}\n{\"é\": []}", "line 2: column `é` holds a list"),
            ("{\"a\": 1e999}", "line 1: number out of range"),
        ] {
            assert!(refused(text).contains(said), "{text}: {}", refused(text));
        }
        let error = infer(&mut Lines::new(&b"{\"a\": \"\xff\"}"[..]), None).unwrap_err();
        assert!(error.to_string().contains("line 1: invalid unicode"), "{error}");
    }
}
