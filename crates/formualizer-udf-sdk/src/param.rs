//! Types that a parameter can have, and how an elementwise loop reads them in blocks.

use crate::{
    element::{Element, Fixed},
    raw::{BLOCK, Input, Inputs},
    rest::{RestSource, rest},
    types::{Date, DateTime, DateTimeUtc, Duration, Time, Value},
};

use core::hint::black_box;
use udf_abi::{DType, ErrorCode};

/// A type that a parameter of a function can have.
///
/// Implemented for every type of the table in docs/authoring.md and `Option`s of them, and, for
/// functions of kind `reduce` and `array`, for [`ColumnView`](crate::ColumnView) and
/// [`RangeView`](crate::RangeView).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of a parameter",
    label = "not a type of a parameter",
    note = "use a number type, bool, &str, &[u8], Date, Time, DateTime, DateTimeUtc, \
            Duration (of formualizer_udf_sdk), Value<'_>, or an Option of one of them; \
            Option<ErrorCode>; in reduce and array functions also ColumnView<'_, T> and \
            RangeView<'_, T>"
)]
pub trait Param<'a>: Sized {
    /// The type's id in the contract.
    const DTYPE: DType;
    /// `scalar`, `column` or `range`, as in the manifest.
    const SHAPE: &'static str = "scalar";
    /// Whether the caller may leave it out.
    const OPTIONAL: bool = false;
    /// Rows that one value holds: more than 1 for the types of [`simd`](crate::simd).
    const LANES: usize = 1;
    /// The argument of a call that is not elementwise.
    #[doc(hidden)]
    fn take(input: &Input<'a>) -> Self;
}

/// A [`Param`] of an elementwise function: one row at a time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of an elementwise function",
    label = "not the type of a value of one row",
    note = "use a number type, bool, &str, &[u8], Date, Time, DateTime, DateTimeUtc, \
            Duration (of formualizer_udf_sdk), Value<'_>, or an Option of one of them, or \
            Option<ErrorCode>; columns and ranges go with kind = \"reduce\" or \"array\""
)]
pub trait RowParam<'a>: Param<'a> {
    #[doc(hidden)]
    type Source: Source<Item = Self>;
    #[doc(hidden)]
    fn source(input: &Input<'a>) -> Self::Source;

    // What follows is the same as elsewhere. Generated code asks this trait for all of it, so that
    // the compiler tells of a type that is no parameter once.

    /// [`Param::DTYPE`]
    #[doc(hidden)]
    const ROW_DTYPE: DType = Self::DTYPE;
    /// [`Param::SHAPE`]
    #[doc(hidden)]
    const ROW_SHAPE: &'static str = Self::SHAPE;
    /// [`Param::OPTIONAL`]
    #[doc(hidden)]
    const ROW_OPTIONAL: bool = Self::OPTIONAL;
    /// [`Param::LANES`]
    #[doc(hidden)]
    const ROW_LANES: usize = Self::LANES;
    /// The argument at `index`.
    #[doc(hidden)]
    #[inline]
    fn argument(inputs: &Inputs<'a>, index: usize) -> Self::Source {
        Self::source(&inputs.argument(index))
    }
    /// The arguments from `first` on.
    #[doc(hidden)]
    fn rest(inputs: &Inputs<'a>, first: usize) -> RestSource<Self::Source> {
        rest::<Self>(inputs, first)
    }
}

/// An argument of an elementwise call. Owns what stands in no buffer of the frame: a scalar spread
/// over a block, the rows behind the last whole block.
pub trait Source {
    /// What a row is.
    type Item;
    /// The argument in blocks of 32 rows.
    type Blocks<'s>: Blocks<Item = Self::Item>
    where
        Self: 's;
    /// The argument in blocks of 32 rows.
    fn blocks(&self) -> Self::Blocks<'_>;
}

/// An argument in blocks of 32 rows.
pub trait Blocks {
    /// What a row is.
    type Item;
    /// A block.
    type Chunk: Chunk<Item = Self::Item>;
    /// The block with this number. A scalar gives the same one each time.
    fn chunk(&self, block: usize) -> Self::Chunk;
    /// A bit for each row of a block: whether the function may be evaluated there.
    fn mask(&self, block: usize) -> u32;
}

/// A block of an argument.
pub trait Chunk {
    /// What a row is.
    type Item;
    /// The row with this number, 0 to 31.
    fn get(&self, row: usize) -> Self::Item;
    /// Whether a row that is not null holds nothing all the same.
    fn is_blank(_item: &Self::Item) -> bool {
        false
    }
}

/// Validity by blocks.
#[derive(Clone, Copy)]
pub(crate) struct Mask<'a> {
    words: &'a [u32],
    /// For blocks that have no word.
    rest: u32,
}

impl<'a> Mask<'a> {
    /// Every row of every block.
    pub(crate) const FULL: Self = Self { words: &[], rest: u32::MAX };

    /// Whether every row of every block may be evaluated.
    pub(crate) fn is_full(&self) -> bool {
        self.words.is_empty() && self.rest == u32::MAX
    }

