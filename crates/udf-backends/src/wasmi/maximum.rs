//! The maximum that a module declares for its memory: `Growth` holds instances to it, so that a
//! refused growth is told of as on every engine. wasmi itself would refuse it without asking.

use crate::module::ModuleInfo;
use std::borrow::Cow;

/// The section that declares the memory.
const MEMORY_SECTION: u8 = 5;

/// The module without that maximum; everything else is as it was.
pub(super) fn without<'m>(bytes: &'m [u8], info: &ModuleInfo) -> Cow<'m, [u8]> {
    let Some(section) = info.memory_section.clone().filter(|_| info.memory_max_pages.is_some())
    else {
        return Cow::Borrowed(bytes);
    };
    let mut contents = vec![1, 0];
    leb(info.memory_pages, &mut contents);
    let mut out = bytes[..header(bytes, section.start)].to_vec();
    out.push(MEMORY_SECTION);
    leb(contents.len() as u64, &mut out);
    out.extend(contents);
    out.extend(&bytes[section.end..]);
    Cow::Owned(out)
}

/// Where the section begins whose contents begin here: before them stand its id and, in LEB128, its
/// length, of which every byte but the last is 128 or more.
fn header(bytes: &[u8], contents: usize) -> usize {
    let length = bytes[..contents.saturating_sub(1)].iter().rev().take_while(|b| **b >= 128);
    contents.saturating_sub(2 + length.count())
}

fn leb(mut value: u64, out: &mut Vec<u8>) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use udf_columnar::Limits;

    fn check(module: &[u8], expected: &str) {
        let info = crate::inspect(module, &Limits::default()).unwrap();
        assert_eq!(without(module, &info), wat::parse_str(expected).unwrap());
    }

    #[test]
    fn the_maximum_goes_and_everything_else_stays() {
        let module = |memory: &str| {
            format!(
                r#"(module {memory} (func (export "f") (result i32) i32.const 1) (data "abc"))"#
            )
        };
        for (with, wanted) in [
            ("(memory 0 0)", "(memory 0)"),
            ("(memory 3 65536)", "(memory 3)"),
            ("(memory 200 300)", "(memory 200)"),
            ("(memory 7)", "(memory 7)"),
            ("", ""),
        ] {
            check(&wat::parse_str(module(with)).unwrap(), &module(wanted));
        }
    }

    #[test]
    fn a_length_that_is_written_in_more_bytes_than_it_needs_is_found() {
        let text = r#"(module (memory 1 2) (func (export "f") (result i32) i32.const 1))"#;
        let bytes = wat::parse_str(text).unwrap();
        let at = bytes.windows(3).position(|w| w == [MEMORY_SECTION, 4, 1]).unwrap();
        let mut long = bytes[..=at].to_vec();
        long.extend([0x84, 0x80, 0x80, 0]);
        long.extend(&bytes[at + 2..]);
        check(&long, &text.replace("1 2", "1"));
    }
}
