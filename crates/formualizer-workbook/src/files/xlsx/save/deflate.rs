//! A part compressed: a large one in blocks, side by side.
//!
//! What is compressed may end at a whole byte, and anything may follow it there (RFC 1951, 3.2.4), so that blocks stand one behind
//! the other as if they were one.

use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, Status};
use rayon::prelude::*;
use std::io::{self, Cursor, Write};
use zip::{
    CompressionMethod, ZipArchive, ZipWriter,
    result::{ZipError, ZipResult},
    write::SimpleFileOptions,
};

/// How hard parts are compressed: beyond this, time grows faster than size shrinks.
const LEVEL: u32 = 3;
/// Bytes of a block.
const BLOCK: usize = 1 << 20;

/// A part as the only one of a ZIP file.
///
/// # Errors
/// Where it cannot be written.
pub(super) fn compress(name: &str, text: &str) -> ZipResult<ZipArchive<Cursor<Vec<u8>>>> {
    let large = text.len() >= u32::MAX as usize;
    if text.len() >= 2 * BLOCK && !large && name.is_ascii() && name.len() < usize::from(u16::MAX) {
        return ZipArchive::new(Cursor::new(in_blocks(name, text.as_bytes())?));
    }
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL.into()))
        .large_file(large);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, options)?;
    zip.write_all(text.as_bytes())?;
    ZipArchive::new(zip.finish()?)
}

/// A ZIP file (APPNOTE.TXT, 4.3) of one part.
fn in_blocks(name: &str, content: &[u8]) -> ZipResult<Vec<u8>> {
    let count = content.len().div_ceil(BLOCK);
    let blocks: Vec<(Vec<u8>, Hasher)> = content
        .par_chunks(BLOCK)
        .enumerate()
        .map(|(at, block)| {
            let mut crc = Hasher::new();
            crc.update(block);
            Ok((deflated(block, at + 1 == count)?, crc))
        })
        .collect::<io::Result<_>>()?;
    let mut crc = Hasher::new();
    blocks.iter().for_each(|(_, block)| crc.combine(block));
    let too_large = |_| ZipError::Io(io::Error::other("the part is too large"));
    let size = u32::try_from(content.len()).map_err(too_large)?;
    let packed = blocks.iter().map(|(block, _)| block.len()).sum::<usize>();
    let packed = u32::try_from(packed).map_err(too_large)?;
    let len = u16::try_from(name.len()).map_err(too_large)?;

    // Version 2.0, no flags, deflate, the first day that files can have.
    let mut fields = Vec::new();
    for word in [20_u16, 0, 8, 0, 0x21] {
        fields.extend(word.to_le_bytes());
    }
    for long in [crc.finalize(), packed, size] {
        fields.extend(long.to_le_bytes());
    }
    fields.extend(len.to_le_bytes());

    let mut out = Vec::with_capacity(packed as usize + 2 * name.len() + 128);
    out.extend(0x0403_4B50_u32.to_le_bytes());
    out.extend(&fields);
    out.extend([0; 2]);
    out.extend(name.as_bytes());
    blocks.iter().for_each(|(block, _)| out.extend(block));
    let directory = out.len();
    out.extend(0x0201_4B50_u32.to_le_bytes());
    out.extend(20_u16.to_le_bytes());
    out.extend(&fields);
    // No further fields, no comment; the first disk; no attributes; from the start on.
    out.extend([0; 16]);
    out.extend(name.as_bytes());
    let end = u32::try_from(out.len() - directory).map_err(too_large)?;
    let start = u32::try_from(directory).map_err(too_large)?;
    out.extend(0x0605_4B50_u32.to_le_bytes());
    for word in [0_u16, 0, 1, 1] {
        out.extend(word.to_le_bytes());
    }
    out.extend(end.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    Ok(out)
}

fn deflated(block: &[u8], last: bool) -> io::Result<Vec<u8>> {
    let mut compress = Compress::new(Compression::new(LEVEL), false);
    let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
    let mut out = Vec::with_capacity(block.len() / 4 + 256);
    let mut read = 0;
    loop {
        let status =
            compress.compress_vec(block.get(read..).unwrap_or_default(), &mut out, flush)?;
        read = usize::try_from(compress.total_in()).unwrap_or(usize::MAX);
        let room = out.capacity() > out.len();
        match status {
            Status::StreamEnd => return Ok(out),
            // Room that is left tells that nothing is held back.
            _ if !last && read >= block.len() && room => return Ok(out),
            _ => out.reserve(block.len() / 4 + 256),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_large_part_comes_back_from_its_blocks() {
        for len in [0, 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1, 5 * BLOCK + 17] {
            // Digits that do not repeat, which are packed badly.
            let mut state = 1_u64;
            let text: String = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    char::from(b' ' + (state >> 58) as u8)
                })
                .collect();
            let mut archive = compress("xl/worksheets/sheet1.xml", &text).unwrap();
            let mut part = archive.by_index(0).unwrap();
            assert_eq!(
                (part.name().unwrap().as_ref(), part.size()),
                ("xl/worksheets/sheet1.xml", len as u64)
            );
            let mut back = String::new();
            part.read_to_string(&mut back).unwrap();
            assert!(back == text, "{len}");
        }
    }
}