    pub(crate) fn of(input: &Input<'a>) -> Self {
        let column = input.column(0);
        if input.is_omitted() || (input.is_scalar() && column.null_count() > 0) {
            Self { words: &[], rest: 0 }
        } else if column.null_count() == 0 {
            Self { words: &[], rest: u32::MAX }
        } else {
            Self { words: column.validity(), rest: 0 }
        }
    }

    #[inline]
    pub(crate) fn word(&self, block: usize) -> u32 {
        self.words.get(block).copied().unwrap_or(self.rest)
    }
}

/// Values of a fixed width.
pub struct FixedSource<'a, T> {
    pub(crate) chunks: &'a [[T; BLOCK]],
    /// A scalar, spread; or what stands behind the whole blocks, filled up with zeros.
    pub(crate) rest: [T; BLOCK],
    pub(crate) mask: Mask<'a>,
}

impl<'a, T: Fixed> FixedSource<'a, T> {
    pub(crate) fn of(input: &Input<'a>) -> Self {
        let values: &'a [T] = input.column(0).fixed();
        let mut rest = [T::zeroed(); BLOCK];
        let mut chunks: &[[T; BLOCK]] = &[];
        if let (true, Some(value)) = (input.is_scalar(), values.first()) {
            rest = [*value; BLOCK];
        } else {
            let (whole, tail) = values.as_chunks();
            chunks = whole;
            rest[..tail.len()].copy_from_slice(tail);
        }
        Self { chunks, rest, mask: Mask::of(input) }
    }
}

impl<T: Fixed> Source for FixedSource<'_, T> {
    type Item = T;
    type Blocks<'s>
        = FixedBlocks<'s, T>
    where
        Self: 's;
    #[inline]
    fn blocks(&self) -> FixedBlocks<'_, T> {
        // Where LLVM knows that `rest` lies in this stack frame, it chooses between the two
        // addresses anew for each row of a block.
        FixedBlocks { chunks: self.chunks, rest: black_box(&self.rest), mask: self.mask }
    }
}

/// Values of a fixed width in blocks.
pub struct FixedBlocks<'s, T> {
    chunks: &'s [[T; BLOCK]],
    rest: &'s [T; BLOCK],
    mask: Mask<'s>,
}

impl<'s, T> FixedBlocks<'s, T> {
    /// The same with other whole blocks.
    pub(crate) fn over(self, chunks: &'s [[T; BLOCK]]) -> Self {
        Self { chunks, ..self }
    }
}

impl<'s, T: Fixed> Blocks for FixedBlocks<'s, T> {
    type Item = T;
    type Chunk = &'s [T; BLOCK];
    #[inline]
    fn chunk(&self, block: usize) -> &'s [T; BLOCK] {
        self.chunks.get(block).unwrap_or(self.rest)
    }
    #[inline]
    fn mask(&self, block: usize) -> u32 {
        self.mask.word(block)
    }
}

impl<T: Fixed> Chunk for &[T; BLOCK] {
    type Item = T;
    #[inline]
    fn get(&self, row: usize) -> T {
        self[row]
    }
}

/// Booleans, 32 to a word.
#[derive(Clone, Copy)]
pub struct BoolSource<'a> {
    words: &'a [u32],
    rest: u32,
    mask: Mask<'a>,
}

impl Source for BoolSource<'_> {
    type Item = bool;
    type Blocks<'s>
        = Self
    where
        Self: 's;
    #[inline]
    fn blocks(&self) -> Self {
        *self
    }
}

impl Blocks for BoolSource<'_> {
    type Item = bool;
    type Chunk = BoolChunk;
    #[inline]
    fn chunk(&self, block: usize) -> BoolChunk {
        BoolChunk(self.words.get(block).copied().unwrap_or(self.rest))
    }
    #[inline]
    fn mask(&self, block: usize) -> u32 {
        self.mask.word(block)
    }
}

/// A block of booleans.
pub struct BoolChunk(u32);

impl Chunk for BoolChunk {
    type Item = bool;
    #[inline]
    fn get(&self, row: usize) -> bool {
        self.0 >> row & 1 == 1
    }
}

/// Rows of any other type.
#[derive(Clone, Copy)]
pub struct RowSource<'a, T: Element<'a>> {
    rows: T::Rows,
    /// 0 for a scalar, whose one row stands for all.
    step: usize,
    mask: Mask<'a>,
}

impl<'a, T: Element<'a>> Source for RowSource<'a, T> {
    type Item = T;
    type Blocks<'s>
        = Self
    where
        Self: 's;
    #[inline]
    fn blocks(&self) -> Self {
        *self
    }
}

impl<'a, T: Element<'a>> Blocks for RowSource<'a, T> {
    type Item = T;
    type Chunk = RowChunk<'a, T>;
    #[inline]
    fn chunk(&self, block: usize) -> RowChunk<'a, T> {
        RowChunk { rows: self.rows, first: block * BLOCK * self.step, step: self.step }
    }
    #[inline]
    fn mask(&self, block: usize) -> u32 {
        self.mask.word(block)
    }
}

/// A block of rows of any other type.
pub struct RowChunk<'a, T: Element<'a>> {
    rows: T::Rows,
    first: usize,
    step: usize,
}

