//! What a file may cost.

/// Bounds on what loading a file may take. A file beyond one is refused with an error that names the part and the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileLimits {
    /// Bytes of the file itself: 1 GiB.
    pub file_bytes: u64,
    /// Bytes of one part of a workbook, unpacked: 2 GiB.
    pub part_bytes: u64,
    /// Bytes of all parts that are read, unpacked: 4 GiB.
    pub total_bytes: u64,
    /// Parts of a workbook: 65 536.
    pub parts: usize,
    /// Cells that are stored, of all sheets: 100 000 000.
    pub cells: u64,
    /// How deep elements of XML are nested: 256.
    pub depth: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            file_bytes: 1 << 30,
            part_bytes: 2 << 30,
            total_bytes: 4 << 30,
            parts: 1 << 16,
            cells: 100_000_000,
            depth: 256,
        }
    }
}
