//! Texts and bytes.

use formualizer_udf_sdk::{UdfError, fz_udf};

/// The first letters of the words of a text; nothing where there are no words.
#[fz_udf(examples = [
    ("ada king lovelace") => "akl",
    ("Émile Zola") => "ÉZ",
    (["", null]) => [null, null],
])]
pub fn initials(
    /// Words with white space between them.
    text: &str,
) -> Option<String> {
    let letters: String = text.split_whitespace().filter_map(|word| word.chars().next()).collect();
    (!letters.is_empty()).then_some(letters)
}

/// What stands behind the first occurrence of a mark. A result may be a part of an argument.
#[fz_udf(examples = [("key=value", "=") => "value", ("a:b:c", ":") => "b:c", ("abc", "=") => ""])]
pub fn after<'a>(
    /// The text to look in.
    text: &'a str,
    /// The mark to look for.
    mark: &str,
) -> &'a str {
    text.split_once(mark).map_or("", |(_, rest)| rest)
}

/// Fletcher's checksum of bytes: 16 bits, as of J. Fletcher, "An Arithmetic Checksum for Serial
/// Transmissions", IEEE Transactions on Communications 30 (1982), modulo 255.
#[fz_udf(examples = [(b"abcde") => 51_440, (b"") => 0, ([b"\x01", null]) => [257, null]])]
pub fn checksum(
    /// The bytes.
    bytes: &[u8],
) -> u32 {
    let (low, high) = bytes.iter().fold((0, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 255;
        (low, (high + low) % 255)
    });
    high << 8 | low
}

/// Bytes as hexadecimal digits.
#[fz_udf(examples = [(b"\x00\xff") => "00ff", (b"") => ""])]
pub fn to_hex(
    /// The bytes.
    bytes: &[u8],
) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that hexadecimal digits stand for. `#VALUE!`, with the reason, where they are none.
#[fz_udf(examples = [
    ("00fF") => b"\x00\xff",
    ("") => b"",
    ("0") => error("#VALUE!", "1 digits: two make a byte"),
    ("0g") => error("#VALUE!", "`0g` is no hexadecimal number"),
])]
pub fn from_hex(
    /// Hexadecimal digits, two a byte.
    digits: &str,
) -> Result<Vec<u8>, UdfError> {
    if !digits.len().is_multiple_of(2) {
        return Err(format!("{} digits: two make a byte", digits.len()).into());
    }
    let byte = |at: usize| {
        let pair = digits.get(at..at + 2).filter(|pair| pair.bytes().all(|b| b != b'+'));
        let pair = pair.ok_or_else(|| UdfError::value("a letter that is no digit"))?;
        u8::from_str_radix(pair, 16)
            .map_err(|_| UdfError::value(format!("`{pair}` is no hexadecimal number")))
    };
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// The first bytes of some.
#[fz_udf(examples = [(b"abcdef") => b"abcd", (b"abcdef", 2) => b"ab", (b"a", 3) => b"a"])]
pub fn head(
    /// The bytes.
    bytes: &[u8],
    /// How many.
    #[default = 4]
    count: u32,
) -> &[u8] {
    &bytes[..bytes.len().min(count as usize)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_published_ones() {
        assert_eq!(checksum(b"abcde"), 0xC8F0);
        assert_eq!(checksum(b"abcdef"), 0x2057);
        assert_eq!(checksum(b"abcdefgh"), 0x0627);
    }

    #[test]
    fn bytes_go_to_digits_and_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&to_hex(&bytes)), Ok(bytes));
        for wrong in ["+1", "é", "zz", "1"] {
            assert!(from_hex(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parts_of_texts_are_borrowed() {
        assert_eq!(after("a=b", "="), "b");
        assert_eq!(head(b"abc", 9), b"abc");
        assert_eq!(initials("  été  "), Some("é".into()));
    }
}
