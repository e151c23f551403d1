//! Files that are damaged, not what they say, or too large for a sheet. None may panic or be half imported.

use super::{
    columns::{batch, ipc, packed, stream},
    *,
};
use arrow_array::{ArrayRef, Int64Array, NullArray, StringArray};
use arrow_ipc::{CompressionType, writer::IpcWriteOptions};
use std::sync::Arc;

fn sample() -> Vec<Vec<Value>> {
    let mut rows = vec![vec![text("n"), text("t"), text("d")]];
    for n in 0..20 {
        rows.push(vec![
            Value::Number(f64::from(n)),
            text(&"ä".repeat(n as usize)),
            date("2024-01-31"),
        ]);
    }
    rows
}

#[test]
fn garbage_is_refused_or_a_text() {
    let mut state = 1_u64;
    let mut garbage = |len: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        (0..len).map(|_| next()).collect()
    };
    for len in [0, 1, 7, 8, 12, 100, 5_000] {
        for format in FORMATS {
            for front in [&b""[..], b"ARROW1\0\0", b"PAR1", b"\xFF\xFF\xFF\xFF", b"{", b"["] {
                let bytes = [front, &garbage(len), b"ARROW1"].concat();
                let _ = import(format, &bytes);
                let bytes = [front, &garbage(len), b"PAR1"].concat();
                let _ = import(format, &bytes);
            }
        }
    }
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    for format in [DataFormat::Arrow, DataFormat::Parquet, DataFormat::Json] {
        let bytes = exported(&sample(), format, &ExportOptions::default());
        assert!(import(format, &bytes).is_ok());
        let end = if format == DataFormat::Json { bytes.len() - 1 } else { bytes.len() };
        for len in 0..end {
            assert!(import(format, &bytes[..len]).is_err(), "{format:?} of {len} bytes");
        }
    }
}

#[test]
fn a_file_with_a_wrong_byte_does_not_panic() {
    let columns = batch(vec![
        ("n", Arc::new(Int64Array::from_iter_values(0..50)) as ArrayRef),
        ("t", Arc::new(StringArray::from(vec!["text"; 50]))),
    ]);
    let files = [
        (DataFormat::Arrow, ipc(&columns, IpcWriteOptions::default())),
        (DataFormat::Arrow, ipc(&columns, packed(CompressionType::LZ4_FRAME))),
        (DataFormat::Arrow, stream(&columns, packed(CompressionType::ZSTD))),
        (DataFormat::Parquet, exported(&sample(), DataFormat::Parquet, &ExportOptions::default())),
    ];
    for (format, bytes) in files {
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xFF] {
                let mut wrong = bytes.clone();
                wrong[at] ^= flip;
                let _ = import(format, &wrong);
            }
        }
    }
}

#[test]
fn streams_that_are_cut_off_have_whole_batches_or_are_refused() {
    let columns = batch(vec![("n", Arc::new(Int64Array::from_iter_values(0..50)) as ArrayRef)]);
    let bytes = stream(&columns, IpcWriteOptions::default());
    for len in 0..bytes.len() {
        if let Ok(report) = import(DataFormat::Arrow, &bytes[..len]) {
            assert!(matches!(report.rows, 0 | 50), "{len} bytes");
        }
    }
}

#[test]
fn sizes_that_a_file_claims_are_not_believed() {
    let texts = StringArray::from(vec!["a".repeat(3000); 3]);
    let columns = batch(vec![("t", Arc::new(texts) as ArrayRef)]);
    for bytes in [
        ipc(&columns, packed(CompressionType::LZ4_FRAME)),
        stream(&columns, packed(CompressionType::ZSTD)),
    ] {
        assert!(import(DataFormat::Arrow, &bytes).is_ok());
        let size = 9_000_i64.to_le_bytes();
        let at = bytes.windows(8).rposition(|window| window == size).unwrap();
        let mut wrong = bytes.clone();
        wrong[at..at + 8].copy_from_slice(&(1_i64 << 50).to_le_bytes());
        let refused = refusal(DataFormat::Arrow, &wrong);
        assert!(refused.contains("total_bytes"), "{refused}");
    }
}

#[test]
fn what_is_larger_than_a_sheet_is_refused() {
    let wide = vec!["1"; 16_385].join(",");
    let refused = refusal(DataFormat::Csv, format!("a\n{wide}\n").as_bytes());
    assert!(refused.contains("line 2") && refused.contains("16385"), "{refused}");
    let refused = refusal(DataFormat::Json, format!("[[{wide}]]").as_bytes());
    assert!(refused.contains("16384"), "{refused}");

    let tall = "1\n".repeat((1 << 20) + 2);
    let refused = refusal(DataFormat::Csv, tall.as_bytes());
    assert!(refused.contains("1048576"), "{refused}");
    let refused =
        refusal(DataFormat::Json, format!("{{\"a\":[{}0]}}", "0,".repeat(1 << 20)).as_bytes());
    assert!(refused.contains("1048576"), "{refused}");
    // As many rows as a sheet has leave no room for the name.
    let full = batch(vec![("n", Arc::new(NullArray::new(1 << 20)) as ArrayRef)]);
    let refused = refusal(DataFormat::Arrow, &ipc(&full, IpcWriteOptions::default()));
    assert!(refused.contains("beyond the sheet"), "{refused}");
    let more = batch(vec![("n", Arc::new(NullArray::new(1 << 40)) as ArrayRef)]);
    let refused = refusal(DataFormat::Arrow, &ipc(&more, IpcWriteOptions::default()));
    assert!(refused.contains("1048576"), "{refused}");
}

#[test]
fn a_wide_row_below_many_narrow_ones_costs_no_more_than_the_limit() {
    let wide = vec!["1"; 16_000].join(",");
    let csv = format!("a\n{}{wide}\n", "1\n".repeat(20_000));
    assert!(refusal(DataFormat::Csv, csv.as_bytes()).contains("limit cells"));
    let ndjson = format!("{}[{wide}]\n", "[1]\n".repeat(20_000));
    assert!(refusal(DataFormat::NdJson, ndjson.as_bytes()).contains("limit cells"));
}

#[test]
fn deep_json_is_refused() {
    for open in ["[", "{\"a\":"] {
        for format in [DataFormat::Json, DataFormat::NdJson] {
            let refused = refusal(format, open.repeat(100_000).as_bytes());
            assert!(refused.contains("recursion limit"), "{refused}");
        }
    }
}

#[test]
fn old_feather_is_named() {
    assert!(refusal(DataFormat::Arrow, b"FEA1aaaaaaaaFEA1").contains("version 1"));
}
