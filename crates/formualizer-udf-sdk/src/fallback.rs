//! Parameters with a default, and blocks whose null rows are patched.

use crate::{
    element::Fixed,
    param::{
        Blocks, BoolSource, Chunk, FixedBlocks, FixedSource, Mask, OptionBlocks, OptionChunk,
        OptionSource, RowParam, RowSource, Source,
    },
    raw::{BLOCK, Input},
    sink::for_each_bit,
};

/// A [`Param`](crate::Param) that can have a `#[default = …]`: numbers, `bool` and `&str`.
#[diagnostic::on_unimplemented(
    message = "a parameter of type `{Self}` cannot have a default",
    label = "no type with a default",
    note = "numbers, bool and &str have defaults; take an Option of anything else"
)]
pub trait DefaultParam<'a>: RowParam<'a> + Copy {
    #[doc(hidden)]
    type WithDefault: Source<Item = Self>;
    /// The argument, with the default where a row is null or all of it was left out.
    #[doc(hidden)]
    fn source_or(input: &Input<'a>, default: Self) -> Self::WithDefault;
}

/// `chunk` where the mask has a bit, `other` elsewhere.
///
/// A copy of all of it, then a store for each row without a bit: a choice for each row would be a
/// branch for each row, since WebAssembly has no vector of bits.
#[inline]
fn blend<T: Copy>(chunk: &[T; BLOCK], mask: u32, other: T) -> [T; BLOCK] {
    let mut values = *chunk;
    for_each_bit(!mask, |row| values[row % BLOCK] = other);
    values
}

/// Numbers with a default. A column with nulls is copied once with the default in their place, so
/// that the loop over it is that of a column without.
pub struct FixedOr<'a, T> {
    source: FixedSource<'a, T>,
    filled: Vec<[T; BLOCK]>,
}

impl<'a, T: Fixed> FixedOr<'a, T> {
    fn of(input: &Input<'a>, default: T) -> Self {
        let mut source = FixedSource::of(input);
        let mut filled = Vec::new();
        let mask = source.mask;
        if input.is_omitted() {
            source.rest = [default; BLOCK];
        } else if !mask.is_full() {
            let chunks = source.chunks.iter().enumerate();
            filled = chunks.map(|(block, chunk)| blend(chunk, mask.word(block), default)).collect();
            source.rest = blend(&source.rest, mask.word(source.chunks.len()), default);
        }
        source.mask = Mask::FULL;
        Self { source, filled }
    }
}

impl<T: Fixed> Source for FixedOr<'_, T> {
    type Item = T;
    type Blocks<'s>
        = FixedBlocks<'s, T>
    where
        Self: 's;
    #[inline]
    fn blocks(&self) -> FixedBlocks<'_, T> {
        let blocks = self.source.blocks();
        if self.filled.is_empty() { blocks } else { blocks.over(&self.filled) }
    }
}

/// Any other type with a default.
pub struct SourceOr<S: Source> {
    source: OptionSource<S>,
    default: S::Item,
}

impl<S: Source<Item: Copy>> Source for SourceOr<S> {
    type Item = S::Item;
    type Blocks<'s>
        = BlocksOr<S::Blocks<'s>>
    where
        Self: 's;
    #[inline]
    fn blocks(&self) -> Self::Blocks<'_> {
        BlocksOr { blocks: self.source.blocks(), default: self.default }
    }
}

/// Any other type with a default, in blocks.
pub struct BlocksOr<B: Blocks> {
    blocks: OptionBlocks<B>,
    default: B::Item,
}

impl<B: Blocks<Item: Copy>> Blocks for BlocksOr<B> {
    type Item = B::Item;
    type Chunk = ChunkOr<B::Chunk>;
    #[inline]
    fn chunk(&self, block: usize) -> Self::Chunk {
        ChunkOr { chunk: self.blocks.chunk(block), default: self.default }
    }
    #[inline]
    fn mask(&self, _block: usize) -> u32 {
        u32::MAX
    }
}

/// A block of any other type with a default.
pub struct ChunkOr<C: Chunk> {
    chunk: OptionChunk<C>,
    default: C::Item,
}

impl<C: Chunk<Item: Copy>> Chunk for ChunkOr<C> {
    type Item = C::Item;
    #[inline]
    fn get(&self, row: usize) -> C::Item {
        self.chunk.get(row).unwrap_or(self.default)
    }
}

macro_rules! fixed_defaults {
    ($($ty:ty),*) => { $(
        impl<'a> DefaultParam<'a> for $ty {
            type WithDefault = FixedOr<'a, $ty>;
            #[inline]
            fn source_or(input: &Input<'a>, default: $ty) -> Self::WithDefault {
                FixedOr::of(input, default)
            }
        }
    )* };
}

fixed_defaults!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

impl<'a> DefaultParam<'a> for bool {
    type WithDefault = SourceOr<BoolSource<'a>>;
    fn source_or(input: &Input<'a>, default: bool) -> Self::WithDefault {
        SourceOr { source: <Option<bool>>::source(input), default }
    }
}

impl<'a> DefaultParam<'a> for &'a str {
    type WithDefault = SourceOr<RowSource<'a, &'a str>>;
    fn source_or(input: &Input<'a>, default: &'a str) -> Self::WithDefault {
        SourceOr { source: <Option<&'a str>>::source(input), default }
    }
}

/// Blocks in which rows that must not be evaluated can be given the values of one that may be: the
/// block is then evaluated as a whole, by the loop for blocks without nulls, and the function sees
/// no row that it would not have seen otherwise. What it answers for patched rows is ignored: the
/// host lays the nulls over the result.
pub trait Patch: Blocks {
    /// A patched block.
    type Patched: Chunk<Item = Self::Item>;
    /// The block with this number, rows without a bit patched. The mask is not zero.
    fn patched(&self, block: usize, mask: u32) -> Self::Patched;
}

impl<T: Fixed> Patch for FixedBlocks<'_, T> {
    type Patched = [T; BLOCK];
    #[inline]
    fn patched(&self, block: usize, mask: u32) -> [T; BLOCK] {
        let chunk = self.chunk(block);
        let valid = mask.trailing_zeros() as usize % BLOCK;
        blend(chunk, mask, chunk[valid])
    }
}

impl<T: Copy> Chunk for [T; BLOCK] {
    type Item = T;
    #[inline]
    fn get(&self, row: usize) -> T {
        self[row]
    }
}
