//! Cells one below the other: their kinds, then what the cells of each kind have, one behind the other.

use super::layout::bytes;
use crate::{
    ExcelErrorKind,
    cells::{Builder, CellRef, Cells, NumberKind, code_of_kind, error_of_code},
};
use arrow_array::{Array, Float64Array};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use udf_abi::ErrorCode;

const BLANK: u8 = 0;
const FALSE: u8 = 6;
const TRUE: u8 = 7;
const TEXT: u8 = 8;
const ERROR: u8 = 9;

#[derive(Serialize, Deserialize)]
pub(super) struct Lanes<'a> {
    #[serde(borrow)]
    kinds: Kinds<'a>,
    /// Eight bytes for each number.
    #[serde(borrow, serialize_with = "bytes")]
    numbers: Cow<'a, [u8]>,
    /// Four bytes for each text: how long it is.
    #[serde(borrow, serialize_with = "bytes")]
    lengths: Cow<'a, [u8]>,
    /// The texts without gaps.
    #[serde(borrow)]
    text: Cow<'a, str>,
    /// The code of each error, and which message it has.
    errors: Vec<(u8, Option<u32>)>,
    #[serde(borrow)]
    messages: Vec<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
enum Kinds<'a> {
    /// The same for so many cells.
    Same(u8, u32),
    /// A byte for each cell.
    Each(#[serde(borrow, serialize_with = "bytes")] Cow<'a, [u8]>),
}

impl Lanes<'_> {
    pub(super) fn of(cells: &Cells) -> Lanes<'_> {
        let rows = u32::try_from(cells.len()).unwrap_or(u32::MAX);
        let mut lanes = Lanes {
            kinds: Kinds::Same(BLANK, rows),
            numbers: Cow::default(),
            lengths: Cow::default(),
            text: Cow::default(),
            errors: Vec::new(),
            messages: Vec::new(),
        };
        match cells {
            Cells::Blank(_) => {}
            Cells::Numbers(kind, array) if array.null_count() == 0 => {
                lanes.kinds = Kinds::Same(number(*kind), rows);
                lanes.numbers = array.values().iter().flat_map(|n| n.to_le_bytes()).collect();
            }
            other => lanes.gather(other),
        }
        lanes
    }

    fn gather<'c>(&mut self, cells: &'c Cells) {
        let (mut kinds, mut numbers, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
        let mut text = String::new();
        let mut known: FxHashMap<&'c str, u32> = FxHashMap::default();
        for cell in cells.iter() {
            kinds.push(match cell {
                CellRef::Blank => BLANK,
                CellRef::Number(n, kind) => {
                    numbers.extend(n.to_le_bytes());
                    number(kind)
                }
                CellRef::Logical(truth) => FALSE + u8::from(truth),
                CellRef::Text(own) => {
                    // Texts of one vector are below 2 GiB together.
                    lengths.extend(u32::try_from(own.len()).unwrap_or(u32::MAX).to_le_bytes());
                    text.push_str(own);
                    TEXT
                }
                CellRef::Error(kind, message) => {
                    let message = message.map(|message| {
                        *known.entry(message).or_insert_with(|| {
                            self.messages.push(Cow::Owned(message.to_owned()));
                            u32::try_from(self.messages.len() - 1).unwrap_or(u32::MAX)
                        })
                    });
                    self.errors.push((code_of_kind(kind).code(), message));
                    ERROR
                }
            });
        }
        self.kinds = match kinds.as_slice() {
            // However they are held: blanks, or numbers of one kind.
            [first, rest @ ..]
                if (*first == BLANK || number_kind(*first).is_some())
                    && rest.iter().all(|kind| kind == first) =>
            {
                Kinds::Same(*first, u32::try_from(kinds.len()).unwrap_or(u32::MAX))
            }
            _ => Kinds::Each(kinds.into()),
        };
        self.numbers = numbers.into();
        self.lengths = lengths.into();
        self.text = text.into();
    }

    /// How many cells.
    pub(super) fn rows(&self) -> u32 {
        match &self.kinds {
            Kinds::Same(_, rows) => *rows,
            Kinds::Each(kinds) => u32::try_from(kinds.len()).unwrap_or(u32::MAX),
        }
    }

    /// The cells; what is wrong with the lanes otherwise. Only what the lanes hold takes memory.
    pub(super) fn cells(&self) -> Result<Cells, &'static str> {
        if let Kinds::Same(BLANK, rows) = self.kinds {
            return Ok(Cells::Blank(rows as usize));
        }
        let numbers = numbers(&self.numbers)?;
        match &self.kinds {
            Kinds::Same(kind, rows) => match number_kind(*kind) {
                Some(kind) if numbers.len() == *rows as usize => {
                    Ok(Cells::Numbers(kind, Float64Array::from(numbers)))
                }
                _ => Err("cells of one kind that are not numbers, or not as many"),
            },
            Kinds::Each(kinds) => self.mixed(kinds, &numbers),
        }
    }

    fn mixed(&self, kinds: &[u8], numbers: &[f64]) -> Result<Cells, &'static str> {
        let (mut numbers, mut errors) = (numbers.iter(), self.errors.iter());
        let (lengths, rest) = self.lengths.as_chunks::<4>();
        if !rest.is_empty() {
            return Err("lengths of texts that are cut off");
        }
        let mut lengths = lengths.iter();
        let mut text = self.text.as_ref();
        let mut builder = Builder::with_capacity(kinds.len());
        for kind in kinds {
            let cell = match *kind {
                BLANK => CellRef::Blank,
                FALSE => CellRef::Logical(false),
                TRUE => CellRef::Logical(true),
                TEXT => {
                    let length = lengths.next().map(|bytes| u32::from_le_bytes(*bytes) as usize);
                    let parts = length.and_then(|length| text.split_at_checked(length));
                    let (own, rest) = parts.ok_or("texts that are cut off")?;
                    text = rest;
                    CellRef::Text(own)
                }
                ERROR => {
                    let (code, message) = errors.next().ok_or("errors that are cut off")?;
                    let kind = error_kind(*code).ok_or("an error that no cell has")?;
                    let message = match message {
                        None => None,
                        Some(at) => Some(
                            self.messages.get(*at as usize).ok_or("a message that is missing")?,
                        ),
                    };
                    CellRef::Error(kind, message.map(Cow::as_ref))
                }
                other => {
                    let kind = number_kind(other).ok_or("a cell of no known kind")?;
                    CellRef::Number(*numbers.next().ok_or("numbers that are cut off")?, kind)
                }
            };
            builder.push(cell);
        }
        Ok(builder.finish())
    }
}

fn numbers(bytes: &[u8]) -> Result<Vec<f64>, &'static str> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err("numbers that are cut off");
    }
    let numbers: Vec<f64> = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    match numbers.iter().all(|n| n.is_finite()) {
        true => Ok(numbers),
        false => Err("a number that is not finite"),
    }
}

/// The kind of a number, from 1 on.
fn number(kind: NumberKind) -> u8 {
    let known = (1..).zip(NumberKind::ALL).find(|(_, known)| *known == kind);
    known.map_or(BLANK, |(number, _)| number)
}

fn number_kind(kind: u8) -> Option<NumberKind> {
    NumberKind::ALL.get(usize::from(kind).checked_sub(1)?).copied()
}

fn error_kind(code: u8) -> Option<ExcelErrorKind> {
    ErrorCode::from_code(code).map(error_of_code)
}
