//! Arguments and expected results as bits.

use crate::probe::Type;
use wast::core::{NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::{WastArg, WastRet};

/// Bits that a piece of a result has under a mask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits {
    mask: u64,
    wanted: u64,
}

impl Bits {
    fn exactly(wanted: u64) -> Self {
        Self { mask: u64::MAX, wanted }
    }

    pub(crate) fn admits(self, found: u64) -> bool {
        found & self.mask == self.wanted
    }
}

/// The pieces of 64 bits that an argument of this type is passed in; none where it cannot be.
pub(crate) fn argument(argument: &WastArg<'_>, ty: Type) -> Option<Vec<u64>> {
    let WastArg::Core(argument) = argument else { return None };
    match (argument, ty) {
        (WastArgCore::I32(n), Type::I32) => Some(vec![u64::from(n.cast_unsigned())]),
        (WastArgCore::I64(n), Type::I64) => Some(vec![n.cast_unsigned()]),
        (WastArgCore::F32(n), Type::F32) => Some(vec![u64::from(n.bits)]),
        (WastArgCore::F64(n), Type::F64) => Some(vec![n.bits]),
        (WastArgCore::V128(n), Type::V128) => {
            let n = u128::from_le_bytes(n.to_le_bytes());
            Some(vec![n as u64, (n >> 64) as u64])
        }
        (WastArgCore::RefNull(_), Type::FuncRef) => Some(Vec::new()),
        _ => None,
    }
}

/// What the pieces of a result must be; none where it cannot be told.
pub(crate) fn expected(result: &WastRet<'_>) -> Option<Vec<Bits>> {
    let WastRet::Core(result) = result else { return None };
    Some(match result {
        WastRetCore::I32(n) => vec![Bits::exactly(u64::from(n.cast_unsigned()))],
        WastRetCore::I64(n) => vec![Bits::exactly(n.cast_unsigned())],
        WastRetCore::F32(n) => vec![f32(n)],
        WastRetCore::F64(n) => vec![f64(n)],
        WastRetCore::V128(lanes) => vector(lanes),
        WastRetCore::RefNull(_) => vec![Bits::exactly(1)],
        WastRetCore::RefFunc(_) => vec![Bits::exactly(0)],
        _ => return None,
    })
}

fn f32(pattern: &NanPattern<wast::token::F32>) -> Bits {
    match pattern {
        NanPattern::CanonicalNan => Bits { mask: 0x7fff_ffff, wanted: 0x7fc0_0000 },
        NanPattern::ArithmeticNan => Bits { mask: 0x7fc0_0000, wanted: 0x7fc0_0000 },
        NanPattern::Value(n) => Bits { mask: 0xffff_ffff, wanted: u64::from(n.bits) },
    }
}

fn f64(pattern: &NanPattern<wast::token::F64>) -> Bits {
    let nan = 0x7ff8_0000_0000_0000;
    match pattern {
        NanPattern::CanonicalNan => Bits { mask: u64::MAX >> 1, wanted: nan },
        NanPattern::ArithmeticNan => Bits { mask: nan, wanted: nan },
        NanPattern::Value(n) => Bits::exactly(n.bits),
    }
}

/// Both halves of a vector.
fn vector(lanes: &V128Pattern) -> Vec<Bits> {
    let halves = |bytes: Vec<u8>| -> Vec<Bits> {
        let (halves, _) = bytes.as_chunks::<8>();
        halves.iter().map(|half| Bits::exactly(u64::from_le_bytes(*half))).collect()
    };
    match lanes {
        V128Pattern::I8x16(l) => halves(l.iter().map(|n| n.cast_unsigned()).collect()),
        V128Pattern::I16x8(l) => halves(l.iter().flat_map(|n| n.to_le_bytes()).collect()),
        V128Pattern::I32x4(l) => halves(l.iter().flat_map(|n| n.to_le_bytes()).collect()),
        V128Pattern::I64x2(l) => halves(l.iter().flat_map(|n| n.to_le_bytes()).collect()),
        V128Pattern::F32x4(l) => {
            let lanes: Vec<_> = l.iter().map(f32).collect();
            let (halves, _) = lanes.as_chunks::<2>();
            let both = |low: u64, high: u64| low | (high << 32);
            halves
                .iter()
                .map(|[low, high]| Bits {
                    mask: both(low.mask, high.mask),
                    wanted: both(low.wanted, high.wanted),
                })
                .collect()
        }
        V128Pattern::F64x2(l) => l.iter().map(f64).collect(),
    }
}
