//! Manifests: any bytes, or values put into the fields of a manifest that is valid.

use arbitrary::{Arbitrary, Unstructured};
use serde_json::{Map, Value, json};
use udf_abi::manifest::{FUNCTION_FIELDS, Manifest, PARAM_FIELDS};

/// Most problems that are told at once.
const MOST_PROBLEMS: usize = 100;

pub(crate) fn hold(data: &[u8]) {
    match data.split_first() {
        // Documents made field by field get past the JSON parser more often than bytes do.
        Some((0, rest)) => {
            if let Ok(document) = document(&mut Unstructured::new(rest)) {
                read(document.to_string().as_bytes());
            }
        }
        _ => read(data),
    }
}

fn read(json: &[u8]) {
    let parsed = match Manifest::parse(json) {
        Ok(parsed) => parsed,
        Err(error) => {
            let count = error.problems().len();
            assert!((1..=MOST_PROBLEMS).contains(&count), "{count} problems are told");
            return;
        }
    };
    let written = serde_json::to_vec(&parsed.manifest).expect("a manifest can be written");
    // What was short may be longer than a manifest when every default is written out.
    if written.len() <= udf_abi::exports::MAX_MANIFEST_BYTES {
        let again = Manifest::parse(&written).expect("what was accepted is accepted again");
        assert_eq!(again.manifest, parsed.manifest);
    }
    for function in &parsed.manifest.functions {
        for name in function.names() {
            let found = parsed.manifest.find(name).expect("a function is found by its names");
            assert_eq!(found.id, function.id, "{name} stands for one function");
        }
    }
}

/// A manifest whose fields hold values that fit and values that do not.
fn document(u: &mut Unstructured<'_>) -> arbitrary::Result<Value> {
    let functions = list(u, 4, function)?;
    let mut module = json!({ "id": "m", "version": "1", "abi": 1, "codec": 2 });
    spoil(u, &mut module, &["id", "version", "abi", "codec", "description", "requires"])?;
    let mut document =
        json!({ "schema": "formualizer.udf.module/v1", "module": module, "functions": functions });
    if u.ratio(1, 8)? {
        spoil(u, &mut document, &["schema", "module", "functions", "more"])?;
    }
    Ok(document)
}

fn function(u: &mut Unstructured<'_>) -> arbitrary::Result<Value> {
    let params = list(u, 4, param)?;
    let count = params.len();
    let kind = *u.choose(&["elementwise", "reduce", "array", "aggregate", "window"])?;
    let id = u.int_in_range(0..=3u32)?;
    let mut function = json!({
        "id": id, "name": name(u)?, "export": name(u)?, "kind": kind,
        "min_args": count, "max_args": count, "params": params, "returns": type_name(u)?,
    });
    spoil(u, &mut function, &[&FUNCTION_FIELDS[..], &["more"]].concat())?;
    Ok(function)
}

fn param(u: &mut Unstructured<'_>) -> arbitrary::Result<Value> {
    let shape = *u.choose(&["scalar", "scalar", "column", "range", "cube"])?;
    let mut param = json!({ "name": name(u)?, "type": type_name(u)?, "shape": shape });
    spoil(u, &mut param, &[&PARAM_FIELDS[..], &["more"]].concat())?;
    Ok(param)
}

fn name(u: &mut Unstructured<'_>) -> arbitrary::Result<String> {
    let names = ["F", "f", "_xlfn.F", "GRÖSSE", "größe", "A.B", "x1", "9", " f", "", "memory"];
    Ok((*u.choose(&names)?).to_owned())
}

fn type_name(u: &mut Unstructured<'_>) -> arbitrary::Result<String> {
    let names =
        ["f64", "i64", "utf8", "bool", "any", "error", "null", "date32", "decimal128", "f65"];
    Ok((*u.choose(&names)?).to_owned())
}

fn list(
    u: &mut Unstructured<'_>,
    most: usize,
    item: fn(&mut Unstructured<'_>) -> arbitrary::Result<Value>,
) -> arbitrary::Result<Vec<Value>> {
    let count = u.int_in_range(0..=most)?;
    (0..count).map(|_| item(u)).collect()
}

/// Puts other values into some fields, and takes some away.
fn spoil(u: &mut Unstructured<'_>, object: &mut Value, fields: &[&str]) -> arbitrary::Result<()> {
    let Some(object) = object.as_object_mut() else { return Ok(()) };
    for _ in 0..u.int_in_range(0..=3)? {
        let field = (*u.choose(fields)?).to_owned();
        match u.ratio(1, 4)? {
            true => drop(object.remove(&field)),
            false => drop(object.insert(field, value(u, 0)?)),
        }
    }
    Ok(())
}

fn value(u: &mut Unstructured<'_>, depth: usize) -> arbitrary::Result<Value> {
    let kinds = if depth < 4 { 9 } else { 6 };
    Ok(match u.int_in_range(0..=kinds)? {
        0 => Value::Null,
        1 => Value::Bool(bool::arbitrary(u)?),
        2 => json!(*u.choose(&[0u64, 1, 2, 255, 256, 1 << 32, u64::MAX])?),
        3 => json!(*u.choose(&[-1.0, 0.5, 1e300, -0.0])?),
        4 => Value::String(name(u)?),
        5 => Value::String(type_name(u)?),
        6 => Value::String(String::arbitrary(u)?),
        7 | 8 => {
            let count = u.int_in_range(0..=3)?;
            Value::Array((0..count).map(|_| value(u, depth + 1)).collect::<Result<_, _>>()?)
        }
        _ => {
            let mut map = Map::new();
            for _ in 0..u.int_in_range(0..=3)? {
                let key =
                    *u.choose(&["name", "type", "args", "result", "error", "fuel", "memory"])?;
                map.insert(key.to_owned(), value(u, depth + 1)?);
            }
            Value::Object(map)
        }
    })
}
