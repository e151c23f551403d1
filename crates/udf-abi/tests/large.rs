//! Manifests of the largest size, in every shape: what reading one costs and says is bounded by its size.
#![cfg(feature = "manifest")]

#[expect(dead_code, reason = "modules are for those who inspect them")]
mod shapes;

use std::time::{Duration, Instant};
use udf_abi::{
    exports::{MAX_FUNCTIONS, MAX_MANIFEST_BYTES, MAX_MANIFEST_VALUES},
    manifest::Manifest,
};

/// An unoptimised build takes a second for the slowest on a busy machine; a quadratic walk takes minutes.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_manifest_of_any_shape_is_read_in_proportion_to_its_size() {
    let shapes = shapes::shapes();
    assert!(shapes.len() >= 30, "only {}", shapes.len());
    for shapes::Shape { name, json } in &shapes {
        assert!(json.len() <= MAX_MANIFEST_BYTES, "{name}: {} bytes", json.len());
        if let Err(e) = serde_json::from_slice::<serde_json::Value>(json) {
            panic!("{name}: the shape itself is not JSON: {e}");
        }
        let started = Instant::now();
        let said: usize = match Manifest::parse(json) {
            Ok(parsed) => {
                assert!(parsed.warnings.len() <= MAX_FUNCTIONS + 101, "{name}");
                parsed.warnings.iter().map(String::len).sum()
            }
            Err(error) => {
                assert!(error.problems().len() <= 100, "{name}");
                error.problems().iter().map(|p| p.field.len() + p.message.len()).sum()
            }
        };
        assert!(started.elapsed() < PATIENCE, "{name}: {:?}", started.elapsed());
        assert!(said <= MAX_MANIFEST_BYTES, "{name}: {said} bytes of problems and warnings");
    }
}

#[test]
fn most_shapes_are_about_as_large_as_a_manifest_may_be() {
    let shapes = shapes::shapes();
    let is_large = |shape: &&shapes::Shape| {
        let values = shapes::values(std::str::from_utf8(&shape.json).unwrap());
        assert!(values <= MAX_MANIFEST_VALUES, "{}: {values} values", shape.name);
        shape.json.len() > MAX_MANIFEST_BYTES / 2 || values > MAX_MANIFEST_VALUES / 2
    };
    let large = shapes.iter().filter(is_large).count();
    assert!(large * 10 >= shapes.len() * 8, "{large} of {}", shapes.len());
}