impl<'a, T: Element<'a>> Chunk for RowChunk<'a, T> {
    type Item = T;
    #[inline]
    fn get(&self, row: usize) -> T {
        T::read(&self.rows, self.first + row * self.step)
    }
    #[inline]
    fn is_blank(item: &T) -> bool {
        item.is_blank()
    }
}

/// Rows that see null.
pub struct OptionSource<S>(S);

impl<S: Source> Source for OptionSource<S> {
    type Item = Option<S::Item>;
    type Blocks<'s>
        = OptionBlocks<S::Blocks<'s>>
    where
        Self: 's;
    #[inline]
    fn blocks(&self) -> Self::Blocks<'_> {
        OptionBlocks(self.0.blocks())
    }
}

/// Rows that see null, in blocks.
pub struct OptionBlocks<B>(B);

impl<B: Blocks> Blocks for OptionBlocks<B> {
    type Item = Option<B::Item>;
    type Chunk = OptionChunk<B::Chunk>;
    #[inline]
    fn chunk(&self, block: usize) -> OptionChunk<B::Chunk> {
        OptionChunk { chunk: self.0.chunk(block), valid: self.0.mask(block) }
    }
    #[inline]
    fn mask(&self, _block: usize) -> u32 {
        u32::MAX
    }
}

/// A block of rows that see null.
pub struct OptionChunk<C> {
    chunk: C,
    valid: u32,
}

impl<C: Chunk> Chunk for OptionChunk<C> {
    type Item = Option<C::Item>;
    #[inline]
    fn get(&self, row: usize) -> Option<C::Item> {
        if self.valid >> row & 1 == 0 {
            return None;
        }
        Some(self.chunk.get(row)).filter(|value| !C::is_blank(value))
    }
}

macro_rules! row_params {
    ($(<$lt:lifetime> $ty:ty, $source:ty, $open:expr;)*) => { $(
        impl<$lt> Param<$lt> for $ty {
            const DTYPE: DType = <$ty as Element<$lt>>::DTYPE;
            fn take(input: &Input<$lt>) -> Self {
                let rows = <$ty as Element<$lt>>::rows(&input.column(0));
                <$ty as Element<$lt>>::read(&rows, 0)
            }
        }
        impl<$lt> RowParam<$lt> for $ty {
            type Source = $source;
            #[inline]
            fn source(input: &Input<$lt>) -> $source {
                let open: fn(&Input<$lt>) -> $source = $open;
                open(input)
            }
        }
        optional!(<$lt> $ty, $source, $open);
    )* };
}

macro_rules! optional {
    (<$lt:lifetime> $ty:ty, $source:ty, $open:expr) => {
        impl<$lt> Param<$lt> for Option<$ty> {
            const DTYPE: DType = <$ty as Element<$lt>>::DTYPE;
            const OPTIONAL: bool = true;
            fn take(input: &Input<$lt>) -> Self {
                let column = input.column(0);
                if column.rows() == 0 || column.null_count() > 0 {
                    return None;
                }
                let rows = <$ty as Element<$lt>>::rows(&column);
                Some(<$ty as Element<$lt>>::read(&rows, 0)).filter(|value| !value.is_blank())
            }
        }
        impl<$lt> RowParam<$lt> for Option<$ty> {
            type Source = OptionSource<$source>;
            #[inline]
            fn source(input: &Input<$lt>) -> Self::Source {
                let open: fn(&Input<$lt>) -> $source = $open;
                OptionSource(open(input))
            }
        }
    };
}

macro_rules! fixed_params {
    ($($ty:ty),* $(,)?) => { row_params! { $(<'a> $ty, FixedSource<'a, $ty>, FixedSource::of;)* } };
}

fixed_params!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);
fixed_params!(Date, Time, DateTime, DateTimeUtc, Duration);

row_params! {
    <'a> bool, BoolSource<'a>, bools;
    <'a> &'a str, RowSource<'a, &'a str>, rows;
    <'a> &'a [u8], RowSource<'a, &'a [u8]>, rows;
    <'a> Value<'a>, RowSource<'a, Value<'a>>, values;
}
// A row that is null in an `error` column has no error, which no `ErrorCode` stands for.
optional!(<'a> ErrorCode, RowSource<'a, ErrorCode>, rows);

fn bools<'a>(input: &Input<'a>) -> BoolSource<'a> {
    let words = input.column(0).bits();
    let mask = Mask::of(input);
    match (input.is_scalar(), words.first()) {
        (true, Some(word)) => BoolSource { words: &[], rest: 0u32.wrapping_sub(word & 1), mask },
        _ => BoolSource { words, rest: 0, mask },
    }
}

fn rows<'a, T: Element<'a>>(input: &Input<'a>) -> RowSource<'a, T> {
    let step = usize::from(!input.is_scalar());
    RowSource { rows: T::rows(&input.column(0)), step, mask: Mask::of(input) }
}

/// `any` has no nulls: what is missing reads as blank.
fn values<'a>(input: &Input<'a>) -> RowSource<'a, Value<'a>> {
    RowSource { mask: Mask::FULL, ..rows(input) }
}
