//! The host's clock and chance.

/// The local time, microseconds since 1970-01-01T00:00:00.
pub(crate) fn local_us() -> i64 {
    let now = js_sys::Date::new_0();
    ((now.get_time() - now.get_timezone_offset() * 60e3) * 1e3) as i64
}

/// A seed of random numbers.
pub(crate) fn seed() -> u64 {
    (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64
}
