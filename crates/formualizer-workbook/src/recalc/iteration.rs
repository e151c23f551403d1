//! Circular references that are calculated in steps, as Excel does where a workbook asks for it.
//!
//! The cells that wait for each other begin with the values that they have, and are calculated again and again in the order of the
//! sheets, row by row and from left to right, each with what the others hold at the time. It ends after a number of steps, or as
//! soon as a step changes no cell by as much as `delta` (Microsoft, "Change formula recalculation, iteration, or
//! precision in Excel"). What comes out depends on the values from before: so a cell can count, or keep the
//! greatest value that another one ever had.

use super::component::{Component, Given, Halt, Place, State};
use crate::{Error, ErrorKind, Value, eval::Reader as _};
use formualizer_common::{ExcelError, ExcelErrorKind};
use rustc_hash::FxHashSet;

/// How far circular references are calculated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Iteration {
    steps: u32,
    delta: f64,
}

impl Iteration {
    /// The most steps, as in Excel.
    pub const MAX_STEPS: u32 = 32_767;

    /// At most so many steps, and none after one that changes every cell by less than `delta`.
    ///
    /// # Errors
    /// [`Data`](ErrorKind::Data) where there are no steps or more than [`MAX_STEPS`](Self::MAX_STEPS), or `delta` is below
    /// 0 or no number.
    pub fn new(steps: u32, delta: f64) -> Result<Self, Error> {
        let error = |message: String| Err(Error::new(ErrorKind::Data, message));
        if !(1..=Self::MAX_STEPS).contains(&steps) {
            let most = Self::MAX_STEPS;
            return error(format!("{steps} steps of iteration: say a number from 1 to {most}"));
        }
        if !delta.is_finite() || delta < 0.0 {
            return error(format!(
                "{delta} as the change that ends an iteration: say a number from 0 on"
            ));
        }
        Ok(Self { steps, delta })
    }

    /// What a file says, with Excel's own numbers where it says nothing that can be meant.
    pub(crate) fn of_file(steps: Option<u32>, delta: Option<f64>) -> Self {
        let usual = Self::default();
        let steps = steps.map_or(usual.steps, |steps| steps.clamp(1, Self::MAX_STEPS));
        Self::new(steps, delta.unwrap_or(usual.delta)).unwrap_or(Self { steps, ..usual })
    }

    /// The most steps.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// The change of a cell that counts.
    #[must_use]
    pub fn delta(&self) -> f64 {
        self.delta
    }
}

impl Default for Iteration {
    /// 100 steps, until changes are below 0.001: Excel's.
    fn default() -> Self {
        Self { steps: 100, delta: 0.001 }
    }
}

/// Whether a value is another one for the iteration.
fn moved(before: &Value, now: &Value, delta: f64) -> bool {
    let number = |value: &Value| match value {
        Value::Number(n) => Some(*n),
        Value::Int(n) => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a change that is small beside it does not count"
            )]
            let n = *n as f64;
            Some(n)
        }
        _ => None,
    };
    match (number(before), number(now)) {
        (Some(before), Some(now)) => (before - now).abs() >= delta && before != now,
        _ => before != now,
    }
}

impl Component<'_> {
    /// Calculates cells that wait for each other in steps.
    ///
    /// # Errors
    /// Where one of them waits for what is outside of the component.
    pub(super) fn iterate(&mut self, group: &[Place], how: Iteration) -> Result<(), Halt> {
        for place in group {
            if self.state(*place) != State::Done {
                let before = self.before(*place);
                self.store(*place, before);
            }
        }
        let mut cells = group.to_vec();
        let mut known: FxHashSet<Place> = cells.iter().copied().collect();
        for step in 0..how.steps {
            let start = self.journal_len();
            let mut moves = false;
            let old: Vec<Value> = cells.iter().map(|place| self.value(*place).clone()).collect();
            for place in &cells {
                let now = self.in_step(*place)?;
                moves |= moved(self.value(*place), &now, how.delta);
                self.set_value(*place, now);
            }
            // What was read for the first time may read these cells itself.
            let found: Vec<Place> =
                self.done_since(start).filter(|place| known.insert(*place)).collect();
            if !found.is_empty() {
                cells.extend(found);
                cells.sort_by_key(|place| self.order(*place));
                continue;
            }
            if !moves && step == 0 {
                // They had converged before.
                cells.iter().zip(old).for_each(|(place, value)| self.set_value(*place, value));
            }
            if !moves || self.base.environment.cancel.is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    /// The value that a cell had; an error is nothing to go on from.
    fn before(&self, (member, cell): Place) -> Value {
        let sheet = self.members[member].region.sheet;
        match self.base.cell(sheet, cell).value(self.base.environment.dates) {
            Value::Error(_) => Value::Empty,
            value => value,
        }
    }

    /// What a cell gives in a step.
    fn in_step(&mut self, place: Place) -> Result<Value, Halt> {
        loop {
            match self.evaluate(place)? {
                Given::Value(value) => return Ok(value),
                Given::Array(..) => {
                    let message = "an array cannot depend on cells that it is calculated from, not even in steps";
                    return Ok(Value::Error(
                        ExcelError::new(ExcelErrorKind::Circ).with_message(message),
                    ));
                }
                Given::Waits(waits) => {
                    for wait in waits {
                        self.reach(wait.on)?;
                    }
                }
            }
        }
    }
}
