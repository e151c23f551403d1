//! The manifest, put together while the plugin compiles.
#![expect(clippy::panic, reason = "what panics here is an error of the compiler")]

use udf_abi::{
    ABI_VERSION, DType,
    exports::{CODEC_COLUMNAR, MANIFEST_SCHEMA, MAX_NAME_BYTES},
};

/// A fragment of JSON.
#[derive(Clone, Copy)]
pub enum Piece {
    /// JSON as it is.
    Raw(&'static str),
    /// A text, quoted and escaped.
    Text(&'static str),
    /// A number.
    Number(u64),
    /// Fragments behind one another.
    List(&'static [Self]),
}

/// What stands before the functions. Fails the build where a text breaks a rule of manifests that
/// the macro could not look at.
pub const fn head(
    id: &'static str,
    version: &'static str,
    description: &'static str,
) -> [Piece; 13] {
    use Piece::{Number, Raw, Text};
    assert!(is_label(id), "the id of a module has 1 to 128 bytes and no white space at its ends");
    let is_version = is_label(version);
    assert!(
        is_version,
        "the version of a module has 1 to 128 bytes and no white space at its ends"
    );
    let described = !description.is_empty();
    [
        Raw("{\"schema\":"),
        Text(MANIFEST_SCHEMA),
        Raw(",\"module\":{\"id\":"),
        Text(id),
        Raw(",\"version\":"),
        Text(version),
        Raw(",\"abi\":"),
        Number(ABI_VERSION as u64),
        Raw(",\"codec\":"),
        Number(CODEC_COLUMNAR as u64),
        Raw(if described { ",\"description\":" } else { "" }),
        if described { Text(description) } else { Raw("") },
        Raw("},\"functions\":["),
    ]
}

/// Whether a text may name something; white space beyond ASCII is left to the host.
const fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    bytes.len() <= MAX_NAME_BYTES && !first.is_ascii_whitespace() && !last.is_ascii_whitespace()
}

/// `min_args` of a function: up to its last parameter that may not be left out.
pub const fn min_args(optional: &[bool]) -> u64 {
    let mut count = optional.len();
    while count > 0 && optional[count - 1] {
        count -= 1;
    }
    count as u64
}

/// The type of a column of an array function: the last one stands for all that follow.
pub const fn column_dtype(dtypes: &[DType], index: usize) -> DType {
    let last = dtypes.len() - 1;
    dtypes[if index < last { index } else { last }]
}

const fn escape(byte: u8) -> Option<[u8; 6]> {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match byte {
        0..0x20 | b'"' | b'\\' => {
            let (high, low) = (HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]);
            Some([b'\\', b'u', b'0', b'0', high, low])
        }
        _ => None,
    }
}

/// Writes into a buffer, or counts only where the buffer is full.
struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl Writer<'_> {
    const fn bytes(&mut self, bytes: &[u8]) {
        if self.len + bytes.len() <= self.out.len() {
            let (_, rest) = self.out.split_at_mut(self.len);
            let (room, _) = rest.split_at_mut(bytes.len());
            room.copy_from_slice(bytes);
        }
        self.len += bytes.len();
    }

    const fn number(&mut self, mut number: u64) {
        let mut digits = [b'0'; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.bytes(digits.split_at(at).1);
    }

    const fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        self.bytes(b"\"");
        while at < bytes.len() {
            match escape(bytes[at]) {
                Some(escaped) => self.bytes(&escaped),
                None => self.bytes(&[bytes[at]]),
            }
            at += 1;
        }
        self.bytes(b"\"");
    }

    const fn pieces(&mut self, pieces: &[Piece]) {
        let mut at = 0;
        while at < pieces.len() {
            match pieces[at] {
                Piece::Raw(json) => self.bytes(json.as_bytes()),
                Piece::Text(text) => self.text(text),
                Piece::Number(number) => self.number(number),
                Piece::List(list) => self.pieces(list),
            }
            at += 1;
        }
    }
}

/// Bytes of the JSON.
pub const fn len(pieces: &[Piece]) -> usize {
    let mut writer = Writer { out: &mut [], len: 0 };
    writer.pieces(pieces);
    writer.len
}

/// The JSON.
pub const fn render<const N: usize>(pieces: &[Piece]) -> [u8; N] {
    let mut out = [0; N];
    let mut writer = Writer { out: &mut out, len: 0 };
    writer.pieces(pieces);
    assert!(writer.len == N, "a manifest of another length");
    out
}

/// The JSON as text.
pub const fn text(bytes: &'static [u8]) -> &'static str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("the pieces of a manifest are text"),
    }
}

/// The bytes of a text, with their number in the type.
pub const fn to_array<const N: usize>(text: &str) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(text.as_bytes());
    out
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Fails the build where two functions share a name or an alias. `keys` holds, for each function,
/// its names in upper case and without the prefixes of spreadsheet files.
pub const fn assert_unique(functions: &[&[&'static str]]) {
    let mut first = 0;
    while first < functions.len() {
        let mut second = first + 1;
        while second < functions.len() {
            assert_disjoint(functions[first], functions[second]);
            second += 1;
        }
        first += 1;
    }
}

const fn assert_disjoint(a: &[&'static str], b: &[&'static str]) {
    let mut i = 0;
    while i < a.len() {
        let mut j = 0;
        while j < b.len() {
            if same(a[i], b[j]) {
                clash(a[i]);
            }
            j += 1;
        }
        i += 1;
    }
}

const fn clash(name: &'static str) -> ! {
    let mut message = [b' '; 512];
    let mut writer = Writer { out: &mut message, len: 0 };
    writer.bytes(b"two functions of this module share the name or alias `");
    writer.bytes(name.as_bytes());
    writer.bytes(b"` (names are compared without case): rename one of them");
    let len = writer.len;
    match core::str::from_utf8(message.split_at(len).0) {
        Ok(message) => panic!("{}", message),
        Err(_) => panic!("two functions of this module share a name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[Piece], expected: &str) {
        let bytes: Vec<u8> = {
            let mut out = vec![0; len(pieces)];
            let mut writer = Writer { out: &mut out, len: 0 };
            writer.pieces(pieces);
            out
        };
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn pieces_become_json() {
        check(&[], "");
        check(&[Piece::Raw("[1,"), Piece::Number(0), Piece::Raw("]")], "[1,0]");
        check(&[Piece::Number(u64::MAX)], "18446744073709551615");
        check(&[Piece::Text("a\"b\\c\n é")], r#""a\u0022b\u005cc\u000a é""#);
        check(&[Piece::List(&[Piece::Raw("a"), Piece::List(&[Piece::Raw("b")])])], "ab");
    }

    #[test]
    fn trailing_optional_parameters_may_be_left_out() {
        assert_eq!(min_args(&[]), 0);
        assert_eq!(min_args(&[false, true, false, true, true]), 3);
        assert_eq!(min_args(&[true, true]), 0);
    }

    #[test]
    #[should_panic(expected = "share the name or alias `GCD`")]
    fn names_that_clash_are_told() {
        assert_unique(&[&["A", "GCD"], &["B"], &["C", "GCD"]]);
    }
}
