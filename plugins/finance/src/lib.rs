//! Option prices, implied volatility, dated cash flows and moving averages.
//!
//! | function | kind | |
//! |---|---|---|
//! | `BS_CALL` | elementwise | price of a European call |
//! | `IMPLIED_VOL` | elementwise, with errors of rows | the volatility that gives a price |
//! | `XNPV` | reduce | present value of cash flows at dates |
//! | `EMA` | array | exponential moving average |

pub mod cash_flow;
mod normal;
pub mod options;
pub mod series;

formualizer_udf_sdk::fz_module! {
    id: "formualizer.finance",
    version: env!("CARGO_PKG_VERSION"),
    functions: [options::bs_call, options::implied_vol, cash_flow::xnpv, series::ema],
}

#[cfg(test)]
mod tests {
    use super::MANIFEST;

    #[test]
    fn the_committed_module_has_the_manifest_of_this_source() {
        let module = include_bytes!("../../finance.wasm");
        let found = module.windows(MANIFEST.len()).any(|bytes| bytes == MANIFEST.as_bytes());
        assert!(found, "rebuild it: cargo xtask plugins");
    }
}
