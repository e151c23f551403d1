//! Compound files ([MS-CFB]), as far as finding a stream takes.

/// What every compound file begins with.
const MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// Sector numbers from here on mean something else.
const LAST: u32 = 0xFFFF_FFFA;

/// A compound file in memory.
pub(crate) struct Ole<'a> {
    bytes: &'a [u8],
    sector: usize,
    /// The sector that follows each sector.
    next: Vec<u32>,
    entries: Vec<Entry>,
    /// Streams below this size stand in the small sectors.
    cutoff: u64,
    small_next: Vec<u32>,
    small: Vec<u8>,
}

struct Entry {
    name: String,
    start: u32,
    size: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|chunk| u32::from_le_bytes(*chunk))
}

impl<'a> Ole<'a> {
    /// Reads the list of streams; nothing where it is no compound file, or a damaged one.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut ole = Self {
            bytes,
            sector,
            next: Vec::new(),
            entries: Vec::new(),
            cutoff: u64::from(u32_at(bytes, 56)?),
            small_next: Vec::new(),
            small: Vec::new(),
        };
        let sectors = bytes.len() / sector;
        let mut tables: Vec<u32> = numbers(bytes.get(76..512)?).collect();
        let (mut more, mut steps) = (u32_at(bytes, 68)?, 0);
        while more < LAST {
            let mut list: Vec<u32> = numbers(ole.sector(more)?).collect();
            more = list.pop()?;
            tables.append(&mut list);
            steps += 1;
            if steps > sectors + 1 || tables.len() > sectors + sector {
                return None;
            }
        }
        for table in tables.into_iter().filter(|table| *table < LAST) {
            if ole.next.len() > sectors + sector {
                break;
            }
            let following = numbers(ole.sector(table)?);
            ole.next.extend(following);
        }
        let folder = ole.chain(u32_at(bytes, 48)?)?;
        ole.entries = folder.as_chunks::<128>().0.iter().filter_map(entry).collect();
        let small_next = match u32_at(bytes, 60)? {
            start if start < LAST => ole.chain(start)?,
            _ => Vec::new(),
        };
        ole.small_next = numbers(&small_next).collect();
        ole.small = match ole.entries.first()?.start {
            start if start < LAST => ole.chain(start)?,
            _ => Vec::new(),
        };
        Some(ole)
    }

    /// Whether bytes begin as a compound file.
    pub(crate) fn is(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Whether there is a stream of this name, in any case.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The stream of an old workbook. Files for two versions have both; the newer one has more.
    pub(crate) fn workbook(&self) -> Option<Vec<u8>> {
        self.stream("Workbook").or_else(|| self.stream("Book"))
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        let mut bytes = match entry.size < self.cutoff {
            true => self.small_chain(entry.start)?,
            false => self.chain(entry.start)?,
        };
        bytes.truncate(usize::try_from(entry.size).ok()?);
        Some(bytes)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(number).ok()?.checked_add(1)?.checked_mul(self.sector)?;
        // The last one may be cut off.
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        let sectors = self.bytes.len() / self.sector + 1;
        joined(start, &self.next, sectors, |number| self.sector(number))
    }

    fn small_chain(&self, start: u32) -> Option<Vec<u8>> {
        joined(start, &self.small_next, self.small.len() / 64 + 1, |number| {
            let from = usize::try_from(number).ok()?.checked_mul(64)?;
            let end = from.checked_add(64)?.min(self.small.len());
            self.small.get(from..end)
        })
    }
}

/// The sectors of a chain, one after the other. There are so many at most: a circle would have more of them, though not more bytes
/// where the one that goes round is the empty rest of the file.
fn joined<'s>(
    start: u32,
    next: &[u32],
    sectors: usize,
    sector: impl Fn(u32) -> Option<&'s [u8]>,
) -> Option<Vec<u8>> {
    let (mut found, mut at) = (Vec::new(), start);
    for _ in 0..=sectors {
        if at >= LAST {
            return Some(found);
        }
        found.extend_from_slice(sector(at)?);
        at = *next.get(usize::try_from(at).ok()?)?;
    }
    None
}

fn entry(bytes: &[u8; 128]) -> Option<Entry> {
    let len = usize::from(u16_at(bytes, 64)?).checked_sub(2)?;
    let units: Vec<u16> =
        bytes.get(..len)?.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    Some(Entry {
        name: String::from_utf16(&units).ok()?,
        start: u32_at(bytes, 116)?,
        // Only files with large sectors use the upper half.
        size: u64::from(u32_at(bytes, 120)?),
    })
}

#[cfg(test)]
mod tests {
    use super::{MAGIC, Ole, joined};

    /// A compound file of a header and so many further bytes, whose tables and folder start at these sectors.
    fn file(more: u32, folder: u32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 512];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[30] = 9;
        bytes[48..52].copy_from_slice(&folder.to_le_bytes());
        bytes[68..72].copy_from_slice(&more.to_le_bytes());
        bytes[76..].fill(0xFF);
        bytes.extend_from_slice(rest);
        bytes
    }

    #[test]
    fn lists_of_tables_that_go_round_end() {
        // A sector of one number, which is its own.
        assert!(Ole::open(&file(0, 0, &0u32.to_le_bytes())).is_none());
        assert!(Ole::open(&file(0, 0, &[0; 512])).is_none());
        for rest in [&[][..], &[0; 3], &[0xFF; 6]] {
            assert!(Ole::open(&file(0, 0, rest)).is_none(), "{rest:?}");
        }
    }

    #[test]
    fn chains_that_go_round_end() {
        let bytes = [1, 2, 3, 4];
        let sector = |number: u32| bytes.get(number as usize * 2..(number as usize * 2 + 2).min(4));
        let chain = |next: &[u32]| joined(0, next, 3, sector);
        assert_eq!(chain(&[1, u32::MAX]), Some(bytes.to_vec()));
        assert_eq!(chain(&[1, 0]), None);
        // The third is empty, and its own successor.
        assert_eq!(chain(&[1, 2, 2]), None);
        assert_eq!(chain(&[0]), None);
    }
}
