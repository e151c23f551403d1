//! Time zones of what callers pass. A column of times is one of readings without a zone, or of instants in UTC: the contract has no
//! other. Times of another zone are refused rather than shifted, since a function that looks at their hour would see another one.

use super::Place;
use arrow_schema::DataType;
use pyo3::prelude::*;
use udf_abi::DType;

/// What to write for Arrow arrays of a zone.
pub(super) const OF_ARROW: &str = "pyarrow's cast(pyarrow.timestamp(\"us\", \"UTC\")) keeps the instants, \
     pyarrow.compute.local_timestamp() keeps what the clock shows, without a zone";

/// What to write for a `datetime` of a zone.
pub(super) const OF_DATETIMES: &str = ".astimezone(datetime.timezone.utc) keeps the instant, \
     .replace(tzinfo=None) keeps what the clock shows, without a zone";

/// Whether the clock of a zone of this name is that of UTC, at all times.
pub(super) fn is_utc(zone: &str) -> bool {
    let name = zone.strip_prefix("Etc/").unwrap_or(zone);
    matches!(
        name,
        "UTC"
            | "UCT"
            | "Z"
            | "Zulu"
            | "Universal"
            | "Greenwich"
            | "GMT"
            | "+00:00"
            | "-00:00"
            | "+0000"
            | "+00"
    )
}

/// The zone of a type of times, behind dictionaries and runs too.
fn zone_of(data_type: &DataType) -> Option<&str> {
    match data_type {
        DataType::Timestamp(_, zone) => zone.as_deref(),
        DataType::Dictionary(_, values) => zone_of(values),
        DataType::RunEndEncoded(_, values) => zone_of(values.data_type()),
        _ => None,
    }
}

/// Whether a parameter takes times.
pub(super) fn takes_times(place: Place<'_>) -> bool {
    matches!(place.dtype(), DType::Timestamp | DType::Date32 | DType::Any)
}

/// Refuses an array of times of a zone that is not UTC.
pub(super) fn check(py: Python<'_>, data_type: &DataType, place: Place<'_>) -> PyResult<()> {
    match zone_of(data_type) {
        Some(zone) if !is_utc(zone) && takes_times(place) => Err(refuse(py, zone, place)),
        _ => Ok(()),
    }
}

/// The exception for a column of times of a zone.
pub(super) fn refuse(py: Python<'_>, zone: &str, place: Place<'_>) -> PyErr {
    let why = format!(
        "holds times of the zone {zone}, and functions know readings without a zone and instants in UTC: {}",
        place.zones
    );
    place.refuse(py, &why)
}
