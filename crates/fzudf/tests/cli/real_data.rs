//! The committed data sets and the committed finance plugin: what the README shows.

use crate::data::{Folder, finance, read, repository};
use arrow_array::{Array, cast::AsArray, types::Float64Type};
use arrow_schema::DataType;
use std::path::Path;

#[test]
fn the_data_sets_are_what_their_readme_says() {
    let stocks = read(Path::new(&repository("testdata/stocks.parquet")));
    assert_eq!(stocks.num_rows(), 560);
    assert_eq!(stocks["date"].data_type(), &DataType::Date32);
    assert_eq!(stocks.columns().iter().map(|c| c.null_count()).sum::<usize>(), 0);
    let path = repository("testdata/flights.parquet");
    assert!(std::fs::metadata(&path).unwrap().len() < 1_900_000);
    let flights = read(Path::new(&path));
    assert_eq!(flights.num_rows(), 336_776);
    assert_eq!(flights["dep_delay"].null_count(), 8_255);
    assert_eq!(flights["arr_delay"].null_count(), 9_430);
    assert_eq!(flights["date"].null_count(), 0);
}

#[test]
fn options_on_real_stocks_are_priced() {
    let folder = Folder::new();
    let stocks = repository("testdata/stocks.parquet");
    let mut args = vec!["call".to_owned(), finance(), "BS_CALL".into(), "-i".into(), stocks];
    for arg in ["price", "=100", "=0.05", "=0.2", "=1"] {
        args.extend(["--arg".to_owned(), arg.to_owned()]);
    }
    args.extend(["-o".to_owned(), "priced.parquet".to_owned()]);
    folder.run(&args.iter().map(String::as_str).collect::<Vec<_>>()).ok();
    let priced = folder.read("priced.parquet");
    let spot = priced["price"].as_primitive::<Float64Type>();
    let call = priced["BS_CALL"].as_primitive::<Float64Type>();
    assert_eq!(call.null_count(), 0);
    // A call is worth less than the stock, and more than exercising it at the discounted strike.
    for (spot, call) in spot.values().iter().zip(call.values()) {
        assert!(*call >= 0.0 && call <= spot);
        assert!(*call >= spot - 100.0 * (-0.05f64).exp() - 1e-9);
    }
}

#[test]
fn the_average_of_a_real_series_is_an_array() {
    let folder = Folder::new();
    let stocks = repository("testdata/stocks.parquet");
    let run = folder
        .run(&["call", &finance(), "EMA", "-i", &stocks, "--arg", "price", "--arg", "=0.1"])
        .ok();
    assert_eq!(run.out.lines().count(), 561);
    assert_eq!(run.out.lines().nth(1), Some("39.81"));
}
