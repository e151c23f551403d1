//! Arguments as what a call is given.

use super::{bind::Wanted, give::whose};
use crate::{
    error,
    input::{self, Argument, Given, Kind, Place, Understood},
};
use pyo3::{intern, prelude::*, types::PyTuple};

/// What the arguments of a call turn out to be.
pub(crate) enum Taken<'py> {
    /// Values and columns, and whose type the result takes.
    Given(Vec<Given>, Option<Kind>),
    /// A call that is made later: what stands for it.
    Deferred(Bound<'py, PyAny>),
}

/// Understands the arguments of a call of `function`, each for its place.
///
/// # Errors
/// `ArgumentError` for what holds no column or value, and where frames do not go together.
pub(crate) fn take<'py>(
    function: &Bound<'py, PyAny>,
    objects: &[Option<Bound<'py, PyAny>>],
    places: &[Place<'_>],
    wanted: &Wanted<'py>,
) -> PyResult<Taken<'py>> {
    let py = function.py();
    let mut kind: Option<Kind> = None;
    let mut clocks = Clocks::default();
    let mut given = Vec::with_capacity(objects.len());
    for (object, place) in objects.iter().zip(places) {
        let Some(object) = object else {
            given.push(Given::Omitted);
            continue;
        };
        let understood = input::understand(object, *place);
        match understood.map_err(|e| input::of_library(py, e, object, *place, "cannot be read"))? {
            Argument::Value(Understood { given: one, kind: of }) => {
                let one = input::fit::given(py, one, *place)?;
                clocks.add(py, &one, *place)?;
                given.push(one);
                kind = whose(py, kind, of)?;
            }
            Argument::Deferred(deferred) => {
                let arguments = objects.iter().map(|object| match object {
                    Some(object) => object.clone(),
                    None => py.None().into_bound(py),
                });
                let arguments = PyTuple::new(py, arguments.collect::<Vec<_>>())?;
                return deferred
                    .bind(py)
                    .call_method1(
                        intern!(py, "call"),
                        (function, arguments, wanted.errors.name(), &wanted.return_dtype),
                    )
                    .map(Taken::Deferred);
            }
        }
    }
    if wanted.return_dtype.is_some() {
        let name = places.first().map_or("", |place| place.function);
        let message = format!(
            "{name}: return_dtype= is the type of an expression, and no expression is passed: cast the result"
        );
        return Err(error::argument(py, name, &message));
    }
    Ok(Taken::Given(given, kind))
}

/// The arguments of a call so far that are times: whether they are instants, and the first of them.
#[derive(Default)]
struct Clocks<'a> {
    first: Option<(bool, Place<'a>)>,
}

impl<'a> Clocks<'a> {
    /// Refuses times in UTC beside times without a zone, between which no function can tell a difference.
    fn add(&mut self, py: Python<'_>, given: &Given, place: Place<'a>) -> PyResult<()> {
        let Some(instants) = input::fit::has_instants(given) else { return Ok(()) };
        match self.first {
            None => self.first = Some((instants, place)),
            Some((first, _)) if first == instants => {}
            Some((_, other)) => {
                let (this, that) = match instants {
                    true => ("in UTC", "without a zone"),
                    false => ("without a zone", "in UTC"),
                };
                let why = format!(
                    "holds times {this}, and argument {} `{}` times {that}: bring them to one of the two",
                    other.number, other.param.name
                );
                return Err(place.refuse(py, &why));
            }
        }
        Ok(())
    }
}
