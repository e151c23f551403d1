//! Geohashes (G. Niemeyer, 2008): names of cells that halve the earth again and again, by longitude and
//! latitude in turn, five halvings to a character.

use crate::degrees::{self, LATITUDE, LONGITUDE};
use formualizer_udf_sdk::{Array, TextColumn, UdfError, fz_udf};

/// Digits and letters without a, i, l and o.
const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
const BITS: usize = 5;
/// 60 halvings: a cell of 37 by 19 mm.
const MAX_PRECISION: i64 = 12;

/// The geohash of a place: the longer, the smaller the cell it names (5: 4.9 km, 7: 153 m, 9: 4.8 m wide at
/// the equator). Cells that share a beginning lie in one larger cell.
#[fz_udf(name = "GEOHASH", examples = [
    (57.64911, 10.40744) => "u4pruydqq",
    (42.6, -5.6, 5) => "ezs42",
    (0, 0, 13) => error("#NUM!", "precision is 13; it must be 1 to 12"),
])]
pub fn geohash(
    /// Latitude, degrees, −90 to 90.
    lat: f64,
    /// Longitude, degrees, −180 to 180.
    lon: f64,
    /// Characters, 1 to 12.
    #[default = 9]
    precision: i64,
) -> Result<String, UdfError> {
    degrees::check(lat, lon)?;
    if !(1..=MAX_PRECISION).contains(&precision) {
        return Err(UdfError::num(format!(
            "precision is {precision}; it must be 1 to {MAX_PRECISION}"
        )));
    }
    let mut cell = Cell::EARTH;
    let hash = (0..precision).map(|_| {
        let digit = (0..BITS).fold(0, |digit, _| digit << 1 | cell.halve_to(lat, lon));
        char::from(ALPHABET[digit])
    });
    Ok(hash.collect())
}

/// The latitude of the middle of a cell, in degrees.
#[fz_udf(name = "GEOHASH_LAT", examples = [
    ("s") => 22.5,
    ("ezs4a") => error("#VALUE!", "`a` does not stand in a geohash"),
])]
pub fn geohash_lat(
    /// A geohash of 1 to 12 characters, in any case.
    hash: &str,
) -> Result<f64, UdfError> {
    Ok(decode(hash)?.lat.middle())
}

/// The longitude of the middle of a cell, in degrees.
#[fz_udf(name = "GEOHASH_LON", examples = [("s") => 22.5])]
pub fn geohash_lon(
    /// A geohash of 1 to 12 characters, in any case.
    hash: &str,
) -> Result<f64, UdfError> {
    Ok(decode(hash)?.lon.middle())
}

/// The middles of cells: a row for each geohash, latitude and longitude side by side, in degrees. Nothing
/// where there is no geohash; one that is wrong fails the call, naming its row.
#[fz_udf(name = "GEOHASH_DECODE", kind = "array", examples = [
    (["s", null, "k"]) => [[22.5, 22.5], [null, null], [-22.5, 22.5]],
])]
pub fn geohash_decode(
    /// Geohashes of 1 to 12 characters.
    hashes: TextColumn<'_>,
) -> Result<Array<Option<f64>>, UdfError> {
    let mut places = Vec::with_capacity(hashes.len());
    for (row, hash) in hashes.iter().enumerate() {
        let cell = hash.map(decode).transpose().map_err(|error| {
            UdfError::new(error.code(), format!("row {}: {}", row + 1, error.message()))
        })?;
        places.push(cell.map(|cell| [cell.lat.middle(), cell.lon.middle()]));
    }
    Ok(Array::from_fn(places.len(), 2, |row, column| places[row].map(|place| place[column])))
}

/// From one degree to another.
#[derive(Clone, Copy)]
struct Span {
    low: f64,
    high: f64,
}

impl Span {
    fn middle(self) -> f64 {
        f64::midpoint(self.low, self.high)
    }

    /// The lower half for 0, the upper one for 1.
    fn half(&mut self, bit: usize) {
        let middle = self.middle();
        if bit == 1 { self.low = middle } else { self.high = middle }
    }
}

/// What a geohash names.
#[derive(Clone, Copy)]
struct Cell {
    lat: Span,
    lon: Span,
    /// Whether the next halving is by longitude.
    by_lon: bool,
}

impl Cell {
    const EARTH: Self = Self {
        lat: Span { low: -LATITUDE, high: LATITUDE },
        lon: Span { low: -LONGITUDE, high: LONGITUDE },
        by_lon: true,
    };

    fn next(&mut self) -> &mut Span {
        self.by_lon = !self.by_lon;
        if self.by_lon { &mut self.lat } else { &mut self.lon }
    }

