//! The command line over a file that is larger than what it may hold.

use crate::{Figures, MILLION, Result};
use fz_benches::{doubles, median, seconds};
use std::{
    fs::File,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

/// `fzudf call` over 10 000 000 Parquet rows, Parquet out: the process's peak resident set.
pub(crate) fn peak_memory(binary: &Path, figures: &mut Figures) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let input = folder.path().join("input.parquet");
    write_parquet(&input, 10 * MILLION)?;
    let (mut peaks, mut times) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let (time, peak) = seconds(|| run_and_watch(binary, &input, folder.path()));
        times.push(time);
        peaks.push(peak? as f64 / 1024.0);
    }
    figures.set("call_10m_peak_mb", median(peaks));
    figures.set("call_10m_s", median(times));
    Ok(())
}

fn write_parquet(path: &Path, rows: usize) -> Result<()> {
    use arrow_array::{Float64Array, RecordBatch};
    use arrow_schema::{DataType, Field, Schema};
    let field = |name: &str| Field::new(name, DataType::Float64, false);
    let schema = Arc::new(Schema::new(vec![field("a"), field("b")]));
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(File::create(path)?, schema.clone(), None)?;
    for part in 0..rows / MILLION {
        let column = |seed| Arc::new(Float64Array::from(doubles(MILLION, 0.0, 100.0, seed)));
        let seed = part as u64 * 2;
        let columns: Vec<arrow_array::ArrayRef> = vec![column(seed), column(seed + 1)];
        writer.write(&RecordBatch::try_new(schema.clone(), columns)?)?;
    }
    writer.close()?;
    Ok(())
}

/// Runs `fzudf call` and answers its peak resident set in KiB.
fn run_and_watch(binary: &Path, input: &Path, folder: &Path) -> Result<u64> {
    let mut command = Command::new(binary);
    command
        .arg("call")
        .arg(fz_benches::plugins().join("conformance.wasm"))
        .arg("MULADD")
        .args(["--arg", "a", "--arg", "b", "--input"])
        .arg(input)
        .arg("--out")
        .arg(folder.join("output.parquet"));
    peak_of(&mut command)
}

/// Runs a command and answers its peak resident set in KiB, as the kernel counts it.
pub(crate) fn peak_of(command: &mut Command) -> Result<u64> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        // The high-water mark only rises, so the last reading is the peak.
        if let Ok(status) = std::fs::read_to_string(&status_file) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse().ok());
            peak = peak.max(kib.unwrap_or(0));
        }
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                return Err(format!("{command:?} ended with {status}").into());
            }
            return Ok(peak);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
