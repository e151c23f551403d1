//! Every type and every rule of the SDK, one function each: what an author copies from.
//!
//! | module | shows |
//! |---|---|
//! | [`numbers`] | the number types, `bool`, overflow as an error of the row |
//! | [`texts`] | texts and bytes, owned and borrowed |
//! | [`times`] | dates, times, instants, durations |
//! | [`values`] | spreadsheet values and errors as values |
//! | [`rules`] | `Option`, defaults, variadic parameters, volatile functions, hints, panics |
//! | [`tables`] | columns and ranges in, named columns and errors of rows out |

pub mod numbers;
pub mod rules;
pub mod tables;
pub mod texts;
pub mod times;
pub mod values;

formualizer_udf_sdk::fz_module! {
    id: "formualizer.kitchen-sink",
    version: env!("CARGO_PKG_VERSION"),
    description: "Every type and every rule of the SDK, one function each.",
    functions: [
        numbers::add_i8, numbers::add_i16, numbers::add_i32, numbers::add_i64,
        numbers::add_u8, numbers::add_u16, numbers::add_u32, numbers::add_u64,
        numbers::midpoint, numbers::lerp, numbers::is_between,
        texts::initials, texts::after, texts::checksum, texts::to_hex, texts::from_hex, texts::head,
        times::add_days, times::weekday, times::clock, times::hour_of, times::add_time,
        times::at_unix, times::elapsed, times::stretch,
        values::kind_of, values::first_present, values::tidy, values::code_of, values::as_error,
        rules::discount, rules::or_zero, rules::join_all, rules::largest, rules::parse_number,
        rules::roll, rules::clock_now, rules::rough_root, rules::collatz, rules::nth_letter,
        rules::plain_ratio,
        tables::weighted_mean, tables::count_cells, tables::longest, tables::describe,
        tables::roots, tables::transpose, tables::listed_days,
    ],
}

#[cfg(test)]
mod tests {
    use super::MANIFEST;

    #[test]
    fn the_committed_module_has_the_manifest_of_this_source() {
        let module = include_bytes!("../../kitchen_sink.wasm");
        let found = module.windows(MANIFEST.len()).any(|bytes| bytes == MANIFEST.as_bytes());
        assert!(found, "rebuild it: cargo xtask plugins");
    }
}