    /// Halves towards the place and answers which half that is.
    fn halve_to(&mut self, lat: f64, lon: f64) -> usize {
        let degrees = if self.by_lon { lon } else { lat };
        let span = self.next();
        let bit = usize::from(degrees >= span.middle());
        span.half(bit);
        bit
    }
}

fn decode(hash: &str) -> Result<Cell, UdfError> {
    // Latin letters and digits are one byte each; anything else is refused below.
    if hash.is_empty() || hash.len() > MAX_PRECISION as usize {
        return Err(UdfError::value(format!(
            "a geohash has 1 to {MAX_PRECISION} characters, this text has {}",
            hash.chars().count()
        )));
    }
    let mut cell = Cell::EARTH;
    for c in hash.chars() {
        let byte = u8::try_from(c).unwrap_or_default().to_ascii_lowercase();
        let Some(digit) = ALPHABET.iter().position(|letter| *letter == byte) else {
            return Err(UdfError::value(format!("`{c}` does not stand in a geohash")));
        };
        for shift in (0..BITS).rev() {
            cell.next().half(digit >> shift & 1);
        }
    }
    Ok(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use formualizer_udf_sdk::{ColumnView, ErrorCode};
    use proptest::prelude::*;

    #[test]
    fn known_cells() {
        // The example of the German Wikipedia, and the ones of geohash.org's own description.
        assert_eq!(geohash(57.64911, 10.40744, 11).unwrap(), "u4pruydqqvj");
        assert_eq!(geohash(42.6, -5.6, 5).unwrap(), "ezs42");
        assert_eq!(geohash(0.0, 0.0, 9).unwrap(), "s00000000");
        assert_eq!(geohash(90.0, 180.0, 3).unwrap(), "zzz");
        assert_eq!(geohash(-90.0, -180.0, 3).unwrap(), "000");
        let (lat, lon) = (geohash_lat("ezs42").unwrap(), geohash_lon("EZS42").unwrap());
        assert!((lat - 42.605).abs() < 1e-3 && (lon + 5.603).abs() < 1e-3, "{lat} {lon}");
    }

    #[test]
    fn what_is_wrong_says_what() {
        let check = |error: UdfError, code: ErrorCode, reason: &str| {
            assert_eq!(error.code(), code);
            assert!(error.message().contains(reason), "{error:?}");
        };
        check(geohash(91.0, 0.0, 9).unwrap_err(), ErrorCode::Num, "latitude is 91");
        check(geohash(0.0, 0.0, 0).unwrap_err(), ErrorCode::Num, "precision is 0");
        check(geohash(0.0, 0.0, 13).unwrap_err(), ErrorCode::Num, "precision is 13");
        check(geohash_lat("").unwrap_err(), ErrorCode::Value, "has 0");
        check(geohash_lat("ezs4a").unwrap_err(), ErrorCode::Value, "`a` does not");
        check(geohash_lon("日本").unwrap_err(), ErrorCode::Value, "`日` does not");
        check(geohash_lon("0123456789bcd").unwrap_err(), ErrorCode::Value, "has 13");
        let rows = [Some("s"), None, Some("?")];
        let error = geohash_decode(ColumnView::of(&rows)).unwrap_err();
        check(error, ErrorCode::Value, "row 3: `?`");
    }

    #[test]
    fn a_column_of_cells_gives_two_columns_of_degrees() {
        let rows = [Some("s"), None];
        let array = geohash_decode(ColumnView::of(&rows)).unwrap();
        assert_eq!((array.rows(), array.columns()), (2, 2));
        assert_eq!(array.values(), [Some(22.5), None, Some(22.5), None]);
    }

    proptest! {
        #[test]
        fn a_cell_holds_its_place(
            lat in -90.0..=90.0f64, lon in -180.0..=180.0f64, precision in 1..=MAX_PRECISION
        ) {
            let hash = geohash(lat, lon, precision).unwrap();
            prop_assert_eq!(hash.len() as i64, precision);
            let cell = decode(&hash).unwrap();
            prop_assert!(cell.lat.low <= lat && lat <= cell.lat.high);
            prop_assert!(cell.lon.low <= lon && lon <= cell.lon.high);
            let again = geohash(cell.lat.middle(), cell.lon.middle(), precision).unwrap();
            prop_assert_eq!(&again, &hash);
            let shorter = geohash(lat, lon, precision - 1);
            prop_assert!(shorter.is_err() || hash.starts_with(&shorter.unwrap()));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,14}") {
            let _ = geohash_lat(&text);
        }
    }
}
