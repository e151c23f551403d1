//! What the engines need of this crate: between the crates of this project, no promises.

pub use crate::{
    batch::{batch_rows, batches, rows_of_width},
    byte_array::texts_too_large,
    failure::treatment,
    foreign::{Foreign, ForeignView},
    room::room_for,
};

/// Result columns, checked while they are copied out.
pub mod collect {
    pub use crate::collect::{
        MessageRoom, canonical, check_error_values, column, fixed_array_of, fixed_into,
        has_non_finite, messages, row_errors, some_non_finite, validity,
    };
}

/// Calls as frames.
pub mod frame {
    pub use crate::frame::{CallContext, Frame, FrameAddress, FrameArgs, OutputSpec, Place};
}

/// Borrowed columns.
pub mod view {
    pub use crate::view::{Bits, BytesView, ColumnView, Values, width};
}
