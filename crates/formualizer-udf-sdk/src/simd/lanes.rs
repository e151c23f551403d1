//! Lanes as parameters and results: how a block of rows is read and written by lanes.

use crate::{
    element::{Element, Fixed},
    param::{Blocks, Chunk, FixedBlocks, FixedSource, Param, RowParam, Source},
    raw::{BLOCK, Input, OutputColumn, typed},
    returns::{Cell, ReturnValue},
    sink::{End, Sink},
};
use core::mem::take;
use udf_abi::{DType, ErrorCode};
use wide::{f32x4, f32x8, f64x2, f64x4, i32x4, i32x8, i64x2, i64x4};

/// A type of lanes: so many rows of a number type in one value.
pub trait Lanes: Copy + 'static {
    /// What a lane holds.
    type Scalar: Fixed + Cell;
    /// Lanes.
    const COUNT: usize;
    /// The value in every lane.
    #[must_use]
    fn splat(value: Self::Scalar) -> Self;
    /// The rows with these numbers times [`COUNT`](Self::COUNT) of a block of 32 rows.
    #[doc(hidden)]
    fn read(block: &[Self::Scalar; BLOCK], group: usize) -> Self;
    /// Writes them.
    #[doc(hidden)]
    fn write(self, block: &mut [Self::Scalar; BLOCK], group: usize);
}

/// An argument by lanes.
pub struct LaneSource<'a, V: Lanes>(FixedSource<'a, V::Scalar>);

impl<V: Lanes> Source for LaneSource<'_, V> {
    type Item = V;
    type Blocks<'s>
        = LaneBlocks<'s, V>
    where
        Self: 's;
    #[inline]
    fn blocks(&self) -> LaneBlocks<'_, V> {
        LaneBlocks(self.0.blocks())
    }
}

/// Blocks of 32 rows by lanes.
pub struct LaneBlocks<'s, V: Lanes>(FixedBlocks<'s, V::Scalar>);

impl<'s, V: Lanes> Blocks for LaneBlocks<'s, V> {
    type Item = V;
    type Chunk = LaneChunk<'s, V>;
    #[inline]
    fn chunk(&self, block: usize) -> LaneChunk<'s, V> {
        LaneChunk(self.0.chunk(block))
    }
    #[inline]
    fn mask(&self, block: usize) -> u32 {
        self.0.mask(block)
    }
}

/// A block of 32 rows by lanes.
pub struct LaneChunk<'s, V: Lanes>(&'s [V::Scalar; BLOCK]);

impl<V: Lanes> Chunk for LaneChunk<'_, V> {
    type Item = V;
    #[inline]
    fn get(&self, group: usize) -> V {
        V::read(self.0, group)
    }
}

/// Results by lanes. Rows that must not be evaluated are evaluated with the others of their block:
/// a function of lanes is total.
pub struct LaneSink<'o, V: Lanes> {
    chunks: &'o mut [[V::Scalar; BLOCK]],
    tail: &'o mut [V::Scalar],
}

impl<'o, V: Lanes> Sink<'o, V> for LaneSink<'o, V> {
    fn open(column: &mut OutputColumn<'o>) -> Self {
        let values: &'o mut [V::Scalar] = typed(take(&mut column.values));
        let rows = column.rows().min(values.len());
        let (chunks, tail) = values[..rows].as_chunks_mut();
        Self { chunks, tail }
    }

    #[inline]
    fn block(&mut self, block: usize, mask: u32, mut row: impl FnMut(usize) -> V) {
        if mask == 0 {
            return;
        }
        let mut values = [<V::Scalar as bytemuck::Zeroable>::zeroed(); BLOCK];
        for group in 0..BLOCK / V::COUNT {
            row(group).write(&mut values, group);
        }
        match self.chunks.get_mut(block) {
            Some(room) => *room = values,
            None => self.tail.copy_from_slice(&values[..self.tail.len()]),
        }
    }

    fn close(self, _end: &mut End) {}
}

macro_rules! lanes {
    ($($ty:ident of $count:literal $scalar:ty;)*) => { $(
        impl Lanes for $ty {
            type Scalar = $scalar;
            const COUNT: usize = $count;
            #[inline]
            fn splat(value: $scalar) -> Self {
                <$ty>::splat(value)
            }
            #[inline]
            fn read(block: &[$scalar; BLOCK], group: usize) -> Self {
                let (groups, _) = block.as_chunks::<$count>();
                <$ty>::new(groups[group])
            }
            #[inline]
            fn write(self, block: &mut [$scalar; BLOCK], group: usize) {
                let (groups, _) = block.as_chunks_mut::<$count>();
                groups[group] = self.to_array();
            }
        }

        impl<'a> Param<'a> for $ty {
            const DTYPE: DType = <$scalar as Element<'a>>::DTYPE;
            const LANES: usize = $count;
            fn take(input: &Input<'a>) -> Self {
                <$ty>::splat(<$scalar as Param<'a>>::take(input))
            }
        }

        impl<'a> RowParam<'a> for $ty {
            type Source = LaneSource<'a, $ty>;
            #[inline]
            fn source(input: &Input<'a>) -> Self::Source {
                LaneSource(FixedSource::of(input))
            }
        }

        impl ReturnValue for $ty {
            const DTYPE: DType = <$scalar as ReturnValue>::DTYPE;
            const IS_ANY: bool = false;
            const LANES: usize = $count;
            type Sink<'o> = LaneSink<'o, $ty>;
            fn of_error(code: ErrorCode) -> Self {
                <$ty>::splat(<$scalar as ReturnValue>::of_error(code))
            }
        }
    )* };
}

lanes! {
    f64x2 of 2 f64;
    f64x4 of 4 f64;
    f32x4 of 4 f32;
    f32x8 of 8 f32;
    i64x2 of 2 i64;
    i64x4 of 4 i64;
    i32x4 of 4 i32;
    i32x8 of 8 i32;
}

/// Refuses, while the plugin is compiled, functions whose lanes do not fit together.
#[expect(clippy::panic, reason = "evaluated by the compiler, which shows the message")]
pub const fn check_lanes(params: &[usize], result: usize, sees_rows: bool) {
    let (mut index, mut has_lanes, mut is_mixed) = (0, result > 1, false);
    while index < params.len() {
        has_lanes |= params[index] > 1;
        is_mixed |= params[index] != result;
        index += 1;
    }
    if has_lanes && !sees_rows {
        panic!(
            "lanes are for elementwise functions without a Context: in other functions read \
             columns with simd::chunks"
        );
    }
    if has_lanes && is_mixed {
        panic!(
            "a function of lanes has the same number of lanes in every parameter and in its \
             result: f64x4 goes with f64x4 (and i64x4), f64 with f64"
        );
    }
}
