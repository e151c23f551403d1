//! A stream as records: two bytes each for their number and their length, then their data ([MS-XLS] 2.1.4).

/// A record of a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) number: u16,
    pub(super) data: &'a [u8],
}

/// Records one after the other.
#[derive(Clone, Debug)]
pub(super) struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

/// The start of a part of the stream, and its end.
pub(super) const BEGIN: u16 = 0x0809;
pub(super) const END: u16 = 0x000A;
/// More data of the record in front.
const CONTINUE: u16 = 0x003C;

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8]) -> Self {
        Self { stream, at: 0 }
    }

    /// Bytes that were gone through.
    pub(super) fn walked(&self) -> usize {
        self.at
    }

    /// The data of the records that continue the last one.
    pub(super) fn continued(&mut self) -> Vec<&'a [u8]> {
        let mut found = Vec::new();
        loop {
            let mut ahead = self.clone();
            match ahead.next() {
                Some(Record { number: CONTINUE, data }) => found.push(data),
                _ => return found,
            }
            *self = ahead;
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (head, rest) = self.stream.get(self.at..)?.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let data = rest.get(..usize::from(u16::from_le_bytes([c, d])))?;
        self.at += 4 + data.len();
        Some(Record { number: u16::from_le_bytes([a, b]), data })
    }
}
