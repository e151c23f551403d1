//! The smallest module that the contract admits, with any manifest.

fn leb(mut n: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (n & 0x7f) as u8;
        n >>= 7;
        if n == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

fn vector(items: &[Vec<u8>]) -> Vec<u8> {
    [leb(items.len()), items.concat()].concat()
}

fn name(text: &str) -> Vec<u8> {
    [leb(text.len()), text.as_bytes().to_vec()].concat()
}

fn section(id: u8, body: Vec<u8>) -> Vec<u8> {
    [vec![id], leb(body.len()), body].concat()
}

/// A module of this id whose functions are exported as `f1`, `f2`, …
pub(super) fn module(id: &str, functions: &str, exports: usize) -> Vec<u8> {
    module_of_codec(id, 2, functions, exports)
}

pub(super) fn module_of_codec(id: &str, codec: u32, functions: &str, exports: usize) -> Vec<u8> {
    let manifest = format!(
        r#"{{"schema":"formualizer.udf.module/v1","module":{{"id":"{id}","version":"1","abi":1,"codec":{codec}}},"functions":[{functions}]}}"#
    );
    wasm(exports, Some(&manifest))
}

/// A module without a manifest that exports `add: (f64, f64) -> f64`, and `Add` and `a-b` of that type.
pub(super) fn bare() -> Vec<u8> {
    let types = vector(&[vec![0x60, 2, 0x7c, 0x7c, 1, 0x7c]]);
    let function = [vec![0], vec![0x20, 0, 0x20, 1, 0xa0, 0x0b]].concat();
    let function = [leb(function.len()), function].concat();
    let export = |text: &str| [name(text), vec![0, 0]].concat();
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, types),
        section(3, vector(&[vec![0]])),
        section(7, vector(&[export("sum2"), export("dup"), export("Dup"), export("a-b")])),
        section(10, vector(&[function])),
    ]
    .concat()
}

fn wasm(exports: usize, manifest: Option<&str>) -> Vec<u8> {
    const I32: u8 = 0x7f;
    const I64: u8 = 0x7e;
    let types = vector(&[
        vec![0x60, 0, 1, I32],
        vec![0x60, 1, I32, 1, I32],
        vec![0x60, 2, I32, I32, 0],
        vec![0x60, 2, I32, I32, 1, I64],
    ]);
    let mut of_type = vec![vec![0], vec![1], vec![2]];
    let mut names = vec![
        [name("memory"), vec![2, 0]].concat(),
        [name("fz_abi_version"), vec![0, 0]].concat(),
        [name("fz_alloc"), vec![0, 1]].concat(),
        [name("fz_free"), vec![0, 2]].concat(),
    ];
    // No locals; a constant; end.
    let body = |code: &[u8]| {
        let body = [vec![0], code.to_vec(), vec![0x0b]].concat();
        [leb(body.len()), body].concat()
    };
    let mut code = vec![body(&[0x41, 1]), body(&[0x41, 0]), body(&[])];
    for index in 0..exports {
        of_type.push(vec![3]);
        names.push([name(&format!("f{}", index + 1)), vec![0], leb(3 + index)].concat());
        code.push(body(&[0x42, 0]));
    }
    let mut bytes = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, types),
        section(3, vector(&of_type)),
        section(5, vector(&[vec![0, 1]])),
        section(7, vector(&names)),
        section(10, vector(&code)),
    ]
    .concat();
    if let Some(manifest) = manifest {
        let body = [name("formualizer.udf.manifest.v1"), manifest.as_bytes().to_vec()].concat();
        bytes.extend(section(0, body));
    }
    bytes
}
