//! Writers of binary workbooks: `.xls` from records in a compound file, `.xlsb` from records in parts.

use std::io::Write;
use zip::{ZipWriter, write::SimpleFileOptions};

/// A record of an `.xls` file.
pub(crate) fn record(number: u16, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len()).unwrap();
    [&number.to_le_bytes()[..], &len.to_le_bytes(), data].concat()
}

/// Numbers of two bytes.
pub(crate) fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Numbers of four bytes.
pub(crate) fn longs(longs: &[u32]) -> Vec<u8> {
    longs.iter().flat_map(|long| long.to_le_bytes()).collect()
}

/// A compound file with one stream.
pub(crate) fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    // What is shorter would stand in small sectors.
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(4096).next_multiple_of(SECTOR), 0);
    let sectors = stream.len() / SECTOR;
    // A table of 128 sectors each, then the folder, then the stream.
    let tables = (1..).find(|tables| tables + 1 + sectors <= tables * 128).unwrap();
    let mut next = vec![0xFFFF_FFFD_u32; tables];
    next.push(0xFFFF_FFFE);
    let first = u32::try_from(tables + 1).unwrap();
    next.extend((first + 1..).take(sectors - 1));
    next.push(0xFFFF_FFFE);
    next.resize(tables * 128, u32::MAX);
    let mut out = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    out.resize(SECTOR, 0);
    out[24..34].copy_from_slice(&[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    let mut put = |at: usize, long: u32| out[at..at + 4].copy_from_slice(&long.to_le_bytes());
    put(44, u32::try_from(tables).unwrap());
    put(48, first - 1);
    put(56, 4096);
    put(60, 0xFFFF_FFFE);
    put(68, 0xFFFF_FFFE);
    for table in 0..109 {
        put(76 + 4 * table, if table < tables { table as u32 } else { u32::MAX });
    }
    out.extend(longs(&next));
    let size = u32::try_from(stream.len()).unwrap();
    for (name, kind, child, start, size) in
        [("Root Entry", 5, 1, 0xFFFF_FFFE, 0), (name, 2, u32::MAX, first, size)]
    {
        let mut entry = [0; 128];
        for (at, unit) in name.encode_utf16().enumerate() {
            entry[2 * at..2 * at + 2].copy_from_slice(&unit.to_le_bytes());
        }
        entry[64] = u8::try_from(2 * (name.len() + 1)).unwrap();
        (entry[66], entry[67]) = (kind, 1);
        for (at, long) in [(68, u32::MAX), (72, u32::MAX), (76, child), (116, start), (120, size)] {
            entry[at..at + 4].copy_from_slice(&long.to_le_bytes());
        }
        out.extend_from_slice(&entry);
    }
    out.resize((tables + 2) * SECTOR, 0);
    out.append(&mut stream);
    out
}

/// The version of an `.xls` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Excel95,
    Excel97,
}

/// An `.xls` file: records in front of the sheets, and those of each sheet with its name.
pub(crate) fn xls(version: Version, globals: &[Vec<u8>], sheets: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let number = if version == Version::Excel95 { 0x0500 } else { 0x0600 };
    let begin = |kind: u16| record(0x0809, &words(&[number, kind, 0, 0, 0, 0, 0, 0]));
    let end = record(0x000A, &[]);
    let listed = |name: &str, start: u32| {
        let mut data = [longs(&[start]), words(&[0])].concat();
        data.push(u8::try_from(name.len()).unwrap());
        if version == Version::Excel97 {
            data.push(0);
        }
        data.extend(name.as_bytes());
        record(0x0085, &data)
    };
    let globals = globals.concat();
    let lists: usize = sheets.iter().map(|(name, _)| listed(name, 0).len()).sum();
    let mut start = begin(5).len() + lists + globals.len() + end.len();
    let (mut out, mut rest) = (begin(5), Vec::new());
    for (name, records) in sheets {
        out.extend(listed(name, u32::try_from(start).unwrap()));
        let sheet = [begin(0x10), records.clone(), end.clone()].concat();
        start += sheet.len();
        rest.extend(sheet);
    }
    compound("Workbook", &[out, globals, end, rest].concat())
}

