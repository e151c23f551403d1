//! Modules written again: still valid, still computing the same, and asking the host where they must.

use super::rewrite;
use std::path::Path;
use udf_abi::exports::PAGE_BYTES;
use wasmparser::{Validator, WasmFeatures};

/// The rewritten module of this text, which must be valid.
fn rewritten(text: &str, pages: u64) -> Vec<u8> {
    let module = rewrite(&wat::parse_str(text).unwrap(), pages * PAGE_BYTES).unwrap();
    valid(&module);
    module
}

fn valid(module: &[u8]) {
    let error = Validator::new_with_features(WasmFeatures::default()).validate_all(module).err();
    assert!(error.is_none(), "{error:?}");
}

#[test]
fn every_plugin_stays_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            valid(&rewrite(&std::fs::read(&path).unwrap(), 1 << 28).unwrap());
            seen += 1;
        }
    }
    assert!(seen > 4, "{seen} plugins");
}

#[test]
fn what_is_no_module_is_an_error() {
    for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\x01\x7f"] {
        assert!(rewrite(bytes, 1 << 20).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_module_without_functions_memory_or_tables_stays_one() {
    rewritten("(module)", 1);
    rewritten(r#"(module (memory (export "memory") 1))"#, 1);
    rewritten("(module (table 1 funcref))", 1);
}

#[test]
fn the_memory_may_grow_to_the_limit_or_to_its_own_maximum() {
    for (text, pages, wanted) in [
        ("(module (memory 1))", 7, 7),
        ("(module (memory 1 4))", 7, 4),
        ("(module (memory 1 9))", 7, 7),
        ("(module (memory 3))", 2, 3),
    ] {
        let module = rewritten(text, pages);
        let maxima = wasmparser::Parser::new(0).parse_all(&module).filter_map(|payload| {
            let wasmparser::Payload::MemorySection(section) = payload.unwrap() else { return None };
            Some(section.into_iter().map(|memory| memory.unwrap().maximum).collect::<Vec<_>>())
        });
        assert_eq!(maxima.collect::<Vec<_>>(), [[Some(wanted)]], "{text}");
    }
}

/// Rewritten modules on an interpreter that lends them what `guest.js` does.
#[cfg(feature = "wasmi")]
mod run {
    use super::rewritten;
    use ::wasmi::{Caller, Engine, Error, Instance, Linker, Module, Store, Val};

    /// What a guest has asked its host for.
    #[derive(Default)]
    struct Host {
        ticks: u64,
        most_ticks: u64,
        most: u32,
        asked: Vec<(u32, u32)>,
        lacked: u32,
    }

    struct Guest {
        store: Store<Host>,
        instance: Instance,
    }

    impl Guest {
        fn new(text: &str, host: Host) -> Self {
            let engine = Engine::default();
            let module = Module::new(&engine, rewritten(text, 16)).unwrap();
            let mut linker = Linker::new(&engine);
            let tick = |mut caller: Caller<'_, Host>| {
                let host = caller.data_mut();
                host.ticks += 1;
                if host.ticks > host.most_ticks { Err(Error::new("overtime")) } else { Ok(()) }
            };
            let ask = |mut caller: Caller<'_, Host>, now: u32, more: u32| {
                caller.data_mut().asked.push((now, more));
                u32::from(now.saturating_add(more) <= caller.data().most)
            };
            linker.func_wrap("fz", "tick", tick).unwrap();
            linker.func_wrap("fz", "grow", ask).unwrap();
            linker.func_wrap("fz", "grow_table", ask).unwrap();
            let lacked = |mut caller: Caller<'_, Host>| caller.data_mut().lacked += 1;
            linker.func_wrap("fz", "lacked", lacked).unwrap();
            let nan = || -> Result<(), Error> { Err(Error::new("no number")) };
            linker.func_wrap("fz", "nan", nan).unwrap();
            let mut store = Store::new(&engine, host);
            let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
            Self { store, instance }
        }

        /// The one result of the function `f`.
        fn f(&mut self, params: &[Val]) -> Result<Val, String> {
            let f = self.instance.get_func(&self.store, "f").unwrap();
            let mut results = [Val::I32(0)];
            f.call(&mut self.store, params, &mut results).map_err(|error| error.to_string())?;
            Ok(results[0].clone())
        }
    }

    fn patient() -> Host {
        Host { most_ticks: u64::MAX, most: u32::MAX, ..Host::default() }
    }

    #[test]
    fn loops_calls_branches_and_blocks_compute_what_they_did() {
        // The sum of the numbers below n, halved by recursion and in loops within loops, which take and give values.
        let text = r#"(module
          (type $pass (func (param i32) (result i32)))
          (func $sum (param $n i32) (result i32) (local $i i32) (local $all i32)
            (block $out (loop $next
              (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
              (local.set $all (i32.add (local.get $all) (local.get $i)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br $next)))
            (local.get $all))
          (func $half (param $n i32) (result i32)
            (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
              (then (local.get $n))
              (else (call $half (i32.shr_u (local.get $n) (i32.const 1))))))
          (table 2 funcref) (elem (i32.const 0) func $sum $half)
          (func (export "f") (param $n i32) (result i32)
            (local.get $n)
            (loop (type $pass) (call_indirect (type $pass) (i32.const 0)))
            (call_indirect (type $pass) (local.get $n) (i32.const 1))
            i32.add))"#;
        let mut guest = Guest::new(text, patient());
        let sum = guest.f(&[Val::I32(1000)]).unwrap().i32();
        assert_eq!(sum, Some(499_500 + 1));
        assert_eq!(guest.store.data().ticks, 0, "a thousand rounds are no slice");
        guest.f(&[Val::I32(100_000)]).unwrap();
        assert!((9..12).contains(&guest.store.data().ticks), "{}", guest.store.data().ticks);
    }

    #[test]
    fn what_never_ends_is_stopped_wherever_it_runs() {
        let forever = [
            "(loop $again (br $again)) (unreachable)",
            "(loop $again (br_if $again (i32.const 1))) (unreachable)",
            "(block (loop $a (loop $b (br $a)))) (unreachable)",
            "(loop $again (drop (call $leaf)) (br $again)) (unreachable)",
            "(call $tree (i32.const 900)) (i32.const 0)",
            "(loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $again)) (unreachable)",
            "(loop $again (drop (memory.grow (i32.const 0))) (br $again)) (unreachable)",
            "(loop $again (drop (table.grow (ref.null func) (i32.const 0))) (br $again)) (unreachable)",
        ];
        for body in forever {
            let text = format!(
                r#"(module (memory 1) (table 1 funcref)
                (func $leaf (result i32) (i32.const 1))
                (func $tree (param $n i32) (if (local.get $n) (then
                  (call $tree (i32.sub (local.get $n) (i32.const 1)))
                  (call $tree (i32.sub (local.get $n) (i32.const 1))))))
                (func (export "f") (result i32) {body}))"#
            );
            let mut guest = Guest::new(&text, Host { most_ticks: 20, ..patient() });
            let error = guest.f(&[]).unwrap_err();
            assert!(error.contains("overtime"), "{body}: {error}");
        }
    }

    #[test]
    fn long_code_and_large_operations_take_more_fuel() {
        let ticks = |body: &str| {
            let text = format!(
                r#"(module (memory 16) (table 9000 funcref)
                (func (export "f") (param $n i32) (result i32) (local $x i32) (loop $again
                  {body}
                  (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                  (br_if $again (local.get $n))) (local.get $x)))"#
            );
            let mut guest = Guest::new(&text, patient());
            guest.f(&[Val::I32(10_000)]).unwrap();
            guest.store.data().ticks
        };
        let step = "(local.set $x (i32.add (local.get $x) (i32.const 3)))";
        assert_eq!(ticks(step), 1);
        let long = ticks(&step.repeat(800));
        assert!((90..110).contains(&long), "{long}");
        let fill = "(memory.fill (i32.const 0) (i32.const 7) (i32.const 0x80000))";
        assert!((1_000..1_100).contains(&ticks(fill)), "{}", ticks(fill));
        let copy = "(table.copy (i32.const 0) (i32.const 1) (i32.const 3200))";
        assert!((95..110).contains(&ticks(copy)), "{}", ticks(copy));
    }

    #[test]
    fn growth_is_asked_for_first_and_a_lack_is_told() {
        let text = |most: &str| {
            format!(
                r#"(module (memory 2 {most}) (table $t 3 {most} funcref)
                (func (export "f") (param $pages i32) (param $elements i32) (result i32)
                  (i32.add
                    (i32.mul (i32.const 1000) (memory.grow (local.get $pages)))
                    (table.grow $t (ref.null func) (local.get $elements)))))"#
            )
        };
        let grow = |most, (pages, elements), host| {
            let mut guest = Guest::new(&text(most), host);
            let was = guest.f(&[Val::I32(pages), Val::I32(elements)]).unwrap().i32();
            let Host { asked, lacked, .. } = std::mem::take(guest.store.data_mut());
            (was.unwrap(), asked, lacked)
        };
        assert_eq!(grow("", (4, 5), patient()), (2003, vec![(2, 4), (3, 5)], 0));
        let tight = Host { most: 6, ..patient() };
        assert_eq!(grow("", (4, 5), tight), (1999, vec![(2, 4), (3, 5)], 0));
        // Allowed, and not to be had.
        assert_eq!(grow("10", (90, 90), patient()), (-1001, vec![(2, 90), (3, 90)], 2));
    }

    #[test]
    fn a_nan_is_told_apart_from_a_number_out_of_range() {
        for (float, to) in [("f32", "i32"), ("f32", "i64"), ("f64", "i32"), ("f64", "i64")] {
            for sign in ["s", "u"] {
                let text = format!(
                    r#"(module (func (export "f") (param $x {float}) (result {to}) (local i64)
                       ({to}.trunc_{float}_{sign} (local.get $x))))"#
                );
                let value = |x: f64| match float {
                    "f32" => Val::F32((x as f32).into()),
                    _ => Val::F64(x.into()),
                };
                let mut guest = Guest::new(&text, patient());
                assert!(guest.f(&[value(f64::NAN)]).unwrap_err().contains("no number"));
                assert!(guest.f(&[value(1e30)]).unwrap_err().contains("integer overflow"));
                let seven = guest.f(&[value(7.9)]).unwrap();
                assert!(seven.i32() == Some(7) || seven.i64() == Some(7), "{text}");
            }
        }
    }
}
