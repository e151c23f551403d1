//! Distances on the sphere.

use crate::degrees;
use formualizer_udf_sdk::{UdfError, fz_udf};

/// Mean radius of the earth in metres: (2a + b) / 3 of the ellipsoid GRS 80, R₁ in H. Moritz, "Geodetic
/// Reference System 1980", Journal of Geodesy 74 (2000).
pub const EARTH_RADIUS: f64 = 6_371_008.771_4;

/// Metres between two places along a great circle of a sphere with the earth's mean radius (6 371 008.7714 m),
/// by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984). The
/// earth is flattened: the true distance differs by up to 0.6 %.
#[fz_udf(name = "HAVERSINE", examples = [
    (0, 0, 0, 180) => 20015114.352186374,
    (52.5, 13.4, [52.5, null], 13.4) => [0, null],
    (91, 0, 0, 0) => error("#NUM!", "latitude is 91; it must lie between -90 and 90 degrees"),
])]
pub fn haversine(
    /// Latitude of the first place, degrees, −90 to 90.
    lat1: f64,
    /// Longitude of the first place, degrees, −180 to 180.
    lon1: f64,
    /// Latitude of the second place, degrees.
    lat2: f64,
    /// Longitude of the second place, degrees.
    lon2: f64,
) -> Result<f64, UdfError> {
    degrees::check(lat1, lon1)?;
    degrees::check(lat2, lon2)?;
    let (lat1, lat2) = (lat1.to_radians(), lat2.to_radians());
    let half = |from: f64, to: f64| ((to - from) / 2.0).sin().powi(2);
    let h = half(lat1, lat2) + lat1.cos() * lat2.cos() * half(lon1.to_radians(), lon2.to_radians());
    // Rounding takes places opposite each other past 1.
    Ok(2.0 * EARTH_RADIUS * h.min(1.0).sqrt().asin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use formualizer_udf_sdk::ErrorCode;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    fn metres(from: (f64, f64), to: (f64, f64)) -> f64 {
        haversine(from.0, from.1, to.0, to.1).unwrap()
    }

    /// The angle between two directions, by vectors: another way to the same distance.
    fn by_vectors(from: (f64, f64), to: (f64, f64)) -> f64 {
        let vector = |(lat, lon): (f64, f64)| {
            let (lat, lon) = (lat.to_radians(), lon.to_radians());
            [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
        };
        let ([a, b, c], [x, y, z]) = (vector(from), vector(to));
        let cross = [b * z - c * y, c * x - a * z, a * y - b * x];
        let sine = cross.iter().map(|v| v * v).sum::<f64>().sqrt();
        EARTH_RADIUS * sine.atan2(a * x + b * y + c * z)
    }

    #[test]
    fn distances_of_places() {
        let (new_york, london) = ((40.6413, -73.7781), (51.47, -0.4543));
        assert!((metres(new_york, london) - 5_540_000.0).abs() < 5_000.0);
        assert_eq!(metres(new_york, new_york), 0.0);
        let quarter = EARTH_RADIUS * PI / 2.0;
        assert!((metres((0.0, 0.0), (90.0, 123.0)) - quarter).abs() < 1e-6);
        assert!((metres((0.0, -180.0), (0.0, 180.0))).abs() < 1e-6);
        assert!((metres((13.0, 20.0), (-13.0, -160.0)) - 2.0 * quarter).abs() < 1.0);
    }

    #[test]
    fn airports_are_as_far_apart_as_flights_report() {
        // Coordinates and miles of nycflights13 (testdata/README.md).
        let (jfk, ewr, lga) =
            ((40.639751, -73.778925), (40.6925, -74.168667), (40.777245, -73.872608));
        for (from, to, miles) in [
            (jfk, (33.942536, -118.408075), 2_475.0),
            (jfk, (42.364347, -71.005181), 187.0),
            (jfk, (21.318681, -157.922428), 4_983.0),
            (ewr, (37.618972, -122.374889), 2_565.0),
            (lga, (41.978603, -87.904842), 733.0),
        ] {
            let found = metres(from, to) / 1_609.344;
            assert!((found / miles - 1.0).abs() < 0.006, "{found} instead of {miles} miles");
        }
    }

    #[test]
    fn what_is_no_place_says_which_number_is_wrong() {
        for (result, reason) in [
            (haversine(90.5, 0.0, 0.0, 0.0), "latitude is 90.5"),
            (haversine(0.0, 181.0, 0.0, 0.0), "longitude is 181"),
            (haversine(0.0, 0.0, f64::NAN, 0.0), "latitude is NaN"),
            (haversine(0.0, 0.0, 0.0, f64::INFINITY), "longitude is inf"),
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.code(), ErrorCode::Num);
            assert!(error.message().contains(reason), "{error:?}");
        }
    }

    fn place() -> impl Strategy<Value = (f64, f64)> {
        (-90.0..=90.0, -180.0..=180.0)
    }

    proptest! {
        #[test]
        fn it_is_the_angle_between_directions(from in place(), to in place()) {
            let (found, expected) = (metres(from, to), by_vectors(from, to));
            // Near the opposite place the arcsine loses half of the digits.
            prop_assert!((found - expected).abs() < 0.5, "{found}, {expected}");
        }

        #[test]
        fn it_is_symmetric_and_no_longer_than_a_detour(
            a in place(), b in place(), c in place()
        ) {
            prop_assert_eq!(metres(a, b), metres(b, a));
            prop_assert!(metres(a, c) <= metres(a, b) + metres(b, c) + 1.0);
        }
    }
}
