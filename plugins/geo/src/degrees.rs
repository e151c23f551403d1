//! What a latitude and a longitude may be.

use formualizer_udf_sdk::UdfError;

/// The largest latitude, in degrees.
pub(crate) const LATITUDE: f64 = 90.0;
/// The largest longitude, in degrees.
pub(crate) const LONGITUDE: f64 = 180.0;

/// Refuses a place that is not on earth.
pub(crate) fn check(lat: f64, lon: f64) -> Result<(), UdfError> {
    for (name, degrees, most) in [("latitude", lat, LATITUDE), ("longitude", lon, LONGITUDE)] {
        if degrees.is_nan() || degrees.abs() > most {
            return Err(UdfError::num(format!(
                "{name} is {degrees}; it must lie between -{most} and {most} degrees"
            )));
        }
    }
    Ok(())
}