/// A cell of an `.xls` file with a number.
pub(crate) fn number(row: u16, col: u16, n: f64) -> Vec<u8> {
    record(0x0203, &[words(&[row, col, 0]), n.to_le_bytes().to_vec()].concat())
}

/// A cell of an `.xls` file with a formula that gave a number: its tokens, and what stands behind them.
pub(crate) fn formula(row: u16, col: u16, n: f64, tokens: &[u8], extra: &[u8]) -> Vec<u8> {
    let len = u16::try_from(tokens.len()).unwrap();
    let head = [words(&[row, col, 0]), n.to_le_bytes().to_vec(), vec![0; 6], words(&[len])];
    record(0x0006, &[head.concat(), tokens.to_vec(), extra.to_vec()].concat())
}

/// A record of an `.xlsb` file.
pub(crate) fn wide_record(number: u32, data: &[u8]) -> Vec<u8> {
    let varying = |mut n: u32| {
        let mut out = Vec::new();
        loop {
            let low = (n & 0x7F) as u8;
            n >>= 7;
            if n == 0 {
                out.push(low);
                return out;
            }
            out.push(low | 0x80);
        }
    };
    [varying(number), varying(u32::try_from(data.len()).unwrap()), data.to_vec()].concat()
}

/// A text of an `.xlsb` file.
pub(crate) fn wide_text(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [longs(&[u32::try_from(units.len()).unwrap()]), words(&units)].concat()
}

/// A formula of an `.xlsb` file.
pub(crate) fn wide_formula(tokens: &[u8], extra: &[u8]) -> Vec<u8> {
    let len = |bytes: &[u8]| longs(&[u32::try_from(bytes.len()).unwrap()]);
    [len(tokens), tokens.to_vec(), len(extra), extra.to_vec()].concat()
}

/// A cell of an `.xlsb` file with a formula that gave a number.
pub(crate) fn wide_cell(col: u32, n: f64, tokens: &[u8], extra: &[u8]) -> Vec<u8> {
    let head = [longs(&[col, 0]), n.to_le_bytes().to_vec(), words(&[0])];
    wide_record(9, &[head.concat(), wide_formula(tokens, extra)].concat())
}

/// The start of a row of an `.xlsb` file.
pub(crate) fn wide_row(row: u32, hidden: bool) -> Vec<u8> {
    let flags = if hidden { 0x10 } else { 0 };
    wide_record(0, &[longs(&[row, 0]), words(&[300]), vec![0, flags], longs(&[0])].concat())
}

/// An `.xlsb` file: records of the workbook behind the list of sheets, and those of each sheet.
pub(crate) fn xlsb(globals: &[Vec<u8>], sheets: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut put = |name: &str, content: &[u8]| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    };
    let (mut list, mut related) = (Vec::new(), Vec::new());
    for (at, (name, records)) in (1_u32..).zip(sheets) {
        let id = format!("r{at}");
        let head = longs(&[0, at]);
        list.extend(wide_record(156, &[head, wide_text(&id), wide_text(name)].concat()));
        put(&format!("xl/worksheets/sheet{at}.bin"), records);
        related.push((id, format!("worksheets/sheet{at}.bin")));
    }
    let related: Vec<(&str, &str, &str)> =
        related.iter().map(|(id, target)| (id.as_str(), "worksheet", target.as_str())).collect();
    put("xl/workbook.bin", &[list, globals.concat()].concat());
    put("xl/_rels/workbook.bin.rels", super::parts::relations(&related).as_bytes());
    put("[Content_Types].xml", b"<Types/>");
    zip.finish().unwrap().into_inner()
}
