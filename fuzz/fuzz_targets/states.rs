#![no_main]

libfuzzer_sys::fuzz_target!(init: udf_fuzzing::watch(), |data: &[u8]| udf_fuzzing::run("states", data));
