//! Places on earth: distances and geohashes.
//!
//! | function | kind | gives |
//! |---|---|---|
//! | `HAVERSINE` | elementwise | metres between two places |
//! | `GEOHASH` | elementwise | the name of the cell a place lies in |
//! | `GEOHASH_LAT`, `GEOHASH_LON` | elementwise | the middle of a cell |
//! | `GEOHASH_DECODE` | array | latitudes and longitudes of a column of cells, side by side |
//!
//! Latitudes and longitudes are degrees: north and east positive, −90 to 90 and −180 to 180. What lies
//! outside is the error of its row, which says so: most often the two were swapped.

mod degrees;
pub mod geohash;
pub mod sphere;

formualizer_udf_sdk::fz_module! {
    id: "formualizer.geo",
    version: env!("CARGO_PKG_VERSION"),
    functions: [
        sphere::haversine,
        geohash::geohash,
        geohash::geohash_lat,
        geohash::geohash_lon,
        geohash::geohash_decode,
    ],
}

#[cfg(test)]
mod tests {
    use super::MANIFEST;

    #[test]
    fn the_committed_module_has_the_manifest_of_this_source() {
        let module = include_bytes!("../../geo.wasm");
        let found = module.windows(MANIFEST.len()).any(|bytes| bytes == MANIFEST.as_bytes());
        assert!(found, "rebuild it: cargo xtask plugins");
    }
}
