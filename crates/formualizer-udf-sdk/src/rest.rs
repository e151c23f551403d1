//! Variadic parameters: all arguments from one on, as a slice.

use crate::{
    param::{Blocks, Chunk, Param, RowParam, Source},
    raw::{BLOCK, Inputs},
};

/// The arguments of a variadic parameter, each a source of its own. What the caller left out is
/// not among them, unless the type sees it as `None`.
fn each<'a, P: Param<'a>>(
    inputs: &Inputs<'a>,
    first: usize,
) -> impl Iterator<Item = crate::raw::Input<'a>> {
    let inputs = *inputs;
    let arguments = (first..inputs.argument_count()).map(move |index| inputs.argument(index));
    arguments.filter(|input| P::OPTIONAL || !input.is_omitted())
}

/// The arguments of a call that is not elementwise, from `first` on.
#[must_use]
pub fn arguments<'a, P: Param<'a>>(inputs: &Inputs<'a>, first: usize) -> Vec<P> {
    each::<P>(inputs, first).map(|input| P::take(&input)).collect()
}

/// The arguments of an elementwise call, from `first` on.
#[must_use]
pub(crate) fn rest<'a, P: RowParam<'a>>(
    inputs: &Inputs<'a>,
    first: usize,
) -> RestSource<P::Source> {
    RestSource { sources: each::<P>(inputs, first).map(|input| P::source(&input)).collect() }
}

/// The arguments of a variadic parameter.
pub struct RestSource<S> {
    sources: Vec<S>,
}

impl<S: Source> RestSource<S> {
    /// The arguments in blocks of 32 rows.
    #[must_use]
    pub fn blocks(&self) -> RestBlocks<S::Blocks<'_>> {
        RestBlocks { blocks: self.sources.iter().map(Source::blocks).collect() }
    }
}

/// The arguments of a variadic parameter in blocks of 32 rows.
pub struct RestBlocks<B> {
    blocks: Vec<B>,
}

impl<B: Blocks<Item: Copy>> RestBlocks<B> {
    /// The block with this number.
    #[must_use]
    pub fn chunk(&self, block: usize) -> RestChunk<B::Item> {
        let width = self.blocks.len();
        let chunks: Vec<_> = self.blocks.iter().map(|blocks| blocks.chunk(block)).collect();
        let mut values = Vec::with_capacity(BLOCK * width);
        for row in 0..BLOCK {
            values.extend(chunks.iter().map(|chunk| chunk.get(row)));
        }
        RestChunk { values, width }
    }

    /// A bit for each row of a block: whether the function may be evaluated there.
    #[must_use]
    pub fn mask(&self, block: usize) -> u32 {
        self.blocks.iter().fold(u32::MAX, |mask, blocks| mask & blocks.mask(block))
    }
}

/// A block of the arguments, row by row.
pub struct RestChunk<T> {
    values: Vec<T>,
    width: usize,
}

impl<T> RestChunk<T> {
    /// The values of the row with this number, 0 to 31.
    #[must_use]
    pub fn get(&self, row: usize) -> &[T] {
        &self.values[row * self.width..(row + 1) * self.width]
    }
}
